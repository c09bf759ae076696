package entra

import (
	"context"
	"errors"
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
	p      *Provider
	prompt DevicePrompt
	// redeem holds the device code, out of a printer's sight.
	redeem func(context.Context) (m365auth.Token, error)

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
	w, err := p.want(m365auth.TokenRequest{Scopes: req.Scopes, Claims: req.Claims})
	if err != nil {
		return nil, err
	}
	if err := p.store.Check(ctx); err != nil {
		return nil, cacheError(opStart, err)
	}
	cache := &scratch{}
	client, err := p.newClient(cache)
	if err != nil {
		return nil, err
	}
	var opts []public.AcquireByDeviceCodeOption
	if w.claims != "" {
		opts = append(opts, public.WithClaims(w.claims))
	}
	x := &exchange{asked: w.scopes}
	code, err := client.AcquireTokenByDeviceCode(x.in(ctx), p.set.scopes.wire(w.scopes), opts...)
	if err != nil {
		return nil, p.explain(opStart, x, err)
	}
	pace := newPollPace(x.snapshot().interval)
	return &DeviceLogin{
		p: p,
		prompt: DevicePrompt{
			UserCode: code.Result.UserCode, VerificationURL: code.Result.VerificationURL,
			Message: code.Result.Message, ExpiresOn: code.Result.ExpiresOn, Interval: pace.interval,
		},
		redeem: func(ctx context.Context) (m365auth.Token, error) {
			x := &exchange{asked: w.scopes, pace: pace}
			res, err := code.AuthenticationResult(x.in(ctx))
			if err != nil {
				return m365auth.Token{}, p.explainPoll(x, err)
			}
			return p.keep(ctx, req, cache, held(res, x, w), w, accountOf(res))
		},
	}, nil
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

// keep saves a new sign-in over what was there of the account.
func (p *Provider) keep(ctx context.Context, req LoginRequest, cache *scratch, t heldToken, w wanted, a m365auth.Account) (m365auth.Token, error) {
	if a.ID == "" || cache.after.IsZero() {
		return m365auth.Token{}, &m365auth.Error{
			Op: opLogin, Kind: m365auth.ErrUnexpected, Err: errors.New("the answer does not say who signed in"),
		}
	}
	if req.Account != "" && !a.Matches(req.Account) {
		return m365auth.Token{}, &m365auth.Error{
			Op: opLogin, Kind: m365auth.ErrWrongAccount, Accounts: []m365auth.Account{a},
			Remedy: "sign in with the account that was asked for",
		}
	}
	ctx, cancel := detach(ctx, p.closed, renewLimit)
	defer cancel()
	m := &remembered{rec: &record{account: a, msal: cache.after, tokens: []heldToken{t}}}
	if unlock, err := p.store.Lock(ctx, p.slot(a.ID)); err == nil {
		defer unlock()
	} // else the save fails too, and says so
	if version, err := p.store.Version(ctx, p.slot(a.ID)); err == nil {
		m.version = version
	}
	p.save(ctx, m)
	if e := p.declined(opLogin, t, w); e != nil {
		e.Accounts = []m365auth.Account{a} // who is signed in all the same
		return m365auth.Token{}, e
	}
	t.Account = a
	return t.Token, nil
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
	if _, ok := ctx.Deadline(); !ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, maxWait)
		defer cancel()
	}
	for {
		a, done := l.join(ctx)
		if done {
			return l.token, l.err
		}
		if a != nil {
			select {
			case <-a.ended:
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
	if !errors.Is(err, context.Canceled) { // else nobody waits any longer
		l.done, l.token, l.err = true, token, err
	}
	close(a.ended)
}
