package m365graph

import (
	"context"
	"errors"
	"io"
	"math"
	"time"
)

// DownloadOptions say what of a file to download, and how. Nil means all of it.
type DownloadOptions struct {
	// Offset is the first byte wanted.
	Offset int64
	// Length is how many bytes; zero means the rest.
	Length int64
	// ETag is the version wanted, as [ContentInfo] told it, so that what an
	// earlier process began can be gone on with; another version is
	// [ErrPrecondition]. Empty means whatever version there is.
	ETag string
	// Progress is called as bytes arrive, with how many of how many there are;
	// the total is -1 if unknown. It never steps back, is called from one
	// goroutine at a time, and must not block.
	Progress func(received, total int64)
	// Parallel is how many parts [Client.DownloadTo] fetches at once. Zero
	// means 4.
	Parallel int
	// PartSize is how large these are. Zero means 8 MiB.
	PartSize int64
}

const (
	defaultDownloadParallel = 4
	defaultDownloadPart     = 8 << 20
)

// checked returns the options with their defaults.
func (o *DownloadOptions) checked() (DownloadOptions, error) {
	var c DownloadOptions
	if o != nil {
		c = *o
	}
	if c.Offset < 0 || c.Length < 0 || c.Offset > math.MaxInt64-c.Length {
		return c, errors.New("m365graph: download: Offset and Length are negative, or more than a file can have")
	}
	if c.Parallel < 0 || c.PartSize < 0 {
		return c, errors.New("m365graph: download: Parallel and PartSize must not be negative")
	}
	setDefault(&c.Parallel, defaultDownloadParallel)
	if c.PartSize == 0 {
		c.PartSize = defaultDownloadPart
	}
	c.PartSize = min(c.PartSize, math.MaxInt64-c.Offset) // nothing is further than that; 0 is the rest
	return c, nil
}

// ContentInfo is what the host says of a file.
type ContentInfo struct {
	// Length is how many bytes are asked for; -1 if the server does not say.
	Length int64
	// Size is the size of the whole file; -1 if the server does not say. It is
	// this that counts: what Graph's metadata says can be of another version.
	Size int64
	// ETag is the version that the bytes are of; empty if the server does not
	// say.
	ETag string
	// ContentType is the media type.
	ContentType string
	// LastModified is when the version was made; zero if the server does not
	// say.
	LastModified time.Time
}

// Download is a file, or a part of one, on its way. Read it to its end and close
// it, from one goroutine; Close alone may be called from another.
//
// A connection that is cut, or brings nothing for half a minute to a minute, is
// made again where it was, and a link that has lapsed is renewed. That goes on
// for as long as it brings bytes; after [Options].MaxRetries tries that bring
// none, Read fails. It also fails, with [ErrPrecondition], if the file has
// changed meanwhile, and where the host gives no proof that it has not: the
// bytes read are always those of one version.
type Download struct {
	io.ReadCloser
	ContentInfo
}

// Download reads the content at path, such as a drive item's content or an
// attachment's $value. Graph answers most with a link to a content host, which
// is followed without the token. The context holds until the end of the reading.
//
// A refused range is an [*Error] of status 416. What a host withholds as
// infected is one with the code malwareDetected.
// https://learn.microsoft.com/graph/api/driveitem-get-content
func (c *Client) Download(ctx context.Context, path Path, opts *DownloadOptions) (*Download, error) {
	o, err := opts.checked()
	if err != nil {
		return nil, err
	}
	r, err := newContentFile(c, path, o.ETag).read(ctx, o.Offset, o.Length)
	if err != nil {
		return nil, err
	}
	d := &Download{ReadCloser: r, ContentInfo: r.info}
	if o.Progress != nil {
		received := int64(0)
		r.progress = func(n int) {
			received += int64(n)
			o.Progress(received, d.Length)
		}
	}
	return d, nil
}
