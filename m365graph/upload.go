package m365graph

import (
	"context"
	"errors"
	"fmt"
	"hash"
	"io"
	"net/http"
	"time"
)

var (
	// ErrSessionGone says that an upload session has lapsed, was cancelled, or
	// has done its work; begin a new one. If another process had a hand in it,
	// look first whether the file is there.
	ErrSessionGone = errors.New("m365graph: the upload session is gone")
	// ErrSourceChanged says that what is to be sent is not what the upload
	// began with.
	ErrSourceChanged = errors.New("m365graph: the source of the upload has changed")
)

// Graph takes slices in multiples of 320 KiB, each below 60 MiB.
// https://learn.microsoft.com/graph/api/driveitem-createuploadsession
const (
	sliceUnit        = 320 << 10
	maxSlice         = 60<<20 - sliceUnit
	defaultSliceSize = 32 * sliceUnit // 10 MiB
)

// UploadOptions change how a file is sent. Nil and the zero value are good
// defaults.
type UploadOptions struct {
	// SliceSize is rounded down to a multiple of 320 KiB, and halved where a
	// server finds it too much. Zero means 10 MiB.
	SliceSize int64
	// Progress is called as bytes are sent, with how many of how many are
	// there; its last call says all. After a fault it can step back. It is
	// called from one goroutine at a time and must not block.
	Progress func(sent, total int64)
	// Source names the version of what is sent, such as its eTag, so that no
	// resumed upload joins parts of two. Empty means the modification time of
	// a source that has a Stat method, as *os.File does, and else nothing.
	Source string
	// Hash is reset, and then given each byte of the source once and in order,
	// those that an earlier process has sent among them. Nil means none.
	Hash hash.Hash
	// Began is called before the first byte is sent: what s.Save returns then
	// lets another process go on. An error of it ends the upload. Should the
	// server move the session, it is called again.
	Began func(s *UploadSession) error
	// Discard ends the session if the upload fails, so that nothing is left
	// half done. That takes up to two seconds more, after a cancel too. False
	// keeps it for another Upload.
	Discard bool
}

// Upload sends what is missing of a file and returns the answer to its last
// slice. If it fails, call it again with the same session, in this process or
// another: it asks what has arrived and goes on from there. The size must be
// above zero, as a session cannot make an empty file. Whoever has a stream of
// unknown size makes a [Spool] of it.
//
// An error that matches [ErrAmbiguous] says that the last slice was sent and its
// answer lost: GET the item to see whether the file is there. One that matches
// [ErrSessionGone] says to begin anew, and [ErrSourceChanged] that src or size is
// not what the session began with. [ErrConflict] says that the name was taken
// when the file was complete, or that somebody else is sending to the session.
func (c *Client) Upload(ctx context.Context, s *UploadSession, src io.ReaderAt, size int64, opts *UploadOptions) (*Response, error) {
	var o UploadOptions
	if opts != nil {
		o = *opts
	}
	if o.SliceSize == 0 {
		o.SliceSize = defaultSliceSize
	}
	o.SliceSize = min(o.SliceSize/sliceUnit*sliceUnit, maxSlice)
	if o.SliceSize <= 0 {
		return nil, fmt.Errorf("m365graph: upload: the slice size must be at least %d bytes", sliceUnit)
	}
	if size <= 0 {
		return nil, errors.New("m365graph: upload: a session cannot take an empty file; send it in one request")
	}
	u := &uploader{client: c, session: s, src: src, size: size, opts: o}
	resp, err := u.run(ctx)
	if err == nil {
		return resp, nil
	}
	if o.Discard && !errors.Is(err, errUploadClash) {
		c.discardUpload(ctx, s)
	}
	switch {
	case s.last:
		err = ambiguous(http.MethodPut, "the end of an upload", err)
	case isGone(err):
		err = fmt.Errorf("%w: %w", ErrSessionGone, err)
	}
	return nil, err
}

// CommitUpload makes the file of a session that was begun with deferCommit, when
// [Client.Upload] has sent all of it, and returns the answer.
func (c *Client) CommitUpload(ctx context.Context, s *UploadSession) (*Response, error) {
	k, err := c.contentCall(http.MethodPost, s.URL, SafetyOnce)
	if err != nil {
		return nil, err
	}
	return k.send(ctx)
}

// CancelUpload ends a session and drops what it holds.
func (c *Client) CancelUpload(ctx context.Context, s *UploadSession) error {
	k, err := c.contentCall(http.MethodDelete, s.URL, SafetyRepeatable)
	if err != nil {
		return err
	}
	if _, err := k.send(ctx); err != nil && !isGone(err) {
		return err
	}
	return nil
}

// discardTime is how long a failed upload waits for its session to end. The
// session would lapse by itself, so what comes of it does not matter.
const discardTime = 2 * time.Second

func (c *Client) discardUpload(ctx context.Context, s *UploadSession) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), discardTime)
	defer cancel()
	_ = c.CancelUpload(ctx, s)
}

// isGone reports whether err says that there is no such session any more.
func isGone(err error) bool {
	status := refusal(err).Status
	return status == http.StatusNotFound || status == http.StatusGone
}

// refusal is the answer that an error holds, or one that says nothing.
func refusal(err error) *Error {
	if no, ok := errors.AsType[*Error](err); ok {
		return no
	}
	return &Error{}
}
