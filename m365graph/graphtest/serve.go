package graphtest

import (
	"fmt"
	"net/http"
	"runtime/debug"
	"time"
)

// handler is the adapter between HTTP and the route table of one host.
func (s *Server) handler(contentHost bool) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !s.work.Enter() {
			panic(http.ErrAbortHandler) // closing
		}
		defer s.work.Leave()
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
	refusal     error         // why it leads to no route; nil: it does
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
// is answered, unless what stands before Graph fails, and sees no difference.
func (x *httpExchange) admit() bool {
	if err := x.prepare(); err != nil {
		if x.batch == nil {
			x.refusal, x.fault = err, x.s.faults.take(leaf{route: &route{}})
		}
		if x.fault == nil {
			x.writeError(err)
		}
		return x.fault != nil
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
		x.w.replaced = f.Header
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

// handle authorizes, reads the body and runs the handler under the lock that
// its method needs.
func (x *httpExchange) handle() (rep *reply, err error) {
	if x.refusal != nil {
		return nil, x.refusal
	}
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
	if err == nil && c.property != nil && !c.property.found {
		rep.discard()
		return nil, noSegment(c.property.names[0])
	}
	x.entry.Executed = err == nil
	return rep, err
}
