package tokencache

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/m365go/sdk/m365auth"
)

// The envelope: magic, format, key id, salt, nonce, then ciphertext and tag.
// All that stands before the ciphertext is authenticated with it.
const (
	magic      = "M365SEAL"
	format     = 1
	kidSize    = 8
	saltSize   = 16
	nonceSize  = 12
	tagSize    = 16
	kidAt      = len(magic) + 1
	saltAt     = kidAt + kidSize
	nonceAt    = saltAt + saltSize
	headerSize = nonceAt + nonceSize
)

// ErrNotSealed is returned for data that no [Sealer] made.
var ErrNotSealed = errors.New("tokencache: not sealed data")

// ErrCorrupt is returned for sealed data that was cut or changed, or that was
// sealed for something else than it is opened for.
var ErrCorrupt = errors.New("tokencache: sealed data is damaged or belongs elsewhere")

// Sealer encrypts small payloads with AES-256-GCM, each under a key of its own
// that HKDF derives from the source's first key and a random salt.
type Sealer struct{ keys KeySource }

// NewSealer returns a sealer that takes its keys from keys.
func NewSealer(keys KeySource) *Sealer { return &Sealer{keys: keys} }

// Seal encrypts plaintext and binds it to the strings given, the first of which
// should say what the data is for. Open must be given the same strings.
func (s *Sealer) Seal(ctx context.Context, plaintext []byte, bound ...string) ([]byte, error) {
	keys, err := s.load(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]byte, headerSize, headerSize+len(plaintext)+tagSize)
	copy(out, magic)
	out[len(magic)] = format
	copy(out[kidAt:], keys[0].id[:])
	_, _ = rand.Read(out[saltAt:]) // never fails; salt and nonce
	aead, err := newAEAD(keys[0], out[saltAt:nonceAt])
	if err != nil {
		return nil, err
	}
	return aead.Seal(out, out[nonceAt:headerSize], plaintext, associated(out[:headerSize], bound)), nil
}

// Open decrypts what Seal made. Its errors are [ErrNotSealed], [ErrCorrupt],
// or [m365auth.ErrCacheUnavailable] if the key is missing or the data is of a
// newer format; in the last case the data may well be sound.
func (s *Sealer) Open(ctx context.Context, sealed []byte, bound ...string) ([]byte, error) {
	if !hasMagic(sealed) {
		return nil, ErrNotSealed
	}
	if len(sealed) < headerSize+tagSize {
		return nil, ErrCorrupt
	}
	if f := sealed[len(magic)]; f != format {
		return nil, unavailable("open sealed data", "use the newer version of this program that sealed it",
			fmt.Errorf("format %d is unknown", f))
	}
	key, err := s.find(ctx, sealed[kidAt:saltAt])
	if err != nil {
		return nil, err
	}
	aead, err := newAEAD(key, sealed[saltAt:nonceAt])
	if err != nil {
		return nil, err
	}
	plain, err := aead.Open(nil, sealed[nonceAt:headerSize], sealed[headerSize:], associated(sealed[:headerSize], bound))
	if err != nil {
		return nil, ErrCorrupt
	}
	return plain, nil
}

func (s *Sealer) load(ctx context.Context) ([]Key, error) {
	keys, err := s.keys.Keys(ctx)
	if err == nil && len(keys) == 0 {
		err = ErrNoKey
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if known := (*m365auth.Error)(nil); errors.As(err, &known) {
		return nil, err
	}
	if err != nil {
		return nil, unavailable("get the key of the token cache", "make the key available again; without it nothing is read or changed", err)
	}
	return keys, nil
}

func (s *Sealer) find(ctx context.Context, kid []byte) (Key, error) {
	for range 2 {
		keys, err := s.load(ctx)
		if err != nil {
			return Key{}, err
		}
		for _, k := range keys {
			if bytes.Equal(k.id[:], kid) {
				return k, nil
			}
		}
		old, ok := s.keys.(forgetter)
		if !ok {
			break
		}
		old.forget() // another process may have made the key meanwhile
	}
	err := fmt.Errorf("key %s is unknown", hex.EncodeToString(kid))
	if c, ok := s.keys.(*chain); ok {
		err = c.explain(err)
	}
	return Key{}, unavailable("open sealed data", "bring back the key that sealed it", err)
}

func newAEAD(k Key, salt []byte) (cipher.AEAD, error) {
	derived, err := hkdf.Key(sha256.New, k.Bytes(), salt, "m365auth sealed data", KeySize)
	if err != nil {
		return nil, unavailable("derive a key", "", err)
	}
	block, err := aes.NewCipher(derived)
	if err != nil {
		return nil, unavailable("use a key", "", err)
	}
	return cipher.NewGCM(block)
}

// associated joins the header and the bound strings, each with its length
// before it so that no two lists look alike.
func associated(header []byte, bound []string) []byte {
	out := bytes.Clone(header)
	for _, b := range bound {
		out = binary.BigEndian.AppendUint32(out, uint32(len(b)))
		out = append(out, b...)
	}
	return out
}

func hasMagic(b []byte) bool { return bytes.HasPrefix(b, []byte(magic)) }

// damaged is the version of a payload that has our magic and is too short.
const damaged Version = "damaged"

// versionOf reads a version out of an envelope: its salt, which is new at every
// save.
func versionOf(head []byte) Version {
	if len(head) < headerSize {
		return damaged
	}
	return Version(hex.EncodeToString(head[saltAt:nonceAt]))
}
