package m365graph_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/m365go/sdk/m365graph"
)

// stream hides everything of a reader but Read.
type stream struct{ io.Reader }

func spooled(t *testing.T, r io.Reader, memory int64) *m365graph.Spooled {
	t.Helper()
	s, err := m365graph.Spool(t.Context(), r, memory)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("Close = %v", err)
		}
	})
	return s
}

// tempFiles are what is left in the folder of temporary files.
func tempFiles(t *testing.T) []string {
	t.Helper()
	left, err := filepath.Glob(filepath.Join(os.TempDir(), "m365graph-spool-*"))
	if err != nil {
		t.Fatal(err)
	}
	return left
}

func TestSpoolKeepsAStreamOfAnySize(t *testing.T) {
	for _, tt := range []struct {
		size, memory int64
	}{{0, 10}, {1, 10}, {10, 10}, {11, 10}, {100_000, 10}, {100_000, 0}, {9 << 20, 0}} {
		data := strings.Repeat("0123456789abcdef", int(tt.size/16+1))[:tt.size]
		s := spooled(t, stream{iotest.HalfReader(strings.NewReader(data))}, tt.memory)
		got, err := io.ReadAll(io.NewSectionReader(s, 0, s.Size()))
		if err != nil || s.Size() != tt.size || string(got) != data {
			t.Errorf("Spool of %d bytes, %d in memory: %d bytes, size %d, %v", tt.size, tt.memory, len(got), s.Size(), err)
		}
		if n, err := s.ReadAt(make([]byte, 4), tt.size-2); tt.size > 2 && (n != 2 || !errors.Is(err, io.EOF)) {
			t.Errorf("ReadAt across the end = %d, %v, want 2 and io.EOF", n, err)
		}
	}
}

// What can be read anywhere is not copied, and begins where it stands.
func TestSpoolCopiesNothingWithoutNeed(t *testing.T) {
	t.Setenv("TMPDIR", filepath.Join(t.TempDir(), "nowhere")) // to spool would fail
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte("0123456789"), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	part := io.NewSectionReader(strings.NewReader("xx0123456789xx"), 2, 10)
	for name, r := range map[string]io.ReadSeeker{"a file": f, "bytes": bytes.NewReader([]byte("0123456789")), "a string": strings.NewReader("0123456789"), "a section": part} {
		for _, from := range []int64{0, 3} {
			if _, err := r.Seek(from, io.SeekStart); err != nil {
				t.Fatal(err)
			}
			s, err := m365graph.Spool(t.Context(), r, 1)
			if err != nil {
				t.Fatalf("%s: Spool = %v, want no copy", name, err)
			}
			got, err := io.ReadAll(io.NewSectionReader(s, 0, s.Size()))
			if want := "0123456789"[from:]; err != nil || string(got) != want {
				t.Errorf("%s from %d: %q, %v, want %q", name, from, got, err, want)
			}
			if err := s.Close(); err != nil {
				t.Errorf("%s: Close = %v", name, err)
			}
			if at, err := r.Seek(0, io.SeekCurrent); err != nil || at != from {
				t.Errorf("%s stands at %d, %v, want %d: it is the caller's", name, at, err, from)
			}
		}
	}
}

// A pipe is an *os.File and cannot be read anywhere; some files of the system
// say that they are empty.
func TestSpoolReadsFilesThatHaveNoSize(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		_, _ = io.WriteString(w, "through a pipe")
		_ = w.Close()
	}()
	s := spooled(t, r, 4)
	if got, err := io.ReadAll(io.NewSectionReader(s, 0, s.Size())); err != nil || string(got) != "through a pipe" {
		t.Errorf("Spool of a pipe = %q, %v", got, err)
	}
	if runtime.GOOS != "linux" {
		return
	}
	f, err := os.Open("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if s := spooled(t, f, 0); s.Size() == 0 {
		t.Error("Spool of /proc/self/status is empty")
	}
}

func TestNothingIsLeftOfASpool(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	t.Setenv("TMP", dir)
	broken := errors.New("the line is dead")
	long := func() io.Reader { return io.LimitReader(zeros{}, 1000) }
	for name, r := range map[string]io.Reader{
		"at once": iotest.ErrReader(broken), "in memory": io.MultiReader(strings.NewReader("x"), iotest.ErrReader(broken)),
		"on disk": io.MultiReader(long(), iotest.ErrReader(broken)),
	} {
		if s, err := m365graph.Spool(t.Context(), stream{r}, 10); !errors.Is(err, broken) || s != nil {
			t.Errorf("%s: Spool of a broken stream = %v, %v", name, s, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	stop := io.MultiReader(long(), readerFunc(func([]byte) (int, error) { cancel(); return 1, nil }), zeros{})
	if _, err := m365graph.Spool(ctx, stream{stop}, 10); !errors.Is(err, context.Canceled) {
		t.Errorf("Spool = %v, want the cancel", err)
	}
	s, err := m365graph.Spool(t.Context(), stream{long()}, 10)
	if err != nil {
		t.Fatal(err)
	}
	if runtime.GOOS != "windows" && len(tempFiles(t)) > 0 {
		t.Errorf("files = %v, want none that a kill would leave", tempFiles(t))
	}
	if err := errors.Join(s.Close(), s.Close()); err != nil {
		t.Errorf("Close, twice = %v", err)
	}
	if _, err := s.ReadAt(make([]byte, 1), 0); err == nil {
		t.Error("ReadAt after Close succeeded")
	}
	if left := tempFiles(t); len(left) > 0 {
		t.Errorf("files = %v, want none", left)
	}
}

func TestSpoolSaysWhyItCannotKeepAStream(t *testing.T) {
	nowhere := filepath.Join(t.TempDir(), "nowhere")
	t.Setenv("TMPDIR", nowhere)
	t.Setenv("TMP", nowhere)
	if s, err := m365graph.Spool(t.Context(), stream{io.LimitReader(zeros{}, 100)}, 10); !errors.Is(err, os.ErrNotExist) || s != nil {
		t.Errorf("Spool = %v, %v, want that there is no folder", s, err)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }
