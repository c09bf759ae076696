package entra_test

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365auth/entratest"
	"github.com/m365go/sdk/m365auth/tokencache"
)

func TestSignInIsServedFromMemoryAndFromDisk(t *testing.T) {
	t.Parallel()
	b := newBed(t, entratest.Options{})
	first := b.provider(t)
	want := b.signIn(t, first, sales, "Mail.Read", "User.Read")
	if got, wantName := want.Account.Username, sales; got != wantName {
		t.Errorf("Wait().Account.Username = %q, want %q", got, wantName)
	}
	if got, wantID := want.Account.TenantID, b.server.TenantID(); got != wantID {
		t.Errorf("Wait().Account.TenantID = %q, want %q", got, wantID)
	}
	before := len(b.server.Requests())
	for name, p := range map[string]m365auth.TokenProvider{"the same provider": first, "another provider": b.provider(t)} {
		got, err := p.Token(t.Context(), m365auth.TokenRequest{Scopes: []string{"Mail.Read"}})
		if err != nil {
			t.Fatalf("%s: Token() error: %v", name, err)
		}
		if !got.Access.Equal(want.Access) {
			t.Errorf("%s: Token() = another token, want the one signed in with", name)
		}
		if diff := cmp.Diff(want.Account, got.Account); diff != "" {
			t.Errorf("%s: Token().Account (-want +got):\n%s", name, diff)
		}
	}
	if got := len(b.server.Requests()) - before; got != 0 {
		t.Errorf("requests for cached tokens = %d, want 0", got)
	}
}

func TestNobodySignedInIsAnErrorAtOnce(t *testing.T) {
	t.Parallel()
	b := newBed(t, entratest.Options{})
	p := b.provider(t)
	for _, account := range []string{"", "objectid", "objectid.tenantid"} {
		if _, err := p.Token(t.Context(), m365auth.TokenRequest{Account: account}); !errors.Is(err, m365auth.ErrLoginRequired) {
			t.Errorf("Token(account %q) error = %v, want %v", account, err, m365auth.ErrLoginRequired)
		}
	}
	if got := len(b.server.Requests()); got != 0 {
		t.Errorf("requests = %d, want 0", got)
	}
}

func TestADueTokenIsRefreshedAndKept(t *testing.T) {
	t.Parallel()
	b := newBed(t, entratest.Options{Rotate: true})
	b.due(4 * time.Minute)
	p := b.provider(t)
	old := b.signIn(t, p, sales)
	fresh, err := p.Token(t.Context(), m365auth.TokenRequest{})
	if err != nil {
		t.Fatalf("Token() error: %v", err)
	}
	if fresh.Access.Equal(old.Access) {
		t.Error("Token() four minutes before the end = the old token, want a refreshed one")
	}
	if left := time.Until(fresh.ExpiresOn); left < 50*time.Minute || left > time.Hour {
		t.Errorf("ExpiresOn of a fresh token is in %v, want about an hour", left)
	}
	again, err := b.provider(t).Token(t.Context(), m365auth.TokenRequest{})
	if err != nil || !again.Access.Equal(fresh.Access) {
		t.Errorf("Token() of another provider = %v, want the refreshed token", err)
	}
	if got := b.grants("refresh_token"); got != 1 {
		t.Errorf("refreshes = %d, want 1", got)
	}
	discoveries := 0
	for _, r := range b.server.Requests() {
		if strings.Contains(r.Path, "openid-configuration") {
			discoveries++
		}
	}
	if discoveries != 1 {
		t.Errorf("discoveries of one provider that signed in and refreshed = %d, want 1", discoveries)
	}
	// The rotated refresh token was kept: the first one would end the sign-in.
	if _, err := b.provider(t).Token(t.Context(), m365auth.TokenRequest{ForceRefresh: true}); err != nil {
		t.Errorf("Token() with the rotated refresh token: %v", err)
	}
}

func TestATokenIsRefreshedFromWhenEntraRecommendsIt(t *testing.T) {
	t.Parallel()
	b := newBed(t, entratest.Options{})
	b.edit(func(form url.Values, a answer) {
		if form.Get("grant_type") == "device_code" {
			a["refresh_in"] = 0
			a["expires_in"] = 3000
		}
	})
	p := b.provider(t)
	old := b.signIn(t, p, sales)
	b.server.Fail(entratest.Fault{Grant: "refresh_token", AADSTS: 90033})
	stale, err := p.Token(t.Context(), m365auth.TokenRequest{})
	if err != nil || !stale.Access.Equal(old.Access) {
		t.Errorf("Token() while the refresh fails = %v, want the token that still works", err)
	}
	if got := b.grants("refresh_token"); got != 1 {
		t.Errorf("refreshes tried from the recommended time = %d, want 1", got)
	}
}

func TestGoroutinesShareOneRefresh(t *testing.T) {
	t.Parallel()
	b := newBed(t, entratest.Options{Rotate: true})
	b.due(4 * time.Minute)
	old := b.signIn(t, b.provider(t), sales)
	// Two providers of one process are as good as two processes, but for locks.
	providers := []m365auth.TokenProvider{b.provider(t), b.provider(t)}
	var wg sync.WaitGroup
	for i := range 40 {
		wg.Go(func() {
			token, err := providers[i%2].Token(t.Context(), m365auth.TokenRequest{})
			if err != nil || token.Access.Equal(old.Access) {
				t.Errorf("Token() = %v, want a fresh token", err)
			}
		})
	}
	wg.Wait()
	if got := b.grants("refresh_token"); got != 1 {
		t.Errorf("refreshes = %d, want 1", got)
	}
}

func TestACallerLeavesWithoutEndingTheRefreshOfOthers(t *testing.T) {
	t.Parallel()
	b := newBed(t, entratest.Options{})
	b.due(4 * time.Minute)
	p := b.provider(t)
	b.signIn(t, p, sales)
	arrived, release := b.gate("refresh_token")
	p = b.provider(t)
	ctx, cancel := context.WithCancel(t.Context())
	left := make(chan error)
	go func() {
		_, err := p.Token(ctx, m365auth.TokenRequest{})
		left <- err
	}()
	<-arrived
	cancel()
	// The refresh is held up, so this returns only if the caller can leave.
	if err := <-left; !errors.Is(err, context.Canceled) {
		t.Errorf("Token() of the caller who left: %v, want %v", err, context.Canceled)
	}
	close(release)
	if _, err := p.Token(t.Context(), m365auth.TokenRequest{}); err != nil {
		t.Errorf("Token() of the caller who stayed: %v", err)
	}
	if got := b.grants("refresh_token"); got != 1 {
		t.Errorf("refreshes = %d, want 1", got)
	}
}

func TestAFailedRefreshServesWhatStillWorks(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		left  time.Duration
		fault entratest.Fault
		want  m365auth.Kind // empty: the old token
	}{
		"an overloaded service":      {4 * time.Minute, entratest.Fault{AADSTS: 90033}, ""},
		"a 429":                      {4 * time.Minute, entratest.Fault{Status: 429, Body: "{}"}, ""},
		"a connection cut":           {4 * time.Minute, entratest.Fault{Cut: true}, ""},
		"an answer of a proxy":       {4 * time.Minute, entratest.Fault{Status: 200, Body: "<html>"}, ""},
		"two minutes are left":       {2 * time.Minute, entratest.Fault{AADSTS: 90033}, m365auth.ErrTransient},
		"the cause does not pass":    {4 * time.Minute, entratest.Fault{AADSTS: 50173}, m365auth.ErrLoginRequired},
		"a policy stands in between": {4 * time.Minute, entratest.Fault{AADSTS: 53003}, m365auth.ErrPolicyBlocked},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBed(t, entratest.Options{})
			b.due(tt.left)
			p := b.provider(t)
			old := b.signIn(t, p, sales)
			tt.fault.Grant, tt.fault.Count = "refresh_token", -1
			b.server.Fail(tt.fault)
			// A provider that has the token from disk is no worse off.
			for who, p := range map[string]m365auth.TokenProvider{"the same": p, "another": b.provider(t)} {
				got, err := p.Token(t.Context(), m365auth.TokenRequest{})
				if kindOf(err) != tt.want {
					t.Errorf("%s: Token() error = %v, want kind %q", who, err, tt.want)
				}
				if tt.want == "" && !got.Access.Equal(old.Access) {
					t.Errorf("%s: Token() is not the token in hand", who)
				}
			}
			if tt.want != "" {
				return
			}
			before := b.grants("refresh_token")
			if _, err := p.Token(t.Context(), m365auth.TokenRequest{}); err != nil {
				t.Errorf("Token() soon after: %v", err)
			}
			if got := b.grants("refresh_token") - before; got != 0 {
				t.Errorf("refreshes soon after a failed one = %d, want 0", got)
			}
			if !strings.Contains(b.log.String(), "a refresh failed") {
				t.Errorf("log = %q, want the failed refresh", b.log)
			}
		})
	}
}

func TestAForcedRefreshBypassesCachedTokens(t *testing.T) {
	t.Parallel()
	b := newBed(t, entratest.Options{})
	var claims []string
	b.edit(func(form url.Values, _ answer) { claims = append(claims, form.Get("claims")) })
	p := b.provider(t)
	old := b.signIn(t, p, sales)
	challenge := `{"access_token":{"nbf":{"essential":true,"value":"1"}}}`
	for _, req := range []m365auth.TokenRequest{{ForceRefresh: true}, {Claims: challenge}} {
		got, err := p.Token(t.Context(), req)
		if err != nil || got.Access.Equal(old.Access) {
			t.Errorf("Token(%+v) = %v, want a new token", req, err)
		}
	}
	for _, c := range claims {
		if !strings.Contains(c, "CP1") {
			t.Errorf("claims sent = %q, want the CP1 capability", c)
		}
	}
	if last := claims[len(claims)-1]; !strings.Contains(last, "nbf") {
		t.Errorf("claims sent = %q, want the challenge", last)
	}
}

func TestATokenThatTheResourceRefusedIsNotServedAgain(t *testing.T) {
	t.Parallel()
	b := newBed(t, entratest.Options{})
	p := b.provider(t)
	b.signIn(t, p, sales)
	challenge := `{"access_token":{"acrs":{"essential":true,"value":"c1"}}}`
	b.server.Fail(entratest.Fault{Grant: "refresh_token", AADSTS: 50076, Claims: challenge, Count: -1})
	_, err := p.Token(t.Context(), m365auth.TokenRequest{ForceRefresh: true})
	e := (*m365auth.Error)(nil)
	if !errors.As(err, &e) || e.Kind != m365auth.ErrInteractionRequired || e.Claims != challenge {
		t.Fatalf("Token() error = %#v, want %v with the claims", err, m365auth.ErrInteractionRequired)
	}
	for who, p := range map[string]m365auth.TokenProvider{"the same": p, "another": b.provider(t)} {
		if _, err := p.Token(t.Context(), m365auth.TokenRequest{}); !errors.Is(err, m365auth.ErrInteractionRequired) {
			t.Errorf("%s: Token() afterwards: %v, want %v", who, err, m365auth.ErrInteractionRequired)
		}
	}
}

func TestATokenOutlivesASaveThatFails(t *testing.T) {
	t.Parallel()
	b := newBed(t, entratest.Options{Rotate: true})
	b.due(4 * time.Minute)
	store := &brokenStore{Store: tokencache.NewMemoryStore()}
	b.opts.Store = store
	p := b.provider(t)
	b.signIn(t, p, sales)
	store.breakSaves(true)
	first, err := p.Token(t.Context(), m365auth.TokenRequest{})
	if err != nil {
		t.Fatalf("Token() while nothing can be saved: %v", err)
	}
	if !strings.Contains(b.log.String(), "could not be written") {
		t.Errorf("log = %q, want the failed save", b.log)
	}
	again, err := p.Token(t.Context(), m365auth.TokenRequest{})
	if err != nil || !again.Access.Equal(first.Access) {
		t.Errorf("Token() again = %v, want the token in memory", err)
	}
	store.breakSaves(false)
	// The rotated refresh token, which is in memory only, is used and saved.
	if _, err := p.Token(t.Context(), m365auth.TokenRequest{ForceRefresh: true}); err != nil {
		t.Fatalf("Token() once saving works: %v", err)
	}
	if _, err := b.provider(t).Token(t.Context(), m365auth.TokenRequest{ForceRefresh: true}); err != nil {
		t.Errorf("Token() of another provider: %v", err)
	}
}

func TestASignInOutlivesASaveThatFails(t *testing.T) {
	t.Parallel()
	b := newBed(t, entratest.Options{})
	store := &brokenStore{Store: tokencache.NewMemoryStore()}
	store.breakSaves(true)
	b.opts.Store = store
	p := b.provider(t)
	want := b.signIn(t, p, sales)
	got, err := p.Token(t.Context(), m365auth.TokenRequest{})
	if err != nil || !got.Access.Equal(want.Access) {
		t.Errorf("Token() = %v, want the token signed in with", err)
	}
	accounts, err := p.Accounts(t.Context())
	if err != nil || len(accounts) != 1 {
		t.Errorf("Accounts() = %v, %v, want one", accounts, err)
	}
	if err := p.Logout(t.Context(), ""); err != nil {
		t.Fatalf("Logout() error: %v", err)
	}
	if _, err := p.Token(t.Context(), m365auth.TokenRequest{}); !errors.Is(err, m365auth.ErrLoginRequired) {
		t.Errorf("Token() after Logout(): %v, want %v", err, m365auth.ErrLoginRequired)
	}
}

func TestTheStoreIsChangedUnderItsLock(t *testing.T) {
	t.Parallel()
	b := newBed(t, entratest.Options{})
	store := &orderlyStore{Store: tokencache.NewMemoryStore(), held: map[tokencache.Slot]bool{}}
	b.opts.Store = store
	p := b.provider(t)
	b.signIn(t, p, sales)
	if _, err := p.Token(t.Context(), m365auth.TokenRequest{ForceRefresh: true}); err != nil {
		t.Fatalf("Token() error: %v", err)
	}
	if err := p.Logout(t.Context(), ""); err != nil {
		t.Fatalf("Logout() error: %v", err)
	}
	if store.changes != 3 || store.loose != 0 {
		t.Errorf("changes = %d, %d of them without the lock; want 3 and 0", store.changes, store.loose)
	}
	for slot, held := range store.held {
		if held {
			t.Errorf("%s is still locked", slot.Account)
		}
	}
}

// orderlyStore counts changes, and those made without the slot's lock.
type orderlyStore struct {
	tokencache.Store
	mu             sync.Mutex
	held           map[tokencache.Slot]bool
	changes, loose int
}

func (s *orderlyStore) set(slot tokencache.Slot, held bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.held[slot] = held
}

func (s *orderlyStore) change(slot tokencache.Slot) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.changes++
	if !s.held[slot] {
		s.loose++
	}
}

func (s *orderlyStore) Lock(ctx context.Context, slot tokencache.Slot) (context.Context, func(), error) {
	ctx, unlock, err := s.Store.Lock(ctx, slot)
	if err != nil {
		return nil, nil, err
	}
	s.set(slot, true)
	return ctx, func() { s.set(slot, false); unlock() }, nil
}

func (s *orderlyStore) Save(ctx context.Context, slot tokencache.Slot, data []byte, old tokencache.Version) (tokencache.Version, error) {
	s.change(slot)
	return s.Store.Save(ctx, slot, data, old)
}

func (s *orderlyStore) Delete(ctx context.Context, slot tokencache.Slot) error {
	s.change(slot)
	return s.Store.Delete(ctx, slot)
}

// brokenStore fails to save on demand.
type brokenStore struct {
	tokencache.Store
	mu     sync.Mutex
	broken bool
}

func (s *brokenStore) breakSaves(broken bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.broken = broken
}

func (s *brokenStore) Save(ctx context.Context, slot tokencache.Slot, data []byte, old tokencache.Version) (tokencache.Version, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.broken {
		return "", errors.New("the disk is full")
	}
	return s.Store.Save(ctx, slot, data, old)
}

func TestAnotherTenantHasItsOwnTokens(t *testing.T) {
	t.Parallel()
	b := newBed(t, entratest.Options{})
	b.cfg.TenantID = "organizations"
	p := b.provider(t)
	home := b.signIn(t, p, sales)
	guest, err := p.Token(t.Context(), m365auth.TokenRequest{Tenant: b.server.TenantID()})
	if err != nil || guest.Access.Equal(home.Access) {
		t.Fatalf("Token() of a tenant = %v, want a token of its own", err)
	}
	again, err := p.Token(t.Context(), m365auth.TokenRequest{Tenant: strings.ToUpper(b.server.TenantID())})
	if err != nil || !again.Access.Equal(guest.Access) {
		t.Errorf("Token() of the tenant again = %v, want the same", err)
	}
	if accounts, err := p.Accounts(t.Context()); err != nil || len(accounts) != 1 {
		t.Errorf("Accounts() = %v, %v, want one", accounts, err)
	}
	for _, tenant := range []string{"common", "consumers", "a/b", "adfs"} {
		if _, err := p.Token(t.Context(), m365auth.TokenRequest{Tenant: tenant}); !errors.Is(err, m365auth.ErrConfig) {
			t.Errorf("Token(tenant %q) error = %v, want %v", tenant, err, m365auth.ErrConfig)
		}
	}
}

func TestAClosedProviderRefuses(t *testing.T) {
	t.Parallel()
	b := newBed(t, entratest.Options{})
	p := b.provider(t)
	b.signIn(t, p, sales)
	if err := errors.Join(p.Close(), p.Close()); err != nil {
		t.Errorf("Close() twice: %v", err)
	}
	if _, err := p.Token(t.Context(), m365auth.TokenRequest{}); err == nil {
		t.Error("Token() after Close() = nil, want an error")
	}
}
