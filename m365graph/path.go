package m365graph

import (
	"fmt"
	"strings"
)

// Path is where a resource is below the API version, such as /me/messages. Each
// element is escaped, so an id may hold any byte. A Path is a value; its methods
// return a longer one.
type Path struct {
	escaped string // begins with "/"
	inside  bool   // within a drive path, "root:/a/b"; an element after it needs a ":"
	err     error  // the first bad element, reported when the path is used
}

// P builds a path from its elements: P("users", id, "messages"). An empty
// element, "." and ".." are refused when the path is used, since they would name
// another resource than the one meant. An id may hold a slash and is escaped; the
// first element names a collection and may not. [ParsePath] reads a path written
// as one string.
func P(elements ...string) Path { return Path{}.Join(elements...) }

// Join returns the path with more elements.
func (p Path) Join(elements ...string) Path {
	var b strings.Builder
	b.WriteString(p.escaped)
	for _, e := range elements {
		if b.Len() == 0 && strings.Contains(e, "/") {
			p.fail(fmt.Errorf(`m365graph: the path begins with the one element %q; give its parts one by one, P("me", "messages"), or use ParsePath`, clip(e, 80)))
		}
		if p.inside {
			b.WriteByte(':')
			p.inside = false
		}
		b.WriteByte('/')
		p.fail(checkElement(e))
		escapeTo(&b, e)
	}
	p.escaped = b.String()
	return p
}

// At returns the path of an item below a drive item, addressed by its name:
// P("me", "drive", "root").At("Reports/2026.csv") is
// /me/drive/root:/Reports/2026.csv. Slashes separate folders; leading and
// trailing ones are ignored, and an empty name is the item itself.
// https://learn.microsoft.com/graph/onedrive-addressing-driveitems
func (p Path) At(name string) Path {
	name = strings.Trim(name, "/")
	if name == "" {
		return p
	}
	var b strings.Builder
	b.WriteString(p.escaped)
	if !p.inside {
		b.WriteByte(':')
	}
	for e := range strings.SplitSeq(name, "/") {
		b.WriteByte('/')
		p.fail(checkElement(e))
		escapeTo(&b, e)
	}
	p.escaped, p.inside = b.String(), true
	return p
}

// Func returns the path of an OData function with string parameters, given as
// names and values in turn. Without a path before it, it is the key of a
// collection: Path{}.Func("applications", "appId", id).
//
//	P("me", "drive", "root").Func("search", "q", "it's") // /me/drive/root/search(q='it%27%27s')
func (p Path) Func(name string, args ...string) Path {
	if len(args)%2 != 0 {
		p.fail(fmt.Errorf("m365graph: function %s: a parameter has no value", name))
		return p
	}
	var b strings.Builder
	escapeTo(&b, name)
	b.WriteByte('(')
	for i := 0; i < len(args); i += 2 {
		if i > 0 {
			b.WriteByte(',')
		}
		escapeTo(&b, args[i])
		b.WriteString("='")
		escapeTo(&b, strings.ReplaceAll(args[i+1], "'", "''"))
		b.WriteByte('\'')
	}
	b.WriteByte(')')
	if p.inside {
		p.escaped += ":"
		p.inside = false
	}
	p.escaped += "/" + b.String()
	return p
}

// String returns the escaped path, "/me/messages".
func (p Path) String() string { return p.escaped }

// Err returns what is wrong with the path, if anything.
func (p Path) Err() error {
	if p.err == nil && p.escaped == "" {
		return fmt.Errorf("m365graph: the path is empty; use P with at least one element")
	}
	return p.err
}

func (p *Path) fail(err error) {
	if p.err == nil {
		p.err = err
	}
}

// checkElement refuses what a server that decodes too early would read as
// another place. An id of Graph's may hold a slash, and no dots between slashes.
func checkElement(e string) error {
	if e == "" {
		return fmt.Errorf("m365graph: a path element is empty; is an id missing?")
	}
	for part := range strings.FieldsFuncSeq(e, func(r rune) bool { return r == '/' || r == '\\' }) {
		if part == "." || part == ".." {
			return fmt.Errorf("m365graph: the path element %q would name another resource", clip(e, 80))
		}
	}
	return nil
}

const upperHex = "0123456789ABCDEF"

// escapeTo percent-encodes every byte but RFC 3986's unreserved ones, and the $ of
// $count and its like. The standard library's PathEscape leaves ":", which
// delimits drive paths.
func escapeTo(b *strings.Builder, s string) {
	for i := range len(s) {
		c := s[i]
		if isUnreserved(c) || c == '$' {
			b.WriteByte(c)
			continue
		}
		b.WriteByte('%')
		b.WriteByte(upperHex[c>>4])
		b.WriteByte(upperHex[c&15])
	}
}

func isUnreserved(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' ||
		c == '-' || c == '.' || c == '_' || c == '~'
}
