package m365graph_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365auth/entratest"
	"github.com/m365go/sdk/m365graph"
	"github.com/m365go/sdk/m365graph/graphtest"
	"github.com/m365go/sdk/m365graph/internal/testtenant"
)

// Each item waits for its own Retry-After, however that is written, goes again by
// itself, and holds up no other.
func TestThrottledItemsGoAgainAtTheirOwnTime(t *testing.T) {
	t.Parallel()
	issuer := postOffice(t)
	synctest.Test(t, func(t *testing.T) {
		waits := map[string]string{
			"n1": `"Retry-After":"7"`, "n2": `"retry-after":2.128`, "n3": `"RETRY-AFTER":"0.249"`, "n4": `"Retry-After":3`,
			"n5": `"Retry-After":"` + time.Now().Add(11*time.Second).UTC().Format(http.TimeFormat) + `"`, "n6": `"x":null`,
		}
		least := map[string]time.Duration{
			"n1": 7 * time.Second, "n2": 2128 * time.Millisecond, "n3": 249 * time.Millisecond, "n4": 3 * time.Second,
			"n5": 11 * time.Second, "n6": 250 * time.Millisecond,
		}
		x := batchTenant(t, issuer)
		x.latency = 20 * time.Millisecond
		c := newClient(t, officeToken(t, issuer), &m365graph.Options{HTTPClient: &http.Client{Transport: x}})
		items := getItems(100)
		var first []string
		for i, item := range items {
			item.Request.Path = m365graph.P("users", person(i), "mailFolders", "inbox") // each is throttled by itself
			if wait := waits[item.ID]; wait != "" {
				first = append(first, fmt.Sprintf(`{"id":%q,"status":"429","headers":{%s},"body":{"error":{"code":"TooManyRequests"}}}`, item.ID, wait))
			} else if i < 20 {
				first = append(first, answerItem(item.ID, 200, `{}`))
			}
		}
		x.answers(t, first...)
		results, err := c.Batch(t.Context(), items, &m365graph.BatchOptions{Parallel: 1})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range results {
			if r.Err != nil {
				t.Errorf("%s: %v", r.ID, r.Err)
			}
		}
		again := map[string]time.Duration{}
		for i, b := range x.batches {
			if i < 5 {
				if len(b.items) != 20 || b.at > time.Duration(i)*x.latency {
					t.Errorf("request %d has %d items at %v, want 20 without a pause", i, len(b.items), b.at)
				}
				continue
			}
			for _, it := range b.items {
				again[it.ID] = b.at - x.latency // since it was refused
			}
		}
		if len(again) != len(waits) {
			t.Errorf("%d items went again, want %d: %v", len(again), len(waits), again)
		}
		for id, min := range least {
			if again[id] < min || again[id] > min+min/10+time.Second {
				t.Errorf("%s went again after %v, want %v and a little", id, again[id], min)
			}
		}
	})
}

// postOffice issues the tokens of a program that reads all mailboxes.
func postOffice(t *testing.T) *entratest.Server {
	t.Helper()
	issuer, err := entratest.New(&entratest.Options{
		InMemory: true, Users: []entratest.User{{UPN: testtenant.Owner}},
		Apps: []entratest.App{{ID: officeID, Confidential: true, Roles: []string{"Mail.ReadWrite"}, AdminConsent: true}},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = issuer.Close() })
	return issuer
}

const officeID = "22223333-cccc-4444-dddd-5555eeee6666"

func officeToken(t *testing.T, issuer *entratest.Server) m365auth.TokenProvider {
	t.Helper()
	token, err := issuer.AppToken(officeID)
	if err != nil {
		t.Fatal(err)
	}
	return m365auth.Static(token)
}

// What was refused together goes again together.
func TestRetriesShareRequests(t *testing.T) {
	t.Parallel()
	issuer := testtenant.Issuer(t)
	synctest.Test(t, func(t *testing.T) {
		x := batchTenant(t, issuer)
		x.latency = 20 * time.Millisecond
		for range 8 {
			x.fail(t, graphtest.Fault{Route: personRoute, Skip: 9, Code: "TooManyRequests", RetryAfter: "1"})
		}
		if _, err := x.client.Batch(t.Context(), getItems(80), nil); err != nil {
			t.Fatal(err)
		}
		if len(x.batches) != 5 || len(x.batches[4].items) != 8 {
			t.Errorf("the requests were %v, want the 8 refused items in a fifth", x.sentIDs())
		}
		x.graph.AssertExecuted(t, personRoute, 80)
		x.graph.AssertWaited(t)
	})
}

func TestAnItemEndsWhereASingleCallWould(t *testing.T) {
	t.Parallel()
	const again, stands, unknown, fine = "again", "stands", "unknown", "fine"
	issuer := testtenant.Issuer(t)
	for _, tt := range []struct {
		fault                            string
		status                           int
		retryAfter                       string
		get, put, putIfMatch, post, send string
	}{
		{"429", 429, "1", again, again, again, again, again},
		{"429 without Retry-After", 429, "", again, again, again, again, again},
		{"509", 509, "", again, again, again, again, again},
		{"503 with Retry-After", 503, "1", again, again, again, again, unknown},
		{"503", 503, "", again, again, unknown, unknown, unknown},
		{"500", 500, "", again, again, unknown, unknown, unknown},
		{"504", 504, "", again, again, unknown, unknown, unknown},
		{"507", 507, "", stands, stands, stands, stands, stands},
		{"403", 403, "", stands, stands, stands, stands, stands},
		{"404", 404, "1", stands, stands, stands, stands, stands},
		{"412", 412, "", stands, stands, stands, stands, stands},
		{"424 of no item's", 424, "", stands, stands, stands, stands, stands},
		{"302", 302, "", fine, stands, stands, stands, stands},
		{"no answer", 0, "", again, again, unknown, unknown, unknown},
		{"an odd status", 999, "", again, again, unknown, unknown, unknown},
	} {
		for name, want := range map[string]string{"GET": tt.get, "PUT": tt.put, "PUT If-Match": tt.putIfMatch, "POST": tt.post, "send": tt.send} {
			t.Run(tt.fault+"/"+name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					x := batchTenant(t, issuer)
					fault := graphtest.Fault{Route: routeOf[name], Status: tt.status, RetryAfter: tt.retryAfter}
					if tt.status == 0 {
						fault.Cut = graphtest.CutItem
					}
					x.fail(t, fault)
					results, err := x.client.Batch(t.Context(), []*m365graph.BatchItem{itemNamed(name), getItem("other")}, nil)
					if err != nil || results[1].Err != nil {
						t.Fatalf("Batch: %v, the other item: %v", err, results[1].Err)
					}
					sent := x.sent(name)
					if got := ending(results[0], sent); got != want {
						t.Errorf("%s after %s: %s (%v, sent %d times), want %s", name, tt.fault, got, results[0].Err, sent, want)
					}
					if n := x.sent("other"); n != 1 {
						t.Errorf("the other item was sent %d times, want once", n)
					}
					x.graph.AssertWaited(t)
				})
			})
		}
	}
}

// ending names what became of an item that was sent so often.
func ending(r m365graph.BatchResult, sent int) string {
	switch {
	case r.Err == nil && sent == 2:
		return "again"
	case r.Err == nil && sent == 1:
		return "fine"
	case errors.Is(r.Err, m365graph.ErrAmbiguous) && sent <= 1:
		return "unknown"
	case r.Err != nil && sent <= 1:
		return "stands"
	}
	return "odd"
}

// When the request fails as a whole, each of its items is judged by its own
// safety.
func TestABatchThatFailsAsAWholeIsJudgedItemByItem(t *testing.T) {
	t.Parallel()
	const again, stands, unknown = "again", "stands", "unknown"
	issuer := testtenant.Issuer(t)
	for _, tt := range []struct {
		fault                string
		first                graphtest.Fault // none: no connection
		get, put, post, send string
	}{
		{"429", graphtest.Fault{Status: 429, RetryAfter: "1"}, again, again, again, again},
		{"503 with Retry-After", graphtest.Fault{Status: 503, RetryAfter: "1"}, again, again, again, unknown},
		{"503", graphtest.Fault{Status: 503}, again, again, unknown, unknown},
		{"502", graphtest.Fault{Status: 502}, again, again, unknown, unknown},
		{"400", graphtest.Fault{Status: 400}, stands, stands, stands, stands},
		{"413", graphtest.Fault{Status: 413}, stands, stands, stands, stands},
		{"reset", graphtest.Fault{Cut: graphtest.CutBefore}, again, again, unknown, unknown},
		{"no connection", graphtest.Fault{}, again, again, again, again},
		{"HTML", graphtest.Fault{HTML: "<html>a portal</html>"}, again, again, unknown, unknown},
		{"reset at the end", graphtest.Fault{Cut: graphtest.CutBefore, After: true}, again, again, unknown, unknown},
		{"cut within", graphtest.Fault{Cut: graphtest.CutBody}, again, again, unknown, unknown},
		{"half of the JSON", graphtest.Fault{JSON: graphtest.JSONTruncated}, again, again, unknown, unknown},
		{"no responses", graphtest.Fault{Body: `{}`}, again, again, unknown, unknown},
		{"null responses", graphtest.Fault{Body: `{"responses":null}`}, again, again, unknown, unknown},
		{"odd responses", graphtest.Fault{Body: `{"responses":[null,1,"x",{},{"id":1},{"id":"PUT"},{"id":"POST","status":{}}]}`}, again, again, unknown, unknown},
		{"other IDs", graphtest.Fault{Body: `{"responses":[{"id":"x","status":200},{"id":null,"status":200}]}`}, again, again, unknown, unknown},
		{"odd statuses", graphtest.Fault{Body: `{"responses":[{"id":"GET","status":42},{"id":"PUT","status":0},{"id":"POST","status":-1},{"id":"send","status":"199"}]}`}, again, again, unknown, unknown},
		{"one answer twice", graphtest.Fault{Body: `{"responses":[{"id":"GET","status":200},{"id":"get","status":404},` +
			`{"id":"PUT","status":200},{"id":"PUT","status":200},{"id":"POST","status":200},{"id":"POST","status":200}]}`}, again, again, unknown, unknown},
	} {
		t.Run(tt.fault, func(t *testing.T) {
			t.Parallel()
			for _, names := range [][]string{{"GET", "PUT", "POST", "send"}, {"GET", "PUT", "POST"}, {"GET", "PUT"}, {"GET"}} {
				synctest.Test(t, func(t *testing.T) {
					x := batchTenant(t, issuer)
					if x.closed = tt.fault == "no connection"; !x.closed {
						fault := tt.first
						fault.Route = batchRoute
						x.fail(t, fault)
					}
					var items []*m365graph.BatchItem
					for _, name := range names {
						items = append(items, itemNamed(name))
					}
					results, err := x.client.Batch(t.Context(), items, nil)
					if err != nil {
						t.Fatal(err)
					}
					want := map[string]string{"GET": tt.get, "PUT": tt.put, "POST": tt.post, "send": tt.send}
					for _, r := range results {
						if got := ending(r, x.sent(r.ID)); got != want[r.ID] {
							t.Errorf("%s of %v: %s (%v, sent %d times), want %s", r.ID, names, got, r.Err, x.sent(r.ID), want[r.ID])
						}
					}
				})
			}
		})
	}
}

// How often is the same as for single calls, and told.
func TestAnItemIsTriedAsOftenAsTheClientSays(t *testing.T) {
	t.Parallel()
	issuer := testtenant.Issuer(t)
	for retries, want := range map[int]int{-1: 1, 2: 3} {
		synctest.Test(t, func(t *testing.T) {
			x := batchTenant(t, issuer, func(o *m365graph.Options) { o.MaxRetries = retries })
			x.fail(t, graphtest.Fault{Route: meRoute, Status: 504, Count: -1}, graphtest.Fault{Route: putRoute, Status: 504, Count: -1})
			items := []*m365graph.BatchItem{getItem("get"), itemNamed("PUT")}
			results, err := x.client.Batch(t.Context(), items, nil)
			var no *m365graph.Error
			if err != nil || !errors.As(results[0].Err, &no) || no.Attempts != want || x.sent("get") != want {
				t.Errorf("Batch = %v, %v after %d tries, want an *Error that says %d", results[0].Err, err, x.sent("get"), want)
			}
			if errors.Is(results[0].Err, m365graph.ErrAmbiguous) || !errors.Is(results[1].Err, m365graph.ErrAmbiguous) {
				t.Errorf("the errors are %v and %v, want ErrAmbiguous of the write alone", results[0].Err, results[1].Err)
			}
		})
	}
}

// An item's time is that of a call, from when it is first sent.
func TestAnItemTakesNoLongerThanACallMay(t *testing.T) {
	t.Parallel()
	issuer := testtenant.Issuer(t)
	synctest.Test(t, func(t *testing.T) {
		x := batchTenant(t, issuer, func(o *m365graph.Options) { o.CallTimeout, o.MaxRetries = 25*time.Second, 100 })
		x.fail(t, graphtest.Fault{Route: personRoute, Status: 429, RetryAfter: "10", Count: -1})
		start := time.Now()
		results, err := x.client.Batch(t.Context(), getItems(1), nil)
		if took := time.Since(start); err != nil || !errors.Is(results[0].Err, m365graph.ErrThrottled) || took > 25*time.Second || took < 20*time.Second {
			t.Errorf("Batch = %v, %v after %v, want ErrThrottled within 25s", results[0].Err, err, took)
		}
	})
}

// The request as a whole is tried as often as one of its items would be, and no
// item is waited for longer than the client says.
func TestABatchThatFailsAsAWholeForGoodEnds(t *testing.T) {
	t.Parallel()
	issuer := testtenant.Issuer(t)
	for name, tt := range map[string]struct {
		fail  graphtest.Fault
		items []*m365graph.BatchItem
		sent  int
	}{
		"reads and repeatable writes": {graphtest.Fault{Status: 504}, []*m365graph.BatchItem{itemNamed("GET"), itemNamed("PUT")}, 3},
		"reads beside a send":         {graphtest.Fault{Status: 504}, []*m365graph.BatchItem{itemNamed("GET"), itemNamed("send")}, 4}, // then the read is alone
		"busy for long":               {graphtest.Fault{Status: 503, RetryAfter: "3600"}, []*m365graph.BatchItem{itemNamed("GET"), itemNamed("send")}, 1},
	} {
		synctest.Test(t, func(t *testing.T) {
			x := batchTenant(t, issuer, func(o *m365graph.Options) { o.MaxRetries = 2 })
			fault := tt.fail
			fault.Route, fault.Count = batchRoute, -1
			x.fail(t, fault)
			start := time.Now()
			results, err := x.client.Batch(t.Context(), tt.items, nil)
			if err != nil || errors.Is(results[0].Err, m365graph.ErrAmbiguous) || !errors.Is(results[1].Err, m365graph.ErrAmbiguous) || time.Since(start) > time.Minute {
				t.Errorf("%s: Batch = %v, %v after %v, want ErrAmbiguous of the write alone", name, results, err, time.Since(start))
			}
			if len(x.batches) != tt.sent {
				t.Errorf("%s: %d requests were sent, want %d", name, len(x.batches), tt.sent)
			}
		})
	}
}

func TestHooksAreToldOfItems(t *testing.T) {
	t.Parallel()
	issuer := testtenant.Issuer(t)
	synctest.Test(t, func(t *testing.T) {
		var told []string
		note := func(what string) func(context.Context, m365graph.Event) {
			return func(_ context.Context, e m365graph.Event) {
				told = append(told, fmt.Sprintf("%s %s %s %d %d", what, e.Method, e.Route, e.Status, e.Attempt))
			}
		}
		x := batchTenant(t, issuer, func(o *m365graph.Options) {
			o.Hooks = m365graph.Hooks{Request: note("request"), Retry: note("retry"), Throttle: note("throttle")}
		})
		x.fail(t, graphtest.Fault{Route: routeOf["GET"], Status: 429, RetryAfter: "1"})
		if _, err := x.client.Batch(t.Context(), []*m365graph.BatchItem{itemNamed("GET")}, nil); err != nil {
			t.Fatal(err)
		}
		want := []string{
			"request POST /$batch 200 1", "request GET /me/mailFolders/{id} 429 1", "throttle GET /me/mailFolders/{id} 429 1", "retry GET /me/mailFolders/{id} 429 1",
			"request POST /$batch 200 1", "request GET /me/mailFolders/{id} 200 2",
		}
		if diff := cmp.Diff(want, told); diff != "" {
			t.Errorf("hooks were told (-want +got):\n%s", diff)
		}
	})
}

func TestAnItemThatHasToWaitTooLongSaysHowLong(t *testing.T) {
	t.Parallel()
	issuer := testtenant.Issuer(t)
	synctest.Test(t, func(t *testing.T) {
		x := batchTenant(t, issuer)
		x.fail(t, graphtest.Fault{Route: personRoute, Code: "TooManyRequests", RetryAfter: "3600"})
		start := time.Now()
		results, err := x.client.Batch(t.Context(), getItems(1), nil)
		var no *m365graph.Error
		if err != nil || !errors.As(results[0].Err, &no) || !errors.Is(no, m365graph.ErrThrottled) || no.RetryAfter != time.Hour || time.Since(start) != 0 {
			t.Errorf("Batch = %v, %v after %v, want ErrThrottled for an hour, at once", results[0].Err, err, time.Since(start))
		}
	})
}

func TestADeleteThatWasLostAndIsGoneHasSucceeded(t *testing.T) {
	t.Parallel()
	const route = "DELETE /me/messages/{id}"
	issuer := testtenant.Issuer(t)
	for name, fault := range map[string]graphtest.Fault{
		"its answer": {Route: route, Status: 504, After: true}, "the batch's": {Route: batchRoute, Cut: graphtest.CutBefore, After: true},
	} {
		synctest.Test(t, func(t *testing.T) {
			x := batchTenant(t, issuer)
			draft, err := m365graph.Post[item](t.Context(), x.client, m365graph.P("me", "messages"), map[string]string{"subject": "Plant tour"})
			if err != nil {
				t.Fatal(err)
			}
			x.fail(t, fault)
			results, err := x.client.Batch(t.Context(), []*m365graph.BatchItem{
				{Request: m365graph.Request{Method: "DELETE", Path: m365graph.P("me", "messages", draft.ID)}},
			}, nil)
			if err != nil || results[0].Err != nil || results[0].Response.Status != 204 {
				t.Errorf("%s lost: Batch = %+v, %v, want 204", name, results[0], err)
			}
			x.graph.AssertExecuted(t, route, 1)
		})
	}
}

func TestARefusedTokenIsRenewedOnceForTheItemsItWasRefusedTo(t *testing.T) {
	t.Parallel()
	claims := `{"access_token":{"nbf":{"essential":true,"value":"1"}}}`
	challenge := `Bearer error="insufficient_claims", claims="eyJhY2Nlc3NfdG9rZW4iOnsibmJmIjp7ImVzc2VudGlhbCI6dHJ1ZSwidmFsdWUiOiIxIn19fQ=="`
	issuer := testtenant.Issuer(t)
	for name, tt := range map[string]struct {
		status int
		header http.Header
		want   m365auth.TokenRequest
	}{
		"expired":    {401, nil, m365auth.TokenRequest{ForceRefresh: true}},
		"claims":     {401, http.Header{"WWW-Authenticate": {challenge}}, m365auth.TokenRequest{Claims: claims}},
		"claims 403": {403, http.Header{"www-authenticate": {challenge}}, m365auth.TokenRequest{Claims: claims}},
	} {
		synctest.Test(t, func(t *testing.T) {
			x := batchTenant(t, issuer)
			refused := graphtest.Fault{Status: tt.status, Code: "InvalidAuthenticationToken", Header: tt.header}
			send, stubborn := refused, refused
			send.Route, stubborn.Route, stubborn.Count = routeOf["send"], personRoute, -1
			x.fail(t, send, graphtest.Fault{Route: routeOf["send"], Code: "TooManyRequests"}, stubborn)
			results, err := x.client.Batch(t.Context(), []*m365graph.BatchItem{itemNamed("send"), getItem("other"), getItems(1)[0]}, nil)
			var no *m365graph.Error
			if err != nil || results[0].Err != nil || results[1].Err != nil || !errors.As(results[2].Err, &no) || no.Status != tt.status {
				t.Errorf("%s: Batch = %v, %v", name, results, err)
			}
			if diff := cmp.Diff([]m365auth.TokenRequest{{}, tt.want, {}}, x.asks); diff != "" {
				t.Errorf("%s: token requests (-want +got):\n%s", name, diff)
			}
			if want := [][]string{{"n0", "other", "send"}, {"n0", "send"}, {"send"}}; !cmp.Equal(want, x.sentIDs()) || x.batches[1].token == x.batches[0].token {
				t.Errorf("%s: the requests were %v, want %v with another token", name, x.sentIDs(), want)
			}
			x.graph.AssertExecuted(t, routeOf["send"], 1)
		})
	}
}

// Where no token is to be had, nothing was sent, and nothing may have happened.
func TestABatchWithoutATokenIsNotSent(t *testing.T) {
	t.Parallel()
	x := batchTenant(t, testtenant.Issuer(t))
	c := newClient(t, m365auth.Static(""), &m365graph.Options{HTTPClient: &http.Client{Transport: x}})
	results, err := c.Batch(t.Context(), []*m365graph.BatchItem{itemNamed("send"), itemNamed("GET")}, nil)
	if err != nil || slices.ContainsFunc(results, func(r m365graph.BatchResult) bool {
		return r.Err == nil || errors.Is(r.Err, m365graph.ErrAmbiguous)
	}) || len(x.batches) != 0 {
		t.Errorf("Batch = %v, %v after %d requests, want errors and none", results, err, len(x.batches))
	}
}
