package entra_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	msalerrors "github.com/AzureAD/microsoft-authentication-library-for-go/apps/errors"
	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/public"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365auth/entra"
	"github.com/m365go/sdk/m365auth/entratest"
)

func TestTrap08AnAnswerThatCannotBeReadIsInTheError(t *testing.T) {
	t.Parallel()
	const canary = "canary-of-a-token"
	fault := entratest.Fault{
		Grant: "refresh_token", Status: http.StatusOK,
		Body: `{"access_token":"` + canary + `","refresh_token":"` + canary + `","expires_in":"soon"}`,
	}
	t.Run("bare MSAL", func(t *testing.T) {
		t.Parallel()
		b := newBed(t, entratest.Options{})
		client := b.bare(t, nil)
		account := b.mustBareSignIn(t, client, sales).Account
		b.server.Fail(fault)
		if _, err := silent(t, client, account, public.WithClaims("{}")); err == nil || !strings.Contains(err.Error(), canary) {
			t.Errorf("AcquireTokenSilent() error = %v, want it to show the tokens", err)
		}
	})
	t.Run("ours", func(t *testing.T) {
		t.Parallel()
		b := newBed(t, entratest.Options{})
		p := b.provider(t)
		b.signIn(t, p, sales)
		b.server.Fail(fault)
		_, err := p.Token(t.Context(), m365auth.TokenRequest{ForceRefresh: true})
		if err == nil {
			t.Fatal("Token() error = nil, want one")
		}
		for ; err != nil; err = errors.Unwrap(err) {
			if strings.Contains(err.Error(), canary) {
				t.Errorf("Token() error = %v, want it without the tokens", err)
			}
		}
	})
}

func TestTrap09TheErrorHoldsTheRequest(t *testing.T) {
	t.Parallel()
	fault := entratest.Fault{Grant: "refresh_token", AADSTS: 50076}
	t.Run("bare MSAL", func(t *testing.T) {
		t.Parallel()
		b := newBed(t, entratest.Options{})
		client := b.bare(t, nil)
		account := b.mustBareSignIn(t, client, sales).Account
		b.server.Fail(fault)
		_, err := silent(t, client, account, public.WithClaims("{}"))
		call := msalerrors.CallErr{}
		if !errors.As(err, &call) || !formOf(call.Req).Has("refresh_token") {
			t.Errorf("AcquireTokenSilent() error = %v, want one that reveals the refresh token", err)
		}
	})
	t.Run("ours", func(t *testing.T) {
		t.Parallel()
		b := newBed(t, entratest.Options{})
		p := b.provider(t)
		b.signIn(t, p, sales)
		b.server.Fail(fault)
		_, err := p.Token(t.Context(), m365auth.TokenRequest{ForceRefresh: true})
		if call := (msalerrors.CallErr{}); errors.As(err, &call) || errors.Unwrap(err) != nil {
			t.Errorf("Token() error wraps %T, want nothing of MSAL", errors.Unwrap(err))
		}
		if !errors.Is(err, m365auth.ErrInteractionRequired) {
			t.Errorf("Token() error = %v, want %v", err, m365auth.ErrInteractionRequired)
		}
	})
}

func TestTrap10ADeviceCodesErrorComesWithoutItsBody(t *testing.T) {
	t.Parallel()
	fault := entratest.Fault{Grant: "device_code", AADSTS: 53003}
	t.Run("bare MSAL", func(t *testing.T) {
		t.Parallel()
		b := newBed(t, entratest.Options{})
		client := b.bare(t, nil)
		b.server.Fail(fault)
		_, err := b.bareSignIn(t, client, sales, mailUser)
		call := msalerrors.CallErr{}
		if !errors.As(err, &call) {
			t.Fatalf("AuthenticationResult() error = %v, want a CallErr", err)
		}
		if body, err := io.ReadAll(call.Resp.Body); err != nil || len(body) != 0 {
			t.Errorf("the error's body = %q, %v, want it used up", body, err)
		}
	})
	t.Run("ours", func(t *testing.T) {
		t.Parallel()
		b := newBed(t, entratest.Options{})
		p := b.provider(t)
		login := start(t, p, entra.LoginRequest{})
		b.server.Fail(fault)
		_, err := login.Wait(t.Context())
		e := (*m365auth.Error)(nil)
		if !errors.As(err, &e) || e.Kind != m365auth.ErrPolicyBlocked || e.CorrelationID == "" || len(e.AADSTS) != 1 || e.AADSTS[0] != 53003 {
			t.Errorf("Wait() error = %v, want all that Entra said", err)
		}
	})
}

func TestTrap11APersonInTwoTenantsIsTwoAccounts(t *testing.T) {
	t.Parallel()
	t.Run("bare MSAL", func(t *testing.T) {
		t.Parallel()
		b := newBed(t, entratest.Options{})
		b.cfg.TenantID = "organizations"
		client := b.bare(t, nil)
		account := b.mustBareSignIn(t, client, sales).Account
		if _, err := silent(t, client, account, public.WithTenantID(b.server.TenantID())); err != nil {
			t.Fatalf("AcquireTokenSilent() of a tenant: %v", err)
		}
		accounts, err := client.Accounts(t.Context())
		if err != nil || len(accounts) != 2 || accounts[0].HomeAccountID != accounts[1].HomeAccountID {
			t.Errorf("Accounts() = %v, %v, want one person twice", accounts, err)
		}
	})
	t.Run("ours", func(t *testing.T) {
		t.Parallel()
		b := newBed(t, entratest.Options{})
		b.cfg.TenantID = "organizations"
		p := b.provider(t)
		b.signIn(t, p, sales)
		if _, err := p.Token(t.Context(), m365auth.TokenRequest{Tenant: b.server.TenantID()}); err != nil {
			t.Fatalf("Token() of a tenant: %v", err)
		}
		if accounts, err := p.Accounts(t.Context()); err != nil || len(accounts) != 1 {
			t.Errorf("Accounts() = %v, %v, want one", accounts, err)
		}
	})
}
