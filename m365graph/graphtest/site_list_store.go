package graphtest

import (
	"cmp"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// listStore is a list of a site as it is now.
type listStore struct {
	site                           *siteStore
	id                             string // a GUID
	name, displayName, description string
	template                       string
	hidden                         bool
	columns                        []*Column
	items                          []*listItem // by number; of a library: none, its drive has them
	last                           int         // the largest number given out
	drive                          *driveStore // of a document library; nil: it is none
	values                         map[string]map[string]any
	created, modified              time.Time
	version                        int
}

// listItem is a row of a list, or what a library says of a file.
type listItem struct {
	list              *listStore
	number            int
	fields            map[string]any // what was set, by column; of one JSON form each
	createdBy, by     object         // identity sets
	created, modified time.Time
	version           int
	past              []*listItem // versions, the oldest first
	node              *driveNode  // of a library; nil: a row
}

const (
	templateGeneric = "genericList"
	templateLibrary = "documentLibrary"
)

// addList copies a list.
func (s *siteStore) addList(g *List, now time.Time) (*listStore, error) {
	l := &listStore{
		site: s, id: g.ID, name: orElse(g.Name, g.DisplayName), displayName: orElse(g.DisplayName, g.Name), description: g.Description,
		template: orElse(g.Template, templateGeneric), hidden: g.Hidden, values: map[string]map[string]any{}, version: 1,
		created: orTime(g.CreatedDateTime, now), modified: orTime(g.LastModifiedDateTime, orTime(g.CreatedDateTime, now)),
	}
	if l.name == "" {
		return nil, fmt.Errorf("a DisplayName is required")
	}
	if l.id == "" {
		l.id = guid("list", s.web, strings.ToLower(l.name))
	}
	if s.list(l.id) != nil || s.list(l.name) != nil || s.list(l.displayName) != nil {
		return nil, fmt.Errorf("there are two with this name or id")
	}
	l.columns = builtinColumns(l)
	for _, col := range g.Columns {
		if err := l.addColumn(*col); err != nil {
			return nil, err
		}
	}
	s.lists = append(s.lists, l)
	for i, item := range g.Items {
		if err := l.load(item, now); err != nil {
			return nil, fmt.Errorf("item %d: %w", i, err)
		}
	}
	slices.SortFunc(l.items, func(a, b *listItem) int { return cmp.Compare(a.number, b.number) })
	return l, nil
}

// load copies a row of the tenant's data.
func (l *listStore) load(g *ListItem, now time.Time) error {
	item := &listItem{list: l, fields: map[string]any{}, version: 1, created: orTime(g.CreatedDateTime, now)}
	item.modified = orTime(g.LastModifiedDateTime, item.created)
	item.createdBy = recipientIdentity(l.site.tenant, g.CreatedBy)
	item.by = item.createdBy
	if g.LastModifiedBy != nil {
		item.by = recipientIdentity(l.site.tenant, g.LastModifiedBy)
	}
	item.number = l.last + 1
	if g.ID != "" {
		var err error
		if item.number, err = strconv.Atoi(g.ID); err != nil || item.number <= 0 {
			return fmt.Errorf("id %q is no positive number", g.ID)
		}
	}
	if l.item(item.number) != nil {
		return fmt.Errorf("there are two with id %d", item.number)
	}
	for name, value := range g.Fields {
		col := l.column(name)
		if col == nil {
			return fmt.Errorf("the list has no column %q", name)
		}
		plain, ok := fieldValue(value)
		if !ok {
			return fmt.Errorf("column %q: a %T is no value of a field", name, value)
		}
		item.fields[col.Name] = plain
	}
	l.last = max(l.last, item.number)
	l.items = append(l.items, item)
	return nil
}

// list finds a list by id, name or title; nil if there is none.
func (s *siteStore) list(name string) *listStore {
	for _, l := range s.lists {
		if strings.EqualFold(l.id, name) || strings.EqualFold(l.name, name) || strings.EqualFold(l.displayName, name) {
			return l
		}
	}
	return nil
}

// all gives the rows, or the files and folders, by number.
func (l *listStore) all() []*listItem {
	if l.drive == nil {
		return l.items
	}
	var items []*listItem
	l.drive.root.walk(func(n *driveNode) { items = append(items, l.ofNode(n)) })
	slices.SortFunc(items, func(a, b *listItem) int { return cmp.Compare(a.number, b.number) })
	return items
}

// item finds a row by its number; nil if there is none.
func (l *listStore) item(number int) *listItem {
	items := l.all()
	i := slices.IndexFunc(items, func(i *listItem) bool { return i.number == number })
	if i < 0 {
		return nil
	}
	return items[i]
}

// ofNode is what a library says of a file or folder.
func (l *listStore) ofNode(n *driveNode) *listItem {
	return &listItem{
		list: l, number: n.number, node: n, fields: l.values[n.id], version: n.version, created: n.created, modified: n.modified,
		createdBy: l.drive.identity(n.createdBy), by: l.drive.identity(n.modifiedBy),
	}
}

// libraryOf finds the list that a drive is; nil for a person's.
func libraryOf(d *driveStore) *listStore {
	if d.owner.place == nil {
		return nil
	}
	return d.owner.place.list(d.owner.list)
}

// collection is the name under which the journal knows the list's rows.
func (l *listStore) collection() string { return "sites/" + l.site.id() + "/lists/" + l.id + "/items" }

func (l *listStore) webURL() string {
	if l.drive != nil {
		return l.drive.webURL(l.drive.root)
	}
	return l.site.webURL() + "/Lists/" + url.PathEscape(l.name)
}

func (i *listItem) id() string { return itoa(i.number) }

func (i *listItem) uniqueID() string {
	if i.node != nil {
		return guid("tag", i.node.id)
	}
	return guid("list item", i.list.id, i.number)
}

func (i *listItem) eTag() string { return fmt.Sprintf(`"%s,%d"`, i.uniqueID(), i.version) }

func (i *listItem) webURL() string {
	if i.node != nil {
		return i.list.drive.webURL(i.node)
	}
	return i.list.webURL() + "/" + i.id() + "_.000"
}

// change sets fields of a row, and keeps the version before.
func (l *listStore) change(i *listItem, values map[string]any, by object, now time.Time) {
	if i.node != nil {
		merged := maps.Clone(i.fields)
		if merged == nil {
			merged = map[string]any{}
		}
		maps.Copy(merged, values)
		l.values[i.node.id], i.fields = merged, merged
		l.drive.touch(i.node, by, now)
		i.version, i.modified = i.node.version, now
		return
	}
	before := *i
	before.past = nil
	i.past = append(i.past, &before)
	i.fields = maps.Clone(i.fields)
	maps.Copy(i.fields, values)
	i.version, i.modified, i.by = i.version+1, now, by
	l.modified = now
}
