package entra_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365auth/entra"
	"github.com/m365go/sdk/m365auth/entratest"
)

// asTold are the faults of successive requests to the token endpoint; the zero
// value is none.
func asTold(b *bed, answers []entratest.Fault) {
	hit := 0
	for i, f := range answers {
		if f == (entratest.Fault{}) {
			continue
		}
		f.Endpoint, f.Skip = entratest.Token, i-hit // a fault counts what no earlier one has hit
		b.server.Fail(f)
		hit++
	}
}

func TestPollsKeepTheIntervalAndSlowDown(t *testing.T) {
	t.Parallel()
	var (
		pending  entratest.Fault // what Entra answers by itself
		slowDown = entratest.Fault{Status: 400, Body: `{"error":"slow_down"}`}
		cut      = entratest.Fault{Cut: true}
		broken   = entratest.Fault{Status: 500, Body: "busy"}
		busy     = entratest.Fault{Status: 503, RetryAfter: 20 * time.Second}
	)
	for name, tt := range map[string]struct {
		interval time.Duration
		code     string            // a patch of the answer that brings the code
		answers  []entratest.Fault // before the one that grants
		want     []time.Duration   // in seconds
	}{
		"an interval of 10 s": {10 * time.Second, "", []entratest.Fault{pending, pending, pending}, []time.Duration{0, 10, 20, 30}},
		"no interval":         {0, `{"interval":null}`, []entratest.Fault{pending, pending}, []time.Duration{0, 5, 10}},
		"told to slow down":   {0, "", []entratest.Fault{pending, slowDown, pending, slowDown}, []time.Duration{0, 5, 15, 25, 40}},
		"faults on the way":   {0, "", []entratest.Fault{cut, broken, pending, cut}, []time.Duration{0, 5, 10, 15, 20}},
		"told when to return": {0, "", []entratest.Fault{busy, pending}, []time.Duration{0, 20, 25}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var b *bed
				var login *entra.DeviceLogin
				polls := 0
				b = inBubble(t, entratest.Options{Interval: tt.interval, Log: func(r entratest.Request) {
					if r.GrantType == "" {
						return
					}
					if polls++; polls == len(tt.answers) {
						if err := b.server.Approve(login.Prompt().UserCode, sales); err != nil {
							t.Error(err)
						}
					}
				}})
				if tt.code != "" {
					b.server.Fail(entratest.Fault{Endpoint: entratest.DeviceCode, Patch: tt.code})
				}
				asTold(b, tt.answers)
				login = start(t, b.provider(t), entra.LoginRequest{})
				ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
				defer cancel()
				if _, err := login.Wait(ctx); err != nil {
					t.Fatalf("Wait() error: %v", err)
				}
				var got []time.Duration
				for _, at := range b.polls() {
					got = append(got, at/time.Second)
				}
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Errorf("seconds of the polls (-want +got):\n%s", diff)
				}
			})
		})
	}
}

func TestAWaitWithoutADeadlineEndsAfterFiveMinutes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := inBubble(t, entratest.Options{})
		began := time.Now()
		login := start(t, b.provider(t), entra.LoginRequest{})
		_, err := login.Wait(context.Background())
		if got := time.Since(began); got != 5*time.Minute || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Wait() = %v after %v, want %v after 5m", err, got, context.DeadlineExceeded)
		}
		synctest.Wait()
		polls := len(b.polls())
		<-time.After(time.Minute)
		if got := len(b.polls()); got != polls {
			t.Errorf("polls while nobody waits = %d, want 0", got-polls)
		}
		// The rhythm goes on where it was, and the code ends with its time.
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		_, err = login.Wait(ctx)
		if got := time.Since(began); got != 15*time.Minute || !errors.Is(err, m365auth.ErrCodeExpired) {
			t.Errorf("Wait() again = %v after %v, want %v after 15m", err, got, m365auth.ErrCodeExpired)
		}
		if errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Wait() = %v, which looks like the caller's own deadline", err)
		}
	})
}

func TestATokenIsServedAsLongAsItIsGood(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := inBubble(t, entratest.Options{AutoApprove: sales})
		p := b.provider(t)
		first, err := start(t, p, entra.LoginRequest{}).Wait(t.Context())
		if err != nil {
			t.Fatalf("Wait() error: %v", err)
		}
		b.server.Fail(entratest.Fault{Endpoint: entratest.Token, Count: 4, Status: 503, RetryAfter: 20 * time.Second})
		for _, step := range []struct {
			left     time.Duration
			requests int // to the token endpoint, since the last step
			good     bool
		}{
			{5*time.Minute + time.Second, 0, true},
			{5*time.Minute - time.Second, 1, true},
			{5*time.Minute - 20*time.Second, 0, true}, // a failed refresh is not repeated before Retry-After
			{5*time.Minute - 22*time.Second, 1, true},
			{2*time.Minute + time.Second, 1, true},
			{2*time.Minute - time.Second, 1, false},
		} {
			<-time.After(time.Until(first.ExpiresOn.Add(-step.left)))
			before := len(b.polls())
			got, err := p.Token(t.Context(), m365auth.TokenRequest{})
			if good := err == nil && got.Access.Equal(first.Access); good != step.good {
				t.Errorf("%v before the end: Token() = %v, want served %v", step.left, err, step.good)
			}
			if !step.good && !errors.Is(err, m365auth.ErrTransient) {
				t.Errorf("%v before the end: Token() error = %v, want %v", step.left, err, m365auth.ErrTransient)
			}
			if got := len(b.polls()) - before; got != step.requests {
				t.Errorf("%v before the end: refreshes = %d, want %d", step.left, got, step.requests)
			}
		}
		got, err := p.Token(t.Context(), m365auth.TokenRequest{})
		if err != nil || got.Access.Equal(first.Access) {
			t.Errorf("Token() once Entra is back = %v, want a fresh one", err)
		}
	})
}

func TestARequestThatHangsIsGivenUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := inBubble(t, entratest.Options{AutoApprove: sales, TokenLifetime: 4 * time.Minute})
		p := b.provider(t)
		if _, err := start(t, p, entra.LoginRequest{}).Wait(t.Context()); err != nil {
			t.Fatalf("Wait() error: %v", err)
		}
		b.server.Fail(entratest.Fault{Count: -1, Delay: time.Hour})
		began := time.Now()
		_, err := p.Token(t.Context(), m365auth.TokenRequest{ForceRefresh: true})
		if got := time.Since(began); got != 30*time.Second || !errors.Is(err, m365auth.ErrTransient) {
			t.Errorf("Token() = %v after %v, want %v after 30s", err, got, m365auth.ErrTransient)
		}
		if _, err := p.Token(t.Context(), m365auth.TokenRequest{}); err != nil {
			t.Errorf("Token() with 210 s left while Entra hangs: %v", err)
		}
	})
}
