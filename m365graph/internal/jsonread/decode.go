package jsonread

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"reflect"
	"strconv"
	"time"
)

// decoder puts the values of a document into Go's.
type decoder struct {
	walker
	codec *Codec
	text  string // a copy of data from base on, which strings may be parts of
	base  int
	buf   []byte
}

// value reads a value as p says.
func (d *decoder) value(p *plan, v reflect.Value) error {
	c := d.next()
	if p.op == opOther && p.extra >= 0 {
		return errOdd(p.typ)
	}
	if p.op == opOther {
		return d.other(v)
	}
	if c == 'n' {
		d.scalar()
		if p.op == opPointer || p.op == opSlice || p.op == opBytes {
			v.SetZero() // anything else stays as it is
		}
		return nil
	}
	switch p.op {
	case opString:
		if c == '"' {
			v.SetString(d.string())
			return nil
		}
	case opBool:
		if c == 't' || c == 'f' {
			d.scalar()
			v.SetBool(c == 't')
			return nil
		}
	case opInt, opUint, opFloat:
		if c == '-' || c-'0' <= 9 {
			return d.number(p, v)
		}
	case opTime:
		if c == '"' {
			return d.time(v)
		}
	case opBytes:
		if c == '"' {
			return d.bytes(v)
		}
		if c == '[' {
			return d.other(v)
		}
	case opPointer:
		if v.IsNil() {
			v.Set(reflect.New(p.elem.typ))
		}
		return d.value(p.elem, v.Elem())
	case opSlice:
		if c == '[' {
			return d.list(p, v)
		}
	case opStruct:
		if c == '{' {
			return d.object(p, v)
		}
	}
	return &Error{Problem: kindOf(c) + " where " + p.typ.String() + " is wanted"}
}

// other leaves a value to encoding/json.
func (d *decoder) other(v reflect.Value) error {
	err := json.Unmarshal(d.skip(), v.Addr().Interface())
	if own, ok := errors.AsType[*Error](err); ok {
		return own // of a method that came back here
	}
	if err != nil {
		return &Error{Problem: "the value does not fit in " + v.Type().String(), cause: err}
	}
	return nil
}

// object reads a struct. One that keeps its object, and is in none that does,
// makes the copy for all that it holds.
func (d *decoder) object(p *plan, v reflect.Value) error {
	start := d.pos
	if p.extra >= 0 && d.text == "" {
		ahead := d.walker
		d.text, d.base = string(ahead.skip()), start
		defer func() { d.text = "" }()
	}
	for more := d.open(); more; more = d.more() {
		f := p.fields.find(d.name())
		if f == nil {
			d.skip()
		} else if err := d.value(f.plan, v.Field(f.index)); err != nil {
			return within(err, f.name)
		}
	}
	if p.extra >= 0 {
		d.codec.keep(v.Field(p.extra).Addr().Interface(), d.text[start-d.base:d.pos-d.base], &p.fields)
	}
	return nil
}

// list reads a slice.
func (d *decoder) list(p *plan, v reflect.Value) error {
	v.Set(p.empty)
	n := 0
	for more := d.open(); more; more = d.more() {
		if n == v.Len() {
			v.Grow(d.count())
			v.SetLen(v.Cap())
		}
		if err := d.value(p.elem, v.Index(n)); err != nil {
			return within(err, index(n))
		}
		n++
	}
	v.SetLen(n)
	return nil
}

// count is how many elements of a list are left, this one included.
func (d *decoder) count() int {
	ahead, n := d.walker, 1
	for ahead.skip(); ahead.more(); n++ {
		ahead.skip()
	}
	return n
}

// string reads a string.
func (d *decoder) string() string {
	inner, escapes := d.str()
	switch {
	case escapes:
		d.buf = unescape(d.buf[:0], inner)
		return string(d.buf)
	case d.text != "":
		end := d.pos - 1 - d.base
		return d.text[end-len(inner) : end]
	}
	return string(inner)
}

func (d *decoder) number(p *plan, v reflect.Value) error {
	digits, err := string(d.scalar()), error(nil)
	switch p.op {
	case opInt:
		var n int64
		if n, err = strconv.ParseInt(digits, 10, p.typ.Bits()); err == nil {
			v.SetInt(n)
		}
	case opUint:
		var n uint64
		if n, err = strconv.ParseUint(digits, 10, p.typ.Bits()); err == nil {
			v.SetUint(n)
		}
	default:
		var n float64
		if n, err = strconv.ParseFloat(digits, p.typ.Bits()); err == nil {
			v.SetFloat(n)
		}
	}
	if err != nil {
		return &Error{Problem: "the number does not fit in " + p.typ.String()}
	}
	return nil
}

// time reads a time of RFC 3339.
func (d *decoder) time(v reflect.Value) error {
	if err := v.Addr().Interface().(*time.Time).UnmarshalJSON(d.skip()); err != nil {
		return &Error{Problem: "the string is no time of RFC 3339"}
	}
	return nil
}

// bytes reads base64, padded or not: one that is padded badly must not cost a
// whole page.
func (d *decoder) bytes(v reflect.Value) error {
	inner, escapes := d.str()
	if escapes {
		inner = unescape(nil, inner)
	}
	inner = bytes.TrimRight(inner, "=\r\n")
	out := make([]byte, base64.RawStdEncoding.DecodedLen(len(inner)))
	n, err := base64.RawStdEncoding.Decode(out, inner)
	if err != nil {
		return &Error{Problem: "the string is no base64"}
	}
	v.SetBytes(out[:n])
	return nil
}
