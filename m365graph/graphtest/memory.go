package graphtest

import (
	"cmp"
	"context"
	"errors"
	"io"
	"maps"
	"net/http"
	"strconv"
	"sync"
)

// memory is a network within the process: what is sent over it is handled by
// the server's own handlers, and no socket is opened. Time in a bubble of
// testing/synctest can pass while an answer is awaited.
type memory struct {
	s    *Server
	open sync.Map // *memoryWriter of what is in work: its context.CancelFunc
}

// close has whoever waits for a client wait no longer, as closing a connection
// does.
func (t *memory) close() {
	t.open.Range(func(_, cancel any) bool {
		cancel.(context.CancelFunc)()
		return true
	})
}

// RoundTrip answers as the host would that the URL names.
func (t *memory) RoundTrip(req *http.Request) (*http.Response, error) {
	host := t.s.named(req.URL.Host)
	if host == nil {
		closeBody(req)
		return nil, errors.New("graphtest: no host " + req.URL.Host + " in memory")
	}
	if err := req.Context().Err(); err != nil {
		closeBody(req)
		return nil, err
	}
	ctx, cancel := context.WithCancel(req.Context())
	in := req.Clone(ctx) // the handler may outlive the call
	in.RequestURI = req.URL.RequestURI()
	if in.Host == "" {
		in.Host = req.URL.Host
	}
	if in.Body == nil {
		in.Body = http.NoBody
	}
	r, w := io.Pipe()
	answer := &memoryWriter{body: w, header: http.Header{}, begun: make(chan struct{})}
	t.open.Store(answer, cancel)
	stop := context.AfterFunc(req.Context(), func() { _ = r.CloseWithError(req.Context().Err()) }) // and the handler's writes end
	go func() {
		defer stop()
		defer t.open.Delete(answer)
		defer cancel()
		answer.run(host.handler, in)
	}()
	select {
	case <-answer.begun:
	case <-req.Context().Done():
		return nil, req.Context().Err()
	}
	if err := cmp.Or(req.Context().Err(), answer.err); err != nil {
		_ = r.CloseWithError(err)
		return nil, err
	}
	return answer.response(req, memoryBody{r, req.Context(), cancel}), nil
}

// memoryBody is what the client reads. The handler learns that it was closed.
type memoryBody struct {
	*io.PipeReader
	ctx    context.Context //nolint:containedctx // the request's, with which reading ends
	cancel context.CancelFunc
}

func (b memoryBody) Read(p []byte) (int, error) {
	n, err := b.PipeReader.Read(p)
	if err != nil && !errors.Is(err, io.EOF) && b.ctx.Err() != nil {
		err = b.ctx.Err()
	}
	return n, err
}

func (b memoryBody) Close() error {
	b.cancel()
	return b.PipeReader.Close()
}

func closeBody(req *http.Request) {
	if req.Body != nil {
		_ = req.Body.Close()
	}
}

// memoryWriter is the handler's side of an answer.
type memoryWriter struct {
	body   *io.PipeWriter
	header http.Header

	once   sync.Once
	begun  chan struct{} // closed once status and header, or err, are there
	status int
	sent   http.Header // as it was when the status was written
	err    error
}

// run lets the handler answer, and ends the answer as it ended.
func (w *memoryWriter) run(h http.Handler, req *http.Request) {
	defer func() {
		closeBody(req)
		if p := recover(); p != nil { // http.ErrAbortHandler: the connection was cut
			w.begin(0, io.ErrUnexpectedEOF)
			_ = w.body.CloseWithError(io.ErrUnexpectedEOF)
			return
		}
		w.begin(http.StatusOK, nil)
		_ = w.body.Close()
	}()
	h.ServeHTTP(w, req)
}

func (w *memoryWriter) begin(status int, err error) {
	w.once.Do(func() {
		w.status, w.err, w.sent = status, err, maps.Clone(w.header)
		close(w.begun)
	})
}

func (w *memoryWriter) Header() http.Header    { return w.header }
func (w *memoryWriter) WriteHeader(status int) { w.begin(status, nil) }

// Flush has nothing to do: each write arrives at once.
func (w *memoryWriter) Flush() {}

func (w *memoryWriter) Write(b []byte) (int, error) {
	w.begin(http.StatusOK, nil)
	return w.body.Write(b)
}

// response is the client's side of an answer.
func (w *memoryWriter) response(req *http.Request, body io.ReadCloser) *http.Response {
	resp := &http.Response{
		StatusCode: w.status, Status: itoa(w.status) + " " + http.StatusText(w.status),
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: w.sent, Body: body, ContentLength: -1, Request: req,
	}
	if n := w.sent.Get("Content-Length"); n != "" {
		resp.ContentLength, _ = strconv.ParseInt(n, 10, 64)
	}
	if req.Method == http.MethodHead || w.status == http.StatusNoContent || w.status == http.StatusNotModified {
		_ = body.Close()
		resp.Body = http.NoBody
	}
	return resp
}
