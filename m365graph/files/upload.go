package files

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"

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
	Conflict Conflict
	// SliceSize is rounded down to a multiple of 320 KiB. Zero means 10 MiB.
	SliceSize int64
	// Progress is called as bytes are sent, with how many of how many are
	// there. After a fault it can step back. It must not block.
	Progress func(sent, total int64)
	// Session, if set, is resumed in place of making a new one.
	Session *m365graph.UploadSession
	// Began is told of the session before the first byte is sent, so that its
	// URL can be kept and a later process can resume it.
	Began func(*m365graph.UploadSession)
}

// Upload stores size bytes of src as a file. The file appears when all of it has
// arrived, and not before.
//
// An upload that fails can be called again with the same Session and goes on
// where it was. The session is gone where the error matches
// m365graph.ErrNotFound, and the name was taken where it matches ErrConflict.
// https://learn.microsoft.com/graph/api/driveitem-createuploadsession
func (c *Client) Upload(ctx context.Context, target Ref, src io.ReaderAt, size int64, opts *UploadOptions) (*DriveItem, error) {
	var o UploadOptions
	if opts != nil {
		o = *opts
	}
	if o.Conflict == "" {
		o.Conflict = Fail
	}
	switch {
	case target.IsRoot():
		return nil, errors.New("files: upload: name the file, with ByPath or Ref.Child")
	case size < 0:
		return nil, errors.New("files: upload: the size is negative")
	case size == 0:
		return c.putEmpty(ctx, target, o.Conflict)
	}
	session := o.Session
	if session == nil {
		var err error
		if session, err = c.begin(ctx, target, o.Conflict); err != nil {
			return nil, err
		}
	}
	if o.Began != nil {
		o.Began(session)
	}
	resp, err := c.graph.Upload(ctx, session, src, size, &m365graph.UploadOptions{
		SliceSize: o.SliceSize, Progress: o.Progress,
	})
	if err != nil {
		return nil, err
	}
	return decodeItem(resp)
}

func (c *Client) begin(ctx context.Context, target Ref, conflict Conflict) (*m365graph.UploadSession, error) {
	var body struct {
		Item struct {
			Conflict Conflict `json:"@microsoft.graph.conflictBehavior"`
		} `json:"item"`
	}
	body.Item.Conflict = conflict
	return c.graph.CreateUploadSession(ctx, c.path(target).Join("createUploadSession"), body)
}

// putEmpty makes an empty file, which no session can.
func (c *Client) putEmpty(ctx context.Context, target Ref, conflict Conflict) (*DriveItem, error) {
	safety := m365graph.SafetyOnce // a second try would meet the first one's file
	if conflict == Replace {
		safety = m365graph.SafetyRepeatable
	}
	resp, err := c.graph.Do(ctx, &m365graph.Request{
		Method: http.MethodPut, Path: c.path(target).Join("content"),
		Query:   &m365graph.Query{Params: map[string]string{"@microsoft.graph.conflictBehavior": string(conflict)}},
		Content: &m365graph.Content{Open: func() (io.Reader, error) { return strings.NewReader(""), nil }},
		Safety:  safety,
	})
	if err != nil {
		return nil, err
	}
	return decodeItem(resp)
}

func decodeItem(resp *m365graph.Response) (*DriveItem, error) {
	item := new(DriveItem)
	if err := resp.Decode(item); err != nil {
		return nil, err
	}
	return item, nil
}
