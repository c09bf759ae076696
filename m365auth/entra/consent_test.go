package entra_test

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365auth/entra"
	"github.com/m365go/sdk/m365auth/entratest"
)

func TestOneMoreScopeNeedsASignInWithTheUnion(t *testing.T) {
	t.Parallel()
	b := newBed(t, entratest.Options{})
	p := b.provider(t)
	token := b.signIn(t, p, sales, "Mail.Read", "User.Read")
	union := []string{"Calendars.Read", "Mail.Read", "User.Read"}
	for _, req := range []m365auth.TokenRequest{
		{Scopes: []string{"Calendars.Read"}}, {Scopes: []string{"calendars.read", "Mail.Read"}, Account: token.Account.ID}, {Scopes: []string{"Calendars.Read"}, ForceRefresh: true},
	} {
		_, err := p.Token(t.Context(), req)
		e := (*m365auth.Error)(nil)
		if !errors.As(err, &e) || e.Kind != m365auth.ErrConsentRequired || !cmp.Equal(e.Scopes, union, cmp.Comparer(strings.EqualFold)) {
			t.Fatalf("Token(%v) error = %v, want %v that names %v", req, err, m365auth.ErrConsentRequired, union)
		}
	}
	if got, err := p.UnionScopes(t.Context(), "", "Calendars.Read", "offline_access"); err != nil || !cmp.Equal(got, union) {
		t.Errorf("UnionScopes() = %v, %v, want %v", got, err, union)
	}
	b.signIn(t, p, sales, union...)
	for _, scope := range union {
		if _, err := p.Token(t.Context(), m365auth.TokenRequest{Scopes: []string{scope}}); err != nil {
			t.Errorf("Token(%s) after the sign-in: %v", scope, err)
		}
	}
}

func TestTheUnionStartsFromWhatThereIs(t *testing.T) {
	t.Parallel()
	b := newBed(t, entratest.Options{})
	b.cfg.Scopes = []string{"User.Read"}
	p := b.provider(t)
	if got, err := p.UnionScopes(t.Context(), "", "Mail.Read"); err != nil || !cmp.Equal(got, []string{"Mail.Read", "User.Read"}) {
		t.Errorf("UnionScopes() of nobody = %v, %v, want the provider's own with it", got, err)
	}
	one, other := b.signIn(t, p, sales, "Mail.Read"), b.signIn(t, p, support, "Calendars.Read")
	if _, err := p.UnionScopes(t.Context(), "", "Mail.Send"); kindOf(err) != m365auth.ErrAccountAmbiguous {
		t.Errorf("UnionScopes() of one of two = %v, want %v", err, m365auth.ErrAccountAmbiguous)
	}
	for account, want := range map[string][]string{one.Account.ID: {"Mail.Read", "Mail.Send"}, other.Account.ID: {"Calendars.Read", "Mail.Send"}} {
		if got, err := p.UnionScopes(t.Context(), account, "Mail.Send"); err != nil || !cmp.Equal(got, want) {
			t.Errorf("UnionScopes(%s) = %v, %v, want %v", account, got, err, want)
		}
	}
	if _, err := p.UnionScopes(t.Context(), one.Account.ID, "https://vault.azure.net/user_impersonation"); kindOf(err) != m365auth.ErrConfig {
		t.Errorf("UnionScopes() over two resources = %v, want %v", err, m365auth.ErrConfig)
	}
}

func TestPromptingAsksForTheUnion(t *testing.T) {
	t.Parallel()
	b := newBed(t, entratest.Options{})
	inner := b.provider(t)
	b.signIn(t, inner, sales, "Mail.Read")
	p := entra.Prompting(inner, func(prompt entra.DevicePrompt) {
		pending := b.server.Pending()
		if len(pending) != 1 || !cmp.Equal(pending[0].Scopes[:2], []string{"Calendars.Read", "Mail.Read"}) {
			t.Errorf("a sign-in for %v, want the union", pending)
		}
		if err := b.server.Approve(prompt.UserCode, sales); err != nil {
			t.Error(err)
		}
	})
	if _, err := p.Token(t.Context(), m365auth.TokenRequest{Scopes: []string{"Calendars.Read"}}); err != nil {
		t.Errorf("Token() error: %v", err)
	}
}

func TestPromptingOpensTheBrowserOrShowsTheAddress(t *testing.T) {
	t.Parallel()
	for name, fails := range map[string]bool{"a browser": false, "no browser": true} {
		b := newBed(t, entratest.Options{})
		shown := ""
		p := entra.PromptingWith(b.browser(t), func(prompt entra.DevicePrompt) {
			shown = prompt.VerificationURL
			if prompt.UserCode != "" || !strings.Contains(prompt.Message, shown) || prompt.ExpiresOn.IsZero() {
				t.Errorf("%s: shown %+v, want a message with the address and no code", name, prompt)
			}
			if err := b.person(sales)(t.Context(), shown); err != nil {
				t.Error(err)
			}
		}, func(ctx context.Context, address string) error {
			if fails {
				return errors.New("there is none")
			}
			return b.person(sales)(ctx, address)
		})
		got, err := p.Token(t.Context(), m365auth.TokenRequest{})
		if err != nil || got.Account.Username != sales {
			t.Errorf("%s: Token() = %v, %v, want a token of %s", name, got, err, sales)
		}
		if u, err := url.Parse(shown); err != nil || fails != (u.Host == b.server.Host()) {
			t.Errorf("%s: the address shown is %q", name, shown)
		}
	}
}
