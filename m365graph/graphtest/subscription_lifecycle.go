package graphtest

import (
	"fmt"
	"slices"
)

// LifecycleEvent is what a lifecycle notification tells of a subscription, as in
// https://learn.microsoft.com/graph/change-notifications-lifecycle-events.
type LifecycleEvent string

// The events of subscriptions.
const (
	ReauthorizationRequired LifecycleEvent = "reauthorizationRequired"
	SubscriptionRemoved     LifecycleEvent = "subscriptionRemoved"
	MissedNotifications     LifecycleEvent = "missed"
)

// Lifecycle makes an event happen to a subscription: its lifecycleNotificationUrl
// is told, and with [SubscriptionRemoved] it is gone. It is an error if there is
// no such subscription, or if Graph sends no such event for it.
func (s *Server) Lifecycle(subscription string, event LifecycleEvent) error {
	s.mu.Lock()
	subs := &s.tenant.journal.subscriptions
	sub := subs.find(subscription, s.now())
	var n *note
	if sub != nil {
		n = s.lifecycleNote(sub, event)
	}
	if n != nil && event == SubscriptionRemoved {
		subs.remove(sub)
	}
	s.mu.Unlock()
	switch {
	case sub == nil:
		return fmt.Errorf("graphtest: there is no subscription %q", subscription)
	case n == nil:
		return fmt.Errorf("graphtest: subscription %s to %s is sent no %s", subscription, sub.resource, event)
	}
	s.notifier.send(*n)
	return nil
}

// lifecycleNote is a lifecycle notification; nil if the subscription has none
// of the kind.
func (s *Server) lifecycleNote(sub *subscription, event LifecycleEvent) *note {
	if sub.lifecycleURL == "" || !slices.Contains(sub.watch.lifecycle, event) {
		return nil
	}
	return &note{
		subscription: sub.id, url: sub.lifecycleURL, sub: *sub, lifecycle: true,
		body: append(s.noteHead(sub), member{"lifecycleEvent", string(event)}),
	}
}
