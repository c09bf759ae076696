package graphtest

import (
	"strconv"
	"strings"
)

// typed gives the type of a property by name, as Graph's metadata spell it.
type typed func(name string) (string, bool)

// expression is a readable $filter: a condition that holds for a resource or
// not. It remembers what it uses, for the rules of services.
type expression struct {
	root      node
	paths     []string // properties, in the order of their first use
	operators map[string]bool
}

// parseFilter reads a $filter on a resource of the named type. See
// https://docs.oasis-open.org/odata/odata/v4.01/odata-v4.01-part2-url-conventions.html,
// 5.1.1.
func parseFilter(text, typeName string, types typed) (*expression, error) {
	lexemes, err := lex(text)
	if err != nil {
		return nil, err
	}
	p := &parser{text: text, lexemes: lexemes, out: &expression{operators: map[string]bool{}}}
	p.scopes = []scope{{typeName: typeName, types: types}}
	root, err := p.or()
	if err != nil {
		return nil, err
	}
	if p.peek().kind != tokenEnd {
		return nil, p.syntax()
	}
	if k := root.kind(); k != kindBool && k != kindNull {
		return nil, syntaxErrorf("The $filter expression must evaluate to a single boolean value.")
	}
	p.out.root = root
	return p.out, nil
}

// parser is a recursive descent over lexemes. The first scope is the
// resource, further ones are the variables of any and all.
type parser struct {
	text    string
	lexemes []lexeme
	next    int
	depth   int
	scopes  []scope
	out     *expression
}

type scope struct {
	variable string
	typeName string
	types    typed // nil for a collection of strings
}

// maxDepth bounds nesting, as Graph does.
const maxDepth = 100

func (p *parser) peek() lexeme { return p.lexemes[p.next] }

func (p *parser) take() lexeme {
	l := p.lexemes[p.next]
	if l.kind != tokenEnd {
		p.next++
	}
	return l
}

// accept takes a name (an operator) if it comes next.
func (p *parser) accept(name string) bool {
	if l := p.peek(); l.kind != tokenName || l.text != name {
		return false
	}
	p.next++
	p.out.operators[name] = true
	return true
}

func (p *parser) expect(sign string) error {
	if !p.peek().is(sign) {
		return p.syntax()
	}
	p.next++
	return nil
}

func (p *parser) syntax() error {
	return syntaxErrorf("Syntax error at position %d in '%s'.", p.peek().pos, p.text)
}

func (p *parser) or() (node, error) {
	if p.depth++; p.depth > maxDepth {
		return nil, syntaxErrorf("The recursion limit has been exceeded in '%s'.", p.text)
	}
	defer func() { p.depth-- }()
	left, err := p.and()
	for err == nil && p.accept("or") {
		var right node
		if right, err = p.and(); err == nil {
			left, err = newLogical(left, right, true)
		}
	}
	return left, err
}

func (p *parser) and() (node, error) {
	left, err := p.not()
	for err == nil && p.accept("and") {
		var right node
		if right, err = p.not(); err == nil {
			left, err = newLogical(left, right, false)
		}
	}
	return left, err
}

func (p *parser) not() (node, error) {
	if !p.accept("not") {
		return p.comparison()
	}
	if p.depth++; p.depth > maxDepth {
		return nil, syntaxErrorf("The recursion limit has been exceeded in '%s'.", p.text)
	}
	defer func() { p.depth-- }()
	inner, err := p.not()
	if err != nil {
		return nil, err
	}
	if k := inner.kind(); k != kindBool && k != kindNull {
		return nil, syntaxErrorf("A unary operator with an incompatible type was detected for operator kind 'Not'.")
	}
	return negation{inner}, nil
}

func (p *parser) comparison() (node, error) {
	left, err := p.primary()
	if err != nil {
		return nil, err
	}
	for name := range comparisons {
		if p.accept(name) {
			right, err := p.primary()
			if err != nil {
				return nil, err
			}
			return newComparison(name, left, right)
		}
	}
	if p.accept("in") {
		return p.in(left)
	}
	return left, nil
}

// in reads the list after "in".
func (p *parser) in(left node) (node, error) {
	if err := p.expect("("); err != nil {
		return nil, err
	}
	m := membership{value: left}
	for {
		item, err := p.primary()
		if err != nil {
			return nil, err
		}
		if err := compatible("eq", left, item); err != nil {
			return nil, err
		}
		m.list = append(m.list, item)
		if p.peek().is(")") {
			p.next++
			return m, nil
		}
		if err := p.expect(","); err != nil {
			return nil, err
		}
	}
}

func (p *parser) primary() (node, error) {
	l := p.peek()
	switch l.kind {
	case tokenString:
		p.next++
		return literal{l.text, kindString}, nil
	case tokenTime:
		p.next++
		return literal{l.at, kindTime}, nil
	case tokenNumber:
		p.next++
		n, err := strconv.ParseFloat(l.text, 64)
		if err != nil {
			return nil, syntaxErrorf("Unrecognized numeric literal '%s' at position %d in '%s'.", l.text, l.pos, p.text)
		}
		return literal{n, kindNumber}, nil
	case tokenName:
		return p.name()
	}
	if !l.is("(") {
		return nil, p.syntax()
	}
	p.next++
	inner, err := p.or()
	if err != nil {
		return nil, err
	}
	return inner, p.expect(")")
}

// name reads what starts with a word: a constant, a function, an enum's
// member with its type, or a path.
func (p *parser) name() (node, error) {
	l := p.take()
	switch l.text {
	case "true", "false":
		return literal{l.text == "true", kindBool}, nil
	case "null":
		return literal{nil, kindNull}, nil
	}
	switch next := p.peek(); {
	case next.is("("):
		return p.function(l)
	case next.kind == tokenString && strings.Contains(l.text, "."):
		p.next++
		return literal{next.text, kindString}, nil
	}
	return p.path(l)
}

// function reads the arguments of a call.
func (p *parser) function(name lexeme) (node, error) {
	f, ok := functions[strings.ToLower(name.text)]
	if !ok {
		return nil, syntaxErrorf("An unknown function with name '%s' was found. This may also be a function import or a key lookup on a navigation property, which is not allowed.", name.text)
	}
	p.out.operators[strings.ToLower(name.text)] = true
	p.next++ // the parenthesis that made it a call
	n := invocation{function: f}
	for {
		arg, err := p.or()
		if err != nil {
			return nil, err
		}
		n.args = append(n.args, arg)
		if p.peek().is(",") {
			p.next++
			continue
		}
		if err := p.expect(")"); err != nil {
			return nil, err
		}
		break
	}
	if len(n.args) != len(f.takes) {
		return nil, syntaxErrorf("No function signature for the function with name '%s' matches the specified arguments.", name.text)
	}
	for i, arg := range n.args {
		if k := arg.kind(); k != f.takes[i] && k != kindNull && k != kindAny {
			return nil, syntaxErrorf("No function signature for the function with name '%s' matches the specified arguments.", name.text)
		}
	}
	return n, nil
}
