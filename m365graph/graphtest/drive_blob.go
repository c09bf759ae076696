package graphtest

import (
	"bytes"
	"errors"
	"io"
	"os"
	"sync"
)

// blob is the content of a file. It does not change: a new version is a new blob.
type blob struct {
	size  int64
	bytes []byte                             // what is small
	file  *os.File                           // what was large
	lazy  func() (io.ReaderAt, int64, error) // what lies elsewhere

	hashed  sync.Once
	hash    string
	hashErr error
}

// lazyBlob stands for content that is opened at each use.
func lazyBlob(open func() (io.ReaderAt, int64, error)) (*blob, error) {
	r, size, err := open()
	if err != nil {
		return nil, err
	}
	return &blob{size: size, lazy: open}, closeIfCloser(r)
}

// reader opens the content. The caller calls done when it was read.
func (b *blob) reader() (r *io.SectionReader, done func() error, err error) {
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

// quickXorHash reads all content at its first call, and remembers.
func (b *blob) quickXorHash() (string, error) {
	b.hashed.Do(func() {
		r, done, err := b.reader()
		if err != nil {
			b.hashErr = err
			return
		}
		var q quickXor
		_, err = io.Copy(&q, r)
		b.hash, b.hashErr = q.sum(), errors.Join(err, done())
	})
	return b.hash, b.hashErr
}

func closeIfCloser(r io.ReaderAt) error {
	if c, ok := r.(io.Closer); ok {
		return c.Close()
	}
	return nil
}
