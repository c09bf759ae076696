package graphtest

import (
	"maps"
	"net/http"
	"slices"
	"strings"
)

// prepare checks the bearer and finds the route.
func (x *httpExchange) prepare() error {
	c := &call{s: x.s, r: x.r, x: x, now: x.entry.Start, prefer: parsePrefer(x.r.Header.Values("Prefer"))}
	x.call = c
	if x.contentHost {
		if x.entry.Bearer {
			return failf(codeUnauthenticated, "This URL is signed already; an Authorization header must not be sent to it.")
		}
	} else {
		var err error
		if c.token, err = x.s.authenticate(x.r); err != nil && (x.entry.Bearer || !isServiceRoot(x.r.URL.Path)) {
			return err
		}
	}
	segments, err := splitPath(x.r.URL.EscapedPath())
	if err != nil {
		return err
	}
	if !x.contentHost {
		if segments, err = c.cutVersion(segments); err != nil {
			return err
		}
	}
	if c.params, err = parseQuery(x.r.URL.RawQuery); err != nil {
		return err
	}
	return x.match(segments)
}

// cutVersion takes the version off a path. v2.0 is OneDrive's old spelling, and
// OpenID Connect stands beside the versions.
func (c *call) cutVersion(segments []segment) ([]segment, error) {
	version := strings.ToLower(segments[0].text)
	switch version {
	case "v1.0", "beta":
	case "v2.0":
		version = "v1.0"
	case "oidc":
		return segments, nil
	default:
		return nil, failf(codeBadRequest, "Invalid version: %s", segments[0].text)
	}
	c.version = version
	c.base = "https://" + c.r.Host + "/" + segments[0].text
	var path []string
	for _, s := range segments[1:] {
		path = append(path, s.text)
	}
	c.path = strings.Join(path, "/")
	return segments[1:], nil
}

// match finds the route and whose data it means.
func (x *httpExchange) match(segments []segment) error {
	c := x.call
	table := &x.s.routes[0]
	if x.contentHost {
		table = &x.s.routes[1]
	}
	node, taken := table.find(segments, nil)
	if node == nil && !x.contentHost {
		node, taken = c.findProperty(table, segments)
	}
	if node == nil {
		last := ""
		if len(segments) > 0 {
			last = segments[len(segments)-1].text
		}
		return noSegment(last)
	}
	method := x.r.Method
	if method == http.MethodHead && x.contentHost {
		method = http.MethodGet // net/http leaves the body out
	}
	found, ok := node.leaves[method]
	if !ok || c.property != nil && method != http.MethodGet {
		return node.notAllowed(c.property)
	}
	x.found, c.route = found, found.route
	x.entry.Route = found.method + " " + found.pattern
	c.vars = map[string]string{}
	for i, name := range found.names {
		c.vars[name] = taken[i]
	}
	for _, s := range segments {
		if s.args != nil {
			c.args = s.args
		}
	}
	if x.contentHost {
		return nil
	}
	return c.checkOptions()
}

// noSegment is the answer to a path that leads nowhere.
func noSegment(name string) error {
	return failf(codeBadRequest, "Resource not found for the segment '%s'.", name)
}

// notAllowed is the answer to a method that a resource does not have, with
// those that it has.
func (t *tree) notAllowed(p *propertyPath) error {
	allowed := slices.Sorted(maps.Keys(t.leaves))
	of := t.leaves[allowed[0]].service
	if p != nil {
		allowed = []string{http.MethodGet}
	}
	e := &graphError{code: codeRequestBad, message: "Specified HTTP method is not allowed for the request target.",
		status: http.StatusMethodNotAllowed, header: http.Header{"Allow": {strings.Join(allowed, ", ")}}}
	if of == exchange {
		e.code, e.message = codeInvalidRequest, "The OData request is not supported."
	}
	return e
}
