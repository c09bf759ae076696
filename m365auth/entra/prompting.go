package entra

import (
	"context"
	"errors"

	"github.com/m365go/sdk/m365auth"
)

// Prompting returns a provider that signs a person in when p cannot do without:
// it calls show with what to show, and waits for the person. It is for programs
// on a terminal, whose user waits anyway. A server or an agent's host would
// hang: it uses p itself, and [Provider.StartDeviceCode] apart.
//
// Callers that need a person at the same time get one prompt. It waits no longer
// than the caller's context, and at most five minutes without a deadline.
func Prompting(p *Provider, show func(DevicePrompt)) m365auth.TokenProvider {
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
		login, err := p.StartDeviceCode(ctx, LoginRequest{Scopes: req.Scopes, Claims: claimsOf(err, req), Account: req.Account})
		if err != nil {
			return m365auth.Token{}, err
		}
		show(login.Prompt())
		token, err = login.Wait(ctx)
		if err != nil || req.Tenant == "" {
			return token, err
		}
		return p.Token(ctx, m365auth.TokenRequest{Scopes: req.Scopes, Account: token.Account.ID, Tenant: req.Tenant})
	})
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
