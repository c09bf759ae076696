package entra

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"slices"

	"github.com/m365go/sdk/m365auth"
)

// Numbers that more than one place knows.
const (
	wrongSecret   = 7000215
	expiredSecret = 7000222
	wrongKey      = 700027
)

// The meaning of Entra's answers. OAuth's error and Entra's suberror decide; a
// number says more where they are vague, and nothing depends on it.
// https://learn.microsoft.com/entra/identity-platform/reference-error-codes
var (
	kindOfNumber = map[int]m365auth.Kind{
		700082: m365auth.ErrLoginRequired, // refresh token expired, unused
		70008:  m365auth.ErrLoginRequired, // refresh token expired or revoked
		700084: m365auth.ErrLoginRequired, // refresh token of a single-page app
		50173:  m365auth.ErrLoginRequired, // revoked, after a new password
		50078:  m365auth.ErrLoginRequired, // second factor expired

		50076: m365auth.ErrInteractionRequired, // second factor needed
		50079: m365auth.ErrInteractionRequired, // second factor to be set up
		50158: m365auth.ErrInteractionRequired, // external challenge
		16000: m365auth.ErrInteractionRequired, // choose an account

		65001: m365auth.ErrConsentRequired, // nobody has agreed
		65004: m365auth.ErrConsentRequired, // the person said no

		90094: m365auth.ErrAdminConsentRequired,
		90095: m365auth.ErrAdminConsentRequired,
		90093: m365auth.ErrAdminConsentRequired,

		53000:  m365auth.ErrPolicyBlocked, // device not compliant
		53001:  m365auth.ErrPolicyBlocked, // device not joined
		53002:  m365auth.ErrPolicyBlocked, // application not approved
		53003:  m365auth.ErrPolicyBlocked, // conditional access
		53004:  m365auth.ErrPolicyBlocked, // proof-up blocked
		50105:  m365auth.ErrPolicyBlocked, // person not assigned to the app
		50057:  m365auth.ErrPolicyBlocked, // account disabled
		700003: m365auth.ErrPolicyBlocked, // device deleted

		70020: m365auth.ErrCodeExpired,

		7000218:       m365auth.ErrAppMisconfigured, // not a public client
		700025:        m365auth.ErrAppMisconfigured, // a public client, with a secret
		700016:        m365auth.ErrAppMisconfigured, // unknown in the tenant
		50194:         m365auth.ErrAppMisconfigured, // single tenant, used with common
		90002:         m365auth.ErrAppMisconfigured, // tenant not found
		50059:         m365auth.ErrAppMisconfigured, // no tenant
		50011:         m365auth.ErrAppMisconfigured, // redirect URI
		wrongSecret:   m365auth.ErrAppMisconfigured,
		expiredSecret: m365auth.ErrAppMisconfigured,
		wrongKey:      m365auth.ErrAppMisconfigured,
		70011:         m365auth.ErrAppMisconfigured, // wrong scope
		500011:        m365auth.ErrAppMisconfigured, // wrong resource
		700024:        m365auth.ErrAppMisconfigured, // assertion of another time
		70021:         m365auth.ErrAppMisconfigured, // no federated credential fits
		700211:        m365auth.ErrAppMisconfigured, // nor its issuer
		700212:        m365auth.ErrAppMisconfigured, // nor its audience
		700213:        m365auth.ErrAppMisconfigured, // nor its subject
		7000112:       m365auth.ErrAppMisconfigured, // application disabled
		7000229:       m365auth.ErrAppMisconfigured, // not in the tenant
		500131:        m365auth.ErrAppMisconfigured, // a caller's token for somebody else
		7000114:       m365auth.ErrAppMisconfigured, // or of no person

		50013:  m365auth.ErrLoginRequired, // a caller's token is not good
		500133: m365auth.ErrLoginRequired, // nor in time

		90033: m365auth.ErrTransient,
		50196: m365auth.ErrTransient, // loop detected
	}
	kindOfSubError = map[string]m365auth.Kind{
		"basic_action":               m365auth.ErrLoginRequired,
		"bad_token":                  m365auth.ErrLoginRequired,
		"token_expired":              m365auth.ErrLoginRequired,
		"user_password_expired":      m365auth.ErrLoginRequired,
		"consent_required":           m365auth.ErrConsentRequired,
		"message_only":               m365auth.ErrPolicyBlocked,
		"additional_action":          m365auth.ErrPolicyBlocked,
		"protection_policy_required": m365auth.ErrPolicyBlocked,
	}
	kindOfCode = map[string]m365auth.Kind{
		"invalid_grant":           m365auth.ErrLoginRequired,
		"login_required":          m365auth.ErrLoginRequired,
		"interaction_required":    m365auth.ErrInteractionRequired,
		"consent_required":        m365auth.ErrConsentRequired,
		"access_denied":           m365auth.ErrConsentRequired,
		"authorization_declined":  m365auth.ErrDeclined,
		"expired_token":           m365auth.ErrCodeExpired,
		"code_expired":            m365auth.ErrCodeExpired,
		"bad_verification_code":   m365auth.ErrCodeExpired,
		"invalid_client":          m365auth.ErrAppMisconfigured,
		"unauthorized_client":     m365auth.ErrAppMisconfigured,
		"invalid_scope":           m365auth.ErrAppMisconfigured,
		"invalid_resource":        m365auth.ErrAppMisconfigured,
		"invalid_tenant":          m365auth.ErrAppMisconfigured,
		"invalid_request":         m365auth.ErrAppMisconfigured,
		"unsupported_grant_type":  m365auth.ErrAppMisconfigured,
		"temporarily_unavailable": m365auth.ErrTransient,
		"server_error":            m365auth.ErrTransient,
	}
	remedyOfKind = map[m365auth.Kind]string{
		m365auth.ErrLoginRequired:       "sign in",
		m365auth.ErrInteractionRequired: "sign in, passing the claims on",
		m365auth.ErrConsentRequired:     "sign in, and agree to the scopes",
		m365auth.ErrPolicyBlocked:       "ask the tenant's administrator, giving the correlation id",
		m365auth.ErrDeclined:            "offer a new code",
		m365auth.ErrCodeExpired:         "offer a new code",
		m365auth.ErrAppMisconfigured:    "check the app registration and the tenant",
		m365auth.ErrTransient:           "try again later",
		m365auth.ErrScopesDeclined:      "sign in again and agree to all scopes, or do without them",
		m365auth.ErrUnexpected:          "report it, with the correlation id",
	}
	// remedyOfCaller is for a program that acts on behalf of its callers, and
	// cannot show anything itself.
	remedyOfCaller = map[m365auth.Kind]string{
		m365auth.ErrLoginRequired:       "have the caller sign in again and send a new token",
		m365auth.ErrInteractionRequired: "answer the caller with these claims, to sign in with and send a new token",
		m365auth.ErrConsentRequired: "have the person or an administrator agree to this application's own scopes: " +
			"add the caller to its known client applications, and let the caller sign in with .default",
		m365auth.ErrScopesDeclined: "have the person or an administrator agree to this application's own scopes, or do without them",
	}
	remedyOfNumber = map[int]string{
		7000218: `turn "Allow public client flows" on in the app registration`,
		700016:  "check client_id, and that the application exists in this tenant",
		50194:   "set tenant_id to the application's own tenant",
		90002:   "check tenant_id",
		70011:   "check the names of the scopes",
		500011:  "check the resource of the scopes, and the cloud",

		wrongSecret:   "set client_secret to the value, not the id, of a secret of this application",
		expiredSecret: "make a new secret in the app registration, and set client_secret to its value",
		wrongKey:      "upload this certificate to the app registration, or set Options.SendCertificateChain if it trusts a subject name and issuer",
		700024:        "set the clock of this machine, and check that the federated token is replaced in time",
		70021:         "add a federated credential to the app registration with the issuer, subject and audience of this token",
		700211:        "set the issuer of the app registration's federated credential to that of this token",
		700212:        "set the audience of the app registration's federated credential to that of this token",
		700213:        "set the subject of the app registration's federated credential to that of this token",
		7000112:       "have an administrator enable the application in the tenant",
		7000229:       "have an administrator agree to the application in the tenant",
		7000114:       "pass a person's token on: that of an application is not exchanged",
		500131:        "pass a token on whose audience is this application",
		50013:         "have the caller sign in again and send a token whose audience is this application",
		500133:        "have the caller send a new token",
	}
)

// classify returns the kind of what Entra answered; empty if that was no error.
func classify(status int, e oauthError) m365auth.Kind {
	if status >= 500 || status == http.StatusTooManyRequests {
		return m365auth.ErrTransient
	}
	kind, ok := kindOfSubError[e.SubError]
	if !ok {
		kind = kindOfCode[e.Code]
	}
	switch kind {
	case m365auth.ErrDeclined, m365auth.ErrCodeExpired, m365auth.ErrPolicyBlocked, m365auth.ErrTransient:
		return kind // these say all
	}
	for _, n := range e.Numbers {
		if finer, ok := kindOfNumber[n]; ok {
			return finer
		}
	}
	if kind == "" && (e.Code != "" || status >= 400) {
		return m365auth.ErrUnexpected
	}
	return kind
}

// explain makes the error of a call to MSAL that has failed from what the wire
// noted. MSAL's own error is looked at for its kind only, never shown.
func (p *Provider) explain(op string, x *exchange, err error) *m365auth.Error {
	n := x.snapshot()
	e := &m365auth.Error{
		Op: op, Kind: classify(n.status, n.oauth), OAuthCode: n.oauth.Code, SubError: n.oauth.SubError,
		AADSTS: slices.Clone(n.oauth.Numbers), CorrelationID: n.oauth.Correlation, TraceID: n.oauth.Trace,
		RetryAfter: n.retryAfter, Claims: n.oauth.Claims,
	}
	switch {
	case n.err != nil:
		e = &m365auth.Error{Op: op, Kind: m365auth.ErrTransient, Err: publicCause(n.err)}
		if errors.Is(n.err, errHost) || errors.Is(n.err, errRedirect) || errors.Is(n.err, errTooLarge) {
			e.Kind = m365auth.ErrUnexpected
		}
	case e.Kind != "":
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		e.Kind, e.Err = m365auth.ErrTransient, publicCause(err)
	case n.status == 0 && p.set.storesAccounts(): // nothing was sent: the cache had no refresh token
		e.Kind = m365auth.ErrLoginRequired
	case n.status == 0:
		e.Kind, e.Err = m365auth.ErrUnexpected, errUnsent
	case !n.readable:
		e.Kind, e.Err = m365auth.ErrTransient, errForeign
	default:
		e.Kind, e.Err = m365auth.ErrUnexpected, errUnusable
	}
	p.advise(e, x.asked)
	return e
}

// advise fills in the remedy, and what it needs.
func (p *Provider) advise(e *m365auth.Error, asked []string) {
	if p.set.app && e.Kind.NeedsPerson() {
		e.Kind = m365auth.ErrAppMisconfigured // there is none
	}
	e.Remedy = remedyOfKind[e.Kind]
	if p.set.method == m365auth.MethodOnBehalfOf && e.Kind.NeedsPerson() {
		e.Remedy = remedyOfCaller[e.Kind]
	}
	for _, number := range e.AADSTS {
		if r, ok := remedyOfNumber[number]; ok {
			e.Remedy = r
		}
	}
	switch e.Kind {
	case m365auth.ErrConsentRequired:
		e.Scopes = slices.Clone(asked)
	case m365auth.ErrAdminConsentRequired:
		e.Scopes = slices.Clone(asked)
		e.Remedy = "ask an administrator of the tenant to open " + p.set.adminConsentURL()
	}
}

// publicCause reduces an error of the network to what can be shown: a caller's
// transport may put anything into its errors, the request included.
func publicCause(err error) error {
	for _, known := range []error{
		context.Canceled, context.DeadlineExceeded, io.EOF, io.ErrUnexpectedEOF,
		errHost, errRedirect, errTooLarge, errForeign,
	} {
		if errors.Is(err, known) {
			return known
		}
	}
	if op := (*net.OpError)(nil); errors.As(err, &op) {
		return op
	}
	if cert := (*tls.CertificateVerificationError)(nil); errors.As(err, &cert) {
		return errors.New("the certificate of the login host is not trusted: " + cert.Err.Error())
	}
	return errors.New("the request failed")
}

// cacheError keeps the errors of a store, and adds a kind to those of others.
func cacheError(op string, err error) error {
	if known := (*m365auth.Error)(nil); errors.As(err, &known) {
		return known
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return interrupted(op, err)
	}
	return &m365auth.Error{Op: op, Kind: m365auth.ErrCacheUnavailable, Remedy: "check the store of the tokens", Err: err}
}
