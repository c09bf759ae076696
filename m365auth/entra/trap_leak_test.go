package entra_test

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365auth/entra"
	"github.com/m365go/sdk/m365auth/entratest"
)

// Parallel tests wait while this one runs, so what runs is its own.
func TestNothingRunsOnceAProviderIsClosed(t *testing.T) { //nolint:paralleltest // see above
	b := newBed(t, entratest.Options{})
	p := b.provider(t)
	b.signIn(t, p, sales)

	// Somebody who waits for a person leaves, and so does somebody who waits
	// for a refresh that hangs.
	login := start(t, p, entra.LoginRequest{})
	ctx, leave := context.WithCancel(t.Context())
	leave()
	if _, err := login.Wait(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("Wait() error = %v, want %v", err, context.Canceled)
	}
	b.server.Fail(entratest.Fault{Grant: "refresh_token", Delay: time.Hour})
	ctx, leave = context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer leave()
	if _, err := p.Token(ctx, m365auth.TokenRequest{ForceRefresh: true}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Token() error = %v, want %v", err, context.DeadlineExceeded)
	}
	if running() == "" {
		t.Error("nothing runs while a refresh hangs, so this test sees nothing")
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

// running returns the stacks of goroutines in this module's code, tests apart.
func running() string {
	stacks := make([]byte, 1<<20)
	stacks = stacks[:runtime.Stack(stacks, true)]
	var ours []string
	for stack := range strings.SplitSeq(string(stacks), "\n\n") {
		inside := strings.Contains(stack, "/m365auth/entra.") || strings.Contains(stack, "/m365auth/tokencache.")
		if inside && !strings.Contains(stack, "testing.(*T).Parallel(") {
			ours = append(ours, stack)
		}
	}
	return strings.Join(ours, "\n\n")
}
