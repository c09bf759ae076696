package tokencache

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/m365go/sdk/m365auth"
)

const (
	defaultFolder = "~/.amplifier/m365"
	defaultStem   = "token_cache"
	extension     = ".bin"
	purpose       = "token cache"
	// A name is the stem, "_", the digits of the partition and those of the
	// account: a partition is listed by prefix.
	partitionDigits = 16
	accountDigits   = 32
)

// FileOptions changes how a [FileStore] works. The zero value is good.
type FileOptions struct {
	// Keys supplies the master key. Nil means the operating system's keyring,
	// and where that is out of reach a key file beside the cache, as
	// [FirstKeys] combines them.
	Keys KeySource
	// KeyFile is the path of a key file, which is used instead of the keyring
	// and made if it is not there. "~/" stands for the home folder. It is not
	// used with Keys.
	KeyFile string
	// Logger is told of payloads that were set aside. Nil means silence.
	Logger *slog.Logger
}

// FileStore keeps each payload in a sealed file of its own. Several processes
// may use one folder. The zero value is not usable; see [NewFileStore].
type FileStore struct {
	dir, stem string
	keys      KeySource
	sealer    *Sealer
	log       *slog.Logger

	mu   sync.Mutex
	seen map[string]Entry // file name: what is known of its content

	counter atomic.Pointer[mapping] // nil where there is none
}

var (
	_ Store   = (*FileStore)(nil)
	_ Counter = (*FileStore)(nil)
)

// NewFileStore returns the store at path: a folder, or a path that ends in
// ".bin" whose folder and stem are used. Empty means ~/.amplifier/m365 with the
// stem "token_cache", and "~/" stands for the home folder. Nothing is read or
// written yet; the folder is made when something is saved.
func NewFileStore(path string, opts *FileOptions) (*FileStore, error) {
	dir, stem, err := resolve(path)
	if err != nil {
		return nil, err
	}
	s := &FileStore{dir: dir, stem: stem, log: slog.New(slog.DiscardHandler), seen: map[string]Entry{}}
	if opts != nil && opts.Logger != nil {
		s.log = opts.Logger
	}
	switch {
	case opts != nil && opts.Keys != nil:
		s.keys = opts.Keys
	case opts != nil && opts.KeyFile != "":
		path, err := inHome(opts.KeyFile)
		if err != nil {
			return nil, err
		}
		s.keys = NewKeyFile(path)
	default:
		s.keys = FirstKeys(NewKeyring(), NewKeyFile(filepath.Join(dir, stem+".key")))
	}
	s.sealer = NewSealer(s.keys)
	return s, nil
}

func resolve(path string) (dir, stem string, err error) {
	if path == "" {
		path = defaultFolder
	}
	if path, err = inHome(path); err != nil {
		return "", "", err
	}
	dir, stem = path, defaultStem
	if file := filepath.Base(path); strings.HasSuffix(file, extension) {
		dir, stem = filepath.Dir(path), strings.TrimSuffix(file, extension)
	}
	if stem == "" {
		return "", "", &m365auth.Error{
			Op: "use the cache path " + path, Kind: m365auth.ErrConfig, Remedy: `give a folder, or a name before ".bin"`,
		}
	}
	dir, err = filepath.Abs(dir)
	if err != nil {
		return "", "", &m365auth.Error{Op: "use the cache path " + path, Kind: m365auth.ErrConfig, Remedy: "give an absolute path", Err: err}
	}
	return dir, stem, nil
}

// inHome puts the home folder in the place of "~/".
func inHome(path string) (string, error) {
	rest, ok := strings.CutPrefix(path, "~/")
	if !ok {
		return path, nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", &m365auth.Error{
			Op: "find the home folder", Kind: m365auth.ErrConfig, Remedy: "give the path in full", Err: err,
		}
	}
	return filepath.Join(home, filepath.FromSlash(rest)), nil
}

// Folder returns the folder of the files, an absolute path.
func (s *FileStore) Folder() string { return s.dir }

// digest is the start of a hash of strings, in hexadecimal digits.
func digest(digits int, parts ...string) string {
	sum := sha256.Sum256(associated(nil, parts))
	return hex.EncodeToString(sum[:])[:digits]
}

func (s *FileStore) prefix(p Partition) string {
	return s.stem + "_" + digest(partitionDigits, p.ClientID, p.Authority)
}

func accountTag(slot Slot) string {
	return digest(accountDigits, slot.ClientID, slot.Authority, slot.Account)
}

func (s *FileStore) name(slot Slot) string {
	return s.prefix(slot.Partition) + accountTag(slot) + extension
}

// bound is what a payload is bound to: its name, whose digits stand for the
// client, the authority and the account, so that whoever seals it anew need not
// know them.
func (s *FileStore) bound(name string) []string {
	return []string{purpose, strings.TrimSuffix(strings.TrimPrefix(name, s.stem), extension)}
}

// KeyOrigin says where the key is kept that seals payloads; empty if there is
// no key yet.
func (s *FileStore) KeyOrigin(ctx context.Context) (KeyOrigin, error) {
	keys, err := s.sealer.load(ctx)
	switch {
	case errors.Is(err, ErrNoKey):
		return "", nil
	case err != nil:
		return "", err
	}
	return keys[0].Origin(), nil
}

func (s *FileStore) path(name string) string { return filepath.Join(s.dir, name) }

// names returns the files that are named as payloads are, and begin so.
func (s *FileStore) names(prefix string) ([]string, error) {
	err := checkFolder(s.dir, s.stem)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return nil, unavailable("list the folder "+s.dir, "make it readable to its owner", err)
	}
	var names []string
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), prefix) && s.isPayload(e.Name()) {
			names = append(names, e.Name())
		}
	}
	return names, nil
}

func (s *FileStore) isPayload(name string) bool {
	digits, ok := strings.CutPrefix(name, s.stem+"_")
	digits, ok2 := strings.CutSuffix(digits, extension)
	if !ok || !ok2 || len(digits) != partitionDigits+accountDigits {
		return false
	}
	return strings.Trim(digits, "0123456789abcdef") == ""
}

// guard orders the short changes of the folder, whoever holds a slot's lock.
func (s *FileStore) guard(ctx context.Context) (func(), error) {
	return lockFile(ctx, s.path(s.stem+".lock"))
}

// Check implements [Store]: it makes the folder and the key if need be, and
// writes and removes a small file.
func (s *FileStore) Check(ctx context.Context) error {
	unlock, err := s.prepare(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	probe := s.path(s.stem + ".probe")
	if err := writeAtomic(probe, nil); err != nil {
		return err
	}
	if err := os.Remove(probe); err != nil {
		return unavailable("write to the folder "+s.dir, "check its permissions", err)
	}
	return nil
}

// prepare makes ready for a change: the folder, the guard, and a key.
func (s *FileStore) prepare(ctx context.Context) (unlock func(), err error) {
	if err := ensureFolder(s.dir, s.stem); err != nil {
		return nil, err
	}
	unlock, err = s.guard(ctx)
	if err != nil {
		return nil, err
	}
	if err := s.ensureKey(ctx); err != nil {
		unlock()
		return nil, err
	}
	return unlock, nil
}

// ensureKey makes a first key where the source can. It does not while payloads
// exist: their key is lost or out of reach, and a second key would hide that.
func (s *FileStore) ensureKey(ctx context.Context) error {
	_, err := s.sealer.load(ctx)
	source, ok := s.keys.(keeper)
	if err == nil || !ok || !errors.Is(err, ErrNoKey) {
		return err
	}
	names, listErr := s.names("")
	if listErr != nil {
		return listErr
	}
	for _, name := range names {
		if head, headErr := readOwn(s.path(name), int64(headerSize), true); headErr != nil || hasMagic(head) {
			return unavailable("make a key", "bring back the key of the token cache, or remove its files to sign in anew", err)
		}
	}
	return source.mint(ctx, false)
}
