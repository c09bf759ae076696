package entratest

import (
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"sync"
)

// openInMemory makes the server answer to its client alone. Nothing of it runs
// between two requests.
func (s *Server) openInMemory() {
	s.host = publicHost
	if len(s.opts.ManagedIdentities) > 0 {
		s.machine = imdsHost
	}
	s.client = &http.Client{Transport: &memory{s, s.routes(), s.machineRoutes()}}
	s.close = sync.OnceValue(func() error {
		s.mu.Lock()
		s.closed = true
		s.mu.Unlock()
		s.running.Wait()
		return nil
	})
}

// memory is a network within the process, to the names of the real hosts.
type memory struct {
	s             *Server
	main, machine http.Handler
}

// RoundTrip answers as the host would that the URL names. It takes as long as the
// handler does, which ends with its request's context.
func (t *memory) RoundTrip(req *http.Request) (_ *http.Response, err error) {
	if req.Body != nil {
		defer req.Body.Close()
	}
	if err := req.Context().Err(); err != nil {
		return nil, err
	}
	handler := t.main
	host := req.URL.Hostname()
	if _, ok := t.s.Serves(host); !ok {
		if t.s.machine == "" || net.JoinHostPort(host, "80") != imdsHost {
			return nil, errors.New("entratest: no host " + req.URL.Host + " in memory")
		}
		handler = t.machine
	}
	in := req.Clone(req.Context())
	in.RequestURI = req.URL.RequestURI()
	if in.Host == "" {
		in.Host = req.URL.Host
	}
	if in.Body == nil {
		in.Body = http.NoBody
	}
	out := &memoryWriter{header: http.Header{}, status: http.StatusOK}
	defer func() {
		switch p := recover(); p {
		case nil:
		case http.ErrAbortHandler: // the connection was cut
			if err = req.Context().Err(); err == nil {
				err = io.ErrUnexpectedEOF
			}
		default:
			panic(p)
		}
	}()
	handler.ServeHTTP(out, in)
	return &http.Response{
		StatusCode: out.status, Status: strconv.Itoa(out.status) + " " + http.StatusText(out.status),
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: out.header, ContentLength: int64(out.body.Len()), Body: io.NopCloser(&out.body), Request: req,
	}, nil
}

// memoryWriter is an answer.
type memoryWriter struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (w *memoryWriter) Header() http.Header         { return w.header }
func (w *memoryWriter) WriteHeader(status int)      { w.status = status }
func (w *memoryWriter) Write(b []byte) (int, error) { return w.body.Write(b) }
