package graphtest

import (
	"iter"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/m365go/sdk/m365graph/internal/odata"
)

// complexTypes are the members of Graph's complex types that a filter or an
// order can reach.
var complexTypes = sync.OnceValue(func() types {
	all := types{}
	for _, area := range []types{mailTypes, calendarTypes, driveTypes, siteTypes, teamTypes, directoryTypes, contactTypes} {
		maps.Copy(all, area)
	}
	return all
})

// types are the members of types, by name.
type types map[string]map[string]string

// complexType gives the members of a type, nil if it has none.
func complexType(name string) odata.Members {
	members, ok := complexTypes()[name]
	if !ok {
		return nil
	}
	return func(member string) (string, bool) {
		if t, ok := members[member]; ok {
			return t, true
		}
		for m, t := range members {
			if strings.EqualFold(m, member) {
				return t, true
			}
		}
		return "", false
	}
}

// types are the schema and the complex types, as filters and orders see them.
func (s *schema[T]) types() odata.Types {
	return func(name string) odata.Members {
		if name == s.name {
			return s.typeOf
		}
		if s.derived != nil {
			if members := s.derived(name); members != nil {
				return members
			}
		}
		return complexType(name)
	}
}

// types are those of the schema and the collection's own.
func (l *listing[T]) types() odata.Types {
	if l.members == nil {
		return l.schema.types()
	}
	return func(name string) odata.Members {
		if m := l.members(name); m != nil {
			return m
		}
		return l.schema.types()(name)
	}
}

// typeOf gives the type of a property that a filter or an order can name.
func (s *schema[T]) typeOf(name string) (string, bool) {
	p, ok := s.find(name)
	if !ok || p.show == expanded && !p.filtered {
		return "", false
	}
	return p.typ, true
}

// resource is a T as filters and orders read it: through its schema.
type resource[T any] struct {
	objectValues
	c      *call
	schema *schema[T]
	item   T
}

// Property reads a property of the item.
func (r *resource[T]) Property(name string) any {
	p, ok := r.schema.find(name)
	if !ok {
		return nil
	}
	if v := p.value(r.c, r.item); v != absent {
		return v
	}
	return nil
}

// objectValues reads the values in resources.
type objectValues struct{}

// Member reads a property of an object.
func (objectValues) Member(value any, name string) any {
	o, _ := objectOf(value)
	v, _ := o.get(name)
	return v
}

// Elements goes through a collection.
func (objectValues) Elements(value any) iter.Seq[any] {
	switch value := value.(type) {
	case []object:
		return elements(value)
	case []string:
		return elements(value)
	case []any:
		return slices.Values(value)
	}
	return nil
}

func elements[E any](values []E) iter.Seq[any] {
	return func(yield func(any) bool) {
		for _, v := range values {
			if !yield(v) {
				return
			}
		}
	}
}
