package graphtest

import (
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"
)

// Request is one entry of the log: what a client asked, and how that went.
type Request struct {
	Method string
	Host   string
	Path   string // decoded
	Query  string // as sent
	// Route is method and pattern of the route that answered, "" for none.
	Route string
	// Header holds what clients are judged by: User-Agent, Prefer,
	// ConsistencyLevel, Range, If-Match and their like. It never holds a
	// token.
	Header          http.Header
	Bearer          bool   // an Authorization header was there
	Content         bool   // it came to the content host
	Early           bool   // it came back before the Retry-After of its last answer had passed
	Batch           string // its id in the $batch request that brought it; "" if it came by itself
	Status          int    // 0: the connection was cut before the answer
	Sent            int64  // bytes of the body
	ID              string // the answer's request-id
	ClientRequestID string
	Start, End      time.Time // by the server's clock
}

type requestLog struct {
	mu      sync.Mutex
	entries []Request
}

// begin notes a request before anything of the answer is written, so that
// whoever has an answer finds it in the log.
func (l *requestLog) begin(r Request) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.entries = append(l.entries, r)
	return len(l.entries) - 1
}

// settle replaces an entry by what is known now.
func (l *requestLog) settle(place int, r Request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.entries[place] = r
}

// Requests gives what was asked so far, in the order of arrival.
func (s *Server) Requests() []Request {
	s.log.mu.Lock()
	defer s.log.mu.Unlock()
	return slices.Clone(s.log.entries)
}

// loggedHeader keeps the headers that may be logged.
func loggedHeader(h http.Header) http.Header {
	kept := http.Header{}
	for _, name := range []string{
		"Accept", "Client-Request-Id", "Consistencylevel", "Content-Length", "Content-Range", "Content-Type",
		"If-Match", "If-None-Match", "If-Range", "Prefer", "Range", "Retry-Attempt", "User-Agent",
	} {
		if v := h.Values(name); len(v) > 0 {
			kept[name] = slices.Clone(v)
		}
	}
	return kept
}

// recorder notes what was written, and cuts the connection where a fault
// says.
type recorder struct {
	http.ResponseWriter
	onStatus func(int) // called before the header is sent
	status   int
	sent     int64
	cutAfter int64 // 0: never
}

func (w *recorder) WriteHeader(status int) {
	w.status = status
	w.onStatus(status)
	w.ResponseWriter.WriteHeader(status)
}

func (w *recorder) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	cut := w.cutAfter > 0 && w.sent+int64(len(b)) >= w.cutAfter
	if cut {
		b = b[:w.cutAfter-w.sent]
	}
	n, err := w.ResponseWriter.Write(b)
	w.sent += int64(n)
	if cut {
		_ = http.NewResponseController(w.ResponseWriter).Flush() // so that the part arrives
		panic(http.ErrAbortHandler)
	}
	return n, err
}

func itoa(n int) string { return strconv.Itoa(n) }
