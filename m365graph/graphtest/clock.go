package graphtest

import (
	"sync"
	"time"
)

// Clock is a clock that stands still until it is told otherwise. Its Now fits
// [Options.Now]. It is safe for concurrent use; the zero value stands at
// midnight of 1 January 2026, UTC.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// NewClock gives a clock that stands at a time.
func NewClock(at time.Time) *Clock { return &Clock{now: at} }

// Now is the time that the clock shows.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.read()
}

// Set puts the clock to a time, which may lie before the one it shows.
func (c *Clock) Set(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = at
}

// Advance moves the clock on by d, and gives the time that it shows then.
func (c *Clock) Advance(d time.Duration) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.read().Add(d)
	return c.now
}

func (c *Clock) read() time.Time {
	if c.now.IsZero() {
		return time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	return c.now
}
