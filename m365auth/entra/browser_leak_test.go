package entra_test

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"time"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365auth/entra"
	"github.com/m365go/sdk/m365auth/entratest"
)

// Parallel tests wait while this one runs, so what runs is its own.
func TestSignInsLeaveNoGoroutineBehind(t *testing.T) { //nolint:paralleltest // see above
	b := newBed(t, entratest.Options{})
	p := b.browser(t)
	if _, err := p.SignInBrowser(t.Context(), entra.LoginRequest{}, &entra.BrowserOptions{OpenURL: b.person(sales)}); err != nil {
		t.Fatalf("SignInBrowser() error: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	_, err := p.SignInBrowser(ctx, entra.LoginRequest{}, &entra.BrowserOptions{OpenURL: func(ctx context.Context, _ string) error {
		cancel()
		<-ctx.Done()
		return nil
	}})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("SignInBrowser() = %v, want %v", err, context.Canceled)
	}
	login := start(t, p, entra.LoginRequest{})
	waited := make(chan error)
	go func() {
		_, err := login.Wait(t.Context())
		waited <- err
	}()
	login.Cancel()
	if err := <-waited; kindOf(err) != m365auth.ErrLoginRequired {
		t.Errorf("Wait() = %v, want %v", err, m365auth.ErrLoginRequired)
	}
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(10 * time.Second); running() != ""; runtime.Gosched() {
		if time.Now().After(deadline) {
			t.Fatalf("ten seconds after Close() there is still\n%s", running())
		}
	}
}
