package entra

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365auth/tokencache"
)

const pendingFormat = 1

// errPendingFormat is for a sign-in that another version of this package sealed.
var errPendingFormat = errors.New("its format is unknown")

// bindings are what a pending sign-in is sealed for: its purpose, the
// application, the authority, and what the caller adds.
func (p *Provider) bindings(purpose string, more ...string) []string {
	return append([]string{purpose, p.set.part.ClientID, p.set.part.Authority}, more...)
}

// sealPending seals a pending sign-in, whose secrets are plain in v.
func sealPending(ctx context.Context, op string, s *tokencache.Sealer, v any, bound []string) ([]byte, error) {
	if s == nil {
		return nil, configError(op, "give a sealer with a key that the one who goes on has, too")
	}
	data, err := json.Marshal(v)
	if err != nil {
		return nil, &m365auth.Error{Op: op, Kind: m365auth.ErrUnexpected, Err: errors.New("it has no form in JSON")}
	}
	sealed, err := s.Seal(ctx, data, bound...)
	if err != nil {
		return nil, cacheError(op, err)
	}
	return sealed, nil
}

// openPending opens what sealPending made into v. What it read stays out of its
// errors.
func openPending(ctx context.Context, op string, s *tokencache.Sealer, sealed []byte, v any, bound []string) error {
	if s == nil {
		return configError(op, "give a sealer with the key that the sign-in was sealed with")
	}
	data, err := s.Open(ctx, sealed, bound...)
	switch {
	case errors.Is(err, tokencache.ErrCorrupt), errors.Is(err, tokencache.ErrNotSealed):
		return &m365auth.Error{
			Op: op, Kind: m365auth.ErrLoginRequired, Err: err,
			Remedy: "give what Seal returned, unchanged, to a provider of the same client, authority and method, or start another sign-in",
		}
	case err != nil:
		return cacheError(op, err)
	}
	if json.Unmarshal(data, v) != nil {
		return unknownPending(op, 0)
	}
	return nil
}

func unknownPending(op string, format int) error {
	return &m365auth.Error{
		Op: op, Kind: m365auth.ErrLoginRequired, Err: fmt.Errorf("%w: %d", errPendingFormat, format), Remedy: "start another sign-in",
	}
}
