package mail

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"github.com/m365go/sdk/m365graph"
)

// Outlook takes a file below minSession in one request, and an upload session
// only above it. https://learn.microsoft.com/graph/outlook-large-attachments
const (
	minSession = 3_000_000
	maxSession = 150 << 20
	// sliceSize is the most multiples of 320 KiB below Outlook's 4 MB.
	sliceSize = 12 * 320 << 10
)

// AttachOptions change how a file is attached. Nil attaches a file that the
// reader sees as one.
type AttachOptions struct {
	// ContentID is what "cid:" links in an HTML body refer to; with one, the
	// file is shown there and not in the list. Empty means the list.
	ContentID string
	// Progress is called as bytes are sent, with how many of how many are
	// there; its last call says all. After a fault it can step back. It must
	// not block.
	Progress func(sent, total int64)
	// Source names the version of what is sent; see m365graph.UploadOptions.
	Source string
	// Began is told of the session before the first byte is sent: a later
	// process that gets what its Save returns can go on. An error of it ends
	// the upload. Without Began and Session, an upload that fails ends its
	// session. Files below 3 MB have none.
	Began func(*m365graph.UploadSession) error
	// Session, if set, is resumed in place of making a new one.
	Session *m365graph.UploadSession
}

// Attach adds a file of size bytes, at most 150 MB, to a message, which is mostly
// a draft, and returns the attachment's id. An empty content type lets Outlook
// guess. Below 3 MB it is one request, above it goes in slices. Mailboxes have a
// limit of their own, 35 MB a message unless an administrator has changed it, and
// shared ones take no large files (m365graph.ErrForbidden).
//
// Where the error matches m365graph.ErrAmbiguous, or m365graph.ErrSessionGone with
// the Session of an earlier process, the file may be attached: look at the
// message's attachments before doing it again.
// https://learn.microsoft.com/graph/api/attachment-createuploadsession
func (c *Client) Attach(ctx context.Context, messageID, name, contentType string, src io.ReaderAt, size int64, opts *AttachOptions) (string, error) {
	var o AttachOptions
	if opts != nil {
		o = *opts
	}
	a := &attaching{
		client: c, path: c.mailbox.Join("messages", messageID, "attachments"), src: src, opts: o,
		item: attachmentItem{Type: "file", Name: name, ContentType: contentType, ContentID: o.ContentID, IsInline: o.ContentID != "", Size: size},
	}
	switch {
	case name == "":
		return "", errors.New("mail: attach: the file needs a name")
	case size < 0:
		return "", errors.New("mail: attach: the size is negative")
	case size > maxSession:
		return "", fmt.Errorf("mail: attach: the file has %d bytes, and Outlook takes %d; share large files by link", size, maxSession)
	case size < minSession && o.Session == nil:
		return a.atOnce(ctx)
	}
	return a.inSlices(ctx)
}

// attachmentItem is https://learn.microsoft.com/graph/api/resources/attachmentitem.
type attachmentItem struct {
	Type        string `json:"attachmentType"`
	Name        string `json:"name"`
	ContentType string `json:"contentType,omitempty"`
	ContentID   string `json:"contentId,omitempty"`
	IsInline    bool   `json:"isInline,omitempty"`
	Size        int64  `json:"size"`
}

// attaching is one call of Attach.
type attaching struct {
	client *Client
	path   m365graph.Path
	item   attachmentItem
	src    io.ReaderAt
	opts   AttachOptions
}

func (a *attaching) atOnce(ctx context.Context) (string, error) {
	content := make([]byte, a.item.Size)
	if _, err := io.ReadFull(io.NewSectionReader(a.src, 0, a.item.Size), content); err != nil {
		return "", fmt.Errorf("mail: attach: read what is to be sent: %w", err)
	}
	body := struct {
		Type        string `json:"@odata.type"`
		Name        string `json:"name"`
		ContentType string `json:"contentType,omitempty"`
		ContentID   string `json:"contentId,omitempty"`
		IsInline    bool   `json:"isInline,omitempty"`
		Content     []byte `json:"contentBytes"` // of an empty file too
	}{"#microsoft.graph.fileAttachment", a.item.Name, a.item.ContentType, a.item.ContentID, a.item.IsInline, content}
	resp, err := a.client.graph.Do(ctx, &m365graph.Request{Method: http.MethodPost, Path: a.path, Body: body})
	if err != nil {
		return "", err
	}
	var made struct {
		ID string `json:"id"`
	}
	if err := resp.Decode(&made); err != nil {
		return "", fmt.Errorf("%w: %w", errNoID, err)
	}
	if made.ID == "" {
		return "", errNoID
	}
	if a.opts.Progress != nil {
		a.opts.Progress(a.item.Size, a.item.Size)
	}
	return made.ID, nil
}

func (a *attaching) inSlices(ctx context.Context) (string, error) {
	graph, session := a.client.graph, a.opts.Session
	if session == nil {
		body := struct {
			Item attachmentItem `json:"AttachmentItem"`
		}{a.item}
		var err error
		if session, err = graph.CreateUploadSession(ctx, a.path.Join("createUploadSession"), body, ""); err != nil {
			return "", err
		}
	}
	resp, err := graph.Upload(ctx, session, a.src, a.item.Size, &m365graph.UploadOptions{
		SliceSize: sliceSize, Progress: a.opts.Progress, Source: a.opts.Source,
		Began: a.opts.Began, Discard: a.opts.Began == nil && a.opts.Session == nil,
	})
	if err != nil {
		return "", err
	}
	id := attachmentID(resp.Header.Get("Location"))
	if resp.Status != http.StatusCreated || id == "" {
		return "", errNoID
	}
	return id, nil
}

// errNoID is of a file that is attached, and cannot be named.
var errNoID = fmt.Errorf("mail: attach: %w: the answer names no attachment", m365graph.ErrAmbiguous)

// maxID is far beyond the ids of Exchange.
const maxID = 4 << 10

// attachmentAddress ends in Attachments('id'), or in attachments/id.
var attachmentAddress = regexp.MustCompile(`(?i)/attachments(?:\('(.+)'\)|/([^/]+))/?$`)

// attachmentID takes the id from the address of an attachment, or returns
// nothing.
func attachmentID(location string) string {
	u, err := url.Parse(location)
	if err != nil {
		return ""
	}
	found := attachmentAddress.FindStringSubmatch(u.Path)
	if found == nil {
		return ""
	}
	id := cmp.Or(strings.ReplaceAll(found[1], "''", "'"), found[2])
	if len(id) > maxID || strings.ContainsFunc(id, func(r rune) bool { return r <= ' ' || r == 0x7f }) {
		return ""
	}
	return id
}
