package m365graph_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/m365go/sdk/m365graph"
)

// However the loop is left, nothing is under way behind it, and at once.
func TestLeavingTheLoopEndsThePrefetch(t *testing.T) {
	t.Parallel()
	for name, leave := range map[string]func(cancel context.CancelFunc){
		"break":  func(context.CancelFunc) {},
		"panic":  func(context.CancelFunc) { panic("the loop's own") },
		"cancel": func(cancel context.CancelFunc) { cancel() },
	} {
		for late, wait := range map[string]time.Duration{"at once": 0, "half way": aPageTakes / 2, "when it is there": 2 * aPageTakes} {
			synctest.Test(t, func(t *testing.T) {
				w, c := setupSlow(t, 3)
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				var left time.Time
				func() {
					defer func() { _ = recover() }()
					for _, err := range m365graph.All[item](ctx, c, inbox, &m365graph.Query{Top: 1, Prefetch: true}) {
						if errors.Is(err, context.Canceled) && name == "cancel" {
							break
						}
						if err = errors.Join(err, pause(t.Context(), wait)); err != nil {
							t.Fatal(err)
						}
						left = time.Now()
						if leave(cancel); name == "break" {
							break
						}
					}
				}()
				if open := w.open.Load(); open != 0 || time.Since(left) != 0 {
					t.Errorf("%s %s: %d requests or bodies are open %v later, want 0 at once", name, late, open, time.Since(left))
				}
				if n := len(w.requests()); n > 2 {
					t.Errorf("%s %s: %d requests, want 2 at most", name, late, n)
				}
			})
		}
	}
}

// A page that came before the caller gave up is not handed out after it.
func TestPrefetchCancelsLikeAPlainWalk(t *testing.T) {
	t.Parallel()
	ends := map[bool]string{}
	for _, prefetch := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			_, c := setupSlow(t, 3)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			for it, err := range m365graph.All[item](ctx, c, inbox, &m365graph.Query{Top: 1, Prefetch: prefetch}) {
				ends[prefetch] += fmt.Sprintf("%s %v;", it.ID, err)
				if err == nil {
					_ = pause(t.Context(), time.Hour)
					cancel()
				}
				if err != nil && !errors.Is(err, context.Canceled) {
					t.Errorf("All = %v, want it to be cancelled", err)
				}
			}
		})
	}
	if diff := cmp.Diff(ends[false], ends[true]); diff != "" {
		t.Errorf("with prefetch (-without +with):\n%s", diff)
	}
}
