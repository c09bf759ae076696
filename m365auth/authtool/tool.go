package authtool

import (
	"context"
	"encoding/json"
	"slices"
	"sync"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365auth/agenttool"
	"github.com/m365go/sdk/m365auth/entra"
)

// tool is m365_auth over one provider.
type tool struct {
	provider *entra.Provider
	scopes   func(context.Context) []string // of each sign-in; nil for the provider's own

	mu     sync.Mutex
	closed bool
	flows  map[flowKey]*flow         // the latest of each
	owners map[string]map[owner]bool // by account id: who signed it in here
	runs   sync.WaitGroup            // flows in the background
}

// owner is to whom a sign-in belongs: a person, in whatever conversation.
type owner struct{ company, user string }

func ownerOf(who agenttool.Caller) owner { return owner{who.Company, who.User} }

// flowKey is what a sign-in is for: one begun for a certain account is no use to
// a caller who acts for another.
type flowKey struct {
	owner
	account string
}

func keyOf(who agenttool.Caller) flowKey { return flowKey{ownerOf(who), who.Account} }

func newTool(p *entra.Provider) *tool {
	return &tool{provider: p, flows: map[flowKey]*flow{}, owners: map[string]map[owner]bool{}}
}

func (t *tool) call(ctx context.Context, raw json.RawMessage) agenttool.Result {
	in, err := agenttool.Decode[input](raw)
	if err == nil {
		err = in.check()
	}
	if err == nil && t.isClosed() {
		err = errClosed
	}
	if err != nil {
		return agenttool.Fail(err)
	}
	who, _ := agenttool.CallerFrom(ctx) // a Guard lets nobody else in
	out := output{Operation: in.Operation}
	switch in.Operation {
	case "login":
		err = t.login(ctx, who, &out)
	case "status":
		err = t.status(ctx, who, in.FlowID, &out)
	case "accounts":
		err = t.accounts(ctx, who, &out)
	case "logout":
		err = t.logout(ctx, who, in.AccountID, &out)
	}
	if err != nil {
		return agenttool.Fail(err)
	}
	res := agenttool.OK(out)
	res.Text = out.text()
	return res
}

func (t *tool) isClosed() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.closed
}

// check refuses what would be ignored otherwise: a model that names an account
// at login must hear that it has no say in who signs in.
func (in input) check() error {
	operations := []string{"login", "status", "logout", "accounts"}
	switch {
	case in.Operation == "":
		return invalid("operation", "is missing", operations...)
	case !slices.Contains(operations, in.Operation):
		return invalid("operation", "is none of the operations", operations...)
	case in.AccountID != "" && in.Operation != "logout":
		return invalid("account_id", "is for logout only")
	case in.FlowID != "" && in.Operation != "status":
		return invalid("flow_id", "is for status only")
	}
	return nil
}

// own lists the caller's accounts among those that are signed in.
func (t *tool) own(ctx context.Context, who agenttool.Caller) ([]m365auth.Account, error) {
	all, err := t.provider.Accounts(ctx)
	if err != nil {
		return nil, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	own := []m365auth.Account{}
	for _, a := range all {
		owners := t.owners[a.ID]
		if who.Account != "" && a.Matches(who.Account) || who.Account == "" && (len(owners) == 0 || owners[ownerOf(who)]) {
			own = append(own, a)
		}
	}
	return own, nil
}

// login begins a sign-in, or joins the one under way, and waits for its code
// and for nothing else.
func (t *tool) login(ctx context.Context, who agenttool.Caller, out *output) error {
	f, err := t.flowFor(ctx, who)
	if err != nil {
		return err
	}
	select {
	case <-f.ready:
	case <-ctx.Done():
		return ctx.Err()
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case f.err != nil && f.prompt.UserCode == "":
		return f.err
	case f.err != nil:
		out.SignIn = f.describe()
	default:
		// Even if it has been approved meanwhile, this answer shows the code.
		out.SignIn = f.waiting()
	}
	out.Next = next(nil, out.SignIn)
	return nil
}

// disown forgets who signed an account in.
func (t *tool) disown(a m365auth.Account) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.owners, a.ID)
}

func (t *tool) accounts(ctx context.Context, who agenttool.Caller, out *output) error {
	own, err := t.own(ctx, who)
	if err != nil {
		return err
	}
	out.Accounts = &own
	out.Next = next(own, nil)
	return nil
}

func (t *tool) status(ctx context.Context, who agenttool.Caller, flowID string, out *output) error {
	out.SignIn = t.latest(who, flowID)
	if out.SignIn == nil && flowID != "" {
		return &agenttool.Error{
			Code: agenttool.CodeNotFound, Message: "there is no such sign-in of this caller",
			Hint: "call m365_auth with operation status and no flow_id",
		}
	}
	own, err := t.own(ctx, who)
	if err != nil {
		return err
	}
	signedIn := len(own) > 0
	out.SignedIn, out.Accounts = &signedIn, &own
	out.Next = next(own, out.SignIn)
	return nil
}

func (t *tool) logout(ctx context.Context, who agenttool.Caller, accountID string, out *output) error {
	if accountID == "" {
		t.cancelOf(who) // a person who approves now would be signed in again
	}
	own, err := t.own(ctx, who)
	if err != nil {
		return err
	}
	if accountID != "" {
		own = slices.DeleteFunc(own, func(a m365auth.Account) bool { return !a.Matches(accountID) })
		if len(own) == 0 {
			return &agenttool.Error{
				Code: agenttool.CodeNotFound, Message: "no such account of this caller is signed in",
				Hint: "call m365_auth with operation accounts for the ids",
			}
		}
	}
	for _, a := range own {
		if err := t.provider.Logout(ctx, a.ID); err != nil && !notSignedIn(err) {
			return err
		}
		t.disown(a)
	}
	out.SignedOut = &own
	out.Next = "tell the person; their browser may still be signed in to Microsoft"
	return nil
}
