package graphtest

import (
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// downloadIn is how long a download URL works.
const downloadIn = 10 * time.Minute

// downloadURL is a signed address of a file's content, good for everybody who has it. nil for a folder.
func (i driveItem) downloadURL(c *call) any {
	if i.isFolder() {
		return nil
	}
	expires := c.now.Add(downloadIn).Unix()
	query := url.Values{"expires": {strconv.FormatInt(expires, 10)}, "tempauth": {c.s.signer.sign("download", i.id, expires)}}
	return "https://" + c.filesHost(false) + "/download/" + url.PathEscape(i.id) + "?" + query.Encode()
}

// getContent sends a client to the content.
func getContent(c *call) (*reply, error) {
	item, err := itemOf(c)
	if err != nil {
		return nil, err
	}
	if item.isFolder() {
		return nil, failf(codeDriveBad, "You cannot get content for a folder.")
	}
	if m := c.r.Header.Get("If-None-Match"); m != "" && item.matches(m) {
		return emptyReply(http.StatusNotModified), nil
	}
	return redirectReply(item.downloadURL(c).(string)), nil
}

// download serves the content of a file to whoever has its signed URL. It is the content of now, which may be newer than
// the URL: the ETag tells.
func download(c *call) (*reply, error) {
	expires, err := strconv.ParseInt(c.param("expires"), 10, 64)
	if err != nil || !c.s.signer.valid(c.param("tempauth"), "download", c.vars["item"], expires) {
		return nil, failf(codeUnauthenticated, "The signature of the URL is missing or wrong.")
	}
	if !c.now.Before(time.Unix(expires, 0)) {
		return nil, failf(codeUnauthenticated, "The URL has expired.")
	}
	for _, drive := range c.s.tenant.driveOrder {
		n := drive.items[c.vars["item"]]
		if n == nil {
			continue
		}
		r, done, err := n.blob.reader()
		if err != nil {
			return nil, err
		}
		header := http.Header{"Content-Disposition": {"attachment; filename*=UTF-8''" + url.PathEscape(n.name)}}
		return &reply{header: header, raw: &content{contentType: n.mimeType(), etag: n.eTag(), modified: n.modified, ReadSeeker: r, close: done}}, nil
	}
	return nil, fail(codeDriveNotFound)
}
