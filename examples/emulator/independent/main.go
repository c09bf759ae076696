// Command independent runs programs written by others, unmodified, against the
// emulator, and fails where one of them does. It is what `make independent` is.
//
// Each program has a folder in testdata with a script or a program that makes it do
// real work and looks at what came of it. Versions are locked there.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"slices"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "independent:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	f := flag.NewFlagSet("independent", flag.ExitOnError)
	only := f.String("run", "", "run the programs whose names match the `REGEXP`")
	faults := f.String("faults", "", "spoil requests, by the emulator's `FILE` of faults: the programs then fail, or bear it")
	cache := f.String("cache", ".cache/independent", "`FOLDER` for what is installed and built")
	printTable := f.Bool("table", false, "print the table of the README and run nothing")
	if err := f.Parse(args); err != nil {
		return err
	}
	if *printTable {
		fmt.Print(table())
		return nil
	}
	match, err := regexp.Compile(*only)
	if err != nil {
		return err
	}
	s, err := newSuite(*cache)
	if err != nil {
		return err
	}
	if *faults != "" {
		if *faults, err = filepath.Abs(*faults); err != nil {
			return err
		}
		s.flags = append(s.flags, "-faults", *faults)
	}
	var chosen []program
	for _, p := range programs {
		if p.command != nil && match.MatchString(p.name) {
			chosen = append(chosen, p)
		}
	}
	return s.runAll(ctx, chosen)
}

// suite is where the programs are installed and run.
type suite struct {
	testdata, cache string
	emulator        string
	flags           []string // of the emulator
	ready           map[string]error
}

// newSuite finds the folders: the repository's root is where the command runs.
func newSuite(cache string) (*suite, error) {
	testdata, err := filepath.Abs("examples/emulator/independent/testdata")
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(testdata); err != nil {
		return nil, fmt.Errorf("run it at the root of the repository: %w", err)
	}
	if cache, err = filepath.Abs(cache); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Join(cache, "bin"), 0o755); err != nil {
		return nil, err
	}
	return &suite{testdata: testdata, cache: cache, emulator: filepath.Join(cache, "bin", "emulator"), ready: map[string]error{}}, nil
}

// runAll runs the programs one after another and tells how many failed.
func (s *suite) runAll(ctx context.Context, chosen []program) error {
	if len(chosen) == 0 {
		return errors.New("no program has such a name")
	}
	if err := command(ctx, "", nil, "go", "build", "-o", s.emulator, "./examples/emulator"); err != nil {
		return fmt.Errorf("build the emulator: %w", err)
	}
	failed := 0
	for _, p := range chosen {
		fmt.Printf("--- %s %s (%s)\n", p.name, p.version, p.from)
		began := time.Now()
		if err := s.runOne(ctx, p); err != nil {
			failed++
			fmt.Printf("FAIL %s after %.1f s: %v\n", p.name, time.Since(began).Seconds(), err)
			continue
		}
		fmt.Printf("ok   %s in %.1f s\n", p.name, time.Since(began).Seconds())
	}
	fmt.Printf("%d passed, %d failed\n", len(chosen)-failed, failed)
	if failed > 0 {
		return fmt.Errorf("%d of %d programs did not do their work", failed, len(chosen))
	}
	return nil
}

// limit is how long a program's work may take.
const limit = 3 * time.Minute

// runOne prepares a program, and runs its check under the emulator.
func (s *suite) runOne(ctx context.Context, p program) error {
	prepared, done := s.ready[p.prepares]
	if !done {
		prepared = preparations[p.prepares](ctx, s)
		s.ready[p.prepares] = prepared
	}
	if prepared != nil {
		return fmt.Errorf("install: %w", prepared)
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	home, err := os.MkdirTemp("", "independent-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(home)
	env := append(os.Environ(),
		"PATH="+filepath.Join(s.cache, "bin")+string(os.PathListSeparator)+os.Getenv("PATH"),
		"HOME="+home, "XDG_CONFIG_HOME="+home, "XDG_CACHE_HOME="+home)
	args := slices.Concat([]string{"exec"}, s.flags, p.flags, []string{"--"}, p.command)
	return command(ctx, s.folder(p), env, s.emulator, args...)
}

// folder is where a check runs: Node finds its packages beside it.
func (s *suite) folder(p program) string {
	if p.prepares == "node" {
		return filepath.Join(s.cache, "node")
	}
	return filepath.Join(s.testdata, "curl")
}

// command runs one with its output here. An ended context interrupts it first, so
// that it can end what it started.
func command(ctx context.Context, dir string, env []string, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = dir, env, os.Stdout, os.Stderr
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	if err := cmd.Run(); err != nil {
		return errors.Join(err, ctx.Err())
	}
	return nil
}
