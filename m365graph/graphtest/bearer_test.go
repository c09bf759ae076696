package graphtest_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/m365go/sdk/m365graph/graphtest"
)

func TestBearerIsRefused(t *testing.T) {
	t.Parallel()
	f := setup(t, office())
	parts := strings.Split(f.token, ".")
	unsigned := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none","kid":"k1"}`)) + "." + parts[1] + "."
	otherKid := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"RS256","kid":"k2"}`)) + "." + parts[1] + "." + parts[2]
	for name, header := range map[string]string{
		"missing":            "-",
		"empty":              "Bearer ",
		"other scheme":       "Basic " + f.token,
		"not a token":        "Bearer opaque",
		"unsigned":           "Bearer " + unsigned,
		"other algorithm":    "Bearer " + mintAs(t, "RS512", nil),
		"unknown key":        "Bearer " + otherKid,
		"changed claims":     "Bearer " + parts[0] + "." + strings.Split(mint(t, map[string]any{"oid": opsID}), ".")[1] + "." + parts[2],
		"foreign audience":   "Bearer " + mint(t, map[string]any{"aud": "https://management.example"}),
		"foreign tenant":     "Bearer " + mint(t, map[string]any{"tid": opsID}),
		"foreign issuer":     "Bearer " + mint(t, map[string]any{"iss": "https://login.example/other/v2.0"}),
		"expired":            "Bearer " + mint(t, map[string]any{"exp": now.Add(-5 * time.Minute).Unix()}),
		"without expiry":     "Bearer " + mint(t, map[string]any{"exp": nil}),
		"not yet valid":      "Bearer " + mint(t, map[string]any{"nbf": now.Add(6 * time.Minute).Unix()}),
		"nobody's delegated": "Bearer " + mint(t, map[string]any{"oid": ""}),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := f.do(t, "GET", "/me", "", "Authorization", header)
			if a.status != http.StatusUnauthorized || a.code(t) != "InvalidAuthenticationToken" {
				t.Errorf("GET /me = %d %s, want 401 InvalidAuthenticationToken", a.status, a.body)
			}
			if got := a.header.Get("WWW-Authenticate"); !strings.HasPrefix(got, "Bearer ") {
				t.Errorf("WWW-Authenticate = %q, want a Bearer challenge", got)
			}
		})
	}
}

func TestBearerIsAccepted(t *testing.T) {
	t.Parallel()
	f := setup(t, office())
	for name, claims := range map[string]map[string]any{
		"audience is Graph's application": {"aud": "00000003-0000-0000-c000-000000000000"},
		"audience with a slash":           {"aud": "https://graph.microsoft.com/"},
		"expired within the leeway":       {"exp": now.Add(-4 * time.Minute).Unix()},
		"scope spelt as a URL":            {"scp": "https://graph.microsoft.com/user.read"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if a := f.do(t, "GET", "/me", "", "Authorization", "bearer "+mint(t, claims)); a.status != http.StatusOK {
				t.Errorf("GET /me = %d %s, want 200", a.status, a.body)
			}
		})
	}
}

func TestLeeway(t *testing.T) {
	t.Parallel()
	for leeway, lasts := range map[time.Duration]time.Duration{0: 5 * time.Minute, time.Minute: time.Minute, -1: 0} {
		s, err := graphtest.New(&graphtest.Options{Keys: keys, Issuer: issuer, Tenant: office(), Leeway: leeway, Now: func() time.Time { return now }})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Close() })
		f := &fixture{s, ""}
		for ended, want := range map[time.Duration]int{lasts: 401, lasts - time.Second: 200} {
			if a := f.do(t, "GET", "/me", "", "Authorization", "Bearer "+mint(t, map[string]any{"exp": now.Add(-ended).Unix()})); a.status != want {
				t.Errorf("with a leeway of %v, %v after the end: %d %s, want %d", leeway, ended, a.status, a.body, want)
			}
		}
	}
}

// https://learn.microsoft.com/entra/identity-platform/claims-challenge
func TestACalledBackTokenIsChallenged(t *testing.T) {
	t.Parallel()
	const asked = `{"access_token":{"nbf":{"essential":true,"value":"1772614800"}}}`
	old, renewed := mint(t, nil), mint(t, map[string]any{"iat": now.Unix()})
	s, err := graphtest.New(&graphtest.Options{
		Keys: keys, Issuer: issuer, Tenant: office(), Now: func() time.Time { return now },
		Challenge: func(token string) string {
			if token == old {
				return asked
			}
			return ""
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	a := (&fixture{s, old}).do(t, "GET", "/me", "")
	challenge := a.header.Get("WWW-Authenticate")
	if a.status != http.StatusUnauthorized || a.code(t) != "InvalidAuthenticationToken" || !strings.Contains(challenge, `error="insufficient_claims"`) {
		t.Errorf("GET /me with an old token = %d %s %q, want 401 with a challenge", a.status, a.body, challenge)
	}
	_, encoded, _ := strings.Cut(challenge, `claims="`)
	encoded, _, _ = strings.Cut(encoded, `"`)
	if claims, err := base64.StdEncoding.DecodeString(encoded); err != nil || string(claims) != asked {
		t.Errorf("the claims are %q, %v, want %s", claims, err, asked)
	}
	if a := (&fixture{s, renewed}).do(t, "GET", "/me", ""); a.status != http.StatusOK {
		t.Errorf("GET /me with a new token = %d %s, want 200", a.status, a.body)
	}
	if a := (&fixture{s, "x.y.z"}).do(t, "GET", "/me", ""); strings.Contains(a.header.Get("WWW-Authenticate"), "claims") {
		t.Error("a token that is none was challenged for claims")
	}
}

func TestBearerOfAnEllipticKeyIsAccepted(t *testing.T) {
	t.Parallel()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	s, err := graphtest.New(&graphtest.Options{
		Keys:   func(context.Context, string) (crypto.PublicKey, error) { return key.Public(), nil },
		Tenant: office(), Now: func() time.Time { return now },
	})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	b64 := base64.RawURLEncoding.EncodeToString
	signed := b64([]byte(`{"alg":"ES256"}`)) + "." + b64(fmt.Appendf(nil, `{"aud":"https://graph.microsoft.com","oid":%q,"scp":"User.Read","exp":%d}`, salesID, now.Add(time.Hour).Unix()))
	digest := sha256.Sum256([]byte(signed))
	r, v, err := ecdsa.Sign(rand.Reader, key, digest[:])
	if err != nil {
		t.Fatal(err)
	}
	signature := append(r.FillBytes(make([]byte, 32)), v.FillBytes(make([]byte, 32))...)
	f := &fixture{s, signed + "." + b64(signature)}
	if a := f.do(t, "GET", "/me", ""); a.status != http.StatusOK {
		t.Errorf("GET /me = %d %s, want 200", a.status, a.body)
	}
	signature[0] ^= 1
	f.token = signed + "." + b64(signature)
	if a := f.do(t, "GET", "/me", ""); a.status != http.StatusUnauthorized {
		t.Errorf("GET /me with a broken signature = %d, want 401", a.status)
	}
}

func TestScopesAndMailboxesAreKeptApart(t *testing.T) {
	t.Parallel()
	f := setup(t, office())
	app := map[string]any{"scp": nil, "oid": nil, "roles": []string{"Mail.Read"}}
	for _, tt := range []struct {
		name, path string
		claims     map[string]any
		status     int
		code       string
	}{
		{"own mail", "/me/messages", map[string]any{"scp": "Mail.Read"}, 200, ""},
		{"own mail by id", "/users/" + salesID + "/messages", map[string]any{"scp": "Mail.Read"}, 200, ""},
		{"own mail by encoded name", "/users/Sales%40contoso.example/messages", map[string]any{"scp": "Mail.Read"}, 200, ""},
		{"mail without its scope", "/me/messages", map[string]any{"scp": "User.Read"}, 403, "ErrorAccessDenied"},
		{"people without their scope", "/users", map[string]any{"scp": "User.Read"}, 403, "Authorization_RequestDenied"},
		{"a person without their scope", "/users/" + opsID, map[string]any{"scp": "User.Read"}, 403, "Authorization_RequestDenied"},
		{"a person", "/users/" + opsID, map[string]any{"scp": "User.ReadBasic.All"}, 200, ""},
		{"somebody's mail", "/users/" + opsID + "/messages", map[string]any{"scp": "Mail.ReadWrite"}, 403, "ErrorAccessDenied"},
		{"mail of nobody", "/users/nobody@contoso.example/messages", map[string]any{"scp": "Mail.ReadWrite"}, 403, "ErrorAccessDenied"},
		{"nobody", "/users/nobody@contoso.example", nil, 404, "Request_ResourceNotFound"},
		{"a token of nobody here", "/me", map[string]any{"oid": tenantID}, 404, "Request_ResourceNotFound"},
		{"an application on me", "/me/messages", app, 400, "BadRequest"},
		{"an application on a mailbox", "/users/" + opsID + "/messages", app, 200, ""},
		{"an application on nobody's mailbox", "/users/nobody@contoso.example/messages", app, 404, "ErrorInvalidUser"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			a := f.do(t, "GET", tt.path, "", "Authorization", "Bearer "+mint(t, tt.claims))
			if a.status != tt.status {
				t.Fatalf("GET %s = %d %s, want %d", tt.path, a.status, a.body, tt.status)
			}
			if tt.code != "" && a.code(t) != tt.code {
				t.Errorf("GET %s: code = %s, want %s", tt.path, a.code(t), tt.code)
			}
		})
	}
}
