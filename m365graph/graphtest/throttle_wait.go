package graphtest

import (
	"math"
	"net/http"
	"strconv"
	"time"
)

// wait is a request that was told to come back later.
type wait struct {
	until  time.Time
	delay  time.Duration
	number int64 // of the latest request then: whoever was under way could not know
}

// waitKey names what a client was told to wait with: the same request of the
// same person and app. Two at once to other addresses are none of it, nor two
// items of batches with other bodies.
func (x *httpExchange) waitKey() string {
	key := x.r.Method + " " + x.r.Host + x.r.URL.RequestURI() + x.bodySum
	if t := x.call.token; t != nil {
		key = t.appID + " " + t.objectID + " " + key
	}
	return key
}

// cameEarly tells whether the client was told to wait and did not. Under
// throttling it is told again, to wait twice as long.
func (x *httpExchange) cameEarly() error {
	t := &x.s.throttle
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.waits) == 0 {
		return nil
	}
	key := x.waitKey()
	w, ok := t.waits[key]
	if !ok {
		return nil
	}
	if !x.call.now.Before(w.until) {
		delete(t.waits, key)
		return nil
	}
	if x.number <= w.number {
		return nil
	}
	x.entry.Early = true
	if x.s.opts.Throttling <= 0 {
		return nil
	}
	return serviceWords.refuse(x.call.now, max(2*w.delay, w.until.Sub(x.call.now), time.Second))
}

// maxWaits is how many waits are remembered. Those that are over go first, and
// then any.
const maxWaits = 4096

// noteWait remembers what the answer tells its client to wait.
func (x *httpExchange) noteWait(status int) {
	value := x.w.Header().Get("Retry-After")
	if x.batch != nil && x.batch.fault.spoils() {
		return // the client will not read of it
	}
	if status == http.StatusServiceUnavailable && x.r.Method == http.MethodPost && x.batch == nil {
		return // what comes next to this address may be something else, which was not told to wait
	}
	if value == "" || status != http.StatusTooManyRequests && status != http.StatusServiceUnavailable || x.call == nil {
		return
	}
	now := x.s.now()
	delay, ok := readRetryAfter(value, now)
	if !ok {
		return
	}
	t := &x.s.throttle
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.waits) >= maxWaits {
		for key, w := range t.waits {
			if !now.Before(w.until) {
				delete(t.waits, key)
			}
		}
	}
	for key := range t.waits {
		if len(t.waits) < maxWaits {
			break
		}
		delete(t.waits, key)
	}
	t.waits[x.waitKey()] = wait{now.Add(delay), delay, x.s.sequence.Load()}
}

// readRetryAfter reads seconds, with a fraction or none, or a date.
func readRetryAfter(value string, now time.Time) (time.Duration, bool) {
	if seconds, err := strconv.ParseFloat(value, 64); err == nil {
		if !(seconds >= 0 && seconds < math.MaxInt32) {
			return 0, false
		}
		return time.Duration(seconds * float64(time.Second)), true
	}
	at, err := http.ParseTime(value)
	return at.Sub(now), err == nil
}
