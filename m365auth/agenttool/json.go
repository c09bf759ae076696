package agenttool

import (
	"bytes"
	"encoding"
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
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
	if !utf8.Valid(raw) || !json.Valid(raw) {
		return &jsonFault{problem: "is not one JSON value in UTF-8"}
	}
	return (&checker{dec: newDecoder(raw)}).value(t, "", 0)
}

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
type checker struct{ dec *json.Decoder }

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
	switch token {
	case json.Delim('{'):
		return c.object(t, path, depth)
	case json.Delim('['):
		for c.dec.More() {
			if err := c.value(elem(t), path+"[]", depth+1); err != nil {
				return err
			}
		}
		_, err = c.dec.Token()
	}
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
	if t == nil || t.Kind() != reflect.Map && t.Kind() != reflect.Slice {
		return nil
	}
	return t.Elem()
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

// mismatch names what t wants in place of token, or is empty if token fits.
// Null fits everywhere: models send it for an argument that they leave out.
func mismatch(token json.Token, t reflect.Type) string {
	if t == nil || token == nil {
		return ""
	}
	var fits bool
	var want string
	switch t.Kind() {
	case reflect.String:
		_, fits = token.(string)
		want = "a string"
	case reflect.Bool:
		_, fits = token.(bool)
		want = "true or false"
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		n, isNumber := token.(json.Number)
		_, err := strconv.ParseInt(n.String(), 10, t.Bits())
		fits, want = isNumber && err == nil, "a whole number"
	case reflect.Float32, reflect.Float64:
		n, isNumber := token.(json.Number)
		_, err := strconv.ParseFloat(n.String(), t.Bits())
		fits, want = isNumber && err == nil, "a number"
	case reflect.Slice:
		fits, want = token == json.Delim('['), "an array"
	default:
		fits, want = token == json.Delim('{'), "an object"
	}
	if fits {
		return ""
	}
	return want
}
