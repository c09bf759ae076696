//go:build unix

package tokencache_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365auth/tokencache"
)

func TestAnUnsafeFileIsRefusedWithTheRemedy(t *testing.T) {
	t.Parallel()
	replace := func(t *testing.T, path string, with func(saved string) error) {
		t.Helper()
		saved := path + ".saved"
		if err := os.Rename(path, saved); err != nil {
			t.Fatal(err)
		}
		if err := with(saved); err != nil {
			t.Fatal(err)
		}
	}
	for name, tt := range map[string]struct {
		spoil  func(t *testing.T, path string)
		remedy string
	}{
		"a symbolic link": {func(t *testing.T, path string) {
			replace(t, path, func(saved string) error { return os.Symlink(saved, path) })
		}, "link"},
		"a second name": {func(t *testing.T, path string) {
			replace(t, path, func(saved string) error { return os.Link(saved, path) })
		}, "chmod 600"},
		"a pipe": {func(t *testing.T, path string) {
			replace(t, path, func(string) error { return syscall.Mkfifo(path, 0o600) })
		}, "plain file"},
		"a folder": {func(t *testing.T, path string) {
			replace(t, path, func(string) error { return os.Mkdir(path, 0o700) })
		}, "plain file"},
		"readable to others": {func(t *testing.T, path string) {
			if err := os.Chmod(path, 0o640); err != nil {
				t.Fatal(err)
			}
		}, "chmod 600"},
	} {
		for _, file := range []string{"payload", "key"} {
			t.Run(name+" as the "+file, func(t *testing.T) {
				t.Parallel()
				s := newFileStore(t, filepath.Join(t.TempDir(), "cache"), nil)
				path := onePayload(t, s)
				if file == "key" {
					path = filepath.Join(s.Folder(), "token_cache.key")
				}
				tt.spoil(t, path)
				_, err := s.Load(t.Context(), alice)
				if !errors.Is(err, m365auth.ErrCacheUnavailable) {
					t.Fatalf("Load() error = %v, want %v", err, m365auth.ErrCacheUnavailable)
				}
				if !strings.Contains(err.Error(), tt.remedy) {
					t.Errorf("Load() error = %q, want a remedy with %q", err, tt.remedy)
				}
			})
		}
	}
}

func TestAnUnsafeFolderIsRefused(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(dir string) error{
		"others can write to it": func(dir string) error { return os.Chmod(dir, 0o770) },
		"others can look into it, and it holds more than the cache": func(dir string) error {
			return errors.Join(os.Chmod(dir, 0o755), os.WriteFile(filepath.Join(dir, "notes"), nil, 0o644))
		},
		"it is a symbolic link": func(dir string) error {
			return errors.Join(os.Rename(dir, dir+"2"), os.Symlink(dir+"2", dir))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newFileStore(t, filepath.Join(t.TempDir(), "cache"), nil)
			onePayload(t, s)
			if err := spoil(s.Folder()); err != nil {
				t.Fatal(err)
			}
			_, loadErr := s.Load(t.Context(), alice)
			_, versionErr := s.Version(t.Context(), alice)
			for call, err := range map[string]error{"Load": loadErr, "Version": versionErr, "Check": s.Check(t.Context())} {
				if !errors.Is(err, m365auth.ErrCacheUnavailable) || !strings.Contains(err.Error(), "chmod 700") {
					t.Errorf("%s() error = %v, want %v and how to mend it", call, err, m365auth.ErrCacheUnavailable)
				}
			}
		})
	}
}

func TestAFolderOfTheCacheAloneIsClosedToOthers(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "cache")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	s := newFileStore(t, dir, nil)
	onePayload(t, s)
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("mode of the folder = %v, %v, want 0700", info.Mode(), err)
	}
}

func TestAFolderThatCannotBeWrittenFailsTheCheck(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{file, filepath.Join(file, "below")} {
		s, err := tokencache.NewFileStore(path, nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Check(t.Context()); !errors.Is(err, m365auth.ErrCacheUnavailable) {
			t.Errorf("Check() of %s: %v, want %v", path, err, m365auth.ErrCacheUnavailable)
		}
	}
}
