package entra_test

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365auth/entratest"
)

func TestAnApplicationGetsATokenOfItsOwn(t *testing.T) {
	t.Parallel()
	b := secretBed(t)
	p := b.provider(t)
	token, err := p.Token(t.Context(), m365auth.TokenRequest{})
	if err != nil {
		t.Fatalf("Token() error: %v", err)
	}
	claims := claimsOfToken(t, token)
	if claims["aud"] != b.server.Audience() || claims["tid"] != b.server.TenantID() {
		t.Errorf("aud and tid = %v and %v, want %s and %s", claims["aud"], claims["tid"], b.server.Audience(), b.server.TenantID())
	}
	if roles, _ := claims["roles"].([]any); !slices.Equal(roles, []any{"Mail.Read"}) {
		t.Errorf("roles = %v, want Mail.Read", claims["roles"])
	}
	if capable, _ := claims["xms_cc"].([]any); !slices.Contains(capable, any("CP1")) {
		t.Errorf("xms_cc = %v, want CP1", claims["xms_cc"])
	}
	if !token.Account.IsZero() || token.Scopes != nil || time.Until(token.ExpiresOn) < 50*time.Minute {
		t.Errorf("Token() = %+v, want no account, unknown scopes and an hour", token)
	}
	if accounts, err := p.Accounts(t.Context()); err != nil || len(accounts) != 0 {
		t.Errorf("Accounts() = %v, %v, want none", accounts, err)
	}
}

func TestOneRequestServesEveryGoroutine(t *testing.T) {
	t.Parallel()
	b := secretBed(t)
	p := b.provider(t)
	var all sync.WaitGroup
	for range 40 {
		all.Go(func() {
			if _, err := p.Token(t.Context(), m365auth.TokenRequest{}); err != nil {
				t.Errorf("Token() error: %v", err)
			}
		})
	}
	all.Wait()
	if n := b.grants("client_credentials"); n != 1 {
		t.Errorf("requests = %d, want 1", n)
	}
}

func TestApplicationTokensAreServedFromMemoryUntilToldOtherwise(t *testing.T) {
	t.Parallel()
	b := secretBed(t)
	var claims []string
	b.edit(func(form url.Values, _ answer) { claims = append(claims, form.Get("claims")) })
	p := b.provider(t)
	get := func(req m365auth.TokenRequest, want int) {
		t.Helper()
		if _, err := p.Token(t.Context(), req); err != nil {
			t.Fatalf("Token(%+v) error: %v", req, err)
		}
		if n := b.grants("client_credentials"); n != want {
			t.Errorf("Token(%+v): %d requests, want %d", req, n, want)
		}
	}
	get(m365auth.TokenRequest{}, 1)
	get(m365auth.TokenRequest{Scopes: []string{"https://graph.contoso.example/.default"}}, 1)
	get(m365auth.TokenRequest{ForceRefresh: true}, 2)
	get(m365auth.TokenRequest{Claims: `{"access_token":{"nbf":{"essential":true,"value":"7"}}}`}, 3)
	get(m365auth.TokenRequest{Tenant: "contoso.example"}, 4)
	get(m365auth.TokenRequest{Tenant: "contoso.example"}, 4)
	get(m365auth.TokenRequest{}, 4)
	if want := `{"access_token":{"nbf":{"essential":true,"value":"7"},"xms_cc":{"values":["CP1"]}}}`; claims[2] != want {
		t.Errorf("claims sent = %s, want %s", claims[2], want)
	}
	if err := p.Logout(t.Context(), ""); err != nil {
		t.Fatalf("Logout() error: %v", err)
	}
	get(m365auth.TokenRequest{}, 5)
}

func TestAnApplicationTokenOutlivesAFault(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		left time.Duration
		want m365auth.Kind
	}{"three minutes left": {3 * time.Minute, ""}, "one minute left": {time.Minute, m365auth.ErrTransient}} {
		b := secretBed(t)
		first := true
		b.edit(func(_ url.Values, a answer) {
			if first {
				a["expires_in"] = int(tt.left.Seconds())
			}
			first = false
		})
		p := b.provider(t)
		old, err := p.Token(t.Context(), m365auth.TokenRequest{})
		if err != nil {
			t.Fatalf("%s: Token() error: %v", name, err)
		}
		b.server.Fail(entratest.Fault{Grant: "client_credentials", AADSTS: 90033, Count: -1})
		token, err := p.Token(t.Context(), m365auth.TokenRequest{})
		if kindOf(err) != tt.want || tt.want == "" && !token.Access.Equal(old.Access) {
			t.Errorf("%s: Token() = %v, %v, want the token in hand or %q", name, token, err, tt.want)
		}
		if _, err := p.Token(t.Context(), m365auth.TokenRequest{ForceRefresh: true}); kindOf(err) != m365auth.ErrTransient {
			t.Errorf("%s: Token() by force: %v, want %v", name, err, m365auth.ErrTransient)
		}
	}
}

func TestWhatAResourceRefusedIsForgotten(t *testing.T) {
	t.Parallel()
	b := secretBed(t)
	p := b.provider(t)
	if _, err := p.Token(t.Context(), m365auth.TokenRequest{}); err != nil {
		t.Fatalf("Token() error: %v", err)
	}
	b.server.Fail(entratest.Fault{Grant: "client_credentials", AADSTS: 53003})
	_, err := p.Token(t.Context(), m365auth.TokenRequest{ForceRefresh: true})
	fails(t, "a policy", err, m365auth.ErrPolicyBlocked, 53003, "administrator")
	if _, err := p.Token(t.Context(), m365auth.TokenRequest{}); err != nil || b.grants("client_credentials") != 3 {
		t.Errorf("Token() = %v after %d requests, want a new one with the third", err, b.grants("client_credentials"))
	}
}

// An application has nobody to send to a sign-in.
func TestAnApplicationIsNeverToldToSignIn(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		`{"error":"invalid_grant","correlation_id":"c"}`, `{"error":"interaction_required","correlation_id":"c"}`,
		`{"error":"invalid_grant","suberror":"consent_required","correlation_id":"c"}`,
	} {
		b := secretBed(t)
		b.server.Fail(entratest.Fault{Grant: "client_credentials", Status: 400, Body: body})
		_, err := b.provider(t).Token(t.Context(), m365auth.TokenRequest{})
		fails(t, body, err, m365auth.ErrAppMisconfigured, 0, "app registration")
	}
}

func TestWhoeverWaitsForAnApplicationTokenMayLeave(t *testing.T) {
	t.Parallel()
	b := secretBed(t)
	arrived, release := b.gate("client_credentials")
	p := b.provider(t)
	ctx, cancel := context.WithCancel(t.Context())
	left := make(chan error)
	go func() {
		_, err := p.Token(ctx, m365auth.TokenRequest{})
		left <- err
	}()
	<-arrived
	cancel()
	if err := <-left; !errors.Is(err, context.Canceled) {
		t.Errorf("Token() error = %v, want %v", err, context.Canceled)
	}
	close(release)
	if _, err := p.Token(t.Context(), m365auth.TokenRequest{}); err != nil || b.grants("client_credentials") != 1 {
		t.Errorf("Token() = %v after %d requests, want the token of the first", err, b.grants("client_credentials"))
	}
}

// Not parallel: MSAL would take a region from the environment, and ask the
// application's token of another host than the cloud's.
func TestTheEnvironmentDoesNotMoveTheLoginHost(t *testing.T) {
	t.Setenv("MSAL_FORCE_REGION", "westeurope")
	b := secretBed(t)
	if _, err := b.provider(t).Token(t.Context(), m365auth.TokenRequest{}); err != nil {
		t.Errorf("Token() with a region in the environment: %v", err)
	}
}
