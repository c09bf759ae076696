package entra

import (
	"context"
	_ "embed"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/m365go/sdk/m365auth"
)

// The pages that a person sees last. They are whole and the same for everybody.
var (
	//go:embed browserdone.html
	donePage []byte
	//go:embed browserfailed.html
	failedPage []byte
)

const maxForm = 64 << 10

// loopback is where a browser on this machine comes back to.
type loopback struct {
	redirect string
	answers  chan url.Values // gets one, with the state of the sign-in

	path  string
	hosts [2]string // as which a browser may call us
	ln    net.Listener
	http  *http.Server
	runs  sync.WaitGroup
	done  atomic.Bool // an answer was taken
	login *AuthCodeLogin
}

// listenLoopback takes the port that a redirect URL names, or a free one.
func listenLoopback(ctx context.Context, redirect string) (*loopback, error) {
	if redirect == "" {
		redirect = "http://localhost"
	}
	u, err := url.Parse(redirect)
	if err != nil || u.Scheme != "http" || u.Hostname() != "localhost" && u.Hostname() != "127.0.0.1" ||
		u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, configError(fmt.Sprintf("%s and come back to %q", opBrowser, redirect), `give "http://localhost" or "http://127.0.0.1", perhaps with a port and a path`)
	}
	port := u.Port()
	if port == "" {
		port = "0"
	}
	ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp4", net.JoinHostPort("127.0.0.1", port))
	if err != nil {
		return nil, &m365auth.Error{
			Op: opBrowser, Kind: m365auth.ErrConfig, Err: publicCause(err), Remedy: "give a redirect URL whose port is free, or none",
		}
	}
	if addr, ok := ln.Addr().(*net.TCPAddr); ok {
		port = strconv.Itoa(addr.Port)
	}
	u.Host = net.JoinHostPort(u.Hostname(), port)
	b := &loopback{
		redirect: u.String(), answers: make(chan url.Values, 1), path: u.EscapedPath(), ln: ln,
		hosts: [2]string{net.JoinHostPort("localhost", port), net.JoinHostPort("127.0.0.1", port)},
	}
	if b.path == "" {
		b.path = "/"
	}
	return b, nil
}

// serve waits for the answer to a sign-in.
func (b *loopback) serve(login *AuthCodeLogin) {
	b.login = login
	b.http = &http.Server{
		Handler: b, ErrorLog: log.New(io.Discard, "", 0), MaxHeaderBytes: maxForm,
		ReadTimeout: 10 * time.Second, WriteTimeout: 10 * time.Second,
		ConnState: func(_ net.Conn, state http.ConnState) {
			switch state {
			case http.StateNew:
				b.runs.Add(1)
			case http.StateClosed:
				b.runs.Done()
			}
		},
	}
	b.runs.Go(func() { _ = b.http.Serve(b.ln) }) // ends when close is called
}

// close frees the port, and returns when nothing of the listener runs.
func (b *loopback) close() {
	_ = b.ln.Close()
	if b.http != nil {
		_ = b.http.Close()
	}
	b.runs.Wait()
}

// ServeHTTP takes the answer, and is deaf to all else: any page that is open on
// this machine can make a request, and a name that leads to 127.0.0.1 can make
// it readable.
func (b *loopback) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Host != b.hosts[0] && r.Host != b.hosts[1] || r.URL.EscapedPath() != b.path {
		showPage(w, http.StatusNotFound, failedPage)
		return
	}
	values := r.URL.Query()
	switch r.Method {
	case http.MethodGet:
	case http.MethodPost:
		r.Body = http.MaxBytesReader(w, r.Body, maxForm)
		if r.ParseForm() != nil {
			showPage(w, http.StatusBadRequest, failedPage)
			return
		}
		values = r.PostForm
	default:
		w.Header().Set("Allow", "GET, POST")
		showPage(w, http.StatusMethodNotAllowed, failedPage)
		return
	}
	answer, err := parseCallback(values)
	if err != nil || b.login.accept(answer) != nil || !b.done.CompareAndSwap(false, true) {
		showPage(w, http.StatusBadRequest, failedPage)
		return
	}
	// The page goes out first: the port is closed as soon as there is an answer.
	if answer.failure != nil {
		showPage(w, http.StatusOK, failedPage)
	} else {
		showPage(w, http.StatusOK, donePage)
	}
	b.answers <- values
}

func showPage(w http.ResponseWriter, status int, page []byte) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Length", strconv.Itoa(len(page)))
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'")
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = w.Write(page) // a browser that has gone needs no page
	_ = http.NewResponseController(w).Flush()
}
