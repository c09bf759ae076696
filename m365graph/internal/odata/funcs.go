package odata

import (
	"math"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// function is one that a filter can call.
type function struct {
	takes    []kind
	optional int // how many of them may be left out, from the end
	gives    kind
	call     func(args []any) any // no argument is nil
}

var (
	ofString  = []kind{kindString}
	ofStrings = []kind{kindString, kindString}
	ofTime    = []kind{kindTime}
	ofNumber  = []kind{kindNumber}
)

// functions are those of OData's that services behind Graph take, by name in
// lower case.
var functions = map[string]*function{
	"startswith": {takes: ofStrings, gives: kindBool, call: func(a []any) any { return strings.HasPrefix(lower(a[0]), lower(a[1])) }},
	"endswith":   {takes: ofStrings, gives: kindBool, call: func(a []any) any { return strings.HasSuffix(lower(a[0]), lower(a[1])) }},
	"contains":   {takes: ofStrings, gives: kindBool, call: func(a []any) any { return strings.Contains(lower(a[0]), lower(a[1])) }},

	"tolower": {takes: ofString, gives: kindString, call: func(a []any) any { return lower(a[0]) }},
	"toupper": {takes: ofString, gives: kindString, call: func(a []any) any { return strings.ToUpper(a[0].(string)) }},
	"trim":    {takes: ofString, gives: kindString, call: func(a []any) any { return strings.TrimSpace(a[0].(string)) }},
	"concat":  {takes: ofStrings, gives: kindString, call: func(a []any) any { return a[0].(string) + a[1].(string) }},
	"substring": {takes: []kind{kindString, kindNumber, kindNumber}, optional: 1, gives: kindString, call: func(a []any) any {
		return substring(a[0].(string), a[1:])
	}},
	"length":  {takes: ofString, gives: kindNumber, call: func(a []any) any { return float64(utf8.RuneCountInString(a[0].(string))) }},
	"indexof": {takes: ofStrings, gives: kindNumber, call: func(a []any) any { return indexOf(lower(a[0]), lower(a[1])) }},

	"year":   {takes: ofTime, gives: kindNumber, call: func(a []any) any { return float64(at(a).Year()) }},
	"month":  {takes: ofTime, gives: kindNumber, call: func(a []any) any { return float64(at(a).Month()) }},
	"day":    {takes: ofTime, gives: kindNumber, call: func(a []any) any { return float64(at(a).Day()) }},
	"hour":   {takes: ofTime, gives: kindNumber, call: func(a []any) any { return float64(at(a).Hour()) }},
	"minute": {takes: ofTime, gives: kindNumber, call: func(a []any) any { return float64(at(a).Minute()) }},
	"second": {takes: ofTime, gives: kindNumber, call: func(a []any) any { return float64(at(a).Second()) }},
	"date":   {takes: ofTime, gives: kindTime, call: func(a []any) any { return at(a).Truncate(24 * time.Hour) }},

	"round":   {takes: ofNumber, gives: kindNumber, call: func(a []any) any { return math.Round(a[0].(float64)) }},
	"floor":   {takes: ofNumber, gives: kindNumber, call: func(a []any) any { return math.Floor(a[0].(float64)) }},
	"ceiling": {takes: ofNumber, gives: kindNumber, call: func(a []any) any { return math.Ceil(a[0].(float64)) }},
}

func lower(v any) string { return strings.ToLower(v.(string)) }

// at is the time that a function of one is called with, in UTC.
func at(args []any) time.Time { return args[0].(time.Time).UTC() }

// indexOf counts characters from 0; -1 if it is not there.
func indexOf(text, part string) any {
	i := strings.Index(text, part)
	if i < 0 {
		return float64(-1)
	}
	return float64(utf8.RuneCountInString(text[:i]))
}

// substring takes the characters from a position on, maybe only so many.
func substring(text string, bounds []any) string {
	runes := []rune(text)
	clamp := func(v any) int { return int(min(max(v.(float64), 0), float64(len(runes)))) }
	runes = runes[clamp(bounds[0]):]
	if len(bounds) > 1 {
		runes = runes[:clamp(bounds[1])]
	}
	return string(runes)
}

// accepts tells whether the function can be called with these.
func (f *function) accepts(args []node) bool {
	if len(args) > len(f.takes) || len(args) < len(f.takes)-f.optional {
		return false
	}
	return !slices.ContainsFunc(args, func(n node) bool { return n.kind() == kindCollection }) && f.kindsFit(args)
}

func (f *function) kindsFit(args []node) bool {
	for i, arg := range args {
		k := arg.kind()
		if k == kindEnum {
			k = kindString
		}
		if k != f.takes[i] && k != kindNull {
			return false
		}
	}
	return true
}

type invocation struct {
	*function
	args []node
}

func (n invocation) kind() kind { return n.gives }

func (n invocation) eval(env *Env) any {
	args := make([]any, len(n.args))
	for i, a := range n.args {
		if args[i] = a.eval(env); args[i] == nil {
			return nil
		}
	}
	for i, a := range args {
		if !n.takes[i].fits(a) {
			return nil
		}
	}
	return n.call(args)
}

// fits tells whether a value is what the metadata promised of it.
func (k kind) fits(v any) bool {
	switch v.(type) {
	case string:
		return k == kindString
	case float64:
		return k == kindNumber
	case time.Time:
		return k == kindTime
	}
	return false
}
