package tokencache

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// keyFilePrefix begins the one line of a key file; the key follows in base64.
const keyFilePrefix = "m365auth-key-1 "

// KeyFile is a master key in a file of its own, mode 0600. A [FileStore] makes
// the key when there is none, unless sealed payloads exist that it could not
// open.
type KeyFile struct{ path string }

// NewKeyFile returns the source that reads the key from path.
func NewKeyFile(path string) *KeyFile { return &KeyFile{path: path} }

// Keys reads the file; [ErrNoKey] if there is none.
func (k *KeyFile) Keys(ctx context.Context) ([]Key, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	b, err := readOwn(k.path, 4096, false)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: %s does not exist", ErrNoKey, k.path)
	}
	if err != nil {
		return nil, err
	}
	key, err := parseKeyFile(string(b))
	if err != nil {
		return nil, unavailable("read the key file "+k.path, "bring back the key file from a backup", err)
	}
	return []Key{key}, nil
}

// create makes the key file unless there is one. Of several processes that call
// it at once, one makes the key and all use it.
func (k *KeyFile) create(ctx context.Context) error {
	if err := os.MkdirAll(filepath.Dir(k.path), 0o700); err != nil {
		return unavailable("make the folder of the key file", "choose a folder that can be written", err)
	}
	unlock, err := lockFile(ctx, k.path+".lock")
	if err != nil {
		return err
	}
	defer unlock()
	if _, err := os.Lstat(k.path); !errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	key, err := GenerateKey()
	if err != nil {
		return err
	}
	return writeAtomic(k.path, []byte(formatKeyFile(key)))
}

func formatKeyFile(k Key) string {
	return keyFilePrefix + base64.StdEncoding.EncodeToString(k.Bytes()) + "\n"
}

// parseKeyFile keeps what it read out of its errors.
func parseKeyFile(s string) (Key, error) {
	text, ok := strings.CutPrefix(s, keyFilePrefix)
	if !ok {
		return Key{}, errors.New("it does not begin as a key file does")
	}
	b, err := base64.StdEncoding.Strict().DecodeString(strings.TrimRight(text, "\r\n"))
	if err != nil || len(b) != KeySize {
		return Key{}, errors.New("it does not hold a whole key")
	}
	return NewKey(b)
}
