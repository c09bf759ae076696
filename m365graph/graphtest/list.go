package graphtest

import (
	"slices"
	"strings"

	"github.com/m365go/sdk/m365graph/internal/odata"
)

// listing is a collection to be shown as the request's query options say.
type listing[T any] struct {
	schema  *schema[T]
	items   []T                       // in the order that holds without $orderby
	context string                    // after $metadata#, such as users('…')/messages
	check   func(*call, *query) error // rules of the service; nil: none
	members odata.Types               // of types that differ from one collection to the next; nil: none
	search  *searching[T]             // nil: items are what was found already
}

// searching is how a collection answers $search.
type searching[T any] struct {
	parse func(text string) (*odata.Search, error)
	fits  func(c *call, v T, t odata.Term) bool // whether an item has what a term asks for
}

// list answers with a page of a collection. It looks at no more items than
// the page needs, unless an order or a count asks for all.
func list[T any](c *call, l listing[T]) (*reply, error) {
	sh, err := shapeOf(c, l.schema)
	if err != nil {
		return nil, err
	}
	q, err := readQuery(c, &l)
	if err != nil {
		return nil, err
	}
	sh.addressed(l.context)
	m := newMatcher(c, &l, q)
	page, total, more := m.page()
	head := object{{"@odata.context", c.metadata(l.context + sh.contextSuffix())}}
	if q.count {
		head = append(head, member{"@odata.count", total})
	}
	if more {
		head = append(head, member{"@odata.nextLink", c.nextLink(q.skip+q.size, q.size)})
	}
	buf, ok := c.x.s.pages.Get().(*[]byte)
	if !ok {
		buf = new([]byte)
	}
	*buf = sh.appendPage((*buf)[:0], c, head, page)
	return &reply{json: *buf, page: buf}, nil
}

// appendPage writes a page. Each item is written before the next one is read, so
// that no more of a long page is kept than its bytes.
func (sh *shape[T]) appendPage(dst []byte, c *call, head object, page []T) []byte {
	dst = appendJSON(dst, head)
	dst = append(dst[:len(dst)-1], `,"value":[`...)
	begin, o := len(dst), object(nil)
	for i, v := range page {
		o = sh.renderInto(o[:0], c, v)
		dst = append(appendJSON(dst, o), ',')
		if i == 0 { // its like follow
			dst = slices.Grow(dst, (len(dst)-begin)*len(page)*9/8)
		}
	}
	if len(page) > 0 {
		dst = dst[:len(dst)-1]
	}
	return append(dst, "]}"...)
}

// count answers /$count with the number as plain text.
func count[T any](c *call, l listing[T]) (*reply, error) {
	q, err := readQuery(c, &l)
	if err != nil {
		return nil, err
	}
	q.count = true
	m := newMatcher(c, &l, q)
	_, total, _ := m.page()
	return textReply(itoa(total)), nil
}

// one answers with a single resource.
func one[T any](c *call, s *schema[T], v T, context string) (*reply, error) {
	if c.property != nil {
		return oneProperty(c, s, v, context)
	}
	sh, err := shapeOf(c, s)
	if err != nil {
		return nil, err
	}
	for _, name := range []string{"$filter", "$orderby", "$top", "$skip", "$skiptoken"} {
		if c.param(name) != "" {
			return nil, failf(c.route.service.badQuery, "Query option '%s' cannot be applied to a single resource.", name)
		}
	}
	sh.addressed(context)
	rep := jsonReply(sh.render(c, v, member{"@odata.context", c.metadata(context + sh.contextSuffix() + "/$entity")}))
	if s.etag != nil {
		rep.header = map[string][]string{"Etag": {s.etag(v)}}
	}
	return rep, nil
}

// created answers 201 with a new resource.
func created[T any](c *call, s *schema[T], v T, context string) (*reply, error) {
	sh, err := shapeOf(c, s)
	if err != nil {
		return nil, err
	}
	return createdReply(sh.render(c, v, member{"@odata.context", c.metadata(context + "/$entity")})), nil
}

// addressed says where objects in full can be found: in a collection.
func (sh *shape[T]) addressed(context string) {
	if !strings.HasPrefix(context, "Collection(") {
		sh.at = context
	}
}

// contextSuffix is the part of @odata.context that repeats the shape.
func (sh *shape[T]) contextSuffix() string {
	parts := slices.Clone(sh.names)
	for _, p := range sh.props {
		if sh.expand[p.name] != nil {
			parts = append(parts, p.name+"()")
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return "(" + strings.Join(parts, ",") + ")"
}

// matcher finds the items of a page.
type matcher[T any] struct {
	*listing[T]
	*query
	reads *resource[T]
	env   *odata.Env
}

func newMatcher[T any](c *call, l *listing[T], q *query) *matcher[T] {
	reads := &resource[T]{c: c, schema: l.schema}
	return &matcher[T]{listing: l, query: q, reads: reads, env: odata.NewEnv(reads)}
}

// holds tells whether the filter lets an item through.
func (m *matcher[T]) holds(v T) bool {
	m.reads.item = v
	if m.filter != nil && !m.filter.Holds(m.env) {
		return false
	}
	return m.query.search == nil || m.query.search.Holds(func(t odata.Term) bool { return m.listing.search.fits(m.reads.c, v, t) })
}

// contextPath is what the collection's context says after $metadata#.
func (l *listing[T]) contextPath() string { return l.context }

// page gives the items of the page, the number of all matches if it was
// counted, and whether more follow.
func (m *matcher[T]) page() (page []T, total int, more bool) {
	end := m.skip + m.size
	items := m.items
	if len(m.order) > 0 {
		items = m.sorted()
	}
	if len(m.order) > 0 || m.filter == nil && m.query.search == nil { // sorted keeps matches only
		return slices.Clone(items[min(m.skip, len(items)):min(end, len(items))]), len(items), len(items) > end && m.size > 0
	}
	for _, v := range items {
		if !m.holds(v) {
			continue
		}
		if total++; total > m.skip && total <= end {
			page = append(page, v)
		}
		if total > end && !m.count {
			break
		}
	}
	return page, total, total > end && m.size > 0
}

// sorted gives the matches in the order asked for; equals keep theirs.
func (m *matcher[T]) sorted() []T {
	type keyed struct {
		item T
		keys []any
	}
	var all []keyed
	for _, v := range m.items {
		if !m.holds(v) {
			continue
		}
		all = append(all, keyed{v, readKeys(m.order, m.env)})
	}
	slices.SortStableFunc(all, func(a, b keyed) int { return compareKeys(m.order, a.keys, b.keys) })
	items := make([]T, len(all))
	for i, k := range all {
		items[i] = k.item
	}
	return items
}

func readKeys(order []odata.Key, env *odata.Env) []any {
	values := make([]any, len(order))
	for i, key := range order {
		values[i] = key.Value(env)
	}
	return values
}

func compareKeys(order []odata.Key, a, b []any) int {
	for i, key := range order {
		n := odata.Compare(a[i], b[i])
		if key.Desc {
			n = -n
		}
		if n != 0 {
			return n
		}
	}
	return 0
}
