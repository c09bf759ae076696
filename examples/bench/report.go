package main

import (
	"fmt"
	"io"
)

// figure is one measured number and its bar.
type figure struct {
	name     string
	measured float64
	bar      float64
	atLeast  bool   // the bar is a floor, not a ceiling
	format   string // of both numbers; empty means ratio
}

// Formats of numbers.
const (
	ratio  = "%.2fx"
	count  = "%.0f"
	each   = "%.1f"
	micros = "%.1fus"
	mib    = "%.1fMiB"
	secs   = "%.1fs"
	millis = "%.1fms"
)

func (f figure) ok() bool {
	if f.atLeast {
		return f.measured >= f.bar
	}
	return f.measured <= f.bar // no NaN passes
}

func (f figure) String() string {
	format, verdict := f.format, "miss"
	if format == "" {
		format = ratio
	}
	if f.ok() {
		verdict = "ok"
	}
	return fmt.Sprintf("bench: %s "+format+" "+format+" %s", f.name, f.measured, f.bar, verdict)
}

// report prints figures as they come, and remembers a miss.
type report struct {
	out    io.Writer
	missed bool
}

func (r *report) add(f figure) {
	fmt.Fprintln(r.out, f)
	r.missed = r.missed || !f.ok()
}

// note prints what no bar stands for.
func (r *report) note(format string, args ...any) {
	fmt.Fprintf(r.out, "  "+format+"\n", args...)
}

// addMedian reports the median of what was measured, after its spread.
func (r *report) addMedian(f figure, measured []float64) {
	format, bound := f.format, "at most"
	if format == "" {
		format = ratio
	}
	if f.atLeast {
		bound = "at least"
	}
	f.measured = median(measured)
	low, high := extremes(measured)
	r.note("%s: "+format+" to "+format+" in %d rounds; the bar is "+bound+" "+format, f.name, low, high, len(measured), f.bar)
	r.add(f)
}
