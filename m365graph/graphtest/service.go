package graphtest

import (
	"slices"
	"strings"
)

// serviceRoutes are those of the service itself.
func serviceRoutes() []route {
	return []route{{
		method: "GET", pattern: "/", doc: "https://learn.microsoft.com/graph/use-the-api", service: directory,
		options: optFormat, public: true, handle: getServiceDocument,
		differs: "It names what is served here. There is no $metadata.",
	}}
}

// isServiceRoot tells whether a path is one that needs no token.
func isServiceRoot(path string) bool {
	switch strings.ToLower(strings.Trim(path, "/")) {
	case "v1.0", "beta":
		return true
	}
	return false
}

// getServiceDocument answers
// https://docs.oasis-open.org/odata/odata-json-format/v4.01/odata-json-format-v4.01.html#sec_ServiceDocument.
func getServiceDocument(c *call) (*reply, error) {
	entries := []object{{{"name", "me"}, {"kind", "Singleton"}, {"url", "me"}}}
	var names []string
	for _, routes := range allRoutes() {
		for i := range routes {
			r := &routes[i]
			name := strings.TrimPrefix(r.pattern, "/")
			if r.method == "GET" && !r.content && name != "" && !strings.ContainsAny(name, "/~{$") {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		entries = append(entries, object{{"name", name}, {"kind", "EntitySet"}, {"url", name}})
	}
	return jsonReply(object{{"@odata.context", c.base + "/$metadata"}, {"value", entries}}), nil
}
