package entratest_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/m365go/sdk/m365auth/entratest"
)

// middleTier returns a server with a web API, and a token of a user for it.
func middleTier(t *testing.T, opts entratest.Options) (*entratest.Server, string) {
	t.Helper()
	opts.AutoApprove = admin
	opts.Users = twoUsers().Users
	opts.Apps = []entratest.App{{ID: clientID}, {ID: webID, Secrets: []string{secret}}, {ID: "other", Secrets: []string{secret}}}
	s := start(t, &opts)
	a := poll(t, s, begin(t, s, "api://"+webID+"/access_as_user"))
	if a.status != 200 || a.str("scope") != "api://"+webID+"/access_as_user" {
		t.Fatalf("sign-in to the web API answered %d %s, want its scope", a.status, a.text)
	}
	return s, a.str("access_token")
}

func onBehalf(t testing.TB, s *entratest.Server, token string, pairs ...string) answer {
	t.Helper()
	f := form("client_id", webID, "client_secret", secret, "grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer",
		"requested_token_use", "on_behalf_of", "assertion", token, "scope", "https://graph.microsoft.com/Mail.Read offline_access openid")
	for i := 0; i+1 < len(pairs); i += 2 {
		f.Set(pairs[i], pairs[i+1])
	}
	return post(t, s, "token", f)
}

func TestOnBehalfOf(t *testing.T) {
	t.Parallel()
	s, token := middleTier(t, entratest.Options{})
	if a := onBehalf(t, s, token); a.str("error") != "invalid_grant" || a.str("suberror") != "consent_required" || a.code() != 65001 {
		t.Errorf("without consent answered %d %s, want invalid_grant, consent_required with 65001", a.status, a.text)
	}
	if err := s.Consent(webID, "Mail.Read"); err != nil {
		t.Fatal(err)
	}
	a := onBehalf(t, s, token)
	if a.status != 200 {
		t.Fatalf("answered %d %s, want 200", a.status, a.text)
	}
	c := claims(t, a.str("access_token"))
	if c["upn"] != admin || c["azp"] != webID || c["azpacr"] != "1" || c["aud"] != s.Audience() || c["scp"] != "Mail.Read openid" || c["idtyp"] != "user" {
		t.Errorf("claims = %v, want the user at Graph through the web API", c)
	}
	again := post(t, s, "token", form("client_id", webID, "client_secret", secret, "grant_type", "refresh_token", "refresh_token", a.str("refresh_token")))
	if again.status != 200 {
		t.Errorf("its refresh token answered %d %s, want 200", again.status, again.text)
	}
	if a := onBehalf(t, s, token, "scope", "https://graph.microsoft.com/.default"); a.status != 200 || !strings.Contains(a.str("scope"), "https://graph.microsoft.com/.default") {
		t.Errorf(".default answered %d %s, want 200 and .default in the scope", a.status, a.text)
	}
	if a := onBehalf(t, s, token, "scope", "Mail.Read Mail.Send"); a.code() != 65001 {
		t.Errorf("one scope too many answered %d %s, want 65001", a.status, a.text)
	}
}

// An API trusts the issuer that its clients' metadata names, by whichever name they call.
func TestTokensForAnAPINameTheIssuerThatWasCalled(t *testing.T) {
	t.Parallel()
	s, _ := middleTier(t, entratest.Options{})
	if err := s.Consent(webID); err != nil {
		t.Fatal(err)
	}
	port := s.Host()[strings.LastIndex(s.Host(), ":"):]
	for _, root := range []string{s.URL(), "https://login.microsoftonline.com", "https://login.windows.net", "https://localhost" + port, "https://[::1]" + port} {
		call := func(f url.Values) answer {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL()+"/"+s.TenantID()+"/oauth2/v2.0/token", strings.NewReader(f.Encode()))
			if err != nil {
				t.Fatal(err)
			}
			req.Host = strings.TrimPrefix(root, "https://")
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			res, err := s.Client().Do(req)
			return read(t, res, err)
		}
		began := begin(t, s, "api://"+webID+"/access_as_user")
		token := call(form("client_id", clientID, "grant_type", "device_code", "device_code", began.str("device_code"))).str("access_token")
		if got, want := claims(t, token)["iss"], root+"/"+s.TenantID()+"/v2.0"; got != want {
			t.Errorf("iss = %v, want %s", got, want)
		}
		if a := onBehalf(t, s, token); a.status != 200 {
			t.Errorf("on behalf of, with the token by %s: %d %s", root, a.status, a.text)
		} else if got := claims(t, a.str("access_token"))["iss"]; got != s.Issuer() {
			t.Errorf("iss of Graph's token = %v, want the server's, %s", got, s.Issuer())
		}
	}
}

func TestOnBehalfOfRefusesOtherTokens(t *testing.T) {
	t.Parallel()
	c := newClock()
	s, token := middleTier(t, entratest.Options{Now: c.now})
	if err := s.Consent(webID); err != nil {
		t.Fatal(err)
	}
	graph, err := s.Token(admin)
	if err != nil {
		t.Fatal(err)
	}
	other, err := entratest.New(&entratest.Options{AutoApprove: admin, Apps: []entratest.App{{ID: clientID}, {ID: webID}}})
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	foreign := poll(t, other, begin(t, other, "api://"+webID+"/access_as_user")).str("access_token")
	self := post(t, s, "token", form("client_id", "other", "client_secret", secret, "grant_type", "client_credentials", "scope", "api://"+webID+"/.default")).str("access_token")
	for name, test := range map[string]struct {
		token string
		pairs []string
		code  int
	}{
		"for Graph":             {graph, nil, 500131},
		"for another API":       {token, []string{"client_id", "other"}, 500131},
		"of another server":     {foreign, nil, 50013},
		"changed":               {token[:len(token)-8] + "AAAAAAAA", nil, 50013},
		"no JWT":                {"x", nil, 50027},
		"none":                  {"", nil, 900144},
		"of an application":     {self, nil, 7000114},
		"no requested use":      {token, []string{"requested_token_use", ""}, 900144},
		"no scope":              {token, []string{"scope", ""}, 900144},
		"two resources":         {token, []string{"scope", "Mail.Read api://other/x"}, 28000},
		"a wrong secret":        {token, []string{"client_secret", "x"}, 7000215},
		"a public client's own": {token, []string{"client_id", clientID, "client_secret", ""}, 7000218},
	} {
		if a := onBehalf(t, s, test.token, test.pairs...); a.code() != test.code {
			t.Errorf("%s: answered %d %s, want the error %d", name, a.status, a.text, test.code)
		}
	}
	if err := s.Enforce(admin, 50076); err != nil {
		t.Fatal(err)
	}
	if a := onBehalf(t, s, token); a.code() != 50076 || a.str("claims") == "" {
		t.Errorf("with a policy answered %d %s, want 50076 and claims", a.status, a.text)
	}
	again := poll(t, s, begin(t, s, "api://"+webID+"/access_as_user"))
	if a := onBehalf(t, s, again.str("access_token")); a.status != 200 {
		t.Errorf("after the person signed in again answered %d %s, want 200", a.status, a.text)
	}
	if err := s.Enforce(admin, 0); err != nil {
		t.Fatal(err)
	}
	s.Revoke(admin)
	if a := onBehalf(t, s, token); a.code() != 50173 {
		t.Errorf("after Revoke answered %d %s, want 50173", a.status, a.text)
	}
	c.advance(time.Hour)
	if a := onBehalf(t, s, token); a.code() != 500133 {
		t.Errorf("after an hour answered %d %s, want 500133", a.status, a.text)
	}
}
