package m365graph

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/m365go/sdk/m365auth"
)

// DownloadOptions choose a part of a file. Nil means all of it.
type DownloadOptions struct {
	// Offset is the first byte wanted.
	Offset int64
	// Length is how many bytes; zero means the rest.
	Length int64
}

// Download is a file, or a part of one, on its way. Read it to its end and close
// it; a connection that ends too soon is an error of Read.
type Download struct {
	io.ReadCloser
	// Length is how many bytes will come; -1 if the server does not say.
	Length int64
	// Size is the size of the whole file; -1 if the server does not say.
	Size int64
	// ETag is the version that the bytes are of; empty if the server does not
	// say.
	ETag string
	// ContentType is the media type.
	ContentType string
}

// Download reads the content at path, such as a drive item's content or an
// attachment's $value. Graph answers most with a link to a content host, which
// is followed without the token. A refused range is an [*Error] of status 416.
// https://learn.microsoft.com/graph/api/driveitem-get-content
func (c *Client) Download(ctx context.Context, path Path, opts *DownloadOptions) (*Download, error) {
	var o DownloadOptions
	if opts != nil {
		o = *opts
	}
	if o.Offset < 0 || o.Length < 0 {
		return nil, errors.New("m365graph: download: Offset and Length must not be negative")
	}
	resp, err := c.Do(ctx, &Request{Path: path, stream: true})
	if err != nil {
		return nil, err
	}
	if resp.Status < http.StatusMultipleChoices {
		return openDownload(resp, o)
	}
	_ = resp.stream.Close()
	link := m365auth.NewSecret(resp.Header.Get("Location"))
	k, err := c.contentCall(http.MethodGet, link, SafetyRepeatable)
	if err != nil {
		return nil, fmt.Errorf("m365graph: GET %s: follow the redirect %d: %w", path, resp.Status, err)
	}
	k.stream = true
	if o.Offset > 0 || o.Length > 0 {
		k.header.Set("Range", o.rangeHeader())
	}
	// Compressed bytes would not be those of the range.
	k.header.Set("Accept-Encoding", "identity")
	if resp, err = k.send(ctx); err != nil {
		return nil, err
	}
	return openDownload(resp, o)
}

func (o DownloadOptions) rangeHeader() string {
	if o.Length == 0 {
		return fmt.Sprintf("bytes=%d-", o.Offset)
	}
	return fmt.Sprintf("bytes=%d-%d", o.Offset, o.Offset+o.Length-1)
}

// openDownload makes sure that the bytes begin where they were asked to. A
// server may ignore a range and answer 200 with all of the file.
func openDownload(resp *Response, o DownloadOptions) (*Download, error) {
	d := &Download{
		ReadCloser: resp.stream, Length: resp.length, Size: -1,
		ETag: resp.Header.Get("ETag"), ContentType: resp.Header.Get("Content-Type"),
	}
	if resp.Status == http.StatusPartialContent {
		start, size, err := parseContentRange(resp.Header.Get("Content-Range"))
		if err == nil && start != o.Offset {
			err = fmt.Errorf("m365graph: download: asked for byte %d, got byte %d", o.Offset, start)
		}
		if err != nil {
			_ = d.Close()
			return nil, err
		}
		d.Size = size
		return d, nil
	}
	d.Size = resp.length
	if o.Offset == 0 && o.Length == 0 {
		return d, nil
	}
	return d.cut(o)
}

// cut makes a part of a whole file.
func (d *Download) cut(o DownloadOptions) (*Download, error) {
	if d.Size >= 0 && o.Offset >= d.Size {
		_ = d.Close()
		return nil, fmt.Errorf("m365graph: download: the file has %d bytes, and byte %d was asked for", d.Size, o.Offset)
	}
	if _, err := io.CopyN(io.Discard, d.ReadCloser, o.Offset); err != nil {
		_ = d.Close()
		return nil, fmt.Errorf("m365graph: download: skip to byte %d: %w", o.Offset, err)
	}
	if d.Length >= 0 {
		d.Length -= o.Offset
	}
	if o.Length > 0 {
		body := d.ReadCloser
		d.ReadCloser = struct {
			io.Reader
			io.Closer
		}{io.LimitReader(body, o.Length), body}
		if d.Length < 0 || d.Length > o.Length {
			d.Length = o.Length
		}
	}
	return d, nil
}

// parseContentRange reads "bytes 0-99/1234", where the size may be "*".
func parseContentRange(h string) (start, size int64, err error) {
	bad := fmt.Errorf("m365graph: download: the server's Content-Range %q cannot be read", clip(h, 60))
	span, total, ok := strings.Cut(strings.TrimPrefix(h, "bytes "), "/")
	from, _, ok2 := strings.Cut(span, "-")
	if !ok || !ok2 {
		return 0, 0, bad
	}
	if start, err = strconv.ParseInt(from, 10, 64); err != nil || start < 0 {
		return 0, 0, bad
	}
	if total == "*" {
		return start, -1, nil
	}
	if size, err = strconv.ParseInt(total, 10, 64); err != nil || size < start {
		return 0, 0, bad
	}
	return start, size, nil
}
