package entratest_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"math/big"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/m365go/sdk/m365auth/entratest"
)

// assertion signs a JWT.
func assertion(t testing.TB, alg string, key crypto.Signer, header, claims map[string]any) string {
	t.Helper()
	head := map[string]any{"typ": "JWT", "alg": alg}
	for name, value := range header {
		head[name] = value
	}
	var parts []string
	for _, part := range []map[string]any{head, claims} {
		text, err := json.Marshal(part)
		if err != nil {
			t.Fatal(err)
		}
		parts = append(parts, base64.RawURLEncoding.EncodeToString(text))
	}
	signed := strings.Join(parts, ".")
	digest := sha256.Sum256([]byte(signed))
	var sig []byte
	var err error
	switch key := key.(type) {
	case *ecdsa.PrivateKey:
		var r, s *big.Int
		if r, s, err = ecdsa.Sign(rand.Reader, key, digest[:]); err == nil {
			sig = append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...)
		}
	case *rsa.PrivateKey:
		if alg == "PS256" {
			sig, err = rsa.SignPSS(rand.Reader, key, crypto.SHA256, digest[:], nil)
		} else {
			sig, err = rsa.SignPKCS1v15(nil, key, crypto.SHA256, digest[:])
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	return signed + "." + base64.RawURLEncoding.EncodeToString(sig)
}

// with returns a copy of a map with changes in pairs; nil takes one away.
func with(m map[string]any, pairs ...any) map[string]any {
	c := map[string]any{}
	for k, v := range m {
		c[k] = v
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		if name, _ := pairs[i].(string); pairs[i+1] == nil {
			delete(c, name)
		} else {
			c[name] = pairs[i+1]
		}
	}
	return c
}

func forItself(t testing.TB, s *entratest.Server, pairs ...string) answer {
	t.Helper()
	return post(t, s, "token", form(append([]string{"client_id", webID, "grant_type", "client_credentials", "scope", "https://graph.microsoft.com/.default"}, pairs...)...))
}

func TestClientAssertionsAreVerified(t *testing.T) {
	t.Parallel()
	root, rootKey := certificate(t, "root.contoso.example", nil, nil)
	cert, key := certificate(t, "web.contoso.example", nil, nil)
	issued, issuedKey := certificate(t, "rolling.contoso.example", root, rootKey)
	impostor, impostorKey := certificate(t, "rolling.contoso.example", nil, nil)
	foreign, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := newClock()
	s := start(t, &entratest.Options{Now: c.now, Apps: []entratest.App{{
		ID: webID, Certificates: []*x509.Certificate{cert},
		Subjects: []entratest.Subject{{Name: "rolling.contoso.example", Issuer: root}},
		Federated: []entratest.Federated{{Issuer: "https://cluster.contoso.example", Subject: "system:serviceaccount:mail:reader", Keys: func(_ context.Context, kid string) (crypto.PublicKey, error) {
			if kid != "k1" {
				return nil, errors.New("no such key")
			}
			return foreign.Public(), nil
		}}},
	}, {ID: clientID}}})
	sum1, sum256 := sha1.Sum(cert.Raw), sha256.Sum256(cert.Raw)
	x5t := map[string]any{"x5t": base64.RawURLEncoding.EncodeToString(sum1[:])}
	x5t256 := map[string]any{"x5t#S256": base64.StdEncoding.EncodeToString(sum256[:])}
	x5c := func(certs ...*x509.Certificate) map[string]any {
		var chain []string
		for _, cert := range certs {
			chain = append(chain, base64.StdEncoding.EncodeToString(cert.Raw))
		}
		return map[string]any{"x5c": chain}
	}
	kid := map[string]any{"kid": "k1"}
	now := c.now().Unix()
	own := map[string]any{"iss": webID, "sub": webID, "aud": s.URL() + "/" + s.TenantID() + "/oauth2/v2.0/token", "jti": "1", "nbf": now, "exp": now + 600}
	fed := map[string]any{"iss": "https://cluster.contoso.example", "sub": "system:serviceaccount:mail:reader", "aud": []string{"api://AzureADTokenExchange"}, "exp": now + 600}
	good := assertion(t, "PS256", key, x5t256, own)
	for name, test := range map[string]struct {
		assertion string
		code      int
	}{
		"PS256, x5t#S256":      {good, 0},
		"RS256, x5t":           {assertion(t, "RS256", key, x5t, own), 0},
		"x5c of the issuer":    {assertion(t, "RS256", issuedKey, x5c(issued, root), own), 0},
		"federated, ES256":     {assertion(t, "ES256", foreign, kid, fed), 0},
		"authority as aud":     {assertion(t, "PS256", key, x5t256, with(own, "aud", s.Issuer())), 0},
		"garbage":              {"x.y.z", 50027},
		"two parts":            {strings.Join(strings.Split(good, ".")[:2], "."), 50027},
		"no signature":         {good[:strings.LastIndex(good, ".")+1], 700027},
		"changed":              {good[:len(good)-8] + "AAAAAAAA", 700027},
		"another key":          {assertion(t, "PS256", issuedKey, x5t256, own), 700027},
		"alg none":             {assertion(t, "none", key, x5t256, own), 700027},
		"alg of another kind":  {assertion(t, "ES256", foreign, x5t256, own), 700027},
		"no certificate named": {assertion(t, "PS256", key, nil, own), 700027},
		"x5c of an impostor":   {assertion(t, "RS256", impostorKey, x5c(impostor), own), 700027},
		"x5c of another name":  {assertion(t, "RS256", rootKey, x5c(root), own), 700027},
		"x5c is garbage":       {assertion(t, "RS256", rootKey, map[string]any{"x5c": []string{"AAAA"}}, own), 700027},
		"critical extension":   {assertion(t, "PS256", key, with(x5t256, "crit", []string{"b64"}), own), 50027},
		"expired":              {assertion(t, "PS256", key, x5t256, with(own, "exp", now)), 700024},
		"without an end":       {assertion(t, "PS256", key, x5t256, with(own, "exp", nil)), 700024},
		"of the future":        {assertion(t, "PS256", key, x5t256, with(own, "nbf", now+3600)), 700024},
		"for another audience": {assertion(t, "PS256", key, x5t256, with(own, "aud", "https://other.example/token")), 700023},
		"of another client":    {assertion(t, "PS256", key, x5t256, with(own, "iss", clientID, "sub", clientID)), 700211},
		"foreign issuer":       {assertion(t, "ES256", foreign, kid, with(fed, "iss", "https://other.example")), 700211},
		"foreign subject":      {assertion(t, "ES256", foreign, kid, with(fed, "sub", "system:serviceaccount:mail:other")), 700213},
		"foreign audience":     {assertion(t, "ES256", foreign, kid, with(fed, "aud", "api://other")), 700212},
		"foreign key":          {assertion(t, "ES256", foreign, map[string]any{"kid": "k2"}, fed), 700027},
		"federated by RSA":     {assertion(t, "RS256", key, kid, fed), 700027},
		"federated, expired":   {assertion(t, "ES256", foreign, kid, with(fed, "exp", now-1)), 700024},
	} {
		a := forItself(t, s, "client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer", "client_assertion", test.assertion)
		if a.code() != test.code || (a.status == 200) != (test.code == 0) {
			t.Errorf("%s: answered %d %s, want the error %d", name, a.status, a.text, test.code)
		}
		if test.code == 0 && claims(t, a.str("access_token"))["azpacr"] != "2" {
			t.Errorf("%s: azpacr = %v, want 2", name, claims(t, a.str("access_token"))["azpacr"])
		}
	}
	if a := forItself(t, s, "client_assertion", good); a.code() != 900144 {
		t.Errorf("without its type answered %d %s, want 900144", a.status, a.text)
	}
	if a := forItself(t, s, "client_id", clientID, "client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer", "client_assertion", good); a.code() != 700025 {
		t.Errorf("for a public client answered %d %s, want 700025", a.status, a.text)
	}
	// The certificate itself comes to its end.
	c.advance(48 * time.Hour)
	own = with(own, "exp", c.now().Unix()+600)
	for name, text := range map[string]string{
		"registered": assertion(t, "PS256", key, x5t256, own), "chained": assertion(t, "RS256", issuedKey, x5c(issued, root), own),
	} {
		if a := forItself(t, s, "client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer", "client_assertion", text); a.code() != 700027 {
			t.Errorf("an expired certificate, %s, answered %d %s, want 700027", name, a.status, a.text)
		}
	}
}

func TestClientSecretsAreChecked(t *testing.T) {
	t.Parallel()
	const odd = "a secret + 100% of: it"
	s := start(t, &entratest.Options{Apps: []entratest.App{
		{ID: webID, Secrets: []string{secret, odd}, ExpiredSecrets: []string{"old"}, Roles: []string{"Mail.Read", "api://" + clientID + "/Task.Run"}},
		{ID: clientID}, {ID: "closed", Confidential: true},
	}})
	for name, test := range map[string]struct {
		pairs []string
		code  int
	}{
		"right":                  {[]string{"client_secret", secret}, 0},
		"the second":             {[]string{"client_secret", odd}, 0},
		"wrong":                  {[]string{"client_secret", secret + "x"}, 7000215},
		"expired":                {[]string{"client_secret", "old"}, 7000222},
		"none":                   {nil, 7000218},
		"a public client":        {[]string{"client_id", clientID}, 7000218},
		"a public one's secret":  {[]string{"client_id", clientID, "client_secret", secret}, 700025},
		"no credential at all":   {[]string{"client_id", "closed", "client_secret", secret}, 7000215},
		"a named scope":          {[]string{"client_secret", secret, "scope", "https://graph.microsoft.com/Mail.Read"}, 1002012},
		"scopes of OpenID, too":  {[]string{"client_secret", secret, "scope", ".default openid offline_access profile"}, 0},
		"a resource by its GUID": {[]string{"client_secret", secret, "scope", "00000003-0000-0000-c000-000000000000/.default"}, 0},
		"no scope":               {[]string{"client_secret", secret, "scope", ""}, 900144},
		"a foreign resource":     {[]string{"client_secret", secret, "scope", "https://other.example/.default"}, 500011},
	} {
		a := forItself(t, s, test.pairs...)
		if a.code() != test.code || (a.status == 200) != (test.code == 0) {
			t.Errorf("%s: answered %d %s, want the error %d", name, a.status, a.text, test.code)
		}
		if test.code != 0 {
			continue
		}
		if a.json["refresh_token"] != nil || a.json["id_token"] != nil || a.json["scope"] != nil {
			t.Errorf("%s: answered %s, want an access token alone", name, a.text)
		}
		if c := claims(t, a.str("access_token")); c["azpacr"] != "1" || c["scp"] != nil || c["upn"] != nil || c["aud"] != s.Audience() {
			t.Errorf("%s: claims = %v, want azpacr 1, Graph, and nobody", name, c)
		}
	}
	a := forItself(t, s, "client_secret", secret, "scope", "api://"+clientID+"/.default")
	if c := claims(t, a.str("access_token")); c["aud"] != clientID || len(c["roles"].([]any)) != 1 || c["roles"].([]any)[0] != "Task.Run" {
		t.Errorf("claims for another application = %v, want its id as aud and the role Task.Run", c)
	}
	for _, tenant := range []string{"common", "organizations"} {
		res, err := s.Client().PostForm(s.URL()+"/"+tenant+"/oauth2/v2.0/token", form("client_id", webID, "client_secret", secret, "grant_type", "client_credentials", "scope", ".default"))
		if a := read(t, res, err); a.code() != 50059 {
			t.Errorf("at %s answered %d %s, want 50059", tenant, a.status, a.text)
		}
	}
	f := form("grant_type", "client_credentials", "scope", ".default")
	for user, want := range map[[2]string]int{{webID, "a+secret+%2B+100%25+of%3A+it"}: 0, {webID, "x"}: 7000215} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL()+"/"+s.TenantID()+"/oauth2/v2.0/token", strings.NewReader(f.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.SetBasicAuth(user[0], user[1])
		res, err := s.Client().Do(req)
		if a := read(t, res, err); a.code() != want {
			t.Errorf("Basic with %q answered %d %s, want the error %d", user, a.status, a.text, want)
		}
	}
}
