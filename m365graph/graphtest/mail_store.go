package graphtest

import (
	"slices"
	"sort"
	"time"
)

// newer is the order of lists: by arrival, the newest first.
func newer(a, b *message) int { return b.ReceivedDateTime.Compare(a.ReceivedDateTime) }

func (m *mailbox) sort() {
	slices.SortStableFunc(m.all, newer)
	for _, f := range m.folders {
		slices.SortStableFunc(f.messages, newer)
	}
}

// place makes a message findable, in a folder.
func (m *mailbox) place(msg *message, f *folder) {
	m.enter(msg)
	msg.folder = f
	m.messages[msg.number-1] = msg
	if msg.ID != "" && msg.moves == 0 {
		m.given[msg.ID] = msg.number
	}
	if msg.InternetMessageID != "" {
		m.known[msg.InternetMessageID] = msg
	}
	if !msg.IsRead {
		f.unread++
	}
}

// add puts a new message into a folder, before those of the same time.
func (m *mailbox) add(f *folder, msg *message) {
	m.place(msg, f)
	m.join(msg)
	f.messages = insertMessage(f.messages, msg)
	if f.inSight() {
		m.all = insertMessage(m.all, msg)
	}
	m.record(msg, itemCreated)
}

// remove takes a message away for good.
func (m *mailbox) remove(msg *message) {
	m.record(msg, itemDeleted)
	m.takeOut(msg)
	m.messages[msg.number-1] = nil
	if m.known[msg.InternetMessageID] == msg {
		delete(m.known, msg.InternetMessageID)
	}
}

// takeOut takes a message out of the lists.
func (m *mailbox) takeOut(msg *message) {
	f := msg.folder
	f.messages = cutMessage(f.messages, msg)
	if f.inSight() {
		m.all = cutMessage(m.all, msg)
	}
	if !msg.IsRead {
		f.unread--
	}
}

// move brings a message into another folder, where it has another id. What
// change does to it, such as a time of arrival, is in effect there.
func (m *mailbox) move(msg *message, to *folder, now time.Time, change func(*message)) {
	m.record(msg, itemDeleted)
	m.takeOut(msg)
	msg.moves++
	msg.touch(now)
	if change != nil {
		change(msg)
	}
	m.add(to, msg)
}

// copy puts a copy of a message, of this or another mailbox, into a folder.
func (m *mailbox) copy(msg *message, to *folder, now time.Time) *message {
	given := msg.Message
	given.ID, given.InternetMessageID = "", msg.internetID()
	given.Attachments = copyAttachments(given.Attachments)
	copied := m.newMessage(given)
	copied.extra = msg.extra
	if msg.folder.box == m {
		copied.thread = msg.thread
	}
	copied.LastModifiedDateTime = now
	m.add(to, copied)
	return copied
}

// copyAttachments gives attachments to another message, where they have other
// ids. Their content is never changed, and so shared.
func copyAttachments(given []*Attachment) []*Attachment {
	list := slices.Clone(given)
	for i, a := range list {
		copied := *a
		copied.ID = ""
		list[i] = &copied
	}
	return list
}

func insertMessage(list []*message, msg *message) []*message {
	return slices.Insert(list, firstOf(list, msg.ReceivedDateTime), msg)
}

// firstOf is where those begin that arrived at t or before.
func firstOf(list []*message, t time.Time) int {
	return sort.Search(len(list), func(i int) bool { return !list[i].ReceivedDateTime.After(t) })
}

func cutMessage(list []*message, msg *message) []*message {
	for i := firstOf(list, msg.ReceivedDateTime); i < len(list); i++ {
		if list[i] == msg {
			return slices.Delete(list, i, i+1)
		}
	}
	return list
}

// update notes a change of a message.
func (m *mailbox) update(msg *message, now time.Time) {
	msg.touch(now)
	m.record(msg, itemUpdated)
}

// touch makes a new version of a message.
func (m *message) touch(now time.Time) {
	m.version++
	m.LastModifiedDateTime = now
}

// record notes what became of a message, in the folder where it is.
func (m *mailbox) record(msg *message, kind changeKind) {
	m.owner.tenant.journal.record(m.collection(msg.folder), msg.id(), kind)
	m.recordFolder(msg.folder, itemUpdated) // its counts
}

// recordFolder notes what became of a folder that people see.
func (m *mailbox) recordFolder(f *folder, kind changeKind) {
	if !f.isPlain() {
		return
	}
	m.owner.tenant.journal.record(m.folderCollection(), f.id, kind)
}

// isPlain tells whether the folder is below the root and not hidden.
func (f *folder) isPlain() bool {
	for g := f; g != f.box.root; g = g.parent {
		if g == nil || g.hidden {
			return false
		}
	}
	return f != f.box.root
}

// collection is what the journal calls the messages of a folder.
func (m *mailbox) collection(f *folder) string {
	return m.folderCollection() + "/" + f.id + "/messages"
}

// folderCollection is what the journal calls the folders.
func (m *mailbox) folderCollection() string { return "users/" + m.owner.ID + "/mailFolders" }
