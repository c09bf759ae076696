package entra

import (
	"fmt"
	"slices"
	"strings"

	"github.com/m365go/sdk/m365auth"
)

// scopeSpelling turns scopes into one form and back. Within this package the
// scopes of Graph are short ("Mail.Read"), those of others stand in full.
type scopeSpelling struct {
	// strip are the prefixes that mean Graph.
	strip []string
	// prefix is put before Graph's scopes on the wire; empty where Entra
	// takes a short scope as Graph's.
	prefix string
	// foreign are the prefixes that mean another cloud's Graph, for which this
	// cloud issues no token.
	foreign []string
}

func spellingFor(c m365auth.Cloud) scopeSpelling {
	own := c.GraphURL() + "/"
	clouds := m365auth.Clouds()
	s := scopeSpelling{strip: []string{own}}
	for _, known := range clouds {
		if !sameHost(known.GraphHost, c.GraphHost) {
			s.foreign = append(s.foreign, known.GraphURL()+"/")
		} else if !sameHost(known.GraphHost, clouds[0].GraphHost) {
			s.prefix = own // two clouds share a login host, so the name alone says too little
		}
	}
	if len(s.foreign) == len(clouds) {
		// A host of one's own stands for the global Graph, whose scopes
		// programs spell in full.
		s.strip, s.foreign = append(s.strip, s.foreign[0]), s.foreign[1:]
	}
	return s
}

func (s scopeSpelling) short(scope string) string {
	for _, p := range s.strip {
		if len(scope) > len(p) && strings.EqualFold(scope[:len(p)], p) {
			return scope[len(p):]
		}
	}
	return scope
}

// wire returns scopes as they are sent.
func (s scopeSpelling) wire(scopes []string) []string {
	out := make([]string, len(scopes))
	for i, scope := range scopes {
		if out[i] = scope; resourceOf(scope) == "" {
			out[i] = s.prefix + scope
		}
	}
	return out
}

// isReserved reports the scopes that every request implies. MSAL adds them, and
// fails if they are asked for and not listed in the answer.
func isReserved(scope string) bool {
	switch strings.ToLower(scope) {
	case "openid", "profile", "offline_access":
		return true
	}
	return false
}

// resourceOf returns what a full scope belongs to; empty for Graph.
func resourceOf(scope string) string {
	if i := strings.LastIndexByte(scope, '/'); i >= 0 {
		return scope[:i]
	}
	return ""
}

const defaultScope = ".default"

// normalise returns the scopes in short form, ordered, each once, without those
// that are implied.
func (s scopeSpelling) normalise(scopes []string) ([]string, error) {
	var out []string
	for _, field := range strings.Fields(strings.Join(scopes, " ")) {
		if short := s.short(field); !isReserved(short) && !containsFold(out, short) {
			out = append(out, short)
		}
	}
	slices.SortFunc(out, func(a, b string) int { return strings.Compare(strings.ToLower(a), strings.ToLower(b)) })
	op := fmt.Sprintf("use the scopes %q", scopes)
	if len(out) == 0 {
		return nil, configError(op, "name a permission such as User.Read; openid, profile and offline_access are implied")
	}
	for _, scope := range out {
		if containsFold(s.foreign, resourceOf(scope)+"/") {
			return nil, configError(op, "use the scopes of one cloud: "+strings.Join(s.strip, " or ")+" here, or short names such as User.Read")
		}
		if resourceOf(scope) != resourceOf(out[0]) {
			return nil, configError(op, "ask for one resource at a time")
		}
		if len(out) > 1 && strings.EqualFold(scope[strings.LastIndexByte(scope, '/')+1:], defaultScope) {
			return nil, configError(op, "ask for .default alone: it stands for all that is configured")
		}
	}
	return out, nil
}

// granted reads the scope field of an answer.
func (s scopeSpelling) granted(field string) []string {
	var out []string
	for _, scope := range strings.Fields(field) {
		if short := s.short(scope); !isReserved(short) && !containsFold(out, short) {
			out = append(out, short)
		}
	}
	return out
}

// missing returns those of asked that were not granted. A granted ".default"
// is not listed under that name.
func missing(asked, granted []string) []string {
	var out []string
	for _, scope := range asked {
		if !containsFold(granted, scope) && !strings.HasSuffix(strings.ToLower(scope), defaultScope) {
			out = append(out, scope)
		}
	}
	return out
}

func containsFold(list []string, s string) bool {
	return slices.ContainsFunc(list, func(have string) bool { return strings.EqualFold(have, s) })
}
