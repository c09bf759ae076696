package main

import (
	"context"
	"errors"
	"math"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestMedian(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		xs              []float64
		want, low, high float64
	}{
		{[]float64{7}, 7, 7, 7},
		{[]float64{9, 1, 5}, 5, 1, 9},
		{[]float64{4, 1, 100, 2}, 3, 1, 100},
	} {
		given := append([]float64(nil), tt.xs...)
		if got := median(tt.xs); got != tt.want {
			t.Errorf("median(%v) = %v, want %v", tt.xs, got, tt.want)
		}
		if low, high := extremes(tt.xs); low != tt.low || high != tt.high {
			t.Errorf("extremes(%v) = %v, %v, want %v, %v", tt.xs, low, high, tt.low, tt.high)
		}
		if diff := cmp.Diff(given, tt.xs); diff != "" {
			t.Errorf("median changed what it was given:\n%s", diff)
		}
	}
	if got := median(nil); !math.IsNaN(got) {
		t.Errorf("median of nothing = %v, want NaN", got)
	}
	if low, high := extremes(nil); !math.IsNaN(low) || !math.IsNaN(high) {
		t.Errorf("extremes of nothing = %v, %v, want NaN", low, high)
	}
}

func TestRoundsAreJoinedInPairs(t *testing.T) {
	t.Parallel()
	if diff := cmp.Diff([]float64{2, 3}, pairwise([]float64{4, 9}, []float64{2, 3}, quotient)); diff != "" {
		t.Errorf("quotients (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]float64{2, 6}, pairwise([]float64{4, 9}, []float64{2, 3}, difference)); diff != "" {
		t.Errorf("differences (-want +got):\n%s", diff)
	}
}

// lasting is a side that takes so long, and says when it ran.
func lasting(d time.Duration, name string, log *string) side {
	return func(context.Context) error {
		<-time.After(d)
		*log += name
		return nil
	}
}

func TestSidesTakeTurnsToBeFirst(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var log string
		got, err := interleave(t.Context(), 3, lasting(time.Second, "a", &log), lasting(2*time.Second, "b", &log))
		if err != nil {
			t.Fatal(err)
		}
		if want := "ab" + "ab" + "ba" + "ab"; log != want {
			t.Errorf("the sides ran as %q, want %q", log, want)
		}
		if diff := cmp.Diff([][]float64{{1, 1, 1}, {2, 2, 2}}, got); diff != "" {
			t.Errorf("seconds (-want +got):\n%s", diff)
		}
	})
}

func TestAFailingSideEndsTheRounds(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	runs := 0
	if _, err := interleave(t.Context(), 3, func(context.Context) error {
		if runs++; runs == 2 {
			return broken
		}
		return nil
	}); !errors.Is(err, broken) || runs != 2 {
		t.Errorf("interleave = %v after %d runs, want the error of the second", err, runs)
	}
}
