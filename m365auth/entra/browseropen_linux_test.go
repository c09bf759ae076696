package entra

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// commands puts shell scripts into an otherwise empty PATH.
func commands(t *testing.T, scripts map[string]string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for name, script := range scripts {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"+script+"\n"), 0o700); err != nil { //nolint:gosec // it is run
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", dir)
	return dir
}

func TestTheFirstCommandThatSucceedsOpensTheBrowser(t *testing.T) { //nolint:paralleltest // it changes PATH
	const address = "https://login.contoso.example/authorize?a=1&b=$(false)"
	for name, scripts := range map[string]map[string]string{
		"the first":              {"xdg-open": `printf %s "$1" > "${0%/*}/got"`, "wslview": "exit 1"},
		"after one that fails":   {"xdg-open": "exit 3", "x-www-browser": `printf %s "$1" > "${0%/*}/got"`},
		"where there is but one": {"wslview": `printf %s "$1" > "${0%/*}/got"`},
	} {
		dir := commands(t, scripts)
		if err := openSystemBrowser(t.Context(), address); err != nil {
			t.Errorf("%s: openSystemBrowser() error: %v", name, err)
		}
		if got, err := os.ReadFile(filepath.Join(dir, "got")); err != nil || string(got) != address { //nolint:gosec // of the test's own
			t.Errorf("%s: opened %q, %v, want %q", name, got, err, address)
		}
	}
	commands(t, map[string]string{"xdg-open": "exit 4"})
	if err := openSystemBrowser(t.Context(), address); !errors.Is(err, errNoBrowser) {
		t.Errorf("openSystemBrowser() without any = %v, want %v", err, errNoBrowser)
	}
}

func TestABrowserThatStaysIsNotWaitedFor(t *testing.T) { //nolint:paralleltest // it changes PATH
	dir := commands(t, map[string]string{"xdg-open": `read line < "${0%/*}/hold"`})
	hold := filepath.Join(dir, "hold")
	if err := syscall.Mkfifo(hold, 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := openSystemBrowser(ctx, "https://login.contoso.example/"); err != nil {
		t.Errorf("openSystemBrowser() = %v, want nil", err)
	}
	if ctx.Err() == nil {
		t.Error("openSystemBrowser() returned before the sign-in ended, though the browser runs")
	}
	if err := os.WriteFile(hold, []byte("\n"), 0o600); err != nil { // it goes on until now
		t.Fatal(err)
	}
}

func TestEverySystemHasACommand(t *testing.T) {
	t.Parallel()
	for system, want := range map[string]string{"darwin": "open", "windows": "rundll32", "linux": "xdg-open", "freebsd": "xdg-open"} {
		if got := openers(system); len(got) == 0 || got[0][0] != want {
			t.Errorf("openers(%s) = %v, want %s first", system, got, want)
		}
	}
}
