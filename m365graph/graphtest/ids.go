package graphtest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
)

// digest hashes parts so that no two lists of parts meet.
func digest(parts ...any) []byte {
	h := sha256.New()
	for _, p := range parts {
		s := fmt.Sprint(p)
		fmt.Fprintf(h, "%d:%s", len(s), s)
	}
	return h.Sum(nil)
}

// guid derives a stable GUID (version 8, RFC 9562) from parts.
func guid(parts ...any) string {
	b := digest(parts...)[:16]
	b[6], b[8] = b[6]&0x0f|0x80, b[8]&0x3f|0x80
	s := hex.EncodeToString(b)
	return s[:8] + "-" + s[8:12] + "-" + s[12:16] + "-" + s[16:20] + "-" + s[20:]
}

// outlookID derives a stable id in the shape of Exchange's: URL-safe base64
// with padding.
func outlookID(parts ...any) string {
	return base64.URLEncoding.EncodeToString(append([]byte{0, 9, 0x32}, digest(parts...)...))
}

// driveItemID derives a stable id in the shape of OneDrive's for drive items.
func driveItemID(parts ...any) string {
	return "01" + strings.ToUpper(hex.EncodeToString(digest(parts...)))[:32]
}

// signer signs what clients must hand back unchanged: page tokens, upload and
// download URLs.
type signer struct{ key []byte }

func newSigner(tenantID string) signer { return signer{digest("graphtest signer", tenantID)} }

// sign gives a URL-safe signature of parts.
func (s signer) sign(parts ...any) string {
	m := hmac.New(sha256.New, s.key)
	m.Write(digest(parts...))
	return base64.RawURLEncoding.EncodeToString(m.Sum(nil)[:18])
}

// valid checks a signature of parts.
func (s signer) valid(signature string, parts ...any) bool {
	return hmac.Equal([]byte(signature), []byte(s.sign(parts...)))
}

// opaque hides the fields of a token from clients tempted to read them.
func opaque(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }

func unopaque(s string) (string, bool) {
	b, err := base64.RawURLEncoding.DecodeString(s)
	return string(b), err == nil
}
