package m365graph_test

import (
	"context"
	"errors"
	"math"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365graph"
	"github.com/m365go/sdk/m365graph/graphtest"
)

// A scope that was throttled hard is not slow for ever after.
func TestAPaceIsForgotten(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		pause := refusing(429, "x", "Retry-After", "50")
		again := pause
		again.Skip = 3
		w := tap(t, pause, again, again)
		c := setup(t, w, func(o *m365graph.Options) { o.Limits.Other = 2 })
		burst := func(n int) time.Duration {
			begun := time.Now()
			var all sync.WaitGroup
			for range n {
				all.Go(func() {
					if _, err := c.Do(t.Context(), &m365graph.Request{Path: m365graph.P("groups")}); err != nil {
						t.Error(err)
					}
				})
			}
			all.Wait()
			return time.Since(begun)
		}
		if took := burst(20); took > 3*time.Minute {
			t.Errorf("20 calls that were paused three times for 50 s took %v, want under 3m", took)
		}
		<-time.After(time.Hour)
		if took := burst(20); took > time.Second {
			t.Errorf("an hour later 20 calls took %v, want no pace", took)
		}
	})
}

// What is always throttled, while others of its scope are not, ends all the same.
func TestAThrottleThatIsForOneAloneEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		hot := lasting(refusing(429, "x", "Retry-After", "0.0001"))
		hot.Route, hot.Delay = "GET /groups/{id}", 11*time.Millisecond
		w := tap(t, hot, graphtest.Fault{Count: -1, Delay: time.Millisecond})
		c := newClient(t, m365auth.Static(bearer), &m365graph.Options{HTTPClient: &http.Client{Transport: w}, CallTimeout: -1})
		ctx, stop := context.WithCancel(t.Context())
		var others sync.WaitGroup
		for range 4 {
			others.Go(func() {
				for ctx.Err() == nil {
					_, _ = c.Do(ctx, &m365graph.Request{Path: m365graph.P("groups")})
				}
			})
		}
		time.AfterFunc(time.Minute, stop)
		<-time.After(time.Second)
		_, err := c.Do(ctx, &m365graph.Request{Path: m365graph.P("groups", "hot")})
		stop()
		others.Wait()
		refused := 0
		for _, r := range w.Requests() {
			if r.Status == http.StatusTooManyRequests {
				refused++
			}
		}
		if !errors.Is(err, m365graph.ErrThrottled) || refused > 200 {
			t.Errorf("Do = %v after %d refusals, want ErrThrottled after some", err, refused)
		}
	})
}

// A server's time is waited out, be it longer than an hour.
func TestALongPauseThatIsAllowedIsWaitedInFull(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := tap(t, refusing(429, "x", "Retry-After", "7200"), fine)
		c := setup(t, w, func(o *m365graph.Options) { o.MaxWait, o.CallTimeout = 3*time.Hour, -1 })
		begun := time.Now()
		if _, err := c.Do(t.Context(), requestNamed("GET")); err != nil || time.Since(begun) < 2*time.Hour {
			t.Errorf("Do = %v after %v, want an answer after 2h", err, time.Since(begun))
		}
	})
}

func TestOptionsMayBeAsLargeAsTheirTypes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := tap(t, refusing(429, "x", "Retry-After", "1"), fine)
		c := setup(t, w, func(o *m365graph.Options) {
			o.MaxRetries, o.MaxWait, o.CallTimeout = math.MaxInt, math.MaxInt64, math.MaxInt64
		})
		if _, err := c.Do(t.Context(), requestNamed("GET")); err != nil {
			t.Errorf("Do = %v, want an answer at the second try", err)
		}
	})
}
