package entra

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/m365go/sdk/m365auth"
)

// UnionScopes returns what the next sign-in of an account should ask for so that
// a token can be had for more scopes, and for all that it could be had for
// before: the granted ones and those, in short form and ordered. It is for
// [LoginRequest.Scopes]. The account is named as in [m365auth.TokenRequest];
// while nobody is signed in, the provider's own scopes stand for the granted
// ones.
//
// A [m365auth.ErrConsentRequired] of Token carries the same union.
// https://learn.microsoft.com/entra/identity-platform/consent-types-developer#incremental-and-dynamic-user-consent
func (p *Provider) UnionScopes(ctx context.Context, account string, more ...string) ([]string, error) {
	const op = "add scopes"
	if err := p.begin(ctx, op); err != nil {
		return nil, err
	}
	had := p.set.own
	id, _, err := p.choose(ctx, op, account)
	if err != nil && !errors.Is(err, m365auth.ErrLoginRequired) {
		return nil, err
	}
	if err == nil {
		m, err := p.load(ctx, id)
		if err != nil {
			return nil, err
		}
		if m != nil {
			had = m.rec.granted("")
		}
	}
	return p.set.scopes.normalise(slices.Concat(had, more))
}

// granted returns the scopes of all tokens of a tenant that are known, ordered.
// It counts those that have expired: what was granted is granted still.
func (r *record) granted(tenant string) []string {
	var out []string
	for _, t := range r.tokens {
		for _, scope := range t.Scopes {
			if t.tenant == tenant && !containsFold(out, scope) && !isEverything(scope) {
				out = append(out, scope)
			}
		}
	}
	slices.SortFunc(out, func(a, b string) int { return strings.Compare(strings.ToLower(a), strings.ToLower(b)) })
	return out
}

// widen makes an error that asks for consent name the whole of what the person
// should be asked for: they agree to the new scopes, and lose none of the old.
func widen(e *m365auth.Error, r *record, w wanted) {
	if e.Kind != m365auth.ErrConsentRequired || isEverything(w.scopes[0]) {
		return
	}
	for _, scope := range r.granted(w.tenant) {
		if resourceOf(scope) == resourceOf(w.scopes[0]) && !containsFold(e.Scopes, scope) {
			e.Scopes = append(e.Scopes, scope)
		}
	}
	slices.SortFunc(e.Scopes, func(a, b string) int { return strings.Compare(strings.ToLower(a), strings.ToLower(b)) })
}

// isEverything reports a ".default", which stands for scopes and is none.
func isEverything(scope string) bool {
	return strings.HasSuffix(strings.ToLower(scope), defaultScope)
}
