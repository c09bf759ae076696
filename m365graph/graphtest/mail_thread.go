package graphtest

import (
	"encoding/binary"
	"strings"
)

// join puts a message into the conversation of what it answers, or begins one.
func (m *mailbox) join(msg *message) {
	if msg.thread != 0 {
		return
	}
	msg.thread = msg.number
	ids := msg.references()
	if n := m.threads[msg.internetID()]; n != 0 {
		msg.thread = n // somebody answered it before it came
	}
	for _, id := range ids {
		if parent := m.byInternetID(id); parent != nil && parent != msg && parent.thread != 0 {
			msg.thread = parent.thread
			if msg.ConversationID == "" {
				msg.ConversationID = parent.ConversationID
			}
			return
		}
		if n := m.threads[id]; n != 0 {
			msg.thread = n
		}
	}
	for _, id := range ids {
		m.threads[id] = msg.thread
	}
}

// references are the Message-IDs that a message says it answers, the first of
// the conversation first.
func (m *Message) references() []string {
	var ids []string
	for _, h := range m.Headers {
		if strings.EqualFold(h.Name, "References") || strings.EqualFold(h.Name, "In-Reply-To") {
			ids = append(ids, strings.Fields(h.Value)...)
		}
	}
	return ids
}

// conversationID names the conversation.
func (m *message) conversationID() string {
	if m.ConversationID != "" {
		return m.ConversationID
	}
	return m.folder.box.key.id(idOfConversation, m.thread, 0)
}

// conversationIndex tells where in its conversation a message stands: a
// header, with the time in steps of 2^16 hundred nanoseconds since 1601, and
// the conversation's GUID. See
// https://learn.microsoft.com/office/client-developer/outlook/mapi/tracking-conversations.
func (m *message) conversationIndex() []byte {
	const since1601 = 11_644_473_600
	ticks := uint64(m.SentDateTime.Unix()+since1601) * 10_000_000
	index := make([]byte, 0, 22)
	index = append(index, 1)
	index = append(index, binary.BigEndian.AppendUint64(nil, ticks)[1:6]...)
	key := m.folder.box.key
	index = append(index, key[:12]...)
	return binary.BigEndian.AppendUint32(index, m.thread)
}
