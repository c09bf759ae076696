package main

import (
	"bytes"
	"context"
	"flag"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden conversation anew")

// TestConversation holds the whole conversation against a golden file, in which
// the two things that differ from run to run are named.
func TestConversation(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	if err := run(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	got := out.String()
	for pattern, name := range map[string]string{
		`https://127\.0\.0\.1:\d+/devicelogin`: "https://HOST/devicelogin",
		`Enter code: [A-Z0-9]+`:                "Enter code: CODE",
	} {
		re := regexp.MustCompile(pattern)
		if n := len(re.FindAllString(got, -1)); n != 1 {
			t.Errorf("%s is printed %d times, want once", name, n)
		}
		got = re.ReplaceAllString(got, name)
	}
	const golden = "testdata/conversation.txt"
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("the conversation differs (-want +got):\n%s", diff)
	}
}

func TestRunEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := run(ctx, &bytes.Buffer{}); err == nil {
		t.Error("run = nil, want the context's error")
	}
}
