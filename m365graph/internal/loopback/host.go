package loopback

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"time"
)

// Host is a TLS port with its server, or a name in memory.
type Host struct {
	addr    string
	handler http.Handler
	server  *http.Server   // nil in memory
	work    sync.WaitGroup // the accept loop and each open connection
}

// Named answers for a name, without a port.
func Named(name string, handler http.Handler) *Host { return &Host{addr: name, handler: handler} }

// Listen serves a handler on a loopback address; "" is any port.
func Listen(addr string, cert *Certificate, handler http.Handler) (*Host, error) {
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
	h := &Host{addr: ln.Addr().String(), handler: handler}
	h.server = &http.Server{
		Handler:           handler,
		TLSConfig:         &tls.Config{Certificates: []tls.Certificate{cert.pair}, MinVersion: tls.VersionTLS12},
		ErrorLog:          log.New(io.Discard, "", 0), // cut connections are part of the job
		ReadHeaderTimeout: 30 * time.Second,
		ConnState:         h.connState,
		ConnContext: func(ctx context.Context, c net.Conn) context.Context {
			return context.WithValue(ctx, connKey{}, c)
		},
	}
	h.work.Go(func() { _ = h.server.ServeTLS(ln, "", "") }) // ends with ErrServerClosed
	return h, nil
}

// connKey is under which a request's context has the connection.
type connKey struct{}

// Reset ends the connection of a request, with all that is under way on it: what
// is unsent is dropped, and its end is a reset. In memory it does nothing.
func Reset(request context.Context) {
	if conn, ok := request.Value(connKey{}).(*tls.Conn); ok {
		if tcp, ok := conn.NetConn().(*net.TCPConn); ok {
			_ = tcp.SetLinger(0)
			_ = tcp.Close()
		}
	}
}

// Addr is the host and port, or the name.
func (h *Host) Addr() string { return h.addr }

// connState counts connections, so that Close can wait for the last one.
func (h *Host) connState(_ net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		h.work.Add(1)
	case http.StateClosed, http.StateHijacked:
		h.work.Done()
	}
}

// Close cuts all connections and returns once the last one has ended.
func (h *Host) Close() {
	if h.server == nil {
		return
	}
	_ = h.server.Close()
	h.work.Wait()
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
