package m365auth

import (
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
)

const redacted = "REDACTED"

// errSecretEncoding is what encodings without a place for a redacted value get.
var errSecretEncoding = errors.New("m365auth: a Secret is not encoded; call Reveal where the value is needed")

// Secret is a value that must not be printed, logged or marshalled by accident.
// Every verb of fmt, slog, JSON, text and XML shows REDACTED; gob fails. The
// zero value is an empty secret.
//
// It holds a pointer, so that even a printer that goes around its methods, as
// fmt does for unexported fields, sees an address and not the value. Compare
// two secrets with [Secret.Equal], not with ==.
type Secret struct{ v *string }

// NewSecret wraps value.
func NewSecret(value string) Secret {
	if value == "" {
		return Secret{}
	}
	return Secret{v: &value}
}

// Reveal returns the value. Each call is a place to review.
func (s Secret) Reveal() string {
	if s.v == nil {
		return ""
	}
	return *s.v
}

// IsZero reports whether the secret is empty.
func (s Secret) IsZero() bool { return s.v == nil }

// Equal reports whether two secrets hold the same value, in constant time for
// values of one length.
func (s Secret) Equal(other Secret) bool {
	return subtle.ConstantTimeCompare([]byte(s.Reveal()), []byte(other.Reveal())) == 1
}

// String returns REDACTED.
func (s Secret) String() string { return redacted }

// GoString returns REDACTED.
func (s Secret) GoString() string { return redacted }

// Format writes REDACTED for every verb, %x and %d included.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// LogValue returns REDACTED to slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalJSON returns "REDACTED".
func (s Secret) MarshalJSON() ([]byte, error) { return json.Marshal(redacted) }

// MarshalText returns REDACTED; XML and YAML encoders call it.
func (s Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// GobEncode fails: a gob is made to be read back, and this could not be.
func (s Secret) GobEncode() ([]byte, error) { return nil, errSecretEncoding }

// GobDecode fails, for the same reason.
func (s *Secret) GobDecode([]byte) error { return errSecretEncoding }

// UnmarshalJSON fails: secrets come from the environment, a file of their own
// or a callback, never from a document of settings.
func (s *Secret) UnmarshalJSON([]byte) error { return errSecretEncoding }

// UnmarshalText fails, for the same reason.
func (s *Secret) UnmarshalText([]byte) error { return errSecretEncoding }
