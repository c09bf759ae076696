package entra

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

const (
	requestTimeout = 30 * time.Second
	maxBody        = 1 << 20
	discoveryLife  = time.Hour
	discoveryPath  = "/.well-known/openid-configuration"
)

// Our own refusals.
var (
	errHost     = errors.New("an address outside of the login host was refused")
	errRedirect = errors.New("a redirect was refused")
	errTooLarge = errors.New("the answer is too large")
	errForeign  = errors.New("the answer is not Entra's")
	errUnsent   = errors.New("the request could not be made")
	errUnusable = errors.New("the answer could not be used")
)

// wire is the HTTP client under MSAL. It bounds and checks every exchange, and
// notes what Entra said in the [exchange] of the context: MSAL's own errors can
// hold tokens, and drop what a caller needs.
type wire struct {
	client *http.Client
	own    bool   // the transport is ours to close
	host   string // the only one that is asked; empty for any
	scopes scopeSpelling
	closed <-chan struct{}
	log    *slog.Logger

	mu        sync.Mutex
	discovery map[string]discovered // by URL
}

type discovered struct {
	body  []byte
	until time.Time
}

func newWire(c *http.Client, set settings, closed <-chan struct{}, log *slog.Logger) *wire {
	w := &wire{host: set.cloud.LoginHost, scopes: set.scopes, closed: closed, log: log, discovery: map[string]discovered{}}
	var transport http.RoundTripper
	switch {
	case c == nil:
		t, ok := http.DefaultTransport.(*http.Transport)
		if !ok {
			transport = http.DefaultTransport
			break
		}
		transport, w.own = t.Clone(), true
	case c.Transport == nil:
		transport = http.DefaultTransport
	default:
		transport = c.Transport
	}
	w.client = &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return w
}

func (w *wire) close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.own {
		w.client.CloseIdleConnections()
	}
}

// CloseIdleConnections is part of MSAL's interface. Connections outlive MSAL's
// clients, which we make for each call.
func (w *wire) CloseIdleConnections() {}

// Do serves MSAL. The answer's body is in memory.
func (w *wire) Do(req *http.Request) (*http.Response, error) {
	x := exchangeOf(req.Context())
	if w.host != "" && (req.URL.Scheme != "https" || !sameHost(req.URL.Host, w.host)) {
		return nil, x.failed(errHost)
	}
	if req.Method == http.MethodGet && strings.HasSuffix(req.URL.Path, discoveryPath) {
		return w.discover(req, x)
	}
	form := formOf(req)
	if form.Get("grant_type") == "device_code" {
		return w.poll(req, x)
	}
	if x.replay != nil && !form.Has("grant_type") {
		return withBody(&http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Request: req}, x.replay), nil
	}
	resp, body, err := w.send(req.Context(), req)
	if err != nil {
		return nil, x.failed(err)
	}
	x.note(req, resp, body)
	if resp.StatusCode == http.StatusOK && form.Has("grant_type") {
		body = x.settleScopes(body, w.scopes)
	}
	return withBody(resp, body), nil
}

// discover answers from memory: MSAL asks once for each client that we make.
func (w *wire) discover(req *http.Request, x *exchange) (*http.Response, error) {
	key := req.URL.Scheme + "://" + req.URL.Host + req.URL.Path
	w.mu.Lock()
	known := w.discovery[key]
	w.mu.Unlock()
	if time.Now().Before(known.until) {
		return withBody(&http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Request: req}, known.body), nil
	}
	resp, body, err := w.send(req.Context(), req)
	if err != nil {
		return nil, x.failed(err)
	}
	x.note(req, resp, body)
	if resp.StatusCode == http.StatusOK && json.Valid(body) {
		w.mu.Lock()
		w.discovery[key] = discovered{body: body, until: time.Now().Add(discoveryLife)}
		w.mu.Unlock()
	}
	return withBody(resp, body), nil
}

// send makes one request, within its own time.
func (w *wire) send(ctx context.Context, req *http.Request) (*http.Response, []byte, error) {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	out := req.Clone(ctx)
	if req.GetBody != nil {
		body, err := req.GetBody()
		if err != nil {
			return nil, nil, err
		}
		out.Body = body
	}
	resp, err := w.client.Do(out)
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxBody+1))
	switch {
	case err != nil:
		return nil, nil, err
	case len(body) > maxBody:
		return nil, nil, errTooLarge
	case resp.StatusCode >= 300 && resp.StatusCode < 400:
		return nil, nil, errRedirect
	}
	return resp, body, nil
}

func withBody(resp *http.Response, body []byte) *http.Response {
	resp.Body = io.NopCloser(bytes.NewReader(body))
	resp.ContentLength = int64(len(body))
	return resp
}

// formOf reads a request's form without using up its body.
func formOf(req *http.Request) url.Values {
	if req.GetBody == nil {
		return nil
	}
	body, err := req.GetBody()
	if err != nil {
		return nil
	}
	b, err := io.ReadAll(body)
	if err != nil {
		return nil
	}
	form, _ := url.ParseQuery(string(b))
	return form
}

func sameHost(a, b string) bool {
	withPort := func(h string) string {
		if _, _, err := net.SplitHostPort(h); err != nil {
			h = net.JoinHostPort(strings.Trim(h, "[]"), "443")
		}
		return strings.ToLower(h)
	}
	return withPort(a) == withPort(b)
}
