package m365graph

import (
	"errors"
	"fmt"
	"io"
	"sync"
)

// sliceReader reads one attempt's bytes and tells how far it is.
type sliceReader struct {
	upload  *uploader
	bytes   *io.SectionReader
	at, end int64

	mu     sync.Mutex
	closed bool
}

// newSliceReader begins an attempt, and ends the one before it.
func (u *uploader) newSliceReader(from, n int64) *sliceReader {
	r := &sliceReader{upload: u, bytes: io.NewSectionReader(u.src, from, n), at: from, end: from + n}
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.live != nil {
		u.live.stop()
	}
	u.live = r
	return r
}

func (r *sliceReader) Read(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return 0, errors.New("this attempt has ended")
	}
	n, err := r.bytes.Read(p)
	r.upload.hash(r.at, p[:n])
	r.at += int64(n)
	switch {
	case err == io.EOF && r.at < r.end:
		return n, &sourceError{fmt.Errorf("it ends at byte %d of %d: %w", r.at, r.upload.size, io.ErrUnexpectedEOF)}
	case err != nil && err != io.EOF:
		return n, &sourceError{err}
	}
	r.upload.report(r.at)
	return n, err
}

// stop waits for a read under way: when an upload has returned, nothing reads
// its source any more.
func (r *sliceReader) stop() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed = true
}

// sourceError is a failure to read what is to be sent, which no retry mends.
type sourceError struct{ err error }

func (e *sourceError) Error() string { return "read what is to be sent: " + e.err.Error() }
func (e *sourceError) Unwrap() error { return e.err }
