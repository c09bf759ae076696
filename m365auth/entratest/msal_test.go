package entratest_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/public"
	"github.com/m365go/sdk/m365auth/entratest"
)

// msal returns a public client of MSAL Go that talks to the server.
func msal(t *testing.T, s *entratest.Server, tenant string, opts ...public.Option) public.Client {
	t.Helper()
	opts = append([]public.Option{
		public.WithAuthority(s.URL() + "/" + tenant),
		public.WithHTTPClient(s.Client()),
		public.WithInstanceDiscovery(false),
	}, opts...)
	client, err := public.New(clientID, opts...)
	if err != nil {
		t.Fatalf("public.New() error: %v", err)
	}
	return client
}

// signIn signs in with MSAL; approve is called with the user code once the device shows it.
func signIn(t *testing.T, client public.Client, scopes []string, approve func(userCode string)) (public.AuthResult, error) {
	t.Helper()
	code, err := client.AcquireTokenByDeviceCode(t.Context(), scopes)
	if err != nil {
		t.Fatalf("AcquireTokenByDeviceCode(%q) error: %v", scopes, err)
	}
	if approve != nil {
		approve(code.Result.UserCode)
	}
	return code.AuthenticationResult(t.Context())
}

// watchClient tells when the first request was refused, as a poll is that
// comes before the person has decided.
type watchClient struct {
	*http.Client
	once    sync.Once
	refused chan struct{}
}

func (w *watchClient) Do(req *http.Request) (*http.Response, error) {
	res, err := w.Client.Do(req)
	if err == nil && res.StatusCode == http.StatusBadRequest {
		w.once.Do(func() { close(w.refused) })
	}
	return res, err
}

func TestMSALSignsInWithAutomaticApproval(t *testing.T) {
	t.Parallel()
	for _, tenant := range []string{"common", "organizations", "consumers", "contoso.example", ""} {
		t.Run("tenant "+tenant, func(t *testing.T) {
			t.Parallel()
			s := start(t, &entratest.Options{AutoApprove: admin})
			if tenant == "" {
				tenant = s.TenantID()
			}
			client := msal(t, s, tenant)
			res, err := signIn(t, client, []string{"User.Read", "Mail.Read"}, nil)
			if err != nil {
				t.Fatalf("AuthenticationResult() error: %v", err)
			}
			if got, want := res.Account.PreferredUsername, admin; got != want {
				t.Errorf("account username = %q, want %q", got, want)
			}
			if got, want := res.Account.HomeAccountID, s.Users()[0].ID+"."+s.TenantID(); got != want {
				t.Errorf("home account id = %q, want %q", got, want)
			}
			for _, want := range []string{"User.Read", "Mail.Read"} {
				if !slices.Contains(res.GrantedScopes, want) {
					t.Errorf("granted scopes = %q, want %q among them", res.GrantedScopes, want)
				}
			}
			if left := time.Until(res.ExpiresOn); left < 59*time.Minute || left > time.Hour {
				t.Errorf("token expires in %v, want just under an hour", left)
			}
			silent, err := client.AcquireTokenSilent(t.Context(), []string{"Mail.Read"}, public.WithSilentAccount(res.Account))
			if err != nil {
				t.Fatalf("AcquireTokenSilent() error: %v", err)
			}
			if silent.AccessToken != res.AccessToken {
				t.Error("AcquireTokenSilent() made a new token, want the one of the sign-in from the cache")
			}
		})
	}
}

func TestMSALWorksUnchangedThroughThePublicHost(t *testing.T) {
	t.Parallel()
	s := start(t, &entratest.Options{AutoApprove: admin})
	// Instance discovery stays on and the authority is Microsoft's: only the HTTP client differs.
	client, err := public.New(clientID,
		public.WithAuthority("https://login.microsoftonline.com/"+s.TenantID()),
		public.WithHTTPClient(s.Client()))
	if err != nil {
		t.Fatal(err)
	}
	res, err := signIn(t, client, []string{"https://graph.microsoft.com/Mail.Read"}, nil)
	if err != nil {
		t.Fatalf("AuthenticationResult() error: %v", err)
	}
	if _, err := client.AcquireTokenSilent(t.Context(), []string{"https://graph.microsoft.com/Mail.Read"}, public.WithSilentAccount(res.Account)); err != nil {
		t.Errorf("AcquireTokenSilent() error: %v", err)
	}
}

func TestMSALWaitsForApproval(t *testing.T) {
	t.Parallel()
	s := start(t, &entratest.Options{Users: []entratest.User{{UPN: admin}, {UPN: sales, DisplayName: "Sales Desk"}}})
	watch := &watchClient{Client: s.Client(), refused: make(chan struct{})}
	res, err := signIn(t, msal(t, s, s.TenantID(), public.WithHTTPClient(watch)), []string{"Mail.Read"}, func(code string) {
		if pending := s.Pending(); len(pending) != 1 || pending[0].UserCode != code || pending[0].ClientID != clientID {
			t.Errorf("Pending() = %+v, want the code %s of %s alone", pending, code, clientID)
		}
		go func() {
			select {
			case <-watch.refused:
			case <-t.Context().Done():
				return
			}
			if err := s.Approve(strings.ToLower(code[:4]+"-"+code[4:]), sales); err != nil {
				t.Errorf("Approve() error: %v", err)
			}
		}()
	})
	if err != nil {
		t.Fatalf("AuthenticationResult() error: %v", err)
	}
	if got, want := res.Account.PreferredUsername, sales; got != want {
		t.Errorf("account username = %q, want %q", got, want)
	}
	if pending := s.Pending(); len(pending) != 0 {
		t.Errorf("Pending() = %+v after the sign-in, want none", pending)
	}
}

func TestMSALIsToldOfDeclineAndExpiry(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		end  func(*entratest.Server, *clock, string) error
		want string
	}{
		"declined": {func(s *entratest.Server, _ *clock, code string) error { return s.Decline(code) }, "authorization_declined"},
		"expired":  {func(_ *entratest.Server, c *clock, _ string) error { c.advance(16 * time.Minute); return nil }, "expired_token"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newClock()
			s := start(t, &entratest.Options{Now: c.now})
			_, err := signIn(t, msal(t, s, s.TenantID()), []string{"Mail.Read"}, func(code string) {
				if err := test.end(s, c, code); err != nil {
					t.Errorf("end the code: %v", err)
				}
			})
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("AuthenticationResult() error = %v, want one with %q", err, test.want)
			}
		})
	}
}

func TestMSALRefreshesSilently(t *testing.T) {
	t.Parallel()
	for _, rotate := range []bool{false, true} {
		// Below five minutes MSAL refreshes at each call.
		s := start(t, &entratest.Options{AutoApprove: admin, TokenLifetime: 4 * time.Minute, Rotate: rotate})
		client := msal(t, s, "organizations", public.WithClientCapabilities([]string{"CP1"}))
		res, err := signIn(t, client, []string{"Mail.Read"}, nil)
		if err != nil {
			t.Fatalf("AuthenticationResult() error: %v", err)
		}
		seen := map[string]bool{res.AccessToken: true}
		for range 3 {
			res, err = client.AcquireTokenSilent(t.Context(), []string{"Mail.Read"}, public.WithSilentAccount(res.Account))
			if err != nil {
				t.Fatalf("AcquireTokenSilent() with rotation %t, error: %v", rotate, err)
			}
			if seen[res.AccessToken] {
				t.Error("AcquireTokenSilent() gave an old token, want a new one")
			}
			seen[res.AccessToken] = true
		}
		if got := claims(t, res.AccessToken)["xms_cc"]; got == nil {
			t.Error("xms_cc is missing, want CP1: the client declared it")
		}
		s.Revoke(admin)
		_, err = client.AcquireTokenSilent(t.Context(), []string{"Mail.Read"}, public.WithSilentAccount(res.Account))
		if err == nil || !strings.Contains(err.Error(), "50173") {
			t.Errorf("AcquireTokenSilent() after Revoke, error = %v, want AADSTS50173", err)
		}
	}
}

func TestMSALTakesTheDefaultScope(t *testing.T) {
	t.Parallel()
	s := start(t, &entratest.Options{AutoApprove: admin})
	for _, scope := range []string{".default", "https://graph.microsoft.com/.default", "https://graph.microsoft.com/Mail.Read"} {
		// MSAL fails where the answer does not list the scope exactly as it was asked for.
		if _, err := signIn(t, msal(t, s, "common"), []string{scope}, nil); err != nil {
			t.Errorf("sign-in with scope %s, error: %v", scope, err)
		}
	}
}

func TestMSALCancelsWhileTheServerIsSlow(t *testing.T) {
	t.Parallel()
	s := start(t, &entratest.Options{AutoApprove: admin})
	s.Fail(entratest.Fault{Endpoint: entratest.Token, Delay: time.Hour})
	ctx, cancel := context.WithCancel(t.Context())
	code, err := msal(t, s, "common").AcquireTokenByDeviceCode(ctx, []string{"Mail.Read"})
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if _, err := code.AuthenticationResult(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("AuthenticationResult() error = %v, want context.Canceled", err)
	}
}

func TestMSALSurvivesARefreshFault(t *testing.T) {
	t.Parallel()
	s := start(t, &entratest.Options{AutoApprove: admin, TokenLifetime: 4 * time.Minute})
	client := msal(t, s, "common")
	res, err := signIn(t, client, []string{"Mail.Read"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	s.Fail(entratest.Fault{Endpoint: entratest.Token, Grant: "refresh_token", Status: http.StatusServiceUnavailable, Body: "{"})
	if _, err := client.AcquireTokenSilent(t.Context(), []string{"Mail.Read"}, public.WithSilentAccount(res.Account)); err == nil {
		t.Error("AcquireTokenSilent() during the fault succeeded, want an error")
	}
	if _, err := client.AcquireTokenSilent(t.Context(), []string{"Mail.Read"}, public.WithSilentAccount(res.Account)); err != nil {
		t.Errorf("AcquireTokenSilent() after the fault, error: %v", err)
	}
}
