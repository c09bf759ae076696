package main

import (
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
)

// clientCertificates are those of a PEM file, for the application's registration; ""
// names none. Keys in it are passed over: programs have both in one file, and only
// they need the key.
// https://learn.microsoft.com/entra/identity-platform/certificate-credentials
func clientCertificates(file string) ([]*x509.Certificate, error) {
	if file == "" {
		return nil, nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("-certificate: %w", err)
	}
	var found []*x509.Certificate
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		if block.Type != "CERTIFICATE" {
			continue
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("-certificate: %s: %w", file, err)
		}
		found = append(found, c)
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("-certificate: %s: no certificate in it, as PEM", file)
	}
	return found, nil
}
