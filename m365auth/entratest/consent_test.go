package entratest_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestScopesThatNeedAnAdministrator(t *testing.T) {
	t.Parallel()
	s := start(t, twoUsers())
	v := visit(t, s)
	to := authorizeURL(s, "scope", "Sites.Read.All Mail.Read", "login_hint", sales)
	if a := v.open(to); !strings.Contains(a.text, "Need admin approval") || !strings.Contains(a.text, "Sites.Read.All") || strings.Contains(a.text, "<code>Mail.Read") {
		t.Errorf("a normal user was shown %s, want that Sites.Read.All needs approval", a.text)
	}
	if q := landing(t, v.submit("accept")); q.Get("error") != "access_denied" || !strings.Contains(q.Get("error_description"), "AADSTS90094") {
		t.Errorf("forcing consent answered %v, want access_denied with 90094", q)
	}
	v.open(to)
	if q := landing(t, v.submit("back")); !strings.Contains(q.Get("error_description"), "AADSTS90094") {
		t.Errorf("going back answered %v, want 90094", q)
	}
	device := begin(t, s, "Sites.Read.All")
	if err := s.Approve(device.str("user_code"), sales); err != nil {
		t.Fatal(err)
	}
	if a := poll(t, s, device); a.code() != 90094 || a.str("suberror") != "consent_required" {
		t.Errorf("a device code answered %d %s, want 90094", a.status, a.text)
	}
	boss := visit(t, s)
	if a := boss.open(authorizeURL(s, "scope", "Sites.Read.All Mail.Read", "login_hint", admin)); !strings.Contains(a.text, "on behalf of your organization") {
		t.Errorf("the administrator was shown %s, want to consent for everybody", a.text)
	}
	landing(t, boss.submit("accept", "all", "on"))
	if q := landing(t, v.open(to)); q.Get("code") == "" {
		t.Errorf("after the administrator's consent: %v, want a code at once", q)
	}
}

func TestAdminConsent(t *testing.T) {
	t.Parallel()
	opts := twoUsers()
	s := start(t, opts)
	to := func(tenant string, pairs ...string) string {
		q := form(append([]string{"client_id", clientID, "redirect_uri", homeURI, "state", "x", "scope", "https://graph.microsoft.com/Sites.Read.All"}, pairs...)...)
		return s.URL() + "/" + tenant + "/v2.0/adminconsent?" + q.Encode()
	}
	v := visit(t, s)
	a := v.open(to("organizations"))
	if a.status != 200 || !strings.Contains(a.text, "Sites.Read.All") || strings.Contains(a.text, sales) {
		t.Fatalf("admin consent answered %d %s, want the scope and administrators alone", a.status, a.text)
	}
	if q := landing(t, v.submit("decline", "user", admin)); q.Get("error") != "access_denied" || q.Get("state") != "x" {
		t.Errorf("cancel answered %v, want access_denied and the state", q)
	}
	v.open(to(s.TenantID()))
	if q := landing(t, v.submit("accept", "user", sales)); q.Get("error") != "access_denied" || q.Has("admin_consent") {
		t.Errorf("a normal user's consent answered %v, want access_denied", q)
	}
	v.open(to(s.TenantID()))
	want := form("admin_consent", "True", "tenant", s.TenantID(), "state", "x", "scope", "https://graph.microsoft.com/Sites.Read.All")
	if diff := cmp.Diff(want, landing(t, v.submit("accept", "user", admin))); diff != "" {
		t.Errorf("consent answered (-want +got):\n%s", diff)
	}
	if q := landing(t, visit(t, s).open(authorizeURL(s, "scope", "Sites.Read.All", "login_hint", sales))); q.Get("code") == "" {
		t.Errorf("a user's sign-in after consent answered %v, want a code at once", q)
	}
	for name, bad := range map[string]string{
		"common": to("common"), "another tenant": to("99998888-7777-4666-8555-444433332222"), "a stranger": to("organizations", "client_id", "x"),
		"an unregistered URI": to("organizations", "redirect_uri", "https://evil.example/"), "two resources": to("organizations", "scope", "a api://"+clientID+"/b"),
	} {
		if a := visit(t, s).open(bad); a.status != 400 || a.header.Get("Location") != "" {
			t.Errorf("%s: answered %d to %q, want a page with 400", name, a.status, a.header.Get("Location"))
		}
	}
	res, err := s.Client().PostForm(to("organizations"), form("action", "accept", "user", admin))
	if a := read(t, res, err); a.status != http.StatusForbidden {
		t.Errorf("a forged form answered %d, want 403", a.status)
	}
	opts.AutoApprove = admin
	auto := start(t, opts)
	if q := landing(t, visit(t, auto).open(strings.Replace(to("organizations"), s.URL(), auto.URL(), 1))); q.Get("admin_consent") != "True" {
		t.Errorf("automatic consent answered %v, want admin_consent=True", q)
	}
}
