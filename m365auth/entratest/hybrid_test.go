package entratest_test

import (
	"crypto/sha256"
	"encoding/base64"
	"net/url"
	"strings"
	"testing"

	"github.com/m365go/sdk/m365auth/entratest"
)

// hybrid is a server whose one application may be answered with id_tokens.
func hybrid(t *testing.T) *entratest.Server {
	t.Helper()
	return start(t, &entratest.Options{
		Users: []entratest.User{{UPN: sales}}, AutoApprove: sales,
		Apps: []entratest.App{{ID: clientID, RedirectURIs: []string{homeURI}, IDTokens: true}},
	})
}

// fragment is what stands behind # in the address that a browser is led to.
func fragment(t *testing.T, a answer) url.Values {
	t.Helper()
	to, err := url.Parse(a.header.Get("Location"))
	if err != nil || to.Fragment == "" || to.RawQuery != "" {
		t.Fatalf("answered %d %s to %q, want an answer in a fragment", a.status, a.text, a.header.Get("Location"))
	}
	got, err := url.ParseQuery(to.EscapedFragment())
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestAuthorizeAnswersWithAnIDToken(t *testing.T) {
	t.Parallel()
	s := hybrid(t)
	got := fragment(t, visit(t, s).open(authorizeURL(s, "response_type", "id_token code")))
	token := claims(t, got.Get("id_token"))
	sum := sha256.Sum256([]byte(got.Get("code")))
	if token["c_hash"] != base64.RawURLEncoding.EncodeToString(sum[:16]) {
		t.Errorf("c_hash = %v, want half of the code's hash", token["c_hash"])
	}
	if token["nonce"] != "a nonce" || token["aud"] != clientID || got.Get("state") != "a state & more" {
		t.Errorf("the token says %v beside the state %q, want the nonce, the client and the state", token, got.Get("state"))
	}
	if tokens := redeem(t, s, got.Get("code")); tokens.status != 200 || tokens.str("access_token") == "" {
		t.Errorf("the code answered %d %s, want tokens", tokens.status, tokens.text)
	}

	req, err := s.Authorize(authorizeURL(s, "response_type", "id_token", "response_mode", "form_post"), sales)
	if err != nil {
		t.Fatal(err)
	}
	if err := req.ParseForm(); err != nil {
		t.Fatal(err)
	}
	if token := claims(t, req.PostForm.Get("id_token")); token["preferred_username"] != sales || token["c_hash"] != nil || req.PostForm.Has("code") {
		t.Errorf("posted %v with %v, want the person's id_token and no code", req.PostForm, token)
	}
}

func TestAnIDTokenIsNotAnsweredUnasked(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		enabled bool
		pairs   []string
		code    string
	}{
		"not enabled":      {false, nil, "AADSTS700054"},
		"access token":     {true, []string{"response_type", "id_token token", "response_mode", "fragment"}, "AADSTS700051"},
		"in a query":       {true, []string{"response_mode", "query"}, "AADSTS70007"},
		"without a nonce":  {true, []string{"nonce", ""}, "AADSTS900144"},
		"without openid":   {true, []string{"scope", "Mail.Read"}, "AADSTS70011"},
		"not enabled, two": {false, []string{"response_type", "code id_token"}, "AADSTS700054"},
	} {
		s := hybrid(t)
		if !test.enabled {
			s = start(t, &entratest.Options{Users: []entratest.User{{UPN: sales}}, AutoApprove: sales})
		}
		got := fragment(t, visit(t, s).open(authorizeURL(s, append([]string{"response_type", "id_token"}, test.pairs...)...)))
		if !strings.HasPrefix(got.Get("error_description"), test.code+": ") || got.Has("id_token") || got.Has("code") {
			t.Errorf("%s: answered %v, want %s and nothing else", name, got, test.code)
		}
	}
}
