package entra_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365auth/entra"
	"github.com/m365go/sdk/m365auth/entratest"
	"github.com/m365go/sdk/m365auth/tokencache"
)

func TestWhoeverWaitsIsToldOfACancel(t *testing.T) {
	t.Parallel()
	b := newBed(t, entratest.Options{})
	b.opts.Store = tokencache.NewMemoryStore() // the poll may end after the test
	arrived, release := b.gate("device_code")
	p := b.provider(t)
	login := start(t, p, entra.LoginRequest{})
	if err := b.server.Approve(login.Prompt().UserCode, sales); err != nil {
		t.Fatal(err)
	}
	left := make(chan error)
	go func() {
		_, err := login.Wait(t.Context())
		left <- err
	}()
	<-arrived // the poll has the token, which is on its way
	login.Cancel()
	if err := <-left; kindOf(err) != m365auth.ErrLoginRequired || !errors.Is(err, context.Canceled) {
		t.Errorf("Wait() = %v, want %v for it was cancelled", err, m365auth.ErrLoginRequired)
	}
	close(release)
	login.Cancel()
	if _, err := login.Wait(t.Context()); !errors.Is(err, context.Canceled) {
		t.Errorf("Wait() again = %v, want %v", err, context.Canceled)
	}
	if _, err := login.Seal(t.Context(), newSealer(t)); !errors.Is(err, context.Canceled) {
		t.Errorf("Seal() = %v, want %v", err, context.Canceled)
	}
}

func TestNothingIsSavedOnceACancelHasReturned(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for delay := range 3 { // the answer comes before, with and after the cancel
			b := inBubble(t, entratest.Options{AutoApprove: sales})
			if delay > 0 {
				b.server.Fail(entratest.Fault{Endpoint: entratest.Token, Grant: "device_code", Count: -1, Delay: time.Duration(delay) * time.Second})
			}
			p := b.provider(t)
			login := start(t, p, entra.LoginRequest{})
			var waitErr error
			var took time.Duration
			began := time.Now()
			go func() {
				_, waitErr = login.Wait(t.Context())
				took = time.Since(began)
			}()
			<-time.After(time.Second)
			login.Cancel()
			if err := p.Logout(t.Context(), ""); err != nil {
				t.Errorf("Logout() error: %v", err)
			}
			<-time.After(time.Minute)
			synctest.Wait()
			if accounts, err := p.Accounts(t.Context()); err != nil || len(accounts) != 0 {
				t.Errorf("answer after %d s: Accounts() = %v, %v, want none", delay, accounts, err)
			}
			if took > time.Second+100*time.Millisecond {
				t.Errorf("answer after %d s: Wait() = %v after %v, want it within 100 ms of the cancel", delay, waitErr, took)
			}
			if delay == 2 && !errors.Is(waitErr, context.Canceled) {
				t.Errorf("Wait() = %v, want %v", waitErr, context.Canceled)
			}
		}
	})
}

func TestALeftWaitReturnsAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for name, hang := range map[string]bool{"between two polls": false, "in a poll that hangs": true} {
			b := inBubble(t, entratest.Options{})
			if hang {
				b.server.Fail(entratest.Fault{Endpoint: entratest.Token, Count: -1, Delay: time.Hour})
			}
			login := start(t, b.provider(t), entra.LoginRequest{})
			ctx, cancel := context.WithCancel(t.Context())
			began := time.Now()
			go func() {
				<-time.After(7 * time.Second)
				cancel()
			}()
			_, err := login.Wait(ctx)
			if late := time.Since(began) - 7*time.Second; late > 100*time.Millisecond || !errors.Is(err, context.Canceled) {
				t.Errorf("%s: Wait() = %v, %v after the cancel, want %v within 100 ms", name, err, late, context.Canceled)
			}
			if errors.Is(err, m365auth.ErrDeclined) || errors.Is(err, m365auth.ErrCodeExpired) {
				t.Errorf("%s: Wait() = %v, which looks like another end", name, err)
			}
		}
	})
}
