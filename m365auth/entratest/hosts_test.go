package entratest_test

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
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/m365go/sdk/m365auth/entratest"
)

func TestRealNamesLeadHereAndStandInLinks(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	for host, instance := range map[string]string{
		"login.microsoftonline.com":        "microsoftonline.com",
		"login.windows.net":                "microsoftonline.com",
		"login.microsoft.com":              "microsoftonline.com",
		"login.microsoftonline.us":         "microsoftonline.us",
		"login.partner.microsoftonline.cn": "partner.microsoftonline.cn",
	} {
		if addr, ok := s.Serves(strings.ToUpper(host)); !ok || addr != s.Host() {
			t.Errorf("Serves(%s) = %s, %t, want %s", host, addr, ok, s.Host())
		}
		if err := s.Certificate().VerifyHostname(host); err != nil {
			t.Errorf("the certificate does not cover %s: %v", host, err)
		}
		res, err := s.Client().Get("https://" + host + "/common/v2.0/.well-known/openid-configuration")
		a := read(t, res, err)
		if got, want := a.str("token_endpoint"), "https://"+host+"/common/oauth2/v2.0/token"; got != want {
			t.Errorf("token endpoint at %s = %s, want %s", host, got, want)
		}
		if got := a.str("cloud_instance_name"); got != instance {
			t.Errorf("cloud_instance_name at %s = %s, want %s", host, got, instance)
		}
		discovery := "/common/discovery/instance?api-version=1.1&authorization_endpoint=https://" + host + "/common/oauth2/v2.0/authorize"
		if a := get(t, s, discovery); a.status != 200 || strings.Count(a.text, `"`+host+`"`) == 0 {
			t.Errorf("instance discovery of %s answered %d %s, want it among the aliases", host, a.status, a.text)
		}
	}
	for _, host := range []string{"graph.microsoft.com", "login.evil.example", "login.microsoftonline.com.evil.example", ""} {
		if addr, ok := s.Serves(host); ok {
			t.Errorf("Serves(%q) = %s, want nothing", host, addr)
		}
	}
}

func TestAGivenCertificateIsServed(t *testing.T) {
	t.Parallel()
	first := start(t, nil)
	pair := tls.Certificate{}
	if _, err := entratest.New(&entratest.Options{Certificate: &pair}); err == nil {
		t.Error("New() took a certificate without anything in it")
	}
	var mu sync.Mutex
	var log []entratest.Request
	given := start(t, &entratest.Options{
		Certificate: shared(t),
		Log:         func(r entratest.Request) { mu.Lock(); defer mu.Unlock(); log = append(log, r) },
	})
	res, err := given.Client().Get(given.URL() + discoveryPath)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if got := res.TLS.PeerCertificates[0]; got.Equal(first.Certificate()) || got.Subject.CommonName != "shared" {
		t.Errorf("served the certificate of %s, want the given one", got.Subject)
	}
	mu.Lock()
	defer mu.Unlock()
	if len(log) != 1 || log[0].Path != discoveryPath || log[0].Status != http.StatusOK {
		t.Errorf("Log was given %+v, want the one request", log)
	}
}

// shared is a certificate as a caller makes it for several servers.
func shared(t *testing.T) *tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "shared"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// Programs come with client ids of their own, and some with secrets.
func TestOthersAreTakenAsConfigured(t *testing.T) {
	t.Parallel()
	opts := twoUsers()
	opts.Others = &entratest.App{Scopes: []string{"Files.ReadWrite"}, AdminConsent: true}
	opts.Users[1].Password = secret
	s := start(t, opts)
	const stranger = "b15665d9-eda6-4092-8539-0eec376afd59"
	a := post(t, s, "token", form("client_id", stranger, "client_secret", "built in", "grant_type", "password",
		"username", sales, "password", secret, "scope", ".default"))
	if a.status != 200 || a.str("scope") != "Files.ReadWrite .default" {
		t.Errorf("a client that nobody registered got %d %s, want its scopes", a.status, a.text)
	}
	a = post(t, s, "token", form("client_id", stranger, "client_secret", "built in", "grant_type", "client_credentials", "scope", ".default"))
	if a.status != 401 || a.code() != 700025 {
		t.Errorf("a client that nobody registered acted for itself: %d %s, want 401 with 700025", a.status, a.text)
	}
}

// A registration can have a secret and allow public client flows, as in the portal.
func TestAClientMayBePublicAndConfidential(t *testing.T) {
	t.Parallel()
	opts := twoUsers()
	opts.Apps[0].Secrets, opts.Apps[0].PublicFlows = []string{secret}, true
	opts.AutoApprove = admin
	s := start(t, opts)
	for name, extra := range map[string][]string{"without": nil, "with": {"client_secret", secret}} {
		d := begin(t, s, "User.Read")
		f := form("client_id", clientID, "grant_type", "device_code", "device_code", d.str("device_code"))
		for i := 0; i+1 < len(extra); i += 2 {
			f.Set(extra[i], extra[i+1])
		}
		if a := post(t, s, "token", f); a.status != 200 {
			t.Errorf("device code %s the secret answered %d %s, want 200", name, a.status, a.text)
		}
	}
	app := []string{"client_id", clientID, "grant_type", "client_credentials", "scope", "https://graph.microsoft.us/.default"}
	for name, test := range map[string]struct {
		secret string
		status int
		code   int
	}{"the secret": {secret, 200, 0}, "a wrong one": {"x", 401, 7000215}, "none": {"", 401, 7000218}} {
		f := form(app...)
		f.Set("client_secret", test.secret)
		if a := post(t, s, "token", f); a.status != test.status || a.code() != test.code {
			t.Errorf("client_credentials with %s answered %d %s, want %d with %d", name, a.status, a.text, test.status, test.code)
		}
	}
}
