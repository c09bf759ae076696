package entra

import (
	"context"
	"encoding/json"

	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/confidential"
	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/public"

	"github.com/m365go/sdk/m365auth"
)

// authResult is what both kinds of MSAL's clients return.
type authResult = public.AuthResult

// engine is an MSAL client of either kind that serves one call. The scopes are
// as on the wire; claims and tenant may be empty.
type engine interface {
	// refresh redeems the account's refresh token, whatever access tokens
	// MSAL holds.
	refresh(ctx context.Context, account string, scopes []string, claims, tenant string) (authResult, error)
	// redeemCode exchanges an authorization code for the first tokens.
	redeemCode(ctx context.Context, code authCode, scopes []string, claims string) (authResult, error)
}

// authCode is what came back from the browser, and what proves that we sent it.
type authCode struct {
	code     m365auth.Secret
	verifier m365auth.Secret // PKCE's
	redirect string
}

// call makes an engine of the provider's kind over the cache and runs f with
// it. If Entra refuses the application's credential and its source has another
// one by now, f runs once more with that. The error is explained.
func (p *Provider) call(ctx context.Context, op string, x *exchange, s *scratch, f func(engine) (authResult, error)) (authResult, error) {
	if p.cred == nil {
		client, err := p.newClient(s)
		if err != nil {
			return authResult{}, err
		}
		res, err := f(publicEngine{client})
		if err != nil {
			return authResult{}, p.explain(op, x, err)
		}
		return res, nil
	}
	return p.callConfidential(ctx, op, x, s, func(c confidential.Client) (authResult, error) {
		return f(confidentialEngine{c})
	})
}

// callConfidential is call for what only a confidential client can do.
func (p *Provider) callConfidential(ctx context.Context, op string, x *exchange, s *scratch, f func(confidential.Client) (authResult, error)) (authResult, error) {
	inHand, err := p.cred.current(ctx)
	if err != nil {
		return authResult{}, err
	}
	for again := false; ; {
		client, err := p.newConfidential(inHand, s)
		if err != nil {
			return authResult{}, err
		}
		res, err := f(client)
		if err == nil {
			return res, nil
		}
		refused := p.explain(op, x, err)
		if again || !refusesCredential(refused) {
			return authResult{}, refused
		}
		next, err := p.cred.after(ctx, inHand)
		if err != nil || next.print == inHand.print {
			return authResult{}, refused
		}
		p.log.Info("the application's credential was refused, and its source gives another", "error", refused)
		inHand, again = next, true
	}
}

// newConfidential makes an MSAL client for one call. Its region is switched
// off, since MSAL would take one from the environment.
func (p *Provider) newConfidential(inHand proof, s *scratch) (confidential.Client, error) {
	opts := []confidential.Option{
		confidential.WithInstanceDiscovery(false),
		confidential.WithClientCapabilities([]string{"CP1"}),
		confidential.WithHTTPClient(p.wire),
		confidential.WithAzureRegion("DisableMsalForceRegion"),
	}
	if s != nil {
		opts = append(opts, confidential.WithCache(s))
	}
	if p.set.sendChain {
		opts = append(opts, confidential.WithX5C())
	}
	client, err := confidential.New(p.set.part.Authority, p.set.part.ClientID, inHand.msal, opts...)
	if err != nil {
		return confidential.Client{}, configError("use the authority "+p.set.part.Authority, "check the cloud, the authority and the tenant")
	}
	return client, nil
}

type publicEngine struct{ client public.Client }

// refresh passes claims, even empty ones, which make MSAL look past the access
// tokens that it holds.
func (e publicEngine) refresh(ctx context.Context, account string, scopes []string, claims, tenant string) (authResult, error) {
	if claims == "" {
		claims = "{}"
	}
	opts := []public.AcquireSilentOption{
		public.WithSilentAccount(public.Account{HomeAccountID: account}), public.WithClaims(claims),
	}
	if tenant != "" {
		opts = append(opts, public.WithTenantID(tenant))
	}
	return e.client.AcquireTokenSilent(ctx, scopes, opts...)
}

func (e publicEngine) redeemCode(ctx context.Context, code authCode, scopes []string, claims string) (authResult, error) {
	opts := []public.AcquireByAuthCodeOption{public.WithChallenge(code.verifier.Reveal())}
	if claims != "" {
		opts = append(opts, public.WithClaims(claims))
	}
	return e.client.AcquireTokenByAuthCode(ctx, code.code.Reveal(), code.redirect, scopes, opts...)
}

type confidentialEngine struct{ client confidential.Client }

// refresh passes claims as the client's own: MSAL refuses a resource's claims
// in the silent call of a confidential client. Both are sent alike. That MSAL
// holds no access token that it could answer with, the scratch sees to.
func (e confidentialEngine) refresh(ctx context.Context, account string, scopes []string, claims, tenant string) (authResult, error) {
	opts := []confidential.AcquireSilentOption{
		confidential.WithSilentAccount(confidential.Account{HomeAccountID: account}), confidential.WithClaimsFromClient(claims),
	}
	if tenant != "" {
		opts = append(opts, confidential.WithTenantID(tenant))
	}
	return e.client.AcquireTokenSilent(ctx, scopes, opts...)
}

func (e confidentialEngine) redeemCode(ctx context.Context, code authCode, scopes []string, claims string) (authResult, error) {
	opts := []confidential.AcquireByAuthCodeOption{confidential.WithChallenge(code.verifier.Reveal())}
	if claims != "" {
		opts = append(opts, confidential.WithClaims(claims))
	}
	return e.client.AcquireTokenByAuthCode(ctx, code.code.Reveal(), code.redirect, scopes, opts...)
}

// withoutAccess removes the access tokens from what MSAL keeps. They stand in
// our own record; here they would only be served instead of a refresh.
func withoutAccess(blob m365auth.Secret) m365auth.Secret {
	var all map[string]json.RawMessage
	if json.Unmarshal([]byte(blob.Reveal()), &all) != nil || all["AccessToken"] == nil {
		return blob
	}
	delete(all, "AccessToken")
	out, err := json.Marshal(all)
	if err != nil {
		return blob
	}
	return m365auth.NewSecret(string(out))
}

// refusesCredential reports whether Entra did not accept what the application
// proved itself with.
func refusesCredential(e *m365auth.Error) bool {
	for _, number := range e.AADSTS {
		switch number {
		case wrongSecret, expiredSecret, wrongKey:
			return true
		}
	}
	return e.OAuthCode == "invalid_client"
}
