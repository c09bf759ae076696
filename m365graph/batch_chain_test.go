package m365graph_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/m365go/sdk/m365graph"
	"github.com/m365go/sdk/m365graph/graphtest"
	"github.com/m365go/sdk/m365graph/internal/testtenant"
)

// A dependent that failed because its dependency was throttled goes again with
// it, and what has succeeded does not. The first read is refused.
func TestAThrottledDependencyGoesAgainWithWhatDependsOnIt(t *testing.T) {
	t.Parallel()
	issuer := testtenant.Issuer(t)
	for name, tt := range map[string]struct {
		items []*m365graph.BatchItem
		want  string // the second request
	}{
		"the middle of a chain": {[]*m365graph.BatchItem{itemNamed("send"), getItem("b", "send"), itemNamed("POST", "b")}, "b POST<b"},
		"the head of a chain":   {[]*m365graph.BatchItem{getItem("a"), itemNamed("POST", "a"), getItem("c", "POST")}, "a POST<a c<POST"},
		"the head of a star":    {[]*m365graph.BatchItem{getItem("a"), itemNamed("send", "a"), getItem("c", "a")}, "a send<a c<a"},
		"a ray of a star":       {[]*m365graph.BatchItem{itemNamed("send"), getItem("b", "send"), getItem("c", "send")}, "b"},
	} {
		for _, status := range []int{429, 401} {
			synctest.Test(t, func(t *testing.T) {
				x := batchTenant(t, issuer)
				x.fail(t, graphtest.Fault{Route: meRoute, Status: status, RetryAfter: "5"})
				results, err := x.client.Batch(t.Context(), tt.items, nil)
				for _, r := range results {
					if err != nil || r.Err != nil {
						t.Fatalf("%s, %d: %s: %v, %v", name, status, r.ID, r.Err, err)
					}
				}
				if len(x.batches) != 2 {
					t.Fatalf("%s, %d: the requests were %v, want 2", name, status, x.sentIDs())
				}
				var got []string
				for _, it := range x.batches[1].items {
					id := it.ID
					if len(it.DependsOn) > 0 {
						id += "<" + strings.Join(it.DependsOn, ",")
					}
					got = append(got, id)
				}
				if s := strings.Join(got, " "); s != tt.want {
					t.Errorf("%s, %d: the second request was %q, want %q", name, status, s, tt.want)
				}
				if wait := x.batches[1].at; status == 429 && wait < 5*time.Second || status == 401 && wait > 0 {
					t.Errorf("%s, %d: it went again after %v", name, status, wait)
				}
				if x.asks[1].ForceRefresh != (status == 401) {
					t.Errorf("%s, %d: the token requests were %v", name, status, x.asks)
				}
				for _, item := range tt.items {
					if route := routeOf[item.ID]; route != "" {
						x.graph.AssertExecuted(t, route, 1)
					}
				}
				x.graph.AssertWaited(t)
			})
		}
	}
}

func TestADependentOfAFailureIsNotExecuted(t *testing.T) {
	t.Parallel()
	issuer := testtenant.Issuer(t)
	synctest.Test(t, func(t *testing.T) {
		x := batchTenant(t, issuer)
		x.fail(t, graphtest.Fault{Route: meRoute, Status: 403, Code: "accessDenied"})
		results, err := x.client.Batch(t.Context(), []*m365graph.BatchItem{getItem("a"), itemNamed("send", "a")}, nil)
		var no *m365graph.Error
		if err != nil || !errors.As(results[1].Err, &no) || no.Status != 424 || no.Path != "/me/sendMail" || len(x.batches) != 1 || errors.Is(no, m365graph.ErrAmbiguous) {
			t.Errorf("Batch = %v, %v after %d requests, want a 424 after one", results[1].Err, err, len(x.batches))
		}
		x.graph.AssertExecuted(t, routeOf["send"], 0)
	})
}

// The outcome of the write in the middle is unknown, so what depends on it may
// not run; what it depends on may be read again.
func TestNothingThatDependsOnAnUnknownOutcomeIsSentAgain(t *testing.T) {
	t.Parallel()
	issuer := testtenant.Issuer(t)
	synctest.Test(t, func(t *testing.T) {
		x := batchTenant(t, issuer)
		x.fail(t, graphtest.Fault{Route: batchRoute, Cut: graphtest.CutBefore, After: true})
		items := []*m365graph.BatchItem{getItem("a"), itemNamed("POST", "a"), getItem("c", "POST"), itemNamed("PUT", "c")}
		results, err := x.client.Batch(t.Context(), items, nil)
		if err != nil || results[0].Err != nil || results[2].Err == nil || results[3].Err == nil {
			t.Fatalf("Batch = %v, %v", results, err)
		}
		for i, maybe := range []bool{false, true, false, true} {
			if errors.Is(results[i].Err, m365graph.ErrAmbiguous) != maybe {
				t.Errorf("%s = %v, want ErrAmbiguous = %v", results[i].ID, results[i].Err, maybe)
			}
		}
		if diff := cmp.Diff([]string{"a"}, x.batches[1].ids()); diff != "" || len(x.batches) != 2 {
			t.Errorf("the requests were %v, want the second with a alone", x.sentIDs())
		}
		x.graph.AssertExecuted(t, routeOf["POST"], 1)
		x.graph.AssertExecuted(t, putRoute, 1)
	})
}

// Graph counts all requests to a mailbox together: who is refused speaks for all.
func TestAThrottledItemHoldsBackWhatGraphCountsWithIt(t *testing.T) {
	t.Parallel()
	issuer := testtenant.Issuer(t)
	var items []*m365graph.BatchItem
	for i := range 60 {
		item := getItem(fmt.Sprintf("%s%d", []string{"mail", "file"}[i%2], i/2))
		item.Request.Path = []m365graph.Path{m365graph.P("me", "mailFolders", "inbox"), m365graph.P("me", "drive")}[i%2]
		items = append(items, item)
	}
	for retryAfter, kinds := range map[string]string{"5": "both file mail mail", "3600": "both file"} {
		synctest.Test(t, func(t *testing.T) {
			x := batchTenant(t, issuer)
			x.latency = 20 * time.Millisecond
			x.fail(t, graphtest.Fault{Route: routeOf["GET"], Status: 429, Code: "ApplicationThrottled", RetryAfter: retryAfter})
			results, err := x.client.Batch(t.Context(), items, &m365graph.BatchOptions{Parallel: 1})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for i, b := range x.batches {
				files := strings.Count(strings.Join(b.ids(), " "), "file")
				kind := map[int]string{0: "mail", len(b.items): "file"}[files]
				if kind == "" {
					kind = "both"
				}
				got = append(got, kind)
				if kind == "mail" && b.at < 5*time.Second || kind == "file" && b.at != x.latency {
					t.Errorf("Retry-After %s: request %d, of %s, was sent at %v", retryAfter, i, kind, b.at)
				}
			}
			if s := strings.Join(got, " "); s != kinds {
				t.Errorf("Retry-After %s: the requests held %s, want %s", retryAfter, s, kinds)
			}
			for i, r := range results {
				var no *m365graph.Error
				refused := retryAfter == "3600" && i%2 == 0 && (i == 0 || i >= 20)
				if refused != (r.Err != nil) || refused && (!errors.As(r.Err, &no) || no.Status != 429 || no.RetryAfter < 59*time.Minute || no.Path != items[i].Request.Path.String()) {
					t.Errorf("Retry-After %s: %s = %v, want it refused = %v", retryAfter, r.ID, r.Err, refused)
				}
			}
			_, err = x.client.Do(t.Context(), &m365graph.Request{Path: m365graph.P("me", "events")})
			if (retryAfter == "3600") != errors.Is(err, m365graph.ErrThrottled) {
				t.Errorf("Retry-After %s: a call to the same mailbox = %v", retryAfter, err)
			}
			sent := len(x.batches)
			last, err := x.client.Batch(t.Context(), []*m365graph.BatchItem{itemNamed("send", "mail0"), items[0]}, nil)
			if refused := errors.Is(last[0].Err, m365graph.ErrThrottled) && errors.Is(last[1].Err, m365graph.ErrThrottled) && len(x.batches) == sent; err != nil || refused != (retryAfter == "3600") {
				t.Errorf("Retry-After %s: a chain to the same mailbox = %v, %v after %d requests", retryAfter, last, err, len(x.batches)-sent)
			}
		})
	}
}
