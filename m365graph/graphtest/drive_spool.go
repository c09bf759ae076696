package graphtest

import (
	"errors"
	"io"
	"os"
)

// spoolLimit is how much of a file is kept in memory. What is larger goes to disk.
const spoolLimit = 1 << 20

// spool collects content as it comes in.
type spool struct {
	bytes []byte
	file  *os.File
	size  int64
	hash  quickXor
}

// append adds to the end. On an error nothing was added.
func (s *spool) append(p []byte) error {
	if s.file == nil && s.size+int64(len(p)) > spoolLimit {
		if file, err := unnamedFile(); err == nil {
			if _, err := file.Write(s.bytes); err != nil {
				return errors.Join(err, file.Close())
			}
			s.file, s.bytes = file, nil
		}
	}
	if s.file == nil {
		s.bytes = append(s.bytes, p...)
	} else if _, err := s.file.WriteAt(p, s.size); err != nil {
		return err
	}
	s.size += int64(len(p))
	_, _ = s.hash.Write(p)
	return nil
}

// Write is append, for io.Copy.
func (s *spool) Write(p []byte) (int, error) {
	if err := s.append(p); err != nil {
		return 0, err
	}
	return len(p), nil
}

// take adds all that another spool collected, which is closed. On an error
// nothing was added.
func (s *spool) take(o *spool) error {
	if o.file == nil {
		return s.append(o.bytes)
	}
	before := *s
	_, err := io.Copy(s, io.NewSectionReader(o.file, 0, o.size))
	if err != nil {
		before.file = s.file
		*s = before
	}
	return errors.Join(err, o.file.Close())
}

// detach gives a copy of a spool content of its own.
func (s *spool) detach() {
	if s.file == nil {
		return
	}
	b := make([]byte, s.size)
	if _, err := s.file.ReadAt(b, 0); err == nil || errors.Is(err, io.EOF) {
		s.bytes, s.file = b, nil
	}
}

// blob is what was collected.
func (s *spool) blob() *blob {
	b := &blob{size: s.size, bytes: s.bytes, file: s.file}
	b.hashed.Do(func() { b.hash = s.hash.sum() })
	return b
}

// unnamedFile is a temporary file without a name: nothing is left of it once nobody holds it any more, however the program
// ends. Where the system cannot do that, content stays in memory.
func unnamedFile() (*os.File, error) {
	file, err := os.CreateTemp("", "graphtest-*")
	if err != nil {
		return nil, err
	}
	if err := os.Remove(file.Name()); err != nil {
		return nil, errors.Join(err, file.Close(), os.Remove(file.Name()))
	}
	return file, nil
}
