package entratest_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/m365go/sdk/m365auth/entratest"
)

// codeFor returns a code for a user's sign-in.
func codeFor(t testing.TB, s *entratest.Server, upn string, pairs ...string) string {
	t.Helper()
	req, err := s.Authorize(authorizeURL(s, pairs...), upn)
	if err != nil {
		t.Fatalf("Authorize() error: %v", err)
	}
	if req.URL.Query().Get("code") == "" {
		t.Fatalf("Authorize() leads to %s, want a code", req.URL)
	}
	return req.URL.Query().Get("code")
}

func TestCodesAreBound(t *testing.T) {
	t.Parallel()
	const other = "55556666-ffff-4777-8888-bbbbccccdddd"
	for name, test := range map[string]struct {
		authorize, redeem []string
		code              int // 0: works
	}{
		"S256":                   {nil, nil, 0},
		"plain":                  {[]string{"code_challenge", verifier, "code_challenge_method", "plain"}, nil, 0},
		"plain by default":       {[]string{"code_challenge", verifier, "code_challenge_method", ""}, nil, 0},
		"no PKCE":                {[]string{"code_challenge", "", "code_challenge_method", ""}, []string{"code_verifier", ""}, 0},
		"wrong verifier":         {nil, []string{"code_verifier", verifier + "x"}, 501481},
		"the challenge itself":   {nil, []string{"code_verifier", challenge(verifier)}, 501481},
		"no verifier":            {nil, []string{"code_verifier", ""}, 50148},
		"challenge taken away":   {[]string{"code_challenge", "", "code_challenge_method", ""}, nil, 501481},
		"another redirect URI":   {nil, []string{"redirect_uri", "http://localhost:4322/done"}, 500112},
		"no redirect URI":        {nil, []string{"redirect_uri", ""}, 900144},
		"another client":         {nil, []string{"client_id", other}, 70000},
		"no code":                {nil, []string{"code", ""}, 900144},
		"a made-up code":         {nil, []string{"code", "1.AAAA"}, 70000},
		"scopes do not widen it": {nil, []string{"scope", "Mail.Send"}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := start(t, &entratest.Options{Apps: []entratest.App{{ID: clientID}, {ID: other}}})
			code := codeFor(t, s, admin, test.authorize...)
			a := redeem(t, s, code, test.redeem...)
			if a.code() != test.code || (a.status == 200) != (test.code == 0) {
				t.Fatalf("answered %d %s, want the error %d", a.status, a.text, test.code)
			}
			if test.code == 0 && a.str("scope") != "Mail.Read openid profile" {
				t.Errorf("scope = %q, want that of the sign-in", a.str("scope"))
			}
		})
	}
}

func TestCodesWorkOnceAndTenMinutes(t *testing.T) {
	t.Parallel()
	c := newClock()
	s := start(t, &entratest.Options{Now: c.now})
	first, late, last := codeFor(t, s, admin), codeFor(t, s, admin), codeFor(t, s, admin)
	if a := redeem(t, s, first); a.status != 200 || a.str("refresh_token") == "" {
		t.Errorf("the first use answered %d %s, want tokens", a.status, a.text)
	}
	if a := redeem(t, s, first); a.str("error") != "invalid_grant" || a.code() != 54005 {
		t.Errorf("the second use answered %d %s, want invalid_grant with 54005", a.status, a.text)
	}
	c.advance(10*time.Minute - time.Second)
	if a := redeem(t, s, last); a.status != 200 {
		t.Errorf("after 9:59 answered %d %s, want 200", a.status, a.text)
	}
	c.advance(time.Second)
	if a := redeem(t, s, late); a.str("error") != "invalid_grant" || a.code() != 70008 {
		t.Errorf("after 10:00 answered %d %s, want invalid_grant with 70008", a.status, a.text)
	}
	c.advance(time.Hour)
	codeFor(t, s, admin)
	if a := redeem(t, s, late); a.code() != 70000 {
		t.Errorf("long after answered %d %s, want 70000: it is forgotten", a.status, a.text)
	}
}

func TestACodeIsRedeemedOnceHoweverManyTry(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	code := codeFor(t, s, admin)
	answers := make(chan int, 20)
	for range cap(answers) {
		go func() {
			res, err := s.Client().PostForm(s.URL()+"/common/oauth2/v2.0/token", form("client_id", clientID, "grant_type", "authorization_code",
				"code", code, "redirect_uri", homeURI, "code_verifier", verifier))
			if err != nil {
				answers <- 0
				return
			}
			res.Body.Close()
			answers <- res.StatusCode
		}()
	}
	count := map[int]int{}
	for range cap(answers) {
		count[<-answers]++
	}
	if count[200] != 1 || count[400] != cap(answers)-1 {
		t.Errorf("answered %v, want 200 once and 400 else", count)
	}
}

func TestAuthorizePlaysTheBrowser(t *testing.T) {
	t.Parallel()
	s := start(t, twoUsers())
	req, err := s.Authorize(authorizeURL(s, "response_mode", "form_post"), sales)
	if err != nil {
		t.Fatalf("Authorize() error: %v", err)
	}
	if err := req.ParseForm(); err != nil || req.Method != http.MethodPost || req.PostForm.Get("state") != "a state & more" || req.PostForm.Get("code") == "" {
		t.Errorf("form_post gives %s with %v, want a POST with code and state (%v)", req.Method, req.PostForm, err)
	}
	req, err = s.Authorize(authorizeURL(s, "response_mode", "fragment"), sales)
	if err != nil || !strings.Contains(req.URL.Fragment, "code=") {
		t.Errorf("fragment leads to %v, want the code there (%v)", req.URL, err)
	}
	req, err = s.Authorize(authorizeURL(s), "")
	if err != nil || req.URL.Query().Get("error") != "access_denied" {
		t.Errorf("nobody leads to %v, want access_denied (%v)", req.URL, err)
	}
	req, err = s.Authorize(authorizeURL(s, "scope", "a<b"), sales)
	if err != nil || req.URL.Query().Get("error") != "invalid_scope" {
		t.Errorf("an odd scope leads to %v, want invalid_scope (%v)", req.URL, err)
	}
	for name, bad := range map[string][2]string{
		"a stranger":          {authorizeURL(s), "nobody@contoso.example"},
		"an unregistered URI": {authorizeURL(s, "redirect_uri", "https://evil.example/"), sales},
		"another page":        {s.URL() + "/devicelogin", sales},
		"another tenant":      {s.URL() + "/99998888-7777-4666-8555-444433332222/oauth2/v2.0/authorize?client_id=" + clientID, sales},
		"no URL":              {"http://[::1", sales},
	} {
		if req, err := s.Authorize(bad[0], bad[1]); err == nil {
			t.Errorf("%s leads to %s, want an error", name, req.URL)
		}
	}
}

func TestForgedDecisionsAreRefused(t *testing.T) {
	t.Parallel()
	s := start(t, twoUsers())
	victim, attacker := visit(t, s), visit(t, s)
	victim.open(authorizeURL(s))
	attacker.open(authorizeURL(s))
	foreign := hidden.FindStringSubmatch(attacker.page.text)[2]
	for name, f := range map[string]url.Values{
		"no token":         form("csrf", "", "action", "accept", "user", sales),
		"another's token":  form("csrf", foreign, "action", "accept", "user", sales),
		"a forged decline": form("csrf", foreign, "action", "decline"),
	} {
		res, err := victim.PostForm(authorizeURL(s), f)
		if a := read(t, res, err); a.status != http.StatusForbidden || a.header.Get("Location") != "" {
			t.Errorf("%s: answered %d to %q, want 403", name, a.status, a.header.Get("Location"))
		}
	}
	for action, user := range map[string]string{"accept": "nobody@contoso.example", "": sales} {
		victim.open(authorizeURL(s))
		if a := victim.submit(action, "user", user); a.status != http.StatusBadRequest {
			t.Errorf("the action %q of %s answered %d, want 400", action, user, a.status)
		}
	}
}

func TestRequestsByPOSTAreTaken(t *testing.T) {
	t.Parallel()
	s := start(t, &entratest.Options{AutoApprove: sales, Users: twoUsers().Users})
	v := visit(t, s)
	to, err := url.Parse(authorizeURL(s, "login_hint", admin))
	if err != nil {
		t.Fatal(err)
	}
	res, err := v.PostForm(s.URL()+to.Path, to.Query())
	q := landing(t, read(t, res, err))
	if a := redeem(t, s, q.Get("code")); claims(t, a.str("access_token"))["upn"] != admin {
		t.Errorf("the code answered %d %s, want a token of the hinted user", a.status, a.text)
	}
}
