package entratest

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"strings"
	"time"
)

// accessClaims are those of https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
// that programs look at.
type accessClaims struct {
	Audience  string   `json:"aud"`
	Issuer    string   `json:"iss"`
	IssuedAt  int64    `json:"iat"`
	NotBefore int64    `json:"nbf"`
	Expires   int64    `json:"exp"`
	AppName   string   `json:"app_displayname"`
	AppID     string   `json:"appid"`
	AppAuth   string   `json:"appidacr"`
	Kind      string   `json:"idtyp"`
	Name      string   `json:"name"`
	ObjectID  string   `json:"oid"`
	Username  string   `json:"preferred_username"`
	Scopes    string   `json:"scp"`
	Subject   string   `json:"sub"`
	TenantID  string   `json:"tid"`
	UPN       string   `json:"upn"`
	ID        string   `json:"uti"`
	Version   string   `json:"ver"`
	Capable   []string `json:"xms_cc,omitempty"`
}

// skew is how far back Entra dates a token, for resources with slow clocks.
const skew = 5 * time.Minute

func (s *Server) accessToken(now time.Time, g grantOf) (string, error) {
	claims := accessClaims{
		Audience: s.opts.Audience, Issuer: s.Issuer(),
		IssuedAt: now.Add(-skew).Unix(), NotBefore: now.Add(-skew).Unix(), Expires: now.Add(s.opts.TokenLifetime).Unix(),
		AppName: g.app.Name, AppID: g.app.ID, AppAuth: "0", Kind: "user",
		Name: g.user.DisplayName, ObjectID: g.user.ID, Username: g.user.UPN, UPN: g.user.UPN,
		Scopes:  strings.Join(slices.Concat(g.granted, g.scopes.openID), " "),
		Subject: pairwise(g.user, s.opts.Audience), TenantID: s.opts.TenantID, ID: tokenID(), Version: "2.0",
	}
	if g.cae {
		claims.Capable = []string{"CP1"}
	}
	k, err := tokenSigner()
	if err != nil {
		return "", err
	}
	token, err := k.sign(claims)
	if err != nil {
		return "", err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.issued = appendBounded(s.issued, token)
	return token, nil
}

// idClaims are those of https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference.
type idClaims struct {
	Audience  string `json:"aud"`
	Issuer    string `json:"iss"`
	IssuedAt  int64  `json:"iat"`
	NotBefore int64  `json:"nbf"`
	Expires   int64  `json:"exp"`
	Email     string `json:"email,omitempty"`
	Name      string `json:"name"`
	ObjectID  string `json:"oid"`
	Username  string `json:"preferred_username"`
	Subject   string `json:"sub"`
	TenantID  string `json:"tid"`
	ID        string `json:"uti"`
	Version   string `json:"ver"`
}

func (s *Server) idToken(c *call, g grantOf) (string, error) {
	claims := idClaims{
		// The issuer is that of the metadata which the client read.
		Audience: g.app.ID, Issuer: c.base + "/" + s.opts.TenantID + "/v2.0",
		IssuedAt: c.now.Add(-skew).Unix(), NotBefore: c.now.Add(-skew).Unix(), Expires: c.now.Add(s.opts.TokenLifetime).Unix(),
		Name: g.user.DisplayName, ObjectID: g.user.ID, Username: g.user.UPN,
		Subject: pairwise(g.user, g.app.ID), TenantID: s.opts.TenantID, ID: tokenID(), Version: "2.0",
	}
	if slices.Contains(g.scopes.openID, "email") {
		claims.Email = g.user.UPN
	}
	k, err := tokenSigner()
	if err != nil {
		return "", err
	}
	return k.sign(claims)
}

// tokenID is a token's own id, uti.
func tokenID() string { return rand.Text()[:22] }

// pairwise is a person's sub, which differs between applications.
func pairwise(u User, audience string) string {
	sum := sha256.Sum256([]byte(u.ID + "\x00" + strings.ToLower(audience)))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}
