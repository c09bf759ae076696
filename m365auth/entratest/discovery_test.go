package entratest_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/m365go/sdk/m365auth/entratest"
)

func TestDiscoveryNamesTheEndpointsOfTheTenant(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	for tenant, issuer := range map[string]string{
		s.TenantID():                  s.Issuer(),
		strings.ToUpper(s.TenantID()): s.Issuer(),
		"contoso.example":             s.Issuer(),
		"consumers":                   s.Issuer(),
		"common":                      s.URL() + "/{tenantid}/v2.0",
		"organizations":               s.URL() + "/{tenantid}/v2.0",
	} {
		a := get(t, s, "/"+tenant+"/v2.0/.well-known/openid-configuration")
		if a.status != http.StatusOK {
			t.Fatalf("discovery of %s answered %d %s, want 200", tenant, a.status, a.text)
		}
		root := s.URL() + "/" + tenant
		for field, want := range map[string]string{
			"issuer":                        issuer,
			"token_endpoint":                root + "/oauth2/v2.0/token",
			"device_authorization_endpoint": root + "/oauth2/v2.0/devicecode",
			"authorization_endpoint":        root + "/oauth2/v2.0/authorize",
			"end_session_endpoint":          root + "/oauth2/v2.0/logout",
			"jwks_uri":                      root + "/discovery/v2.0/keys",
			"userinfo_endpoint":             "https://graph.microsoft.com/oidc/userinfo",
		} {
			if got := a.str(field); got != want {
				t.Errorf("discovery of %s: %s = %q, want %q", tenant, field, got, want)
			}
		}
	}
}

func TestDiscoveryNamesWhatIsServed(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	a := get(t, s, discoveryPath)
	for field, want := range map[string][]any{
		"response_types_supported":              {"code", "id_token", "code id_token"},
		"response_modes_supported":              {"query", "fragment", "form_post"},
		"code_challenge_methods_supported":      {"plain", "S256"},
		"token_endpoint_auth_methods_supported": {"client_secret_post", "private_key_jwt", "client_secret_basic"},
		"grant_types_supported": {"authorization_code", "client_credentials", "device_code", "password", "refresh_token",
			"urn:ietf:params:oauth:grant-type:device_code", "urn:ietf:params:oauth:grant-type:jwt-bearer"},
		"id_token_signing_alg_values_supported": {"RS256"},
		"scopes_supported":                      {"openid", "profile", "email", "offline_access"},
	} {
		if diff := cmp.Diff(want, a.json[field]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", field, diff)
		}
	}
}

func TestLinksCarryTheHostThatTheRequestCameTo(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	for host, want := range map[string]string{
		"login.microsoftonline.com":              "https://login.microsoftonline.com/",
		"localhost:1234":                         "https://localhost:1234/",
		"[::1]:1234":                             "https://[::1]:1234/",
		"evil.example":                           s.URL() + "/",
		"login.microsoftonline.com.evil.example": s.URL() + "/",
	} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL()+"/common/v2.0/.well-known/openid-configuration", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Host = host
		res, err := s.Client().Do(req)
		if got := read(t, res, err).str("token_endpoint"); !strings.HasPrefix(got, want) {
			t.Errorf("token endpoint for Host %s = %q, want it to begin with %q", host, got, want)
		}
	}
}

func TestInstanceDiscoveryKnowsOwnHosts(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	path := "/common/discovery/instance?api-version=1.1&authorization_endpoint="
	for _, host := range []string{s.Host(), "login.microsoftonline.com"} {
		a := get(t, s, path+"https://"+host+"/common/oauth2/v2.0/authorize")
		if want := "https://" + host + "/common/v2.0/.well-known/openid-configuration"; a.str("tenant_discovery_endpoint") != want {
			t.Errorf("instance discovery of %s answered %s, want the endpoint %s", host, a.text, want)
		}
		if !strings.Contains(a.text, `"aliases":["`+host+`"`) {
			t.Errorf("instance discovery of %s answered %s, want the host among the aliases", host, a.text)
		}
	}
	if a := get(t, s, path+"https://evil.example/common/oauth2/v2.0/authorize"); a.status != 400 || a.code() != 50049 {
		t.Errorf("instance discovery of a strange host answered %d %s, want 400 with 50049", a.status, a.text)
	}
}

func TestUnknownTenantIsRefusedEverywhere(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	strange := "/99998888-7777-4666-8555-444433332222"
	for path, want := range map[string]string{
		strange + "/v2.0/.well-known/openid-configuration": "invalid_tenant",
		strange + "/discovery/v2.0/keys":                   "invalid_tenant",
	} {
		if a := get(t, s, path); a.status != 400 || a.code() != 90002 || a.str("error") != want {
			t.Errorf("GET %s answered %d %s, want 400 %s with 90002", path, a.status, a.text, want)
		}
	}
	for _, endpoint := range []string{"devicecode", "token"} {
		res, err := s.Client().PostForm(s.URL()+strange+"/oauth2/v2.0/"+endpoint, form("client_id", clientID))
		if a := read(t, res, err); a.status != 400 || a.code() != 90002 || a.str("error") != "invalid_request" {
			t.Errorf("POST %s answered %d %s, want 400 invalid_request with 90002", endpoint, a.status, a.text)
		}
	}
}

func TestATenantIsKnownByItsNames(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	_, domain, _ := strings.Cut(s.Users()[0].UPN, "@")
	label, _, _ := strings.Cut(domain, ".")
	for name, want := range map[string]int{s.TenantID(): 200, domain: 200, label + ".onmicrosoft.com": 200, "stranger.onmicrosoft.com": 400} {
		if a := get(t, s, "/"+name+"/v2.0/.well-known/openid-configuration"); a.status != want {
			t.Errorf("the tenant %s answered %d %s, want %d", name, a.status, a.text, want)
		}
	}
}

func TestDeviceCodeAnswer(t *testing.T) {
	t.Parallel()
	s := start(t, &entratest.Options{Interval: 1500 * time.Millisecond, CodeLifetime: 10 * time.Minute})
	a := begin(t, s, fullScope)
	if got, want := a.str("verification_uri"), s.URL()+"/devicelogin"; got != want {
		t.Errorf("verification_uri = %q, want %q", got, want)
	}
	if len(a.str("user_code")) != 9 || len(a.str("device_code")) < 40 {
		t.Errorf("user_code %q, device_code of %d characters, want 9 and at least 40", a.str("user_code"), len(a.str("device_code")))
	}
	if a.number("expires_in") != 600 || a.number("interval") != 2 {
		t.Errorf("expires_in %v, interval %v, want 600 and 2", a.json["expires_in"], a.json["interval"])
	}
	if m := a.str("message"); !strings.Contains(m, a.str("user_code")) || !strings.Contains(m, a.str("verification_uri")) {
		t.Errorf("message = %q, want the page and the code in it", m)
	}
	want := []entratest.PendingCode{{
		UserCode: a.str("user_code"), ClientID: clientID, AppName: clientID,
		Scopes: []string{"Mail.Read", "openid", "profile", "offline_access"},
	}}
	got := s.Pending()
	if len(got) == 1 {
		got[0].ExpiresOn = time.Time{}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Pending() (-want +got):\n%s", diff)
	}
}

// An API takes a token only if the key that signed it is its issuer's.
func TestKeysNameTheIssuerOfTheMetadata(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	for _, root := range []string{s.URL(), "https://login.microsoftonline.com", "https://login.microsoftonline.us"} {
		for _, tenant := range []string{s.TenantID(), "contoso.example", "common", "organizations"} {
			read := func(path string) answer {
				res, err := s.Client().Get(root + "/" + tenant + path)
				return read(t, res, err)
			}
			want := read("/v2.0/.well-known/openid-configuration").str("issuer")
			for _, path := range []string{"/discovery/v2.0/keys", "/discovery/keys"} {
				if keys := read(path).text; want == "" || !strings.Contains(keys, `"issuer":"`+want+`"`) {
					t.Errorf("%s/%s%s = %s, want the issuer %q", root, tenant, path, keys, want)
				}
			}
		}
	}
}
