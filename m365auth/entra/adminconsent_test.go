package entra_test

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365auth/entra"
	"github.com/m365go/sdk/m365auth/entratest"
)

const chief = "chief@contoso.example"

func TestConsentIsBelievedOnceATokenCame(t *testing.T) {
	t.Parallel()
	b := webBed(t, entratest.Options{
		Users: []entratest.User{{UPN: sales}, {UPN: chief, Admin: true}}, AutoApprove: chief, Audience: "https://graph.contoso.example",
	}, "")
	p := b.provider(t)
	login := startWeb(t, p, entra.AuthCodeRequest{})
	token, err := p.FinishAuthCode(t.Context(), login, b.comeBack(t, login, sales))
	if err != nil {
		t.Fatalf("FinishAuthCode() error: %v", err)
	}
	const scope, state = "Sites.Read.All", "a random value"
	if err := p.VerifyConsent(t.Context(), token.Account.ID, scope); kindOf(err) != m365auth.ErrConsentRequired && kindOf(err) != m365auth.ErrAdminConsentRequired {
		t.Errorf("VerifyConsent() before = %v, want that consent is required", err)
	}
	address, err := p.AdminConsentURL(state, scope)
	if err != nil {
		t.Fatalf("AdminConsentURL() error: %v", err)
	}
	client := *b.server.Client()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	resp, err := client.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	back, err := resp.Location()
	if err != nil || !strings.HasPrefix(back.String(), home) {
		t.Fatalf("the browser goes to %v, %v, want %s", back, err, home)
	}
	got, err := p.ParseAdminConsent(back.Query(), state)
	if want := (entra.AdminConsent{TenantID: b.server.TenantID(), Scopes: []string{scope}}); err != nil || !cmp.Equal(got, want) {
		t.Errorf("ParseAdminConsent() = %+v, %v, want %+v", got, err, want)
	}
	if err := p.VerifyConsent(t.Context(), token.Account.ID, scope); err != nil {
		t.Errorf("VerifyConsent() = %v, want nil", err)
	}
}

func TestTheAddressForAnAdministrator(t *testing.T) {
	t.Parallel()
	const guid = "0d3b9d35-3b5a-4f0e-9d5e-000000000001"
	at := func(tenant string, method m365auth.Method) *entra.Provider {
		cfg := m365auth.Config{ClientID: clientID, TenantID: tenant, Method: method, Scopes: []string{"Mail.Read"}, CachePath: t.TempDir()}
		if method == m365auth.MethodAuthCode {
			cfg.RedirectURL = home
		}
		p, err := entra.New(cfg, nil)
		if err != nil {
			t.Fatalf("New() error: %v", err)
		}
		t.Cleanup(func() { _ = p.Close() })
		return p
	}
	for tenant, want := range map[string]string{guid: guid, "organizations": "organizations", "common": "organizations", "contoso.example": "contoso.example"} {
		raw, err := at(tenant, m365auth.MethodAuthCode).AdminConsentURL("s t", "Sites.Read.All", "https://graph.microsoft.com/Mail.Send")
		if err != nil {
			t.Fatalf("AdminConsentURL() at %s: %v", tenant, err)
		}
		u, err := url.Parse(raw)
		if err != nil || u.Host != "login.microsoftonline.com" || u.Path != "/"+want+"/v2.0/adminconsent" {
			t.Errorf("AdminConsentURL() at %s = %s, want the tenant %s", tenant, raw, want)
		}
		values := url.Values{
			"client_id": {clientID}, "redirect_uri": {home}, "state": {"s t"},
			"scope": {"https://graph.microsoft.com/Mail.Send https://graph.microsoft.com/Sites.Read.All"},
		}
		if diff := cmp.Diff(values, u.Query()); diff != "" {
			t.Errorf("AdminConsentURL() at %s (-want +got):\n%s", tenant, diff)
		}
	}
	if raw, err := at(guid, m365auth.MethodAuthCode).AdminConsentURL("s"); err != nil || query(t, raw).Get("scope") != "https://graph.microsoft.com/Mail.Read" {
		t.Errorf("AdminConsentURL() without scopes = %s, %v, want the provider's own", raw, err)
	}
	raw, err := at(guid, m365auth.MethodDeviceCode).AdminConsentURL("s&t")
	if want := "https://login.microsoftonline.com/" + guid + "/adminconsent?client_id=" + clientID + "&state=s%26t"; err != nil || raw != want {
		t.Errorf("AdminConsentURL() with a device code = %s, %v, want %s", raw, err, want)
	}
	for name, err := range map[string]error{
		"no state":                    second(at(guid, m365auth.MethodAuthCode).AdminConsentURL("")),
		"personal accounts":           second(at("consumers", m365auth.MethodAuthCode).AdminConsentURL("s")),
		"two resources":               second(at(guid, m365auth.MethodAuthCode).AdminConsentURL("s", "A", "https://vault.azure.net/B")),
		"scopes without a redirect":   second(at(guid, m365auth.MethodDeviceCode).AdminConsentURL("s", "Mail.Read")),
		"a state of a thousand bytes": second(at(guid, m365auth.MethodAuthCode).AdminConsentURL(strings.Repeat("s", 1000))),
	} {
		if kindOf(err) != m365auth.ErrConfig {
			t.Errorf("%s: AdminConsentURL() error = %v, want %v", name, err, m365auth.ErrConfig)
		}
	}
}

func second(_ string, err error) error { return err }

func TestACallbackOfAnAdministratorIsNotBelievedBlindly(t *testing.T) {
	t.Parallel()
	b := webBed(t, entratest.Options{}, "")
	p, tenant := b.provider(t), b.server.TenantID()
	const other = "0d3b9d35-3b5a-4f0e-9d5e-000000000001"
	for name, tt := range map[string]struct {
		callback url.Values
		want     m365auth.Kind
	}{
		"nothing":             {url.Values{}, m365auth.ErrAdminConsentRequired},
		"another state":       {url.Values{"admin_consent": {"True"}, "tenant": {tenant}, "state": {"x"}}, m365auth.ErrAdminConsentRequired},
		"two states":          {url.Values{"admin_consent": {"True"}, "tenant": {tenant}, "state": {"s", "s"}}, m365auth.ErrAdminConsentRequired},
		"no consent":          {url.Values{"admin_consent": {"False"}, "tenant": {tenant}, "state": {"s"}}, m365auth.ErrAdminConsentRequired},
		"another tenant":      {url.Values{"admin_consent": {"True"}, "tenant": {other}, "state": {"s"}}, m365auth.ErrAdminConsentRequired},
		"a tenant by no name": {url.Values{"admin_consent": {"True"}, "tenant": {"<b>"}, "state": {"s"}}, m365auth.ErrAdminConsentRequired},
		"declined":            {url.Values{"error": {"access_denied"}, "error_description": {"AADSTS65004: canary"}, "state": {"s"}}, m365auth.ErrDeclined},
		"declined, no state":  {url.Values{"error": {"access_denied"}}, m365auth.ErrAdminConsentRequired},
		"no administrator":    {url.Values{"error": {"access_denied"}, "error_description": {"AADSTS90094: canary"}, "state": {"s"}}, m365auth.ErrAdminConsentRequired},
	} {
		_, err := p.ParseAdminConsent(tt.callback, "s")
		e := (*m365auth.Error)(nil)
		if !errors.As(err, &e) || e.Kind != tt.want || e.Remedy == "" || strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: ParseAdminConsent() error = %v, want %v with a remedy", name, err, tt.want)
		}
	}
	if _, err := p.ParseAdminConsent(url.Values{"admin_consent": {"True"}, "tenant": {tenant}, "state": {""}}, ""); err == nil {
		t.Error("ParseAdminConsent() with an empty state = nil, want an error")
	}
}

func TestAnApplicationsTokenProvesNoConsent(t *testing.T) {
	t.Parallel()
	p, err := entra.New(m365auth.Config{
		ClientID: clientID, TenantID: "contoso.example", Method: m365auth.MethodClientSecret, ClientSecret: m365auth.NewSecret("s"),
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = p.Close() }()
	if err := p.VerifyConsent(t.Context(), ""); kindOf(err) != m365auth.ErrConfig {
		t.Errorf("VerifyConsent() = %v, want %v", err, m365auth.ErrConfig)
	}
}
