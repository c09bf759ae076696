package entratest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"math/big"
	"slices"
	"strings"
	"time"
)

// jwt is a signed token that somebody presents, read but not believed.
type jwt struct {
	header struct {
		Algorithm string   `json:"alg"`
		KeyID     string   `json:"kid"`
		SHA1      string   `json:"x5t"`
		SHA256    string   `json:"x5t#S256"`
		Chain     []string `json:"x5c"`
		Critical  []string `json:"crit"`
	}
	claims struct {
		Issuer    string    `json:"iss"`
		Subject   string    `json:"sub"`
		Audience  audiences `json:"aud"`
		Expires   float64   `json:"exp"`
		NotBefore float64   `json:"nbf"`
		IssuedAt  float64   `json:"iat"`
		ObjectID  string    `json:"oid"`
		Kind      string    `json:"idtyp"`
		Began     string    `json:"rh"`
		Capable   []string  `json:"xms_cc"`
	}
	signed    string
	signature []byte
}

// audiences is an aud, which is a text or a list (RFC 7519, 4.1.3).
type audiences []string

func (a *audiences) UnmarshalJSON(text []byte) error {
	var one string
	if json.Unmarshal(text, &one) == nil {
		*a = audiences{one}
		return nil
	}
	return json.Unmarshal(text, (*[]string)(a))
}

var errMalformed = errors.New("the token is malformed")

func parseJWT(text string) (*jwt, error) {
	parts := strings.Split(text, ".")
	if len(parts) != 3 {
		return nil, errMalformed
	}
	t := &jwt{signed: parts[0] + "." + parts[1]}
	for i, into := range []any{&t.header, &t.claims} {
		part, err := base64.RawURLEncoding.DecodeString(parts[i])
		if err != nil || json.Unmarshal(part, into) != nil {
			return nil, errMalformed
		}
	}
	sig, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil || len(t.header.Critical) > 0 {
		return nil, errMalformed
	}
	t.signature = sig
	return t, nil
}

// signedBy reports whether a key made the signature.
func (t *jwt) signedBy(key crypto.PublicKey) bool {
	digest := sha256.Sum256([]byte(t.signed))
	switch key := key.(type) {
	case *rsa.PublicKey:
		switch t.header.Algorithm {
		case "RS256":
			return rsa.VerifyPKCS1v15(key, crypto.SHA256, digest[:], t.signature) == nil
		case "PS256":
			return rsa.VerifyPSS(key, crypto.SHA256, digest[:], t.signature, nil) == nil
		}
	case *ecdsa.PublicKey:
		if t.header.Algorithm == "ES256" && len(t.signature) == 64 {
			r, s := new(big.Int).SetBytes(t.signature[:32]), new(big.Int).SetBytes(t.signature[32:])
			return ecdsa.Verify(key, digest[:], r, s)
		}
	}
	return false
}

// validAt reports whether a token can be used now. Without an end it cannot.
func (t *jwt) validAt(now time.Time) bool {
	at := float64(now.Unix())
	return at < t.claims.Expires && at >= t.claims.NotBefore-skew.Seconds()
}

func (t *jwt) isFor(audience ...string) bool {
	return slices.ContainsFunc(t.claims.Audience, func(a string) bool { return slices.Contains(audience, a) })
}

// thumbprint decodes an x5t, which clients write in either alphabet of base64,
// padded or not.
func thumbprint(text string) []byte {
	b, err := base64.RawURLEncoding.DecodeString(strings.NewReplacer("+", "-", "/", "_", "=", "").Replace(text))
	if err != nil {
		return nil
	}
	return b
}
