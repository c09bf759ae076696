package entratest

import (
	"context"
	"crypto"
	"crypto/x509"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// User is a person of the tenant.
type User struct {
	// ID is the object id, a GUID. Empty means one derived from UPN.
	ID string
	// UPN is the user principal name, "sales@contoso.example"; required.
	UPN string
	// DisplayName is what pages and tokens show. Empty means UPN.
	DisplayName string
	// Password is what the password grant takes for this person. Empty means
	// that it takes none. Pages never ask for it.
	Password string
	// Admin says that the user can consent for the whole tenant, and to what
	// needs an administrator. Where nobody is one, the first user is.
	Admin bool
}

// App is a registered application. It is a public client unless it is
// Confidential or has a credential: Secrets, Certificates, Subjects or
// Federated. A client that has one must authenticate at the token endpoint.
//
// It is a resource, too: another client asks for api://ID/NAME or
// api://ID/.default, and gets a token whose aud is ID.
type App struct {
	// ID is the client id; required.
	ID string
	// Name is what the sign-in page shows. Empty means ID.
	Name string
	// ObjectID is that of the service principal, a GUID: oid and sub of the
	// application's own tokens. Empty means one derived from ID.
	ObjectID string
	// Scopes are the permissions configured in the registration, in short
	// form, which ".default" stands for. Empty means User.Read, Mail.Read,
	// Calendars.Read and Files.Read.All.
	Scopes []string
	// Roles are the application permissions that an administrator has granted:
	// those of the audience in short form, those of another application as
	// api://ID/NAME. Tokens of client_credentials carry them.
	Roles []string
	// RedirectURIs are where the authorization endpoint may send a browser. At
	// http://localhost and other loopback addresses the port does not matter.
	// A public client that has none may use any loopback address, by http or https,
	// and the page for programs without one, /common/oauth2/nativeclient or, as it
	// was called before, /oauth20_desktop.srf.
	RedirectURIs []string
	// AdminConsent says that an administrator has consented to Scopes for
	// everybody. [Server.Consent] and the admin consent endpoint do so later.
	AdminConsent bool

	// Confidential turns "Allow public client flows" off: a client that does
	// not authenticate is refused with AADSTS7000218.
	Confidential bool
	// PublicFlows is "Allow public client flows": the client may go without its
	// credential, but for the grants in which it is all there is.
	PublicFlows bool
	// IDTokens is "ID tokens (used for implicit and hybrid flows)": the
	// authorization endpoint answers with them where the client asks for that.
	IDTokens bool
	// Secrets are the client secrets that work, ExpiredSecrets those that are
	// answered with AADSTS7000222.
	Secrets, ExpiredSecrets []string
	// Certificates are whose keys may sign client assertions, RS256 or PS256,
	// that name them by x5t or x5t#S256.
	Certificates []*x509.Certificate
	// Subjects let the certificate in x5c sign an assertion, whichever it is
	// ("subject name and issuer authentication").
	Subjects []Subject
	// Federated are the tokens of others that work as client assertions.
	Federated []Federated
}

// Subject is a name in certificates of one issuer.
type Subject struct {
	// Name is the certificate's common name, or one of its DNS names.
	Name string
	// Issuer is the root that the chain of the certificate must end in.
	Issuer *x509.Certificate
}

// Federated is a federated identity credential: who may sign tokens that work
// as client assertions, and what has to stand in them.
// https://learn.microsoft.com/entra/workload-id/workload-identity-federation
type Federated struct {
	// Issuer and Subject are the iss and sub of the token, compared exactly.
	// An empty Issuer means this server, and with it a nil Keys: the token is
	// that of a managed identity, and Subject its object id.
	Issuer, Subject string
	// Audience is the token's aud. Empty means api://AzureADTokenExchange.
	Audience string
	// Keys returns the key for the kid in the token's header: an
	// *rsa.PublicKey (RS256, PS256) or an *ecdsa.PublicKey (ES256).
	Keys func(ctx context.Context, kid string) (crypto.PublicKey, error)
}

const exchangeAudience = "api://AzureADTokenExchange"

// public reports whether the client cannot authenticate.
func (a *App) public() bool {
	return !a.Confidential && len(a.Secrets)+len(a.ExpiredSecrets)+len(a.Certificates)+len(a.Subjects)+len(a.Federated) == 0
}

// redirectsTo reports whether a browser may be sent there.
func (a *App) redirectsTo(uri string) bool {
	if len(uri) > 2048 || strings.ContainsAny(uri, "#\\ \t\r\n") {
		return false
	}
	to, err := url.Parse(uri)
	if err != nil || to.User != nil || to.Scheme == "" {
		return false
	}
	local := to.Scheme == "http" && isLoopback(to.Hostname())
	if len(a.RedirectURIs) == 0 && (a.public() || a.PublicFlows) {
		return local || to.Scheme == "https" && (isLoopback(to.Hostname()) || isOurs(to.Host) && (to.Path == nativePath || to.Path == livePath))
	}
	return slices.ContainsFunc(a.RedirectURIs, func(registered string) bool {
		r, err := url.Parse(registered)
		if err != nil || !local || r.Scheme != "http" || !strings.EqualFold(r.Hostname(), to.Hostname()) {
			return registered == uri
		}
		return strings.TrimSuffix(r.EscapedPath(), "/") == strings.TrimSuffix(to.EscapedPath(), "/") && r.RawQuery == to.RawQuery
	})
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
	if !slices.ContainsFunc(o.Users, func(u User) bool { return u.Admin }) {
		o.Users[0].Admin = true
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
		if !isGUID(a.ObjectID) {
			return fmt.Errorf("object id %q of app %s is not a GUID", a.ObjectID, a.ID)
		}
		if slices.Contains(a.Certificates, nil) || slices.ContainsFunc(a.Subjects, func(s Subject) bool { return s.Name == "" || s.Issuer == nil }) {
			return fmt.Errorf("app %s has a certificate that is nil, or a subject without a name or issuer", a.ID)
		}
	}
	return nil
}

// completeApp gives an app its defaults, and lists of its own.
func (o *Options) completeApp(a *App) {
	setDefault(&a.Name, a.ID)
	setDefault(&a.ObjectID, guid("app", strings.ToLower(a.ID)))
	if len(a.Scopes) == 0 {
		a.Scopes = []string{"User.Read", "Mail.Read", "Calendars.Read", "Files.Read.All"}
	}
	for _, list := range []*[]string{&a.Scopes, &a.Roles, &a.RedirectURIs, &a.Secrets, &a.ExpiredSecrets} {
		*list = slices.Clone(*list)
	}
	a.Certificates, a.Subjects, a.Federated = slices.Clone(a.Certificates), slices.Clone(a.Subjects), slices.Clone(a.Federated)
	for i := range a.Federated {
		setDefault(&a.Federated[i].Audience, exchangeAudience)
	}
}

// app returns the application with that client id.
func (o *Options) app(clientID string) (App, bool) {
	for _, a := range o.Apps {
		if strings.EqualFold(a.ID, clientID) {
			return a, true
		}
	}
	var a App
	switch {
	case clientID == "" || len(o.Apps) > 0 && o.Others == nil:
		return App{}, false
	case o.Others != nil:
		a = *o.Others
	}
	a.ID, a.ObjectID = clientID, ""
	o.completeApp(&a)
	return a, true
}

// registered reports whether Apps lists the client id.
func (o *Options) registered(clientID string) bool {
	return slices.ContainsFunc(o.Apps, func(a App) bool { return strings.EqualFold(a.ID, clientID) })
}

// user returns the person with that UPN, and userByID the one with that object id.
func (o *Options) user(upn string) (User, bool) {
	for _, u := range o.Users {
		if strings.EqualFold(u.UPN, upn) {
			return u, true
		}
	}
	return User{}, false
}

func (o *Options) userByID(id string) (User, bool) {
	for _, u := range o.Users {
		if u.ID == id {
			return u, true
		}
	}
	return User{}, false
}
