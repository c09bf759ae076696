package entra_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365auth/entra"
	"github.com/m365go/sdk/m365auth/entratest"
)

func TestEntrasAnswersBecomeKinds(t *testing.T) {
	t.Parallel()
	b := newBed(t, entratest.Options{})
	p := b.provider(t)
	b.signIn(t, p, sales)
	body := func(code, sub string, numbers ...int) string {
		return fmt.Sprintf(`{"error":%q,"suberror":%q,"error_codes":[%s],"error_description":"AADSTS1: canary@contoso.example","correlation_id":"c-1","trace_id":"t-1"}`,
			code, sub, strings.Trim(fmt.Sprint(numbers), "[]"))
	}
	for _, tt := range []struct {
		status int
		body   string
		want   m365auth.Kind
	}{
		{400, body("invalid_grant", "", 700082), m365auth.ErrLoginRequired},
		{400, body("invalid_grant", "bad_token", 50173), m365auth.ErrLoginRequired},
		{400, body("invalid_grant", ""), m365auth.ErrLoginRequired},
		{400, body("invalid_grant", "basic_action", 50076), m365auth.ErrInteractionRequired},
		{400, body("interaction_required", "", 123456), m365auth.ErrInteractionRequired},
		{400, body("invalid_grant", "consent_required", 123456), m365auth.ErrConsentRequired},
		{400, body("invalid_grant", "", 65001), m365auth.ErrConsentRequired},
		{400, body("invalid_grant", "consent_required", 90094), m365auth.ErrAdminConsentRequired},
		{400, body("invalid_grant", "message_only", 53003), m365auth.ErrPolicyBlocked},
		{400, body("invalid_grant", "additional_action", 123456), m365auth.ErrPolicyBlocked},
		{400, body("interaction_required", "", 50105), m365auth.ErrPolicyBlocked},
		{400, body("invalid_grant", "message_only", 50076), m365auth.ErrPolicyBlocked}, // the words decide
		{400, body("temporarily_unavailable", "", 65001), m365auth.ErrTransient},
		{401, body("invalid_client", "", 123456), m365auth.ErrAppMisconfigured},
		{401, body("invalid_client", "", 7000218), m365auth.ErrAppMisconfigured},
		{400, body("unauthorized_client", "", 700016), m365auth.ErrAppMisconfigured},
		{400, body("invalid_scope", ""), m365auth.ErrAppMisconfigured},
		{400, body("invalid_grant", "", 50196), m365auth.ErrTransient},
		{503, body("temporarily_unavailable", "", 90033), m365auth.ErrTransient},
		{500, "oops", m365auth.ErrTransient},
		{429, "", m365auth.ErrTransient},
		{418, body("teapot", ""), m365auth.ErrUnexpected},
		{404, "gone", m365auth.ErrUnexpected},
		{400, `{"error":"invalid_grant","error_description":"AADSTS65001: nobody agreed"}`, m365auth.ErrConsentRequired},
	} {
		b.server.Fail(entratest.Fault{Grant: "refresh_token", Status: tt.status, Body: tt.body})
		_, err := p.Token(t.Context(), m365auth.TokenRequest{ForceRefresh: true})
		e := (*m365auth.Error)(nil)
		if !errors.As(err, &e) {
			t.Fatalf("Token() with %d %s: %v, want an *m365auth.Error", tt.status, tt.body, err)
		}
		if e.Kind != tt.want {
			t.Errorf("Token() with %d %s: kind %q, want %q", tt.status, tt.body, e.Kind, tt.want)
		}
		if e.Remedy == "" || e.CorrelationID == "" {
			t.Errorf("Token() with %d %s = %#v, want a remedy and a correlation id", tt.status, tt.body, e)
		}
		if strings.Contains(err.Error(), "canary") {
			t.Errorf("Token() with %d %s: %v shows Entra's description", tt.status, tt.body, err)
		}
	}
}

func TestAnErrorCarriesWhatHelps(t *testing.T) {
	t.Parallel()
	b := newBed(t, entratest.Options{})
	p := b.provider(t)
	b.signIn(t, p, sales)
	b.server.Fail(entratest.Fault{Grant: "refresh_token", Status: 400, RetryAfter: 7e9, Body: `{"error":"invalid_grant","suberror":"consent_required",
		"error_codes":[90094],"correlation_id":"c-1","trace_id":"t-1","claims":"{\"a\":1}"}`})
	_, err := p.Token(t.Context(), m365auth.TokenRequest{Scopes: []string{"Mail.Read"}, ForceRefresh: true})
	e := (*m365auth.Error)(nil)
	if !errors.As(err, &e) {
		t.Fatalf("Token() error = %v, want an *m365auth.Error", err)
	}
	want := &m365auth.Error{
		Op: "get a token", Kind: m365auth.ErrAdminConsentRequired, OAuthCode: "invalid_grant", SubError: "consent_required",
		AADSTS: []int{90094}, CorrelationID: "c-1", TraceID: "t-1", RetryAfter: 7e9, Claims: `{"a":1}`, Scopes: []string{"Mail.Read"},
		Remedy: "ask an administrator of the tenant to open " + b.server.URL() + "/" + b.server.TenantID() + "/adminconsent?client_id=" + clientID,
	}
	if diff := cmp.Diff(want, e); diff != "" {
		t.Errorf("error (-want +got):\n%s", diff)
	}
}

func TestARevokedSignInNeedsThePerson(t *testing.T) {
	t.Parallel()
	b := newBed(t, entratest.Options{})
	b.due(0)
	p := b.provider(t)
	b.signIn(t, p, sales)
	b.server.Revoke(sales)
	if _, err := p.Token(t.Context(), m365auth.TokenRequest{}); !errors.Is(err, m365auth.ErrLoginRequired) {
		t.Errorf("Token() error = %v, want %v", err, m365auth.ErrLoginRequired)
	}
	b.signIn(t, p, sales)
	if _, err := p.Token(t.Context(), m365auth.TokenRequest{}); err != nil {
		t.Errorf("Token() after a new sign-in: %v", err)
	}
}

// TestNoSecretLeaves drives every flow that it can think of, wrong answers that
// hold tokens included, and looks for what the server issued.
func TestNoSecretLeaves(t *testing.T) {
	t.Parallel()
	b := newBed(t, entratest.Options{Rotate: true})
	canary := "canary-of-a-token-0123456789"
	var seen strings.Builder
	show := func(err error) {
		t.Helper()
		if err == nil {
			t.Error("want an error to look at")
			return
		}
		asJSON, jsonErr := json.Marshal(err)
		if jsonErr != nil {
			t.Fatal(jsonErr)
		}
		fmt.Fprintf(&seen, "%v %+v %#v %s\n", err, err, err, asJSON)
		for ; err != nil; err = errors.Unwrap(err) {
			fmt.Fprintf(&seen, "%T %v %+v %#v\n", err, err, err, err)
		}
	}
	p := b.provider(t)
	_, err := p.Token(t.Context(), m365auth.TokenRequest{})
	show(err)
	b.signIn(t, p, sales)
	for _, f := range []entratest.Fault{
		{Status: 200, Body: `{"access_token":"` + canary + `","refresh_token":"` + canary + `","expires_in":"soon"}`},
		{Status: 200, Body: `{"access_token":"` + canary + `","id_token":"` + canary + `","expires_in":1}`},
		{Status: 200, Body: `{"access_token":"` + canary},
		{Status: 400, Body: `{"error":"x","error_description":"` + canary + `"}`},
		{Status: 400, Body: canary},
		{Status: 500, Body: canary},
		{Cut: true},
		{After: true, Cut: true},
	} {
		f.Grant = "refresh_token"
		b.server.Fail(f)
		_, err := p.Token(t.Context(), m365auth.TokenRequest{ForceRefresh: true})
		show(err)
	}
	login := start(t, p, entra.LoginRequest{})
	b.server.Fail(entratest.Fault{Grant: "device_code", After: true, AADSTS: 50076, Claims: "{}"})
	_, err = login.Wait(t.Context())
	show(err)
	b.signIn(t, p, support)
	_, err = p.Token(t.Context(), m365auth.TokenRequest{Account: "x"})
	show(err)
	b.opts.HTTPClient = &http.Client{Transport: tripFunc(func(r *http.Request) (*http.Response, error) {
		return nil, fmt.Errorf("transport of %v with %v: %s", r.URL, formOf(r), canary)
	})}
	accounts, err := p.Accounts(t.Context())
	if err != nil || len(accounts) != 2 {
		t.Fatalf("Accounts() = %v, %v, want two", accounts, err)
	}
	_, err = b.provider(t).Token(t.Context(), m365auth.TokenRequest{ForceRefresh: true, Account: accounts[0].ID})
	show(err)
	_, err = b.provider(t).StartDeviceCode(t.Context(), entra.LoginRequest{})
	show(err)

	disk := readAll(t, b.cfg.CachePath)
	for where, text := range map[string]string{"errors": seen.String(), "logs": b.log.String(), "files": disk} {
		noSecret(t, b, where, text)
		if strings.Contains(text, canary) {
			t.Errorf("%s hold the canary: %s", where, text)
		}
	}
	for _, personal := range []string{sales, support, accounts[0].ID, accounts[1].ID} {
		if strings.Contains(disk+b.log.String(), personal) {
			t.Errorf("files or logs name %s", personal)
		}
	}
}

// readAll returns the names and contents of all files below dir.
func readAll(t *testing.T, dir string) string {
	t.Helper()
	var all strings.Builder
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		fmt.Fprintf(&all, "%s\n%s\n", path, content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if all.Len() == 0 {
		t.Fatalf("no files in %s", dir)
	}
	return all.String()
}
