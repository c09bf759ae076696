package entra_test

import (
	"errors"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365auth/entra"
	"github.com/m365go/sdk/m365auth/entratest"
	"github.com/m365go/sdk/m365auth/tokencache"
)

// two signs both people in and returns their tokens.
func two(t *testing.T, b *bed, p *entra.Provider) (one, other m365auth.Token) {
	t.Helper()
	return b.signIn(t, p, sales), b.signIn(t, p, support)
}

func TestSeveralAccountsMustBeChosenFrom(t *testing.T) {
	t.Parallel()
	b := newBed(t, entratest.Options{})
	first := b.provider(t)
	one, other := two(t, b, first)
	want := []m365auth.Account{one.Account, other.Account}
	slices.SortFunc(want, func(a, b m365auth.Account) int { return strings.Compare(a.ID, b.ID) })
	for who, p := range map[string]*entra.Provider{"the same": first, "another": b.provider(t)} {
		accounts, err := p.Accounts(t.Context())
		if diff := cmp.Diff(want, accounts); err != nil || diff != "" {
			t.Errorf("%s: Accounts() (-want +got): %v\n%s", who, err, diff)
		}
		_, err = p.Token(t.Context(), m365auth.TokenRequest{})
		e := (*m365auth.Error)(nil)
		if !errors.As(err, &e) || e.Kind != m365auth.ErrAccountAmbiguous {
			t.Fatalf("%s: Token() error = %v, want %v", who, err, m365auth.ErrAccountAmbiguous)
		}
		if diff := cmp.Diff(want, e.Accounts); diff != "" {
			t.Errorf("%s: accounts to choose from (-want +got):\n%s", who, diff)
		}
		objectID, _, _ := strings.Cut(other.Account.ID, ".")
		for _, id := range []string{other.Account.ID, objectID} {
			got, err := p.Token(t.Context(), m365auth.TokenRequest{Account: id})
			if err != nil || !got.Access.Equal(other.Access) || got.Account != other.Account {
				t.Errorf("%s: Token(account %s) = %v, %v, want that account's", who, id, got.Account, err)
			}
		}
		if _, err := p.Token(t.Context(), m365auth.TokenRequest{Account: "nobody"}); !errors.Is(err, m365auth.ErrLoginRequired) {
			t.Errorf("%s: Token() of nobody: %v, want %v", who, err, m365auth.ErrLoginRequired)
		}
	}
}

func TestASignOutIsSeenByOthersAtTheNextCall(t *testing.T) {
	t.Parallel()
	b := newBed(t, entratest.Options{})
	here, there := b.provider(t), b.provider(t)
	one, other := two(t, b, here)
	for _, id := range []string{one.Account.ID, other.Account.ID} {
		if _, err := there.Token(t.Context(), m365auth.TokenRequest{Account: id}); err != nil {
			t.Fatalf("Token() before: %v", err)
		}
	}
	if err := here.Logout(t.Context(), one.Account.ID); err != nil {
		t.Fatalf("Logout() error: %v", err)
	}
	for who, p := range map[string]*entra.Provider{"here": here, "there": there} {
		if _, err := p.Token(t.Context(), m365auth.TokenRequest{Account: one.Account.ID}); !errors.Is(err, m365auth.ErrLoginRequired) {
			t.Errorf("%s: Token() of who signed out: %v, want %v", who, err, m365auth.ErrLoginRequired)
		}
		got, err := p.Token(t.Context(), m365auth.TokenRequest{})
		if err != nil || got.Account != other.Account {
			t.Errorf("%s: Token() = %v, %v, want that of who is left", who, got.Account, err)
		}
	}
	again := b.signIn(t, here, support)
	if got, err := there.Token(t.Context(), m365auth.TokenRequest{}); err != nil || !got.Access.Equal(again.Access) {
		t.Errorf("Token() there after a new sign-in here = %v, want the new token", err)
	}
	b.signIn(t, here, sales)
	if _, err := there.Token(t.Context(), m365auth.TokenRequest{}); !errors.Is(err, m365auth.ErrAccountAmbiguous) {
		t.Errorf("Token() there after a second sign-in here: %v, want %v", err, m365auth.ErrAccountAmbiguous)
	}
	if err := there.Logout(t.Context(), ""); err != nil {
		t.Fatalf("Logout() of all error: %v", err)
	}
	if _, err := here.Token(t.Context(), m365auth.TokenRequest{}); !errors.Is(err, m365auth.ErrLoginRequired) {
		t.Errorf("Token() after all signed out: %v, want %v", err, m365auth.ErrLoginRequired)
	}
	if err := here.Logout(t.Context(), ""); err != nil {
		t.Errorf("Logout() of nobody: %v, want nil", err)
	}
	if err := here.Logout(t.Context(), one.Account.ID); !errors.Is(err, m365auth.ErrLoginRequired) {
		t.Errorf("Logout() of an account that is not there: %v, want %v", err, m365auth.ErrLoginRequired)
	}
}

func TestARenamedPersonIsKnownByTheNewName(t *testing.T) {
	t.Parallel()
	b := newBed(t, entratest.Options{})
	b.edit(func(form url.Values, a answer) {
		if form.Get("grant_type") == "refresh_token" {
			a["id_token"] = idToken("orders@contoso.example")
		}
	})
	p := b.provider(t)
	want := b.signIn(t, p, sales).Account
	got, err := p.Token(t.Context(), m365auth.TokenRequest{ForceRefresh: true})
	if want.Username = "orders@contoso.example"; err != nil || got.Account != want {
		t.Errorf("Token().Account = %v, %v, want %v", got.Account, err, want)
	}
	if accounts, err := b.provider(t).Accounts(t.Context()); err != nil || !cmp.Equal(accounts, []m365auth.Account{want}) {
		t.Errorf("Accounts() = %v, %v, want %v", accounts, err, want)
	}
}

func TestClientsAndAuthoritiesDoNotShareSignIns(t *testing.T) {
	t.Parallel()
	b := newBed(t, entratest.Options{})
	b.opts.Store = tokencache.NewMemoryStore()
	b.signIn(t, b.provider(t), sales)
	tenant := b.cfg.TenantID
	b.cfg.TenantID = "common"
	if _, err := b.provider(t).Token(t.Context(), m365auth.TokenRequest{}); !errors.Is(err, m365auth.ErrLoginRequired) {
		t.Errorf("Token() at another authority: %v, want %v", err, m365auth.ErrLoginRequired)
	}
	b.cfg.TenantID, b.cfg.ClientID = tenant, "99998888-bbbb-3333-cccc-4444dddd5555"
	if _, err := b.provider(t).Token(t.Context(), m365auth.TokenRequest{}); !errors.Is(err, m365auth.ErrLoginRequired) {
		t.Errorf("Token() of another client: %v, want %v", err, m365auth.ErrLoginRequired)
	}
}
