package tokencache

import (
	"bytes"
	"context"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
)

// MemoryStore keeps payloads in the process, for programs that must leave
// nothing behind. It is not encrypted.
type MemoryStore struct {
	mu    sync.Mutex
	saves int
	count atomic.Uint64 // of changes; counted before they can be seen
	blobs map[Slot]Blob
	locks map[Slot]chan struct{}
}

var (
	_ Store   = (*MemoryStore)(nil)
	_ Counter = (*MemoryStore)(nil)
)

// NewMemoryStore returns an empty store.
func NewMemoryStore() *MemoryStore {
	return &MemoryStore{blobs: map[Slot]Blob{}, locks: map[Slot]chan struct{}{}}
}

// Check succeeds.
func (m *MemoryStore) Check(ctx context.Context) error { return ctx.Err() }

// List implements [Store].
func (m *MemoryStore) List(ctx context.Context, p Partition) ([]Entry, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var entries []Entry
	for slot, blob := range m.blobs {
		if slot.Partition == p {
			entries = append(entries, Entry{Account: slot.Account, Version: blob.Version})
		}
	}
	sortEntries(entries)
	return entries, ctx.Err()
}

func sortEntries(entries []Entry) {
	slices.SortFunc(entries, func(a, b Entry) int { return strings.Compare(a.Account, b.Account) })
}

// Version implements [Store].
func (m *MemoryStore) Version(ctx context.Context, s Slot) (Version, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.blobs[s].Version, ctx.Err()
}

// Load implements [Store].
func (m *MemoryStore) Load(ctx context.Context, s Slot) (Blob, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	blob := m.blobs[s]
	blob.Data = bytes.Clone(blob.Data)
	return blob, ctx.Err()
}

// Save implements [Store].
func (m *MemoryStore) Save(ctx context.Context, s Slot, data []byte, old Version) (Version, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.blobs[s].Version != old {
		return "", ErrConflict
	}
	m.count.Add(1)
	m.saves++
	blob := Blob{Data: append([]byte{}, data...), Version: Version(strconv.Itoa(m.saves))}
	m.blobs[s] = blob
	return blob.Version, nil
}

// Delete implements [Store].
func (m *MemoryStore) Delete(ctx context.Context, s Slot) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.count.Add(1)
	delete(m.blobs, s)
	return nil
}

// Changes implements [Counter].
func (m *MemoryStore) Changes() (uint64, bool) { return m.count.Load(), true }

// Lock implements [Store].
func (m *MemoryStore) Lock(ctx context.Context, s Slot) (context.Context, func(), error) {
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	m.mu.Lock()
	lock, ok := m.locks[s]
	if !ok {
		lock = make(chan struct{}, 1)
		m.locks[s] = lock
	}
	m.mu.Unlock()
	select {
	case lock <- struct{}{}:
		return ctx, sync.OnceFunc(func() { <-lock }), nil
	case <-ctx.Done():
		return nil, nil, ctx.Err()
	}
}
