package m365graph

import (
	"errors"
	"reflect"
)

// Opt is a property of a change: left as it is (the zero value), emptied with
// [Null], or given a value with [Set]. A field of this type is tagged omitzero:
//
//	Subject m365graph.Opt[string] `json:"subject,omitzero"`
//
// Null and an empty value differ: a list can be made empty with Set of an empty
// or nil slice, where null would be refused.
type Opt[T any] struct {
	value T
	state optState
}

type optState uint8

const (
	optUnset optState = iota
	optNull
	optValue
)

// Set gives a property a value.
func Set[T any](v T) Opt[T] { return Opt[T]{value: v, state: optValue} }

// Null empties a property.
func Null[T any]() Opt[T] { return Opt[T]{state: optNull} }

// Get returns the value, and whether there is one.
func (o Opt[T]) Get() (T, bool) { return o.value, o.state == optValue }

// IsNull reports whether the property is to be emptied.
func (o Opt[T]) IsNull() bool { return o.state == optNull }

// IsZero reports whether the property is to be left as it is; omitzero asks.
func (o Opt[T]) IsZero() bool { return o.state == optUnset }

// Equal reports whether both say the same, deeply.
func (o Opt[T]) Equal(other Opt[T]) bool { return reflect.DeepEqual(o, other) }

// errUnset keeps a forgotten omitzero from emptying a property.
var errUnset = errors.New("m365graph: an Opt that is unset cannot be written; tag its field omitzero")

// MarshalJSON writes the value or null. It fails where nothing is set.
func (o Opt[T]) MarshalJSON() ([]byte, error) {
	switch o.state {
	case optNull:
		return []byte("null"), nil
	case optValue:
		if v := reflect.ValueOf(&o.value).Elem(); v.Kind() == reflect.Slice && v.IsNil() && v.Type().Elem().Kind() != reflect.Uint8 {
			return encodeJSON(reflect.MakeSlice(v.Type(), 0, 0).Interface())
		}
		return encodeJSON(o.value)
	}
	return nil, errUnset
}

// UnmarshalJSON reads a value or null. A property that is not there is not read,
// and stays unset.
func (o *Opt[T]) UnmarshalJSON(data []byte) error {
	if string(data) == "null" {
		*o = Null[T]()
		return nil
	}
	var v T
	if err := decodeJSON(data, &v); err != nil {
		return err
	}
	*o = Set(v)
	return nil
}
