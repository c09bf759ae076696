package graphtools

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// clean prepares a value of Graph's for a model, in place. It leaves out what
// carries an authority of its own, links that our cursors stand for, and file
// contents; and of texts, which strangers wrote, the characters that nobody
// sees.
func clean(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for name, child := range v {
			if withheld(name) {
				delete(v, name)
				continue
			}
			v[name] = clean(child)
		}
		return v
	case []any:
		for i := range v {
			v[i] = clean(v[i])
		}
		return v
	case string:
		return visible(v)
	}
	return v
}

// withheld reports whether a property is not for models: links that open a file
// for whoever has them, contents in base64, and links to pages and metadata.
func withheld(name string) bool {
	name = strings.ToLower(name)
	for _, end := range []string{"contentbytes", "uploadurl", "downloadurl", "@odata.context", "@odata.nextlink", "@odata.deltalink"} {
		if strings.HasSuffix(name, end) {
			return true
		}
	}
	return false
}

// visible drops control characters, marks that reorder text and characters
// without a shape: a person would not see an instruction that hides in them. The
// two joiners stay, which Persian and emoji need.
func visible(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t' || r == '\u200c' || r == '\u200d':
			return r
		case unicode.Is(unicode.Cc, r) || unicode.Is(unicode.Cf, r):
			return -1
		case r >= 0xE0100 && r <= 0xE01EF || r == 0x115F || r == 0x1160 || r == 0x3164 || r == 0xFFA0 || r == 0x034F:
			return -1 // variation selectors and fillers, which can carry hidden text
		}
		return r
	}, s)
}

// cuts are ever shorter lengths of texts and lists, in characters and elements.
var cuts = []struct{ text, list int }{{8000, 500}, {4000, 200}, {1000, 100}, {250, 30}, {60, 10}, {20, 3}}

// fit writes v as at most limit bytes of JSON, by shortening its longest texts
// and lists, and reports whether it had to. Of a resource with too many members
// for that, only the id is left.
func fit(v any, limit int) (json.RawMessage, bool, error) {
	out, err := encode(v)
	if err != nil || len(out) <= limit {
		return out, false, err
	}
	for _, c := range cuts {
		out, err = encode(shorten(v, c.text, c.list))
		if err != nil || len(out) <= limit {
			return out, true, err
		}
	}
	left := map[string]string{"note": "too large to show; name fields in $select"}
	if m, ok := v.(map[string]any); ok {
		if id, ok := m["id"].(string); ok && len(id) <= limit/4 {
			left["id"] = id
		}
	}
	out, err = encode(left)
	return out, true, err
}

// shorten returns a copy of v in which no text and no list is longer than said.
func shorten(v any, text, list int) any {
	switch v := v.(type) {
	case map[string]any:
		m := make(map[string]any, len(v))
		for name, child := range v {
			m[name] = shorten(child, text, list)
		}
		return m
	case []any:
		l := make([]any, 0, min(len(v), list))
		for _, child := range v[:min(len(v), list)] {
			l = append(l, shorten(child, text, list))
		}
		return l
	case string:
		if n := utf8.RuneCountInString(v); n > text {
			return fmt.Sprintf("%s… (%d more characters)", string([]rune(v)[:text]), n-text)
		}
	}
	return v
}
