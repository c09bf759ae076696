package jsonread

import (
	"encoding"
	"encoding/json"
	"reflect"
	"strings"
	"time"
	"unicode/utf8"
)

// op is how a type is read.
type op byte

const (
	opOther op = iota // by encoding/json
	opString
	opBool
	opInt
	opUint
	opFloat
	opBytes
	opTime
	opPointer
	opSlice
	opStruct
)

// plan is how to read a type. It does not change once it is made.
type plan struct {
	op     op
	typ    reflect.Type
	elem   *plan         // of a pointer or a slice
	empty  reflect.Value // of a slice
	fields Fields
	extra  int // the field that keeps the object; -1 if there is none
}

// Fields are those of a struct that JSON can fill.
type Fields struct {
	list  []field
	byLen [][]uint16 // those with a name of that length
}

type field struct {
	name  string
	index int
	plan  *plan
}

var (
	jsonUnmarshaler = reflect.TypeFor[json.Unmarshaler]()
	textUnmarshaler = reflect.TypeFor[encoding.TextUnmarshaler]()
	timeType        = reflect.TypeFor[time.Time]()
	numberType      = reflect.TypeFor[json.Number]()
)

// ops are for kinds that need nothing but their kind.
var ops = [reflect.UnsafePointer + 1]op{
	reflect.String: opString, reflect.Bool: opBool,
	reflect.Int: opInt, reflect.Int8: opInt, reflect.Int16: opInt, reflect.Int32: opInt, reflect.Int64: opInt,
	reflect.Uint: opUint, reflect.Uint8: opUint, reflect.Uint16: opUint, reflect.Uint32: opUint, reflect.Uint64: opUint,
	reflect.Float32: opFloat, reflect.Float64: opFloat,
	reflect.Pointer: opPointer, reflect.Slice: opSlice, reflect.Struct: opStruct,
}

// bare asks for the plan of a type without its own methods.
type bare struct{ reflect.Type }

// plan returns the plan of t, from the cache if it was made before.
func (c *Codec) plan(t reflect.Type) *plan {
	if p, ok := c.plans.Load(t); ok {
		return p.(*plan)
	}
	made := map[reflect.Type]*plan{}
	p := c.make(t, made)
	c.store(made)
	return p
}

// barePlan is the plan of t as if it had no method that reads it.
func (c *Codec) barePlan(t reflect.Type) *plan {
	if p, ok := c.plans.Load(bare{t}); ok {
		return p.(*plan)
	}
	made := map[reflect.Type]*plan{}
	p := &plan{typ: t, extra: -1}
	c.fill(p, made)
	c.store(made)
	c.plans.Store(bare{t}, p)
	return p
}

// store publishes plans. All are whole by then, those of recursive types too.
func (c *Codec) store(made map[reflect.Type]*plan) {
	for t, p := range made {
		c.plans.LoadOrStore(t, p)
	}
}

func (c *Codec) make(t reflect.Type, made map[reflect.Type]*plan) *plan {
	if p := made[t]; p != nil {
		return p
	}
	p := &plan{typ: t, extra: -1}
	made[t] = p
	switch {
	case t == timeType:
		p.op = opTime
	case t == numberType || c.readsItself(t):
	default:
		c.fill(p, made)
	}
	return p
}

// readsItself reports whether a type has a method that reads it. Those of our own
// types that keep what they are read from do nothing but come back here.
func (c *Codec) readsItself(t reflect.Type) bool {
	if t.Kind() == reflect.Pointer {
		return false // what it points to is asked
	}
	ptr := reflect.PointerTo(t)
	if ptr.Implements(jsonUnmarshaler) {
		return c.extraOf(t) < 0 || !c.isOurs(t)
	}
	return ptr.Implements(textUnmarshaler)
}

func (c *Codec) isOurs(t reflect.Type) bool {
	home := c.extra.PkgPath()
	return t.PkgPath() == home || strings.HasPrefix(t.PkgPath(), home+"/")
}

// extraOf is the index of t's field that keeps the object, or -1.
func (c *Codec) extraOf(t reflect.Type) int {
	if t.Kind() != reflect.Struct {
		return -1
	}
	for i := range t.NumField() {
		if f := t.Field(i); f.Type == c.extra && f.IsExported() && !f.Anonymous {
			return i
		}
	}
	return -1
}

func (c *Codec) fill(p *plan, made map[reflect.Type]*plan) {
	switch p.op = ops[p.typ.Kind()]; p.op {
	case opStruct:
		if p.extra = c.extraOf(p.typ); !c.fillStruct(p, made) {
			p.op = opOther
		}
	case opPointer:
		p.elem = c.make(p.typ.Elem(), made)
	case opSlice:
		p.empty = reflect.MakeSlice(p.typ, 0, 0)
		if p.elem = c.make(p.typ.Elem(), made); p.typ.Elem().Kind() == reflect.Uint8 {
			if p.op = opBytes; p.elem.op == opOther {
				p.op = opOther
			}
		}
	}
}

// fillStruct reports false where the rules of encoding/json have more to say
// than is worth knowing here: embedding, the option "string", names met twice.
func (c *Codec) fillStruct(p *plan, made map[reflect.Type]*plan) bool {
	seen := map[string]bool{}
	for i := range p.typ.NumField() {
		f := p.typ.Field(i)
		tag := f.Tag.Get("json")
		if f.Anonymous {
			return false
		}
		if !f.IsExported() || tag == "-" || i == p.extra {
			continue
		}
		name, options, _ := strings.Cut(tag, ",")
		if name == "" {
			name = f.Name
		}
		for option := range strings.SplitSeq(options, ",") {
			if option != "" && option != "omitempty" && option != "omitzero" {
				return false
			}
		}
		if seen[name] || !isPlainName(name) {
			return false
		}
		seen[name] = true
		for len(p.fields.byLen) <= len(name) {
			p.fields.byLen = append(p.fields.byLen, nil)
		}
		p.fields.byLen[len(name)] = append(p.fields.byLen[len(name)], uint16(len(p.fields.list)))
		p.fields.list = append(p.fields.list, field{name: name, index: i, plan: c.make(f.Type, made)})
	}
	return true
}

// isPlainName reports whether encoding/json takes a name for one.
func isPlainName(name string) bool {
	for i := range len(name) {
		c := name[i]
		if c <= ' ' || c >= 0x7f || strings.IndexByte("\"\\'`", c) >= 0 {
			return false
		}
	}
	return true
}

// find returns the field of that name: the one spelled like it, or else the
// first that differs in case only.
func (f *Fields) find(name []byte) *field {
	var alike []uint16
	if len(name) < len(f.byLen) {
		alike = f.byLen[len(name)]
	}
	for _, i := range alike {
		if f.list[i].name == string(name) {
			return &f.list[i]
		}
	}
	for _, c := range name {
		if c >= utf8.RuneSelf { // the other case of a letter may be longer
			return f.fold(name)
		}
	}
	for _, i := range alike {
		if strings.EqualFold(f.list[i].name, string(name)) {
			return &f.list[i]
		}
	}
	return nil
}

func (f *Fields) fold(name []byte) *field {
	if len(name) > utf8.UTFMax*len(f.byLen) {
		return nil // as long as no field's in any case
	}
	for i := range f.list {
		if strings.EqualFold(f.list[i].name, string(name)) {
			return &f.list[i]
		}
	}
	return nil
}

// Has reports whether a member of that name fills a field.
func (f *Fields) Has(name string) bool { return f.find([]byte(name)) != nil }
