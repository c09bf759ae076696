package m365graph

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/m365go/sdk/m365auth"
)

const (
	// maxStalls is how often the server may ask for the same bytes again, or
	// for others than it said, before the upload gives up.
	maxStalls = 3
	// maxAbsent is how often a new session may be unknown to the host that it
	// leads to. The waits are 1, 2 and 4 seconds.
	maxAbsent = 3
)

// uploader is one call of Upload. One goroutine at a time touches it; the one
// that reads a slice ends before the next begins.
type uploader struct {
	client  *Client
	session *UploadSession
	src     io.ReaderAt
	size    int64
	opts    UploadOptions
	gap     span  // the first bytes that have not arrived
	hashed  int64 // how many bytes the hash has seen
	told    int64 // what Progress was last told

	stalls  int // answers that brought nothing further
	faults  int // slices lost since one arrived
	lost    int // slices lost in all
	clashes int // slices that met others in their place
	absent  int

	mu   sync.Mutex   // a transport may read on after its attempt has ended
	live *sliceReader // the attempt that may read the source
}

// errUploadClash is a session that two uploads send to.
var errUploadClash = errors.New("another upload is sending to this session")

func (u *uploader) run(ctx context.Context) (*Response, error) {
	if err := u.bind(); err != nil {
		return nil, err
	}
	if err := u.began(); err != nil {
		return nil, err
	}
	u.gap, u.told = span{0, u.size}, -1
	if u.opts.Hash != nil {
		u.opts.Hash.Reset()
	}
	if !u.session.fresh {
		if err := u.ask(ctx); err != nil {
			return nil, err
		}
	}
	for {
		u.report(u.gap.first)
		resp, more, err := u.step(ctx)
		if err != nil {
			return nil, err
		}
		if !more {
			return resp, u.finish(ctx)
		}
	}
}

// began tells the caller of the session as it stands.
func (u *uploader) began() error {
	if u.opts.Began == nil {
		return nil
	}
	if err := u.opts.Began(u.session); err != nil {
		return fmt.Errorf("m365graph: upload: Began: %w", err)
	}
	return nil
}

// finish ends an upload that the server has taken.
func (u *uploader) finish(ctx context.Context) error {
	if err := u.hashTo(ctx, u.size); err != nil {
		return err
	}
	u.session.last = false // it is known
	u.report(u.size)
	return nil
}

// step sends one slice and reports whether more are wanted.
func (u *uploader) step(ctx context.Context) (resp *Response, more bool, err error) {
	if err := u.hashTo(ctx, u.gap.first); err != nil {
		return nil, false, err
	}
	end := u.gap.first + min(u.opts.SliceSize, u.gap.end-u.gap.first)
	if end == u.gap.end { // it may be the last
		if err := u.bind(); err != nil { // better no file than one of two halves
			return nil, false, err
		}
	}
	k, err := u.client.contentCall(http.MethodPut, u.session.URL, SafetyOnce)
	if err != nil {
		return nil, false, err
	}
	k.told = true // to send a slice again blindly would be a waste as well
	resp, err = u.put(ctx, k, end)
	if end == u.gap.end && (k.maybe || err == nil) {
		u.session.last = true
	}
	if err != nil {
		return nil, true, u.afterFault(ctx, k, err)
	}
	u.session.fresh, u.faults = false, 0
	before := u.gap
	more, err = u.read(resp)
	switch {
	case err != nil:
		return nil, false, err
	case !more && (end < before.end || resp.Status == http.StatusAccepted && end < u.size):
		return nil, false, fmt.Errorf("m365graph: upload: the server says %d without what it expects next", resp.Status)
	case !more || u.gap.first > before.first:
		u.stalls = 0
	default:
		if u.stalls++; u.stalls == maxStalls {
			return nil, false, fmt.Errorf("m365graph: upload: the server keeps asking for byte %d", u.gap.first)
		}
	}
	return resp, more, nil
}

// put sends the bytes up to end.
func (u *uploader) put(ctx context.Context, k *call, end int64) (*Response, error) {
	from := u.gap.first
	k.header.Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, end-1, u.size))
	k.header.Set("Content-Type", octetStream)
	k.length = end - from
	k.open = func() (io.Reader, error) { return u.newSliceReader(from, end-from), nil }
	defer u.endAttempt()
	return k.send(ctx)
}

// afterFault finds out where to go on after a slice that was not taken, if there
// is a way.
func (u *uploader) afterFault(ctx context.Context, k *call, err error) error {
	_, unread := errors.AsType[*sourceError](err)
	no := refusal(err)
	switch {
	case ctx.Err() != nil || unread:
		return err
	case no.Status == http.StatusRequestedRangeNotSatisfiable:
		// A slice that was lost can still arrive; beyond that, nobody else
		// should be sending.
		if u.clashes++; u.clashes > u.lost+maxStalls {
			return fmt.Errorf("%w: m365graph: upload: %w", ErrConflict, errUploadClash)
		}
	case u.isYoung(no.Status):
		return u.pause(ctx, time.Second<<(u.absent-1), err)
	case k.maybe || no.Status == http.StatusRequestEntityTooLarge:
		u.lost++
		most := u.client.opts.MaxWait
		if u.faults++; u.faults > u.client.opts.MaxRetries || no.RetryAfter > most {
			return err
		}
		if isTooMuch(no.Status, err) {
			u.opts.SliceSize = max(u.opts.SliceSize/2/sliceUnit*sliceUnit, sliceUnit)
		}
		if err := u.pause(ctx, backoff(u.faults-1, no.RetryAfter, most), err); err != nil {
			return err
		}
	default:
		return err
	}
	return u.ask(ctx)
}

// isTooMuch reports whether a slice was too large for the time that some gateway
// gives it.
func isTooMuch(status int, err error) bool {
	timeout, ok := errors.AsType[net.Error](err)
	return ok && timeout.Timeout() || status == http.StatusGatewayTimeout ||
		status == http.StatusRequestTimeout || status == http.StatusRequestEntityTooLarge
}

// isYoung reports whether a 404 may mean that a new session is not known
// everywhere yet. One that may have had all of the file has done its work.
func (u *uploader) isYoung(status int) bool {
	if status != http.StatusNotFound || !u.session.fresh || u.session.last || u.absent == maxAbsent {
		return false
	}
	u.absent++
	return true
}

// pause waits after a fault.
func (u *uploader) pause(ctx context.Context, d time.Duration, fault error) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("m365graph: upload: %w; the last fault was: %w", ctx.Err(), fault)
	}
}

// ask finds the first bytes that the server lacks.
func (u *uploader) ask(ctx context.Context) error {
	k, err := u.client.contentCall(http.MethodGet, u.session.URL, SafetyRead)
	if err != nil {
		return err
	}
	resp, err := k.send(ctx)
	if u.isYoung(refusal(err).Status) {
		if err := u.pause(ctx, time.Second<<(u.absent-1), err); err != nil {
			return err
		}
		return u.ask(ctx)
	}
	if err != nil {
		return err
	}
	u.session.fresh = false
	more, err := u.read(resp)
	if err == nil && !more {
		u.session.last = true // all is there, so the file may be too
		err = errors.New("m365graph: upload: the server has all bytes and does not say what became of them")
	}
	return err
}

// read takes from an answer where the server wants to go on, and whether it does
// at all. Outlook ends with an answer that has no body.
func (u *uploader) read(resp *Response) (more bool, err error) {
	var status uploadStatus
	if resp.Status == http.StatusAccepted || len(resp.Body) > 0 {
		if err := resp.Decode(&status); err != nil {
			return false, err
		}
	}
	gap, more, err := status.expected(u.size)
	if err != nil || !more {
		return false, err
	}
	s := u.session
	u.gap, s.last = gap, false // it still waits for something
	if expires := status.expires(); !expires.IsZero() {
		s.ExpiresOn = expires
	}
	if status.URL != "" && status.URL != s.URL.Reveal() {
		s.URL = m365auth.NewSecret(status.URL)
		return true, u.began()
	}
	return true, nil
}

// report tells of progress, if there is some.
func (u *uploader) report(sent int64) {
	if u.opts.Progress != nil && sent != u.told {
		u.told = sent
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
