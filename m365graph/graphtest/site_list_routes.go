package graphtest

import (
	"encoding/json"
	"maps"
	"slices"
)

// siteListRoutes are the ways to lists and what defines them.
func siteListRoutes() []route {
	const lists, one = "/~site/lists", "/~site/lists/{list}"
	return []route{
		siteRoute("GET", lists, "list-list", siteReadScopes, siteListOptions, listSiteLists),
		siteRoute("POST", lists, "list-create", listMakeScopes, oneOptions, postSiteList),
		siteRoute("GET", one, "list-get", siteReadScopes, oneOptions, getSiteList),
		siteRoute("GET", one+"/columns", "list-list-columns", siteReadScopes, siteListOptions, listColumns),
		siteRoute("POST", one+"/columns", "list-post-columns", listMakeScopes, oneOptions, postColumn),
		siteRoute("GET", one+"/columns/{column}", "columndefinition-get", siteReadScopes, oneOptions, getColumn),
		siteRoute("GET", one+"/contentTypes", "list-list-contenttypes", siteReadScopes, siteListOptions, listContentTypes),
	}
}

// visibleLists are those that a list of lists shows.
func (s *siteStore) visibleLists() []*listStore {
	return slices.DeleteFunc(slices.Clone(s.lists), func(l *listStore) bool { return l.hidden })
}

func listSiteLists(c *call) (*reply, error) {
	s, err := c.site()
	if err != nil {
		return nil, err
	}
	return list(c, listing[*listStore]{schema: siteListSchema, items: s.visibleLists(), context: s.context() + "/lists"})
}

func getSiteList(c *call) (*reply, error) {
	l, err := c.list()
	if err != nil {
		return nil, err
	}
	return one(c, siteListSchema, l, l.site.context()+"/lists")
}

// columnInput is a definition as requests write it: the type is the facet that
// is there.
type columnInput struct {
	Name        string `json:"name"`
	DisplayName string `json:"displayName"`
	Description string `json:"description"`
	Required    bool   `json:"required"`
	Indexed     bool   `json:"indexed"`
	Hidden      bool   `json:"hidden"`
	Choice      *struct {
		Choices []string `json:"choices"`
	} `json:"choice"`
	facets map[string]json.RawMessage
}

func (in *columnInput) UnmarshalJSON(b []byte) error {
	type plain columnInput
	if err := json.Unmarshal(b, (*plain)(in)); err != nil {
		return err
	}
	return json.Unmarshal(b, &in.facets)
}

// addTo checks a new column and adds it.
func (in *columnInput) addTo(l *listStore) error {
	col := Column{Name: in.Name, DisplayName: in.DisplayName, Description: in.Description, Required: in.Required, Indexed: in.Indexed, Hidden: in.Hidden}
	for _, name := range slices.Sorted(maps.Keys(in.facets)) {
		if columnTypes[name] == nil {
			continue
		}
		if col.Type != "" {
			return failf(codeDriveBad, "The column '%s' has more than one type.", in.Name)
		}
		col.Type = name
	}
	if in.Choice != nil {
		col.Choices = in.Choice.Choices
	}
	if err := l.addColumn(col); err != nil {
		return failf(codeDriveBad, "Invalid column definition: %v", err)
	}
	return nil
}

// postSiteList makes a list with its columns, or nothing.
func postSiteList(c *call) (*reply, error) {
	s, err := c.site()
	if err != nil {
		return nil, err
	}
	var in struct {
		DisplayName string        `json:"displayName"`
		Description string        `json:"description"`
		Columns     []columnInput `json:"columns"`
		List        struct {
			Template string `json:"template"`
			Hidden   bool   `json:"hidden"`
		} `json:"list"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	switch {
	case in.DisplayName == "":
		return nil, failf(codeDriveBad, "The property displayName is required.")
	case s.list(in.DisplayName) != nil:
		return nil, failf(codeNameExists, "The specified name is already in use")
	case in.List.Template == templateLibrary:
		return nil, failf(codeNotSupported, "Document libraries cannot be created here.")
	}
	l, err := s.addList(&List{DisplayName: in.DisplayName, Description: in.Description, Template: in.List.Template, Hidden: in.List.Hidden}, c.now)
	if err != nil {
		return nil, failf(codeDriveBad, "Invalid list: %v", err)
	}
	for _, col := range in.Columns {
		if err := col.addTo(l); err != nil {
			s.lists = slices.DeleteFunc(s.lists, func(o *listStore) bool { return o == l })
			return nil, err
		}
	}
	return created(c, siteListSchema, l, s.context()+"/lists")
}

func (l *listStore) context() string { return l.site.context() + "/lists('" + escapeValue(l.id) + "')" }

func listColumns(c *call) (*reply, error) {
	l, err := c.list()
	if err != nil {
		return nil, err
	}
	return list(c, listing[*Column]{schema: columnSchema, items: l.columns, context: l.context() + "/columns"})
}

func getColumn(c *call) (*reply, error) {
	l, err := c.list()
	if err != nil {
		return nil, err
	}
	col := l.column(c.vars["column"])
	if col == nil {
		return nil, fail(codeDriveNotFound)
	}
	return one(c, columnSchema, col, l.context()+"/columns")
}

func postColumn(c *call) (*reply, error) {
	l, err := c.list()
	if err != nil {
		return nil, err
	}
	var in columnInput
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	if l.column(in.Name) != nil {
		return nil, failf(codeNameExists, "A duplicate field name \"%s\" was found.", in.Name)
	}
	if err := in.addTo(l); err != nil {
		return nil, err
	}
	l.version++
	return created(c, columnSchema, l.columns[len(l.columns)-1], l.context()+"/columns")
}

func listContentTypes(c *call) (*reply, error) {
	l, err := c.list()
	if err != nil {
		return nil, err
	}
	return list(c, listing[contentType]{schema: contentTypeSchema, items: l.contentTypes(), context: l.context() + "/contentTypes"})
}
