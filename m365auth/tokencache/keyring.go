package tokencache

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/zalando/go-keyring"
)

const (
	keyringService = "m365auth"
	keyringUser    = "token cache key"
	keyringLimit   = 5 * time.Second
)

// Keyring keeps master keys in the keyring of the operating system: Windows'
// Credential Manager, macOS' keychain, or the Secret Service of a Linux desktop.
// One entry, "m365auth", serves all caches of a user.
//
// The keyring is given five seconds to answer, since one that is locked may wait
// for a person who is not there. On Linux it is not asked without
// DBUS_SESSION_BUS_ADDRESS, which a machine without a desktop has not got.
type Keyring struct {
	ring  ring
	reach func() error // says why there is no keyring
	limit time.Duration
	lock  func() (string, error) // the path of the lock of those who make keys

	turn chan struct{} // of the one call to the keyring at a time
	mu   sync.Mutex
	hung bool  // a call was given up and has not returned
	keys []Key // the last answer
}

// ring is the keyring itself; errors other than errNotFound mean that it is out
// of reach.
type ring interface {
	get() (string, error)
	set(secret string) error
}

var errNotFound = errors.New("the keyring has no such entry")

// theKeyring is shared, so that a keyring that hangs holds up one goroutine of
// the process.
var theKeyring = sync.OnceValue(func() *Keyring {
	return newKeyring(osRing{}, reachKeyring, keyringLimit, func() (string, error) {
		return inHome(defaultFolder + "/" + defaultStem + ".keyring.lock")
	})
})

// NewKeyring returns the source that uses the operating system's keyring.
func NewKeyring() *Keyring { return theKeyring() }

func newKeyring(r ring, reach func() error, limit time.Duration, lock func() (string, error)) *Keyring {
	return &Keyring{ring: r, reach: reach, limit: limit, lock: lock, turn: make(chan struct{}, 1)}
}

func reachKeyring() error {
	bus := os.Getenv("DBUS_SESSION_BUS_ADDRESS")
	if runtime.GOOS == "linux" && (bus == "" || strings.HasPrefix(bus, "autolaunch:")) {
		return errors.New("there is no desktop session: DBUS_SESSION_BUS_ADDRESS is not set")
	}
	return nil
}

type osRing struct{}

func (osRing) get() (string, error) {
	secret, err := keyring.Get(keyringService, keyringUser)
	if errors.Is(err, keyring.ErrNotFound) {
		return "", errNotFound
	}
	return secret, err
}

func (osRing) set(secret string) error { return keyring.Set(keyringService, keyringUser, secret) }

// Keys asks the keyring once and keeps its answer; [ErrNoKey] if it has no key.
func (k *Keyring) Keys(ctx context.Context) ([]Key, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	k.mu.Lock()
	keys := slices.Clone(k.keys)
	k.mu.Unlock()
	if len(keys) > 0 {
		return keys, nil
	}
	keys, err := k.read(ctx)
	if err != nil {
		return nil, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.keys = keys
	return slices.Clone(keys), nil
}

func (k *Keyring) forget() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.keys = nil
}

func (k *Keyring) read(ctx context.Context) ([]Key, error) {
	var text string
	err := k.call(ctx, func() (err error) {
		text, err = k.ring.get()
		return err
	})
	if errors.Is(err, errNotFound) {
		return nil, fmt.Errorf("%w in the keyring", ErrNoKey)
	}
	if err != nil {
		return nil, err
	}
	keys, err := parseKeys(text, OriginKeyring)
	if err != nil {
		return nil, unavailable("read the key in the keyring", fmt.Sprintf("bring back the keyring's entry %q", keyringService), err)
	}
	return keys, nil
}

func (k *Keyring) mint(ctx context.Context, anew bool) error {
	path, err := k.lock()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return unavailable("make the folder of the keyring's lock", "make the home folder writable, or give a key file", err)
	}
	unlock, err := lockFile(ctx, path)
	if err != nil {
		return err
	}
	defer unlock()
	keys, err := k.read(ctx)
	if keys, err = minted(keys, err, anew); err != nil || keys == nil {
		return err
	}
	defer k.forget()
	// The cause is left out: it may quote what was to be stored.
	if err := k.call(ctx, func() error { return k.ring.set(formatKeys(keys)) }); errors.Is(err, errKeyring) {
		return unavailable("keep a key in the keyring", "unlock the keyring, or give a key file", nil)
	} else if err != nil {
		return err
	}
	return nil
}

// errKeyring is under every failure of the keyring itself.
var errKeyring = errors.New("the keyring refused")

// call runs f within the limit. An f that hangs is left to itself; until it
// returns, no other is started.
func (k *Keyring) call(ctx context.Context, f func() error) error {
	const op, remedy = "use the keyring", "unlock the keyring, or give a key file"
	if err := k.reach(); err != nil {
		return unavailable(op, "give a key file", err)
	}
	k.mu.Lock()
	hung := k.hung
	k.mu.Unlock()
	if hung {
		return unavailable(op, remedy, errors.New("it does not answer"))
	}
	limited, cancel := context.WithTimeout(ctx, k.limit)
	defer cancel()
	done := make(chan error, 1)
	select {
	case k.turn <- struct{}{}:
	case <-limited.Done():
		return k.late(ctx, op, remedy)
	}
	go func() {
		err := f()
		k.mu.Lock()
		k.hung = false
		<-k.turn
		k.mu.Unlock()
		done <- err
	}()
	select {
	case err := <-done:
		if err == nil || errors.Is(err, errNotFound) {
			return err
		}
		return unavailable(op, remedy, fmt.Errorf("%w: %w", errKeyring, err))
	case <-limited.Done():
		return k.late(ctx, op, remedy)
	}
}

// late tells the caller's end from the keyring's.
func (k *Keyring) late(ctx context.Context, op, remedy string) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	k.mu.Lock()
	k.hung = len(k.turn) > 0 // else it has just returned
	k.mu.Unlock()
	return unavailable(op, remedy, fmt.Errorf("it did not answer within %v", k.limit))
}
