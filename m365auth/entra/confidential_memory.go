package entra

import (
	"container/list"
	"context"
	"errors"
	"sync"
	"time"

	"github.com/m365go/sdk/m365auth"
)

// maxHolders bounds the callers whose tokens are remembered.
const maxHolders = 1000

// passing keeps tokens that are not worth storing: an application's own, which
// cost a request and trouble nobody, and those on behalf of callers, who bring
// what is needed for another with each call. Each holder's stand apart; the
// holder that was asked for least recently goes first.
type passing struct {
	mu    sync.Mutex
	order list.List // of *holder, the latest first
	by    map[string]*list.Element
	epoch int // counts the times that all was forgotten
}

// holder is whom tokens were issued for: the application, or a caller's token.
type holder struct {
	key        string
	rec        *record
	quietUntil time.Time
}

func newPassing() *passing { return &passing{by: map[string]*list.Element{}} }

// get returns a copy; one without tokens for a holder that is not known.
func (m *passing) get(key string) (holder, int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	e := m.by[key]
	if e == nil {
		return holder{key: key, rec: &record{}}, m.epoch
	}
	m.order.MoveToFront(e)
	return *e.Value.(*holder), m.epoch
}

// put remembers h, unless all was forgotten since the epoch.
func (m *passing) put(h holder, epoch int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if epoch != m.epoch {
		return
	}
	if e := m.by[h.key]; e != nil {
		e.Value = &h
		m.order.MoveToFront(e)
		return
	}
	m.by[h.key] = m.order.PushFront(&h)
	if m.order.Len() > maxHolders {
		delete(m.by, m.order.Remove(m.order.Back()).(*holder).key)
	}
}

// clear forgets everything, and what is on its way.
func (m *passing) clear() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.order.Init()
	clear(m.by)
	m.epoch++
}

// issuer gets a token from where it is issued.
type issuer func(context.Context, wanted) (issued, error)

// issued is a token and whom it acts for; zero for the application itself.
type issued struct {
	heldToken
	account m365auth.Account
}

// issueOnce returns a holder's token from memory, or else one that is issued
// once for all who wait for it.
func (p *Provider) issueOnce(ctx context.Context, key string, w wanted, issue issuer) (m365auth.Token, error) {
	h, _ := p.passing.get(key)
	if t, ok := h.rec.find(w); ok && !w.bypass() {
		now := time.Now()
		if t.fresh(now) || t.usable(now) && now.Before(h.quietUntil) {
			return t.Token, nil
		}
	}
	return p.once(ctx, "issue\x00"+key+"\x00"+w.key(), func(ctx context.Context) (m365auth.Token, error) {
		return p.issue(ctx, key, w, issue)
	})
}

func (p *Provider) issue(ctx context.Context, key string, w wanted, issue issuer) (m365auth.Token, error) {
	h, epoch := p.passing.get(key)
	if t, ok := h.rec.find(w); ok && t.fresh(time.Now()) && !w.bypass() {
		return t.Token, nil // another flight has just ended
	}
	t, err := issue(ctx, w)
	now := time.Now()
	if err != nil {
		return p.issueFailed(h, epoch, w, now, err)
	}
	h.rec, h.quietUntil = h.rec.with(t.heldToken, now), time.Time{}
	h.rec.account = t.account
	p.passing.put(h, epoch)
	if err := p.declined(opToken, t.heldToken, w); err != nil {
		return m365auth.Token{}, err
	}
	t.Account = t.account
	return t.Token, nil
}

// issueFailed serves what still works if the cause will pass, and forgets what
// a resource has refused if nothing replaces it.
func (p *Provider) issueFailed(h holder, epoch int, w wanted, now time.Time, err error) (m365auth.Token, error) {
	failure := (*m365auth.Error)(nil)
	if !errors.As(err, &failure) {
		return m365auth.Token{}, err
	}
	if w.bypass() {
		if failure.Kind != m365auth.ErrTransient {
			h.rec = h.rec.without(w)
			p.passing.put(h, epoch)
		}
		return m365auth.Token{}, err
	}
	t, ok := h.rec.find(w)
	if !ok || failure.Kind != m365auth.ErrTransient || !t.usable(now) {
		return m365auth.Token{}, err
	}
	h.quietUntil = now.Add(max(quiet, failure.RetryAfter))
	p.passing.put(h, epoch)
	p.log.Warn("a token could not be renewed; the one in hand still works", "error", err, "expires_on", t.ExpiresOn)
	return t.Token, nil
}
