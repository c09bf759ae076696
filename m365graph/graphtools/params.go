package graphtools

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/m365go/sdk/m365auth/agenttool"
)

// paramNames are the query parameters that a call may have. $skiptoken and
// $deltatoken are not among them: cursors do their work.
// https://learn.microsoft.com/graph/query-parameters
var paramNames = []string{
	"$select", "$filter", "$top", "$skip", "$orderby", "$expand", "$search", "$count",
	"startDateTime", "endDateTime", "search",
}

// maxParams is the most bytes of all values together. Graph's links repeat them,
// escaped, and a cursor must have room for such a link.
const maxParams = 4 << 10

// parseParams checks a call's parameters against its route and returns them as
// Graph wants them, with a page size and fields where the call names none.
func parseParams(in map[string]any, t target, pageSize func(int) int) (map[string]string, error) {
	params := map[string]string{}
	size := 0
	for name, v := range in {
		value, err := paramText(name, v)
		if err != nil {
			return nil, err
		}
		if size += len(value); size > maxParams {
			return nil, badParam(name, fmt.Sprintf("is too long: all together may be %d bytes", maxParams), "ask for less, in several calls")
		}
		if err := checkParam(name, value, t); err != nil {
			return nil, err
		}
		params[name] = value
	}
	if t.page > 0 {
		if err := lowerTop(params, t.page, pageSize); err != nil {
			return nil, err
		}
	}
	if t.fields != "" && params["$select"] == "" {
		params["$select"] = t.fields
	}
	return params, nil
}

func paramText(name string, v any) (string, error) {
	if !slices.Contains(paramNames, name) {
		return "", badParam(name, "is unknown", "there are "+strings.Join(paramNames, ", "))
	}
	switch v := v.(type) {
	case string:
		return v, nil
	case bool:
		return strconv.FormatBool(v), nil
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), nil
	case json.Number:
		return v.String(), nil
	}
	return "", badParam(name, "must be a string, a number or a boolean", "")
}

var fieldList = regexp.MustCompile(`^[A-Za-z0-9_@./*]+( *, *[A-Za-z0-9_@./*]+)*$`)

func checkParam(name, value string, t target) error {
	if escape.MatchString(value) || strings.ContainsFunc(value, unicode.IsControl) {
		return badParam(name, "holds an escape or a control character", "write each character as it is; it is escaped for you")
	}
	switch name {
	case "$select":
		if !fieldList.MatchString(value) {
			return badParam(name, "must be names separated by commas", "")
		}
		if out := t.reaches(names(value)...); out != "" {
			return notExpandable(out)
		}
	case "$filter", "$orderby":
		return t.checkExpression(name, value)
	case "$expand":
		return checkExpand(value, t)
	case "$top", "$skip":
		if n, err := strconv.ParseUint(value, 10, 31); err != nil || name == "$top" && n == 0 {
			return badParam(name, "must be a positive whole number", "")
		}
		if t.page == noTop && name == "$top" {
			return badParam(name, "does not work for this collection", "leave it out")
		}
	case "$count":
		if value != "true" && value != "false" {
			return badParam(name, "must be true or false", "")
		}
	}
	return nil
}

// names splits what fieldList matches.
func names(list string) []string { return strings.Split(strings.ReplaceAll(list, " ", ""), ",") }

// expansion is one name of $expand, with nothing but a $select of its own.
var expansion = regexp.MustCompile(`^([A-Za-z]+)(\(\$select=([A-Za-z0-9_@./]+(,[A-Za-z0-9_@./]+)*)\))?`)

// checkExpand refuses to follow a relation out of what the permission covers.
func checkExpand(value string, t target) error {
	for rest := value; ; {
		m := expansion.FindStringSubmatch(rest)
		if m == nil {
			return badParam("$expand", "must be names separated by commas, each with at most a ($select=…)", "")
		}
		if !slices.Contains(t.expand, strings.ToLower(m[1])) {
			return notExpandable(m[1])
		}
		for _, name := range names(m[3]) {
			// A column of a list may bear any name, also one of elsewhere.
			if t.reaches(name) != "" && t.reaches(m[1]+"/"+name) != "" {
				return notExpandable(m[1] + "/" + name)
			}
		}
		rest = rest[len(m[0]):]
		if rest == "" {
			return nil
		}
		var ok bool
		if rest, ok = strings.CutPrefix(rest, ","); !ok {
			return badParam("$expand", "must be names separated by commas, each with at most a ($select=…)", "")
		}
	}
}

func notExpandable(name string) error {
	return &agenttool.Error{
		Code:    agenttool.CodePermissionDisabled,
		Message: fmt.Sprintf("the permission of this endpoint does not cover its %s", name),
		Hint:    "ask for it at an endpoint of its own",
		Details: map[string]any{"argument": "params"},
	}
}

// lowerTop makes $top what the collection can give.
func lowerTop(params map[string]string, most int, pageSize func(int) int) error {
	top, ok := params["$top"]
	if !ok {
		params["$top"] = strconv.Itoa(pageSize(most))
		return nil
	}
	n, err := strconv.Atoi(top)
	if err != nil {
		return badParam("$top", "must be a positive whole number", "")
	}
	params["$top"] = strconv.Itoa(min(n, most))
	return nil
}

func badParam(name, problem, hint string) error {
	return &agenttool.Error{
		Code:    agenttool.CodeInvalidArgument,
		Message: fmt.Sprintf("the parameter %q %s", name, problem),
		Hint:    hint,
		Details: map[string]any{"argument": "params." + name},
	}
}
