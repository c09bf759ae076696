package entra_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/m365go/sdk/m365auth"
)

func readme(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// around is what stands around a piece of a program.
const around = `package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365auth/entra"
)

var _, _, _ = errors.Is, fmt.Println, http.Redirect
var _ entra.LoginRequest

func main() {}

func piece(ctx context.Context, provider *entra.Provider, caller m365auth.Secret, w http.ResponseWriter, r *http.Request) error {
%s	return use(token, err)
}

func use(m365auth.Token, error) error { return nil }
`

func TestThePiecesOfTheReadmeBuild(t *testing.T) {
	t.Parallel()
	pieces := strings.Split(readme(t), "```go\n")[1:]
	if len(pieces) < 4 {
		t.Fatalf("the README has %d pieces of code, want at least 4", len(pieces))
	}
	for i, text := range pieces {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			code, _, _ := strings.Cut(text, "```\n")
			if !strings.HasPrefix(code, "package ") {
				code = fmt.Sprintf(around, code)
			}
			source := filepath.Join(t.TempDir(), "main.go")
			if err := os.WriteFile(source, []byte(code), 0o600); err != nil {
				t.Fatal(err)
			}
			if out, err := exec.CommandContext(t.Context(), "go", "vet", source).CombinedOutput(); err != nil {
				t.Errorf("go vet: %v\n%s\nof\n%s", err, out, code)
			}
		})
	}
}

func TestTheReadmeNamesEveryMethodAndKind(t *testing.T) {
	t.Parallel()
	text := readme(t)
	for _, method := range m365auth.Methods() {
		if !strings.Contains(text, "| `"+string(method)+"`") {
			t.Errorf("the README's table lacks the method %s", method)
		}
	}
	source, err := os.ReadFile("../errors.go")
	if err != nil {
		t.Fatal(err)
	}
	kinds := 0
	for line := range strings.Lines(string(source)) {
		name, _, ok := strings.Cut(strings.TrimSpace(line), " Kind = ")
		if !ok {
			continue
		}
		if kinds++; !strings.Contains(text, "| `"+name+"` |") {
			t.Errorf("the README's table lacks the kind %s", name)
		}
	}
	if kinds < 10 {
		t.Errorf("kinds in errors.go = %d, want all of them", kinds)
	}
}
