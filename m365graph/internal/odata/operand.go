package odata

import (
	"strconv"
	"strings"
)

// primary reads an operand: a constant, a path, a call or a parenthesis.
func (p *parser) primary() (node, error) {
	l := p.peek()
	switch l.kind {
	case tokenString:
		p.next++
		return literal{l.text, kindString}, nil
	case tokenTime:
		p.next++
		return literal{l.at, kindTime}, nil
	case tokenGUID:
		p.next++
		return literal{l.text, kindGUID}, nil
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
	case next.is("(") && strings.EqualFold(l.text, "isof"):
		return p.isOf()
	case next.is("("):
		return p.function(l)
	case next.kind == tokenString && strings.Contains(l.text, "."):
		p.next++
		return literal{next.text, kindEnum}, nil
	}
	return p.path(l)
}

// function reads the arguments of a call.
func (p *parser) function(name lexeme) (node, error) {
	lower := strings.ToLower(name.text)
	f, ok := functions[lower]
	if !ok {
		return nil, syntaxErrorf("An unknown function with name '%s' was found. This may also be a function import or a key lookup on a navigation property, which is not allowed.", name.text)
	}
	p.out.Operators[lower] = true
	p.next++ // the parenthesis that made it a call
	n := invocation{function: f}
	for !p.peek().is(")") {
		arg, err := p.or()
		if err != nil {
			return nil, err
		}
		n.args = append(n.args, arg)
		if !p.peek().is(",") {
			break
		}
		if p.next++; p.peek().is(")") {
			return nil, p.syntax()
		}
	}
	if err := p.expect(")"); err != nil {
		return nil, err
	}
	if !f.accepts(n.args) {
		return nil, syntaxErrorf("No function signature for the function with name '%s' matches the specified arguments.", name.text)
	}
	if f.gives == kindBool {
		p.use(lower, n.args...)
	}
	return n, nil
}

// isOf reads isof('microsoft.graph.user') and isof(microsoft.graph.user).
func (p *parser) isOf() (node, error) {
	p.next++ // the parenthesis that made it a call
	l := p.take()
	name, ok := strings.CutPrefix(l.text, graphNamespace)
	if l.kind != tokenString && l.kind != tokenName || !ok || p.types(name) == nil {
		return nil, syntaxErrorf("The child type '%s' in a cast was not an entity type. Casts can only be performed on entity types.", l.text)
	}
	p.out.Operators["isof"] = true
	return typeTest{name}, p.expect(")")
}
