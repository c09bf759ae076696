package entratest_test

import (
	"crypto/sha256"
	"encoding/base64"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/m365go/sdk/m365auth/entratest"
)

const (
	verifier = "a-verifier-that-is-long-enough-for-the-protocol"
	homeURI  = "http://localhost:4321/done"
)

func challenge(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// authorizeURL is a good request of a public client, with changes in pairs; an
// empty value takes a parameter away.
func authorizeURL(s *entratest.Server, pairs ...string) string {
	q := form("client_id", clientID, "response_type", "code", "redirect_uri", homeURI, "scope", fullScope,
		"state", "a state & more", "nonce", "a nonce", "code_challenge", challenge(verifier), "code_challenge_method", "S256")
	for i := 0; i+1 < len(pairs); i += 2 {
		q.Set(pairs[i], pairs[i+1])
		if pairs[i+1] == "" {
			q.Del(pairs[i])
		}
	}
	return s.URL() + "/" + s.TenantID() + "/oauth2/v2.0/authorize?" + q.Encode()
}

// visitor is a browser that stops at redirects, and its current page.
type visitor struct {
	*http.Client
	t    *testing.T
	s    *entratest.Server
	page answer
}

func visit(t *testing.T, s *entratest.Server) *visitor {
	t.Helper()
	b := browser(t, s)
	b.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &visitor{Client: b, t: t, s: s}
}

func (v *visitor) open(to string) answer {
	v.t.Helper()
	res, err := v.Get(to)
	v.page = read(v.t, res, err)
	return v.page
}

var formAction = regexp.MustCompile(`<form method="post" action="([^"]*)"`)

// submit sends the page's form with the button and more fields.
func (v *visitor) submit(action string, pairs ...string) answer {
	v.t.Helper()
	m := formAction.FindStringSubmatch(v.page.text)
	if m == nil {
		v.t.Fatalf("the page has no form: %d %s", v.page.status, v.page.text)
	}
	f := form(pairs...)
	for _, h := range hidden.FindAllStringSubmatch(v.page.text, -1) {
		f.Set(h[1], html.UnescapeString(h[2]))
	}
	f.Set("action", action)
	to, err := url.Parse(v.s.URL())
	if err != nil {
		v.t.Fatal(err)
	}
	to, err = to.Parse(html.UnescapeString(m[1]))
	if err != nil {
		v.t.Fatal(err)
	}
	res, err := v.PostForm(to.String(), f)
	v.page = read(v.t, res, err)
	return v.page
}

// landing is the query of the redirect to the client, which is at home.
func landing(t *testing.T, a answer) url.Values {
	t.Helper()
	to, err := url.Parse(a.header.Get("Location"))
	if err != nil || a.status != http.StatusFound || !strings.HasPrefix(to.String(), homeURI+"?") {
		t.Fatalf("answered %d %s to %q, want 302 to %s", a.status, a.text, a.header.Get("Location"), homeURI)
	}
	return to.Query()
}

func redeem(t *testing.T, s *entratest.Server, code string, pairs ...string) answer {
	t.Helper()
	f := form("client_id", clientID, "grant_type", "authorization_code", "code", code, "redirect_uri", homeURI, "code_verifier", verifier)
	for i := 0; i+1 < len(pairs); i += 2 {
		f.Set(pairs[i], pairs[i+1])
	}
	return post(t, s, "token", f)
}

func TestAuthorizeAnswersInTheModeAskedFor(t *testing.T) {
	t.Parallel()
	s := start(t, &entratest.Options{AutoApprove: admin})
	if q := landing(t, visit(t, s).open(authorizeURL(s, "response_mode", "query"))); q.Get("code") == "" || q.Get("state") != "a state & more" {
		t.Errorf("query = %v, want a code and the state", q)
	}
	a := visit(t, s).open(authorizeURL(s, "response_mode", "fragment"))
	to, err := url.Parse(a.header.Get("Location"))
	if err != nil {
		t.Fatal(err)
	}
	if f, err := url.ParseQuery(to.EscapedFragment()); err != nil || f.Get("code") == "" || f.Get("state") != "a state & more" || to.RawQuery != "" {
		t.Errorf("location = %s, want a code and the state in the fragment alone (%v)", to, err)
	}
	v := visit(t, s)
	a = v.open(authorizeURL(s, "response_mode", "form_post"))
	fields := map[string]string{}
	for _, m := range hidden.FindAllStringSubmatch(a.text, -1) {
		fields[m[1]] = html.UnescapeString(m[2])
	}
	if a.status != 200 || fields["code"] == "" || fields["state"] != "a state & more" || !strings.Contains(a.text, `action="`+homeURI+`"`) {
		t.Errorf("form_post answered %d %s, want a form with code and state to %s", a.status, a.text, homeURI)
	}
	if csp := a.header.Get("Content-Security-Policy"); !strings.Contains(csp, "form-action 'self' http://localhost:4321;") {
		t.Errorf("Content-Security-Policy = %q, want the form to be allowed there alone", csp)
	}
	if tokens := redeem(t, s, fields["code"]); tokens.status != 200 || claims(t, tokens.str("id_token"))["nonce"] != "a nonce" {
		t.Errorf("the code answered %d %s, want tokens with the nonce", tokens.status, tokens.text)
	}
}

func TestAuthorizePageChoosesAndConsents(t *testing.T) {
	t.Parallel()
	s := start(t, twoUsers())
	v := visit(t, s)
	if a := v.open(authorizeURL(s)); a.status != 200 || !strings.Contains(a.text, "Pick an account") || !strings.Contains(a.text, "Sales &lt;Desk&gt;") {
		t.Fatalf("authorize answered %d %s, want the people", a.status, a.text)
	}
	a := v.submit("choose", "user", sales)
	for _, want := range []string{"Permissions requested", "Mail &amp; more", "Mail.Read", "offline_access", sales} {
		if !strings.Contains(a.text, want) {
			t.Errorf("the consent screen misses %q", want)
		}
	}
	if strings.Contains(a.text, "on behalf of your organization") {
		t.Error("the consent screen lets a normal user consent for everybody")
	}
	q := landing(t, v.submit("accept"))
	if tokens := redeem(t, s, q.Get("code")); claims(t, tokens.str("access_token"))["upn"] != sales {
		t.Errorf("the code answered %d %s, want a token of %s", tokens.status, tokens.text, sales)
	}
	// This browser knows the person now, and the person has consented.
	if q := landing(t, v.open(authorizeURL(s))); q.Get("code") == "" {
		t.Errorf("the second visit answered %v, want a code at once", q)
	}
	if q := landing(t, v.open(authorizeURL(s, "prompt", "none", "login_hint", sales))); q.Get("code") == "" {
		t.Errorf("prompt=none answered %v, want a code", q)
	}
	if a := v.open(authorizeURL(s, "prompt", "select_account")); !strings.Contains(a.text, "Pick an account") {
		t.Errorf("select_account answered %d %s, want the people", a.status, a.text)
	}
	if a := v.open(authorizeURL(s, "prompt", "consent")); !strings.Contains(a.text, "Permissions requested") {
		t.Errorf("prompt=consent answered %d %s, want the consent screen", a.status, a.text)
	}
	if a := v.open(authorizeURL(s, "prompt", "login", "login_hint", sales)); strings.Index(a.text, sales) > strings.Index(a.text, admin) {
		t.Errorf("prompt=login answered %s, want the hinted user first", a.text)
	}
	v.open(s.URL() + "/common/oauth2/v2.0/logout?post_logout_redirect_uri=" + url.QueryEscape("https://evil.example/"))
	if loc := v.page.header.Get("Location"); loc != "" || v.page.status != 200 {
		t.Errorf("logout answered %d to %q, want a page: the URI is nobody's", v.page.status, loc)
	}
	if q := landing(t, v.open(authorizeURL(s, "prompt", "none"))); q.Get("error") != "login_required" {
		t.Errorf("prompt=none after logout answered %v, want login_required", q)
	}
}

func TestAuthorizeTellsTheClientWhatWentWrong(t *testing.T) {
	t.Parallel()
	s := start(t, twoUsers())
	for name, test := range map[string]struct {
		pairs []string
		error string
		code  string
	}{
		"no response type":  {[]string{"response_type", ""}, "invalid_request", "AADSTS900144"},
		"token":             {[]string{"response_type", "token"}, "unsupported_response_type", "AADSTS700051"},
		"no scope":          {[]string{"scope", ""}, "invalid_request", "AADSTS900144"},
		"odd scope":         {[]string{"scope", "a<b"}, "invalid_scope", "AADSTS70011"},
		"two resources":     {[]string{"scope", "Mail.Read api://" + clientID + "/x"}, "invalid_request", "AADSTS28000"},
		"foreign resource":  {[]string{"scope", "https://other.example/x"}, "invalid_resource", "AADSTS500011"},
		"odd mode":          {[]string{"response_mode", "x"}, "unsupported_response_mode", "AADSTS70007"},
		"odd prompt":        {[]string{"prompt", "x"}, "invalid_request", "AADSTS90023"},
		"short challenge":   {[]string{"code_challenge", "x"}, "invalid_request", "AADSTS501491"},
		"method alone":      {[]string{"code_challenge", ""}, "invalid_request", "AADSTS501491"},
		"odd method":        {[]string{"code_challenge_method", "S512"}, "invalid_request", "AADSTS9002313"},
		"claims no JSON":    {[]string{"claims", "eyJ9"}, "invalid_request", "AADSTS9002313"},
		"nobody signed in":  {[]string{"prompt", "none"}, "login_required", "AADSTS50058"},
		"none, hinted only": {[]string{"prompt", "none", "login_hint", sales}, "login_required", "AADSTS50058"},
	} {
		q := landing(t, visit(t, s).open(authorizeURL(s, test.pairs...)))
		if q.Get("error") != test.error || !strings.HasPrefix(q.Get("error_description"), test.code+": ") || q.Get("state") != "a state & more" {
			t.Errorf("%s: answered %v, want %s with %s and the state", name, q, test.error, test.code)
		}
		if q.Has("code") {
			t.Errorf("%s: answered a code", name)
		}
	}
	v := visit(t, s)
	v.open(authorizeURL(s))
	if q := landing(t, v.submit("decline", "user", sales)); q.Get("error") != "access_denied" || !strings.Contains(q.Get("error_description"), "AADSTS65004") {
		t.Errorf("cancel answered %v, want access_denied with 65004", q)
	}
	v.open(authorizeURL(s))
	v.submit("choose", "user", sales)
	landing(t, v.submit("accept"))
	if q := landing(t, v.open(authorizeURL(s, "prompt", "none", "login_hint", admin))); q.Get("error") != "interaction_required" {
		t.Errorf("prompt=none for another user answered %v, want interaction_required", q)
	}
	if q := landing(t, v.open(authorizeURL(s, "prompt", "none", "scope", "Mail.Send"))); q.Get("error") != "consent_required" {
		t.Errorf("prompt=none with a new scope answered %v, want consent_required", q)
	}
}

func TestAuthorizeNeverRedirectsToAStranger(t *testing.T) {
	t.Parallel()
	const web = "https://connector.contoso.example/callback"
	s := start(t, &entratest.Options{AutoApprove: admin, Apps: []entratest.App{
		{ID: clientID}, {ID: webID, Secrets: []string{secret}, RedirectURIs: []string{web, "http://localhost/done"}},
	}})
	for _, test := range []struct {
		client, to string
		ok         bool
	}{
		{clientID, "http://localhost:1", true},
		{clientID, "http://127.0.0.1:1/x", true},
		{clientID, "http://[::1]:1/x", true},
		{clientID, "https://localhost:1", false},
		{clientID, web, false},
		{clientID, "http://localhost.evil.example/", false},
		{clientID, "http://user@localhost/", false},
		{clientID, "http://localhost/#x", false},
		{clientID, "javascript:alert(1)", false},
		{clientID, "//evil.example", false},
		{clientID, "", false},
		{webID, web, true},
		{webID, web + "/", false},
		{webID, web + "?x=1", false},
		{webID, "HTTPS://connector.contoso.example/callback", false},
		{webID, "https://connector.contoso.example.evil.example/callback", false},
		{webID, "https://connector.contoso.example@evil.example/callback", false},
		{webID, "https://connector.contoso.example/callback\\@evil.example", false},
		{webID, "http://localhost:99/done", true},
		{webID, "http://localhost:99/other", false},
		{webID, "http://127.0.0.1:99/done", false},
		{"unknown", web, false},
		{"", web, false},
	} {
		for _, more := range [][]string{nil, {"prompt", "none"}, {"response_type", "x"}, {"response_mode", "x"}} {
			a := visit(t, s).open(authorizeURL(s, append([]string{"client_id", test.client, "redirect_uri", test.to}, more...)...))
			sent := a.header.Get("Location") != ""
			if sent != test.ok || !sent && (a.status != 400 || !strings.Contains(a.text, `role="alert"`)) {
				t.Errorf("client %s to %q with %q: %d to %q, want a redirect: %t", test.client, test.to, more, a.status, a.header.Get("Location"), test.ok)
			}
		}
	}
	if a := visit(t, s).open(s.URL() + "/99998888-7777-4666-8555-444433332222/oauth2/v2.0/authorize?client_id=" + clientID); a.status != 400 || !strings.Contains(a.text, "AADSTS90002") {
		t.Errorf("another tenant answered %d %s, want a page with 90002", a.status, a.text)
	}
}

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
