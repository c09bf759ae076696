package graphtest

import (
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// signedBy is the parameter by which a client knows that a URL is good for everybody who
// has it, and that no token belongs to it: some ask for one of SharePoint's without it.
const signedBy = "tempauth"

// signedURL is an address of a drive's host that stands for itself.
func (c *call) signedURL(s *driveStore, path, token string) string {
	return "https://" + c.filesHost(s.owner.user == nil) + path + "?" + signedBy + "=" + token
}

// checkSigned refuses whoever made such an address up.
func (c *call) checkSigned(token string) error {
	if c.param(signedBy) != token {
		return failf(codeUnauthenticated, "The signature of the URL is missing or wrong.")
	}
	return nil
}

// downloadIn is how long a download URL works.
const downloadIn = 10 * time.Minute

// downloadLink is the annotation that every file bears; nil for a folder.
func (i driveItem) downloadLink(c *call) any {
	if i.isFolder() {
		return nil
	}
	return i.downloadURL(c, "")
}

// downloadURL is a signed address of a file's content, good for everybody who has it. version is "" for the current one.
func (i driveItem) downloadURL(c *call, version string) string {
	expires := c.now.Add(downloadIn).Unix()
	query := url.Values{
		"drive": {i.drive.id}, "expires": {strconv.FormatInt(expires, 10)}, signedBy: {c.s.signer.sign("download", i.drive.id, i.id, version, expires)},
	}
	if version != "" {
		query.Set("version", version)
	}
	return "https://" + c.filesHost(i.drive.owner.user == nil) + "/download/" + url.PathEscape(i.id) + "?" + query.Encode()
}

// getContent sends a client to the content.
func getContent(c *call) (*reply, error) {
	item, err := itemOf(c)
	switch {
	case err != nil:
		return nil, err
	case item.isFolder():
		return nil, failf(codeDriveBad, "You cannot get content for a folder.")
	case c.param("format") != "":
		return nil, failf(codeNotAcceptable, "The file cannot be converted to the format '%s'.", c.param("format"))
	case item.unchanged(c):
		return emptyReply(http.StatusNotModified), nil
	}
	return redirectReply(item.downloadURL(c, "")), nil
}

// download serves the content of a file to whoever has its signed URL. It is the content of now, which may be newer than
// the URL: the ETag tells.
func download(c *call) (*reply, error) {
	drive := c.s.tenant.drive(c.param("drive"))
	expires, err := strconv.ParseInt(c.param("expires"), 10, 64)
	if err != nil || drive == nil || !c.s.signer.valid(c.param(signedBy), "download", drive.id, c.vars["item"], c.param("version"), expires) {
		return nil, failf(codeUnauthenticated, "The signature of the URL is missing or wrong.")
	}
	if !c.now.Before(time.Unix(expires, 0)) {
		return nil, failf(codeUnauthenticated, "The URL has expired.")
	}
	n := drive.items[c.vars["item"]]
	if n == nil {
		return nil, fail(codeDriveNotFound)
	}
	if n.given().malware != "" {
		return nil, &graphError{
			code: codeMalware, inner: []code{"malwareDetected"}, message: codes[codeMalware].message, header: http.Header{"X-Virus-Infected": {n.given().malware}},
		}
	}
	item := driveItem{driveNode: n, drive: drive}
	for _, v := range item.fileVersions() {
		if v.current && c.param("version") == "" || v.id() == c.param("version") {
			return item.serve(v)
		}
	}
	return nil, fail(codeDriveNotFound)
}

// serve gives the content of a version out.
func (i driveItem) serve(v fileVersion) (*reply, error) {
	r, done, err := v.blob.Reader()
	if err != nil {
		return nil, err
	}
	header := http.Header{"Content-Disposition": {"attachment; filename*=UTF-8''" + url.PathEscape(i.name)}}
	etag := i.eTag()
	if !v.current {
		etag = `"` + i.id + "," + v.id() + `"`
	}
	return &reply{header: header, raw: &content{contentType: i.mimeType(), etag: etag, modified: v.modified, ReadSeeker: r, close: done}}, nil
}
