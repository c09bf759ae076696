package m365graph_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/m365go/sdk/m365graph"
	"github.com/m365go/sdk/m365graph/graphtest"
	"github.com/m365go/sdk/m365graph/internal/testtenant"
)

func TestABatchAnswersInTheOrderOfItsItems(t *testing.T) {
	t.Parallel()
	x := batchTenant(t, testtenant.Issuer(t))
	items := getItems(45)
	items[7].ID, items[8].ID = "", "8" // the library's own name for 7 would be 8
	results, err := x.client.Batch(t.Context(), items, nil)
	if err != nil || len(results) != len(items) {
		t.Fatalf("Batch = %d results, %v, want %d", len(results), err, len(items))
	}
	seen := map[string]bool{}
	for i := range results {
		var got struct{ UserPrincipalName string }
		if err := results[i].Decode(&got); err != nil || got.UserPrincipalName != person(i) {
			t.Errorf("result %d = %q, %v, want %s", i, got.UserPrincipalName, err, person(i))
		}
		if id := results[i].ID; seen[id] || id == "" || items[i].ID != "" && id != items[i].ID {
			t.Errorf("result %d has the ID %q, want %q and no other's", i, id, items[i].ID)
		}
		seen[results[i].ID] = true
	}
	var sizes []int
	for _, b := range x.batches {
		sizes = append(sizes, len(b.items))
	}
	slices.Sort(sizes)
	if diff := cmp.Diff([]int{5, 20, 20}, sizes); diff != "" {
		t.Errorf("requests by size (-want +got):\n%s", diff)
	}
}

func TestAnEmptyBatchSendsNothing(t *testing.T) {
	t.Parallel()
	x := batchTenant(t, testtenant.Issuer(t))
	results, err := x.client.Batch(t.Context(), nil, nil)
	if err != nil || len(results) != 0 || len(x.batches) != 0 {
		t.Errorf("Batch of nothing = %v, %v after %d requests, want nothing", results, err, len(x.batches))
	}
}

// Nothing of a batch is sent if any of it cannot be.
func TestABadItemStopsTheBatchBeforeItIsSent(t *testing.T) {
	t.Parallel()
	x := batchTenant(t, testtenant.Issuer(t))
	chain := []*m365graph.BatchItem{getItem("c0")}
	for i := range 20 {
		chain = append(chain, getItem(fmt.Sprintf("c%d", i+1), fmt.Sprintf("c%d", i)))
	}
	header := getItem("a")
	header.Request.Header = http.Header{"Authorization": {"mine"}}
	both := itemNamed("POST")
	both.Request.Content = &m365graph.Content{}
	path := getItem("a")
	path.Request.Path = m365graph.P("users", "..")
	filter := getItem("a")
	filter.Request.Query = &m365graph.Query{Filter: m365graph.Where("a eq ?")}
	for name, tt := range map[string]struct {
		items []*m365graph.BatchItem
		want  string
	}{
		"nil":                  {[]*m365graph.BatchItem{getItem("a"), nil}, "item 1 is nil"},
		"no path":              {[]*m365graph.BatchItem{{}}, "the path is empty"},
		"a bad path":           {[]*m365graph.BatchItem{path}, "would name another resource"},
		"a bad filter":         {[]*m365graph.BatchItem{filter}, "more ? than values"},
		"a header of ours":     {[]*m365graph.BatchItem{header}, "comes from the TokenProvider"},
		"two bodies":           {[]*m365graph.BatchItem{both}, "not both"},
		"a batch":              {[]*m365graph.BatchItem{{Request: m365graph.Request{Method: "POST", Path: m365graph.P("$Batch")}}}, "cannot hold a batch"},
		"one ID twice":         {[]*m365graph.BatchItem{getItem("a"), getItem("A")}, `two items have the ID "A"`},
		"an ID that is broken": {[]*m365graph.BatchItem{{ID: "\xff", Request: m365graph.Request{Path: m365graph.P("a")}}}, "not UTF-8"},
		"an unknown ID":        {[]*m365graph.BatchItem{getItem("a", "b")}, `depends on "b", which is not there`},
		"itself":               {[]*m365graph.BatchItem{getItem("a", "a")}, "in a circle"},
		"a circle":             {[]*m365graph.BatchItem{getItem("a", "c"), getItem("b", "a"), getItem("c", "b"), getItem("d")}, "in a circle"},
		"two dependencies":     {[]*m365graph.BatchItem{getItem("a"), getItem("b"), getItem("c", "a", "b")}, "depends on 2 others"},
		"a tree":               {[]*m365graph.BatchItem{getItem("a"), getItem("b", "a"), getItem("c", "a"), getItem("d", "c")}, "neither a chain"},
		"a chain of 21":        {chain, "20 items depend on \"c0\""},
	} {
		results, err := x.client.Batch(t.Context(), tt.items, nil)
		if n := len(x.graph.Requests()); err == nil || !strings.Contains(err.Error(), tt.want) || results != nil || n != 0 {
			t.Errorf("%s: Batch = %v, %v after %d requests, want an error of %q and none", name, results, err, n, tt.want)
		}
	}
	if _, err := x.client.Batch(t.Context(), nil, &m365graph.BatchOptions{Parallel: -1}); err == nil {
		t.Error("Batch took a negative Parallel")
	}
}

// Graph takes a batch in which nothing depends on anything, or all of it does.
func TestItemsThatHangTogetherAreSentTogetherAndAlone(t *testing.T) {
	t.Parallel()
	var items []*m365graph.BatchItem
	for i := range 20 {
		var on []string
		if i > 0 {
			on = []string{fmt.Sprintf("S%d", i-1)} // case does not count
		}
		items = append(items, getItem(fmt.Sprintf("s%d", i), on...))
	}
	items = append(items, getItem("star2", "star"), getItem("free1"), getItem("star"), getItem("star3", "star"), getItem("free2"))
	slices.Reverse(items[:20])
	x := batchTenant(t, testtenant.Issuer(t))
	results, err := x.client.Batch(t.Context(), items, &m365graph.BatchOptions{Parallel: 1})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range results {
		if r.Err != nil {
			t.Errorf("%s: %v", r.ID, r.Err)
		}
	}
	if len(x.batches) != 3 {
		t.Fatalf("%d requests were sent, want 3: %v", len(x.batches), x.sentIDs())
	}
	for i, it := range x.batches[0].items {
		if it.ID != fmt.Sprintf("s%d", i) || i > 0 && !slices.Equal(it.DependsOn, []string{fmt.Sprintf("s%d", i-1)}) {
			t.Errorf("item %d of the chain is %s and depends on %v", i, it.ID, it.DependsOn)
		}
	}
	if diff := cmp.Diff([]string{"star", "star2", "star3"}, x.batches[1].ids()); diff != "" {
		t.Errorf("the star (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"free1", "free2"}, x.batches[2].ids()); diff != "" {
		t.Errorf("the rest (-want +got):\n%s", diff)
	}
}

// The pipeline is kept full, and never fuller than it may be.
func TestAThousandReadsTakeNoMoreRoundTripsThanTheyMust(t *testing.T) {
	t.Parallel()
	issuer := testtenant.Issuer(t)
	for _, parallel := range []int{0, 1, 7} {
		synctest.Test(t, func(t *testing.T) {
			x := batchTenant(t, issuer)
			x.latency = 20 * time.Millisecond
			start := time.Now()
			results, err := x.client.Batch(t.Context(), getItems(1000), &m365graph.BatchOptions{Parallel: parallel})
			took := time.Since(start)
			if err != nil || slices.ContainsFunc(results, func(r m365graph.BatchResult) bool { return r.Err != nil }) {
				t.Fatalf("Batch failed: %v", err)
			}
			if parallel == 0 {
				parallel = 4
			}
			trips := (50 + parallel - 1) / parallel
			if len(x.batches) != 50 || took != time.Duration(trips)*x.latency || x.together != parallel {
				t.Errorf("%d requests, %d at once, in %v; want 50, %d and %d round trips", len(x.batches), x.together, took, parallel, trips)
			}
		})
	}
}

// A body is made when it is sent, not before.
func TestBodiesAreEncodedWhenTheyAreSent(t *testing.T) {
	t.Parallel()
	var made int
	var atFirst []int
	x := batchTenant(t, testtenant.Issuer(t), func(o *m365graph.Options) {
		way := o.HTTPClient.Transport
		o.HTTPClient = &http.Client{Transport: roundTrip(func(req *http.Request) (*http.Response, error) {
			atFirst = append(atFirst, made)
			return way.RoundTrip(req)
		})}
	})
	var items []*m365graph.BatchItem
	for range 100 {
		item := itemNamed("POST")
		item.ID, item.Request.Body = "", marshalled(func() { made++ })
		items = append(items, item)
	}
	if _, err := x.client.Batch(t.Context(), items, &m365graph.BatchOptions{Parallel: 1}); err != nil {
		t.Fatal(err)
	}
	if made != 100 || atFirst[0] != 20 {
		t.Errorf("%d bodies were made when the first were sent and %d in all, want 20 and 100", atFirst[0], made)
	}
	x.graph.AssertExecuted(t, "POST /me/messages", 100)
}

type marshalled func()

func (f marshalled) MarshalJSON() ([]byte, error) {
	f()
	return []byte(`{}`), nil
}

func TestCancellingABatchTellsWhatMayHaveHappened(t *testing.T) {
	t.Parallel()
	issuer := testtenant.Issuer(t)
	synctest.Test(t, func(t *testing.T) {
		x := batchTenant(t, issuer)
		x.fail(t, graphtest.Fault{Route: batchRoute, Delay: time.Second, Count: -1}, graphtest.Fault{Route: personRoute, Skip: 1, Code: "TooManyRequests", RetryAfter: "30"})
		items := getItems(20)
		for i := range 40 {
			item := itemNamed([]string{"POST", "send"}[i/20])
			item.ID = ""
			items = append(items, item)
		}
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		time.AfterFunc(1500*time.Millisecond, cancel)
		start := time.Now()
		results, err := x.client.Batch(ctx, items, &m365graph.BatchOptions{Parallel: 1})
		if took := time.Since(start); took != 1500*time.Millisecond {
			t.Errorf("Batch took %v, want 1.5s", took)
		}
		if !errors.Is(err, context.Canceled) || len(results) != 60 || errors.Is(err, m365graph.ErrAmbiguous) {
			t.Fatalf("Batch = %d results, %v, want all and Canceled", len(results), err)
		}
		for i, r := range results {
			done := i < 20 && i != 1
			flying := i >= 20 && i < 40
			switch {
			case done != (r.Err == nil), done != (r.Response != nil):
				t.Errorf("result %d = %v, %v", i, r.Response, r.Err)
			case !done && !errors.Is(r.Err, context.Canceled):
				t.Errorf("result %d = %v, want Canceled", i, r.Err)
			case flying != errors.Is(r.Err, m365graph.ErrAmbiguous):
				t.Errorf("result %d = %v, want ErrAmbiguous = %v", i, r.Err, flying)
			}
		}
		if !errors.Is(results[1].Err, m365graph.ErrThrottled) {
			t.Errorf("the throttled item = %v, want ErrThrottled beside Canceled", results[1].Err)
		}
		x.graph.AssertExecuted(t, "POST /me/sendMail", 0)
	})
}

func TestABatchUnderACancelledContextSendsNothing(t *testing.T) {
	t.Parallel()
	x := batchTenant(t, testtenant.Issuer(t))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	results, err := x.client.Batch(ctx, []*m365graph.BatchItem{itemNamed("send")}, nil)
	if !errors.Is(err, context.Canceled) || !errors.Is(results[0].Err, context.Canceled) || errors.Is(results[0].Err, m365graph.ErrAmbiguous) || len(x.batches) != 0 {
		t.Errorf("Batch = %v, %v after %d requests, want Canceled and none", results, err, len(x.batches))
	}
}
