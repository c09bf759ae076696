package m365graph_test

import (
	"context"
	"errors"
	"io"
	"iter"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/m365go/sdk/m365graph"
	"github.com/m365go/sdk/m365graph/calendar"
	"github.com/m365go/sdk/m365graph/files"
	"github.com/m365go/sdk/m365graph/graphtest"
	"github.com/m365go/sdk/m365graph/mail"
)

const aPageTakes = 20 * time.Millisecond

// slowWire answers late, and counts what it has not been let go of.
type slowWire struct {
	*wiretap
	open atomic.Int32 // requests and bodies
}

func (s *slowWire) RoundTrip(req *http.Request) (*http.Response, error) {
	s.open.Add(1)
	if err := pause(req.Context(), aPageTakes); err != nil {
		s.open.Add(-1)
		return nil, err
	}
	resp, err := s.wiretap.RoundTrip(req)
	if err != nil {
		s.open.Add(-1)
		return nil, err
	}
	resp.Body = &countedBody{ReadCloser: resp.Body, ctx: req.Context(), open: &s.open}
	return resp, nil
}

// countedBody fails once its request is cancelled, as one from a connection does.
type countedBody struct {
	io.ReadCloser
	ctx    context.Context
	open   *atomic.Int32
	closed bool
}

func (b *countedBody) Read(p []byte) (int, error) {
	if err := b.ctx.Err(); err != nil {
		return 0, err
	}
	return b.ReadCloser.Read(p)
}

func (b *countedBody) Close() error {
	if !b.closed {
		b.closed = true
		b.open.Add(-1)
	}
	return b.ReadCloser.Close()
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// slowItem takes as long to decode as a page takes to come.
type slowItem struct{ ID string }

func (s *slowItem) UnmarshalJSON(data []byte) error {
	s.ID = string(data)
	return pause(context.Background(), aPageTakes)
}

var inbox = m365graph.P("me", "messages")

// setupSlow has a client for so many messages, which are read one a page.
func setupSlow(t *testing.T, pages int) (*slowWire, *m365graph.Client) {
	t.Helper()
	return delayed(t, tapOwner(t, numbered(pages)))
}

func delayed(t *testing.T, w *wiretap) (*slowWire, *m365graph.Client) {
	t.Helper()
	s := &slowWire{wiretap: w}
	return s, setup(t, w, func(o *m365graph.Options) { o.HTTPClient = &http.Client{Transport: s} })
}

// Ten pages that take 20 ms to come and 20 ms to read take 400 ms one after the
// other, and 220 ms where the next one comes meanwhile.
func TestPrefetchOverlapsComingAndReading(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		q    m365graph.Query
		want time.Duration
	}{
		"without":        {m365graph.Query{}, 400 * time.Millisecond},
		"with":           {m365graph.Query{Prefetch: true}, 220 * time.Millisecond},
		"with a cap":     {m365graph.Query{Prefetch: true, MaxPages: 5}, 120 * time.Millisecond},
		"with an excess": {m365graph.Query{Prefetch: true, MaxPages: 11}, 220 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tt.q.Top = 1
			synctest.Test(t, func(t *testing.T) {
				_, c := setupSlow(t, 10)
				start := time.Now()
				for _, err := range m365graph.All[slowItem](t.Context(), c, inbox, &tt.q) {
					if err != nil && !errors.Is(err, m365graph.ErrTruncated) {
						t.Fatal(err)
					}
				}
				if got := time.Since(start); got != tt.want {
					t.Errorf("decoding while fetching took %v, want %v", got, tt.want)
				}
				start = time.Now()
				for _, err := range m365graph.Pages[item](t.Context(), c, inbox, &tt.q) {
					if err == nil {
						err = pause(t.Context(), aPageTakes)
					}
					if err != nil && !errors.Is(err, m365graph.ErrTruncated) {
						t.Fatal(err)
					}
				}
				if got := time.Since(start); got != tt.want {
					t.Errorf("a slow loop while fetching took %v, want %v", got, tt.want)
				}
			})
		})
	}
}

// One page may wait for its reader, and no more: memory stays flat.
func TestPrefetchStaysOnePageAhead(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w, c := setupSlow(t, 6)
		page := 0
		for _, err := range m365graph.Pages[item](t.Context(), c, inbox, &m365graph.Query{Top: 1, Prefetch: true}) {
			if err != nil {
				t.Fatal(err)
			}
			page++
			if err := pause(t.Context(), time.Hour); err != nil {
				t.Fatal(err)
			}
			if got, want := len(w.requests()), min(page+1, 6); got != want {
				t.Errorf("while page %d is read %d were asked for, want %d", page, got, want)
			}
		}
	})
}

func TestPrefetchFetchesNothingThatACapMakesUseless(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		q    m365graph.Query
		want int
	}{
		{m365graph.Query{MaxPages: 2}, 2},
		{m365graph.Query{MaxItems: 4}, 4},
		{m365graph.Query{MaxItems: 4, MaxPages: 3}, 3},
		{m365graph.Query{MaxItems: 3, MaxPages: 4}, 3},
		{m365graph.Query{MaxItems: 1}, 1},
		{m365graph.Query{}, 6},
	} {
		synctest.Test(t, func(t *testing.T) {
			w, c := setupSlow(t, 6)
			tt.q.Top, tt.q.Prefetch = 1, true
			for _, err := range m365graph.Pages[item](t.Context(), c, inbox, &tt.q) {
				if err == nil {
					err = pause(t.Context(), time.Hour)
				}
				if err != nil && !errors.Is(err, m365graph.ErrTruncated) {
					t.Fatal(err)
				}
			}
			if got := len(w.requests()); got != tt.want {
				t.Errorf("MaxItems %d, MaxPages %d: %d requests, want %d", tt.q.MaxItems, tt.q.MaxPages, got, tt.want)
			}
		})
	}
}

// With a cap on items a page has to be read before it is known whether another
// is wanted; that one then comes while the loop runs.
func TestPrefetchOverlapsTheLoopUpToACapOfItems(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		_, c := setupSlow(t, 10)
		start := time.Now()
		for _, err := range m365graph.All[item](t.Context(), c, inbox, &m365graph.Query{Top: 1, Prefetch: true, MaxItems: 5}) {
			if err == nil {
				err = pause(t.Context(), aPageTakes)
			}
			if err != nil && !errors.Is(err, m365graph.ErrTruncated) {
				t.Fatal(err)
			}
		}
		if got, want := time.Since(start), 6*aPageTakes; got != want {
			t.Errorf("five of ten took %v, want %v", got, want)
		}
	})
}

func TestPrefetchDoesNotGoRoundInCircles(t *testing.T) {
	t.Parallel()
	for _, maxPages := range []int{0, 1, 2, 3} {
		synctest.Test(t, func(t *testing.T) {
			w := tapOwner(t, numbered(5), graphtest.Fault{Skip: 1, Count: -1, Page: graphtest.PageReplayed})
			c, last := setup(t, w), error(nil)
			for _, err := range m365graph.All[item](t.Context(), c, inbox, &m365graph.Query{Top: 1, Prefetch: true, MaxPages: maxPages}) {
				_ = pause(t.Context(), time.Hour)
				last = err
			}
			if maxPages == 1 {
				if !errors.Is(last, m365graph.ErrTruncated) || len(w.requests()) != 1 {
					t.Errorf("one page: %v after %d requests, want ErrTruncated after 1", last, len(w.requests()))
				}
				return
			}
			if last == nil || !strings.Contains(last.Error(), "circles") || len(w.requests()) != 2 {
				t.Errorf("MaxPages %d: %v after %d requests, want an error of circles after 2", maxPages, last, len(w.requests()))
			}
		})
	}
}

func TestTypedListsPrefetchWhereAsked(t *testing.T) {
	t.Parallel()
	for name, list := range map[string]func(context.Context, *m365graph.Client, bool) error{
		"mail": func(ctx context.Context, c *m365graph.Client, ahead bool) error {
			return lookAtOne(mail.New(c).List(ctx, &mail.ListOptions{Prefetch: ahead}))
		},
		"events": func(ctx context.Context, c *m365graph.Client, ahead bool) error {
			return lookAtOne(calendar.New(c).List(ctx, &calendar.ViewOptions{Prefetch: ahead}))
		},
		"view": func(ctx context.Context, c *m365graph.Client, ahead bool) error {
			return lookAtOne(calendar.New(c).View(ctx, time.Now(), time.Now().Add(time.Hour), &calendar.ViewOptions{Prefetch: ahead}))
		},
		"files": func(ctx context.Context, c *m365graph.Client, ahead bool) error {
			return lookAtOne(files.New(c).List(ctx, files.Root(), &files.ListOptions{Prefetch: ahead}))
		},
	} {
		for want, ahead := range map[int]bool{1: false, 2: true} {
			synctest.Test(t, func(t *testing.T) {
				w := tap(t, book(threePages...)...)
				if err := list(t.Context(), setup(t, w), ahead); err != nil {
					t.Fatal(err)
				}
				if got := len(w.requests()); got != want {
					t.Errorf("%s, Prefetch %v: %d requests during the first page, want %d", name, ahead, got, want)
				}
			})
		}
	}
}

// lookAtOne takes its time over the first item, and leaves.
func lookAtOne[T any](list iter.Seq2[T, error]) error {
	for _, err := range list {
		return errors.Join(err, pause(context.Background(), time.Hour))
	}
	return errors.New("the list is empty")
}

// A hook's panic is its own fault, and must not cost a server that recovers from
// those of its handlers.
func TestAPanicWhilePrefetchingIsTheCallers(t *testing.T) {
	t.Parallel()
	for name, leave := range map[string]bool{"at the next page": false, "when the loop is left": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := tapOwner(t, numbered(5))
			thrown := make(chan struct{})
			c := setup(t, w, func(o *m365graph.Options) {
				var calls atomic.Int32
				o.Hooks.Request = func(context.Context, m365graph.Event) {
					if calls.Add(1) == 2 {
						close(thrown)
						panic("the hook's")
					}
				}
			})
			defer func() {
				if got := recover(); got != "the hook's" {
					t.Errorf("the caller recovers %v, want what the hook panicked with", got)
				}
			}()
			for _, err := range m365graph.All[item](t.Context(), c, inbox, &m365graph.Query{Top: 1, Prefetch: true}) {
				if err != nil {
					t.Error(err)
				}
				if <-thrown; leave {
					break
				}
			}
		})
	}
}
