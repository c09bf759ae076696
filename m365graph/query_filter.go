package m365graph

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// Filter is a $filter expression. The zero value filters nothing.
type Filter struct {
	text string
	err  error
}

// Where builds a filter from an expression in which each ? stands for a value:
//
//	Where("from/emailAddress/address eq ? and receivedDateTime ge ?", address, since)
//	Where("department in ?", []string{"Sales", "R&D"})
//
// Strings are quoted, a time.Time becomes UTC, numbers and bools are written as
// they are, nil becomes null, and a slice becomes a list in parentheses. Types
// made of these count as they do. A [GUID] and a [Date] are written bare. Values
// are never read as part of the expression. A ? within quotes in the expression
// is kept. What cannot be written is an error of the call that takes the filter.
// https://learn.microsoft.com/graph/filter-query-parameter
func Where(expression string, values ...any) Filter {
	var b strings.Builder
	bad := func(why string) Filter {
		return Filter{err: fmt.Errorf("m365graph: the filter %q %s", clip(expression, 200), why)}
	}
	quoted, used := false, 0
	for i := range len(expression) {
		c := expression[i]
		if c == '\'' {
			quoted = !quoted
		}
		if c != '?' || quoted {
			b.WriteByte(c)
			continue
		}
		if used == len(values) {
			return bad("has more ? than values")
		}
		literal, err := odataLiteral(values[used])
		if err != nil {
			return bad("takes no such value: " + err.Error())
		}
		b.WriteString(literal)
		used++
	}
	switch {
	case quoted:
		return bad("has a quote that does not end; give the text as a value")
	case used != len(values):
		return bad("has fewer ? than values")
	}
	return Filter{text: b.String()}
}

// And joins two filters, of which both have to hold; an empty one adds nothing.
func (f Filter) And(g Filter) Filter { return f.join(" and ", g) }

// Or joins two filters, of which one has to hold; an empty one adds nothing.
func (f Filter) Or(g Filter) Filter { return f.join(" or ", g) }

func (f Filter) join(operator string, g Filter) Filter {
	switch {
	case f.err != nil || g.IsZero():
		return f
	case g.err != nil || f.IsZero():
		return g
	}
	return Filter{text: "(" + f.text + ")" + operator + "(" + g.text + ")"}
}

// Not returns the opposite of a filter. That of an empty one, which would be
// nothing at all, is an error of the call that takes it.
func (f Filter) Not() Filter {
	switch {
	case f.err != nil:
		return f
	case f.IsZero():
		return Filter{err: errors.New("m365graph: a filter that is empty has no opposite")}
	}
	return Filter{text: "not (" + f.text + ")"}
}

// IsZero reports whether the filter is empty.
func (f Filter) IsZero() bool { return f.text == "" && f.err == nil }

// String returns the expression as Graph reads it.
func (f Filter) String() string { return f.text }

// GUID is an id that a filter writes without quotes.
type GUID string

// Date is a time of which a filter writes the day alone, in its own zone.
type Date time.Time

func odataLiteral(v any) (string, error) {
	switch v := v.(type) {
	case nil:
		return "null", nil
	case time.Time:
		return v.UTC().Format("2006-01-02T15:04:05.999999999Z"), nil
	case Date:
		return time.Time(v).Format(time.DateOnly), nil
	case GUID:
		for _, r := range v {
			if !strings.ContainsRune("0123456789abcdefABCDEF-", r) {
				return "", fmt.Errorf("%q is not a GUID", clip(string(v), 40))
			}
		}
		if v == "" {
			return "", errors.New("the GUID is empty")
		}
		return string(v), nil
	}
	return odataKind(reflect.ValueOf(v))
}

func odataKind(v reflect.Value) (string, error) {
	switch v.Kind() {
	case reflect.String:
		return "'" + strings.ReplaceAll(v.String(), "'", "''") + "'", nil
	case reflect.Bool:
		return strconv.FormatBool(v.Bool()), nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		if v.Type() != durationType {
			return strconv.FormatInt(v.Int(), 10), nil
		}
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return strconv.FormatUint(v.Uint(), 10), nil
	case reflect.Float32, reflect.Float64:
		if f := v.Float(); !math.IsNaN(f) && !math.IsInf(f, 0) {
			return strconv.FormatFloat(f, 'g', -1, v.Type().Bits()), nil
		}
	case reflect.Slice:
		if v.Type().Elem().Kind() != reflect.Uint8 {
			return odataList(v)
		}
	}
	return "", fmt.Errorf("a %s cannot be written; use a string, time.Time, bool, finite number, GUID or Date, or a slice of one", v.Type())
}

// durationType is an int that would read as nanoseconds where Graph expects none.
var durationType = reflect.TypeFor[time.Duration]()

// odataList writes the operand of the operator in, which may not be empty.
func odataList(v reflect.Value) (string, error) {
	if v.Len() == 0 {
		return "", errors.New("the list is empty, and no item is in it")
	}
	items := make([]string, v.Len())
	for i := range items {
		item := v.Index(i).Interface()
		if reflect.ValueOf(item).Kind() == reflect.Slice {
			return "", errors.New("a list holds another")
		}
		var err error
		if items[i], err = odataLiteral(item); err != nil {
			return "", err
		}
	}
	return "(" + strings.Join(items, ",") + ")", nil
}
