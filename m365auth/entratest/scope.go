package entratest

import (
	"slices"
	"strings"
)

// scopes is a request's scope parameter, understood.
// https://learn.microsoft.com/entra/identity-platform/scopes-oidc
type scopes struct {
	names   []string // of the resource, short, as first spelled
	openID  []string // openid, profile and email, as far as asked for
	offline bool     // offline_access: a refresh token is wanted
	all     bool     // .default: what the registration lists
	spelled map[string]string
	prefix  string // how the client spells the resource: "" or "https://graph.microsoft.com/"
}

func (s *Server) parseScopes(raw string) (scopes, *problem) {
	sc := scopes{spelled: map[string]string{}}
	for _, field := range strings.Fields(raw) {
		switch lower := strings.ToLower(field); lower {
		case "offline_access":
			sc.offline = true
			continue
		case "openid", "profile", "email":
			if !slices.Contains(sc.openID, lower) {
				sc.openID = append(sc.openID, lower)
			}
			continue
		}
		name, p := s.shortScope(field)
		switch {
		case p != nil:
			return scopes{}, p
		case name == ".default":
			sc.all = true
		case !containsFold(sc.names, name):
			sc.names = append(sc.names, name)
		default:
			continue
		}
		sc.spelled[strings.ToLower(name)] = field
		if len(field) > len(name) {
			sc.prefix = field[:len(field)-len(name)]
		}
	}
	if sc.all && len(sc.names) > 0 {
		// Entra refuses to mix what is configured with what is named.
		return scopes{}, newProblem(70011, raw)
	}
	if raw != "" && !sc.all && len(sc.names) == 0 && len(sc.openID) == 0 && !sc.offline {
		return scopes{}, newProblem(70011, raw)
	}
	return sc, nil
}

// shortScope takes the resource off a scope, and refuses what is not a scope
// of the audience.
func (s *Server) shortScope(field string) (string, *problem) {
	name := field
	if prefix := s.opts.Audience + "/"; len(field) > len(prefix) && strings.EqualFold(field[:len(prefix)], prefix) {
		name = field[len(prefix):]
	} else if resource, _, ok := cutLast(field, "/"); ok && strings.Contains(field, "://") {
		return "", newProblem(500011, resource)
	}
	for _, r := range name {
		switch {
		case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9', strings.ContainsRune("._-", r):
		default:
			return "", newProblem(70011, field)
		}
	}
	return name, nil
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

// answer is the scope of an answer: what was granted, spelled as the client
// spelled it, since clients compare texts. offline_access never comes back.
func (sc scopes) answer(granted []string) string {
	var out []string
	for _, name := range granted {
		if as, ok := sc.spelled[strings.ToLower(name)]; ok {
			out = append(out, as)
		} else {
			out = append(out, sc.prefix+name)
		}
	}
	if sc.all {
		out = append(out, sc.spelled[".default"])
	}
	return strings.Join(append(out, sc.openID...), " ")
}

// consentKey is whom a person has allowed to act for them.
type consentKey struct{ userID, clientID string }

// consent records that a person agreed to scopes, and returns all that they
// have agreed to: Entra puts every one of them into each token.
func (s *Server) consent(u User, a App, sc scopes) []string {
	key := consentKey{u.ID, strings.ToLower(a.ID)}
	add := sc.names
	if sc.all {
		add = a.Scopes
	}
	have := s.consents[key]
	for _, name := range add {
		if !containsFold(have, name) {
			have = append(have, name)
		}
	}
	s.consents[key] = have
	return slices.Clone(have)
}

// consented returns all that a person has agreed to, or AADSTS65001 where a
// scope is not among it.
func (s *Server) consented(u User, a App, sc scopes) ([]string, *problem) {
	have := s.consents[consentKey{u.ID, strings.ToLower(a.ID)}]
	for _, name := range sc.names {
		if !containsFold(have, name) {
			return nil, newProblem(65001, a.ID)
		}
	}
	return slices.Clone(have), nil
}

func containsFold(list []string, name string) bool {
	return slices.ContainsFunc(list, func(have string) bool { return strings.EqualFold(have, name) })
}
