package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// preparations install what programs need, from the lock files of testdata.
var preparations = map[string]func(context.Context, *suite) error{
	"debian": debian, "node": node,
	"rclone":     func(ctx context.Context, s *suite) error { return s.build(ctx, "rclone") },
	"azidentity": func(ctx context.Context, s *suite) error { return s.build(ctx, "azidentity") },
	"goonedrive": func(ctx context.Context, s *suite) error { return s.build(ctx, "goonedrive") },
}

// debian installs packages of the system where they are missing, which takes root.
func debian(ctx context.Context, _ *suite) error {
	if exec.CommandContext(ctx, "/usr/bin/python3", "-c", "import msal, requests").Run() == nil && installed("curl") && installed("apprise") {
		return nil
	}
	packages := []string{"curl", "python3", "python3-msal", "python3-requests", "apprise"}
	if !installed("apt-get") || os.Geteuid() != 0 {
		return fmt.Errorf("this needs Debian's packages: as root, apt-get install %s", strings.Join(packages, " "))
	}
	if err := command(ctx, "", nil, "apt-get", "update", "-qq"); err != nil {
		return err
	}
	env := append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
	return command(ctx, "", env, "apt-get", append([]string{"install", "-y", "-qq", "--no-install-recommends"}, packages...)...)
}

// installed reports whether the system has a command.
func installed(name string) bool {
	_, err := exec.LookPath(name)
	return err == nil
}

// build compiles a program outside of the workspace, by its own go.sum.
func (s *suite) build(ctx context.Context, name string) error {
	env := append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=readonly")
	return command(ctx, filepath.Join(s.testdata, name), env, "go", "build", "-o", filepath.Join(s.cache, "bin", name), ".")
}

// node installs what the lock file of npm names. No package's own script is run.
func node(ctx context.Context, s *suite) error {
	if !installed("npm") {
		return errors.New("this needs Node 20 or newer, and npm")
	}
	to := filepath.Join(s.cache, "node")
	if err := os.MkdirAll(to, 0o755); err != nil {
		return err
	}
	files, err := filepath.Glob(filepath.Join(s.testdata, "node", "*"))
	if err != nil {
		return err
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(to, filepath.Base(file)), text, 0o600); err != nil {
			return err
		}
	}
	if same(filepath.Join(to, "package-lock.json"), filepath.Join(to, "installed.json")) {
		return nil
	}
	if err := command(ctx, to, nil, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"); err != nil {
		return err
	}
	lock, err := os.ReadFile(filepath.Join(to, "package-lock.json"))
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(to, "installed.json"), lock, 0o600); err != nil {
		return fmt.Errorf("note what was installed: %w", err)
	}
	return nil
}

// same reports whether two files hold the same.
func same(a, b string) bool {
	one, err := os.ReadFile(a)
	if err != nil {
		return false
	}
	two, err := os.ReadFile(b)
	return err == nil && string(one) == string(two)
}
