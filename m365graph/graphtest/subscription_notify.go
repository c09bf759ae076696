package graphtest

import (
	"context"
	"net/http"
	"slices"
	"sync"
	"time"
)

// notifier tells subscribers what changed, apart from the requests that
// changed it. It rests until somebody subscribes.
type notifier struct {
	s      *Server
	client *http.Client
	ctx    context.Context //nolint:containedctx // ends with the server
	stop   context.CancelFunc
	work   sync.WaitGroup
	wakes  chan struct{}

	mu        sync.Mutex // guards what follows; never held with Server.mu
	running   bool
	endpoints map[string]*endpoint
}

func newNotifier(s *Server) *notifier {
	n := &notifier{s: s, client: s.opts.httpClient(), wakes: make(chan struct{}, 1), endpoints: map[string]*endpoint{}}
	n.ctx, n.stop = context.WithCancel(context.Background())
	return n
}

// start begins to tell, and gives what says that there is something.
func (n *notifier) start() func() {
	n.mu.Lock()
	defer n.mu.Unlock()
	if !n.running && n.ctx.Err() == nil {
		n.running = true
		n.work.Go(n.run)
	}
	return func() {
		select {
		case n.wakes <- struct{}{}:
		default: // it is awake already
		}
	}
}

// close waits until nobody is being told any more.
func (n *notifier) close() {
	n.stop()
	n.work.Wait()
	n.client.CloseIdleConnections()
}

// run tells what is pending whenever there is something, and what time brings.
func (n *notifier) run() {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-n.ctx.Done():
			return
		case <-n.wakes:
		case <-timer.C:
		}
		notes, next := n.s.takeNotes()
		for _, note := range notes {
			n.send(note)
		}
		timer.Stop()
		if next > 0 {
			timer.Reset(next)
		}
	}
}

// note is one notification on its way, with all that it takes from the
// subscription, which may change meanwhile.
type note struct {
	subscription string
	url          string
	body         object
	data         object // to be encrypted; nil: without resource data
	sub          subscription
	lifecycle    bool  // told even though the subscription is gone
	missed       *note // sent when this one could not be; nil: nothing
}

// takeNotes makes notifications of what is pending, drops what has expired, and
// says when time will bring the next one; 0: never.
func (s *Server) takeNotes() (notes []note, next time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	subs, now := &s.tenant.journal.subscriptions, s.now()
	subs.all = slices.DeleteFunc(subs.all, func(sub *subscription) bool { return !now.Before(sub.expires) })
	told := map[*subscription]bool{} // of whole resources
	for _, ch := range subs.pending {
		for _, sub := range subs.all {
			if !sub.wants(ch) || sub.watch.whole && told[sub] {
				continue
			}
			told[sub] = true
			if n, ok := s.changeNote(sub, ch); ok {
				notes = append(notes, n)
			}
		}
	}
	for _, sub := range subs.all {
		if n := s.lifecycleNote(sub, MissedNotifications); subs.lost && n != nil {
			notes = append(notes, *n)
		}
		due := sub.expires.Add(-sub.expires.Sub(sub.renewed) / 4)
		if n := s.lifecycleNote(sub, ReauthorizationRequired); n != nil && !sub.challenged && !now.Before(due) {
			sub.challenged = true
			notes = append(notes, *n)
		}
		if sub.challenged || !now.Before(due) {
			due = sub.expires
		}
		if wait := due.Sub(now); next == 0 || wait < next {
			next = wait
		}
	}
	subs.pending, subs.lost = nil, false
	return notes, next
}

// changeNote is https://learn.microsoft.com/graph/api/resources/changenotification.
func (s *Server) changeNote(sub *subscription, ch change) (note, bool) {
	of := *sub.call
	of.now = s.now()
	kind := sub.watch.kindOf(ch.kind)
	n := note{subscription: sub.id, url: sub.notificationURL, sub: *sub, missed: s.lifecycleNote(sub, MissedNotifications)}
	typ := member{"@odata.type", "#Microsoft.Graph." + sub.watch.typ}
	resource, about := sub.resource, object{typ}
	if !sub.watch.whole {
		resource = sub.watch.name(sub, ch)
		about = append(about, member{"@odata.id", resource})
		var what object
		if ch.kind != itemDeleted {
			var ok bool
			var err error
			if what, ok, err = sub.watch.read(&of, ch); !ok || err != nil {
				return note{}, false
			}
		}
		if etag, ok := what.get("@odata.etag"); ok {
			about = append(about, member{"@odata.etag", etag})
		}
		about = append(about, member{"id", ch.id})
		if sub.certificate != nil {
			n.data = append(object{typ, {"@odata.id", resource}, {"id", ch.id}}, slices.DeleteFunc(what, func(m member) bool { return m.name == "id" })...)
		}
	}
	n.body = append(s.noteHead(sub), object{
		{"id", guid("notification", sub.id, ch.seq)}, {"changeType", string(kind)}, {"resource", resource}, {"resourceData", about},
	}...)
	return n, true
}

// noteHead is what every notification says.
func (s *Server) noteHead(sub *subscription) object {
	return object{
		{"subscriptionId", sub.id}, {"subscriptionExpirationDateTime", sub.expires}, {"clientState", orNull(sub.clientState)}, {"tenantId", s.tenant.ID},
	}
}
