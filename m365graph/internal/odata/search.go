package odata

import "strings"

// Search is a readable $search: terms joined by AND, OR and NOT. It is
// immutable and safe for concurrent use.
type Search struct {
	root searchNode

	// Terms are all terms, in order.
	Terms []Term
}

// Term is what one word, phrase or clause of a search asks for.
type Term struct {
	Property string // in lower case; "" for the properties searched by default
	Operator string // ":" (also for none), "=", "<>", "<", "<=", ">", ">=" or ".."
	Value    string
	To       string // the end of a range
}

// Holds tells whether a resource is found, of which match knows what fits a
// term.
func (s *Search) Holds(match func(Term) bool) bool { return s.root.holds(match) }

// searchNode is a part of a search.
type searchNode interface {
	holds(match func(Term) bool) bool
}

func (t Term) holds(match func(Term) bool) bool { return match(t) }

// allOf is AND; with no parts it finds everything.
type allOf []searchNode

func (n allOf) holds(match func(Term) bool) bool {
	for _, part := range n {
		if !part.holds(match) {
			return false
		}
	}
	return true
}

type anyOf []searchNode

func (n anyOf) holds(match func(Term) bool) bool {
	for _, part := range n {
		if part.holds(match) {
			return true
		}
	}
	return false
}

type noneOf struct{ inner searchNode }

func (n noneOf) holds(match func(Term) bool) bool { return !n.inner.holds(match) }

// ParseSearch reads the $search of the directory: clauses of a property and a
// text in double quotes, as in "displayName:one" AND ("mail:a" OR "mail:b").
// See https://learn.microsoft.com/graph/search-query-parameter.
func ParseSearch(text string) (*Search, error) {
	s := &Search{}
	return s.read(text, phraseLexer, func(phrase string) (searchNode, error) {
		property, value, found := strings.Cut(phrase, ":")
		if property = strings.TrimSpace(property); !found || property == "" {
			return nil, syntaxErrorf("Unrecognized query '%s'. Each clause needs a property, as in \"displayName:text\".", phrase)
		}
		return s.term(Term{Property: strings.ToLower(property), Operator: ":", Value: strings.TrimSpace(value)}), nil
	})
}

// ParseKeywordSearch reads the $search of messages and people: words, or
// phrases in double quotes that hold queries of the Keyword Query Language.
func ParseKeywordSearch(text string) (*Search, error) {
	s := &Search{}
	return s.read(text, phraseLexer, func(phrase string) (searchNode, error) { return s.keywords(phrase) })
}

// ParseKeywords reads a query in the Keyword Query Language, as the search of
// drives and /search/query take it. See
// https://learn.microsoft.com/sharepoint/dev/general-development/keyword-query-language-kql-syntax-reference.
func ParseKeywords(text string) (*Search, error) {
	s := &Search{}
	if err := checkLength(text); err != nil {
		return nil, err
	}
	root, err := s.keywords(text)
	if err != nil {
		return nil, err
	}
	s.root = root
	return s, nil
}

// maxSearch is how long a query may be, by
// https://learn.microsoft.com/sharepoint/dev/general-development/keyword-query-language-kql-syntax-reference.
const maxSearch = 4096

func checkLength(text string) error {
	if len(text) > maxSearch {
		return syntaxErrorf("The search query is %d characters long, and the limit is %d.", len(text), maxSearch)
	}
	return nil
}

func (s *Search) read(text string, lexer func(string) ([]searchLexeme, error), leaf func(string) (searchNode, error)) (*Search, error) {
	if err := checkLength(text); err != nil {
		return nil, err
	}
	lexemes, err := lexer(text)
	if err != nil {
		return nil, err
	}
	p := &searchParser{text: text, lexemes: lexemes, leaf: func(l searchLexeme) (searchNode, error) { return leaf(l.text) }}
	s.root, err = p.whole()
	return s, err
}

// term notes a term.
func (s *Search) term(t Term) Term {
	s.Terms = append(s.Terms, t)
	return t
}

// searchLexeme is a piece of a search: an operator, a parenthesis or a text.
type searchLexeme struct {
	text     string
	operator bool // AND, OR, NOT, ( or )
	phrase   bool // it was quoted
	pos      int
}

// searchParser reads AND, OR, NOT and parentheses over texts, which leaf
// makes terms of. Texts side by side are joined by AND.
type searchParser struct {
	text    string
	lexemes []searchLexeme
	next    int
	depth   int
	leaf    func(searchLexeme) (searchNode, error)
}

func (p *searchParser) accept(operator string) bool {
	if p.next < len(p.lexemes) && p.lexemes[p.next].operator && p.lexemes[p.next].text == operator {
		p.next++
		return true
	}
	return false
}

func (p *searchParser) syntax() error {
	pos := len(p.text)
	if p.next < len(p.lexemes) {
		pos = p.lexemes[p.next].pos
	}
	return syntaxErrorf("Syntax error at position %d in '%s'.", pos, p.text)
}

func (p *searchParser) whole() (searchNode, error) {
	n, err := p.or()
	if err == nil && p.next < len(p.lexemes) {
		return nil, p.syntax()
	}
	return n, err
}

func (p *searchParser) or() (searchNode, error) {
	if p.depth++; p.depth > maxDepth {
		return nil, syntaxErrorf("The recursion limit has been exceeded in '%s'.", p.text)
	}
	defer func() { p.depth-- }()
	var parts anyOf
	for {
		part, err := p.and()
		if err != nil {
			return nil, err
		}
		parts = append(parts, part)
		if !p.accept("OR") {
			break
		}
	}
	if len(parts) == 1 {
		return parts[0], nil
	}
	return parts, nil
}

func (p *searchParser) and() (searchNode, error) {
	var parts allOf
	for {
		part, err := p.not()
		if err != nil {
			return nil, err
		}
		parts = append(parts, part)
		if p.accept("AND") {
			continue
		}
		if p.next >= len(p.lexemes) || p.lexemes[p.next].operator && (p.lexemes[p.next].text == "OR" || p.lexemes[p.next].text == ")") {
			break
		}
	}
	if len(parts) == 1 {
		return parts[0], nil
	}
	return parts, nil
}

func (p *searchParser) not() (searchNode, error) {
	negated := false
	for p.accept("NOT") {
		negated = !negated
	}
	n, err := p.primary()
	if err == nil && negated {
		n = noneOf{n}
	}
	return n, err
}

func (p *searchParser) primary() (searchNode, error) {
	if p.accept("(") {
		n, err := p.or()
		if err == nil && !p.accept(")") {
			err = p.syntax()
		}
		return n, err
	}
	if p.next >= len(p.lexemes) || p.lexemes[p.next].operator {
		return nil, p.syntax()
	}
	p.next++
	return p.leaf(p.lexemes[p.next-1])
}
