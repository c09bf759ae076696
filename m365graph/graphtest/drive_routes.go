package graphtest

import (
	"net/http"
	"slices"
)

// Scopes and roles that files ask for.
var (
	fileReadScopes  = []string{"Files.Read", "Files.ReadWrite", "Files.Read.All", "Files.ReadWrite.All", "Sites.Read.All", "Sites.ReadWrite.All", sitesSelected}
	fileWriteScopes = []string{"Files.ReadWrite", "Files.ReadWrite.All", "Sites.ReadWrite.All", sitesSelected}
	fileReadRoles   = fileReadScopes[2:]
	fileWriteRoles  = fileWriteScopes[1:]
)

// Options of the pages on drives.
const (
	itemListOptions  = oneOptions | optOrder | optTop | optSkipToken
	childrenOptions  = itemListOptions | optFilter
	driveListOptions = itemListOptions
	driveDeltaOption = oneOptions | optTop
)

// maxSimpleUpload is the most that one PUT of content takes.
const maxSimpleUpload = 250 << 20

const graphPages = "https://learn.microsoft.com/graph/api/"

// readRoute is a GET of drives and what lies in them.
func readRoute(pattern, page string, o options, handle func(*call) (*reply, error)) route {
	return route{
		method: "GET", pattern: pattern, doc: graphPages + page, service: oneDrive, scopes: fileReadScopes, roles: fileReadRoles,
		options: o, shared: true, handle: handle,
	}
}

// writeRoute changes what lies in drives.
func writeRoute(method, pattern, page string, o options, handle func(*call) (*reply, error)) route {
	return route{
		method: method, pattern: pattern, doc: graphPages + page, service: oneDrive, scopes: fileWriteScopes, roles: fileWriteRoles,
		options: o, shared: true, handle: handle,
	}
}

// differing notes what the real service does otherwise.
func (r route) differing(differs string) route {
	r.differs = differs
	return r
}

// driveRoutes are the ways to drives and what lies in them, and the hosts of content behind signed URLs.
func driveRoutes() []route {
	return slices.Concat(driveReadRoutes(), driveWriteRoutes(), driveShareRoutes(), driveContentRoutes())
}

func driveReadRoutes() []route {
	return []route{
		readRoute("/~/drives", "drive-list", driveListOptions, listDrives),
		readRoute("/~drive", "drive-get", oneOptions, getDrive),
		readRoute("/~drive/recent", "drive-recent", itemListOptions, listRecent).
			differing("Lists all files by their last change, not those that the person has opened."),
		readRoute("/~drive/search", "driveitem-search", itemListOptions, searchDrive),
		readRoute("/~drive/~item/search", "driveitem-search", itemListOptions, searchDrive).
			differing("Finds parts of words at once, in names, descriptions and texts up to 1 MiB; the index of the real service lags, finds words and reads Office files."),
		readRoute("/~drive/~item/delta", "driveitem-delta", driveDeltaOption, deltaDrive).
			differing("Links expire only by Server.ExpireDeltas, always with resyncRequired. A $select of parentReference brings its path, without which Debian's onedrive client finds nothing."),
		readRoute("/~drive/~item", "driveitem-get", oneOptions, getItem).
			differing("Special folders are those of an English OneDrive; a webUrl leads nowhere."),
		readRoute("/~drive/~item/children", "driveitem-list-children", childrenOptions, listChildren).
			differing("Takes any $filter; the real service takes some. If-None-Match is not looked at, since a folder's eTag stays when its children change."),
		readRoute("/~drive/~item/content", "driveitem-get-content", optNone, getContent).
			differing("Converts to no other format: 406."),
		readRoute("/~drive/~item/thumbnails", "driveitem-list-thumbnails", oneOptions, listThumbnails).
			differing("Images alone have thumbnails, which are a plain colour."),
		readRoute("/~drive/~item/thumbnails/{thumbnail}/{size}", "driveitem-list-thumbnails", oneOptions, getThumbnail),
		readRoute("/~drive/~item/thumbnails/{thumbnail}/{size}/content", "driveitem-list-thumbnails", optNone, getThumbnailContent),
		readRoute("/~drive/~item/versions", "driveitem-list-versions", oneOptions|optTop|optSkipToken, listVersions).
			differing("Versions do not count against the quota."),
		readRoute("/~drive/~item/versions/{version}", "driveitemversion-get", oneOptions, getVersion),
		readRoute("/~drive/~item/versions/{version}/content", "driveitemversion-get-contents", optNone, getVersionContent),
	}
}

func driveWriteRoutes() []route {
	put := writeRoute("PUT", "/~drive/~item/content", "driveitem-put-content", oneOptions, putContent).
		differing("Office files stay as they were sent; SharePoint writes its properties into some.")
	put.maxBody, put.spools = maxSimpleUpload, true
	return []route{
		put,
		writeRoute("POST", "/~drive/~item/children", "driveitem-post-children", oneOptions, postChild),
		writeRoute("PATCH", "/~drive/~item", "driveitem-update", oneOptions, patchItem),
		writeRoute("DELETE", "/~drive/~item", "driveitem-delete", optNone, deleteItem),
		writeRoute("POST", "/~drive/~item/permanentDelete", "driveitem-permanentdelete", optNone, permanentDelete),
		writeRoute("POST", "/~drive/items/{item}/restore", "driveitem-restore", oneOptions, restoreItem).
			differing("Works in every drive; the real service has it in OneDrive personal alone."),
		writeRoute("POST", "/~drive/~item/copy", "driveitem-copy", optNone, copyItem).
			differing("The copy is there at once, while its monitor still counts: it takes half a second or three questions. childrenOnly and includeAllVersionHistory are not looked at."),
		writeRoute("POST", "/~drive/~item/createUploadSession", "driveitem-createuploadsession", optNone, createUploadSession).
			differing("Without conflictBehavior a taken name gets a new version, as clients rely on; the page calls fail the default."),
		writeRoute("PUT", "/~drive/~item", "driveitem-createuploadsession", oneOptions, putSource),
		writeRoute("POST", "/~drive/~item/checkout", "driveitem-checkout", optNone, checkOut).
			differing("Others see changes made to a file that is checked out before it is checked in."),
		writeRoute("POST", "/~drive/~item/checkin", "driveitem-checkin", optNone, checkIn),
		writeRoute("POST", "/~drive/~item/discardCheckout", "driveitem-discardcheckout", optNone, discardCheckout),
		writeRoute("POST", "/~drive/~item/versions/{version}/restoreVersion", "driveitemversion-restore", optNone, restoreVersion),
		writeRoute("DELETE", "/~drive/~item/versions/{version}", "driveitem-list-versions", optNone, deleteVersion).
			differing("Microsoft documents no page of its own for it; clients use it."),
	}
}

func driveShareRoutes() []route {
	return []route{
		readRoute("/~/drive/sharedWithMe", "drive-sharedwithme", itemListOptions, listSharedWithMe),
		readRoute("/~drive/~item/permissions", "driveitem-list-permissions", oneOptions, listPermissions),
		readRoute("/~drive/~item/permissions/{permission}", "permission-get", oneOptions, getPermission),
		writeRoute("PATCH", "/~drive/~item/permissions/{permission}", "permission-update", oneOptions, patchPermission),
		writeRoute("DELETE", "/~drive/~item/permissions/{permission}", "permission-delete", optNone, deletePermission),
		writeRoute("POST", "/~drive/~item/createLink", "driveitem-createlink", oneOptions, createLink).
			differing("A link opens the item by /shares alone; nobody gains lasting access by using one."),
		writeRoute("POST", "/~drive/~item/invite", "driveitem-invite", optNone, invite).
			differing("No mail is sent."),
		readRoute("/shares/{share}", "shares-get", oneOptions, getShared),
		readRoute("/~shared", "shares-get", oneOptions, getItem),
		readRoute("/~shared/children", "shares-get", childrenOptions, listChildren),
		readRoute("/~shared/content", "shares-get", optNone, getContent),
	}
}

// driveContentRoutes are those of the hosts that serve content.
func driveContentRoutes() []route {
	content := func(method, pattern, page string, handle func(*call) (*reply, error)) route {
		return route{method: method, pattern: pattern, doc: graphPages + page, service: oneDrive, options: optNone, handle: handle, content: true}
	}
	slice := content("PUT", "/upload/{session}", "driveitem-createuploadsession", putSlice)
	slice.maxBody, slice.spools = maxSlice, true
	return []route{
		slice,
		content("GET", "/upload/{session}", "driveitem-createuploadsession", getUploadSession),
		content("POST", "/upload/{session}", "driveitem-createuploadsession", commitUploadSession),
		content("DELETE", "/upload/{session}", "driveitem-createuploadsession", deleteUploadSession),
		content("GET", "/download/{item}", "driveitem-get-content", download),
		content("GET", "/thumbnail/{item}/{size}", "driveitem-list-thumbnails", drawThumbnail),
		content("GET", "/monitor/{job}", "driveitem-copy", getMonitor),
	}
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
	if item.unchanged(c) {
		return emptyReply(http.StatusNotModified), nil
	}
	return one(c, driveItemSchema, item, itemContext(item.drive))
}

// itemListing shows nodes of a drive.
func itemListing(drive *driveStore, nodes []*driveNode, context string) listing[driveItem] {
	items := make([]driveItem, len(nodes))
	for i, n := range nodes {
		items[i] = driveItem{driveNode: n, drive: drive}
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
