package entra

import (
	"context"

	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/confidential"

	"github.com/m365go/sdk/m365auth"
)

const opApp = "get a token for the application"

// appToken serves a token of the application's own, without a person.
func (p *Provider) appToken(ctx context.Context, req m365auth.TokenRequest, w wanted) (m365auth.Token, error) {
	if req.Account != "" {
		return m365auth.Token{}, configError(opApp+" with an account",
			"leave the account out: the token is the application's own")
	}
	if err := checkAppScopes(w.scopes); err != nil {
		return m365auth.Token{}, err
	}
	issue := p.appByCredential
	if p.set.method == m365auth.MethodManagedIdentity {
		issue = p.appByHost
	}
	return p.issueOnce(ctx, "", w, issue)
}

// appByCredential proves the application to Entra, by the client credentials
// grant.
// https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
func (p *Provider) appByCredential(ctx context.Context, w wanted) (issued, error) {
	x := &exchange{asked: w.scopes}
	res, err := p.callConfidential(ctx, opApp, x, nil, func(c confidential.Client) (authResult, error) {
		var opts []confidential.AcquireByCredentialOption
		if w.claims != "" {
			opts = append(opts, confidential.WithClaims(w.claims))
		}
		if w.tenant != "" {
			opts = append(opts, confidential.WithTenantID(w.tenant))
		}
		return c.AcquireTokenByCredential(x.in(ctx), p.set.scopes.wire(w.scopes), opts...)
	})
	if err != nil {
		return issued{}, err
	}
	return appOwn(res, x, w), nil
}

// appOwn leaves the scopes unknown: what the application may do stands as roles
// in the token, which is for the resource to read.
func appOwn(res authResult, x *exchange, w wanted) issued {
	t := held(res, x, w)
	t.Scopes, t.asked = nil, w.scopes
	return issued{heldToken: t}
}
