package entratest

import (
	"cmp"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"strconv"
	"strings"
	"time"
)

// accessClaims are those of https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
// that programs look at. The client stands in appid, as in Graph's tokens, and
// in azp, as in those of other resources.
type accessClaims struct {
	Audience  string   `json:"aud"`
	Issuer    string   `json:"iss"`
	IssuedAt  int64    `json:"iat"`
	NotBefore int64    `json:"nbf"`
	Expires   int64    `json:"exp"`
	AppName   string   `json:"app_displayname"`
	AppID     string   `json:"appid"`
	AppAuth   string   `json:"appidacr"`
	Client    string   `json:"azp"`
	ClientACR string   `json:"azpacr"`
	Kind      string   `json:"idtyp"`
	Name      string   `json:"name,omitempty"`
	ObjectID  string   `json:"oid"`
	Username  string   `json:"preferred_username,omitempty"`
	Began     string   `json:"rh,omitempty"` // opaque: which sign-in it was
	Roles     []string `json:"roles,omitempty"`
	Scopes    string   `json:"scp,omitempty"`
	Subject   string   `json:"sub"`
	TenantID  string   `json:"tid"`
	UPN       string   `json:"upn,omitempty"`
	ID        string   `json:"uti"`
	Version   string   `json:"ver"`
	Capable   []string `json:"xms_cc,omitempty"`
	Resource  string   `json:"xms_mirid,omitempty"`
	AtClient  *subject `json:"xms_st,omitempty"`
}

// subject is who the person is to the client, which Graph's userinfo endpoint tells.
type subject struct {
	ID string `json:"sub"`
}

// skew is how far back Entra dates a token, for resources with slow clocks.
const skew = 5 * time.Minute

// Ways in which a client authenticated, as azpacr tells them.
const (
	acrPublic      = "0"
	acrSecret      = "1"
	acrCertificate = "2"
)

func (s *Server) accessToken(now time.Time, g grantOf) (string, error) {
	from := s.notBefore(now, g)
	claims := accessClaims{
		Audience: g.scopes.resource, Issuer: cmp.Or(g.issuer, s.Issuer()), IssuedAt: from, NotBefore: from, Expires: now.Add(s.opts.TokenLifetime).Unix(),
		AppName: g.app.Name, AppID: g.app.ID, AppAuth: g.acr, Client: g.app.ID, ClientACR: g.acr,
		TenantID: s.opts.TenantID, ID: tokenID(), Version: "2.0",
	}
	if g.user.ID == "" {
		claims.Kind, claims.Roles, claims.Resource = "app", g.granted, g.mirid
		claims.ObjectID, claims.Subject = g.app.ObjectID, g.app.ObjectID
	} else {
		claims.Kind, claims.Name, claims.Username, claims.UPN = "user", g.user.DisplayName, g.user.UPN, g.user.UPN
		claims.ObjectID, claims.Subject = g.user.ID, pairwise(g.user, g.scopes.resource)
		claims.Began = strconv.Itoa(g.began)
		claims.Scopes = strings.Join(slices.Concat(g.granted, g.scopes.openID), " ")
		if slices.Contains(g.scopes.openID, "openid") {
			claims.AtClient = &subject{pairwise(g.user, g.app.ID)}
		}
	}
	if g.claims.cae {
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

// notBefore is when a token begins: a little earlier than it is issued, but not
// before its user's older tokens were called back, nor before the time that a
// claims challenge named.
func (s *Server) notBefore(now time.Time, g grantOf) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return max(now.Add(-skew).Unix(), s.since[g.user.ID], min(g.claims.notBefore, now.Unix()))
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
	Nonce     string `json:"nonce,omitempty"`
	CodeHash  string `json:"c_hash,omitempty"` // of the code beside it
	ObjectID  string `json:"oid"`
	Username  string `json:"preferred_username,omitempty"`
	Subject   string `json:"sub"`
	TenantID  string `json:"tid"`
	UPN       string `json:"upn,omitempty"`         // of the first version
	Unique    string `json:"unique_name,omitempty"` // of the first version
	ID        string `json:"uti"`
	Version   string `json:"ver"`
}

func (s *Server) idToken(c *call, g grantOf) (string, error) {
	claims := idClaims{
		Audience: g.app.ID, Issuer: c.issuer(s.opts.TenantID),
		IssuedAt: c.now.Add(-skew).Unix(), NotBefore: c.now.Add(-skew).Unix(), Expires: c.now.Add(s.opts.TokenLifetime).Unix(),
		Name: g.user.DisplayName, Nonce: g.nonce, CodeHash: g.codeHash, ObjectID: g.user.ID, Username: g.user.UPN,
		Subject: pairwise(g.user, g.app.ID), TenantID: s.opts.TenantID, ID: tokenID(), Version: "2.0",
	}
	if slices.Contains(g.scopes.openID, "email") {
		claims.Email = g.user.UPN
	}
	if c.v1 {
		claims.Username, claims.UPN, claims.Unique, claims.Version = "", g.user.UPN, g.user.UPN, "1.0"
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
