package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The bench runs itself once more for servers, and under test that is the test.
func TestMain(m *testing.M) {
	if slices.Contains([]string{"-serve", "-transfer", "-quick"}, os.Args[1]) {
		main()
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func TestAMissIsAnErrorAfterAllRowsHaveRun(t *testing.T) {
	t.Parallel()
	figures := func(f figure) func(context.Context, *report, effort) error {
		return func(_ context.Context, rep *report, _ effort) error { rep.add(f); return nil }
	}
	good, bad := figure{name: "good", measured: 1, bar: 2}, figure{name: "bad", measured: 3, bar: 2}
	broken := errors.New("broken")
	rows := []row{
		{"bad", figures(bad)},
		{"broken", func(context.Context, *report, effort) error { return broken }},
		{"good", figures(good)},
	}
	for pattern, tt := range map[string]struct {
		want error
		out  string
	}{
		"good":     {nil, "bench: good 1.00x 2.00x ok\n"},
		"bad|good": {errMissed, "bench: bad 3.00x 2.00x miss\nbench: good 1.00x 2.00x ok\n"},
		"broken|g": {broken, "bench: good 1.00x 2.00x ok\n"},
	} {
		var out bytes.Buffer
		err := measureRows(t.Context(), &report{out: &out}, rows, regexp.MustCompile(pattern), brief)
		if !errors.Is(err, tt.want) || tt.want == nil && err != nil {
			t.Errorf("rows %q = %v, want %v", pattern, err, tt.want)
		}
		if out.String() != tt.out {
			t.Errorf("rows %q printed %q, want %q", pattern, out.String(), tt.out)
		}
	}
}

func TestAnErrorExits1(t *testing.T) {
	t.Parallel()
	cmd, err := again(t.Context(), "-quick", "-run", "no such row")
	if err != nil {
		t.Fatal(err)
	}
	var said strings.Builder
	cmd.Stderr = &said
	err = cmd.Run()
	if exit, ok := errors.AsType[*exec.ExitError](err); !ok || exit.ExitCode() != 1 {
		t.Errorf("bench -run 'no such row' ended with %v, want exit status 1", err)
	}
	if !strings.Contains(said.String(), "no row matches") {
		t.Errorf("bench said %q, want that no row matches", said.String())
	}
}
