package entra_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365auth/entra"
	"github.com/m365go/sdk/m365auth/tokencache"
)

// In each cloud the authority, the scopes that are sent and the resource that a
// managed identity is asked for are those of the one cloud.
func TestEachCloudKeepsToItsHosts(t *testing.T) {
	t.Parallel()
	secret := m365auth.NewSecret("s")
	for _, tt := range []struct {
		cloud                  m365auth.Cloud
		login, delegated, app  string
		ownScope, foreignScope string
	}{
		{named(t, "global"), "login.microsoftonline.com", "Mail.Read", "https://graph.microsoft.com/.default", "https://graph.microsoft.com/Mail.Read", "https://graph.microsoft.us/Mail.Read"},
		{named(t, "gcchigh"), "login.microsoftonline.us", "https://graph.microsoft.us/Mail.Read", "https://graph.microsoft.us/.default", "https://graph.microsoft.us/Mail.Read", "https://dod-graph.microsoft.us/Mail.Read"},
		{named(t, "dod"), "login.microsoftonline.us", "https://dod-graph.microsoft.us/Mail.Read", "https://dod-graph.microsoft.us/.default", "https://dod-graph.microsoft.us/Mail.Read", "https://graph.microsoft.us/Mail.Read"},
		{named(t, "china"), "login.partner.microsoftonline.cn", "https://microsoftgraph.chinacloudapi.cn/Mail.Read", "https://microsoftgraph.chinacloudapi.cn/.default", "https://MicrosoftGraph.chinacloudapi.cn/Mail.Read", "https://graph.microsoft.com/Mail.Read"},
		{
			m365auth.Cloud{Name: "own", LoginHost: "login.contoso.example:8443", GraphHost: "graph.contoso.example:9443"},
			"login.contoso.example:8443", "Mail.Read", "https://graph.contoso.example:9443/.default", "https://graph.contoso.example:9443/Mail.Read", "https://graph.microsoft.us/Mail.Read",
		},
	} {
		var scope, resource string
		hosts := map[string]bool{}
		// One script for Entra and for a machine's metadata service, under hosts of
		// which some exist nowhere: what counts is who is asked, and for what.
		trip := func(r *http.Request) (*http.Response, error) {
			hosts[r.URL.Host] = true
			if q := r.URL.Query(); q.Has("resource") {
				resource = q.Get("resource")
			}
			if form := formOf(r); form.Has("scope") {
				scope, _, _ = strings.Cut(form.Get("scope"), " ")
			}
			root := "https://" + tt.login + "/t"
			return respond(r, 200, map[string]any{
				"authorization_endpoint": root, "token_endpoint": root + "/token", "issuer": root, "user_code": "U",
				"access_token": "a", "expires_in": 3600, "token_type": "Bearer",
			})
		}
		opts := &entra.Options{Store: tokencache.NewMemoryStore(), HTTPClient: &http.Client{Transport: tripFunc(trip)}}
		base := m365auth.Config{ClientID: "c", TenantID: "t", Cloud: tt.cloud}
		sent := func(cfg m365auth.Config, run func(*entra.Provider) error) {
			t.Helper()
			clear(hosts)
			p, err := entra.New(cfg, opts)
			if err != nil {
				t.Fatalf("%s: New() error: %v", tt.cloud.Name, err)
			}
			defer func() { _ = p.Close() }()
			if err := run(p); err != nil {
				t.Errorf("%s: %s: %v", tt.cloud.Name, cfg.Method, err)
			}
		}
		device := base
		device.Method, device.Scopes = m365auth.MethodDeviceCode, []string{tt.ownScope}
		sent(device, func(p *entra.Provider) error {
			_, err := p.StartDeviceCode(t.Context(), entra.LoginRequest{})
			return err
		})
		if scope != tt.delegated || len(hosts) != 1 || !hosts[tt.login] {
			t.Errorf("%s: device code asked %v for %q, want %s for %q", tt.cloud.Name, hosts, scope, tt.login, tt.delegated)
		}
		app := base
		app.Method, app.ClientSecret = m365auth.MethodClientSecret, secret
		token := func(p *entra.Provider) error { _, err := p.Token(t.Context(), m365auth.TokenRequest{}); return err }
		sent(app, token)
		if scope != tt.app || len(hosts) != 1 || !hosts[tt.login] {
			t.Errorf("%s: the application asked %v for %q, want %s for %q", tt.cloud.Name, hosts, scope, tt.login, tt.app)
		}
		managed := base
		managed.Method = m365auth.MethodManagedIdentity
		sent(managed, token)
		if audience := strings.TrimSuffix(tt.app, "/.default"); resource != audience {
			t.Errorf("%s: the host was asked for %q, want %q", tt.cloud.Name, resource, audience)
		}
		if u, err := url.Parse(resource); err != nil || !tt.cloud.AllowsToken(u) {
			t.Errorf("%s: the token for %q may not be sent there", tt.cloud.Name, resource)
		}
		foreign := device
		foreign.Scopes = []string{tt.foreignScope}
		if _, err := entra.New(foreign, opts); kindOf(err) != m365auth.ErrConfig {
			t.Errorf("%s: New() with %s: %v, want %v", tt.cloud.Name, tt.foreignScope, err, m365auth.ErrConfig)
		}
	}
}

func named(t *testing.T, name string) m365auth.Cloud {
	t.Helper()
	c, err := m365auth.CloudNamed(name)
	if err != nil {
		t.Fatal(err)
	}
	return c
}
