package config

import (
	"fmt"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/m365go/sdk/m365auth"
)

func oneOf(names ...string) func(value) *fault {
	return func(v value) *fault {
		if slices.Contains(names, v.text) {
			return nil
		}
		return &fault{"is not a known value", "use one of " + strings.Join(names, ", ")}
	}
}

func between(low, high int) func(value) *fault {
	return func(v value) *fault {
		if low <= v.number && v.number <= high {
			return nil
		}
		return &fault{"is out of range", fmt.Sprintf("use %d to %d", low, high)}
	}
}

func checkMethod(v value) *fault {
	var names []string
	for _, m := range m365auth.Methods() {
		names = append(names, string(m))
	}
	return oneOf(names...)(v)
}

var tenantName = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$`)

func checkTenant(v value) *fault {
	if tenantName.MatchString(v.text) {
		return nil
	}
	return &fault{"is not a tenant", "use the tenant's GUID or domain, or common, organizations or consumers"}
}

// reserved are the scopes of signing in, which MSAL adds itself; asked for by
// name it takes them for declined.
// https://learn.microsoft.com/entra/identity-platform/scopes-oidc
var reserved = []string{"openid", "profile", "offline_access"}

// stripReserved drops the reserved scopes and repetitions.
func stripReserved(scopes []string) []string {
	var kept []string
	for _, s := range scopes {
		if !slices.Contains(reserved, strings.ToLower(s)) && !slices.Contains(kept, s) {
			kept = append(kept, s)
		}
	}
	return kept
}

func checkScopes(v value) *fault {
	scopes := stripReserved(v.list)
	if len(scopes) == 0 {
		return &fault{"asks for no permission", "name one such as User.Read, or remove the key"}
	}
	isDefault := func(s string) bool { return s == ".default" || strings.HasSuffix(s, "/.default") }
	if len(scopes) > 1 && slices.ContainsFunc(scopes, isDefault) {
		return &fault{"mixes .default with other scopes", "keep .default alone, or name every scope"}
	}
	return nil
}

// parseHTTPS accepts an address that holds nothing but https, a host and a path.
func parseHTTPS(text string) (*url.URL, *fault) {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.ForceQuery ||
		u.Fragment != "" || u.RawPath != "" || strings.Contains(text, "#") {
		return nil, &fault{"is not a plain https address", "write it like https://graph.microsoft.com"}
	}
	return u, nil
}

func checkAuthority(v value) *fault {
	if _, f := parseHTTPS(v.text); f != nil {
		return f
	}
	if !tenantName.MatchString(authorityTenant(v.text)) {
		return &fault{"does not end in a tenant", "write it like https://login.microsoftonline.com/common"}
	}
	return nil
}

// authorityTenant is the only element of an authority's path; "" if it cannot
// be read.
func authorityTenant(text string) string {
	u, err := url.Parse(text)
	if err != nil {
		return ""
	}
	return strings.TrimSuffix(strings.TrimPrefix(u.Path, "/"), "/")
}

func checkBaseURL(v value) *fault {
	u, f := parseHTTPS(v.text)
	if f == nil && strings.Trim(u.Path, "/") != "" {
		f = &fault{"has a path", "write the root, and the version as api_version"}
	}
	return f
}

// checkRedirect follows Entra's rule: https, or http to this machine.
// https://learn.microsoft.com/entra/identity-platform/reply-url
func checkRedirect(v value) *fault {
	u, err := url.Parse(v.text)
	if err == nil && u.Host != "" && u.User == nil && u.Fragment == "" {
		ip := net.ParseIP(u.Hostname())
		loopback := u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
		if u.Scheme == "https" || u.Scheme == "http" && loopback {
			return nil
		}
	}
	return &fault{"is not an address to come back to", "use https, or http://localhost on this machine"}
}
