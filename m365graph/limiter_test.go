package m365graph_test

import (
	"context"
	"errors"
	"net/url"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/m365go/sdk/m365graph"
	"github.com/m365go/sdk/m365graph/graphtest"
	"github.com/m365go/sdk/m365graph/internal/testtenant"
)

// together is the most requests to a path that were in work at once.
func together(graph *graphtest.Server, path string) (most int) {
	requests := graph.Requests()
	for _, r := range requests {
		n := 0
		for _, other := range requests {
			if other.Path == path && r.Path == path && !other.Start.After(r.Start) && other.End.After(r.Start) {
				n++
			}
		}
		most = max(most, n)
	}
	return most
}

func TestSoManyAreInFlightPerScope(t *testing.T) {
	t.Parallel()
	issuer := testtenant.Issuer(t)
	paths := map[string]m365graph.Path{
		"mailbox":   m365graph.P("me", "messages"),
		"other":     m365graph.P("users", "support@contoso.example", "events"),
		"drive":     m365graph.P("drives", "d1", "root"),
		"teams":     m365graph.P("chats"),
		"directory": m365graph.P("groups"),
	}
	for name, tt := range map[string]struct {
		limits m365graph.Limits
		want   map[string]int
	}{
		"by default": {want: map[string]int{"mailbox": 4, "other": 4, "drive": 16, "teams": 4, "directory": 32}},
		"as told": {
			limits: m365graph.Limits{Mailbox: 1, Drive: 2, Teams: 3, Other: -1},
			want:   map[string]int{"mailbox": 1, "other": 1, "drive": 2, "teams": 3, "directory": 40},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				x := testtenant.InMemory(t, issuer, nil)
				if err := x.Graph.Fail(graphtest.Fault{Count: -1, Delay: time.Second}); err != nil {
					t.Fatal(err)
				}
				c := newClient(t, x.Tokens(), &m365graph.Options{HTTPClient: x.HTTP, Limits: tt.limits})
				var all sync.WaitGroup
				for scope := range tt.want {
					for range 40 {
						all.Go(func() {
							// What is refused in the end took its place all the same.
							if _, err := c.Do(t.Context(), &m365graph.Request{Path: paths[scope]}); err != nil && !errors.Is(err, m365graph.ErrForbidden) && !errors.Is(err, m365graph.ErrNotFound) {
								t.Error(err)
							}
						})
					}
				}
				all.Wait()
				for scope, want := range tt.want {
					if got := together(x.Graph, "/v1.0"+decoded(t, paths[scope])); got != want {
						t.Errorf("%s: %d in flight, want %d", scope, got, want)
					}
				}
			})
		})
	}
}

func decoded(t *testing.T, path m365graph.Path) string {
	t.Helper()
	text, err := url.PathUnescape(path.String())
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// A refused request tells about all of its scope, and about no other.
func TestAThrottlePausesItsScopeAlone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		w := tap(t, refusing(429, "TooManyRequests", "Retry-After", "7.5"), fine)
		c := setup(t, w)
		var mu sync.Mutex
		at := map[string]time.Duration{}
		var all sync.WaitGroup
		ask := func(name string, path m365graph.Path) {
			all.Go(func() {
				if _, err := c.Do(t.Context(), &m365graph.Request{Path: path}); err != nil {
					t.Errorf("%s: %v", name, err)
				}
				mu.Lock()
				defer mu.Unlock()
				at[name] = time.Since(begun)
			})
			synctest.Wait()
		}
		ask("refused", m365graph.P("me", "messages"))
		ask("same mailbox", m365graph.P("me", "calendarView"))
		ask("another mailbox", m365graph.P("users", "u2", "messages"))
		ask("drive", m365graph.P("me", "drive", "root"))
		all.Wait()
		for name, soon := range map[string]bool{"refused": false, "same mailbox": false, "another mailbox": true, "drive": true} {
			if soon && at[name] != 0 {
				t.Errorf("%s waited %v, want 0", name, at[name])
			}
			if got := at[name]; !soon && (got < 7500*time.Millisecond || got > 8*time.Second) {
				t.Errorf("%s was answered after %v, want 7.5 s and a little", name, got)
			}
		}
	})
}

// A pause longer than anybody waits for is told at once, to those in the queue
// and to those who come, and nothing is sent before its end.
func TestALongPauseIsToldWithoutSending(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		pause := refusing(429, "TooManyRequests", "Retry-After", "600")
		pause.Delay = time.Second
		w := tap(t, pause)
		c := setup(t, w, func(o *m365graph.Options) { o.Limits.Mailbox = 1 })
		path := &m365graph.Request{Path: m365graph.P("me", "messages")}
		var all sync.WaitGroup
		for range 3 { // one is sent, two are in the queue
			all.Go(func() { mustBeThrottled(t, c, path, 600*time.Second) })
		}
		all.Wait()
		mustBeThrottled(t, c, path, 600*time.Second)
		if n := len(w.requests()); n != 1 {
			t.Errorf("%d requests were sent, want 1", n)
		}
		<-time.After(631 * time.Second)
		if _, err := c.Do(t.Context(), path); err != nil {
			t.Errorf("after the pause: %v", err)
		}
	})
}

func mustBeThrottled(t *testing.T, c *m365graph.Client, req *m365graph.Request, wait time.Duration) {
	_, err := c.Do(t.Context(), req)
	no, ok := errors.AsType[*m365graph.Error](err)
	if !ok || !errors.Is(err, m365graph.ErrThrottled) || no.RetryAfter < wait-time.Second || no.RetryAfter > wait+2*time.Second {
		t.Errorf("err = %v, want ErrThrottled and %v", err, wait)
	}
}

func TestAPauseBeyondTheDeadlineIsToldAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := tap(t, lasting(refusing(429, "TooManyRequests", "Retry-After", "30")))
		c := setup(t, w, func(o *m365graph.Options) { o.MaxRetries = -1 })
		path := &m365graph.Request{Path: m365graph.P("me", "messages")}
		mustBeThrottled(t, c, path, 30*time.Second)
		begun := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		if _, err := c.Do(ctx, path); !errors.Is(err, m365graph.ErrThrottled) {
			t.Errorf("err = %v, want ErrThrottled", err)
		}
		if took := time.Since(begun); took != 0 {
			t.Errorf("it waited %v for a deadline that cannot be met", took)
		}
	})
}

func TestWaitingForAPlaceEndsWithTheContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := tap(t, graphtest.Fault{Count: -1, Delay: time.Minute})
		c := setup(t, w, func(o *m365graph.Options) { o.Limits.Mailbox = 1 })
		path := &m365graph.Request{Path: m365graph.P("me", "messages")}
		var all sync.WaitGroup
		all.Go(func() { _, _ = c.Do(t.Context(), path) })
		synctest.Wait()
		begun := time.Now()
		ctx, cancel := context.WithCancelCause(t.Context())
		all.Go(func() {
			if _, err := c.Do(ctx, path); err == nil || errors.Is(err, m365graph.ErrAmbiguous) {
				t.Errorf("err = %v, want the cause of the context", err)
			}
			if took := time.Since(begun); took != 5*time.Second {
				t.Errorf("it ended after %v, want 5 s", took)
			}
		})
		<-time.After(5 * time.Second)
		cancel(errors.New("enough"))
		all.Wait()
		// The place of whoever left is free.
		if _, err := c.Do(t.Context(), path); err != nil || len(w.requests()) != 2 {
			t.Errorf("the next: %v, %d requests, want 2", err, len(w.requests()))
		}
	})
}

func TestACallHasATotalTime(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		fault graphtest.Fault
		is    []error
		took  time.Duration
	}{
		"no answer": {
			graphtest.Fault{Cut: graphtest.CutStall},
			[]error{context.DeadlineExceeded}, 20 * time.Second,
		},
		"always busy": {
			lasting(refusing(429, "TooManyRequests", "Retry-After", "8")),
			[]error{m365graph.ErrThrottled}, 16 * time.Second,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				begun := time.Now()
				c := setup(t, tap(t, tt.fault), func(o *m365graph.Options) { o.CallTimeout = 20 * time.Second })
				_, err := c.Do(t.Context(), &m365graph.Request{Path: m365graph.P("me")})
				for _, want := range tt.is {
					if !errors.Is(err, want) {
						t.Errorf("err = %v, want %v", err, want)
					}
				}
				if took := time.Since(begun); took < tt.took || took > tt.took+2*time.Second {
					t.Errorf("it took %v, want %v", took, tt.took)
				}
			})
		})
	}
}

func TestLimitsAndTimesAreChecked(t *testing.T) {
	t.Parallel()
	got := []bool{}
	for _, change := range []func(*m365graph.Options){
		func(o *m365graph.Options) { o.MaxWait = -1 },
		func(o *m365graph.Options) { o.CallTimeout = -1 },
	} {
		o := &m365graph.Options{}
		change(o)
		_, err := m365graph.New(&counting{}, o)
		got = append(got, err == nil)
	}
	if diff := cmp.Diff([]bool{false, true}, got); diff != "" {
		t.Errorf("New takes them (-want +got):\n%s", diff)
	}
}
