package graphtest

import (
	"fmt"
	"strings"
	"sync"
)

// propertyPath is what a request asks for of a resource: one property, or a
// member of it, in OData's envelope or as it is. See
// https://docs.oasis-open.org/odata/odata/v4.01/odata-v4.01-part1-protocol.html#sec_RequestingIndividualProperties.
type propertyPath struct {
	names []string // from the resource on: from, emailAddress, address
	raw   bool     // $value
	found bool     // the resource has it
}

// maxPropertyPath is how many segments a property can take:
// from/emailAddress/address/$value.
const maxPropertyPath = 4

// findProperty finds the resource that a path asks a property of.
func (c *call) findProperty(table *tree, segments []segment) (*tree, []string) {
	for n := len(segments) - 1; n >= max(len(segments)-maxPropertyPath, 1); n-- {
		if s := segments[n]; s.isPath || s.isKey || s.args != nil {
			break
		}
		p := newPropertyPath(segments[n:])
		if p == nil {
			continue
		}
		if node, taken := table.find(segments[:n], nil); node != nil {
			c.property = p
			return node, taken
		}
	}
	return nil, nil
}

// newPropertyPath reads the end of a path; nil if no resource has such a
// property.
func newPropertyPath(segments []segment) *propertyPath {
	p := &propertyPath{}
	for _, s := range segments {
		p.names = append(p.names, s.text)
	}
	if last := len(p.names) - 1; last > 0 && strings.EqualFold(p.names[last], "$value") {
		p.raw, p.names = true, p.names[:last]
	}
	if !propertyNames()[strings.ToLower(p.names[0])] {
		return nil
	}
	return p
}

// propertyNames are those of all resources, so that a path which leads nowhere
// is refused before anything else is looked at.
var propertyNames = sync.OnceValue(func() map[string]bool {
	names := map[string]bool{}
	for _, t := range allTypes() {
		for _, p := range t.properties() {
			if !p.navigation {
				names[strings.ToLower(p.name)] = true
			}
		}
	}
	return names
})

// oneProperty answers with a property of v.
func oneProperty[T any](c *call, s *schema[T], v T, context string) (*reply, error) {
	path := c.property
	p, ok := s.find(path.names[0])
	if !ok || p.show == expanded {
		return nil, noSegment(path.names[0])
	}
	value := p.value(c, v)
	if value == absent {
		return nil, noSegment(path.names[0])
	}
	spelt, typ := []string{p.name}, p.typ
	for _, name := range path.names[1:] {
		members := complexType(typ)
		if members == nil {
			return nil, noSegment(name)
		}
		if typ, ok = members(name); !ok {
			return nil, noSegment(name)
		}
		o, _ := objectOf(value)
		value, _ = o.get(name)
		spelt = append(spelt, name)
	}
	path.found = true
	if path.raw {
		return rawProperty(value)
	}
	if id, ok := s.find("id"); ok {
		context += fmt.Sprintf("('%v')", id.value(c, v))
	}
	return propertyReply(c.metadata(context+"/"+strings.Join(spelt, "/")), value), nil
}

// propertyReply shows a value: that of a complex type by its members.
func propertyReply(context string, value any) *reply {
	out := object{{"@odata.context", context}}
	if value == nil {
		return emptyReply(204)
	}
	if o, ok := objectOf(value); ok {
		return jsonReply(append(out, o...))
	}
	return jsonReply(append(out, member{"value", value}))
}

// rawProperty answers /$value, which single values of primitive types have.
func rawProperty(value any) (*reply, error) {
	switch value := value.(type) {
	case nil:
		return emptyReply(204), nil
	case object, shown, []object, []string, []any:
		return nil, noSegment("$value")
	case string:
		return textReply(value), nil
	default:
		return textReply(strings.Trim(string(appendJSON(nil, value)), `"`)), nil
	}
}
