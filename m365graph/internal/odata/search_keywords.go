package odata

import "strings"

// keywords reads a query of the Keyword Query Language. Nothing finds all.
func (s *Search) keywords(text string) (searchNode, error) {
	p := &searchParser{text: text, lexemes: keywordLexer(text)}
	if len(p.lexemes) == 0 {
		return allOf{}, nil
	}
	p.leaf = func(l searchLexeme) (searchNode, error) { return s.keyword(p, l) }
	return p.whole()
}

// keyword reads one word, phrase or restriction such as received>=2026-03-04
// or from:(a OR b).
func (s *Search) keyword(p *searchParser, l searchLexeme) (searchNode, error) {
	property, operator, value := cutOperator(l.text)
	if l.phrase || property == "" {
		return s.term(Term{Operator: ":", Value: unphrase(l.text)}), nil
	}
	if value == "" && p.accept("(") {
		return s.group(p, property, operator)
	}
	return s.restriction(property, operator, value), nil
}

// group reads the values in parentheses after a property.
func (s *Search) group(p *searchParser, property, operator string) (searchNode, error) {
	outer := p.leaf
	p.leaf = func(l searchLexeme) (searchNode, error) { return s.restriction(property, operator, l.text), nil }
	defer func() { p.leaf = outer }()
	n, err := p.or()
	if err == nil && !p.accept(")") {
		err = p.syntax()
	}
	return n, err
}

func (s *Search) restriction(property, operator, value string) Term {
	t := Term{Property: strings.ToLower(property), Operator: operator, Value: unphrase(value)}
	if from, to, ok := strings.Cut(t.Value, ".."); ok && (operator == ":" || operator == "=") {
		t.Operator, t.Value, t.To = "..", from, to
	}
	return s.term(t)
}

// cutOperator takes property, operator and value apart; no property if there
// is no operator after a name.
func cutOperator(text string) (property, operator, value string) {
	i := strings.IndexAny(text, ":=<>")
	if i <= 0 || strings.ContainsRune(text[:i], '"') {
		return "", "", text
	}
	n := 1
	if two := text[i:min(i+2, len(text))]; two == "<=" || two == ">=" || two == "<>" {
		n = 2
	}
	return text[:i], text[i : i+n], text[i+n:]
}

// unphrase takes the quotes off a phrase.
func unphrase(text string) string {
	if !strings.HasPrefix(text, `"`) {
		return text
	}
	return strings.TrimSuffix(text[1:], `"`)
}
