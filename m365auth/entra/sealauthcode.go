package entra

import (
	"context"
	"time"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365auth/tokencache"
)

const forAuthCode = "authorization code sign-in"

// sealedAuthCode is a pending browser sign-in as it is sealed. The secrets are
// plain on purpose: the form is written into sealed data only.
type sealedAuthCode struct {
	Format    int       `json:"format"`
	State     string    `json:"state"`
	Nonce     string    `json:"nonce"`
	Verifier  string    `json:"verifier"`
	Redirect  string    `json:"redirect"`
	ExpiresOn time.Time `json:"expires_on"`
	Scopes    []string  `json:"scopes"`
	Claims    string    `json:"claims,omitempty"`
	Account   string    `json:"account,omitempty"`
}

// Seal returns the pending sign-in encrypted, so that whichever replica the
// browser comes back to can finish it: see [Provider.ResumeAuthCode]. The value
// may stand in a cookie (Secure, HttpOnly) or a database.
//
// Browser names the browser that begins, by something that only it can show: the
// id of its session, or a random value in a cookie of its own. Whatever else must
// be the same at the end, such as a company, is put in too. It is required:
// without it somebody could make another person's browser finish their sign-in.
func (l *AuthCodeLogin) Seal(ctx context.Context, s *tokencache.Sealer, browser string) ([]byte, error) {
	if browser == "" {
		return nil, configError(opSeal+" for no browser", "name the browser, by its session or a cookie")
	}
	return sealPending(ctx, opSeal, s, sealedAuthCode{
		Format: pendingFormat, State: l.state.Reveal(), Nonce: l.nonce.Reveal(), Verifier: l.verifier.Reveal(),
		Redirect: l.redirect, ExpiresOn: l.ExpiresOn.UTC(), Scopes: l.want.scopes, Claims: l.want.claims, Account: l.account,
	}, l.p.bindings(forAuthCode, browser))
}

// ResumeAuthCode returns the sign-in that [AuthCodeLogin.Seal] made sealed of, in
// this process or another, to be finished by [Provider.FinishAuthCode].
// Its URL is empty, since it has been used. The errors are those of
// [Provider.ResumeDeviceCode]; another browser is [m365auth.ErrLoginRequired].
//
// A sealed sign-in can be resumed more than once, but finished once: this
// provider refuses a state that it has seen, and Entra a code. Delete the cookie
// or the row all the same.
func (p *Provider) ResumeAuthCode(ctx context.Context, s *tokencache.Sealer, sealed []byte, browser string) (*AuthCodeLogin, error) {
	if err := p.begin(ctx, opResume); err != nil {
		return nil, err
	}
	var d sealedAuthCode
	if err := openPending(ctx, opResume, s, sealed, &d, p.bindings(forAuthCode, browser)); err != nil {
		return nil, err
	}
	if d.Format != pendingFormat || d.State == "" || d.Nonce == "" || d.Verifier == "" || len(d.Scopes) == 0 {
		return nil, unknownPending(opResume, d.Format)
	}
	if !time.Now().Before(d.ExpiresOn) {
		return nil, &m365auth.Error{Op: opResume, Kind: m365auth.ErrCodeExpired, Remedy: "start another sign-in"}
	}
	return &AuthCodeLogin{
		ExpiresOn: d.ExpiresOn, p: p, want: wanted{scopes: d.Scopes, claims: d.Claims}, account: d.Account, redirect: d.Redirect,
		state: m365auth.NewSecret(d.State), nonce: m365auth.NewSecret(d.Nonce), verifier: m365auth.NewSecret(d.Verifier),
	}, nil
}
