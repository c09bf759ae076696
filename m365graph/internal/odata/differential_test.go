package odata_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/m365go/sdk/m365graph/internal/odata"
)

// truth is what a condition comes to: it holds, it does not, or nobody knows.
type truth int

const (
	no truth = iota
	yes
	unknown
)

func of(b bool) truth {
	if b {
		return yes
	}
	return no
}

// written is a condition as text, and what it means, told step by step without
// anything of the package's.
type written struct {
	text  string
	means func(r record) truth
}

// author writes random conditions.
type author struct{ *rand.Rand }

func (a author) pick(words ...string) string { return words[a.IntN(len(words))] }

var words = []string{"", "a", "A", "ab", "aB c", "it's", "é", "Zz", "100%"}

func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// record makes a random resource; any property may be missing.
func (a author) record() record {
	r := record{}
	keep := func(name string, v any) {
		if a.IntN(4) > 0 {
			r[name] = v
		}
	}
	keep("subject", a.pick(words...))
	keep("importance", a.pick("low", "normal", "high"))
	keep("isRead", a.IntN(2) == 0)
	keep("size", int64(a.IntN(5)-2))
	keep("receivedDateTime", time.Date(2026, 1, 1, a.IntN(3), 0, 0, a.IntN(2)*500_000_000, time.UTC))
	keep("from", recipient(a.pick(words...), a.pick(words...)))
	var tags, to []any
	for range a.IntN(4) {
		tags = append(tags, a.pick(words...))
		to = append(to, recipient(a.pick(words...), a.pick(words...)))
	}
	keep("categories", tags)
	keep("toRecipients", to)
	return r
}

// name is a member of a path in a record, nil if any step is missing.
func at(r record, path string) any {
	var v any = r
	for step := range strings.SplitSeq(path, "/") {
		o, ok := v.(record)
		if !ok {
			return nil
		}
		v = o[step]
	}
	return v
}

// condition writes a condition on a record, at most so deep.
func (a author) condition(depth int) written {
	if depth > 0 {
		switch a.IntN(6) {
		case 0:
			l, r := a.condition(depth-1), a.condition(depth-1)
			return written{"(" + l.text + ") and (" + r.text + ")", func(v record) truth {
				x, y := l.means(v), r.means(v)
				if x == no || y == no {
					return no
				}
				return max(x, y)
			}}
		case 1:
			l, r := a.condition(depth-1), a.condition(depth-1)
			return written{"(" + l.text + ") or (" + r.text + ")", func(v record) truth {
				x, y := l.means(v), r.means(v)
				if x == yes || y == yes {
					return yes
				}
				return max(x, y)
			}}
		case 2:
			inner := a.condition(depth - 1)
			return written{"not (" + inner.text + ")", func(v record) truth {
				switch inner.means(v) {
				case yes:
					return no
				case no:
					return yes
				}
				return unknown
			}}
		}
	}
	switch a.IntN(5) {
	case 0:
		return a.function("subject", func(r record) any { return at(r, "subject") })
	case 1:
		return a.list()
	case 2:
		return a.lambda()
	case 3:
		return a.size()
	}
	return a.comparison()
}

var operators = []string{"eq", "ne", "gt", "ge", "lt", "le"}

// satisfies tells whether an order (-1, 0, 1) is what an operator wants.
func satisfies(operator string, order int) truth {
	switch operator {
	case "eq":
		return of(order == 0)
	case "ne":
		return of(order != 0)
	case "gt":
		return of(order > 0)
	case "ge":
		return of(order >= 0)
	case "lt":
		return of(order < 0)
	}
	return of(order <= 0)
}

func textOrder(a, b string) int { return strings.Compare(strings.ToLower(a), strings.ToLower(b)) }

// comparison compares a property with a constant or with null.
func (a author) comparison() written {
	operator := a.pick(operators...)
	var path, text string
	var order func(v any) int
	switch a.IntN(5) {
	case 0:
		want := a.pick(words...)
		path, text = a.pick("subject", "from/emailAddress/name", "from/emailAddress/address"), quote(want)
		order = func(v any) int { return textOrder(v.(string), want) }
	case 1:
		want := a.IntN(5) - 2
		path, text = "size", fmt.Sprint(want)
		order = func(v any) int { return int(v.(int64)) - want }
	case 2:
		want := time.Date(2026, 1, 1, a.IntN(3), 0, 0, 0, time.UTC)
		path, text = "receivedDateTime", want.In(time.FixedZone("", 3600)).Format(time.RFC3339)
		order = func(v any) int { return v.(time.Time).Compare(want) }
	case 3:
		want := a.IntN(2) == 0
		path, text = "isRead", fmt.Sprint(want)
		number := map[bool]int{true: 1}
		order = func(v any) int { return number[v.(bool)] - number[want] }
	default:
		path, text = a.pick("subject", "size", "from/emailAddress", "importance"), "null"
	}
	return written{path + " " + operator + " " + text, func(r record) truth {
		v := at(r, path)
		if v == nil || text == "null" {
			same := v == nil && text == "null"
			return of(operator == "eq" && same || operator == "ne" && !same)
		}
		return satisfies(operator, order(v))
	}}
}

// function tests a text.
func (a author) function(path string, value func(record) any) written {
	name, want := a.pick("startswith", "endswith", "contains"), a.pick(words...)
	return written{name + "(" + path + "," + quote(want) + ")", func(r record) truth {
		v, ok := value(r).(string)
		if !ok {
			return unknown
		}
		text, part := strings.ToUpper(v), strings.ToUpper(want)
		i := strings.Index(text, part)
		switch name {
		case "startswith":
			return of(i == 0)
		case "endswith":
			return of(strings.LastIndex(text, part) >= 0 && strings.LastIndex(text, part) == len(text)-len(part))
		}
		return of(i >= 0)
	}}
}

// list is in.
func (a author) list() written {
	all := []string{a.pick(words...), a.pick(words...)}
	return written{"subject in (" + quote(all[0]) + ", " + quote(all[1]) + ")", func(r record) truth {
		v, ok := r["subject"].(string)
		return of(ok && (strings.EqualFold(v, all[0]) || strings.EqualFold(v, all[1])))
	}}
}

// lambda is any or all, over texts or objects.
func (a author) lambda() written {
	word := a.pick("any", "all")
	path, inner := "categories", written{}
	if a.IntN(2) == 0 {
		inner = a.function("x", func(r record) any { return r["x"] })
	} else {
		path = "toRecipients"
		inner = a.function("x/emailAddress/name", func(r record) any { return at(r, "x/emailAddress/name") })
	}
	return written{path + "/" + word + "(x:" + inner.text + ")", func(r record) truth {
		elements, _ := r[path].([]any)
		met := 0
		for _, e := range elements {
			if inner.means(record{"x": e}) == yes {
				met++
			}
		}
		return of(word == "any" && met > 0 || word == "all" && met == len(elements))
	}}
}

// size counts a collection.
func (a author) size() written {
	operator, want := a.pick(operators...), a.IntN(4)
	return written{fmt.Sprintf("categories/$count %s %d", operator, want), func(r record) truth {
		elements, _ := r["categories"].([]any)
		return satisfies(operator, len(elements)-want)
	}}
}

// Two readings of the same page agree on what random conditions mean for random
// resources.
func TestFilterMeansWhatItSays(t *testing.T) {
	t.Parallel()
	a := author{rand.New(rand.NewPCG(1, 2))} //nolint:gosec // the same conditions in each run
	holding := 0
	for range 4000 {
		condition := a.condition(4)
		f, err := odata.Parse(condition.text, "message", model)
		if err != nil {
			t.Fatalf("Parse(%s) = %v", condition.text, err)
		}
		for range 8 {
			r := a.record()
			got, want := f.Holds(odata.NewEnv(r)), condition.means(r) == yes
			if got != want {
				t.Fatalf("%s holds for %v = %t, want %t", condition.text, r, got, want)
			}
			if got {
				holding++
			}
		}
	}
	if holding < 4000 || holding > 28000 {
		t.Errorf("%d of 32000 hold, which tests little", holding)
	}
}
