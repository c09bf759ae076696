package entratest_test

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha1" // x5t is defined by it
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/m365go/sdk/m365auth/entratest"
)

func TestTokenAnswerCarriesWhatWasAskedFor(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		scope   string
		answer  string
		scp     string
		id      bool
		refresh bool
	}{
		"all":                   {fullScope, "Mail.Read openid profile", "Mail.Read openid profile", true, true},
		"no offline access":     {"Mail.Read openid email", "Mail.Read openid email", "Mail.Read openid email", true, false},
		"no id token":           {"Mail.Read offline_access", "Mail.Read", "Mail.Read", false, true},
		"full spelling":         {"https://graph.microsoft.com/Mail.Read User.Read", "https://graph.microsoft.com/Mail.Read User.Read", "Mail.Read User.Read", false, false},
		"case and doubles":      {"mail.read Mail.Read MAIL.READ", "mail.read", "mail.read", false, false},
		"default":               {".default", "User.Read Mail.Send .default", "User.Read Mail.Send", false, false},
		"default, full":         {"https://graph.microsoft.com/.default", "https://graph.microsoft.com/User.Read https://graph.microsoft.com/Mail.Send https://graph.microsoft.com/.default", "User.Read Mail.Send", false, false},
		"who somebody is alone": {"openid", "openid", "openid", true, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := start(t, &entratest.Options{
				AutoApprove: admin,
				Apps:        []entratest.App{{ID: clientID, Scopes: []string{"User.Read", "Mail.Send"}}},
			})
			a := poll(t, s, begin(t, s, test.scope), "client_info", "1")
			if a.status != http.StatusOK || a.str("token_type") != "Bearer" {
				t.Fatalf("token answered %d %s, want 200 and a Bearer", a.status, a.text)
			}
			if got := a.str("scope"); got != test.answer {
				t.Errorf("scope = %q, want %q", got, test.answer)
			}
			if got := claims(t, a.str("access_token"))["scp"]; got != test.scp {
				t.Errorf("scp = %q, want %q", got, test.scp)
			}
			if got := a.str("id_token") != ""; got != test.id {
				t.Errorf("has an id_token: %t, want %t", got, test.id)
			}
			if got := a.str("refresh_token") != ""; got != test.refresh {
				t.Errorf("has a refresh_token: %t, want %t", got, test.refresh)
			}
			if a.number("expires_in") != 3599 || a.number("ext_expires_in") != 3599 || a.json["refresh_in"] != nil {
				t.Errorf("expires_in %v, ext_expires_in %v, refresh_in %v, want 3599, 3599 and none",
					a.json["expires_in"], a.json["ext_expires_in"], a.json["refresh_in"])
			}
		})
	}
}

func TestClientInfoOnlyWhenAskedFor(t *testing.T) {
	t.Parallel()
	s := start(t, &entratest.Options{AutoApprove: admin})
	if a := poll(t, s, begin(t, s, fullScope)); a.json["client_info"] != nil {
		t.Errorf("client_info = %v, want none", a.json["client_info"])
	}
	a := poll(t, s, begin(t, s, fullScope), "client_info", "1")
	text, err := base64.RawURLEncoding.DecodeString(a.str("client_info"))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := string(text), `{"uid":"`+s.Users()[0].ID+`","utid":"`+s.TenantID()+`"}`; got != want {
		t.Errorf("client_info = %s, want %s", got, want)
	}
}

func TestAccessTokenSaysWhoAndVerifies(t *testing.T) {
	t.Parallel()
	c := newClock()
	s := start(t, &entratest.Options{
		AutoApprove: sales, Now: c.now, TokenLifetime: 2 * time.Hour,
		Users: []entratest.User{{UPN: sales, DisplayName: "Sales Desk", ID: "aaaa1111-2222-4333-8444-555566667777"}},
		Apps:  []entratest.App{{ID: clientID, Name: "Test program"}},
	})
	a := poll(t, s, begin(t, s, fullScope), "claims", `{"access_token":{"xms_cc":{"values":["cp1"]}}}`)
	if a.number("refresh_in") != 3600 {
		t.Errorf("refresh_in = %v for a token of two hours, want 3600", a.json["refresh_in"])
	}
	got := claims(t, a.str("access_token"))
	if uti, _ := got["uti"].(string); uti == "" {
		t.Error("uti is missing, want an id of the token")
	}
	if sub, _ := got["sub"].(string); sub == "" || sub == claims(t, a.str("id_token"))["sub"] {
		t.Error("sub is missing, or the same for two audiences; want a pairwise one")
	}
	if diff := cmp.Diff(map[string]any{"sub": claims(t, a.str("id_token"))["sub"]}, got["xms_st"]); diff != "" {
		t.Errorf("xms_st (-want +got):\n%s", diff)
	}
	delete(got, "uti")
	delete(got, "xms_st")
	delete(got, "rh")
	delete(got, "sub")
	want := map[string]any{
		"aud": "https://graph.microsoft.com", "iss": s.Issuer(), "tid": s.TenantID(), "ver": "2.0",
		"iat": float64(c.now().Unix() - 300), "nbf": float64(c.now().Unix() - 300), "exp": float64(c.now().Unix() + 7200),
		"oid": "aaaa1111-2222-4333-8444-555566667777", "upn": sales, "preferred_username": sales, "name": "Sales Desk",
		"appid": clientID, "appidacr": "0", "azp": clientID, "azpacr": "0", "app_displayname": "Test program", "idtyp": "user",
		"scp": "Mail.Read openid profile", "xms_cc": []any{"CP1"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("claims of the access token (-want +got):\n%s", diff)
	}
	for _, token := range []string{a.str("access_token"), a.str("id_token")} {
		verify(t, s, token)
	}
}

// verify checks a token's signature with the JWKS, and that Key gives the same.
func verify(t *testing.T, s *entratest.Server, token string) {
	t.Helper()
	parts := strings.Split(token, ".")
	header, err := base64.RawURLEncoding.DecodeString(parts[0])
	if err != nil {
		t.Fatal(err)
	}
	var head struct{ Alg, Kid, Typ, X5T string }
	if err := json.Unmarshal(header, &head); err != nil || head.Alg != "RS256" {
		t.Fatalf("header %s, want alg RS256 (%v)", header, err)
	}
	var set struct {
		Keys []struct {
			Kid, Kty, N, E, X5T string
			X5C                 []string
		}
	}
	if err := json.Unmarshal([]byte(get(t, s, "/common/discovery/v2.0/keys").text), &set); err != nil || len(set.Keys) != 1 {
		t.Fatalf("the key set has %d keys, want 1 (%v)", len(set.Keys), err)
	}
	if set.Keys[0].Kid != head.Kid {
		t.Errorf("kid of the token = %q, of the key %q, want the same", head.Kid, set.Keys[0].Kid)
	}
	der, _ := base64.StdEncoding.DecodeString(set.Keys[0].X5C[0])
	cert, err := x509.ParseCertificate(der)
	if thumb := sha1.Sum(der); err != nil || set.Keys[0].X5T != base64.RawURLEncoding.EncodeToString(thumb[:]) || head.X5T != set.Keys[0].X5T {
		t.Fatalf("x5t of the token = %q, of the key %q, want the thumbprint of x5c (%v)", head.X5T, set.Keys[0].X5T, err)
	}
	n, _ := base64.RawURLEncoding.DecodeString(set.Keys[0].N)
	e, _ := base64.RawURLEncoding.DecodeString(set.Keys[0].E)
	key := &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: int(new(big.Int).SetBytes(e).Int64())}
	if !key.Equal(cert.PublicKey) {
		t.Error("the certificate in x5c is of another key")
	}
	sig, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil {
		t.Fatal(err)
	}
	digest := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	if err := rsa.VerifyPKCS1v15(key, crypto.SHA256, digest[:], sig); err != nil {
		t.Errorf("the signature does not verify: %v", err)
	}
	if got, err := s.Key(t.Context(), head.Kid); err != nil || !key.Equal(got) {
		t.Errorf("Key(%q) differs from the key set (%v)", head.Kid, err)
	}
	if _, err := s.Key(t.Context(), "another"); err == nil {
		t.Error("Key(another) gave a key, want an error")
	}
}

func TestTokenMintsWithoutASignIn(t *testing.T) {
	t.Parallel()
	s := start(t, &entratest.Options{Audience: "https://127.0.0.1:8443/"})
	token, err := s.Token(strings.ToUpper(admin), "https://127.0.0.1:8443/Mail.Read", "Files.Read")
	if err != nil {
		t.Fatalf("Token() error: %v", err)
	}
	c := claims(t, token)
	if c["scp"] != "Mail.Read Files.Read" || c["aud"] != "https://127.0.0.1:8443" || c["upn"] != admin {
		t.Errorf("claims = %v, want the scopes, the audience and the user", c)
	}
	verify(t, s, token)
	if token, err = s.Token(admin); err != nil || claims(t, token)["scp"] != "User.Read Mail.Read Calendars.Read Files.Read.All" {
		t.Errorf("Token() without scopes: scp = %v, want those of the registration (%v)", claims(t, token)["scp"], err)
	}
	for _, bad := range [][]string{{"nobody@contoso.example", "Mail.Read"}, {admin, "https://other.example/Mail.Read"}} {
		if _, err := s.Token(bad[0], bad[1:]...); err == nil {
			t.Errorf("Token(%q) succeeded, want an error", bad)
		}
	}
}

func TestValidationTokenIsGraphs(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	token, err := s.ValidationToken(clientID)
	if err != nil {
		t.Fatalf("ValidationToken() error: %v", err)
	}
	c := claims(t, token)
	const publisher = "0bf30f3b-4a52-48df-9a82-234910c4a086"
	if c["aud"] != clientID || c["azp"] != publisher || c["appid"] != publisher || c["iss"] != s.Issuer() || c["tid"] != s.TenantID() || c["scp"] != nil {
		t.Errorf("claims = %v, want the subscriber as audience and Graph as application", c)
	}
	verify(t, s, token)
	if _, err := s.ValidationToken(""); err == nil {
		t.Error("ValidationToken without an application succeeded, want an error")
	}
}

func TestCredentialsInHTTPBasic(t *testing.T) {
	t.Parallel()
	s := start(t, &entratest.Options{AutoApprove: admin, Apps: []entratest.App{{ID: clientID}}})
	device := begin(t, s, fullScope)
	for _, test := range []struct {
		password string
		code     int
	}{{"a secret", 700025}, {"", 0}} {
		f := form("client_id", "", "grant_type", "device_code", "device_code", device.str("device_code"))
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL()+"/common/oauth2/v2.0/token", strings.NewReader(f.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.SetBasicAuth(clientID, test.password)
		res, err := s.Client().Do(req)
		if a := read(t, res, err); a.code() != test.code {
			t.Errorf("Basic with the password %q answered %d %s, want the error %d", test.password, a.status, a.text, test.code)
		}
	}
}

func TestAppTokenIsTheApplicationsOwn(t *testing.T) {
	t.Parallel()
	s := start(t, &entratest.Options{Apps: []entratest.App{{
		ID: clientID, Secrets: []string{"a secret"}, Roles: []string{"Mail.Send", "api://" + clientID + "/Own"},
	}}})
	token, err := s.AppToken(strings.ToUpper(clientID))
	if err != nil {
		t.Fatal(err)
	}
	minted := claims(t, token)
	granted := claims(t, post(t, s, "token", form("client_id", clientID, "client_secret", "a secret", "grant_type", "client_credentials", "scope", ".default")).str("access_token"))
	for _, name := range []string{"aud", "iss", "idtyp", "oid", "sub", "tid", "appid", "appidacr", "roles", "scp"} {
		if diff := cmp.Diff(granted[name], minted[name]); diff != "" {
			t.Errorf("%s differs from client_credentials' (-want +got):\n%s", name, diff)
		}
	}
	for _, id := range []string{"", "11112222-bbbb-3333-cccc-4444dddd5555"} {
		if token, err := s.AppToken(id); err == nil {
			t.Errorf("AppToken(%q) = %s, want an error", id, token)
		}
	}
}
