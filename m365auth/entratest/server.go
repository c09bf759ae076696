package entratest

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"time"
)

// Server is Microsoft Entra ID in this process: one tenant, served over TLS on
// a loopback address. Its methods are safe for concurrent use.
type Server struct {
	opts   Options
	host   string
	cert   *x509.Certificate
	client *http.Client

	machine       string // where managed identities are served, if there are any
	machineHeader string // what App Service tells its programs

	running sync.WaitGroup // the accept loop, connections and handlers
	close   func() error

	// macKey signs refresh tokens and the page's forms.
	macKey [32]byte

	mu       sync.Mutex
	closed   bool
	byUser   map[string]*deviceCode   // by user code
	byDevice map[[32]byte]*deviceCode // by hash of the device code
	families map[[16]byte]*family     // sign-ins, by id
	codes    map[[32]byte]*authorizationCode
	consents map[consentKey][]string // scopes, short
	since    map[string]int64        // from when on tokens of a user count, by object id
	revoked  map[string]int          // when, in the order of things, a user was revoked last
	policies map[string]policy       // by object id
	sequence int                     // numbers sign-ins, policies and revocations
	windows  map[string]window       // by client id
	faults   []*Fault
	requests []Request
	issued   []string
}

// New starts a server. The caller closes it.
func New(opts *Options) (*Server, error) {
	o, err := opts.withDefaults()
	if err != nil {
		return nil, fmt.Errorf("entratest: %w", err)
	}
	s := &Server{
		opts: o, machineHeader: rand.Text(),

		byUser:   map[string]*deviceCode{},
		byDevice: map[[32]byte]*deviceCode{},
		families: map[[16]byte]*family{},
		codes:    map[[32]byte]*authorizationCode{},
		consents: map[consentKey][]string{},
		since:    map[string]int64{},
		revoked:  map[string]int{},
		policies: map[string]policy{},
		windows:  map[string]window{},
	}
	for _, a := range o.Apps {
		if a.AdminConsent {
			s.consentForAll(a, scopes{all: true, resource: o.Audience})
		}
	}
	rand.Read(s.macKey[:])
	if o.InMemory {
		s.openInMemory()
		return s, nil
	}
	if err := s.listen(); err != nil {
		return nil, fmt.Errorf("entratest: %w", err)
	}
	return s, nil
}

// listen makes the server answer on its ports.
func (s *Server) listen() error {
	ln, err := net.Listen("tcp", s.opts.Addr)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	addr, ok := ln.Addr().(*net.TCPAddr)
	if !ok || !addr.IP.IsLoopback() {
		_ = ln.Close()
		return fmt.Errorf("%s is not a loopback address", ln.Addr())
	}
	cert, err := s.opts.certificate(addr.IP)
	if err != nil {
		_ = ln.Close()
		return fmt.Errorf("make a certificate: %w", err)
	}
	s.host, s.cert = addr.String(), cert.Leaf
	var machine net.Listener
	if len(s.opts.ManagedIdentities) > 0 {
		if machine, err = net.Listen("tcp", net.JoinHostPort(addr.IP.String(), "0")); err != nil {
			_ = ln.Close()
			return fmt.Errorf("listen: %w", err)
		}
		s.machine = machine.Addr().String()
	}
	s.client = s.newClient()
	s.start(ln, cert, machine)
	return nil
}

// start serves; machine may be nil.
func (s *Server) start(ln net.Listener, cert tls.Certificate, machine net.Listener) {
	main := s.newHTTP(s.routes())
	main.TLSConfig = &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}
	plain := s.newHTTP(s.machineRoutes())
	s.running.Go(func() { _ = main.ServeTLS(ln, "", "") }) // ends when Close is called
	if machine != nil {
		s.running.Go(func() { _ = plain.Serve(machine) })
	}
	s.close = sync.OnceValue(func() error {
		s.mu.Lock()
		s.closed = true
		s.mu.Unlock()
		err := errors.Join(main.Close(), plain.Close())
		s.client.CloseIdleConnections()
		s.running.Wait()
		return err
	})
}

func (s *Server) newHTTP(h http.Handler) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       30 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		// Clients that do not trust the certificate yet are not news.
		ErrorLog: log.New(io.Discard, "", 0),
		ConnState: func(_ net.Conn, state http.ConnState) {
			switch state {
			case http.StateNew:
				s.running.Add(1)
			case http.StateClosed:
				s.running.Done()
			}
		},
	}
}

func (s *Server) newClient() *http.Client {
	roots := x509.NewCertPool()
	roots.AddCert(s.cert)
	dialer := &net.Dialer{Timeout: 10 * time.Second}
	return &http.Client{Transport: &http.Transport{
		TLSClientConfig:   &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
		ForceAttemptHTTP2: true,
		DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			host, _, _ := net.SplitHostPort(addr)
			switch own, ok := s.Serves(host); {
			case ok:
				addr = own
			case addr == imdsHost && s.machine != "":
				addr = s.machine
			}
			return dialer.DialContext(ctx, network, addr)
		},
	}}
}

// Close stops the server, cuts its connections and waits until nothing of it
// runs. Further calls return the same result.
func (s *Server) Close() error { return s.close() }

// Host is where the server listens, "127.0.0.1:PORT"; in memory,
// login.microsoftonline.com.
func (s *Server) Host() string { return s.host }

// URL is the server's root, "https://127.0.0.1:PORT", without a final slash.
// An authority is the URL, a slash, and [Server.TenantID] or "common".
func (s *Server) URL() string { return "https://" + s.host }

// Issuer is the iss of access tokens, "https://HOST/TENANT/v2.0". In those for the
// API of another application, HOST is the name by which the client called.
func (s *Server) Issuer() string { return s.URL() + "/" + s.opts.TenantID + "/v2.0" }

// TenantID is the tenant's GUID.
func (s *Server) TenantID() string { return s.opts.TenantID }

// Audience is the aud of every access token.
func (s *Server) Audience() string { return s.opts.Audience }

// Users returns the people of the tenant, with their object ids. The slice is
// the caller's own.
func (s *Server) Users() []User { return append([]User(nil), s.opts.Users...) }

// Certificate is the server's: its own, made when it started, which a client
// trusts as a root, or that of [Options.Certificate]; nil in memory.
func (s *Server) Certificate() *x509.Certificate { return s.cert }

// Client returns a client that trusts the server. It also takes requests for the
// names of the real service ([Names]) to it and, where there are managed
// identities, for the metadata service of an Azure machine. Close closes its
// idle connections.
func (s *Server) Client() *http.Client { return s.client }
