package demo

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"
)

// windows1252 is what the bytes 0x80 to 0x9f mean there. The other bytes above are
// those of Latin-1.
// https://learn.microsoft.com/openspecs/windows_protocols/ms-ucoderef
var windows1252 = [32]rune{
	'€', utf8.RuneError, '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', utf8.RuneError, 'Ž', utf8.RuneError,
	utf8.RuneError, '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', utf8.RuneError, 'ž', 'Ÿ',
}

// legacyText makes UTF-8 of text that is none.
func legacyText(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	var b strings.Builder
	for _, c := range []byte(s) {
		if c >= 0x80 && c < 0xa0 {
			b.WriteRune(windows1252[c-0x80])
		} else {
			b.WriteRune(rune(c))
		}
	}
	return b.String()
}

// legacyFields makes UTF-8 of the message's own fields, where old programs wrote
// letters as they were, and names those fields.
func legacyFields(raw []byte) ([]byte, []string) {
	var out []byte
	var fields []string
	name := ""
	rest := raw
	for len(rest) > 0 {
		text, after := rest, []byte(nil)
		if i := bytes.IndexByte(rest, '\n'); i >= 0 {
			text, after = rest[:i+1], rest[i+1:]
		}
		if len(bytes.TrimRight(text, "\r\n")) == 0 {
			break
		}
		if before, _, ok := bytes.Cut(text, []byte(":")); ok && text[0] != ' ' && text[0] != '\t' {
			name = legacyText(string(before))
		}
		if !utf8.Valid(text) && !slices.Contains(fields, name) {
			fields = append(fields, name)
		}
		out = append(out, legacyText(string(text))...)
		rest = after
	}
	if fields == nil {
		return raw, nil
	}
	return append(out, rest...), fields
}
