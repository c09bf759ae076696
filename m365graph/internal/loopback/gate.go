package loopback

import "sync"

// Gate counts the requests in work, so that closing can wait for them. HTTP/2
// runs them apart from the connection.
type Gate struct {
	mu     sync.Mutex
	idle   sync.Cond
	inside int
	closed bool
}

// Enter tells whether a request may still come in, which calls Leave in its end.
func (g *Gate) Enter() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return false
	}
	g.inside++
	return true
}

// Leave ends one that came in.
func (g *Gate) Leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.inside--; g.inside == 0 && g.idle.L != nil {
		g.idle.Broadcast()
	}
}

// Shut lets nobody in any more, and waits for the last to leave.
func (g *Gate) Shut() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.closed, g.idle.L = true, &g.mu
	for g.inside > 0 {
		g.idle.Wait()
	}
}
