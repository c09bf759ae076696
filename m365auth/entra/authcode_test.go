package entra_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365auth/entra"
	"github.com/m365go/sdk/m365auth/entratest"
)

const (
	home   = "https://portal.contoso.example/callback"
	mirror = "https://mirror.contoso.example/callback?tenant=1"
)

// webBed is a bed whose provider serves a web host; with a secret it is a
// confidential client.
func webBed(t *testing.T, o entratest.Options, secret string) *bed {
	t.Helper()
	app := entratest.App{ID: clientID, RedirectURIs: []string{home, mirror}}
	if secret != "" {
		app.Confidential, app.Secrets = true, []string{secret}
	}
	o.Apps = []entratest.App{app}
	b := newBed(t, o)
	b.cfg.Method, b.cfg.RedirectURL = m365auth.MethodAuthCode, home
	b.cfg.ClientSecret = m365auth.NewSecret(secret)
	b.opts.RedirectURLs = []string{mirror}
	return b
}

func startWeb(t *testing.T, p *entra.Provider, req entra.AuthCodeRequest) *entra.AuthCodeLogin {
	t.Helper()
	login, err := p.StartAuthCode(t.Context(), req)
	if err != nil {
		t.Fatalf("StartAuthCode() error: %v", err)
	}
	return login
}

// comeBack is what a person's browser brings to the web host.
func (b *bed) comeBack(t *testing.T, login *entra.AuthCodeLogin, upn string) url.Values {
	t.Helper()
	req, err := b.server.Authorize(login.URL, upn)
	if err != nil {
		t.Fatalf("Authorize() error: %v", err)
	}
	if req.Method == http.MethodPost {
		if err := req.ParseForm(); err != nil {
			t.Fatal(err)
		}
		return req.PostForm
	}
	return req.URL.Query()
}

func TestAWebHostSignsPeopleIn(t *testing.T) {
	t.Parallel()
	for _, secret := range []string{"", "a secret of the application's"} {
		for _, mode := range []string{"", "query", "form_post"} {
			t.Run(fmt.Sprintf("confidential %v, %q", secret != "", mode), func(t *testing.T) {
				t.Parallel()
				b := webBed(t, entratest.Options{}, secret)
				p := b.provider(t)
				login := startWeb(t, p, entra.AuthCodeRequest{
					RedirectURL: mirror, Scopes: []string{"Mail.Read"}, LoginHint: sales, Prompt: "login", ResponseMode: mode,
				})
				if left := time.Until(login.ExpiresOn); left > 10*time.Minute || left < 9*time.Minute {
					t.Errorf("ExpiresOn is in %v, want ten minutes", left)
				}
				got, err := p.FinishAuthCode(t.Context(), login, b.comeBack(t, login, sales))
				if err != nil || got.Account.Username != sales || !cmp.Equal(got.Scopes, []string{"Mail.Read"}) {
					t.Fatalf("FinishAuthCode() = %v, %v, want a token of %s for Mail.Read", got, err, sales)
				}
				same, err := b.provider(t).Token(t.Context(), m365auth.TokenRequest{Scopes: []string{"Mail.Read"}})
				if err != nil || !same.Access.Equal(got.Access) {
					t.Errorf("Token() of another replica = %v, want the token that was saved", err)
				}
				next, err := p.Token(t.Context(), m365auth.TokenRequest{Scopes: []string{"Mail.Read"}, ForceRefresh: true})
				if err != nil || next.Access.Equal(got.Access) {
					t.Errorf("Token(ForceRefresh) = %v, want another token", err)
				}
			})
		}
	}
}

func TestTheAddressHoldsWhatWasAskedFor(t *testing.T) {
	t.Parallel()
	b := webBed(t, entratest.Options{}, "")
	p := b.provider(t)
	one, two := startWeb(t, p, entra.AuthCodeRequest{}), startWeb(t, p, entra.AuthCodeRequest{
		RedirectURL: mirror, Scopes: []string{"Mail.Read", "openid"}, LoginHint: sales, Prompt: "consent", ResponseMode: "form_post",
		Claims: `{"access_token":{"acrs":{"essential":true,"value":"c1"}}}`,
	})
	q := query(t, two.URL)
	want := map[string]string{
		"client_id": clientID, "response_type": "code", "redirect_uri": mirror, "scope": "Mail.Read openid profile offline_access",
		"login_hint": sales, "prompt": "consent", "response_mode": "form_post", "code_challenge_method": "S256",
	}
	for name, value := range want {
		if got := q.Get(name); got != value {
			t.Errorf("%s = %q, want %q", name, got, value)
		}
	}
	if claims := q.Get("claims"); !strings.Contains(claims, "acrs") || !strings.Contains(claims, "CP1") {
		t.Errorf("claims = %q, want the challenge and CP1", claims)
	}
	if got := query(t, one.URL).Get("redirect_uri"); got != home {
		t.Errorf("redirect_uri = %q, want the configuration's", got)
	}
	for _, name := range []string{"state", "nonce", "code_challenge"} {
		if a, b := query(t, one.URL).Get(name), q.Get(name); a == b || len(b) < 43 {
			t.Errorf("%s = %q and %q, want two that cannot be guessed", name, a, b)
		}
	}
}

func query(t *testing.T, address string) url.Values {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u.Query()
}

func TestARequestThatCannotWorkIsRefusedBeforeAnyoneIsSentAway(t *testing.T) {
	t.Parallel()
	b := webBed(t, entratest.Options{}, "")
	p := b.provider(t)
	for name, req := range map[string]entra.AuthCodeRequest{
		"another address":      {RedirectURL: "https://evil.example/callback"},
		"an address beneath":   {RedirectURL: home + "/x"},
		"another case":         {RedirectURL: strings.ToUpper(home)},
		"a prompt unknown":     {Prompt: "please"},
		"a mode with a reader": {ResponseMode: "fragment"},
		"broken claims":        {Claims: "{"},
		"no scope":             {Scopes: []string{"openid"}},
	} {
		if _, err := p.StartAuthCode(t.Context(), req); kindOf(err) != m365auth.ErrConfig {
			t.Errorf("%s: StartAuthCode() error = %v, want %v", name, err, m365auth.ErrConfig)
		}
	}
	if _, err := p.StartDeviceCode(t.Context(), entra.LoginRequest{}); kindOf(err) != m365auth.ErrConfig {
		t.Errorf("StartDeviceCode() at a web host: %v, want %v", err, m365auth.ErrConfig)
	}
	if _, err := p.SignInBrowser(t.Context(), entra.LoginRequest{}, nil); kindOf(err) != m365auth.ErrConfig {
		t.Errorf("SignInBrowser() at a web host: %v, want %v", err, m365auth.ErrConfig)
	}
	if _, err := newBed(t, entratest.Options{}).provider(t).StartAuthCode(t.Context(), entra.AuthCodeRequest{}); kindOf(err) != m365auth.ErrConfig {
		t.Errorf("StartAuthCode() with a device code: %v, want %v", err, m365auth.ErrConfig)
	}
	for _, bad := range []string{"http://portal.contoso.example/callback", "portal", home + "#x", "https://user@portal.contoso.example/"} {
		o := b.opts
		o.RedirectURLs = []string{bad}
		if _, err := entra.New(b.cfg, &o); kindOf(err) != m365auth.ErrConfig {
			t.Errorf("New() with the redirect URL %q: %v, want %v", bad, err, m365auth.ErrConfig)
		}
	}
}

func TestACallbackThatIsNotOursChangesNothing(t *testing.T) {
	t.Parallel()
	b := webBed(t, entratest.Options{}, "")
	p := b.provider(t)
	login, other := startWeb(t, p, entra.AuthCodeRequest{}), startWeb(t, p, entra.AuthCodeRequest{})
	right := b.comeBack(t, login, sales)
	state, code := right.Get("state"), right.Get("code")
	for name, callback := range map[string]url.Values{
		"nothing":                  {},
		"no state":                 {"code": {code}},
		"an empty state":           {"code": {code}, "state": {""}},
		"another state":            {"code": {code}, "state": {query(t, other.URL).Get("state")}},
		"an error, another state":  {"error": {"access_denied"}, "state": {"x"}},
		"no code":                  {"state": {state}},
		"an empty code":            {"state": {state}, "code": {""}},
		"two codes":                {"state": {state}, "code": {code, "x"}},
		"two states":               {"state": {state, "x"}, "code": {code}},
		"a code and an error":      {"state": {state}, "code": {code}, "error": {"x"}},
		"a code with a line break": {"state": {state}, "code": {"a\nb"}},
		"a code without end":       {"state": {state}, "code": {strings.Repeat("a", 1<<15)}},
	} {
		_, err := p.FinishAuthCode(t.Context(), login, callback)
		e := (*m365auth.Error)(nil)
		if !errors.As(err, &e) || e.Kind != m365auth.ErrLoginRequired || e.Remedy == "" {
			t.Errorf("%s: FinishAuthCode() = %v, want %v with a remedy", name, err, m365auth.ErrLoginRequired)
		}
	}
	if _, err := p.FinishAuthCode(t.Context(), nil, right); kindOf(err) != m365auth.ErrLoginRequired {
		t.Errorf("FinishAuthCode() of no sign-in = %v, want %v", err, m365auth.ErrLoginRequired)
	}
	if got := b.grants("authorization_code"); got != 0 {
		t.Errorf("codes sent to Entra = %d, want 0", got)
	}
	if _, err := p.FinishAuthCode(t.Context(), login, right); err != nil {
		t.Errorf("FinishAuthCode() with the right answer, after all that: %v", err)
	}
	if _, err := p.FinishAuthCode(t.Context(), login, right); kindOf(err) != m365auth.ErrLoginRequired || !strings.Contains(err.Error(), "before") {
		t.Errorf("FinishAuthCode() once more: %v, want that it was answered before", err)
	}
	if got := b.grants("authorization_code"); got != 1 {
		t.Errorf("codes sent to Entra = %d, want 1", got)
	}
}

func TestAnswersOfOneSignInRace(t *testing.T) {
	t.Parallel()
	b := webBed(t, entratest.Options{}, "")
	p := b.provider(t)
	login := startWeb(t, p, entra.AuthCodeRequest{})
	callback := b.comeBack(t, login, sales)
	var good atomic.Int32
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if _, err := p.FinishAuthCode(t.Context(), login, callback); err == nil {
				good.Add(1)
			}
		})
	}
	wg.Wait()
	if good.Load() != 1 || b.grants("authorization_code") != 1 {
		t.Errorf("answers taken = %d with %d requests, want one of each", good.Load(), b.grants("authorization_code"))
	}
}

func TestAnErrorThatTheBrowserBringsIsExplained(t *testing.T) {
	t.Parallel()
	b := webBed(t, entratest.Options{}, "")
	p := b.provider(t)
	const id = "0d3b9d35-3b5a-4f0e-9d5e-000000000001"
	describe := func(number int) string {
		return fmt.Sprintf("AADSTS%d: canary@contoso.example Trace ID: %s Correlation ID: %s Timestamp: now", number, id, id)
	}
	for _, tt := range []struct {
		code, description string
		want              m365auth.Kind
	}{
		{"access_denied", "", m365auth.ErrDeclined},
		{"access_denied", describe(65004), m365auth.ErrDeclined},
		{"access_denied", describe(90094), m365auth.ErrAdminConsentRequired},
		{"access_denied", describe(53003), m365auth.ErrPolicyBlocked},
		{"consent_required", describe(65001), m365auth.ErrConsentRequired},
		{"login_required", describe(50058), m365auth.ErrLoginRequired},
		{"interaction_required", describe(50076), m365auth.ErrInteractionRequired},
		{"temporarily_unavailable", "", m365auth.ErrTransient},
		{"server_error", "", m365auth.ErrTransient},
		{"invalid_request", describe(50011), m365auth.ErrAppMisconfigured},
		{"<b>canary</b>", "", m365auth.ErrUnexpected},
		{"", "", m365auth.ErrUnexpected},
	} {
		login := startWeb(t, p, entra.AuthCodeRequest{})
		_, err := p.FinishAuthCode(t.Context(), login, url.Values{
			"error": {tt.code}, "error_description": {tt.description}, "state": {query(t, login.URL).Get("state")},
		})
		e := (*m365auth.Error)(nil)
		if !errors.As(err, &e) || e.Kind != tt.want || e.Remedy == "" || tt.description != "" && (e.CorrelationID != id || e.TraceID != id) {
			t.Errorf("FinishAuthCode() with %s %s = %#v, want %v with remedy and ids", tt.code, tt.description, err, tt.want)
		}
		if strings.Contains(err.Error(), "canary") {
			t.Errorf("FinishAuthCode() error = %v, which shows Entra's description", err)
		}
	}
	login := startWeb(t, p, entra.AuthCodeRequest{})
	if _, err := p.FinishAuthCode(t.Context(), login, b.comeBack(t, login, "")); kindOf(err) != m365auth.ErrDeclined {
		t.Errorf("FinishAuthCode() of who declines = %v, want %v", err, m365auth.ErrDeclined)
	}
}

func TestTheWrongPersonOrTokenIsNotKept(t *testing.T) {
	t.Parallel()
	b := webBed(t, entratest.Options{}, "")
	p := b.provider(t)
	first := startWeb(t, p, entra.AuthCodeRequest{})
	token, err := p.FinishAuthCode(t.Context(), first, b.comeBack(t, first, sales))
	if err != nil {
		t.Fatalf("FinishAuthCode() error: %v", err)
	}
	pinned := startWeb(t, p, entra.AuthCodeRequest{Account: token.Account.ID})
	if got := query(t, pinned.URL).Get("login_hint"); got != sales {
		t.Errorf("login_hint = %q, want that of the account", got)
	}
	if _, err := p.FinishAuthCode(t.Context(), pinned, b.comeBack(t, pinned, support)); kindOf(err) != m365auth.ErrWrongAccount {
		t.Errorf("FinishAuthCode() of somebody else = %v, want %v", err, m365auth.ErrWrongAccount)
	}
	// Somebody's answer, put into the place of another's by who can change
	// requests: Entra refuses the verifier.
	mine, theirs := startWeb(t, p, entra.AuthCodeRequest{}), startWeb(t, p, entra.AuthCodeRequest{})
	swapped := b.comeBack(t, mine, support)
	swapped.Set("state", query(t, theirs.URL).Get("state"))
	if _, err := p.FinishAuthCode(t.Context(), theirs, swapped); err == nil {
		t.Error("FinishAuthCode() with another sign-in's code = nil, want an error")
	}
	if accounts, err := p.Accounts(t.Context()); err != nil || !cmp.Equal(accounts, []m365auth.Account{token.Account}) {
		t.Errorf("Accounts() = %v, %v, want who signed in first alone", accounts, err)
	}
}

func TestAnIDTokenForAnotherSignInIsRefused(t *testing.T) {
	t.Parallel()
	for name, id := range map[string]any{"no nonce": idToken(sales), "no ID token": nil, "no JWT": "a.b.c"} {
		b := webBed(t, entratest.Options{}, "")
		b.edit(func(form url.Values, a answer) {
			if delete(a, "id_token"); id != nil {
				a["id_token"] = id
			}
		})
		p := b.provider(t)
		login := startWeb(t, p, entra.AuthCodeRequest{})
		if _, err := p.FinishAuthCode(t.Context(), login, b.comeBack(t, login, sales)); err == nil {
			t.Errorf("%s: FinishAuthCode() = nil, want an error", name)
		}
		if accounts, err := p.Accounts(t.Context()); err != nil || len(accounts) != 0 {
			t.Errorf("%s: Accounts() = %v, %v, want none", name, accounts, err)
		}
	}
}

func TestAWebSignInIsKeptUnlessTheCallerLeaves(t *testing.T) {
	t.Parallel()
	b := webBed(t, entratest.Options{}, "")
	arrived, release := b.gate("authorization_code")
	p := b.provider(t)
	login := startWeb(t, p, entra.AuthCodeRequest{})
	callback := b.comeBack(t, login, sales)
	ctx, cancel := context.WithCancel(t.Context())
	left := make(chan error)
	go func() {
		_, err := p.FinishAuthCode(ctx, login, callback)
		left <- err
	}()
	<-arrived
	cancel()
	close(release)
	if err := <-left; !errors.Is(err, context.Canceled) {
		t.Errorf("FinishAuthCode() = %v, want %v", err, context.Canceled)
	}
	if accounts, err := p.Accounts(t.Context()); err != nil || len(accounts) != 0 {
		t.Errorf("Accounts() = %v, %v, want none", accounts, err)
	}
}
