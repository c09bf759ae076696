package entratest_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/m365go/sdk/m365auth/entratest"
)

const graph = "https://graph.microsoft.com"

func postV1(t *testing.T, s *entratest.Server, endpoint string, f url.Values) answer {
	t.Helper()
	res, err := s.Client().PostForm(s.URL()+"/"+s.TenantID()+"/oauth2/"+endpoint, f)
	return read(t, res, err)
}

func TestFirstVersionSignsIn(t *testing.T) {
	t.Parallel()
	opts := twoUsers()
	opts.AutoApprove = sales
	s := start(t, opts)
	d := postV1(t, s, "devicecode", form("client_id", clientID, "resource", graph))
	if d.str("verification_url") == "" || d.str("expires_in") != "900" {
		t.Fatalf("devicecode answered %d %s, want the first version's names and texts", d.status, d.text)
	}
	a := postV1(t, s, "token", form("client_id", clientID, "resource", graph, "grant_type", "device_code", "code", d.str("device_code")))
	if a.status != 200 || a.str("expires_in") != "3599" || a.str("expires_on") == "" || a.str("resource") != graph || a.str("id_token") == "" {
		t.Fatalf("token answered %d %s, want numbers as texts and the resource", a.status, a.text)
	}
	if id := claims(t, a.str("id_token")); id["ver"] != "1.0" || id["upn"] != sales || id["unique_name"] != sales || id["preferred_username"] != nil || id["iss"] != s.URL()+"/"+s.TenantID()+"/" {
		t.Errorf("the id_token says %v, want the first version's claims", id)
	}
	again := postV1(t, s, "token", form("client_id", clientID, "resource", graph, "grant_type", "refresh_token", "refresh_token", a.str("refresh_token")))
	if again.status != 200 || again.str("access_token") == "" {
		t.Errorf("the refresh answered %d %s, want a token", again.status, again.text)
	}
	if a := postV1(t, s, "token", form("client_id", clientID, "resource", "https://other.example", "grant_type", "refresh_token", "refresh_token", a.str("refresh_token"))); a.code() != 500011 {
		t.Errorf("a strange resource answered %d %s, want 500011", a.status, a.text)
	}
}

func TestFirstVersionRedirects(t *testing.T) {
	t.Parallel()
	opts := twoUsers()
	opts.AutoApprove = sales
	s := start(t, opts)
	to := "https://login.microsoftonline.com/common/oauth2/nativeclient"
	client := *s.Client()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	q := form("client_id", clientID, "response_type", "code", "redirect_uri", to, "resource", graph)
	res, err := client.Get(s.URL() + "/common/oauth2/authorize?" + q.Encode())
	a := read(t, res, err)
	at, err := url.Parse(a.header.Get("Location"))
	if err != nil || !strings.HasPrefix(at.String(), to+"?code=") {
		t.Fatalf("authorize answered %d %s, want it to lead to %s", a.status, a.text, to)
	}
	res, err = client.Get(at.String())
	if page := read(t, res, err); page.status != 200 || !strings.Contains(page.text, "address of this page") {
		t.Errorf("the native client's page answered %d, want one that says where the code is", page.status)
	}
	got := postV1(t, s, "token", form("client_id", clientID, "grant_type", "authorization_code", "redirect_uri", to, "code", at.Query().Get("code")))
	if got.status != 200 || got.str("resource") != graph {
		t.Errorf("the code was answered %d %s, want a token", got.status, got.text)
	}
	q.Set("redirect_uri", "https://evil.example/common/oauth2/nativeclient")
	res, err = client.Get(s.URL() + "/common/oauth2/authorize?" + q.Encode())
	if a := read(t, res, err); a.status != 400 || !strings.Contains(a.text, "AADSTS50011") {
		t.Errorf("another host's page answered %d, want 400 with AADSTS50011", a.status)
	}
}

func TestFirstVersionDescribesItself(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	a := get(t, s, "/common/.well-known/openid-configuration")
	if got, want := a.str("token_endpoint"), s.URL()+"/common/oauth2/token"; got != want {
		t.Errorf("token_endpoint = %q, want %q", got, want)
	}
	for host, want := range map[string]string{
		"login.microsoftonline.com": "https://sts.windows.net/", "sts.windows.net": "https://sts.windows.net/",
		"login.chinacloudapi.cn": "https://sts.chinacloudapi.cn/",
	} {
		at := "https://" + host + "/" + s.TenantID() + "/.well-known/openid-configuration"
		res, err := s.Client().Get(at)
		if got := read(t, res, err).str("issuer"); got != want+s.TenantID()+"/" {
			t.Errorf("issuer by %s = %q, want %q", at, got, want+s.TenantID()+"/")
		}
	}
	if k := get(t, s, "/common/discovery/keys"); k.status != 200 || !strings.Contains(k.text, `"kid"`) {
		t.Errorf("keys answered %d %s, want a key", k.status, k.text)
	}
	for path, kind := range map[string]string{
		"/common/userrealm/" + admin:                        "Managed",
		"/common/UserRealm/" + url.PathEscape(admin):        "Managed",
		"/common/userrealm/x@other.example?api-version=1.0": "Unknown",
		"/common/userrealm/nobody":                          "Unknown",
	} {
		if a := get(t, s, path); a.status != 200 || a.str("account_type") != kind {
			t.Errorf("GET %s answered %d %s, want an account_type of %s", path, a.status, a.text, kind)
		}
	}
	for _, path := range []string{"/device", "/common/oauth2/deviceauth"} {
		if a := get(t, s, path); a.status != 200 || !strings.Contains(a.text, "Enter code") {
			t.Errorf("GET %s answered %d, want the page for codes", path, a.status)
		}
	}
}
