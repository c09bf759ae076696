package m365auth

import (
	"fmt"
	"strings"
	"time"
)

// Kind says what went wrong, and so what to do next. It is an error, so that
// errors.Is(err, m365auth.ErrLoginRequired) asks for it.
type Kind string

// Error returns the kind's text.
func (k Kind) Error() string { return string(k) }

// NeedsPerson reports whether a new sign-in by a person is the remedy.
func (k Kind) NeedsPerson() bool {
	switch k {
	case ErrLoginRequired, ErrInteractionRequired, ErrConsentRequired, ErrScopesDeclined:
		return true
	}
	return false
}

// The kinds.
const (
	// ErrLoginRequired means that nobody is signed in, or the sign-in has ended. Sign in.
	ErrLoginRequired Kind = "login required"
	// ErrInteractionRequired means that Entra wants the person again, for a second
	// factor or a policy. Sign in, passing the error's Claims on.
	ErrInteractionRequired Kind = "interaction required"
	// ErrConsentRequired means that the person has not agreed to a scope. Show the
	// scopes, then sign in.
	ErrConsentRequired Kind = "consent required"
	// ErrAdminConsentRequired means that only an administrator of the tenant can agree.
	ErrAdminConsentRequired Kind = "administrator consent required"
	// ErrPolicyBlocked means that the tenant's policy refuses. Retrying does not help.
	ErrPolicyBlocked Kind = "blocked by policy"
	// ErrDeclined means that the person said no.
	ErrDeclined Kind = "declined by the user"
	// ErrCodeExpired means that nobody used the device code in time. Offer a new one.
	ErrCodeExpired Kind = "code expired"
	// ErrAppMisconfigured means that the app registration is wrong. An operator must
	// mend it.
	ErrAppMisconfigured Kind = "application misconfigured"
	// ErrTransient means that the network or the service failed for now. Try again
	// after RetryAfter.
	ErrTransient Kind = "temporarily unavailable"
	// ErrCacheUnavailable means that the token cache or its key cannot be used. Nothing
	// was changed.
	ErrCacheUnavailable Kind = "token cache unavailable"
	// ErrScopesDeclined means that fewer scopes were granted than asked for; Scopes
	// lists those missing.
	ErrScopesDeclined Kind = "scopes declined"
	// ErrAccountAmbiguous means that several accounts are signed in and none was chosen;
	// Accounts lists them.
	ErrAccountAmbiguous Kind = "several accounts are signed in"
	// ErrWrongAccount means that somebody other than the expected person signed in.
	ErrWrongAccount Kind = "wrong account"
	// ErrConfig means that a setting is missing, wrong or in conflict with another.
	ErrConfig Kind = "configuration"
	// ErrUnexpected means an answer that fits none of the above.
	ErrUnexpected Kind = "unexpected answer"
)

// Error is every failure of this module. It never holds a token, a code, a
// request or a response, and its text is safe to show.
type Error struct {
	// Op is what was being done, such as "refresh the token".
	Op string
	// Kind is the cause; errors.Is compares with it.
	Kind Kind
	// OAuthCode and SubError are OAuth's "error" and Entra's "suberror".
	OAuthCode, SubError string
	// AADSTS are Entra's own error numbers.
	// https://learn.microsoft.com/entra/identity-platform/reference-error-codes
	AADSTS []int
	// CorrelationID and TraceID find the event in Entra's sign-in log.
	CorrelationID, TraceID string
	// RetryAfter is how long to wait before trying again; zero if unknown.
	RetryAfter time.Duration
	// Claims is a challenge to pass on to the next sign-in, as JSON.
	Claims string
	// Scopes are those that were declined, or, with [ErrConsentRequired], all
	// that the next sign-in should ask for: those granted and those wanted.
	Scopes []string
	// Accounts are those to choose from.
	Accounts []Account
	// Remedy is what to do next, as half a sentence.
	Remedy string
	// Err is the cause below: a context's error, or one of the file system.
	// It never wraps an error of MSAL, which can reveal the request's secrets.
	Err error
}

// Error returns one line: what was done, what went wrong, and the remedy.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("m365auth: ")
	if e.Op != "" {
		b.WriteString(e.Op + ": ")
	}
	b.WriteString(e.kind().Error())
	if details := e.details(); len(details) > 0 {
		b.WriteString(" (" + strings.Join(details, ", ") + ")")
	}
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	if e.Remedy != "" {
		b.WriteString("; " + e.Remedy)
	}
	return b.String()
}

func (e *Error) kind() Kind {
	if e.Kind == "" {
		return ErrUnexpected
	}
	return e.Kind
}

func (e *Error) details() []string {
	var d []string
	if e.OAuthCode != "" {
		d = append(d, e.OAuthCode)
	}
	if e.SubError != "" {
		d = append(d, e.SubError)
	}
	for _, n := range e.AADSTS {
		d = append(d, fmt.Sprintf("AADSTS%d", n))
	}
	if len(e.Scopes) > 0 {
		d = append(d, "scopes "+strings.Join(e.Scopes, " "))
	}
	if len(e.Accounts) > 0 {
		names := make([]string, len(e.Accounts))
		for i, a := range e.Accounts {
			names[i] = a.Username + " = " + a.ID
		}
		d = append(d, "accounts "+strings.Join(names, ", "))
	}
	if e.RetryAfter > 0 {
		d = append(d, "retry after "+e.RetryAfter.String())
	}
	if e.CorrelationID != "" {
		d = append(d, "correlation id "+e.CorrelationID)
	}
	return d
}

// Is reports whether target is the error's kind.
func (e *Error) Is(target error) bool {
	k, ok := target.(Kind)
	return ok && k == e.kind()
}

// Unwrap returns the cause below, if any.
func (e *Error) Unwrap() error { return e.Err }
