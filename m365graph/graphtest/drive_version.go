package graphtest

import (
	"net/http"
	"slices"
	"time"

	"github.com/m365go/sdk/m365graph/internal/blob"
)

// fileVersion is an earlier state of a file, as
// https://learn.microsoft.com/graph/api/resources/driveitemversion.
type fileVersion struct {
	number   int
	blob     *blob.Blob
	modified time.Time
	by       object // identitySet; nil: the drive's author
	drive    *driveStore
	current  bool
}

func (v fileVersion) id() string { return itoa(v.number) + ".0" }

// maxVersions is how many earlier versions a file keeps, as libraries are set up.
const maxVersions = 500

// keepVersion puts the present state of a file among the earlier ones.
func (n *driveNode) keepVersion() {
	n.versions = append(n.versions, fileVersion{number: n.versionNumber(), blob: n.blob, modified: n.modified, by: n.modifiedBy})
	if len(n.versions) > maxVersions {
		n.versions = slices.Delete(n.versions, 0, 1)
	}
	n.versionsMade++
}

func (n *driveNode) versionNumber() int { return n.versionsMade + 1 }

// fileVersions are all versions of a file, the newest first.
func (i driveItem) fileVersions() []fileVersion {
	all := []fileVersion{{number: i.versionNumber(), blob: i.blob, modified: i.modified, by: i.modifiedBy, drive: i.drive, current: true}}
	for _, v := range slices.Backward(i.versions) {
		v.drive = i.drive
		all = append(all, v)
	}
	return all
}

// versionSchema is https://learn.microsoft.com/graph/api/resources/driveitemversion.
var versionSchema = &schema[fileVersion]{
	name: "driveItemVersion", page: 200, maxPage: 1000, keep: []string{"id"},
	props: []property[fileVersion]{
		{name: "id", typ: "Edm.String", get: func(_ *call, v fileVersion) any { return v.id() }},
		{name: "lastModifiedBy", typ: "identitySet", get: func(_ *call, v fileVersion) any { return v.drive.identity(v.by) }},
		{name: "lastModifiedDateTime", typ: "Edm.DateTimeOffset", get: func(_ *call, v fileVersion) any { return wholeSecond(v.modified) }},
		{name: "size", typ: "Edm.Int64", get: func(_ *call, v fileVersion) any { return v.blob.Size() }},
		{name: "publication", typ: "publicationFacet", show: selected},
	},
}

func versionContext(i driveItem) string {
	return itemContext(i.drive) + "('" + escapeValue(i.id) + "')/versions"
}

func listVersions(c *call) (*reply, error) {
	file, err := fileOf(c)
	if err != nil {
		return nil, err
	}
	return list(c, listing[fileVersion]{schema: versionSchema, items: file.fileVersions(), context: versionContext(file)})
}

// versionOf finds the version that a path means.
func versionOf(c *call) (driveItem, fileVersion, error) {
	file, err := fileOf(c)
	if err != nil {
		return file, fileVersion{}, err
	}
	for _, v := range file.fileVersions() {
		if v.id() == c.vars["version"] || v.current && c.vars["version"] == "current" {
			return file, v, nil
		}
	}
	return file, fileVersion{}, fail(codeDriveNotFound)
}

func getVersion(c *call) (*reply, error) {
	file, v, err := versionOf(c)
	if err != nil {
		return nil, err
	}
	return one(c, versionSchema, v, versionContext(file))
}

// getVersionContent sends a client to the content of an earlier version.
func getVersionContent(c *call) (*reply, error) {
	file, v, err := versionOf(c)
	switch {
	case err != nil:
		return nil, err
	case v.current:
		return nil, failf(codeDriveBad, "You cannot get the content of the current version.")
	}
	return redirectReply(file.downloadURL(c, v.id())), nil
}

// restoreVersion makes an earlier version the current one.
func restoreVersion(c *call) (*reply, error) {
	file, v, err := versionOf(c)
	if err != nil {
		return nil, err
	}
	if err := file.checkLock(c.person()); err != nil {
		return nil, err
	}
	if !v.current {
		file.keepVersion()
		file.drive.setContent(file.driveNode, v.blob)
		file.drive.touch(file.driveNode, file.drive.actor(c), c.now)
	}
	return emptyReply(http.StatusNoContent), nil
}

func deleteVersion(c *call) (*reply, error) {
	file, v, err := versionOf(c)
	switch {
	case err != nil:
		return nil, err
	case v.current:
		return nil, failf(codeDriveBad, "You cannot delete the current version.")
	}
	file.versions = slices.DeleteFunc(file.versions, func(o fileVersion) bool { return o.number == v.number })
	return emptyReply(http.StatusNoContent), nil
}
