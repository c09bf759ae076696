package signin

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365auth/entra"
)

// Again does what the next run of the program would: a provider that knows
// nothing but the cache's folder gets a token, and nobody is asked.
func (p *Place) Again(ctx context.Context) error {
	fmt.Fprintln(p.out, "\nA second time, from the encrypted cache")
	sealed, err := filepath.Glob(filepath.Join(p.cache, "*.bin"))
	if err != nil {
		return err
	}
	for _, name := range sealed {
		info, err := os.Stat(name)
		if err != nil {
			return err
		}
		fmt.Fprintf(p.out, "   %s  %d bytes  %s\n", filepath.Base(name), info.Size(), info.Mode())
	}
	calls := len(p.Demo.Entra.Requests())
	provider, err := entra.New(p.Config, &entra.Options{HTTPClient: p.HTTPClient})
	if err != nil {
		return err
	}
	defer provider.Close()
	token, err := provider.Token(ctx, m365auth.TokenRequest{})
	if err != nil {
		return fmt.Errorf("a second time: %w", err)
	}
	asked := len(p.Demo.Entra.Requests()) - calls
	if asked != 0 {
		return errors.New("the second time went to Entra, and should have been served by the cache")
	}
	fmt.Fprintf(p.out, "   %s, without a sign-in and without a call of Entra.\n", token.Account.Username)
	return nil
}

const sliceRoute = "PUT /upload/{session}"

// ThrottleOneSlice lets the demo's Graph refuse one slice of the next upload, as
// the real one does when it is busy.
func (p *Place) ThrottleOneSlice() error {
	return p.Demo.Graph.Throttle(sliceRoute, 1, 1, "1")
}

// TellThrottled says what became of the refused slice, from Graph's own log.
func (p *Place) TellThrottled() error {
	log := p.Demo.Graph.Requests()
	for i, r := range log {
		if r.Route != sliceRoute || r.Status != http.StatusTooManyRequests {
			continue
		}
		for _, next := range log[i+1:] {
			if next.Route == sliceRoute {
				fmt.Fprintf(p.out, "   Graph refused one slice (429, Retry-After: 1); it was sent again after %.1f s.\n", next.Start.Sub(r.End).Seconds())
				return nil
			}
		}
	}
	return errors.New("no slice was refused and sent again, says the log of Graph")
}
