package graphtest

// driveItem is a node with the drive that it lies in.
type driveItem struct {
	*driveNode
	drive   *driveStore
	remote  bool // listed among what others share
	changed bool // told by delta, which leaves some of it out
}

// driveItemSchema is https://learn.microsoft.com/graph/api/resources/driveitem.
var driveItemSchema = &schema[driveItem]{
	name: "driveItem", page: 200, maxPage: 5000, keep: []string{"id"},
	etag: driveItem.eTag,
	props: []property[driveItem]{
		{name: "@microsoft.graph.downloadUrl", typ: "Edm.String", show: unlessNil, get: func(c *call, i driveItem) any { return i.downloadLink(c) }},
		{name: "createdDateTime", typ: "Edm.DateTimeOffset", get: func(_ *call, i driveItem) any { return wholeSecond(i.created) }},
		{name: "description", typ: "Edm.String", show: unlessNil, get: func(_ *call, i driveItem) any { return orNull(i.description) }},
		{name: "eTag", typ: "Edm.String", get: func(_ *call, i driveItem) any { return i.eTag() }},
		{name: "id", typ: "Edm.String", get: func(_ *call, i driveItem) any { return i.id }},
		{name: "lastModifiedDateTime", typ: "Edm.DateTimeOffset", get: func(_ *call, i driveItem) any { return wholeSecond(i.modified) }},
		{name: "name", typ: "Edm.String", get: func(_ *call, i driveItem) any { return i.name }},
		{name: "webUrl", typ: "Edm.String", get: func(_ *call, i driveItem) any { return i.drive.webURL(i.driveNode) }},
		{name: "webDavUrl", typ: "Edm.String", show: selected, get: func(_ *call, i driveItem) any { return i.drive.webURL(i.driveNode) }},
		{name: "cTag", typ: "Edm.String", show: unlessNil, get: func(_ *call, i driveItem) any { return i.contentTag() }},
		{name: "size", typ: "Edm.Int64", get: func(_ *call, i driveItem) any { return i.size }},
		{name: "createdBy", typ: "identitySet", get: func(_ *call, i driveItem) any { return i.drive.identity(i.createdBy) }},
		{name: "lastModifiedBy", typ: "identitySet", get: func(_ *call, i driveItem) any { return i.drive.identity(i.modifiedBy) }},
		{name: "parentReference", typ: "itemReference", get: func(c *call, i driveItem) any { return i.parentReference(c) }},
		{name: "fileSystemInfo", typ: "fileSystemInfo", get: func(_ *call, i driveItem) any { return i.fileSystemInfo() }},
		{name: "root", typ: "root", show: unlessNil, get: func(_ *call, i driveItem) any { return facet(i.parent == nil, object{}) }},
		{name: "folder", typ: "folder", show: unlessNil, get: func(_ *call, i driveItem) any {
			return facet(i.isFolder() && i.given().pack == "", object{{"childCount", len(i.children)}})
		}},
		{name: "file", typ: "file", show: unlessNil, get: func(_ *call, i driveItem) any { return i.file() }},
		{name: "package", typ: "package", show: unlessNil, get: func(_ *call, i driveItem) any {
			return facet(i.given().pack != "", object{{"type", i.given().pack}})
		}},
		{name: "specialFolder", typ: "specialFolder", show: unlessNil, get: func(_ *call, i driveItem) any {
			name := i.specialName()
			return facet(name != "", object{{"name", name}})
		}},
		{name: "malware", typ: "malware", show: unlessNil, get: func(_ *call, i driveItem) any {
			return facet(i.given().malware != "", object{{"description", i.given().malware}})
		}},
		{name: "image", typ: "image", show: unlessNil, get: func(_ *call, i driveItem) any { return i.medium("image") }},
		{name: "photo", typ: "photo", show: unlessNil, get: func(_ *call, i driveItem) any { return i.medium("photo") }},
		{name: "video", typ: "video", show: unlessNil, get: func(_ *call, i driveItem) any { return i.medium("video") }},
		{name: "shared", typ: "shared", show: unlessNil, get: func(_ *call, i driveItem) any { return facet(len(i.grants) > 0, object{{"scope", i.shareScope()}}) }},
		{name: "sharepointIds", typ: "sharepointIds", show: selected, get: func(_ *call, i driveItem) any { return i.sharepointIDs() }},
		{name: "publication", typ: "publicationFacet", show: selected, get: func(_ *call, i driveItem) any { return i.publication() }},
		{name: "audio", typ: "audio", show: unlessNil}, {name: "bundle", typ: "bundle", show: unlessNil}, {name: "deleted", typ: "deleted", show: unlessNil},
		{name: "location", typ: "geoCoordinates", show: unlessNil}, {name: "pendingOperations", typ: "pendingOperations", show: unlessNil},
		{name: "searchResult", typ: "searchResult", show: unlessNil},
		{name: "permissions", typ: "[]permission", show: expanded, get: func(c *call, i driveItem) any {
			return plainlyAll(c, permissionSchema, i.permissions())
		}},
		{name: "versions", typ: "[]driveItemVersion", show: expanded, get: func(c *call, i driveItem) any {
			if i.isFolder() {
				return []object{}
			}
			return plainlyAll(c, versionSchema, i.fileVersions())
		}},
		{name: "thumbnails", typ: "[]thumbnailSet", show: expanded, get: func(c *call, i driveItem) any { return i.thumbnailSets(c) }},
	},
}

func init() { // refer to the schema itself
	driveItemSchema.props = append(driveItemSchema.props, property[driveItem]{
		name: "remoteItem", typ: "remoteItem", show: unlessNil,
		get: func(c *call, i driveItem) any {
			if !i.remote {
				return nil
			}
			return i.remoteItem(c)
		},
	}, property[driveItem]{
		name: "listItem", typ: "listItem", show: expanded,
		get: func(c *call, i driveItem) any {
			l := libraryOf(i.drive)
			if l == nil || i.parent == nil {
				return nil
			}
			return plainly(c, listItemSchema, l.ofNode(i.driveNode))
		},
	}, property[driveItem]{
		name: "children", typ: "[]driveItem", show: expanded,
		get: func(c *call, i driveItem) any {
			children := make([]driveItem, len(i.children))
			for k, n := range i.children {
				children[k] = driveItem{driveNode: n, drive: i.drive}
			}
			return plainlyAll(c, driveItemSchema, children)
		},
	})
}

// plainItem shows an item as it is without any query option.
func plainItem(c *call, i driveItem) object { return plainly(c, driveItemSchema, i) }
