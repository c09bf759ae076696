package m365graph_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func readme(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// goTool runs the go command on a program of one file.
func goTool(t *testing.T, verb, code string) string {
	t.Helper()
	source := filepath.Join(t.TempDir(), "main.go")
	if err := os.WriteFile(source, []byte(code), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), "go", verb, source).CombinedOutput()
	if err != nil {
		t.Errorf("go %s: %v\n%s\nof\n%s", verb, err, out, code)
	}
	return string(out)
}

func TestTheProgramOfTheReadmePrintsWhatItSays(t *testing.T) {
	t.Parallel()
	_, rest, _ := strings.Cut(readme(t), "```go\npackage main\n")
	code, rest, _ := strings.Cut(rest, "```\n")
	_, rest, _ = strings.Cut(rest, "```\n")
	want, _, ok := strings.Cut(rest, "```\n")
	if !ok {
		t.Fatal("the README has no program with its output")
	}
	if got := goTool(t, "run", "package main\n"+code); got != want {
		t.Errorf("the program prints\n%s, and the README says\n%s", got, want)
	}
}

// around is what stands around a piece of a program.
const around = `package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/m365go/sdk/m365graph"
	"github.com/m365go/sdk/m365graph/mail"
)

var _, _ = errors.Is, fmt.Println
var _ mail.Update

func main() {}

type kept struct{ ID string }

func piece(ctx context.Context, client *m365graph.Client, id, cursor string) error {
	%s
%s	return use(cursor)
}

func use(string) error { return nil }
`

func TestThePiecesOfTheReadmeBuild(t *testing.T) {
	t.Parallel()
	pieces := strings.Split(readme(t), "```go\n")[2:]
	if len(pieces) < 3 {
		t.Fatalf("the README has %d pieces of code, want at least 3", len(pieces))
	}
	for i, text := range pieces {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			code, _, _ := strings.Cut(text, "```\n")
			before := ""
			if strings.Contains(code, "store[") {
				before = "type user = kept\n\tstore := map[string]user{}"
			}
			goTool(t, "vet", fmt.Sprintf(around, before, code))
		})
	}
}

func TestTheReadmeNamesEverySentinel(t *testing.T) {
	t.Parallel()
	text, names := readme(t), 0
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	declaration := regexp.MustCompile(`(?m)^(?:\t|var )(Err[A-Z]\w*) += errors\.New`)
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range declaration.FindAllStringSubmatch(string(source), -1) {
			if names++; !strings.Contains(text, "| `"+found[1]+"` |") {
				t.Errorf("the README's table lacks %s", found[1])
			}
		}
	}
	if names < 15 {
		t.Errorf("found %d sentinels, want all of them", names)
	}
}
