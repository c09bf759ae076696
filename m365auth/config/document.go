package config

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// A document is parsed into a tree that loses nothing we are strict about: keys
// keep their order, their case, their line and their duplicates, and a number
// is not a string. Its nodes are object, []any, string, json.Number, bool, nil
// and oddity. viper's own decoders go through a Go map, where most of that is
// gone.
type (
	object []entry
	entry  struct {
		key  string
		line int
		raw  any
	}
	// oddity is a value that no setting can have, by its name: "a date".
	oddity string
)

// maxDepth is deeper than any plan of a host, and shallow enough for recursion.
const maxDepth = 64

// parseYAML reads one YAML document. Aliases are not followed: a small document
// could stand for a huge one.
func parseYAML(data []byte) (any, *fault) {
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	var doc, second yaml.Node
	err := decoder.Decode(&doc)
	if errors.Is(err, io.EOF) || err == nil && doc.Kind == 0 {
		return nil, nil
	}
	if err == nil {
		if err = decoder.Decode(&second); err == nil {
			return nil, &fault{"holds more than one YAML document", "keep one"}
		}
		if errors.Is(err, io.EOF) {
			return fromYAML(doc.Content[0], 0), nil
		}
	}
	detail := strings.TrimPrefix(err.Error(), "yaml: ")
	if strings.ContainsAny(detail, "'`\"") {
		detail = "a part of it cannot be read" // the text quotes the document, which may hold a secret
	}
	return nil, &fault{"is not YAML: " + detail, "correct it; text with : or # in it needs quotes"}
}

func fromYAML(n *yaml.Node, depth int) any {
	if depth > maxDepth {
		return oddity("nested too deeply")
	}
	switch n.Kind {
	case yaml.MappingNode:
		o := object{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			k := n.Content[i]
			o = append(o, entry{key: yamlKey(k), line: k.Line, raw: fromYAML(n.Content[i+1], depth+1)})
		}
		return o
	case yaml.SequenceNode:
		list := []any{}
		for _, c := range n.Content {
			list = append(list, fromYAML(c, depth+1))
		}
		return list
	case yaml.ScalarNode:
		return yamlScalar(n)
	}
	return oddity("a YAML alias")
}

// yamlKey is the key's text if it is plain text, and otherwise something that
// is no key of ours.
func yamlKey(n *yaml.Node) string {
	switch {
	case n.Kind != yaml.ScalarNode:
		return "?"
	case n.ShortTag() != "!!str":
		return n.ShortTag() + " " + n.Value
	}
	return n.Value
}

func yamlScalar(n *yaml.Node) any {
	switch tag := n.ShortTag(); tag {
	case "!!str":
		return n.Value
	case "!!null":
		return nil
	case "!!bool":
		var b bool
		if n.Decode(&b) == nil {
			return b
		}
	case "!!int":
		var i int
		if n.Decode(&i) == nil {
			return json.Number(fmt.Sprint(i))
		}
		return json.Number(n.Value)
	case "!!float":
		return json.Number(n.Value)
	case "!!timestamp":
		return oddity("a date, unless it is quoted")
	}
	return oddity("a value with a YAML tag")
}

// parseJSON reads one JSON document.
func parseJSON(data []byte) (any, *fault) {
	if !utf8.Valid(data) {
		return nil, &fault{"is not JSON: it is not UTF-8", "save it as UTF-8"}
	}
	if len(bytes.TrimSpace(data)) == 0 {
		return nil, nil
	}
	r := jsonReader{Decoder: json.NewDecoder(bytes.NewReader(data)), data: data}
	r.UseNumber()
	tree, err := r.value(0)
	if err == nil {
		if _, err = r.Token(); errors.Is(err, io.EOF) {
			return tree, nil
		}
	}
	// The decoder's own text would quote the document, which may hold a secret.
	return nil, &fault{fmt.Sprintf("is not JSON: line %d cannot be read", r.line()), "correct it"}
}

type jsonReader struct {
	*json.Decoder
	data []byte
}

func (r jsonReader) line() int {
	return 1 + bytes.Count(r.data[:min(int(r.InputOffset()), len(r.data))], []byte("\n"))
}

func (r jsonReader) value(depth int) (any, error) {
	if depth > maxDepth {
		return nil, errors.New("nested too deeply")
	}
	token, err := r.Token()
	if err != nil {
		return nil, err
	}
	switch token {
	case json.Delim('{'):
		return r.object(depth)
	case json.Delim('['):
		return r.list(depth)
	}
	return token, nil
}

func (r jsonReader) object(depth int) (any, error) {
	o := object{}
	for r.More() {
		name, err := r.Token()
		if err != nil {
			return nil, err
		}
		e := entry{key: fmt.Sprint(name), line: r.line()}
		if e.raw, err = r.value(depth + 1); err != nil {
			return nil, err
		}
		o = append(o, e)
	}
	_, err := r.Token()
	return o, err
}

func (r jsonReader) list(depth int) (any, error) {
	list := []any{}
	for r.More() {
		v, err := r.value(depth + 1)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	_, err := r.Token()
	return list, err
}

// fromGo brings a value that a host decoded itself into the same shape. A whole
// float64 is a number like any other, since most decoders of JSON know no other.
func fromGo(v any, depth int) any {
	if depth > maxDepth {
		return oddity("nested too deeply")
	}
	switch v := v.(type) {
	case nil, string, bool, json.Number, object:
		return v
	case map[string]any:
		o := object{}
		for _, k := range slices.Sorted(maps.Keys(v)) {
			o = append(o, entry{key: k, raw: fromGo(v[k], depth+1)})
		}
		return o
	}
	switch r := reflect.ValueOf(v); r.Kind() {
	case reflect.Slice:
		list := []any{}
		for i := range r.Len() {
			list = append(list, fromGo(r.Index(i).Interface(), depth+1))
		}
		return list
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return json.Number(fmt.Sprint(r.Int()))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return json.Number(fmt.Sprint(r.Uint()))
	case reflect.Float32, reflect.Float64:
		// A fraction keeps its point, and so is refused like "1.5" in JSON.
		return json.Number(fmt.Sprintf("%.10g", r.Float()))
	}
	return oddity(fmt.Sprintf("a %T", v))
}
