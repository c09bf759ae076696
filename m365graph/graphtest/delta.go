package graphtest

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"sync"
)

// tracked is a collection that a client keeps in step with, by
// https://learn.microsoft.com/graph/delta-query-overview.
type tracked[T any] struct {
	listing[T]        // its items are not read
	collection string // as the journal names it
	dialect    *deltaDialect
	first      func() []string                      // ids of all there is now, in the order of a first round
	find       func(id string) (T, bool)            // an item as it is now
	gone       func(id string) object               // what is told of an item that is not there; nil: id and @removed
	spread     func([]change) []string              // ids that changes mean, where they are not the items themselves; nil: they are
	beside     func(v T, from, upto int64) []member // what is told beside an item's properties; nil: nothing
	byKind     bool                                 // changeType may leave one kind of change
	limit      int                                  // of items that a first round tells if it is filtered; 0: none
}

// deltaDialect is how a service spells its rounds.
type deltaDialect struct {
	next, delta string // parameters of the token, within a round and after it
	expired     code
}

var (
	directoryDelta = &deltaDialect{"$skiptoken", "$deltatoken", codeResync}
	outlookDelta   = &deltaDialect{"$skiptoken", "$deltatoken", codeSyncState}
	driveDelta     = &deltaDialect{"token", "token", codeResync}
)

// deltaToken is what a link of a round carries, signed. The query of the first
// request is in it, as Graph has it.
type deltaToken struct {
	Query string `json:"q,omitempty"`
	Round string `json:"r,omitempty"` // a round whose ids are kept, as each first one's are
	From  int64  `json:"f,omitempty"` // the round tells what changed after this; 0: it is a first one
	Upto  int64  `json:"u,omitempty"` // and not after this; 0: it has not begun
	At    int    `json:"a,omitempty"` // so many are told
}

// delta answers one request of a round.
func delta[T any](c *call, t tracked[T]) (*reply, error) {
	j := &c.s.tenant.journal
	tok, err := c.deltaToken(t.dialect)
	if err != nil {
		return nil, err
	}
	q, err := readQuery(c, &t.listing)
	if err != nil {
		return nil, err
	}
	sh, err := shapeOf(c, t.schema)
	if err != nil {
		return nil, err
	}
	kind, err := t.changeType(c)
	if err != nil {
		return nil, err
	}
	m := newMatcher(c, &t.listing, q)
	switch {
	case tok == nil:
		tok = &deltaToken{Query: deltaQuery(c.params, t.dialect), Upto: j.last}
		if c.wantsLatest(t.dialect) {
			return c.deltaReply(&t.listing, nil, t.dialect, &deltaToken{Query: tok.Query, From: j.last})
		}
		tok.Round = c.s.rounds.keep(t.firstRound(m))
	case tok.Upto == 0:
		tok.Upto = j.last
		if changes := j.between(t.collection, tok.From, tok.Upto); t.spread != nil && len(changes) > 0 {
			tok.Round = c.s.rounds.keep(t.spread(changes))
		}
	}
	round, ok := c.deltaRound(t.collection, tok)
	if !ok || j.lost(tok.Upto) || tok.From != 0 && j.lost(tok.From) {
		return nil, c.expired(t.dialect, tok)
	}
	values := []object{}
	for ; tok.At < round.len() && len(values) < max(q.size, 1); tok.At++ {
		ch := round.at(tok.At)
		if kind != "" && kind != ch.kind {
			continue
		}
		if o := t.tell(c, m, sh, ch.id, tok); o != nil {
			values = append(values, o)
		}
	}
	if tok.At >= round.len() {
		tok = &deltaToken{Query: tok.Query, From: tok.Upto}
	}
	return c.deltaReply(&t.listing, values, t.dialect, tok, sh.contextSuffix())
}

// firstRound are the ids of a first round. Only where it is limited are items
// looked at before their page.
func (t *tracked[T]) firstRound(m *matcher[T]) []string {
	all := t.first()
	if t.limit == 0 || m.filter == nil {
		return all
	}
	var ids []string
	for _, id := range all {
		if v, there := t.find(id); there && m.holds(v) && len(ids) < t.limit {
			ids = append(ids, id)
		}
	}
	return ids
}

// changeType reads the option that leaves one kind of change.
func (t *tracked[T]) changeType(c *call) (changeKind, error) {
	kind := changeKind(strings.ToLower(c.param("changeType")))
	if !t.byKind {
		return "", nil
	}
	if kind != "" && !slices.Contains([]changeKind{itemCreated, itemUpdated, itemDeleted}, kind) {
		return "", failf(c.route.service.badQuery, "The change type '%s' is not one of created, updated and deleted.", kind)
	}
	return kind, nil
}

// tell writes what became of an item; nil if there is nothing to tell.
func (t *tracked[T]) tell(c *call, m *matcher[T], sh *shape[T], id string, tok *deltaToken) object {
	v, there := t.find(id)
	switch {
	case there && m.holds(v):
		var beside []member
		if t.beside != nil {
			beside = t.beside(v, tok.From, tok.Upto)
		}
		return append(sh.render(c, v), beside...)
	case tok.From == 0: // gone since, which the next round tells
		return nil
	case t.gone != nil:
		return t.gone(id)
	}
	reason := "deleted"
	if there {
		reason = "changed"
	}
	return object{{"id", id}, {"@removed", object{{"reason", reason}}}}
}

// deltaRound is what a round tells, in order: all there was, or what changed.
type deltaRound struct {
	ids     []string
	changes []change
}

func (r *deltaRound) len() int { return len(r.ids) + len(r.changes) }

func (r *deltaRound) at(i int) change {
	if r.ids != nil {
		return change{id: r.ids[i], kind: itemCreated}
	}
	return r.changes[i]
}

// deltaRound finds the round; !ok if it is forgotten.
func (c *call) deltaRound(collection string, tok *deltaToken) (*deltaRound, bool) {
	if tok.Round == "" {
		return &deltaRound{changes: c.s.tenant.journal.between(collection, tok.From, tok.Upto)}, true
	}
	ids, ok := c.s.rounds.find(tok.Round)
	return &deltaRound{ids: ids}, ok
}

// deltaReply is a page, with the link to the next one or to the next round.
func (c *call) deltaReply(l interface{ contextPath() string }, values []object, d *deltaDialect, tok *deltaToken, suffix ...string) (*reply, error) {
	name, parameter := "@odata.nextLink", d.next
	if tok.Upto == 0 {
		name, parameter = "@odata.deltaLink", d.delta
	}
	if values == nil {
		values = []object{}
	}
	text, err := json.Marshal(tok)
	if err != nil {
		return nil, err
	}
	token := opaque(string(text)) + "." + c.s.signer.sign(c.deltaParts(string(text))...)
	path, _, _ := strings.Cut(c.r.URL.EscapedPath(), "(token")
	link := "https://" + c.r.Host + path + "?" + parameter + "=" + token
	return jsonReply(object{
		{"@odata.context", c.metadata(l.contextPath() + strings.Join(suffix, "") + "/$delta")},
		{name, link}, {"value", values},
	}), nil
}

// deltaParts is what the signature of a token vouches for.
func (c *call) deltaParts(text string) []any {
	return []any{"delta", strings.ToLower(c.path), c.token.objectID, text}
}

// tokenParameter is the token that the request carries, by parameter or by
// argument, "" for none.
func (c *call) tokenParameter(d *deltaDialect) string {
	for _, name := range []string{d.next, d.delta} {
		if v := c.param(name); v != "" {
			return v
		}
	}
	return c.args["token"]
}

func (c *call) wantsLatest(d *deltaDialect) bool {
	return strings.EqualFold(c.tokenParameter(d), "latest")
}

// deltaToken reads the token, and puts the options of the round's first request
// into the call; nil if a round begins.
func (c *call) deltaToken(d *deltaDialect) (*deltaToken, error) {
	value := c.tokenParameter(d)
	if value == "" || c.wantsLatest(d) {
		return nil, nil
	}
	malformed := failf(c.route.service.badQuery, "Badly formed token: the link it stood in was changed, or it is another collection's.")
	text, signature, _ := strings.Cut(value, ".")
	text, ok := unopaque(text)
	if !ok || !c.s.signer.valid(signature, c.deltaParts(text)...) {
		return nil, malformed
	}
	tok := &deltaToken{}
	if json.Unmarshal([]byte(text), tok) != nil {
		return nil, malformed
	}
	params, err := parseQuery(tok.Query)
	if err != nil {
		return nil, malformed
	}
	for _, p := range c.params {
		if !slices.ContainsFunc(params, func(o param) bool { return o.name == p.name }) && p.name != d.next && p.name != d.delta {
			params = append(params, p)
		}
	}
	c.params = params
	return tok, nil
}

// deltaQuery writes the options that a round keeps.
func deltaQuery(params []param, d *deltaDialect) string {
	var query []string
	for _, p := range params {
		if p.name != d.next && p.name != d.delta {
			query = append(query, escapeName(p.name)+"="+escapeValue(p.value))
		}
	}
	return strings.Join(query, "&")
}

// expired is 410 with the address at which the round begins again.
func (c *call) expired(d *deltaDialect, tok *deltaToken) error {
	path, _, _ := strings.Cut(c.r.URL.EscapedPath(), "(token")
	location := "https://" + c.r.Host + path + "?" + strings.TrimPrefix(tok.Query+"&"+d.delta+"=", "&")
	return &graphError{code: d.expired, message: codes[d.expired].message, header: http.Header{"Location": {location}}}
}

// keptRounds is how many first rounds may be under way; the oldest is forgotten.
const keptRounds = 256

// rounds keeps the order of first rounds, so that each item is told once
// whatever happens meanwhile.
type rounds struct {
	mu    sync.Mutex
	ids   map[string][]string
	order []string
}

func (r *rounds) keep(ids []string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ids == nil {
		r.ids = map[string][]string{}
	}
	name := itoa(len(r.order))
	if len(r.order) >= keptRounds {
		delete(r.ids, r.order[len(r.order)-keptRounds])
	}
	r.order, r.ids[name] = append(r.order, name), ids
	return name
}

func (r *rounds) find(name string) ([]string, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	ids, ok := r.ids[name]
	return ids, ok
}
