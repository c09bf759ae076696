package graphtest

import (
	"strings"
	"unicode/utf8"
)

// function is one that a filter can call.
type function struct {
	takes []kind
	gives kind
	call  func(args []any) any // no argument is nil
}

var twoStrings = []kind{kindString, kindString}

var functions = map[string]*function{
	"startswith": {twoStrings, kindBool, func(a []any) any { return strings.HasPrefix(lower(a[0]), lower(a[1])) }},
	"endswith":   {twoStrings, kindBool, func(a []any) any { return strings.HasSuffix(lower(a[0]), lower(a[1])) }},
	"contains":   {twoStrings, kindBool, func(a []any) any { return strings.Contains(lower(a[0]), lower(a[1])) }},
	"tolower":    {twoStrings[:1], kindString, func(a []any) any { return lower(a[0]) }},
	"toupper":    {twoStrings[:1], kindString, func(a []any) any { return strings.ToUpper(a[0].(string)) }},
	"trim":       {twoStrings[:1], kindString, func(a []any) any { return strings.TrimSpace(a[0].(string)) }},
	"length":     {twoStrings[:1], kindNumber, func(a []any) any { return float64(utf8.RuneCountInString(a[0].(string))) }},
}

func lower(v any) string { return strings.ToLower(v.(string)) }

type invocation struct {
	*function
	args []node
}

func (n invocation) kind() kind { return n.gives }

func (n invocation) eval(env *environment) any {
	args := make([]any, len(n.args))
	for i, a := range n.args {
		if args[i] = a.eval(env); args[i] == nil {
			return nil
		}
	}
	return n.call(args)
}
