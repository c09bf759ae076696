package authtool

import (
	"context"
	"crypto/rand"
	"errors"
	"time"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365auth/agenttool"
	"github.com/m365go/sdk/m365auth/entra"
)

const (
	// startLimit bounds the one request that begins a sign-in.
	startLimit = 30 * time.Second
	// afterCode is how much longer than its code a sign-in may take: somebody
	// who approved at the last moment still gets in.
	afterCode = time.Minute
	// keepEnded is how long the end of a sign-in can be asked for.
	keepEnded = time.Hour
)

// flow is a sign-in in the background. All but its first three fields are
// guarded by the tool's mutex.
type flow struct {
	id     string
	cancel context.CancelFunc
	ready  chan struct{} // closed when there is a prompt, or none to be had

	login   *entra.DeviceLogin // nil until there is a prompt
	prompt  entra.DevicePrompt
	ended   time.Time // zero while it is pending
	account m365auth.Account
	err     error
}

// Texts of ours for an end that the provider does not know of.
var (
	errCancelled = &agenttool.Error{
		Code: agenttool.CodeNotConnected, Message: "the sign-in was cancelled by a logout",
		Hint: "call m365_auth with operation login to begin another",
	}
	errClosed = &agenttool.Error{
		Code: agenttool.CodeUnavailable, Message: "m365_auth is no longer mounted",
		Hint: "tell the person that whoever runs this host must mend it",
	}
)

// flowFor returns the owner's pending sign-in, or begins one.
func (t *tool) flowFor(ctx context.Context, who agenttool.Caller) (*flow, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return nil, errClosed
	}
	if f := t.flows[keyOf(who)]; f != nil && f.ended.IsZero() {
		return f, nil
	}
	for k, f := range t.flows {
		if !f.ended.IsZero() && time.Since(f.ended) > keepEnded {
			delete(t.flows, k)
		}
	}
	// The sign-in outlives the call that began it.
	run, cancel := context.WithCancel(context.WithoutCancel(ctx))
	f := &flow{id: rand.Text(), ready: make(chan struct{}), cancel: cancel}
	t.flows[keyOf(who)] = f
	t.runs.Go(func() { t.run(run, who, f) })
	return f, nil
}

// run begins a sign-in and waits for its end.
func (t *tool) run(ctx context.Context, who agenttool.Caller, f *flow) {
	defer f.cancel()
	login, err := t.start(ctx, who, f)
	close(f.ready)
	if err != nil {
		return
	}
	ctx, cancel := context.WithDeadline(ctx, login.Prompt().ExpiresOn.Add(afterCode))
	defer cancel()
	token, err := login.Wait(ctx)
	t.end(who, f, signedIn(token, err), err)
}

// signedIn is who signed in, be it with fewer scopes than were asked for.
func signedIn(token m365auth.Token, err error) m365auth.Account {
	if e, ok := errors.AsType[*m365auth.Error](err); ok && e.Kind == m365auth.ErrScopesDeclined && len(e.Accounts) == 1 {
		return e.Accounts[0]
	}
	return token.Account
}

// start asks for a code. Without one the sign-in has ended.
func (t *tool) start(ctx context.Context, who agenttool.Caller, f *flow) (*entra.DeviceLogin, error) {
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	req := entra.LoginRequest{Account: who.Account}
	if t.scopes != nil {
		req.Scopes = t.scopes(ctx)
	}
	login, err := t.provider.StartDeviceCode(ctx, req)
	if err != nil {
		t.end(who, f, m365auth.Account{}, err)
		return nil, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if !f.ended.IsZero() { // stopped meanwhile
		login.Cancel()
	}
	f.login, f.prompt = login, login.Prompt()
	return login, nil
}

// end keeps the outcome, unless the sign-in was ended from outside before.
func (t *tool) end(who agenttool.Caller, f *flow, account m365auth.Account, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if account.ID != "" {
		if t.owners[account.ID] == nil {
			t.owners[account.ID] = map[owner]bool{}
		}
		t.owners[account.ID][ownerOf(who)] = true
	}
	if f.ended.IsZero() {
		f.ended, f.account, f.err = time.Now(), account, err
	}
}

// latest describes the caller's latest sign-in; nil if there is none, or if id
// is not empty and names another.
func (t *tool) latest(who agenttool.Caller, id string) *signIn {
	t.mu.Lock()
	defer t.mu.Unlock()
	f := t.flows[keyOf(who)]
	if f == nil || id != "" && f.id != id {
		return nil
	}
	return f.describe()
}

// cancelOf ends the caller's pending sign-in.
func (t *tool) cancelOf(who agenttool.Caller) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.stop(t.flows[keyOf(who)], errCancelled)
}

// stop ends a flow; the caller holds the mutex. The sign-in has been kept by
// then, or never will be, so that a logout that follows finds all there is.
func (t *tool) stop(f *flow, why error) {
	if f == nil || !f.ended.IsZero() {
		return
	}
	f.ended, f.err = time.Now(), why
	f.cancel()
	if f.login != nil {
		f.login.Cancel()
	}
}

// close refuses further sign-ins, ends those that are pending, and waits until
// nothing runs in the background, or until ctx ends.
func (t *tool) close(ctx context.Context) error {
	t.mu.Lock()
	t.closed = true
	for _, f := range t.flows {
		t.stop(f, errClosed)
	}
	t.mu.Unlock()
	idle := make(chan struct{})
	go func() {
		t.runs.Wait()
		close(idle)
	}()
	select {
	case <-idle:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
