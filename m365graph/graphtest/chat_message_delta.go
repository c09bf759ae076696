package graphtest

import (
	"strings"
	"time"
)

// deltaMonths is how far back a delta round of a channel reaches.
const deltaMonths = 8

// deltaPosts tells what changed in a channel. What was deleted is told with
// its deletedDateTime.
func deltaPosts(c *call) (*reply, error) {
	ch, err := c.channel()
	if err != nil {
		return nil, err
	}
	c.applyUnknownMembers()
	t := tracked[*chatMessage]{collection: ch.collection, dialect: directoryDelta}
	t.listing = listing[*chatMessage]{schema: chatMessageSchema, context: "Collection(chatMessage)", check: checkPostDelta}
	oldest := c.now.AddDate(0, -deltaMonths, 0)
	t.first = func() []string {
		var ids []string
		for _, m := range ch.messages {
			if lastInChain(m).After(oldest) {
				ids = append(ids, m.name())
			}
		}
		return ids
	}
	t.find = func(id string) (*chatMessage, bool) {
		m, err := ch.find(id)
		return m, err == nil
	}
	return delta(c, t)
}

// lastInChain is when a message or a reply to it last changed.
func lastInChain(m *chatMessage) time.Time {
	latest := m.modified()
	for _, r := range m.replies {
		if t := r.modified(); t.After(latest) {
			latest = t
		}
	}
	return latest
}

// checkPostDelta takes lastModifiedDateTime gt alone.
func checkPostDelta(_ *call, q *query) error {
	if q.filter == nil {
		return nil
	}
	for _, path := range q.filter.Paths {
		if !strings.EqualFold(path, "lastModifiedDateTime") {
			return failf(codeBadRequest, "The property '%s' cannot be used in $filter on delta of messages.", path)
		}
	}
	return q.onlyOperators([]string{"gt"})
}

// allPosts lists the messages of all channels of a team, replies too, for an
// application that exports them.
func allPosts(c *call) (*reply, error) {
	t, err := c.team()
	if err != nil {
		return nil, err
	}
	var threads []*thread
	for _, ch := range t.channels {
		threads = append(threads, &ch.thread)
	}
	return exported(c, threads)
}

// allChatMessages is allPosts for the chats of a person.
func allChatMessages(c *call) (*reply, error) {
	var threads []*thread
	for _, chat := range c.s.tenant.teams.chats {
		if memberOf(chat.members, c.user) != nil {
			threads = append(threads, &chat.thread)
		}
	}
	return exported(c, threads)
}

// exported answers an export, by
// https://learn.microsoft.com/graph/teams-licenses under the model asked for.
func exported(c *call, threads []*thread) (*reply, error) {
	if model := strings.ToUpper(c.param("model")); model != "" && model != "A" && model != "B" {
		return nil, failf(codeBadRequest, "Invalid value '%s' for the query parameter 'model'.", c.param("model"))
	}
	c.applyUnknownMembers()
	var all []*chatMessage
	for _, t := range threads {
		for _, m := range t.messages {
			all = append(append(all, m), m.replies...)
		}
	}
	sortMessages(all)
	return list(c, listing[*chatMessage]{schema: replySchema, items: all, context: "Collection(chatMessage)"})
}
