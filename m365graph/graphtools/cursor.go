package graphtools

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/m365go/sdk/m365auth/agenttool"
)

// place is where a list goes on.
type place struct {
	// Link is the page's own, empty for the first page.
	Link string `json:"l,omitempty"`
	// Skip is how many items of that page were given already.
	Skip int `json:"s,omitempty"`
	// Params are the parameters of the first call, as long as there is no Link,
	// which holds them.
	Params map[string]string `json:"p,omitempty"`
	// Made tells whether other parameters are those of the first call.
	Made []byte `json:"m"`
}

// firstPlace is where the list of a call with these parameters begins.
func firstPlace(params map[string]string) place {
	return place{Params: params, Made: digest(params)}
}

// behind is the place at the beginning of the page that link leads to.
func (p place) behind(link string) place { return place{Link: link, Made: p.Made} }

// digest is short, and the same for the same parameters.
func digest(params map[string]string) []byte {
	h := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(params)) {
		fmt.Fprintf(h, "%d:%s%d:%s", len(name), name, len(params[name]), params[name])
	}
	return h.Sum(nil)[:16]
}

// sealer turns places into cursors. A cursor works for the tool, the caller, the
// endpoint and the permissions that it was made for, and dies with the process.
type sealer struct{ aead cipher.AEAD }

func newSealer() (*sealer, error) {
	secret := make([]byte, 32)
	_, _ = rand.Read(secret) // never fails
	block, err := aes.NewCipher(secret)
	if err != nil {
		return nil, fmt.Errorf("graphtools: make the cursors' key: %w", err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, fmt.Errorf("graphtools: make the cursors' key: %w", err)
	}
	return &sealer{aead}, nil
}

// maxCursor is the longest cursor that is handed out: there must be room for
// items beside it.
const maxCursor = maxOutput - reserve - minItems

// cursorSize is how long the cursor to p is, or zero if that is too long. It
// does not depend on how many digits Skip has.
func cursorSize(p place) (int, error) {
	p.Skip = 1e9
	plaintext, err := encode(p)
	if err != nil {
		return 0, err
	}
	const nonceAndTag = 12 + 16
	if n := base64.RawURLEncoding.EncodedLen(len(plaintext) + nonceAndTag); n <= maxCursor {
		return n, nil
	}
	return 0, nil
}

func (s *sealer) seal(p place, bound []byte) (string, error) {
	plaintext, err := encode(p)
	if err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(s.aead.Seal(nil, nil, plaintext, bound)), nil
}

func (s *sealer) open(cursor string, bound []byte) (place, error) {
	var p place
	sealed, err := base64.RawURLEncoding.Strict().DecodeString(cursor)
	if err == nil {
		sealed, err = s.aead.Open(nil, nil, sealed, bound)
	}
	if err == nil {
		err = json.Unmarshal(sealed, &p)
	}
	if err != nil {
		return place{}, &agenttool.Error{
			Code:    agenttool.CodeInvalidArgument,
			Message: "the cursor is not one that this endpoint gave you, or it has lapsed",
			Hint:    "pass next_cursor unchanged and with the same endpoint, or leave cursor out and start again",
			Details: map[string]any{"argument": "cursor"},
		}
	}
	return p, nil
}

// binding is what a cursor is bound to. Each part goes with its length, so that
// no two lists of parts write the same bytes.
func binding(who agenttool.Caller, endpoint string, permissions []string) []byte {
	var b []byte
	for _, part := range append([]string{toolName, who.Company, who.User, who.Session, who.Account, endpoint}, permissions...) {
		b = binary.BigEndian.AppendUint32(b, uint32(len(part)))
		b = append(b, part...)
	}
	return b
}
