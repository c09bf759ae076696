package odata

import "strings"

// Key is one item of $orderby.
type Key struct {
	Path string // such as "from/emailAddress/name"
	Desc bool
	node *pathNode
}

// ParseOrder reads an $orderby on a resource of the named type.
func ParseOrder(text, typeName string, types Types) ([]Key, error) {
	p, err := newParser(text, typeName, types)
	if err != nil {
		return nil, err
	}
	var keys []Key
	for {
		l := p.take()
		if l.kind != tokenName {
			return nil, syntaxErrorf("Syntax error at position %d in '%s'.", l.pos, text)
		}
		n, err := p.path(l)
		if err != nil {
			return nil, err
		}
		path, ok := n.(*pathNode)
		if !ok || path.k == kindAny || path.k == kindCollection {
			return nil, syntaxErrorf("The $orderby expression must evaluate to a single value of primitive type.")
		}
		key := Key{Path: path.full, node: path}
		if !p.accept("asc") {
			key.Desc = p.accept("desc")
		}
		keys = append(keys, key)
		if p.peek().kind == tokenEnd {
			return keys, nil
		}
		if err := p.expect(","); err != nil {
			return nil, err
		}
	}
}

// Value reads what the resource is ordered by, for [Compare].
func (k *Key) Value(env *Env) any {
	v := k.node.eval(env)
	if s, ok := v.(string); ok {
		return strings.ToLower(s)
	}
	return v
}

// Compare orders two values of a [Key], ascending. Null comes first.
func Compare(a, b any) int {
	if a == nil || b == nil {
		return btoi(a != nil) - btoi(b != nil)
	}
	n, _ := order(a, b)
	return n
}
