package entra_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/m365go/sdk/m365auth/entra"
	"github.com/m365go/sdk/m365auth/entratest"
)

// viewer prints all that a program could print.
type viewer struct{ strings.Builder }

func (v *viewer) show(all ...any) {
	for _, x := range all {
		asJSON, err := json.Marshal(x)
		if err != nil {
			asJSON = []byte(err.Error())
		}
		fmt.Fprintf(v, "%v %+v %#v %s\n", x, x, x, asJSON)
		if err, ok := x.(error); ok {
			for ; err != nil; err = errors.Unwrap(err) {
				fmt.Fprintf(v, "%T %v %+v %#v\n", err, err, err, err)
			}
		}
	}
}

const webCanary = "canary-0123456789"

// badAnswers are faults of the token endpoint that hold what must not be shown.
func badAnswers(grant string) []entratest.Fault {
	faults := []entratest.Fault{
		{Status: 200, Body: `{"access_token":"` + webCanary + `","refresh_token":"` + webCanary + `","expires_in":"soon"}`},
		{Status: 200, Body: `{"access_token":"` + webCanary + `","id_token":"` + webCanary + `","expires_in":1}`},
		{Status: 200, Body: `{"access_token":"` + webCanary},
		{Status: 400, Body: `{"error":"invalid_grant","error_description":"` + webCanary + `"}`},
		{Status: 400, Body: webCanary},
		{Cut: true},
		{After: true, Cut: true},
	}
	for i := range faults {
		faults[i].Grant = grant
	}
	return faults
}

// TestNoSecretOfABrowserLeaves drives the sign-ins with a browser, good answers
// and bad.
func TestNoSecretOfABrowserLeaves(t *testing.T) {
	t.Parallel()
	b := webBed(t, entratest.Options{Rotate: true}, webCanary)
	p := b.provider(t)
	v := &viewer{}
	secrets := []string{webCanary}
	finish := func(change func(url.Values)) {
		t.Helper()
		login := startWeb(t, p, entra.AuthCodeRequest{ResponseMode: "form_post"})
		callback := b.comeBack(t, login, sales)
		secrets = append(secrets, callback.Get("code"))
		change(callback)
		token, err := p.FinishAuthCode(t.Context(), login, callback)
		v.show(login, *login, token, err)
		_, err = p.FinishAuthCode(t.Context(), login, callback)
		v.show(err)
	}
	finish(func(url.Values) {})
	finish(func(c url.Values) { c.Set("state", webCanary) })
	finish(func(c url.Values) { c.Set("code", webCanary) })
	finish(func(c url.Values) { c.Set("error", "access_denied"); c.Set("error_description", webCanary) })
	for _, fault := range badAnswers("authorization_code") {
		b.server.Fail(fault)
		finish(func(url.Values) {})
	}
	sealed, err := startWeb(t, p, entra.AuthCodeRequest{}).Seal(t.Context(), newSealer(t), "browser")
	v.show(sealed, err)
	status, err := p.Status(t.Context())
	v.show(status, err)
	wantNothing(t, b, v, secrets)
}

func TestNoSecretOfALoopbackBrowserLeaves(t *testing.T) {
	t.Parallel()
	b := newBed(t, entratest.Options{Rotate: true})
	p := b.browser(t)
	v := &viewer{}
	// The browser may still be reading its page when the sign-in has ended.
	type visited struct{ code, page string }
	var secrets []string
	pages := make(chan visited)
	person := func(ctx context.Context, address string) error {
		req, err := b.server.Authorize(address, sales)
		if err != nil {
			return err
		}
		code := formOf(req).Get("code")
		go func() {
			page, _ := visit(req.WithContext(context.WithoutCancel(ctx))) // the sign-in says what went wrong
			pages <- visited{code, page}
		}()
		return nil
	}
	for _, fault := range append(badAnswers("authorization_code"), entratest.Fault{Grant: "authorization_code", Delay: 1}) {
		b.server.Fail(fault)
		token, err := p.SignInBrowser(t.Context(), entra.LoginRequest{}, &entra.BrowserOptions{OpenURL: person})
		v.show(token, err)
		seen := <-pages
		v.show(seen.page)
		secrets = append(secrets, seen.code)
	}
	_, err := p.SignInBrowser(t.Context(), entra.LoginRequest{}, &entra.BrowserOptions{OpenURL: b.person("")})
	v.show(err)
	wantNothing(t, b, v, secrets)
}

func TestNoSecretOfADeviceLeaves(t *testing.T) {
	t.Parallel()
	b := newBed(t, entratest.Options{Rotate: true})
	p := b.provider(t)
	v := &viewer{}
	for _, fault := range append(badAnswers("device_code")[3:5], entratest.Fault{Grant: "device_code", Delay: 1}) {
		login := start(t, p, entra.LoginRequest{})
		sealer := newSealer(t)
		sealed, err := login.Seal(t.Context(), sealer)
		v.show(login, login.Prompt(), sealed, err)
		resumed, err := p.ResumeDeviceCode(t.Context(), sealer, sealed)
		if err != nil {
			t.Fatal(err)
		}
		if err := b.server.Approve(login.Prompt().UserCode, sales); err != nil {
			t.Fatal(err)
		}
		b.server.Fail(fault)
		v.show(resumed)
		token, err := resumed.Wait(t.Context())
		v.show(token, err)
	}
	wantNothing(t, b, v, nil)
}

// wantNothing looks for secrets in what was printed, logged and stored.
func wantNothing(t *testing.T, b *bed, v *viewer, secrets []string) {
	t.Helper()
	for where, text := range map[string]string{"output": v.String(), "logs": b.log.String(), "files": readAll(t, b.cfg.CachePath)} {
		noSecret(t, b, where, text)
		for _, secret := range append([]string{webCanary}, secrets...) {
			if len(secret) < 12 {
				t.Fatalf("the secret %q is too short to look for", secret)
			}
			if strings.Contains(text, secret) {
				t.Errorf("%s hold a secret of %d bytes", where, len(secret))
			}
		}
	}
}
