package odata

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// node is a part of an expression.
type node interface {
	eval(*Env) any // nil, bool, string, float64, time.Time, or what the source gives
	kind() kind
}

type literal struct {
	value any
	k     kind
}

func (n literal) eval(*Env) any { return n.value }
func (n literal) kind() kind    { return n.k }

// pathNode reads a property, maybe of a property.
type pathNode struct {
	scope  int
	steps  []step
	typ    string
	types  Types
	k      kind
	counts bool   // it is the number of elements
	full   string // from the resource on, without casts
}

// step is one segment of a path.
type step struct {
	name string
	cast bool // to the type of that name
}

func (n *pathNode) kind() kind { return n.k }

func (n *pathNode) eval(env *Env) any {
	v := n.walk(env)
	if n.counts {
		count := 0
		if elements := env.source.Elements(v); elements != nil {
			for range elements {
				count++
			}
		}
		return float64(count)
	}
	return plain(v, n.k)
}

func (n *pathNode) walk(env *Env) any {
	v, root := env.variables[n.scope], n.scope == 0
	read := func(name string) any {
		if root {
			return env.source.Property(name)
		}
		return env.source.Member(v, name)
	}
	for _, s := range n.steps {
		if s.cast {
			if read("@odata.type") != "#"+graphNamespace+s.name {
				return nil
			}
			continue
		}
		v = read(s.name)
		root = false
		if v == nil {
			return nil
		}
	}
	return v
}

// plain brings values into the one form of their kind.
func plain(v any, k kind) any {
	switch v := v.(type) {
	case int:
		return float64(v)
	case int64:
		return float64(v)
	case string:
		if k == kindTime {
			if t, ok := parseTime(v); ok {
				return t
			}
		}
	}
	return v
}

type negation struct{ inner node }

func (n negation) kind() kind { return kindBool }

func (n negation) eval(env *Env) any {
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
	if !isCondition(left) || !isCondition(right) {
		return nil, syntaxErrorf("A binary operator with incompatible types was detected. Found operand types '%s' and '%s' for operator kind '%s'.",
			edmName(left), edmName(right), map[bool]string{true: "Or", false: "And"}[either])
	}
	return logical{left, right, either}, nil
}

func (n logical) kind() kind { return kindBool }

// eval knows that null decides nothing, unless the other side does.
func (n logical) eval(env *Env) any {
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

// compatible refuses what can never compare. Enumerations compare as strings.
func compatible(operator string, left, right node) error {
	a, b := left.kind(), right.kind()
	text := func(k kind) bool { return k == kindString || k == kindEnum }
	if a == b && a != kindAny && a != kindCollection || text(a) && text(b) || a == kindNull || b == kindNull {
		return nil
	}
	return syntaxErrorf("A binary operator with incompatible types was detected. Found operand types '%s' and '%s' for operator kind '%s'.",
		edmName(left), edmName(right), operator)
}

func (n comparison) kind() kind { return kindBool }

func (n comparison) eval(env *Env) any {
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

func (n membership) eval(env *Env) any {
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

// flagTest is "has" on an enumeration of flags, whose value is "a,b".
type flagTest struct{ value, flag node }

func (n flagTest) kind() kind { return kindBool }

func (n flagTest) eval(env *Env) any {
	value, ok1 := n.value.eval(env).(string)
	flags, ok2 := n.flag.eval(env).(string)
	if !ok1 || !ok2 {
		return nil
	}
	set := strings.Split(strings.ToLower(value), ",")
	for flag := range strings.SplitSeq(strings.ToLower(flags), ",") {
		if !slices.Contains(set, strings.TrimSpace(flag)) {
			return false
		}
	}
	return true
}

// typeTest is isof.
type typeTest struct{ name string }

func (n typeTest) kind() kind { return kindBool }

func (n typeTest) eval(env *Env) any {
	return env.source.Property("@odata.type") == "#"+graphNamespace+n.name
}

// quantifier is any or all over a collection.
type quantifier struct {
	over      *pathNode
	all       bool
	scope     int
	condition node // nil: any()
}

func (n *quantifier) kind() kind { return kindBool }

func (n *quantifier) eval(env *Env) any {
	elements := env.source.Elements(n.over.walk(env))
	if elements == nil {
		return n.all
	}
	for e := range elements {
		holds := true
		if n.condition != nil {
			env.variables[n.scope] = e
			holds = n.condition.eval(env) == true
		}
		if holds != n.all {
			return !n.all
		}
	}
	return n.all
}
