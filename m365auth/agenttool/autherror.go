package agenttool

import (
	"context"
	"errors"
	"math"
	"time"

	"github.com/m365go/sdk/m365auth"
)

// Hints that the errors of every tool share.
const (
	// HintLogin goes with [CodeNotConnected] and [CodeScopeMissing].
	HintLogin = "call m365_auth with operation login, and show the person the link and the code"
	// HintLater goes with a failure that passes.
	HintLater = "try again in a little while"

	hintOperator = "tell the person that whoever runs this host must mend it"
)

// authErrors is how each kind of m365auth.Error reads to a model.
var authErrors = map[m365auth.Kind]struct {
	code Code
	hint string
}{
	m365auth.ErrLoginRequired:        {CodeNotConnected, HintLogin},
	m365auth.ErrInteractionRequired:  {CodeNotConnected, HintLogin},
	m365auth.ErrDeclined:             {CodeNotConnected, HintLogin},
	m365auth.ErrCodeExpired:          {CodeNotConnected, HintLogin},
	m365auth.ErrWrongAccount:         {CodeNotConnected, HintLogin},
	m365auth.ErrConsentRequired:      {CodeScopeMissing, HintLogin},
	m365auth.ErrScopesDeclined:       {CodeScopeMissing, HintLogin},
	m365auth.ErrAdminConsentRequired: {CodeAdminConsent, "tell the person that an administrator of their Microsoft 365 must agree first"},
	m365auth.ErrPolicyBlocked:        {CodePolicyBlocked, "tell the person; calling again does not help"},
	m365auth.ErrAccountAmbiguous:     {CodeCandidates, "ask the person which account to use"},
	m365auth.ErrTransient:            {CodeUnavailable, HintLater},
	m365auth.ErrCacheUnavailable:     {CodeUnavailable, hintOperator},
	m365auth.ErrAppMisconfigured:     {CodeUnavailable, hintOperator},
	m365auth.ErrConfig:               {CodeUnavailable, hintOperator},
	m365auth.ErrUnexpected:           {CodeUnavailable, HintLater},
}

// FromError returns err as a model may see it. An [*Error] is returned as it
// is, an [*m365auth.Error] by its kind, and a context's error as
// [CodeUnavailable]. Of any other error nothing is told, since its text may
// hold a path, an address or worse.
func FromError(err error) *Error {
	var own *Error
	if errors.As(err, &own) {
		return own
	}
	var auth *m365auth.Error
	if errors.As(err, &auth) {
		return fromAuth(auth)
	}
	switch {
	case errors.Is(err, context.Canceled):
		return &Error{Code: CodeUnavailable, Message: "the call was cancelled"}
	case errors.Is(err, context.DeadlineExceeded):
		return &Error{Code: CodeUnavailable, Message: "the call took too long", Hint: HintLater}
	}
	return &Error{Code: CodeUnavailable, Message: "the call failed for a reason that only the host's log tells", Hint: hintOperator}
}

func fromAuth(auth *m365auth.Error) *Error {
	kind := auth.Kind
	row, ok := authErrors[kind]
	if !ok {
		kind = m365auth.ErrUnexpected
		row = authErrors[kind]
	}
	details := map[string]any{}
	if len(auth.Scopes) > 0 {
		details["scopes"] = auth.Scopes
	}
	if len(auth.Accounts) > 0 {
		details["candidates"] = auth.Accounts
	}
	if len(auth.AADSTS) > 0 {
		details["aadsts"] = auth.AADSTS
	}
	if auth.CorrelationID != "" {
		details["correlation_id"] = auth.CorrelationID
	}
	if auth.RetryAfter > 0 {
		details["retry_after_seconds"] = ceilSeconds(auth.RetryAfter)
	}
	if len(details) == 0 {
		details = nil
	}
	// Op, Remedy and Err may name files and settings; only the kind is told.
	return &Error{Code: row.code, Message: kind.Error(), Hint: row.hint, Details: details}
}

func ceilSeconds(d time.Duration) int { return int(math.Ceil(d.Seconds())) }
