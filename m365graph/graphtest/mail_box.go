package graphtest

import (
	"encoding/base64"
	"fmt"
	"slices"
	"sort"
	"strings"
	"time"
)

// mailbox is a person's mail. Server.mu guards it.
type mailbox struct {
	owner     *userState
	root      *folder
	folders   map[string]*folder // by id
	wellKnown map[string]*folder // by well-known name
	messages  map[string]*message
	all       []*message // newest first
	sequence  int        // of ids
	sessions  map[string]*attachmentSession
}

// folder is a mail folder.
type folder struct {
	id        string
	name      string
	wellKnown string
	parent    *folder
	children  []*folder
	messages  []*message // newest first
	unread    int
}

// message is a mail in a folder. Its ID changes when it moves; the immutable
// one does not.
type message struct {
	Message
	immutableID string
	folder      *folder
	version     int
}

// wellKnownFolders are the folders each mailbox has, as in
// https://learn.microsoft.com/graph/api/resources/mailfolder, in the order
// in which they are made.
var wellKnownFolders = []struct{ name, display string }{
	{"inbox", "Inbox"}, {"drafts", "Drafts"}, {"sentitems", "Sent Items"}, {"deleteditems", "Deleted Items"},
	{"junkemail", "Junk Email"}, {"archive", "Archive"}, {"outbox", "Outbox"},
}

// newMailbox copies a person's folders.
func newMailbox(u *userState, now time.Time) (*mailbox, error) {
	m := &mailbox{owner: u, folders: map[string]*folder{}, wellKnown: map[string]*folder{}, messages: map[string]*message{}, sessions: map[string]*attachmentSession{}}
	m.root = &folder{name: "Top of Information Store", wellKnown: "msgfolderroot", id: outlookID("folder", u.ID, "msgfolderroot")}
	m.folders[m.root.id], m.wellKnown["msgfolderroot"] = m.root, m.root
	for _, w := range wellKnownFolders {
		if _, err := m.addFolder(m.root, givenFolder(u.Folders, w.name, w.display)); err != nil {
			return nil, err
		}
	}
	for _, f := range u.Folders {
		if wellKnownName(f) == "" {
			if _, err := m.addFolder(m.root, f); err != nil {
				return nil, err
			}
		}
	}
	m.thread()
	m.sort()
	return m, nil
}

// givenFolder finds a well-known folder in the tenant's data, or makes up an
// empty one.
func givenFolder(folders []*MailFolder, name, display string) *MailFolder {
	merged := &MailFolder{DisplayName: display, WellKnownName: name}
	for _, f := range folders {
		if wellKnownName(f) != name {
			continue
		}
		if f.ID != "" {
			merged.ID = f.ID
		}
		merged.Messages = append(merged.Messages, f.Messages...)
		merged.Children = append(merged.Children, f.Children...)
	}
	return merged
}

// wellKnownName is the name by which Graph knows a top-level folder, "" for
// one of the person's own.
func wellKnownName(f *MailFolder) string {
	for _, w := range wellKnownFolders {
		if strings.EqualFold(f.WellKnownName, w.name) || f.WellKnownName == "" && strings.EqualFold(f.DisplayName, w.display) {
			return w.name
		}
	}
	return ""
}

// addFolder copies a folder and what is in it.
func (m *mailbox) addFolder(parent *folder, from *MailFolder) (*folder, error) {
	f := &folder{id: from.ID, name: from.DisplayName, wellKnown: from.WellKnownName, parent: parent}
	if f.id == "" {
		f.id = outlookID("folder", m.owner.ID, parent.id, f.wellKnown, f.name)
	}
	if f.name == "" {
		return nil, fmt.Errorf("a folder below %q has no DisplayName", parent.name)
	}
	if m.folders[f.id] != nil {
		return nil, fmt.Errorf("folder %q: there are two with this name or id", f.name)
	}
	m.folders[f.id] = f
	if f.wellKnown != "" {
		m.wellKnown[strings.ToLower(f.wellKnown)] = f
	}
	parent.children = append(parent.children, f)
	for _, given := range from.Messages {
		if err := m.load(f, given); err != nil {
			return nil, err
		}
	}
	for _, child := range from.Children {
		if _, err := m.addFolder(f, child); err != nil {
			return nil, err
		}
	}
	return f, nil
}

// load copies a message of the tenant's data; sort puts it into place.
func (m *mailbox) load(f *folder, given *Message) error {
	msg := m.newMessage(*given)
	if m.messages[msg.ID] != nil {
		return fmt.Errorf("message %q: there are two with id %s", msg.Subject, msg.ID)
	}
	msg.folder = f
	m.index(msg)
	f.messages = append(f.messages, msg)
	m.all = append(m.all, msg)
	if !msg.IsRead {
		f.unread++
	}
	return nil
}

// newMessage fills in what a message left open.
func (m *mailbox) newMessage(given Message) *message {
	m.sequence++
	msg := &message{Message: given, immutableID: outlookID("immutable", m.owner.ID, m.sequence)}
	if msg.ID == "" {
		msg.ID = outlookID("message", m.owner.ID, m.sequence)
	}
	if msg.InternetMessageID == "" {
		msg.InternetMessageID = "<" + guid("internet message", m.owner.ID, m.sequence) + "@" + domain(m.owner.Mail) + ">"
	}
	if msg.Sender == nil {
		msg.Sender = msg.From
	}
	for _, t := range []*time.Time{&msg.SentDateTime, &msg.CreatedDateTime, &msg.LastModifiedDateTime} {
		if t.IsZero() {
			*t = msg.ReceivedDateTime
		}
	}
	msg.Attachments = slices.Clone(msg.Attachments)
	for i, a := range msg.Attachments {
		msg.Attachments[i] = newAttachment(a, &msg.Message, i)
	}
	return msg
}

// newAttachment fills in what an attachment left open.
func newAttachment(given *Attachment, msg *Message, n int) *Attachment {
	a := *given
	if a.ID == "" {
		a.ID = outlookID("attachment", msg.ID, n)
	}
	if a.ContentType == "" {
		a.ContentType = "application/octet-stream"
	}
	if a.LastModifiedDateTime.IsZero() {
		a.LastModifiedDateTime = msg.LastModifiedDateTime
	}
	return &a
}

func domain(address string) string {
	_, d, _ := strings.Cut(address, "@")
	return d
}

// index makes a message findable by both its ids.
func (m *mailbox) index(msg *message) {
	m.messages[msg.ID], m.messages[msg.immutableID] = msg, msg
}

// newer is the order of lists: by arrival, the newest first.
func newer(a, b *message) int { return b.ReceivedDateTime.Compare(a.ReceivedDateTime) }

func (m *mailbox) sort() {
	slices.SortStableFunc(m.all, newer)
	for _, f := range m.folders {
		slices.SortStableFunc(f.messages, newer)
	}
}

// add puts a new message into a folder, before those of the same time.
func (m *mailbox) add(f *folder, msg *message) {
	msg.folder = f
	m.index(msg)
	m.record(msg, itemCreated)
	f.messages = insertMessage(f.messages, msg)
	m.all = insertMessage(m.all, msg)
	if !msg.IsRead {
		f.unread++
	}
}

func insertMessage(list []*message, msg *message) []*message {
	i := sort.Search(len(list), func(i int) bool { return !list[i].ReceivedDateTime.After(msg.ReceivedDateTime) })
	return slices.Insert(list, i, msg)
}

// remove takes a message out of its folder.
func (m *mailbox) remove(msg *message) {
	same := func(o *message) bool { return o == msg }
	m.record(msg, itemDeleted)
	msg.folder.messages = slices.DeleteFunc(msg.folder.messages, same)
	m.all = slices.DeleteFunc(m.all, same)
	delete(m.messages, msg.ID)
	delete(m.messages, msg.immutableID)
	if !msg.IsRead {
		msg.folder.unread--
	}
}

// record notes what became of a message, in the folder where it is.
func (m *mailbox) record(msg *message, kind changeKind) {
	m.owner.tenant.journal.record(m.collection(msg.folder), msg.ID, kind)
	m.recordFolder(msg.folder, itemUpdated) // its counts
}

// recordFolder notes what became of a folder.
func (m *mailbox) recordFolder(f *folder, kind changeKind) {
	m.owner.tenant.journal.record(m.folderCollection(), f.id, kind)
}

// collection is what the journal calls the messages of a folder.
func (m *mailbox) collection(f *folder) string {
	return m.folderCollection() + "/" + f.id + "/messages"
}

// folderCollection is what the journal calls the folders.
func (m *mailbox) folderCollection() string { return "users/" + m.owner.ID + "/mailFolders" }

// touch notes a change.
func (m *message) touch(now time.Time) {
	m.version++
	m.LastModifiedDateTime = now
}

// changeKey names a version of a message.
func (m *message) changeKey() string {
	return base64.StdEncoding.EncodeToString(append([]byte{9, 0, 0, 0, 22, 0, 0, 0}, digest("change", m.immutableID, m.version)[:16]...))
}

// thread gives each loaded message the conversation that its headers tell.
func (m *mailbox) thread() {
	byID := make(map[string]*message, len(m.all))
	for _, msg := range m.all {
		byID[msg.InternetMessageID] = msg
	}
	for _, msg := range m.all {
		if msg.ConversationID == "" {
			msg.ConversationID = m.conversation(threadRoot(byID, msg))
		}
	}
}

// conversation is the id of the thread that an internet message id began.
func (m *mailbox) conversation(rootID string) string {
	return outlookID("conversation", m.owner.ID, rootID)
}

// threadRoot follows References and In-Reply-To to the first message known
// of.
func threadRoot(byID map[string]*message, msg *message) string {
	root := msg.InternetMessageID
	for range 100 { // a loop of replies must end too
		parent := ""
		for _, h := range msg.Headers {
			if ids := strings.Fields(h.Value); len(ids) > 0 &&
				(strings.EqualFold(h.Name, "References") || strings.EqualFold(h.Name, "In-Reply-To") && parent == "") {
				parent = ids[0]
			}
		}
		if parent == "" || parent == root {
			return root
		}
		root = parent
		if msg = byID[parent]; msg == nil {
			return root
		}
	}
	return root
}
