package entra

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/managedidentity"

	"github.com/m365go/sdk/m365auth"
)

const (
	opHost = "ask the host for its managed identity's token"
	// hostDialTimeout is how long reaching the host's endpoint may take. It is
	// on the machine or beside it; elsewhere its address leads nowhere.
	hostDialTimeout = 2 * time.Second
)

// hostIdentity asks the Azure host that the program runs on. MSAL finds out
// what host that is: by the variables that Azure sets (IDENTITY_ENDPOINT,
// MSI_ENDPOINT, …), or else it asks the instance metadata service of a virtual
// machine. It tries three times, a second apart.
// https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token
type hostIdentity struct {
	client func() (managedidentity.Client, error)
	wire   *wire
	// known says that the endpoint exists: it has given a token before.
	known atomic.Bool
}

func newHostIdentity(c *http.Client, set settings, p *Provider) *hostIdentity {
	w := &hostWire{wire: newWire(c, settings{}, p.closed, p.log)}
	if t, ok := w.client.Transport.(*http.Transport); ok && w.own {
		t.Proxy = nil // a proxy would hand out its own identity
		t.DialContext = (&net.Dialer{Timeout: hostDialTimeout}).DialContext
	}
	return &hostIdentity{wire: w.wire, client: sync.OnceValues(func() (managedidentity.Client, error) {
		id := managedidentity.SystemAssigned()
		if set.identity != "" {
			id = managedidentity.UserAssignedClientID(set.identity)
		}
		return managedidentity.New(id, managedidentity.WithHTTPClient(w))
	})}
}

// hostWire is a wire to any address, since the host says where to ask. Service
// Fabric's certificate is pinned by MSAL, which wants to make the client.
type hostWire struct{ *wire }

// ConfigureClient implements MSAL's interface.
func (w *hostWire) ConfigureClient(augment func(*http.Client) (*http.Client, error)) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	client, err := augment(w.client)
	if err == nil {
		w.client = client
	}
	return err
}

// appByHost gets a token from the host. The claims of a challenge cannot be
// passed on; naming some makes MSAL look past its own memory, which all
// providers of the process would share.
func (p *Provider) appByHost(ctx context.Context, w wanted) (issued, error) {
	client, err := p.host.client()
	if err != nil {
		return issued{}, configError(opHost, "check the host's variables IDENTITY_ENDPOINT and MSI_ENDPOINT, and that it takes managed_identity_id")
	}
	x := &exchange{asked: w.scopes}
	res, err := client.AcquireToken(x.in(ctx), p.set.scopes.wire(w.scopes)[0], managedidentity.WithClaims("{}"))
	if err != nil {
		return issued{}, p.explainHost(x, err)
	}
	p.host.known.Store(true)
	return appOwn(res, x, w), nil
}

// explainHost tells a machine without an identity from one that is busy.
func (p *Provider) explainHost(x *exchange, err error) *m365auth.Error {
	n := x.snapshot()
	e := &m365auth.Error{Op: opHost, Kind: m365auth.ErrTransient, OAuthCode: n.oauth.Code, RetryAfter: n.retryAfter, Remedy: remedyOfKind[m365auth.ErrTransient]}
	missing := n.err != nil || n.status == http.StatusNotFound // no service, another one, or ours while it is updated
	if n.err != nil {
		e.Err = publicCause(n.err)
	}
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded) && n.err == nil:
		e.Err = publicCause(err)
	case missing && !p.host.known.Load():
		e.Kind, e.Remedy = m365auth.ErrConfig, "run on an Azure host that has a managed identity, or set method to another one"
	case missing, n.status >= 500, n.status == http.StatusRequestTimeout,
		n.status == http.StatusGone, n.status == http.StatusTooManyRequests: // it will pass
	case n.status >= 400:
		e.Kind = m365auth.ErrConfig
		e.Remedy = "give the host a managed identity, and check managed_identity_id"
	default:
		e.Kind, e.Err, e.Remedy = m365auth.ErrUnexpected, errUnusable, "check what answers as the host's identity endpoint"
	}
	return e
}
