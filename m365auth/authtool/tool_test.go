package authtool_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365auth/agenttool"
	"github.com/m365go/sdk/m365auth/entratest"
	"github.com/m365go/sdk/m365auth/tokencache"
)

func TestALoginMakesTheOtherToolsWorkAndALogoutEndsIt(t *testing.T) {
	t.Parallel()
	b, s := emulated(t)
	tokens, err := b.host.Tokens(agenttool.TokensService)
	if err != nil {
		t.Fatal(err)
	}
	if a := b.ask(desk, `{"operation":"status"}`); a.SignedIn || len(a.Accounts) != 0 || !strings.Contains(a.Next, "login") {
		t.Errorf("status before the login = %+v, want nobody and a way on", a)
	}

	login := b.ask(desk, `{"operation":"login","_tool_call_id":"c1"}`)
	in := login.SignIn
	if in.State != "pending" || in.UserCode == "" || in.VerificationURI != s.URL()+"/devicelogin" || in.FlowID == "" ||
		!strings.Contains(in.Message, in.UserCode) || in.ExpiresIn < 890 || in.ExpiresIn > 900 {
		t.Errorf("login = %+v, want address, code, message, 15 minutes and a flow id", in)
	}
	if a := b.ask(desk, fmt.Sprintf(`{"operation":"status","flow_id":%q}`, in.FlowID)); a.SignedIn || a.SignIn.State != "pending" || a.SignIn.UserCode != in.UserCode {
		t.Errorf("status = %+v, want the same code pending", a)
	}
	_ = b.refused(desk, `{"operation":"status","flow_id":"another"}`, agenttool.CodeNotFound)
	if _, err := tokens.Token(t.Context(), m365auth.TokenRequest{}); !errors.Is(err, m365auth.ErrLoginRequired) {
		t.Errorf("Token before the approval = %v, want ErrLoginRequired", err)
	}

	if err := s.Approve(in.UserCode, sales); err != nil {
		t.Fatal(err)
	}
	a := b.settled(desk)
	if !a.SignedIn || a.SignIn.State != "signed_in" || a.SignIn.FlowID != in.FlowID || a.SignIn.Account.Username != sales || len(a.Accounts) != 1 {
		t.Errorf("status after the approval = %+v, want %s signed in", a, sales)
	}
	tok, err := tokens.Token(t.Context(), m365auth.TokenRequest{})
	if err != nil || tok.Access.IsZero() || tok.Account.Username != sales {
		t.Errorf("Token = %v, %v, want one of %s", tok, err, sales)
	}
	if list := b.ask(desk, `{"operation":"accounts"}`); len(list.Accounts) != 1 || list.Accounts[0] != tok.Account || list.Accounts[0].TenantID != s.TenantID() {
		t.Errorf("accounts = %+v, want %+v", list.Accounts, tok.Account)
	}

	if out := b.ask(desk, `{"operation":"logout"}`); len(out.SignedOut) != 1 || out.SignedOut[0] != tok.Account {
		t.Errorf("logout = %+v, want %+v signed out", out, tok.Account)
	}
	if _, err := tokens.Token(t.Context(), m365auth.TokenRequest{}); !errors.Is(err, m365auth.ErrLoginRequired) {
		t.Errorf("Token after the logout = %v, want ErrLoginRequired", err)
	}
	if a := b.ask(desk, `{"operation":"accounts"}`); len(a.Accounts) != 0 {
		t.Errorf("accounts after the logout = %+v, want none", a.Accounts)
	}
}

func TestALoginUnderWayIsJoinedAndNotRepeated(t *testing.T) {
	t.Parallel()
	b, s := emulated(t)
	const callers = 8
	var flows [callers]answer
	var all sync.WaitGroup
	for i := range callers {
		all.Go(func() {
			res := b.host.Call(agenttool.WithCaller(t.Context(), desk), "m365_auth", json.RawMessage(`{"operation":"login"}`))
			if err := json.Unmarshal(res.Output, &flows[i]); err != nil {
				t.Errorf("login = %s, want an answer", res.Text)
			}
		})
	}
	all.Wait()
	another := desk
	another.Session = "another conversation of the same person"
	for _, a := range append(flows[:], b.ask(another, `{"operation":"login"}`)) {
		if a.SignIn.FlowID != flows[0].SignIn.FlowID || a.SignIn.UserCode != flows[0].SignIn.UserCode || a.SignIn.UserCode == "" {
			t.Errorf("login = %+v, want the flow %s", a.SignIn, flows[0].SignIn.FlowID)
		}
	}
	if n := len(s.Pending()); n != 1 {
		t.Errorf("%d codes were asked for, want 1", n)
	}
	if other := b.ask(night, `{"operation":"login"}`); other.SignIn.FlowID == flows[0].SignIn.FlowID {
		t.Errorf("another caller's login = %+v, want a flow of its own", other.SignIn)
	}
}

func TestACallerSeesNothingOfAnother(t *testing.T) {
	t.Parallel()
	b, s := emulated(t)
	first := b.signIn(s, desk, sales)
	id, account := first.SignIn.FlowID, first.Accounts[0].ID

	if a := b.ask(night, `{"operation":"status"}`); a.SignedIn || a.SignIn.FlowID != "" {
		t.Errorf("status of another caller = %+v, want nothing", a)
	}
	_ = b.refused(night, fmt.Sprintf(`{"operation":"status","flow_id":%q}`, id), agenttool.CodeNotFound)
	if a := b.ask(night, `{"operation":"accounts"}`); len(a.Accounts) != 0 {
		t.Errorf("accounts of another caller = %+v, want none", a.Accounts)
	}
	_ = b.refused(night, fmt.Sprintf(`{"operation":"logout","account_id":%q}`, account), agenttool.CodeNotFound)
	b.ask(night, `{"operation":"logout"}`)

	b.signIn(s, night, admin)
	if a := b.ask(desk, `{"operation":"accounts"}`); len(a.Accounts) != 1 || a.Accounts[0].Username != sales {
		t.Errorf("accounts = %+v, want %s, untouched by another's logout", a.Accounts, sales)
	}
	pinned := night
	pinned.Account = account
	if a := b.ask(pinned, `{"operation":"status"}`); a.SignIn.FlowID != "" {
		t.Errorf("status of a caller who acts for another account = %+v, want no flow", a.SignIn)
	}
	if a := b.ask(pinned, `{"operation":"accounts"}`); len(a.Accounts) != 1 || a.Accounts[0].Username != sales {
		t.Errorf("accounts of a caller whom the host lets act for %s = %+v, want that one", sales, a.Accounts)
	}
}

func TestAnAccountIsItsNextOwnersAfterALogout(t *testing.T) {
	t.Parallel()
	b, s := emulated(t)
	b.signIn(s, desk, sales)
	b.ask(desk, `{"operation":"logout"}`)
	b.signIn(s, night, sales)
	if a := b.ask(desk, `{"operation":"accounts"}`); len(a.Accounts) != 0 {
		t.Errorf("accounts of the caller who signed out = %+v, want none", a.Accounts)
	}
}

func TestASignInOutlivesTheCallThatBeganIt(t *testing.T) {
	t.Parallel()
	b, s := emulated(t)
	ctx, cancel := context.WithCancel(agenttool.WithCaller(t.Context(), desk))
	if res := b.host.Call(ctx, "m365_auth", json.RawMessage(`{"operation":"login"}`)); !res.Success {
		t.Fatalf("login = %s, want success", res.Text)
	}
	cancel()
	if err := s.Approve(s.Pending()[0].UserCode, sales); err != nil {
		t.Fatal(err)
	}
	if a := b.settled(desk); a.SignIn.State != "signed_in" {
		t.Errorf("status = %+v, want signed_in", a.SignIn)
	}
}

func TestOneOfSeveralAccountsIsSignedOut(t *testing.T) {
	t.Parallel()
	b, s := emulated(t)
	b.signIn(s, desk, admin)
	two := b.signIn(s, desk, sales)
	if len(two.Accounts) != 2 {
		t.Fatalf("accounts = %+v, want two", two.Accounts)
	}
	id := two.SignIn.Account.ID
	object, _, _ := strings.Cut(id, ".")
	_ = b.refused(desk, `{"operation":"logout","account_id":"nobody"}`, agenttool.CodeNotFound)
	if out := b.ask(desk, fmt.Sprintf(`{"operation":"logout","account_id":%q}`, object)); len(out.SignedOut) != 1 || out.SignedOut[0].ID != id {
		t.Errorf("logout by object id = %+v, want %s", out.SignedOut, id)
	}
	if a := b.ask(desk, `{"operation":"status"}`); len(a.Accounts) != 1 || a.Accounts[0].Username != admin {
		t.Errorf("status = %+v, want %s left", a.Accounts, admin)
	}
}

func TestAnEarlierRunsSignInIsSeenAndEnded(t *testing.T) {
	t.Parallel()
	s, store := emulator(t, entratest.Options{}), tokencache.NewMemoryStore()
	mount(t, on(s, store), nil).signIn(s, desk, sales)
	later := mount(t, on(s, store), nil)
	a := later.ask(desk, `{"operation":"status"}`)
	if !a.SignedIn || len(a.Accounts) != 1 || a.Accounts[0].Username != sales || a.SignIn.FlowID != "" {
		t.Errorf("status of a later run = %+v, want %s signed in and no flow", a, sales)
	}
	later.ask(desk, `{"operation":"logout"}`)
	if a := later.ask(desk, `{"operation":"status"}`); a.SignedIn {
		t.Errorf("status after the logout = %+v, want nobody", a)
	}
}

func TestALoginThatIsApprovedAtOnceStillShowsItsCode(t *testing.T) {
	t.Parallel()
	s := emulator(t, entratest.Options{AutoApprove: sales})
	b := mount(t, on(s, nil), nil)
	if in := b.ask(desk, `{"operation":"login"}`).SignIn; in.State != "pending" || in.UserCode == "" {
		t.Errorf("login = %+v, want a code", in)
	}
	if a := b.settled(desk); a.SignIn.Account.Username != sales {
		t.Errorf("status = %+v, want %s signed in", a.SignIn, sales)
	}
}

func TestASignInThatFailsSaysWhyAndWhatToDo(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		who    agenttool.Caller
		finish func(*entratest.Server, string) error
		want   agenttool.Code
		says   string
	}{
		"declined":      {desk, func(s *entratest.Server, code string) error { return s.Decline(code) }, agenttool.CodeNotConnected, "declined"},
		"wrong account": {agenttool.Caller{User: "u", Account: "someone.else"}, func(s *entratest.Server, code string) error { return s.Approve(code, sales) }, agenttool.CodeNotConnected, "wrong account"},
		"blocked": {desk, func(s *entratest.Server, _ string) error {
			s.Fail(entratest.Fault{Endpoint: entratest.Token, AADSTS: 53003})
			return nil
		}, agenttool.CodePolicyBlocked, "policy"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, s := emulated(t)
			login := b.ask(test.who, `{"operation":"login"}`)
			if err := test.finish(s, login.SignIn.UserCode); err != nil {
				t.Fatal(err)
			}
			a := b.settled(test.who)
			if a.SignedIn || a.SignIn.State != "failed" || a.SignIn.Error == nil {
				t.Fatalf("status = %+v, want a failed sign-in", a)
			}
			if e := a.SignIn.Error; e.Code != test.want || !strings.Contains(e.Message, test.says) || a.Next != e.Hint {
				t.Errorf("status = %+v, next %q, want %s, %q and the hint", e, a.Next, test.want, test.says)
			}
			if next := b.ask(test.who, `{"operation":"login"}`); next.SignIn.FlowID == login.SignIn.FlowID || next.SignIn.State != "pending" {
				t.Errorf("login after the failure = %+v, want a new flow", next.SignIn)
			}
		})
	}
}

func TestALoginWithoutACodeFailsAtOnce(t *testing.T) {
	t.Parallel()
	b, s := emulated(t)
	s.Fail(entratest.Fault{Endpoint: entratest.DeviceCode, AADSTS: 7000218, Count: -1})
	_ = b.refused(desk, `{"operation":"login"}`, agenttool.CodeUnavailable)
	if a := b.ask(desk, `{"operation":"status"}`); a.SignIn.State != "failed" || a.SignIn.Error.Code != agenttool.CodeUnavailable {
		t.Errorf("status = %+v, want the failure", a.SignIn)
	}
}

func TestALogoutEndsTheSignInUnderWay(t *testing.T) {
	t.Parallel()
	b, s := emulated(t)
	code := b.ask(desk, `{"operation":"login"}`).SignIn.UserCode
	b.ask(desk, `{"operation":"logout"}`)
	a := b.settled(desk)
	if a.SignIn.State != "failed" || !strings.Contains(a.SignIn.Error.Message, "logout") {
		t.Errorf("status = %+v, want it cancelled", a.SignIn)
	}
	if err := s.Approve(code, sales); err != nil {
		t.Fatal(err)
	}
	if err := b.cleanup(context.Background()); err != nil {
		t.Fatal(err)
	}
	for _, r := range s.Requests() {
		if r.Status == 200 && strings.HasSuffix(r.Path, "/token") {
			t.Errorf("the code was redeemed after the logout: %+v", r)
		}
	}
}

func TestWrongArgumentsAreRefused(t *testing.T) {
	t.Parallel()
	b, s := emulated(t)
	for args, argument := range map[string]string{
		`{}`:                                       "operation",
		`{"operation":""}`:                         "operation",
		`{"operation":"signin"}`:                   "operation",
		`{"operation":7}`:                          "operation",
		`{"Operation":"login"}`:                    "Operation",
		`{"operation":"login","operation":"x"}`:    "operation",
		`{"operation":"login","account_id":"a"}`:   "account_id",
		`{"operation":"status","account_id":"a"}`:  "account_id",
		`{"operation":"logout","flow_id":"f"}`:     "flow_id",
		`{"operation":"login","scopes":["x"]}`:     "scopes",
		`{"operation":"status","caller":"others"}`: "caller",
	} {
		if e := b.refused(desk, args, agenttool.CodeInvalidArgument); e.Details["argument"] != argument || e.Hint == "" {
			t.Errorf("m365_auth %s = %+v, want the argument %s and a hint", args, e, argument)
		}
	}
	_ = b.refused(agenttool.Caller{}, `{"operation":"status"}`, agenttool.CodePermissionDisabled)
	if n := len(s.Requests()); n != 0 {
		t.Errorf("%d requests were sent, want none", n)
	}
}
