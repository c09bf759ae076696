package entra_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365auth/entra"
	"github.com/m365go/sdk/m365auth/entratest"
)

// person is a browser in which upn signs in; empty declines.
func (b *bed) person(upn string) func(context.Context, string) error {
	return func(ctx context.Context, address string) error {
		req, err := b.server.Authorize(address, upn)
		if err != nil {
			return err
		}
		_, err = visit(req.WithContext(ctx))
		return err
	}
}

// visit makes a browser's request and returns the page.
func visit(req *http.Request) (string, error) {
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(req)
	if err != nil {
		return "", err
	}
	defer func() { _ = resp.Body.Close() }()
	page, err := io.ReadAll(resp.Body)
	return resp.Status + "\n" + string(page), err
}

func (b *bed) browser(t *testing.T) *entra.Provider {
	t.Helper()
	b.cfg.Method = m365auth.MethodBrowser
	return b.provider(t)
}

func TestTheBrowserSignsIn(t *testing.T) {
	t.Parallel()
	for _, redirect := range []string{"", "http://localhost", "http://127.0.0.1", "http://127.0.0.1/back/here"} {
		b := newBed(t, entratest.Options{})
		p := b.browser(t)
		var address *url.URL
		got, err := p.SignInBrowser(t.Context(), entra.LoginRequest{}, &entra.BrowserOptions{
			RedirectURL: redirect,
			OpenURL: func(ctx context.Context, raw string) error {
				address, _ = url.Parse(raw)
				return b.person(sales)(ctx, raw)
			},
		})
		if err != nil || got.Account.Username != sales {
			t.Fatalf("SignInBrowser(%q) = %v, %v, want a token of %s", redirect, got, err, sales)
		}
		q := address.Query()
		if address.Host != b.server.Host() || q.Get("code_challenge_method") != "S256" || len(q.Get("code_challenge")) != 43 ||
			len(q.Get("state")) != 43 || len(q.Get("nonce")) != 43 || q.Get("prompt") != "select_account" || q.Get("response_mode") != "form_post" ||
			!strings.Contains(q.Get("scope"), "offline_access") || !strings.Contains(q.Get("claims"), "CP1") {
			t.Errorf("the browser is sent to %s, want state, nonce, PKCE, offline_access and CP1", address)
		}
		want, err := b.provider(t).Token(t.Context(), m365auth.TokenRequest{})
		if err != nil || !want.Access.Equal(got.Access) {
			t.Errorf("Token() in another process = %v, want the token that was saved", err)
		}
		if _, err := p.Token(t.Context(), m365auth.TokenRequest{ForceRefresh: true}); err != nil {
			t.Errorf("Token(ForceRefresh) = %v, want that there is a refresh token", err)
		}
	}
}

func TestOnlyTheBrowserOfThisSignInIsHeard(t *testing.T) {
	t.Parallel()
	b := newBed(t, entratest.Options{})
	p := b.browser(t)
	open := func(ctx context.Context, address string) error {
		right, err := b.server.Authorize(address, sales)
		if err != nil {
			return err
		}
		u, err := url.Parse(address)
		if err != nil {
			return err
		}
		at, state := u.Query().Get("redirect_uri"), u.Query().Get("state")
		for name, make := range map[string]func() (*http.Request, error){
			"nothing": func() (*http.Request, error) { return http.NewRequest(http.MethodGet, at, nil) },
			"another state": func() (*http.Request, error) {
				return http.NewRequest(http.MethodGet, at+"?code=c&state="+state[1:]+"A", nil)
			},
			"an error without a state": func() (*http.Request, error) { return http.NewRequest(http.MethodGet, at+"?error=access_denied", nil) },
			"two states": func() (*http.Request, error) {
				return http.NewRequest(http.MethodGet, at+"?code=c&state="+state+"&state=x", nil)
			},
			"another path": func() (*http.Request, error) {
				return http.NewRequest(http.MethodGet, at+"/favicon.ico?code=c&state="+state, nil)
			},
			"another method": func() (*http.Request, error) {
				return http.NewRequest(http.MethodPut, at+"?code=c&state="+state, nil)
			},
			"a form that is too large": func() (*http.Request, error) {
				r, err := http.NewRequest(http.MethodPost, at, strings.NewReader("code=c&state="+state+"&x="+strings.Repeat("x", 1<<17)))
				r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
				return r, err
			},
			"another name for this machine": func() (*http.Request, error) {
				r, err := http.NewRequest(http.MethodGet, at+"?code=c&state="+state, nil)
				r.Host = "rebound.contoso.example"
				return r, err
			},
		} {
			req, err := make()
			if err != nil {
				return err
			}
			page, err := visit(req.WithContext(ctx))
			if err == nil && !strings.HasPrefix(page, "4") {
				t.Errorf("%s is answered with %s, want a refusal", name, page)
			}
		}
		page, err := visit(right.WithContext(ctx))
		if !strings.HasPrefix(page, "200") || !strings.Contains(page, "close this window") {
			t.Errorf("the person sees %s, want that the window can be closed", page)
		}
		return err
	}
	if got, err := p.SignInBrowser(t.Context(), entra.LoginRequest{}, &entra.BrowserOptions{OpenURL: open}); err != nil || got.Account.Username != sales {
		t.Errorf("SignInBrowser() = %v, %v, want that only the right answer counts", got, err)
	}
}

func TestTheEndOfABrowserSignInThatFails(t *testing.T) {
	t.Parallel()
	b := newBed(t, entratest.Options{})
	p := b.browser(t)
	account := b.signIn(t, p, sales).Account
	for name, tt := range map[string]struct {
		req  entra.LoginRequest
		opts entra.BrowserOptions
		want m365auth.Kind
	}{
		"the person declines":      {opts: entra.BrowserOptions{OpenURL: b.person("")}, want: m365auth.ErrDeclined},
		"somebody else":            {entra.LoginRequest{Account: account.ID}, entra.BrowserOptions{OpenURL: b.person(support)}, m365auth.ErrWrongAccount},
		"no browser":               {opts: entra.BrowserOptions{OpenURL: func(_ context.Context, u string) error { return errors.New(u) }}, want: m365auth.ErrConfig},
		"a redirect elsewhere":     {opts: entra.BrowserOptions{RedirectURL: "http://contoso.example"}, want: m365auth.ErrConfig},
		"a redirect over TLS":      {opts: entra.BrowserOptions{RedirectURL: "https://localhost"}, want: m365auth.ErrConfig},
		"a prompt nobody knows":    {opts: entra.BrowserOptions{Prompt: "please"}, want: m365auth.ErrConfig},
		"a scope nobody can grant": {req: entra.LoginRequest{Scopes: []string{"openid"}}, want: m365auth.ErrConfig},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := p.SignInBrowser(t.Context(), tt.req, &tt.opts)
			e := (*m365auth.Error)(nil)
			if !errors.As(err, &e) || e.Kind != tt.want || e.Remedy == "" {
				t.Errorf("SignInBrowser() error = %v, want %v with a remedy", err, tt.want)
			}
			if strings.Contains(err.Error(), "state=") {
				t.Errorf("SignInBrowser() error = %v, which shows the address", err)
			}
		})
	}
}

func TestABusyPortIsSaid(t *testing.T) {
	t.Parallel()
	b := newBed(t, entratest.Options{})
	busy, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = busy.Close() }()
	_, err = b.browser(t).SignInBrowser(t.Context(), entra.LoginRequest{}, &entra.BrowserOptions{RedirectURL: "http://" + busy.Addr().String()})
	if kindOf(err) != m365auth.ErrConfig || !strings.Contains(err.Error(), "address already in use") {
		t.Errorf("SignInBrowser() error = %v, want %v that says that the port is used", err, m365auth.ErrConfig)
	}
}

func TestACancelledBrowserSignInFreesThePortAtOnce(t *testing.T) {
	t.Parallel()
	b := newBed(t, entratest.Options{})
	p := b.browser(t)
	endBrowser(t, p, "cancel", func(cancel context.CancelFunc) { cancel() })
	endBrowser(t, p, "close", func(context.CancelFunc) { _ = p.Close() })
}

func endBrowser(t *testing.T, p *entra.Provider, name string, end func(context.CancelFunc)) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var redirect string
	_, err := p.SignInBrowser(ctx, entra.LoginRequest{}, &entra.BrowserOptions{OpenURL: func(_ context.Context, address string) error {
		u, err := url.Parse(address)
		if err != nil {
			return err
		}
		redirect = u.Query().Get("redirect_uri")
		end(cancel)
		return nil
	}})
	// Nothing else would end it for minutes, so that it returns is the proof.
	if err == nil {
		t.Errorf("%s: SignInBrowser() = %v, want an error", name, err)
	}
	u, err := url.Parse(redirect)
	if err != nil || u.Port() == "" {
		t.Fatalf("%s: redirect_uri = %q, want one with a port", name, redirect)
	}
	ln, err := net.Listen("tcp4", "127.0.0.1:"+u.Port())
	if err != nil {
		t.Fatalf("%s: the port is not free: %v", name, err)
	}
	_ = ln.Close()
}

func TestABrowserSignInWithoutADeadlineEndsAfterFiveMinutes(t *testing.T) {
	t.Parallel()
	b := newBed(t, entratest.Options{})
	p := b.browser(t)
	// The listener is real, and time is not: the deadline is looked at only.
	var left time.Duration
	_, err := p.SignInBrowser(t.Context(), entra.LoginRequest{}, &entra.BrowserOptions{OpenURL: func(ctx context.Context, _ string) error {
		if deadline, ok := ctx.Deadline(); ok {
			left = time.Until(deadline)
		}
		return errors.New("enough")
	}})
	if err == nil || left < 4*time.Minute || left > 5*time.Minute {
		t.Errorf("SignInBrowser() = %v with %v left, want five minutes", err, left)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err = p.SignInBrowser(ctx, entra.LoginRequest{}, &entra.BrowserOptions{OpenURL: func(context.Context, string) error { return nil }})
	if !errors.Is(err, context.DeadlineExceeded) || kindOf(err) != m365auth.ErrTransient {
		t.Errorf("SignInBrowser() = %v, want %v", err, context.DeadlineExceeded)
	}
}
