package authtool

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365auth/agenttool"
)

// input is what a model may say.
type input struct {
	Operation string `json:"operation"`
	AccountID string `json:"account_id"`
	FlowID    string `json:"flow_id"`
}

// output is what every operation answers, each with its own part.
type output struct {
	Operation string              `json:"operation"`
	SignedIn  *bool               `json:"signed_in,omitempty"`
	Accounts  *[]m365auth.Account `json:"accounts,omitempty"`
	SignedOut *[]m365auth.Account `json:"signed_out,omitempty"`
	SignIn    *signIn             `json:"sign_in,omitempty"`
	Next      string              `json:"next"`
}

// The states of a sign-in.
const (
	statePending  = "pending"
	stateSignedIn = "signed_in"
	stateFailed   = "failed"
)

// signIn is a flow as a model sees it.
type signIn struct {
	FlowID          string            `json:"flow_id"`
	State           string            `json:"state"`
	VerificationURI string            `json:"verification_uri,omitempty"`
	UserCode        string            `json:"user_code,omitempty"`
	Message         string            `json:"message,omitempty"`
	ExpiresIn       int               `json:"expires_in,omitempty"`
	Account         *m365auth.Account `json:"account,omitempty"`
	Error           *agenttool.Error  `json:"error,omitempty"`
}

// describe tells how a flow stands; the caller holds the tool's mutex.
func (f *flow) describe() *signIn {
	switch {
	case f.err != nil:
		return &signIn{FlowID: f.id, State: stateFailed, Error: agenttool.FromError(f.err)}
	case !f.ended.IsZero():
		account := f.account
		return &signIn{FlowID: f.id, State: stateSignedIn, Account: &account}
	}
	return f.waiting()
}

// waiting tells what the person is to do, once that is known; the caller holds
// the tool's mutex.
func (f *flow) waiting() *signIn {
	s := &signIn{FlowID: f.id, State: statePending}
	if f.prompt.UserCode != "" {
		s.VerificationURI, s.UserCode, s.Message = f.prompt.VerificationURL, f.prompt.UserCode, f.prompt.Message
		s.ExpiresIn = max(0, int(time.Until(f.prompt.ExpiresOn).Seconds()))
	}
	return s
}

// next is what a model should do, given who is signed in and how the latest
// sign-in stands.
func next(own []m365auth.Account, s *signIn) string {
	switch {
	case s != nil && s.State == statePending:
		return "show the person the address and the code; once they have approved, go on with the other Microsoft 365 tools"
	case s != nil && s.State == stateFailed && s.Error.Hint != "":
		return s.Error.Hint
	case len(own) == 0:
		return "call m365_auth with operation login"
	}
	return "go on with the other Microsoft 365 tools"
}

// text is the answer as a model relays it, a fact a line.
func (o output) text() string {
	var lines []string
	if o.SignIn != nil {
		lines = append(lines, o.SignIn.text())
	}
	if o.Accounts != nil {
		lines = append(lines, listed("Signed in", *o.Accounts))
	}
	if o.SignedOut != nil {
		lines = append(lines, listed("Signed out", *o.SignedOut))
	}
	return strings.Join(append(lines, "Next: "+o.Next+"."), "\n")
}

func (s *signIn) text() string {
	switch {
	case s.State == stateFailed:
		return fmt.Sprintf("The sign-in %s failed. %s: %s.", s.FlowID, s.Error.Code, s.Error.Message)
	case s.State == stateSignedIn:
		return fmt.Sprintf("The sign-in %s succeeded: %s.", s.FlowID, s.Account.Username)
	case s.UserCode == "":
		return fmt.Sprintf("The sign-in %s is about to begin.", s.FlowID)
	}
	return fmt.Sprintf("The sign-in %s waits for the person: open %s and enter the code %s, within %s.",
		s.FlowID, s.VerificationURI, s.UserCode, time.Duration(s.ExpiresIn)*time.Second)
}

func listed(what string, accounts []m365auth.Account) string {
	if len(accounts) == 0 {
		return what + ": nobody."
	}
	names := make([]string, len(accounts))
	for i, a := range accounts {
		names[i] = fmt.Sprintf("%s (account_id %s, tenant_id %s)", a.Username, a.ID, a.TenantID)
	}
	return what + ": " + strings.Join(names, ", ") + "."
}

func invalid(argument, problem string, allowed ...string) error {
	e := &agenttool.Error{
		Code: agenttool.CodeInvalidArgument, Message: fmt.Sprintf("the argument %s %s", argument, problem),
		Hint: "mend the arguments and call again", Details: map[string]any{"argument": argument},
	}
	if len(allowed) > 0 {
		e.Hint = "use one of " + strings.Join(allowed, ", ")
	}
	return e
}

// notSignedIn reports that the account went between two steps.
func notSignedIn(err error) bool { return errors.Is(err, m365auth.ErrLoginRequired) }
