package graphtest

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Request is one entry of the log: what a client asked, and how that went.
type Request struct {
	Method string
	Host   string
	Path   string // decoded
	Query  string // as sent, but for secrets
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
	Executed        bool   // the route did its work, whatever the answer said
	Status          int    // 0: the connection was cut before the answer
	Sent            int64  // bytes of the body
	ID              string // the answer's request-id
	ClientRequestID string
	Start, End      time.Time // by the server's clock
}

// requestLog is the latest requests.
type requestLog struct {
	mu      sync.Mutex
	limit   int // how many are kept; 0: all
	entries []logged
	dropped int // as many came before the first entry
	cleared int // of which these were cleared
}

// logged is an entry with the route, for whoever asks by a name of it.
type logged struct {
	Request
	found leaf
}

// begin notes a request before anything of the answer is written, so that
// whoever has an answer finds it in the log.
func (l *requestLog) begin(r Request) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.entries = append(l.entries, logged{Request: r})
	if l.limit > 0 && len(l.entries) >= 2*l.limit { // now and then, so that it costs little
		n := copy(l.entries, l.entries[len(l.entries)-l.limit:])
		l.dropped += len(l.entries) - n
		clear(l.entries[n:])
		l.entries = l.entries[:n]
	}
	return l.dropped + len(l.entries) - 1
}

// settle replaces an entry by what is known now.
func (l *requestLog) settle(place int, r Request, found leaf) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if i := place - l.dropped; i >= 0 {
		l.entries[i] = logged{r, found}
	}
}

// clear forgets all. Places that were given stay valid, and lead nowhere.
func (l *requestLog) clear() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.dropped += len(l.entries)
	l.cleared = l.dropped
	l.entries = nil
}

// latest gives the entries that are kept, and how many were dropped for want
// of room.
func (l *requestLog) latest() (entries []logged, dropped int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	first := 0
	if l.limit > 0 {
		first = max(len(l.entries)-l.limit, 0)
	}
	return slices.Clone(l.entries[first:]), l.dropped + first - l.cleared
}

// Requests gives what was asked so far, in the order of arrival: all of it, or
// the latest [Options.KeepRequests].
func (s *Server) Requests() []Request {
	entries, _ := s.log.latest()
	requests := make([]Request, len(entries))
	for i, e := range entries {
		requests[i] = e.Request
	}
	return requests
}

// secretParams are those of a query whose values are not logged: the signature
// of a content host's URL, and a token that came where none belongs.
var secretParams = []string{signedBy, "access_token"}

// loggedQuery is a query without secrets.
func loggedQuery(raw string) string {
	if !slices.ContainsFunc(secretParams, func(name string) bool { return strings.Contains(raw, name) }) {
		return raw
	}
	pairs := strings.Split(raw, "&")
	for i, pair := range pairs {
		if name, _, ok := strings.Cut(pair, "="); ok && slices.Contains(secretParams, name) {
			pairs[i] = name + "=REDACTED"
		}
	}
	return strings.Join(pairs, "&")
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
	cutAfter int64       // 0: never; -1: after the header
	onCut    func()      // called then; nil cuts the connection
	replaced http.Header // in place of the answer's own
}

func (w *recorder) WriteHeader(status int) {
	for name, values := range w.replaced {
		w.Header().Del(name)
		for _, v := range values {
			if v != "" {
				w.Header().Add(name, v)
			}
		}
	}
	w.status = status
	w.onStatus(status)
	w.ResponseWriter.WriteHeader(status)
	if _, told := w.replaced["Content-Length"]; told {
		w.flush() // or net/http would count by itself
	}
	if w.cutAfter < 0 {
		w.cut()
	}
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
		w.cut()
	}
	return n, err
}

// cut ends the connection, once what was written has arrived.
func (w *recorder) cut() {
	w.flush()
	if w.onCut != nil {
		w.onCut()
	}
	panic(http.ErrAbortHandler)
}

func (w *recorder) flush() { _ = http.NewResponseController(w.ResponseWriter).Flush() }

func itoa(n int) string { return strconv.Itoa(n) }
