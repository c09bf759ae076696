package entra_test

import (
	"crypto/x509"
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365auth/entra"
	"github.com/m365go/sdk/m365auth/entratest"
)

// webSignIn signs sales in through a web host.
func webSignIn(t *testing.T, b *bed, p *entra.Provider) m365auth.Token {
	t.Helper()
	login := startWeb(t, p, entra.AuthCodeRequest{})
	token, err := p.FinishAuthCode(t.Context(), login, b.comeBack(t, login, sales))
	if err != nil {
		t.Fatalf("FinishAuthCode() error: %v", err)
	}
	return token
}

// MSAL refuses claims in the silent call of a confidential client, and serves
// what it holds without them.
func TestAConfidentialClientRefreshesWhenToldTo(t *testing.T) {
	t.Parallel()
	b := webBed(t, entratest.Options{Rotate: true}, "right")
	var claims []string
	b.edit(func(form url.Values, _ answer) {
		if form.Get("grant_type") == "refresh_token" {
			claims = append(claims, form.Get("claims"))
		}
	})
	p := b.provider(t)
	last := webSignIn(t, b, p)
	for _, req := range []m365auth.TokenRequest{
		{ForceRefresh: true}, {ForceRefresh: true},
		{Claims: `{"access_token":{"nbf":{"essential":true,"value":"7"}}}`}, {Claims: `{"access_token":{"nbf":{"essential":true,"value":"8"}}}`},
	} {
		token, err := p.Token(t.Context(), req)
		if err != nil || token.Access.Equal(last.Access) || token.Account != last.Account {
			t.Errorf("Token(%+v) = %v, %v, want a new token of the same account", req, token, err)
		}
		last = token
	}
	if _, err := p.Token(t.Context(), m365auth.TokenRequest{Tenant: "contoso.example"}); err != nil || len(claims) != 5 {
		t.Errorf("Token() of another tenant: %v after %d refreshes, want the fifth", err, len(claims))
	}
	cp1 := `{"access_token":{"xms_cc":{"values":["CP1"]}}}`
	want := []string{
		cp1, cp1, `{"access_token":{"nbf":{"essential":true,"value":"7"},"xms_cc":{"values":["CP1"]}}}`,
		`{"access_token":{"nbf":{"essential":true,"value":"8"},"xms_cc":{"values":["CP1"]}}}`, cp1,
	}
	if !slices.Equal(claims, want) {
		t.Errorf("claims sent = %q, want %q", claims, want)
	}
	other, err := b.provider(t).Token(t.Context(), m365auth.TokenRequest{})
	if err != nil || !other.Access.Equal(last.Access) {
		t.Errorf("Token() of another replica = %v, want the token that was saved", err)
	}
}

func TestARefreshOutlivesTheRotationOfASecret(t *testing.T) {
	t.Parallel()
	b := webBed(t, entratest.Options{}, "right")
	b.cfg.ClientSecret = m365auth.Secret{}
	b.opts.ClientSecret = inTurn("wrong", "right", "other")
	p := b.provider(t)
	webSignIn(t, b, p)
	if _, err := p.Token(t.Context(), m365auth.TokenRequest{ForceRefresh: true}); err != nil {
		t.Errorf("Token() error: %v", err)
	}
	b.server.Fail(entratest.Fault{Grant: "refresh_token", AADSTS: 7000222, Count: -1})
	_, err := p.Token(t.Context(), m365auth.TokenRequest{ForceRefresh: true})
	fails(t, "a secret that is refused again", err, m365auth.ErrAppMisconfigured, 7000222, "make a new secret")
	if n := b.grants("refresh_token"); n != 3 {
		t.Errorf("refreshes = %d, want 3: a good one, and one with each of two secrets", n)
	}
	// The person stays signed in: it was the application that was refused.
	if _, err := p.Token(t.Context(), m365auth.TokenRequest{}); err != nil {
		t.Errorf("Token() from memory: %v", err)
	}
}

func TestAWebHostProvesItselfWithACertificate(t *testing.T) {
	t.Parallel()
	pair := newPair(t, 0, "app", nil)
	b := newBed(t, entratest.Options{Apps: []entratest.App{{
		ID: clientID, RedirectURIs: []string{home}, Certificates: []*x509.Certificate{pair.cert},
	}}})
	b.cfg.Method, b.cfg.RedirectURL, b.cfg.CertificatePath = m365auth.MethodAuthCode, home, writeFile(t, "key.pem", pair.pem(t))
	p := b.provider(t)
	first := webSignIn(t, b, p)
	second, err := p.Token(t.Context(), m365auth.TokenRequest{ForceRefresh: true})
	if err != nil || second.Access.Equal(first.Access) || time.Until(second.ExpiresOn) < 50*time.Minute {
		t.Errorf("Token() = %v, %v, want a new token for an hour", second, err)
	}
}
