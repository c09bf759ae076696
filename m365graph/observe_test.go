package m365graph_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/m365go/sdk/m365graph"
)

// record collects what the hooks are told, a line each.
type record struct {
	mu    sync.Mutex
	lines []string
}

func (r *record) hooks() m365graph.Hooks {
	as := func(kind string) func(context.Context, m365graph.Event) {
		return func(_ context.Context, e m365graph.Event) {
			r.mu.Lock()
			defer r.mu.Unlock()
			text := fmt.Sprintf("%s %s %s %s attempt %d: %d", kind, e.Method, e.Route, e.Service, e.Attempt, e.Status)
			if e.Wait > 0 {
				text += fmt.Sprintf(", wait %v", e.Wait.Truncate(10*time.Second)) // it has some jitter
			}
			if e.Err != nil {
				text += ", " + e.Err.Error()
			}
			if e.ClientRequestID == "" || e.Status > 0 && e.RequestID != "request-1" {
				text += ", without its ids"
			}
			r.lines = append(r.lines, text)
		}
	}
	return m365graph.Hooks{Request: as("request"), Retry: as("retry"), Throttle: as("throttle")}
}

// losing is the way to Graph on which the second request is lost.
func losing(w *wiretap, lost func(req *http.Request) error) http.RoundTripper {
	var n atomic.Int32
	return roundTrip(func(req *http.Request) (*http.Response, error) {
		if n.Add(1) == 2 {
			return nil, lost(req)
		}
		return w.RoundTrip(req)
	})
}

func TestHooksAreToldOfEachAttempt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := losing(tap(t, refusing(429, "TooManyRequests", "Retry-After", "20"), refusing(500, "generalException"), fine), func(req *http.Request) error {
			return &url.Error{Op: "Get", URL: req.URL.String(), Err: fmt.Errorf("proxy: %w", &url.Error{URL: req.URL.String(), Err: errReset})}
		})
		var r record
		c := setup(t, w, func(o *m365graph.Options) { o.Hooks = r.hooks() })
		path := m365graph.P("users", "sales@contoso.example", "messages", "AAMk")
		if _, err := c.Do(t.Context(), &m365graph.Request{Path: path}); err != nil {
			t.Fatal(err)
		}
		const get = " GET /users/{id}/messages/{id} mailbox attempt "
		want := []string{
			"request" + get + "1: 429", "throttle" + get + "1: 429, wait 20s", "retry" + get + "1: 429, wait 20s",
			"request" + get + "2: 0, connection reset by peer", "retry" + get + "2: 0, wait 0s, connection reset by peer",
			"request" + get + "3: 500", "retry" + get + "3: 500, wait 0s",
			"request" + get + "4: 200",
		}
		if diff := cmp.Diff(want, r.lines); diff != "" {
			t.Errorf("told (-want +got):\n%s", diff)
		}
	})
}

func TestThePageHookCounts(t *testing.T) {
	t.Parallel()
	w := tap(t, book(`{"id":"1"},null,{"id":"2"}`, ``)...)
	var got []m365graph.Event
	c := setup(t, w, func(o *m365graph.Options) {
		o.Hooks.Page = func(_ context.Context, e m365graph.Event) { got = append(got, e) }
	})
	for _, err := range m365graph.All[struct{}](t.Context(), c, m365graph.P("me", "messages"), nil) {
		if err != nil {
			t.Fatal(err)
		}
	}
	page := m365graph.Event{Method: "GET", Route: "/me/messages", Service: "mailbox", RequestID: "request-1"}
	first := page
	first.Items = 2
	if diff := cmp.Diff([]m365graph.Event{first, page}, got); diff != "" {
		t.Errorf("pages (-want +got):\n%s", diff)
	}
}

// What a log must not hold stands in every part of a request and of its answer.
func TestTheLogHoldsNothingOfPeopleAndNoSecret(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const private = "private-word"
		w := losing(tap(t, refusing(429, private, "Retry-After", "1", "X-Extra", private),
			replying(200, `{"value":[{"subject":"`+private+`"}]}`, "Location", "https://"+private)), func(req *http.Request) error {
			return &url.Error{Op: "Get", URL: req.URL.String() + "?" + private, Err: errors.New("reset")}
		})
		var out bytes.Buffer
		log := slog.New(slog.NewJSONHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug}))
		c := setup(t, w, func(o *m365graph.Options) { o.Logger = log })
		_, err := c.Do(t.Context(), &m365graph.Request{
			Path:  m365graph.P("users", private+"@contoso.example", "drive", "root:", private, "x:", "search(q='"+private+"')"),
			Query: &m365graph.Query{Search: private, Filter: m365graph.Where("subject eq ?", private)},
			Body:  map[string]string{"a": private}, Safety: m365graph.SafetyRead,
			Header: http.Header{"X-Own": {private}},
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, secret := range []string{private, bearer} {
			if strings.Contains(out.String(), secret) {
				t.Errorf("the log holds %q:\n%s", secret, &out)
			}
		}
		lines := strings.Split(strings.TrimSpace(out.String()), "\n")
		levels := map[string]int{}
		for _, text := range lines {
			var line struct {
				Level, Msg string
				Graph      struct{ Route string }
			}
			if err := json.Unmarshal([]byte(text), &line); err != nil || !strings.HasPrefix(line.Graph.Route, "/users/{id}/drive/root:/{id}") {
				t.Errorf("line %s: %v, want the route", text, err)
			}
			levels[line.Level+" "+line.Msg]++
		}
		want := map[string]int{"DEBUG graph request": 3, "WARN graph throttled": 1, "DEBUG graph retry": 2}
		if diff := cmp.Diff(want, levels); diff != "" {
			t.Errorf("lines (-want +got):\n%s", diff)
		}
	})
}
