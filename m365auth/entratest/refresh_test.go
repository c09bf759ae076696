package entratest_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/m365go/sdk/m365auth/entratest"
)

// signedIn returns a server and the answer of a sign-in.
func signedIn(t *testing.T, opts entratest.Options, scope string) (*entratest.Server, answer) {
	t.Helper()
	opts.AutoApprove = admin
	s := start(t, &opts)
	a := poll(t, s, begin(t, s, scope))
	if a.status != http.StatusOK {
		t.Fatalf("sign-in answered %d %s, want 200", a.status, a.text)
	}
	return s, a
}

func TestRefreshGivesNewTokens(t *testing.T) {
	t.Parallel()
	s, first := signedIn(t, entratest.Options{}, fullScope+" User.Read")
	second := refresh(t, s, first.str("refresh_token"), "scope", "mail.read openid")
	if second.status != http.StatusOK {
		t.Fatalf("refresh answered %d %s, want 200", second.status, second.text)
	}
	// Entra puts all that was consented into the token, asked for or not.
	if got, want := second.str("scope"), "mail.read User.Read openid"; got != want {
		t.Errorf("scope = %q, want %q", got, want)
	}
	for _, field := range []string{"access_token", "refresh_token", "id_token"} {
		if second.str(field) == "" || second.str(field) == first.str(field) {
			t.Errorf("%s is missing or the old one, want a new one", field)
		}
	}
	// The old refresh token stays good, as at Entra; without scopes it repeats those of the sign-in.
	again := refresh(t, s, first.str("refresh_token"))
	if again.status != http.StatusOK || again.str("scope") != "Mail.Read User.Read openid profile" {
		t.Errorf("second use answered %d %s, want 200 with the scopes of the sign-in", again.status, again.text)
	}
}

func TestRefreshAsksForConsent(t *testing.T) {
	t.Parallel()
	s, a := signedIn(t, entratest.Options{}, fullScope)
	denied := refresh(t, s, a.str("refresh_token"), "scope", "Mail.Send")
	if denied.str("error") != "invalid_grant" || denied.code() != 65001 || denied.str("suberror") != "consent_required" {
		t.Errorf("refresh with a new scope answered %s, want invalid_grant, consent_required with 65001", denied.text)
	}
	if b := poll(t, s, begin(t, s, "Mail.Send")); b.str("scope") != "Mail.Read Mail.Send" {
		t.Errorf("sign-in with the new scope: scope = %q, want both that were consented to", b.str("scope"))
	}
	if ok := refresh(t, s, a.str("refresh_token"), "scope", "Mail.Send"); ok.status != http.StatusOK {
		t.Errorf("refresh after consent answered %d %s, want 200", ok.status, ok.text)
	}
}

func TestRefreshTokensEnd(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		end  func(*entratest.Server, *clock)
		code int
	}{
		"revoked":          {func(s *entratest.Server, _ *clock) { s.Revoke(strings.ToUpper(admin)) }, 50173},
		"another's revoke": {func(s *entratest.Server, _ *clock) { s.Revoke(sales) }, 0},
		"on the last day":  {func(_ *entratest.Server, c *clock) { c.advance(90 * 24 * time.Hour) }, 0},
		"too old":          {func(_ *entratest.Server, c *clock) { c.advance(90*24*time.Hour + time.Second) }, 700082},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newClock()
			s, a := signedIn(t, entratest.Options{Now: c.now}, fullScope)
			test.end(s, c)
			got := refresh(t, s, a.str("refresh_token"))
			if got.code() != test.code || test.code != 0 && (got.str("error") != "invalid_grant" || got.str("suberror") != "bad_token") {
				t.Errorf("refresh answered %d %s, want the error %d", got.status, got.text, test.code)
			}
		})
	}
}

func TestRefreshingKeepsASignInAlive(t *testing.T) {
	t.Parallel()
	c := newClock()
	s, a := signedIn(t, entratest.Options{Now: c.now}, fullScope)
	for range 3 {
		c.advance(60 * 24 * time.Hour)
		poll(t, s, begin(t, s, fullScope)) // a new sign-in is when old ones are forgotten
		a = refresh(t, s, a.str("refresh_token"))
		if a.status != http.StatusOK {
			t.Fatalf("refresh after 60 days answered %d %s, want 200", a.status, a.text)
		}
	}
}

func TestRotationRevokesTheFamilyOnReuse(t *testing.T) {
	t.Parallel()
	s, first := signedIn(t, entratest.Options{Rotate: true}, fullScope)
	other := poll(t, s, begin(t, s, fullScope))
	second := refresh(t, s, first.str("refresh_token"))
	if second.status != http.StatusOK {
		t.Fatalf("first use answered %d %s, want 200", second.status, second.text)
	}
	for name, token := range map[string]string{"used": first.str("refresh_token"), "newest": second.str("refresh_token")} {
		if name == "newest" { // after the reuse, in whichever order the map comes
			refresh(t, s, first.str("refresh_token"))
		}
		if a := refresh(t, s, token); a.code() != 50173 {
			t.Errorf("the %s token after reuse answered %d %s, want 50173", name, a.status, a.text)
		}
	}
	if a := refresh(t, s, other.str("refresh_token")); a.status != http.StatusOK {
		t.Errorf("the token of another sign-in answered %d %s, want 200", a.status, a.text)
	}
}

func TestRefreshTokenIsBoundAndSealed(t *testing.T) {
	t.Parallel()
	s, a := signedIn(t, entratest.Options{}, fullScope)
	token := a.str("refresh_token")
	if b := refresh(t, s, token, "client_id", "another"); b.code() != 70000 {
		t.Errorf("another client answered %s, want 70000", b.text)
	}
	other := start(t, nil)
	if b := refresh(t, other, token); b.code() != 70000 {
		t.Errorf("another server answered %s, want 70000", b.text)
	}
	for _, i := range []int{2, 20, len(token) / 2, len(token) - 3} {
		flipped := []byte(token)
		flipped[i] ^= 1
		if b := refresh(t, s, string(flipped)); b.code() != 70000 {
			t.Errorf("with character %d changed answered %s, want 70000", i, b.text)
		}
	}
}

func TestIssuedListsEverySecret(t *testing.T) {
	t.Parallel()
	s := start(t, &entratest.Options{AutoApprove: admin})
	device := begin(t, s, fullScope)
	first := poll(t, s, device)
	second := refresh(t, s, first.str("refresh_token"))
	minted, err := s.Token(admin)
	if err != nil {
		t.Fatal(err)
	}
	issued := s.Issued()
	for name, secret := range map[string]string{
		"device code": device.str("device_code"), "minted token": minted,
		"first access token": first.str("access_token"), "first refresh token": first.str("refresh_token"),
		"second access token": second.str("access_token"), "second refresh token": second.str("refresh_token"),
	} {
		if !slices.Contains(issued, secret) {
			t.Errorf("Issued() misses the %s", name)
		}
	}
	for _, r := range s.Requests() {
		for _, secret := range issued {
			if strings.Contains(r.Path+r.ClientID+r.GrantType, secret) {
				t.Errorf("Requests() holds a secret in %s", r.Path)
			}
		}
	}
}
