package odata

import "strings"

// Filter is a readable $filter: a condition that holds for a resource or not.
// It is immutable and safe for concurrent use. What it remembers is for the
// rules of services, which allow some uses of some properties only.
type Filter struct {
	root node

	// Paths are the properties of the resource, in the order of their first
	// use, such as "from/emailAddress/address".
	Paths []string
	// Operators are the operators and functions in use, in lower case.
	Operators map[string]bool
	// Uses are the comparisons and functions that a property takes part in.
	Uses []Use
	// Alternatives counts what or joins, Listed the values of the longest in.
	Alternatives, Listed int
}

// Use is one comparison of a property, or one function called with it.
type Use struct {
	// Path is the property; within any and all it goes on from the
	// collection: assignedLicenses/any(x:x/skuId eq …) uses
	// "assignedLicenses/skuId".
	Path     string
	Operator string // "eq", "in", "startswith", …, in lower case
	Null     bool   // compared to null
	Not      bool   // below a not
}

// Parse reads a $filter on a resource of the named type.
func Parse(text, typeName string, types Types) (*Filter, error) {
	p, err := newParser(text, typeName, types)
	if err != nil {
		return nil, err
	}
	root, err := p.or()
	if err != nil {
		return nil, err
	}
	if p.peek().kind != tokenEnd {
		return nil, p.syntax()
	}
	if !isCondition(root) {
		return nil, syntaxErrorf("The $filter expression must evaluate to a single boolean value.")
	}
	p.out.root = root
	return p.out, nil
}

func isCondition(n node) bool { return n.kind() == kindBool || n.kind() == kindNull }

// parser is a recursive descent over lexemes. The first scope is the
// resource, further ones are the variables of any and all.
type parser struct {
	text    string
	types   Types
	lexemes []lexeme
	next    int
	depth   int
	scopes  []scope
	out     *Filter
}

// scope is what a path can start from.
type scope struct {
	variable string
	typeName string
	path     string // of the collection that the variable goes through
}

const (
	// maxDepth bounds nesting, as Graph does.
	maxDepth = 100
	// maxLambdas bounds any and all within each other, whose work multiplies.
	maxLambdas = 3
	// maxLexemes bounds what a filter asks of each resource. OData's own
	// limit is on its nodes.
	maxLexemes = 4000
)

func newParser(text, typeName string, types Types) (*parser, error) {
	lexemes, err := lex(text)
	if err != nil {
		return nil, err
	}
	if len(lexemes) > maxLexemes {
		return nil, syntaxErrorf("The node count limit of '%d' has been exceeded.", maxLexemes)
	}
	return &parser{
		text: text, types: types, lexemes: lexemes,
		scopes: []scope{{typeName: typeName}},
		out:    &Filter{Operators: map[string]bool{}},
	}, nil
}

func (p *parser) peek() lexeme { return p.lexemes[p.next] }

func (p *parser) take() lexeme {
	l := p.lexemes[p.next]
	if l.kind != tokenEnd {
		p.next++
	}
	return l
}

// accept takes an operator if it comes next.
func (p *parser) accept(name string) bool {
	if l := p.peek(); l.kind != tokenName || !strings.EqualFold(l.text, name) {
		return false
	}
	p.next++
	p.out.Operators[name] = true
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

// descend counts a level of nesting, which the caller leaves with p.depth--.
func (p *parser) descend() error {
	if p.depth++; p.depth > maxDepth {
		return syntaxErrorf("The recursion limit has been exceeded in '%s'.", p.text)
	}
	return nil
}

func (p *parser) or() (node, error) {
	if err := p.descend(); err != nil {
		return nil, err
	}
	defer func() { p.depth-- }()
	left, err := p.and()
	for err == nil && p.accept("or") {
		var right node
		if right, err = p.and(); err == nil {
			left, err = newLogical(left, right, true)
			p.out.Alternatives = max(p.out.Alternatives, 1) + 1
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
	if err := p.descend(); err != nil {
		return nil, err
	}
	defer func() { p.depth-- }()
	before := len(p.out.Uses)
	inner, err := p.not()
	if err != nil {
		return nil, err
	}
	if !isCondition(inner) {
		return nil, syntaxErrorf("A unary operator with an incompatible type was detected. Found operand type '%s' for operator kind 'Not'.", edmName(inner))
	}
	for i := range p.out.Uses[before:] {
		p.out.Uses[before+i].Not = true
	}
	return negation{inner}, nil
}

// arithmetic are operators that OData has and Graph does not take.
var arithmetic = []string{"add", "sub", "mul", "div", "divby", "mod"}

func (p *parser) comparison() (node, error) {
	left, err := p.primary()
	if err != nil {
		return nil, err
	}
	l := p.peek()
	if l.kind != tokenName {
		return left, nil
	}
	name := strings.ToLower(l.text)
	switch c, ok := comparisons[name]; {
	case ok:
		p.accept(name)
		right, err := p.primary()
		if err != nil {
			return nil, err
		}
		if err := compatible(c.name, left, right); err != nil {
			return nil, err
		}
		p.use(name, left, right)
		return comparison{name, c.want, left, right}, nil
	case name == "has":
		p.accept(name)
		return p.has(left)
	case name == "in":
		p.accept(name)
		return p.in(left)
	}
	for _, operator := range arithmetic {
		if name == operator {
			return nil, syntaxErrorf("The operator '%s' at position %d in '%s' is not supported.", name, l.pos, p.text)
		}
	}
	return left, nil
}

// use remembers what properties are compared or called with.
func (p *parser) use(operator string, operands ...node) {
	null := false
	for _, n := range operands {
		null = null || n.kind() == kindNull
	}
	for _, n := range operands {
		for {
			call, ok := n.(invocation)
			if !ok || len(call.args) == 0 {
				break
			}
			n = call.args[0]
		}
		if path, ok := n.(*pathNode); ok {
			p.out.Uses = append(p.out.Uses, Use{Path: path.full, Operator: operator, Null: null})
		}
	}
}

// has reads the member after "has".
func (p *parser) has(left node) (node, error) {
	if left.kind() != kindEnum {
		return nil, syntaxErrorf("A binary operator with incompatible types was detected. Found operand types '%s' and 'Edm.String' for operator kind 'Has'.", edmName(left))
	}
	right, err := p.primary()
	if err != nil {
		return nil, err
	}
	if k := right.kind(); k != kindString && k != kindEnum {
		return nil, syntaxErrorf("A binary operator with incompatible types was detected. Found operand types '%s' and '%s' for operator kind 'Has'.", edmName(left), edmName(right))
	}
	p.use("has", left)
	return flagTest{left, right}, nil
}

// in reads the list after "in".
func (p *parser) in(left node) (node, error) {
	if err := p.expect("("); err != nil {
		return nil, err
	}
	p.use("in", left)
	m := membership{value: left}
	for {
		item, err := p.primary()
		if err != nil {
			return nil, err
		}
		if err := compatible("Equal", left, item); err != nil {
			return nil, err
		}
		m.list = append(m.list, item)
		p.out.Listed = max(p.out.Listed, len(m.list))
		if p.peek().is(")") {
			p.next++
			return m, nil
		}
		if err := p.expect(","); err != nil {
			return nil, err
		}
	}
}
