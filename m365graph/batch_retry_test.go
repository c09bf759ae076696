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
	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365graph"
)

// Each item waits for its own Retry-After, however that is written, goes again by
// itself, and holds up no other.
func TestThrottledItemsGoAgainAtTheirOwnTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		waits := map[string]string{
			"n1": `"Retry-After":"7"`, "n2": `"retry-after":2.128`, "n3": `"RETRY-AFTER":"0.249"`, "n4": `"Retry-After":3`,
			"n5": `"Retry-After":"` + time.Now().Add(11*time.Second).UTC().Format(http.TimeFormat) + `"`, "n6": `"x":null`,
		}
		least := map[string]time.Duration{
			"n1": 7 * time.Second, "n2": 2128 * time.Millisecond, "n3": 249 * time.Millisecond, "n4": 3 * time.Second,
			"n5": 11 * time.Second, "n6": 250 * time.Millisecond,
		}
		g := &batchGraph{latency: 20 * time.Millisecond}
		g.item = func(it sentItem, tries int) string {
			if wait := waits[it.ID]; wait != "" && tries == 0 {
				return fmt.Sprintf(`{"id":%q,"status":"429","headers":{%s},"body":{"error":{"code":"TooManyRequests"}}}`, it.ID, wait)
			}
			return okItem(it)
		}
		items := getItems(100)
		for _, item := range items {
			item.Request.Path = m365graph.P(item.ID) // each is throttled by itself
		}
		results, err := batchClient(t, g).Batch(t.Context(), items, &m365graph.BatchOptions{Parallel: 1})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range results {
			if r.Err != nil {
				t.Errorf("%s: %v", r.ID, r.Err)
			}
		}
		again := map[string]time.Duration{}
		for i, b := range g.batches {
			if i < 5 {
				if len(b.items) != 20 || b.at > time.Duration(i)*g.latency {
					t.Errorf("request %d has %d items at %v, want 20 without a pause", i, len(b.items), b.at)
				}
				continue
			}
			for _, it := range b.items {
				again[it.ID] = b.at - g.latency // since it was refused
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

// What was refused together goes again together.
func TestRetriesShareRequests(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := &batchGraph{latency: 20 * time.Millisecond}
		g.item = func(it sentItem, tries int) string {
			if strings.HasSuffix(it.ID, "5") && tries == 0 {
				return itemError(it.ID, 429, "TooManyRequests", "Retry-After", "1")
			}
			return okItem(it)
		}
		if _, err := batchClient(t, g).Batch(t.Context(), getItems(80), nil); err != nil {
			t.Fatal(err)
		}
		if len(g.batches) != 5 || len(g.batches[4].items) != 8 {
			t.Errorf("the requests were %v, want the 8 refused items in a fifth", g.sentIDs())
		}
	})
}

func TestAnItemEndsWhereASingleCallWould(t *testing.T) {
	t.Parallel()
	const again, stands, unknown, fine = "again", "stands", "unknown", "fine"
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
		{"an odd status", 42, "", again, again, unknown, unknown, unknown},
	} {
		for name, want := range map[string]string{"GET": tt.get, "PUT": tt.put, "PUT If-Match": tt.putIfMatch, "POST": tt.post, "send": tt.send} {
			t.Run(tt.fault+"/"+name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					g := &batchGraph{}
					g.item = func(it sentItem, tries int) string {
						switch {
						case tries > 0 || it.ID == "other":
							return okItem(it)
						case tt.status == 0:
							return ""
						}
						return itemError(it.ID, tt.status, "fault", "Retry-After", tt.retryAfter)
					}
					results, err := batchClient(t, g).Batch(t.Context(), []*m365graph.BatchItem{itemNamed(name), getItem("other")}, nil)
					if err != nil || results[1].Err != nil {
						t.Fatalf("Batch: %v, the other item: %v", err, results[1].Err)
					}
					if got := ending(results[0], g.tries[name]); got != want {
						t.Errorf("%s after %s: %s (%v, sent %d times), want %s", name, tt.fault, got, results[0].Err, g.tries[name], want)
					}
					if g.tries["other"] != 1 {
						t.Errorf("the other item was sent %d times, want once", g.tries["other"])
					}
				})
			})
		}
	}
}

// ending names what became of an item that was executed so often.
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
	status := func(code int, headers ...string) func() (*http.Response, error) {
		return func() (*http.Response, error) { return graphError(code, "fault", headers...), nil }
	}
	body := func(text string) func() (*http.Response, error) {
		return func() (*http.Response, error) { return reply(200, text), nil }
	}
	for _, tt := range []struct {
		fault                string
		first                func() (*http.Response, error)
		get, put, post, send string
	}{
		{"429", status(429, "Retry-After", "1"), again, again, again, again},
		{"503 with Retry-After", status(503, "Retry-After", "1"), again, again, again, unknown},
		{"503", status(503), again, again, unknown, unknown},
		{"502", status(502), again, again, unknown, unknown},
		{"400", status(400), stands, stands, stands, stands},
		{"413", status(413), stands, stands, stands, stands},
		{"reset", func() (*http.Response, error) { return nil, errReset }, again, again, unknown, unknown},
		{"no connection", func() (*http.Response, error) { return nil, errDial() }, again, again, again, again},
		{"HTML", body(`<html>a portal</html>`), again, again, unknown, unknown},
		{"cut JSON", body(`{"responses":[{"id":"GET","status":200},{"id":`), again, again, unknown, unknown},
		{"no responses", body(`{}`), again, again, unknown, unknown},
		{"null responses", body(`{"responses":null}`), again, again, unknown, unknown},
		{"odd responses", body(`{"responses":[null,1,"x",{},{"id":1},{"id":"PUT"},{"id":"POST","status":{}}]}`), again, again, unknown, unknown},
		{"other IDs", body(`{"responses":[{"id":"x","status":200},{"id":null,"status":200}]}`), again, again, unknown, unknown},
		{"one answer twice", body(`{"responses":[{"id":"GET","status":200},{"id":"get","status":404},` +
			`{"id":"PUT","status":200},{"id":"PUT","status":200},{"id":"POST","status":200},{"id":"POST","status":200}]}`), again, again, unknown, unknown},
	} {
		t.Run(tt.fault, func(t *testing.T) {
			t.Parallel()
			for _, names := range [][]string{{"GET", "PUT", "POST", "send"}, {"GET", "PUT", "POST"}, {"GET", "PUT"}, {"GET"}} {
				synctest.Test(t, func(t *testing.T) {
					g := &batchGraph{whole: func(n int, _ sentBatch) (*http.Response, error) {
						if n == 0 {
							return tt.first()
						}
						return nil, nil
					}}
					var items []*m365graph.BatchItem
					for _, name := range names {
						items = append(items, itemNamed(name))
					}
					results, err := batchClient(t, g).Batch(t.Context(), items, nil)
					if err != nil {
						t.Fatal(err)
					}
					want := map[string]string{"GET": tt.get, "PUT": tt.put, "POST": tt.post, "send": tt.send}
					for _, r := range results {
						if got := ending(r, 1+g.tries[r.ID]); got != want[r.ID] {
							t.Errorf("%s of %v: %s (%v, sent %d times), want %s", r.ID, names, got, r.Err, 1+g.tries[r.ID], want[r.ID])
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
	for retries, want := range map[int]int{-1: 1, 2: 3} {
		synctest.Test(t, func(t *testing.T) {
			g := &batchGraph{item: func(it sentItem, _ int) string { return itemError(it.ID, 504, "Timeout") }}
			items := []*m365graph.BatchItem{getItem("get"), itemNamed("PUT")}
			c := batchClient(t, g, func(o *m365graph.Options) { o.MaxRetries = retries })
			results, err := c.Batch(t.Context(), items, nil)
			var no *m365graph.Error
			if err != nil || !errors.As(results[0].Err, &no) || no.Attempts != want || g.tries["get"] != want {
				t.Errorf("Batch = %v, %v after %d tries, want an *Error that says %d", results[0].Err, err, g.tries["get"], want)
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
	synctest.Test(t, func(t *testing.T) {
		g := &batchGraph{item: func(it sentItem, _ int) string { return itemError(it.ID, 429, "x", "Retry-After", "10") }}
		c := batchClient(t, g, func(o *m365graph.Options) { o.CallTimeout, o.MaxRetries = 25*time.Second, 100 })
		start := time.Now()
		results, err := c.Batch(t.Context(), getItems(1), nil)
		if took := time.Since(start); err != nil || !errors.Is(results[0].Err, m365graph.ErrThrottled) || took > 25*time.Second || took < 20*time.Second {
			t.Errorf("Batch = %v, %v after %v, want ErrThrottled within 25s", results[0].Err, err, took)
		}
	})
}

// The request as a whole is tried as often as one of its items would be, and no
// item is waited for longer than the client says.
func TestABatchThatFailsAsAWholeForGoodEnds(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		fail  *http.Response
		items []*m365graph.BatchItem
		sent  int
	}{
		"reads and repeatable writes": {graphError(504, "lost"), []*m365graph.BatchItem{itemNamed("GET"), itemNamed("PUT")}, 3},
		"reads beside a send":         {graphError(504, "lost"), []*m365graph.BatchItem{itemNamed("GET"), itemNamed("send")}, 4}, // then the read is alone
		"busy for long":               {graphError(503, "busy", "Retry-After", "3600"), []*m365graph.BatchItem{itemNamed("GET"), itemNamed("send")}, 1},
	} {
		synctest.Test(t, func(t *testing.T) {
			g := &batchGraph{whole: func(int, sentBatch) (*http.Response, error) {
				return graphError(tt.fail.StatusCode, "x", "Retry-After", tt.fail.Header.Get("Retry-After")), nil
			}}
			c := batchClient(t, g, func(o *m365graph.Options) { o.MaxRetries = 2 })
			start := time.Now()
			results, err := c.Batch(t.Context(), tt.items, nil)
			if err != nil || errors.Is(results[0].Err, m365graph.ErrAmbiguous) || !errors.Is(results[1].Err, m365graph.ErrAmbiguous) || time.Since(start) > time.Minute {
				t.Errorf("%s: Batch = %v, %v after %v, want ErrAmbiguous of the write alone", name, results, err, time.Since(start))
			}
			if len(g.batches) != tt.sent {
				t.Errorf("%s: %d requests were sent, want %d", name, len(g.batches), tt.sent)
			}
		})
	}
}

func TestHooksAreToldOfItems(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var told []string
		note := func(what string) func(context.Context, m365graph.Event) {
			return func(_ context.Context, e m365graph.Event) {
				told = append(told, fmt.Sprintf("%s %s %s %d %d", what, e.Method, e.Route, e.Status, e.Attempt))
			}
		}
		g := &batchGraph{item: func(it sentItem, tries int) string {
			if tries == 0 {
				return itemError(it.ID, 429, "x", "Retry-After", "1")
			}
			return okItem(it)
		}}
		c := batchClient(t, g, func(o *m365graph.Options) {
			o.Hooks = m365graph.Hooks{Request: note("request"), Retry: note("retry"), Throttle: note("throttle")}
		})
		item := getItem("a")
		item.Request.Path = m365graph.P("me", "messages", "a")
		if _, err := c.Batch(t.Context(), []*m365graph.BatchItem{item}, nil); err != nil {
			t.Fatal(err)
		}
		want := []string{
			"request POST /$batch 200 1", "request GET /me/messages/{id} 429 1", "throttle GET /me/messages/{id} 429 1", "retry GET /me/messages/{id} 429 1",
			"request POST /$batch 200 1", "request GET /me/messages/{id} 200 2",
		}
		if diff := cmp.Diff(want, told); diff != "" {
			t.Errorf("hooks were told (-want +got):\n%s", diff)
		}
	})
}

func TestAnItemThatHasToWaitTooLongSaysHowLong(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := &batchGraph{item: func(it sentItem, _ int) string {
			return itemError(it.ID, 429, "TooManyRequests", "Retry-After", "3600")
		}}
		start := time.Now()
		results, err := batchClient(t, g).Batch(t.Context(), getItems(1), nil)
		var no *m365graph.Error
		if err != nil || !errors.As(results[0].Err, &no) || !errors.Is(no, m365graph.ErrThrottled) || no.RetryAfter != time.Hour || time.Since(start) != 0 {
			t.Errorf("Batch = %v, %v after %v, want ErrThrottled for an hour, at once", results[0].Err, err, time.Since(start))
		}
	})
}

func TestADeleteThatWasLostAndIsGoneHasSucceeded(t *testing.T) {
	t.Parallel()
	for _, whole := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			g := &batchGraph{item: func(it sentItem, tries int) string {
				if tries == 0 && !whole {
					return itemError(it.ID, 504, "Timeout")
				}
				return itemError(it.ID, 404, "ErrorItemNotFound")
			}}
			if whole {
				g.whole = func(n int, _ sentBatch) (*http.Response, error) {
					if n == 0 {
						return nil, errReset
					}
					return nil, nil
				}
			}
			item := getItem("a")
			item.Request.Method = "DELETE"
			results, err := batchClient(t, g).Batch(t.Context(), []*m365graph.BatchItem{item}, nil)
			if err != nil || results[0].Err != nil || results[0].Response.Status != 204 {
				t.Errorf("whole = %v: Batch = %+v, %v, want 204", whole, results[0], err)
			}
		})
	}
}

func TestARefusedTokenIsRenewedOnceForTheItemsItWasRefusedTo(t *testing.T) {
	t.Parallel()
	claims := `{"access_token":{"nbf":{"essential":true,"value":"1"}}}`
	challenge := `Bearer error="insufficient_claims", claims="eyJhY2Nlc3NfdG9rZW4iOnsibmJmIjp7ImVzc2VudGlhbCI6dHJ1ZSwidmFsdWUiOiIxIn19fQ=="`
	for name, tt := range map[string]struct {
		status  int
		headers []string
		want    m365auth.TokenRequest
	}{
		"expired":    {401, nil, m365auth.TokenRequest{ForceRefresh: true}},
		"claims":     {401, []string{"WWW-Authenticate", challenge}, m365auth.TokenRequest{Claims: claims}},
		"claims 403": {403, []string{"www-authenticate", challenge}, m365auth.TokenRequest{Claims: claims}},
	} {
		synctest.Test(t, func(t *testing.T) {
			tokens := &counting{}
			g := &batchGraph{item: func(it sentItem, tries int) string {
				switch {
				case it.ID == "stubborn", tries == 0 && it.ID == "send":
					return itemError(it.ID, tt.status, "InvalidAuthenticationToken", tt.headers...)
				case tries == 1 && it.ID == "send":
					return itemError(it.ID, 429, "TooManyRequests")
				}
				return okItem(it)
			}}
			c := newClient(t, tokens, &m365graph.Options{HTTPClient: &http.Client{Transport: g}})
			results, err := c.Batch(t.Context(), []*m365graph.BatchItem{itemNamed("send"), getItem("other"), getItem("stubborn")}, nil)
			var no *m365graph.Error
			if err != nil || results[0].Err != nil || results[1].Err != nil || !errors.As(results[2].Err, &no) || no.Status != tt.status {
				t.Errorf("%s: Batch = %v, %v", name, results, err)
			}
			if diff := cmp.Diff([]m365auth.TokenRequest{{}, tt.want, {}}, tokens.asks); diff != "" {
				t.Errorf("%s: token requests (-want +got):\n%s", name, diff)
			}
			if want := [][]string{{"other", "send", "stubborn"}, {"send", "stubborn"}, {"send"}}; !cmp.Equal(want, g.sentIDs()) || g.batches[1].token == g.batches[0].token {
				t.Errorf("%s: the requests were %v, want %v with another token", name, g.sentIDs(), want)
			}
		})
	}
}

// Where no token is to be had, nothing was sent, and nothing may have happened.
func TestABatchWithoutATokenIsNotSent(t *testing.T) {
	t.Parallel()
	g := &batchGraph{}
	c := newClient(t, m365auth.Static(""), &m365graph.Options{HTTPClient: &http.Client{Transport: g}})
	results, err := c.Batch(t.Context(), []*m365graph.BatchItem{itemNamed("send"), itemNamed("GET")}, nil)
	if err != nil || slices.ContainsFunc(results, func(r m365graph.BatchResult) bool {
		return r.Err == nil || errors.Is(r.Err, m365graph.ErrAmbiguous)
	}) || len(g.batches) != 0 {
		t.Errorf("Batch = %v, %v after %d requests, want errors and none", results, err, len(g.batches))
	}
}
