package tokencache_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365auth/tokencache"
)

func account(i int) tokencache.Slot {
	return tokencache.Slot{Partition: part, Account: fmt.Sprintf("account-%02d", i)}
}

// sealedWith counts the payloads that a key has sealed.
func sealedWith(t *testing.T, dir string, key tokencache.Key) int {
	t.Helper()
	n := 0
	for _, path := range payloads(t, dir) {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if id := fmt.Sprintf("%x", b[9:17]); id == key.ID() {
			n++
		}
	}
	return n
}

func TestRekeySealsAllAnew(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "cache")
	s := newFileStore(t, dir, nil)
	for i := range 3 {
		save(t, s, account(i), strconv.Itoa(i))
	}
	save(t, s, tokencache.Slot{Partition: tokencache.Partition{ClientID: "another"}, Account: "x"}, "of another client")
	if n, err := s.Rekey(t.Context()); n != 4 || err != nil {
		t.Fatalf("Rekey() = %d, %v, want 4", n, err)
	}
	keys, err := tokencache.NewKeyFile(besideCache(dir)).Keys(t.Context())
	if err != nil || len(keys) != 2 {
		t.Fatalf("keys = %v, %v, want the new one and the old one", keys, err)
	}
	if n := sealedWith(t, dir, keys[0]); n != 4 {
		t.Errorf("payloads sealed with the new key = %d, want 4", n)
	}
	for i := range 3 {
		if blob, err := s.Load(t.Context(), account(i)); err != nil || string(blob.Data) != strconv.Itoa(i) {
			t.Errorf("Load(%d) = %q, %v, want what was saved", i, blob.Data, err)
		}
	}
}

func TestRekeyThatEndsMidwayLosesNothing(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "cache")
	old, next := newKey(t), newKey(t)
	for i := range 5 {
		save(t, newFileStore(t, dir, &tokencache.FileOptions{Keys: tokencache.FixedKeys(old)}), account(i), strconv.Itoa(i))
	}
	ctx, cancel := context.WithCancel(t.Context())
	calls := 0
	s := newFileStore(t, dir, &tokencache.FileOptions{Keys: tokencache.KeyFunc(func(context.Context) ([]tokencache.Key, error) {
		if calls++; calls > 8 {
			cancel()
		}
		return []tokencache.Key{next, old}, nil
	})})
	n, err := s.Rekey(ctx)
	if err == nil || n == 0 || n == 5 || sealedWith(t, dir, next) != n {
		t.Fatalf("Rekey() = %d, %v with %d sealed anew, want it to end midway", n, err, sealedWith(t, dir, next))
	}
	s = newFileStore(t, dir, &tokencache.FileOptions{Keys: tokencache.FixedKeys(next, old)})
	for i := range 5 {
		if blob, err := s.Load(t.Context(), account(i)); err != nil || string(blob.Data) != strconv.Itoa(i) {
			t.Errorf("Load(%d) = %q, %v, want what was saved", i, blob.Data, err)
		}
	}
	if again, err := s.Rekey(t.Context()); again != 5-n || err != nil {
		t.Errorf("Rekey() again = %d, %v, want the other %d", again, err, 5-n)
	}
}

func TestRekeyLeavesWhatItCannotOpen(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "cache")
	lost, next := newKey(t), newKey(t)
	path := onePayload(t, newFileStore(t, dir, &tokencache.FileOptions{Keys: tokencache.FixedKeys(lost)}))
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	s := newFileStore(t, dir, &tokencache.FileOptions{Keys: tokencache.FixedKeys(next)})
	if n, err := s.Rekey(t.Context()); n != 0 || !errors.Is(err, m365auth.ErrCacheUnavailable) {
		t.Errorf("Rekey() without the old key = %d, %v, want %v", n, err, m365auth.ErrCacheUnavailable)
	}
	if after, err := os.ReadFile(path); err != nil || !bytes.Equal(after, before) {
		t.Errorf("the payload was changed (%v)", err)
	}
}

// Refreshes go on in other processes, each of which has its own store.
func TestRekeyDisturbsNobody(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "cache")
	save(t, newFileStore(t, dir, nil), account(0), "0")
	const writers, turns = 4, 15
	var wg sync.WaitGroup
	for w := range writers {
		s := newFileStore(t, dir, nil)
		wg.Go(func() {
			for range turns {
				if err := addOne(t.Context(), s, account(w%2)); err != nil {
					t.Errorf("a change during Rekey(): %v", err)
				}
			}
		})
	}
	wg.Go(func() {
		for range 5 {
			if _, err := newFileStore(t, dir, nil).Rekey(t.Context()); err != nil {
				t.Errorf("Rekey() error: %v", err)
			}
		}
	})
	wg.Wait()
	for i := range 2 {
		blob, err := newFileStore(t, dir, nil).Load(t.Context(), account(i))
		if want := strconv.Itoa(writers / 2 * turns); err != nil || string(blob.Data) != want {
			t.Errorf("Load(%d) = %q, %v, want %s", i, blob.Data, err, want)
		}
	}
}

func addOne(ctx context.Context, s tokencache.Store, slot tokencache.Slot) error {
	ctx, unlock, err := s.Lock(ctx, slot)
	if err != nil {
		return err
	}
	defer unlock()
	blob, err := s.Load(ctx, slot)
	if err != nil {
		return err
	}
	n, _ := strconv.Atoi(string(blob.Data)) // nothing counts as 0
	_, err = s.Save(ctx, slot, []byte(strconv.Itoa(n+1)), blob.Version)
	return err
}

func TestFewDamagedPayloadsAreKept(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "cache")
	s := newFileStore(t, dir, nil)
	for i := range 14 {
		path := onePayload(t, s)
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		b = append(b, byte(i))
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		if blob, err := s.Load(t.Context(), alice); err != nil || blob.Version != "" {
			t.Fatalf("Load() of a damaged payload = %q, %v, want nothing", blob.Data, err)
		}
	}
	aside, err := filepath.Glob(filepath.Join(dir, "*.corrupt-*"))
	if err != nil || len(aside) != 10 {
		t.Fatalf("files set aside = %d, %v, want 10", len(aside), err)
	}
	for i, path := range aside { // by name, and so by time
		b, err := os.ReadFile(path)
		if err != nil || b[len(b)-1] != byte(i+4) {
			t.Errorf("file %d set aside ends with %d, %v, want that of damage %d", i, b[len(b)-1], err, i+4)
		}
	}
}
