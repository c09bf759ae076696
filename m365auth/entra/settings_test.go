package entra_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365auth/entra"
	"github.com/m365go/sdk/m365auth/entratest"
	"github.com/m365go/sdk/m365auth/tokencache"
)

func TestNewChecksTheConfiguration(t *testing.T) {
	t.Parallel()
	gccHigh, err := m365auth.CloudNamed("gcchigh")
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		cfg  m365auth.Config
		want string // part of the error; empty for none
	}{
		"a client id is enough":             {m365auth.Config{ClientID: "c"}, ""},
		"an authority of the cloud":         {m365auth.Config{ClientID: "c", Authority: "https://login.microsoftonline.us/contoso.example", Cloud: gccHigh}, ""},
		"authority and tenant alike":        {m365auth.Config{ClientID: "c", Authority: "https://login.microsoftonline.com/T/", TenantID: "t"}, ""},
		"no client id":                      {m365auth.Config{}, "client_id"},
		"a client id with a space":          {m365auth.Config{ClientID: "a b"}, "client_id"},
		"an unknown method":                 {m365auth.Config{ClientID: "c", Method: "magic"}, "device_code"},
		"an authority of another cloud":     {m365auth.Config{ClientID: "c", Authority: "https://login.microsoftonline.us/t"}, "login.microsoftonline.com"},
		"an authority that is a lookalike":  {m365auth.Config{ClientID: "c", Authority: "https://login.microsoftonline.com.contoso.example/t"}, "authority"},
		"an authority with a user":          {m365auth.Config{ClientID: "c", Authority: "https://u@login.microsoftonline.com/t"}, "authority"},
		"an authority without tls":          {m365auth.Config{ClientID: "c", Authority: "http://login.microsoftonline.com/t"}, "authority"},
		"an authority without tenant":       {m365auth.Config{ClientID: "c", Authority: "https://login.microsoftonline.com/"}, "tenant"},
		"an authority of a federation":      {m365auth.Config{ClientID: "c", Authority: "https://login.microsoftonline.com/adfs"}, "tenant"},
		"an authority with a path":          {m365auth.Config{ClientID: "c", Authority: "https://login.microsoftonline.com/t/v2.0"}, "tenant"},
		"authority against tenant":          {m365auth.Config{ClientID: "c", Authority: "https://login.microsoftonline.com/t", TenantID: "other"}, "tenant_id"},
		"a tenant that climbs":              {m365auth.Config{ClientID: "c", TenantID: ".."}, "tenant"},
		"a tenant with a slash":             {m365auth.Config{ClientID: "c", TenantID: "a/b"}, "tenant"},
		"a tenant that breaks msal":         {m365auth.Config{ClientID: "c", TenantID: "Tokenco.onmicrosoft.com"}, "GUID"},
		"such a tenant with a browser":      {m365auth.Config{ClientID: "c", TenantID: "Tokenco.onmicrosoft.com", Method: m365auth.MethodBrowser}, "GUID"},
		"such a tenant of an application":   {m365auth.Config{ClientID: "c", TenantID: "Tokenco.onmicrosoft.com", Method: m365auth.MethodClientSecret, ClientSecret: m365auth.NewSecret("s")}, ""},
		"a host that breaks msal":           {m365auth.Config{ClientID: "c", Cloud: m365auth.Cloud{LoginHost: "token.contoso.example", GraphHost: "g"}}, "token"},
		"a login host with another's graph": {m365auth.Config{ClientID: "c", Cloud: m365auth.Cloud{LoginHost: gccHigh.LoginHost, GraphHost: "graph.microsoft.com"}}, "one cloud"},
		"a scope of another cloud":          {m365auth.Config{ClientID: "c", Cloud: gccHigh, Scopes: []string{"https://graph.microsoft.com/Mail.Read"}}, "one cloud"},
		"half a cloud":                      {m365auth.Config{ClientID: "c", Cloud: m365auth.Cloud{LoginHost: "l"}}, "GraphHost"},
		"implied scopes alone":              {m365auth.Config{ClientID: "c", Scopes: []string{"openid"}}, "implied"},
		"default with others":               {m365auth.Config{ClientID: "c", Scopes: []string{".default", "Mail.Read"}}, ".default alone"},
		"two resources":                     {m365auth.Config{ClientID: "c", Scopes: []string{"api://x/y", "Mail.Read"}}, "one resource"},
		"a cache path without a stem":       {m365auth.Config{ClientID: "c", CachePath: "/x/.bin"}, ".bin"},
	} {
		_, err := entra.New(tt.cfg, nil)
		if tt.want == "" && err != nil {
			t.Errorf("%s: New() error = %v, want none", name, err)
		}
		if tt.want != "" && (!errors.Is(err, m365auth.ErrConfig) || !strings.Contains(err.Error(), tt.want)) {
			t.Errorf("%s: New() error = %v, want %v with %q", name, err, m365auth.ErrConfig, tt.want)
		}
	}
}

func TestRequestsAreChecked(t *testing.T) {
	t.Parallel()
	p, err := entra.New(m365auth.Config{ClientID: "c"}, &entra.Options{Store: tokencache.NewMemoryStore()})
	if err != nil {
		t.Fatal(err)
	}
	for name, req := range map[string]m365auth.TokenRequest{
		"claims in base64":     {Claims: "eyJhIjoxfQ=="},
		"claims that are null": {Claims: "null"},
		"a scope of nothing":   {Scopes: []string{" "}},
		"a tenant alias":       {Tenant: "organizations"},
	} {
		if _, err := p.Token(t.Context(), req); !errors.Is(err, m365auth.ErrConfig) {
			t.Errorf("%s: Token() error = %v, want %v", name, err, m365auth.ErrConfig)
		}
	}
	if _, err := p.StartDeviceCode(t.Context(), entra.LoginRequest{Claims: "[]"}); !errors.Is(err, m365auth.ErrConfig) {
		t.Errorf("StartDeviceCode() with claims that are no object: %v, want %v", err, m365auth.ErrConfig)
	}
}

// A national cloud is named in the scopes that are sent, since two share a host.
func TestNationalCloudsAreNamedInScopes(t *testing.T) {
	t.Parallel()
	for cloud, want := range map[string]string{
		"global": "Mail.Read", "dod": "https://dod-graph.microsoft.us/Mail.Read", "gcchigh": "https://graph.microsoft.us/Mail.Read",
		"china": "https://microsoftgraph.chinacloudapi.cn/Mail.Read",
	} {
		c, err := m365auth.CloudNamed(cloud)
		if err != nil {
			t.Fatal(err)
		}
		b := inBubble(t, entratest.Options{Audience: c.GraphURL()})
		b.cfg.Cloud, b.cfg.Scopes = c, []string{c.GraphURL() + "/Mail.Read"}
		sent := ""
		b.opts.HTTPClient = &http.Client{Transport: tripFunc(func(r *http.Request) (*http.Response, error) {
			if form := formOf(r); form.Has("scope") {
				sent = form.Get("scope")
			}
			return b.server.Client().Transport.RoundTrip(r)
		})}
		start(t, b.provider(t), entra.LoginRequest{})
		if got := strings.Fields(sent)[0]; got != want {
			t.Errorf("%s: scope sent = %q, want %q first", cloud, sent, want)
		}
	}
}

// What answers here is no Entra: it leads astray.
func TestOnlyTheLoginHostIsAsked(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]func(*http.Request) (*http.Response, error){
		"an address outside: the discovery names another host": func(r *http.Request) (*http.Response, error) {
			root := "https://elsewhere.contoso.example/t"
			return respond(r, 200, map[string]any{"authorization_endpoint": root, "token_endpoint": root + "/token", "issuer": "https://" + "login.contoso.example"})
		},
		"a redirect: one elsewhere": func(r *http.Request) (*http.Response, error) {
			resp, err := respond(r, 302, nil)
			if err == nil {
				resp.Header.Set("Location", "https://elsewhere.contoso.example/")
			}
			return resp, err
		},
		"too large: a flood": func(r *http.Request) (*http.Response, error) {
			return respond(r, 200, strings.Repeat("x", 2<<20))
		},
	} {
		p, err := entra.New(m365auth.Config{
			ClientID: "c", TenantID: "t", Cloud: m365auth.Cloud{LoginHost: "login.contoso.example", GraphHost: "graph.contoso.example"},
		}, &entra.Options{
			Store: tokencache.NewMemoryStore(),
			HTTPClient: &http.Client{Transport: tripFunc(func(r *http.Request) (*http.Response, error) {
				if r.URL.Host != "login.contoso.example" {
					t.Errorf("%s: a request went to %s", name, r.URL.Host)
				}
				return answer(r)
			})},
		})
		if err != nil {
			t.Fatal(err)
		}
		_, err = p.StartDeviceCode(t.Context(), entra.LoginRequest{})
		if want, _, _ := strings.Cut(name, ":"); !errors.Is(err, m365auth.ErrUnexpected) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: StartDeviceCode() error = %v, want %v with %q", name, err, m365auth.ErrUnexpected, want)
		}
	}
}
