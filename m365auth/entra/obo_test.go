package entra_test

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365auth/entra"
)

// behalfBed is a tenant with a service that acts on behalf of its callers.
func behalfBed(t *testing.T) *bed {
	t.Helper()
	b := secretBed(t)
	b.cfg.Method = m365auth.MethodOnBehalfOf
	return b
}

// caller is the token that somebody's client sends to the service.
func (b *bed) caller(t *testing.T, upn string) m365auth.Secret {
	t.Helper()
	token, err := b.server.Token(upn, "api://"+clientID+"/access")
	if err != nil {
		t.Fatal(err)
	}
	return m365auth.NewSecret(token)
}

func TestACallersTokenIsExchangedForTheirOwn(t *testing.T) {
	t.Parallel()
	b := behalfBed(t)
	p := b.provider(t)
	callers := map[string]m365auth.Secret{sales: b.caller(t, sales), support: b.caller(t, support)}
	for range 3 {
		for upn, caller := range callers {
			token, err := p.OnBehalfOf(caller).Token(t.Context(), m365auth.TokenRequest{})
			if err != nil {
				t.Fatalf("Token() on behalf of %s: %v", upn, err)
			}
			claims := claimsOfToken(t, token)
			if token.Account.Username != upn || claims["preferred_username"] != upn && claims["upn"] != upn {
				t.Errorf("Token() on behalf of %s acts for %s (%v)", upn, token.Account.Username, claims)
			}
			if claims["aud"] != b.server.Audience() || claims["appid"] != clientID && claims["azp"] != clientID {
				t.Errorf("Token() on behalf of %s: audience %v, want %s, for this application", upn, claims["aud"], b.server.Audience())
			}
			if !strings.Contains(strings.Join(token.Scopes, " "), "Mail.Read") {
				t.Errorf("Token() on behalf of %s: scopes %q, want Mail.Read among them", upn, token.Scopes)
			}
		}
	}
	if n := b.grants("on_behalf_of"); n != 2 {
		t.Errorf("requests = %d, want one for each of 2 callers", n)
	}
	if accounts, err := p.Accounts(t.Context()); err != nil || len(accounts) != 0 {
		t.Errorf("Accounts() = %v, %v, want none: a caller is not signed in here", accounts, err)
	}
}

// Trap T5: MSAL's own cache of this grant is written as another's.
func TestNoCallerIsServedAnothersToken(t *testing.T) {
	t.Parallel()
	b := behalfBed(t)
	p := b.provider(t)
	callers := []m365auth.Secret{b.caller(t, sales), b.caller(t, support)}
	want := []string{sales, support}
	var all sync.WaitGroup
	for i := range 40 {
		all.Go(func() {
			req := m365auth.TokenRequest{ForceRefresh: i%10 == 9}
			token, err := p.OnBehalfOf(callers[i%2]).Token(t.Context(), req)
			if err != nil || token.Account.Username != want[i%2] {
				t.Errorf("Token() on behalf of %s = one of %q, %v", want[i%2], token.Account.Username, err)
			}
		})
	}
	all.Wait()
}

func TestACallersTokenIsExchangedOnceForAllGoroutines(t *testing.T) {
	t.Parallel()
	b := behalfBed(t)
	p := b.provider(t)
	caller := b.caller(t, sales)
	var all sync.WaitGroup
	for range 30 {
		all.Go(func() {
			if _, err := p.OnBehalfOf(caller).Token(t.Context(), m365auth.TokenRequest{Scopes: []string{"Mail.Read"}}); err != nil {
				t.Errorf("Token() error: %v", err)
			}
		})
	}
	all.Wait()
	if n := b.grants("on_behalf_of"); n != 1 {
		t.Errorf("requests = %d, want 1", n)
	}
}

func TestACallersTokensAreForgottenOnLogout(t *testing.T) {
	t.Parallel()
	b := behalfBed(t)
	p := b.provider(t)
	caller := b.caller(t, sales)
	for want := range 2 {
		if _, err := p.OnBehalfOf(caller).Token(t.Context(), m365auth.TokenRequest{}); err != nil {
			t.Fatalf("Token() error: %v", err)
		}
		if err := p.Logout(t.Context(), ""); err != nil {
			t.Fatalf("Logout() error: %v", err)
		}
		if n := b.grants("on_behalf_of"); n != want+1 {
			t.Errorf("requests = %d, want %d", n, want+1)
		}
	}
}

func TestACallerCannotNameAnotherAccount(t *testing.T) {
	t.Parallel()
	b := behalfBed(t)
	tokens := b.provider(t).OnBehalfOf(b.caller(t, sales))
	token, err := tokens.Token(t.Context(), m365auth.TokenRequest{})
	if err != nil {
		t.Fatalf("Token() error: %v", err)
	}
	if _, err := tokens.Token(t.Context(), m365auth.TokenRequest{Account: token.Account.ID}); err != nil {
		t.Errorf("Token() for the caller by id: %v", err)
	}
	_, err = tokens.Token(t.Context(), m365auth.TokenRequest{Account: "somebody.else"})
	fails(t, "another account", err, m365auth.ErrWrongAccount, 0, "leave the account out")
}

func TestWhatACallerMustDoIsPassedOn(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		arrange func(*bed) error
		token   func(*testing.T, *bed) m365auth.Secret
		kind    m365auth.Kind
		number  int
		remedy  string
	}{
		"a second factor": {
			arrange: func(b *bed) error { return b.server.Enforce(sales, 50076) },
			kind:    m365auth.ErrInteractionRequired, number: 50076, remedy: "answer the caller with these claims",
		},
		"consent to the middle tier": {
			arrange: func(b *bed) error { b.server.WithdrawConsent(clientID); return nil },
			kind:    m365auth.ErrConsentRequired, number: 65001, remedy: "known client applications",
		},
		"a block": {
			arrange: func(b *bed) error { return b.server.Enforce(sales, 53003) },
			kind:    m365auth.ErrPolicyBlocked, number: 53003, remedy: "administrator",
		},
		"a revoked sign-in": {
			arrange: func(b *bed) error { b.server.Revoke(sales); return nil },
			kind:    m365auth.ErrLoginRequired, number: 50173, remedy: "have the caller sign in again",
		},
		"a bad signature": {
			token: func(t *testing.T, b *bed) m365auth.Secret {
				text := b.caller(t, sales).Reveal()
				return m365auth.NewSecret(text[:len(text)-8] + "AAAAAAAA")
			},
			kind: m365auth.ErrLoginRequired, number: 50013, remedy: "audience is this application",
		},
		"a token for somebody else": {
			token: func(t *testing.T, b *bed) m365auth.Secret {
				text, err := b.server.Token(sales, "Mail.Read")
				if err != nil {
					t.Fatal(err)
				}
				return m365auth.NewSecret(text)
			},
			kind: m365auth.ErrAppMisconfigured, number: 500131, remedy: "audience is this application",
		},
	} {
		b := behalfBed(t)
		caller := b.caller(t, sales)
		if tt.token != nil {
			caller = tt.token(t, b)
		}
		if tt.arrange != nil {
			if err := tt.arrange(b); err != nil {
				t.Fatal(err)
			}
		}
		_, err := b.provider(t).OnBehalfOf(caller).Token(t.Context(), m365auth.TokenRequest{})
		fails(t, name, err, tt.kind, tt.number, tt.remedy)
		if e := (*m365auth.Error)(nil); errors.As(err, &e) && tt.number == 50076 && e.Claims == "" {
			t.Errorf("%s: error = %v, want the claims to sign in with", name, err)
		}
	}
}

func TestARotatedSecretServesCallersToo(t *testing.T) {
	t.Parallel()
	b := behalfBed(t)
	b.cfg.ClientSecret = m365auth.Secret{}
	b.opts.ClientSecret = inTurn("old", "newer")
	if _, err := b.provider(t).OnBehalfOf(b.caller(t, sales)).Token(t.Context(), m365auth.TokenRequest{}); err != nil {
		t.Errorf("Token() error: %v", err)
	}
}

// The thousand callers who came last are remembered.
func TestCallersAreBounded(t *testing.T) {
	t.Parallel()
	b := behalfBed(t)
	root := b.server.URL() + "/" + b.server.TenantID()
	asked := map[string]int{}
	b.opts.HTTPClient = client(func(form url.Values) map[string]any {
		asked[form.Get("assertion")]++
		return map[string]any{
			"authorization_endpoint": root + "/a", "token_endpoint": root + "/token", "issuer": root,
			"access_token": "of " + form.Get("assertion"), "expires_in": 3600, "token_type": "Bearer", "scope": form.Get("scope"),
		}
	})
	p, err := entra.New(b.cfg, &b.opts)
	if err != nil {
		t.Fatal(err)
	}
	call := func(i int) {
		t.Helper()
		name := fmt.Sprintf("caller %d", i)
		token, err := p.OnBehalfOf(m365auth.NewSecret(name)).Token(t.Context(), m365auth.TokenRequest{})
		if err != nil || token.Access.Reveal() != "of "+name {
			t.Fatalf("Token() of %s = %q, %v", name, token.Access.Reveal(), err)
		}
	}
	for i := range 1000 {
		call(i)
	}
	call(0) // the oldest is now the latest
	call(1000)
	call(0)
	call(1)
	if asked["caller 0"] != 1 || asked["caller 1"] != 2 {
		t.Errorf("the first was exchanged %d times and the second %d, want 1 and 2", asked["caller 0"], asked["caller 1"])
	}
}

// What a request asks for beyond the caller's token is exchanged apart.
func TestACallersRequestReachesEntra(t *testing.T) {
	t.Parallel()
	b := behalfBed(t)
	var forms []url.Values
	b.edit(func(form url.Values, _ answer) { forms = append(forms, form) })
	tokens := b.provider(t).OnBehalfOf(b.caller(t, sales))
	challenge := `{"access_token":{"nbf":{"essential":true,"value":"7"}}}`
	for _, req := range []m365auth.TokenRequest{{Scopes: []string{"Mail.Read"}}, {Claims: challenge}, {Tenant: "contoso.example"}, {Claims: challenge}} {
		if _, err := tokens.Token(t.Context(), req); err != nil {
			t.Fatalf("Token(%+v) error: %v", req, err)
		}
	}
	if len(forms) != 4 {
		t.Fatalf("requests = %d, want one for each of 4", len(forms))
	}
	if got := forms[0].Get("scope"); !strings.HasPrefix(got, "Mail.Read ") || strings.Contains(got, "User.Read") {
		t.Errorf("scope sent = %q, want Mail.Read", got)
	}
	if got, want := forms[1].Get("claims"), `{"access_token":{"nbf":{"essential":true,"value":"7"},"xms_cc":{"values":["CP1"]}}}`; got != want {
		t.Errorf("claims sent = %s, want %s", got, want)
	}
	last := b.server.Requests()[len(b.server.Requests())-2]
	if !strings.HasPrefix(last.Path, "/contoso.example/") {
		t.Errorf("the request for a tenant went to %s, want that of /contoso.example", last.Path)
	}
}

func TestACallersDeclinedScopesAreListed(t *testing.T) {
	t.Parallel()
	b := behalfBed(t)
	b.edit(func(_ url.Values, a answer) { a["scope"] = "User.Read" })
	_, err := b.provider(t).OnBehalfOf(b.caller(t, sales)).Token(t.Context(), m365auth.TokenRequest{Scopes: []string{"User.Read", "Mail.Read"}})
	fails(t, "fewer scopes", err, m365auth.ErrScopesDeclined, 0, "this application's own scopes")
	if e := (*m365auth.Error)(nil); errors.As(err, &e) && (len(e.Scopes) != 1 || e.Scopes[0] != "Mail.Read") {
		t.Errorf("scopes = %q, want Mail.Read", e.Scopes)
	}
}

// What was under way when all was forgotten is not remembered.
func TestALogoutForgetsWhatIsOnItsWay(t *testing.T) {
	t.Parallel()
	b := behalfBed(t)
	arrived, release := b.gate("urn:ietf:params:oauth:grant-type:jwt-bearer")
	p := b.provider(t)
	tokens := p.OnBehalfOf(b.caller(t, sales))
	first := make(chan error)
	go func() {
		_, err := tokens.Token(t.Context(), m365auth.TokenRequest{})
		first <- err
	}()
	<-arrived
	if err := p.Logout(t.Context(), ""); err != nil {
		t.Fatalf("Logout() error: %v", err)
	}
	close(release)
	if err := <-first; err != nil {
		t.Errorf("Token() error: %v", err)
	}
	if _, err := tokens.Token(t.Context(), m365auth.TokenRequest{}); err != nil || b.grants("on_behalf_of") != 2 {
		t.Errorf("Token() = %v after %d requests, want a second one", err, b.grants("on_behalf_of"))
	}
}
