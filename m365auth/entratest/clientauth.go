package entratest

import (
	"bytes"
	"crypto/sha1" // x5t is defined by it (RFC 7515, 4.1.7)
	"crypto/sha256"
	"crypto/subtle"
	"crypto/x509"
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// credential is what a client presents to prove who it is.
type credential struct {
	id, secret, assertion string
}

func (k credential) presented() bool { return k.secret != "" || k.assertion != "" }

// credentialOf finds client id and secret in the form or, where the id is empty
// there, in HTTP Basic (RFC 6749, 2.3.1).
func credentialOf(r *http.Request, form url.Values) credential {
	k := credential{form.Get("client_id"), form.Get("client_secret"), form.Get("client_assertion")}
	user, password, ok := r.BasicAuth()
	if !ok || k.id != "" && (k.presented() || !strings.EqualFold(k.id, unescape(user))) {
		return k
	}
	k.id = unescape(user)
	if password != "" {
		k.secret = unescape(password)
	}
	return k
}

func unescape(text string) string {
	if plain, err := url.QueryUnescape(text); err == nil {
		return plain
	}
	return text
}

const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

// authenticate checks what the client presents, and returns how it did it.
func (s *Server) authenticate(c *call, app App) (acr string, _ *problem) {
	switch {
	case app.public():
		if c.credential.presented() && s.opts.registered(app.ID) {
			return "", newProblem(700025, "")
		}
		return acrPublic, nil
	case app.PublicFlows && !c.credential.presented():
		return acrPublic, nil
	case c.credential.assertion != "":
		if kind := c.form.Get("client_assertion_type"); kind != assertionType {
			return "", newProblem(900144, "client_assertion_type")
		}
		return acrCertificate, s.checkAssertion(c, app)
	case c.credential.secret == "":
		return "", newProblem(7000218, "")
	case containsSecret(app.Secrets, c.credential.secret):
		return acrSecret, nil
	case containsSecret(app.ExpiredSecrets, c.credential.secret):
		return "", newProblem(7000222, app.ID)
	}
	return "", newProblem(7000215, "")
}

func containsSecret(list []string, secret string) bool {
	found := 0
	for _, have := range list {
		found |= subtle.ConstantTimeCompare([]byte(have), []byte(secret))
	}
	return found == 1
}

// checkAssertion verifies a client assertion: one that the client signed itself,
// or a federated one.
// https://learn.microsoft.com/entra/identity-platform/certificate-credentials
func (s *Server) checkAssertion(c *call, app App) *problem {
	t, err := parseJWT(c.credential.assertion)
	if err != nil {
		return newProblem(50027, "")
	}
	own := strings.EqualFold(t.claims.Issuer, app.ID) && strings.EqualFold(t.claims.Subject, app.ID)
	if !own && len(app.Federated) == 0 {
		return newProblem(700021, app.ID)
	}
	if !t.validAt(c.now) {
		return newProblem(700024, "")
	}
	if !own {
		return s.checkFederated(c, app, t)
	}
	if !t.isFor(s.ownAudiences(c)...) {
		return newProblem(700023, "")
	}
	cert := app.certificate(t)
	if cert == nil {
		cert = app.chained(t, c)
	}
	if cert == nil || c.now.Before(cert.NotBefore) || c.now.After(cert.NotAfter) ||
		!slices.Contains([]string{"RS256", "PS256"}, t.header.Algorithm) || !t.signedBy(cert.PublicKey) {
		return newProblem(700027, "")
	}
	return nil
}

// ownAudiences are the names under which the token endpoint may be addressed.
func (s *Server) ownAudiences(c *call) []string {
	var names []string
	roots := []string{c.base, s.URL()}
	for _, cl := range clouds {
		for _, host := range cl.login {
			roots = append(roots, "https://"+host)
		}
	}
	for _, root := range roots {
		for _, tenant := range []string{c.PathValue("tenant"), s.opts.TenantID} {
			root := root + "/" + tenant
			names = append(names, root+"/oauth2/v2.0/token", root+"/oauth2/token", root+"/v2.0", root, root+"/")
		}
	}
	return names
}

// certificate is the registered one that the assertion names.
func (a *App) certificate(t *jwt) *x509.Certificate {
	sum1Want, sum256Want := thumbprint(t.header.SHA1), thumbprint(t.header.SHA256)
	for _, cert := range a.Certificates {
		sum1, sum256 := sha1.Sum(cert.Raw), sha256.Sum256(cert.Raw)
		if bytes.Equal(sum256Want, sum256[:]) || len(sum256Want) == 0 && bytes.Equal(sum1Want, sum1[:]) {
			return cert
		}
	}
	return nil
}

// chained is the certificate that the assertion carries, if a trusted issuer
// gave it one of the application's subject names.
func (a *App) chained(t *jwt, c *call) *x509.Certificate {
	var chain []*x509.Certificate
	for _, text := range t.header.Chain {
		der, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			return nil
		}
		cert, err := x509.ParseCertificate(der)
		if err != nil {
			return nil
		}
		chain = append(chain, cert)
	}
	if len(chain) == 0 {
		return nil
	}
	leaf, between := chain[0], x509.NewCertPool()
	for _, cert := range chain[1:] {
		between.AddCert(cert)
	}
	for _, subject := range a.Subjects {
		if leaf.Subject.CommonName != subject.Name && !slices.Contains(leaf.DNSNames, subject.Name) {
			continue
		}
		roots := x509.NewCertPool()
		roots.AddCert(subject.Issuer)
		if _, err := leaf.Verify(x509.VerifyOptions{
			Roots: roots, Intermediates: between, CurrentTime: c.now, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny},
		}); err == nil {
			return leaf
		}
	}
	return nil
}

// checkFederated verifies the token of somebody else. Like Entra it tells which
// of issuer, subject and audience has no match.
func (s *Server) checkFederated(c *call, app App, t *jwt) *problem {
	var issuer, subject bool
	for _, f := range app.Federated {
		keys := f.Keys
		if f.Issuer == "" {
			f.Issuer, keys = s.Issuer(), s.Key
		}
		if f.Issuer != t.claims.Issuer {
			continue
		}
		issuer = true
		if f.Subject != t.claims.Subject {
			continue
		}
		subject = true
		if !t.isFor(f.Audience) {
			continue
		}
		if keys == nil {
			return newProblem(700027, "")
		}
		if key, err := keys(c.Context(), t.header.KeyID); err != nil || !t.signedBy(key) {
			return newProblem(700027, "")
		}
		return nil
	}
	switch {
	case !issuer:
		return newProblem(700211, t.claims.Issuer)
	case !subject:
		return newProblem(700213, t.claims.Subject)
	}
	return newProblem(700212, strings.Join(t.claims.Audience, " "))
}
