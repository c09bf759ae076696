package graphtest

import (
	"slices"
	"strings"
)

// searchedDrives are the drives that a search looks through, and whether all of
// a drive is open or only what is shared in it.
func (c *call) searchedDrives() (all, shared []*driveStore) {
	for _, d := range c.s.tenant.driveOrder {
		switch {
		case d.owner.place != nil:
			if c.checkSite(d.owner.place) == nil {
				all = append(all, d)
			}
		case c.token.app, d.owner.user == c.me():
			all = append(all, d)
		default:
			shared = append(shared, d)
		}
	}
	return all, shared
}

// findDriveItems looks through the person's own files, those shared with them,
// and those of sites.
func findDriveItems(c *call) []*findable {
	var docs []*findable
	all, shared := c.searchedDrives()
	for _, d := range all {
		d.root.walk(func(n *driveNode) { docs = append(docs, fileDocument(c, driveItem{driveNode: n, drive: d})) })
	}
	for _, d := range shared {
		d.root.walk(func(n *driveNode) {
			if c.sharedHere(n) {
				docs = append(docs, fileDocument(c, driveItem{driveNode: n, drive: d}))
			}
		})
	}
	return docs
}

// fileDocument is what is searched of a file or a folder.
func fileDocument(c *call, i driveItem) *findable {
	author, editor := who(i.drive.identity(i.createdBy)), who(i.drive.identity(i.modifiedBy))
	words := orElse(string(i.text()), orElse(i.description, i.name))
	d := &findable{id: i.id, entity: "driveItem", when: i.modified, words: words, private: i.drive.owner.place == nil}
	d.props = map[string][]string{
		"": slices.Concat([]string{i.name, strings.TrimSuffix(i.name, "."+extension(i.name)), i.description, words}, author), "title": {i.name}, "name": {i.name},
		"filetype": {extension(i.name)}, "author": author, "editor": editor, "path": {i.drive.webURL(i.driveNode)}, "size": {itoa(int(i.size))},
		"lastmodifieddatetime": said(i.modified), "createddatetime": said(i.created), "isdocument": yes(!i.isFolder()), "description": {i.description},
	}
	d.show = func() object {
		return showing(c, driveItemSchema, i, "size", "fileSystemInfo", "id", "createdBy", "createdDateTime", "lastModifiedBy", "lastModifiedDateTime", "name",
			"parentReference", "webUrl")
	}
	d.fields = func() object {
		var set object
		if l := libraryOf(i.drive); l != nil {
			set = l.ofNode(i.driveNode).fieldSet()
		}
		return append(set, object{{"title", i.name}, {"fileName", i.name}, {"fileExtension", extension(i.name)}, {"path", i.drive.webURL(i.driveNode)}}...)
	}
	return d
}

// findListItems looks through the rows of lists.
func findListItems(c *call) []*findable {
	var docs []*findable
	for _, l := range c.searchedLists() {
		for _, i := range l.items {
			title, _ := i.fields["Title"].(string)
			var words []string
			for _, value := range i.fields {
				if text, ok := value.(string); ok {
					words = append(words, text)
				}
			}
			slices.Sort(words)
			d := &findable{id: i.uniqueID(), entity: "listItem", when: i.modified, words: strings.Join(words, " ")}
			d.props = map[string][]string{
				"": slices.Concat(words, who(i.createdBy)), "title": {title}, "name": {title}, "author": who(i.createdBy), "editor": who(i.by), "path": {i.webURL()},
				"lastmodifieddatetime": said(i.modified), "createddatetime": said(i.created), "isdocument": {"false"}, "listid": {l.id},
			}
			d.show = func() object {
				return append(showing(c, listItemSchema, i, "createdBy", "createdDateTime", "lastModifiedBy", "lastModifiedDateTime", "webUrl"),
					member{"id", i.uniqueID()}, member{"parentReference", object{{"siteId", l.site.id()}, {"sharepointIds", object{
						{"listId", l.id}, {"listItemId", i.id()}, {"listItemUniqueId", i.uniqueID()},
					}}}})
			}
			d.fields = func() object { return append(i.fieldSet(), member{"title", title}) }
			docs = append(docs, d)
		}
	}
	return docs
}

// searchedLists are the lists of the sites in reach.
func (c *call) searchedLists() []*listStore {
	var lists []*listStore
	for _, s := range c.sitesInReach() {
		lists = append(lists, s.visibleLists()...)
	}
	return lists
}

func findLists(c *call) []*findable {
	var docs []*findable
	for _, l := range c.searchedLists() {
		d := &findable{id: l.id, entity: "list", when: l.modified, words: orElse(l.description, l.displayName)}
		d.props = map[string][]string{
			"": {l.displayName, l.name, l.description}, "title": {l.displayName}, "name": {l.name}, "path": {l.webURL()},
			"lastmodifieddatetime": said(l.modified), "createddatetime": said(l.created), "isdocument": {"false"},
		}
		d.show = func() object {
			return showing(c, siteListSchema, l, "displayName", "id", "description", "createdDateTime", "lastModifiedDateTime", "name", "parentReference", "webUrl")
		}
		docs = append(docs, d)
	}
	return docs
}

func findSites(c *call) []*findable {
	var docs []*findable
	for _, s := range c.sitesInReach() {
		d := &findable{id: s.id(), entity: "site", when: s.modified, words: orElse(s.description, s.displayName)}
		d.props = map[string][]string{
			"": {s.displayName, s.name, s.description}, "title": {s.displayName}, "name": {s.name}, "path": {s.webURL()},
			"lastmodifieddatetime": said(s.modified), "createddatetime": said(s.created), "isdocument": {"false"},
		}
		d.show = func() object {
			return showing(c, siteSchema, s, "id", "createdDateTime", "description", "lastModifiedDateTime", "name", "webUrl", "displayName")
		}
		docs = append(docs, d)
	}
	return docs
}

// findDrives looks through document libraries, and the person's OneDrive.
func findDrives(c *call) []*findable {
	var docs []*findable
	all, _ := c.searchedDrives()
	for _, store := range all {
		d := &findable{id: store.id, entity: "drive", when: store.root.modified, words: store.name, private: store.owner.place == nil}
		d.props = map[string][]string{
			"": {store.name}, "title": {store.name}, "name": {store.name}, "path": {store.webURL(store.root)},
			"lastmodifieddatetime": said(store.root.modified), "createddatetime": said(store.started),
		}
		d.show = func() object {
			return showing(c, driveSchema, store, "createdBy", "createdDateTime", "id", "lastModifiedDateTime", "name", "webUrl")
		}
		docs = append(docs, d)
	}
	return docs
}
