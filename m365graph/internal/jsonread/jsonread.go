// Package jsonread reads JSON into Go values as encoding/json does, some times
// as fast and with a fraction of its allocations, and keeps the objects that it
// read for those that ask.
//
// It compiles each type once to a plan. What has rules of its own (a method that
// reads it, an interface, a map, an array, embedding, the option "string") is
// left to encoding/json, value by value, so that any type can be read. Names
// match as there: by spelling, or else by case folding. It differs in that it
// stops at the first error, takes base64 without its padding, and reads a member
// that comes twice into a fresh list. A struct that keeps its object must have
// plain fields.
package jsonread

import (
	"errors"
	"reflect"
	"sync"
)

// Codec reads values. It is safe for concurrent use.
type Codec struct {
	extra reflect.Type
	keep  func(extra any, object string, fields *Fields)
	plans sync.Map // reflect.Type to *plan
}

// New returns a codec. Where a struct has a field of the type E, keep is called
// with a pointer to it, the object that the struct was read from and the fields
// that the struct has. The object and the strings of the struct share one copy.
// Types of E's own package and below it are read by their plan even if they have
// an UnmarshalJSON, which is held to be no more than a call of [Codec.Object].
func New[E any](keep func(extra *E, object string, fields *Fields)) *Codec {
	return &Codec{
		extra: reflect.TypeFor[E](),
		keep:  func(extra any, object string, fields *Fields) { keep(extra.(*E), object, fields) },
	}
}

// Unmarshal reads a document into v, a pointer.
func (c *Codec) Unmarshal(data []byte, v any) error {
	target := reflect.ValueOf(v)
	if target.Kind() != reflect.Pointer || target.IsNil() {
		return errNoPointer
	}
	target = target.Elem()
	return c.document(data, c.plan(target.Type()), target)
}

// Object is [Codec.Unmarshal] for the UnmarshalJSON method of a struct, which
// it does not call; so it refuses a struct that only encoding/json can read, which
// would call it.
func (c *Codec) Object(data []byte, v any) error {
	target := reflect.ValueOf(v)
	if target.Kind() != reflect.Pointer || target.IsNil() || target.Elem().Kind() != reflect.Struct {
		return errNoPointer
	}
	target = target.Elem()
	p := c.barePlan(target.Type())
	if p.op == opOther {
		return errOdd(p.typ)
	}
	return c.document(data, p, target)
}

// errOdd refuses a struct that is to keep its object and cannot.
func errOdd(t reflect.Type) error {
	return &Error{Problem: t.String() + " can keep nothing, as a field of it is embedded, has the option string, or has a name that is odd or taken"}
}

var errNoPointer = errors.New("json: the value to read into is no pointer to one")

func (c *Codec) document(data []byte, p *plan, target reflect.Value) error {
	doc, err := scan(data)
	if err != nil {
		return err
	}
	d := decoder{codec: c, walker: walker{document: doc}}
	return d.value(p, target)
}

// A Member is one of an object, its value unread.
type Member struct {
	Name  string
	Value []byte // as it was sent

	place walker
}

// Members returns those of an object, in their order.
func Members(object []byte) ([]Member, error) {
	doc, err := scan(object)
	if err != nil {
		return nil, err
	}
	w := walker{document: doc}
	if w.next() != '{' {
		return nil, &Error{Problem: "no object where one is wanted"}
	}
	var members []Member
	for more := w.open(); more; more = w.more() {
		m := Member{Name: string(w.name()), place: w}
		m.Value = w.skip()
		members = append(members, m)
	}
	return members, nil
}

// Member reads a member into v, a pointer.
func (c *Codec) Member(m Member, v any) error {
	target := reflect.ValueOf(v).Elem()
	d := decoder{codec: c, walker: m.place}
	return within(d.value(c.plan(target.Type()), target), m.Name)
}

// Items reads a member that is a list. Each item has memory of its own, so that
// none keeps the others alive. Items that are null are left out.
func Items[T any](c *Codec, m Member) ([]T, error) {
	ahead := m.place
	if ahead.next() != '[' {
		return nil, &Error{Path: m.Name, Problem: "no list where one is wanted"}
	}
	n := 0
	for more := ahead.open(); more; more = ahead.more() {
		if ahead.skip()[0] != 'n' {
			n++
		}
	}
	items := make([]T, n)
	v, p := reflect.ValueOf(items), c.plan(reflect.TypeFor[T]())
	d := decoder{codec: c, walker: m.place}
	d.next()
	n = 0
	for more := d.open(); more; more = d.more() {
		if d.next() == 'n' {
			d.scalar()
			continue
		}
		if err := d.value(p, v.Index(n)); err != nil {
			return nil, within(within(err, index(n)), m.Name)
		}
		n++
	}
	return items, nil
}
