package entra

import (
	"bytes"
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"fmt"

	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/confidential"
	"software.sslmate.com/src/go-pkcs12"

	"github.com/m365go/sdk/m365auth"
)

// proofOfCertificate reads a certificate with its RSA key, and the chain above
// it if the file has one: PEM blocks without a password, or PFX (PKCS#12).
func proofOfCertificate(path string, password m365auth.Secret) (proof, error) {
	content, err := readSmall(path)
	if err != nil {
		return proof{}, unreadable("certificate_path", path, err)
	}
	chain, key, err := parseCertificate(content, password.Reveal())
	if err != nil {
		return proof{}, badCertificate(path, err)
	}
	msal, err := confidential.NewCredFromCert(chain, key)
	if err != nil {
		return proof{}, badCertificate(path, errKeyOfAnother)
	}
	return proof{msal: msal, print: sha256.Sum256(content)}, nil
}

var (
	errKeyOfAnother = errors.New("its key is not RSA, or not that of a certificate in the file")
	errBadPEM       = errors.New("it has no readable certificate and unencrypted private key")
	errBadPFX       = errors.New("it is neither PEM nor a PFX file that this version can read")
	errPassword     = errors.New("certificate_password does not open it")
	errNoPassword   = errors.New("a PEM file is read without a password")
)

// parseCertificate drops the parsers' own errors, which may quote the file.
func parseCertificate(content []byte, password string) ([]*x509.Certificate, crypto.PrivateKey, error) {
	if bytes.Contains(content, []byte("-----BEGIN ")) {
		if password != "" {
			return nil, nil, errNoPassword
		}
		chain, key, err := confidential.CertFromPEM(content, "")
		if err != nil {
			return nil, nil, errBadPEM
		}
		return chain, key, nil
	}
	key, leaf, above, err := pkcs12.DecodeChain(content, password)
	switch {
	case errors.Is(err, pkcs12.ErrIncorrectPassword):
		return nil, nil, errPassword
	case err != nil:
		return nil, nil, errBadPFX
	}
	return append([]*x509.Certificate{leaf}, above...), key, nil
}

func badCertificate(path string, err error) error {
	return &m365auth.Error{
		Op: fmt.Sprintf("use certificate_path %s", path), Kind: m365auth.ErrConfig, Err: err,
		Remedy: "give a PEM file with the certificate and its unencrypted RSA key, or a PFX file and certificate_password",
	}
}
