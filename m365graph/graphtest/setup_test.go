package graphtest_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/m365go/sdk/m365graph/graphtest"
)

// now is the clock of the tests.
var now = time.Date(2026, 3, 4, 9, 0, 0, 0, time.UTC)

const (
	tenantID = "8a6f1b5e-0000-4000-8000-000000000001"
	salesID  = "8a6f1b5e-0000-4000-8000-000000000002"
	opsID    = "8a6f1b5e-0000-4000-8000-000000000003"
	issuer   = "https://login.example/" + tenantID + "/v2.0"

	allScopes = "User.Read User.ReadBasic.All Mail.ReadWrite Mail.Send MailboxSettings.Read Calendars.ReadWrite Files.ReadWrite"
)

// signingKey signs the tokens of all tests; making one is slow.
var signingKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

func keys(_ context.Context, kid string) (crypto.PublicKey, error) {
	if kid != "k1" {
		return nil, errors.New("unknown key")
	}
	return signingKey().Public(), nil
}

// mint signs a token for the sales desk, with claims laid over the defaults.
func mint(t testing.TB, claims map[string]any) string {
	t.Helper()
	return mintAs(t, "RS256", claims)
}

// mintAs is mint with a header that names another algorithm.
func mintAs(t testing.TB, alg string, claims map[string]any) string {
	t.Helper()
	all := map[string]any{
		"iss": issuer, "aud": "https://graph.microsoft.com", "tid": tenantID, "oid": salesID, "scp": allScopes,
		"nbf": now.Add(-time.Minute).Unix(), "exp": now.Add(time.Hour).Unix(),
	}
	for k, v := range claims {
		all[k] = v
	}
	payload, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	b64 := base64.RawURLEncoding.EncodeToString
	signed := b64([]byte(`{"alg":"`+alg+`","typ":"JWT","kid":"k1"}`)) + "." + b64(payload)
	digest := sha256.Sum256([]byte(signed))
	signature, err := rsa.SignPKCS1v15(nil, signingKey(), crypto.SHA256, digest[:])
	if err != nil {
		t.Fatal(err)
	}
	return signed + "." + b64(signature)
}

// fixture is a server and the token of its first person.
type fixture struct {
	*graphtest.Server
	token string
}

// setup starts a server on a tenant.
func setup(t *testing.T, tenant *graphtest.Tenant) *fixture {
	t.Helper()
	s, err := graphtest.New(&graphtest.Options{Keys: keys, Issuer: issuer, Tenant: tenant, Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return &fixture{s, mint(t, nil)}
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// json decodes the body.
func (a *answer) json(t *testing.T) map[string]any {
	t.Helper()
	var v map[string]any
	if err := json.Unmarshal(a.body, &v); err != nil {
		t.Fatalf("status %d, body %q: %v", a.status, a.body, err)
	}
	return v
}

// code gives error.code.
func (a *answer) code(t *testing.T) string {
	t.Helper()
	e, _ := a.json(t)["error"].(map[string]any)
	code, _ := e["code"].(string)
	return code
}

// do sends a request. A path is taken after /v1.0, a URL as it is; headers
// are name, value pairs, and an Authorization of "-" sends none.
func (f *fixture) do(t testing.TB, method, path, body string, header ...string) *answer {
	t.Helper()
	a, err := f.try(t, method, path, body, header...)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	return a
}

func (f *fixture) try(t testing.TB, method, path, body string, header ...string) (*answer, error) {
	t.Helper()
	url := path
	if !strings.HasPrefix(path, "https://") {
		url = f.URL() + "/v1.0" + path
	}
	req, err := http.NewRequestWithContext(t.Context(), method, url, bytes.NewReader([]byte(body)))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+f.token)
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(header); i += 2 {
		if header[i+1] == "-" {
			req.Header.Del(header[i])
			continue
		}
		req.Header.Set(header[i], header[i+1])
	}
	return roundTrip(f.Client(), req)
}

// roundTrip sends a request and follows no redirect.
func roundTrip(over *http.Client, req *http.Request) (*answer, error) {
	client := *over
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	resp, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	return &answer{resp.StatusCode, resp.Header, b}, err
}

// get is do with GET, and 200 expected.
func (f *fixture) get(t *testing.T, path string, header ...string) map[string]any {
	t.Helper()
	a := f.do(t, "GET", path, "", header...)
	if a.status != http.StatusOK {
		t.Fatalf("GET %s = %d %s, want 200", path, a.status, a.body)
	}
	return a.json(t)
}

// office is a tenant of two people without data.
func office() *graphtest.Tenant {
	return &graphtest.Tenant{ID: tenantID, DisplayName: "Contoso", Users: []*graphtest.User{
		{ID: salesID, UserPrincipalName: "sales@contoso.example", DisplayName: "Sales Desk", JobTitle: "Desk", TimeZone: "Europe/Paris"},
		{ID: opsID, UserPrincipalName: "ops@contoso.example", DisplayName: "Operations", Department: "Plant"},
	}}
}
