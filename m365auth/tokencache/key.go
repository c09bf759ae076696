package tokencache

import (
	"context"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/m365go/sdk/m365auth"
)

// KeySize is the length of a master key in bytes.
const KeySize = 32

// ErrNoKey is returned by a [KeySource] that holds no key yet.
var ErrNoKey = errors.New("tokencache: there is no key")

// Key is a master key. It prints as its id, which reveals nothing of it.
type Key struct {
	id     [kidSize]byte
	secret m365auth.Secret
	origin KeyOrigin
}

// KeyOrigin says where a key is kept. A host that wants more than a key file
// compares it.
type KeyOrigin string

// The origins.
const (
	// OriginGiven is a key that the program brought itself.
	OriginGiven KeyOrigin = "given"
	// OriginKeyring is a key in the operating system's keyring.
	OriginKeyring KeyOrigin = "keyring"
	// OriginKeyFile is a key in a file that only its owner can read.
	OriginKeyFile KeyOrigin = "key file"
)

// NewKey returns the key made of b, which must be [KeySize] random bytes. A
// password is not a key.
func NewKey(b []byte) (Key, error) {
	if len(b) != KeySize {
		return Key{}, &m365auth.Error{
			Op: fmt.Sprintf("use a key of %d bytes", len(b)), Kind: m365auth.ErrConfig,
			Remedy: fmt.Sprintf("give %d random bytes, such as openssl rand %d makes", KeySize, KeySize),
		}
	}
	k := Key{secret: m365auth.NewSecret(string(b))}
	id, err := hkdf.Key(sha256.New, b, nil, "m365auth key id", kidSize)
	if err != nil {
		return Key{}, unavailable("name a key", "", err)
	}
	copy(k.id[:], id)
	return k, nil
}

// GenerateKey returns a new random key.
func GenerateKey() (Key, error) {
	b := make([]byte, KeySize)
	_, _ = rand.Read(b) // never fails
	return NewKey(b)
}

// ID names the key in what it has sealed: 16 hexadecimal digits, derived from
// the key one way.
func (k Key) ID() string { return hex.EncodeToString(k.id[:]) }

// Origin says where the key is kept.
func (k Key) Origin() KeyOrigin {
	if k.origin == "" {
		return OriginGiven
	}
	return k.origin
}

// Bytes returns the key itself, for the place that keeps it.
func (k Key) Bytes() []byte { return []byte(k.secret.Reveal()) }

// String returns the key's id.
func (k Key) String() string { return "key " + k.ID() }

// GoString returns the key's id.
func (k Key) GoString() string { return k.String() }

// KeySource supplies master keys. The first seals; all of them open, so that a
// key is replaced by putting a new one before it.
type KeySource interface {
	// Keys returns at least one key, or [ErrNoKey]. It is called for every
	// payload that is sealed or opened; a slow source keeps its answer.
	Keys(ctx context.Context) ([]Key, error)
}

// keeper is a source that can keep a new key.
type keeper interface {
	// mint makes a key and puts it before those that there are. If there is
	// one it does so only if anew is set. Of several processes that call it at
	// once without anew, one makes the key and all use it.
	mint(ctx context.Context, anew bool) error
}

// forgetter is a source that keeps its answer, which may have become old.
type forgetter interface{ forget() }

// KeyFunc adapts a function, such as one that asks a key vault.
type KeyFunc func(ctx context.Context) ([]Key, error)

// Keys calls f.
func (f KeyFunc) Keys(ctx context.Context) ([]Key, error) { return f(ctx) }

// FixedKeys returns a source of these keys, the first of which seals.
func FixedKeys(keys ...Key) KeySource {
	return KeyFunc(func(context.Context) ([]Key, error) {
		if len(keys) == 0 {
			return nil, ErrNoKey
		}
		return keys, nil
	})
}
