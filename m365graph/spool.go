package m365graph

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// defaultSpoolMemory is how much of a stream stays in memory.
const defaultSpoolMemory = 8 << 20

// Spooled is a stream that was read to its end: its size is known, and it can be
// read again from anywhere. It is safe for concurrent reading.
type Spooled struct {
	io.ReaderAt
	size int64
	file *os.File // ours; nil if there is none
	name string   // its name, if it still has one
}

// Spool reads r to its end, so that it can be uploaded with a known size and a
// slice of it sent again. Up to maxMemory bytes are kept in memory, and what is
// longer in a temporary file that only this user can read; zero means 8 MiB. What
// can be read at any offset already, such as a file on disk or a bytes.Reader,
// is used as it is from where it stands, and stays the caller's to close.
//
// The caller closes the result when the upload is done, which removes the
// temporary file. After an error nothing is left.
func Spool(ctx context.Context, r io.Reader, maxMemory int64) (*Spooled, error) {
	if s := spoolNothing(r); s != nil {
		return s, nil
	}
	if maxMemory <= 0 {
		maxMemory = defaultSpoolMemory
	}
	r = spoolReader{ctx, r}
	var head bytes.Buffer
	n, err := io.CopyN(&head, r, maxMemory+1)
	switch {
	case errors.Is(err, io.EOF):
		return &Spooled{ReaderAt: bytes.NewReader(head.Bytes()), size: n}, nil
	case err != nil:
		return nil, spoolError(err)
	}
	s, err := newSpooled()
	if err != nil {
		return nil, spoolError(err)
	}
	if s.size, err = io.Copy(s.file, io.MultiReader(&head, r)); err != nil {
		_ = s.Close()
		return nil, spoolError(err)
	}
	return s, nil
}

// Size is the number of bytes.
func (s *Spooled) Size() int64 { return s.size }

// Close removes what the stream was kept in. To close it twice does no harm.
func (s *Spooled) Close() error {
	if s.file == nil {
		return nil
	}
	err := s.file.Close()
	if errors.Is(err, fs.ErrClosed) {
		return nil
	}
	if s.name != "" {
		err = errors.Join(err, os.Remove(s.name))
	}
	return err
}

func spoolError(err error) error { return fmt.Errorf("m365graph: spool a stream: %w", err) }

// spoolNothing returns what is left of a reader that needs no spool, or nil. What
// seems to be empty may be a file of the system's that has no size.
func spoolNothing(r io.Reader) *Spooled {
	at, ok := r.(interface {
		io.ReaderAt
		io.Seeker
	})
	if !ok {
		return nil
	}
	from, err := at.Seek(0, io.SeekCurrent)
	if err != nil {
		return nil // a pipe, which is a file all the same
	}
	end, err := at.Seek(0, io.SeekEnd)
	if _, back := at.Seek(from, io.SeekStart); err != nil || back != nil || end <= from {
		return nil
	}
	if from == 0 {
		return &Spooled{ReaderAt: at, size: end}
	}
	return &Spooled{ReaderAt: io.NewSectionReader(at, from, end-from), size: end - from}
}

// newSpooled makes a file that is gone when it is closed, however the process
// ends; where the system cannot do that, Close removes it.
func newSpooled() (*Spooled, error) {
	f, err := os.CreateTemp("", "m365graph-spool-*")
	if err != nil {
		return nil, err
	}
	s := &Spooled{ReaderAt: f, file: f}
	if os.Remove(f.Name()) != nil {
		s.name = f.Name()
	}
	return s, nil
}

// spoolReader ends with its context.
type spoolReader struct {
	ctx context.Context
	r   io.Reader
}

func (s spoolReader) Read(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	return s.r.Read(p)
}
