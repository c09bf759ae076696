package m365graph_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/m365go/sdk/m365graph"
	"github.com/m365go/sdk/m365graph/graphtest"
)

// Whatever panics in the caller's code, the place on the wire comes back.
func TestAPanicLosesNoPlace(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		change func(o *m365graph.Options, on *bool)
		status int
	}{
		"request hook": {func(o *m365graph.Options, on *bool) {
			o.Hooks.Request = func(context.Context, m365graph.Event) { panicIf(on) }
		}, 404},
		"request hook, answered": {func(o *m365graph.Options, on *bool) {
			o.Hooks.Request = func(context.Context, m365graph.Event) { panicIf(on) }
		}, 200},
		"throttle hook": {func(o *m365graph.Options, on *bool) {
			o.Hooks.Throttle = func(context.Context, m365graph.Event) { panicIf(on) }
		}, 429},
		"retry hook": {func(o *m365graph.Options, on *bool) {
			o.Hooks.Retry = func(context.Context, m365graph.Event) { panicIf(on) }
		}, 504},
		"transport": {func(o *m365graph.Options, on *bool) {
			base := o.HTTPClient.Transport
			o.HTTPClient.Transport = roundTrip(func(req *http.Request) (*http.Response, error) {
				panicIf(on)
				return base.RoundTrip(req)
			})
		}, 200},
		"content": {func(*m365graph.Options, *bool) {}, 200},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				on := true
				w := tap(t, lasting(refusing(tt.status, "x")))
				c := setup(t, w, func(o *m365graph.Options) {
					o.Limits.Mailbox, o.CallTimeout = 1, time.Hour
					tt.change(o, &on)
				})
				req := &m365graph.Request{Method: "PUT", Path: m365graph.P("me", "messages", "x")}
				if name == "content" {
					req.Content = &m365graph.Content{Length: 1, Open: func() (io.Reader, error) {
						if on {
							panic("boom")
						}
						return strings.NewReader("x"), nil
					}}
				}
				func() {
					defer func() {
						if recover() == nil {
							t.Error("nothing panicked, so nothing was tested")
						}
					}()
					_, _ = c.Do(t.Context(), req)
				}()
				on = false
				w.ClearFaults()
				w.fail(t, fine)
				if _, err := c.Do(t.Context(), req); err != nil {
					t.Errorf("the next call = %v, want an answer", err)
				}
			})
		})
	}
}

func panicIf(on *bool) {
	if *on {
		panic("boom")
	}
}

// A hook may itself call Graph, even in a scope that has one place.
func TestAHookMayCallGraph(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := tap(t, refusing(504, "x"), fine)
		var c *m365graph.Client
		var inner error
		called := false
		c = setup(t, w, func(o *m365graph.Options) {
			o.Limits.Mailbox = 1
			o.Hooks.Request = func(ctx context.Context, _ m365graph.Event) {
				if !called {
					called = true
					_, inner = c.Do(ctx, &m365graph.Request{Path: m365graph.P("me", "messages")})
				}
			}
		})
		if _, err := c.Do(t.Context(), &m365graph.Request{Path: m365graph.P("me", "messages")}); err != nil || inner != nil {
			t.Errorf("Do = %v, and in the hook %v, want two answers", err, inner)
		}
	})
}

// What streams waits no longer for its place than any other call.
func TestAStreamWaitsForItsPlaceInTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := setup(t, tap(t, graphtest.Fault{Delay: time.Hour}), func(o *m365graph.Options) { o.Limits.Drive, o.CallTimeout = 1, time.Minute })
		put := &m365graph.Request{Method: "PUT", Path: m365graph.P("me", "drive", "items", "x", "content"), Content: &m365graph.Content{
			Length: 1, Open: func() (io.Reader, error) { return strings.NewReader("x"), nil },
		}}
		go func() { _, _ = c.Do(t.Context(), put) }()
		synctest.Wait()
		begun := time.Now()
		_, err := c.Do(t.Context(), put)
		if took := time.Since(begun); !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, m365graph.ErrAmbiguous) || took > 2*time.Minute {
			t.Errorf("Do = %v after %v, want the end of its time after 1m", err, took)
		}
		<-time.After(time.Hour)
	})
}

// A panic of the caller's code is the caller's in a batch too, and nothing is
// left behind.
func TestAPanicInABatchIsTheCallers(t *testing.T) {
	t.Parallel()
	for _, where := range []string{"body", "content", "transport", "hook of the whole", "hook of an item"} {
		synctest.Test(t, func(t *testing.T) {
			w := tap(t)
			for n := range 5 {
				f := replying(200, `{"responses":[{"id":"1","status":404}]}`)
				f.Delay = time.Duration(n) * time.Second
				w.fail(t, f)
			}
			var asked atomic.Int32
			passing := roundTrip(func(req *http.Request) (*http.Response, error) {
				if asked.Add(1) == 2 && where == "transport" {
					<-time.After(time.Second)
					panic(where)
				}
				return w.RoundTrip(req)
			})
			c := setup(t, passing, func(o *m365graph.Options) {
				o.Limits.Other, o.MaxRetries = 4, -1
				o.Hooks.Request = func(_ context.Context, e m365graph.Event) {
					if where == "hook of the whole" && e.Route == "/$batch" || where == "hook of an item" && e.Route != "/$batch" {
						panic(where)
					}
				}
			})
			items := make([]*m365graph.BatchItem, 100)
			for i := range items {
				items[i] = &m365graph.BatchItem{Request: m365graph.Request{Method: "POST", Path: m365graph.P("me", "events"), Body: panicky(where == "body" && i == 50)}}
			}
			if where == "content" {
				items[50].Request.Body = nil
				items[50].Request.Content = &m365graph.Content{Length: 1, Open: func() (io.Reader, error) { panic(where) }}
			}
			func() {
				defer func() {
					if got := recover(); got != where {
						t.Errorf("Batch panicked with %v, want %s", got, where)
					}
				}()
				_, _ = c.Batch(t.Context(), items, nil)
			}()
		})
	}
}

type panicky bool

func (p panicky) MarshalJSON() ([]byte, error) {
	if p {
		panic("body")
	}
	return []byte("{}"), nil
}
