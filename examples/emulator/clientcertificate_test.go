package main

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// pair is a client's key with its certificate.
type pair struct {
	key *rsa.PrivateKey
	der []byte
}

func newPair(t *testing.T) pair {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return pair{key, der}
}

// assertion is the JWT with which a client proves that it has the key.
func (p pair) assertion(t *testing.T, audience string) string {
	t.Helper()
	part := func(v any) string {
		text, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return base64.RawURLEncoding.EncodeToString(text)
	}
	sum, now := sha256.Sum256(p.der), time.Now().Unix()
	text := part(map[string]any{"alg": "RS256", "typ": "JWT", "x5t#S256": base64.RawURLEncoding.EncodeToString(sum[:])}) + "." +
		part(map[string]any{"iss": clientID, "sub": clientID, "aud": audience, "jti": rand.Text(), "nbf": now - 60, "exp": now + 300})
	sum = sha256.Sum256([]byte(text))
	signature, err := rsa.SignPKCS1v15(rand.Reader, p.key, crypto.SHA256, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	return text + "." + base64.RawURLEncoding.EncodeToString(signature)
}

func TestClientCertificates(t *testing.T) {
	t.Parallel()
	first, second, stranger := newPair(t), newPair(t), newPair(t)
	file := filepath.Join(t.TempDir(), "client.pem")
	text := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(first.key)})
	for _, p := range []pair{first, second} {
		text = append(text, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: p.der})...)
	}
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	r := serving(t, "-certificate", file)
	client, endpoint := r.client(t, false), fmt.Sprintf("%s/%s/oauth2/v2.0/token", r.Login, r.TenantID)
	for name, test := range map[string]struct {
		pair
		want int
	}{"the first": {first, 200}, "the second": {second, 200}, "a stranger's": {stranger, 401}} {
		res, err := client.PostForm(endpoint, url.Values{
			"grant_type": {"client_credentials"}, "client_id": {r.ClientID}, "scope": {"https://graph.microsoft.com/.default"},
			"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"}, "client_assertion": {test.assertion(t, endpoint)},
		})
		if err != nil {
			t.Fatal(err)
		}
		var answer struct {
			Token string `json:"access_token"`
			Error string `json:"error_description"`
		}
		err = json.NewDecoder(res.Body).Decode(&answer)
		_ = res.Body.Close()
		if err != nil || res.StatusCode != test.want {
			t.Fatalf("%s certificate: answered %d %q, %v, want %d", name, res.StatusCode, answer.Error, err, test.want)
		}
		if code, body := fetch(t, client, answer.Token, r.Graph+"/v1.0/users"); test.want == 200 && code != 200 {
			t.Errorf("%s certificate: /users answered its token %d %s", name, code, body)
		}
	}
}
