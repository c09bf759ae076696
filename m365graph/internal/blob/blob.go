package blob

import (
	"bytes"
	"errors"
	"io"
	"os"
	"sync"
)

// Blob is the content of a file. It does not change: a new version is a new Blob.
type Blob struct {
	size  int64
	bytes []byte                             // what is small
	file  *os.File                           // what was large
	lazy  func() (io.ReaderAt, int64, error) // what lies elsewhere

	hashed  sync.Once
	hash    string
	hashErr error
}

// Of is content in memory, which must not change any more.
func Of(content []byte) *Blob { return &Blob{size: int64(len(content)), bytes: content} }

// Lazy stands for content that is opened at each use, and closed after it if it can be.
func Lazy(open func() (io.ReaderAt, int64, error)) (*Blob, error) {
	r, size, err := open()
	if err != nil {
		return nil, err
	}
	return &Blob{size: size, lazy: open}, closeIfCloser(r)
}

// Size is the number of bytes.
func (b *Blob) Size() int64 { return b.size }

// Reader opens the content. The caller calls done when it was read.
func (b *Blob) Reader() (r *io.SectionReader, done func() error, err error) {
	switch {
	case b.lazy != nil:
		at, size, err := b.lazy()
		if err != nil {
			return nil, nil, err
		}
		return io.NewSectionReader(at, 0, size), func() error { return closeIfCloser(at) }, nil
	case b.file != nil:
		return io.NewSectionReader(b.file, 0, b.size), func() error { return nil }, nil
	}
	return io.NewSectionReader(bytes.NewReader(b.bytes), 0, b.size), func() error { return nil }, nil
}

// ReadAll gives the whole content, for what is known to be small.
func (b *Blob) ReadAll() ([]byte, error) {
	r, done, err := b.Reader()
	if err != nil {
		return nil, err
	}
	content, err := io.ReadAll(r)
	return content, errors.Join(err, done())
}

// QuickXorHash reads all content at its first call, and remembers.
func (b *Blob) QuickXorHash() (string, error) {
	b.hashed.Do(func() {
		r, done, err := b.Reader()
		if err != nil {
			b.hashErr = err
			return
		}
		var q QuickXor
		_, err = io.Copy(&q, r)
		b.hash, b.hashErr = q.Sum(), errors.Join(err, done())
	})
	return b.hash, b.hashErr
}

func closeIfCloser(r io.ReaderAt) error {
	if c, ok := r.(io.Closer); ok {
		return c.Close()
	}
	return nil
}
