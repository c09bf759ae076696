package files

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/m365go/sdk/m365graph"
)

// Download returns a file's content, or a part of it. The caller closes it.
//
// The hash of a whole file is compared with the item's, where it has one, which
// costs one more request. Read ends with [ErrHashMismatch] in place of io.EOF if
// they differ: all bytes have come then. Damage is one cause; another is that
// SharePoint rewrites Office documents and is late with their hashes.
// https://learn.microsoft.com/graph/api/driveitem-get-content
func (c *Client) Download(ctx context.Context, item Ref, opts *m365graph.DownloadOptions) (*m365graph.Download, error) {
	check, err := c.newContentCheck(ctx, item, opts)
	if err != nil {
		return nil, err
	}
	d, err := c.graph.Download(ctx, c.path(item).Join("content"), opts)
	if err == nil && check.want != "" {
		d.ReadCloser = &checkedReader{ReadCloser: d.ReadCloser, check: check}
	}
	return d, err
}

// DownloadTo writes a file's content to w, byte n of the file at offset n, by
// several requests at once; see m365graph.Client.DownloadTo. An error that
// matches [ErrHashMismatch] says, as with [Client.Download], that all of it is
// written.
func (c *Client) DownloadTo(ctx context.Context, item Ref, w io.WriterAt, opts *m365graph.DownloadOptions) (*m365graph.ContentInfo, error) {
	check, err := c.newContentCheck(ctx, item, opts)
	if err != nil {
		return nil, err
	}
	hashed := &checkedWriter{WriterAt: w}
	if check.want != "" {
		w = hashed
	}
	info, err := c.graph.DownloadTo(ctx, c.path(item).Join("content"), w, opts)
	if err != nil || check.want == "" {
		return info, err
	}
	if err := check.compare(&hashed.sum); err != nil {
		return nil, err
	}
	return info, nil
}

// Open opens a file for reading at any offset where it lies; see
// m365graph.Client.OpenFile. The caller closes it.
func (c *Client) Open(ctx context.Context, item Ref) (*m365graph.RemoteFile, error) {
	if item.IsRoot() {
		return nil, errRootContent
	}
	return c.graph.OpenFile(ctx, c.path(item).Join("content"))
}

var errRootContent = errors.New("files: download: the root is a folder")

// contentCheck compares a download with what the drive says of the item.
type contentCheck struct {
	ask  func() (string, error)
	want string // the hash; empty if there is none, or only a part is asked for
}

func (c *Client) newContentCheck(ctx context.Context, item Ref, opts *m365graph.DownloadOptions) (*contentCheck, error) {
	if item.IsRoot() {
		return nil, errRootContent
	}
	check := &contentCheck{ask: func() (string, error) {
		i, err := m365graph.Get[DriveItem](ctx, c.graph, c.path(item), &m365graph.Query{Select: []string{"id", "file"}})
		if err != nil || i.File == nil {
			return "", err
		}
		return i.File.Hashes.QuickXorHash, nil
	}}
	if opts != nil && (opts.Offset != 0 || opts.Length != 0) {
		return check, nil
	}
	var err error
	check.want, err = check.ask()
	return check, err
}

// compare returns nil if the content is what the drive says. A file can change
// between the question and the download, so it is asked again before it is
// called damaged.
func (c *contentCheck) compare(sum *quickXor) error {
	got := base64.StdEncoding.EncodeToString(sum.Sum(nil))
	if got == c.want {
		return nil
	}
	if now, err := c.ask(); err == nil && now == got {
		return nil
	}
	return fmt.Errorf("%w: the item has %s, and what came %s", ErrHashMismatch, c.want, got)
}

// checkedReader hashes what is read and compares it at the end.
type checkedReader struct {
	io.ReadCloser
	check *contentCheck
	sum   quickXor
	end   error // what the check came to
}

func (r *checkedReader) Read(p []byte) (int, error) {
	if r.end != nil {
		return 0, r.end
	}
	n, err := r.ReadCloser.Read(p)
	_, _ = r.sum.Write(p[:n])
	if err == io.EOF {
		if r.end = r.check.compare(&r.sum); r.end == nil {
			r.end = io.EOF
		}
		err = r.end
	}
	return n, err
}

// checkedWriter hashes what is written, in whatever order: what a byte adds to
// the hash depends on its place alone.
type checkedWriter struct {
	io.WriterAt
	mu  sync.Mutex
	sum quickXor
}

func (w *checkedWriter) WriteAt(p []byte, offset int64) (int, error) {
	n, err := w.WriterAt.WriteAt(p, offset)
	part := quickXor{length: uint64(offset)}
	_, _ = part.Write(p[:n])
	w.mu.Lock()
	defer w.mu.Unlock()
	subtle.XORBytes(w.sum.cells[:], w.sum.cells[:], part.cells[:])
	w.sum.length += uint64(n)
	return n, err
}
