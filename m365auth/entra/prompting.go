package entra

import (
	"context"
	"errors"
	"time"

	"github.com/m365go/sdk/m365auth"
)

// Prompting returns a provider that signs a person in when p cannot do without:
// it calls show with what to show, and waits for the person. It is for programs
// on a terminal, whose user waits anyway. A server or an agent's host would
// hang: it uses p itself, and [Provider.StartDeviceCode] apart.
//
// With [m365auth.MethodBrowser] it opens the browser instead, and calls show only
// if that fails, with an address to open by hand and no code.
//
// Callers that need a person at the same time get one prompt. It waits no longer
// than the caller's context, and at most five minutes without a deadline.
func Prompting(p *Provider, show func(DevicePrompt)) m365auth.TokenProvider {
	return prompting(p, show, openSystemBrowser)
}

func prompting(p *Provider, show func(DevicePrompt), open func(context.Context, string) error) m365auth.TokenProvider {
	turn := make(chan struct{}, 1)
	return m365auth.ProviderFunc(func(ctx context.Context, req m365auth.TokenRequest) (m365auth.Token, error) {
		token, err := p.Token(ctx, req)
		if !needsPerson(err) {
			return token, err
		}
		select {
		case turn <- struct{}{}:
			defer func() { <-turn }()
		case <-ctx.Done():
			return m365auth.Token{}, interrupted(opToken, ctx.Err())
		}
		// Another caller's prompt may have settled it.
		token, err = p.Token(ctx, req)
		if !needsPerson(err) {
			return token, err
		}
		token, err = p.signInNow(ctx, LoginRequest{Scopes: scopesOf(err, req), Claims: claimsOf(err, req), Account: req.Account}, show, open)
		if err != nil || req.Tenant == "" {
			return token, err
		}
		return p.Token(ctx, m365auth.TokenRequest{Scopes: req.Scopes, Account: token.Account.ID, Tenant: req.Tenant})
	})
}

// signInNow shows a person what to do, and waits for them.
func (p *Provider) signInNow(ctx context.Context, req LoginRequest, show func(DevicePrompt), open func(context.Context, string) error) (m365auth.Token, error) {
	if p.set.method != m365auth.MethodBrowser {
		login, err := p.StartDeviceCode(ctx, req)
		if err != nil {
			return m365auth.Token{}, err
		}
		show(login.Prompt())
		return login.Wait(ctx)
	}
	return p.SignInBrowser(ctx, req, &BrowserOptions{OpenURL: func(ctx context.Context, address string) error {
		if open(ctx, address) != nil {
			show(DevicePrompt{
				VerificationURL: address, ExpiresOn: time.Now().Add(authCodeLife),
				Message: "To sign in, open this address in a browser on this machine: " + address,
			})
		}
		return nil
	}})
}

// scopesOf returns what to ask for: the union, where Entra wants consent.
func scopesOf(err error, req m365auth.TokenRequest) []string {
	if e := (*m365auth.Error)(nil); errors.As(err, &e) && e.Kind == m365auth.ErrConsentRequired && len(e.Scopes) > 0 {
		return e.Scopes
	}
	return req.Scopes
}

func needsPerson(err error) bool {
	e := (*m365auth.Error)(nil)
	return errors.As(err, &e) && e.Kind.NeedsPerson()
}

// claimsOf returns the challenge that the sign-in must answer.
func claimsOf(err error, req m365auth.TokenRequest) string {
	if e := (*m365auth.Error)(nil); errors.As(err, &e) && e.Claims != "" {
		return e.Claims
	}
	return req.Claims
}
