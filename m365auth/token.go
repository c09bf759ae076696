package m365auth

import (
	"context"
	"time"
)

// TokenProvider supplies access tokens.
//
// Token is safe for concurrent use and never prompts: where a person is needed
// it returns at once an [*Error] whose kind is [ErrLoginRequired] or a nearer
// cause ([Kind.NeedsPerson] tells them all). It honours the context while it
// waits for a lock or for the network.
type TokenProvider interface {
	Token(ctx context.Context, req TokenRequest) (Token, error)
}

// TokenRequest says which token is wanted. The zero value asks for the
// provider's own scopes on behalf of its only account.
type TokenRequest struct {
	// Scopes are the permissions that the token must carry, in Graph's short
	// form ("Mail.Read") or as full URIs. Empty means the provider's own.
	Scopes []string

	// Account is an [Account.ID]. Empty means the only account there is;
	// with several the provider refuses rather than guess.
	Account string

	// Tenant overrides the provider's tenant (a GUID) for guests who work in
	// several. Empty means the provider's own.
	Tenant string

	// Claims is a claims challenge, as JSON, that the resource answered the
	// last token with. It bypasses every cached token.
	// https://learn.microsoft.com/entra/identity-platform/claims-challenge
	Claims string

	// ForceRefresh bypasses every cached token. Use it once, after a resource
	// refused a token that had not expired.
	ForceRefresh bool
}

// Token is an access token and what is known of it.
type Token struct {
	// Access is the bearer secret.
	Access Secret
	// ExpiresOn is when the token stops working, in any location.
	ExpiresOn time.Time
	// RefreshOn is when Entra recommends a refresh; zero if it did not say.
	RefreshOn time.Time
	// Scopes are those granted, which may exceed those asked for. Nil means
	// unknown. The slice is shared between callers and is read only.
	Scopes []string
	// Account is whom the token acts for; zero for an application's own token.
	Account Account
}

// Valid reports whether the token is non-empty and not known to have expired
// at the given time. An unknown expiry counts as good.
func (t Token) Valid(at time.Time) bool {
	return !t.Access.IsZero() && (t.ExpiresOn.IsZero() || at.Before(t.ExpiresOn))
}

// ProviderFunc adapts a function to a [TokenProvider].
type ProviderFunc func(context.Context, TokenRequest) (Token, error)

// Token calls f.
func (f ProviderFunc) Token(ctx context.Context, req TokenRequest) (Token, error) {
	return f(ctx, req)
}

// Static returns a provider of one fixed token that somebody else minted.
// It cannot refresh: a request with Claims or ForceRefresh, which says that the
// token no longer works, is answered with [ErrLoginRequired], and so is every
// request if token is empty. The expiry is unknown, so ExpiresOn is zero.
func Static(token string) TokenProvider {
	secret := NewSecret(token)
	return ProviderFunc(func(ctx context.Context, req TokenRequest) (Token, error) {
		if err := ctx.Err(); err != nil {
			return Token{}, err
		}
		if secret.IsZero() || req.Claims != "" || req.ForceRefresh {
			return Token{}, &Error{
				Op:     "use a static token",
				Kind:   ErrLoginRequired,
				Claims: req.Claims,
				Remedy: "supply a fresh token, or a provider that can get one",
			}
		}
		return Token{Access: secret}, nil
	})
}
