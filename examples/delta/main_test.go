package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTheCopyKeepsInStep(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	if err := run(t.Context(), &out); err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	const want = `The first round brings everything:
   22 messages
A mail has come, one was read and one was deleted:
   ~ 🎂 Cake in the kitchen 🎉
   - AW: Angebot für Lagerregale - Rückfrage zur Größe
   + Note to myself
   22 messages
Graph has forgotten the cursor, and another was deleted:
   ! Graph cannot tell what has changed, and lists everything again.
   - Note to myself
   21 messages
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("printed (-want +got):\n%s", diff)
	}
}

func TestAMirrorIsSavedWhole(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "inbox.json")
	want := &mirror{Cursor: "here", Messages: map[string]entry{"1": {"Order", true}}}
	if err := want.save(file); err != nil {
		t.Fatal(err)
	}
	got, err := load(file)
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("load = %v (-want +got):\n%s", err, diff)
	}
	if err := os.WriteFile(file, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := load(file); err == nil {
		t.Error("a broken file was taken for a mirror")
	}
	if left, err := filepath.Glob(filepath.Join(filepath.Dir(file), ".mirror-*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}
