package entra_test

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/cache"
	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/confidential"
	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/public"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365auth/entra"
	"github.com/m365go/sdk/m365auth/entratest"
	"github.com/m365go/sdk/m365auth/tokencache"
)

// These tests show, for each trap of MSAL Go that decided how this package is
// made, that MSAL alone falls into it and that a Provider does not. If one of
// the first kind fails after an update of MSAL, the trap may be gone.

var (
	mail     = []string{"Mail.Read"}
	mailUser = []string{"Mail.Read", "User.Read"}
)

// bare is a public client of MSAL alone.
func (b *bed) bare(t *testing.T, accessor cache.ExportReplace) public.Client {
	t.Helper()
	opts := []public.Option{
		public.WithAuthority(b.server.URL() + "/" + b.cfg.TenantID),
		public.WithHTTPClient(b.opts.HTTPClient),
		public.WithInstanceDiscovery(false),
	}
	if accessor != nil {
		opts = append(opts, public.WithCache(accessor))
	}
	client, err := public.New(clientID, opts...)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// bareSignIn signs upn in with MSAL alone.
func (b *bed) bareSignIn(t *testing.T, client public.Client, upn string, scopes []string) (public.AuthResult, error) {
	t.Helper()
	code, err := client.AcquireTokenByDeviceCode(t.Context(), scopes)
	if err != nil {
		t.Fatalf("AcquireTokenByDeviceCode() error: %v", err)
	}
	if err := b.server.Approve(code.Result.UserCode, upn); err != nil {
		t.Fatal(err)
	}
	return code.AuthenticationResult(t.Context())
}

func (b *bed) mustBareSignIn(t *testing.T, client public.Client, upn string) public.AuthResult {
	t.Helper()
	res, err := b.bareSignIn(t, client, upn, mailUser)
	if err != nil {
		t.Fatalf("AuthenticationResult() error: %v", err)
	}
	return res
}

// accessor is a cache of MSAL's kind, whose steps a test can break.
type accessor struct {
	mu       sync.Mutex
	data     []byte
	replace  error
	export   error
	replaced error // what MSAL's Unmarshal said
}

func (a *accessor) Replace(_ context.Context, c cache.Unmarshaler, _ cache.ReplaceHints) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.replace != nil {
		return a.replace
	}
	if a.data != nil {
		a.replaced = c.Unmarshal(a.data)
	}
	return a.replaced
}

func (a *accessor) Export(_ context.Context, c cache.Marshaler, _ cache.ExportHints) (err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.export == nil {
		a.data, err = c.Marshal()
		return err
	}
	return a.export
}

func silent(t *testing.T, client public.Client, account public.Account, opts ...public.AcquireSilentOption) (public.AuthResult, error) {
	t.Helper()
	return client.AcquireTokenSilent(t.Context(), mail, append(opts, public.WithSilentAccount(account))...)
}

func TestTrap01ASaveThatFailsLosesTheToken(t *testing.T) {
	t.Parallel()
	t.Run("bare MSAL", func(t *testing.T) {
		t.Parallel()
		b := newBed(t, entratest.Options{})
		res, err := b.bareSignIn(t, b.bare(t, &accessor{export: errors.New("the disk is full")}), sales, mailUser)
		if err == nil || res.AccessToken != "" {
			t.Errorf("AuthenticationResult() error = %v, want it without the token", err)
		}
		if len(b.server.Issued()) == 0 {
			t.Error("the server has issued nothing, want a token to lose")
		}
	})
	t.Run("ours", func(t *testing.T) {
		t.Parallel()
		b := newBed(t, entratest.Options{})
		store := &brokenStore{Store: tokencache.NewMemoryStore(), broken: true}
		b.opts.Store = store
		p := b.provider(t)
		token := b.signIn(t, p, sales)
		again, err := p.Token(t.Context(), m365auth.TokenRequest{})
		if err != nil || !again.Access.Equal(token.Access) {
			t.Errorf("Token() after a save that failed: %v, want the token", err)
		}
	})
}

func TestTrap02ACorruptCacheFailsAfterTheSignIn(t *testing.T) {
	t.Parallel()
	t.Run("bare MSAL", func(t *testing.T) {
		t.Parallel()
		b := newBed(t, entratest.Options{})
		res, err := b.bareSignIn(t, b.bare(t, &accessor{data: []byte("corrupt")}), sales, mailUser)
		if err == nil || res.AccessToken != "" || b.grants("device_code") == 0 {
			t.Errorf("AuthenticationResult() error = %v, want one after the person has signed in", err)
		}
	})
	t.Run("ours", func(t *testing.T) {
		t.Parallel()
		b := newBed(t, entratest.Options{})
		b.signIn(t, b.provider(t), sales)
		damage(t, b, func(sealed []byte) []byte { return sealed[:len(sealed)-1] })
		p := b.provider(t)
		if _, err := p.Token(t.Context(), m365auth.TokenRequest{}); !errors.Is(err, m365auth.ErrLoginRequired) {
			t.Errorf("Token() of a corrupt cache: %v, want %v", err, m365auth.ErrLoginRequired)
		}
		b.signIn(t, p, sales)
		if err := os.Remove(b.cfg.CacheKeyFile); err != nil {
			t.Fatal(err)
		}
		asked := len(b.server.Requests())
		if _, err := b.provider(t).StartDeviceCode(t.Context(), entra.LoginRequest{}); !errors.Is(err, m365auth.ErrCacheUnavailable) {
			t.Errorf("StartDeviceCode() without the key: %v, want %v", err, m365auth.ErrCacheUnavailable)
		}
		if now := len(b.server.Requests()); now != asked {
			t.Errorf("requests = %d, want the %d from before: nobody is troubled", now, asked)
		}
	})
}

// damage changes the one payload of the bed's cache.
func damage(t *testing.T, b *bed, change func(sealed []byte) []byte) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(b.cfg.CachePath, "*.bin"))
	if err != nil || len(paths) != 1 {
		t.Fatalf("payloads = %q, %v, want one", paths, err)
	}
	sealed, err := os.ReadFile(paths[0])
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(paths[0], change(sealed), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestTrap03AFailedEarlyRefreshHidesAGoodToken(t *testing.T) {
	t.Parallel()
	setUp := func(t *testing.T) *bed {
		b := newBed(t, entratest.Options{})
		b.edit(func(form url.Values, a answer) {
			if form.Get("grant_type") == "device_code" && a["access_token"] != nil {
				a["refresh_in"] = 0 // due for a refresh, and good for an hour
			}
		})
		return b
	}
	t.Run("bare MSAL", func(t *testing.T) {
		t.Parallel()
		b := setUp(t)
		client := b.bare(t, nil)
		account := b.mustBareSignIn(t, client, sales).Account
		b.server.Fail(entratest.Fault{Grant: "refresh_token", Status: http.StatusServiceUnavailable})
		if _, err := silent(t, client, account); err == nil {
			t.Error("AcquireTokenSilent() error = nil, want one although the token is good for an hour")
		}
	})
	t.Run("ours", func(t *testing.T) {
		t.Parallel()
		b := setUp(t)
		p := b.provider(t)
		token := b.signIn(t, p, sales)
		b.server.Fail(entratest.Fault{Grant: "refresh_token", Status: http.StatusServiceUnavailable})
		got, err := p.Token(t.Context(), m365auth.TokenRequest{})
		if err != nil || !got.Access.Equal(token.Access) || b.grants("refresh_token") != 1 {
			t.Errorf("Token() after %d failed refreshes: %v, want the token that is good", b.grants("refresh_token"), err)
		}
	})
}

func TestTrap04ADeclinedScopeLosesTheSignIn(t *testing.T) {
	t.Parallel()
	setUp := func(t *testing.T) *bed {
		b := newBed(t, entratest.Options{})
		b.edit(func(_ url.Values, a answer) {
			if a["access_token"] != nil {
				a["scope"] = "User.Read"
			}
		})
		return b
	}
	t.Run("bare MSAL", func(t *testing.T) {
		t.Parallel()
		b := setUp(t)
		store := &accessor{}
		if _, err := b.bareSignIn(t, b.bare(t, store), sales, mailUser); err == nil || store.data != nil {
			t.Errorf("AuthenticationResult() error = %v with %d bytes saved, want one and nothing saved", err, len(store.data))
		}
	})
	t.Run("ours", func(t *testing.T) {
		t.Parallel()
		b := setUp(t)
		p := b.provider(t)
		login := start(t, p, entra.LoginRequest{Scopes: mailUser})
		if err := b.server.Approve(login.Prompt().UserCode, sales); err != nil {
			t.Fatal(err)
		}
		_, err := login.Wait(t.Context())
		if e := (*m365auth.Error)(nil); !errors.As(err, &e) || e.Kind != m365auth.ErrScopesDeclined || !slices.Equal(e.Scopes, mail) {
			t.Errorf("Wait() error = %v, want %v of Mail.Read", err, m365auth.ErrScopesDeclined)
		}
		if _, err := p.Token(t.Context(), m365auth.TokenRequest{Scopes: []string{"User.Read"}}); err != nil {
			t.Errorf("Token() of what was granted: %v", err)
		}
	})
}

func TestTrap05OnBehalfOfBreaksTheCache(t *testing.T) {
	t.Parallel()
	t.Run("bare MSAL", func(t *testing.T) {
		t.Parallel()
		b := behalfBed(t)
		cred, err := confidential.NewCredFromSecret("right")
		if err != nil {
			t.Fatal(err)
		}
		client, err := confidential.New(b.server.URL()+"/"+b.cfg.TenantID, clientID, cred, confidential.WithHTTPClient(b.opts.HTTPClient),
			confidential.WithInstanceDiscovery(false), confidential.WithCache(&accessor{}))
		if err != nil {
			t.Fatal(err)
		}
		scopes := []string{"https://graph.contoso.example/Mail.Read"}
		var failed error
		for range 3 {
			if _, err := client.AcquireTokenOnBehalfOf(t.Context(), b.caller(t, sales).Reveal(), scopes); err != nil {
				failed = err
			}
		}
		if failed == nil || !strings.Contains(failed.Error(), "Unmarshal(") {
			t.Errorf("AcquireTokenOnBehalfOf() error = %v, want one about what it has written itself", failed)
		}
	})
	t.Run("ours", func(t *testing.T) {
		t.Parallel()
		b := behalfBed(t)
		p := b.provider(t)
		caller := b.caller(t, sales)
		for range 3 {
			if _, err := p.OnBehalfOf(caller).Token(t.Context(), m365auth.TokenRequest{}); err != nil {
				t.Errorf("Token() error: %v", err)
			}
		}
		if n := b.grants("on_behalf_of"); n != 1 {
			t.Errorf("exchanges = %d, want 1 that is cached", n)
		}
	})
}

func TestTrap06AnEmptyFileIsASilentSignOut(t *testing.T) {
	t.Parallel()
	t.Run("bare MSAL", func(t *testing.T) {
		t.Parallel()
		b := newBed(t, entratest.Options{})
		store := &accessor{}
		client := b.bare(t, store)
		account := b.mustBareSignIn(t, client, sales).Account
		store.data = []byte{}
		_, err := silent(t, client, account)
		if err == nil || store.replaced != nil || !strings.Contains(err.Error(), "no token found") {
			t.Errorf("AcquireTokenSilent() error = %v, reading said %v, want no word of a cache that was lost", err, store.replaced)
		}
	})
	t.Run("ours", func(t *testing.T) {
		t.Parallel()
		b := newBed(t, entratest.Options{})
		b.signIn(t, b.provider(t), sales)
		damage(t, b, func([]byte) []byte { return nil })
		_, err := b.provider(t).Token(t.Context(), m365auth.TokenRequest{Account: b.server.Users()[0].ID + "." + b.server.TenantID()})
		if !errors.Is(err, m365auth.ErrCacheUnavailable) {
			t.Errorf("Token() error = %v, want %v", err, m365auth.ErrCacheUnavailable)
		}
	})
}

// holdFirst holds up the first refresh, and nothing else: it sends on arrived,
// and goes on once release is closed.
func (b *bed) holdFirst() (arrived <-chan struct{}, release chan struct{}) {
	came := make(chan struct{})
	release = make(chan struct{})
	var held atomic.Bool
	next := b.opts.HTTPClient.Transport
	b.opts.HTTPClient = &http.Client{Transport: tripFunc(func(r *http.Request) (*http.Response, error) {
		if formOf(r).Get("grant_type") == "refresh_token" && held.CompareAndSwap(false, true) {
			close(came)
			<-release
		}
		return next.RoundTrip(r)
	})}
	return came, release
}

func TestTrap07OneAccountsRefreshStopsAnothers(t *testing.T) {
	t.Parallel()
	setUp := func(t *testing.T) *bed {
		b := newBed(t, entratest.Options{})
		b.edit(func(form url.Values, a answer) {
			if form.Get("grant_type") == "device_code" && a["access_token"] != nil {
				a["refresh_in"] = 0
			}
		})
		return b
	}
	t.Run("bare MSAL", func(t *testing.T) {
		t.Parallel()
		b := setUp(t)
		arrived, release := b.holdFirst()
		client := b.bare(t, nil)
		first, second := b.mustBareSignIn(t, client, sales), b.mustBareSignIn(t, client, support)
		var wg sync.WaitGroup
		wg.Go(func() { _, _ = silent(t, client, first.Account) })
		<-arrived
		got, err := silent(t, client, second.Account)
		if err != nil || got.AccessToken != second.AccessToken {
			t.Errorf("AcquireTokenSilent() = another token, %v, want the one that is due for a refresh", err)
		}
		close(release)
		wg.Wait()
	})
	t.Run("ours", func(t *testing.T) {
		t.Parallel()
		b := setUp(t)
		arrived, release := b.holdFirst()
		p := b.provider(t)
		first, second := b.signIn(t, p, sales), b.signIn(t, p, support)
		var wg sync.WaitGroup
		wg.Go(func() { _, _ = p.Token(t.Context(), m365auth.TokenRequest{Account: first.Account.ID}) })
		<-arrived
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		got, err := p.Token(ctx, m365auth.TokenRequest{Account: second.Account.ID})
		if err != nil || got.Access.Equal(second.Access) {
			t.Errorf("Token() = %v, want one that was refreshed meanwhile", err)
		}
		close(release)
		wg.Wait()
	})
}
