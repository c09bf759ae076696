package agenttool

import (
	"bytes"
	"encoding"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"unicode/utf8"
)

const (
	// maxInput is the most bytes of arguments that a call may have.
	maxInput = 256 << 10
	// maxDepth is how deep JSON may nest.
	maxDepth = 32
)

// jsonFault is what is wrong with a JSON value, and where.
type jsonFault struct{ path, problem string }

func (f *jsonFault) Error() string {
	if f.path == "" {
		return f.problem
	}
	return fmt.Sprintf("%q %s", f.path, f.problem)
}

// checkJSON reports bytes that are not one JSON value in UTF-8, that nest too
// deep, name a key twice, or do not fit the Go type t; a nil t fits anything.
// encoding/json alone would fold the case of keys and take the last of two.
func checkJSON(raw []byte, t reflect.Type) error {
	_, err := fitJSON(raw, t)
	return err
}

// fitJSON checks as [checkJSON] does, and returns raw with each whole number
// spelled as Go reads one: 5 for 5.0.
func fitJSON(raw []byte, t reflect.Type) ([]byte, error) {
	if !validJSON(raw) {
		return nil, &jsonFault{problem: "is not one JSON value in UTF-8"}
	}
	c := &checker{dec: newDecoder(raw)}
	if err := c.value(t, "", 0); err != nil {
		return nil, err
	}
	if len(c.spellings) == 0 {
		return raw, nil
	}
	var spelled []byte
	done := 0
	for _, s := range c.spellings {
		spelled = append(append(spelled, raw[done:s.start]...), s.text...)
		done = s.end
	}
	return append(spelled, raw[done:]...), nil
}

// validJSON reports whether raw is one JSON value in UTF-8, which json.Valid
// alone does not ask for.
func validJSON(raw []byte) bool { return utf8.Valid(raw) && json.Valid(raw) }

func newDecoder(raw []byte) *json.Decoder {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	return dec
}

// decodeAny returns JSON as maps, slices, strings, json.Number and literals.
func decodeAny(raw []byte) (any, error) {
	var v any
	err := newDecoder(raw).Decode(&v)
	return v, err
}

// checker walks a JSON text beside the Go type that it is meant for.
type checker struct {
	dec       *json.Decoder
	spellings []spelling
}

// spelling is another text for a number that stands from start to end.
type spelling struct {
	start, end int
	text       string
}

func (c *checker) value(t reflect.Type, path string, depth int) error {
	if depth > maxDepth {
		return &jsonFault{path, fmt.Sprintf("nests deeper than %d levels", maxDepth)}
	}
	token, err := c.dec.Token()
	if err != nil {
		return &jsonFault{path, "is broken JSON"}
	}
	t = plainType(t)
	if want := mismatch(token, t); want != "" {
		return &jsonFault{path, "must be " + want}
	}
	switch token := token.(type) {
	case json.Delim:
		if token == '{' {
			return c.object(t, path, depth)
		}
		return c.array(t, path, depth)
	case json.Number:
		if t == nil || !isInteger(t.Kind()) {
			break
		}
		if whole, _ := wholeNumber(token.String()); whole != token.String() {
			end := int(c.dec.InputOffset())
			c.spellings = append(c.spellings, spelling{end - len(token), end, whole})
		}
	}
	return nil
}

func (c *checker) array(t reflect.Type, path string, depth int) error {
	n := 0
	for ; c.dec.More(); n++ {
		if err := c.value(elem(t), path+"[]", depth+1); err != nil {
			return err
		}
	}
	if t != nil && t.Kind() == reflect.Array && n != t.Len() {
		return &jsonFault{path, fmt.Sprintf("must be an array of %d", t.Len())}
	}
	_, err := c.dec.Token()
	return err
}

func (c *checker) object(t reflect.Type, path string, depth int) error {
	seen := map[string]bool{}
	for c.dec.More() {
		token, err := c.dec.Token()
		key, ok := token.(string)
		if err != nil || !ok {
			return &jsonFault{path, "is broken JSON"}
		}
		at := strings.TrimPrefix(path+"."+key, ".")
		if seen[key] {
			return &jsonFault{at, "stands there twice"}
		}
		seen[key] = true
		child := elem(t)
		if t != nil && t.Kind() == reflect.Struct && (depth > 0 || !isHostKey(key)) {
			fields := jsonFields(t)
			if child, ok = fields[key]; !ok {
				return &jsonFault{at, unknownKey(key, fields)}
			}
		}
		if err := c.value(child, at, depth+1); err != nil {
			return err
		}
	}
	_, err := c.dec.Token()
	return err
}

// isHostKey reports whether a top-level key belongs to the host that calls the
// tool, such as "_tool_call_id".
func isHostKey(key string) bool { return strings.HasPrefix(key, "_") }

var (
	rawMessage      = reflect.TypeFor[json.RawMessage]()
	jsonUnmarshaler = reflect.TypeFor[json.Unmarshaler]()
	textUnmarshaler = reflect.TypeFor[encoding.TextUnmarshaler]()
)

// plainType strips pointers, and returns nil for a type whose JSON is its own
// affair.
func plainType(t reflect.Type) reflect.Type {
	for t != nil && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t == nil || t == rawMessage || t.Kind() == reflect.Interface {
		return nil
	}
	if p := reflect.PointerTo(t); p.Implements(jsonUnmarshaler) || p.Implements(textUnmarshaler) {
		return nil
	}
	return t
}

func elem(t reflect.Type) reflect.Type {
	if t == nil {
		return nil
	}
	switch t.Kind() {
	case reflect.Map, reflect.Slice, reflect.Array:
		return t.Elem()
	}
	return nil
}

// jsonFields are the keys of a struct and their types. Embedded structs are not
// looked into.
func jsonFields(t reflect.Type) map[string]reflect.Type {
	fields := map[string]reflect.Type{}
	for f := range t.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "" {
			name = f.Name
		}
		if f.IsExported() && name != "-" {
			fields[name] = f.Type
		}
	}
	return fields
}
