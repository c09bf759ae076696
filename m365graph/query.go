package m365graph

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Query says which part of a resource is wanted and how. Nil and the zero value
// ask for Graph's own defaults. It is not changed by the calls that take it.
// https://learn.microsoft.com/graph/query-parameters
type Query struct {
	// Select names the properties to return; the fewer, the faster.
	Select []string
	// Filter is built with [Where], which quotes values.
	Filter Filter
	// OrderBy lists properties, each with " desc" if descending.
	OrderBy []string
	// Expand names related resources to include.
	Expand []string
	// Search is a free-text search, given without the quotes that Graph wants.
	Search string
	// Top is the size of a page; zero means the collection's default. It does
	// not limit an iterator: MaxItems does.
	Top int
	// Skip leaves out the first items, where the collection allows it.
	Skip int
	// Count asks for the total, which the first page then carries.
	Count bool
	// Params are further parameters of the resource, such as startDateTime.
	Params map[string]string
	// Prefer asks for a representation. It is sent with every page.
	Prefer Prefer

	// MaxItems and MaxPages end an iterator early with a [*TruncatedError].
	// Zero means no limit.
	MaxItems, MaxPages int
	// Cursor resumes a list where a [*TruncatedError] left it. It holds the
	// query it was made with: of this one Prefer, MaxItems and MaxPages count.
	Cursor string
}

// Prefer holds the preferences that Graph knows. Each is sent on every page of
// a list, as Graph forgets them.
type Prefer struct {
	// TimeZone is a Windows or IANA name, which event times are returned in.
	// Empty means UTC.
	TimeZone string
	// TextBody asks for plain text in place of HTML bodies of mail and events.
	TextBody bool
	// ImmutableIDs asks for ids that survive a move between folders.
	// https://learn.microsoft.com/graph/outlook-immutable-id
	ImmutableIDs bool
	// PageSize is a hint for collections that ignore Top, as delta does.
	PageSize int
	// Minimal asks for an empty answer to a write.
	Minimal bool
}

// header returns the one header that Graph wants all preferences in.
func (p Prefer) header() string {
	var parts []string
	if p.TimeZone != "" {
		parts = append(parts, `outlook.timezone="`+strings.NewReplacer(`"`, "", "\r", "", "\n", "").Replace(p.TimeZone)+`"`)
	}
	if p.TextBody {
		parts = append(parts, `outlook.body-content-type="text"`)
	}
	if p.ImmutableIDs {
		parts = append(parts, `IdType="ImmutableId"`)
	}
	if p.PageSize > 0 {
		parts = append(parts, "odata.maxpagesize="+strconv.Itoa(p.PageSize))
	}
	if p.Minimal {
		parts = append(parts, "return=minimal")
	}
	return strings.Join(parts, ", ")
}

// encode returns the query string, or what is wrong with the query.
func (q *Query) encode() (string, error) {
	if q == nil {
		return "", nil
	}
	if q.Filter.err != nil {
		return "", q.Filter.err
	}
	var b strings.Builder
	add := func(name, value string) {
		if value == "" {
			return
		}
		if b.Len() > 0 {
			b.WriteByte('&')
		}
		b.WriteString(name + "=" + escapeQuery(value))
	}
	add("$select", strings.Join(q.Select, ","))
	add("$filter", q.Filter.text)
	add("$orderby", strings.Join(q.OrderBy, ","))
	add("$expand", strings.Join(q.Expand, ","))
	if q.Search != "" {
		add("$search", `"`+strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(q.Search)+`"`)
	}
	if q.Top > 0 {
		add("$top", strconv.Itoa(q.Top))
	}
	if q.Skip > 0 {
		add("$skip", strconv.Itoa(q.Skip))
	}
	if q.Count {
		add("$count", "true")
	}
	for _, name := range slices.Sorted(maps.Keys(q.Params)) {
		add(escapeName(name), q.Params[name])
	}
	return b.String(), nil
}

// escapeQuery escapes a value with %20 for a space: Graph's path functions do
// not read "+" as one.
func escapeQuery(s string) string {
	return strings.ReplaceAll(url.QueryEscape(s), "+", "%20")
}

// escapeName keeps the $ and @ of parameter names readable.
func escapeName(s string) string {
	return strings.NewReplacer("%24", "$", "%40", "@").Replace(escapeQuery(s))
}

// Filter is a $filter expression. The zero value filters nothing.
type Filter struct {
	text string
	err  error
}

// Where builds a filter from an expression in which each ? stands for a value:
//
//	Where("from/emailAddress/address eq ? and receivedDateTime ge ?", address, since)
//
// Strings are quoted, a time.Time becomes UTC, a bool or an integer is written
// as it is, nil becomes null, and a [GUID] is written bare. Values are never
// read as part of the expression. A ? within quotes in the expression is kept.
// https://learn.microsoft.com/graph/filter-query-parameter
func Where(expression string, values ...any) Filter {
	var b strings.Builder
	quoted, used := false, 0
	for _, r := range expression {
		if r == '\'' {
			quoted = !quoted
		}
		if r != '?' || quoted {
			b.WriteRune(r)
			continue
		}
		if used == len(values) {
			return Filter{err: fmt.Errorf("m365graph: the filter %q has more ? than values", expression)}
		}
		literal, err := odataLiteral(values[used])
		if err != nil {
			return Filter{err: fmt.Errorf("m365graph: the filter %q: %w", expression, err)}
		}
		b.WriteString(literal)
		used++
	}
	if used != len(values) {
		return Filter{err: fmt.Errorf("m365graph: the filter %q has fewer ? than values", expression)}
	}
	return Filter{text: b.String()}
}

// And joins two filters; an empty one adds nothing.
func (f Filter) And(g Filter) Filter {
	switch {
	case f.err != nil || g.IsZero():
		return f
	case g.err != nil || f.IsZero():
		return g
	}
	return Filter{text: "(" + f.text + ") and (" + g.text + ")"}
}

// IsZero reports whether the filter is empty.
func (f Filter) IsZero() bool { return f.text == "" && f.err == nil }

// String returns the expression as Graph reads it.
func (f Filter) String() string { return f.text }

// GUID is an id that a filter writes without quotes.
type GUID string

func odataLiteral(v any) (string, error) {
	switch v := v.(type) {
	case nil:
		return "null", nil
	case string:
		return "'" + strings.ReplaceAll(v, "'", "''") + "'", nil
	case bool:
		return strconv.FormatBool(v), nil
	case int:
		return strconv.Itoa(v), nil
	case int64:
		return strconv.FormatInt(v, 10), nil
	case time.Time:
		return v.UTC().Format("2006-01-02T15:04:05.999999999Z"), nil
	case GUID:
		for _, r := range v {
			if !strings.ContainsRune("0123456789abcdefABCDEF-", r) {
				return "", fmt.Errorf("%q is not a GUID", clip(string(v), 40))
			}
		}
		return string(v), nil
	}
	return "", fmt.Errorf("a %T cannot be written in a filter; use a string, time, bool, integer or GUID", v)
}
