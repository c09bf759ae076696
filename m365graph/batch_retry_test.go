package m365graph_test

import (
	"errors"
	"fmt"
	"net/http"
	stdslices "slices"
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

// Graph counts all requests to a mailbox together: who is refused speaks for all.
func TestAThrottledItemHoldsBackWhatGraphCountsWithIt(t *testing.T) {
	t.Parallel()
	var items []*m365graph.BatchItem
	for i := range 60 {
		item := getItem(fmt.Sprintf("%s%d", []string{"mail", "file"}[i%2], i/2))
		item.Request.Path = m365graph.P("me", []string{"messages", "drive"}[i%2], item.ID)
		items = append(items, item)
	}
	for retryAfter, kinds := range map[string]string{"5": "both file mail mail", "3600": "both file"} {
		synctest.Test(t, func(t *testing.T) {
			g := &batchGraph{latency: 20 * time.Millisecond, item: func(it sentItem, tries int) string {
				if it.ID == "mail0" && tries == 0 {
					return itemError(it.ID, 429, "ApplicationThrottled", "Retry-After", retryAfter)
				}
				return okItem(it)
			}}
			c := batchClient(t, g)
			results, err := c.Batch(t.Context(), items, &m365graph.BatchOptions{Parallel: 1})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for i, b := range g.batches {
				files := strings.Count(strings.Join(b.ids(), " "), "file")
				kind := map[int]string{0: "mail", len(b.items): "file"}[files]
				if kind == "" {
					kind = "both"
				}
				got = append(got, kind)
				if kind == "mail" && b.at < 5*time.Second || kind == "file" && b.at != g.latency {
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
			_, err = c.Do(t.Context(), &m365graph.Request{Path: m365graph.P("me", "events")})
			if (retryAfter == "3600") != errors.Is(err, m365graph.ErrThrottled) {
				t.Errorf("Retry-After %s: a call to the same mailbox = %v", retryAfter, err)
			}
			sent := len(g.batches)
			last, err := c.Batch(t.Context(), []*m365graph.BatchItem{itemNamed("send", "mail0"), items[0]}, nil)
			if refused := errors.Is(last[0].Err, m365graph.ErrThrottled) && errors.Is(last[1].Err, m365graph.ErrThrottled) && len(g.batches) == sent; err != nil || refused != (retryAfter == "3600") {
				t.Errorf("Retry-After %s: a chain to the same mailbox = %v, %v after %d requests", retryAfter, last, err, len(g.batches)-sent)
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

// A dependent that failed because its dependency was throttled goes again with
// it, and what has succeeded does not.
func TestAThrottledDependencyGoesAgainWithWhatDependsOnIt(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		items []*m365graph.BatchItem
		fault string // the item that is refused once
		want  string // the second request
	}{
		"the middle of a chain": {[]*m365graph.BatchItem{itemNamed("send"), getItem("b", "send"), itemNamed("POST", "b")}, "b", "b POST<b"},
		"the head of a chain":   {[]*m365graph.BatchItem{getItem("a"), itemNamed("POST", "a"), getItem("c", "POST")}, "a", "a POST<a c<POST"},
		"the head of a star":    {[]*m365graph.BatchItem{getItem("a"), itemNamed("send", "a"), getItem("c", "a")}, "a", "a send<a c<a"},
		"a ray of a star":       {[]*m365graph.BatchItem{itemNamed("send"), getItem("b", "send"), getItem("c", "send")}, "b", "b"},
	} {
		for _, status := range []int{429, 401} {
			synctest.Test(t, func(t *testing.T) {
				g := &batchGraph{item: func(it sentItem, tries int) string {
					if it.ID == tt.fault && tries == 0 {
						return itemError(it.ID, status, "no", "Retry-After", "5")
					}
					return okItem(it)
				}}
				tokens := &counting{}
				c := newClient(t, tokens, &m365graph.Options{HTTPClient: &http.Client{Transport: g}})
				results, err := c.Batch(t.Context(), tt.items, nil)
				for _, r := range results {
					if err != nil || r.Err != nil {
						t.Fatalf("%s, %d: %s: %v, %v", name, status, r.ID, r.Err, err)
					}
				}
				if len(g.batches) != 2 {
					t.Fatalf("%s, %d: the requests were %v, want 2", name, status, g.sentIDs())
				}
				var got []string
				for _, it := range g.batches[1].items {
					id := it.ID
					if len(it.DependsOn) > 0 {
						id += "<" + strings.Join(it.DependsOn, ",")
					}
					got = append(got, id)
				}
				if s := strings.Join(got, " "); s != tt.want {
					t.Errorf("%s, %d: the second request was %q, want %q", name, status, s, tt.want)
				}
				if wait := g.batches[1].at; status == 429 && wait < 5*time.Second || status == 401 && wait > 0 {
					t.Errorf("%s, %d: it went again after %v", name, status, wait)
				}
				if tokens.asks[1].ForceRefresh != (status == 401) {
					t.Errorf("%s, %d: the token requests were %v", name, status, tokens.asks)
				}
			})
		}
	}
}

func TestADependentOfAFailureIsNotExecuted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := &batchGraph{item: func(it sentItem, _ int) string {
			if it.ID == "a" {
				return itemError(it.ID, 403, "accessDenied")
			}
			return okItem(it)
		}}
		results, err := batchClient(t, g).Batch(t.Context(), []*m365graph.BatchItem{getItem("a"), itemNamed("send", "a")}, nil)
		var no *m365graph.Error
		if err != nil || !errors.As(results[1].Err, &no) || no.Status != 424 || no.Path != "/me/thing" || len(g.batches) != 1 || errors.Is(no, m365graph.ErrAmbiguous) {
			t.Errorf("Batch = %v, %v after %d requests, want a 424 after one", results[1].Err, err, len(g.batches))
		}
	})
}

// The outcome of the write in the middle is unknown, so what depends on it may
// not run; what it depends on may be read again.
func TestNothingThatDependsOnAnUnknownOutcomeIsSentAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := &batchGraph{whole: func(n int, _ sentBatch) (*http.Response, error) {
			if n == 0 {
				return nil, errReset
			}
			return nil, nil
		}}
		items := []*m365graph.BatchItem{getItem("a"), itemNamed("POST", "a"), getItem("c", "POST"), itemNamed("PUT", "c")}
		results, err := batchClient(t, g).Batch(t.Context(), items, nil)
		if err != nil || results[0].Err != nil || results[2].Err == nil || results[3].Err == nil {
			t.Fatalf("Batch = %v, %v", results, err)
		}
		for i, maybe := range []bool{false, true, false, true} {
			if errors.Is(results[i].Err, m365graph.ErrAmbiguous) != maybe {
				t.Errorf("%s = %v, want ErrAmbiguous = %v", results[i].ID, results[i].Err, maybe)
			}
		}
		if diff := cmp.Diff([]string{"a"}, g.batches[1].ids()); diff != "" || len(g.batches) != 2 {
			t.Errorf("the requests were %v, want the second with a alone", g.sentIDs())
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
	if err != nil || stdslices.ContainsFunc(results, func(r m365graph.BatchResult) bool {
		return r.Err == nil || errors.Is(r.Err, m365graph.ErrAmbiguous)
	}) || len(g.batches) != 0 {
		t.Errorf("Batch = %v, %v after %d requests, want errors and none", results, err, len(g.batches))
	}
}
