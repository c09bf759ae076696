package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365graph"
)

// throttleRow lets 100 goroutines share one client before a token bucket. They
// are to get what it gives, none of them left out, and to ask only when they
// were told to.
func throttleRow(ctx context.Context, rep *report, much effort) error {
	var all tally
	for _, rate := range []float64{50, 200} {
		for _, burst := range []float64{1, 10, rate} {
			t, err := crowd(ctx, rate, burst, much.throttle)
			if err != nil {
				return err
			}
			name := fmt.Sprintf("throttle-%.0f-a-second-burst-%.0f", rate, burst)
			rep.note("%s: %d passed, %d refused, %d early, %d failed; a goroutine got %d to %d",
				name, t.passed, t.refused, t.early, len(t.errs), slices.Min(t.got), slices.Max(t.got))
			all.add(t)
			rated := figure{name: name, measured: (float64(t.passed) - burst) / rate / much.throttle.Seconds(), bar: 0.9, atLeast: true}
			if burst/rate < slack.Seconds() {
				rep.note("%s: "+ratio+" of its rate", name, rated.measured)
				continue
			}
			rep.add(rated)
		}
	}
	rep.add(figure{name: "throttle-early-requests", measured: float64(all.early), format: count})
	rep.add(figure{name: "throttle-starved-goroutines", measured: float64(all.starved()), format: count})
	rep.add(figure{name: "throttle-failed-calls", measured: float64(len(all.errs)), format: count})
	return errors.Join(all.errs[:min(len(all.errs), 3)]...)
}

const (
	goroutines = 100
	// trip is there and back, on loopback.
	trip = time.Millisecond
	// slack is how long a bucket must fill before it overflows for its rate to
	// be held: what comes later than that is lost for good, and a system that is
	// busy takes some milliseconds to wake a goroutine.
	slack = 10 * time.Millisecond
)

// tally is what a crowd got.
type tally struct {
	passed, refused, early int
	got                    []int // by each goroutine
	errs                   []error
}

func (t *tally) add(more *tally) {
	t.passed, t.refused, t.early = t.passed+more.passed, t.refused+more.refused, t.early+more.early
	t.got, t.errs = append(t.got, more.got...), append(t.errs, more.errs...)
}

// starved counts the goroutines that got nothing.
func (t *tally) starved() (n int) {
	for _, got := range t.got {
		if got == 0 {
			n++
		}
	}
	return n
}

// crowd asks for so long.
func crowd(ctx context.Context, rate, burst float64, length time.Duration) (*tally, error) {
	b := newBucket(rate, burst, trip)
	client, err := m365graph.New(m365auth.Static("bench"), &m365graph.Options{HTTPClient: &http.Client{Transport: b}})
	if err != nil {
		return nil, err
	}
	ctx, stop := context.WithTimeout(ctx, length)
	defer stop()
	t := &tally{got: make([]int, goroutines)}
	var mu sync.Mutex
	var group sync.WaitGroup
	for i := range goroutines {
		group.Go(func() {
			path := m365graph.P("me", "messages", strconv.Itoa(i))
			for ctx.Err() == nil {
				_, err := client.Do(ctx, &m365graph.Request{Path: path})
				switch {
				case err == nil:
					t.got[i]++
				case ctx.Err() == nil:
					mu.Lock()
					t.errs = append(t.errs, err)
					mu.Unlock()
				}
			}
		})
	}
	group.Wait()
	t.passed, t.refused, t.early = b.counts()
	return t, nil
}
