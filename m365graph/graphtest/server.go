package graphtest

import (
	"context"
	"crypto"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/m365go/sdk/m365graph/internal/loopback"
)

// Options configure a [Server]. Keys is required.
type Options struct {
	// Keys gives the public key (*rsa.PublicKey or *ecdsa.PublicKey) that
	// verifies tokens whose header names kid. The Key method of an emulated
	// issuer fits.
	Keys func(ctx context.Context, kid string) (crypto.PublicKey, error)

	// Issuer is the iss claim that tokens must bear. "" accepts any.
	Issuer string
	// Audience is the aud claim that tokens must bear, beside Graph's own
	// application id, which is always accepted. "" means
	// https://graph.microsoft.com.
	Audience string

	// Challenge says which claims, as JSON, a good token has to be renewed with
	// before it is taken; "" takes it. The Challenge method of an emulated issuer
	// fits, and so revokes tokens here that were revoked there. nil takes all.
	// https://learn.microsoft.com/entra/identity-platform/claims-challenge
	Challenge func(token string) string

	// Leeway is how long a token is taken after its end, since clocks differ.
	// 0 means five minutes, as Microsoft's own services give; less than 0 none.
	Leeway time.Duration

	// Tenant is the data served. nil means an empty one. A token whose tid claim
	// names another tenant than its ID is refused.
	Tenant *Tenant

	// Addr and ContentAddr are where the API and the hosts of uploads and
	// downloads listen. "" means 127.0.0.1:0. Only loopback is accepted.
	Addr, ContentAddr string

	// InMemory opens no ports: only [Server.Client] reaches the server, under the
	// names of the real hosts, and all of it works within a bubble of
	// testing/synctest, where time is the test's own. Addr, ContentAddr and
	// Certificate are not used.
	InMemory bool

	// Certificate is the TLS identity of both hosts. nil means one of its own,
	// self-signed, for loopback addresses and the real service's names.
	Certificate *tls.Certificate

	// Log is called with each request when it is over, from many goroutines at
	// once. nil means that [Server.Requests] alone tells.
	Log func(Request)

	// NotificationRoots are the certificates by which subscribers are known to
	// be who they say, nil those of the machine. NotificationClient sends the
	// notifications, in its place.
	NotificationRoots  *x509.CertPool
	NotificationClient *http.Client
	// ValidationTokens mints the token that comes with notifications of
	// encrypted data, for the application that is told. The ValidationToken
	// method of an emulated issuer fits. nil sends none.
	// https://learn.microsoft.com/graph/change-notifications-with-resource-data
	ValidationTokens func(appID string) (string, error)

	// KeepRequests is how many requests [Server.Requests] and the assertions
	// look back on. 0 means all, which is for tests and not for a process that
	// runs for days.
	KeepRequests int

	// Now is the clock of tokens, timestamps and new items. nil means
	// time.Now.
	Now func() time.Time

	// Throttling keeps the limits that Microsoft publishes, or a part of them.
	// The zero value keeps none.
	Throttling Throttling
}

// Server is Microsoft Graph in process. Make one with [New] and [Server.Close]
// it. It is safe for concurrent use.
type Server struct {
	opts    Options
	api     *loopback.Host
	content *loopback.Host
	cert    *loopback.Certificate
	client  *http.Client
	routes  *[2]tree // of the API and of the content hosts

	mu     sync.RWMutex // guards tenant; a handler runs under it
	tenant *tenantState

	compressors sync.Pool // of *compressor
	pages       sync.Pool // of *[]byte, that pages are written to

	signer    signer
	tokens    verifications
	faults    faults
	throttle  throttle
	log       requestLog
	rounds    rounds
	sequence  atomic.Int64
	work      loopback.Gate
	notifier  *notifier
	closeOnce sync.Once
}

// New starts a server over TLS. It answers at [Server.URL] until
// [Server.Close].
func New(opts *Options) (*Server, error) {
	s := &Server{routes: routeTable()}
	s.throttle.clear()
	if opts != nil {
		s.opts = *opts
	}
	if s.opts.Keys == nil {
		return nil, errors.New("graphtest: Options.Keys is required: it verifies the tokens")
	}
	if s.opts.Audience == "" {
		s.opts.Audience = "https://graph.microsoft.com"
	}
	if s.opts.Now == nil {
		s.opts.Now = time.Now
	}
	if s.opts.Tenant == nil {
		s.opts.Tenant = &Tenant{}
	}
	s.log.limit = s.opts.KeepRequests
	var err error
	if s.tenant, err = newTenantState(s.opts.Tenant, s.now()); err != nil {
		return nil, fmt.Errorf("graphtest: %w", err)
	}
	s.signer = newSigner(s.opts.Tenant.ID)
	s.notifier = newNotifier(s)
	if err = s.open(); err != nil {
		return nil, fmt.Errorf("graphtest: %w", err)
	}
	return s, nil
}

// open makes both hosts answer, on ports or in memory.
func (s *Server) open() (err error) {
	if s.opts.InMemory {
		s.api = loopback.Named(clouds[0].graph[0], s.handler(false))
		s.content = loopback.Named(sharePointName+"-my."+clouds[0].sharePoint, s.handler(true))
		s.client = &http.Client{Transport: &loopback.Memory{Named: s.named}}
		return nil
	}
	if s.cert, err = loopback.CertificateOf(s.opts.Certificate, Names()); err != nil {
		return fmt.Errorf("make a certificate: %w", err)
	}
	if s.api, err = loopback.Listen(s.opts.Addr, s.cert, s.handler(false)); err != nil {
		return err
	}
	if s.content, err = loopback.Listen(s.opts.ContentAddr, s.cert, s.handler(true)); err != nil {
		s.api.Close()
		return err
	}
	s.client = s.cert.Client()
	return nil
}

// URL is the root of the API, such as https://127.0.0.1:49152. A version
// ("/v1.0") comes after it.
func (s *Server) URL() string { return "https://" + s.Host() }

// Host is the host and port of the API; in memory, graph.microsoft.com.
func (s *Server) Host() string { return s.api.Addr() }

// ContentHost is the host and port that upload and download URLs point at.
// It refuses whoever sends it an Authorization header.
func (s *Server) ContentHost() string { return s.content.Addr() }

// DriveID is the id of a person's OneDrive, by object id or user principal name;
// "" if there is nobody of that name.
func (s *Server) DriveID(user string) string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	u := s.tenant.user(user)
	if u == nil {
		return ""
	}
	return u.drive.id
}

// Certificate is the certificate of both hosts, for a client's root pool; nil
// in memory.
func (s *Server) Certificate() *x509.Certificate {
	if s.cert == nil {
		return nil
	}
	return s.cert.Leaf
}

// Client gives a client that trusts [Server.Certificate], or reaches the server
// in memory. It sends no token by itself. All calls give the same client.
func (s *Server) Client() *http.Client { return s.client }

// Close cuts all connections and returns when no request is in work any
// more.
func (s *Server) Close() error {
	s.closeOnce.Do(func() {
		if m, ok := s.client.Transport.(*loopback.Memory); ok {
			m.Close()
		}
		s.api.Close()
		s.content.Close()
		s.notifier.stop() // which ends the wait for a subscriber's answer
		s.work.Shut()
		s.notifier.close()
		s.client.CloseIdleConnections()
	})
	return nil
}

// now is the time, as finely as Graph tells it: nothing is stored that an answer
// could not say, so that a client may filter by what it was told.
func (s *Server) now() time.Time { return s.opts.Now().UTC().Truncate(time.Millisecond) }
