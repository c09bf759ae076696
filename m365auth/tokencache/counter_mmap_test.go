//go:build linux || darwin

package tokencache

import (
	"os"
	"path/filepath"
	"testing"
)

// follows returns a store that has mapped the folder's counter.
func follows(t *testing.T, dir string, keys KeySource) *FileStore {
	t.Helper()
	s := testStore(t, dir, keys)
	if _, err := s.Version(t.Context(), slotOne); err != nil {
		t.Fatal(err)
	}
	return s
}

func wantCount(t *testing.T, s *FileStore, known bool) uint64 {
	t.Helper()
	n, ok := s.Changes()
	if ok != known {
		t.Errorf("Changes() = %d, %t, want it known: %t", n, ok, known)
	}
	return n
}

func TestAChangeElsewhereIsCountedAtOnce(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "cache")
	keys := FixedKeys(fixedKey(t))
	writer := testStore(t, dir, keys)
	wantCount(t, follows(t, dir, keys), false) // there is nothing yet
	mustSave(t, writer, slotOne, "x")
	reader := follows(t, dir, keys)
	before := wantCount(t, reader, true)
	if again := wantCount(t, reader, true); again != before {
		t.Errorf("Changes() = %d, and then %d", before, again)
	}
	rekeyed := testStore(t, dir, FixedKeys(fixedKey(t), mustFirst(t, keys)))
	for _, change := range []struct {
		name string
		do   func() error
	}{
		{"a save", func() error { mustSave(t, writer, slotOne, "y"); return nil }},
		{"a rekey", func() error { _, err := rekeyed.Rekey(t.Context()); return err }},
		{"a deletion", func() error { return writer.Delete(t.Context(), slotOne) }},
	} {
		before := wantCount(t, reader, true)
		if err := change.do(); err != nil {
			t.Fatalf("%s: %v", change.name, err)
		}
		if after := wantCount(t, reader, true); after == before {
			t.Errorf("Changes() after %s = %d, as before", change.name, after)
		}
	}
}

func mustFirst(t *testing.T, keys KeySource) Key {
	t.Helper()
	all, err := keys.Keys(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return all[0]
}

func TestACounterOfAKilledWriterIsNotTrusted(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "cache")
	keys := FixedKeys(fixedKey(t))
	writer := testStore(t, dir, keys)
	mustSave(t, writer, slotOne, "x")
	reader := follows(t, dir, keys)
	before := wantCount(t, reader, true)
	for range 2 { // two are killed between the count and the change
		if err := writer.count(true); err != nil {
			t.Fatal(err)
		}
		wantCount(t, reader, false)
	}
	mustSave(t, writer, slotOne, "y")
	if after := wantCount(t, reader, true); after == before {
		t.Errorf("Changes() = %d, as before", after)
	}
}

func TestACounterThatIsTamperedWithIsNotTrusted(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "cache")
	keys := FixedKeys(fixedKey(t))
	writer := testStore(t, dir, keys)
	mustSave(t, writer, slotOne, "x")
	reader := follows(t, dir, keys)
	before := wantCount(t, reader, true)
	if err := os.Truncate(writer.counterPath(), 0); err != nil {
		t.Fatal(err)
	}
	wantCount(t, reader, false)
	mustSave(t, writer, slotOne, "y")
	if after := wantCount(t, reader, true); after == before {
		t.Errorf("Changes() after a cut = %d, as before", after)
	}
	before = wantCount(t, reader, true)
	if err := os.Remove(writer.counterPath()); err != nil {
		t.Fatal(err)
	}
	mustSave(t, writer, slotOne, "z")
	if _, err := reader.Version(t.Context(), slotOne); err != nil { // which maps the new file
		t.Fatal(err)
	}
	if after := wantCount(t, reader, true); after == before {
		t.Errorf("Changes() of a new counter = %d, as before", after)
	}
}

func BenchmarkChanges(b *testing.B) {
	k, err := GenerateKey()
	if err != nil {
		b.Fatal(err)
	}
	s, err := NewFileStore(filepath.Join(b.TempDir(), "cache"), &FileOptions{Keys: FixedKeys(k)})
	if err != nil {
		b.Fatal(err)
	}
	if _, err := s.Save(b.Context(), slotOne, nil, ""); err != nil {
		b.Fatal(err)
	}
	if _, err := s.Version(b.Context(), slotOne); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, ok := s.Changes(); !ok {
			b.Fatal("Changes() is not known")
		}
	}
}
