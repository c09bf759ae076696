package graphtest

import (
	"errors"
	"net/http"
	"strings"
)

// writeError shows err in Graph's envelope.
func (x *httpExchange) writeError(err error) {
	var e *graphError
	if !errors.As(err, &e) {
		e = &graphError{code: codeGeneral, message: err.Error()}
	}
	for k, v := range e.header {
		x.w.Header()[k] = v
	}
	x.writeJSON(e.statusCode(), x.envelope(e))
}

// envelope is https://learn.microsoft.com/graph/errors, as JSON.
func (x *httpExchange) envelope(e *graphError) []byte {
	inner := object{
		{"date", x.entry.Start.Format("2006-01-02T15:04:05")},
		{"request-id", x.entry.ID},
		{"client-request-id", x.entry.ClientRequestID},
	}
	if causes := nested(e.inner); causes != nil {
		inner = append(causes, inner...)
	}
	return appendJSON(nil, object{{"error", object{
		{"code", string(e.code)}, {"message", e.message}, {"innerError", inner},
	}}})
}

// nested puts each cause into the one before.
func nested(causes []code) object {
	if len(causes) == 0 {
		return nil
	}
	o := object{{"code", string(causes[0])}}
	if inner := nested(causes[1:]); inner != nil {
		o = append(o, member{"innerError", inner})
	}
	return o
}

// write shows a handler's reply.
func (x *httpExchange) write(rep *reply) {
	h := x.w.Header()
	for k, v := range rep.header {
		h[k] = v
	}
	if len(x.call.applied) > 0 {
		h.Set("Preference-Applied", strings.Join(x.call.applied, ", "))
	}
	status := rep.status
	if status == 0 {
		status = http.StatusOK
	}
	switch {
	case rep.json != nil:
		h.Set("OData-Version", "4.0")
		if x.fault != nil && x.fault.Page != PageKept {
			rep.json = x.spoilPage(rep.json)
		}
		if x.fault != nil && x.fault.Patch != "" {
			rep.json = patched(rep.json, x.fault.Patch)
		}
		x.writeJSON(status, rep.json)
		if rep.page != nil {
			x.s.pages.Put(rep.page)
		}
	case rep.raw != nil:
		x.writeContent(rep.raw)
	default:
		h.Set("Content-Length", "0")
		if status == http.StatusNoContent {
			h.Del("Content-Length")
		}
		x.w.WriteHeader(status)
	}
}

func (x *httpExchange) writeJSON(status int, doc []byte) {
	k := x.control()
	if k == controlNone {
		doc = bare(doc)
	}
	x.w.Header().Set("Content-Type", x.contentType(k.jsonType()))
	if x.fault != nil {
		doc = x.fault.JSON.spoil(doc)
	}
	x.writeBody(status, doc)
}

// writeContent serves bytes with Range and conditions.
func (x *httpExchange) writeContent(b *content) {
	if b.close != nil {
		defer func() { _ = b.close() }()
	}
	h := x.w.Header()
	h.Set("Content-Type", x.contentType(b.contentType))
	if b.etag != "" {
		h.Set("ETag", b.etag)
	} else { // nothing that a condition could be about
		x.r.Header.Del("If-Match")
		x.r.Header.Del("If-None-Match")
	}
	if x.fault != nil && x.fault.NoRange {
		x.r.Header.Del("Range")
	}
	x.cutWithin(1)
	w := &conditional{ResponseWriter: x.w}
	http.ServeContent(w, x.r, "", b.modified, b)
	switch w.refused {
	case http.StatusPreconditionFailed:
		x.writeError(fail(codePrecondition))
	case http.StatusRequestedRangeNotSatisfiable:
		x.writeError(failf(codeInvalidRange, "The requested range is not satisfiable."))
	}
}

// conditional keeps back what net/http says when it refuses to serve content,
// which Graph says in its own form.
type conditional struct {
	http.ResponseWriter
	refused int // status; 0: none
}

func (w *conditional) WriteHeader(status int) {
	if status == http.StatusPreconditionFailed || status == http.StatusRequestedRangeNotSatisfiable {
		w.refused = status
		return
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *conditional) Write(b []byte) (int, error) {
	if w.refused != 0 {
		return len(b), nil
	}
	return w.ResponseWriter.Write(b)
}

// writeBody writes a whole document, or the part of it that a fault lets
// through.
func (x *httpExchange) writeBody(status int, doc []byte) {
	doc, done := x.compress(doc)
	defer done()
	x.w.Header().Set("Content-Length", itoa(len(doc)))
	x.cutWithin(int64(len(doc) / 2))
	x.w.WriteHeader(status)
	_, _ = x.w.Write(doc) // a client that left early is its own business
}

// writeFault answers for the service that f pretends is failing.
func (x *httpExchange) writeFault(f *Fault) {
	h := x.w.Header()
	if f.RetryAfter != "" {
		h.Set("Retry-After", f.RetryAfter)
	}
	e := &graphError{code: code(f.Code), message: f.Message, status: f.Status}
	if e.code == "" {
		e.code = codeOfStatus(f.Status)
	}
	if e.message == "" {
		e.message = codes[e.code].message
	}
	status := e.statusCode()
	if f.Status == 0 && f.Code == "" {
		status = http.StatusOK
	}
	switch {
	case status == http.StatusNoContent || status == http.StatusNotModified: // which have no body
		x.w.WriteHeader(status)
	case f.HTML != "":
		h.Set("Content-Type", "text/html; charset=utf-8")
		x.writeBody(status, []byte(f.HTML))
	case f.Body != "":
		h.Set("Content-Type", x.contentType(controlMinimal.jsonType()))
		x.writeBody(status, []byte(f.Body))
	default:
		x.writeJSON(status, x.envelope(e))
	}
}

// codeOfStatus is what the gateway calls a failure.
func codeOfStatus(status int) code {
	switch status {
	case http.StatusUnauthorized:
		return codeInvalidToken
	case http.StatusTooManyRequests:
		return codeTooManyRequests
	case http.StatusServiceUnavailable:
		return codeUnavailable
	case http.StatusGatewayTimeout:
		return codeGatewayTimeout
	}
	return codeUnknownError
}
