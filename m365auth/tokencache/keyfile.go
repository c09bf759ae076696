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

const (
	// keyPrefix begins a line of a key file; the key follows in base64.
	keyPrefix = "m365auth-key-1 "
	// maxKeys bounds the keys kept in one place: Windows' keyring has room for
	// 2560 bytes.
	maxKeys = 32
)

// KeyFile keeps master keys in a file of their own, mode 0600, a line each, the
// newest first. A line may also be the base64 of 32 bytes alone, as openssl
// rand -base64 32 makes it. A [FileStore] makes the first key when there is
// none, unless sealed payloads exist that it could not open.
type KeyFile struct{ path string }

// NewKeyFile returns the source that reads keys from path.
func NewKeyFile(path string) *KeyFile { return &KeyFile{path: path} }

// Keys reads the file; [ErrNoKey] if there is none.
func (k *KeyFile) Keys(ctx context.Context) ([]Key, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	b, err := readOwn(k.path, 16<<10, false)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: %s does not exist", ErrNoKey, k.path)
	}
	if err != nil {
		return nil, err
	}
	keys, err := parseKeys(string(b), OriginKeyFile)
	if err != nil {
		return nil, unavailable("read the key file "+k.path, "bring back the key file from a backup", err)
	}
	return keys, nil
}

func (k *KeyFile) mint(ctx context.Context, anew bool) error {
	if err := os.MkdirAll(filepath.Dir(k.path), 0o700); err != nil {
		return unavailable("make the folder of the key file", "choose a folder that can be written", err)
	}
	unlock, err := lockFile(ctx, k.path+".lock")
	if err != nil {
		return err
	}
	defer unlock()
	keys, err := k.Keys(ctx)
	if keys, err = minted(keys, err, anew); err != nil || keys == nil {
		return err
	}
	return writeAtomic(k.path, []byte(formatKeys(keys)))
}

// minted returns what to keep in place of the keys that were read, or nil where
// those will do. A source that could not be read gets no new key: it may hold the
// one that everything is sealed with.
func minted(keys []Key, err error, anew bool) ([]Key, error) {
	switch {
	case err != nil && !errors.Is(err, ErrNoKey):
		return nil, err
	case len(keys) > 0 && !anew:
		return nil, nil
	}
	return withNewKey(keys)
}

// withNewKey puts a new key before others.
func withNewKey(keys []Key) ([]Key, error) {
	if len(keys) >= maxKeys {
		return nil, unavailable("make a key", "remove keys that nothing is sealed with any longer", fmt.Errorf("there are %d", len(keys)))
	}
	key, err := GenerateKey()
	if err != nil {
		return nil, err
	}
	return append([]Key{key}, keys...), nil
}

func formatKeys(keys []Key) string {
	var b strings.Builder
	for _, k := range keys {
		b.WriteString(keyPrefix + base64.StdEncoding.EncodeToString(k.Bytes()) + "\n")
	}
	return b.String()
}

// parseKeys keeps what it read out of its errors.
func parseKeys(s string, origin KeyOrigin) ([]Key, error) {
	var keys []Key
	for line := range strings.Lines(s) {
		text := strings.TrimPrefix(strings.TrimRight(line, "\r\n"), keyPrefix)
		b, err := base64.StdEncoding.Strict().DecodeString(text)
		if err != nil || len(b) != KeySize {
			return nil, fmt.Errorf("line %d does not hold a whole key", len(keys)+1)
		}
		key, err := NewKey(b)
		if err != nil {
			return nil, err
		}
		key.origin = origin
		keys = append(keys, key)
	}
	if len(keys) == 0 {
		return nil, errors.New("it is empty")
	}
	return keys, nil
}
