package graphtest_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/m365go/sdk/m365graph/graphtest"
)

// fenced gives what stands in README.md between the first fence that begins so and its end, and what
// follows.
func fenced(t *testing.T, text, fence string) (inside, after string) {
	t.Helper()
	_, rest, ok := strings.Cut(text, "```"+fence+"\n")
	inside, after, ends := strings.Cut(rest, "```\n")
	if !ok || !ends {
		t.Fatalf("README.md has no block of %q", fence)
	}
	return inside, after
}

func readme(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// goTool runs the go command on a file.
func goTool(t *testing.T, name, code string, verb ...string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, []byte(code), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), "go", append(verb, file)...).CombinedOutput()
	if err != nil {
		t.Errorf("go %v: %v\n%s", verb, err, out)
	}
	return string(out)
}

func TestTheProgramOfTheReadmePrintsWhatItSays(t *testing.T) {
	t.Parallel()
	program, after := fenced(t, readme(t), "go")
	want, _ := fenced(t, after, "")
	if got := goTool(t, "main.go", program, "run"); got != want {
		t.Errorf("the program prints\n%s, and the README says\n%s", got, want)
	}
}

func TestTheTestOfTheReadmeBuilds(t *testing.T) {
	t.Parallel()
	_, after := fenced(t, readme(t), "go")
	code, _ := fenced(t, after, "go")
	goTool(t, "sync_test.go", `package sync_test

import (
	"testing"
	"time"

	"github.com/m365go/sdk/m365graph/graphtest"
)

func start(*testing.T, *graphtest.Options) *graphtest.Server { return nil }

func sync(*testing.T, *graphtest.Server) {}

`+code, "vet")
}

func TestTheFaultsOfTheReadmeAreTaken(t *testing.T) {
	t.Parallel()
	file, _ := fenced(t, readme(t), "json")
	faults, err := graphtest.ParseFaults(strings.NewReader(file))
	if err != nil || len(faults) != 5 {
		t.Fatalf("ParseFaults gives %d faults and %v, want 5", len(faults), err)
	}
	f := setup(t, office())
	for _, fault := range faults {
		must(t, f.Fail(fault))
	}
}
