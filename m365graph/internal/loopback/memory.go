package loopback

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

// Memory is a network within the process: what is sent over it is handled by
// the server's own handlers, and no socket is opened. Time in a bubble of
// testing/synctest can pass while an answer is awaited.
type Memory struct {
	Named func(host string) *Host // who answers for a name; nil: nobody does
	open  sync.Map                // *writer of what is in work: its context.CancelFunc
}

// Close has whoever waits for a client wait no longer, as closing a connection
// does.
func (m *Memory) Close() {
	m.open.Range(func(_, cancel any) bool {
		cancel.(context.CancelFunc)()
		return true
	})
}

// RoundTrip answers as the host would that the URL names.
func (m *Memory) RoundTrip(req *http.Request) (*http.Response, error) {
	host := m.Named(req.URL.Host)
	if host == nil {
		closeBody(req)
		return nil, errors.New("no host " + req.URL.Host + " in memory")
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
	answer := &writer{pipe: w, header: http.Header{}, begun: make(chan struct{})}
	m.open.Store(answer, cancel)
	stop := context.AfterFunc(req.Context(), func() { _ = r.CloseWithError(req.Context().Err()) }) // and the handler's writes end
	go func() {
		defer stop()
		defer m.open.Delete(answer)
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
	return answer.response(req, body{r, req.Context(), cancel}), nil
}

// body is what the client reads. The handler learns that it was closed.
type body struct {
	*io.PipeReader
	ctx    context.Context //nolint:containedctx // the request's, with which reading ends
	cancel context.CancelFunc
}

func (b body) Read(p []byte) (int, error) {
	n, err := b.PipeReader.Read(p)
	if err != nil && !errors.Is(err, io.EOF) && b.ctx.Err() != nil {
		err = b.ctx.Err()
	}
	return n, err
}

func (b body) Close() error {
	b.cancel()
	return b.PipeReader.Close()
}

func closeBody(req *http.Request) {
	if req.Body != nil {
		_ = req.Body.Close()
	}
}

// writer is the handler's side of an answer.
type writer struct {
	pipe   *io.PipeWriter
	header http.Header

	once   sync.Once
	begun  chan struct{} // closed once status and header, or err, are there
	status int
	sent   http.Header // as it was when the status was written
	err    error
}

// run lets the handler answer, and ends the answer as it ended.
func (w *writer) run(h http.Handler, req *http.Request) {
	defer func() {
		closeBody(req)
		if p := recover(); p != nil { // http.ErrAbortHandler: the connection was cut
			w.begin(0, io.ErrUnexpectedEOF)
			_ = w.pipe.CloseWithError(io.ErrUnexpectedEOF)
			return
		}
		w.begin(http.StatusOK, nil)
		_ = w.pipe.Close()
	}()
	h.ServeHTTP(w, req)
}

func (w *writer) begin(status int, err error) {
	w.once.Do(func() {
		w.status, w.err, w.sent = status, err, maps.Clone(w.header)
		close(w.begun)
	})
}

func (w *writer) Header() http.Header    { return w.header }
func (w *writer) WriteHeader(status int) { w.begin(status, nil) }

// Flush has nothing to do: each write arrives at once.
func (w *writer) Flush() {}

func (w *writer) Write(b []byte) (int, error) {
	w.begin(http.StatusOK, nil)
	return w.pipe.Write(b)
}

// response is the client's side of an answer.
func (w *writer) response(req *http.Request, content io.ReadCloser) *http.Response {
	resp := &http.Response{
		StatusCode: w.status, Status: strconv.Itoa(w.status) + " " + http.StatusText(w.status),
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: w.sent, Body: content, ContentLength: -1, Request: req,
	}
	if n := w.sent.Get("Content-Length"); n != "" {
		resp.ContentLength, _ = strconv.ParseInt(n, 10, 64)
	}
	if req.Method == http.MethodHead || w.status == http.StatusNoContent || w.status == http.StatusNotModified {
		_ = content.Close()
		resp.Body = http.NoBody
	}
	if w.status == http.StatusNoContent {
		resp.ContentLength = 0 // whatever was announced
	}
	return resp
}
