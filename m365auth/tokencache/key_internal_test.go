package tokencache

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zalando/go-keyring"

	"github.com/m365go/sdk/m365auth"
)

// The developer's own keyring is not touched by these tests.
func init() { keyring.MockInit() }

func fixedKey(t *testing.T) Key {
	t.Helper()
	k, err := GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// fakeRing is a keyring that can be broken.
type fakeRing struct {
	mu     sync.Mutex
	secret string
	err    error
	hang   chan struct{} // nil for none; calls wait until it is closed
	calls  atomic.Int32
}

func (f *fakeRing) get() (string, error) {
	f.calls.Add(1)
	if f.hang != nil {
		<-f.hang
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.err != nil {
		return "", f.err
	}
	if f.secret == "" {
		return "", errNotFound
	}
	return f.secret, nil
}

func (f *fakeRing) set(secret string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.err != nil {
		return errors.New("refused to keep " + secret)
	}
	f.secret = secret
	return nil
}

func (f *fakeRing) fail(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.err = err
}

// orderlyRing is go-keyring with its mock, which takes one call at a time.
type orderlyRing struct{}

var mock sync.Mutex

func (orderlyRing) get() (string, error) {
	mock.Lock()
	defer mock.Unlock()
	return osRing{}.get()
}

func (orderlyRing) set(secret string) error {
	mock.Lock()
	defer mock.Unlock()
	return osRing{}.set(secret)
}

func fakeKeyring(t *testing.T, r ring) *Keyring {
	t.Helper()
	lock := filepath.Join(t.TempDir(), "deep", "lock")
	return newKeyring(r, func() error { return nil }, 5*time.Second, func() (string, error) { return lock, nil })
}

func testStore(t *testing.T, dir string, keys KeySource) *FileStore {
	t.Helper()
	s, err := NewFileStore(dir, &FileOptions{Keys: keys})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func wantOrigin(t *testing.T, s *FileStore, want KeyOrigin) {
	t.Helper()
	if got, err := s.KeyOrigin(t.Context()); err != nil || got != want {
		t.Errorf("KeyOrigin() = %q, %v, want %q", got, err, want)
	}
}

var slotOne, slotTwo = Slot{Account: "one"}, Slot{Account: "two"}

func mustSave(t *testing.T, s *FileStore, slot Slot, data string) {
	t.Helper()
	old, err := s.Version(t.Context(), slot)
	if err == nil {
		_, err = s.Save(t.Context(), slot, []byte(data), old)
	}
	if err != nil {
		t.Fatalf("Save(%s) error: %v", slot.Account, err)
	}
}

func wantLoad(t *testing.T, s *FileStore, slot Slot, want string) {
	t.Helper()
	if blob, err := s.Load(t.Context(), slot); err != nil || string(blob.Data) != want {
		t.Errorf("Load(%s) = %q, %v, want %q", slot.Account, blob.Data, err, want)
	}
}

func TestTheKeyringKeepsOneKeyForAllCaches(t *testing.T) {
	t.Parallel()
	lock := filepath.Join(t.TempDir(), "lock")
	dirs := []string{filepath.Join(t.TempDir(), "a"), filepath.Join(t.TempDir(), "b"), filepath.Join(t.TempDir(), "c")}
	open := func(dir string) *FileStore {
		// A Keyring of its own, as another process has.
		k := newKeyring(orderlyRing{}, func() error { return nil }, time.Minute, func() (string, error) { return lock, nil })
		return testStore(t, dir, FirstKeys(k, NewKeyFile(filepath.Join(dir, "k"))))
	}
	var wg sync.WaitGroup
	for _, dir := range dirs {
		s := open(dir)
		wg.Go(func() {
			if _, err := s.Save(t.Context(), slotOne, []byte(dir), ""); err != nil {
				t.Errorf("Save() error: %v", err)
			}
		})
	}
	wg.Wait()
	for _, dir := range dirs {
		s := open(dir)
		wantLoad(t, s, slotOne, dir)
		wantOrigin(t, s, OriginKeyring)
	}
	if secret, err := (orderlyRing{}).get(); err != nil || strings.Count(secret, "\n") != 1 {
		t.Errorf("the keyring's entry has %d lines, %v, want one key", strings.Count(secret, "\n"), err)
	}
}

func TestAKeyringThatHangsIsGivenUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := &fakeRing{hang: make(chan struct{})}
		k := fakeKeyring(t, r)
		start := time.Now()
		for call := range 3 {
			if _, err := k.Keys(t.Context()); !errors.Is(err, m365auth.ErrCacheUnavailable) {
				t.Errorf("Keys() call %d: %v, want %v", call, err, m365auth.ErrCacheUnavailable)
			}
		}
		if took := time.Since(start); took != 5*time.Second {
			t.Errorf("three calls took %v, want 5s for the first and none for the others", took)
		}
		if got := r.calls.Load(); got != 1 {
			t.Errorf("calls to a keyring that hangs = %d, want 1", got)
		}
		r.mu.Lock()
		r.secret = formatKeys([]Key{fixedKey(t)})
		r.mu.Unlock()
		close(r.hang)
		synctest.Wait()
		if keys, err := k.Keys(t.Context()); err != nil || len(keys) != 1 {
			t.Errorf("Keys() once it answers = %v, %v, want a key", keys, err)
		}
	})
}

func TestACallerMayLeaveAKeyring(t *testing.T) {
	t.Parallel()
	r := &fakeRing{hang: make(chan struct{})}
	defer close(r.hang)
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if _, err := fakeKeyring(t, r).Keys(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Keys() error = %v, want %v", err, context.DeadlineExceeded)
	}
}

func TestWithoutAKeyringTheKeyFileIsUsed(t *testing.T) {
	t.Parallel()
	for name, k := range map[string]*Keyring{
		"it fails":            fakeKeyring(t, &fakeRing{err: errors.New("locked")}),
		"there is no desktop": newKeyring(nil, func() error { return errors.New("no desktop") }, time.Second, nil),
	} {
		dir := filepath.Join(t.TempDir(), "cache")
		s := testStore(t, dir, FirstKeys(k, NewKeyFile(filepath.Join(dir, "token_cache.key"))))
		wantOrigin(t, s, "")
		mustSave(t, s, slotOne, name)
		wantLoad(t, s, slotOne, name)
		wantOrigin(t, s, OriginKeyFile)
	}
}

func TestNoKeyIsMadeWhileTheKeyringMayHaveIt(t *testing.T) {
	t.Parallel()
	r := &fakeRing{}
	dir := filepath.Join(t.TempDir(), "cache")
	file := filepath.Join(dir, "token_cache.key")
	mustSave(t, testStore(t, dir, FirstKeys(fakeKeyring(t, r), NewKeyFile(file))), slotOne, "x")
	good := r.secret
	r.fail(errors.New("locked-canary"))
	s := testStore(t, dir, FirstKeys(fakeKeyring(t, r), NewKeyFile(file)))
	_, loadErr := s.Load(t.Context(), slotOne)
	_, saveErr := s.Save(t.Context(), slotTwo, nil, "")
	_, rekeyErr := s.Rekey(t.Context())
	for call, err := range map[string]error{"Load": loadErr, "Save": saveErr, "Check": s.Check(t.Context()), "Rekey": rekeyErr} {
		if !errors.Is(err, m365auth.ErrCacheUnavailable) || !strings.Contains(err.Error(), "locked-canary") {
			t.Errorf("%s() error = %v, want %v and the keyring's reason", call, err, m365auth.ErrCacheUnavailable)
		}
	}
	if _, err := NewKeyFile(file).Keys(t.Context()); !errors.Is(err, ErrNoKey) {
		t.Errorf("the key file: %v, want none to be made", err)
	}
	r.fail(nil)
	if r.secret != good {
		t.Error("the keyring's entry was changed")
	}
	wantLoad(t, s, slotOne, "x")
}

func TestAKeyThatIsThereIsUsedWhereverItIs(t *testing.T) {
	t.Parallel()
	r := &fakeRing{err: errors.New("locked")}
	dir := filepath.Join(t.TempDir(), "cache")
	s := testStore(t, dir, FirstKeys(fakeKeyring(t, r), NewKeyFile(filepath.Join(dir, "k"))))
	mustSave(t, s, slotOne, "x")
	r.fail(nil) // now there is a keyring, and it is empty
	mustSave(t, s, slotTwo, "y")
	if r.secret != "" {
		t.Error("a second key was made in the keyring")
	}
	wantOrigin(t, s, OriginKeyFile)
	if n, err := s.Rekey(t.Context()); n != 2 || err != nil {
		t.Errorf("Rekey() = %d, %v, want 2 payloads", n, err)
	}
	wantOrigin(t, s, OriginKeyring)
	wantLoad(t, s, slotOne, "x")
	wantLoad(t, s, slotTwo, "y")
}

func TestAKeyringThatCannotKeepDoesNotTellTheKey(t *testing.T) {
	t.Parallel()
	r := &refusingRing{}
	k := fakeKeyring(t, r)
	err := k.mint(t.Context(), false)
	if !errors.Is(err, m365auth.ErrCacheUnavailable) || strings.Contains(err.Error(), r.offered) || r.offered == "" {
		t.Errorf("mint() error = %v, want %v without the key", err, m365auth.ErrCacheUnavailable)
	}
}

type refusingRing struct{ offered string }

func (*refusingRing) get() (string, error) { return "", errNotFound }
func (r *refusingRing) set(secret string) error {
	r.offered = strings.TrimSpace(secret)
	return errors.New("cannot keep " + secret)
}

func TestAKeyMadeByAnotherProcessIsFound(t *testing.T) {
	t.Parallel()
	r := &fakeRing{}
	dir := filepath.Join(t.TempDir(), "cache")
	lock := filepath.Join(t.TempDir(), "lock")
	open := func() *FileStore {
		return testStore(t, dir, FirstKeys(newKeyring(r, func() error { return nil }, time.Second, func() (string, error) { return lock, nil })))
	}
	first, second := open(), open()
	mustSave(t, first, slotOne, "x")
	wantLoad(t, second, slotOne, "x") // it keeps the answer now
	if _, err := first.Rekey(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantLoad(t, second, slotOne, "x")
}

func TestKeysAreBounded(t *testing.T) {
	t.Parallel()
	k := NewKeyFile(filepath.Join(t.TempDir(), "k"))
	for range maxKeys {
		if err := k.mint(t.Context(), true); err != nil {
			t.Fatal(err)
		}
	}
	if err := k.mint(t.Context(), true); !errors.Is(err, m365auth.ErrCacheUnavailable) {
		t.Errorf("mint() of one more: %v, want %v", err, m365auth.ErrCacheUnavailable)
	}
	if keys, err := k.Keys(t.Context()); err != nil || len(keys) != maxKeys {
		t.Errorf("keys = %d, %v, want %d", len(keys), err, maxKeys)
	}
	if n := len(formatKeys(mustKeys(t, k))); n > 2560 {
		t.Errorf("all keys take %d bytes, want what Windows' keyring has room for", n)
	}
}

func mustKeys(t *testing.T, k *KeyFile) []Key {
	t.Helper()
	keys, err := k.Keys(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return keys
}
