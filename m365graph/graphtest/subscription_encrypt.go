package graphtest

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1" //nolint:gosec // what Graph wraps keys with and names certificates by
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"strings"
)

// encrypt takes the certificate for resource data, as in
// https://learn.microsoft.com/graph/change-notifications-with-resource-data.
func (sub *subscription) encrypt(in *subscriptionInput) error {
	switch {
	case sub.watch.richMinutes == 0:
		return failf(codeSubscription, "includeResourceData is not supported for the resource '%s'.", sub.resource)
	case in.EncryptionCertificate == "":
		return failf(codeSubscription, "encryptionCertificate is a required property when includeResourceData is true.")
	case in.EncryptionCertificateID == "":
		return failf(codeSubscription, "encryptionCertificateId is a required property when includeResourceData is true.")
	case sub.watch.options&optSelect != 0 && sub.call.param("$select") == "":
		return failf(codeSubscription, "$select is required in the resource when includeResourceData is true.")
	}
	der, err := base64.StdEncoding.DecodeString(in.EncryptionCertificate)
	if err != nil {
		return failf(codeSubscription, "encryptionCertificate is not valid base64.")
	}
	if block, _ := pem.Decode(der); block != nil {
		der = block.Bytes
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return failf(codeSubscription, "encryptionCertificate is not an X.509 certificate.")
	}
	key, ok := cert.PublicKey.(*rsa.PublicKey)
	if !ok || key.Size() < 256 || key.Size() > 512 {
		return failf(codeSubscription, "encryptionCertificate must hold an RSA key of 2048 to 4096 bits.")
	}
	thumbprint := sha1.Sum(cert.Raw) //nolint:gosec // a name, no proof
	sub.certificate, sub.thumbprint = key, strings.ToUpper(hex.EncodeToString(thumbprint[:]))
	return nil
}

// seal encrypts a resource with a key of its own, which the subscriber's
// certificate opens.
func (sub *subscription) seal(plain []byte) (object, error) {
	key := make([]byte, 32)
	if _, err := rand.Read(key); err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	padding := aes.BlockSize - len(plain)%aes.BlockSize
	data := append(bytes.Clone(plain), bytes.Repeat([]byte{byte(padding)}, padding)...)
	cipher.NewCBCEncrypter(block, key[:aes.BlockSize]).CryptBlocks(data, data)
	wrapped, err := rsa.EncryptOAEP(sha1.New(), rand.Reader, sub.certificate, key, nil) //nolint:gosec // as Graph has it
	if err != nil {
		return nil, err
	}
	signature := hmac.New(sha256.New, key)
	signature.Write(data)
	return object{
		{"data", data}, {"dataKey", wrapped}, {"dataSignature", signature.Sum(nil)},
		{"encryptionCertificateId", sub.certificateID}, {"encryptionCertificateThumbprint", sub.thumbprint},
	}, nil
}
