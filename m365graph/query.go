package m365graph

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Query says which part of a resource is wanted and how. Nil and the zero value
// ask for Graph's own defaults. It is not changed by the calls that take it.
// https://learn.microsoft.com/graph/query-parameters
type Query struct {
	// Select names the properties to return, one each; the fewer, the faster.
	Select []string
	// Filter is built with [Where], which quotes values.
	Filter Filter
	// OrderBy lists properties, one each, with " desc" if descending.
	OrderBy []string
	// Expand names related resources to include, one each, with options of
	// their own in parentheses: "attachments($select=name;$top=5)".
	Expand []string
	// Search is one search clause, given without the quotes that Graph wants:
	// words or a KQL query for mail, "displayName:sales" for the directory. Where
	// several are joined, each is in quotes of its own; see [QuoteSearch].
	// https://learn.microsoft.com/graph/search-query-parameter
	Search string
	// Top is the size of a page; zero means the collection's default. It does
	// not limit an iterator: MaxItems does.
	Top int
	// Skip leaves out the first items, where the collection allows it.
	Skip int
	// Count asks for the total, which the first page then carries.
	Count bool
	// Eventual sends ConsistencyLevel: eventual, on every page, and asks for
	// Count in a list of the directory. It is set by itself where such a list is
	// searched, counted or sorted, or filtered with ne, not, endsWith or
	// contains; set it for what else Graph answers with
	// Request_UnsupportedQuery. What was just written may not be found yet.
	// https://learn.microsoft.com/graph/aad-advanced-queries
	Eventual bool
	// Params are further parameters of the resource, such as startDateTime. They
	// are escaped, and an empty one is left out. None may repeat a field.
	Params map[string]string
	// Prefer asks for a representation. It is sent with every page.
	Prefer Prefer

	// MaxItems and MaxPages end an iterator early with a [*TruncatedError].
	// Zero means no limit.
	MaxItems, MaxPages int
	// Cursor resumes a list where a [*TruncatedError] left it. It holds the
	// query it was made with: of this one Prefer, MaxItems, MaxPages and
	// Prefetch count.
	Cursor string
	// Prefetch fetches the next page of an iterator while one is read: the
	// whole is as fast as the slower of the two, for a page more in memory.
	Prefetch bool
}

// QuoteSearch puts a clause of a search into the quotes that Graph wants. With it
// clauses are joined, which the directory allows:
//
//	Params: map[string]string{"$search": QuoteSearch("displayName:"+name) + " OR " + QuoteSearch("mail:"+name)}
func QuoteSearch(clause string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(clause) + `"`
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
	// PageSize is a hint for collections that ignore Top, as delta does; zero
	// means Graph's own.
	PageSize int
	// Minimal asks for an empty answer to a write.
	Minimal bool
	// UnknownMembers asks for values that an enumeration has won since it was
	// first published, in place of "unknownFutureValue".
	UnknownMembers bool
	// Other are further preferences, separated by commas as in the header.
	Other string
}

// header returns the one header that Graph wants all preferences in.
func (p Prefer) header() string {
	var parts []string
	add := func(wanted bool, preference string) {
		if wanted {
			parts = append(parts, preference)
		}
	}
	add(p.TimeZone != "", `outlook.timezone="`+p.TimeZone+`"`)
	add(p.TextBody, `outlook.body-content-type="text"`)
	add(p.ImmutableIDs, `IdType="ImmutableId"`)
	add(p.PageSize > 0, "odata.maxpagesize="+strconv.Itoa(p.PageSize))
	add(p.Minimal, "return=minimal")
	add(p.UnknownMembers, "include-unknown-enum-members")
	add(p.Other != "", p.Other)
	return strings.Join(parts, ", ")
}

// encode returns the query string, or what is wrong with the query.
func (q *Query) encode() (string, error) {
	if q == nil {
		return "", nil
	}
	if err := q.check(); err != nil {
		return "", err
	}
	var b strings.Builder
	used := map[string]bool{}
	add := func(name, value string) {
		if value == "" {
			return
		}
		if b.Len() > 0 {
			b.WriteByte('&')
		}
		b.WriteString(name + "=" + escapeQuery(value))
		used[optionName(name)] = true
	}
	add("$select", strings.Join(q.Select, ","))
	add("$filter", q.Filter.text)
	add("$orderby", strings.Join(q.OrderBy, ","))
	add("$expand", strings.Join(q.Expand, ","))
	if q.Search != "" {
		add("$search", QuoteSearch(q.Search))
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
		if used[optionName(name)] {
			return "", fmt.Errorf("m365graph: the parameter %q is given twice; a field of Query or another of Params has it", clip(name, 40))
		}
		add(escapeName(name), q.Params[name])
	}
	return b.String(), nil
}

// check reports what no answer of Graph's is needed for.
func (q *Query) check() error {
	if q.Filter.err != nil {
		return q.Filter.err
	}
	if min(q.Top, q.Skip, q.MaxItems, q.MaxPages, q.Prefer.PageSize) < 0 {
		return errors.New("m365graph: Query.Top, Skip, MaxItems, MaxPages and Prefer.PageSize must not be negative")
	}
	if strings.ContainsAny(q.Prefer.TimeZone, "\"\\,") {
		return fmt.Errorf("m365graph: Query.Prefer.TimeZone: %q is no time zone", clip(q.Prefer.TimeZone, 40))
	}
	for _, name := range slices.Concat(q.Select, q.OrderBy) {
		if strings.TrimSpace(name) == "" || strings.ContainsAny(name, ",'\"") {
			return fmt.Errorf("m365graph: Query.Select and OrderBy name one property each, and not %q", clip(name, 80))
		}
	}
	for _, name := range q.Expand {
		if strings.TrimSpace(name) == "" {
			return errors.New("m365graph: Query.Expand holds an empty name")
		}
	}
	if _, empty := q.Params[""]; empty {
		return errors.New("m365graph: Query.Params holds a parameter without a name")
	}
	return nil
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
