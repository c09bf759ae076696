package main

import (
	"context"

	"golang.org/x/oauth2"

	"github.com/m365go/sdk/m365auth"
)

// oauth2Source gives our tokens to whatever takes an [oauth2.TokenSource]. That
// interface has no context, so this one holds for all of its calls.
func oauth2Source(ctx context.Context, tokens m365auth.TokenProvider, scopes ...string) oauth2.TokenSource {
	return sourceFunc(func() (*oauth2.Token, error) {
		t, err := tokens.Token(ctx, m365auth.TokenRequest{Scopes: scopes})
		if err != nil {
			return nil, err
		}
		return &oauth2.Token{AccessToken: t.Access.Reveal(), TokenType: "Bearer", Expiry: t.ExpiresOn}, nil
	})
}

type sourceFunc func() (*oauth2.Token, error)

func (f sourceFunc) Token() (*oauth2.Token, error) { return f() }

// fromOAuth2 gives the tokens of a source to our clients. A source cannot be
// asked for a better token than the one it has, so a challenge needs a sign-in.
func fromOAuth2(source oauth2.TokenSource) m365auth.TokenProvider {
	return m365auth.ProviderFunc(func(_ context.Context, req m365auth.TokenRequest) (m365auth.Token, error) {
		if req.Claims != "" || req.ForceRefresh {
			return m365auth.Token{}, &m365auth.Error{Op: "use an oauth2 source", Kind: m365auth.ErrLoginRequired, Claims: req.Claims, Remedy: "sign in again"}
		}
		t, err := source.Token()
		if err != nil {
			return m365auth.Token{}, err
		}
		return m365auth.Token{Access: m365auth.NewSecret(t.AccessToken), ExpiresOn: t.Expiry}, nil
	})
}
