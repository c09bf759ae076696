package entra

import (
	"context"
	"strings"

	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/cache"
	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/public"

	"github.com/m365go/sdk/m365auth"
)

// scratch is the cache of an MSAL client that serves one call. It gives MSAL
// what was loaded, and keeps what MSAL writes until the caller saves it. It
// never returns an error, because MSAL answers one by throwing away the token
// that it has just been given. Hints are ignored: they differ between the
// reading and the writing of public clients.
type scratch struct {
	before m365auth.Secret
	after  m365auth.Secret
}

var _ cache.ExportReplace = (*scratch)(nil)

// Replace implements MSAL's interface.
func (s *scratch) Replace(_ context.Context, c cache.Unmarshaler, _ cache.ReplaceHints) error {
	if !s.before.IsZero() {
		_ = c.Unmarshal([]byte(s.before.Reveal())) // unreadable is empty: MSAL then finds no account
	}
	return nil
}

// Export implements MSAL's interface.
func (s *scratch) Export(_ context.Context, c cache.Marshaler, _ cache.ExportHints) error {
	if b, err := c.Marshal(); err == nil {
		s.after = m365auth.NewSecret(string(b))
	}
	return nil
}

// newClient makes an MSAL client for one call. The CP1 capability says that we
// handle claims challenges; without it Graph sends none.
// https://learn.microsoft.com/entra/identity-platform/claims-challenge
func (p *Provider) newClient(s *scratch) (public.Client, error) {
	client, err := public.New(p.set.part.ClientID,
		public.WithAuthority(p.set.part.Authority),
		public.WithInstanceDiscovery(false),
		public.WithClientCapabilities([]string{"CP1"}),
		public.WithHTTPClient(p.wire),
		public.WithCache(s),
	)
	if err != nil {
		return public.Client{}, configError("use the authority "+p.set.part.Authority, "check the cloud, the authority and the tenant")
	}
	return client, nil
}

// redeem uses the account's refresh token, whatever access tokens MSAL holds.
func (p *Provider) redeem(ctx context.Context, op string, rec *record, w wanted) (*record, heldToken, error) {
	s := &scratch{before: rec.msal}
	if p.cred != nil {
		s.before = withoutAccess(rec.msal)
	}
	x := &exchange{asked: w.scopes}
	res, err := p.call(ctx, op, x, s, func(e engine) (authResult, error) {
		return e.refresh(x.in(ctx), rec.account.ID, p.set.scopes.wire(w.scopes), w.claims, w.tenant)
	})
	if err != nil {
		return nil, heldToken{}, err
	}
	next := *rec
	if !s.after.IsZero() {
		next.msal = s.after
	}
	if w.tenant == "" && res.Account.PreferredUsername != "" {
		next.account.Username = res.Account.PreferredUsername // people are renamed
	}
	return &next, held(res, x, w), nil
}

func held(res authResult, x *exchange, w wanted) heldToken {
	granted := x.snapshot().granted
	declined := missing(w.scopes, granted)
	t := heldToken{
		Token: m365auth.Token{
			Access: m365auth.NewSecret(res.AccessToken),
			// A laptop's sleep stops the monotonic clock, and not the token's.
			ExpiresOn: res.ExpiresOn.Round(0),
			RefreshOn: res.Metadata.RefreshOn, Scopes: granted,
		},
		tenant: w.tenant,
	}
	for _, scope := range w.scopes {
		if !containsFold(declined, scope) {
			t.asked = append(t.asked, scope)
		}
	}
	return t
}

// accountOf returns who signed in.
func accountOf(res authResult) m365auth.Account {
	a := m365auth.Account{
		ID: res.Account.HomeAccountID, Username: res.Account.PreferredUsername, TenantID: res.IDToken.TenantID,
	}
	if _, home, ok := strings.Cut(a.ID, "."); ok && a.TenantID == "" {
		a.TenantID = home
	}
	return a
}
