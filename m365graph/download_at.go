package m365graph

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"sync"
)

const (
	// remoteBlock is how much is fetched for a small read, and remoteBlocks how
	// many of these are kept: readers of archives look around them.
	remoteBlock  = 256 << 10
	remoteBlocks = 16
)

// RemoteFile is one version of a file that is read where it lies. It is safe for
// concurrent use. Read it through io.NewSectionReader or archive/zip.NewReader;
// close it when done.
type RemoteFile struct {
	info  ContentInfo
	open  func(offset, length int64) (*contentReader, error)
	end   context.CancelCauseFunc
	ended func() error // why no read is possible any more

	mu     sync.Mutex
	blocks map[int64]*fileBlock
	recent []int64 // their numbers, the last used one last
}

var _ io.ReaderAt = (*RemoteFile)(nil)

// OpenFile opens the content at path for reading at any offset, by range. The
// context holds for all reads. A host that serves no ranges, or does not say of
// which version they are, is an error unless the file is small; [Client.Download]
// takes it as a stream.
func (c *Client) OpenFile(ctx context.Context, path Path) (*RemoteFile, error) {
	ctx, end := context.WithCancelCause(ctx)
	f := newContentFile(c, path, "")
	first, info, err := f.beginBlocks(ctx)
	if err != nil {
		end(nil)
		return nil, err
	}
	r := &RemoteFile{info: info, end: end, blocks: map[int64]*fileBlock{}}
	r.open = func(offset, length int64) (*contentReader, error) { return f.read(ctx, offset, length) }
	r.ended = func() error { return context.Cause(ctx) }
	b := &fileBlock{ready: make(chan struct{}), data: first}
	close(b.ready)
	r.keep(0, b)
	return r, nil
}

// beginBlocks reads the first block, and with it what else there is to know.
func (f *contentFile) beginBlocks(ctx context.Context) ([]byte, ContentInfo, error) {
	r, err := f.read(ctx, 0, remoteBlock)
	if isNoRange(err) {
		r, err = f.read(ctx, 0, 0) // of an empty file there is no range
	}
	if err != nil {
		return nil, ContentInfo{}, err
	}
	defer r.Close()
	info := r.info
	info.Length = info.Size
	switch {
	case info.Size < 0:
		err = errors.New("the host does not say how large the file is")
	case info.Size > remoteBlock && !r.ranged:
		err = errors.New("the host serves no ranges")
	case info.Size > remoteBlock && !f.provable():
		err = errNoVersion
	}
	if err != nil {
		return nil, info, fmt.Errorf("m365graph: open %s: %w", f.path, err)
	}
	first, err := io.ReadAll(io.LimitReader(r, remoteBlock))
	return first, info, err
}

// Info is what the host said of the file when it was opened. Its Length is the
// Size.
func (r *RemoteFile) Info() ContentInfo { return r.info }

// Size is how many bytes the file has.
func (r *RemoteFile) Size() int64 { return r.info.Size }

// Close ends all reads.
func (r *RemoteFile) Close() error {
	r.end(fs.ErrClosed)
	return nil
}

// ReadAt reads at an offset, by one request unless the bytes are at hand. It
// fails with [ErrPrecondition] if the file has changed since it was opened.
func (r *RemoteFile) ReadAt(p []byte, offset int64) (int, error) {
	if offset < 0 {
		return 0, errors.New("m365graph: read: the offset is negative")
	}
	n, wanted := 0, min(int64(len(p)), max(r.info.Size-offset, 0))
	for int64(n) < wanted {
		more, err := r.readSome(p[n:wanted], offset+int64(n))
		n += more
		switch {
		case errors.Is(r.ended(), fs.ErrClosed):
			return n, fs.ErrClosed
		case err != nil:
			return n, err
		}
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// readSome reads what a block has of p; what is larger is not kept.
func (r *RemoteFile) readSome(p []byte, offset int64) (int, error) {
	if err := r.ended(); err != nil {
		return 0, err
	}
	if len(p) >= remoteBlock {
		return r.fetch(p, offset)
	}
	data, err := r.block(offset / remoteBlock)
	if err != nil {
		return 0, err
	}
	return copy(p, data[offset%remoteBlock:]), nil
}

// fetch fills p by a request.
func (r *RemoteFile) fetch(p []byte, offset int64) (int, error) {
	src, err := r.open(offset, int64(len(p)))
	if err != nil {
		return 0, err
	}
	defer src.Close()
	return io.ReadFull(src, p)
}

// fileBlock is a part of the file that is at hand when ready is closed.
type fileBlock struct {
	ready chan struct{}
	data  []byte
	err   error
}

// block returns a block, which is fetched once for all who ask for it.
func (r *RemoteFile) block(i int64) ([]byte, error) {
	r.mu.Lock()
	b, known := r.blocks[i]
	if !known {
		b = &fileBlock{ready: make(chan struct{})}
	}
	r.keep(i, b)
	r.mu.Unlock()
	if known {
		<-b.ready
		return b.data, b.err
	}
	b.data = make([]byte, min(remoteBlock, r.info.Size-i*remoteBlock))
	if _, b.err = r.fetch(b.data, i*remoteBlock); b.err != nil {
		r.mu.Lock()
		delete(r.blocks, i) // the next one tries again
		r.mu.Unlock()
	}
	close(b.ready)
	return b.data, b.err
}

// keep makes a block the last used one, and forgets the one that rested longest.
func (r *RemoteFile) keep(i int64, b *fileBlock) {
	r.blocks[i] = b
	r.recent = append(slices.DeleteFunc(r.recent, func(other int64) bool { return other == i }), i)
	if len(r.recent) > remoteBlocks {
		delete(r.blocks, r.recent[0])
		r.recent = slices.Delete(r.recent, 0, 1)
	}
}
