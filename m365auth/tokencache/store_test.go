package tokencache_test

import (
	"path/filepath"
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
	t.Run("file", func(t *testing.T) {
		t.Parallel()
		cachetest.Run(t, func(t *testing.T) tokencache.Store {
			return newFileStore(t, filepath.Join(t.TempDir(), "cache"), nil)
		})
	})
}

func newFileStore(t *testing.T, path string, opts *tokencache.FileOptions) *tokencache.FileStore {
	t.Helper()
	s, err := tokencache.NewFileStore(path, opts)
	if err != nil {
		t.Fatalf("NewFileStore(%q) error: %v", path, err)
	}
	return s
}
