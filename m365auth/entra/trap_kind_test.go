package entra_test

import (
	"errors"
	"fmt"
	"net/http"
	"testing"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365auth/entra"
	"github.com/m365go/sdk/m365auth/entratest"
)

// Every number that Microsoft documents for a kind, with the code that Entra
// sends along most often.
// https://learn.microsoft.com/entra/identity-platform/reference-error-codes
func TestEachNumberOfEntrasHasItsKind(t *testing.T) {
	t.Parallel()
	b := newBed(t, entratest.Options{})
	p := b.provider(t)
	b.signIn(t, p, sales)
	for kind, numbers := range map[m365auth.Kind][]int{
		m365auth.ErrLoginRequired:        {700082, 70008, 700084, 50173, 50078},
		m365auth.ErrInteractionRequired:  {50076, 50079, 50158, 16000},
		m365auth.ErrConsentRequired:      {65001, 65004},
		m365auth.ErrAdminConsentRequired: {90093, 90094, 90095},
		m365auth.ErrPolicyBlocked:        {53000, 53001, 53002, 53003, 53004, 50105, 50057, 700003},
		m365auth.ErrCodeExpired:          {70020},
		m365auth.ErrAppMisconfigured: {
			7000218, 700025, 700016, 50194, 90002, 50059, 50011, 7000215, 7000222, 70011,
		},
		m365auth.ErrTransient: {90033, 50196},
	} {
		for _, number := range numbers {
			b.server.Fail(entratest.Fault{
				Grant: "refresh_token", Status: http.StatusBadRequest,
				Body: fmt.Sprintf(`{"error":"invalid_grant","error_codes":[%d],"correlation_id":"c"}`, number),
			})
			_, err := p.Token(t.Context(), m365auth.TokenRequest{ForceRefresh: true})
			if kindOf(err) != kind {
				t.Errorf("Token() with AADSTS%d: %v, want %v", number, err, kind)
			}
			if e := (*m365auth.Error)(nil); errors.As(err, &e) && e.Remedy == "" {
				t.Errorf("Token() with AADSTS%d: no remedy", number)
			}
		}
	}
}

// Numbers may change, so what OAuth says must do without them.
func TestEachOAuthCodeHasItsKind(t *testing.T) {
	t.Parallel()
	b := newBed(t, entratest.Options{})
	p := b.provider(t)
	b.signIn(t, p, sales)
	for _, tt := range []struct {
		code, sub string
		want      m365auth.Kind
	}{
		{"invalid_grant", "", m365auth.ErrLoginRequired},
		{"invalid_grant", "basic_action", m365auth.ErrLoginRequired},
		{"invalid_grant", "bad_token", m365auth.ErrLoginRequired},
		{"interaction_required", "", m365auth.ErrInteractionRequired},
		{"invalid_grant", "consent_required", m365auth.ErrConsentRequired},
		{"interaction_required", "consent_required", m365auth.ErrConsentRequired},
		{"access_denied", "", m365auth.ErrConsentRequired},
		{"invalid_grant", "message_only", m365auth.ErrPolicyBlocked},
		{"interaction_required", "additional_action", m365auth.ErrPolicyBlocked},
		{"invalid_client", "", m365auth.ErrAppMisconfigured},
		{"unauthorized_client", "", m365auth.ErrAppMisconfigured},
		{"invalid_scope", "", m365auth.ErrAppMisconfigured},
		{"invalid_request", "", m365auth.ErrAppMisconfigured},
		{"temporarily_unavailable", "", m365auth.ErrTransient},
		{"server_error", "", m365auth.ErrTransient},
		{"teapot", "", m365auth.ErrUnexpected},
	} {
		b.server.Fail(entratest.Fault{
			Grant: "refresh_token", Status: http.StatusBadRequest, Body: fmt.Sprintf(`{"error":%q,"suberror":%q}`, tt.code, tt.sub),
		})
		if _, err := p.Token(t.Context(), m365auth.TokenRequest{ForceRefresh: true}); kindOf(err) != tt.want {
			t.Errorf("Token() with %s and %q: %v, want %v", tt.code, tt.sub, err, tt.want)
		}
	}
}

// The codes of a device sign-in end it, each with a kind of its own.
func TestEachEndOfADeviceCodeHasItsKind(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]m365auth.Kind{
		"authorization_declined": m365auth.ErrDeclined,
		"expired_token":          m365auth.ErrCodeExpired,
		"bad_verification_code":  m365auth.ErrCodeExpired,
	} {
		b := newBed(t, entratest.Options{})
		login := start(t, b.provider(t), entra.LoginRequest{})
		b.server.Fail(entratest.Fault{Grant: "device_code", Status: http.StatusBadRequest, Body: fmt.Sprintf(`{"error":%q}`, code)})
		if _, err := login.Wait(t.Context()); kindOf(err) != want {
			t.Errorf("Wait() with %s: %v, want %v", code, err, want)
		}
	}
}
