package graphtest

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
)

// Scopes that files ask for.
var (
	fileReadScopes  = []string{"Files.Read", "Files.ReadWrite", "Files.Read.All", "Files.ReadWrite.All", "Sites.Read.All", "Sites.ReadWrite.All", sitesSelected}
	fileWriteScopes = []string{"Files.ReadWrite", "Files.ReadWrite.All", "Sites.ReadWrite.All", sitesSelected}
)

// maxSimpleUpload is the most that one PUT of content takes.
const maxSimpleUpload = 250 << 20

// driveRoutes are the ways to drives and what lies in them, and the hosts of content behind signed URLs.
func driveRoutes() []route {
	const pages = "https://learn.microsoft.com/graph/api/"
	read := func(pattern, page string, handle func(*call) (*reply, error)) route {
		return route{method: "GET", pattern: pattern, doc: pages + page, service: oneDrive, scopes: fileReadScopes, handle: handle}
	}
	write := func(method, pattern, page string, handle func(*call) (*reply, error)) route {
		return route{method: method, pattern: pattern, doc: pages + page, service: oneDrive, scopes: fileWriteScopes, handle: handle}
	}
	putContent := write("PUT", "/~drive/~item/content", "driveitem-put-content", putContent)
	putContent.maxBody = maxSimpleUpload
	content := func(method, pattern, page string, handle func(*call) (*reply, error)) route {
		return route{method: method, pattern: pattern, doc: pages + page, service: oneDrive, handle: handle, content: true, maxBody: maxSlice}
	}
	return []route{
		read("/~/drives", "drive-list", listDrives),
		read("/~drive", "drive-get", getDrive),
		read("/~drive/recent", "drive-recent", listRecent),
		read("/~drive/search", "driveitem-search", searchDrive),
		read("/~drive/root/search", "driveitem-search", searchDrive),
		read("/~drive/items/{item}/search", "driveitem-search", searchDrive),
		read("/~drive/~item", "driveitem-get", getItem),
		read("/~drive/~item/children", "driveitem-list-children", listChildren),
		read("/~drive/~item/content", "driveitem-get-content", getContent),
		write("POST", "/~drive/~item/children", "driveitem-post-children", postChild),
		write("PATCH", "/~drive/~item", "driveitem-update", patchItem),
		write("DELETE", "/~drive/~item", "driveitem-delete", deleteItem),
		putContent,
		write("POST", "/~drive/~item/createUploadSession", "driveitem-createuploadsession", createUploadSession),
		content("PUT", "/upload/{session}", "driveitem-createuploadsession", putSlice),
		content("GET", "/upload/{session}", "driveitem-createuploadsession", getUploadSession),
		content("POST", "/upload/{session}", "driveitem-createuploadsession", commitUploadSession),
		content("DELETE", "/upload/{session}", "driveitem-createuploadsession", deleteUploadSession),
		content("GET", "/download/{item}", "driveitem-get-content", download),
	}
}

// driveOf finds the drive that a path means. A person reaches their own drive
// by its id, and those of sites with a scope for more than their own files.
func driveOf(c *call) (*driveStore, error) {
	if c.vars["site"] != "" {
		return c.siteDrive()
	}
	id, named := c.vars["drive"]
	switch {
	case !named && c.onlySelected():
		return nil, fail(codeDriveDenied)
	case !named:
		return c.user.drive, nil
	}
	s := c.s.tenant.drive(id)
	switch {
	case s == nil:
		return nil, fail(codeDriveNotFound)
	case s.owner.place != nil:
		return s, c.checkSite(s.owner.place)
	case c.onlySelected():
		return nil, fail(codeDriveDenied)
	case c.token.app || s.owner.user != nil && s.owner.user.ID == c.token.objectID:
		return s, nil
	}
	return nil, fail(codeDriveDenied)
}

// target is what a path addresses: an item that exists, or a place where one could be.
type target struct {
	drive *driveStore
	base  *driveNode // from where names are counted
	names []string   // below base
	node  *driveNode // nil: not there
}

// targetOf reads root, items/{id}, and either of them with a path between colons.
func targetOf(c *call) (*target, error) {
	drive, err := driveOf(c)
	if err != nil {
		return nil, err
	}
	t := &target{drive: drive, base: drive.root}
	if id, named := c.vars["item"]; named && !strings.EqualFold(id, "root") {
		if t.base = drive.items[id]; t.base == nil {
			return nil, fail(codeDriveNotFound)
		}
	}
	if path := strings.Trim(c.vars["path"], "/"); path != "" {
		t.names = strings.Split(path, "/")
	}
	t.node = t.base
	for _, name := range t.names {
		if t.node != nil {
			t.node = t.node.child(name)
		}
	}
	return t, nil
}

// itemOf finds the item that a path means, and checks If-Match against it.
func itemOf(c *call) (driveItem, error) {
	t, err := targetOf(c)
	if err != nil {
		return driveItem{}, err
	}
	if t.node == nil {
		return driveItem{}, fail(codeDriveNotFound)
	}
	return driveItem{t.node, t.drive}, t.precondition(c)
}

// precondition honours If-Match and If-None-Match of a write. Either tag of an item will do.
func (t *target) precondition(c *call) error {
	if c.r.Method == http.MethodGet {
		return nil
	}
	if m := c.r.Header.Get("If-Match"); m != "" && (t.node == nil || !t.node.matches(m)) {
		return fail(codePrecondition)
	}
	if m := c.r.Header.Get("If-None-Match"); m != "" && t.node != nil && t.node.matches(m) {
		return fail(codePrecondition)
	}
	return nil
}

// matches compares an item with a list of tags as in a header. Some clients lose the quotes of a tag.
func (n *driveNode) matches(header string) bool {
	bare := func(tag string) string {
		return strings.Trim(strings.TrimPrefix(strings.TrimSpace(tag), "W/"), `"`)
	}
	return bare(header) == "*" || bare(header) == bare(n.eTag()) || bare(header) == bare(n.cTag())
}

func itemContext(s *driveStore) string { return "drives('" + escapeValue(s.id) + "')/items" }

func listDrives(c *call) (*reply, error) {
	return list(c, listing[*driveStore]{schema: driveSchema, items: []*driveStore{c.user.drive}, context: userContext(c) + "/drives"})
}

func getDrive(c *call) (*reply, error) {
	drive, err := driveOf(c)
	if err != nil {
		return nil, err
	}
	return one(c, driveSchema, drive, "drives")
}

func getItem(c *call) (*reply, error) {
	item, err := itemOf(c)
	if err != nil {
		return nil, err
	}
	return one(c, driveItemSchema, item, itemContext(item.drive))
}

// itemListing shows nodes of a drive.
func itemListing(drive *driveStore, nodes []*driveNode, context string) listing[driveItem] {
	items := make([]driveItem, len(nodes))
	for i, n := range nodes {
		items[i] = driveItem{n, drive}
	}
	return listing[driveItem]{schema: driveItemSchema, items: items, context: context}
}

func listChildren(c *call) (*reply, error) {
	item, err := itemOf(c)
	if err != nil {
		return nil, err
	}
	return list(c, itemListing(item.drive, item.children, itemContext(item.drive)+"('"+escapeValue(item.id)+"')/children"))
}

// listRecent lists files, the newest first.
func listRecent(c *call) (*reply, error) {
	drive, err := driveOf(c)
	if err != nil {
		return nil, err
	}
	var files []*driveNode
	drive.root.walk(func(n *driveNode) {
		if !n.isFolder() {
			files = append(files, n)
		}
	})
	slices.SortStableFunc(files, func(a, b *driveNode) int { return b.modified.Compare(a.modified) })
	return list(c, itemListing(drive, files, "Collection(driveItem)"))
}

// searchDrive finds items by a part of their name or description.
func searchDrive(c *call) (*reply, error) {
	item, err := itemOf(c)
	if err != nil {
		return nil, err
	}
	q, given := c.args["q"]
	if !given {
		return nil, failf(codeDriveBad, "The search function needs its argument q.")
	}
	words := strings.Fields(strings.ToLower(q))
	var found []*driveNode
	item.walk(func(n *driveNode) {
		text := strings.ToLower(n.name + "\n" + n.description)
		for _, w := range words {
			if !strings.Contains(text, w) {
				return
			}
		}
		found = append(found, n)
	})
	slices.SortStableFunc(found, func(a, b *driveNode) int { return cmp.Compare(strings.ToLower(a.name), strings.ToLower(b.name)) })
	return list(c, itemListing(item.drive, found, "Collection(driveItem)"))
}
