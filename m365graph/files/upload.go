package files

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"hash"
	"io"
	"net/http"

	"github.com/m365go/sdk/m365graph"
)

// Conflict is what to do when there is an item of that name.
type Conflict string

const (
	// Fail refuses, with m365graph.ErrConflict. It is the default.
	Fail Conflict = "fail"
	// Replace makes a new version of the file.
	Replace Conflict = "replace"
	// Rename stores the file under another name, which the answer tells.
	Rename Conflict = "rename"
)

// UploadOptions change an upload. Nil means to fail where the name is taken.
type UploadOptions struct {
	// Conflict is what to do where the name is taken. Empty means Fail, or with
	// IfMatch Replace.
	Conflict Conflict
	// IfMatch is an eTag or a cTag: the upload begins only if the item still
	// has it, and fails with m365graph.ErrPrecondition otherwise. Empty means
	// not to care.
	IfMatch string
	// SliceSize is rounded down to a multiple of 320 KiB. Zero means 10 MiB.
	SliceSize int64
	// Progress is called as bytes are sent, with how many of how many are
	// there; its last call says all. After a fault it can step back. It must
	// not block.
	Progress func(sent, total int64)
	// Source names the version of what is sent; see m365graph.UploadOptions.
	// Empty means the modification time, where src tells it as *os.File does.
	Source string
	// Began is told of the session before the first byte is sent: a later
	// process that gets what its Save returns can go on. An error of it ends
	// the upload. Without Began and Session, an upload that fails ends its
	// session, and nothing is left half done.
	Began func(*m365graph.UploadSession) error
	// Session, if set, is resumed in place of making a new one.
	Session *m365graph.UploadSession
}

// maxSimple is the largest file that goes in one request. Graph takes more today,
// and took this much from the beginning in every cloud; what is larger is better
// sent so that a fault does not cost all of it.
const maxSimple = 4 << 20

// Upload stores size bytes of src as a file. The file appears when all of it has
// arrived, and not before. Up to 4 MiB go in one request, unless Began or Session
// is set; more goes in slices. A stream of unknown size goes through
// m365graph.Spool.
//
// The hash of what was sent is compared with the item's, where that tells it:
// [ErrHashMismatch] says that they differ. SharePoint and OneDrive for Business
// write into Office documents as they arrive, so one of those is returned
// without an error, as [DriveItem].Rewritten.
//
// An upload that fails can be called again with the same Session and goes on
// where it was. The name was taken where the error matches
// m365graph.ErrConflict. If the answer to the last request was lost, in this
// process or an earlier one, or cannot be read, Upload looks for an item of that name with exactly
// what was sent, and returns it. It cannot tell where the error matches
// m365graph.ErrAmbiguous: Get the item later. Where it matches
// m365graph.ErrSessionGone, begin anew.
// https://learn.microsoft.com/graph/api/driveitem-createuploadsession
func (c *Client) Upload(ctx context.Context, target Ref, src io.ReaderAt, size int64, opts *UploadOptions) (*DriveItem, error) {
	var o UploadOptions
	if opts != nil {
		o = *opts
	}
	if o.Conflict == "" && o.IfMatch != "" {
		o.Conflict = Replace
	}
	o.Conflict = cmp.Or(o.Conflict, Fail)
	u := &upload{client: c, target: target, src: src, size: size, opts: o, sum: NewQuickXorHash()}
	switch {
	case target.IsRoot():
		return nil, errors.New("files: upload: name the file, with ByPath or Ref.Child")
	case size < 0:
		return nil, errors.New("files: upload: the size is negative")
	case size == 0 && o.Session != nil:
		return nil, fmt.Errorf("files: upload: %w: it is empty now", m365graph.ErrSourceChanged)
	}
	send := u.inSlices
	if size == 0 || size <= maxSimple && o.Began == nil && o.Session == nil {
		send = u.atOnce
	}
	var item *DriveItem
	resp, err := send(ctx)
	if err == nil {
		item, err = u.accept(resp)
	}
	if errors.Is(err, m365graph.ErrAmbiguous) || errors.Is(err, m365graph.ErrSessionGone) {
		return u.settle(ctx, err)
	}
	return item, err
}

// upload is one call of Upload.
type upload struct {
	client *Client
	target Ref
	src    io.ReaderAt
	size   int64
	opts   UploadOptions
	sum    hash.Hash
}

func (u *upload) inSlices(ctx context.Context) (*m365graph.Response, error) {
	graph, session := u.client.graph, u.opts.Session
	if session == nil {
		var body struct {
			Item struct {
				Conflict Conflict `json:"@microsoft.graph.conflictBehavior"`
			} `json:"item"`
		}
		// Not the size: a drive of a business refuses the whole request for it.
		body.Item.Conflict = u.opts.Conflict
		var err error
		session, err = graph.CreateUploadSession(ctx, u.client.path(u.target).Join("createUploadSession"), body, u.opts.IfMatch)
		if err != nil {
			return nil, err
		}
	}
	return graph.Upload(ctx, session, u.src, u.size, &m365graph.UploadOptions{
		SliceSize: u.opts.SliceSize, Progress: u.opts.Progress, Source: u.opts.Source, Hash: u.sum,
		Began: u.opts.Began, Discard: u.opts.Began == nil && u.opts.Session == nil,
	})
}

// atOnce sends a small file, or an empty one, which no session can make.
func (u *upload) atOnce(ctx context.Context) (*m365graph.Response, error) {
	content := make([]byte, u.size)
	if _, err := io.ReadFull(io.NewSectionReader(u.src, 0, u.size), content); err != nil {
		return nil, fmt.Errorf("files: upload: read what is to be sent: %w", err)
	}
	_, _ = u.sum.Write(content)
	safety := m365graph.SafetyOnce // a second try would meet the first one's file
	if u.opts.Conflict == Replace && u.opts.IfMatch == "" {
		safety = m365graph.SafetyRepeatable
	}
	resp, err := u.client.graph.Do(ctx, &m365graph.Request{
		Method: http.MethodPut, Path: u.client.path(u.target).Join("content"), IfMatch: u.opts.IfMatch, Safety: safety,
		Query: &m365graph.Query{Params: map[string]string{"@microsoft.graph.conflictBehavior": string(u.opts.Conflict)}},
		Content: &m365graph.Content{
			Open: func() (io.Reader, error) { return bytes.NewReader(content), nil }, Length: u.size,
		},
	})
	if err == nil && u.opts.Progress != nil {
		u.opts.Progress(u.size, u.size)
	}
	return resp, err
}
