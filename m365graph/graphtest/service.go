package graphtest

import (
	"net/http"
	"slices"
	"strings"
)

// serviceRoutes are those of the service itself.
func serviceRoutes() []route {
	return []route{{
		method: "GET", pattern: "/", doc: "https://learn.microsoft.com/graph/use-the-api", service: directory,
		options: optFormat, public: true, handle: getServiceDocument,
		differs: "It names what is served here.",
	}, {
		method: "GET", pattern: "/$metadata", doc: "https://learn.microsoft.com/graph/traverse-the-graph", service: directory,
		options: optFormat, public: true, handle: getMetadata,
		differs: "It holds the types and properties that are served here, without actions and functions, and beta has those of v1.0.",
	}}
}

// isServiceRoot tells whether a path is one that needs no token.
func isServiceRoot(path string) bool {
	switch strings.ToLower(strings.Trim(path, "/")) {
	case "v1.0", "beta", "v1.0/$metadata", "beta/$metadata":
		return true
	}
	return false
}

// getServiceDocument answers
// https://docs.oasis-open.org/odata/odata-json-format/v4.01/odata-json-format-v4.01.html#sec_ServiceDocument.
func getServiceDocument(c *call) (*reply, error) {
	entries := []object{{{"name", "me"}, {"kind", "Singleton"}, {"url", "me"}}}
	for _, name := range rootCollections() {
		entries = append(entries, object{{"name", name}, {"kind", "EntitySet"}, {"url", name}})
	}
	return jsonReply(object{{"@odata.context", c.base + "/$metadata"}, {"value", entries}}), nil
}

// rootCollections are the collections at the root of the service.
func rootCollections() []string {
	var names []string
	for _, routes := range allRoutes() {
		for i := range routes {
			r := &routes[i]
			name := strings.TrimPrefix(r.pattern, "/")
			if r.method == http.MethodGet && !r.content && name != "" && !strings.ContainsAny(name, "/~{$") {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}
