//go:build !unix

package tokencache

import (
	"errors"
	"io/fs"
	"os"
	"time"
)

// openFlags adds nothing: symbolic links are refused by [isSymlink].
const openFlags = 0

// checkFile relies on the access list that the user's folder hands down.
func checkFile(info fs.FileInfo) error {
	if !info.Mode().IsRegular() {
		return errors.New("it is not a regular file")
	}
	return nil
}

func checkFolderMode(fs.FileInfo) (loose bool, err error) { return false, nil }

// rename tries for a while: Windows refuses while a reader has the target open.
func rename(from, to string) error {
	var err error
	for wait := time.Millisecond; wait < time.Second; wait *= 2 {
		if err = os.Rename(from, to); err == nil || !errors.Is(err, fs.ErrPermission) {
			return err
		}
		<-time.After(wait)
	}
	return err
}

// syncDir does nothing: the file system journals renames.
func syncDir(string) error { return nil }
