package main

import (
	"net/http"
	"strconv"
	"testing"
	"testing/synctest"
	"time"
)

// distance is how far the bucket is, there and back.
const distance = 10 * time.Millisecond

// ask sends a request and returns the wait that its answer names, 0 for none.
func ask(t *testing.T, b *bucket) time.Duration {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://graph.example/", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := b.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode == http.StatusOK {
		return 0
	}
	seconds, err := strconv.ParseFloat(resp.Header.Get("Retry-After"), 64)
	if err != nil || seconds <= 0 {
		t.Fatalf("Retry-After is %q, %v, want a wait", resp.Header.Get("Retry-After"), err)
	}
	return time.Duration(seconds * float64(time.Second)).Round(time.Millisecond)
}

func TestTheBucketNamesTheTimeOfTheNextToken(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBucket(4, 2, distance) // a token each 250 ms
		for i := range 2 {
			if wait := ask(t, b); wait != 0 {
				t.Errorf("request %d of the burst was told to wait %v", i, wait)
			}
		}
		wait := ask(t, b)
		if want := 250*time.Millisecond - 2*distance; wait != want {
			t.Fatalf("the third was told to wait %v, want %v", wait, want)
		}
		<-time.After(wait - distance) // an answer and a request are on their way for a trip
		if again := ask(t, b); again != 0 {
			t.Errorf("at its time it was told to wait %v more", again)
		}
		if passed, refused, early := b.counts(); passed != 3 || refused != 1 || early != 0 {
			t.Errorf("counts = %d, %d, %d, want 3 passed, 1 refused, none early", passed, refused, early)
		}
	})
}

func TestARequestWithinAWaitIsEarly(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		after time.Duration // the refusal was heard
		want  int
	}{
		"on its way":       {hearing, 0},
		"too early":        {hearing + time.Millisecond, 1},
		"a moment early":   {990*time.Millisecond - distance - time.Millisecond, 1},
		"just at its time": {990*time.Millisecond - distance, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b := newBucket(1, 1, distance)
				ask(t, b)
				if wait := ask(t, b); wait != 990*time.Millisecond {
					t.Fatalf("the second was told to wait %v, want 990ms", wait)
				}
				<-time.After(tt.after)
				ask(t, b)
				if _, _, early := b.counts(); early != tt.want {
					t.Errorf("%d early, want %d", early, tt.want)
				}
			})
		})
	}
}

func TestTheBucketDoesNotFillBeyondItsBurst(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBucket(100, 3, 0)
		<-time.After(time.Hour)
		for range 3 {
			ask(t, b)
		}
		if wait := ask(t, b); wait != 10*time.Millisecond {
			t.Errorf("after a burst of 3 the wait is %v, want 10ms", wait)
		}
	})
}

func TestACrowdGetsWhatTheBucketGives(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		got, err := crowd(t.Context(), 200, 10, 5*time.Second)
		if err != nil {
			t.Fatal(err)
		}
		sum := 0
		for _, n := range got.got {
			sum += n
		}
		// The last answers may be on their way at the end.
		if got.passed > 10+200*5 || got.passed < sum || got.passed > sum+goroutines {
			t.Errorf("%d passed and %d were had, want at most 1010 and about the same", got.passed, sum)
		}
	})
}

func TestATallyCountsTheStarved(t *testing.T) {
	t.Parallel()
	all := &tally{passed: 1, got: []int{1, 0}}
	all.add(&tally{passed: 2, refused: 3, early: 4, got: []int{0, 5}})
	if all.passed != 3 || all.refused != 3 || all.early != 4 || all.starved() != 2 {
		t.Errorf("tally = %+v with %d starved, want 3 passed, 3 refused, 4 early, 2 starved", all, all.starved())
	}
}
