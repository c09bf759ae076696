package main

import (
	"context"
	"math"
	"runtime"
	"slices"
	"time"
)

// side is one of the ways to do the same work.
type side func(context.Context) error

// interleave runs the sides in turn, after a first round that does not count, and
// returns the seconds that each took in each round.
func interleave(ctx context.Context, rounds int, sides ...side) ([][]float64, error) {
	for _, do := range sides {
		if err := do(ctx); err != nil {
			return nil, err
		}
	}
	return alternate(ctx, rounds, sides...)
}

// alternate is interleave without the first round. Each round begins with another
// side, so that none always follows the same one.
func alternate(ctx context.Context, rounds int, sides ...side) ([][]float64, error) {
	seconds := make([][]float64, len(sides))
	for i := range sides {
		seconds[i] = make([]float64, rounds)
	}
	for round := range rounds {
		for i := range sides {
			n := (round + i) % len(sides)
			runtime.GC()
			start := time.Now()
			if err := sides[n](ctx); err != nil {
				return nil, err
			}
			seconds[n][round] = time.Since(start).Seconds()
		}
	}
	return seconds, nil
}

// pairwise joins the rounds of two sides.
func pairwise(a, b []float64, join func(a, b float64) float64) []float64 {
	joined := make([]float64, len(a))
	for i := range a {
		joined[i] = join(a[i], b[i])
	}
	return joined
}

func quotient(a, b float64) float64   { return a / b }
func difference(a, b float64) float64 { return a - b }

// median of an even number is the mean of the two in the middle; of none it is
// NaN, which meets no bar.
func median(xs []float64) float64 {
	if len(xs) == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(xs))
	mid := len(sorted) / 2
	if len(sorted)%2 == 0 {
		return (sorted[mid-1] + sorted[mid]) / 2
	}
	return sorted[mid]
}

func extremes(xs []float64) (low, high float64) {
	if len(xs) == 0 {
		return math.NaN(), math.NaN()
	}
	return slices.Min(xs), slices.Max(xs)
}

// allocations counts those that work makes in this process.
func allocations(ctx context.Context, work side) (float64, error) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	err := work(ctx)
	runtime.ReadMemStats(&after)
	return float64(after.Mallocs - before.Mallocs), err
}
