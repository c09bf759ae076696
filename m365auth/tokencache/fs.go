package tokencache

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"
)

const (
	maxFile   = 16 << 20
	lockRetry = 10 * time.Millisecond
)

// openOwn opens a file for reading if it is one that only we can have made: a
// regular file of one name, ours, closed to others.
func openOwn(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|openFlags, 0)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, err
	case isSymlink(path):
		if f != nil {
			_ = f.Close()
		}
		return nil, unavailable("open "+path, "replace the symbolic link by the file itself", errors.New("it is a symbolic link"))
	case err != nil:
		return nil, unavailable("open "+path, "make the file readable to its owner", err)
	}
	info, err := f.Stat()
	if err == nil {
		err = checkFile(info)
	}
	if err != nil {
		_ = f.Close()
		return nil, unavailable("open "+path, fmt.Sprintf("make it a plain file of your own, chmod 600 %q, or remove it", path), err)
	}
	return f, nil
}

func isSymlink(path string) bool {
	info, err := os.Lstat(path)
	return err == nil && info.Mode()&fs.ModeSymlink != 0
}

// readOwn reads up to limit bytes of such a file; the rest is an error unless
// partial is wanted.
func readOwn(path string, limit int64, partial bool) ([]byte, error) {
	f, err := openOwn(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	b, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, unavailable("read "+path, "", err)
	}
	if int64(len(b)) > limit {
		if !partial {
			return nil, unavailable("read "+path, "move the file away", fmt.Errorf("it is larger than %d bytes", limit))
		}
		b = b[:limit]
	}
	return b, nil
}

// writeAtomic puts data at path, whole or not at all, also if the process is
// killed or the machine loses power midway.
func writeAtomic(path string, data []byte) (err error) {
	dir := filepath.Dir(path)
	tmp := path + tempMark + rand.Text()
	defer func() {
		if err != nil {
			_ = os.Remove(tmp)
			err = unavailable("write "+path, "check the folder's permissions and free space", err)
		}
	}()
	f, err := os.OpenFile(tmp, os.O_WRONLY|os.O_CREATE|os.O_EXCL|openFlags, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = rename(tmp, path)
	}
	if err == nil {
		err = syncDir(dir)
	}
	return err
}

// tempMark stands between the name of a file and the random part of its
// temporary name.
const tempMark = ".tmp-"

// ensureFolder makes the folder, for its owner alone, or checks the one that is
// there. A folder that others can look into is closed to them if nothing but
// the cache is in it; otherwise that is left to its owner.
func ensureFolder(dir, stem string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return unavailable("make the folder "+dir, "choose a folder that can be written", err)
	}
	return checkFolder(dir, stem)
}

// checkFolder checks a folder that may be absent, which is [fs.ErrNotExist].
func checkFolder(dir, stem string) error {
	info, err := os.Lstat(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return err
	}
	loose := false
	switch {
	case err != nil:
	case info.Mode()&fs.ModeSymlink != 0:
		err = errors.New("it is a symbolic link")
	case !info.IsDir():
		err = errors.New("it is not a folder")
	default:
		loose, err = checkFolderMode(info)
	}
	if loose && err == nil && !holdsOnly(dir, stem) {
		err = fmt.Errorf("others can look into it (mode %#o)", info.Mode().Perm())
	}
	if err != nil {
		return unavailable("use the folder "+dir, fmt.Sprintf("give the cache a real folder of your own, and chmod 700 %q", dir), err)
	}
	if loose {
		if err := os.Chmod(dir, 0o700); err != nil {
			return unavailable("close the folder "+dir+" to others", fmt.Sprintf("chmod 700 %q", dir), err)
		}
	}
	return nil
}

// holdsOnly reports whether every file of the folder is one of the cache's.
func holdsOnly(dir, stem string) bool {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return false
	}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), stem) {
			return false
		}
	}
	return true
}

// lockFile waits for a lock between processes, which ends with the process.
func lockFile(ctx context.Context, path string) (func(), error) {
	l := flock.New(path, flock.SetFlag(os.O_CREATE|os.O_RDWR|openFlags), flock.SetPermissions(0o600))
	ok, err := l.TryLockContext(ctx, lockRetry)
	switch {
	case ok:
		return func() { _ = l.Unlock() }, nil
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err == nil:
		err = errors.New("not granted")
	}
	return nil, unavailable("lock "+path, "remove what stands in the lock file's place, or choose a folder that can be written", err)
}
