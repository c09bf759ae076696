package blob_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/m365go/sdk/m365graph/internal/blob"
)

// filled is a spool of so many bytes.
func filled(t *testing.T, size int) (*blob.Spool, []byte) {
	t.Helper()
	content := bytes.Repeat([]byte("0123456789abcdef"), size/16+1)[:size]
	s := &blob.Spool{}
	for rest := content; len(rest) > 0; {
		n, err := s.Write(rest[:min(len(rest), 300_000)])
		if err != nil {
			t.Fatal(err)
		}
		rest = rest[n:]
	}
	return s, content
}

// same compares what a blob holds, and its hash, with what it should.
func same(t *testing.T, b *blob.Blob, want []byte) {
	t.Helper()
	if got, err := b.ReadAll(); err != nil || !bytes.Equal(got, want) || b.Size() != int64(len(want)) {
		t.Errorf("ReadAll() gives %d bytes of %d, %v; want the %d that were written", len(got), b.Size(), err, len(want))
	}
	var q blob.QuickXor
	_, _ = q.Write(want)
	if got, err := b.QuickXorHash(); err != nil || got != q.Sum() {
		t.Errorf("QuickXorHash() = %q, %v, want %q", got, err, q.Sum())
	}
}

// sizes lie on both sides of what is kept in memory.
var sizes = []int{0, 1, 1 << 20, 1<<20 + 1, 3 << 20}

func TestSpoolGivesWhatWasWritten(t *testing.T) {
	t.Parallel()
	for _, size := range sizes {
		s, content := filled(t, size)
		if s.Size() != int64(size) {
			t.Errorf("Size() = %d, want %d", s.Size(), size)
		}
		same(t, s.Blob(), content)
	}
}

func TestTakeAddsTheOther(t *testing.T) {
	t.Parallel()
	for _, first := range sizes {
		for _, second := range sizes {
			a, head := filled(t, first)
			b, tail := filled(t, second)
			if err := a.Take(b); err != nil {
				t.Fatal(err)
			}
			same(t, a.Blob(), append(bytes.Clone(head), tail...))
		}
	}
}

func TestTakeOfWhatCannotBeReadAddsNothing(t *testing.T) {
	t.Parallel()
	gone, _ := filled(t, 2<<20)
	if err := new(blob.Spool).Take(gone); err != nil { // which closes its file
		t.Fatal(err)
	}
	for _, size := range sizes {
		s, content := filled(t, size)
		if err := s.Take(gone); err == nil {
			t.Error("Take() of a spool that was taken = nil, want an error")
		}
		same(t, s.Blob(), content)
	}
}

func TestDetachedCopyHasItsOwnContent(t *testing.T) {
	t.Parallel()
	for _, size := range sizes {
		s, content := filled(t, size)
		copied := *s
		copied.Detach()
		_, _ = s.Write([]byte("more"))
		_, _ = copied.Write([]byte("else"))
		same(t, s.Blob(), append(bytes.Clone(content), "more"...))
		same(t, copied.Blob(), append(bytes.Clone(content), "else"...))
	}
}

// source counts how often it is open.
type source struct {
	*strings.Reader
	open *int
}

func (s source) Close() error {
	*s.open--
	return nil
}

func TestLazyClosesWhatItOpens(t *testing.T) {
	t.Parallel()
	open, opened := 0, 0
	b, err := blob.Lazy(func() (io.ReaderAt, int64, error) {
		open, opened = open+1, opened+1
		return source{strings.NewReader("content"), &open}, 7, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	same(t, b, []byte("content"))
	if _, err := b.QuickXorHash(); err != nil || open != 0 || opened != 3 {
		t.Errorf("opened %d times and left open %d times, %v; want 3 (looked at, read, hashed once) and 0", opened, open, err)
	}
}

func TestLazyTellsWhatKeptItFromOpening(t *testing.T) {
	t.Parallel()
	broken, fail := errors.New("no such place"), false
	open := func() (io.ReaderAt, int64, error) {
		if fail {
			return nil, 0, broken
		}
		return strings.NewReader("x"), 1, nil
	}
	b, err := blob.Lazy(open)
	if err != nil {
		t.Fatal(err)
	}
	fail = true
	if _, err := blob.Lazy(open); !errors.Is(err, broken) {
		t.Errorf("Lazy() = %v, want %v", err, broken)
	}
	if _, _, err := b.Reader(); !errors.Is(err, broken) {
		t.Errorf("Reader() = %v, want %v", err, broken)
	}
	if _, err := b.QuickXorHash(); !errors.Is(err, broken) {
		t.Errorf("QuickXorHash() = %v, want %v", err, broken)
	}
}
