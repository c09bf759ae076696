package graphtest

import (
	"strings"
	"sync"

	"github.com/m365go/sdk/m365graph/internal/odata"
)

// schema says how a T looks as JSON: its properties in the order Graph prints
// them. Filters, orders and selections read a resource through it, property
// by property, so that a list of a hundred thousand is never written out to
// show ten.
type schema[T any] struct {
	name string         // without "microsoft.graph."
	etag func(T) string // nil: it has none
	// annotate gives what stands before the properties, such as
	// @odata.type; nil: nothing.
	annotate func(T) object
	keep     []string // shown beside any $select
	// present writes a T that is of one of several types, each with properties
	// of its own; nil: all have those of props.
	present func(sh *shape[T], c *call, v T, head []member) object
	derived odata.Types // the types that a T can be cast to; nil: none
	props   []property[T]

	page      int // items of a page without $top
	maxPage   int // the largest $top
	indexOnce sync.Once
	index     map[string]int // by name, as spelt and lower-cased
}

// property is one member. A property without get is one Graph knows and this
// tenant never has: it can be selected, and is null.
type property[T any] struct {
	name string
	typ  string // as in Graph's metadata: "Edm.String", "[]recipient", "importance"
	cast string // the derived type that has it, which $select must name; "": none
	get  func(*call, T) any
	// expand is get for an $expand with options; nil: get does.
	expand func(*call, T, *expansion) any
	show   show
	// filtered lets $filter and $orderby name a property that is shown only
	// when it is expanded.
	filtered bool
}

// show says when a property is printed.
type show int

const (
	always   show = iota
	selected      // only when $select names it
	expanded      // a navigation property: only when $expand names it
	unlessNil
)

// find gives a property by name, without regard to case.
func (s *schema[T]) find(name string) (*property[T], bool) {
	s.indexOnce.Do(func() {
		s.index = make(map[string]int, len(s.props))
		for i, p := range s.props {
			s.index[p.name], s.index[strings.ToLower(p.name)] = i, i
		}
	})
	i, ok := s.index[name]
	if !ok {
		i, ok = s.index[strings.ToLower(name)]
	}
	if !ok {
		return nil, false
	}
	return &s.props[i], true
}

// value reads a property of v.
func (p *property[T]) value(c *call, v T) any {
	if p.get == nil {
		return nil
	}
	return p.get(c, v)
}

// absent is the value of a property that a resource of a derived type does not
// have, whatever is selected.
var absent any = new(int)

// shape is what a request wants to see of each resource: its $select and
// $expand.
type shape[T any] struct {
	schema *schema[T]
	props  []*property[T]
	names  []string // for the context, as selected; nil: all
	expand map[string]*expansion
	full   bool   // with all control information
	at     string // the address that it names then; "": none
}

// wholeShape shows all that is shown without $select.
func wholeShape[T any](s *schema[T]) *shape[T] {
	sh := &shape[T]{schema: s}
	for i := range s.props {
		if p := &s.props[i]; p.show == always || p.show == unlessNil {
			sh.props = append(sh.props, p)
		}
	}
	return sh
}

// render writes v in that shape, after the head members (such as the
// context).
func (sh *shape[T]) render(c *call, v T, head ...member) object {
	return sh.renderInto(make(object, 0, len(head)+len(sh.props)+2), c, v, head...)
}

// renderInto is render that appends to an object, such as one that is done with.
func (sh *shape[T]) renderInto(into object, c *call, v T, head ...member) object {
	if sh.schema.present != nil {
		return sh.schema.present(sh, c, v, head)
	}
	o := append(into, head...)
	if sh.schema.etag != nil {
		o = append(o, member{"@odata.etag", sh.schema.etag(v)})
	}
	if sh.schema.annotate != nil {
		o = append(o, sh.schema.annotate(v)...)
	}
	if sh.full {
		o = sh.schema.appendControls(o, c, v, sh.at)
	}
	for _, p := range sh.props {
		e := sh.expand[p.name]
		var value any
		if e != nil && p.expand != nil {
			value = p.expand(c, v, e)
		} else {
			value = p.value(c, v)
		}
		if p.show == unlessNil && value == nil || value == absent {
			continue
		}
		if e != nil {
			o = e.append(o, p.name, value)
			continue
		}
		if sh.full {
			o = append(o, p.typed()...)
		}
		o = append(o, member{p.name, value})
	}
	return o
}

// plainly shows a resource as it is without any query option.
func plainly[T any](c *call, s *schema[T], v T) object {
	return wholeShape(s).render(c, v)
}

func plainlyAll[T any](c *call, s *schema[T], all []T) []object {
	sh := wholeShape(s)
	objects := make([]object, len(all))
	for i, v := range all {
		objects[i] = sh.render(c, v)
	}
	return objects
}

func containsFold(names []string, name string) bool {
	for _, n := range names {
		if strings.EqualFold(n, name) {
			return true
		}
	}
	return false
}
