package main

import (
	"context"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/m365go/sdk/m365auth"
)

// azureCredential gives our tokens to an Azure SDK client.
type azureCredential struct{ tokens m365auth.TokenProvider }

// GetToken implements [azcore.TokenCredential].
func (c azureCredential) GetToken(ctx context.Context, o policy.TokenRequestOptions) (azcore.AccessToken, error) {
	t, err := c.tokens.Token(ctx, m365auth.TokenRequest{Scopes: o.Scopes, Tenant: o.TenantID, Claims: o.Claims})
	return azcore.AccessToken{Token: t.Access.Reveal(), ExpiresOn: t.ExpiresOn, RefreshOn: t.RefreshOn}, err
}

// fromAzure gives the tokens of an Azure credential, such as one of azidentity,
// to our clients. They ask for no scopes, and so get these.
func fromAzure(credential azcore.TokenCredential, scopes ...string) m365auth.TokenProvider {
	return m365auth.ProviderFunc(func(ctx context.Context, req m365auth.TokenRequest) (m365auth.Token, error) {
		if len(req.Scopes) == 0 {
			req.Scopes = scopes
		}
		t, err := credential.GetToken(ctx, policy.TokenRequestOptions{Scopes: req.Scopes, TenantID: req.Tenant, Claims: req.Claims, EnableCAE: true})
		return m365auth.Token{Access: m365auth.NewSecret(t.Token), ExpiresOn: t.ExpiresOn, RefreshOn: t.RefreshOn}, err
	})
}
