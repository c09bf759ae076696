package entratest

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"strings"
	"time"
)

// authorizationLifetime is how long an authorization code works.
const authorizationLifetime = 10 * time.Minute

// authorizationCode is a sign-in in a browser that the client has not redeemed.
type authorizationCode struct {
	request  authorization
	user     User
	expires  time.Time
	redeemed bool
}

// newCode records that a person signed in, and returns the code for the client.
func (s *Server) newCode(now time.Time, a authorization, u User) string {
	code := refreshPrefix + rand.Text() + rand.Text()
	s.mu.Lock()
	defer s.mu.Unlock()
	for key, old := range s.codes {
		if now.After(old.expires.Add(authorizationLifetime)) {
			delete(s.codes, key)
		}
	}
	s.codes[sha256.Sum256([]byte(code))] = &authorizationCode{request: a, user: u, expires: now.Add(authorizationLifetime)}
	s.issued = appendBounded(s.issued, code)
	return code
}

// redeemAuthorization redeems an authorization code: once, for the client, the
// redirect URI and the verifier that it was made for.
// https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow
func (s *Server) redeemAuthorization(c *call, app App) (grantOf, *problem) {
	s.mu.Lock()
	defer s.mu.Unlock()
	code, ok := s.codes[sha256.Sum256([]byte(c.form.Get("code")))]
	if !ok || !strings.EqualFold(code.request.app.ID, app.ID) {
		return grantOf{}, newProblem(70000, "code")
	}
	switch {
	case code.redeemed:
		return grantOf{}, newProblem(54005, "")
	case !c.now.Before(code.expires):
		return grantOf{}, newProblem(70008, "")
	case c.form.Get("redirect_uri") == "":
		return grantOf{}, newProblem(900144, "redirect_uri")
	case c.form.Get("redirect_uri") != code.request.redirect:
		return grantOf{}, newProblem(500112, c.form.Get("redirect_uri"))
	case code.request.challenge != "" && c.form.Get("code_verifier") == "":
		return grantOf{}, newProblem(50148, "")
	case !code.request.verifies(c.form.Get("code_verifier")):
		return grantOf{}, newProblem(501481, "")
	}
	code.redeemed = true
	g, p := s.signedIn(c.now, code.user, app, code.request.scopes, s.consent)
	g.nonce = code.request.nonce
	return g, p
}

// verifies reports whether the client is the one that began (RFC 7636). Without a
// challenge there must be no verifier either, or whoever took the challenge away
// would go unnoticed.
func (a *authorization) verifies(verifier string) bool {
	want := a.challenge
	if want == "" {
		return verifier == ""
	}
	if a.method == "S256" {
		sum := sha256.Sum256([]byte(verifier))
		verifier = base64.RawURLEncoding.EncodeToString(sum[:])
	}
	return subtle.ConstantTimeCompare([]byte(verifier), []byte(want)) == 1
}
