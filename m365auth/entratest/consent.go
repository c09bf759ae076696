package entratest

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// defaultAdminScopes are the commonest delegated permissions of Microsoft Graph
// that need an administrator; patterns of [path.Match].
// https://learn.microsoft.com/graph/permissions-reference
var defaultAdminScopes = []string{
	"Application.*", "AuditLog.Read.All", "ChannelMember.*", "ChannelMessage.Read.All", "DeviceManagement*", "Directory.*",
	"Group.*", "GroupMember.*", "Organization.Read*", "Policy.*", "Reports.Read.All", "RoleManagement.*", "SecurityEvents.*",
	"Sites.*.All", "TeamMember.*", "TeamSettings.*", "User.Export.All", "User.Read.All", "User.ReadWrite.All",
}

// consentKey is whom somebody has allowed to act for them at a resource. An
// empty user is everybody: an administrator has consented.
type consentKey struct{ userID, clientID, resource string }

func keyOf(u User, a App, resource string) consentKey {
	return consentKey{u.ID, strings.ToLower(a.ID), resource}
}

// wanted is what a request asks for at its resource.
func (sc scopes) wanted(a App, audience string) []string {
	if sc.all && sc.resource == audience {
		return a.Scopes
	}
	if sc.all {
		return []string{"user_impersonation"} // what a registration of an API begins with
	}
	return sc.names
}

// listed is what a person reads of a request.
func (sc scopes) listed(a App, audience string) []string {
	names := slices.Concat(sc.wanted(a, audience), sc.openID)
	if sc.offline {
		names = append(names, "offline_access")
	}
	return names
}

// allowed is all that a user or the administrator has consented to. The caller
// holds the lock.
func (s *Server) allowed(u User, a App, resource string) []string {
	have := slices.Clone(s.consents[keyOf(u, a, resource)])
	if a.AdminConsent && resource == s.opts.Audience && !s.opts.registered(a.ID) {
		have = append(have, a.Scopes...) // nobody could consent for Options.Others before
	}
	for _, name := range s.consents[keyOf(User{}, a, resource)] {
		if !containsFold(have, name) {
			have = append(have, name)
		}
	}
	return have
}

// consent records that a person agreed to scopes, and returns all that they
// have agreed to: Entra puts every one of them into each token. What only an
// administrator may agree to is AADSTS90094 for anybody else.
func (s *Server) consent(u User, a App, sc scopes) ([]string, *problem) {
	have := s.allowed(u, a, sc.resource)
	for _, name := range sc.wanted(a, s.opts.Audience) {
		if containsFold(have, name) {
			continue
		}
		if !u.Admin && sc.resource == s.opts.Audience && s.opts.needsAdmin(name) {
			return nil, newProblem(90094, "")
		}
		have = append(have, name)
	}
	s.consents[keyOf(u, a, sc.resource)] = slices.Clone(have)
	return have, nil
}

// consented returns all that a person has agreed to, or AADSTS65001 where a
// scope is not among it. For .default, something is enough.
func (s *Server) consented(u User, a App, sc scopes) ([]string, *problem) {
	have := s.allowed(u, a, sc.resource)
	if sc.all && len(have) == 0 {
		return nil, newProblem(65001, a.ID)
	}
	for _, name := range sc.names {
		if !containsFold(have, name) {
			return nil, newProblem(65001, a.ID)
		}
	}
	return have, nil
}

// needsAdmin reports whether only an administrator can consent to a scope.
func (o *Options) needsAdmin(name string) bool {
	return slices.ContainsFunc(o.AdminScopes, func(pattern string) bool {
		match, err := path.Match(strings.ToLower(pattern), strings.ToLower(name))
		return err == nil && match
	})
}

// Consent records that an administrator consents, for everybody, to scopes of an
// application, as the admin consent endpoint does. Scopes are short or full; none
// means those of the registration. An unknown application or scope is an error.
func (s *Server) Consent(clientID string, scopes ...string) error {
	app, ok := s.opts.app(clientID)
	if !ok {
		return fmt.Errorf("entratest: consent: no application has the id %q", clientID)
	}
	if len(scopes) == 0 {
		scopes = []string{".default"}
	}
	sc, p := s.parseScopes(strings.Join(scopes, " "))
	if p != nil {
		return fmt.Errorf("entratest: consent: %w", p)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.consentForAll(app, sc)
	return nil
}

func (s *Server) consentForAll(a App, sc scopes) {
	key := keyOf(User{}, a, sc.resource)
	for _, name := range sc.wanted(a, s.opts.Audience) {
		if !containsFold(s.consents[key], name) {
			s.consents[key] = append(s.consents[key], name)
		}
	}
}

// WithdrawConsent forgets every consent to an application, of its users and of
// the administrator. Refreshes are then answered with AADSTS65001; access tokens
// live on.
func (s *Server) WithdrawConsent(clientID string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for key := range s.consents {
		if strings.EqualFold(key.clientID, clientID) {
			delete(s.consents, key)
		}
	}
}
