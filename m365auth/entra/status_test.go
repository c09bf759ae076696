package entra_test

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365auth/entra"
	"github.com/m365go/sdk/m365auth/entratest"
	"github.com/m365go/sdk/m365auth/tokencache"
)

func TestStatusTellsWhatIsKnownWithoutTheNetwork(t *testing.T) {
	t.Parallel()
	b := newBed(t, entratest.Options{TokenLifetime: 4 * time.Hour})
	b.cfg.CacheKeyFile = filepath.Join(t.TempDir(), "key")
	first := b.provider(t)
	one, other := b.signIn(t, first, sales, "Mail.Read", "User.Read"), b.signIn(t, first, support, "Calendars.Read")
	b.opts.HTTPClient = &http.Client{Transport: tripFunc(func(*http.Request) (*http.Response, error) {
		t.Error("Status() asked the network")
		return nil, errors.New("no network")
	})}
	want := entra.Status{
		Method: m365auth.MethodDeviceCode, Cloud: "test", ClientID: clientID, Authority: b.server.URL() + "/" + b.server.TenantID(),
		CachePath: b.cfg.CachePath, KeyOrigin: tokencache.OriginKeyFile,
		Accounts: []entra.AccountStatus{
			{Account: one.Account, Scopes: []string{"Mail.Read", "User.Read"}, ExpiresOn: one.ExpiresOn, RefreshOn: one.RefreshOn},
			{Account: other.Account, Scopes: []string{"Calendars.Read"}, ExpiresOn: other.ExpiresOn, RefreshOn: other.RefreshOn},
		},
	}
	if one.RefreshOn.IsZero() || one.Account.ID > other.Account.ID {
		want.Accounts[0], want.Accounts[1] = want.Accounts[1], want.Accounts[0]
	}
	for who, p := range map[string]*entra.Provider{"the same": first, "another": b.provider(t)} {
		got, err := p.Status(t.Context())
		if diff := cmp.Diff(want, got, cmpopts.EquateApproxTime(time.Second)); err != nil || diff != "" {
			t.Errorf("%s: Status() (-want +got): %v\n%s", who, err, diff)
		}
		text := fmt.Sprintf("%v %+v %#v", got, got, got)
		noSecret(t, b, "printed states", text)
		for _, part := range []string{sales, support, one.Account.ID, "Mail.Read User.Read", "key file", b.cfg.CachePath, "device_code", one.ExpiresOn.UTC().Format("2006-01-02T15:")} {
			if !strings.Contains(got.String(), part) {
				t.Errorf("%s: Status().String() =\n%s\nwant it to tell %q", who, got, part)
			}
		}
	}
}

func TestStatusOfNobody(t *testing.T) {
	t.Parallel()
	b := newBed(t, entratest.Options{})
	b.opts.Store = tokencache.NewMemoryStore()
	p := b.provider(t)
	got, err := p.Status(t.Context())
	if err != nil || len(got.Accounts) != 0 || got.CachePath != "" || got.KeyOrigin != "" || got.KeyProblem != nil {
		t.Errorf("Status() = %+v, %v, want no account, no path and no key", got, err)
	}
	if !strings.Contains(got.String(), "nobody is signed in") {
		t.Errorf("Status().String() = %s, want that nobody is signed in", got)
	}
	b.signIn(t, p, sales)
	if got, err := p.Status(t.Context()); err != nil || len(got.Accounts) != 1 || got.Accounts[0].Unsaved {
		t.Errorf("Status() = %+v, %v, want one account", got, err)
	}
	_ = p.Close()
	if _, err := p.Status(t.Context()); kindOf(err) != m365auth.ErrConfig {
		t.Errorf("Status() after Close() = %v, want %v", err, m365auth.ErrConfig)
	}
}

func TestStatusOfAnApplication(t *testing.T) {
	t.Parallel()
	p, err := entra.New(m365auth.Config{
		ClientID: clientID, TenantID: "contoso.example", Method: m365auth.MethodClientSecret, ClientSecret: m365auth.NewSecret("canary"),
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = p.Close() }()
	got, err := p.Status(t.Context())
	if text := got.String(); err != nil || got.CachePath != "" || !strings.Contains(text, "its own name") || strings.Contains(text, "canary") {
		t.Errorf("Status() = %s, %v, want that the application acts in its own name", text, err)
	}
}

func TestStatusTellsOfALostKey(t *testing.T) {
	t.Parallel()
	b := newBed(t, entratest.Options{})
	b.cfg.CacheKeyFile = filepath.Join(t.TempDir(), "key")
	here := b.provider(t)
	b.signIn(t, here, sales)
	if err := os.WriteFile(b.cfg.CacheKeyFile, []byte("damaged"), 0o600); err != nil {
		t.Fatal(err)
	}
	for who, tt := range map[string]struct {
		p     *entra.Provider
		known int
	}{"who signed in": {here, 1}, "another": {b.provider(t), 0}} {
		got, err := tt.p.Status(t.Context())
		if err != nil || kindOf(got.KeyProblem) != m365auth.ErrCacheUnavailable || len(got.Accounts) != tt.known {
			t.Errorf("%s: Status() = %+v, %v, want the problem, and %d accounts", who, got, err, tt.known)
		}
		if !strings.Contains(got.String(), "key file") {
			t.Errorf("%s: Status().String() = %s, want it to tell of the key", who, got)
		}
	}
}
