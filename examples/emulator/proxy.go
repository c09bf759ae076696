package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"strings"
	"sync"
	"time"
)

// proxy is an HTTP proxy that leads Microsoft's host names to the emulator, and
// leads nowhere else.
type proxy struct {
	// leads gives the address that answers for a host and port; "" for none.
	leads func(hostport string) string
	// refused is told of what a program wanted and did not get, and why.
	refused func(r *http.Request, why string)
	// led is told of each tunnel to the emulator.
	led func()
	// local answers requests to the proxy itself.
	local http.Handler

	addr    string
	server  *http.Server
	forward *httputil.ReverseProxy
	work    sync.WaitGroup // the accept loop and tunnels

	mu      sync.Mutex
	closed  bool
	tunnels map[net.Conn]bool // both ends of each
}

// start serves on a listener until close.
func (p *proxy) start(ln net.Listener, roots *x509.CertPool) {
	p.addr, p.tunnels = ln.Addr().String(), map[net.Conn]bool{}
	quiet := log.New(io.Discard, "", 0) // connections that programs cut are not news
	p.forward = &httputil.ReverseProxy{
		Rewrite:  func(*httputil.ProxyRequest) {},
		ErrorLog: quiet,
		Transport: &http.Transport{
			TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
			DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
				return new(net.Dialer).DialContext(ctx, network, p.leads(addr))
			},
		},
	}
	p.server = &http.Server{Handler: p, ReadHeaderTimeout: 30 * time.Second, ErrorLog: quiet}
	p.work.Go(func() { _ = p.server.Serve(ln) }) // ends with ErrServerClosed
}

func (p *proxy) close() error {
	p.mu.Lock()
	p.closed = true
	for conn := range p.tunnels {
		_ = conn.Close()
	}
	p.mu.Unlock()
	err := p.server.Close()
	p.work.Wait()
	return err
}

func (p *proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.Method == http.MethodConnect:
		if addr := p.leads(r.Host); addr != "" {
			p.led()
			p.tunnel(w, r, addr)
			return
		}
	case !r.URL.IsAbs():
		p.local.ServeHTTP(w, r)
		return
	case r.URL.Scheme == "https" && p.leads(withPort(r.URL.Host)) != "":
		p.forward.ServeHTTP(w, r) // some programs ask so instead of by CONNECT
		return
	}
	why := p.why(r)
	p.refused(r, why)
	w.Header().Set("Connection", "close")
	http.Error(w, fmt.Sprintf("emulator: the proxy does not lead to %q: %s", r.Host, why), http.StatusForbidden)
}

// why is the reason for which a request is led nowhere.
func (p *proxy) why(r *http.Request) string {
	host := r.Host
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	switch {
	case p.leads(withPort(host)) == "":
		return "not one of Microsoft 365's hosts"
	case r.Method == http.MethodConnect:
		return "Microsoft 365 is there at port 443 alone"
	}
	return "Microsoft 365 is there over https alone"
}

// withPort adds the port of https where there is none.
func withPort(host string) string {
	if _, _, err := net.SplitHostPort(host); err == nil {
		return host
	}
	return net.JoinHostPort(strings.Trim(host, "[]"), "443")
}

// tunnel joins the client with an address, until one of them ends.
func (p *proxy) tunnel(w http.ResponseWriter, r *http.Request, addr string) {
	server, err := new(net.Dialer).DialContext(r.Context(), "tcp", addr)
	if err != nil {
		http.Error(w, "emulator: it is ending", http.StatusBadGateway)
		return
	}
	client, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		_ = server.Close()
		http.Error(w, "emulator: CONNECT needs HTTP/1.1", http.StatusBadRequest)
		return
	}
	if !p.hold(client, server) {
		return
	}
	defer p.release(client, server)
	if _, err := io.WriteString(client, "HTTP/1.1 200 Connection established\r\n\r\n"); err != nil {
		return
	}
	var up sync.WaitGroup
	up.Go(func() {
		_, _ = io.Copy(server, buffered) // what the client sent ahead is in the buffer
		endWriting(server)
	})
	_, _ = io.Copy(client, server)
	endWriting(client)
	up.Wait()
}

// hold keeps both ends of a tunnel for close, unless it was called already.
func (p *proxy) hold(ends ...net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		for _, conn := range ends {
			_ = conn.Close()
		}
		return false
	}
	for _, conn := range ends {
		p.tunnels[conn] = true
	}
	p.work.Add(1)
	return true
}

func (p *proxy) release(ends ...net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, conn := range ends {
		_ = conn.Close()
		delete(p.tunnels, conn)
	}
	p.work.Done()
}

// endWriting passes the end of one direction on, while the other may go on.
func endWriting(conn net.Conn) {
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.CloseWrite()
	}
}

// leads finds the emulator behind a host and port: one of Microsoft's names, or
// an address of the emulator itself.
func (e *emulator) leads(hostport string) string {
	host, port, err := net.SplitHostPort(hostport)
	if err != nil {
		return ""
	}
	for _, own := range []string{e.graph.Host(), e.entra.Host(), e.graph.ContentHost()} {
		if _, ownPort, _ := net.SplitHostPort(own); hostport == own || port == ownPort && strings.EqualFold(host, "localhost") {
			return own
		}
	}
	if port != "443" {
		return ""
	}
	for _, serves := range []func(string) (string, bool){e.graph.Serves, e.entra.Serves} {
		if addr, ok := serves(host); ok {
			return addr
		}
	}
	return ""
}
