package entra

import (
	"fmt"
	"strings"

	"github.com/m365go/sdk/m365auth"
)

// checkCloud refuses a login host with the Graph host of another national
// cloud: the one issues no token for the other. Hosts outside of the table are
// taken as they are; an emulator may stand for either.
// https://learn.microsoft.com/graph/deployments
func checkCloud(c m365auth.Cloud) error {
	if err := c.Check(); err != nil {
		return err
	}
	var login, graph, both bool
	var hosts []string
	for _, known := range m365auth.Clouds() {
		atLogin, atGraph := sameHost(c.LoginHost, known.LoginHost), sameHost(c.GraphHost, known.GraphHost)
		login, graph, both = login || atLogin, graph || atGraph, both || atLogin && atGraph
		hosts = append(hosts, fmt.Sprintf("%s: %s with %s", known.Name, known.LoginHost, known.GraphHost))
	}
	if login && graph && !both {
		return configError(fmt.Sprintf("sign in at %s for %s", c.LoginHost, c.GraphHost),
			"use the hosts of one cloud ("+strings.Join(hosts, "; ")+")")
	}
	return nil
}

// appSpelling is the spelling of an application's own permissions, whose
// resource is always named: Entra has no default for it.
// https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
func appSpelling(c m365auth.Cloud) scopeSpelling {
	s := spellingFor(c)
	s.prefix = c.GraphURL() + "/"
	return s
}

// checkAppScopes refuses what only a person can grant: an application's own
// token has all that an administrator agreed to, under the name .default.
func checkAppScopes(scopes []string) error {
	if len(scopes) == 1 && strings.EqualFold(scopes[0][strings.LastIndexByte(scopes[0], '/')+1:], defaultScope) {
		return nil
	}
	return configError(fmt.Sprintf("use the scopes %q for an application's own token", scopes),
		"leave scopes out: permissions of type Application are given in the app registration, and an administrator agrees to them")
}

// isDefault reports whether the configuration left the scopes to us.
func isDefault(scopes []string) bool {
	for _, scope := range m365auth.DefaultScopes() {
		if !containsFold(scopes, scope) {
			return false
		}
	}
	return len(scopes) == len(m365auth.DefaultScopes())
}
