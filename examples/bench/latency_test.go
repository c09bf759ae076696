package main

import (
	"math"
	"testing"
)

func TestTheIdealOverlapsFetchingAndReading(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		pages             int
		fetch, read, want float64
	}{
		{1, 3, 2, 5},     // nothing to overlap
		{10, 20, 10, 21}, // the wire sets the pace, and the last page is read
		{10, 10, 20, 21}, // reading does, and the first page is fetched
		{4, 100, 0, 100}, // the floor
		{10, 20, 20, 22}, // both
		{2, 2, 4, 1 + 4}, // fetch one, then read two
		{2, 4, 2, 4 + 1}, // fetch two, then read one
	} {
		if got := overlapped(tt.pages, tt.fetch, tt.read); math.Abs(got-tt.want) > 1e-9 {
			t.Errorf("overlapped(%d, %v, %v) = %v, want %v", tt.pages, tt.fetch, tt.read, got, tt.want)
		}
	}
}
