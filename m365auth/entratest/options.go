package entratest

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"net"
	"net/url"
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
	// TenantID is the GUID of the only tenant. Empty means a fixed one, the same in
	// every process.
	TenantID string
	// Users can sign in. Empty means one, admin@contoso.example.
	Users []User
	// Apps are the registered applications; any other client id is refused
	// with AADSTS700016. Empty means that every client id is a public client.
	Apps []App
	// AutoApprove is the UPN of the user who approves each device code as soon
	// as it is asked for. Empty means that codes wait for the page,
	// [Server.Approve] or [Server.Decline].
	AutoApprove string
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
	// Now is the clock of codes and tokens. Nil means time.Now. The TLS
	// certificate always lives by the real clock, as the client's TLS does.
	Now func() time.Time
}

// User is a person of the tenant.
type User struct {
	// ID is the object id, a GUID. Empty means one derived from UPN.
	ID string
	// UPN is the user principal name, "sales@contoso.example"; required.
	UPN string
	// DisplayName is what pages and tokens show. Empty means UPN.
	DisplayName string
}

// App is a registered application.
type App struct {
	// ID is the client id; required.
	ID string
	// Name is what the sign-in page shows. Empty means ID.
	Name string
	// Scopes are the permissions configured in the registration, in short
	// form, which ".default" stands for. Empty means User.Read, Mail.Read,
	// Calendars.Read and Files.Read.All.
	Scopes []string
	// Confidential turns "Allow public client flows" off: codes and refresh
	// tokens are then refused with AADSTS7000218.
	Confidential bool
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
		c.Users = []User{{UPN: "admin@contoso.example", DisplayName: "Administrator"}}
	}
	c.Apps = slices.Clone(c.Apps)
	return c, errors.Join(c.checkAddr(), c.checkTenant(), c.fillUsers(), c.fillApps())
}

func (o *Options) checkAddr() error {
	host, _, err := net.SplitHostPort(o.Addr)
	if err != nil {
		return fmt.Errorf("address %q: %w", o.Addr, err)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
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
	if o.TokenLifetime < time.Second || o.CodeLifetime < time.Second {
		return errors.New("a lifetime is shorter than a second")
	}
	return nil
}

func (o *Options) fillUsers() error {
	for i := range o.Users {
		u := &o.Users[i]
		if name, domain, ok := strings.Cut(u.UPN, "@"); !ok || name == "" || domain == "" {
			return fmt.Errorf("user principal name %q is not name@domain", u.UPN)
		}
		setDefault(&u.ID, guid("user", strings.ToLower(u.UPN)))
		setDefault(&u.DisplayName, u.UPN)
		if !isGUID(u.ID) {
			return fmt.Errorf("object id %q of %s is not a GUID", u.ID, u.UPN)
		}
		if slices.ContainsFunc(o.Users[:i], func(v User) bool { return strings.EqualFold(v.UPN, u.UPN) || v.ID == u.ID }) {
			return fmt.Errorf("user %s stands twice, or shares an object id", u.UPN)
		}
	}
	if _, ok := o.user(o.AutoApprove); o.AutoApprove != "" && !ok {
		return fmt.Errorf("auto approval by %s, who is not a user", o.AutoApprove)
	}
	return nil
}

func (o *Options) fillApps() error {
	for i := range o.Apps {
		a := &o.Apps[i]
		if a.ID == "" {
			return errors.New("an app without a client id")
		}
		if slices.ContainsFunc(o.Apps[:i], func(b App) bool { return strings.EqualFold(b.ID, a.ID) }) {
			return fmt.Errorf("app %s stands twice", a.ID)
		}
		o.completeApp(a)
	}
	return nil
}

// completeApp gives an app its defaults, and its own list of scopes.
func (o *Options) completeApp(a *App) {
	setDefault(&a.Name, a.ID)
	if len(a.Scopes) == 0 {
		a.Scopes = []string{"User.Read", "Mail.Read", "Calendars.Read", "Files.Read.All"}
	}
	a.Scopes = slices.Clone(a.Scopes)
}

// app returns the application with that client id.
func (o *Options) app(clientID string) (App, bool) {
	for _, a := range o.Apps {
		if strings.EqualFold(a.ID, clientID) {
			return a, true
		}
	}
	if len(o.Apps) > 0 || clientID == "" {
		return App{}, false
	}
	a := App{ID: clientID}
	o.completeApp(&a)
	return a, true
}

// user returns the person with that UPN.
func (o *Options) user(upn string) (User, bool) {
	for _, u := range o.Users {
		if strings.EqualFold(u.UPN, upn) {
			return u, true
		}
	}
	return User{}, false
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
		return strings.EqualFold(domain, name)
	})
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
