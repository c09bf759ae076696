package m365graph

import (
	"container/heap"
	"context"
	"errors"
	"math"
	"sync"
	"time"
)

// Limits say how many requests may be in flight at once where Graph counts them
// together, so that it need not refuse them. Zero means the default and a
// negative number no limit. Links to content hosts are not counted.
// https://learn.microsoft.com/graph/throttling-limits
type Limits struct {
	// Mailbox is for the mail, calendar and contacts of one mailbox. The
	// default is 4, which is all that Exchange allows an application.
	Mailbox int
	// Drive is for one drive or site. The default is 16.
	Drive int
	// Teams is for chats, channels and presence of the tenant. The default
	// is 4, as its limits are a few requests a second.
	Teams int
	// Other is for each other service, the directory among them. The default
	// is 32.
	Other int
}

func (l Limits) of(s service) int {
	most := l.Other
	switch s {
	case serviceMailbox:
		most = l.Mailbox
	case serviceDrive:
		most = l.Drive
	case serviceTeams:
		most = l.Teams
	case serviceContent:
		most = -1
	}
	if most < 0 {
		return math.MaxInt
	}
	return most
}

// limiter admits requests to the wire, scope by scope: so many at once, none
// before a throttled scope's time, and whoever has waited longest first, so that
// nobody starves. Refused requests count against Graph's limits too, so a scope
// that is throttled again and again is paced by what it was given, and a little
// faster with each answer.
type limiter struct {
	limits Limits
	most   time.Duration // nobody waits longer than this for one pause

	mu      sync.Mutex
	lanes   map[scope]*lane
	tickets uint64
	sweepAt int
}

// lane is the state of a scope.
type lane struct {
	limit int
	open  int // how many may be busy: after a throttle one, and one more with each answer
	busy  int
	until time.Time // nobody starts before
	timer *time.Timer
	queue waiters

	gap   time.Duration // between one start and the next; none unless throttled twice
	next  time.Time     // of the gap's making
	since time.Time     // the end of the last pause, if there was no idle moment since it
	given int           // how many were answered since
	took  time.Duration // for each of those answered up to the last pause
	total uint64        // how many were answered at all
}

const (
	fewLanes = 256
	// maxPause is how long a server's word is remembered, unless somebody would
	// wait longer.
	maxPause = time.Hour
	// minGap is where pacing ends, and maxLag how much of it is made up for.
	minGap = 100 * time.Microsecond
	maxLag = 10 * time.Millisecond
	// maxGap keeps a pace from outlasting its reason by hours, as it is made
	// faster with answers, and maxIdle is when there is none any more.
	maxGap  = time.Second
	maxIdle = 10 * time.Second
)

func newLimiter(limits Limits, most time.Duration) *limiter {
	setDefault(&limits.Mailbox, 4)
	setDefault(&limits.Drive, 16)
	setDefault(&limits.Teams, 4)
	setDefault(&limits.Other, 32)
	return &limiter{limits: limits, most: most + spread(most), lanes: map[scope]*lane{}, sweepAt: fewLanes}
}

// errPaused says that a scope is throttled for longer than a caller would wait.
var errPaused = errors.New("throttled for longer than the call may wait")

// ticket is a call's place in every queue: a call that is refused keeps it.
func (l *limiter) ticket() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.tickets++
	return l.tickets
}

// enter waits until a request of the scope may be sent. After nil, leave must
// follow. If the scope's pause is too long for the client, or outlasts the
// deadline, it returns errPaused at once.
func (l *limiter) enter(ctx context.Context, s scope, ticket uint64, deadline time.Time) error {
	l.mu.Lock()
	ln := l.lane(s)
	pause := ln.pause()
	switch {
	case pause > l.most || pause > 0 && !deadline.IsZero() && ln.until.After(deadline):
		l.mu.Unlock()
		return errPaused
	case pause <= 0 && ln.gap == 0 && ln.busy < ln.open && len(ln.queue) == 0:
		ln.busy++
		l.mu.Unlock()
		return nil
	}
	w := &waiter{ticket: ticket, ready: make(chan error, 1)}
	heap.Push(&ln.queue, w)
	l.admit(ln)
	l.mu.Unlock()

	select {
	case err := <-w.ready:
		return err
	case <-ctx.Done():
		l.mu.Lock()
		defer l.mu.Unlock()
		if w.at >= 0 {
			heap.Remove(&ln.queue, w.at)
		} else if <-w.ready == nil { // admitted in this moment
			ln.busy--
		}
		l.admit(ln)
		return context.Cause(ctx)
	}
}

// leave ends a request. An answer, be it yes or no, lets one more in at a time.
func (l *limiter) leave(s scope, answered bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	ln := l.lane(s)
	ln.busy--
	if answered {
		ln.given++
		ln.total++
		if ln.open < ln.limit {
			ln.open++
		}
		ln.hurry()
	}
	if ln.busy == 0 && len(ln.queue) == 0 {
		ln.since = time.Time{}
	}
	l.admit(ln)
}

// hurry makes the gap a little shorter, and the more so the longer it is since
// anybody was refused: it may have been learned in a bad moment.
func (ln *lane) hurry() {
	if ln.gap -= ln.gap / time.Duration(256>>min(ln.given/32, 5)); ln.gap < minGap {
		ln.gap = 0
	}
}

// answered is how many of a scope were answered since the client began.
func (l *limiter) answered(s scope) uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.lane(s).total
}

// throttle pauses a scope. Whoever waits for it and would have to wait too long
// is told so now.
func (l *limiter) throttle(s scope, wait time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	ln := l.lane(s)
	until := time.Now().Add(min(wait, max(maxPause, l.most)))
	if ln.pause() <= 0 { // the first to be refused: others were under way with it
		ln.learn(until)
	}
	if until.After(ln.until) {
		ln.until, ln.next = until, until
	}
	if ln.pause() > l.most {
		for len(ln.queue) > 0 {
			ln.first().ready <- errPaused
		}
	}
	l.admit(ln)
}

// learn takes from one pause to the next what the scope is given.
func (ln *lane) learn(until time.Time) {
	if ln.since.IsZero() || ln.given == 0 {
		ln.gap, ln.took, ln.open = 0, 0, 1
	} else {
		took := until.Sub(ln.since) / time.Duration(ln.given)
		ln.gap = took
		if ln.took > 0 { // whatever made us late made one of them too long
			ln.gap = min(took, ln.took)
		}
		ln.gap = min(ln.gap, maxGap)
		ln.took = took
	}
	ln.since, ln.given = until, 0
}

// pause is how long nobody of the scope may start.
func (l *limiter) pause(s scope) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.lane(s).pause()
}

// lane returns the state of a scope. An application may see any number of
// mailboxes: those at rest are forgotten.
func (l *limiter) lane(s scope) *lane {
	if ln := l.lanes[s]; ln != nil {
		return ln
	}
	if len(l.lanes) >= l.sweepAt {
		for key, ln := range l.lanes {
			if ln.busy == 0 && len(ln.queue) == 0 && ln.pause() <= 0 {
				delete(l.lanes, key)
			}
		}
		l.sweepAt = max(fewLanes, 2*len(l.lanes))
	}
	limit := l.limits.of(s.service)
	ln := &lane{limit: limit, open: limit}
	l.lanes[s] = ln
	return ln
}

// admit lets in whom the lane has room for, or has them wait for its time.
func (l *limiter) admit(ln *lane) {
	for len(ln.queue) > 0 && ln.busy < ln.open {
		if wait := max(ln.pause(), ln.paced()); wait > 0 {
			l.later(ln, wait)
			return
		}
		if ln.gap > 0 {
			now := time.Now()
			switch late := now.Sub(ln.next); {
			case late > maxIdle:
				ln.gap = 0
			case late > maxLag:
				ln.next = now
			}
			ln.next = ln.next.Add(ln.gap)
		}
		ln.busy++
		ln.first().ready <- nil
	}
}

// later admits after a while.
func (l *limiter) later(ln *lane, wait time.Duration) {
	if ln.timer != nil {
		ln.timer.Reset(wait)
		return
	}
	ln.timer = time.AfterFunc(wait, func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.admit(ln)
	})
}

// paced is how long it is to the next start.
func (ln *lane) paced() time.Duration {
	if ln.gap == 0 {
		return 0
	}
	return time.Until(ln.next)
}

func (ln *lane) pause() time.Duration {
	if ln.until.IsZero() {
		return 0
	}
	return time.Until(ln.until)
}
