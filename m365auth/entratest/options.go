package entratest

import (
	"crypto/sha256"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"
)

// Options configures a [Server]. Nil, or the zero value, is a tenant with one
// person who approves codes on the page.
type Options struct {
	// Addr is the address to listen on, "127.0.0.1:0" if empty. The host must
	// be a loopback address or "localhost".
	Addr string
	// InMemory opens no ports: only [Server.Client] reaches the server, under the
	// names of the real hosts, and all of it works within a bubble of
	// testing/synctest. Addr and Certificate are not used.
	InMemory bool
	// TenantID is the GUID of the only tenant. Empty means a fixed one, the same in
	// every process.
	TenantID string
	// Users can sign in. Empty means one, admin@contoso.example.
	Users []User
	// Apps are the registered applications; any other client id is refused
	// with AADSTS700016. Empty means that every client id is a public client.
	Apps []App
	// Others is the registration of every client id that Apps does not list, with
	// that id, so that programs come in which have one built in. It is a public
	// client; a secret that it presents is not looked at. Nil means that others
	// are refused, unless Apps is empty.
	Others *App
	// ManagedIdentities are what a program on an Azure machine can be. Where
	// there is one, the machine's endpoints are served, over plain HTTP.
	ManagedIdentities []ManagedIdentity
	// AutoApprove is the UPN of the user who approves each device code as soon
	// as it is asked for, and each request of the authorization endpoint that
	// names no other user of the tenant in login_hint. Whoever comes with a
	// password then consents to what is asked for, too. Empty means that both
	// wait for a person on the page, or for [Server.Approve], [Server.Decline]
	// and [Server.Authorize].
	AutoApprove string
	// AdminScopes are the delegated permissions of the audience that only an
	// administrator can consent to, in short form; "*" stands for any text.
	// Nil means a selection of those that Microsoft Graph has, among them
	// Sites.*.All and ChannelMessage.Read.All; an empty list means none.
	AdminScopes []string
	// Audience is the resource that access tokens are for, and the prefix of
	// scopes that are spelled in full. Empty means https://graph.microsoft.com.
	Audience string
	// TokenLifetime is how long access tokens work. Zero means 3599 seconds.
	// From two hours on, answers carry refresh_in, half of it.
	TokenLifetime time.Duration
	// CodeLifetime is how long a device code can be used. Zero means 15 minutes.
	CodeLifetime time.Duration
	// Interval is the least time between two polls with one device code;
	// a faster client is told slow_down, and its interval grows by 5 s (RFC 8628).
	// The protocol announces it in whole seconds, rounded up. Zero means 5 s,
	// a negative value that interval 0 is announced and none enforced.
	Interval time.Duration
	// Rotate makes refresh tokens single-use: using one a second time ends
	// the whole sign-in. Entra itself leaves a used one valid, and so does the zero value.
	Rotate bool
	// TokensPerMinute is how many requests a client may make of the token
	// endpoint in a minute; more are answered with 429 and Retry-After. Zero
	// means no limit.
	TokensPerMinute int
	// Certificate is the TLS identity. Nil means one of the server's own,
	// self-signed, for loopback addresses and the real service's names.
	Certificate *tls.Certificate
	// Log is called with each request once it is answered, from many goroutines
	// at once. Nil means that [Server.Requests] alone tells.
	Log func(Request)
	// Now is the clock of codes and tokens. Nil means time.Now. The TLS
	// certificate always lives by the real clock, as the client's TLS does.
	Now func() time.Time
}

const (
	defaultAudience = "https://graph.microsoft.com"
	defaultClientID = "11112222-bbbb-3333-cccc-4444dddd5555"

	// defaultTokenLifetime is an hour, less the second that Entra takes.
	defaultTokenLifetime = 3599 * time.Second
	defaultCodeLifetime  = 15 * time.Minute
	defaultInterval      = 5 * time.Second
)

// withDefaults checks the options and returns a copy that is complete and
// shares no slice with them.
func (o *Options) withDefaults() (Options, error) {
	var c Options
	if o != nil {
		c = *o
	}
	setDefault(&c.Addr, "127.0.0.1:0")
	setDefault(&c.TenantID, guid("tenant", "contoso.example"))
	setDefault(&c.Audience, defaultAudience)
	setDefault(&c.TokenLifetime, defaultTokenLifetime)
	setDefault(&c.CodeLifetime, defaultCodeLifetime)
	setDefault(&c.Interval, defaultInterval)
	if c.Now == nil {
		c.Now = time.Now
	}
	c.Audience = strings.TrimSuffix(c.Audience, "/")
	c.Users = slices.Clone(c.Users)
	if len(c.Users) == 0 {
		c.Users = []User{{UPN: "admin@contoso.example", DisplayName: "Administrator", Admin: true}}
	}
	c.Apps = slices.Clone(c.Apps)
	if c.AdminScopes == nil {
		c.AdminScopes = defaultAdminScopes
	}
	c.AdminScopes = slices.Clone(c.AdminScopes)
	c.ManagedIdentities = slices.Clone(c.ManagedIdentities)
	return c, errors.Join(c.checkAddr(), c.checkTenant(), c.fillUsers(), c.fillApps(), c.fillIdentities())
}

func (o *Options) checkAddr() error {
	host, _, err := net.SplitHostPort(o.Addr)
	if err != nil {
		return fmt.Errorf("address %q: %w", o.Addr, err)
	}
	if !isLoopback(host) {
		return fmt.Errorf("address %q: only a loopback address is served", o.Addr)
	}
	return nil
}

func (o *Options) checkTenant() error {
	o.TenantID = strings.ToLower(o.TenantID)
	if !isGUID(o.TenantID) {
		return fmt.Errorf("tenant id %q is not a GUID", o.TenantID)
	}
	if u, err := url.Parse(o.Audience); err != nil || u.Scheme == "" {
		return fmt.Errorf("audience %q is not a URI", o.Audience)
	}
	for _, pattern := range o.AdminScopes {
		if _, err := path.Match(pattern, ""); err != nil {
			return fmt.Errorf("admin scope %q: %w", pattern, err)
		}
	}
	if o.TokenLifetime < time.Second || o.CodeLifetime < time.Second {
		return errors.New("a lifetime is shorter than a second")
	}
	return nil
}

// knowsTenant reports whether a path names the tenant: by its GUID, by a
// well-known alias, or by the domain of one of its users.
func (o *Options) knowsTenant(name string) bool {
	switch name = strings.ToLower(name); name {
	case o.TenantID, "common", "organizations", "consumers":
		return true
	}
	return slices.ContainsFunc(o.Users, func(u User) bool {
		_, domain, _ := strings.Cut(u.UPN, "@")
		return strings.EqualFold(domain, name) || strings.EqualFold(initialDomain(domain), name)
	})
}

// initialDomain is the one a tenant is given before it brings its own.
// https://learn.microsoft.com/entra/fundamentals/add-custom-domain
func initialDomain(domain string) string {
	label, _, _ := strings.Cut(domain, ".")
	return label + ".onmicrosoft.com"
}

func setDefault[T comparable](value *T, fallback T) {
	var zero T
	if *value == zero {
		*value = fallback
	}
}

// guid derives an id that is the same in every run, so that programs and their
// tests can name it.
func guid(kind, name string) string {
	sum := sha256.Sum256([]byte("entratest\x00" + kind + "\x00" + name))
	return formatGUID([16]byte(sum[:16]))
}

// formatGUID writes 16 bytes as a UUID of version 5, which every validator takes.
func formatGUID(b [16]byte) string {
	b[6] = b[6]&0x0f | 0x50
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

func isGUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i, r := range []byte(s) {
		switch {
		case i == 8 || i == 13 || i == 18 || i == 23:
			if r != '-' {
				return false
			}
		case '0' <= r && r <= '9', 'a' <= r && r <= 'f', 'A' <= r && r <= 'F':
		default:
			return false
		}
	}
	return true
}

// isLoopback reports whether a host name or address is this machine's own.
func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}
