package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestEveryMessageHasAResult(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	if err := run(t.Context(), &out); err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	const want = `10 messages are unread.
   gone meanwhile: 🎂 Cake in the kitchen 🎉
9 are marked as read.
It took 2 requests; the second one repeated what was throttled.
0 messages are unread.
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("printed (-want +got):\n%s", diff)
	}
}
