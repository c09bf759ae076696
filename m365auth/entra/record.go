package entra

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/m365go/sdk/m365auth"
)

const (
	// refreshAhead is how long before its end a token is renewed.
	refreshAhead = 5 * time.Minute
	// leastLeft is how long a token must still work to be served after its
	// refresh has failed.
	leastLeft = 2 * time.Minute
	// maxTokens bounds the access tokens kept of one account.
	maxTokens = 16
)

// record is what is kept of an account. The access tokens stand beside MSAL's
// cache, which would not give one out in its last five minutes.
type record struct {
	account m365auth.Account
	msal    m365auth.Secret
	tokens  []heldToken
}

// heldToken is an access token and what was asked for to get it.
type heldToken struct {
	m365auth.Token
	tenant string   // empty for the provider's own
	asked  []string // in short form, without what was declined
}

func (t heldToken) covers(w wanted) bool {
	return t.tenant == w.tenant && !slices.ContainsFunc(w.scopes, func(scope string) bool {
		return !containsFold(t.Scopes, scope) && !containsFold(t.asked, scope)
	})
}

// fresh reports whether the token need not be renewed yet.
func (t heldToken) fresh(now time.Time) bool {
	return now.Before(t.ExpiresOn.Add(-refreshAhead)) && (t.RefreshOn.IsZero() || now.Before(t.RefreshOn))
}

// usable reports whether the token may be served although it is due.
func (t heldToken) usable(now time.Time) bool { return t.ExpiresOn.Sub(now) > leastLeft }

// find returns the longest-lived token for what is wanted.
func (r *record) find(w wanted) (heldToken, bool) {
	var best heldToken
	for _, t := range r.tokens {
		if t.covers(w) && (best.Access.IsZero() || t.ExpiresOn.After(best.ExpiresOn)) {
			best = t
		}
	}
	best.Account = r.account
	return best, !best.Access.IsZero()
}

// with returns a copy that holds t, and nothing that has expired or that t
// replaces, which is what can do all that t can.
func (r *record) with(t heldToken, now time.Time) *record {
	out := r.without(wanted{tenant: t.tenant, scopes: slices.Concat(t.asked, t.Scopes)})
	out.tokens = slices.DeleteFunc(out.tokens, func(old heldToken) bool { return !now.Before(old.ExpiresOn) })
	out.tokens = append(out.tokens, t)
	if len(out.tokens) > maxTokens {
		out.tokens = out.tokens[len(out.tokens)-maxTokens:]
	}
	return out
}

// without returns a copy without the tokens that w could be served from.
func (r *record) without(w wanted) *record {
	out := *r
	out.tokens = slices.DeleteFunc(slices.Clone(r.tokens), func(t heldToken) bool { return t.covers(w) })
	return &out
}

const recordFormat = 1

// The stored form. It is made of plain strings on purpose: it is written into a
// sealed payload only.
type storedRecord struct {
	Format  int              `json:"format"`
	Account m365auth.Account `json:"account"`
	MSAL    string           `json:"msal"`
	Tokens  []storedToken    `json:"tokens"`
}

type storedToken struct {
	Tenant    string    `json:"tenant,omitempty"`
	Asked     []string  `json:"asked"`
	Scopes    []string  `json:"scopes"`
	Access    string    `json:"access"`
	ExpiresOn time.Time `json:"expires_on"`
	RefreshOn time.Time `json:"refresh_on"`
}

func (r *record) encode() ([]byte, error) {
	s := storedRecord{Format: recordFormat, Account: r.account, MSAL: r.msal.Reveal()}
	for _, t := range r.tokens {
		s.Tokens = append(s.Tokens, storedToken{
			Tenant: t.tenant, Asked: t.asked, Scopes: t.Scopes, Access: t.Access.Reveal(),
			ExpiresOn: t.ExpiresOn.UTC(), RefreshOn: t.RefreshOn.UTC(),
		})
	}
	return json.Marshal(s)
}

// decodeRecord keeps what it read out of its errors.
func decodeRecord(data []byte) (*record, error) {
	var s storedRecord
	if err := json.Unmarshal(data, &s); err != nil || s.Format != recordFormat || strings.TrimSpace(s.Account.ID) == "" {
		return nil, &m365auth.Error{
			Op: fmt.Sprintf("read a cached account of format %d", s.Format), Kind: m365auth.ErrCacheUnavailable,
			Remedy: "use the newer version of this program that wrote it, or sign the account out",
		}
	}
	r := &record{account: s.Account, msal: m365auth.NewSecret(s.MSAL)}
	for _, t := range s.Tokens {
		r.tokens = append(r.tokens, heldToken{
			Token: m365auth.Token{
				Access: m365auth.NewSecret(t.Access), ExpiresOn: t.ExpiresOn, RefreshOn: t.RefreshOn, Scopes: t.Scopes,
			},
			tenant: t.Tenant, asked: t.Asked,
		})
	}
	return r, nil
}
