package graphtest

import (
	"cmp"
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// graphAppID is Microsoft Graph's own application id; tokens may name it as
// their audience instead of the URL.
const graphAppID = "00000003-0000-0000-c000-000000000000"

// token is what a verified access token says.
type token struct {
	objectID string
	subject  string   // who the person is to the client
	appID    string   // of the client
	scopes   []string // scp, or roles of an application
	app      bool     // no user is present
}

// claims are those of https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
// that matter here.
type claims struct {
	Issuer    string   `json:"iss"`
	Audience  string   `json:"aud"`
	Tenant    string   `json:"tid"`
	Expires   float64  `json:"exp"`
	NotBefore float64  `json:"nbf"`
	ObjectID  string   `json:"oid"`
	Subject   string   `json:"sub"`
	Scopes    string   `json:"scp"`
	Roles     []string `json:"roles"`
	AppID     string   `json:"appid"` // of version 1 tokens
	Party     string   `json:"azp"`   // the same, of version 2
	AtClient  struct {
		Subject string `json:"sub"` // as in the client's id_token
	} `json:"xms_st"`
}

// authenticate verifies the bearer of a request.
func (s *Server) authenticate(r *http.Request) (*token, error) {
	// Two headers are one with a comma, which is no token.
	scheme, value, _ := strings.Cut(strings.Join(r.Header.Values("Authorization"), ","), " ")
	value = strings.TrimSpace(value)
	if !strings.EqualFold(scheme, "Bearer") || value == "" {
		return nil, unauthenticated("Access token is empty.", "")
	}
	t, err := s.verify(r, value)
	if err != nil {
		return nil, unauthenticated(err.Error(), "")
	}
	if s.opts.Challenge != nil {
		if claims := s.opts.Challenge(value); claims != "" {
			return nil, unauthenticated("Continuous access evaluation resulted in challenge with result: InteractionRequired and code: TokenIssuedBeforeRevocationTimestamp",
				`, error="insufficient_claims", claims="`+base64.StdEncoding.EncodeToString([]byte(claims))+`"`)
		}
	}
	return t, nil
}

// unauthenticated is Graph's 401 with its challenge, of which more is a part.
func unauthenticated(message, more string) error {
	return &graphError{code: codeInvalidToken, message: message, header: http.Header{
		"Www-Authenticate": {`Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", client_id="` + graphAppID + `"` + more},
	}}
}

// tokenError is what Graph says of a token that it does not take.
type tokenError string

func (e tokenError) Error() string { return string(e) }

const (
	errTokenFormat    tokenError = "CompactToken parsing failed with error code: 80049217"
	errTokenSignature tokenError = "Signing key is invalid."
	errTokenValidity  tokenError = "Access token validation failure."
	errTokenAudience  tokenError = "Access token validation failure. Invalid audience."
	errTokenIssuer    tokenError = "Access token validation failure. Invalid issuer."
	errTokenTenant    tokenError = "Access token validation failure. Invalid tenant."
	errTokenExpired   tokenError = "Lifetime validation failed, the token is expired."
	errTokenEarly     tokenError = "Lifetime validation failed, the token is not yet valid."
)

// verify checks signature and claims of a JWT.
func (s *Server) verify(r *http.Request, jwt string) (*token, error) {
	sum := sha256.Sum256([]byte(jwt))
	if t, ok := s.tokens.find(sum); ok {
		if key, err := s.opts.Keys(r.Context(), t.kid); err == nil && key == t.key {
			return s.accept(&t.claims)
		}
	}
	parts := strings.Split(jwt, ".")
	if len(parts) != 3 {
		return nil, errTokenFormat
	}
	var header struct {
		Alg string `json:"alg"`
		Kid string `json:"kid"`
	}
	var c claims
	if decodePart(parts[0], &header) != nil || decodePart(parts[1], &c) != nil {
		return nil, errTokenFormat
	}
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil {
		return nil, errTokenFormat
	}
	key, err := s.opts.Keys(r.Context(), header.Kid)
	if err != nil || !validSignature(header.Alg, key, parts[0]+"."+parts[1], signature) {
		return nil, errTokenSignature
	}
	s.tokens.keep(sum, &verified{claims: c, kid: header.Kid, key: key})
	return s.accept(&c)
}

// verified is a token whose signature held, with the key of that time. Its
// claims are judged anew at each request.
type verified struct {
	claims claims
	kid    string
	key    crypto.PublicKey
}

// maxVerified is how many tokens are remembered before all are forgotten.
const maxVerified = 1024

// verifications are the signatures that need not be checked again, by the
// digest of the token.
type verifications struct {
	mu   sync.Mutex
	held map[[sha256.Size]byte]*verified
}

func (v *verifications) find(sum [sha256.Size]byte) (*verified, bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	t, ok := v.held[sum]
	return t, ok
}

func (v *verifications) keep(sum [sha256.Size]byte, t *verified) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.held == nil || len(v.held) >= maxVerified {
		v.held = map[[sha256.Size]byte]*verified{}
	}
	v.held[sum] = t
}

func decodePart(part string, v any) error {
	b, err := base64.RawURLEncoding.DecodeString(part)
	if err != nil {
		return err
	}
	return json.Unmarshal(b, v)
}

// validSignature takes only the algorithm that fits the key, never the one
// that the token would like.
func validSignature(alg string, key crypto.PublicKey, signed string, signature []byte) bool {
	digest := sha256.Sum256([]byte(signed))
	switch key := key.(type) {
	case *rsa.PublicKey:
		return alg == "RS256" && rsa.VerifyPKCS1v15(key, crypto.SHA256, digest[:], signature) == nil
	case *ecdsa.PublicKey:
		if alg != "ES256" || len(signature) != 64 {
			return false
		}
		return ecdsa.Verify(key, digest[:], new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:]))
	}
	return false
}

// leeway is how far the clocks of issuer and Graph may differ.
const leeway = 5 * time.Minute

// accept checks the claims of a token whose signature holds.
func (s *Server) accept(c *claims) (*token, error) {
	now := s.now()
	switch {
	case c.Audience != graphAppID && strings.TrimSuffix(c.Audience, "/") != strings.TrimSuffix(s.opts.Audience, "/"):
		return nil, errTokenAudience
	case s.opts.Issuer != "" && c.Issuer != s.opts.Issuer:
		return nil, errTokenIssuer
	case c.Tenant != "" && s.opts.Tenant.ID != "" && !strings.EqualFold(c.Tenant, s.opts.Tenant.ID):
		return nil, errTokenTenant
	case !now.Before(unixTime(c.Expires).Add(max(cmp.Or(s.opts.Leeway, leeway), 0))):
		return nil, errTokenExpired
	case now.Add(leeway).Before(unixTime(c.NotBefore)):
		return nil, errTokenEarly
	}
	t := &token{objectID: c.ObjectID, subject: orElse(c.AtClient.Subject, c.Subject), appID: orElse(c.AppID, c.Party), scopes: strings.Fields(c.Scopes)}
	if len(t.scopes) == 0 {
		t.app, t.scopes = true, c.Roles
	}
	if !t.app && t.objectID == "" {
		return nil, errTokenValidity
	}
	return t, nil
}

func unixTime(seconds float64) time.Time { return time.Unix(int64(seconds), 0) }

// has tells whether the token carries one of the scopes.
func (t *token) has(scopes []string) bool {
	return slices.ContainsFunc(scopes, func(want string) bool {
		return slices.ContainsFunc(t.scopes, func(got string) bool {
			return strings.EqualFold(strings.TrimPrefix(got, "https://graph.microsoft.com/"), want)
		})
	})
}

// authorize checks the scopes of the route, finds the person that the path
// means, and keeps a delegated token in its own mailbox and drive.
func (c *call) authorize(spelling string) error {
	if c.route.public {
		return nil
	}
	wanted := c.route.scopes
	if c.token.app && c.route.roles != nil {
		wanted = c.route.roles
	}
	if !c.token.has(wanted) {
		return c.route.service.missing(c, wanted)
	}
	me := c.s.tenant.byID[c.token.objectID]
	first, _, _ := strings.Cut(strings.TrimPrefix(spelling, "/"), "/")
	switch {
	case first == "me" && c.token.app:
		return failf(codeBadRequest, "/me request is only valid with delegated authentication flow.")
	case first == "me":
		c.user = me
		if me == nil {
			return failf(codeRequestNotFound, "Resource '%s' does not exist or one of its queried reference-property objects are not present.", c.token.objectID)
		}
	case c.vars["user"] != "":
		return c.addressUser(me)
	}
	return nil
}

// addressUser resolves /users/{id or name}.
func (c *call) addressUser(me *userState) error {
	name := c.vars["user"]
	c.user = c.s.tenant.user(name)
	own := c.user == me && me != nil
	switch {
	case c.user == nil && (c.route.shared || c.token.app):
		if !c.route.shared {
			return failf(codeInvalidUser, "The requested user '%s' is invalid.", name)
		}
		return failf(codeRequestNotFound, "Resource '%s' does not exist or one of its queried reference-property objects are not present.", name)
	case !own && !c.token.app && !c.route.shared && (c.user == nil || c.route.lent == nil || !c.route.lent(c, me)):
		return fail(c.route.service.denied)
	}
	return nil
}
