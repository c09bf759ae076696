package graphtest

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// kind is how a value compares.
type kind int

const (
	kindAny kind = iota // a whole object, which only null compares to
	kindNull
	kindBool
	kindString
	kindNumber
	kindTime
	kindCollection
)

// node is a part of an expression.
type node interface {
	eval(*environment) any // nil, bool, string, float64, time.Time, object or a slice
	kind() kind
}

// environment is what paths start from: the resource, and the variables of
// the quantifiers around.
type environment struct {
	property  func(name string) any
	variables [maxDepth + 1]any
}

// holds tells whether the condition is true for a resource.
func (e *expression) holds(env *environment) bool { return e.root.eval(env) == true }

type literal struct {
	value any
	k     kind
}

func (n literal) eval(*environment) any { return n.value }
func (n literal) kind() kind            { return n.k }

// pathNode reads a property, maybe of a property.
type pathNode struct {
	scope int
	names []string
	typ   string
}

func (n *pathNode) kind() kind { return kindOfType(n.typ) }

func (n *pathNode) eval(env *environment) any {
	names := n.names
	var v any
	if n.scope > 0 {
		v = env.variables[n.scope]
	} else {
		v, names = env.property(names[0]), names[1:]
	}
	for _, name := range names {
		o, ok := v.(object)
		if !ok {
			return nil
		}
		v, _ = o.get(name)
	}
	return plain(v)
}

// plain brings numbers into one form.
func plain(v any) any {
	switch v := v.(type) {
	case int:
		return float64(v)
	case int64:
		return float64(v)
	}
	return v
}

type negation struct{ inner node }

func (n negation) kind() kind { return kindBool }

func (n negation) eval(env *environment) any {
	b, ok := n.inner.eval(env).(bool)
	if !ok {
		return nil
	}
	return !b
}

// logical is "and", or with either "or".
type logical struct {
	left, right node
	either      bool
}

func newLogical(left, right node, either bool) (node, error) {
	for _, side := range []node{left, right} {
		if k := side.kind(); k != kindBool && k != kindNull {
			return nil, syntaxErrorf("A binary operator with incompatible types was detected. Found operand types '%s' and '%s' for operator kind '%s'.",
				edmName(left), edmName(right), map[bool]string{true: "Or", false: "And"}[either])
		}
	}
	return logical{left, right, either}, nil
}

func (n logical) kind() kind { return kindBool }

// eval knows that null decides nothing, unless the other side does.
func (n logical) eval(env *environment) any {
	left := n.left.eval(env)
	if left == n.either {
		return n.either
	}
	right := n.right.eval(env)
	if right == n.either {
		return n.either
	}
	if left == nil || right == nil {
		return nil
	}
	return !n.either
}

// comparisons give each operator the results of [order] that satisfy it and
// its name in messages.
var comparisons = map[string]struct {
	want []int
	name string
}{
	"eq": {[]int{0}, "Equal"}, "ne": {[]int{-1, 1}, "NotEqual"},
	"gt": {[]int{1}, "GreaterThan"}, "ge": {[]int{0, 1}, "GreaterThanOrEqual"},
	"lt": {[]int{-1}, "LessThan"}, "le": {[]int{-1, 0}, "LessThanOrEqual"},
}

type comparison struct {
	operator    string
	want        []int
	left, right node
}

func newComparison(operator string, left, right node) (node, error) {
	if err := compatible(operator, left, right); err != nil {
		return nil, err
	}
	return comparison{operator, comparisons[operator].want, left, right}, nil
}

// compatible refuses what can never compare.
func compatible(operator string, left, right node) error {
	a, b := left.kind(), right.kind()
	if a == b && a != kindAny && a != kindCollection || a == kindNull || b == kindNull {
		return nil
	}
	return syntaxErrorf("A binary operator with incompatible types was detected. Found operand types '%s' and '%s' for operator kind '%s'.",
		edmName(left), edmName(right), comparisons[operator].name)
}

func (n comparison) kind() kind { return kindBool }

func (n comparison) eval(env *environment) any {
	left, right := n.left.eval(env), n.right.eval(env)
	if left == nil || right == nil {
		same := left == nil && right == nil
		return n.operator == "eq" && same || n.operator == "ne" && !same
	}
	o, ok := order(left, right)
	return ok && slices.Contains(n.want, o)
}

// order compares two values of one kind. Strings compare without regard to
// case, as they do in Exchange and in the directory.
func order(left, right any) (int, bool) {
	switch l := left.(type) {
	case string:
		if r, ok := right.(string); ok {
			return strings.Compare(strings.ToLower(l), strings.ToLower(r)), true
		}
	case float64:
		if r, ok := right.(float64); ok {
			return cmp.Compare(l, r), true
		}
	case time.Time:
		if r, ok := right.(time.Time); ok {
			return l.Compare(r), true
		}
	case bool:
		if r, ok := right.(bool); ok {
			return cmp.Compare(btoi(l), btoi(r)), true
		}
	}
	return 0, false
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// membership is "in".
type membership struct {
	value node
	list  []node
}

func (n membership) kind() kind { return kindBool }

func (n membership) eval(env *environment) any {
	v := n.value.eval(env)
	return slices.ContainsFunc(n.list, func(item node) bool {
		w := item.eval(env)
		if v == nil || w == nil {
			return v == nil && w == nil
		}
		o, ok := order(v, w)
		return ok && o == 0
	})
}

// quantifier is any or all over a collection.
type quantifier struct {
	over      *pathNode
	all       bool
	scope     int
	condition node // nil: any()
}

func (n *quantifier) kind() kind { return kindBool }

func (n *quantifier) eval(env *environment) any {
	test := func(element any) bool {
		if n.condition == nil {
			return true
		}
		env.variables[n.scope] = element
		return n.condition.eval(env) == true
	}
	switch elements := n.over.eval(env).(type) {
	case []object:
		return quantify(elements, n.all, test)
	case []string:
		return quantify(elements, n.all, test)
	}
	return n.all
}

func quantify[T any](elements []T, all bool, test func(any) bool) bool {
	for _, e := range elements {
		if test(e) != all {
			return !all
		}
	}
	return all
}
