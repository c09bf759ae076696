// Command bench measures m365graph against what the same work costs with net/http
// alone, both in one run, and holds the ratios against bars. It prints a line a
// figure, `bench: NAME measured bar ok|miss`, and exits 1 on any miss:
//
//	make bench                # all rows, some six minutes on two cores
//	make bench BENCH=list     # the rows whose names match
//	go run ./examples/bench -quick
//
// The sides of a comparison run in turn, and the figure is the median of the
// ratios of neighbours, so that a machine that is slow for a while is slow for
// all of them. Servers run in a process of their own, so that allocations and
// memory are the client's.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"regexp"
	"time"
)

func main() {
	pattern := flag.String("run", ".", "the rows to run, a regular `expression`")
	quick := flag.Bool("quick", false, "run fewer and smaller rounds, for a first look")
	serves := flag.String("serve", "", "(for the bench itself) serve, as this JSON says")
	moves := flag.String("transfer", "", "(for the bench itself) upload and download with the server that this JSON names")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	var err error
	switch {
	case *serves != "":
		err = serve(*serves, os.Stdin, os.Stdout)
	case *moves != "":
		err = transferAlone(ctx, *moves, os.Stdout)
	default:
		err = run(ctx, os.Stdout, *pattern, *quick)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		stop()
		os.Exit(1)
	}
}

// row is one line of the table: a piece of work, and what it is held against.
type row struct {
	name string
	run  func(context.Context, *report, effort) error
}

var rows = []row{
	{"list", listRow},
	{"latency", latencyRow},
	{"batch", batchRow},
	{"small-get", smallGetRow},
	{"throttle", throttleRow},
	{"transfer", transferRow},
	{"build", buildRow},
	{"emulator", emulatorRow},
}

// effort is how much is measured.
type effort struct {
	rounds    int   // of what takes less than a second
	slow      int   // of what takes some seconds
	transfers int   // of each upload and download
	size      int64 // of what they carry, in bytes
	builds    int
	throttle  time.Duration // for each setting of the bucket
}

var (
	full  = effort{rounds: 11, slow: 5, transfers: 7, size: 1 << 30, builds: 3, throttle: 5 * time.Second}
	brief = effort{rounds: 3, slow: 1, transfers: 3, size: 128 << 20, builds: 1, throttle: 3 * time.Second}
)

var errMissed = errors.New("not every bar was met")

// run measures the rows that match, all of them even if one fails.
func run(ctx context.Context, out io.Writer, pattern string, quick bool) error {
	chosen, err := regexp.Compile(pattern)
	if err != nil {
		return fmt.Errorf("-run: %w", err)
	}
	much := full
	if quick {
		much = brief
	}
	return measureRows(ctx, &report{out: out}, rows, chosen, much)
}

func measureRows(ctx context.Context, rep *report, rows []row, chosen *regexp.Regexp, much effort) error {
	var failed []error
	found := false
	for _, r := range rows {
		if !chosen.MatchString(r.name) {
			continue
		}
		found = true
		if err := r.run(ctx, rep, much); err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", r.name, err))
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	switch {
	case !found:
		return fmt.Errorf("no row matches %q", chosen)
	case rep.missed:
		failed = append(failed, errMissed)
	}
	return errors.Join(failed...)
}
