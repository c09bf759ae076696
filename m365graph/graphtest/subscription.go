package graphtest

import (
	"crypto/rsa"
	"slices"
	"strings"
	"time"
)

// subscription asks to be told of changes, as in
// https://learn.microsoft.com/graph/api/resources/subscription. Server.mu
// guards it.
type subscription struct {
	id, resource    string
	changes         []changeKind
	notificationURL string
	lifecycleURL    string // "": no lifecycle notifications
	clientState     string
	expires         time.Time
	tlsVersion      string
	appID, creator  string // whose it is
	token           *token // of whoever made or last renewed it

	watch         *watched
	places        func(change) bool // which of the journal's it is about
	call          *call             // what the resource was read from; its token and options
	certificate   *rsa.PublicKey    // nil: notifications without resource data
	certificateID string
	thumbprint    string

	began      int64 // the journal's latest change when it was made
	renewed    time.Time
	challenged bool // reauthorizationRequired was sent since
}

// subscriptions are those of a tenant.
type subscriptions struct {
	all     []*subscription // oldest first
	made    int
	pending []change // that nobody was told of yet
	lost    bool     // there were more than could be kept
	wake    func()   // nil: nobody has ever subscribed
}

// maxPending is how many changes may wait for being told. What comes after is
// told as missed.
const maxPending = 50_000

// note takes a change from the journal.
func (s *subscriptions) note(ch change) {
	if s.wake == nil || len(s.all) == 0 {
		return
	}
	if len(s.pending) >= maxPending {
		s.lost = true
	} else {
		s.pending = append(s.pending, ch)
	}
	s.wake()
}

// find gives a subscription that has not expired; nil if there is none.
func (s *subscriptions) find(id string, now time.Time) *subscription {
	i := slices.IndexFunc(s.all, func(sub *subscription) bool { return strings.EqualFold(sub.id, id) && now.Before(sub.expires) })
	if i < 0 {
		return nil
	}
	return s.all[i]
}

// twin gives the subscription of the same caller to the same changes of the
// same resource, of which there can be one; nil if there is none.
func (s *subscriptions) twin(of *subscription, now time.Time) *subscription {
	path := func(sub *subscription) string { return strings.Trim(sub.resource, "/") }
	i := slices.IndexFunc(s.all, func(sub *subscription) bool {
		return sub.appID == of.appID && sub.creator == of.creator && strings.EqualFold(path(sub), path(of)) &&
			sub.changeType() == of.changeType() && now.Before(sub.expires)
	})
	if i < 0 {
		return nil
	}
	return s.all[i]
}

func (s *subscriptions) remove(gone *subscription) {
	s.all = slices.DeleteFunc(s.all, func(sub *subscription) bool { return sub == gone })
}

// mine tells whether a subscription is the caller's: the application's, and
// the person's if one is present.
func (c *call) mine(sub *subscription) bool {
	return sub.appID == c.token.appID && sub.token.app == c.token.app && (c.token.app || sub.creator == c.token.objectID)
}

// wants tells whether it is to be told of a change.
func (sub *subscription) wants(ch change) bool {
	return ch.seq > sub.began && sub.places(ch) && slices.Contains(sub.changes, sub.watch.kindOf(ch.kind))
}

// subscriptionSchema is https://learn.microsoft.com/graph/api/resources/subscription.
var subscriptionSchema = &schema[*subscription]{
	name: "subscription", page: 100, maxPage: 100, keep: []string{"id"},
	props: []property[*subscription]{
		{name: "id", typ: "Edm.String", get: func(_ *call, s *subscription) any { return s.id }},
		{name: "resource", typ: "Edm.String", get: func(_ *call, s *subscription) any { return s.resource }},
		{name: "applicationId", typ: "Edm.String", get: func(_ *call, s *subscription) any { return orNull(s.appID) }},
		{name: "changeType", typ: "Edm.String", get: func(_ *call, s *subscription) any { return s.changeType() }},
		{name: "clientState", typ: "Edm.String", get: func(_ *call, s *subscription) any { return orNull(s.clientState) }},
		{name: "notificationUrl", typ: "Edm.String", get: func(_ *call, s *subscription) any { return s.notificationURL }},
		{name: "notificationQueryOptions", typ: "Edm.String"},
		{name: "lifecycleNotificationUrl", typ: "Edm.String", get: func(_ *call, s *subscription) any { return orNull(s.lifecycleURL) }},
		{name: "expirationDateTime", typ: "Edm.DateTimeOffset", get: func(_ *call, s *subscription) any { return s.expires }},
		{name: "creatorId", typ: "Edm.String", get: func(_ *call, s *subscription) any { return orNull(s.creator) }},
		{name: "includeResourceData", typ: "Edm.Boolean", get: func(_ *call, s *subscription) any { return s.certificate != nil }},
		{name: "latestSupportedTlsVersion", typ: "Edm.String", get: func(_ *call, s *subscription) any { return orElse(s.tlsVersion, "v1_2") }},
		{name: "encryptionCertificate", typ: "Edm.String"},
		{name: "encryptionCertificateId", typ: "Edm.String", get: func(_ *call, s *subscription) any { return orNull(s.certificateID) }},
		{name: "notificationUrlAppId", typ: "Edm.String"},
	},
}

// changeType lists the kinds of changes, each once, in the order of Graph.
func (sub *subscription) changeType() string {
	var words []string
	for _, k := range everyChange {
		if slices.Contains(sub.changes, k) {
			words = append(words, string(k))
		}
	}
	return strings.Join(words, ",")
}
