package jsonread

import (
	"bytes"
	"unicode/utf16"
	"unicode/utf8"
)

// plain are the escapes that stand for one byte.
var plain = [256]byte{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

// escapeLen is how many bytes the escape at the start of b has; 0 if it is none.
func escapeLen(b []byte) int {
	switch {
	case len(b) < 2:
		return 0
	case plain[b[1]] != 0:
		return 2
	case b[1] == 'u' && len(b) >= 6 && hex4(b[2:]) >= 0:
		return 6
	}
	return 0
}

// hex4 reads four hexadecimal digits; it is negative if they are none.
func hex4(b []byte) (r rune) {
	for _, c := range b[:4] {
		switch {
		case c-'0' <= 9:
			c -= '0'
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			c = c | 0x20 - 'a' + 10
		default:
			return -1
		}
		r = r<<4 | rune(c)
	}
	return r
}

// unescape appends to buf what a string with escapes says. Half a surrogate pair
// says U+FFFD.
func unescape(buf, inner []byte) []byte {
	for {
		i := bytes.IndexByte(inner, '\\')
		if i < 0 {
			return append(buf, inner...)
		}
		buf = append(buf, inner[:i]...)
		if c := plain[inner[i+1]]; c != 0 {
			buf = append(buf, c)
			inner = inner[i+2:]
			continue
		}
		r := hex4(inner[i+2:])
		inner = inner[i+6:]
		if utf16.IsSurrogate(r) {
			low := rune(-1)
			if len(inner) >= 6 && inner[0] == '\\' && inner[1] == 'u' {
				low = hex4(inner[2:])
			}
			if r = utf16.DecodeRune(r, low); r != utf8.RuneError {
				inner = inner[6:]
			}
		}
		buf = utf8.AppendRune(buf, r)
	}
}
