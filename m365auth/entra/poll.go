package entra

import (
	"context"
	"encoding/json"
	"net/http"
	"sync"
	"time"
)

const (
	defaultInterval = 5 * time.Second // RFC 8628, section 3.2
	slowDown        = 5 * time.Second // RFC 8628, section 3.5
	leastInterval   = 100 * time.Millisecond
)

// pollPace keeps the rhythm of one device code, also between two waits.
type pollPace struct {
	mu       sync.Mutex
	interval time.Duration
	next     time.Time
}

func newPollPace(seconds *int) *pollPace {
	interval := defaultInterval
	if seconds != nil && *seconds >= 0 {
		interval = max(time.Duration(*seconds)*time.Second, leastInterval)
	}
	return &pollPace{interval: interval}
}

// seconds is the interval as a device code's answer gives it.
func (p *pollPace) seconds() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return int(p.interval / time.Second)
}

func (p *pollPace) wait(ctx context.Context) error {
	p.mu.Lock()
	timer := time.NewTimer(time.Until(p.next))
	p.mu.Unlock()
	defer timer.Stop()
	select {
	case <-timer.C:
		return ctx.Err()
	case <-ctx.Done():
		return ctx.Err()
	}
}

// polled sets the time of the next poll.
func (p *pollPace) polled(slower, atLeast time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.interval += slower
	p.next = time.Now().Add(max(p.interval, atLeast))
}

// poll asks for a device code's token until there is an answer about it. MSAL
// would ignore the interval and slow_down, and give up at the first network
// fault; it sees the last answer only.
// https://www.rfc-editor.org/rfc/rfc8628#section-3.5
func (w *wire) poll(req *http.Request, x *exchange) (*http.Response, error) {
	pace := x.pace
	if pace == nil {
		pace = newPollPace(nil)
	}
	for {
		if err := pace.wait(req.Context()); err != nil {
			return nil, x.failed(err)
		}
		// A request that is on its way may bring the token, which is given
		// once: it ends although the caller leaves.
		ctx, cancel := detach(req.Context(), w.closed, requestTimeout)
		resp, body, err := w.send(ctx, req)
		cancel()
		if err != nil {
			w.log.Debug("a poll of the sign-in failed and is repeated", "error", publicCause(err))
			pace.polled(0, 0)
			continue
		}
		x.note(req, resp, body)
		n := x.snapshot()
		switch {
		case isFault(resp, body), n.oauth.Code == "authorization_pending":
			pace.polled(0, n.retryAfter)
		case n.oauth.Code == "slow_down":
			pace.polled(slowDown, n.retryAfter)
		default:
			return withBody(resp, x.settleScopes(body, w.scopes)), nil
		}
	}
}

// isFault reports an answer that says nothing of the code: one of an overloaded
// service, or of something on the way to it.
func isFault(resp *http.Response, body []byte) bool {
	var answer struct {
		Error  string          `json:"error"`
		Access json.RawMessage `json:"access_token"`
	}
	return resp.StatusCode >= 500 || resp.StatusCode == http.StatusTooManyRequests ||
		json.Unmarshal(body, &answer) != nil || answer.Error == "" && answer.Access == nil
}
