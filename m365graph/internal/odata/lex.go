package odata

import (
	"strings"
	"time"
	"unicode/utf8"
)

// tokenKind is what a piece of an OData expression is.
type tokenKind int

const (
	tokenEnd tokenKind = iota
	tokenName
	tokenString
	tokenNumber
	tokenTime
	tokenGUID
	tokenSign // one of ( ) , / :
)

// lexeme is a piece of an expression and where it stands.
type lexeme struct {
	kind tokenKind
	text string // a string's value without quotes; else as written
	at   time.Time
	pos  int
}

func (l lexeme) is(sign string) bool { return l.kind == tokenSign && l.text == sign }

// lex takes an expression apart.
func lex(text string) ([]lexeme, error) {
	var out []lexeme
	for i := 0; i < len(text); {
		if text[i] == ' ' || text[i] == '\t' {
			i++
			continue
		}
		l, n, err := lexOne(text, i)
		if err != nil {
			return nil, err
		}
		l.pos = i
		out = append(out, l)
		i += n
	}
	return append(out, lexeme{pos: len(text)}), nil
}

// lexOne reads the piece at i and its length.
func lexOne(text string, i int) (lexeme, int, error) {
	ch, rest := text[i], text[i:]
	switch {
	case strings.IndexByte("(),/:", ch) >= 0:
		return lexeme{kind: tokenSign, text: rest[:1]}, 1, nil
	case ch == '\'':
		value, n := lexString(rest)
		if n == 0 {
			return lexeme{}, 0, syntaxErrorf("There is an unterminated string literal at position %d in '%s'.", len(text), text)
		}
		return lexeme{kind: tokenString, text: value}, n, nil
	case isGUID(rest):
		return lexeme{kind: tokenGUID, text: strings.ToLower(rest[:guidLength])}, guidLength, nil
	case isDigit(ch) || ch == '-':
		n := wordLength(rest, isNumberByte)
		l, err := lexNumber(rest[:n])
		if err != nil {
			return lexeme{}, 0, syntaxErrorf("%v at position %d in '%s'.", err, i, text)
		}
		return l, n, nil
	case isNameByte(ch):
		n := wordLength(rest, isNameByte)
		return lexeme{kind: tokenName, text: rest[:n]}, n, nil
	}
	r, _ := utf8.DecodeRuneInString(rest)
	return lexeme{}, 0, syntaxErrorf("Syntax error: character '%c' is not valid at position %d in '%s'.", r, i, text)
}

// lexString reads a literal, whose quotes are doubled within, and its length;
// 0 if it does not end.
func lexString(text string) (string, int) {
	var b strings.Builder
	for i := 1; i < len(text); i++ {
		if text[i] != '\'' {
			b.WriteByte(text[i])
			continue
		}
		if i+1 < len(text) && text[i+1] == '\'' {
			b.WriteByte('\'')
			i++
			continue
		}
		return b.String(), i + 1
	}
	return "", 0
}

// timeLayouts are the ways of writing a DateTimeOffset or a Date. Go reads a
// fraction of a second wherever a layout has seconds.
var timeLayouts = []string{time.RFC3339, "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05", time.DateOnly}

func parseTime(text string) (time.Time, bool) {
	for _, layout := range timeLayouts {
		if t, err := time.Parse(layout, text); err == nil {
			return t.UTC(), true
		}
	}
	return time.Time{}, false
}

// lexNumber tells numbers from dates.
func lexNumber(word string) (lexeme, error) {
	if len(word) < len(time.DateOnly) || word[4] != '-' {
		return lexeme{kind: tokenNumber, text: word}, nil
	}
	t, ok := parseTime(word)
	if !ok {
		return lexeme{}, syntaxErrorf("Unrecognized 'Edm.DateTimeOffset' literal '%s'", word)
	}
	return lexeme{kind: tokenTime, text: word, at: t}, nil
}

func wordLength(text string, in func(byte) bool) int {
	n := 1
	for n < len(text) && in(text[n]) {
		n++
	}
	return n
}

const guidLength = len("00000000-0000-0000-0000-000000000000")

// isGUID tells whether text starts with a GUID that ends there.
func isGUID(text string) bool {
	if len(text) < guidLength || len(text) > guidLength && (isNameByte(text[guidLength]) || text[guidLength] == '-') {
		return false
	}
	for i := range guidLength {
		if i == 8 || i == 13 || i == 18 || i == 23 {
			if text[i] != '-' {
				return false
			}
		} else if !isHex(text[i]) {
			return false
		}
	}
	return true
}

func isDigit(b byte) bool { return b >= '0' && b <= '9' }

func isHex(b byte) bool { return isDigit(b) || b|0x20 >= 'a' && b|0x20 <= 'f' }

func isNameByte(b byte) bool {
	return b|0x20 >= 'a' && b|0x20 <= 'z' || isDigit(b) || b == '_' || b == '.' || b == '@' || b == '$'
}

// isNumberByte takes in numbers, dates and times; a colon is part of a time.
func isNumberByte(b byte) bool {
	return isDigit(b) || strings.IndexByte("+-.:TZtzeE", b) >= 0
}
