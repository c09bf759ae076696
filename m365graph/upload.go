package m365graph

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/m365go/sdk/m365auth"
)

// Graph takes slices in multiples of 320 KiB, each below 60 MiB.
// https://learn.microsoft.com/graph/api/driveitem-createuploadsession
const (
	sliceUnit        = 320 << 10
	maxSlice         = 60<<20 - sliceUnit
	defaultSliceSize = 32 * sliceUnit // 10 MiB
)

// UploadSession is a place on a content host that takes a file in slices. It
// outlives the process that began it: keep URL as carefully as a password, and
// make the session anew with [ResumeUploadSession].
type UploadSession struct {
	// URL is the place. Whoever has it can write the file, so it is a secret.
	URL m365auth.Secret
	// ExpiresOn is when the session ends if no slice comes; zero if unknown.
	ExpiresOn time.Time

	begun bool // slices may have arrived already
	last  bool // the last slice may have, and with it the file
}

// UploadOptions change how a file is sent.
type UploadOptions struct {
	// SliceSize is rounded down to a multiple of 320 KiB. Zero means 10 MiB.
	SliceSize int64
	// Progress is called as bytes are sent, with how many of how many are
	// there. After a fault it can step back. It is called from one goroutine
	// at a time and must not block.
	Progress func(sent, total int64)
}

// ResumeUploadSession returns a session that an earlier process began.
func ResumeUploadSession(url m365auth.Secret) *UploadSession {
	return &UploadSession{URL: url, begun: true}
}

// CreateUploadSession begins an upload at path, a createUploadSession action.
// Nothing is visible in the drive or mailbox until the last slice has come.
func (c *Client) CreateUploadSession(ctx context.Context, path Path, body any) (*UploadSession, error) {
	if body == nil {
		body = struct{}{}
	}
	// An unused session lapses by itself, so a second one does no harm.
	resp, err := c.Do(ctx, &Request{Method: http.MethodPost, Path: path, Body: body, Safety: SafetyRead})
	if err != nil {
		return nil, err
	}
	var wire struct {
		URL     string    `json:"uploadUrl"`
		Expires time.Time `json:"expirationDateTime"`
	}
	if err := resp.Decode(&wire); err != nil {
		return nil, err
	}
	if wire.URL == "" {
		return nil, fmt.Errorf("m365graph: POST %s: the answer names no uploadUrl (request-id %s)", path, resp.RequestID())
	}
	return &UploadSession{URL: m365auth.NewSecret(wire.URL), ExpiresOn: wire.Expires}, nil
}

// Upload sends what is missing of a file and returns the answer to its last
// slice. If it fails, call it again with the same session: it asks what has
// arrived and goes on from there. The size must be above zero, as a session
// cannot make an empty file.
//
// An error that matches [ErrAmbiguous] says that the last slice was sent and its
// answer lost: look whether the file is there. One that matches [ErrNotFound]
// says that the session is gone: make a new one, but look first if an earlier
// process may have finished it.
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
	if err != nil && s.last && !errors.Is(err, ErrAmbiguous) {
		return nil, ambiguous(http.MethodPut, "the end of an upload", err)
	}
	return resp, err
}

// CancelUpload ends a session and drops what it holds.
func (c *Client) CancelUpload(ctx context.Context, s *UploadSession) error {
	k, err := c.contentCall(http.MethodDelete, s.URL, SafetyRepeatable)
	if err != nil {
		return err
	}
	if _, err := k.send(ctx); err != nil && !errors.Is(err, ErrNotFound) {
		return err
	}
	return nil
}

// maxStalls is how often the server may ask for the same bytes again.
const maxStalls = 3

type uploader struct {
	client  *Client
	session *UploadSession
	src     io.ReaderAt
	size    int64
	opts    UploadOptions
	next    int64 // the first byte that has not arrived
	stalls  int

	mu   sync.Mutex   // a transport may read on after its attempt has ended
	live *sliceReader // the attempt that may read the source
}

func (u *uploader) run(ctx context.Context) (*Response, error) {
	if u.session.begun {
		if err := u.ask(ctx); err != nil {
			return nil, err
		}
	}
	u.session.begun = true
	for {
		u.report(u.next)
		before := u.next
		resp, err := u.put(ctx)
		switch {
		case errors.Is(err, errRange):
			// These bytes are there already, most likely because the answer
			// to an earlier attempt was lost.
			err = u.ask(ctx)
		case err == nil:
			var more bool
			if more, err = u.advance(resp); err == nil && !more {
				u.report(u.size)
				return resp, nil
			}
		}
		if err != nil {
			return nil, err
		}
		if u.next > before {
			u.stalls = 0
		} else if u.stalls++; u.stalls == maxStalls {
			return nil, fmt.Errorf("m365graph: upload: the server keeps asking for byte %d", u.next)
		}
	}
}

// errRange is a 416, which only an upload has a use for.
var errRange = errors.New("m365graph: the range is not the one expected")

// put sends the next slice.
func (u *uploader) put(ctx context.Context) (*Response, error) {
	from, n := u.next, min(u.opts.SliceSize, u.size-u.next)
	if n <= 0 {
		return nil, fmt.Errorf("m365graph: upload: the server expects byte %d of a file of %d", from, u.size)
	}
	safety := SafetyRead // a slice that is not the last changes nothing to be seen
	if from+n == u.size {
		safety = SafetyRepeatable
	}
	k, err := u.client.contentCall(http.MethodPut, u.session.URL, safety)
	if err != nil {
		return nil, err
	}
	k.header.Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, from+n-1, u.size))
	k.header.Set("Content-Type", octetStream)
	k.length = n
	k.open = func() (io.Reader, error) { return u.newSliceReader(from, n), nil }
	resp, err := k.send(ctx)
	u.endAttempt()
	if from+n == u.size && k.maybe && err != nil {
		u.session.last = true
	}
	no, refused := errors.AsType[*Error](err)
	if refused && no.Status == http.StatusRequestedRangeNotSatisfiable {
		return nil, errRange
	}
	return resp, err
}

// ask sets next to the first byte that the server lacks.
func (u *uploader) ask(ctx context.Context) error {
	k, err := u.client.contentCall(http.MethodGet, u.session.URL, SafetyRead)
	if err != nil {
		return err
	}
	resp, err := k.send(ctx)
	if err != nil {
		return err
	}
	more, err := u.advance(resp)
	if err == nil && !more {
		err = errors.New("m365graph: upload: the server does not say what it expects next")
	}
	if err == nil {
		u.session.last = false // it still waits for something
	}
	return err
}

// advance reads where the server wants to go on, and whether it does at all. The
// list need not be complete; its lowest start is what counts. OneDrive writes
// "0-99" or "100-", Outlook writes "100" and begins its names with capitals,
// which decoding ignores; it ends with an answer that has no body.
func (u *uploader) advance(resp *Response) (more bool, err error) {
	var wire struct {
		Ranges []string `json:"nextExpectedRanges"`
	}
	if resp.Status == http.StatusAccepted || len(resp.Body) > 0 {
		if err := resp.Decode(&wire); err != nil {
			return false, err
		}
	}
	next := int64(-1)
	for _, r := range wire.Ranges {
		start, _, _ := strings.Cut(r, "-")
		n, err := strconv.ParseInt(strings.TrimSpace(start), 10, 64)
		if err != nil || n < 0 {
			return false, fmt.Errorf("m365graph: upload: the server expects the range %q", clip(r, 40))
		}
		if next < 0 || n < next {
			next = n
		}
	}
	switch done := u.next+u.opts.SliceSize >= u.size && resp.Status != http.StatusAccepted; {
	case next >= 0:
		u.next = next
		return true, nil
	case !done:
		return false, fmt.Errorf("m365graph: upload: the server says %d without what it expects next", resp.Status)
	}
	return false, nil
}

// report tells of progress between attempts.
func (u *uploader) report(sent int64) {
	if u.opts.Progress != nil {
		u.opts.Progress(sent, u.size)
	}
}

// endAttempt keeps the transport, which may lag behind, from the source.
func (u *uploader) endAttempt() {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.live != nil {
		u.live.stop()
		u.live = nil
	}
}
