package m365graph_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/m365go/sdk/m365graph"
)

// A hundred callers share what a token bucket gives: all of it, in turn, and
// none of them before its time.
func TestManyCallersShareATokenBucket(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		rate, burst float64
		late        time.Duration
	}{{rate: 50, burst: 1}, {50, 10, time.Millisecond}, {200, 40, 5 * time.Millisecond}, {10, 100, time.Millisecond}} {
		t.Run(fmt.Sprint(tt.rate, " a second, burst ", tt.burst, ", late ", tt.late), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b := &bucket{rate: tt.rate, burst: tt.burst, late: tt.late, tokens: tt.burst, at: time.Now(), told: map[string]time.Time{}}
				c := setup(t, b)
				const callers = 100
				ctx, cancel := context.WithTimeout(t.Context(), bucketTime)
				defer cancel()
				var done [callers]int
				var all sync.WaitGroup
				for i := range callers {
					all.Go(func() {
						for {
							_, err := c.Do(ctx, &m365graph.Request{Path: m365graph.P("groups")})
							if end, _ := ctx.Deadline(); err != nil && time.Until(end) > time.Second {
								t.Errorf("caller %d: %v", i, err)
							}
							if err != nil {
								return
							}
							done[i]++
						}
					})
				}
				all.Wait()
				b.judge(t, done[:])
			})
		})
	}
}

const bucketTime = 30 * time.Second

// bucket is a quota of so many tokens a second and nothing else, with bursts as
// small as one and waits to the millisecond, which no limit of Graph's has: the
// pace is held to nine tenths of it. Graph's own limits, which count what they
// refuse, are those of TestManyCallersShareAQuota.
type bucket struct {
	rate, burst float64
	late        time.Duration // on average, each way

	mu      sync.Mutex
	tokens  float64
	at      time.Time
	told    map[string]time.Time // by the id of the call
	served  int
	refused int
	early   int
}

func (b *bucket) RoundTrip(req *http.Request) (*http.Response, error) {
	lag := func() { <-time.After(time.Millisecond/2 + time.Duration(rand.ExpFloat64()*float64(b.late))) }
	lag()
	defer lag()
	id := req.Header.Get("client-request-id")
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now()
	b.tokens = min(b.burst, b.tokens+now.Sub(b.at).Seconds()*b.rate)
	b.at = now
	if now.Before(b.told[id]) {
		b.early++
	}
	if b.tokens < 1 {
		b.refused++
		wait := (1 - b.tokens) / b.rate
		text := strconv.FormatFloat(wait+0.001, 'f', 3, 64)
		b.told[id] = now.Add(time.Duration(wait * float64(time.Second)))
		refused := httptest.NewRecorder()
		refused.Header().Set("Retry-After", text)
		refused.WriteHeader(http.StatusTooManyRequests)
		return refused.Result(), nil
	}
	b.tokens--
	b.served++
	return httptest.NewRecorder().Result(), nil
}

func (b *bucket) judge(t *testing.T, done []int) {
	t.Helper()
	if best := b.burst + bucketTime.Seconds()*b.rate; float64(b.served) < 0.9*best {
		t.Errorf("%d were served (%d refused), want at least 90 %% of %.0f", b.served, b.refused, best)
	}
	least, most := done[0], done[0]
	for _, n := range done {
		least, most = min(least, n), max(most, n)
	}
	if least == 0 || most > 3*least+5 {
		t.Errorf("callers were served %d to %d times, want nearly alike", least, most)
	}
	if b.early > 0 {
		t.Errorf("%d requests came before their time", b.early)
	}
	if b.refused > b.served/2 {
		t.Errorf("%d were refused and %d served: the pace was not learned", b.refused, b.served)
	}
}
