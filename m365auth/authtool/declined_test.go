package authtool_test

import (
	"testing"

	"github.com/m365go/sdk/m365auth/agenttool"
	"github.com/m365go/sdk/m365auth/entratest"
)

func TestASignInWithFewerScopesStillBelongsToWhoSignedIn(t *testing.T) {
	t.Parallel()
	s := emulator(t, entratest.Options{})
	// The person grants no more than Mail.Read.
	s.Fail(entratest.Fault{Endpoint: entratest.Token, Count: -1, Patch: `{"scope":"Mail.Read openid profile offline_access"}`})
	b := mount(t, on(s, nil), map[string]any{"scopes": []any{"Mail.Read", "Files.Read.All"}})
	login := b.ask(desk, `{"operation":"login"}`)
	if err := s.Approve(login.SignIn.UserCode, sales); err != nil {
		t.Fatal(err)
	}
	a := b.settled(desk)
	if a.SignIn.Error == nil || a.SignIn.Error.Code != agenttool.CodeScopeMissing || len(a.Accounts) != 1 {
		t.Errorf("status = %+v, want the missing scope and the account", a)
	}
	if a := b.ask(night, `{"operation":"accounts"}`); len(a.Accounts) != 0 {
		t.Errorf("another caller sees %v, want nothing", a.Accounts)
	}
}
