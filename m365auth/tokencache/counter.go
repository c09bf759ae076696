package tokencache

import (
	"crypto/rand"
	"encoding/binary"
	"errors"
	"io"
	"os"
)

// The counter file holds a number that every change of a payload moves on: to
// an odd one before the change, and to an even one after it. Processes map the
// file into memory, so that whether anything has changed costs no system call.
// Who is killed midway leaves an odd number, with which nobody relies on the
// counter until the next change.

const counterSize = 8

func (s *FileStore) counterPath() string { return s.path(s.stem + ".count") }

// change runs f, which changes payloads. The caller holds the guard.
func (s *FileStore) change(f func() error) error {
	if err := s.count(true); err != nil {
		return err
	}
	err := f()
	if countErr := s.count(false); err == nil {
		err = countErr
	}
	return err
}

// count moves the counter on, to an odd or an even number.
func (s *FileStore) count(odd bool) (err error) {
	path := s.counterPath()
	defer func() {
		if err != nil {
			err = unavailable("count a change in "+path, "remove that file", err)
		}
	}()
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|openFlags, 0o600)
	if err != nil {
		return err
	}
	defer func() {
		if closeErr := f.Close(); err == nil {
			err = closeErr
		}
	}()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if err := checkFile(info); err != nil {
		return err
	}
	if isSymlink(path) {
		return errors.New("it is a symbolic link")
	}
	var b [counterSize]byte
	n := uint64(0)
	if _, err := f.ReadAt(b[:], 0); errors.Is(err, io.EOF) {
		// A number of its own, should the file have been removed and made anew.
		_, _ = rand.Read(b[:]) // never fails
	} else if err != nil {
		return err
	}
	n = binary.NativeEndian.Uint64(b[:]) + 1
	if (n%2 == 1) != odd {
		n++
	}
	binary.NativeEndian.PutUint64(b[:], n)
	_, err = f.WriteAt(b[:], 0)
	return err
}

// Changes implements [Counter]. It knows the number where the folder is on a
// local disk of Linux or macOS. It does not count what is done to the files
// without this package.
func (s *FileStore) Changes() (uint64, bool) {
	m := s.counter.Load()
	if m == nil {
		return 0, false
	}
	n, ok := m.read()
	return n, ok && n%2 == 0
}

// follow maps the counter file, unless it is the one that is mapped.
func (s *FileStore) follow() {
	info, err := os.Lstat(s.counterPath())
	m := s.counter.Load()
	switch {
	case err != nil && m == nil, err == nil && m != nil && os.SameFile(info, m.info):
	case err != nil:
		s.counter.Store(nil)
	default:
		s.counter.Store(mapCounter(s.counterPath()))
	}
}
