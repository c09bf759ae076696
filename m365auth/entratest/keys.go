package entratest

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1" // x5t is defined by it (RFC 7515, 4.1.7)
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"net"
	"sync"
	"time"
)

// certificate is the one given, or a new one.
func (o *Options) certificate(ip net.IP) (tls.Certificate, error) {
	if o.Certificate == nil {
		return newCertificate(ip)
	}
	cert := *o.Certificate
	if cert.Leaf != nil {
		return cert, nil
	}
	if len(cert.Certificate) == 0 {
		return cert, errors.New("the one of the options is empty")
	}
	var err error
	cert.Leaf, err = x509.ParseCertificate(cert.Certificate[0])
	return cert, err
}

// newCertificate makes the certificate of one server, its own root.
func newCertificate(ip net.IP) (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	now := time.Now()
	template := &x509.Certificate{
		SerialNumber:          big.NewInt(now.UnixNano()),
		Subject:               pkix.Name{CommonName: "entratest"},
		NotBefore:             now.Add(-time.Hour),
		NotAfter:              now.AddDate(1, 0, 0),
		KeyUsage:              x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true,
		IsCA:                  true,
		DNSNames:              append(Names(), "localhost"),
		IPAddresses:           []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback, ip},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return tls.Certificate{}, err
	}
	leaf, err := x509.ParseCertificate(der)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}, err
}

// signer signs tokens as Entra does, RS256.
type signer struct {
	key  *rsa.PrivateKey
	cert []byte // its own, in DER
	id   string // the certificate's thumbprint, as Entra names its keys
}

// tokenSigner makes the signing key at its first use, once in a process: it
// takes a tenth of a second and more, which each server of a test suite would
// pay again. What tells the tokens of two servers apart is their issuer.
var tokenSigner = sync.OnceValues(func() (*signer, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, fmt.Errorf("entratest: make a signing key: %w", err)
	}
	now := time.Now()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(now.UnixNano()),
		Subject:      pkix.Name{CommonName: "accounts.accesscontrol.windows.net"},
		NotBefore:    now.Add(-time.Hour),
		NotAfter:     now.AddDate(5, 0, 0),
	}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, fmt.Errorf("entratest: certify the signing key: %w", err)
	}
	thumb := sha1.Sum(cert)
	return &signer{key: key, cert: cert, id: base64.RawURLEncoding.EncodeToString(thumb[:])}, nil
})

// sign returns claims, any JSON object, as a compact JWT.
func (k *signer) sign(claims any) (string, error) {
	header, err := json.Marshal(map[string]string{"typ": "JWT", "alg": "RS256", "x5t": k.id, "kid": k.id})
	if err != nil {
		return "", err
	}
	body, err := json.Marshal(claims)
	if err != nil {
		return "", err
	}
	b64 := base64.RawURLEncoding
	text := b64.EncodeToString(header) + "." + b64.EncodeToString(body)
	digest := sha256.Sum256([]byte(text))
	sig, err := rsa.SignPKCS1v15(nil, k.key, crypto.SHA256, digest[:])
	if err != nil {
		return "", err
	}
	return text + "." + b64.EncodeToString(sig), nil
}

// Key returns the public key, an *rsa.PublicKey, that tokens whose header says
// kid are signed with. It is what an emulator of a resource needs to verify
// them; over the network the same key is in the tenant's JWKS.
//
// The servers of one process share a key, so check the issuer too.
func (s *Server) Key(ctx context.Context, kid string) (crypto.PublicKey, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	k, err := tokenSigner()
	if err != nil {
		return nil, err
	}
	if kid != k.id {
		return nil, fmt.Errorf("entratest: no signing key has the id %q", kid)
	}
	return k.key.Public(), nil
}

// jwk is a key in a JSON Web Key Set (RFC 7517).
type jwk struct {
	Type string `json:"kty"`
	Use  string `json:"use"`
	ID   string `json:"kid"`
	N    string `json:"n"`
	E    string `json:"e"`
	// Thumbprint and Chain are of a certificate that some libraries read instead.
	Thumbprint string   `json:"x5t"`
	Chain      []string `json:"x5c"`
	Issuer     string   `json:"issuer"`
}

func (k *signer) jwk(issuer string) jwk {
	b64 := base64.RawURLEncoding
	return jwk{
		Type: "RSA", Use: "sig", ID: k.id, Issuer: issuer,
		N:          b64.EncodeToString(k.key.N.Bytes()),
		E:          b64.EncodeToString(big.NewInt(int64(k.key.E)).Bytes()),
		Thumbprint: k.id, Chain: []string{base64.StdEncoding.EncodeToString(k.cert)},
	}
}
