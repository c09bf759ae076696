package odata

import (
	"slices"
	"strings"
)

// graphNamespace stands before the types of Graph.
const graphNamespace = "microsoft.graph."

// path reads a/b/c, from the resource or from a variable, and the any, all or
// $count that may follow.
func (p *parser) path(first lexeme) (node, error) {
	n := &pathNode{types: p.types}
	if p.start(n, first.text) {
		if !p.peek().is("/") && n.scope == 0 {
			return nil, p.syntax() // the resource itself
		}
	} else if err := p.step(n, first.text); err != nil {
		return nil, err
	}
	for p.peek().is("/") {
		p.next++
		l := p.take()
		if l.kind != tokenName {
			p.next--
			return nil, p.syntax()
		}
		if word := strings.ToLower(l.text); (word == "any" || word == "all") && p.peek().is("(") {
			return p.lambda(n, word)
		}
		if l.text == "$count" {
			return p.size(n)
		}
		if err := p.step(n, l.text); err != nil {
			return nil, err
		}
	}
	n.k = p.types.kindOf(n.typ)
	p.note(n)
	return n, nil
}

// start finds what a path starts from; it tells whether the name stood for
// that, and not for a property of the resource.
func (p *parser) start(n *pathNode, name string) bool {
	n.typ = p.scopes[0].typeName
	if name == "$it" {
		return true
	}
	for i, s := range slices.Backward(p.scopes[1:]) {
		if s.variable == name {
			n.scope, n.typ, n.full = i+1, s.typeName, s.path
			return true
		}
	}
	return false
}

// step goes from a type to the type of one of its properties, or to a derived
// type.
func (p *parser) step(n *pathNode, name string) error {
	members := p.types(n.typ)
	if members == nil {
		return syntaxErrorf("The parent value for a property access of a property '%s' is not a single value. Property access can only be applied to a single value.", name)
	}
	if derived, ok := strings.CutPrefix(name, graphNamespace); ok {
		if p.types(derived) == nil {
			return syntaxErrorf("The type '%s' is not defined in the model.", name)
		}
		n.steps = append(n.steps, step{derived, true})
		n.typ = derived
		return nil
	}
	typ, ok := members(name)
	if !ok {
		return UnknownProperty(name, n.typ)
	}
	n.steps = append(n.steps, step{name, false})
	n.typ = typ
	n.full = strings.TrimPrefix(n.full+"/"+name, "/")
	return nil
}

// note remembers the use of a property of the resource.
func (p *parser) note(n *pathNode) {
	known := func(path string) bool { return strings.EqualFold(path, n.full) }
	if n.scope == 0 && !slices.ContainsFunc(p.out.Paths, known) {
		p.out.Paths = append(p.out.Paths, n.full)
	}
}

// size is how many elements a collection has.
func (p *parser) size(over *pathNode) (node, error) {
	if !strings.HasPrefix(over.typ, "[]") {
		return nil, syntaxErrorf("The $count segment may only be used following a collection.")
	}
	p.out.Operators["$count"] = true
	p.note(over)
	sized := *over
	sized.full += "/$count"
	sized.k, sized.typ, sized.counts = kindNumber, "Edm.Int32", true
	return &sized, nil
}

// lambda reads any(x:condition), all(x:condition) and any().
func (p *parser) lambda(over *pathNode, word string) (node, error) {
	element, collection := strings.CutPrefix(over.typ, "[]")
	if !collection {
		return nil, syntaxErrorf("Any/All may only be used following a collection.")
	}
	if len(p.scopes) > maxLambdas {
		return nil, syntaxErrorf("The Any/All nesting limit of '%d' has been exceeded in '%s'.", maxLambdas, p.text)
	}
	p.out.Operators[word] = true
	p.note(over)
	p.next++ // the parenthesis
	n := &quantifier{over: over, all: word == "all", scope: len(p.scopes)}
	if p.peek().is(")") && word == "any" {
		p.next++
		p.use(word, over)
		return n, nil
	}
	variable := p.take()
	if variable.kind != tokenName {
		p.next--
		return nil, p.syntax()
	}
	if err := p.expect(":"); err != nil {
		return nil, err
	}
	p.scopes = append(p.scopes, scope{variable.text, element, over.full})
	condition, err := p.or()
	p.scopes = p.scopes[:len(p.scopes)-1]
	if err != nil {
		return nil, err
	}
	if condition.kind() != kindBool {
		return nil, syntaxErrorf("The Any/All query expression must evaluate to a single boolean value.")
	}
	n.condition = condition
	return n, p.expect(")")
}
