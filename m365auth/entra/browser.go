package entra

import (
	"context"
	"errors"
	"fmt"
	"net/url"

	"github.com/m365go/sdk/m365auth"
)

const opBrowser = "sign in with the browser"

var errNoBrowser = errors.New("no browser could be opened")

// BrowserOptions changes how [Provider.SignInBrowser] works. Nil, or the zero
// value, is good.
type BrowserOptions struct {
	// OpenURL shows an address to the person. It may take as long as it likes;
	// its context ends with the sign-in, and an error of its ends the sign-in.
	// Nil means the system's browser.
	OpenURL func(ctx context.Context, url string) error
	// RedirectURL is what the app registration has for "Mobile and desktop
	// applications": http://localhost or http://127.0.0.1, perhaps with a path.
	// A port is listened on; without one any free port is, which Entra
	// ignores. Empty means "http://localhost".
	// https://learn.microsoft.com/entra/identity-platform/reply-url#localhost-exceptions
	RedirectURL string
	// LoginHint is a user name to fill in. Empty means that of the account
	// asked for, if it is signed in.
	LoginHint string
	// Prompt is as in [AuthCodeRequest]. Empty means "select_account", if
	// neither an account nor a user name is asked for.
	Prompt string
}

// SignInBrowser signs a person in with the browser of this machine, and waits
// for them: as long as the context, or for five minutes if that has no deadline.
// The token is saved, and returned. Errors are those of
// [Provider.FinishAuthCode], and [m365auth.ErrConfig] if no browser could be
// opened or the redirect URL cannot be listened on.
//
// The browser comes back to 127.0.0.1, which is listened on until the call
// returns. Only a request with this sign-in's state is taken for an answer; any
// other, from whatever page or program, changes nothing. The code comes as a
// form, so that the browser's history does not have it, and is of no use without
// the PKCE verifier.
//
// MSAL has a way of its own, which is not used: it ends the sign-in at the first
// request that somebody else makes, sends no nonce, and keeps of Entra's errors
// a text.
// https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow
func (p *Provider) SignInBrowser(ctx context.Context, req LoginRequest, opts *BrowserOptions) (m365auth.Token, error) {
	if err := p.signsInHere(opBrowser); err != nil {
		return m365auth.Token{}, err
	}
	o := BrowserOptions{}
	if opts != nil {
		o = *opts
	}
	if o.OpenURL == nil {
		o.OpenURL = openSystemBrowser
	}
	if o.Prompt == "" && o.LoginHint == "" && req.Account == "" {
		o.Prompt = "select_account"
	}
	ctx, cancel := atMost(ctx)
	defer cancel()
	back, err := listenLoopback(ctx, o.RedirectURL)
	if err != nil {
		return m365auth.Token{}, err
	}
	defer back.close()
	login, err := p.beginAuthCode(ctx, AuthCodeRequest{
		RedirectURL: back.redirect, Scopes: req.Scopes, Claims: req.Claims, Account: req.Account,
		LoginHint: o.LoginHint, Prompt: o.Prompt, ResponseMode: "form_post",
	})
	if err != nil {
		return m365auth.Token{}, err
	}
	back.serve(login)
	answer, err := p.awaitBrowser(ctx, back, func() error { return o.OpenURL(ctx, login.URL) })
	if err != nil {
		return m365auth.Token{}, err
	}
	back.close()
	return p.FinishAuthCode(ctx, login, answer)
}

// awaitBrowser opens the browser and waits until it comes back.
func (p *Provider) awaitBrowser(ctx context.Context, back *loopback, open func() error) (url.Values, error) {
	opened := make(chan error, 1)
	go func() { opened <- open() }()
	for {
		select {
		case answer := <-back.answers:
			return answer, nil
		case err := <-opened:
			if err != nil { // which may hold the address
				return nil, &m365auth.Error{
					Op: opBrowser, Kind: m365auth.ErrConfig, Err: errNoBrowser,
					Remedy: fmt.Sprintf("sign in with the method %q", m365auth.MethodDeviceCode),
				}
			}
			opened = nil
		case <-p.closed:
			return nil, p.begin(ctx, opBrowser)
		case <-ctx.Done():
			return nil, &m365auth.Error{
				Op: opBrowser, Kind: m365auth.ErrTransient, Err: ctx.Err(), Remedy: "start another sign-in",
			}
		}
	}
}
