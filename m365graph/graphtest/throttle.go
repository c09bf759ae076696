package graphtest

import (
	"math"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Throttling says how closely a [Server] keeps the limits of
// https://learn.microsoft.com/graph/throttling-limits: as a factor of each.
// 0.01 lets a hundredth of what is published through, so that a test reaches a
// limit soon. Two limits that are no service's quota stay as published under
// any factor: the requests an app sends in ten seconds, whatever for, and those
// that a mailbox works on at once.
type Throttling float64

// The two ends of throttling. With ThrottleOff only what [Server.Throttle] and
// [Server.Fail] arrange is throttled.
const (
	ThrottleOff  Throttling = 0
	ThrottleReal Throttling = 1
)

// limit is a quota that fills up with requests and empties steadily.
type limit struct {
	name   string
	per    limitScope
	quota  float64
	larger func(users int) float64 // than the quota, in a larger tenant; nil: nowhere
	window time.Duration
	cost   func(*call) float64 // nil: one a request
	says   *throttleWords
}

// limitScope is what shares a quota.
type limitScope int

const (
	perApp limitScope = iota
	perAppTenant
	perTenant
	perAppMailbox
	perAppTeam // or channel, if the path names one
)

// throttleWords is how a service says that a quota is used up.
type throttleWords struct {
	code       code
	message    string
	inner      []code
	retryAfter func(now time.Time, wait time.Duration) string
	// header adds to the header of a request that was counted, and to that of
	// one that was refused.
	header func(http.Header, *call, *limit, use)
}

// use is how far a quota is used up, and whether the request was refused for
// it.
type use struct {
	quota, share float64
	refused      bool
}

// throttle counts what was used. The server's clock empties the quotas.
type throttle struct {
	mu      sync.Mutex
	used    map[string]*gauge
	working map[string]int // requests that a mailbox works on
	waits   map[string]wait
}

// clear forgets what was used, and who waits.
func (t *throttle) clear() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.used, t.waits = map[string]*gauge{}, map[string]wait{}
	if t.working == nil { // requests that are under way stay so
		t.working = map[string]int{}
	}
}

// gauge is how full a quota is.
type gauge struct {
	used float64
	at   time.Time
}

// overuse is how far refused requests fill a quota beyond its end, in the
// share that x-ms-throttle-limit-percentage goes up to.
const overuse = 1.8

// take uses a quota, and tells how long to wait until there is enough of it: 0
// means that the request may pass. What is refused counts as well.
func (g *gauge) take(cost, quota float64, window time.Duration, now time.Time) (wait time.Duration) {
	rate := quota / window.Seconds()
	g.used = max(g.used-max(now.Sub(g.at).Seconds(), 0)*rate, 0)
	g.at = now
	over := g.used + cost - quota
	if g.used == 0 {
		over = 0 // what is larger than the quota passes when nothing else does
	}
	g.used = min(g.used+cost, max(overuse*quota, cost))
	if over <= 0 {
		return 0
	}
	return time.Duration(math.Ceil((g.used+cost-quota)/rate*1000)) * time.Millisecond
}

// admitThrottled counts a request against the limits of its service, and
// refuses it if one of them is reached.
func (x *httpExchange) admitThrottled() error {
	factor, c := float64(x.s.opts.Throttling), x.call
	if x.found.units > 0 && c.token != nil {
		x.w.Header().Set("X-Ms-Resource-Unit", strconv.Itoa(int(resourceUnits(c))))
	}
	if c.token == nil || factor <= 0 {
		return nil
	}
	mailbox, users := x.mailbox()
	t := &x.s.throttle
	t.mu.Lock()
	defer t.mu.Unlock()
	var refused error
	for _, l := range limitsOf(x.found) {
		key := l.name + "/" + l.owner(c, mailbox)
		g := t.used[key]
		if g == nil {
			g = &gauge{at: c.now}
			t.used[key] = g
		}
		quota := l.quota
		if l.larger != nil {
			quota = l.larger(users)
		}
		if l != &everyRoute {
			quota *= factor
		}
		cost := 1.0
		if l.cost != nil {
			cost = l.cost(c)
		}
		wait := g.take(cost, quota, l.window, c.now)
		if l.says.header != nil {
			l.says.header(x.w.Header(), c, l, use{quota, g.used / quota, wait > 0})
		}
		if wait > 0 && refused == nil {
			refused = l.says.refuse(c.now, wait)
		}
	}
	if refused == nil && x.found.service == exchange {
		return t.work(x, mailbox)
	}
	return refused
}

// owner is whose quota it is.
func (l *limit) owner(c *call, mailbox string) string {
	switch l.per {
	case perApp, perAppTenant: // there is one tenant
		return c.token.appID
	case perAppMailbox:
		return c.token.appID + "/" + mailbox
	case perAppTeam:
		return c.token.appID + "/" + strings.ToLower(c.vars["team"]+"/"+c.vars["channel"])
	}
	return ""
}

// mailbox is whose data the request is about, and among how many people.
func (x *httpExchange) mailbox() (id string, users int) {
	x.s.mu.RLock()
	defer x.s.mu.RUnlock()
	tenant := x.s.tenant
	name := x.call.vars["user"]
	if name == "" {
		return x.call.token.objectID, len(tenant.byID)
	}
	if u := tenant.user(name); u != nil {
		return u.ID, len(tenant.byID)
	}
	return "", len(tenant.byID) // nobody's: there are as many names as somebody thinks up
}

// mailboxConcurrency is how many requests of an app a mailbox works on at
// once, by https://learn.microsoft.com/graph/throttling-limits#outlook-service-limits.
const mailboxConcurrency = 4

// work takes one of the places at a mailbox until the answer begins.
func (t *throttle) work(x *httpExchange, mailbox string) error {
	key := x.call.token.appID + "/" + mailbox
	if t.working[key] >= mailboxConcurrency {
		return concurrencyWords.refuse(x.call.now, 250*time.Millisecond)
	}
	t.working[key]++
	x.release = func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		if t.working[key]--; t.working[key] == 0 {
			delete(t.working, key)
		}
	}
	return nil
}

// refuse is the answer to a request over a limit.
func (w *throttleWords) refuse(now time.Time, wait time.Duration) error {
	return &graphError{code: w.code, message: w.message, status: http.StatusTooManyRequests, inner: w.inner,
		header: http.Header{"Retry-After": {w.retryAfter(now, wait)}}}
}

// The forms of Retry-After.
func wholeSeconds(_ time.Time, wait time.Duration) string {
	return strconv.Itoa(int(math.Ceil(wait.Seconds())))
}

func fractionOfSeconds(_ time.Time, wait time.Duration) string {
	return strconv.FormatFloat(wait.Seconds(), 'f', -1, 64)
}

func asDate(now time.Time, wait time.Duration) string {
	at := now.Add(wait)
	if whole := at.Truncate(time.Second); !whole.Equal(at) {
		at = whole.Add(time.Second)
	}
	return at.UTC().Format(http.TimeFormat)
}
