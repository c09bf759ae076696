package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestReadmeShowsTheList(t *testing.T) {
	t.Parallel()
	if !strings.Contains(read(t, filepath.Join("..", "README.md")), table()) {
		t.Errorf("the table of the README is another one; go run ./examples/emulator/independent -table prints\n%s", table())
	}
}

// What the list says is what the lock files install.
func TestVersionsAreThoseOfTheLocks(t *testing.T) {
	t.Parallel()
	var lock struct {
		Packages map[string]struct{ Version, Resolved string }
	}
	text := read(t, "testdata/node/package-lock.json")
	if err := json.Unmarshal([]byte(text), &lock); err != nil {
		t.Fatal(err)
	}
	for _, p := range programs {
		switch p.from {
		case "npm":
			if got := lock.Packages["node_modules/"+p.name].Version; got != p.version {
				t.Errorf("the lock file has %s at %q, want %q", p.name, got, p.version)
			}
		case "Go":
			module, _, _ := strings.Cut(p.name, " ")
			mod := read(t, filepath.Join("testdata", p.prepares, "go.mod"))
			if !regexp.MustCompile(`(?m)\s` + regexp.QuoteMeta(module+" v"+p.version) + `$`).MatchString(mod) {
				t.Errorf("go.mod of %s does not require v%s", module, p.version)
			}
		}
		if preparations[p.prepares] == nil {
			t.Errorf("%s: nothing prepares %q", p.name, p.prepares)
		}
	}
	for name, pkg := range lock.Packages {
		if pkg.Resolved != "" {
			t.Errorf("the lock file names the host of a registry for %s", name)
		}
	}
}

// Every script has a program, so that none is forgotten.
func TestEveryCheckIsRun(t *testing.T) {
	t.Parallel()
	used := map[string]bool{"mcp.mjs": true} // the client of the others
	for _, p := range programs {
		for _, word := range p.command {
			used[filepath.Base(word)] = true
		}
	}
	for _, pattern := range []string{"testdata/*/*.mjs", "testdata/*/*.sh", "testdata/*/*.py"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if !used[filepath.Base(file)] {
				t.Errorf("no program runs %s", file)
			}
		}
	}
}

func TestAFailedProgramFailsTheSuite(t *testing.T) {
	t.Chdir("../../..")
	s, err := newSuite(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	s.ready["nothing"] = nil
	good := program{name: "good", prepares: "nothing", command: []string{"true"}}
	bad := program{name: "bad", prepares: "nothing", command: []string{"false"}}
	for _, test := range []struct {
		chosen []program
		fails  bool
	}{{[]program{good}, false}, {[]program{good, bad}, true}, {[]program{bad, good}, true}, {nil, true}} {
		if err := s.runAll(t.Context(), test.chosen); (err != nil) != test.fails {
			t.Errorf("runAll(%d programs) = %v, want an error: %t", len(test.chosen), err, test.fails)
		}
	}
}
