package m365graph

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
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
	if o.Offset < 0 || o.Length < 0 || o.Offset > math.MaxInt64-o.Length {
		return nil, errors.New("m365graph: download: Offset and Length are negative, or more than a file can have")
	}
	resp, err := c.Do(ctx, &Request{Path: path, stream: true})
	for hops := 0; err == nil && isRedirect(resp.Status); hops++ {
		_ = resp.stream.Close()
		if hops == maxRedirects {
			return nil, fmt.Errorf("m365graph: GET %s: more than %d redirects", path, maxRedirects)
		}
		resp, err = c.followContent(ctx, path, resp.Header.Get("Location"), o)
	}
	if err != nil {
		return nil, err
	}
	return openDownload(resp, path, o)
}

const maxRedirects = 5

func isRedirect(status int) bool {
	switch status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return true
	}
	return false
}

// followContent asks the content host that a redirect names.
func (c *Client) followContent(ctx context.Context, path Path, location string, o DownloadOptions) (*Response, error) {
	k, err := c.contentCall(http.MethodGet, m365auth.NewSecret(location), SafetyRead)
	if err != nil {
		return nil, fmt.Errorf("m365graph: GET %s: follow the redirect: %w", path, err)
	}
	k.stream = true
	if o.Offset > 0 || o.Length > 0 {
		k.header.Set("Range", o.rangeHeader())
	}
	// Compressed bytes would not be those of the range.
	k.header.Set("Accept-Encoding", "identity")
	return k.send(ctx)
}

func (o DownloadOptions) rangeHeader() string {
	if o.Length == 0 {
		return fmt.Sprintf("bytes=%d-", o.Offset)
	}
	return fmt.Sprintf("bytes=%d-%d", o.Offset, o.Offset+o.Length-1)
}

// openDownload makes sure that the bytes are those asked for.
func openDownload(resp *Response, path Path, o DownloadOptions) (*Download, error) {
	d := &Download{
		ReadCloser: resp.stream, Length: resp.length, Size: -1,
		ETag: resp.Header.Get("ETag"), ContentType: resp.Header.Get("Content-Type"),
	}
	var err error
	switch encoding := resp.Header.Get("Content-Encoding"); {
	case encoding != "" && !strings.EqualFold(encoding, "identity"):
		err = fmt.Errorf("the bytes come in the encoding %q", clip(encoding, 40))
	case resp.Status == http.StatusPartialContent:
		err = d.checkPart(resp.Header.Get("Content-Range"), o)
	case resp.Status == http.StatusOK:
		d.Size = resp.length
		err = d.cut(o)
	default:
		err = fmt.Errorf("the answer %d is no content", resp.Status)
	}
	if err != nil {
		_ = d.Close()
		return nil, fmt.Errorf("m365graph: download %s: %w", path, err)
	}
	if d.Length >= 0 {
		d.ReadCloser = &exactly{d.ReadCloser, d.Length}
	}
	return d, nil
}

// checkPart compares the part that came with the one that was asked for.
func (d *Download) checkPart(contentRange string, o DownloadOptions) error {
	start, end, size, err := parseContentRange(contentRange)
	if err != nil {
		return err
	}
	want := o.Offset + o.Length - 1 // the last byte
	if size >= 0 && (o.Length == 0 || want >= size) {
		want = size - 1
	}
	switch known := size >= 0 || o.Length > 0; {
	case start != o.Offset:
		return fmt.Errorf("byte %d was asked for, and byte %d came", o.Offset, start)
	case known && end != want:
		return fmt.Errorf("bytes %d to %d were asked for, and %d to %d came", o.Offset, want, start, end)
	}
	d.Size, d.Length = size, end-start+1
	return nil
}

// cut makes a part of a whole file: a server may ignore a range and answer 200.
func (d *Download) cut(o DownloadOptions) error {
	if o.Offset == 0 && o.Length == 0 {
		return nil
	}
	if d.Size >= 0 && o.Offset >= d.Size {
		return fmt.Errorf("the file has %d bytes, and byte %d was asked for", d.Size, o.Offset)
	}
	if _, err := io.CopyN(io.Discard, d.ReadCloser, o.Offset); err != nil {
		return fmt.Errorf("skip to byte %d: %w", o.Offset, err)
	}
	if d.Length >= 0 {
		d.Length -= o.Offset
	}
	if o.Length > 0 && (d.Length < 0 || d.Length > o.Length) {
		d.Length = o.Length
	}
	return nil
}

// exactly ends after so many bytes, and with an error if fewer come.
type exactly struct {
	io.ReadCloser
	left int64
}

func (e *exactly) Read(p []byte) (int, error) {
	if e.left == 0 {
		return 0, io.EOF
	}
	n, err := e.ReadCloser.Read(p[:min(int64(len(p)), e.left)])
	e.left -= int64(n)
	if err == io.EOF && e.left > 0 {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// parseContentRange reads "bytes 0-99/1234", where the size may be "*": -1.
func parseContentRange(h string) (start, end, size int64, err error) {
	span, total, ok := strings.Cut(strings.TrimPrefix(h, "bytes "), "/")
	from, to, ok2 := strings.Cut(span, "-")
	start, err1 := strconv.ParseInt(from, 10, 64)
	end, err2 := strconv.ParseInt(to, 10, 64)
	size, err3 := int64(-1), error(nil)
	if total != "*" {
		size, err3 = strconv.ParseInt(total, 10, 64)
	}
	bad := errors.Join(err1, err2, err3) != nil || start < 0 || end < start || total != "*" && size <= end
	if !ok || !ok2 || bad {
		return 0, 0, 0, fmt.Errorf("the Content-Range %q cannot be read", clip(h, 60))
	}
	return start, end, size, nil
}
