package graphtest

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/m365go/sdk/m365graph/internal/odata"
)

// searchRoutes is Microsoft Search. What it needs is what the kinds need that
// are asked for.
func searchRoutes() []route {
	return []route{{
		method: "POST", pattern: "/search/query", doc: "https://learn.microsoft.com/graph/api/search-query", service: directory, public: true, unlocked: true,
		options: optNone, handle: postSearch,
		differs: "Nothing is ever found of acronyms, bookmarks, questions and external items; there are no aggregations, collapsed results or corrected spellings.",
	}}
}

// searchRequest is https://learn.microsoft.com/graph/api/resources/searchrequest.
type searchRequest struct {
	EntityTypes []string `json:"entityTypes"`
	Query       struct {
		QueryString   string `json:"queryString"`
		QueryTemplate string `json:"queryTemplate"`
	} `json:"query"`
	From             int      `json:"from"`
	Size             *int     `json:"size"`
	Fields           []string `json:"fields"`
	Region           string   `json:"region"`
	EnableTopResults bool     `json:"enableTopResults"`
	SortProperties   []struct {
		Name         string `json:"name"`
		IsDescending bool   `json:"isDescending"`
	} `json:"sortProperties"`
	SharePointOneDriveOptions struct {
		IncludeContent string `json:"includeContent"`
	} `json:"sharePointOneDriveOptions"`

	kinds []*searched
	query *odata.Search // nil: all
	size  int
}

// postSearch answers https://learn.microsoft.com/graph/api/search-query. It
// reads, so it takes the lock of those who read.
func postSearch(c *call) (*reply, error) {
	var in struct {
		Requests []*searchRequest `json:"requests"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	if len(in.Requests) == 0 {
		return nil, failf(codeBadRequest, "SearchRequest Invalid (requests must not be empty).")
	}
	asked := map[string]bool{}
	for _, r := range in.Requests {
		if r == nil {
			return nil, failf(codeBadRequest, "SearchRequest Invalid (a request must not be null).")
		}
		if err := c.checkSearch(r, asked); err != nil {
			return nil, err
		}
		if first := in.Requests[0]; r.From != first.From || r.size != first.size || r.Query.QueryString != first.Query.QueryString {
			return nil, failf(codeBadRequest, "SearchRequest Invalid (from, size and queryString must be the same in all requests).")
		}
	}
	c.s.mu.RLock()
	defer c.s.mu.RUnlock()
	responses := make([]object, len(in.Requests))
	for i, r := range in.Requests {
		responses[i] = c.search(r)
	}
	return jsonReply(object{{"@odata.context", c.metadata("Collection(microsoft.graph.searchResponse)")}, {"value", responses}}), nil
}

// checkSearch holds the rules of
// https://learn.microsoft.com/graph/api/resources/search-api-overview.
func (c *call) checkSearch(r *searchRequest, asked map[string]bool) error {
	if len(r.EntityTypes) == 0 {
		return failf(codeBadRequest, "SearchRequest Invalid (entityTypes must not be empty).")
	}
	group, limit := "", 1000
	for _, name := range r.EntityTypes {
		i := slices.IndexFunc(searchedKinds, func(k *searched) bool { return strings.EqualFold(k.name, name) })
		if i < 0 {
			return failf(codeBadRequest, "SearchRequest Invalid (the entity type '%s' is not known).", name)
		}
		k := searchedKinds[i]
		switch {
		case group != "" && group != k.group:
			return failf(codeBadRequest, "SearchRequest Invalid (Invalid combination of entity types).")
		case asked[k.name]:
			return failf(codeBadRequest, "SearchRequest Invalid (the entity type '%s' is asked for twice).", name)
		case len(r.SortProperties) > 0 && !k.sorts:
			return failf(codeBadRequest, "SearchRequest Invalid (Sort is not supported for the entity type '%s').", k.name)
		case !c.token.has(k.scopes) || c.token.app && !k.files:
			return failf(codeForbidden, "Access to %s in Graph API requires the following permissions: %s. However, the application only has the following permissions granted: %s",
				strings.ToUpper(k.name[:1])+k.name[1:], strings.Join(k.scopes, ", "), strings.Join(c.token.scopes, ", "))
		}
		group, limit, asked[k.name] = k.group, min(limit, k.maxSize), true
		r.kinds = append(r.kinds, k)
	}
	if c.token.app != (r.Region != "") {
		if c.token.app {
			return failf(codeBadRequest, "SearchRequest Invalid (Region is required when request with application permission.)")
		}
		return failf(codeBadRequest, "SearchRequest Invalid (Region is only supported when request with application permission.)")
	}
	return r.checkPage(limit)
}

// checkPage reads what is searched for, and which part of it is wanted.
func (r *searchRequest) checkPage(limit int) (err error) {
	if r.size = min(25, limit); r.Size != nil {
		r.size = *r.Size
	}
	switch {
	case r.size < 0 || r.From < 0:
		return failf(codeBadRequest, "SearchRequest Invalid (from and size must not be negative).")
	case r.size > limit:
		return failf(codeBadRequest, "The maximum allowed page size is %d.", limit)
	case r.From > 100_000:
		return failf(codeBadRequest, "Received skip=%d with state=0, configured max difference=100000", r.From)
	case strings.TrimSpace(r.Query.QueryString) == "" && r.Query.QueryTemplate == "":
		return failf(codeBadRequest, "SearchRequest Invalid (queryString must not be empty).")
	}
	for _, p := range r.SortProperties {
		if !slices.Contains(sortProperties, searchName(p.Name)) {
			return failf(codeBadRequest, "SearchRequest Invalid (the property '%s' is not sortProperties).", p.Name)
		}
	}
	text := strings.TrimSpace(r.Query.QueryString)
	if r.Query.QueryTemplate != "" {
		text = strings.TrimSpace(strings.ReplaceAll(r.Query.QueryTemplate, "{searchTerms}", text))
	}
	if text == "*" {
		return nil
	}
	if r.query, err = odata.ParseKeywords(text); err != nil {
		return failf(codeBadRequest, "SearchRequest Invalid (%v)", err)
	}
	return nil
}

// sortProperties are what results can be ordered by.
var sortProperties = []string{"lastmodifieddatetime", "createddatetime", "name", "title", "author", "size", "path", "filetype"}

// searchName is the name under which documents keep a property.
func searchName(name string) string {
	name = strings.ToLower(name)
	return orElse(searchAliases[name], name)
}

// search finds, sorts and shows what one request asks for.
func (c *call) search(r *searchRequest) object {
	var found []*findable
	for _, k := range r.kinds {
		if k.find == nil {
			continue
		}
		of := *c
		of.r, of.route = c.reading(), &route{scopes: k.scopes, service: oneDrive}
		for _, d := range k.find(&of) {
			hidden := d.private && c.token.app && !strings.Contains(strings.ToLower(r.SharePointOneDriveOptions.IncludeContent), "privatecontent")
			if !hidden && d.finds(r.query, c.now) {
				found = append(found, d)
			}
		}
	}
	r.sort(found)
	page := found[min(r.From, len(found)):min(r.From+r.size, len(found))]
	hits := make([]object, len(page))
	for i, d := range page {
		hits[i] = object{{"hitId", d.id}, {"rank", r.From + i + 1}, {"summary", d.summary(r.query)}, {"resource", r.show(d)}}
	}
	container := object{{"hits", hits}, {"total", len(found)}, {"moreResultsAvailable", len(found) > r.From+r.size}}
	if r.kinds[0].mail {
		container[1].value = len(hits)
	}
	if len(hits) == 0 {
		container = container[1:]
	}
	return object{{"searchTerms", r.terms()}, {"hitsContainers", []object{container}}}
}

// terms are the words that were looked for.
func (r *searchRequest) terms() []string {
	terms := []string{}
	if r.query != nil {
		for _, t := range r.query.Terms {
			if t.Property == "" {
				terms = append(terms, strings.ToLower(strings.Trim(t.Value, `"*`)))
			}
		}
	}
	return terms
}

// sort puts mail and events newest first, all else by relevance, unless the
// request says otherwise. The three best messages come first if it asks for them.
func (r *searchRequest) sort(found []*findable) {
	newest := func(a, b *findable) int { return b.when.Compare(a.when) }
	best := func(a, b *findable) int { return cmp.Or(cmp.Compare(b.rank, a.rank), newest(a, b)) }
	switch {
	case len(r.SortProperties) > 0:
		slices.SortStableFunc(found, r.order)
	case r.EnableTopResults && r.kinds[0].name == "message":
		slices.SortStableFunc(found, best)
		slices.SortStableFunc(found[min(3, len(found)):], newest)
	case r.kinds[0].mail:
		slices.SortStableFunc(found, newest)
	default:
		slices.SortStableFunc(found, best)
	}
}

// order compares two documents by the properties that the request names.
func (r *searchRequest) order(a, b *findable) int {
	for _, p := range r.SortProperties {
		x, y := strings.Join(a.property(p.Name), " "), strings.Join(b.property(p.Name), " ")
		n := strings.Compare(strings.ToLower(x), strings.ToLower(y))
		if i, err := strconv.Atoi(x); err == nil {
			if k, err := strconv.Atoi(y); err == nil {
				n = cmp.Compare(i, k)
			}
		}
		if p.IsDescending {
			n = -n
		}
		if n != 0 {
			return n
		}
	}
	return 0
}

// show is the resource of a hit, with the fields that the request names.
func (r *searchRequest) show(d *findable) object {
	o := d.show()
	if len(r.Fields) == 0 {
		return o
	}
	if d.fields == nil {
		return append(object{{"@odata.type", "#microsoft.graph." + d.entity}}, slices.DeleteFunc(o, func(m member) bool { return !containsFold(r.Fields, m.name) })...)
	}
	fields := object{}
	for _, m := range d.fields() {
		if containsFold(r.Fields, m.name) {
			if _, twice := fields.get(m.name); !twice {
				fields = append(fields, m)
			}
		}
	}
	if d.entity == "listItem" {
		return append(o, member{"fields", fields})
	}
	return append(o, member{"listItem", object{{"@odata.type", "#microsoft.graph.listItem"}, {"fields", fields}}})
}
