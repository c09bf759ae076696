package entra

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365auth/tokencache"
)

// Status is what a [Provider] knows. Nothing in it is secret; the accounts are
// personal data.
type Status struct {
	// Method, Cloud, ClientID and Authority are settings. Cloud is a name,
	// Authority the issuer's URL.
	Method                     m365auth.Method
	Cloud, ClientID, Authority string
	// CachePath is the folder of the sign-ins; empty if they are not in files.
	CachePath string
	// KeyOrigin says where the key of the files is kept; empty if there are no
	// files, or no key yet.
	KeyOrigin tokencache.KeyOrigin
	// KeyProblem is why the key cannot be had; nil otherwise. Accounts are
	// then those that memory knows.
	KeyProblem error
	// Accounts are those signed in, ordered by id.
	Accounts []AccountStatus
}

// AccountStatus is what is known of an account that is signed in.
type AccountStatus struct {
	m365auth.Account
	// Scopes are those granted, in short form and ordered.
	Scopes []string
	// ExpiresOn is when the access token that lives longest stops working, and
	// RefreshOn when it is renewed; zero if there is none. A sign-in outlives
	// its access tokens: Token gets another.
	ExpiresOn, RefreshOn time.Time
	// Unsaved says that the store could not be written, and this process alone
	// knows the latest of the account.
	Unsaved bool
}

// Status returns what the provider knows: settings, and the accounts with their
// scopes and times. It reads the token cache, and asks nobody on the network.
//
// A key that cannot be had is told in [Status.KeyProblem]; other failures of the
// cache are errors.
func (p *Provider) Status(ctx context.Context) (Status, error) {
	const op = "tell what is known"
	if err := p.begin(ctx, op); err != nil {
		return Status{}, err
	}
	s := Status{
		Method: p.set.method, Cloud: p.set.cloud.Name, ClientID: p.set.part.ClientID, Authority: p.set.part.Authority,
	}
	if files, ok := p.store.(*tokencache.FileStore); ok {
		s.CachePath = files.Folder()
		s.KeyOrigin, s.KeyProblem = files.KeyOrigin(ctx)
	}
	var known []*remembered
	if s.KeyProblem != nil {
		known = p.inMemory()
	} else {
		entries, err := p.list(ctx)
		if err == nil {
			known, err = p.read(ctx, entries)
		}
		if err != nil {
			return Status{}, cacheError(op, err)
		}
	}
	for _, m := range known {
		s.Accounts = append(s.Accounts, statusOf(m))
	}
	slices.SortFunc(s.Accounts, func(a, b AccountStatus) int { return strings.Compare(a.ID, b.ID) })
	return s, nil
}

// inMemory returns the accounts that can be told without the store.
func (p *Provider) inMemory() []*remembered {
	p.mu.Lock()
	defer p.mu.Unlock()
	known := make([]*remembered, 0, len(p.memory))
	for _, m := range p.memory {
		copied := *m
		known = append(known, &copied)
	}
	return known
}

// statusOf tells what is known of an account.
func statusOf(m *remembered) AccountStatus {
	a := AccountStatus{Account: m.rec.account, Scopes: m.rec.granted(""), Unsaved: m.unsaved}
	for _, t := range m.rec.tokens {
		if t.tenant != "" || !t.ExpiresOn.After(a.ExpiresOn) {
			continue
		}
		a.ExpiresOn, a.RefreshOn = t.ExpiresOn, t.ExpiresOn.Add(-refreshAhead)
		if !t.RefreshOn.IsZero() && t.RefreshOn.Before(a.RefreshOn) {
			a.RefreshOn = t.RefreshOn
		}
	}
	return a
}

// String returns tables for people: a line for each setting, then one for each
// account. Times are in UTC.
func (s Status) String() string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	line := func(name, value string) {
		if value == "" {
			value = "-"
		}
		_, _ = fmt.Fprintf(w, "%s\t%s\n", name, value)
	}
	line("method", string(s.Method))
	line("cloud", s.Cloud)
	line("authority", s.Authority)
	line("client id", s.ClientID)
	line("cache", s.CachePath)
	key := string(s.KeyOrigin)
	if s.KeyProblem != nil {
		key = s.KeyProblem.Error()
	}
	line("key", key)
	switch {
	case needsOf[s.Method].app:
		line("accounts", "none: the application acts in its own name")
	case len(s.Accounts) == 0:
		line("accounts", "nobody is signed in")
	}
	_ = w.Flush() // a strings.Builder does not fail
	if len(s.Accounts) == 0 {
		return b.String()
	}
	b.WriteByte('\n')
	_, _ = fmt.Fprintln(w, "ACCOUNT\tID\tEXPIRES\tREFRESH\tSCOPES")
	for _, a := range s.Accounts {
		_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", a.Username, a.ID, clock(a.ExpiresOn), clock(a.RefreshOn), strings.Join(a.Scopes, " "))
	}
	_ = w.Flush()
	return b.String()
}

func clock(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.UTC().Format(time.RFC3339)
}
