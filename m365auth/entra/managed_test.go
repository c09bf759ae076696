package entra_test

import (
	"crypto/sha1"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365auth/entra"
	"github.com/m365go/sdk/m365auth/entratest"
)

// machineToken asks the metadata service as a program on the machine would.
func machineToken(t *testing.T, b *bed, query url.Values) m365auth.Secret {
	t.Helper()
	query.Set("api-version", "2018-02-01")
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, b.server.MachineURL()+"/metadata/identity/oauth2/token?"+query.Encode(), nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Metadata", "true")
	resp, err := b.server.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	var body struct {
		Access string `json:"access_token"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&body); err != nil || body.Access == "" {
		t.Fatalf("the machine answered %d without a token: %v", resp.StatusCode, err)
	}
	return m365auth.NewSecret(body.Access)
}

func machineBed(t *testing.T) *bed {
	t.Helper()
	b := appBed(t, entratest.App{Confidential: true}, func(o *entratest.Options) {
		o.ManagedIdentities = []entratest.ManagedIdentity{
			{ClientID: "11111111-aaaa-4444-bbbb-222222222222", Roles: []string{"User.Read.All"}},
			{ResourceID: "/subscriptions/s/x", ClientID: "33333333-aaaa-4444-bbbb-222222222222", Roles: []string{"Mail.Send"}},
		}
	})
	b.cfg = m365auth.Config{Method: m365auth.MethodManagedIdentity, Cloud: b.cfg.Cloud}
	return b
}

func (b *bed) asked(endpoint string) int {
	n := 0
	for _, r := range b.server.Requests() {
		if strings.HasPrefix(r.Path, endpoint) {
			n++
		}
	}
	return n
}

func TestAManagedIdentityGetsATokenOfItsHost(t *testing.T) {
	t.Parallel()
	b := machineBed(t)
	for id, want := range map[string]string{"": "User.Read.All", "33333333-aaaa-4444-bbbb-222222222222": "Mail.Send"} {
		b.cfg.ManagedIdentityID = id
		p := b.provider(t)
		before := b.asked("/metadata")
		token, err := p.Token(t.Context(), m365auth.TokenRequest{})
		if err != nil {
			t.Fatalf("Token() of %q: %v", id, err)
		}
		claims := claimsOfToken(t, token)
		if roles, _ := claims["roles"].([]any); len(roles) != 1 || roles[0] != want || claims["aud"] != b.server.Audience() {
			t.Errorf("Token() of %q: roles %v for %v, want %s for %s", id, claims["roles"], claims["aud"], want, b.server.Audience())
		}
		for range 3 {
			if _, err := p.Token(t.Context(), m365auth.TokenRequest{}); err != nil {
				t.Errorf("Token() from memory: %v", err)
			}
		}
		if _, err := p.Token(t.Context(), m365auth.TokenRequest{ForceRefresh: true}); err != nil {
			t.Errorf("Token() by force: %v", err)
		}
		if n := b.asked("/metadata") - before; n != 2 {
			t.Errorf("requests = %d, want 2: the first, and the one by force", n)
		}
	}
}

// MSAL keeps the tokens of all managed identities of a process in one place.
func TestManagedIdentitiesOfOneProcessDoNotShareTokens(t *testing.T) {
	t.Parallel()
	for range 2 {
		b := machineBed(t)
		if _, err := b.provider(t).Token(t.Context(), m365auth.TokenRequest{}); err != nil || b.asked("/metadata") != 1 {
			t.Errorf("Token() = %v after %d requests to this host, want 1", err, b.asked("/metadata"))
		}
	}
}

func TestAHostWithoutTheIdentityIsAMisconfiguration(t *testing.T) {
	t.Parallel()
	b := machineBed(t)
	b.cfg.ManagedIdentityID = "unknown"
	_, err := b.provider(t).Token(t.Context(), m365auth.TokenRequest{})
	fails(t, "an unknown identity", err, m365auth.ErrConfig, 0, "managed_identity_id")
}

// hostProvider is a provider of a managed identity over a transport, which is the
// machine's metadata service and not Entra.
func hostProvider(t *testing.T, trip tripFunc) *entra.Provider {
	t.Helper()
	p, err := entra.New(m365auth.Config{Method: m365auth.MethodManagedIdentity}, &entra.Options{HTTPClient: &http.Client{Transport: trip}})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestAMachineThatIsNotAzuresIsAMisconfiguration(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]tripFunc{
		"nothing there": func(*http.Request) (*http.Response, error) {
			return nil, &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("no route to host")}
		},
		"another cloud's service": func(r *http.Request) (*http.Response, error) { return respond(r, http.StatusNotFound, "not here") },
	} {
		synctest.Test(t, func(t *testing.T) {
			tries := 0
			p := hostProvider(t, func(r *http.Request) (*http.Response, error) {
				tries++
				return answer(r)
			})
			_, err := p.Token(t.Context(), m365auth.TokenRequest{})
			fails(t, name, err, m365auth.ErrConfig, 0, "Azure host")
			if tries != 3 {
				t.Errorf("%s: tries = %d, want 3", name, tries)
			}
			_ = p.Close()
		})
	}
}

func TestABusyHostIsTriedAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var statuses []int
		p := hostProvider(t, func(r *http.Request) (*http.Response, error) {
			if len(statuses) == 0 {
				return nil, errors.New("connection reset")
			}
			status := statuses[0]
			statuses = statuses[1:]
			return respond(r, status, map[string]any{"access_token": "a", "expires_in": "200", "resource": "x", "token_type": "Bearer"})
		})
		defer func() { _ = p.Close() }()
		statuses = []int{503, 429, 200}
		if _, err := p.Token(t.Context(), m365auth.TokenRequest{}); err != nil || len(statuses) != 0 {
			t.Errorf("Token() = %v with %v left, want a token at the third try", err, statuses)
		}
		statuses = []int{410, 410, 410}
		if _, err := p.Token(t.Context(), m365auth.TokenRequest{}); err != nil {
			t.Errorf("Token() with three minutes left: %v, want the token in hand", err)
		}
		for name, answers := range map[string][]int{"busy": {503, 503, 503}, "gone": {404, 404, 404}, "cut": nil} {
			statuses = answers
			if _, err := p.Token(t.Context(), m365auth.TokenRequest{ForceRefresh: true}); !errors.Is(err, m365auth.ErrTransient) {
				t.Errorf("%s: Token() by force: %v, want %v", name, err, m365auth.ErrTransient)
			}
		}
	})
}

// Not parallel: the kind of the host stands in the environment.
func TestTheHostsVariablesSayWhereToAsk(t *testing.T) {
	b := machineBed(t)
	for _, variable := range b.server.MachineEnv() {
		name, value, _ := strings.Cut(variable, "=")
		t.Setenv(name, value)
	}
	if _, err := b.provider(t).Token(t.Context(), m365auth.TokenRequest{}); err != nil || b.asked("/msi/token") != 1 {
		t.Errorf("Token() = %v after %d requests to the App Service, want 1", err, b.asked("/msi/token"))
	}
}

// Not parallel, for the same reason. Service Fabric's certificate is its own,
// and known by its thumbprint. It is a host on the machine and not Entra.
func TestServiceFabricIsKnownByItsThumbprint(t *testing.T) {
	host := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Secret") != "header" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		_, _ = io.WriteString(w, `{"access_token":"a","expires_on":"`+strconv.FormatInt(time.Now().Add(time.Hour).Unix(), 10)+`","token_type":"Bearer"}`)
	}))
	host.Config.ErrorLog = log.New(io.Discard, "", 0)
	defer host.Close()
	t.Setenv("IDENTITY_ENDPOINT", host.URL)
	t.Setenv("IDENTITY_HEADER", "header")
	for thumbprint, want := range map[string]m365auth.Kind{
		fmt.Sprintf("%x", sha1.Sum(host.Certificate().Raw)): "",
		strings.Repeat("0", 40):                             m365auth.ErrConfig,
		"no thumbprint":                                     m365auth.ErrConfig,
	} {
		t.Setenv("IDENTITY_SERVER_THUMBPRINT", thumbprint)
		p, err := entra.New(m365auth.Config{Method: m365auth.MethodManagedIdentity}, nil)
		if err != nil {
			t.Fatal(err)
		}
		token, err := p.Token(t.Context(), m365auth.TokenRequest{})
		if kindOf(err) != want || want == "" && token.Access.Reveal() != "a" {
			t.Errorf("Token() with the thumbprint %q: %v, want %q", thumbprint, err, want)
		}
		if err := p.Close(); err != nil {
			t.Errorf("Close() error: %v", err)
		}
	}
}
