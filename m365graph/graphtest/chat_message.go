package graphtest

import (
	"fmt"
	"slices"
	"strconv"
	"time"
)

// chatMessage is a message as it is now.
type chatMessage struct {
	*ChatMessage // the tenant's own until it is changed: see change
	id           int64
	thread       *thread
	parent       *chatMessage   // nil: no reply
	replies      []*chatMessage // the last modified first
	from         *userState     // nil: an application, or the service itself
	created      time.Time
	touched      time.Time // zero: as loaded
	event        object    // of a message that the service wrote; nil: none
	hosted       []*hostedContent
	owned        bool // ChatMessage is a copy of ours
}

// hostedContent is a picture that a message shows, as in
// https://learn.microsoft.com/graph/api/resources/chatmessagehostedcontent.
type hostedContent struct {
	id          string
	temporary   string // its name in the request that brought it
	contentType string
	content     []byte
}

// name is the id as it is written.
func (m *chatMessage) name() string { return strconv.FormatInt(m.id, 10) }

// modified is when the message last changed.
func (m *chatMessage) modified() time.Time {
	latest := m.created
	for _, t := range []time.Time{m.LastEditedDateTime, m.DeletedDateTime, m.touched} {
		if t.After(latest) {
			latest = t
		}
	}
	return latest
}

func (m *chatMessage) deleted() bool { return !m.DeletedDateTime.IsZero() }

// change gives the message to write to. What the tenant was loaded from stays
// as it was.
func (m *chatMessage) change(now time.Time) *ChatMessage {
	if !m.owned {
		copied := *m.ChatMessage
		copied.Reactions = slices.Clone(copied.Reactions)
		m.ChatMessage, m.owned = &copied, true
	}
	m.touched = now
	siblings := &m.thread.messages
	if m.parent != nil {
		siblings = &m.parent.replies
	}
	*siblings = append([]*chatMessage{m}, slices.DeleteFunc(*siblings, func(o *chatMessage) bool { return o == m })...)
	return m.ChatMessage
}

// post puts a new message into a thread, or below another one.
func (t *tenantState) post(in *thread, parent *chatMessage, m *chatMessage, now time.Time) {
	m.thread, m.parent, m.created, m.owned = in, parent, now, true
	m.id = max(now.UnixMilli(), in.last+1)
	in.enter(m)
	if parent == nil {
		in.messages = slices.Insert(in.messages, 0, m)
	} else {
		parent.replies = slices.Insert(parent.replies, 0, m)
	}
	t.noteMessage(m, itemCreated)
}

// noteMessage records a change of a message. A reply changes its thread's
// first message too, in the eyes of delta rounds.
func (t *tenantState) noteMessage(m *chatMessage, kind changeKind) {
	if m.parent == nil {
		t.journal.record(m.thread.collection, m.name(), kind)
		return
	}
	t.journal.record(m.thread.collection+"/"+m.parent.name()+"/replies", m.name(), kind)
	t.journal.record(m.thread.collection, m.parent.name(), itemUpdated)
}

// loadMessages takes over messages of the tenant.
func (ts *teamStore) loadMessages(t *thread, given []*ChatMessage, now time.Time) error {
	for _, g := range given {
		m, err := ts.loadMessage(t, g, now)
		if err != nil {
			return fmt.Errorf("message of %v: %w", g.CreatedDateTime, err)
		}
		for _, r := range g.Replies {
			reply, err := ts.loadMessage(t, r, now)
			if err != nil {
				return fmt.Errorf("reply of %v: %w", r.CreatedDateTime, err)
			}
			reply.parent = m
			m.replies = append(m.replies, reply)
		}
		sortMessages(m.replies)
		t.messages = append(t.messages, m)
	}
	sortMessages(t.messages)
	return nil
}

func sortMessages(list []*chatMessage) {
	slices.SortStableFunc(list, func(a, b *chatMessage) int { return b.modified().Compare(a.modified()) })
}

// loadMessage takes over one message.
func (ts *teamStore) loadMessage(t *thread, given *ChatMessage, now time.Time) (*chatMessage, error) {
	m := &chatMessage{ChatMessage: given, thread: t, created: given.CreatedDateTime}
	if m.created.IsZero() {
		m.created = now
	}
	if given.From != "" {
		if m.from = ts.tenant.user(given.From); m.from == nil {
			return nil, fmt.Errorf("sender %q is no user of the tenant", given.From)
		}
	}
	for _, mention := range given.Mentions {
		if mention.User != "" && ts.tenant.user(mention.User) == nil {
			return nil, fmt.Errorf("%q, who is mentioned, is no user of the tenant", mention.User)
		}
	}
	m.id = m.created.UnixMilli()
	if given.ID != "" {
		var err error
		if m.id, err = strconv.ParseInt(given.ID, 10, 64); err != nil || t.byID[m.id] != nil {
			return nil, fmt.Errorf("id %q is no number of its own in milliseconds", given.ID)
		}
	}
	t.enter(m)
	return m, nil
}

// enter makes a message findable, under the next id that is free.
func (t *thread) enter(m *chatMessage) {
	for t.byID[m.id] != nil {
		m.id++
	}
	t.byID[m.id] = m
	t.last = max(t.last, m.id)
}
