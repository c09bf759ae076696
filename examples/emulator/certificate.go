package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"slices"
	"time"

	"github.com/m365go/sdk/m365auth/entratest"
	"github.com/m365go/sdk/m365graph/graphtest"
)

// identity is what the emulator proves who it is with, and what its clients trust.
type identity struct {
	leaf tls.Certificate
	ca   []byte // PEM
}

// newIdentity makes an authority, which signs one certificate for the names of the
// real service and the loopback address, if another than 127.0.0.1. The authority's key is forgotten here, so that nothing else can
// ever be signed with it.
func newIdentity(addr net.IP) (*identity, error) {
	now := time.Now()
	authority := &x509.Certificate{
		SerialNumber: serial(), Subject: pkix.Name{CommonName: "Microsoft 365 emulator, " + now.UTC().Format(time.DateTime)},
		NotBefore: now.Add(-24 * time.Hour), NotAfter: now.AddDate(1, 0, 0),
		KeyUsage: x509.KeyUsageCertSign, BasicConstraintsValid: true, IsCA: true, MaxPathLenZero: true,
	}
	authorityKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	ca, err := x509.CreateCertificate(rand.Reader, authority, authority, authorityKey.Public(), authorityKey)
	if err != nil {
		return nil, err
	}
	if authority, err = x509.ParseCertificate(ca); err != nil { // with the id of its key
		return nil, err
	}
	leaf := &x509.Certificate{
		SerialNumber: serial(), Subject: pkix.Name{CommonName: "graph.microsoft.com"},
		NotBefore: authority.NotBefore, NotAfter: authority.NotAfter,
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true,
		DNSNames:              slices.Concat(graphtest.Names(), entratest.Names(), []string{"localhost"}),
		IPAddresses:           []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},
	}
	if addr != nil {
		leaf.IPAddresses = append(leaf.IPAddresses, addr)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	der, err := x509.CreateCertificate(rand.Reader, leaf, authority, key.Public(), authorityKey)
	if err != nil {
		return nil, err
	}
	id := &identity{
		leaf: tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key},
		ca:   pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: ca}),
	}
	id.leaf.Leaf, err = x509.ParseCertificate(der)
	return id, err
}

// serial differs between runs, since clients keep certificates by issuer and serial number.
func serial() *big.Int {
	var b [16]byte
	rand.Read(b[:])
	b[0] &= 0x7f // a positive number of 16 octets
	return new(big.Int).SetBytes(b[:])
}

// roots trusts the authority alone.
func (id *identity) roots() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(id.ca)
	return pool
}
