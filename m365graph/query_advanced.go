package m365graph

import (
	"net/http"
	"net/url"
	"strings"
)

// The directory answers some queries from a second index only, which is a little
// behind the first and has to be asked for by a header together with $count.
// https://learn.microsoft.com/graph/aad-advanced-queries

// directoryLists are the directory's collections, and directoryRelations what
// their members relate to; whether the one or the other is asked for is told by
// the path's shape, as /contacts is the directory's and /me/contacts is Outlook's.
var (
	directoryLists = set("users", "groups", "applications", "serviceprincipals", "devices", "contacts",
		"directoryobjects", "administrativeunits", "deleteditems", "oauth2permissiongrants")
	directoryRelations = set("memberof", "transitivememberof", "members", "transitivemembers", "owners", "ownedobjects",
		"owneddevices", "createdobjects", "directreports", "transitivereports", "registereddevices", "registeredowners",
		"registeredusers", "approleassignments", "approleassignedto", "oauth2permissiongrants")
	advancedOperators = set("ne", "not", "endswith", "contains", "$count")
)

func set(names ...string) map[string]bool {
	m := make(map[string]bool, len(names))
	for _, name := range names {
		m[name] = true
	}
	return m
}

// directoryPath is what a path says of a list of the directory.
type directoryPath struct {
	list    bool // it is one
	ordered bool // the first index sorts it by name
	number  bool // only the number of items is wanted
	cast    bool // a transitive list is narrowed to one type
}

func parseDirectoryPath(path string) directoryPath {
	var d directoryPath
	segments := strings.Split(strings.ToLower(strings.TrimPrefix(path, "/")), "/")
	pop := func() string {
		last := segments[len(segments)-1]
		segments = segments[:len(segments)-1]
		return last
	}
	if isCountSegment(segments[len(segments)-1]) {
		d.number = true
		pop()
	}
	if n := len(segments); n > 1 && strings.HasPrefix(segments[n-1], "microsoft.graph.") {
		pop()
		d.cast = strings.HasPrefix(segments[n-2], "transitive")
	}
	if len(segments) > 1 && segments[0] == "directory" {
		segments = segments[1:]
	}
	if len(segments) == 0 {
		return directoryPath{}
	}
	root, key, _ := strings.Cut(segments[0], "(") // applications(appId='…')
	switch {
	case len(segments) == 1:
		d.list = key == "" && directoryLists[root]
		d.ordered = root == "users" || root == "groups"
	case len(segments) == 2, len(segments) == 3 && key == "":
		d.list = (root == "me" || directoryLists[root]) && directoryRelations[pop()]
	}
	return d
}

// isCountSegment reports whether a path's last element asks for a number only.
func isCountSegment(segment string) bool { return segment == "$count" || segment == "%24count" }

// resolve returns the request as it is to be sent. To a list of the directory that
// is with Eventual and Count, where it does not do without. A link may carry all
// of a query that its caller has forgotten.
func (r *Request) resolve() (*Request, error) {
	path := r.Path.String()
	if r.link != "" {
		if r.Query != nil {
			if err := r.Query.check(); err != nil {
				return nil, err
			}
		}
		if path == "" {
			path = linkPath(r.link)
		}
	}
	if r.Method != "" && r.Method != http.MethodGet {
		return r, nil
	}
	q := r.Query.resolve(path, r.link)
	if q == r.Query {
		return r, nil
	}
	resolved := *r
	resolved.Query = q
	return &resolved, nil
}

// linkPath is what follows the version in a link of Graph's.
func linkPath(link string) string {
	link, _, _ = strings.Cut(link, "?")
	parts := strings.SplitN(link, "/", 5) // https:, nothing, host, version, path
	return "/" + parts[len(parts)-1]
}

func (q *Query) resolve(path, link string) *Query {
	d := parseDirectoryPath(path)
	if !d.list {
		return q
	}
	options := q.options(link)
	if !d.number && !d.cast && !isAdvanced(options, d.ordered) && (q == nil || !q.Eventual) {
		return q
	}
	var advanced Query
	if q != nil {
		advanced = *q
	}
	advanced.Eventual = true
	if _, set := options["count"]; !set && !d.number {
		advanced.Count = true
	}
	return &advanced
}

// options are those that decide, by their names in lower case and without the $.
func (q *Query) options(link string) map[string]string {
	o := map[string]string{}
	if q != nil {
		for name, value := range q.Params {
			o[optionName(name)] = value
		}
		for name, value := range map[string]string{"filter": q.Filter.text, "search": q.Search, "orderby": strings.Join(q.OrderBy, ",")} {
			if value != "" {
				o[name] = value
			}
		}
		if q.Count {
			o["count"] = "true"
		}
	}
	_, query, _ := strings.Cut(link, "?")
	for pair := range strings.SplitSeq(query, "&") {
		name, value, _ := strings.Cut(pair, "=")
		if plain, err := url.QueryUnescape(value); err == nil {
			value = plain
		}
		if name, err := url.QueryUnescape(name); err == nil && name != "" {
			o[optionName(name)] = value
		}
	}
	return o
}

func optionName(name string) string { return strings.ToLower(strings.TrimPrefix(name, "$")) }

// isAdvanced reports whether the first index would refuse the options, or ignore
// them. Where it sorts at all, it does so by name.
func isAdvanced(o map[string]string, ordered bool) bool {
	if o["search"] != "" || strings.EqualFold(o["count"], "true") {
		return true
	}
	for order := range strings.SplitSeq(o["orderby"], ",") {
		by, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(order)), " ")
		if by != "" && (o["filter"] != "" || !ordered || by != "displayname" && by != "userprincipalname") {
			return true
		}
	}
	for i, part := range strings.Split(strings.ToLower(o["filter"]), "'") {
		if i%2 != 0 {
			continue // within quotes
		}
		for word := range strings.FieldsFuncSeq(part, func(r rune) bool { return r != '$' && r != '_' && (r < 'a' || r > 'z') && (r < '0' || r > '9') }) {
			if advancedOperators[word] {
				return true
			}
		}
	}
	return false
}
