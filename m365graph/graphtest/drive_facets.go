package graphtest

import (
	"path"
	"strings"
	"time"
)

// facet is an object that only some items have.
func facet(has bool, o object) any {
	if !has {
		return nil
	}
	return o
}

// facetsOf takes over what the tenant says of an item's content; nil for nothing.
func facetsOf(item *DriveItem) *facets {
	f := &facets{pack: item.Package, malware: item.Malware}
	if i := item.Image; i != nil {
		f.media = append(f.media, member{"image", object{{"height", i.Height}, {"width", i.Width}}})
	}
	if p := item.Photo; p != nil {
		o := object{{"cameraMake", orNull(p.CameraMake)}, {"cameraModel", orNull(p.CameraModel)}}
		if !p.TakenDateTime.IsZero() {
			o = append(o, member{"takenDateTime", p.TakenDateTime})
		}
		f.media = append(f.media, member{"photo", o})
	}
	if v := item.Video; v != nil {
		f.media = append(f.media, member{"video", object{{"duration", int(v.Duration / time.Millisecond)}, {"height", v.Height}, {"width", v.Width}}})
	}
	if f.pack == "" && f.malware == "" && f.media == nil {
		return nil
	}
	return f
}

// given are the facets from the tenant's data.
func (n *driveNode) given() facets {
	if n.facets == nil {
		return facets{}
	}
	return *n.facets
}

func (n *driveNode) medium(name string) any {
	value, _ := n.given().media.get(name)
	return value
}

// file is https://learn.microsoft.com/graph/api/resources/file. OneDrive for work gives one kind of hash.
func (i driveItem) file() any {
	if i.isFolder() {
		return nil
	}
	o := object{{"mimeType", i.mimeType()}}
	if sum, err := i.blob.QuickXorHash(); err == nil { // without a hash where the content cannot be read now
		o = append(o, member{"hashes", object{{"quickXorHash", sum}}})
	}
	return o
}

// fileSystemInfo is https://learn.microsoft.com/graph/api/resources/filesysteminfo.
func (n *driveNode) fileSystemInfo() object {
	return object{{"createdDateTime", wholeSecond(n.fileCreated)}, {"lastModifiedDateTime", wholeSecond(n.fileTime)}}
}

// wholeSecond is as exact as OneDrive for work tells a time.
func wholeSecond(t time.Time) time.Time { return t.Truncate(time.Second) }

// sharepointIDs is https://learn.microsoft.com/graph/api/resources/sharepointids.
func (i driveItem) sharepointIDs() object {
	ids := i.drive.sharepointIDs()
	if i.number > 0 {
		ids = append(ids, member{"listItemId", itoa(i.number)})
	}
	return append(ids, member{"listItemUniqueId", guid("tag", i.id)})
}

// shareScope tells with whom the item is shared, as
// https://learn.microsoft.com/graph/api/resources/shared.
func (n *driveNode) shareScope() string {
	scope := "users"
	for _, g := range n.grants {
		if g.link == nil || g.link.scope == "users" || scope == "anonymous" {
			continue
		}
		scope = g.link.scope
	}
	return scope
}

// place is the beginning of a reference to anything in the drive.
func (s *driveStore) place() object {
	return object{{"driveType", s.owner.driveType()}, {"driveId", s.id}, {"siteId", s.owner.site}}
}

// reference is https://learn.microsoft.com/graph/api/resources/itemreference.
// Its path is percent-encoded.
func (s *driveStore) reference(n *driveNode) object {
	where := "/drives/" + s.id + "/root:"
	if p := n.path(); p != "" {
		where += "/" + escapePath(p)
	}
	return append(s.place(), member{"id", n.id}, member{"name", n.name}, member{"path", where})
}

// parentReference is where an item lies. Delta gives no path, since a folder's
// new name would change that of items which it does not tell of; but clients
// that select the reference sort by its path what is in their scope.
func (i driveItem) parentReference(c *call) object {
	switch {
	case i.parent == nil:
		return i.drive.place()
	case i.changed && !containsFold(splitOutside(c.param("$select"), ','), "parentReference"):
		return append(i.drive.place(), member{"id", i.parent.id}, member{"name", i.parent.name})
	}
	return i.drive.reference(i.parent)
}

// contentTag is the cTag as OneDrive for work shows it: neither of a folder nor
// in delta.
func (i driveItem) contentTag() any {
	if i.isFolder() || i.changed {
		return nil
	}
	return i.cTag()
}

// remoteItem is https://learn.microsoft.com/graph/api/resources/remoteitem: the
// item as it is in its own drive.
func (i driveItem) remoteItem(c *call) object {
	i.remote = false
	var o object
	for _, m := range plainItem(c, i) {
		switch m.name {
		case "id", "name", "size", "webUrl", "createdDateTime", "createdBy", "lastModifiedDateTime", "lastModifiedBy", "fileSystemInfo", "file", "folder", "package":
			o = append(o, m)
		}
	}
	owner := i.drive.owner.identity
	return append(o, member{"webDavUrl", i.drive.webURL(i.driveNode)}, member{"parentReference", i.drive.reference(i.parent)},
		member{"shared", object{{"owner", owner}, {"scope", i.shareScope()}, {"sharedBy", owner}, {"sharedDateTime", i.modified}}},
		member{"sharepointIds", i.sharepointIDs()})
}

// mimeType goes by the extension of the name, and by what an upload said of a
// name that tells nothing.
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

// driveTypes are the types within drives.
var driveTypes = types{
	"itemReference":  {"driveId": "Edm.String", "driveType": "Edm.String", "id": "Edm.String", "name": "Edm.String", "path": "Edm.String"},
	"folder":         {"childCount": "Edm.Int32"},
	"file":           {"mimeType": "Edm.String", "hashes": "hashes"},
	"hashes":         {"quickXorHash": "Edm.String", "sha1Hash": "Edm.String", "sha256Hash": "Edm.String"},
	"fileSystemInfo": {"createdDateTime": "Edm.DateTimeOffset", "lastModifiedDateTime": "Edm.DateTimeOffset"},
	"identitySet":    {"user": "identity", "application": "identity"},
	"specialFolder":  {"name": "Edm.String"},
	"package":        {"type": "Edm.String"},
	"shared":         {"scope": "Edm.String"},
	"image":          {"height": "Edm.Int32", "width": "Edm.Int32"},
	"photo":          {"cameraMake": "Edm.String", "cameraModel": "Edm.String", "takenDateTime": "Edm.DateTimeOffset"},
	"video":          {"duration": "Edm.Int64", "height": "Edm.Int32", "width": "Edm.Int32"},
	"identity":       {"displayName": "Edm.String", "id": "Edm.String", "email": "Edm.String"},
}
