package entra

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/public"

	"github.com/m365go/sdk/m365auth"
)

const (
	opStart = "start a sign-in"
	opLogin = "sign in"
	// maxWait is how long Wait waits if the context says nothing.
	maxWait = 5 * time.Minute
)

// LoginRequest says how a person should sign in. The zero value asks for the
// provider's own scopes, of anybody.
type LoginRequest struct {
	// Scopes are the permissions to agree to. Empty means the provider's own.
	Scopes []string
	// Claims is a claims challenge as JSON, [m365auth.Error.Claims] of the
	// token request that failed.
	Claims string
	// Account is the account that must sign in, by its id or object id;
	// somebody else gets [m365auth.ErrWrongAccount], and is not kept. Empty
	// means that anybody may.
	Account string
}

// DevicePrompt is what to show a person: all of it may be shown, and nothing in
// it is secret.
type DevicePrompt struct {
	// UserCode is to be typed at VerificationURL.
	UserCode        string
	VerificationURL string
	// Message is Entra's own sentence with both, in English.
	Message string
	// ExpiresOn is when the code stops working.
	ExpiresOn time.Time
	// Interval is how often Wait asks.
	Interval time.Duration
}

// DeviceLogin is a sign-in that waits for a person. It is safe for concurrent
// use. Printing it shows nothing of the code that it waits with.
type DeviceLogin struct {
	p       *Provider
	prompt  DevicePrompt
	code    m365auth.Secret // that it waits with
	want    wanted
	account string // that must sign in; empty for any
	pace    *pollPace
	redeem  func(context.Context) (m365auth.Token, error)

	cancelled chan struct{} // closed by Cancel
	// saving is held while the sign-in is kept, so that afterwards Cancel
	// knows whether it was.
	saving sync.Mutex

	mu      sync.Mutex
	attempt *attempt
	done    bool
	token   m365auth.Token
	err     error
}

// attempt is a run of polls that all waiting callers share.
type attempt struct {
	ended   chan struct{}
	cancel  context.CancelFunc
	waiters int
}

// StartDeviceCode asks Entra for a code and returns at once. It checks first
// that the sign-in can be kept: without a usable token cache the error is
// [m365auth.ErrCacheUnavailable], before a person is troubled.
// https://learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code
func (p *Provider) StartDeviceCode(ctx context.Context, req LoginRequest) (*DeviceLogin, error) {
	if err := p.begin(ctx, opStart); err != nil {
		return nil, err
	}
	if err := p.signsInHere(opStart); err != nil {
		return nil, err
	}
	w, err := p.want(m365auth.TokenRequest{Scopes: req.Scopes, Claims: req.Claims})
	if err != nil {
		return nil, err
	}
	if err := p.store.Check(ctx); err != nil {
		return nil, cacheError(opStart, err)
	}
	return p.beginDevice(ctx, opStart, w, req.Account, nil)
}

// signsInHere refuses where no person signs in at this machine.
func (p *Provider) signsInHere(op string) error {
	if p.set.method == m365auth.MethodDeviceCode || p.set.method == m365auth.MethodBrowser {
		return nil
	}
	return configError(fmt.Sprintf("%s with the method %q", op, p.set.method),
		fmt.Sprintf("set method to %q or %q", m365auth.MethodDeviceCode, m365auth.MethodBrowser))
}

// beginDevice gets a code from Entra, or takes the answer given, which began
// the sign-in in another process.
func (p *Provider) beginDevice(ctx context.Context, op string, w wanted, account string, replay []byte) (*DeviceLogin, error) {
	cache := &scratch{}
	client, err := p.newClient(cache)
	if err != nil {
		return nil, err
	}
	var opts []public.AcquireByDeviceCodeOption
	if w.claims != "" {
		opts = append(opts, public.WithClaims(w.claims))
	}
	x := &exchange{asked: w.scopes, replay: replay}
	code, err := client.AcquireTokenByDeviceCode(x.in(ctx), p.set.scopes.wire(w.scopes), opts...)
	if err != nil {
		return nil, p.explain(op, x, err)
	}
	l := &DeviceLogin{
		p: p, code: m365auth.NewSecret(code.Result.DeviceCode), want: w, account: account,
		pace: newPollPace(x.snapshot().interval), cancelled: make(chan struct{}),
	}
	l.prompt = DevicePrompt{
		UserCode: code.Result.UserCode, VerificationURL: code.Result.VerificationURL,
		Message: code.Result.Message, ExpiresOn: code.Result.ExpiresOn, Interval: l.pace.interval,
	}
	l.redeem = func(ctx context.Context) (m365auth.Token, error) {
		x := &exchange{asked: w.scopes, pace: l.pace}
		res, err := code.AuthenticationResult(x.in(ctx))
		if err != nil {
			return m365auth.Token{}, p.explainPoll(x, err)
		}
		return p.keep(ctx, arrival{
			token: held(res, x, w), want: w, who: accountOf(res), expected: account, msal: cache.after,
		}, l.unlessCancelled)
	}
	return l, nil
}

// explainPoll tells the end of the code's time from other errors: it comes as
// the end of MSAL's own context.
func (p *Provider) explainPoll(x *exchange, err error) error {
	if errors.Is(err, context.Canceled) {
		return err
	}
	if errors.Is(err, context.DeadlineExceeded) {
		e := &m365auth.Error{Op: opLogin, Kind: m365auth.ErrCodeExpired, CorrelationID: x.snapshot().oauth.Correlation}
		p.advise(e, nil)
		return e
	}
	return p.explain(opLogin, x, err)
}

// Prompt returns what to show.
func (l *DeviceLogin) Prompt() DevicePrompt { return l.prompt }

// Wait returns the token once the person has signed in, which is then saved.
// It waits as long as the context, or for five minutes if that has no deadline.
// The error is [m365auth.ErrDeclined] or [m365auth.ErrCodeExpired] at the end
// of the code, and otherwise as in package m365auth; with
// [m365auth.ErrScopesDeclined] the person is signed in for the other scopes.
//
// A caller whose time is up can call Wait again; a token that arrived in
// between is not lost. Entra is asked only while somebody waits. Several callers
// share one answer, and later ones get the same.
func (l *DeviceLogin) Wait(ctx context.Context) (m365auth.Token, error) {
	ctx, cancel := atMost(ctx)
	defer cancel()
	for {
		a, done := l.join(ctx)
		if done {
			return l.token, l.err
		}
		if a != nil {
			select {
			case <-a.ended:
			case <-l.cancelled:
			case <-l.p.closed:
			case <-ctx.Done():
			}
			l.leave(a)
		}
		if err := l.p.begin(ctx, opLogin); err != nil && !l.ended() {
			return m365auth.Token{}, l.unfinished(ctx, err)
		}
	}
}

// atMost bounds a wait for a person, if the caller did not.
func atMost(ctx context.Context) (context.Context, context.CancelFunc) {
	if _, ok := ctx.Deadline(); ok {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, maxWait)
}

func (l *DeviceLogin) ended() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.done
}

// unfinished adds what can still be done to the error of a caller who leaves.
func (l *DeviceLogin) unfinished(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return &m365auth.Error{
			Op: opLogin, Kind: m365auth.ErrTransient, Err: ctx.Err(),
			Remedy: "wait again: the code is good until " + l.prompt.ExpiresOn.Format(time.RFC3339),
		}
	}
	return err
}

// join adds the caller to the attempt under way, or starts one, unless the
// sign-in or the caller's time has ended.
func (l *DeviceLogin) join(ctx context.Context) (a *attempt, done bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.done || ctx.Err() != nil {
		return nil, l.done
	}
	if l.attempt == nil {
		run, cancel := context.WithCancel(context.WithoutCancel(ctx))
		l.attempt = &attempt{ended: make(chan struct{}), cancel: cancel}
		go l.run(run, l.attempt)
	}
	l.attempt.waiters++
	return l.attempt, false
}

// Cancel ends the sign-in for good: whoever waits, now or later, is told so at
// once with [m365auth.ErrLoginRequired] and [context.Canceled]. When Cancel
// returns, the sign-in either has been kept, and [Provider.Logout] removes it,
// or never will be, even if the answer to a request on its way brings a token.
// The code stays valid at Entra until it expires. Calling it again does no harm.
func (l *DeviceLogin) Cancel() {
	l.saving.Lock()
	defer l.saving.Unlock()
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.done {
		return
	}
	l.done, l.err = true, errCancelled()
	close(l.cancelled)
	if l.attempt != nil {
		l.attempt.cancel()
	}
}

func errCancelled() error {
	return &m365auth.Error{
		Op: opLogin, Kind: m365auth.ErrLoginRequired, Err: context.Canceled, Remedy: "start another sign-in",
	}
}

// unlessCancelled saves, if the sign-in may still be kept.
func (l *DeviceLogin) unlessCancelled(save func()) bool {
	l.saving.Lock()
	defer l.saving.Unlock()
	if l.ended() {
		return false
	}
	save()
	return true
}

// leave stops the polls when the last caller goes. A request on its way ends,
// and what it brings is kept.
func (l *DeviceLogin) leave(a *attempt) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if a.waiters--; a.waiters == 0 {
		a.cancel()
	}
}

func (l *DeviceLogin) run(ctx context.Context, a *attempt) {
	token, err := l.redeem(ctx)
	a.cancel()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.attempt = nil
	if !l.done && !errors.Is(err, context.Canceled) { // else nobody waits any longer
		l.done, l.token, l.err = true, token, err
	}
	close(a.ended)
}
