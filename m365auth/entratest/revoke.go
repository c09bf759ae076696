package entratest

import (
	"fmt"
	"net"
	"strconv"
	"strings"
)

// Revoke ends every sign-in of a user, as an administrator's "revoke sessions"
// or a new password does: refresh tokens are then answered with AADSTS50173,
// browsers have to sign in again, and [Server.Challenge] calls access tokens back.
// A user who is not known has none.
func (s *Server) Revoke(upn string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.families {
		if strings.EqualFold(f.user.UPN, upn) {
			f.revoked = true
		}
	}
	if u, ok := s.opts.user(upn); ok {
		s.sequence++
		s.revoked[u.ID] = s.sequence
	}
	s.callBack(upn)
}

// Recheck calls the access tokens of a user back, as when an administrator
// changes a policy or the user moves to another network: [Server.Challenge] then
// wants newer ones, which a refresh gives.
func (s *Server) Recheck(upn string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.callBack(upn)
}

func (s *Server) callBack(upn string) {
	if u, ok := s.opts.user(upn); ok {
		s.since[u.ID] = max(s.opts.Now().Unix(), s.since[u.ID]+1)
	}
}

// Challenge returns the claims, as JSON, that a resource with continuous access
// evaluation asks for instead of taking an access token: those of the header
//
//	WWW-Authenticate: Bearer error="insufficient_claims", claims="BASE64"
//
// It is empty for a token that is still good, for one whose client did not
// declare that it understands challenges (xms_cc), and for one that this server
// did not sign. https://learn.microsoft.com/entra/identity-platform/claims-challenge
func (s *Server) Challenge(token string) string {
	t, ok := s.own(token)
	if !ok || !containsFold(t.claims.Capable, "CP1") {
		return ""
	}
	since, gone := s.calledBack(t)
	if !gone {
		return ""
	}
	return fmt.Sprintf(`{"access_token":{"nbf":{"essential":true,"value":%q}}}`, strconv.FormatInt(since, 10))
}

// calledBack reports whether a token is older than its user's are to be, and
// from when on they count.
func (s *Server) calledBack(t *jwt) (since int64, gone bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	since = s.since[t.claims.ObjectID]
	return since, int64(t.claims.IssuedAt) < since
}

// own reads a token that this server signed.
func (s *Server) own(token string) (*jwt, bool) {
	t, err := parseJWT(token)
	if err != nil {
		return nil, false
	}
	k, err := tokenSigner()
	if err != nil {
		return nil, false
	}
	return t, t.header.KeyID == k.id && s.isIssuer(t.claims.Issuer) && t.signedBy(k.key.Public())
}

// isIssuer reports whether an iss is this server's, by its address or a real name.
func (s *Server) isIssuer(iss string) bool {
	root, ours := strings.CutSuffix(iss, "/"+s.opts.TenantID+"/v2.0")
	host, secure := strings.CutPrefix(root, "https://")
	_, known := s.Serves(host)
	if name, port, err := net.SplitHostPort(host); err == nil && isLoopback(name) {
		known = strings.HasSuffix(s.host, ":"+port)
	}
	return ours && secure && known
}

// policy is a conditional access policy for one person.
type policy struct {
	aadsts int
	began  int // a sign-in that began later satisfies one that asks for interaction
}

// Enforce puts a conditional access policy over a user: getting a token is then
// answered with the AADSTS number. A policy that asks the person for something
// (50076 for a second factor, 50078, 50079, 50158) is satisfied by a new
// sign-in; its error carries claims for that. Any other (53003 for a block,
// 50105, 50057) holds until it is lifted, with the number 0. An unknown user is an error.
// https://learn.microsoft.com/entra/identity-platform/v2-conditional-access-dev-guide
func (s *Server) Enforce(upn string, aadsts int) error {
	u, ok := s.opts.user(upn)
	if !ok {
		return fmt.Errorf("entratest: enforce a policy: no user is named %q", upn)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if aadsts == 0 {
		delete(s.policies, u.ID)
		return nil
	}
	s.sequence++
	s.policies[u.ID] = policy{aadsts: aadsts, began: s.sequence}
	return nil
}

// enforced is the policy that a sign-in does not satisfy. The caller holds the lock.
func (s *Server) enforced(u User, began int) *problem {
	rule, ok := s.policies[u.ID]
	if !ok {
		return nil
	}
	p := newProblem(rule.aadsts, "")
	switch rule.aadsts {
	case 50076, 50078, 50079, 50158:
		if began > rule.began {
			return nil
		}
		p.claims = fmt.Sprintf(`{"access_token":{"capolids":{"essential":true,"values":[%q]}}}`, guid("policy", strconv.Itoa(rule.aadsts)))
	}
	return p
}
