package graphtools

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/m365go/sdk/m365auth/agenttool"
)

// paramNames are the query parameters that a call may have. $skiptoken and
// $deltatoken are not among them: cursors do their work.
// https://learn.microsoft.com/graph/query-parameters
var paramNames = []string{
	"$select", "$filter", "$top", "$skip", "$orderby", "$expand", "$search", "$count",
	"startDateTime", "endDateTime", "search",
}

// parseParams checks a call's parameters against its route and returns them as
// Graph wants them, with a page size and fields where the call names none.
func parseParams(in map[string]any, t target, pageSize func(int) int) (map[string]string, error) {
	params := map[string]string{}
	for name, v := range in {
		value, err := paramText(name, v)
		if err != nil {
			return nil, err
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
	switch name {
	case "$select":
		if !fieldList.MatchString(value) {
			return badParam(name, "must be names separated by commas", "")
		}
		// The settings of a mailbox are a part of the user, but another scope's.
		if strings.Contains(strings.ToLower(value), "mailboxsettings") {
			return notExpandable("mailboxSettings")
		}
	case "$expand":
		return checkExpand(value, t.expand)
	case "$top", "$skip":
		if n, err := strconv.Atoi(value); err != nil || n < 0 || name == "$top" && n == 0 {
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

// expansion is one name of $expand, with nothing but a $select of its own.
var expansion = regexp.MustCompile(`^([A-Za-z]+)(\(\$select=([A-Za-z0-9_@./]+(,[A-Za-z0-9_@./]+)*)\))?`)

// checkExpand refuses to follow a relation out of what the permission covers.
func checkExpand(value string, allowed []string) error {
	for rest := value; ; {
		m := expansion.FindStringSubmatch(rest)
		if m == nil {
			return badParam("$expand", "must be names separated by commas, each with at most a ($select=…)", "")
		}
		if !slices.Contains(allowed, strings.ToLower(m[1])) {
			return notExpandable(m[1])
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
