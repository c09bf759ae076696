package entra

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"net/url"
	"sync"
	"time"

	"github.com/m365go/sdk/m365auth"
)

// The causes of a callback that is refused.
var (
	errState    = errors.New("the state is not that of this sign-in")
	errAnswered = errors.New("this sign-in has been answered before")
	errNonce    = errors.New("the ID token is not for this sign-in")
	errForOther = errors.New("the sign-in was begun by a provider of another client or authority")
)

// FinishAuthCode ends a sign-in with the parameters that the browser brought to
// the redirect URL: those of the query or, with "form_post", of the form. The
// token is saved, and returned.
//
// A callback with another state is refused with [m365auth.ErrLoginRequired], and
// the sign-in goes on waiting: anybody can make a browser call. The right one
// ends the sign-in, whatever it brings; another is refused, by this provider as
// by Entra. Other errors are [m365auth.ErrDeclined] if the person said no,
// [m365auth.ErrCodeExpired] after ExpiresOn, [m365auth.ErrWrongAccount], and as in
// package m365auth; with [m365auth.ErrScopesDeclined] the person is signed in for
// the other scopes.
func (p *Provider) FinishAuthCode(ctx context.Context, l *AuthCodeLogin, callback url.Values) (m365auth.Token, error) {
	if err := p.begin(ctx, opLogin); err != nil {
		return m365auth.Token{}, err
	}
	answer, err := parseCallback(callback)
	if err != nil {
		return m365auth.Token{}, refused(err)
	}
	if l == nil || l.p == nil || l.p.set.part != p.set.part {
		return m365auth.Token{}, refused(errForOther)
	}
	if err := l.accept(answer); err != nil {
		return m365auth.Token{}, err
	}
	if !p.answered.add(l.state.Reveal(), time.Now()) {
		return m365auth.Token{}, refused(errAnswered)
	}
	if answer.failure != nil {
		return m365auth.Token{}, p.explainCallback(opLogin, answer.failure, l.want.scopes)
	}
	return p.redeemAuthCode(ctx, l, answer.code)
}

// accept checks that a callback is this sign-in's, and in time.
func (l *AuthCodeLogin) accept(answer callback) error {
	if subtle.ConstantTimeCompare([]byte(answer.state), []byte(l.state.Reveal())) != 1 || l.state.IsZero() {
		return refused(errState)
	}
	if !time.Now().Before(l.ExpiresOn) {
		return &m365auth.Error{Op: opLogin, Kind: m365auth.ErrCodeExpired, Remedy: "start another sign-in"}
	}
	return nil
}

// refused is the error of a callback that is not believed.
func refused(err error) error {
	return &m365auth.Error{
		Op: opLogin, Kind: m365auth.ErrLoginRequired, Err: err, Remedy: "start another sign-in, and finish it in the same browser",
	}
}

// redeemAuthCode gets the tokens for a code and keeps them. If the caller leaves
// before the tokens have come, nothing is kept.
func (p *Provider) redeemAuthCode(ctx context.Context, l *AuthCodeLogin, code m365auth.Secret) (m365auth.Token, error) {
	ctx, cancel := context.WithTimeout(ctx, renewLimit)
	defer cancel()
	go func() {
		select {
		case <-p.closed:
			cancel()
		case <-ctx.Done():
		}
	}()
	cache := &scratch{}
	x := &exchange{asked: l.want.scopes}
	res, err := p.call(ctx, opLogin, x, cache, func(e engine) (authResult, error) {
		return e.redeemCode(x.in(ctx), authCode{code: code, verifier: l.verifier, redirect: l.redirect},
			p.set.scopes.wire(l.want.scopes), l.want.claims)
	})
	if err != nil {
		return m365auth.Token{}, err
	}
	if err := ctx.Err(); err != nil { // nobody learns of it
		return m365auth.Token{}, &m365auth.Error{Op: opLogin, Kind: m365auth.ErrTransient, Err: err, Remedy: "start another sign-in"}
	}
	if nonce := nonceIn(res.IDToken.RawToken); subtle.ConstantTimeCompare([]byte(nonce), []byte(l.nonce.Reveal())) != 1 {
		return m365auth.Token{}, refused(errNonce)
	}
	return p.keep(ctx, arrival{
		token: held(res, x, l.want), want: l.want, who: accountOf(res), expected: l.account, msal: cache.after,
	}, nil)
}

// answeredStates are the states of sign-ins that have ended, until they would
// have expired anyway. Its zero value is empty.
type answeredStates struct {
	mu     sync.Mutex
	hashes map[[sha256.Size]byte]time.Time
}

// add reports whether the state is new, and notes it.
func (a *answeredStates) add(state string, now time.Time) bool {
	key := sha256.Sum256([]byte(state))
	a.mu.Lock()
	defer a.mu.Unlock()
	for hash, at := range a.hashes {
		if now.Sub(at) > authCodeLife {
			delete(a.hashes, hash)
		}
	}
	if _, known := a.hashes[key]; known {
		return false
	}
	if a.hashes == nil {
		a.hashes = map[[sha256.Size]byte]time.Time{}
	}
	a.hashes[key] = now
	return true
}
