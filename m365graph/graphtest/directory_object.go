package graphtest

import (
	"slices"
	"strings"

	"github.com/m365go/sdk/m365graph/internal/odata"
)

// directoryItem is a person or a group, where both may stand.
type directoryItem interface {
	objectID() string
	kind() string // its type without "microsoft.graph."
}

func (u *userState) objectID() string  { return u.ID }
func (u *userState) kind() string      { return "user" }
func (g *groupState) objectID() string { return g.ID }
func (g *groupState) kind() string     { return "group" }

// directoryItem finds a person by id or principal name, or a group by id; nil
// if there is none.
func (t *tenantState) directoryItem(name string) directoryItem {
	if u := t.user(name); u != nil {
		return u
	}
	if g := t.groupByID[strings.ToLower(name)]; g != nil {
		return g
	}
	return nil
}

// items are the people and groups of a list of ids, without those that are
// gone.
func (t *tenantState) items(ids []string) []directoryItem {
	var all []directoryItem
	for _, id := range ids {
		if item := t.directoryItem(id); item != nil {
			all = append(all, item)
		}
	}
	return all
}

// directorySchema is https://learn.microsoft.com/graph/api/resources/directoryobject:
// what people and groups have, each its own.
var directorySchema = &schema[directoryItem]{name: "directoryObject", page: 100, maxPage: 999, present: presentItem, derived: directoryType}

func init() { // the schemas refer to each other
	directorySchema.props = []property[directoryItem]{
		{name: "@odata.type", typ: "Edm.String", show: selected, get: func(_ *call, i directoryItem) any { return "#microsoft.graph." + i.kind() }},
	}
	seen := map[string]bool{}
	for i := range userSchema.props {
		if p := &userSchema.props[i]; p.show != expanded {
			seen[p.name] = true
			directorySchema.props = append(directorySchema.props, ofEither(p))
		}
	}
	for i := range groupSchema.props {
		if p := &groupSchema.props[i]; p.show != expanded && !seen[p.name] {
			directorySchema.props = append(directorySchema.props, ofEither(p))
		}
	}
}

// ofEither is a property as people and groups may have it.
func ofEither[T any](p *property[T]) property[directoryItem] {
	return property[directoryItem]{name: p.name, typ: p.typ, show: p.show, get: func(c *call, i directoryItem) any {
		switch i := i.(type) {
		case *userState:
			if p, ok := userSchema.find(p.name); ok {
				return p.value(c, i)
			}
		case *groupState:
			if p, ok := groupSchema.find(p.name); ok {
				return p.value(c, i)
			}
		}
		return nil
	}}
}

// directoryType gives the members of the types that an item can be cast to.
func directoryType(name string) odata.Members {
	switch name {
	case "user":
		return userSchema.typeOf
	case "group":
		return groupSchema.typeOf
	}
	return nil
}

// presentItem shows an item as what it is, with the properties selected.
func presentItem(sh *shape[directoryItem], c *call, v directoryItem, head []member) object {
	return plainItemOf(c, v, sh.names, head...)
}

// plainItemOf shows an item with its type, and the named properties alone; nil
// names are the usual ones.
func plainItemOf(c *call, v directoryItem, names []string, head ...member) object {
	head = append(head, member{"@odata.type", "#microsoft.graph." + v.kind()})
	switch v := v.(type) {
	case *userState:
		return shapeNamed(userSchema, names).render(c, v, head...)
	case *groupState:
		return shapeNamed(groupSchema, names).render(c, v, head...)
	}
	return head
}

// shapeNamed is the shape of the named properties, of those that there are.
func shapeNamed[T any](s *schema[T], names []string) *shape[T] {
	sh := &shape[T]{schema: s}
	for i := range s.props {
		if p := &s.props[i]; p.show != expanded && (names == nil && p.show == always || containsFold(names, p.name)) {
			sh.props = append(sh.props, p)
		}
	}
	return sh
}

// expandItems shows people and groups inside another object.
func expandItems(c *call, items []directoryItem, e *expansion) any {
	all := make([]object, len(items))
	for i, item := range items {
		all[i] = plainItemOf(c, item, e.fields)
	}
	return all
}

// castItems keeps the items of one type, T.
func castItems[T directoryItem](items []directoryItem) []T {
	var kept []T
	for _, item := range items {
		if v, ok := item.(T); ok {
			kept = append(kept, v)
		}
	}
	return kept
}

// groupsOf are the groups that an item is a member of, in the order of the
// tenant; with transitive also the groups that those are in.
func (t *tenantState) groupsOf(id string, transitive bool) []directoryItem {
	in := map[string]bool{}
	var all []directoryItem
	for pending := []string{id}; len(pending) > 0; {
		next := pending[0]
		pending = pending[1:]
		for _, g := range t.groups {
			if !in[g.ID] && slices.Contains(g.members, next) {
				in[g.ID] = true
				all = append(all, g)
				if transitive {
					pending = append(pending, g.ID)
				}
			}
		}
	}
	return all
}

// membersOf are the members of a group, with those of the groups among them.
func (t *tenantState) membersOf(g *groupState) []directoryItem {
	seen := map[string]bool{}
	var all []directoryItem
	for pending := t.items(g.members); len(pending) > 0; {
		item := pending[0]
		pending = pending[1:]
		if seen[item.objectID()] {
			continue
		}
		seen[item.objectID()] = true
		all = append(all, item)
		if inner, ok := item.(*groupState); ok {
			pending = append(pending, t.items(inner.members)...)
		}
	}
	return all
}

// reportsOf are the people whose manager is u.
func (t *tenantState) reportsOf(u *userState) []directoryItem {
	var all []directoryItem
	for _, other := range t.users {
		if other.Manager == u.ID {
			all = append(all, other)
		}
	}
	return all
}

// managers are those above u, the nearest first, at most n.
func (t *tenantState) managers(u *userState, n int) []*userState {
	var all []*userState
	seen := map[string]bool{u.ID: true}
	for m := t.byID[u.Manager]; m != nil && !seen[m.ID] && len(all) < n; m = t.byID[m.Manager] {
		seen[m.ID] = true
		all = append(all, m)
	}
	return all
}

// owned are the groups that an item owns.
func (t *tenantState) owned(id string) []directoryItem {
	var all []directoryItem
	for _, g := range t.groups {
		if slices.Contains(g.owners, id) {
			all = append(all, g)
		}
	}
	return all
}
