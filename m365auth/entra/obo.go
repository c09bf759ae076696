package entra

import (
	"context"
	"crypto/sha256"

	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/confidential"

	"github.com/m365go/sdk/m365auth"
)

const opBehalf = "get a token on behalf of a caller"

// OnBehalfOf returns a provider of tokens for the person who called this
// program with userToken, an access token whose audience is this program. It is
// for [m365auth.MethodOnBehalfOf]; with another method its Token fails.
//
// Entra checks userToken when it issues the first token, and not while that is
// served from memory: the program itself checks it on each call, as it must in
// any case. Make a provider for each call; those of one userToken share their
// tokens, and nobody else's can be served, since they are found by its hash.
// They stay in memory, of the thousand callers who came last, and go with
// [Provider.Close] or a Logout of all: a caller brings what a new one needs.
//
// If Entra wants the person again, the error is [m365auth.ErrInteractionRequired]
// or [m365auth.ErrConsentRequired], and its Claims go back to the caller, who
// can show a sign-in.
// https://learn.microsoft.com/entra/identity-platform/v2-oauth2-on-behalf-of-flow
func (p *Provider) OnBehalfOf(userToken m365auth.Secret) m365auth.TokenProvider {
	key := sha256.Sum256([]byte(userToken.Reveal()))
	return m365auth.ProviderFunc(func(ctx context.Context, req m365auth.TokenRequest) (m365auth.Token, error) {
		if err := p.begin(ctx, opBehalf); err != nil {
			return m365auth.Token{}, err
		}
		switch {
		case p.set.method != m365auth.MethodOnBehalfOf:
			return m365auth.Token{}, configError(opBehalf+" with the method "+string(p.set.method), `set method to "on_behalf_of"`)
		case userToken.IsZero():
			return m365auth.Token{}, configError(opBehalf+" who brought no token", "pass the token on that the caller sent")
		}
		w, err := p.want(req)
		if err != nil {
			return m365auth.Token{}, err
		}
		t, err := p.issueOnce(ctx, string(key[:]), w, func(ctx context.Context, w wanted) (issued, error) {
			return p.exchangeToken(ctx, userToken, w)
		})
		if err == nil && req.Account != "" && !t.Account.Matches(req.Account) {
			return m365auth.Token{}, &m365auth.Error{
				Op: opBehalf, Kind: m365auth.ErrWrongAccount, Accounts: []m365auth.Account{t.Account},
				Remedy: "leave the account out: the caller's token says whom it is for",
			}
		}
		return t, err
	})
}

// exchangeToken uses a client without a cache: MSAL's own, of this grant, is
// written as another and cannot be read again.
func (p *Provider) exchangeToken(ctx context.Context, userToken m365auth.Secret, w wanted) (issued, error) {
	x := &exchange{asked: w.scopes}
	res, err := p.callConfidential(ctx, opBehalf, x, nil, func(c confidential.Client) (authResult, error) {
		var opts []confidential.AcquireOnBehalfOfOption
		if w.claims != "" {
			opts = append(opts, confidential.WithClaims(w.claims))
		}
		if w.tenant != "" {
			opts = append(opts, confidential.WithTenantID(w.tenant))
		}
		return c.AcquireTokenOnBehalfOf(x.in(ctx), userToken.Reveal(), p.set.scopes.wire(w.scopes), opts...)
	})
	if err != nil {
		return issued{}, err
	}
	return issued{heldToken: held(res, x, w), account: accountOf(res)}, nil
}
