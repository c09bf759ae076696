package m365graph

import (
	"context"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
)

// DownloadTo writes the content at path to w, byte n of the file at offset n
// whatever part of it is asked for. Several parts are on their way at once, all
// of one version, and memory stays flat at any size. Where the host serves no
// ranges, or names no version, the file comes in one stream. [Download] says how
// cuts and changes are met. After an error w holds some of the file, with gaps.
func (c *Client) DownloadTo(ctx context.Context, path Path, w io.WriterAt, opts *DownloadOptions) (*ContentInfo, error) {
	o, err := opts.checked()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx) // one for all parts, the first too
	defer cancel()
	f := newContentFile(c, path, o.ETag)
	first, err := f.begin(ctx, o)
	if err != nil {
		return nil, err
	}
	d := &partDownload{file: f, w: w, part: o.PartSize, end: first.end, total: -1, progress: o.Progress}
	if first.ranged && first.info.Size >= 0 {
		d.end = first.info.Size
		if o.Length > 0 {
			d.end = min(d.end, o.Offset+o.Length)
		}
	}
	if d.end >= 0 {
		d.total = d.end - o.Offset
	}
	d.next.Store(first.end)
	info := first.info
	if err := d.run(ctx, cancel, first, o.Parallel); err != nil {
		return nil, err
	}
	info.Length = d.received
	return &info, nil
}

// begin asks for the first part, whose answer says how many there are. Where
// others cannot be fetched beside it, it becomes the only one.
func (f *contentFile) begin(ctx context.Context, o DownloadOptions) (*contentReader, error) {
	length := o.PartSize
	if o.Length > 0 {
		length = min(length, o.Length)
	}
	r, err := f.read(ctx, o.Offset, length)
	switch {
	case isNoRange(err) && o.Offset == 0:
		// An empty file has no first byte.
	case err != nil:
		return nil, err
	case !r.ranged: // all of it comes
		r.bound(o.Length)
		return r, nil
	case length == o.Length, r.end == r.info.Size, r.info.Size >= 0 && f.provable():
		return r, nil
	default:
		_ = r.Close()
	}
	f.want(o.ETag) // nothing was used of what came
	return f.read(ctx, o.Offset, o.Length)
}

// partDownload writes the parts of a file as they come.
type partDownload struct {
	file *contentFile
	w    io.WriterAt
	part int64
	next atomic.Int64 // where the next part begins
	end  int64        // of the last part

	mu              sync.Mutex
	received, total int64
	progress        func(received, total int64)
}

// downloadBuffer is what each worker copies through.
const downloadBuffer = 128 << 10

// run has several workers take part after part, the first of them the one that
// is open already, and returns the first error, which ends all of them.
func (d *partDownload) run(ctx context.Context, cancel context.CancelFunc, first *contentReader, parallel int) error {
	var wg sync.WaitGroup
	var once sync.Once
	var failed error
	work := func(r *contentReader) {
		if err := d.work(ctx, r); err != nil {
			once.Do(func() { failed = err })
			cancel()
		}
	}
	wg.Go(func() { work(first) })
	for at := d.next.Load(); parallel > 1 && at < d.end; at += d.part {
		parallel--
		wg.Go(func() { work(nil) })
	}
	wg.Wait()
	return failed
}

// work copies r, if there is one, and all parts that nobody else has taken.
func (d *partDownload) work(ctx context.Context, r *contentReader) error {
	buf := make([]byte, downloadBuffer)
	for {
		if r != nil {
			err := d.copy(r, buf)
			_ = r.Close()
			if err != nil {
				return err
			}
		}
		at := d.next.Add(d.part) - d.part
		if at >= d.end {
			return nil
		}
		var err error
		if r, err = d.file.read(ctx, at, min(d.part, d.end-at)); err != nil {
			return err
		}
	}
}

// copy writes what r reads to its place.
func (d *partDownload) copy(r *contentReader, buf []byte) error {
	src := io.Reader(r)
	for {
		at, n := r.at, 0
		var err error
		for n < len(buf) && err == nil {
			var more int
			more, err = src.Read(buf[n:])
			n += more
		}
		if n > 0 {
			if _, err := d.w.WriteAt(buf[:n], at); err != nil {
				return fmt.Errorf("m365graph: download %s: write: %w", d.file.path, err)
			}
			d.add(n)
		}
		switch {
		case err == io.EOF:
			return nil
		case err != nil:
			return err
		}
	}
}

func (d *partDownload) add(n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.received += int64(n)
	if d.progress != nil {
		d.progress(d.received, d.total)
	}
}
