// Package cachetest is the suite that every [tokencache.Store] passes.
//
//	func TestStore(t *testing.T) {
//		cachetest.Run(t, func(t *testing.T) tokencache.Store { return newMyStore(t) })
//	}
package cachetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/m365go/sdk/m365auth/tokencache"
)

// Run tests a kind of store. newStore returns an empty one at each call.
func Run(t *testing.T, newStore func(t *testing.T) tokencache.Store) {
	for name, test := range map[string]func(*testing.T, tokencache.Store){
		"an empty store has nothing":            testEmpty,
		"what is saved is loaded":               testSave,
		"only the version loaded is replaced":   testConflict,
		"a deleted payload is gone":             testDelete,
		"slots do not mix":                      testSlots,
		"payloads are of any bytes":             testBytes,
		"one at a time holds a lock":            testLock,
		"a lock is waited for within a context": testLockContext,
		"an ended context changes nothing":      testContext,
		"of savers at once one wins":            testRace,
		"what a lock's holder saves is kept":    testSaveUnderLock,
		"changes are counted":                   testCounter,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, newStore(t))
		})
	}
}

var (
	partition = tokencache.Partition{ClientID: "client", Authority: "https://login.contoso.example/common"}
	slotA     = tokencache.Slot{Partition: partition, Account: "a.home"}
	slotB     = tokencache.Slot{Partition: partition, Account: "b.home"}
)

func mustSave(t *testing.T, s tokencache.Store, slot tokencache.Slot, data string, old tokencache.Version) tokencache.Version {
	t.Helper()
	v, err := s.Save(t.Context(), slot, []byte(data), old)
	if err != nil || v == "" {
		t.Fatalf("Save(%q) = %q, %v, want a version", data, v, err)
	}
	return v
}

func wantBlob(t *testing.T, s tokencache.Store, slot tokencache.Slot, data string, version tokencache.Version) {
	t.Helper()
	blob, err := s.Load(t.Context(), slot)
	if err != nil || string(blob.Data) != data || blob.Version != version {
		t.Errorf("Load(%s) = %q, %q, %v, want %q, %q", slot.Account, blob.Data, blob.Version, err, data, version)
	}
	got, err := s.Version(t.Context(), slot)
	if err != nil || got != version {
		t.Errorf("Version(%s) = %q, %v, want %q", slot.Account, got, err, version)
	}
}

func wantList(t *testing.T, s tokencache.Store, p tokencache.Partition, want ...tokencache.Entry) {
	t.Helper()
	got, err := s.List(t.Context(), p)
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("List() = %v, %v, want %v", got, err, want)
	}
}

func testEmpty(t *testing.T, s tokencache.Store) {
	wantBlob(t, s, slotA, "", "")
	wantList(t, s, partition)
	if err := s.Delete(t.Context(), slotA); err != nil {
		t.Errorf("Delete() of nothing: %v, want nil", err)
	}
	if err := s.Check(t.Context()); err != nil {
		t.Errorf("Check() error: %v", err)
	}
	wantList(t, s, partition)
}

func testSave(t *testing.T, s tokencache.Store) {
	one := mustSave(t, s, slotA, "one", "")
	wantBlob(t, s, slotA, "one", one)
	two := mustSave(t, s, slotA, "one", one)
	if two == one {
		t.Errorf("Save() of the same data = version %q again, want a new one", two)
	}
	wantBlob(t, s, slotA, "one", two)
	b := mustSave(t, s, slotB, "b", "")
	wantList(t, s, partition, tokencache.Entry{Account: slotA.Account, Version: two}, tokencache.Entry{Account: slotB.Account, Version: b})
}

func testConflict(t *testing.T, s tokencache.Store) {
	if _, err := s.Save(t.Context(), slotA, []byte("x"), "no such version"); !errors.Is(err, tokencache.ErrConflict) {
		t.Errorf("Save() over nothing: %v, want ErrConflict", err)
	}
	wantBlob(t, s, slotA, "", "")
	one := mustSave(t, s, slotA, "one", "")
	two := mustSave(t, s, slotA, "two", one)
	for _, old := range []tokencache.Version{"", one} {
		if _, err := s.Save(t.Context(), slotA, []byte("x"), old); !errors.Is(err, tokencache.ErrConflict) {
			t.Errorf("Save() over version %q: %v, want ErrConflict", old, err)
		}
	}
	wantBlob(t, s, slotA, "two", two)
}

func testDelete(t *testing.T, s tokencache.Store) {
	one := mustSave(t, s, slotA, "one", "")
	b := mustSave(t, s, slotB, "b", "")
	if err := s.Delete(t.Context(), slotA); err != nil {
		t.Fatalf("Delete() error: %v", err)
	}
	wantBlob(t, s, slotA, "", "")
	wantList(t, s, partition, tokencache.Entry{Account: slotB.Account, Version: b})
	if _, err := s.Save(t.Context(), slotA, []byte("x"), one); !errors.Is(err, tokencache.ErrConflict) {
		t.Errorf("Save() over a deleted version: %v, want ErrConflict", err)
	}
	if again := mustSave(t, s, slotA, "one", ""); again == one {
		t.Errorf("Save() after Delete() = version %q again, want a new one", again)
	}
}

func testSlots(t *testing.T, s tokencache.Store) {
	slots := []tokencache.Slot{
		slotA,
		slotB,
		{Partition: tokencache.Partition{ClientID: "client2", Authority: partition.Authority}, Account: "a.home"},
		{Partition: tokencache.Partition{ClientID: "client", Authority: partition.Authority + "2"}, Account: "a.home"},
		// The same strings, put together otherwise.
		{Partition: tokencache.Partition{ClientID: "clienthttps:", Authority: "//login.contoso.example/common"}, Account: "a.home"},
	}
	versions := make([]tokencache.Version, len(slots))
	for i, slot := range slots {
		versions[i] = mustSave(t, s, slot, fmt.Sprint("data ", i), "")
	}
	for i, slot := range slots {
		wantBlob(t, s, slot, fmt.Sprint("data ", i), versions[i])
	}
	wantList(t, s, slots[2].Partition, tokencache.Entry{Account: "a.home", Version: versions[2]})
}

func testBytes(t *testing.T, s tokencache.Store) {
	old := tokencache.Version("")
	for _, data := range []string{"", "\x00", "\xff\xfe", string(bytes.Repeat([]byte("0123456789abcdef"), 1<<14))} {
		old = mustSave(t, s, slotA, data, old)
		wantBlob(t, s, slotA, data, old)
	}
}

func testLock(t *testing.T, s tokencache.Store) {
	_, other, err := s.Lock(t.Context(), slotB)
	if err != nil {
		t.Fatalf("Lock(b) error: %v", err)
	}
	defer other()
	var wg sync.WaitGroup
	holders, most := 0, 0
	var mu sync.Mutex
	for range 8 {
		wg.Go(func() {
			ctx, unlock, err := s.Lock(t.Context(), slotA)
			if err != nil {
				t.Errorf("Lock(a) error: %v", err)
				return
			}
			mu.Lock()
			holders++
			most = max(most, holders)
			mu.Unlock()
			blob, err := s.Load(ctx, slotA)
			mu.Lock()
			holders-- // Save may end the lock
			mu.Unlock()
			if err == nil {
				_, err = s.Save(ctx, slotA, append(blob.Data, '.'), blob.Version)
			}
			if err != nil {
				t.Errorf("Load() and Save() under the lock: %v", err)
			}
			unlock()
		})
	}
	wg.Wait()
	if most != 1 {
		t.Errorf("holders of one lock at once = %d, want 1", most)
	}
	if blob, err := s.Load(t.Context(), slotA); string(blob.Data) != "........" {
		t.Errorf("Load() after 8 changes = %q, %v, want 8 dots", blob.Data, err)
	}
}

// testSaveUnderLock looks from outside before the lock's end.
func testSaveUnderLock(t *testing.T, s tokencache.Store) {
	one := mustSave(t, s, slotA, "one", "")
	ctx, unlock, err := s.Lock(t.Context(), slotA)
	if err != nil {
		t.Fatalf("Lock() error: %v", err)
	}
	defer unlock()
	two, err := s.Save(ctx, slotA, []byte("two"), one)
	if err != nil {
		t.Fatalf("Save() under the lock error: %v", err)
	}
	wantBlob(t, s, slotA, "two", two)
	unlock()
	ctx, again, err := s.Lock(t.Context(), slotA)
	if err != nil {
		t.Fatalf("Lock() after unlock error: %v", err)
	}
	defer again()
	if err := s.Delete(ctx, slotA); err != nil {
		t.Fatalf("Delete() under the lock error: %v", err)
	}
	wantBlob(t, s, slotA, "", "")
}

// testCounter is for the stores that are a [tokencache.Counter].
func testCounter(t *testing.T, s tokencache.Store) {
	c, ok := s.(tokencache.Counter)
	if !ok {
		return
	}
	known := map[uint64]string{}
	note := func(after string) {
		t.Helper()
		wantList(t, s, tokencache.Partition{}) // a store may need a call to begin to count
		n, ok := c.Changes()
		if earlier, seen := known[n]; ok && seen {
			t.Errorf("Changes() after %s = %d, as it was after %s", after, n, earlier)
		}
		if ok {
			known[n] = after
		}
		if same, stillOK := c.Changes(); stillOK != ok || same != n {
			t.Errorf("Changes() = %d, %t and then %d, %t, though nothing has changed", n, ok, same, stillOK)
		}
	}
	note("nothing")
	one := mustSave(t, s, slotA, "one", "")
	note("a first save")
	mustSave(t, s, slotA, "one", one)
	note("a save of the same")
	mustSave(t, s, slotB, "b", "")
	note("a save to another slot")
	if err := s.Delete(t.Context(), slotA); err != nil {
		t.Fatalf("Delete() error: %v", err)
	}
	note("a deletion")
}

func testLockContext(t *testing.T, s tokencache.Store) {
	_, unlock, err := s.Lock(t.Context(), slotA)
	if err != nil {
		t.Fatalf("Lock() error: %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
	defer cancel()
	if _, _, err := s.Lock(ctx, slotA); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Lock() of a locked slot: %v, want %v", err, context.DeadlineExceeded)
	}
	unlock()
	_, again, err := s.Lock(t.Context(), slotA)
	if err != nil {
		t.Fatalf("Lock() after unlock error: %v", err)
	}
	again()
}

func testContext(t *testing.T, s tokencache.Store) {
	one := mustSave(t, s, slotA, "one", "")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, saveErr := s.Save(ctx, slotA, []byte("two"), one)
	_, loadErr := s.Load(ctx, slotA)
	_, versionErr := s.Version(ctx, slotA)
	_, listErr := s.List(ctx, partition)
	_, _, lockErr := s.Lock(ctx, slotA)
	for name, err := range map[string]error{
		"Save": saveErr, "Load": loadErr, "Version": versionErr, "List": listErr, "Lock": lockErr,
		"Delete": s.Delete(ctx, slotA), "Check": s.Check(ctx),
	} {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s() with an ended context: %v, want %v", name, err, context.Canceled)
		}
	}
	wantBlob(t, s, slotA, "one", one)
}

func testRace(t *testing.T, s tokencache.Store) {
	old := mustSave(t, s, slotA, "start", "")
	var wg sync.WaitGroup
	var mu sync.Mutex
	won := map[string]tokencache.Version{}
	for i := range 8 {
		wg.Go(func() {
			data := fmt.Sprint("saver ", i)
			v, err := s.Save(t.Context(), slotA, []byte(data), old)
			if err != nil {
				if !errors.Is(err, tokencache.ErrConflict) {
					t.Errorf("Save() error: %v", err)
				}
				return
			}
			mu.Lock()
			defer mu.Unlock()
			won[data] = v
		})
	}
	wg.Wait()
	if len(won) != 1 {
		t.Fatalf("savers that won = %v, want one", won)
	}
	for data, v := range won {
		wantBlob(t, s, slotA, data, v)
	}
}
