package tokencache_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"github.com/m365go/sdk/m365auth/tokencache"
	"github.com/m365go/sdk/m365auth/tokencache/cachetest"
)

func TestStores(t *testing.T) {
	t.Parallel()
	t.Run("memory", func(t *testing.T) {
		t.Parallel()
		cachetest.Run(t, func(*testing.T) tokencache.Store { return tokencache.NewMemoryStore() })
	})
	t.Run("a transaction as the lock", func(t *testing.T) {
		t.Parallel()
		cachetest.Run(t, func(*testing.T) tokencache.Store { return rowStore{tokencache.NewMemoryStore()} })
	})
	t.Run("file", func(t *testing.T) {
		t.Parallel()
		cachetest.Run(t, func(t *testing.T) tokencache.Store {
			return newFileStore(t, filepath.Join(t.TempDir(), "cache"), nil)
		})
	})
}

// rowStore locks as a database does, with a transaction: while one is open on a
// slot, changes outside of it wait, and a change inside commits it.
type rowStore struct{ *tokencache.MemoryStore }

type transactionKey struct{ slot tokencache.Slot }

func (r rowStore) Lock(ctx context.Context, slot tokencache.Slot) (context.Context, func(), error) {
	ctx, unlock, err := r.MemoryStore.Lock(ctx, slot)
	if err != nil {
		return nil, nil, err
	}
	return context.WithValue(ctx, transactionKey{slot}, unlock), unlock, nil
}

func (r rowStore) commit(ctx context.Context, slot tokencache.Slot) (func(), error) {
	if commit, ok := ctx.Value(transactionKey{slot}).(func()); ok {
		return commit, nil
	}
	_, commit, err := r.MemoryStore.Lock(ctx, slot)
	return commit, err
}

func (r rowStore) Save(ctx context.Context, slot tokencache.Slot, data []byte, old tokencache.Version) (tokencache.Version, error) {
	commit, err := r.commit(ctx, slot)
	if err != nil {
		return "", err
	}
	defer commit()
	return r.MemoryStore.Save(ctx, slot, data, old)
}

func (r rowStore) Delete(ctx context.Context, slot tokencache.Slot) error {
	commit, err := r.commit(ctx, slot)
	if err != nil {
		return err
	}
	defer commit()
	return r.MemoryStore.Delete(ctx, slot)
}

// newFileStore keeps the key beside the cache unless opts says otherwise: the
// keyring is the developer's own.
func newFileStore(t *testing.T, path string, opts *tokencache.FileOptions) *tokencache.FileStore {
	t.Helper()
	var o tokencache.FileOptions
	if opts != nil {
		o = *opts
	}
	if o.Keys == nil && o.KeyFile == "" && filepath.IsAbs(path) {
		o.KeyFile = besideCache(path)
	}
	opts = &o
	s, err := tokencache.NewFileStore(path, opts)
	if err != nil {
		t.Fatalf("NewFileStore(%q) error: %v", path, err)
	}
	return s
}

func besideCache(path string) string {
	if stem, ok := strings.CutSuffix(path, ".bin"); ok {
		return stem + ".key"
	}
	return filepath.Join(path, "token_cache.key")
}
