package graphtest

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// object is a JSON object in the order Graph prints it. Values are nil, bool,
// string, int, int64, float64, time.Time, []byte (shown as base64), object,
// shown, []any, []string and json.RawMessage; anything else is a mistake of ours.
type object []member

type member struct {
	name  string
	value any
}

// get finds a member, without regard to case.
func (o object) get(name string) (any, bool) {
	for _, m := range o {
		if m.name == name || strings.EqualFold(m.name, name) {
			return m.value, true
		}
	}
	return nil, false
}

// shown is a value that lists are full of: written without becoming an object
// first, which it is for who looks for a member.
type shown interface {
	appendTo(dst []byte) []byte
	object() object
}

// objectOf is a value that has members, as an object.
func objectOf(value any) (o object, ok bool) {
	switch v := value.(type) {
	case object:
		return v, v != nil
	case shown:
		return v.object(), true
	}
	return nil, false
}

// appendJSON writes v as Graph does: no HTML escapes, times in UTC.
func appendJSON(dst []byte, v any) []byte {
	switch v := v.(type) {
	case nil:
		return append(dst, "null"...)
	case bool:
		return strconv.AppendBool(dst, v)
	case string:
		return appendString(dst, v)
	case int:
		return strconv.AppendInt(dst, int64(v), 10)
	case int64:
		return strconv.AppendInt(dst, v, 10)
	case float64:
		return strconv.AppendFloat(dst, v, 'g', -1, 64)
	case time.Time:
		return append(appendTime(append(dst, '"'), v), '"')
	case []byte:
		dst = append(dst, '"')
		dst = base64.StdEncoding.AppendEncode(dst, v)
		return append(dst, '"')
	case json.RawMessage:
		return append(dst, v...)
	case object:
		dst = append(dst, '{')
		for i, m := range v {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = append(appendString(dst, m.name), ':')
			dst = appendJSON(dst, m.value)
		}
		return append(dst, '}')
	case shown:
		return v.appendTo(dst)
	case []any:
		return appendArray(dst, v)
	case []string:
		return appendArray(dst, v)
	case []object:
		return appendArray(dst, v)
	}
	panic(fmt.Sprintf("graphtest: no JSON form for %T", v))
}

func appendArray[T any](dst []byte, values []T) []byte {
	dst = append(dst, '[')
	for i, e := range values {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendJSON(dst, e)
	}
	return append(dst, ']')
}

const hexDigits = "0123456789abcdef"

// appendString quotes s. What is not UTF-8 becomes U+FFFD.
func appendString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	for i := 0; i < len(s); {
		plain := i
		for i < len(s) && s[i] >= ' ' && s[i] < utf8.RuneSelf && s[i] != '"' && s[i] != '\\' {
			i++
		}
		if dst = append(dst, s[plain:i]...); i == len(s) {
			break
		}
		b := s[i]
		switch {
		case b == '"' || b == '\\':
			dst = append(dst, '\\', b)
		case b == '\n':
			dst = append(dst, `\n`...)
		case b == '\r':
			dst = append(dst, `\r`...)
		case b == '\t':
			dst = append(dst, `\t`...)
		case b < ' ':
			dst = append(dst, `\u00`...)
			dst = append(dst, hexDigits[b>>4], hexDigits[b&15])
		default:
			r, n := utf8.DecodeRuneInString(s[i:])
			dst = utf8.AppendRune(dst, r)
			i += n
			continue
		}
		i++
	}
	return append(dst, '"')
}

// formatTime writes a DateTimeOffset. Graph's unset time is year one.
func formatTime(t time.Time) string { return string(appendTime(nil, t)) }

func appendTime(dst []byte, t time.Time) []byte {
	return t.UTC().AppendFormat(dst, time.RFC3339Nano)
}
