package entra

import (
	"context"
	"errors"

	"github.com/m365go/sdk/m365auth"
)

// arrival is what a person's sign-in has brought.
type arrival struct {
	token    heldToken
	want     wanted
	who      m365auth.Account
	expected string          // the account that must have signed in; empty for any
	msal     m365auth.Secret // MSAL's cache after it
}

// keep saves a new sign-in over what was there of the account. The save is run
// by commit, which may refuse; nil means that nothing stands against it.
func (p *Provider) keep(ctx context.Context, a arrival, commit func(save func()) bool) (m365auth.Token, error) {
	if a.who.ID == "" || a.msal.IsZero() {
		return m365auth.Token{}, &m365auth.Error{
			Op: opLogin, Kind: m365auth.ErrUnexpected, Err: errors.New("the answer does not say who signed in"),
		}
	}
	if a.expected != "" && !a.who.Matches(a.expected) {
		return m365auth.Token{}, &m365auth.Error{
			Op: opLogin, Kind: m365auth.ErrWrongAccount, Accounts: []m365auth.Account{a.who},
			Remedy: "sign in with the account that was asked for",
		}
	}
	ctx, cancel := detach(ctx, p.closed, renewLimit)
	defer cancel()
	m := &remembered{rec: &record{account: a.who, msal: a.msal, tokens: []heldToken{a.token}}}
	if locked, unlock, err := p.store.Lock(ctx, p.slot(a.who.ID)); err == nil {
		ctx = locked
		defer unlock()
	} // else the save fails too, and says so
	if version, err := p.store.Version(ctx, p.slot(a.who.ID)); err == nil {
		m.version = version
	}
	if commit == nil {
		p.save(ctx, m)
	} else if !commit(func() { p.save(ctx, m) }) {
		return m365auth.Token{}, errCancelled()
	}
	if e := p.declined(opLogin, a.token, a.want); e != nil {
		e.Accounts = []m365auth.Account{a.who} // who is signed in all the same
		return m365auth.Token{}, e
	}
	a.token.Account = a.who
	return a.token.Token, nil
}
