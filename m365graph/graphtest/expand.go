package graphtest

import (
	"slices"
	"strconv"
	"strings"

	"github.com/m365go/sdk/m365graph/internal/odata"
)

// expansion is one item of $expand, with the options in its parentheses. See
// https://learn.microsoft.com/graph/query-parameters, "expand".
type expansion struct {
	name   string
	typ    string   // of the elements
	fields []string // of its own $select; nil: all
	filter *odata.Filter
	order  []odata.Key
	skip   int
	top    int // -1: all
	count  bool
	levels int
}

// readExpand reads the whole option. A star stands for all there is to expand.
func (sh *shape[T]) readExpand(c *call) error {
	items := splitOutside(c.param("$expand"), ',')
	if len(items) > 1 && c.route.service == directory {
		return failf(codeBadRequest, "The result of parsing $expand contained at least %d items, but the maximum allowed is 1.", len(items))
	}
	for _, item := range items {
		item = strings.TrimSpace(item)
		if item == "*" {
			for i := range sh.schema.props {
				if p := &sh.schema.props[i]; p.show == expanded {
					sh.add(p, &expansion{name: p.name, top: -1})
				}
			}
			continue
		}
		name, inner, nested := strings.Cut(item, "(")
		cast, bare := cutCast(strings.TrimSpace(name))
		p, ok := sh.schema.find(bare)
		if !ok || p.show != expanded || !strings.EqualFold(p.cast, cast) && cast != "" {
			return failf(codeBadRequest, "Parsing OData Select and Expand failed: %v", odata.UnknownProperty(name, sh.schema.name))
		}
		e := &expansion{name: p.name, typ: strings.TrimPrefix(p.typ, "[]"), top: -1}
		if nested {
			if err := e.read(inner, c.route.service); err != nil {
				return failf(codeBadRequest, "Parsing OData Select and Expand failed: %v", err)
			}
		}
		sh.add(p, e)
	}
	return nil
}

func (sh *shape[T]) add(p *property[T], e *expansion) {
	if sh.expand[p.name] == nil {
		sh.props = append(sh.props, p)
	}
	sh.expand[p.name] = e
}

// read reads the options in the parentheses, of which the last one is there.
// Bare ones have no $.
func (e *expansion) read(inner string, s *service) error {
	inner, closed := strings.CutSuffix(strings.TrimSpace(inner), ")")
	if !closed {
		return odata.SyntaxError("Syntax error in '$expand=" + e.name + "(" + inner + "'.")
	}
	seen := map[string]bool{}
	for _, option := range splitOutside(inner, ';') {
		key, value, found := strings.Cut(strings.TrimSpace(option), "=")
		key = strings.ToLower(strings.TrimSpace(key))
		if s.bare && !strings.HasPrefix(key, "$") {
			key = "$" + key
		}
		if !found || seen[key] {
			return odata.SyntaxError("Syntax error in '$expand=" + e.name + "(" + inner + ")'.")
		}
		seen[key] = true
		if s == directory && key != "$select" && key != "$levels" || key == "$levels" && e.name != "manager" {
			return e.unsupported(key)
		}
		if err := e.setOption(key, strings.TrimSpace(value), s); err != nil {
			return err
		}
	}
	return nil
}

func (e *expansion) unsupported(key string) error {
	return odata.SyntaxError("the option '" + key + "' is not supported inside $expand=" + e.name + ".")
}

// setOption reads one of the options in the parentheses. The directory takes
// but two of them:
// https://developer.microsoft.com/graph/known-issues/?search=13635
func (e *expansion) setOption(key, value string, s *service) (err error) {
	switch key {
	case "$select":
		return e.selectFields(value)
	case "$filter", "$orderby":
		types := odata.Types(complexType)
		if s == oneDrive {
			types = modelMembers
		}
		if types(e.typ) == nil {
			return e.unsupported(key)
		}
		return e.narrowBy(key, value, types)
	case "$count":
		e.count, err = readFlag(value, key)
	case "$top":
		e.top, err = readNumber(value, key)
	case "$skip":
		e.skip, err = readNumber(value, key)
	case "$levels":
		if e.levels = maxLevels; !strings.EqualFold(value, "max") {
			e.levels, err = readNumber(value, key)
		}
	default:
		return e.unsupported(key)
	}
	return err
}

// selectFields reads the names of what is shown of each element. Those of a
// derived type may have it before them.
func (e *expansion) selectFields(value string) error {
	var all bool
	for field := range strings.SplitSeq(value, ",") {
		cast, bare := cutCast(strings.TrimSpace(field))
		typ := cast
		if typ == "" {
			typ = e.typ
		}
		if all = all || bare == "*"; bare == "*" {
			continue
		}
		if members := modelMembers(typ); members != nil {
			if _, known := members(bare); !known {
				return odata.UnknownProperty(bare, typ)
			}
		}
		e.fields = append(e.fields, bare)
	}
	if all {
		e.fields = nil
	}
	return nil
}

// narrowBy reads $filter or $orderby, by the properties of the elements.
func (e *expansion) narrowBy(key, value string, types odata.Types) (err error) {
	if key == "$filter" {
		e.filter, err = odata.Parse(value, e.typ, types)
	} else {
		e.order, err = odata.ParseOrder(value, e.typ, types)
	}
	return err
}

// maxLevels is how far $levels=max goes, as in the directory.
const maxLevels = 1000

func readNumber(text, option string) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return 0, odata.SyntaxError("Invalid value '" + text + "' for " + option + " query option found. The " + option + " query option requires a non-negative integer value.")
	}
	return min(n, maxSkip), nil
}

// append adds the expanded property to o, in the shape asked for.
func (e *expansion) append(o object, name string, value any) object {
	all, ok := value.([]object)
	if !ok {
		single, ok := objectOf(value)
		if !ok {
			return append(o, member{name, nil})
		}
		return append(o, member{name, narrow(single, e.fields)})
	}
	all = e.matching(all)
	if e.count {
		o = append(o, member{name + "@odata.count", len(all)})
	}
	all = all[min(e.skip, len(all)):]
	if e.top >= 0 {
		all = all[:min(e.top, len(all))]
	}
	kept := make([]object, len(all))
	for i, v := range all {
		kept[i] = narrow(v, e.fields)
	}
	return append(o, member{name, kept})
}

// matching are the objects that the filter lets through, in order.
func (e *expansion) matching(all []object) []object {
	reads := &objectSource{}
	env := odata.NewEnv(reads)
	if e.filter != nil {
		all = slices.DeleteFunc(slices.Clone(all), func(o object) bool {
			reads.object = o
			return !e.filter.Holds(env)
		})
	}
	if len(e.order) > 0 {
		all = slices.Clone(all)
		keysOf := func(o object) []any {
			reads.object = o
			return readKeys(e.order, env)
		}
		slices.SortStableFunc(all, func(a, b object) int { return compareKeys(e.order, keysOf(a), keysOf(b)) })
	}
	return all
}

// objectSource is an expanded object as filters and orders read it.
type objectSource struct {
	objectValues
	object object
}

// Property reads a member of the object.
func (s *objectSource) Property(name string) any { return s.Member(s.object, name) }

// narrow keeps the named members of an expanded object, its id and its
// annotations; nil keeps all.
func narrow(o object, fields []string) object {
	if fields == nil {
		return o
	}
	var kept object
	for _, m := range o {
		if m.name == "id" || strings.HasPrefix(m.name, "@") || containsFold(fields, m.name) {
			kept = append(kept, m)
		}
	}
	return kept
}

// splitOutside splits at sep where no parenthesis and no quote is open. Nothing
// gives no parts.
func splitOutside(text string, sep byte) []string {
	var parts []string
	depth, start, quoted := 0, 0, false
	for i := range len(text) {
		switch ch := text[i]; {
		case ch == '\'':
			quoted = !quoted
		case quoted:
		case ch == '(':
			depth++
		case ch == ')':
			depth--
		case ch == sep && depth == 0:
			parts = append(parts, text[start:i])
			start = i + 1
		}
	}
	if start < len(text) {
		parts = append(parts, text[start:])
	}
	return parts
}
