package demo

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365auth/entra"
	"github.com/m365go/sdk/m365auth/tokencache"
)

// monday is when the tests of the built-in data take place.
var monday = time.Date(2026, time.November, 16, 8, 0, 0, 0, time.UTC)

func start(t *testing.T, opts *Options) *Cloud {
	t.Helper()
	if opts.Now == nil {
		opts.Now = func() time.Time { return monday }
	}
	c, err := Start(t.Context(), opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Errorf("Close() = %v", err)
		}
	})
	return c
}

// request sends a request to Graph as one of the tenant's people.
func request(t *testing.T, c *Cloud, upn, method, path string, body string) *http.Response {
	t.Helper()
	token, err := c.Entra.Token(upn, "User.Read", "Mail.ReadWrite", "Mail.Send", "Calendars.Read", "Files.Read.All")
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), method, c.Config().Cloud.GraphURL()+"/v1.0"+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Prefer", `outlook.timezone="`+c.TimeZone+`"`)
	client := *c.HTTPClient()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	res, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = res.Body.Close() })
	if res.StatusCode >= 400 {
		answer, _ := io.ReadAll(res.Body)
		t.Fatalf("%s %s: status %s: %s", method, path, res.Status, answer)
	}
	return res
}

func TestProviderSignsInWithTheConfiguration(t *testing.T) {
	t.Parallel()
	c := start(t, &Options{AutoApprove: true, Now: time.Now}) // MSAL has no other clock
	cfg := c.Config()
	if err := cfg.Cloud.Check(); err != nil {
		t.Error(err)
	}
	provider, err := entra.New(cfg, &entra.Options{HTTPClient: c.HTTPClient(), Store: tokencache.NewMemoryStore()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := provider.Close(); err != nil {
			t.Errorf("Close() = %v", err)
		}
	})
	login, err := provider.StartDeviceCode(t.Context(), entra.LoginRequest{})
	if err != nil {
		t.Fatal(err)
	}
	token, err := login.Wait(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if token.Account.Username != "sales@contoso.example" {
		t.Errorf("signed in as %s, want sales@contoso.example", token.Account.Username)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, cfg.Cloud.GraphURL()+"/v1.0/me", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token.Access.Reveal())
	res, err := c.HTTPClient().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var me struct{ DisplayName string }
	if err := json.NewDecoder(res.Body).Decode(&me); err != nil || me.DisplayName != "Sales Desk" {
		t.Errorf("GET /me = %s %+v, %v, want Sales Desk", res.Status, me, err)
	}
}

func TestStartReadsAFolderAndNothingOutside(t *testing.T) {
	t.Parallel()
	outside := filepath.Join(t.TempDir(), "secret.eml")
	dir := t.TempDir()
	for file, data := range map[string]string{
		outside: goodMessage,
		filepath.Join(dir, "mail/Inbox/good.eml"): strings.ReplaceAll(goodMessage, "Good", "Own"),
		filepath.Join(dir, "drive/a.txt"):         "a",
	} {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(data), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(outside, filepath.Join(dir, "mail/Inbox/secret.eml")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(dir, filepath.Join(dir, "drive/loop")); err != nil {
		t.Fatal(err)
	}
	c := start(t, &Options{Dir: dir})
	got := get[struct{ Subject string }](t, c, "sales@contoso.example", "/me/messages")
	if len(got) != 1 || got[0].Subject != "Own" {
		t.Errorf("messages = %+v, want the one of the folder", got)
	}
	want := []Problem{
		{File: "mail/Inbox/secret.eml", Reason: "a symbolic link is not followed"},
		{File: "drive/loop", Reason: "a symbolic link is not followed"},
	}
	if diff := cmp.Diff(want, c.Problems); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}

func TestStartRefuses(t *testing.T) {
	t.Parallel()
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	tests := map[string]struct {
		ctx  context.Context
		opts *Options
		want string
		is   error
	}{
		"no folder":     {t.Context(), &Options{Dir: filepath.Join(t.TempDir(), "none")}, "open the folder", fs.ErrNotExist},
		"a wrong one":   {t.Context(), &Options{Dir: t.TempDir()}, "none of the folders", nil},
		"two sources":   {t.Context(), &Options{Dir: t.TempDir(), Data: fstest.MapFS{}}, "both set", nil},
		"a wrong zone":  {t.Context(), &Options{Load: LoadOptions{TimeZone: "Mars"}}, "time zone", nil},
		"after the end": {ended, nil, "canceled", context.Canceled},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, err := Start(test.ctx, test.opts)
			if err == nil || c != nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("Start() = %v, %v, want nil and an error with %q", c, err, test.want)
			}
			if test.is != nil && !errors.Is(err, test.is) {
				t.Errorf("Start() = %v, want one that is %v", err, test.is)
			}
		})
	}
}

func TestConfigIsComplete(t *testing.T) {
	t.Parallel()
	c := start(t, &Options{})
	got := c.Config()
	want := m365auth.Config{
		ClientID: clientID, TenantID: c.Entra.TenantID(),
		Cloud: m365auth.Cloud{Name: "demo", LoginHost: c.Entra.Host(), GraphHost: c.Graph.Host(), ContentHosts: []string{c.Graph.ContentHost()}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Config() (-want +got):\n%s", diff)
	}
}
