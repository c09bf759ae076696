package entra

import (
	"context"
	"io/fs"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365auth/tokencache"
)

// Options changes how a [Provider] works. Nil, or the zero value, is good.
type Options struct {
	// HTTPClient supplies the transport for all requests; neither it nor the
	// transport is changed. Its other fields are not used: redirects are
	// refused, and each request has a timeout of its own. Nil means a
	// transport like http.DefaultTransport.
	HTTPClient *http.Client
	// Store keeps the sign-ins. Nil means encrypted files at the
	// configuration's CachePath. Methods without a sign-in do not use it.
	Store tokencache.Store
	// Keys supplies the key of the encrypted files. Nil means the
	// configuration's CacheKeyFile, or else the system's keyring, or where
	// that is out of reach a key file beside them. It is not used with a Store.
	Keys tokencache.KeySource
	// Logger is told what a program's operator should know: a refresh that
	// failed while the token still worked, a save that failed, a damaged
	// file. No token, code or name is logged. Nil means silence.
	Logger *slog.Logger

	// ClientSecret supplies the application's secret in place of the
	// configuration's, so that it can rotate: an answer is kept until Entra
	// refuses it as wrong or expired (AADSTS7000215, 7000222), and then asked
	// for once more. One goroutine at a time calls it.
	// https://learn.microsoft.com/entra/identity-platform/how-to-add-credentials
	ClientSecret func(ctx context.Context) (m365auth.Secret, error)
	// FederatedToken supplies the token of the other issuer in place of a file,
	// for [m365auth.MethodFederated]. It is called for each request to Entra,
	// by one goroutine at a time.
	// https://learn.microsoft.com/entra/workload-id/workload-identity-federation
	FederatedToken func(ctx context.Context) (m365auth.Secret, error)
	// SendCertificateChain puts the certificate and its chain (x5c) into each
	// assertion, for applications that trust a subject name and issuer instead
	// of one certificate.
	// https://learn.microsoft.com/entra/identity-platform/certificate-credentials
	SendCertificateChain bool

	// RedirectURLs are addresses that a browser may come back to, besides the
	// configuration's RedirectURL, for [m365auth.MethodAuthCode]. An address is
	// compared as a whole.
	// https://learn.microsoft.com/entra/identity-platform/reply-url
	RedirectURLs []string
}

// Provider signs people in with Entra ID and supplies their tokens. It is safe
// for concurrent use; see [New].
type Provider struct {
	set    settings
	store  tokencache.Store
	wire   *wire
	cred   *credential   // nil for a public client
	host   *hostIdentity // of a managed identity, else nil
	log    *slog.Logger
	flight singleflight.Group

	mu     sync.Mutex
	memory map[string]*remembered // by account id
	recent recent

	// passing holds the tokens that are not stored.
	passing *passing

	// answered are the browser sign-ins that have ended.
	answered answeredStates

	closed chan struct{}
	close  func()
}

var _ m365auth.TokenProvider = (*Provider)(nil)

// remembered is an account's record as of a version of the store.
type remembered struct {
	rec     *record
	version tokencache.Version
	// unsaved says that the store has not got rec yet, but what was before.
	unsaved bool
	// quietUntil is when a refresh that failed is tried again, as long as
	// there is something to serve.
	quietUntil time.Time
}

// New returns a provider, or an error of kind [m365auth.ErrConfig] that names
// the setting to change: one that is missing, that the method has no use for, or
// that cannot work with another. It touches no file and no network, and takes no
// setting from the environment.
func New(cfg m365auth.Config, opts *Options) (*Provider, error) {
	var o Options
	if opts != nil {
		o = *opts
	}
	set, err := check(cfg, &o)
	if err != nil {
		return nil, err
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	switch {
	case !set.storesAccounts():
		o.Store = tokencache.NewMemoryStore() // nobody signs in, so nothing is stored
	case o.Store == nil:
		o.Store, err = tokencache.NewFileStore(cfg.CachePath, &tokencache.FileOptions{
			Keys: o.Keys, KeyFile: cfg.CacheKeyFile, Logger: o.Logger,
		})
		if err != nil {
			return nil, err
		}
	}
	p := &Provider{
		set: set, store: o.Store, cred: newCredential(cfg, &o), log: o.Logger,
		memory: map[string]*remembered{}, passing: newPassing(), closed: make(chan struct{}),
	}
	p.recent.counter, _ = o.Store.(tokencache.Counter)
	p.wire = newWire(o.HTTPClient, set, p.closed, o.Logger)
	if set.method == m365auth.MethodManagedIdentity {
		p.host = newHostIdentity(o.HTTPClient, set, p)
	}
	p.close = sync.OnceFunc(func() {
		close(p.closed)
		p.wire.close()
		if p.host != nil {
			p.host.wire.close()
		}
		p.passing.clear()
	})
	return p, nil
}

// Close ends what is under way and frees idle connections. What is in the store
// stays there. Calls after Close fail.
func (p *Provider) Close() error {
	p.close()
	return nil
}

// begin checks that the call can start.
func (p *Provider) begin(ctx context.Context, op string) error {
	select {
	case <-p.closed:
		return &m365auth.Error{Op: op, Kind: m365auth.ErrConfig, Remedy: "make a new provider", Err: fs.ErrClosed}
	default:
	}
	if err := ctx.Err(); err != nil {
		return interrupted(op, err)
	}
	return nil
}

// interrupted is the error of a caller who stopped waiting.
func interrupted(op string, err error) error {
	return &m365auth.Error{Op: op, Kind: m365auth.ErrTransient, Remedy: "ask again with more time", Err: err}
}

// detach returns a context that goes on when the caller leaves, since others
// wait for the same result, and ends after limit or when the provider closes.
func detach(ctx context.Context, closed <-chan struct{}, limit time.Duration) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), limit)
	go func() {
		select {
		case <-closed:
			cancel()
		case <-ctx.Done():
		}
	}()
	return ctx, cancel
}
