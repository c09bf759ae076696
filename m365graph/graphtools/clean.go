package graphtools

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// clean returns a value of Graph's as a model may see it. It leaves out what
// carries an authority of its own, links that our cursors stand for, and file
// contents; and of names and texts, which strangers wrote, the characters that
// nobody sees.
func clean(v any) any {
	switch v := v.(type) {
	case map[string]any:
		m := make(map[string]any, len(v))
		for _, name := range slices.Sorted(maps.Keys(v)) {
			seen := visible(name)
			_, real := v[seen]
			_, taken := m[seen]
			if withheld(seen) || seen != name && (seen == "" || real || taken) {
				continue // a name that only looks like another one does not stand in for it
			}
			m[seen] = clean(v[name])
		}
		if link, ok := m["link"].(map[string]any); ok {
			// Of a sharing link; whoever has its address has the item.
			delete(link, "webUrl")
			delete(link, "webHtml")
		}
		return m
	case []any:
		for i := range v {
			v[i] = clean(v[i])
		}
		return v
	case string:
		return withoutKeys(visible(v))
	}
	return v
}

// withheld reports whether a property is not for models: links that open a file
// for whoever has them, contents in base64, links to pages and metadata, and a
// part of a person that no permission covers.
func withheld(name string) bool {
	name = strings.ToLower(name)
	for _, end := range []string{
		"contentbytes", "uploadurl", "downloadurl", "@odata.context", "@odata.nextlink", "@odata.deltalink", "shareid", "mailboxsettings",
	} {
		if strings.HasSuffix(name, end) {
			return true
		}
	}
	return false
}

// keyedLink is an address whose query holds the key to what it leads to, as
// those of thumbnails and downloads do, wherever it stands.
var keyedLink = regexp.MustCompile(`(?i)https?://[^\s"'<>]*[?&;](?:tempauth|prooftoken|authkey|access_token|sig|x-amz-signature)=[^\s"'<>]*`)

func withoutKeys(s string) string {
	if !strings.Contains(s, "://") {
		return s
	}
	return keyedLink.ReplaceAllLiteralString(s, "(link withheld: it opens without a sign-in)")
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
