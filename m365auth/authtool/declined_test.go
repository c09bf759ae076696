package authtool_test

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/m365go/sdk/m365auth/agenttool"
	"github.com/m365go/sdk/m365auth/entra"
	"github.com/m365go/sdk/m365auth/entratest"
)

// fewer grants no more than Mail.Read, as a person may.
type fewer struct{ http.RoundTripper }

func (f fewer) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := f.RoundTripper.RoundTrip(r)
	if err != nil || !strings.HasSuffix(r.URL.Path, "/token") {
		return resp, err
	}
	body, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	body = bytes.ReplaceAll(body, []byte("Files.Read.All"), nil)
	resp.Body, resp.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	resp.Header.Del("Content-Length")
	return resp, err
}

func TestASignInWithFewerScopesStillBelongsToWhoSignedIn(t *testing.T) {
	t.Parallel()
	s := emulator(t, entratest.Options{})
	o := on(s, nil)
	o.Entra = &entra.Options{HTTPClient: &http.Client{Transport: fewer{s.Client().Transport}}}
	b := mount(t, o, map[string]any{"scopes": []any{"Mail.Read", "Files.Read.All"}})
	login := b.ask(desk, `{"operation":"login"}`)
	if err := s.Approve(login.SignIn.UserCode, sales); err != nil {
		t.Fatal(err)
	}
	a := b.settled(desk)
	if a.SignIn.Error == nil || a.SignIn.Error.Code != agenttool.CodeScopeMissing || len(a.Accounts) != 1 {
		t.Errorf("status = %+v, want the missing scope and the account", a)
	}
	if a := b.ask(night, `{"operation":"accounts"}`); len(a.Accounts) != 0 {
		t.Errorf("another caller sees %v, want nothing", a.Accounts)
	}
}
