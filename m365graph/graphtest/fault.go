package graphtest

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// Cut says where a [Fault] cuts the connection.
type Cut int

// The places of a cut.
const (
	CutNone   Cut = iota
	CutBefore     // before the first byte of the answer; with After, the request was carried out
	CutBody       // within the body of the answer
	CutReset      // as CutBefore, but the connection is reset, with all that is under way on it
	CutStall      // not at all, but nothing comes any more: until the client gives up, or its server closes
	CutItem       // as CutBefore; but of a request in a batch, the answer alone is missing in the batch's
)

// PageFault says what a [Fault] makes of a page of a list or of a delta round.
type PageFault int

// What real pages do at times.
const (
	PageKept     PageFault = iota
	PageReplayed           // its next link leads to the same page once more
	PageShuffled           // its items stand in another order
	PageEmpty              // it has no items, and its next link leads to them
)

// JSONFault says how a [Fault] damages a document, of which all arrives that was
// announced.
type JSONFault int

// The damages.
const (
	JSONWhole     JSONFault = iota
	JSONTruncated           // the second half is missing
	JSONBroken              // it is no JSON, from its first byte on
	JSONEmpty               // there is none
)

// Fault spoils some requests. The zero value of each field but Route means
// that this part stays as it is.
type Fault struct {
	// Route names what is spoiled: a method and a pattern as in
	// [Request.Route] or as a client would write it, with any name in braces
	// for a parameter: "POST /me/sendMail", "GET /me/mailFolders/{id}/messages",
	// "PUT /upload/{session}". "" is every route, and what leads to none or
	// bears no good token: a gateway that fails looks at neither.
	Route string

	Skip  int // so many matching requests pass first
	Count int // so many are spoiled after them; 0 means one, or with a Rate all; -1 all

	// Rate is the part of the requests that is spoiled, from 0 to 1, as chance
	// has it; 0 means each. Seed makes chance take another course.
	Rate float64
	Seed uint64

	Status     int    // answered instead; 0 with a Code means the code's own
	Code       string // error.code of the answer, such as "TooManyRequests"
	Message    string // error.message; "" means the code's own
	RetryAfter string // the header as it stands: "2", "0.5", a date; "" sends none
	HTML       string // the body, as text/html, instead of Graph's envelope
	Body       string // the body as it stands, as JSON unless there is a ContentType

	// Header is set in the answer, the route's own or the fault's, in place of
	// what stands there; an empty value takes a header away.
	Header http.Header

	After bool          // carry the request out before failing it
	Delay time.Duration // wait before doing anything
	Skew  time.Duration // how far the server's clock is ahead

	Patch       string // what is changed in the answer's JSON: a merge patch, by RFC 7396
	Page        PageFault
	JSON        JSONFault
	ContentType string // of the answer, instead of its own
	NoRange     bool   // a file comes whole, whatever part of it was asked for

	Cut      Cut
	CutAfter int64 // bytes of the body that arrive with CutBody (0: half, or one of a file) and CutStall (0: not even the header); -1: the header alone

	luck *rand.Rand
	line int // of the file that it was read from; 0 for none
}

// answers tells whether the fault has an answer of its own.
func (f *Fault) answers() bool { return f.Status != 0 || f.Code != "" || f.HTML != "" || f.Body != "" }

// cutsBody tells whether the answer ends within its body.
func (f *Fault) cutsBody() bool { return f.Cut == CutBody || f.Cut == CutStall && f.CutAfter != 0 }

// spoils tells whether the client is kept from reading what a request came to.
func (f *Fault) spoils() bool {
	return f != nil && (f.answers() || f.Cut != CutNone || f.JSON != JSONWhole || f.ContentType != "")
}

// faults are those still due, in the order they were asked for.
type faults struct {
	mu  sync.Mutex
	due []*Fault
}

// Fail arranges a fault. Faults of one route take effect one after another,
// in the order of the calls. It returns an error if no route answers to the
// name, with the line of the fault if it comes from [ParseFaults].
func (s *Server) Fail(f Fault) error {
	if err := f.check(); err != nil {
		return fmt.Errorf("graphtest: %w", err)
	}
	if f.Count == 0 {
		f.Count = 1
		if f.Rate > 0 {
			f.Count = -1
		}
	}
	f.luck = rand.New(rand.NewPCG(f.Seed, 0)) //nolint:gosec // a course of faults, not a secret
	if f.Route != "" && !hasRoute(f.Route) {
		if f.line > 0 {
			return fmt.Errorf("graphtest: faults: line %d: no route %q", f.line, f.Route)
		}
		return fmt.Errorf("graphtest: no route %q", f.Route)
	}
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	s.faults.due = append(s.faults.due, &f)
	return nil
}

// Throttle answers count requests to a route, after skip ones have passed,
// with 429 and the given Retry-After ("2", "0.5", a date, "" for none).
func (s *Server) Throttle(route string, skip, count int, retryAfter string) error {
	return s.Fail(Fault{Route: route, Skip: skip, Count: count, Code: string(codeTooManyRequests), RetryAfter: retryAfter})
}

// ClearFaults forgets the faults that are still due.
func (s *Server) ClearFaults() {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	s.faults.due = nil
}

// check refuses what no answer can be.
func (f *Fault) check() error {
	switch {
	case f.Skip < 0 || f.Count < -1:
		return fmt.Errorf("fault of %q: a count is negative", f.Route)
	case !(f.Rate >= 0 && f.Rate <= 1):
		return fmt.Errorf("fault of %q: the rate %v is not within 0 and 1", f.Route, f.Rate)
	case f.Status != 0 && (f.Status < 200 || f.Status > 999):
		return fmt.Errorf("fault of %q: %d is no status of an answer", f.Route, f.Status)
	case f.Patch != "" && !json.Valid([]byte(f.Patch)):
		return fmt.Errorf("fault of %q: the patch is no JSON", f.Route)
	case f.Delay < 0 || f.CutAfter < -1:
		return fmt.Errorf("fault of %q: a delay or a length is negative", f.Route)
	case !f.answers() && f.Delay == 0 && f.Skew == 0 && f.Page == PageKept && f.JSON == JSONWhole && f.ContentType == "" && f.Cut == CutNone && f.Patch == "" && len(f.Header) == 0 && !f.NoRange:
		return fmt.Errorf("fault of %q: it spoils nothing; give it a status, a code, a body, a delay, a cut or another kind of damage", f.Route)
	}
	return nil
}

// take gives the fault that is due for a request, if any.
func (f *faults) take(l leaf) *Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i, due := range f.due {
		if due.Route != "" && !l.answersTo(due.Route) {
			continue
		}
		if due.Skip > 0 {
			due.Skip--
			return nil
		}
		if due.Rate > 0 && due.luck.Float64() >= due.Rate {
			continue
		}
		if due.Count > 0 {
			due.Count--
		}
		if due.Count == 0 {
			f.due = slices.Delete(f.due, i, i+1)
		}
		return due
	}
	return nil
}

// answersTo compares a route with the name that a fault gives it: by its
// pattern or by its spelling.
func (l leaf) answersTo(name string) bool {
	want := plainPattern(name)
	return want == plainPattern(l.method+" "+l.pattern) || want == plainPattern(l.method+" "+l.spelling)
}

// plainPattern takes case and the names of parameters out of a pattern.
func plainPattern(name string) string {
	elements := strings.Split(strings.ToLower(name), "/")
	for i, e := range elements {
		switch {
		case strings.HasPrefix(e, "{:"):
			elements[i] = "{:}"
		case strings.HasPrefix(e, "{"):
			elements[i] = "{}"
		}
	}
	return strings.Join(elements, "/")
}

// faultNames are all names that routes answer to, as plainPattern writes them: a
// test may arrange thousands of faults.
var faultNames = sync.OnceValue(func() map[string]bool {
	names := map[string]bool{}
	for _, routes := range allRoutes() {
		for _, r := range routes {
			names[plainPattern(r.method+" "+r.pattern)] = true
			for _, spelling := range expandMacros(r.pattern) {
				names[plainPattern(r.method+" "+spelling)] = true
			}
		}
	}
	return names
})

// hasRoute tells whether a route answers to the name of a fault.
func hasRoute(name string) bool { return faultNames()[plainPattern(name)] }
