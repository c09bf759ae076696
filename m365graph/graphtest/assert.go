package graphtest

// TB is what the assertions need of a *testing.T.
type TB interface {
	Helper()
	Errorf(format string, args ...any)
}

// AssertNoBearerOutside fails the test if an Authorization header reached the
// hosts of uploads and downloads, whose URLs are secrets by themselves.
func (s *Server) AssertNoBearerOutside(tb TB) {
	tb.Helper()
	for _, r := range s.kept(tb) {
		if r.Content && r.Bearer {
			tb.Errorf("graphtest: %s %s%s came with an Authorization header", r.Method, r.Host, r.Path)
		}
	}
}

// AssertWaited fails the test if a client that was told to wait, by 429 or 503
// with Retry-After, sent the same request again before that time had passed by
// the server's clock.
func (s *Server) AssertWaited(tb TB) {
	tb.Helper()
	for _, r := range s.kept(tb) {
		if r.Early {
			tb.Errorf("graphtest: %s %s came again before its Retry-After had passed", r.Method, r.Path)
		}
	}
}

// AssertExecuted fails the test unless a route did its work n times, whatever
// the answers said: a request whose answer was lost counts, one that was
// refused does not. The route is named as in a [Fault].
func (s *Server) AssertExecuted(tb TB, route string, n int) {
	tb.Helper()
	if !hasRoute(route) {
		tb.Errorf("graphtest: no route %q", route)
		return
	}
	got := 0
	for _, r := range s.kept(tb) {
		if r.Executed && r.found.answersTo(route) {
			got++
		}
	}
	if got != n {
		tb.Errorf("graphtest: %s was executed %d times, want %d", route, got, n)
	}
}

// kept is the log, if it is whole.
func (s *Server) kept(tb TB) []logged {
	tb.Helper()
	entries, dropped := s.log.latest()
	if dropped > 0 {
		tb.Errorf("graphtest: the log has lost %d requests, since Options.KeepRequests is %d", dropped, s.opts.KeepRequests)
	}
	return entries
}
