package entra

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/url"
	"slices"
	"time"

	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/public"

	"github.com/m365go/sdk/m365auth"
)

// authCodeLife is how long a person may take in the browser.
const authCodeLife = 10 * time.Minute

// AuthCodeRequest says how a person should sign in with a browser. The zero
// value asks for the provider's own scopes, of anybody.
type AuthCodeRequest struct {
	// RedirectURL is where the browser comes back to: the configuration's
	// RedirectURL or one of [Options.RedirectURLs], to the letter. Empty means
	// the first of them.
	RedirectURL string
	// Scopes are the permissions to agree to. Empty means the provider's own.
	Scopes []string
	// Account is the account that must sign in, by its id or object id;
	// somebody else gets [m365auth.ErrWrongAccount], and is not kept. Empty
	// means that anybody may.
	Account string
	// LoginHint is a user name to fill in. Empty means that of Account, if it
	// is signed in.
	LoginHint string
	// Prompt is "login", "none", "consent" or "select_account". Empty lets
	// Entra decide.
	Prompt string
	// Claims is a claims challenge as JSON, [m365auth.Error.Claims] of the
	// token request that failed.
	Claims string
	// ResponseMode is "query" or "form_post". With the latter the code stays
	// out of the address and so out of logs and histories, but a cookie that
	// the callback needs must be SameSite=None. Empty means "query".
	ResponseMode string
}

// AuthCodeLogin is a sign-in that waits for a browser to come back. It is good
// for ten minutes and one answer. A web host keeps it where only that browser
// gets at it: in the session's memory, or sealed (see [AuthCodeLogin.Seal]).
// Printing it shows no secret.
type AuthCodeLogin struct {
	// URL is where to send the browser.
	URL string
	// ExpiresOn is when the sign-in is given up.
	ExpiresOn time.Time

	p        *Provider
	want     wanted
	account  string // that must sign in; empty for any
	redirect string
	state    m365auth.Secret
	nonce    m365auth.Secret
	verifier m365auth.Secret // PKCE's
}

// StartAuthCode begins a sign-in in a browser that comes back to a web host. It
// checks first that the sign-in can be kept: without a usable token cache the
// error is [m365auth.ErrCacheUnavailable], before a person is troubled. A
// redirect URL that is not listed is [m365auth.ErrConfig].
//
// Each sign-in has a state, a nonce and a PKCE verifier (S256) of its own.
// https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow
func (p *Provider) StartAuthCode(ctx context.Context, req AuthCodeRequest) (*AuthCodeLogin, error) {
	if p.set.method != m365auth.MethodAuthCode {
		return nil, configError(fmt.Sprintf("%s with the method %q", opStart, p.set.method),
			fmt.Sprintf("set method to %q", m365auth.MethodAuthCode))
	}
	if req.RedirectURL == "" {
		req.RedirectURL = p.set.redirects[0]
	}
	if !slices.Contains(p.set.redirects, req.RedirectURL) {
		return nil, configError(fmt.Sprintf("%s that comes back to %q", opStart, req.RedirectURL),
			"list the address as redirect_url or in Options.RedirectURLs, and in the app registration")
	}
	return p.beginAuthCode(ctx, req)
}

// beginAuthCode is StartAuthCode, for any redirect URL.
func (p *Provider) beginAuthCode(ctx context.Context, req AuthCodeRequest) (*AuthCodeLogin, error) {
	if err := p.begin(ctx, opStart); err != nil {
		return nil, err
	}
	w, err := p.want(m365auth.TokenRequest{Scopes: req.Scopes, Claims: req.Claims})
	if err != nil {
		return nil, err
	}
	if err := checkBrowser(req); err != nil {
		return nil, err
	}
	if err := p.store.Check(ctx); err != nil {
		return nil, cacheError(opStart, err)
	}
	l := &AuthCodeLogin{
		p: p, want: w, account: req.Account, redirect: req.RedirectURL, ExpiresOn: time.Now().Add(authCodeLife),
		state: randomSecret(), nonce: randomSecret(), verifier: randomSecret(),
	}
	if req.LoginHint == "" && req.Account != "" {
		req.LoginHint = p.usernameOf(ctx, req.Account)
	}
	l.URL, err = p.authorizeURL(ctx, l, req)
	if err != nil {
		return nil, err
	}
	return l, nil
}

func checkBrowser(req AuthCodeRequest) error {
	if !slices.Contains([]string{"", "login", "none", "consent", "select_account"}, req.Prompt) {
		return configError(fmt.Sprintf("%s with the prompt %q", opStart, req.Prompt), `use "login", "none", "consent" or "select_account"`)
	}
	if !slices.Contains([]string{"", "query", "form_post"}, req.ResponseMode) {
		return configError(fmt.Sprintf("%s with the response mode %q", opStart, req.ResponseMode), `use "query" or "form_post"`)
	}
	return nil
}

// randomSecret returns 256 random bits, as PKCE recommends for a verifier.
func randomSecret() m365auth.Secret {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails
	return m365auth.NewSecret(base64.RawURLEncoding.EncodeToString(b))
}

// usernameOf returns the name of an account that is signed in, or nothing.
func (p *Provider) usernameOf(ctx context.Context, account string) string {
	id, _, err := p.choose(ctx, opStart, account)
	if err != nil {
		return ""
	}
	if m, err := p.load(ctx, id); err == nil && m != nil {
		return m.rec.account.Username
	}
	return ""
}

// authorizeURL adds to MSAL's address what MSAL leaves out: state, nonce and
// PKCE, and the scopes that every request implies.
func (p *Provider) authorizeURL(ctx context.Context, l *AuthCodeLogin, req AuthCodeRequest) (string, error) {
	client, err := p.newClient(&scratch{})
	if err != nil {
		return "", err
	}
	var opts []public.AuthCodeURLOption
	if l.want.claims != "" {
		opts = append(opts, public.WithClaims(l.want.claims))
	}
	if req.LoginHint != "" {
		opts = append(opts, public.WithLoginHint(req.LoginHint))
	}
	x := &exchange{asked: l.want.scopes}
	scopes := append(p.set.scopes.wire(l.want.scopes), "openid", "profile", "offline_access")
	raw, err := client.AuthCodeURL(x.in(ctx), p.set.part.ClientID, l.redirect, scopes, opts...)
	if err != nil {
		return "", p.explain(opStart, x, err)
	}
	u, err := url.Parse(raw)
	if err != nil || u.Scheme != "https" || !sameHost(u.Host, p.set.cloud.LoginHost) {
		return "", &m365auth.Error{Op: opStart, Kind: m365auth.ErrUnexpected, Err: errHost, Remedy: remedyOfKind[m365auth.ErrUnexpected]}
	}
	challenge := sha256.Sum256([]byte(l.verifier.Reveal()))
	q := u.Query()
	q.Set("state", l.state.Reveal())
	q.Set("nonce", l.nonce.Reveal())
	q.Set("code_challenge", base64.RawURLEncoding.EncodeToString(challenge[:]))
	q.Set("code_challenge_method", "S256")
	if req.ResponseMode != "" {
		q.Set("response_mode", req.ResponseMode)
	}
	if req.Prompt != "" {
		q.Set("prompt", req.Prompt)
	}
	u.RawQuery = q.Encode()
	return u.String(), nil
}
