package entra

import (
	"context"
	"slices"
	"strings"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365auth/tokencache"
)

func (p *Provider) slot(id string) tokencache.Slot {
	return tokencache.Slot{Partition: p.set.part, Account: id}
}

// Accounts returns those who are signed in to this application at this
// authority, ordered by id. The slice is the caller's own.
func (p *Provider) Accounts(ctx context.Context) ([]m365auth.Account, error) {
	const op = "list the accounts"
	if err := p.begin(ctx, op); err != nil {
		return nil, err
	}
	entries, err := p.list(ctx)
	if err != nil {
		return nil, cacheError(op, err)
	}
	return p.describe(ctx, entries)
}

// list returns the accounts of the store, and those that could not be saved.
func (p *Provider) list(ctx context.Context) ([]tokencache.Entry, error) {
	entries, err := p.store.List(ctx, p.set.part)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for id, m := range p.memory {
		if m.unsaved && m.version == "" && !slices.ContainsFunc(entries, func(e tokencache.Entry) bool { return e.Account == id }) {
			entries = append(entries, tokencache.Entry{Account: id})
		}
	}
	slices.SortFunc(entries, func(a, b tokencache.Entry) int { return strings.Compare(a.Account, b.Account) })
	return entries, nil
}

func (p *Provider) describe(ctx context.Context, entries []tokencache.Entry) ([]m365auth.Account, error) {
	known, err := p.read(ctx, entries)
	if err != nil {
		return nil, err
	}
	var accounts []m365auth.Account
	for _, m := range known {
		accounts = append(accounts, m.rec.account)
	}
	return accounts, nil
}

// read returns what is kept of accounts, from memory where that is the same.
func (p *Provider) read(ctx context.Context, entries []tokencache.Entry) ([]*remembered, error) {
	var known []*remembered
	for _, e := range entries {
		m := p.recall(e.Account, e.Version)
		if m == nil {
			var err error
			if m, err = p.load(ctx, e.Account); err != nil {
				return nil, err
			}
		}
		if m != nil { // else it went meanwhile
			known = append(known, m)
		}
	}
	return known, nil
}

// recall returns what memory holds of an account, if that is of this version.
func (p *Provider) recall(id string, version tokencache.Version) *remembered {
	p.mu.Lock()
	defer p.mu.Unlock()
	m := p.memory[id]
	if m == nil || m.version != version {
		return nil
	}
	copied := *m
	return &copied
}

func (p *Provider) remember(m *remembered) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.memory[m.rec.account.ID] = m
	p.recent.changes.Add(1)
}

func (p *Provider) forget(id string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.memory, id)
	p.recent.changes.Add(1)
}

// load reads an account from the store, unless memory holds the same or what
// could not be saved over it. It returns nil if the account is not signed in.
func (p *Provider) load(ctx context.Context, id string) (*remembered, error) {
	blob, err := p.store.Load(ctx, p.slot(id))
	if err != nil {
		return nil, cacheError("read the token cache", err)
	}
	if m := p.recall(id, blob.Version); m != nil {
		return m, nil
	}
	if blob.Version == "" {
		p.forget(id)
		return nil, nil
	}
	rec, err := decodeRecord(blob.Data)
	if err != nil {
		return nil, err
	}
	m := &remembered{rec: rec, version: blob.Version}
	p.remember(m)
	copied := *m
	return &copied, nil
}

// choose returns the account that is meant, and its version in the store.
func (p *Provider) choose(ctx context.Context, op, name string) (string, tokencache.Version, error) {
	if strings.Contains(name, ".") { // a whole id
		version, err := p.store.Version(ctx, p.slot(name))
		if err != nil {
			return "", "", cacheError(op, err)
		}
		if version != "" || p.recall(name, "") != nil {
			return name, version, nil
		}
	}
	entries, err := p.list(ctx)
	if err != nil {
		return "", "", cacheError(op, err)
	}
	if name != "" {
		entries = slices.DeleteFunc(entries, func(e tokencache.Entry) bool { return !m365auth.Account{ID: e.Account}.Matches(name) })
	}
	switch len(entries) {
	case 0:
		return "", "", &m365auth.Error{Op: op, Kind: m365auth.ErrLoginRequired, Remedy: notSignedIn(name)}
	case 1:
		return entries[0].Account, entries[0].Version, nil
	}
	accounts, err := p.describe(ctx, entries)
	if err != nil {
		return "", "", err
	}
	return "", "", &m365auth.Error{
		Op: op, Kind: m365auth.ErrAccountAmbiguous, Accounts: accounts, Remedy: "choose an account by its id",
	}
}

func notSignedIn(name string) string {
	if name == "" {
		return "sign in"
	}
	return "sign in with this account, or choose one that is signed in"
}

// Logout removes an account's tokens from this machine: by its id, or its
// object id, or every account if the id is empty. Other processes see it at
// their next call. The sign-in at Entra itself, in a browser, goes on.
func (p *Provider) Logout(ctx context.Context, accountID string) error {
	const op = "sign out"
	if err := p.begin(ctx, op); err != nil {
		return err
	}
	if accountID != "" {
		id, _, err := p.choose(ctx, op, accountID)
		if err != nil {
			return err
		}
		return p.remove(ctx, op, id)
	}
	p.passing.clear()
	entries, err := p.list(ctx)
	if err != nil {
		return cacheError(op, err)
	}
	for _, e := range entries {
		if err := p.remove(ctx, op, e.Account); err != nil {
			return err
		}
	}
	return nil
}

func (p *Provider) remove(ctx context.Context, op, id string) error {
	ctx, unlock, err := p.store.Lock(ctx, p.slot(id))
	if err != nil {
		return cacheError(op, err)
	}
	defer unlock()
	if err := p.store.Delete(ctx, p.slot(id)); err != nil {
		return cacheError(op, err)
	}
	p.forget(id)
	return nil
}
