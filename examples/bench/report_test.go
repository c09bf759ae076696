package main

import (
	"math"
	"strings"
	"testing"
)

func TestAFigureIsHeldAgainstItsBar(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		figure figure
		want   string
	}{
		{figure{name: "a", measured: 1.62, bar: 2}, "bench: a 1.62x 2.00x ok"},
		{figure{name: "a", measured: 2, bar: 2}, "bench: a 2.00x 2.00x ok"},
		{figure{name: "a", measured: 2.01, bar: 2}, "bench: a 2.01x 2.00x miss"},
		{figure{name: "b", measured: 0.95, bar: 0.9, atLeast: true}, "bench: b 0.95x 0.90x ok"},
		{figure{name: "b", measured: 0.89, bar: 0.9, atLeast: true}, "bench: b 0.89x 0.90x miss"},
		{figure{name: "c", measured: 1, bar: 0, format: count}, "bench: c 1 0 miss"},
		{figure{name: "d", measured: 12.34, bar: 15, format: micros}, "bench: d 12.3us 15.0us ok"},
		{figure{name: "e", measured: math.NaN(), bar: 15, format: mib}, "bench: e NaNMiB 15.0MiB miss"},
		{figure{name: "f", measured: math.NaN(), bar: 0, atLeast: true}, "bench: f NaNx 0.00x miss"},
	} {
		if got := tt.figure.String(); got != tt.want {
			t.Errorf("%+v = %q, want %q", tt.figure, got, tt.want)
		}
	}
}

func TestTheMedianIsReportedAfterItsSpread(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	rep := &report{out: &out}
	rep.addMedian(figure{name: "up", bar: 0.9, atLeast: true}, []float64{1, 0.8, 0.95})
	want := "  up: 0.80x to 1.00x in 3 rounds; the bar is at least 0.90x\nbench: up 0.95x 0.90x ok\n"
	if out.String() != want || rep.missed {
		t.Errorf("addMedian printed %q, missed %t, want %q", out.String(), rep.missed, want)
	}
	rep.addMedian(figure{name: "down", bar: 0.9, format: each}, []float64{1, 1, 0})
	if !strings.HasSuffix(out.String(), "at most 0.9\nbench: down 1.0 0.9 miss\n") || !rep.missed {
		t.Errorf("addMedian printed %q, missed %t, want a miss", out.String(), rep.missed)
	}
}
