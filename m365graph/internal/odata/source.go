package odata

import "iter"

// Source reads a resource and the values in it, however they are kept. Values
// are nil, bool, string, int, int64, float64, time.Time, and whatever Member
// and Elements understand.
type Source interface {
	// Property reads a property of the resource, by the name that the
	// expression has for it. "@odata.type" gives "#microsoft.graph." and the
	// type, where a filter may ask for it.
	Property(name string) any
	// Member reads a property of a value that is an object; nil if it has none.
	Member(value any, name string) any
	// Elements goes through a value that is a collection; nil if it is none.
	Elements(value any) iter.Seq[any]
}

// Env is what a filter or an order is evaluated in. One can be used again for
// the next resource, but not by two goroutines at once.
type Env struct {
	source    Source
	variables [maxLambdas + 1]any
}

// NewEnv evaluates on what source reads.
func NewEnv(source Source) *Env { return &Env{source: source} }

// Holds tells whether the condition is true for the resource.
func (f *Filter) Holds(env *Env) bool { return f.root.eval(env) == true }
