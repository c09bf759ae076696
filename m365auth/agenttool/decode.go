package agenttool

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// Decode reads a call's arguments into T, a struct with json tags and without
// embedded structs. It is strict, because a model that misspells an argument
// should hear of it: an unknown key is an error that names the nearest known
// one, and so are a key in another case, a key given twice, a value of another
// type, data after the object, and more than 256 KB or 32 levels. A whole number
// may be written 5.0, a []byte is a string in base64, and a [N]T has N items.
// Top-level keys that begin with an underscore are the host's own and are
// skipped. Null counts as left out, and no input at all as an empty object.
//
// The error is an [*Error] with [CodeInvalidArgument].
func Decode[T any](in json.RawMessage) (T, error) {
	var v T
	in, err := checkInput(in, reflect.TypeFor[T]())
	if err != nil {
		return v, err
	}
	if err := json.Unmarshal(in, &v); err != nil {
		var zero T
		return zero, invalidInput(&jsonFault{problem: "cannot be read"})
	}
	return v, nil
}

// checkInput returns arguments that are an object and fit t.
func checkInput(in json.RawMessage, t reflect.Type) (json.RawMessage, error) {
	if len(in) == 0 {
		in = json.RawMessage("{}")
	}
	if len(in) > maxInput {
		return nil, invalidInput(&jsonFault{problem: fmt.Sprintf("are more than %d bytes", maxInput)})
	}
	in, err := fitJSON(in, t)
	if err != nil {
		return nil, invalidInput(err)
	}
	if trimmed := strings.TrimLeft(string(in), " \t\r\n"); trimmed[0] != '{' {
		return nil, invalidInput(&jsonFault{problem: "must be a JSON object"})
	}
	return in, nil
}

func invalidInput(err error) *Error {
	e := &Error{Code: CodeInvalidArgument, Message: "the arguments are wrong: " + err.Error(), Hint: "mend the arguments and call again"}
	var fault *jsonFault
	if errors.As(err, &fault) && fault.path != "" {
		e.Message = "the argument " + fault.Error()
		e.Details = map[string]any{"argument": fault.path}
	} else if fault != nil {
		e.Message = "the arguments: " + fault.problem
	}
	return e
}

// stripHostKeys returns checked arguments without the host's own keys.
func stripHostKeys(in json.RawMessage) (json.RawMessage, error) {
	if !strings.Contains(string(in), `"_`) && !strings.Contains(string(in), `"\`) {
		return in, nil
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(in, &members); err != nil {
		return nil, err
	}
	maps.DeleteFunc(members, func(key string, _ json.RawMessage) bool { return isHostKey(key) })
	return json.Marshal(members)
}

// unknownKey says what is wrong with a key that no field has.
func unknownKey(key string, fields map[string]reflect.Type) string {
	known := slices.Sorted(maps.Keys(fields))
	if near := nearest(key, known); near != "" {
		return fmt.Sprintf("is unknown; did you mean %q?", near)
	}
	return "is unknown; there are " + strings.Join(known, ", ")
}

// nearest returns the known name that key was most likely meant to be, or "".
func nearest(key string, known []string) string {
	if len(known) == 0 || len(key) > 64 {
		return ""
	}
	distance := func(name string) int { return editDistance(strings.ToLower(key), strings.ToLower(name)) }
	best := slices.MinFunc(known, func(a, b string) int { return cmp.Compare(distance(a), distance(b)) })
	if distance(best) > max(2, len(best)/3) {
		return ""
	}
	return best
}

// editDistance is Levenshtein's.
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			substitute := diagonal
			if a[i] != b[j] {
				substitute++
			}
			diagonal = row[j+1]
			row[j+1] = min(substitute, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
