package loopback

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net"
	"net/http"
	"time"
)

// Certificate is the identity of hosts.
type Certificate struct {
	Leaf *x509.Certificate
	pair tls.Certificate
}

// CertificateOf takes a certificate over, or makes one for names.
func CertificateOf(given *tls.Certificate, names []string) (*Certificate, error) {
	if given == nil {
		return newCertificate(names)
	}
	leaf := given.Leaf
	if leaf == nil {
		var err error
		if leaf, err = x509.ParseCertificate(given.Certificate[0]); err != nil {
			return nil, err
		}
	}
	return &Certificate{Leaf: leaf, pair: *given}, nil
}

// newCertificate makes a self-signed one. Its dates are wide, since the
// client's clock may be a test's.
func newCertificate(names []string) (*Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber:          big.NewInt(1),
		Subject:               pkix.Name{CommonName: "graphtest"},
		NotBefore:             time.Date(1999, 1, 1, 0, 0, 0, 0, time.UTC),
		NotAfter:              time.Date(2099, 1, 1, 0, 0, 0, 0, time.UTC),
		KeyUsage:              x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true,
		IsCA:                  true,
		DNSNames:              append(names, "localhost"),
		IPAddresses:           []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, err
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	return &Certificate{Leaf: leaf, pair: tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}}, nil
}

// Client makes one that trusts the certificate and follows no proxy.
func (c *Certificate) Client() *http.Client {
	roots := x509.NewCertPool()
	roots.AddCert(c.Leaf)
	return &http.Client{Transport: &http.Transport{
		TLSClientConfig:   &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
		ForceAttemptHTTP2: true,
	}}
}
