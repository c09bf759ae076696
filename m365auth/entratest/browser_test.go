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
