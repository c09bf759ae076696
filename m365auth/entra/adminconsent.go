package entra

import (
	"context"
	"crypto/subtle"
	"errors"
	"net/url"
	"regexp"
	"strings"

	"github.com/m365go/sdk/m365auth"
)

const opAdmin = "ask an administrator for consent"

var (
	errNotConsented = errors.New("the callback does not say that the administrator agreed")
	errOtherTenant  = errors.New("the callback is of another tenant")
	tenantGUID      = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)
)

// AdminConsent is what a callback claims, and no more than that.
type AdminConsent struct {
	// TenantID is the GUID of the tenant whose administrator agreed.
	TenantID string
	// Scopes are those that were agreed to, in short form; nil if it does not say.
	Scopes []string
}

// AdminConsentURL returns where an administrator agrees, for everybody in the
// tenant, to the scopes; without any, to the provider's own. The browser comes
// back to the provider's first redirect URL, with what
// [Provider.ParseAdminConsent] reads. State is a random value that the host
// remembers for this browser, and takes once.
//
// A provider without a redirect URL, as with a device code, returns the address
// for all that the app registration lists; scopes are then [m365auth.ErrConfig].
// So is a provider for personal accounts, which have no administrator. A tenant
// "common", which the page does not know, becomes "organizations"; a provider
// with the tenant's GUID asks the right one.
// https://learn.microsoft.com/entra/identity-platform/v2-admin-consent
func (p *Provider) AdminConsentURL(state string, scopes ...string) (string, error) {
	switch {
	case p.set.tenant == "consumers" || p.set.tenant == "":
		return "", configError(opAdmin+" where there is none", "set tenant_id to the tenant's GUID, or to organizations")
	case state == "" || len(state) > maxState:
		return "", configError(opAdmin+" without a state of some length", "give a random value, and compare it in ParseAdminConsent")
	}
	if len(p.set.redirects) == 0 {
		if len(scopes) > 0 {
			return "", configError(opAdmin+" for certain scopes", "set redirect_url, or list the scopes in the app registration")
		}
		return p.set.adminConsentURL() + "&state=" + url.QueryEscape(state), nil
	}
	asked := p.set.own
	if len(scopes) > 0 {
		var err error
		if asked, err = p.set.scopes.normalise(scopes); err != nil {
			return "", err
		}
	}
	full := make([]string, len(asked))
	for i, scope := range asked {
		if full[i] = scope; resourceOf(scope) == "" {
			full[i] = p.set.cloud.GraphURL() + "/" + scope
		}
	}
	q := url.Values{
		"client_id": {p.set.part.ClientID}, "scope": {strings.Join(full, " ")}, "redirect_uri": {p.set.redirects[0]}, "state": {state},
	}
	tenant := p.set.tenant
	if tenant == "common" {
		tenant = "organizations"
	}
	return p.set.cloud.AuthorityURL(tenant) + "/v2.0/adminconsent?" + q.Encode(), nil
}

// ParseAdminConsent reads what the browser brought back from the page, and
// compares the state. Anybody can make such a request: do not note a consent
// before [Provider.VerifyConsent] got a token for it.
//
// An error is [m365auth.ErrDeclined] if the administrator said no, and
// [m365auth.ErrAdminConsentRequired] if the callback cannot be believed.
// https://learn.microsoft.com/entra/identity-platform/v2-admin-consent#successful-response
func (p *Provider) ParseAdminConsent(callback url.Values, state string) (AdminConsent, error) {
	for _, name := range []string{"state", "admin_consent", "tenant", "scope", "error", "error_description", "claims"} {
		if len(callback[name]) > 1 {
			return AdminConsent{}, notConsented(errCallback)
		}
	}
	if state == "" || subtle.ConstantTimeCompare([]byte(callback.Get("state")), []byte(state)) != 1 {
		return AdminConsent{}, notConsented(errState)
	}
	tenant := callback.Get("tenant")
	switch {
	case callback.Has("error"):
		return AdminConsent{}, p.explainCallback(opAdmin, readFailure(callback), p.set.own)
	case !strings.EqualFold(callback.Get("admin_consent"), "true") || !tenantGUID.MatchString(tenant):
		return AdminConsent{}, notConsented(errNotConsented)
	case tenantGUID.MatchString(p.set.tenant) && !strings.EqualFold(tenant, p.set.tenant):
		return AdminConsent{}, notConsented(errOtherTenant)
	}
	return AdminConsent{TenantID: strings.ToLower(tenant), Scopes: p.set.scopes.granted(callback.Get("scope"))}, nil
}

func notConsented(err error) error {
	return &m365auth.Error{
		Op: opAdmin, Kind: m365auth.ErrAdminConsentRequired, Err: err, Remedy: "send the administrator to the address of AdminConsentURL",
	}
}

// VerifyConsent reports whether the scopes are agreed to, by asking Entra for a
// new token for them: nil, or what Token answers, such as
// [m365auth.ErrAdminConsentRequired] or [m365auth.ErrConsentRequired]. The account
// is named as in [m365auth.TokenRequest]; without scopes the provider's own are
// meant. Entra may take some minutes to know of a consent.
//
// An application's own token is issued whatever was agreed to, so without a
// person the error is [m365auth.ErrConfig].
func (p *Provider) VerifyConsent(ctx context.Context, account string, scopes ...string) error {
	if p.set.app {
		return configError("verify a consent without a person", "call Graph: an application's token says nothing of it")
	}
	_, err := p.Token(ctx, m365auth.TokenRequest{Account: account, Scopes: scopes, ForceRefresh: true})
	return err
}
