package entra_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365auth/entra"
	"github.com/m365go/sdk/m365auth/entratest"
)

func start(t *testing.T, p *entra.Provider, req entra.LoginRequest) *entra.DeviceLogin {
	t.Helper()
	login, err := p.StartDeviceCode(t.Context(), req)
	if err != nil {
		t.Fatalf("StartDeviceCode() error: %v", err)
	}
	return login
}

func TestThePromptSaysWhatToDo(t *testing.T) {
	t.Parallel()
	b := newBed(t, entratest.Options{Interval: 2 * time.Second})
	got := start(t, b.provider(t), entra.LoginRequest{}).Prompt()
	pending := b.server.Pending()
	if len(pending) != 1 || pending[0].UserCode != got.UserCode {
		t.Fatalf("Prompt().UserCode = %q, want that of %v", got.UserCode, pending)
	}
	if !strings.Contains(got.Message, got.UserCode) || !strings.Contains(got.Message, got.VerificationURL) || got.VerificationURL == "" {
		t.Errorf("Prompt().Message = %q, want the code and the address %q", got.Message, got.VerificationURL)
	}
	if got.Interval != 2*time.Second {
		t.Errorf("Prompt().Interval = %v, want 2s", got.Interval)
	}
	if left := time.Until(got.ExpiresOn); left < 14*time.Minute || left > 15*time.Minute {
		t.Errorf("Prompt().ExpiresOn is in %v, want about 15 minutes", left)
	}
}

func TestTheEndOfASignInThatFails(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		opts entratest.Options
		end  func(*entratest.Server, string) error
		want m365auth.Kind
	}{
		"the person declines": {end: (*entratest.Server).Decline, want: m365auth.ErrDeclined},
		"nobody comes":        {opts: entratest.Options{CodeLifetime: time.Second}, want: m365auth.ErrCodeExpired},
		"a policy refuses": {want: m365auth.ErrPolicyBlocked, end: func(s *entratest.Server, _ string) error {
			s.Fail(entratest.Fault{Grant: "device_code", AADSTS: 53003})
			return nil
		}},
		"the app is not public": {want: m365auth.ErrAppMisconfigured, end: func(s *entratest.Server, _ string) error {
			s.Fail(entratest.Fault{Grant: "device_code", AADSTS: 7000218})
			return nil
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBed(t, tt.opts)
			p := b.provider(t)
			login := start(t, p, entra.LoginRequest{})
			if tt.end != nil {
				if err := tt.end(b.server, login.Prompt().UserCode); err != nil {
					t.Fatal(err)
				}
			}
			_, err := login.Wait(t.Context())
			if !errors.Is(err, tt.want) {
				t.Errorf("Wait() error = %v, want %v", err, tt.want)
			}
			e := (*m365auth.Error)(nil)
			if !errors.As(err, &e) || e.Remedy == "" || e.CorrelationID == "" {
				t.Errorf("Wait() error = %#v, want a remedy and a correlation id", err)
			}
			if _, again := login.Wait(t.Context()); !errors.Is(again, tt.want) {
				t.Errorf("Wait() again = %v, want the same", again)
			}
			if accounts, err := p.Accounts(t.Context()); err != nil || len(accounts) != 0 {
				t.Errorf("Accounts() = %v, %v, want none", accounts, err)
			}
		})
	}
}

func TestFaultsOnTheWayDoNotEndASignIn(t *testing.T) {
	t.Parallel()
	b := newBed(t, entratest.Options{})
	for _, f := range []entratest.Fault{
		{Cut: true}, {Status: 503, Body: "busy"}, {Status: 502, Body: `{"error":"bad"}`}, {Status: 429, Body: "{}"},
		{Status: 200, Body: "<html>log in to the hotel</html>"}, {Status: 403, Body: "proxy"}, {Status: 200, Body: `{"access`},
	} {
		f.Grant = "device_code"
		b.server.Fail(f)
	}
	b.signIn(t, b.provider(t), sales)
	if got := b.grants("device_code"); got < 8 {
		t.Errorf("polls = %d, want the 7 that failed and one more", got)
	}
}

func TestACancelledWaitReturnsAtOnceAndLosesNoToken(t *testing.T) {
	t.Parallel()
	b := newBed(t, entratest.Options{})
	arrived, release := b.gate("device_code")
	p := b.provider(t)
	login := start(t, p, entra.LoginRequest{})
	if err := b.server.Approve(login.Prompt().UserCode, sales); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	left := make(chan error)
	go func() {
		_, err := login.Wait(ctx)
		left <- err
	}()
	<-arrived
	cancel()
	// The poll is held up, so this returns only if the wait does not need it.
	if err := <-left; !errors.Is(err, context.Canceled) {
		t.Errorf("Wait() = %v, want %v", err, context.Canceled)
	}
	close(release)
	token, err := login.Wait(t.Context())
	if err != nil || token.Account.Username != sales {
		t.Errorf("Wait() again = %v, %v, want the token of the poll under way", token, err)
	}
	if got := b.grants("device_code"); got != 1 {
		t.Errorf("polls = %d, want 1", got)
	}
}

func TestWaitCanBeCalledAgainAndBySeveral(t *testing.T) {
	t.Parallel()
	b := newBed(t, entratest.Options{})
	p := b.provider(t)
	login := start(t, p, entra.LoginRequest{})
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if _, err := login.Wait(ctx); !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, m365auth.ErrCodeExpired) {
		t.Errorf("Wait() = %v, want %v", err, context.DeadlineExceeded)
	}
	ended, cancelEnded := context.WithCancel(t.Context())
	cancelEnded()
	if _, err := login.Wait(ended); !errors.Is(err, context.Canceled) {
		t.Errorf("Wait() with an ended context = %v, want %v", err, context.Canceled)
	}
	var wg sync.WaitGroup
	tokens := make([]m365auth.Token, 5)
	for i := range tokens {
		wg.Go(func() {
			var err error
			if tokens[i], err = login.Wait(t.Context()); err != nil {
				t.Errorf("Wait() of caller %d: %v", i, err)
			}
		})
	}
	if err := b.server.Approve(login.Prompt().UserCode, sales); err != nil {
		t.Fatal(err)
	}
	wg.Wait()
	for i, token := range tokens {
		if !token.Access.Equal(tokens[0].Access) {
			t.Errorf("Wait() of caller %d = another token", i)
		}
	}
	if token, err := login.Wait(ended); err != nil || !token.Access.Equal(tokens[0].Access) {
		t.Errorf("Wait() after the end = %v, want the same token whatever the context", err)
	}
}

func TestCloseEndsAWait(t *testing.T) {
	t.Parallel()
	b := newBed(t, entratest.Options{})
	arrived, release := b.gate("device_code")
	defer close(release)
	p := b.provider(t)
	login := start(t, p, entra.LoginRequest{})
	left := make(chan error)
	go func() {
		_, err := login.Wait(t.Context())
		left <- err
	}()
	<-arrived
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-left; err == nil {
		t.Error("Wait() after Close() = nil, want an error")
	}
}

func TestAnUnusableCacheIsNoticedBeforeASignIn(t *testing.T) {
	t.Parallel()
	b := newBed(t, entratest.Options{})
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	b.cfg.CachePath = filepath.Join(file, "below")
	if _, err := b.provider(t).StartDeviceCode(t.Context(), entra.LoginRequest{}); !errors.Is(err, m365auth.ErrCacheUnavailable) {
		t.Errorf("StartDeviceCode() error = %v, want %v", err, m365auth.ErrCacheUnavailable)
	}
	if got := len(b.server.Requests()); got != 0 {
		t.Errorf("requests = %d, want 0", got)
	}
}

func TestSomebodyElseIsNotKept(t *testing.T) {
	t.Parallel()
	b := newBed(t, entratest.Options{})
	p := b.provider(t)
	token := b.signIn(t, p, sales)
	login := start(t, p, entra.LoginRequest{Account: token.Account.ID})
	if err := b.server.Approve(login.Prompt().UserCode, support); err != nil {
		t.Fatal(err)
	}
	if _, err := login.Wait(t.Context()); !errors.Is(err, m365auth.ErrWrongAccount) {
		t.Errorf("Wait() error = %v, want %v", err, m365auth.ErrWrongAccount)
	}
	accounts, err := p.Accounts(t.Context())
	if diff := cmp.Diff([]m365auth.Account{token.Account}, accounts); diff != "" || err != nil {
		t.Errorf("Accounts() (-want +got): %v\n%s", err, diff)
	}
}

func TestScopesAreSentAndComparedInOneForm(t *testing.T) {
	t.Parallel()
	b := newBed(t, entratest.Options{Audience: "https://graph.contoso.example"})
	p := b.provider(t)
	login := start(t, p, entra.LoginRequest{Scopes: []string{
		"offline_access", "openid", "Mail.Read", "https://graph.contoso.example/User.Read", "mail.read",
	}})
	if err := b.server.Approve(login.Prompt().UserCode, sales); err != nil {
		t.Fatal(err)
	}
	want, err := login.Wait(t.Context())
	if err != nil {
		t.Fatalf("Wait() error: %v", err)
	}
	if diff := cmp.Diff([]string{"Mail.Read", "User.Read"}, want.Scopes); diff != "" {
		t.Errorf("Scopes (-want +got):\n%s", diff)
	}
	for _, scope := range []string{"Mail.Read", "https://graph.contoso.example/mail.read", "https://graph.microsoft.com/User.Read"} {
		got, err := p.Token(t.Context(), m365auth.TokenRequest{Scopes: []string{scope, "profile"}})
		if err != nil || !got.Access.Equal(want.Access) {
			t.Errorf("Token(%q) = %v, want the cached token", scope, err)
		}
	}
	_, err = p.Token(t.Context(), m365auth.TokenRequest{Scopes: []string{"Files.Read.All"}})
	e := (*m365auth.Error)(nil)
	if union := []string{"Files.Read.All", "Mail.Read", "User.Read"}; !errors.As(err, &e) || e.Kind != m365auth.ErrConsentRequired || !cmp.Equal(e.Scopes, union) {
		t.Errorf("Token() of a scope not agreed to: %#v, want %v that names %v", err, m365auth.ErrConsentRequired, union)
	}
}

func TestADeclinedScopeIsToldAndTheRestKept(t *testing.T) {
	t.Parallel()
	b := newBed(t, entratest.Options{Rotate: true})
	b.edit(func(_ url.Values, a answer) {
		if a["scope"] != nil {
			a["scope"] = "openid https://graph.contoso.example/Mail.Read profile"
		}
	})
	p := b.provider(t)
	login := start(t, p, entra.LoginRequest{Scopes: []string{"Mail.Read", "Files.Read.All"}})
	if err := b.server.Approve(login.Prompt().UserCode, sales); err != nil {
		t.Fatal(err)
	}
	_, waitErr := login.Wait(t.Context())
	_, tokenErr := p.Token(t.Context(), m365auth.TokenRequest{Scopes: []string{"Mail.Read", "Files.Read.All"}})
	for name, err := range map[string]error{"Wait": waitErr, "Token": tokenErr} {
		e := (*m365auth.Error)(nil)
		if !errors.As(err, &e) || e.Kind != m365auth.ErrScopesDeclined || !cmp.Equal(e.Scopes, []string{"Files.Read.All"}) {
			t.Errorf("%s() error = %#v, want %v that names the scope", name, err, m365auth.ErrScopesDeclined)
		}
	}
	if e := (*m365auth.Error)(nil); !errors.As(waitErr, &e) || len(e.Accounts) != 1 || e.Accounts[0].Username != sales {
		t.Errorf("Wait() error = %#v, want it to name who is signed in", waitErr)
	}
	got, err := p.Token(t.Context(), m365auth.TokenRequest{Scopes: []string{"Mail.Read"}})
	if err != nil || !cmp.Equal(got.Scopes, []string{"Mail.Read"}) {
		t.Errorf("Token() of the granted scope = %v, %v, want it", got.Scopes, err)
	}
	// The refresh that brought too little rotated the token, which was kept.
	if _, err := p.Token(t.Context(), m365auth.TokenRequest{Scopes: []string{"Mail.Read"}, ForceRefresh: true}); err != nil {
		t.Errorf("Token() with the rotated refresh token: %v", err)
	}
}

func TestTheDefaultScopeStandsForItself(t *testing.T) {
	t.Parallel()
	b := newBed(t, entratest.Options{})
	b.cfg.Scopes = []string{"https://graph.microsoft.com/.default"}
	p := b.provider(t)
	want := b.signIn(t, p, sales)
	for _, scopes := range [][]string{nil, {".default"}, {"Mail.Read"}} {
		got, err := p.Token(t.Context(), m365auth.TokenRequest{Scopes: scopes})
		if err != nil || !got.Access.Equal(want.Access) {
			t.Errorf("Token(%q) = %v, want the cached token", scopes, err)
		}
	}
}

func TestPrintingALoginShowsNoCode(t *testing.T) {
	t.Parallel()
	b := newBed(t, entratest.Options{})
	p := b.provider(t)
	login := start(t, p, entra.LoginRequest{})
	if err := b.server.Approve(login.Prompt().UserCode, sales); err != nil {
		t.Fatal(err)
	}
	token, err := login.Wait(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	asJSON, err := json.Marshal([]any{login, login.Prompt(), token, p})
	if err != nil {
		t.Fatal(err)
	}
	shown := string(asJSON)
	for _, v := range []any{login, p, token, &token} {
		shown += fmt.Sprintf("%v %+v %#v", v, v, v)
	}
	noSecret(t, b, "printed values", shown)
}

// noSecret fails the test if text holds anything that the server issued, but
// for user codes, which are made to be shown.
func noSecret(t *testing.T, b *bed, where, text string) {
	t.Helper()
	issued := b.server.Issued()
	if len(issued) == 0 {
		t.Fatal("nothing was issued")
	}
	for _, secret := range issued {
		if len(secret) > 12 && strings.Contains(text, secret) {
			t.Errorf("%s hold a secret of %d bytes", where, len(secret))
		}
	}
}

func TestPromptingSignsInOnceForAll(t *testing.T) {
	t.Parallel()
	b := newBed(t, entratest.Options{})
	var mu sync.Mutex
	shown := 0
	p := entra.Prompting(b.provider(t), func(prompt entra.DevicePrompt) {
		mu.Lock()
		defer mu.Unlock()
		shown++
		if err := b.server.Approve(prompt.UserCode, sales); err != nil {
			t.Error(err)
		}
	})
	var wg sync.WaitGroup
	for range 5 {
		wg.Go(func() {
			if _, err := p.Token(t.Context(), m365auth.TokenRequest{}); err != nil {
				t.Errorf("Token() error: %v", err)
			}
		})
	}
	wg.Wait()
	if shown != 1 {
		t.Errorf("prompts = %d, want 1", shown)
	}
	// A scope that was not agreed to needs the person again.
	if _, err := p.Token(t.Context(), m365auth.TokenRequest{Scopes: []string{"Mail.Send"}}); err != nil {
		t.Errorf("Token() of another scope: %v", err)
	}
	if shown != 2 {
		t.Errorf("prompts after another scope = %d, want 2", shown)
	}
}

func TestPromptingDoesNotPromptForOtherErrors(t *testing.T) {
	t.Parallel()
	b := newBed(t, entratest.Options{})
	b.signIn(t, b.provider(t), sales)
	b.opts.HTTPClient = &http.Client{Transport: tripFunc(func(*http.Request) (*http.Response, error) {
		return nil, errors.New("no network")
	})}
	p := entra.Prompting(b.provider(t), func(entra.DevicePrompt) { t.Error("prompted") })
	if _, err := p.Token(t.Context(), m365auth.TokenRequest{ForceRefresh: true}); !errors.Is(err, m365auth.ErrTransient) {
		t.Errorf("Token() error = %v, want %v", err, m365auth.ErrTransient)
	}
}
