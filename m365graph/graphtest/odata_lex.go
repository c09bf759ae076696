package graphtest

import (
	"fmt"
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

// syntaxError is what Graph says of an expression it cannot read. Its
// positions count characters from 0.
type syntaxError string

func (e syntaxError) Error() string { return string(e) }

func syntaxErrorf(format string, args ...any) error { return syntaxError(fmt.Sprintf(format, args...)) }

// lex takes an expression apart.
func lex(text string) ([]lexeme, error) {
	var out []lexeme
	for i := 0; i < len(text); {
		ch := text[i]
		switch {
		case ch == ' ' || ch == '\t':
			i++
		case strings.IndexByte("(),/:", ch) >= 0:
			out = append(out, lexeme{kind: tokenSign, text: text[i : i+1], pos: i})
			i++
		case ch == '\'':
			value, n := lexString(text[i:])
			if n == 0 {
				return nil, syntaxErrorf("There is an unterminated string literal at position %d in '%s'.", len(text), text)
			}
			out = append(out, lexeme{kind: tokenString, text: value, pos: i})
			i += n
		case isDigit(ch) || ch == '-':
			n := wordLength(text[i:], isNumberByte)
			l, err := lexNumber(text[i : i+n])
			if err != nil {
				return nil, syntaxErrorf("%v at position %d in '%s'.", err, i, text)
			}
			l.pos = i
			out = append(out, l)
			i += n
		case isNameByte(ch) && !isDigit(ch):
			n := wordLength(text[i:], isNameByte)
			out = append(out, lexeme{kind: tokenName, text: text[i : i+n], pos: i})
			i += n
		default:
			r, _ := utf8.DecodeRuneInString(text[i:])
			return nil, syntaxErrorf("Syntax error: character '%c' is not valid at position %d in '%s'.", r, i, text)
		}
	}
	return append(out, lexeme{pos: len(text)}), nil
}

// lexString reads 'it”s' and its length; 0 if it does not end.
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
var timeLayouts = []string{time.RFC3339, "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05", "2006-01-02"}

// lexNumber tells numbers from dates.
func lexNumber(word string) (lexeme, error) {
	if len(word) >= len("2006-01-02") && word[4] == '-' {
		for _, layout := range timeLayouts {
			if t, err := time.Parse(layout, word); err == nil {
				return lexeme{kind: tokenTime, text: word, at: t.UTC()}, nil
			}
		}
		return lexeme{}, syntaxErrorf("Unrecognized 'Edm.DateTimeOffset' literal '%s'", word)
	}
	return lexeme{kind: tokenNumber, text: word}, nil
}

func wordLength(text string, in func(byte) bool) int {
	n := 1
	for n < len(text) && in(text[n]) {
		n++
	}
	return n
}

func isDigit(b byte) bool { return b >= '0' && b <= '9' }

func isNameByte(b byte) bool {
	return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || isDigit(b) || b == '_' || b == '.' || b == '@' || b == '$'
}

// isNumberByte takes in numbers, dates and times; a colon is part of a time.
func isNumberByte(b byte) bool {
	return isDigit(b) || strings.IndexByte("+-.:TZtzeE", b) >= 0
}
