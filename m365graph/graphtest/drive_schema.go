package graphtest

import (
	"net/url"
	"path"
	"strings"
)

// driveSchema is https://learn.microsoft.com/graph/api/resources/drive.
var driveSchema = &schema[*driveStore]{
	name: "drive", page: 200, maxPage: 1000, keep: []string{"id"},
	props: []property[*driveStore]{
		{name: "createdDateTime", typ: "Edm.DateTimeOffset", get: func(_ *call, s *driveStore) any { return s.started }},
		{name: "description", typ: "Edm.String", get: func(*call, *driveStore) any { return "" }},
		{name: "id", typ: "Edm.String", get: func(_ *call, s *driveStore) any { return s.id }},
		{name: "lastModifiedDateTime", typ: "Edm.DateTimeOffset", get: func(_ *call, s *driveStore) any { return s.root.modified }},
		{name: "name", typ: "Edm.String", get: func(_ *call, s *driveStore) any { return s.name }},
		{name: "webUrl", typ: "Edm.String", get: func(_ *call, s *driveStore) any { return s.webURL(s.root) }},
		{name: "driveType", typ: "Edm.String", get: func(_ *call, s *driveStore) any { return s.owner.driveType() }},
		{name: "createdBy", typ: "identitySet", get: func(_ *call, s *driveStore) any { return s.identity(nil) }},
		{name: "lastModifiedBy", typ: "identitySet", get: func(_ *call, s *driveStore) any { return s.identity(nil) }},
		{name: "owner", typ: "identitySet", get: func(_ *call, s *driveStore) any { return s.owner.identity }},
		{name: "quota", typ: "quota", get: func(_ *call, s *driveStore) any {
			return object{{"deleted", 0}, {"remaining", s.free()}, {"state", "normal"}, {"total", s.quota}, {"used", s.root.size}}
		}},
	},
}

// driveItem is a node with the drive that it lies in.
type driveItem struct {
	*driveNode
	drive *driveStore
}

// driveItemSchema is https://learn.microsoft.com/graph/api/resources/driveitem.
var driveItemSchema = &schema[driveItem]{
	name: "driveItem", page: 200, maxPage: 1000, keep: []string{"id"},
	etag: driveItem.eTag,
	props: []property[driveItem]{
		{name: "@microsoft.graph.downloadUrl", typ: "Edm.String", show: unlessNil, get: func(c *call, i driveItem) any { return i.downloadURL(c) }},
		{name: "createdDateTime", typ: "Edm.DateTimeOffset", get: func(_ *call, i driveItem) any { return i.created }},
		{name: "description", typ: "Edm.String", show: unlessNil, get: func(_ *call, i driveItem) any { return orNull(i.description) }},
		{name: "eTag", typ: "Edm.String", get: func(_ *call, i driveItem) any { return i.eTag() }},
		{name: "id", typ: "Edm.String", get: func(_ *call, i driveItem) any { return i.id }},
		{name: "lastModifiedDateTime", typ: "Edm.DateTimeOffset", get: func(_ *call, i driveItem) any { return i.modified }},
		{name: "name", typ: "Edm.String", get: func(_ *call, i driveItem) any { return i.name }},
		{name: "webUrl", typ: "Edm.String", get: func(_ *call, i driveItem) any { return i.drive.webURL(i.driveNode) }},
		{name: "cTag", typ: "Edm.String", get: func(_ *call, i driveItem) any { return i.cTag() }},
		{name: "size", typ: "Edm.Int64", get: func(_ *call, i driveItem) any { return i.size }},
		{name: "createdBy", typ: "identitySet", get: func(_ *call, i driveItem) any { return i.drive.identity(i.createdBy) }},
		{name: "lastModifiedBy", typ: "identitySet", get: func(_ *call, i driveItem) any { return i.drive.identity(i.modifiedBy) }},
		{name: "parentReference", typ: "itemReference", get: func(_ *call, i driveItem) any { return i.parentReference() }},
		{name: "fileSystemInfo", typ: "fileSystemInfo", get: func(_ *call, i driveItem) any {
			return object{{"createdDateTime", i.fileCreated}, {"lastModifiedDateTime", i.fileTime}}
		}},
		{name: "root", typ: "root", show: unlessNil, get: func(_ *call, i driveItem) any { return facet(i.parent == nil, object{}) }},
		{name: "folder", typ: "folder", show: unlessNil, get: func(_ *call, i driveItem) any {
			return facet(i.isFolder(), object{{"childCount", len(i.children)}})
		}},
		{name: "file", typ: "file", show: unlessNil, get: func(_ *call, i driveItem) any { return i.file() }},
	},
}

func init() { // refers to itself
	driveItemSchema.props = append(driveItemSchema.props, property[driveItem]{
		name: "children", typ: "[]driveItem", show: expanded,
		get: func(c *call, i driveItem) any {
			children := make([]object, len(i.children))
			for k, n := range i.children {
				children[k] = plainItem(c, driveItem{n, i.drive})
			}
			return children
		},
	})
}

// plainItem shows an item as it is without any query option.
func plainItem(c *call, i driveItem, head ...member) object {
	sh := &shape[driveItem]{schema: driveItemSchema}
	for k := range driveItemSchema.props {
		if p := &driveItemSchema.props[k]; p.show == always || p.show == unlessNil {
			sh.props = append(sh.props, p)
		}
	}
	return sh.render(c, i, head...)
}

// facet is an object that only some items have.
func facet(has bool, o object) any {
	if !has {
		return nil
	}
	return o
}

// file is https://learn.microsoft.com/graph/api/resources/file. OneDrive for work gives one kind of hash.
func (i driveItem) file() any {
	if i.isFolder() {
		return nil
	}
	o := object{{"mimeType", i.mimeType()}}
	if sum, err := i.blob.quickXorHash(); err == nil { // without a hash where the content cannot be read now
		o = append(o, member{"hashes", object{{"quickXorHash", sum}}})
	}
	return o
}

// mimeType goes by the extension of the name.
func (n *driveNode) mimeType() string {
	if n.contentType != "" {
		return n.contentType
	}
	return orElse(mimeTypes[strings.ToLower(path.Ext(n.name))], "application/octet-stream")
}

// mimeTypes is a table of ours because the mime package answers what the machine's own tables say.
var mimeTypes = map[string]string{
	".bmp":  "image/bmp",
	".csv":  "text/csv",
	".doc":  "application/msword",
	".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
	".eml":  "message/rfc822",
	".gif":  "image/gif",
	".htm":  "text/html",
	".html": "text/html",
	".ics":  "text/calendar",
	".jpeg": "image/jpeg",
	".jpg":  "image/jpeg",
	".json": "application/json",
	".md":   "text/markdown",
	".mp3":  "audio/mpeg",
	".mp4":  "video/mp4",
	".pdf":  "application/pdf",
	".png":  "image/png",
	".ppt":  "application/vnd.ms-powerpoint",
	".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
	".rtf":  "application/rtf",
	".svg":  "image/svg+xml",
	".txt":  "text/plain",
	".webp": "image/webp",
	".xls":  "application/vnd.ms-excel",
	".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	".xml":  "text/xml",
	".zip":  "application/x-zip-compressed",
}

// parentReference is https://learn.microsoft.com/graph/api/resources/itemreference. Its path is percent-encoded.
func (i driveItem) parentReference() object {
	o := object{{"driveType", i.drive.owner.driveType()}, {"driveId", i.drive.id}, {"siteId", i.drive.owner.site}}
	if i.parent == nil {
		return o
	}
	where := "/drives/" + i.drive.id + "/root:"
	if p := i.parent.path(); p != "" {
		where += "/" + escapePath(p)
	}
	return append(o, member{"id", i.parent.id}, member{"name", i.parent.name}, member{"path", where})
}

func escapePath(p string) string {
	elements := strings.Split(p, "/")
	for i, e := range elements {
		elements[i] = url.PathEscape(e)
	}
	return strings.Join(elements, "/")
}

// webURL is where a browser would find an item.
func (s *driveStore) webURL(n *driveNode) string {
	where := s.owner.siteURL + "/" + escapePath(s.owner.path)
	if p := n.path(); p != "" {
		where += "/" + escapePath(p)
	}
	return where
}

// identity names a person; nil is the owner.
func (s *driveStore) identity(r *Recipient) object {
	if r == nil {
		return s.owner.author
	}
	return object{{"user", object{{"email", r.Address}, {"displayName", r.Name}}}}
}

// free is how many bytes the quota leaves.
func (s *driveStore) free() int64 { return max(0, s.quota-s.root.size) }

// driveTypes are the types within drives.
var driveTypes = types{
	"itemReference":  {"driveId": "Edm.String", "driveType": "Edm.String", "id": "Edm.String", "name": "Edm.String", "path": "Edm.String"},
	"folder":         {"childCount": "Edm.Int32"},
	"file":           {"mimeType": "Edm.String", "hashes": "hashes"},
	"hashes":         {"quickXorHash": "Edm.String", "sha1Hash": "Edm.String", "sha256Hash": "Edm.String"},
	"fileSystemInfo": {"createdDateTime": "Edm.DateTimeOffset", "lastModifiedDateTime": "Edm.DateTimeOffset"},
	"identitySet":    {"user": "identity", "application": "identity"},
	"identity":       {"displayName": "Edm.String", "id": "Edm.String", "email": "Edm.String"},
}
