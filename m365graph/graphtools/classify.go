package graphtools

import (
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/m365go/sdk/m365auth/agenttool"
	"github.com/m365go/sdk/m365graph"
)

// target is a path that a permission covers.
type target struct {
	permissions, scopes []string
	expand, paths       []string
	route
}

// targets are the patterns of areas, spelled out and split into elements.
var targets = func() (all []spelled) {
	for _, a := range areas {
		for _, r := range a.routes {
			for _, t := range spellOut(a, r) {
				all = append(all, spelled{strings.Split(t.pattern, "/"), t})
			}
		}
	}
	return all
}()

type spelled struct {
	elements []string
	target
}

// spellOut writes a route for each meaning of "@" and "~" in it.
func spellOut(a area, r route) []target {
	var all []target
	if rest, ok := strings.CutPrefix(r.pattern, "@"); ok {
		for _, d := range drives {
			at := area{permissions: d.permissions, expand: a.expand, paths: a.paths}
			all = append(all, spellOut(at, route{d.pattern + rest, r.page, r.fields})...)
		}
		return all
	}
	owners := []string{r.pattern}
	if rest, ok := strings.CutPrefix(r.pattern, "~"); ok {
		owners = []string{"me" + rest, "users/{}" + rest}
	}
	for _, pattern := range owners {
		t := target{a.permissions, a.scopes, a.expand, a.paths, route{pattern, r.page, r.fields}}
		if t.scopes == nil {
			t.scopes = Scopes(t.permissions)
		}
		all = append(all, t)
	}
	return all
}

// element is a piece of a path as the policy sees it.
type element struct {
	text string // unescaped
	kind elementKind
}

type elementKind int

const (
	plain    elementKind = iota // a name or an id, whatever its place says
	key                         // an id in parentheses, as in messages('id')
	function                    // a name with parameters, as in search(q='x')
	below                       // a path below a drive item, between colons
)

// classify returns what covers a path, or false if nothing does.
func classify(p m365graph.Path) (target, bool) {
	elements, ok := split(p)
	if !ok {
		return target{}, false
	}
	i := slices.IndexFunc(targets, func(s spelled) bool { return slices.EqualFunc(s.elements, elements, matches) })
	if i < 0 {
		return target{}, false
	}
	return targets[i].target, true
}

func matches(pattern string, e element) bool {
	switch pattern {
	case "{}":
		return e.kind == key || e.kind == plain && isID(e.text)
	case ":":
		return e.kind == below
	}
	if name, ok := strings.CutSuffix(pattern, "()"); ok {
		return e.kind == function && strings.EqualFold(e.text, name)
	}
	return e.kind == plain && strings.EqualFold(e.text, pattern)
}

// isID reports whether text in the place of an id can only be one: not $value,
// $ref or $count, no cast to another type, no call of a function, and none of
// these for a server that unescapes once more.
func isID(text string) bool {
	return text != "" && text[0] != '$' && !strings.ContainsAny(text, "()'%") &&
		!strings.HasPrefix(strings.ToLower(text), "microsoft.graph")
}

var (
	keyArgument = regexp.MustCompile(`^('[^'%]*'|[^'(),=%]+)$`)
	// escape is what a second unescaping would change.
	escape        = regexp.MustCompile(`%[0-9A-Fa-f]{2}`)
	namedArgument = regexp.MustCompile(`^([A-Za-z]+='([^']|'')*'(,[A-Za-z]+='([^']|'')*')*)?$`)
)

// split reads a path as OData and OneDrive do. It reports false for what either
// could read in two ways.
// https://learn.microsoft.com/graph/onedrive-addressing-driveitems
func split(p m365graph.Path) ([]element, bool) {
	var elements []element
	inside := false // between the colons of a path below a drive item
	for raw := range strings.SplitSeq(strings.TrimPrefix(p.String(), "/"), "/") {
		text, err := url.PathUnescape(raw)
		if err != nil || escape.MatchString(text) {
			return nil, false
		}
		closes := strings.HasSuffix(raw, ":")
		if inside {
			// An escaped colon may close the path too, for who unescapes first.
			if strings.Contains(strings.TrimSuffix(text, ":"), ":") || strings.HasSuffix(text, ":") != closes {
				return nil, false
			}
			inside = !closes
			continue
		}
		name := strings.TrimSuffix(text, ":")
		if strings.HasSuffix(text, ":") != closes || strings.HasSuffix(name, ":") {
			return nil, false
		}
		more, ok := parse(name)
		if !ok {
			return nil, false
		}
		elements = append(elements, more...)
		if closes {
			elements, inside = append(elements, element{kind: below}), true
		}
	}
	return elements, true
}

// parse reads one segment: name, name('key') or name(a='x',b='y').
func parse(text string) ([]element, bool) {
	name, rest, ok := strings.Cut(text, "(")
	if !ok {
		return []element{{text, plain}}, true
	}
	inner, ok := strings.CutSuffix(rest, ")")
	switch {
	case !ok || name == "":
		return nil, false
	case keyArgument.MatchString(inner):
		return []element{{name, plain}, {strings.Trim(inner, "'"), key}}, true
	case namedArgument.MatchString(inner):
		return []element{{name, function}}, true
	}
	return nil, false
}

// notCovered says why a path cannot be asked for, as nearly as it can be told.
func notCovered(p m365graph.Path) error {
	e := &agenttool.Error{
		Code:    agenttool.CodePermissionDisabled,
		Message: "no permission covers the endpoint " + p.String(),
		Hint:    "use a route such as /me/messages, /me/calendarView, /me/drive/root/children, /users, /sites or /me/chats",
		Details: map[string]any{"endpoint": p.String()},
	}
	if once, err := url.PathUnescape(p.String()); err == nil && escape.MatchString(once) {
		e.Code, e.Message = agenttool.CodeInvalidArgument, "the endpoint is escaped twice"
		e.Hint = "write each name as it is; it is escaped for you"
		return e
	}
	elements, ok := split(p)
	if !ok || len(elements) == 0 {
		return e
	}
	switch first, last := elements[0].text, elements[len(elements)-1].text; {
	case strings.EqualFold(first, "v1.0") || strings.EqualFold(first, "beta"):
		e.Code, e.Message = agenttool.CodeInvalidArgument, "the endpoint begins with a version"
		e.Hint = "leave the version out: /me/messages"
	case slices.Contains([]string{"content", "$value", "contentstream"}, strings.ToLower(last)):
		e.Message, e.Hint = "this tool returns no file contents", "ask for the item itself: its name, size and link"
	}
	return e
}
