package graphtest

import (
	"bytes"
	"io"
	"net/http"
	"time"
)

// reply is what a handler returns; the adapter writes it.
type reply struct {
	status int         // 0: 200
	header http.Header // beside the usual ones; nil: none
	json   []byte      // a JSON document; nil: none
	raw    *content    // or something else
	page   *[]byte     // of which json is a part, to be used again; nil: none
}

// discard lets go of what an answer holds that is not sent.
func (r *reply) discard() {
	if r.raw != nil && r.raw.close != nil {
		_ = r.raw.close()
	}
}

// content is a body that is not JSON, served with ranges and conditions.
type content struct {
	contentType string
	etag        string // quoted; "": none
	modified    time.Time
	io.ReadSeeker
	close func() error // nil: nothing to close
}

// jsonReply answers 200 with an object.
func jsonReply(o object) *reply { return &reply{json: appendJSON(make([]byte, 0, 4<<10), o)} }

// createdReply answers 201 with an object.
func createdReply(o object) *reply {
	return &reply{status: http.StatusCreated, json: appendJSON(nil, o)}
}

// emptyReply answers with a status alone.
func emptyReply(status int) *reply { return &reply{status: status} }

// redirectReply answers 302 to url.
func redirectReply(url string) *reply {
	return &reply{status: http.StatusFound, header: http.Header{"Location": {url}}}
}

// textReply answers 200 with plain text.
func textReply(text string) *reply {
	return rawReply("text/plain", []byte(text), time.Time{})
}

// rawReply answers 200 with bytes.
func rawReply(contentType string, b []byte, modified time.Time) *reply {
	return &reply{raw: &content{contentType: contentType, modified: modified, ReadSeeker: bytes.NewReader(b)}}
}
