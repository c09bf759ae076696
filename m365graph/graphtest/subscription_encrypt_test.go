package graphtest_test

import (
	"bytes"
	"crypto"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1" //nolint:gosec // what Graph names certificates by
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// wrappingKey is the subscriber's, whose certificate it gives to Graph.
var wrappingKey = sync.OnceValues(func() (*rsa.PrivateKey, []byte) {
	key := signingKey()
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Date(2099, 1, 1, 0, 0, 0, 0, time.UTC)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		panic(err)
	}
	return key, der
})

// open decrypts what came encrypted, and checks its signature.
func open(t *testing.T, content map[string]any) map[string]any {
	t.Helper()
	part := func(name string) []byte {
		b, err := base64.StdEncoding.DecodeString(content[name].(string))
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	private, _ := wrappingKey()
	key, err := private.Decrypt(nil, part("dataKey"), &rsa.OAEPOptions{Hash: crypto.SHA1})
	if err != nil {
		t.Fatal(err)
	}
	data := part("data")
	mac := hmac.New(sha256.New, key)
	mac.Write(data)
	if !hmac.Equal(mac.Sum(nil), part("dataSignature")) {
		t.Fatal("the signature does not hold")
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		t.Fatal(err)
	}
	cipher.NewCBCDecrypter(block, key[:16]).CryptBlocks(data, data)
	data = bytes.TrimSuffix(data, bytes.Repeat([]byte{data[len(data)-1]}, int(data[len(data)-1])))
	var v map[string]any
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatalf("%q: %v", data, err)
	}
	return v
}

func TestResourceDataIsEncrypted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := &receiver{}
		f := setupNotified(t, r)
		_, der := wrappingKey()
		rich := map[string]any{
			"includeResourceData": true, "encryptionCertificate": base64.StdEncoding.EncodeToString(der), "encryptionCertificateId": "k7", "resource": "me/messages?$select=subject,importance",
		}
		sub := f.subscribe(t, rich)
		if sub["encryptionCertificate"] != nil || sub["includeResourceData"] != true {
			t.Errorf("the subscription says %v", sub)
		}
		id := f.write(t, "Offer")
		synctest.Wait()
		if len(r.told) != 1 || fmt.Sprint(r.told[0]["validationTokens"]) != "[token for "+appID+"]" {
			t.Fatalf("told %v", r.told)
		}
		content := r.notes()[0]["encryptedContent"].(map[string]any)
		thumbprint := sha1.Sum(der) //nolint:gosec // a name
		if content["encryptionCertificateId"] != "k7" || content["encryptionCertificateThumbprint"] != fmt.Sprintf("%X", thumbprint) {
			t.Errorf("the certificate is named %v", content)
		}
		got := open(t, content)
		if got["subject"] != "Offer" || got["importance"] != "normal" || got["id"] != id || got["body"] != nil {
			t.Errorf("the data is %v", got)
		}
		rich["resource"] = "me/messages"
		if a := f.do(t, "POST", "/subscriptions", subscription(rich)); a.status != http.StatusBadRequest {
			t.Errorf("data without $select = %d %s", a.status, a.body)
		}
		rich["resource"], rich["expirationDateTime"] = "me/messages?$select=subject", time.Now().Add(25*time.Hour).Format(time.RFC3339)
		if a := f.do(t, "POST", "/subscriptions", subscription(rich)); a.status != http.StatusBadRequest {
			t.Errorf("data for longer than a day = %d %s", a.status, a.body)
		}
	})
}
