package graphtest

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/m365go/sdk/m365graph/internal/blob"
)

const (
	sliceUnit = 320 << 10      // slices but the last are multiples of it
	maxSlice  = 60<<20 - 1     // bytes of one slice: less than 60 MiB
	sessionIn = 24 * time.Hour // how long a session waits for the next slice
)

// uploadSession is https://learn.microsoft.com/graph/api/resources/uploadsession.
type uploadSession struct {
	id      string
	token   string // in the upload URL, which is good for everybody who has it
	drive   *driveStore
	target  target // as it was when the session began
	upload  upload
	expires time.Time

	spool    blob.Spool
	total    int64 // -1: no slice has told yet
	uneven   bool  // a slice broke the rule of sliceUnit, which shows only in the end
	deferred bool  // only an explicit request makes the file
}

// createUploadSession begins an upload in slices.
func createUploadSession(c *call) (*reply, error) {
	t, err := targetOf(c)
	if err != nil {
		return nil, err
	}
	if err := t.precondition(c); err != nil {
		return nil, err
	}
	s, fileSize, err := readUploadSession(c, t)
	if err != nil {
		return nil, err
	}
	if err := t.checkPlace(s.upload.behavior); err != nil {
		return nil, err
	}
	if t.node != nil {
		if err := t.node.checkLock(c.person()); err != nil {
			return nil, err
		}
	}
	if fileSize > t.drive.free() {
		return nil, fail(codeQuota)
	}
	for id, old := range t.drive.sessions {
		if !c.now.Before(old.expires) {
			delete(t.drive.sessions, id)
		}
	}
	s.target.base = t.drive.settle(t.base)
	t.drive.created++
	s.id, s.token = guid("session", t.drive.id, t.drive.created), c.s.signer.sign("upload", t.drive.id, t.drive.created)
	t.drive.sessions[s.id] = s
	return jsonReply(object{
		{"@odata.context", c.metadata("microsoft.graph.uploadSession")},
		{"uploadUrl", c.signedURL(t.drive, "/upload/"+s.id, s.token)},
		{"expirationDateTime", s.expires},
		{"nextExpectedRanges", []string{"0-"}},
	}), nil
}

// readUploadSession reads the body, which may be missing altogether.
func readUploadSession(c *call, t *target) (*uploadSession, int64, error) {
	var in struct {
		Item struct {
			itemInput
			FileSize int64 `json:"fileSize"`
		} `json:"item"`
		DeferCommit bool `json:"deferCommit"`
	}
	if len(c.body) > 0 {
		if err := c.decode(&in); err != nil {
			return nil, 0, err
		}
	}
	behavior, err := in.Item.behavior(c, conflictReplace)
	if err != nil {
		return nil, 0, err
	}
	if name := in.Item.Name; name != nil && len(t.names) > 0 && !strings.EqualFold(*name, t.names[len(t.names)-1]) {
		return nil, 0, failf(codeDriveBad, "The name in the request body does not match the name in the URL.")
	}
	s := &uploadSession{
		drive: t.drive, target: *t, total: -1, deferred: in.DeferCommit, expires: c.now.Add(sessionIn),
		upload: upload{times: in.Item.Times, behavior: behavior, by: t.drive.actor(c), person: c.person()},
	}
	if in.Item.Description != nil {
		s.upload.description = *in.Item.Description
	}
	return s, in.Item.FileSize, nil
}

// sessionOf finds the session behind an upload URL. One that has ended is gone, however it ended.
func sessionOf(c *call) (*uploadSession, error) {
	for _, drive := range c.s.tenant.driveOrder {
		if s := drive.sessions[c.vars["session"]]; s != nil && c.now.Before(s.expires) {
			return s, c.checkSigned(s.token)
		}
	}
	return nil, failf(codeDriveNotFound, "The upload session was not found")
}

// status tells what a session still waits for.
func (s *uploadSession) status(code int) *reply {
	missing := []string{}
	if s.spool.Size() != s.total {
		missing = append(missing, fmt.Sprintf("%d-", s.spool.Size()))
	}
	return &reply{status: code, json: appendJSON(nil, object{{"expirationDateTime", s.expires}, {"nextExpectedRanges", missing}})}
}

func getUploadSession(c *call) (*reply, error) {
	s, err := sessionOf(c)
	if err != nil {
		return nil, err
	}
	return s.status(http.StatusOK), nil
}

func deleteUploadSession(c *call) (*reply, error) {
	s, err := sessionOf(c)
	if err != nil {
		return nil, err
	}
	delete(s.drive.sessions, s.id)
	return emptyReply(http.StatusNoContent), nil
}

// contentRange is the header of a slice: bytes first-last/total.
type contentRange struct{ first, last, total int64 }

// parseContentRange reads a Content-Range as uploads send it: all three numbers are needed.
func parseContentRange(header string) (r contentRange, ok bool) {
	unit, rest, _ := strings.Cut(header, " ")
	span, total, _ := strings.Cut(rest, "/")
	first, last, _ := strings.Cut(span, "-")
	if !strings.EqualFold(unit, "bytes") {
		return r, false
	}
	var numbers [3]int64
	for i, text := range []string{first, last, total} {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || n < 0 || text[0] == '+' {
			return r, false
		}
		numbers[i] = n
	}
	r = contentRange{numbers[0], numbers[1], numbers[2]}
	return r, r.first <= r.last && r.last < r.total
}

// putSlice takes the next bytes. The whole slice is here: one that was cut on its way never reaches a handler, and counts for
// nothing.
func putSlice(c *call) (*reply, error) {
	s, err := sessionOf(c)
	if err != nil {
		return nil, err
	}
	r, ok := parseContentRange(c.r.Header.Get("Content-Range"))
	switch {
	case !ok:
		return nil, failf(codeDriveBad, "The Content-Range header is missing or malformed.")
	case c.spool.Size() != r.last-r.first+1:
		return nil, failf(codeDriveBad, "The Content-Range header does not match the length of the content.")
	case s.total >= 0 && r.total != s.total:
		return nil, failf(codeDriveBad, "The total size of the file differs from that of earlier fragments.")
	case r.first < s.spool.Size():
		return nil, failf(codeInvalidRange, "The uploaded fragment overlaps with data that has already been received.")
	case r.first > s.spool.Size():
		return nil, failf(codeInvalidRange, "The uploaded fragment does not begin where the last one ended.")
	}
	if err := s.spool.Take(c.spool); err != nil {
		return nil, err
	}
	s.total = r.total
	s.expires = c.now.Add(sessionIn)
	if s.spool.Size() == s.total && !s.deferred {
		return s.commit(c)
	}
	s.uneven = s.uneven || s.spool.Size() != s.total && (r.last-r.first+1)%sliceUnit != 0
	return s.status(http.StatusAccepted), nil
}

// commitUploadSession makes the file of a deferred session, or of one whose end met with a conflict.
func commitUploadSession(c *call) (*reply, error) {
	s, err := sessionOf(c)
	if err != nil {
		return nil, err
	}
	if len(c.body) > 0 {
		return nil, failf(codeDriveBad, "The request that completes an upload must be empty.")
	}
	if s.spool.Size() != s.total {
		return nil, failf(codeDriveBad, "The upload is not complete.")
	}
	return s.commit(c)
}

// putSource makes the file of a session under another name, once its end met
// with a conflict.
func putSource(c *call) (*reply, error) {
	t, err := targetOf(c)
	if err != nil {
		return nil, err
	}
	if err := t.precondition(c); err != nil {
		return nil, err
	}
	var in struct {
		itemInput
		Source string `json:"@microsoft.graph.sourceUrl"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	behavior, err := in.behavior(c, conflictReplace)
	if err != nil {
		return nil, err
	}
	address, token, _ := strings.Cut(in.Source, "?"+signedBy+"=")
	s := t.drive.sessions[address[strings.LastIndex(address, "/")+1:]]
	switch {
	case s == nil || s.token != token || !c.now.Before(s.expires):
		return nil, failf(codeDriveNotFound, "The upload session was not found")
	case s.spool.Size() != s.total:
		return nil, failf(codeDriveBad, "The upload is not complete.")
	}
	if in.Name != nil && t.node != nil && t.node.isFolder() {
		t.names = append(t.names, *in.Name)
		t = t.again()
	}
	if t == nil {
		return nil, fail(codeDriveNotFound)
	}
	target, usual := s.target, s.upload.behavior
	s.target, s.upload.behavior = *t, behavior
	r, err := s.commit(c)
	if err != nil { // the session is still for what it was
		s.target, s.upload.behavior = target, usual
	}
	return r, err
}

// commit makes the file. A session that meets a conflict stays, so that its bytes are not lost.
func (s *uploadSession) commit(c *call) (*reply, error) {
	if s.uneven {
		delete(s.drive.sessions, s.id)
		return nil, failf(codeDriveBad, "The file could not be committed: fragments but the last must be multiples of 320 KiB.")
	}
	t := s.target.again()
	if t == nil {
		return nil, failf(codeDriveNotFound, "The item or folder that the upload is for has been deleted.")
	}
	if t.node != nil && s.target.node == nil && s.upload.behavior == conflictFail {
		return nil, fail(codeSessionNameTaken)
	}
	s.upload.blob = s.spool.Blob()
	n, created, err := t.store(&s.upload, c.now)
	if err != nil {
		return nil, err
	}
	delete(s.drive.sessions, s.id)
	status := http.StatusOK
	if created {
		status = http.StatusCreated
	}
	return &reply{status: status, json: appendJSON(nil, plainItem(c, driveItem{driveNode: n, drive: s.drive}))}, nil
}

// again looks once more at what a target addresses; nil if its base is gone.
func (t *target) again() *target {
	if t.drive.items[t.base.id] != t.base {
		return nil
	}
	now := *t
	now.node = now.base
	for _, name := range now.names {
		if now.node != nil {
			now.node = now.node.child(name)
		}
	}
	return &now
}
