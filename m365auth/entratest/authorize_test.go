package entratest_test

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/m365go/sdk/m365auth/entratest"
)

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
	nonce := regexp.MustCompile(`<script nonce="(\w+)">`).FindStringSubmatch(a.text)
	if nonce == nil || !strings.Contains(a.header.Get("Content-Security-Policy"), "script-src 'nonce-"+nonce[1]+"'") {
		t.Errorf("the script of form_post has the nonce %q, want the one of the policy", nonce)
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

func TestLogoutLeadsHome(t *testing.T) {
	t.Parallel()
	s := start(t, &entratest.Options{Apps: []entratest.App{{ID: webID, Secrets: []string{secret}, RedirectURIs: []string{webHome + "?after=logout"}}}})
	to := s.URL() + "/common/oauth2/v2.0/logout"
	f := form("post_logout_redirect_uri", webHome+"?after=logout")
	if a := visit(t, s).open(to + "?" + f.Encode()); a.header.Get("Location") != webHome+"?after=logout" {
		t.Errorf("logout leads to %q, want the registered URI as it stands", a.header.Get("Location"))
	}
	f.Set("state", "x")
	res, err := visit(t, s).PostForm(to, f)
	if a := read(t, res, err); a.status != http.StatusFound || a.header.Get("Location") != webHome+"?after=logout&state=x" || !strings.Contains(a.header.Get("Set-Cookie"), "Max-Age=0") {
		t.Errorf("logout by POST answered %d to %q with cookie %q, want 302 home with the state, and no session",
			a.status, a.header.Get("Location"), a.header.Get("Set-Cookie"))
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
		{clientID, "https://localhost:1/signin-oidc", true},
		{clientID, "https://localhost.evil.example/", false},
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
