package entra_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"io"
	"math/big"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365auth/entratest"
)

// appBed is a tenant with one application that proves itself.
func appBed(t *testing.T, app entratest.App, more ...func(*entratest.Options)) *bed {
	t.Helper()
	app.ID = clientID
	app.Roles = append(app.Roles, "Mail.Read")
	app.AdminConsent = true
	o := entratest.Options{Apps: []entratest.App{app}, Audience: "https://graph.contoso.example"}
	for _, f := range more {
		f(&o)
	}
	return newBed(t, o)
}

// secretBed is appBed for the secret "right".
func secretBed(t *testing.T, more ...func(*entratest.Options)) *bed {
	t.Helper()
	b := appBed(t, entratest.App{Secrets: []string{"right", "newer"}, ExpiredSecrets: []string{"old"}}, more...)
	b.cfg.Method, b.cfg.ClientSecret = m365auth.MethodClientSecret, m365auth.NewSecret("right")
	return b
}

// claimsOfToken reads what stands in an access token.
func claimsOfToken(t *testing.T, token m365auth.Token) map[string]any {
	t.Helper()
	parts := strings.Split(token.Access.Reveal(), ".")
	if len(parts) != 3 {
		t.Fatalf("the access token has %d parts, want 3", len(parts))
	}
	body, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		t.Fatal(err)
	}
	var claims map[string]any
	if err := json.Unmarshal(body, &claims); err != nil {
		t.Fatal(err)
	}
	return claims
}

// keyPair is a certificate and its key.
type keyPair struct {
	cert *x509.Certificate
	key  *rsa.PrivateKey
}

// testKeys makes the keys once: they take long.
var testKeys = sync.OnceValue(func() [2]*rsa.PrivateKey {
	var keys [2]*rsa.PrivateKey
	for i := range keys {
		key, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			panic(err)
		}
		keys[i] = key
	}
	return keys
})

// newPair makes a certificate for one of the test keys, by an issuer if there is one.
func newPair(t *testing.T, key int, name string, issuer *keyPair) keyPair {
	t.Helper()
	private := testKeys()[key]
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: issuer == nil, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	parent, signer := template, private
	if issuer != nil {
		parent, signer = issuer.cert, issuer.key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &private.PublicKey, signer)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return keyPair{cert: cert, key: private}
}

func (k keyPair) pem(t *testing.T) []byte {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(k.key)
	if err != nil {
		t.Fatal(err)
	}
	return append(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: k.cert.Raw}),
		pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})...)
}

func writeFile(t *testing.T, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	replaceFile(t, path, content)
	return path
}

func replaceFile(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

// offline is a client without a network, so without an Entra.
func offline() *http.Client {
	return &http.Client{Transport: tripFunc(func(*http.Request) (*http.Response, error) { return nil, io.EOF })}
}

// client answers each request without an Entra, whose callers are people and not a
// thousand names.
func client(answer func(url.Values) map[string]any) *http.Client {
	return &http.Client{Transport: tripFunc(func(r *http.Request) (*http.Response, error) { return respond(r, http.StatusOK, answer(formOf(r))) })}
}

// inTurn is a source of secrets that gives one after another, the last for good.
func inTurn(secrets ...string) func(context.Context) (m365auth.Secret, error) {
	var asked atomic.Int32
	return func(context.Context) (m365auth.Secret, error) {
		return m365auth.NewSecret(secrets[min(int(asked.Add(1)), len(secrets))-1]), nil
	}
}
