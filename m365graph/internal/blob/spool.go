package blob

import (
	"errors"
	"io"
	"os"
	"slices"
)

// inMemory is how much of a file is kept in memory. What is larger goes to disk.
const inMemory = 1 << 20

// Spool collects content as it comes in. The zero value is empty.
type Spool struct {
	bytes []byte
	file  *os.File
	size  int64
	hash  QuickXor
}

// Size is how much was collected.
func (s *Spool) Size() int64 { return s.size }

// Write adds to the end. On an error nothing was added.
func (s *Spool) Write(p []byte) (int, error) {
	if s.file == nil && s.size+int64(len(p)) > inMemory {
		if file, err := unnamedFile(); err == nil {
			if _, err := file.Write(s.bytes); err != nil {
				return 0, errors.Join(err, file.Close())
			}
			s.file, s.bytes = file, nil
		}
	}
	if s.file == nil {
		s.bytes = append(s.bytes, p...)
	} else if _, err := s.file.WriteAt(p, s.size); err != nil {
		return 0, err
	}
	s.size += int64(len(p))
	_, _ = s.hash.Write(p)
	return len(p), nil
}

// Take adds all that another spool collected, which is of no use afterwards.
// On an error nothing was added.
func (s *Spool) Take(o *Spool) error {
	if o.file == nil {
		_, err := s.Write(o.bytes)
		return err
	}
	before := *s
	_, err := io.Copy(s, io.NewSectionReader(o.file, 0, o.size))
	if err != nil {
		before.file = s.file
		*s = before
	}
	return errors.Join(err, o.file.Close())
}

// Detach gives a copy of a spool content of its own.
func (s *Spool) Detach() {
	s.bytes = slices.Clip(s.bytes)
	if s.file == nil {
		return
	}
	b := make([]byte, s.size)
	if _, err := s.file.ReadAt(b, 0); err == nil || errors.Is(err, io.EOF) {
		s.bytes, s.file = b, nil
	}
}

// Blob is what was collected. Nothing may be added any more.
func (s *Spool) Blob() *Blob {
	b := &Blob{size: s.size, bytes: s.bytes, file: s.file}
	b.hashed.Do(func() { b.hash = s.hash.Sum() })
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
