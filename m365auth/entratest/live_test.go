package entratest_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/m365go/sdk/m365auth/entratest"
)

// A program of before Entra's second version has an id of that time, names no tenant,
// reads its code off the address of a page, and refreshes without saying for what.
func TestProgramsOfPersonalAccountsComeIn(t *testing.T) {
	t.Parallel()
	opts := twoUsers()
	opts.AutoApprove, opts.Others = sales, &entratest.App{Scopes: []string{"Files.ReadWrite"}}
	s := start(t, opts)
	const host = "https://login.live.com"
	client := *s.Client()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	to := host + "/oauth20_desktop.srf"
	q := form("client_id", "000000004C12E85D", "response_type", "code", "redirect_uri", to, "scope", "Files.ReadWrite offline_access", "display", "touch")
	res, err := client.Get(host + "/oauth20_authorize.srf?" + q.Encode())
	a := read(t, res, err)
	at, err := url.Parse(a.header.Get("Location"))
	if err != nil || !strings.HasPrefix(at.String(), to+"?code=") {
		t.Fatalf("authorize answered %d %s, want it to lead to %s", a.status, a.text, to)
	}
	res, err = client.Get(at.String())
	if page := read(t, res, err); page.status != http.StatusOK || !strings.Contains(page.text, "address of this page") {
		t.Errorf("its page answered %d, want one that says where the code is", page.status)
	}
	token := func(values url.Values) answer {
		res, err := client.PostForm(host+"/oauth20_token.srf", values)
		return read(t, res, err)
	}
	got := token(form("client_id", "000000004C12E85D", "grant_type", "authorization_code", "redirect_uri", to, "code", at.Query().Get("code")))
	if got.status != http.StatusOK || got.str("refresh_token") == "" {
		t.Fatalf("the code was answered %d %s, want tokens", got.status, got.text)
	}
	again := token(form("client_id", "000000004C12E85D", "grant_type", "refresh_token", "refresh_token", got.str("refresh_token")))
	if again.status != http.StatusOK || !strings.Contains(again.str("scope"), "Files.ReadWrite") {
		t.Errorf("the refresh was answered %d %s, want the same scopes again", again.status, again.text)
	}
	if a := token(form("client_id", "000000004C12E85D", "grant_type", "refresh_token", "refresh_token", "forged")); a.status != http.StatusBadRequest {
		t.Errorf("a forged refresh token was answered %d %s, want 400", a.status, a.text)
	}
	if a := get(t, s, "/oauth20_token.srf"); a.code() != 900561 {
		t.Errorf("GET of the token endpoint answered %d %s, want 900561", a.status, a.text)
	}
	if addr, ok := s.Serves("login.live.com"); !ok || addr != s.Host() {
		t.Errorf("Serves(login.live.com) = %s, %t, want %s", addr, ok, s.Host())
	}
}
