package graphtools

import (
	"regexp"
	"slices"
	"strings"

	"github.com/m365go/sdk/m365auth/agenttool"
)

// elsewhere are the properties and relations that no name in a parameter may
// begin with: each is another permission's, or a scope's that none asks for. A
// filter on one would answer yes or no about what may not be read.
var elsewhere = []string{
	"activities", "analytics", "authentication", "calendar", "calendargroups", "calendars", "calendarview", "contactfolders", "contacts",
	"content", "createdbyuser", "drive", "driveitem", "drives", "events", "extensions", "group", "inferenceclassification", "insights",
	"joinedteams", "lastmodifiedbyuser", "listitem", "mailboxsettings", "mailfolders", "messages", "onenote", "onlinemeetings", "outlook",
	"permissions", "photos", "planner", "settings", "signinactivity", "sites", "teamwork", "termstore", "todo", "versions", "workbook",
}

// functions are what an expression may call besides any and all. The operators
// are among them, as in "a and (b or c)".
// https://learn.microsoft.com/graph/filter-query-parameter
var functions = strings.Fields(`and or not in eq ne gt ge lt le has add sub mul div mod
	contains startswith endswith tolower toupper length indexof substring trim concat
	year month day hour minute second date time now round floor ceiling`)

// reaches returns the first name that leads out of what the permission covers,
// or "". A path, as in from/emailAddress, leads out unless its area lists it.
func (t target) reaches(names ...string) string {
	for _, name := range names {
		lower := strings.ToLower(name)
		head, _, isPath := strings.Cut(lower, "/")
		if slices.Contains(elsewhere, head) || isPath && !t.looksInto(lower) {
			return name
		}
	}
	return ""
}

// looksInto reports whether a path is one of the area's or begins with one.
// What follows must be plain names: a cast could lead to a relation.
func (t target) looksInto(path string) bool {
	return slices.ContainsFunc(t.paths, func(known string) bool {
		rest, ok := strings.CutPrefix(path, known)
		return ok && (rest == "" || rest[0] == '/' && !strings.ContainsAny(rest, ".$@"))
	})
}

// ranges reports whether any or all may go through a collection.
func (t target) ranges(collection string) bool {
	return t.looksInto(collection) || slices.ContainsFunc(t.paths, func(known string) bool { return strings.HasPrefix(known, collection+"/") })
}

var (
	// inert is what leads nowhere: space, a text in quotes, a number, a date or
	// an id, a comma, a bracket.
	inert = regexp.MustCompile(`^(?:[ \t]+|'(?:[^']|'')*'|-?[0-9][0-9A-Za-z:.+-]*|[(),])`)
	// word is a name or a path, and the bracket of a call behind it.
	word = regexp.MustCompile(`^([A-Za-z_][A-Za-z0-9_.-]*(?:/[A-Za-z_][A-Za-z0-9_.-]*)*)(\s*\()?`)
	// variable begins what any and all range over. Its length keeps it from
	// being taken for a property by a server that looks for those first.
	variable = regexp.MustCompile(`^\s*([A-Za-z_]{1,3})\s*:`)
	nothing  = regexp.MustCompile(`^\s*\)`)
)

// checkExpression reads $filter or $orderby, and refuses names that lead out of
// what the permission covers and whatever it cannot read.
func (t target) checkExpression(param, text string) error {
	variables := map[string]string{} // and the collections that they range over
	for rest := text; rest != ""; {
		if skip := inert.FindString(rest); skip != "" {
			rest = rest[len(skip):]
			continue
		}
		m := word.FindStringSubmatch(rest)
		if m == nil {
			return badParam(param, "cannot be read from "+agenttool.Clip(rest, 20)+" on", "write names, operators and texts in single quotes, with '' for a quote inside")
		}
		rest = rest[len(m[0]):]
		name, isCall := resolve(m[1], variables), m[2] != ""
		collection, isLambda := lambda(name)
		switch {
		case isCall && isLambda:
			if !t.ranges(collection) {
				return notExpandable(collection)
			}
			v := variable.FindStringSubmatch(rest)
			if v == nil && !nothing.MatchString(rest) {
				return badParam(param, "has any or all without a variable of one to three letters", "write any(a:…)")
			}
			if v != nil {
				variables[strings.ToLower(v[1])], rest = collection, rest[len(v[0]):]
			}
		case isCall:
			if !slices.Contains(functions, name) {
				return badParam(param, "calls "+agenttool.Clip(name, 40)+", which is unknown", "")
			}
		case t.reaches(name) != "":
			return notExpandable(m[1])
		}
	}
	return nil
}

// resolve writes a path in lower case, from the resource on rather than from a
// variable.
func resolve(path string, variables map[string]string) string {
	path = strings.ToLower(path)
	head, rest, isPath := strings.Cut(path, "/")
	if collection, ok := variables[head]; ok && isPath {
		return collection + "/" + rest
	}
	return path
}

// lambda returns the collection that a path ending in any or all goes through.
func lambda(path string) (collection string, ok bool) {
	i := strings.LastIndexByte(path, '/')
	if i < 0 || path[i+1:] != "any" && path[i+1:] != "all" {
		return "", false
	}
	return path[:i], true
}
