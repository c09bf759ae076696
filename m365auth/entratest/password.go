package entratest

import (
	"crypto/subtle"
	"strings"
)

// withPassword redeems a user name and a password. It asks nobody, so consent
// has to be there, unless approval is automatic. https://learn.microsoft.com/entra/identity-platform/v2-oauth-ropc
func (s *Server) withPassword(c *call, app App) (grantOf, *problem) {
	switch tenant := strings.ToLower(c.PathValue("tenant")); {
	case tenant == "common" || tenant == "consumers":
		return grantOf{}, newProblem(9001023, "")
	case c.form.Get("password") == "":
		return grantOf{}, newProblem(900144, "password")
	}
	sc, p := s.parseScopes(c.form.Get("scope"))
	if p != nil {
		return grantOf{}, p
	}
	u, ok := s.opts.user(c.form.Get("username"))
	if !ok {
		return grantOf{}, newProblem(50034, c.form.Get("username"))
	}
	if u.Password == "" || subtle.ConstantTimeCompare([]byte(u.Password), []byte(c.form.Get("password"))) == 0 {
		return grantOf{}, newProblem(50126, "")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if p := s.enforced(u, 0); p != nil { // there is nobody to satisfy a policy
		return grantOf{}, p
	}
	consent := s.consented
	if s.opts.AutoApprove != "" {
		consent = s.consent
	}
	return s.signedIn(c.now, u, app, sc, consent)
}
