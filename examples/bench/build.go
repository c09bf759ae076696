package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// The programs that are built list mail, one by package mail and one by net/http
// and encoding/json alone.
const (
	oursProgram  = "github.com/m365go/sdk/examples/bench/listmail"
	plainProgram = "github.com/m365go/sdk/examples/bench/plainmail"
)

// buildRow builds both programs with an empty cache, and compares times and sizes.
func buildRow(ctx context.Context, rep *report, much effort) error {
	dir, err := os.MkdirTemp("", "bench-build-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	b := builder{dir: dir, caches: map[string]string{}, spent: map[string]time.Duration{}}
	took, err := alternate(ctx, much.builds, b.cold(plainProgram), b.cold(oursProgram))
	if err != nil {
		return err
	}
	plain, ours := took[0], took[1]
	rep.note("build: medians: plain %s, m365graph %s", seconds(median(plain)), seconds(median(ours)))
	rep.note("build: processor time: plain %s, m365graph %s", b.spent[plainProgram], b.spent[oursProgram])
	rep.addMedian(figure{name: "build-cold", bar: 1.5}, pairwise(ours, plain, quotient))
	for _, kind := range []struct{ name, ldflags string }{{"size-default", ""}, {"size-stripped", "-s -w"}} {
		plain, err := b.size(ctx, plainProgram, kind.ldflags)
		if err != nil {
			return err
		}
		ours, err := b.size(ctx, oursProgram, kind.ldflags)
		if err != nil {
			return err
		}
		rep.note("%s: plain %.1f MB, m365graph %.1f MB", kind.name, plain/1e6, ours/1e6)
		rep.add(figure{name: kind.name, measured: ours / plain, bar: 1.3})
	}
	return nil
}

// builder builds below a folder of its own.
type builder struct {
	dir    string
	caches map[string]string        // of each program's last cold build
	spent  map[string]time.Duration // processor time of the same
}

// cold builds a program with nothing but the modules' sources there.
func (b builder) cold(program string) side {
	return func(ctx context.Context) error {
		cache, err := os.MkdirTemp(b.dir, "cold-")
		if err != nil {
			return err
		}
		b.caches[program] = cache
		_, b.spent[program], err = b.build(ctx, program, cache, "")
		return err
	}
}

// size is how many bytes a program has. After its cold build, only linking is left
// to do.
func (b builder) size(ctx context.Context, program, ldflags string) (float64, error) {
	name, _, err := b.build(ctx, program, b.caches[program], ldflags)
	if err != nil {
		return 0, err
	}
	info, err := os.Stat(name)
	if err != nil {
		return 0, err
	}
	return float64(info.Size()), nil
}

// build returns the program's file and the processor time it took. It is without
// cgo, as a C compiler's share of the time would hide what is ours.
func (b builder) build(ctx context.Context, program, cache, ldflags string) (string, time.Duration, error) {
	name := filepath.Join(b.dir, "program.exe") // a name for every system
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags", ldflags, "-o", name, program)
	cmd.Env = append(os.Environ(), "GOCACHE="+cache, "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", 0, fmt.Errorf("go build %s: %w\n%s", program, err, out)
	}
	spent := cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	return name, spent.Round(time.Millisecond), nil
}
