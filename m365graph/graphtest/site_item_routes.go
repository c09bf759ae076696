package graphtest

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
)

// siteItemRoutes are the ways to the rows of lists.
func siteItemRoutes() []route {
	const items, one = "/~site/lists/{list}/items", "/~site/lists/{list}/items/{item}"
	delta := siteRoute("GET", items+"/delta", "listitem-delta", siteReadScopes, deltaOptions&^(optFilter|optOrder), deltaListItems)
	delta.differs = "Changes of files in a document library are told by the delta of its drive alone."
	return []route{
		delta,
		siteRoute("GET", items, "listitem-list", siteReadScopes, siteListOptions, listListItems),
		siteRoute("POST", items, "listitem-create", siteWriteScopes, oneOptions, postListItem),
		siteRoute("GET", one, "listitem-get", siteReadScopes, oneOptions, getListItem),
		siteRoute("PATCH", one, "listitem-update", siteWriteScopes, oneOptions, patchListItem),
		siteRoute("DELETE", one, "listitem-delete", siteWriteScopes, optNone, deleteListItem),
		siteRoute("GET", one+"/fields", "listitem-get", siteReadScopes, oneOptions, getFields),
		siteRoute("PATCH", one+"/fields", "listitem-update", siteWriteScopes, oneOptions, patchFields),
		siteRoute("GET", one+"/versions", "listitem-list-versions", siteReadScopes, siteListOptions, listItemVersions),
		siteRoute("GET", one+"/driveItem", "driveitem-get", siteReadFileScopes, oneOptions, getItemDriveItem),
		siteRoute("GET", "/~drive/~item/listItem", "listitem-get", siteReadFileScopes, oneOptions, getDriveListItem),
	}
}

// listItem finds the row that the path means, and checks If-Match against it.
func (c *call) listItem() (*listItem, error) {
	l, err := c.list()
	if err != nil {
		return nil, err
	}
	number, err := strconv.Atoi(c.vars["item"])
	if err != nil {
		number = 0
	}
	i := l.item(number)
	if i == nil {
		return nil, failf(codeDriveNotFound, "The specified item is not found")
	}
	if match := c.r.Header.Get("If-Match"); c.r.Method != http.MethodGet && match != "" && match != "*" && match != i.eTag() {
		return nil, fail(codePrecondition)
	}
	return i, nil
}

func listItemListing(l *listStore) listing[*listItem] {
	return listing[*listItem]{
		schema: listItemSchema, items: l.all(), context: l.context() + "/items", members: l.members,
		check: func(c *call, q *query) error { return l.checkIndexed(c, q) },
	}
}

func listListItems(c *call) (*reply, error) {
	l, err := c.list()
	if err != nil {
		return nil, err
	}
	return list(c, listItemListing(l))
}

func getListItem(c *call) (*reply, error) {
	i, err := c.listItem()
	if err != nil {
		return nil, err
	}
	return one(c, listItemSchema, i, i.list.context()+"/items")
}

// deltaListItems tells what changed in a list.
func deltaListItems(c *call) (*reply, error) {
	l, err := c.list()
	if err != nil {
		return nil, err
	}
	t := tracked[*listItem]{listing: listItemListing(l), collection: l.collection(), dialect: driveDelta}
	t.first = func() []string {
		ids := []string{}
		for _, i := range l.all() {
			ids = append(ids, i.id())
		}
		return ids
	}
	t.find = func(id string) (*listItem, bool) {
		number, _ := strconv.Atoi(id)
		i := l.item(number)
		return i, i != nil
	}
	t.gone = func(id string) object {
		return object{
			{"id", id}, {"parentReference", object{{"siteId", l.site.id()}}},
			{"contentType", object{{"id", typeItem.id}, {"name", typeItem.name}}}, {"deleted", object{{"state", "deleted"}}},
		}
	}
	return delta(c, t)
}

// itemFields is the body of a write of a row.
type itemFields struct {
	Fields map[string]json.RawMessage `json:"fields"`
}

func postListItem(c *call) (*reply, error) {
	l, err := c.list()
	if err != nil {
		return nil, err
	}
	var in itemFields
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	if l.drive != nil {
		return nil, failf(codeDriveBad, "Items of a document library are created by uploading files.")
	}
	values, err := l.readFields(in.Fields)
	if err != nil {
		return nil, err
	}
	l.last++
	i := &listItem{list: l, number: l.last, fields: values, version: 1, createdBy: c.caller(), by: c.caller(), created: c.now, modified: c.now}
	l.items = append(l.items, i)
	l.modified = c.now
	c.s.tenant.journal.record(l.collection(), i.id(), itemCreated)
	return createdReply(wholeItem(c, i)), nil
}

// wholeItem shows a row with its fields, as writes answer.
func wholeItem(c *call, i *listItem) object {
	o := append(object{{"@odata.context", c.metadata(i.list.context() + "/items/$entity")}}, plainly(c, listItemSchema, i)...)
	return append(o, member{"fields@odata.context", c.metadata(i.list.context() + "/items('" + i.id() + "')/fields/$entity")}, member{"fields", i.fieldSet()})
}

func patchListItem(c *call) (*reply, error) {
	i, err := c.listItem()
	if err != nil {
		return nil, err
	}
	var in itemFields
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	if err := setFields(c, i, in.Fields); err != nil {
		return nil, err
	}
	return jsonReply(wholeItem(c, i)), nil
}

func patchFields(c *call) (*reply, error) {
	i, err := c.listItem()
	if err != nil {
		return nil, err
	}
	var in map[string]json.RawMessage
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	if err := setFields(c, i, in); err != nil {
		return nil, err
	}
	return fieldsReply(c, i, nil), nil
}

// setFields changes the columns that a request names.
func setFields(c *call, i *listItem, raw map[string]json.RawMessage) error {
	values, err := i.list.readFields(raw)
	if err != nil {
		return err
	}
	i.list.change(i, values, c.caller(), c.now)
	c.s.tenant.journal.record(i.list.collection(), i.id(), itemUpdated)
	return nil
}

func getFields(c *call) (*reply, error) {
	i, err := c.listItem()
	if err != nil {
		return nil, err
	}
	return fieldsReply(c, i, splitOutside(c.param("$select"), ',')), nil
}

// fieldsReply answers with the fields alone; no names mean all of them.
func fieldsReply(c *call, i *listItem, names []string) *reply {
	o := i.fieldSet()
	if len(names) > 0 {
		o = narrow(o, names)
	}
	return jsonReply(append(object{{"@odata.context", c.metadata(i.list.context() + "/items('" + i.id() + "')/fields/$entity")}}, o...))
}

func deleteListItem(c *call) (*reply, error) {
	i, err := c.listItem()
	if err != nil {
		return nil, err
	}
	l := i.list
	if i.node != nil {
		l.drive.recycle(i.node, c.now)
	} else {
		l.items = slices.DeleteFunc(l.items, func(o *listItem) bool { return o == i })
		l.modified = c.now
	}
	c.s.tenant.journal.record(l.collection(), i.id(), itemDeleted)
	return emptyReply(http.StatusNoContent), nil
}

// listItemVersions lists the versions of a row, the newest first.
func listItemVersions(c *call) (*reply, error) {
	i, err := c.listItem()
	if err != nil {
		return nil, err
	}
	versions := append(slices.Clone(i.past), i)
	slices.Reverse(versions)
	return list(c, listing[*listItem]{schema: listItemVersionSchema, items: versions, context: i.list.context() + "/items('" + i.id() + "')/versions"})
}

// getItemDriveItem is the file behind an item of a document library.
func getItemDriveItem(c *call) (*reply, error) {
	i, err := c.listItem()
	if err != nil {
		return nil, err
	}
	if i.node == nil {
		return nil, fail(codeDriveNotFound)
	}
	return one(c, driveItemSchema, driveItem{driveNode: i.node, drive: i.list.drive}, itemContext(i.list.drive))
}

// getDriveListItem is what a document library says of a file.
func getDriveListItem(c *call) (*reply, error) {
	item, err := itemOf(c)
	if err != nil {
		return nil, err
	}
	l := libraryOf(item.drive)
	if l == nil || item.parent == nil {
		return nil, fail(codeDriveNotFound)
	}
	return one(c, listItemSchema, l.ofNode(item.driveNode), l.context()+"/items")
}
