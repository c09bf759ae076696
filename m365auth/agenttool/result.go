package agenttool

import (
	"encoding/json"
	"strings"
)

// Code is a stable name for the way in which a call failed. Agents are taught
// to relay it, so the set is closed.
type Code string

// The codes.
const (
	// CodeNotConnected: nobody is signed in. Offer the m365_auth tool.
	CodeNotConnected Code = "M365_NOT_CONNECTED"
	// CodePermissionDisabled: the host has not switched the permission on.
	CodePermissionDisabled Code = "M365_PERMISSION_DISABLED"
	// CodeScopeMissing: the sign-in does not cover this; details name the scopes.
	CodeScopeMissing Code = "M365_SCOPE_MISSING"
	// CodeAdminConsent: an administrator of the tenant must agree first.
	CodeAdminConsent Code = "M365_ADMIN_CONSENT"
	// CodePolicyBlocked: the tenant's policy or the item's owner refuses.
	CodePolicyBlocked Code = "M365_POLICY_BLOCKED"
	// CodeThrottled: too many requests; details may say retry_after_seconds.
	CodeThrottled Code = "M365_THROTTLED"
	// CodeNotFound: no such thing, or not visible to this person.
	CodeNotFound Code = "M365_NOT_FOUND"
	// CodeConflict: it has changed meanwhile, or exists already.
	CodeConflict Code = "M365_CONFLICT"
	// CodeInvalidArgument: the arguments are wrong; mend them and call again.
	CodeInvalidArgument Code = "M365_INVALID_ARGUMENT"
	// CodeCandidates: several things match; details list them.
	CodeCandidates Code = "M365_CANDIDATES"
	// CodeStateUnknown: a write may or may not have happened. Look before
	// trying again.
	CodeStateUnknown Code = "M365_STATE_UNKNOWN"
	// CodeUnavailable: it failed for now, or an operator must mend something.
	CodeUnavailable Code = "M365_UNAVAILABLE"
	// CodeApprovalPending: a person has been asked and has not answered.
	CodeApprovalPending Code = "APPROVAL_PENDING"
	// CodeApprovalDeclined: a person said no.
	CodeApprovalDeclined Code = "APPROVAL_DECLINED"
	// CodeApprovalExpired: nobody answered in time, or the plan is out of date.
	CodeApprovalExpired Code = "APPROVAL_EXPIRED"
	// CodeApprovalUnavailable: nobody can be asked, so the write is refused.
	CodeApprovalUnavailable Code = "APPROVAL_UNAVAILABLE"
)

// Error is why a call failed, in words that a model can act upon. It never
// holds a token, a path of this machine or a cause that was not meant to be
// shown.
type Error struct {
	Code Code `json:"code"`
	// Message says what happened, Hint what to do next; both are sentences
	// without a full stop.
	Message string `json:"message"`
	Hint    string `json:"hint,omitempty"`
	// Details are facts to act upon, such as "scopes" or "graph_code".
	Details map[string]any `json:"details,omitempty"`
}

// Error returns the code, the message and the hint on one line, which is all
// that hosts with plain text errors show.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(string(e.Code) + ": " + e.Message)
	if e.Hint != "" {
		b.WriteString("; " + e.Hint)
	}
	return b.String()
}

// Result is the answer to a call. A failed call is a Result too: an error of a
// tool is for the model to read, not for the host to handle.
type Result struct {
	Success bool `json:"success"`
	// Output is a JSON value, nil on failure.
	Output json.RawMessage `json:"output,omitempty"`
	// Text is what a model reads. A [Guard] fills an empty one, from Output or
	// Error, and begins one that is Untrusted with a line that says so.
	Text string `json:"text,omitempty"`
	// Untrusted says that Output and Text hold content of Microsoft 365, which
	// anybody may have written: a host keeps it apart from instructions. A
	// [Guard] sets it for each successful read. It is a label and no filter; an
	// instruction that hides in a message is still in the message.
	Untrusted bool `json:"untrusted,omitempty"`
	// Error is set if and only if Success is false.
	Error *Error `json:"error,omitempty"`
}

// OK returns a successful result whose Output is v as JSON.
func OK(v any) Result {
	out, err := json.Marshal(v)
	if err != nil {
		return Fail(&Error{Code: CodeUnavailable, Message: "the answer cannot be written as JSON"})
	}
	return Result{Success: true, Output: out}
}

// Fail returns a failed result that says what [FromError] makes of err.
func Fail(err error) Result {
	return Result{Error: FromError(err)}
}
