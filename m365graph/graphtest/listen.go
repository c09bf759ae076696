package graphtest

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"sync"
	"time"
)

// listener is one host: a TLS port with its server, or a name in memory.
type listener struct {
	addr    string
	handler http.Handler
	server  *http.Server   // nil in memory
	work    sync.WaitGroup // the accept loop and each open connection
}

// listen serves h on a loopback address.
func listen(addr string, cert *certificate, h http.Handler) (*listener, error) {
	if addr == "" {
		addr = "127.0.0.1:0"
	}
	if err := checkLoopback(addr); err != nil {
		return nil, err
	}
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	l := &listener{addr: ln.Addr().String(), handler: h}
	l.server = &http.Server{
		Handler:           h,
		TLSConfig:         &tls.Config{Certificates: []tls.Certificate{cert.pair}, MinVersion: tls.VersionTLS12},
		ErrorLog:          log.New(io.Discard, "", 0), // cut connections are part of the job
		ReadHeaderTimeout: 30 * time.Second,
		ConnState:         l.connState,
		ConnContext: func(ctx context.Context, c net.Conn) context.Context {
			return context.WithValue(ctx, connKey{}, c)
		},
	}
	l.work.Go(func() { _ = l.server.ServeTLS(ln, "", "") }) // ends with ErrServerClosed
	return l, nil
}

// connKey is under which a request's context has the connection.
type connKey struct{}

// connState counts connections, so that close can wait for the last one.
func (l *listener) connState(_ net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		l.work.Add(1)
	case http.StateClosed, http.StateHijacked:
		l.work.Done()
	}
}

func (l *listener) close() {
	if l.server == nil {
		return
	}
	_ = l.server.Close()
	l.work.Wait()
}

// gate counts the requests in work, so that closing can wait for them. HTTP/2
// runs them apart from the connection.
type gate struct {
	mu     sync.Mutex
	idle   sync.Cond
	inside int
	closed bool
}

// enter tells whether a request may still come in.
func (g *gate) enter() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return false
	}
	g.inside++
	return true
}

func (g *gate) leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.inside--; g.inside == 0 && g.idle.L != nil {
		g.idle.Broadcast()
	}
}

// shut lets nobody in any more, and waits for the last to leave.
func (g *gate) shut() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.closed, g.idle.L = true, &g.mu
	for g.inside > 0 {
		g.idle.Wait()
	}
}

// checkLoopback refuses addresses that other machines could reach.
func checkLoopback(addr string) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf("listen on %q: %w", addr, err)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return fmt.Errorf("listen on %q: not a loopback address", addr)
	}
	return nil
}

// certificate is the identity of both ports.
type certificate struct {
	leaf *x509.Certificate
	pair tls.Certificate
}

// certificateOf takes a certificate over, or makes one.
func certificateOf(given *tls.Certificate) (*certificate, error) {
	if given == nil {
		return newCertificate()
	}
	leaf := given.Leaf
	if leaf == nil {
		var err error
		if leaf, err = x509.ParseCertificate(given.Certificate[0]); err != nil {
			return nil, err
		}
	}
	return &certificate{leaf: leaf, pair: *given}, nil
}

// newCertificate makes a self-signed one. Its dates are wide, since the
// client's clock may be a test's.
func newCertificate() (*certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber:          big.NewInt(1),
		Subject:               pkix.Name{CommonName: "graphtest"},
		NotBefore:             time.Date(1999, 1, 1, 0, 0, 0, 0, time.UTC),
		NotAfter:              time.Date(2099, 1, 1, 0, 0, 0, 0, time.UTC),
		KeyUsage:              x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true,
		IsCA:                  true,
		DNSNames:              append(Names(), "localhost"),
		IPAddresses:           []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, err
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	return &certificate{leaf: leaf, pair: tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}}, nil
}

// client makes one that trusts the certificate and follows no proxy.
func (c *certificate) client() *http.Client {
	roots := x509.NewCertPool()
	roots.AddCert(c.leaf)
	return &http.Client{Transport: &http.Transport{
		TLSClientConfig:   &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
		ForceAttemptHTTP2: true,
	}}
}
