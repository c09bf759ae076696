package m365graph

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"sync"
	"time"
)

// contentReader reads a part of one version of a file, by as many requests as
// it takes.
type contentReader struct {
	file   *contentFile
	info   ContentInfo
	ranged bool // the host serves ranges
	// again asks for what is left after a cut, the n-th since a byte came.
	again    func(n int) (*contentPart, error)
	progress func(n int) // nil: nobody wants to know

	at, end int64 // of the bytes to come; end is -1 if unknown
	most    int64 // no byte from here on is wanted
	skip    int64 // bytes to drop before those
	tries   int   // since the last byte came
	failed  error // final

	mu     sync.Mutex // guards what Close touches
	part   io.ReadCloser
	closed bool
	cancel context.CancelCauseFunc // ends all requests
}

// read begins to read the file at offset; a length of 0 means to its end.
func (f *contentFile) read(ctx context.Context, offset, length int64) (*contentReader, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	part, err := f.open(ctx, offset, length)
	if err != nil {
		cancel(nil)
		return nil, err
	}
	r := &contentReader{file: f, info: part.info, ranged: part.ranged, at: offset, cancel: cancel}
	r.bound(length)
	r.again = func(n int) (*contentPart, error) { return f.again(ctx, r.at, r.left(), n) }
	return r, r.take(part)
}

// bound sets where to end: after so many bytes, or with the file if that is 0.
func (r *contentReader) bound(length int64) {
	r.end, r.most = -1, math.MaxInt64
	if length > 0 {
		r.most = r.at + length
	}
	switch {
	case r.ranged:
		r.end = r.at + r.info.Length
	case r.info.Size >= 0:
		r.end = min(r.info.Size, r.most)
		r.info.Length = r.end - r.at
	}
}

// left is how many bytes are still wanted; 0 for all that there are.
func (r *contentReader) left() int64 {
	switch {
	case r.end >= 0:
		return r.end - r.at
	case r.most < math.MaxInt64:
		return r.most - r.at
	}
	return 0
}

// again asks for the rest after a cut, if it can be joined to what has come.
func (f *contentFile) again(ctx context.Context, at, length int64, n int) (*contentPart, error) {
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case !f.provable():
		return nil, errNoVersion
	case n >= f.client.opts.MaxRetries:
		return nil, fmt.Errorf("nothing came in %d tries", n+1)
	}
	wait := time.NewTimer(backoff(n, 0, f.client.opts.MaxWait))
	defer wait.Stop()
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-wait.C:
		return f.open(ctx, at, length)
	}
}

// take makes an answer the one to be read.
func (r *contentReader) take(part *contentPart) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.part, r.skip = part, part.skip
	if r.end < 0 && part.info.Size >= 0 {
		r.end = min(part.info.Size, r.most) // the first answer did not say
	}
	if r.closed {
		_ = part.Close()
		return fs.ErrClosed
	}
	return nil
}

// Read reads, and goes on where a connection was cut.
func (r *contentReader) Read(p []byte) (int, error) {
	for {
		switch {
		case r.failed != nil:
			return 0, r.failed
		case len(p) == 0:
			return 0, nil
		case r.at == r.end || r.at == r.most:
			r.finish()
			continue
		}
		n, end, err := r.readPart(p)
		if n > 0 {
			if r.tries = 0; r.progress != nil {
				r.progress(n)
			}
		}
		switch {
		case end:
			r.finish()
		case err != nil && r.at != r.end && r.at != r.most:
			r.goOn(err)
		}
		if n > 0 {
			return n, nil
		}
	}
}

// finish gives the connection back as soon as all has come.
func (r *contentReader) finish() {
	r.failed = io.EOF
	_ = r.part.Close()
}

// readPart reads from the answer at hand. What is to be skipped goes through p
// as well, as a Reader may use all of it.
func (r *contentReader) readPart(p []byte) (n int, end bool, err error) {
	if r.skip > 0 {
		p = p[:min(int64(len(p)), r.skip)]
	} else if left := r.left(); left > 0 {
		p = p[:min(int64(len(p)), left)]
	}
	n, err = r.part.Read(p)
	end = err == io.EOF // the bare one: a connection can fail with one that is wrapped
	if r.skip > 0 {
		r.skip -= int64(n)
		n = 0
	}
	r.at += int64(n)
	if end && (r.skip > 0 || r.end >= 0 && r.at < r.end) {
		return n, false, io.ErrUnexpectedEOF
	}
	return n, end, err
}

// goOn asks for what is left after a cut.
func (r *contentReader) goOn(cut error) {
	_ = r.part.Close()
	part, err := r.again(r.tries)
	r.tries++
	if err == nil {
		err = r.take(part)
	}
	if err != nil {
		r.failed = fmt.Errorf("m365graph: download %s: cut at byte %d: %w; %w", r.file.path, r.at, notEOF(cut), notEOF(err))
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		r.failed = fs.ErrClosed
	}
}

// notEOF keeps a failure from being taken for the end of a file.
func notEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return errors.New(err.Error())
	}
	return err
}

// Close ends what is under way. What is left of the file is not waited for.
func (r *contentReader) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return nil
	}
	r.closed = true
	r.cancel(nil)
	return r.part.Close()
}
