//go:build unix

package tokencache

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// openFlags refuse a symbolic link, and do not wait for a pipe's other end.
const openFlags = syscall.O_NOFOLLOW | syscall.O_NONBLOCK | syscall.O_CLOEXEC

// checkFile reports a file that somebody else could have made or could read.
func checkFile(info fs.FileInfo) error {
	if !info.Mode().IsRegular() {
		return errors.New("it is not a regular file")
	}
	if perm := info.Mode().Perm(); perm&0o077 != 0 {
		return fmt.Errorf("others can read or write it (mode %#o)", perm)
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return errors.New("its owner is unknown")
	}
	if int(stat.Uid) != os.Geteuid() {
		return fmt.Errorf("it belongs to user %d", stat.Uid)
	}
	// None is left to a file that was replaced since it was opened; what it
	// held is whole all the same.
	if stat.Nlink > 1 {
		return fmt.Errorf("it has %d names", stat.Nlink)
	}
	return nil
}

// checkFolderMode reports a folder that others own or can change, and whether
// others can look into it.
func checkFolderMode(info fs.FileInfo) (loose bool, err error) {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return false, errors.New("its owner is unknown")
	}
	if int(stat.Uid) != os.Geteuid() {
		return false, fmt.Errorf("it belongs to user %d", stat.Uid)
	}
	perm := info.Mode().Perm()
	if perm&0o022 != 0 {
		return false, fmt.Errorf("others can write to it (mode %#o)", perm)
	}
	return perm&0o077 != 0, nil
}

func rename(from, to string) error { return os.Rename(from, to) }

// syncDir makes a rename durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	err = d.Sync()
	if closeErr := d.Close(); err == nil {
		err = closeErr
	}
	return err
}
