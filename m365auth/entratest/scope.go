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

	resource string // aud of the token; one request is for one
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
		if p := s.addScope(&sc, field); p != nil {
			return scopes{}, p
		}
	}
	if sc.all && len(sc.names) > 0 {
		// Entra refuses to mix what is configured with what is named.
		return scopes{}, newProblem(70011, raw)
	}
	if raw != "" && !sc.all && len(sc.names) == 0 && len(sc.openID) == 0 && !sc.offline {
		return scopes{}, newProblem(70011, raw)
	}
	if sc.resource == "" {
		sc.resource = s.opts.Audience
	}
	return sc, nil
}

// addScope reads one scope of a resource.
func (s *Server) addScope(sc *scopes, field string) *problem {
	resource, name, p := s.splitScope(field)
	if p != nil {
		return p
	}
	if sc.resource != "" && sc.resource != resource {
		return newProblem(28000, field) // a token is for one resource
	}
	sc.resource = resource
	switch {
	case name == ".default":
		sc.all = true
	case !containsFold(sc.names, name):
		sc.names = append(sc.names, name)
	default:
		return nil
	}
	sc.spelled[strings.ToLower(name)] = field
	if len(field) > len(name) {
		sc.prefix = field[:len(field)-len(name)]
	}
	return nil
}

// splitScope takes the resource off a scope, and refuses what is neither a
// scope of the audience nor one of a registered application.
func (s *Server) splitScope(field string) (audience, name string, _ *problem) {
	audience, name = s.opts.Audience, field
	if resource, last, ok := cutLast(field, "/"); ok {
		known := false
		if audience, known = s.opts.resource(resource); known {
			name = last
		} else if strings.Contains(field, "://") {
			return "", "", newProblem(500011, resource)
		}
	}
	for _, r := range name {
		switch {
		case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9', strings.ContainsRune("._-", r):
		default:
			return "", "", newProblem(70011, field)
		}
	}
	if name == "" {
		return "", "", newProblem(70011, field)
	}
	return audience, name, nil
}

// graphAppID is Microsoft Graph's own client id, which names it as its URI does.
const graphAppID = "00000003-0000-0000-c000-000000000000"

// resource returns the aud of tokens for a resource that is named by its URI,
// as api://ID, or by an application's id.
func (o *Options) resource(uri string) (audience string, ok bool) {
	uri = strings.TrimRight(uri, "/")
	if strings.EqualFold(uri, o.Audience) || uri == graphAppID || isGraph(o.Audience) && isGraph(uri) {
		return o.Audience, true
	}
	id := uri
	if len(id) > len("api://") && strings.EqualFold(id[:len("api://")], "api://") {
		id = id[len("api://"):]
	}
	for _, a := range o.Apps {
		if strings.EqualFold(a.ID, id) {
			return a.ID, true
		}
	}
	return "", false
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

func containsFold(list []string, name string) bool {
	return slices.ContainsFunc(list, func(have string) bool { return strings.EqualFold(have, name) })
}
