package tokencache_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365auth/tokencache"
)

var (
	part  = tokencache.Partition{ClientID: "client-canary", Authority: "https://login.contoso.example/common"}
	alice = tokencache.Slot{Partition: part, Account: "aaaaaaaa-canary.home"}
	bob   = tokencache.Slot{Partition: part, Account: "bbbbbbbb-canary.home"}
)

func save(t *testing.T, s tokencache.Store, slot tokencache.Slot, data string) tokencache.Version {
	t.Helper()
	old, err := s.Version(t.Context(), slot)
	if err != nil {
		t.Fatalf("Version() error: %v", err)
	}
	v, err := s.Save(t.Context(), slot, []byte(data), old)
	if err != nil {
		t.Fatalf("Save() error: %v", err)
	}
	return v
}

// payloads returns the paths of the payload files of a folder.
func payloads(t *testing.T, dir string) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "*.bin"))
	if err != nil {
		t.Fatal(err)
	}
	return paths
}

// onePayload saves for alice and returns the file.
func onePayload(t *testing.T, s *tokencache.FileStore) string {
	t.Helper()
	save(t, s, alice, "payload-canary")
	paths := payloads(t, s.Folder())
	if len(paths) != 1 {
		t.Fatalf("payload files = %v, want one", paths)
	}
	return paths[0]
}

func TestFilesArePrivateAndNameNobody(t *testing.T) {
	t.Parallel()
	s := newFileStore(t, filepath.Join(t.TempDir(), "deep", "cache"), nil)
	save(t, s, alice, "payload-canary")
	save(t, s, bob, "payload-canary")
	_, unlock, err := s.Lock(t.Context(), alice)
	if err != nil {
		t.Fatalf("Lock() error: %v", err)
	}
	defer unlock()
	info, err := os.Stat(s.Folder())
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("mode of the folder = %v, %v, want 0700", info.Mode(), err)
	}
	entries, err := os.ReadDir(s.Folder())
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || info.Mode() != 0o600 {
			t.Errorf("mode of %s = %v, %v, want 0600", e.Name(), info.Mode(), err)
		}
		content, err := os.ReadFile(filepath.Join(s.Folder(), e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(e.Name()+string(content), "canary") {
			t.Errorf("%s shows a client, an account or a payload in clear", e.Name())
		}
	}
	if got := len(payloads(t, s.Folder())); got != 2 {
		t.Errorf("payload files = %d, want 2", got)
	}
}

func TestCachePathIsAFolderOrANamedFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	home, err := os.UserHomeDir()
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"":                                  filepath.Join(home, ".amplifier", "m365"),
		"~/x/y":                             filepath.Join(home, "x", "y"),
		filepath.Join(dir, "a"):             filepath.Join(dir, "a"),
		filepath.Join(dir, "b", "mine.bin"): filepath.Join(dir, "b"),
	} {
		if got := newFileStore(t, path, nil).Folder(); got != want {
			t.Errorf("NewFileStore(%q).Folder() = %q, want %q", path, got, want)
		}
	}
	if _, err := tokencache.NewFileStore(filepath.Join(dir, ".bin"), nil); !errors.Is(err, m365auth.ErrConfig) {
		t.Errorf("NewFileStore() without a stem: %v, want %v", err, m365auth.ErrConfig)
	}
	named := newFileStore(t, filepath.Join(dir, "b", "mine.bin"), nil)
	if name := filepath.Base(onePayload(t, named)); !strings.HasPrefix(name, "mine_") {
		t.Errorf("payload file = %q, want a name that begins with the stem", name)
	}
	if _, err := os.Stat(filepath.Join(dir, "b", "mine.key")); err != nil {
		t.Errorf("key file beside the cache: %v", err)
	}
}

func TestStoresOfTwoStemsShareAFolder(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "cache")
	one, two := newFileStore(t, filepath.Join(dir, "a.bin"), nil), newFileStore(t, filepath.Join(dir, "a_b.bin"), nil)
	save(t, one, alice, "one")
	save(t, two, bob, "two")
	for s, want := range map[*tokencache.FileStore]string{one: alice.Account, two: bob.Account} {
		got, err := s.List(t.Context(), part)
		if err != nil || len(got) != 1 || got[0].Account != want {
			t.Errorf("List() = %v, %v, want %s alone", got, err, want)
		}
	}
}

func TestAnotherProcessFindsWhatWasSaved(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "cache")
	first, second := newFileStore(t, dir, nil), newFileStore(t, dir, nil)
	v := save(t, first, alice, "one")
	want := []tokencache.Entry{{Account: alice.Account, Version: v}}
	if got, err := second.List(t.Context(), part); err != nil || !slices.Equal(got, want) {
		t.Errorf("List() = %v, %v, want %v", got, err, want)
	}
	if err := first.Delete(t.Context(), alice); err != nil {
		t.Fatalf("Delete() error: %v", err)
	}
	if got, err := second.List(t.Context(), part); err != nil || len(got) != 0 {
		t.Errorf("List() after Delete() elsewhere = %v, %v, want none", got, err)
	}
}

func TestADamagedPayloadIsSetAside(t *testing.T) {
	t.Parallel()
	for name, damage := range map[string]func([]byte) []byte{
		"a byte changed": func(b []byte) []byte { b[len(b)-1] ^= 1; return b },
		"cut short":      func(b []byte) []byte { return b[:30] },
		"cut in two":     func(b []byte) []byte { return b[:len(b)/2] },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var log bytes.Buffer
			s := newFileStore(t, filepath.Join(t.TempDir(), "cache"), &tokencache.FileOptions{Logger: slog.New(slog.NewTextHandler(&log, nil))})
			path := onePayload(t, s)
			sound, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			damaged := damage(bytes.Clone(sound))
			if err := os.WriteFile(path, damaged, 0o600); err != nil {
				t.Fatal(err)
			}
			if blob, err := s.Load(t.Context(), alice); err != nil || blob.Version != "" {
				t.Errorf("Load() = %q, %v, want nothing", blob.Data, err)
			}
			aside, _ := filepath.Glob(path + ".corrupt-*")
			if len(aside) != 1 {
				t.Fatalf("files set aside = %v, want one", aside)
			}
			if kept, err := os.ReadFile(aside[0]); err != nil || !bytes.Equal(kept, damaged) {
				t.Errorf("the file set aside has other bytes (%v)", err)
			}
			if !strings.Contains(log.String(), filepath.Base(aside[0])) {
				t.Errorf("log = %q, want the name of the file set aside", log.String())
			}
			save(t, s, alice, "new")
			if blob, err := s.Load(t.Context(), alice); err != nil || string(blob.Data) != "new" {
				t.Errorf("Load() after a new save = %q, %v, want %q", blob.Data, err, "new")
			}
		})
	}
}

func TestAListSkipsADamagedPayload(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "cache")
	s := newFileStore(t, dir, nil)
	path := onePayload(t, s)
	v := save(t, s, bob, "b")
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	b[len(b)-1] ^= 1
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	want := []tokencache.Entry{{Account: bob.Account, Version: v}}
	if got, err := newFileStore(t, dir, nil).List(t.Context(), part); err != nil || !slices.Equal(got, want) {
		t.Errorf("List() = %v, %v, want %v", got, err, want)
	}
}

func TestAPayloadMovedToAnotherAccountDoesNotOpen(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "cache")
	s := newFileStore(t, dir, nil)
	from := onePayload(t, s)
	save(t, s, bob, "of bob")
	files := payloads(t, dir)
	to := files[0]
	if to == from {
		to = files[1]
	}
	b, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, b, 0o600); err != nil {
		t.Fatal(err)
	}
	if blob, err := s.Load(t.Context(), bob); err != nil || blob.Data != nil {
		t.Errorf("Load(bob) of alice's file = %q, %v, want nothing", blob.Data, err)
	}
	other := alice
	other.ClientID = "another"
	if blob, err := s.Load(t.Context(), other); err != nil || blob.Data != nil {
		t.Errorf("Load() for another client = %q, %v, want nothing", blob.Data, err)
	}
	if blob, err := s.Load(t.Context(), alice); err != nil || string(blob.Data) != "payload-canary" {
		t.Errorf("Load(alice) = %q, %v, want her own", blob.Data, err)
	}
}

// unchanged fails the test if f changes a file of the folder.
func unchanged(t *testing.T, dir string, f func()) {
	t.Helper()
	read := func() map[string]string {
		files := map[string]string{}
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if strings.HasSuffix(e.Name(), ".lock") {
				continue
			}
			b, err := os.ReadFile(filepath.Join(dir, e.Name()))
			if err != nil {
				t.Fatal(err)
			}
			files[e.Name()] = string(b)
		}
		return files
	}
	before := read()
	f()
	after := read()
	for name, content := range before {
		if after[name] != content {
			t.Errorf("%s was changed or removed", name)
		}
	}
	if len(after) != len(before) {
		t.Errorf("files = %d, want the %d from before", len(after), len(before))
	}
}

func TestNothingIsTouchedWithoutTheKey(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "cache")
	s := newFileStore(t, dir, nil)
	onePayload(t, s)
	if err := os.Remove(filepath.Join(dir, "token_cache.key")); err != nil {
		t.Fatal(err)
	}
	for name, keys := range map[string]tokencache.KeySource{
		"the key file is gone": nil,
		"another key is given": tokencache.FixedKeys(newKey(t)),
	} {
		unchanged(t, dir, func() {
			s := newFileStore(t, dir, &tokencache.FileOptions{Keys: keys})
			if _, err := s.Load(t.Context(), alice); !errors.Is(err, m365auth.ErrCacheUnavailable) {
				t.Errorf("%s: Load() error = %v, want %v", name, err, m365auth.ErrCacheUnavailable)
			}
			if _, err := s.List(t.Context(), part); !errors.Is(err, m365auth.ErrCacheUnavailable) {
				t.Errorf("%s: List() error = %v, want %v", name, err, m365auth.ErrCacheUnavailable)
			}
			if keys != nil {
				return
			}
			if err := s.Check(t.Context()); !errors.Is(err, m365auth.ErrCacheUnavailable) {
				t.Errorf("%s: Check() error = %v, want %v", name, err, m365auth.ErrCacheUnavailable)
			}
			if _, err := s.Save(t.Context(), bob, nil, ""); !errors.Is(err, m365auth.ErrCacheUnavailable) {
				t.Errorf("%s: Save() error = %v, want %v", name, err, m365auth.ErrCacheUnavailable)
			}
		})
	}
}

func TestAFileThatIsNotOursIsLeftAlone(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "cache")
	s := newFileStore(t, dir, nil)
	path := onePayload(t, s)
	for _, content := range []string{"", "M365", "somebody's notes"} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		unchanged(t, dir, func() {
			_, loadErr := s.Load(t.Context(), alice)
			_, versionErr := s.Version(t.Context(), alice)
			_, saveErr := s.Save(t.Context(), alice, []byte("x"), "")
			for name, err := range map[string]error{
				"Load": loadErr, "Version": versionErr, "Save": saveErr, "Delete": s.Delete(t.Context(), alice),
			} {
				if !errors.Is(err, m365auth.ErrCacheUnavailable) {
					t.Errorf("%s() at a file of %q: %v, want %v", name, content, err, m365auth.ErrCacheUnavailable)
				}
			}
			if got, err := s.List(t.Context(), part); err != nil || len(got) != 0 {
				t.Errorf("List() = %v, %v, want it skipped", got, err)
			}
		})
	}
}

func TestWhatAKilledWriterLeftIsCleared(t *testing.T) {
	t.Parallel()
	s := newFileStore(t, filepath.Join(t.TempDir(), "cache"), nil)
	path := onePayload(t, s)
	mine, other := path+".tmp-XYZ", filepath.Join(s.Folder(), "other.bin.tmp-XYZ")
	for _, left := range []string{mine, other} {
		if err := os.WriteFile(left, []byte("torn"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	save(t, s, alice, "next")
	if _, err := os.Stat(mine); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a temporary file of ours is left: %v", err)
	}
	if _, err := os.Stat(other); err != nil {
		t.Errorf("a file that is not ours was removed: %v", err)
	}
}

func TestCachesMayShareAKeyFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for round := range 20 {
		keys := tokencache.NewKeyFile(filepath.Join(dir, fmt.Sprint("key-", round)))
		stores := make([]*tokencache.FileStore, 4)
		var wg sync.WaitGroup
		for i := range stores {
			stores[i] = newFileStore(t, filepath.Join(dir, fmt.Sprint("cache-", round, "-", i)), &tokencache.FileOptions{Keys: keys})
			wg.Go(func() {
				if _, err := stores[i].Save(t.Context(), alice, []byte("x"), ""); err != nil {
					t.Errorf("Save() in cache %d: %v", i, err)
				}
			})
		}
		wg.Wait()
		for i, s := range stores {
			if blob, err := s.Load(t.Context(), alice); err != nil || string(blob.Data) != "x" {
				t.Errorf("Load() in cache %d = %q, %v, want what was saved", i, blob.Data, err)
			}
		}
	}
}

func TestAKeyFileThatIsNoKeyFileIsRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "k")
	for _, content := range []string{"", "m365auth-key-1 ", "m365auth-key-1 c2hvcnQ=\n", "hunter2-canary-hunter2-canary-hunter2"} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		s := newFileStore(t, filepath.Join(dir, "cache"), &tokencache.FileOptions{Keys: tokencache.NewKeyFile(path)})
		err := s.Check(t.Context())
		if !errors.Is(err, m365auth.ErrCacheUnavailable) {
			t.Errorf("Check() with the key file %q: %v, want %v", content, err, m365auth.ErrCacheUnavailable)
		} else if strings.Contains(err.Error(), "canary") {
			t.Errorf("error shows the key file's content: %v", err)
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != content {
			t.Errorf("the key file %q became %q, %v", content, got, err)
		}
	}
}
