package m365graph

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// contentPart is an answer: bytes of one version from a position on.
type contentPart struct {
	info   ContentInfo
	ranged bool  // the host serves ranges
	skip   int64 // bytes to drop, as it does not

	body io.ReadCloser
	end  context.CancelCauseFunc

	reads        atomic.Int64 // begun and ended: odd while one is under way
	stalled, off atomic.Bool
	watch        *time.Timer
}

// downloadWatch is how often it is seen whether an answer brings anything. One
// that has brought nothing twice counts as cut.
const downloadWatch = 30 * time.Second

var errStalled = fmt.Errorf("nothing came for more than %v", downloadWatch)

// open asks for a part of the file; a length of 0 means the rest of it.
func (f *contentFile) open(ctx context.Context, offset, length int64) (*contentPart, error) {
	ctx, end := context.WithCancelCause(ctx)
	resp, err := f.fetch(ctx, offset, length)
	if err != nil {
		end(nil)
		return nil, f.refused(err, offset)
	}
	p, err := f.accept(resp, offset, length)
	p.end = end
	p.begin()
	if err != nil {
		_ = p.Close()
		return nil, fmt.Errorf("m365graph: download %s: %w", f.path, err)
	}
	return p, nil
}

// refused tells of a file that no longer reaches to where it did.
func (f *contentFile) refused(err error, offset int64) error {
	f.pinning.Lock()
	defer f.pinning.Unlock()
	if isNoRange(err) && f.pinned != nil && offset < f.pinned.size {
		return fmt.Errorf("%w: %w", errFileChanged, err)
	}
	return err
}

func isNoRange(err error) bool {
	no, ok := errors.AsType[*Error](err)
	return ok && no.Status == http.StatusRequestedRangeNotSatisfiable
}

// begin begins to watch the reads. To set a timer for each would cost more than
// many a read.
func (p *contentPart) begin() {
	seen := int64(0)
	p.watch = time.AfterFunc(downloadWatch, func() {
		switch now := p.reads.Load(); {
		case p.off.Load():
		case now%2 == 1 && now == seen:
			p.stalled.Store(true)
			p.end(errStalled)
		default:
			seen = now
			p.watch.Reset(downloadWatch)
		}
	})
	p.watch.Reset(downloadWatch) // from here on it is known where it is
}

// Read reads what comes, and fails if nothing does.
func (p *contentPart) Read(b []byte) (int, error) {
	p.reads.Add(1)
	n, err := p.body.Read(b)
	p.reads.Add(1)
	if err != nil && p.stalled.Load() {
		err = errStalled
	}
	return n, err
}

// Close ends the answer.
func (p *contentPart) Close() error {
	p.off.Store(true)
	p.watch.Stop()
	err := p.body.Close()
	p.end(nil)
	return err
}

// accept makes sure that an answer holds the bytes asked for, of the version
// that is read.
func (f *contentFile) accept(resp *Response, offset, length int64) (*contentPart, error) {
	h := resp.Header
	p := &contentPart{body: resp.stream, ranged: resp.Status == http.StatusPartialContent}
	p.info = ContentInfo{Length: resp.length, Size: -1, ETag: h.Get("ETag"), ContentType: h.Get("Content-Type")}
	p.info.LastModified, _ = http.ParseTime(h.Get("Last-Modified"))
	var err error
	switch encoding := h.Get("Content-Encoding"); {
	case encoding != "" && !strings.EqualFold(encoding, identity[0]):
		err = fmt.Errorf("the bytes come in the encoding %q", clip(encoding, 40))
	case p.ranged:
		err = p.checkRange(h.Get("Content-Range"), offset, length)
	case resp.Status == http.StatusOK:
		p.info.Size = resp.length
	default:
		err = fmt.Errorf("the answer %d is no content", resp.Status)
	}
	if err == nil {
		// An answer that does not say how large the file is, and ends too
		// early, is found out by one that did.
		p.info.Size, err = f.pin(versionOf(h, p.info.Size))
	}
	if err == nil && !p.ranged {
		err = p.cut(offset, length)
	}
	return p, err
}

// checkRange compares the part that came with the one that was asked for.
func (p *contentPart) checkRange(contentRange string, offset, length int64) error {
	start, end, size, err := parseContentRange(contentRange)
	if err != nil {
		return err
	}
	want := offset + length - 1 // the last byte
	if size >= 0 && (length == 0 || want >= size) {
		want = size - 1
	}
	known := size >= 0 || length > 0
	switch came := end - start + 1; {
	case start != offset:
		return fmt.Errorf("byte %d was asked for, and byte %d came", offset, start)
	case known && end != want:
		return fmt.Errorf("bytes %d to %d were asked for, and %d to %d came", offset, want, start, end)
	case p.info.Length >= 0 && p.info.Length != came:
		return fmt.Errorf("bytes %d to %d were told, and %d bytes sent", start, end, p.info.Length)
	default:
		p.info.Size, p.info.Length = size, came
	}
	return nil
}

// cut makes a part of a whole file: a server may ignore a range and answer 200.
func (p *contentPart) cut(offset, length int64) error {
	if offset > 0 && p.info.Size >= 0 && offset >= p.info.Size {
		return fmt.Errorf("the file has %d bytes, and byte %d was asked for", p.info.Size, offset)
	}
	p.skip = offset
	if p.info.Size >= 0 {
		p.info.Length = p.info.Size - offset
		if length > 0 {
			p.info.Length = min(p.info.Length, length)
		}
	}
	return nil
}

// parseContentRange reads "bytes 0-99/1234", where the size may be "*": -1.
func parseContentRange(h string) (start, end, size int64, err error) {
	unit, rest, _ := strings.Cut(h, " ")
	span, total, ok := strings.Cut(rest, "/")
	from, to, ok2 := strings.Cut(span, "-")
	start, ok3 := parseDigits(from)
	end, ok4 := parseDigits(to)
	size, ok5 := int64(-1), true
	if total != "*" {
		size, ok5 = parseDigits(total)
		ok5 = ok5 && size > end
	}
	if !strings.EqualFold(unit, "bytes") || !ok || !ok2 || !ok3 || !ok4 || !ok5 || end < start {
		return 0, 0, 0, fmt.Errorf("the Content-Range %q cannot be read", clip(h, 60))
	}
	return start, end, size, nil
}

// parseDigits reads a number that is nothing but digits.
func parseDigits(s string) (int64, bool) {
	n, err := strconv.ParseUint(s, 10, 63)
	return int64(n), err == nil
}
