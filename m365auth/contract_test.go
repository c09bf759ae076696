package m365auth_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/m365go/sdk/m365auth"
)

func ExampleStatic() {
	provider := m365auth.Static("eyJ0eXAi…")
	token, err := provider.Token(context.Background(), m365auth.TokenRequest{})
	fmt.Println(token.Access, err)

	// The resource refused it; a fixed token has no successor.
	_, err = provider.Token(context.Background(), m365auth.TokenRequest{ForceRefresh: true})
	fmt.Println(errors.Is(err, m365auth.ErrLoginRequired))
	// Output:
	// REDACTED <nil>
	// true
}

func TestStaticAnswersOnlyWhatItCan(t *testing.T) {
	t.Parallel()
	p := m365auth.Static(canary)
	if tok, err := p.Token(t.Context(), m365auth.TokenRequest{}); err != nil || tok.Access.Reveal() != canary || !tok.Valid(time.Now()) {
		t.Errorf("Token = %v, %v, want the token", tok, err)
	}
	for name, req := range map[string]m365auth.TokenRequest{"claims": {Claims: "{}"}, "force": {ForceRefresh: true}} {
		if _, err := p.Token(t.Context(), req); !errors.Is(err, m365auth.ErrLoginRequired) {
			t.Errorf("Token with %s = %v, want ErrLoginRequired", name, err)
		}
	}
	if _, err := m365auth.Static("").Token(t.Context(), m365auth.TokenRequest{}); !errors.Is(err, m365auth.ErrLoginRequired) {
		t.Errorf("an empty token = %v, want ErrLoginRequired", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := p.Token(ctx, m365auth.TokenRequest{}); !errors.Is(err, context.Canceled) {
		t.Errorf("Token after a cancel = %v, want context.Canceled", err)
	}
}

func TestTokenValid(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	s := m365auth.NewSecret("x")
	for _, tt := range []struct {
		token m365auth.Token
		want  bool
	}{
		{m365auth.Token{}, false},
		{m365auth.Token{Access: s}, true},
		{m365auth.Token{Access: s, ExpiresOn: now.Add(time.Second)}, true},
		{m365auth.Token{Access: s, ExpiresOn: now}, false},
		{m365auth.Token{ExpiresOn: now.Add(time.Hour)}, false},
	} {
		if got := tt.token.Valid(now); got != tt.want {
			t.Errorf("Valid(%+v) = %v, want %v", tt.token, got, tt.want)
		}
	}
}

func TestErrorSaysWhatToDoAndMatchesItsKind(t *testing.T) {
	t.Parallel()
	e := &m365auth.Error{
		Op: "refresh the token", Kind: m365auth.ErrConsentRequired, OAuthCode: "invalid_grant", SubError: "consent_required",
		AADSTS: []int{65001}, CorrelationID: "c-1", RetryAfter: 2 * time.Second, Scopes: []string{"Mail.Send"},
		Accounts: []m365auth.Account{{ID: "o.t", Username: "sales@contoso.example"}}, Remedy: "sign in again", Err: fs.ErrPermission,
	}
	want := "m365auth: refresh the token: consent required (invalid_grant, consent_required, AADSTS65001, scopes Mail.Send, " +
		"accounts sales@contoso.example = o.t, retry after 2s, correlation id c-1): permission denied; sign in again"
	if e.Error() != want {
		t.Errorf("Error() =\n%s\nwant\n%s", e, want)
	}
	wrapped := fmt.Errorf("outside: %w", e)
	if !errors.Is(wrapped, m365auth.ErrConsentRequired) || !errors.Is(wrapped, fs.ErrPermission) || errors.Is(wrapped, m365auth.ErrLoginRequired) {
		t.Error("the error does not match its kind and cause alone")
	}
	if got := (&m365auth.Error{}).Error(); got != "m365auth: unexpected answer" || !errors.Is(&m365auth.Error{}, m365auth.ErrUnexpected) {
		t.Errorf("the zero Error says %q", got)
	}
}

func TestKindsThatNeedAPerson(t *testing.T) {
	t.Parallel()
	var got []m365auth.Kind
	for _, k := range []m365auth.Kind{
		m365auth.ErrLoginRequired, m365auth.ErrInteractionRequired, m365auth.ErrConsentRequired, m365auth.ErrScopesDeclined,
		m365auth.ErrAdminConsentRequired, m365auth.ErrPolicyBlocked, m365auth.ErrTransient, m365auth.ErrConfig, m365auth.ErrUnexpected,
	} {
		if k.NeedsPerson() {
			got = append(got, k)
		}
	}
	want := []m365auth.Kind{m365auth.ErrLoginRequired, m365auth.ErrInteractionRequired, m365auth.ErrConsentRequired, m365auth.ErrScopesDeclined}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("NeedsPerson (-want +got):\n%s", diff)
	}
}

func TestAccountMatchesItsIDs(t *testing.T) {
	t.Parallel()
	a := m365auth.Account{ID: "object.tenant"}
	for id, want := range map[string]bool{"object.tenant": true, "object": true, "": false, "obj": false, "object.": false, "tenant": false, "object.tenant.x": false} {
		if got := a.Matches(id); got != want {
			t.Errorf("Matches(%q) = %v, want %v", id, got, want)
		}
	}
}

func TestCloudSaysWhoMaySeeTheToken(t *testing.T) {
	t.Parallel()
	emulator := m365auth.Cloud{Name: "emulator", LoginHost: "127.0.0.1:1", GraphHost: "127.0.0.1:2", ContentHosts: []string{"127.0.0.1:3", "*.files.example:8443"}}
	for _, tt := range []struct {
		cloud          m365auth.Cloud
		link           string
		token, content bool
	}{
		{m365auth.GlobalCloud(), "https://graph.microsoft.com/v1.0/me", true, true},
		{m365auth.GlobalCloud(), "https://GRAPH.microsoft.com:443/v1.0/me", true, true},
		{m365auth.GlobalCloud(), "http://graph.microsoft.com/v1.0/me", false, false},
		{m365auth.GlobalCloud(), "https://graph.microsoft.com:444/", false, false},
		{m365auth.GlobalCloud(), "https://graph.microsoft.com.evil.example/", false, false},
		{m365auth.GlobalCloud(), "https://x@graph.microsoft.com/", false, false},
		{m365auth.GlobalCloud(), "https://graph.microsoft.us/", false, false},
		{m365auth.GlobalCloud(), "https://contoso.sharepoint.com/x", false, true},
		{m365auth.GlobalCloud(), "https://contoso-my.sharepoint.com:443/x", false, true},
		{m365auth.GlobalCloud(), "https://sharepoint.com/x", false, false},
		{m365auth.GlobalCloud(), "https://evilsharepoint.com/x", false, false},
		{m365auth.GlobalCloud(), "https://contoso.sharepoint.com:8443/x", false, false},
		{m365auth.GlobalCloud(), "//graph.microsoft.com/v1.0/me", false, false},
		{m365auth.GlobalCloud(), "https:graph.microsoft.com", false, false},
		{emulator, "https://127.0.0.1:2/v1.0/me", true, true},
		{emulator, "https://127.0.0.1:3/up", false, true},
		{emulator, "https://127.0.0.1:1/", false, false},
		{emulator, "https://127.0.0.1/", false, false},
		{emulator, "https://a.files.example:8443/", false, true},
		{emulator, "https://a.files.example/", false, false},
		{m365auth.Cloud{}, "https:///", false, false},
	} {
		u, err := url.Parse(tt.link)
		if err != nil {
			t.Fatal(err)
		}
		if token, content := tt.cloud.AllowsToken(u), tt.cloud.AllowsContent(u); token != tt.token || content != tt.content {
			t.Errorf("%s in %q: token %v, content %v, want %v, %v", tt.link, tt.cloud.Name, token, content, tt.token, tt.content)
		}
	}
}

func TestCloudsAreComplete(t *testing.T) {
	t.Parallel()
	for _, c := range m365auth.Clouds() {
		if err := c.Check(); err != nil {
			t.Error(err)
		}
		if got, err := m365auth.CloudNamed(c.Name); err != nil || got.GraphHost != c.GraphHost {
			t.Errorf("CloudNamed(%q) = %v, %v", c.Name, got, err)
		}
	}
	if _, err := m365auth.CloudNamed("mars"); !errors.Is(err, m365auth.ErrConfig) || !strings.Contains(err.Error(), "gcchigh") {
		t.Errorf("CloudNamed(mars) = %v, want an error that lists the names", err)
	}
	m365auth.Clouds()[0].GraphHost = "evil.example"
	if m365auth.GlobalCloud().GraphHost != "graph.microsoft.com" {
		t.Error("a caller changed the table of clouds")
	}
}

func TestCloudCheckRefusesMoreThanAHost(t *testing.T) {
	t.Parallel()
	for _, h := range []string{"", "https://graph.microsoft.com", "graph.microsoft.com/v1.0", "a b", "a@b", "*.x", "x?y", "a:b:c", "h%41"} {
		if err := (m365auth.Cloud{LoginHost: "login.example", GraphHost: h}).Check(); !errors.Is(err, m365auth.ErrConfig) {
			t.Errorf("Check with GraphHost %q = %v, want ErrConfig", h, err)
		}
		if h == "*.x" || h == "" {
			continue
		}
		if err := (m365auth.Cloud{LoginHost: "l.example", GraphHost: "g.example", ContentHosts: []string{h}}).Check(); !errors.Is(err, m365auth.ErrConfig) {
			t.Errorf("Check with content host %q = %v, want ErrConfig", h, err)
		}
	}
}

func TestConfigDefaultsAreTheDocumentedOnes(t *testing.T) {
	t.Parallel()
	got := m365auth.Config{ClientID: "id"}.WithDefaults()
	want := m365auth.Config{
		ClientID: "id", TenantID: "common", Method: m365auth.MethodDeviceCode, Cloud: m365auth.GlobalCloud(),
		Scopes: []string{"User.Read", "Mail.Read", "Calendars.Read", "Files.Read.All"},
	}
	equal := cmp.Comparer(func(a, b m365auth.Secret) bool { return a.Equal(b) })
	if diff := cmp.Diff(want, got, equal); diff != "" {
		t.Errorf("WithDefaults (-want +got):\n%s", diff)
	}
	scopes := []string{"Mail.Read"}
	kept := m365auth.Config{TenantID: "t", Scopes: scopes, Method: m365auth.MethodBrowser, Cloud: m365auth.Clouds()[1]}.WithDefaults()
	scopes[0] = "changed"
	if kept.TenantID != "t" || kept.Scopes[0] != "Mail.Read" || kept.Method != m365auth.MethodBrowser || kept.Cloud.Name != "gcchigh" {
		t.Errorf("WithDefaults changed what was given: %+v", kept)
	}
	if !slices.Contains(m365auth.Methods(), m365auth.MethodOnBehalfOf) || m365auth.Methods()[0] != m365auth.MethodDeviceCode {
		t.Errorf("Methods() = %v", m365auth.Methods())
	}
}
