package graphtest

import (
	"net/url"
	"slices"
	"strings"
	"sync"
)

// route is one entry of the table: what a path means, who may ask, and the
// page of Microsoft's that describes it.
type route struct {
	method string
	// pattern is matched segment by segment, literals without regard to
	// case. {name} takes one segment; {:name} takes a path between colons
	// (root:/a/b:). An element that starts with ~ stands for the ways of
	// macros.
	pattern string
	doc     string   // page on learn.microsoft.com
	service *service // whose errors it speaks
	scopes  []string // any one of them will do
	roles   []string // of an application; nil: those named like the scopes
	options options  // query options; optNone: none
	// differs tells, for the table of the README, what the real service does
	// otherwise.
	differs string
	handle  func(*call) (*reply, error)

	// lent tells whether a delegated token may reach what is somebody else's;
	// nil: never.
	lent func(c *call, me *userState) bool

	shared   bool  // open to other people's tokens: the directory
	content  bool  // served on the content host, without a token
	public   bool  // any token will do
	unlocked bool  // the handler takes Server.mu itself
	maxBody  int64 // 0: four megabytes

	units  float64 // what a request costs in the directory; set by the table
	spools bool    // the body is large, and collected aside
}

// service is the part of Microsoft 365 behind a route; each names the same
// failure in its own way.
type service struct {
	denied   code // a scope is missing, or it is somebody else's
	badQuery code // a query option cannot be read
	// topTooLarge is what a $top over the maximum is told, with both numbers;
	// "" means that the maximum is taken instead.
	topTooLarge string
	minTop      int
	bare        bool // options may come without their $
}

var (
	directory = &service{denied: codeRequestDenied, badQuery: codeRequestBad,
		topTooLarge: "Invalid page size specified: '%d'. Must be between 1 and %d inclusive.", minTop: 1}
	exchange = &service{denied: codeAccessDenied, badQuery: codeParseURI,
		topTooLarge: "The limit of '%[2]d' for Top query has been exceeded. The value from the incoming request is '%[1]d'."}
	oneDrive = &service{denied: codeDriveDenied, badQuery: codeDriveBad, bare: true}
)

// macros are the elements of a pattern that can be written in several ways.
var macros = map[string][]string{
	"~": {"me", "users/{user}"},
	"~drive": {
		"me/drive", "users/{user}/drive", "drives/{drive}", "me/drives/{drive}",
		"sites/{site}/drive", "sites/{site}/{:sitepath}/drive", "sites/{site}/drives/{drive}", "sites/{site}/{:sitepath}/drives/{drive}",
		"sites/{site}/lists/{list}/drive", "sites/{site}/{:sitepath}/lists/{list}/drive", "groups/{group}/drive",
	},
	"~user":  {"microsoft.graph.user", "graph.user"},
	"~group": {"microsoft.graph.group", "graph.group"},
	"~site":  {"sites/{site}", "sites/{site}/{:sitepath}", "groups/{group}/sites/{site}"},
	"~item": {
		"root", "root/{:path}", "items/{item}", "items/{item}/{:path}", "items/{item}/root/{:path}",
		"root/children/{child}", "items/{item}/children/{child}", "special/{special}", "special/{special}/{:path}",
	},
	"~shared": {"shares/{share}/driveItem", "shares/{share}/driveItem/{:path}", "shares/{share}/root", "shares/{share}/root/{:path}"},
	"~childContactFolder": {
		"contactFolders/{parent}/childFolders/{folder}", "contactFolders/{grandparent}/childFolders/{parent}/childFolders/{folder}",
	},
	"~childFolder": {"mailFolders/{parent}/childFolders/{folder}", "mailFolders/{grandparent}/childFolders/{parent}/childFolders/{folder}"},
}

// allRoutes is everything the server answers, by area.
func allRoutes() [][]route {
	return [][]route{
		serviceRoutes(), batchRoutes(),
		userRoutes(), groupRoutes(), directoryRoutes(), peopleRoutes(), photoRoutes(), userInfoRoutes(),
		mailboxRoutes(), folderRoutes(), messageRoutes(), sendRoutes(), mailDeltaRoutes(),
		calendarRoutes(), contactRoutes(), todoRoutes(),
		driveRoutes(),
		siteRoutes(), siteListRoutes(), siteItemRoutes(),
		teamRoutes(), channelRoutes(), chatRoutes(), chatMessageRoutes(), presenceRoutes(),
		subscriptionRoutes(), searchRoutes(),
	}
}

// routeTable finds routes, by host.
var routeTable = sync.OnceValue(func() *[2]tree {
	var t [2]tree
	for _, routes := range allRoutes() {
		for i := range routes {
			r := &routes[i]
			r.units = r.baseUnits()
			host := &t[0]
			if r.content {
				host = &t[1]
			}
			for _, p := range expandMacros(r.pattern) {
				host.add(r, p)
			}
		}
	}
	return &t
})

// expandMacros writes a pattern in all its ways.
func expandMacros(pattern string) []string {
	ways := []string{""}
	for element := range strings.SplitSeq(strings.TrimPrefix(pattern, "/"), "/") {
		spellings := macros[element]
		if spellings == nil {
			spellings = []string{element}
		}
		var next []string
		for _, w := range ways {
			for _, sp := range spellings {
				next = append(next, w+"/"+sp)
			}
		}
		ways = next
	}
	return ways
}

// tree finds routes by segment.
type tree struct {
	literal map[string]*tree
	param   *tree // {name}
	path    *tree // {:name}
	leaves  map[string]leaf
}

// leaf is a route under one of its spellings.
type leaf struct {
	*route
	spelling string
	names    []string // of its parameters, in order
}

func (t *tree) add(r *route, spelling string) {
	var names []string
	for element := range strings.SplitSeq(spelling[1:], "/") {
		next := &t.path
		switch {
		case element == "": // of the root itself
			continue
		case strings.HasPrefix(element, "{:"):
			names = append(names, strings.Trim(element, "{:}"))
		case strings.HasPrefix(element, "{"):
			next = &t.param
			names = append(names, strings.Trim(element, "{}"))
		default:
			if t.literal == nil {
				t.literal = map[string]*tree{}
			}
			key := strings.ToLower(element)
			if t.literal[key] == nil {
				t.literal[key] = &tree{}
			}
			t = t.literal[key]
			continue
		}
		if *next == nil {
			*next = &tree{}
		}
		t = *next
	}
	if t.leaves == nil {
		t.leaves = map[string]leaf{}
	}
	t.leaves[r.method] = leaf{r, spelling, names}
}

// find gives the node that segments lead to, and what the parameters took.
func (t *tree) find(segments []segment, taken []string) (*tree, []string) {
	if len(segments) == 0 {
		if t.leaves == nil {
			return nil, nil
		}
		return t, taken
	}
	s, rest := segments[0], segments[1:]
	if s.isPath {
		if t.path == nil {
			return nil, nil
		}
		return t.path.find(rest, append(taken, s.text))
	}
	if next := t.named(s, len(rest) == 0); next != nil && !s.isKey {
		if found, got := next.find(rest, taken); found != nil {
			return found, got
		}
	}
	if t.param == nil || s.text == "" {
		return nil, nil
	}
	return t.param.find(rest, append(slices.Clip(taken), s.text))
}

// named is the node of a segment's name. An action or a function, which ends a path,
// may bear its namespace, as older SDKs write it.
// https://learn.microsoft.com/graph/delta-query-overview
func (t *tree) named(s segment, last bool) *tree {
	name := strings.ToLower(s.text)
	next := t.literal[name]
	if operation, qualified := strings.CutPrefix(name, "microsoft.graph."); next == nil && qualified && last {
		next = t.literal[operation]
	}
	return next
}

// segment is one element of a request's path, decoded.
type segment struct {
	text   string
	isPath bool              // stood between colons
	isKey  bool              // stood in ('…')
	args   map[string]string // of name(arg='…')
}

// splitPath decodes a path and takes it apart. Clients encode freely: a colon
// as %3A, a slash of a path address as %2F, an id as ('id').
func splitPath(escaped string) ([]segment, error) {
	var elements []string
	for e := range strings.SplitSeq(strings.Trim(escaped, "/"), "/") {
		text, err := url.PathUnescape(e)
		if err != nil {
			return nil, failf(codeBadRequest, "Resource not found for the segment '%s'.", e)
		}
		if strings.Contains(text, ":") && strings.Contains(text, "/") {
			elements = append(elements, strings.Split(strings.TrimSuffix(text, "/"), "/")...)
			continue
		}
		elements = append(elements, text)
	}
	var segments []segment
	for i := 0; i < len(elements); i++ {
		before, colon := strings.CutSuffix(elements[i], ":")
		if !colon {
			segments = append(segments, splitKey(elements[i])...)
			continue
		}
		segments = append(segments, segment{text: before})
		var path []string
		for i++; i < len(elements); i++ {
			last, ends := strings.CutSuffix(elements[i], ":")
			path = append(path, last)
			if ends {
				break
			}
		}
		if len(path) > 0 {
			segments = append(segments, segment{text: strings.Join(path, "/"), isPath: true})
		}
	}
	return segments, nil
}

// splitKey reads name('key'), name(arg='value',…) and name().
func splitKey(text string) []segment {
	name, inner, found := strings.Cut(text, "(")
	inner, closed := strings.CutSuffix(inner, ")")
	if !found || !closed || name == "" {
		return []segment{{text: text}}
	}
	if key, ok := unquote(inner); ok {
		return []segment{{text: name}, {text: key, isKey: true}}
	}
	s := segment{text: name, args: map[string]string{}}
	for pair := range strings.SplitSeq(inner, ",") {
		if k, v, ok := strings.Cut(pair, "="); ok {
			if u, quoted := unquote(v); quoted {
				v = u
			}
			s.args[k] = v
		}
	}
	return []segment{s}
}

// unquote reads an OData string literal.
func unquote(s string) (string, bool) {
	if len(s) < 2 || s[0] != '\'' || s[len(s)-1] != '\'' {
		return "", false
	}
	return strings.ReplaceAll(s[1:len(s)-1], "''", "'"), true
}
