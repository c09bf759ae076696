package m365graph

import (
	"encoding/json"
	"fmt"

	"github.com/m365go/sdk/m365graph/internal/jsonread"
)

// Extra is what came with an entity beyond the fields of its struct: properties
// that the struct does not have, expanded relations, annotations. A field
//
//	Extra m365graph.Extra `json:"-"`
//
// is filled wherever this module reads the struct, and is never written. Give
// the struct an UnmarshalJSON that calls [UnmarshalEntity], and encoding/json
// fills it too. The other fields must be plain: reading fails where one is
// embedded or has the option "string". To embed such a struct promotes its method,
// which then reads nothing of what stands beside it; make it a named field.
//
// The entity's own strings and Extra share one copy of the object. Extra prints
// nothing of it, as it may hold links that work without a sign-in.
type Extra struct {
	// object is behind a pointer as a Secret's value is: a printer that goes
	// around the methods sees an address.
	object *string
	fields *jsonread.Fields // those of the struct
}

// UnmarshalEntity reads an object into v, a pointer to a struct with a field of
// the type [Extra]. It is what the struct's UnmarshalJSON calls, and does not
// call that.
func UnmarshalEntity(data []byte, v any) error { return codec.Object(data, v) }

// Raw returns the whole object as Graph sent it, with the properties that the
// struct has too. It is nil if the struct was not read from JSON. The caller may
// change it.
func (e Extra) Raw() json.RawMessage {
	if e.object == nil {
		return nil
	}
	return json.RawMessage(*e.object)
}

// Get returns a property as Graph sent it, of those that the struct has as well.
// The name must be spelled as Graph does.
func (e Extra) Get(name string) (json.RawMessage, bool) {
	var found json.RawMessage
	for _, m := range e.members() {
		if m.Name == name {
			found = m.Value
		}
	}
	return found, found != nil
}

// Decode reads a property into v, as encoding/json does, and reports whether
// there is one. One that is null leaves most of v's as they are.
func (e Extra) Decode(name string, v any) (bool, error) {
	value, ok := e.Get(name)
	if !ok {
		return false, nil
	}
	if err := decodeJSON(value, v); err != nil {
		return true, fmt.Errorf("m365graph: read %s: %w", name, err)
	}
	return true, nil
}

// Names returns the properties that the struct does not have, in Graph's order.
func (e Extra) Names() []string {
	var names []string
	for _, m := range e.members() {
		if !e.fields.Has(m.Name) {
			names = append(names, m.Name)
		}
	}
	return names
}

// Equal reports whether the properties that the structs do not have are the
// same, byte for byte and in any order. An Extra that was not read has none.
func (e Extra) Equal(other Extra) bool {
	mine, theirs := e.unknown(), other.unknown()
	for name, value := range mine {
		if theirs[name] != value {
			return false
		}
	}
	return len(mine) == len(theirs)
}

func (e Extra) unknown() map[string]string {
	unknown := map[string]string{}
	for _, m := range e.members() {
		if !e.fields.Has(m.Name) {
			unknown[m.Name] = string(m.Value)
		}
	}
	return unknown
}

func (e Extra) members() []jsonread.Member {
	members, err := jsonread.Members(e.Raw())
	if err != nil {
		return nil // not read, as what was read is an object
	}
	return members
}

// String says how many properties there are beyond the struct's, and nothing of
// them.
func (e Extra) String() string { return fmt.Sprintf("%d more", len(e.Names())) }

// GoString is String.
func (e Extra) GoString() string { return e.String() }
