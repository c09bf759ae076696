package entra

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365auth/tokencache"
)

const (
	opToken = "get a token"
	// renewLimit bounds a renewal: the wait for the lock and two requests.
	renewLimit = 90 * time.Second
	// quiet is how long a failed refresh is not repeated while there is a
	// token to serve, unless Entra said how long to wait.
	quiet = 15 * time.Second
)

// wanted is a request for a token, checked.
type wanted struct {
	tenant string   // empty for the provider's own
	scopes []string // in short form
	claims string
	force  bool
}

// bypass reports whether cached tokens will not do.
func (w wanted) bypass() bool { return w.force || w.claims != "" }

func (w wanted) key() string {
	key := strings.ToLower(strings.Join(append([]string{w.tenant}, w.scopes...), " ")) + "\x00" + w.claims
	if w.force {
		key += "\x00force"
	}
	return key
}

func (p *Provider) want(req m365auth.TokenRequest) (wanted, error) {
	w := wanted{scopes: p.set.own, claims: req.Claims, force: req.ForceRefresh}
	var err error
	if len(req.Scopes) > 0 {
		if w.scopes, err = p.set.scopes.normalise(req.Scopes); err != nil {
			return wanted{}, err
		}
	}
	if w.tenant, err = p.set.checkOverride(req.Tenant); err != nil {
		return wanted{}, err
	}
	return w, checkClaims(req.Claims)
}

// Token returns a token that works for more than two minutes, or one that Entra
// has just issued. It never prompts. It implements [m365auth.TokenProvider].
//
// A token is renewed from five minutes before its end, or from when Entra
// recommends it. Whoever waits for a renewal may leave: it goes on for the rest.
func (p *Provider) Token(ctx context.Context, req m365auth.TokenRequest) (m365auth.Token, error) {
	if err := p.begin(ctx, opToken); err != nil {
		return m365auth.Token{}, err
	}
	if t := p.recent.find(&req); t != nil {
		return *t, nil
	}
	w, err := p.want(req)
	if err != nil {
		return m365auth.Token{}, err
	}
	switch {
	case p.set.app:
		return p.appToken(ctx, req, w)
	case p.set.method == m365auth.MethodOnBehalfOf:
		return m365auth.Token{}, configError(opToken+" without a caller", "call OnBehalfOf with the token that the caller sent")
	}
	at, counted := p.recent.now()
	id, version, err := p.choose(ctx, opToken, req.Account)
	if err != nil {
		return m365auth.Token{}, err
	}
	if t, ok := p.served(id, version, w); ok {
		if counted && t.fresh(time.Now().Add(recentLife)) {
			p.recent.add(at, &req, t.Token)
		}
		return t.Token, nil
	}
	return p.once(ctx, id+"\x00"+w.key(), func(ctx context.Context) (m365auth.Token, error) {
		return p.renew(ctx, id, w)
	})
}

// once runs get for all who ask for the key at the same time. It goes on when
// one of them leaves.
func (p *Provider) once(ctx context.Context, key string, get func(context.Context) (m365auth.Token, error)) (m365auth.Token, error) {
	flight := p.flight.DoChan(key, func() (any, error) {
		shared, cancel := detach(ctx, p.closed, renewLimit)
		defer cancel()
		return get(shared)
	})
	select {
	case r := <-flight:
		if r.Err != nil {
			return m365auth.Token{}, r.Err
		}
		return r.Val.(m365auth.Token), nil
	case <-ctx.Done():
		return m365auth.Token{}, interrupted(opToken, ctx.Err())
	}
}

// served returns a token from memory if it is of the store's version, and not
// due, or due but a refresh has just failed.
func (p *Provider) served(id string, version tokencache.Version, w wanted) (heldToken, bool) {
	m := p.recall(id, version)
	if m == nil || w.bypass() {
		return heldToken{}, false
	}
	t, ok := m.rec.find(w)
	now := time.Now()
	return t, ok && (t.fresh(now) || t.usable(now) && now.Before(m.quietUntil))
}

// renew gets a token while it holds the account's lock.
func (p *Provider) renew(ctx context.Context, id string, w wanted) (m365auth.Token, error) {
	ctx, unlock, err := p.store.Lock(ctx, p.slot(id))
	if err != nil {
		return m365auth.Token{}, cacheError(opToken, err)
	}
	defer unlock()
	m, err := p.load(ctx, id)
	if err != nil {
		return m365auth.Token{}, err
	}
	if m == nil { // signed out meanwhile
		return m365auth.Token{}, &m365auth.Error{Op: opToken, Kind: m365auth.ErrLoginRequired, Remedy: notSignedIn(id)}
	}
	if t, ok := m.rec.find(w); ok && t.fresh(time.Now()) && !w.bypass() {
		return t.Token, nil
	}
	rec, t, err := p.redeem(ctx, opToken, m.rec, w)
	if err != nil {
		return p.fallBack(ctx, m, w, err)
	}
	m.rec, m.quietUntil = rec.with(t, time.Now()), time.Time{}
	p.save(ctx, m)
	if err := p.declined(opToken, t, w); err != nil {
		return m365auth.Token{}, err
	}
	t.Account = m.rec.account
	return t.Token, nil
}

// fallBack decides what a failed refresh means.
func (p *Provider) fallBack(ctx context.Context, m *remembered, w wanted, err error) (m365auth.Token, error) {
	failure := (*m365auth.Error)(nil)
	if !errors.As(err, &failure) {
		return m365auth.Token{}, err
	}
	widen(failure, m.rec, w)
	if w.bypass() {
		if failure.Kind.NeedsPerson() {
			// The resource refused what we hold, and Entra gives nothing new.
			m.rec = m.rec.without(w)
			p.save(ctx, m)
		}
		return m365auth.Token{}, err
	}
	now := time.Now()
	t, ok := m.rec.find(w)
	if !ok || failure.Kind != m365auth.ErrTransient || !t.usable(now) {
		return m365auth.Token{}, err
	}
	m.quietUntil = now.Add(max(quiet, failure.RetryAfter))
	p.remember(m)
	p.log.Warn("a refresh failed; the token in hand still works", "error", err, "expires_on", t.ExpiresOn)
	return t.Token, nil
}

// declined returns an error that lists what was asked for and not granted.
func (p *Provider) declined(op string, t heldToken, w wanted) *m365auth.Error {
	lost := missing(w.scopes, t.Scopes)
	if len(lost) == 0 {
		return nil
	}
	e := &m365auth.Error{Op: op, Kind: m365auth.ErrScopesDeclined, Scopes: lost}
	p.advise(e, w.scopes)
	return e
}

// save stores what is remembered. If that fails, memory keeps it, since the
// refresh token in it may be the only good one, and the next renewal saves it.
func (p *Provider) save(ctx context.Context, m *remembered) {
	version, err := p.trySave(ctx, m)
	if err != nil && !errors.Is(err, tokencache.ErrConflict) {
		version, err = p.trySave(ctx, m)
	}
	if m.unsaved = err != nil; m.unsaved {
		p.log.Warn("the token cache could not be written; this process goes on with what it has", "error", err)
	} else {
		m.version = version
	}
	p.remember(m)
}

func (p *Provider) trySave(ctx context.Context, m *remembered) (tokencache.Version, error) {
	data, err := m.rec.encode()
	if err != nil {
		return "", err
	}
	return p.store.Save(ctx, p.slot(m.rec.account.ID), data, m.version)
}
