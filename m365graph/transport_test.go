package m365graph_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365graph"
)

// serve answers over real TLS, and returns a client of it.
func serve(t *testing.T, h2 bool, change func(*http.Transport), h http.HandlerFunc) *m365graph.Client {
	t.Helper()
	s := httptest.NewUnstartedServer(h)
	s.EnableHTTP2 = h2
	s.StartTLS()
	t.Cleanup(s.Close)
	hc := s.Client()
	if change != nil {
		change(hc.Transport.(*http.Transport))
	}
	return newClient(t, m365auth.Static(canary), &m365graph.Options{Cloud: cloudAt(strings.TrimPrefix(s.URL, "https://")), HTTPClient: hc})
}

func cloudAt(host string) m365auth.Cloud {
	return m365auth.Cloud{Name: "test", LoginHost: "login.example", GraphHost: host, ContentHosts: []string{host}}
}

// net/http sends a POST again by itself after some resets of HTTP/2, although
// the server had all of it.
func TestASendIsNotRepeatedBelowUs(t *testing.T) {
	t.Parallel()
	for name, code := range map[string]uint32{"PROTOCOL_ERROR": 1, "INTERNAL_ERROR": 2, "REFUSED_STREAM": 7, "CANCEL": 8} {
		for _, body := range []any{nil, map[string]string{"a": "b"}} {
			var whole atomic.Int32
			c := resetting(t, code, &whole)
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			err := m365graph.Action(ctx, c, m365graph.P("me", "sendMail"), body, m365graph.SafetySend)
			cancel()
			if !errors.Is(err, m365graph.ErrAmbiguous) || whole.Load() != 1 {
				t.Errorf("a send with body %v after %s: %v, and the server had it %d times, want ErrAmbiguous and once", body, name, err, whole.Load())
			}
		}
	}
}

// resetting is a server of HTTP/2 that resets each stream once it has all of the
// request, which it counts. Its frames are written by hand: net/http lets no
// handler, and so no emulator, choose the code of a reset.
func resetting(t *testing.T, code uint32, whole *atomic.Int32) *m365graph.Client {
	t.Helper()
	s := httptest.NewUnstartedServer(http.NotFoundHandler())
	s.StartTLS() // for its certificate
	certificates, trust := s.TLS.Certificates, s.Client().Transport.(*http.Transport).TLSClientConfig.Clone()
	s.Close()
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: certificates, NextProtos: []string{"h2"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go reset(conn, code, whole)
		}
	}()
	hc := &http.Client{Transport: &http.Transport{TLSClientConfig: trust, ForceAttemptHTTP2: true}}
	t.Cleanup(hc.CloseIdleConnections)
	return newClient(t, m365auth.Static(canary), &m365graph.Options{Cloud: cloudAt(l.Addr().String()), HTTPClient: hc})
}

const (
	frameData, frameHeaders, frameReset, frameSettings = 0, 1, 3, 4
	flagEnd                                            = 1 // of a stream, or an acknowledgement
)

func reset(conn net.Conn, code uint32, whole *atomic.Int32) {
	defer conn.Close()
	r := bufio.NewReader(conn)
	frame := func(kind, flags byte, stream uint32, payload []byte) {
		h := []byte{0, 0, byte(len(payload)), kind, flags, 0, 0, 0, 0}
		binary.BigEndian.PutUint32(h[5:], stream)
		_, _ = conn.Write(append(h, payload...))
	}
	if _, err := r.Discard(len("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")); err != nil {
		return
	}
	frame(frameSettings, 0, 0, nil)
	for {
		var h [9]byte
		if _, err := io.ReadFull(r, h[:]); err != nil {
			return
		}
		if _, err := r.Discard(int(h[0])<<16 | int(h[1])<<8 | int(h[2])); err != nil {
			return
		}
		switch kind, flags := h[3], h[4]; {
		case kind == frameSettings && flags&flagEnd == 0:
			frame(frameSettings, flagEnd, 0, nil)
		case (kind == frameData || kind == frameHeaders) && flags&flagEnd != 0:
			whole.Add(1)
			frame(frameReset, 0, binary.BigEndian.Uint32(h[5:]), binary.BigEndian.AppendUint32(nil, code))
		}
	}
}

func TestHeadHasNoBody(t *testing.T) {
	t.Parallel()
	for _, h2 := range []bool{false, true} {
		c := serve(t, h2, nil, func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Content-Length", "100") })
		if resp, err := c.Do(t.Context(), &m365graph.Request{Method: http.MethodHead, Path: m365graph.P("me")}); err != nil || len(resp.Body) != 0 {
			t.Errorf("HEAD over HTTP/2 %v = %v, %v", h2, resp, err)
		}
	}
}

// A time limit of the transport is a fault like any other; only the caller's own
// context ends a call.
func TestATransportsTimeLimitIsAFault(t *testing.T) {
	t.Parallel()
	var calls atomic.Int32
	release := make(chan struct{})
	c := serve(t, false, func(tr *http.Transport) { tr.ResponseHeaderTimeout = 50 * time.Millisecond }, func(w http.ResponseWriter, _ *http.Request) {
		if calls.Add(1) == 1 {
			<-release
		}
		_, _ = io.WriteString(w, `{}`)
	})
	defer close(release)
	if _, err := c.Do(t.Context(), requestNamed("GET")); err != nil || calls.Load() != 2 {
		t.Errorf("GET = %v after %d calls, want a second try", err, calls.Load())
	}
	calls.Store(0)
	if _, err := c.Do(t.Context(), requestNamed("POST")); !errors.Is(err, m365graph.ErrAmbiguous) || calls.Load() != 1 {
		t.Errorf("POST = %v after %d calls, want ErrAmbiguous after 1", err, calls.Load())
	}
}

func TestAWriteThatGotNoConnectionIsNotAmbiguous(t *testing.T) {
	t.Parallel()
	dialing := make(chan struct{})
	c := serve(t, false, func(tr *http.Transport) {
		tr.DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
			close(dialing)
			<-ctx.Done()
			return nil, ctx.Err()
		}
	}, nil)
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-dialing
		cancel()
	}()
	if _, err := c.Do(ctx, requestNamed("send")); !errors.Is(err, context.Canceled) || errors.Is(err, m365graph.ErrAmbiguous) {
		t.Errorf("a send cancelled while dialing = %v, want the cancel alone", err)
	}
	before := &unreachable{}
	deaf := m365auth.ProviderFunc(func(context.Context, m365auth.TokenRequest) (m365auth.Token, error) {
		return m365auth.Token{Access: m365auth.NewSecret("x")}, nil
	})
	c = newClient(t, deaf, &m365graph.Options{HTTPClient: &http.Client{Transport: before}})
	if _, err := c.Do(ctx, requestNamed("send")); !errors.Is(err, context.Canceled) || errors.Is(err, m365graph.ErrAmbiguous) || len(before.requests()) != 0 {
		t.Errorf("a send cancelled before = %v after %d requests, want the cancel alone", err, len(before.requests()))
	}
}

// The server is of the provider and of a send that is refused once, so that both
// go over one connection. A provider fetches its tokens with the call's own context, over several
// requests if it must, and goes on in the background if it likes.
func TestFetchingATokenIsNotTakenForTheRequest(t *testing.T) {
	t.Parallel()
	var sends atomic.Int32
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/token":
		case sends.Add(1) == 1:
			w.WriteHeader(http.StatusUnauthorized)
		default:
			w.WriteHeader(http.StatusAccepted)
		}
	}))
	t.Cleanup(s.Close)
	tokens := m365auth.ProviderFunc(func(ctx context.Context, _ m365auth.TokenRequest) (m365auth.Token, error) {
		for range 3 {
			req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.URL+"/token", strings.NewReader("x"))
			if err != nil {
				return m365auth.Token{}, err
			}
			resp, err := s.Client().Do(req)
			if err != nil {
				return m365auth.Token{}, err
			}
			_ = resp.Body.Close()
		}
		return m365auth.Token{Access: m365auth.NewSecret("x")}, nil
	})
	c := newClient(t, tokens, &m365graph.Options{Cloud: cloudAt(strings.TrimPrefix(s.URL, "https://")), HTTPClient: s.Client()})
	if _, err := c.Do(t.Context(), requestNamed("send")); err != nil || sends.Load() != 2 {
		t.Errorf("a send refused once = %v, sent %d times, want it sent with a new token", err, sends.Load())
	}
}

func TestWhatNoHeaderCanHoldIsRefusedBeforehand(t *testing.T) {
	t.Parallel()
	w := &unreachable{}
	for _, token := range []string{"a\nb", "a b", "", "ü"} {
		c := newClient(t, m365auth.ProviderFunc(func(context.Context, m365auth.TokenRequest) (m365auth.Token, error) {
			return m365auth.Token{Access: m365auth.NewSecret(token)}, nil
		}), &m365graph.Options{HTTPClient: &http.Client{Transport: w}})
		if _, err := c.Do(t.Context(), requestNamed("send")); err == nil || errors.Is(err, m365graph.ErrAmbiguous) || token != "" && strings.Contains(err.Error(), token) {
			t.Errorf("the token %q = %v, want an error without it", token, err)
		}
	}
	c := setup(t, w)
	if _, err := c.Do(t.Context(), &m365graph.Request{Path: m365graph.P("me"), IfMatch: "a\nb"}); err == nil {
		t.Error("an eTag with a newline was taken")
	}
	if _, err := c.Do(t.Context(), &m365graph.Request{Path: m365graph.P("me"), Header: http.Header{"X": {"a\rb"}}}); err == nil {
		t.Error("a header with a newline was taken")
	}
	if _, err := m365graph.New(m365auth.Static("x"), &m365graph.Options{UserAgent: "a\nb"}); err == nil {
		t.Error("a user agent with a newline was taken")
	}
	if n := len(w.requests()); n != 0 {
		t.Errorf("%d requests were sent, want 0", n)
	}
}

// Other calls share the caller's connections.
func TestAFailedCallLeavesTheCallersConnectionsAlone(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	w := &closing{unreachable: unreachable{then: cancel}}
	c := newClient(t, m365auth.Static("x"), &m365graph.Options{HTTPClient: &http.Client{Transport: w}})
	if _, err := c.Do(ctx, requestNamed("GET")); err == nil || w.closed.Load() {
		t.Errorf("Do = %v, connections closed: %v", err, w.closed.Load())
	}
}

type closing struct {
	unreachable
	closed atomic.Bool
}

func (c *closing) CloseIdleConnections() { c.closed.Store(true) }

func TestContentThatOpensToNothingIsAnError(t *testing.T) {
	t.Parallel()
	w := &unreachable{}
	c := setup(t, w)
	req := m365graph.Request{Method: "PUT", Path: m365graph.P("me", "photo", "$value"), Content: &m365graph.Content{
		Length: 1, Open: func() (io.Reader, error) { return nil, nil },
	}}
	if _, err := c.Do(t.Context(), &req); err == nil || len(w.requests()) != 0 {
		t.Errorf("Do = %v after %d requests, want an error and none", err, len(w.requests()))
	}
	results, err := c.Batch(t.Context(), []*m365graph.BatchItem{{Request: req}}, nil)
	if err != nil || results[0].Err == nil || len(w.requests()) != 0 {
		t.Errorf("Batch = %v, %v after %d requests, want an item's error and none", results, err, len(w.requests()))
	}
}
