package graphtest

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/m365go/sdk/m365graph/internal/blob"
)

const defaultMaxBody = 4 << 20

// handler is the adapter between HTTP and the route table of one host.
func (s *Server) handler(contentHost bool) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !s.work.enter() {
			panic(http.ErrAbortHandler) // closing
		}
		defer s.work.leave()
		x := s.newExchange(w, r, contentHost)
		defer x.finish()
		if !x.crossOrigin() && x.admit() {
			x.answer()
		}
	})
}

// httpExchange is one request and what becomes of it: what is logged, answered
// and spoiled on purpose.
type httpExchange struct {
	s           *Server
	w           *recorder
	r           *http.Request
	contentHost bool
	entry       Request
	found       leaf
	call        *call
	fault       *Fault
	place       int           // in the log
	number      int64         // in the order of arrival; of an item, its batch's
	batch       *httpExchange // in which it came; nil: by itself
	bodySum     string        // of an item
	release     func()        // gives a place at a mailbox back; nil: it has none
}

func (s *Server) newExchange(w http.ResponseWriter, r *http.Request, contentHost bool) *httpExchange {
	x := &httpExchange{s: s, w: &recorder{ResponseWriter: w}, r: r, contentHost: contentHost}
	x.number = s.sequence.Add(1)
	x.begin(Request{ID: guid("request", s.opts.Tenant.ID, x.number)})
	return x
}

// begin puts the request into the log, and into the answer's header what
// every answer has.
func (x *httpExchange) begin(known Request) {
	r, now := x.r, x.s.now()
	x.w.onStatus = x.settle
	x.entry = Request{
		Method: r.Method, Host: r.Host, Path: r.URL.Path, Query: loggedQuery(r.URL.RawQuery),
		Header:          loggedHeader(r.Header),
		Bearer:          r.Header.Get("Authorization") != "",
		Content:         x.contentHost,
		Batch:           known.Batch,
		ID:              known.ID,
		ClientRequestID: r.Header.Get("Client-Request-Id"),
		Start:           now,
	}
	if x.entry.ClientRequestID == "" {
		x.entry.ClientRequestID = x.entry.ID
	}
	x.place = x.s.log.begin(x.entry)
	h := x.w.Header()
	h.Set("Request-Id", x.entry.ID)
	h.Set("Client-Request-Id", x.entry.ClientRequestID)
	h.Set("Date", now.Format(http.TimeFormat))
	h.Set("X-Ms-Ags-Diagnostic", `{"ServerInfo":{"DataCenter":"Loopback","Slice":"E","Ring":"1","ScaleUnit":"000","RoleInstance":"graphtest"}}`)
	h.Set("Strict-Transport-Security", "max-age=31536000")
	h.Set("Cache-Control", "no-store, no-cache")
}

// finish puts the request into the log, however it ended.
func (x *httpExchange) finish() {
	x.entry.Sent = x.w.sent
	x.settle(x.w.status)
	if x.s.opts.Log != nil {
		x.s.opts.Log(x.entry)
	}
}

// settle notes the answer.
func (x *httpExchange) settle(status int) {
	if x.release != nil {
		x.release()
		x.release = nil
	}
	if x.entry.Status == 0 {
		x.noteWait(status)
	}
	x.entry.Status, x.entry.End = status, x.s.now()
	x.s.log.settle(x.place, x.entry, x.found)
}

// admit tells whether the request gets as far as its route. One that does not
// is answered.
func (x *httpExchange) admit() bool {
	if err := x.prepare(); err != nil {
		x.writeError(err)
		return false
	}
	if err := x.cameEarly(); err != nil {
		x.writeError(err)
		return false
	}
	if err := x.admitThrottled(); err != nil {
		x.writeError(err)
		return false
	}
	x.fault = x.s.faults.take(x.found)
	return true
}

// answer carries the request out and answers, faults included.
func (x *httpExchange) answer() {
	f := x.fault
	if f != nil && !x.wait(f.Delay) {
		return
	}
	if f != nil {
		x.skew(f.Skew)
	}
	if f != nil && !f.After {
		x.cut(f)
		if f.answers() {
			x.writeFault(f)
			return
		}
	}
	rep, err := x.handle()
	if f != nil {
		x.cut(f)
	}
	switch {
	case f != nil && f.After && f.answers():
		x.writeFault(f)
	case err != nil:
		x.writeError(err)
	default:
		x.write(rep)
	}
}

// wait delays the answer; it tells whether the client is still there.
func (x *httpExchange) wait(d time.Duration) bool {
	if d <= 0 {
		return true
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-x.r.Context().Done():
		return false
	}
}

// prepare checks the bearer and finds the route.
func (x *httpExchange) prepare() error {
	c := &call{s: x.s, r: x.r, x: x, now: x.entry.Start, prefer: parsePrefer(x.r.Header.Values("Prefer"))}
	x.call = c
	if x.contentHost {
		if x.entry.Bearer {
			return failf(codeUnauthenticated, "This URL is signed already; an Authorization header must not be sent to it.")
		}
	} else {
		var err error
		if c.token, err = x.s.authenticate(x.r); err != nil && (x.entry.Bearer || !isServiceRoot(x.r.URL.Path)) {
			return err
		}
	}
	segments, err := splitPath(x.r.URL.EscapedPath())
	if err != nil {
		return err
	}
	if !x.contentHost {
		if segments, err = c.cutVersion(segments); err != nil {
			return err
		}
	}
	if c.params, err = parseQuery(x.r.URL.RawQuery); err != nil {
		return err
	}
	return x.match(segments)
}

// cutVersion takes the version off a path. v2.0 is OneDrive's old spelling, and
// OpenID Connect stands beside the versions.
func (c *call) cutVersion(segments []segment) ([]segment, error) {
	version := strings.ToLower(segments[0].text)
	switch version {
	case "v1.0", "beta":
	case "v2.0":
		version = "v1.0"
	case "oidc":
		return segments, nil
	default:
		return nil, failf(codeBadRequest, "Invalid version: %s", segments[0].text)
	}
	c.version = version
	c.base = "https://" + c.r.Host + "/" + segments[0].text
	var path []string
	for _, s := range segments[1:] {
		path = append(path, s.text)
	}
	c.path = strings.Join(path, "/")
	return segments[1:], nil
}

// match finds the route and whose data it means.
func (x *httpExchange) match(segments []segment) error {
	c := x.call
	table := &x.s.routes[0]
	if x.contentHost {
		table = &x.s.routes[1]
	}
	node, taken := table.find(segments, nil)
	if node == nil {
		last := ""
		if len(segments) > 0 {
			last = segments[len(segments)-1].text
		}
		return failf(codeBadRequest, "Resource not found for the segment '%s'.", last)
	}
	method := x.r.Method
	if method == http.MethodHead && x.contentHost {
		method = http.MethodGet // net/http leaves the body out
	}
	found, ok := node.leaves[method]
	if !ok {
		return fail(codeMethodNotAllowed)
	}
	x.found, c.route = found, found.route
	x.entry.Route = found.method + " " + found.pattern
	c.vars = map[string]string{}
	for i, name := range found.names {
		c.vars[name] = taken[i]
	}
	for _, s := range segments {
		if s.args != nil {
			c.args = s.args
		}
	}
	if x.contentHost {
		return nil
	}
	return c.checkOptions()
}

// handle authorizes, reads the body and runs the handler under the lock that
// its method needs.
func (x *httpExchange) handle() (rep *reply, err error) {
	c := x.call
	defer func() {
		switch p := recover(); p {
		case nil:
		case http.ErrAbortHandler:
			panic(p)
		default: // a mistake of ours, which net/http would hide
			err = fmt.Errorf("graphtest: panic in %s: %v\n%s", x.entry.Route, p, debug.Stack())
		}
	}()
	if err := x.readBody(); err != nil {
		return nil, err
	}
	switch {
	case c.route.unlocked:
	case c.route.method == http.MethodGet:
		x.s.mu.RLock()
		defer x.s.mu.RUnlock()
	default:
		x.s.mu.Lock()
		defer x.s.mu.Unlock()
	}
	if !x.contentHost {
		if err := c.authorize(x.found.spelling); err != nil {
			return nil, err
		}
	}
	rep, err = c.route.handle(c)
	x.entry.Executed = err == nil
	return rep, err
}

func (x *httpExchange) readBody() error {
	if x.call.route.spools {
		x.call.spool = &blob.Spool{}
	}
	if x.r.Body == nil || x.r.Body == http.NoBody {
		return nil
	}
	limit := x.call.route.maxBody
	if limit == 0 {
		limit = defaultMaxBody
	}
	from, err := x.decoded(limit)
	if err != nil {
		return err
	}
	var body []byte
	if x.call.spool != nil {
		_, err = io.Copy(x.call.spool, from)
	} else {
		body, err = io.ReadAll(from)
	}
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return fail(codePayloadTooLarge)
	}
	if err != nil {
		return failf(codeBadRequest, "The request body ended early.")
	}
	x.call.body = body
	return nil
}

// decoded is the body as its sender has it: Microsoft's SDKs compress what they
// send. The limit holds before and after.
func (x *httpExchange) decoded(limit int64) (io.Reader, error) {
	from := http.MaxBytesReader(x.w, x.r.Body, limit)
	switch coding := x.r.Header.Get("Content-Encoding"); {
	case coding == "" || strings.EqualFold(coding, "identity"):
		return from, nil
	case !strings.EqualFold(coding, "gzip"):
		return nil, fail(codeUnsupportedMedia)
	}
	plain, err := gzip.NewReader(from)
	if err != nil {
		return nil, failf(codeBadRequest, "The request body is not in the gzip format.")
	}
	return http.MaxBytesReader(x.w, plain, limit), nil
}
