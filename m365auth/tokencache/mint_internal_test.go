package tokencache

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/m365go/sdk/m365auth"
)

// What cannot be read may hold the key that everything is sealed with: a new one
// over it would lose every sign-in.
func TestNoKeyIsMadeOverASourceThatCannotBeRead(t *testing.T) {
	t.Parallel()
	for _, anew := range []bool{false, true} {
		path := filepath.Join(t.TempDir(), "token_cache.key")
		const damaged = "this was a key once\n"
		if err := os.WriteFile(path, []byte(damaged), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := NewKeyFile(path).mint(t.Context(), anew); !errors.Is(err, m365auth.ErrCacheUnavailable) {
			t.Errorf("mint(anew %t) over a damaged key file = %v, want %v", anew, err, m365auth.ErrCacheUnavailable)
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != damaged {
			t.Errorf("mint(anew %t) left %q, %v, want the file untouched", anew, got, err)
		}
	}
}

func TestAKeyIsMadeWhereThereIsNoneOrOneMoreIsWanted(t *testing.T) {
	t.Parallel()
	k := NewKeyFile(filepath.Join(t.TempDir(), "token_cache.key"))
	for i, want := range []int{1, 1, 2} { // none yet; one will do; one more
		if err := k.mint(t.Context(), i == 2); err != nil {
			t.Fatal(err)
		}
		if keys, err := k.Keys(t.Context()); err != nil || len(keys) != want {
			t.Errorf("after mint %d there are %d keys, %v, want %d", i, len(keys), err, want)
		}
	}
}
