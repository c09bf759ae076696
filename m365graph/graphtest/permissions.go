package graphtest

import (
	"maps"
	"slices"
)

// Permissions are the names of all that the routes ask for: the delegated ones,
// which stand in a token's scp, and those of applications, which stand in its
// roles. A token that bears others is taken, and they open nothing here.
// https://learn.microsoft.com/graph/permissions-reference
func Permissions() (delegated, application []string) {
	scopes, roles := map[string]bool{}, map[string]bool{}
	for _, r := range slices.Concat(allRoutes()...) {
		for _, name := range r.scopes {
			scopes[name] = true
			roles[name] = roles[name] || r.roles == nil
		}
		for _, name := range r.roles {
			roles[name] = true
		}
	}
	maps.DeleteFunc(roles, func(_ string, asked bool) bool { return !asked })
	return slices.Sorted(maps.Keys(scopes)), slices.Sorted(maps.Keys(roles))
}
