package entratest_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/confidential"
	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/managedidentity"
	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/public"
	"github.com/m365go/sdk/m365auth/entratest"
)

const (
	webID   = "33334444-dddd-4555-8666-ffff7777aaaa"
	webHome = "https://connector.contoso.example/callback"
	secret  = "a secret of the test"
)

// certificate makes a certificate and its key; a nil issuer means self-signed.
func certificate(t testing.TB, name string, issuer *x509.Certificate, issuerKey *rsa.PrivateKey) (*x509.Certificate, *rsa.PrivateKey) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, IsCA: issuer == nil, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
	}
	if issuer == nil {
		issuer, issuerKey = template, key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, issuer, key.Public(), issuerKey)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return cert, key
}

func confidentialClient(t testing.TB, s *entratest.Server, id string, cred confidential.Credential, opts ...confidential.Option) confidential.Client {
	t.Helper()
	client, err := confidential.New(s.URL()+"/"+s.TenantID(), id, cred, append([]confidential.Option{
		confidential.WithHTTPClient(s.Client()), confidential.WithInstanceDiscovery(false),
	}, opts...)...)
	if err != nil {
		t.Fatalf("confidential.New() error: %v", err)
	}
	return client
}

func secretCredential(t testing.TB) confidential.Credential {
	t.Helper()
	cred, err := confidential.NewCredFromSecret(secret)
	if err != nil {
		t.Fatal(err)
	}
	return cred
}

// scriptedBrowser opens a URL as a person's browser would, and follows it to the client.
func scriptedBrowser(t testing.TB, s *entratest.Server, upn string) func(string) error {
	return func(to string) error {
		req, err := s.Authorize(to, upn)
		if err != nil {
			return err
		}
		res, err := http.DefaultClient.Do(req.WithContext(t.Context()))
		if err != nil {
			return err
		}
		return res.Body.Close()
	}
}

func TestMSALSignsInWithABrowser(t *testing.T) {
	t.Parallel()
	s := start(t, twoUsers())
	res, err := msal(t, s, s.TenantID()).AcquireTokenInteractive(t.Context(), []string{"Mail.Read"},
		public.WithOpenURL(scriptedBrowser(t, s, sales)))
	if err != nil {
		t.Fatalf("AcquireTokenInteractive() error: %v", err)
	}
	if res.Account.PreferredUsername != sales {
		t.Errorf("account = %q, want %q", res.Account.PreferredUsername, sales)
	}
}

func TestMSALRedeemsACodeForAWebApp(t *testing.T) {
	t.Parallel()
	s := start(t, &entratest.Options{AutoApprove: admin, Apps: []entratest.App{{ID: webID, Secrets: []string{secret}, RedirectURIs: []string{webHome}}}})
	client := confidentialClient(t, s, webID, secretCredential(t))
	at, err := client.AuthCodeURL(t.Context(), webID, webHome, []string{"Mail.Read"})
	if err != nil {
		t.Fatal(err)
	}
	b := *s.Client()
	b.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	res, err := b.Get(at + "&state=x")
	if a := read(t, res, err); a.status != http.StatusFound {
		t.Fatalf("authorize answered %d %s, want 302", a.status, a.text)
	}
	to, err := url.Parse(res.Header.Get("Location"))
	if err != nil {
		t.Fatal(err)
	}
	if to.Query().Get("state") != "x" {
		t.Errorf("state = %q, want x", to.Query().Get("state"))
	}
	if _, err := client.AcquireTokenByAuthCode(t.Context(), to.Query().Get("code"), webHome, []string{"Mail.Read"}); err != nil {
		t.Errorf("AcquireTokenByAuthCode() error: %v", err)
	}
}

func TestMSALActsForItself(t *testing.T) {
	t.Parallel()
	cert, key := certificate(t, "web.contoso.example", nil, nil)
	root, rootKey := certificate(t, "root.contoso.example", nil, nil)
	issued, issuedKey := certificate(t, "rolling.contoso.example", root, rootKey)
	s := start(t, &entratest.Options{
		Apps: []entratest.App{{ID: webID, Secrets: []string{secret}, Certificates: []*x509.Certificate{cert}, Roles: []string{"Mail.Read"},
			Subjects:  []entratest.Subject{{Name: "rolling.contoso.example", Issuer: root}},
			Federated: []entratest.Federated{{Subject: "11111111-1111-4111-8111-111111111111"}}}},
		ManagedIdentities: []entratest.ManagedIdentity{{ObjectID: "11111111-1111-4111-8111-111111111111", Roles: []string{"User.Read.All"}}},
	})
	byCert, err := confidential.NewCredFromCert([]*x509.Certificate{cert}, key)
	if err != nil {
		t.Fatal(err)
	}
	identity, err := managedidentity.New(managedidentity.SystemAssigned(), managedidentity.WithHTTPClient(s.Client()))
	if err != nil {
		t.Fatal(err)
	}
	federated := confidential.NewCredFromAssertionCallback(func(ctx context.Context, _ confidential.AssertionRequestOptions) (string, error) {
		res, err := identity.AcquireToken(ctx, "api://AzureADTokenExchange", managedidentity.WithClaims("{}")) // claims pass its cache by, which all clients share
		return res.AccessToken, err
	})
	rolling, err := confidential.NewCredFromCert([]*x509.Certificate{issued}, issuedKey)
	if err != nil {
		t.Fatal(err)
	}
	for name, cred := range map[string]confidential.Credential{"secret": secretCredential(t), "certificate": byCert, "subject and issuer": rolling, "federated": federated} {
		client := confidentialClient(t, s, webID, cred, confidential.WithX5C())
		res, err := client.AcquireTokenByCredential(t.Context(), []string{"https://graph.microsoft.com/.default"})
		if err != nil {
			t.Fatalf("%s: AcquireTokenByCredential() error: %v", name, err)
		}
		c := claims(t, res.AccessToken)
		if roles, _ := c["roles"].([]any); len(roles) != 1 || roles[0] != "Mail.Read" || c["scp"] != nil || c["idtyp"] != "app" || c["oid"] != c["sub"] {
			t.Errorf("%s: claims = %v, want the role, no scp, idtyp app, oid and sub the same", name, c)
		}
	}
}

func TestMSALActsOnBehalfOf(t *testing.T) {
	t.Parallel()
	s := start(t, &entratest.Options{AutoApprove: admin, Apps: []entratest.App{
		{ID: clientID}, {ID: webID, Secrets: []string{secret}, AdminConsent: true},
	}})
	first, err := signIn(t, msal(t, s, s.TenantID()), []string{"api://" + webID + "/access_as_user"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if aud := claims(t, first.AccessToken)["aud"]; aud != webID {
		t.Fatalf("aud = %v, want %s", aud, webID)
	}
	res, err := confidentialClient(t, s, webID, secretCredential(t)).AcquireTokenOnBehalfOf(t.Context(), first.AccessToken, []string{"https://graph.microsoft.com/.default"})
	if err != nil {
		t.Fatalf("AcquireTokenOnBehalfOf() error: %v", err)
	}
	if c := claims(t, res.AccessToken); c["upn"] != admin || c["azp"] != webID || c["aud"] != s.Audience() {
		t.Errorf("claims = %v, want the user, the middle tier and Graph", c)
	}
}
