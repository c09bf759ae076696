package entra_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"path/filepath"
	"strings"
	"testing"

	"software.sslmate.com/src/go-pkcs12"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365auth/entra"
	"github.com/m365go/sdk/m365auth/entratest"
)

const pfxPassword = "canary-password"

// certificateBed is appBed for a certificate in a file.
func certificateBed(t *testing.T, trusted *x509.Certificate, name string, content []byte) *bed {
	t.Helper()
	b := appBed(t, entratest.App{Certificates: []*x509.Certificate{trusted}})
	b.cfg.Method, b.cfg.CertificatePath = m365auth.MethodCertificate, writeFile(t, name, content)
	return b
}

func encodePFX(t *testing.T, encoder *pkcs12.Encoder, k keyPair, above ...*x509.Certificate) []byte {
	t.Helper()
	content, err := encoder.Encode(k.key, k.cert, above, pfxPassword)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func TestACertificateIsReadFromPEMAndPFX(t *testing.T) {
	t.Parallel()
	pair := newPair(t, 0, "app", nil)
	pkcs1 := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(pair.key)})
	cert := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: pair.cert.Raw})
	for name, tt := range map[string]struct {
		content  []byte
		password string
	}{
		"key.pem":    {pair.pem(t), ""},
		"old.pem":    {append(pkcs1, cert...), ""},
		"modern.pfx": {encodePFX(t, pkcs12.Modern, pair), pfxPassword},
		"legacy.pfx": {encodePFX(t, pkcs12.LegacyDES, pair), pfxPassword},
	} {
		b := certificateBed(t, pair.cert, name, tt.content)
		b.cfg.CertificatePassword = m365auth.NewSecret(tt.password)
		if _, err := b.provider(t).Token(t.Context(), m365auth.TokenRequest{}); err != nil {
			t.Errorf("%s: Token() error: %v", name, err)
		}
	}
}

func TestACertificateThatCannotBeUsedSaysWhy(t *testing.T) {
	t.Parallel()
	pair, other := newPair(t, 0, "app", nil), newPair(t, 1, "other", nil)
	cert := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: other.cert.Raw})
	key := pair.pem(t)[bytes.Index(pair.pem(t), []byte("-----BEGIN PRIVATE")):]
	elliptic, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	ec, err := x509.MarshalPKCS8PrivateKey(elliptic)
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		content  []byte
		password string
		want     string
	}{
		"another's key":     {append(cert, key...), "", "not RSA, or not that"},
		"an elliptic key":   {append(cert, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: ec})...), "", "not RSA"},
		"a key alone":       {key, "", "no readable certificate"},
		"a password of PEM": {pair.pem(t), pfxPassword, "without a password"},
		"a wrong password":  {encodePFX(t, pkcs12.Modern, pair), "wrong", "does not open it"},
		"no password":       {encodePFX(t, pkcs12.Modern, pair), "", "does not open it"},
		"neither":           {[]byte("canary"), "", "neither PEM nor a PFX"},
		"nothing":           {nil, "", "neither PEM nor a PFX"},
		"too much":          {bytes.Repeat([]byte("x"), 1<<20+1), "", "too large"},
	} {
		b := certificateBed(t, pair.cert, "file", tt.content)
		b.cfg.CertificatePassword = m365auth.NewSecret(tt.password)
		_, err := b.provider(t).Token(t.Context(), m365auth.TokenRequest{})
		fails(t, name, err, m365auth.ErrConfig, 0, "")
		if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), b.cfg.CertificatePath) || strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: error = %v, want %q and the path", name, err, tt.want)
		}
	}
	b := certificateBed(t, pair.cert, "file", nil)
	b.cfg.CertificatePath = filepath.Join(t.TempDir(), "missing.pem")
	_, err = b.provider(t).Token(t.Context(), m365auth.TokenRequest{})
	fails(t, "no file", err, m365auth.ErrConfig, 0, "the file is there")
}

func TestACertificateThatIsNotRegisteredSaysWhatToDo(t *testing.T) {
	t.Parallel()
	pair, other := newPair(t, 0, "app", nil), newPair(t, 1, "other", nil)
	b := certificateBed(t, other.cert, "key.pem", pair.pem(t))
	_, err := b.provider(t).Token(t.Context(), m365auth.TokenRequest{})
	fails(t, "an unknown certificate", err, m365auth.ErrAppMisconfigured, 700027, "upload this certificate")
}

func TestACertificateFileIsReadAgainOnceItIsRefused(t *testing.T) {
	t.Parallel()
	old, registered := newPair(t, 0, "app", nil), newPair(t, 1, "app", nil)
	b := certificateBed(t, registered.cert, "key.pem", old.pem(t))
	p := b.provider(t)
	_, err := p.Token(t.Context(), m365auth.TokenRequest{})
	fails(t, "the old certificate", err, m365auth.ErrAppMisconfigured, 700027, "")
	replaceFile(t, b.cfg.CertificatePath, registered.pem(t))
	if _, err := p.Token(t.Context(), m365auth.TokenRequest{}); err != nil {
		t.Errorf("Token() with the file replaced: %v", err)
	}
	if n := b.grants("client_credentials"); n != 3 {
		t.Errorf("requests = %d, want 3: the old one twice, then the new", n)
	}
}

// With subject name and issuer trusted, any certificate of the name will do, if
// it is sent along with its chain.
func TestTheChainIsSentOnRequest(t *testing.T) {
	t.Parallel()
	root := newPair(t, 0, "Contoso CA", nil)
	leaf := newPair(t, 1, "app.contoso.example", &root)
	b := appBed(t, entratest.App{Subjects: []entratest.Subject{{Name: "app.contoso.example", Issuer: root.cert}}})
	b.cfg.Method = m365auth.MethodCertificate
	b.cfg.CertificatePath, b.cfg.CertificatePassword = writeFile(t, "chain.pfx", encodePFX(t, pkcs12.Modern, leaf, root.cert)), m365auth.NewSecret(pfxPassword)
	_, err := b.provider(t).Token(t.Context(), m365auth.TokenRequest{})
	fails(t, "without the chain", err, m365auth.ErrAppMisconfigured, 700027, "SendCertificateChain")
	b.opts.SendCertificateChain = true
	if _, err := b.provider(t).Token(t.Context(), m365auth.TokenRequest{}); err != nil {
		t.Errorf("Token() with the chain: %v", err)
	}
}

func FuzzCertificate(f *testing.F) {
	f.Add([]byte("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"), "")
	f.Add([]byte("-----BEGIN PRIVATE KEY-----\nDEK-Info: x\n\nAAAA\n-----END PRIVATE KEY-----\n"), "")
	f.Add([]byte{0x30, 0x80, 0x02, 0x01, 0x03}, "p")
	f.Fuzz(func(t *testing.T, content []byte, password string) {
		path := filepath.Join(t.TempDir(), "file")
		replaceFile(t, path, content)
		p, err := entra.New(m365auth.Config{
			ClientID: "c", TenantID: "t", Method: m365auth.MethodCertificate,
			CertificatePath: path, CertificatePassword: m365auth.NewSecret(password),
		}, &entra.Options{HTTPClient: offline()})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = p.Close() }()
		if _, err := p.Token(t.Context(), m365auth.TokenRequest{}); kindOf(err) != m365auth.ErrConfig && kindOf(err) != m365auth.ErrTransient {
			t.Errorf("Token() error = %v, want %v, or %v for a good file", err, m365auth.ErrConfig, m365auth.ErrTransient)
		}
	})
}
