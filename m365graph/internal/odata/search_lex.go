package odata

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// searchOperators are written in upper case, or they are words.
var searchOperators = map[string]bool{"AND": true, "OR": true, "NOT": true, "(": true, ")": true}

// phraseLexer takes a $search apart as OData has it: phrases in double quotes
// with backslash escapes, and words of letters alone.
func phraseLexer(text string) ([]searchLexeme, error) {
	var out []searchLexeme
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		switch {
		case unicode.IsSpace(r):
			i += size
		case r == '(' || r == ')':
			out = append(out, searchLexeme{text: text[i : i+1], operator: true, pos: i})
			i++
		case r == '"':
			phrase, n, err := lexPhrase(text, i)
			if err != nil {
				return nil, err
			}
			out = append(out, searchLexeme{text: phrase, phrase: true, pos: i})
			i += n
		default:
			word := text[i:]
			if end := strings.IndexFunc(word, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(`()"`, r) }); end > 0 {
				word = word[:end]
			}
			for at, r := range word {
				if !unicode.IsLetter(r) {
					return nil, syntaxErrorf("Syntax error: character '%c' is not valid at position %d in '%s'.", r, i+at, text)
				}
			}
			out = append(out, searchLexeme{text: word, operator: searchOperators[word], pos: i})
			i += len(word)
		}
	}
	if len(out) == 0 {
		return nil, syntaxErrorf("Expression expected at position 0 in '%s'.", text)
	}
	return out, nil
}

// lexPhrase reads a phrase that starts at a quote, and its length.
func lexPhrase(text string, start int) (phrase string, n int, err error) {
	var b strings.Builder
	for i := start + 1; i < len(text); i++ {
		switch text[i] {
		case '"':
			if b.Len() == 0 {
				return "", 0, syntaxErrorf("Empty phrase is not allowed at position %d in '%s'.", start, text)
			}
			return b.String(), i + 1 - start, nil
		case '\\':
			if i++; i == len(text) || text[i] != '"' && text[i] != '\\' {
				return "", 0, syntaxErrorf("Invalid escape sequence at position %d in '%s'.", i-1, text)
			}
		}
		b.WriteByte(text[i])
	}
	return "", 0, syntaxErrorf("There is an unterminated string literal at position %d in '%s'.", start, text)
}

// keywordLexer takes a query of the Keyword Query Language apart. A property,
// its operator and its value are one text; a quote that does not end runs to
// the end.
func keywordLexer(text string) []searchLexeme {
	var out []searchLexeme
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		switch {
		case unicode.IsSpace(r):
			i += size
		case r == '(' || r == ')':
			out = append(out, searchLexeme{text: text[i : i+1], operator: true, pos: i})
			i++
		default:
			n := keywordLength(text[i:])
			word := text[i : i+n]
			if (word[0] == '-' || word[0] == '+') && len(word) > 1 {
				if word[0] == '-' {
					out = append(out, searchLexeme{text: "NOT", operator: true, pos: i})
				}
				word = word[1:]
			}
			out = append(out, searchLexeme{text: word, operator: searchOperators[word], phrase: word[0] == '"', pos: i})
			i += n
		}
	}
	return out
}

// keywordLength is how far a word goes, with the quoted phrase in it.
func keywordLength(text string) int {
	quoted := false
	for i, r := range text {
		switch {
		case r == '"' && quoted:
			return i + 1
		case r == '"':
			quoted = true
		case !quoted && (unicode.IsSpace(r) || r == '(' || r == ')'):
			return i
		}
	}
	return len(text)
}
