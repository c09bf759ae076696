package entra_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365auth/entra"
	"github.com/m365go/sdk/m365auth/tokencache"
)

func TestNewRefusesWhatCannotWork(t *testing.T) {
	t.Parallel()
	const (
		device, browser, code   = m365auth.MethodDeviceCode, m365auth.MethodBrowser, m365auth.MethodAuthCode
		secret, cert, federated = m365auth.MethodClientSecret, m365auth.MethodCertificate, m365auth.MethodFederated
		managed, behalf         = m365auth.MethodManagedIdentity, m365auth.MethodOnBehalfOf
		tenant, redirect        = "contoso.example", "https://app.contoso.example/back"
	)
	s := m365auth.NewSecret("s")
	ask := &entra.Options{
		ClientSecret: func(context.Context) (m365auth.Secret, error) { return s, nil },
	}
	fed := &entra.Options{
		FederatedToken: func(context.Context) (m365auth.Secret, error) { return s, nil },
	}
	type config = m365auth.Config
	for name, tt := range map[string]struct {
		cfg  config
		opts *entra.Options
		want string // part of the remedy; empty for none
	}{
		"device code":                        {config{Method: device}, nil, ""},
		"browser":                            {config{Method: browser}, nil, ""},
		"web code without a secret":          {config{Method: code, RedirectURL: redirect}, nil, ""},
		"web code with a secret":             {config{Method: code, RedirectURL: redirect, ClientSecret: s}, nil, ""},
		"web code on this machine":           {config{Method: code, RedirectURL: "http://localhost:8080/back"}, nil, ""},
		"secret":                             {config{Method: secret, TenantID: tenant, ClientSecret: s}, nil, ""},
		"secret from a callback":             {config{Method: secret, TenantID: tenant}, ask, ""},
		"secret, default scopes":             {config{Method: secret, TenantID: tenant, ClientSecret: s, Scopes: m365auth.DefaultScopes()}, nil, ""},
		"secret, another resource":           {config{Method: secret, TenantID: tenant, ClientSecret: s, Scopes: []string{"api://x/.default"}}, nil, ""},
		"secret, tenant in authority":        {config{Method: secret, Authority: "https://login.microsoftonline.com/" + tenant, ClientSecret: s}, nil, ""},
		"certificate":                        {config{Method: cert, TenantID: tenant, CertificatePath: "c.pem"}, &entra.Options{SendCertificateChain: true}, ""},
		"federated file":                     {config{Method: federated, TenantID: tenant, FederatedTokenPath: "t"}, nil, ""},
		"federated callback":                 {config{Method: federated, TenantID: tenant}, fed, ""},
		"managed identity":                   {config{Method: managed, ManagedIdentityID: "m"}, nil, ""},
		"on behalf of":                       {config{Method: behalf, ClientSecret: s}, nil, ""},
		"on behalf of, by certificate":       {config{Method: behalf, CertificatePath: "c.pem"}, nil, ""},
		"an unknown method":                  {config{Method: "magic"}, nil, "device_code"},
		"device code with a secret":          {config{Method: device, ClientSecret: s}, nil, "remove client_secret"},
		"device code with a secret callback": {config{Method: device}, ask, "remove client_secret"},
		"browser with a certificate":         {config{Method: browser, CertificatePath: "c"}, nil, "remove certificate_path"},
		"secret without one":                 {config{Method: secret, TenantID: tenant}, nil, "set client_secret"},
		"secret twice":                       {config{Method: secret, TenantID: tenant, ClientSecret: s}, ask, "one of the two"},
		"secret and certificate":             {config{Method: secret, TenantID: tenant, ClientSecret: s, CertificatePath: "c"}, nil, "remove certificate_path"},
		"certificate and secret":             {config{Method: cert, TenantID: tenant, ClientSecret: s, CertificatePath: "c"}, nil, "remove client_secret"},
		"web code with both":                 {config{Method: code, RedirectURL: redirect, ClientSecret: s, CertificatePath: "c"}, nil, "one of them"},
		"certificate without path":           {config{Method: cert, TenantID: tenant}, nil, "set certificate_path"},
		"a password without a certificate":   {config{Method: secret, TenantID: tenant, ClientSecret: s, CertificatePassword: s}, nil, "certificate_password"},
		"a chain without a certificate":      {config{Method: secret, TenantID: tenant, ClientSecret: s}, &entra.Options{SendCertificateChain: true}, "certificate_path"},
		"federated without a token":          {config{Method: federated, TenantID: tenant}, nil, "set federated_token_path"},
		"federated with a secret":            {config{Method: federated, TenantID: tenant, ClientSecret: s}, nil, "remove client_secret"},
		"on behalf of without a credential":  {config{Method: behalf}, nil, "client_secret, or certificate_path"},
		"an identity without the method":     {config{Method: secret, TenantID: tenant, ClientSecret: s, ManagedIdentityID: "m"}, nil, "managed_identity"},
		"managed identity with a secret":     {config{Method: managed, ClientSecret: s}, nil, "remove client_secret"},
		"app-only in no tenant":              {config{Method: secret, ClientSecret: s}, nil, "set tenant_id"},
		"app-only in common":                 {config{Method: cert, TenantID: "common", CertificatePath: "c"}, nil, "set tenant_id"},
		"app-only in organizations":          {config{Method: federated, TenantID: "organizations", FederatedTokenPath: "t"}, nil, "set tenant_id"},
		"app-only in consumers":              {config{Method: secret, Authority: "https://login.microsoftonline.com/consumers", ClientSecret: s}, nil, "set tenant_id"},
		"app-only with delegated scopes":     {config{Method: secret, TenantID: tenant, ClientSecret: s, Scopes: []string{"Mail.Read"}}, nil, "leave scopes out"},
		"app-only with default and more":     {config{Method: secret, TenantID: tenant, ClientSecret: s, Scopes: []string{".default", "Mail.Read"}}, nil, ".default alone"},
		"managed identity, delegated scope":  {config{Method: managed, Scopes: []string{"Mail.Read"}}, nil, "leave scopes out"},
		"web code without redirect":          {config{Method: code, ClientSecret: s}, nil, "set redirect_url"},
		"web code back over plain http":      {config{Method: code, RedirectURL: "http://app.contoso.example/"}, nil, "https"},
		"web code back to a fragment":        {config{Method: code, RedirectURL: redirect + "#x"}, nil, "https"},
		"device code with redirect":          {config{Method: device, RedirectURL: redirect}, nil, "auth_code"},
		"an authority of another cloud":      {config{Method: secret, Authority: "https://login.microsoftonline.us/" + tenant, ClientSecret: s}, nil, "choose the cloud"},
	} {
		tt.cfg.ClientID = "c"
		p, err := entra.New(tt.cfg, tt.opts)
		switch e := (*m365auth.Error)(nil); {
		case tt.want == "" && err != nil:
			t.Errorf("%s: New() error = %v, want none", name, err)
		case tt.want == "":
			_ = p.Close()
		case !errors.As(err, &e) || e.Kind != m365auth.ErrConfig || !strings.Contains(e.Remedy, tt.want):
			t.Errorf("%s: New() error = %v, want %v with the remedy %q", name, err, m365auth.ErrConfig, tt.want)
		}
	}
}

// An application's own token needs neither a home folder nor a store.
func TestAnApplicationStoresNothing(t *testing.T) {
	t.Parallel()
	p, err := entra.New(m365auth.Config{
		ClientID: "c", TenantID: "t", Method: m365auth.MethodClientSecret, ClientSecret: m365auth.NewSecret("s"), CachePath: "/x/.bin",
	}, &entra.Options{Store: failingStore{}})
	if err != nil {
		t.Fatalf("New() error: %v", err)
	}
	if accounts, err := p.Accounts(t.Context()); err != nil || len(accounts) != 0 {
		t.Errorf("Accounts() = %v, %v, want none", accounts, err)
	}
	if err := p.Logout(t.Context(), ""); err != nil {
		t.Errorf("Logout() error: %v", err)
	}
}

// failingStore fails whatever it is asked: it has no methods behind it.
type failingStore struct{ tokencache.Store }

func TestRequestsOfApplicationsAreChecked(t *testing.T) {
	t.Parallel()
	app := m365auth.Config{ClientID: "c", TenantID: "t", Method: m365auth.MethodClientSecret, ClientSecret: m365auth.NewSecret("s")}
	behalf := app
	behalf.Method = m365auth.MethodOnBehalfOf
	token := m365auth.NewSecret("user")
	ofApp := func(p *entra.Provider) m365auth.TokenProvider { return p }
	ofCaller := func(p *entra.Provider) m365auth.TokenProvider { return p.OnBehalfOf(token) }
	for name, tt := range map[string]struct {
		cfg  m365auth.Config
		of   func(*entra.Provider) m365auth.TokenProvider
		req  m365auth.TokenRequest
		want string
	}{
		"an account":                 {app, ofApp, m365auth.TokenRequest{Account: "a"}, "leave the account out"},
		"delegated scopes":           {app, ofApp, m365auth.TokenRequest{Scopes: []string{"Mail.Read"}}, "leave scopes out"},
		"a tenant alias":             {app, ofApp, m365auth.TokenRequest{Tenant: "common"}, "GUID"},
		"claims in base64":           {app, ofApp, m365auth.TokenRequest{Claims: "e30="}, "JSON"},
		"no caller":                  {behalf, ofApp, m365auth.TokenRequest{}, "OnBehalfOf"},
		"a caller's claims":          {behalf, ofCaller, m365auth.TokenRequest{Claims: "e30="}, "JSON"},
		"a caller of an application": {app, ofCaller, m365auth.TokenRequest{}, "on_behalf_of"},
		"a caller without a token": {behalf, func(p *entra.Provider) m365auth.TokenProvider {
			return p.OnBehalfOf(m365auth.Secret{})
		}, m365auth.TokenRequest{}, "pass the token on"},
		"a tenant of a managed identity": {
			m365auth.Config{Method: m365auth.MethodManagedIdentity}, ofApp, m365auth.TokenRequest{Tenant: "t"}, "leave the tenant out",
		},
	} {
		p, err := entra.New(tt.cfg, nil)
		if err != nil {
			t.Fatalf("%s: New() error: %v", name, err)
		}
		_, err = tt.of(p).Token(t.Context(), tt.req)
		if e := (*m365auth.Error)(nil); !errors.As(err, &e) || e.Kind != m365auth.ErrConfig || !strings.Contains(e.Remedy, tt.want) {
			t.Errorf("%s: Token() error = %v, want %v with the remedy %q", name, err, m365auth.ErrConfig, tt.want)
		}
		_ = p.Close()
	}
}
