package graphtest

import "strings"

// path reads a/b/c, from the resource or from a variable, and the any or all
// that may follow.
func (p *parser) path(first lexeme) (node, error) {
	sc, scopeIndex := p.scopes[0], 0
	for i, s := range p.scopes[1:] {
		if s.variable == first.text {
			sc, scopeIndex = s, i+1
		}
	}
	n := &pathNode{scope: scopeIndex, typ: sc.typeName}
	types := sc.types
	if scopeIndex == 0 {
		if err := p.step(n, first, &types); err != nil {
			return nil, err
		}
	}
	for p.peek().is("/") {
		p.next++
		l := p.take()
		if l.kind != tokenName {
			p.next--
			return nil, p.syntax()
		}
		if (l.text == "any" || l.text == "all") && p.peek().is("(") {
			return p.lambda(n, l.text)
		}
		if err := p.step(n, l, &types); err != nil {
			return nil, err
		}
	}
	if scopeIndex == 0 {
		p.note(strings.Join(n.names, "/"))
	}
	return n, nil
}

// step goes from a type to the type of one of its properties.
func (p *parser) step(n *pathNode, l lexeme, types *typed) error {
	if *types == nil {
		return syntaxErrorf("The parent value for a property access of a property '%s' is not a single value. Property access can only be applied to a single value.", l.text)
	}
	typ, ok := (*types)(l.text)
	if !ok {
		return unknownProperty(l.text, n.typ)
	}
	n.names = append(n.names, l.text)
	n.typ = typ
	*types = complexType(typ)
	return nil
}

func unknownProperty(name, typeName string) error {
	return syntaxErrorf("Could not find a property named '%s' on type 'microsoft.graph.%s'.", name, typeName)
}

// note remembers the use of a property of the resource.
func (p *parser) note(path string) {
	if !containsFold(p.out.paths, path) {
		p.out.paths = append(p.out.paths, path)
	}
}

// lambda reads any(x:condition), all(x:condition) and any().
func (p *parser) lambda(over *pathNode, word string) (node, error) {
	element, collection := strings.CutPrefix(over.typ, "[]")
	if !collection {
		return nil, syntaxErrorf("Any/All may only be used following a collection.")
	}
	p.out.operators[word] = true
	if over.scope == 0 {
		p.note(strings.Join(over.names, "/"))
	}
	p.next++ // the parenthesis
	n := &quantifier{over: over, all: word == "all", scope: len(p.scopes)}
	if p.peek().is(")") && word == "any" {
		p.next++
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
	p.scopes = append(p.scopes, scope{variable.text, element, complexType(element)})
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
