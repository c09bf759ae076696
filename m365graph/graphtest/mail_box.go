package graphtest

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// mailbox is a person's mail. Server.mu guards it.
type mailbox struct {
	owner     *userState
	key       mailKey
	root      *folder
	hidden    []*folder          // beside the root: never among the mailbox's messages
	folders   map[string]*folder // by id
	wellKnown map[string]*folder // by well-known name

	messages []*message          // by number, from 1; nil: gone
	given    map[string]uint32   // numbers of messages whose id the tenant chose
	all      []*message          // newest first
	known    map[string]*message // by internet message id, those not made here
	threads  map[string]uint32   // of internet message ids nobody has yet
	made     int                 // folders and attachments, for their ids

	sessions map[string]*attachmentSession
	settings mailSettings
}

// folder is a mail folder.
type folder struct {
	id        string
	name      string
	wellKnown string
	hidden    bool
	search    *searchFolder // nil: an ordinary one
	box       *mailbox
	parent    *folder
	children  []*folder
	messages  []*message // newest first
	unread    int
}

// message is a mail in a folder. A hundred thousand fit into a mailbox, so ids
// and previews are made when they are asked for, and what few have is in extra.
type message struct {
	Message
	number  uint32 // in its mailbox, for good
	moves   uint32 // how often it moved: the id tells it, the immutable id does not
	version uint32
	thread  uint32 // number of the message that began the conversation
	folder  *folder
	extra   *messageExtra // nil: nothing; replaced, never changed
}

// messageExtra is what few messages have.
type messageExtra struct {
	start, due, completed        time.Time // of the flag; zero: none
	readReceipt, deliveryReceipt bool
	other                        bool // not focused
	properties                   []extendedProperty
	meeting                      *meeting
}

// wellKnownFolders are the folders each mailbox has, as in
// https://learn.microsoft.com/graph/api/resources/mailfolder, in the order in
// which they are made. Those without a parent are out of sight.
var wellKnownFolders = []struct {
	name, display, parent string
	hidden                bool
}{
	{"inbox", "Inbox", "msgfolderroot", false}, {"drafts", "Drafts", "msgfolderroot", false},
	{"sentitems", "Sent Items", "msgfolderroot", false}, {"deleteditems", "Deleted Items", "msgfolderroot", false},
	{"junkemail", "Junk Email", "msgfolderroot", false}, {"archive", "Archive", "msgfolderroot", false},
	{"outbox", "Outbox", "msgfolderroot", false},
	{"clutter", "Clutter", "msgfolderroot", true}, {"conversationhistory", "Conversation History", "msgfolderroot", true},
	{"scheduled", "Scheduled", "msgfolderroot", true}, {"syncissues", "Sync Issues", "msgfolderroot", true},
	{"conflicts", "Conflicts", "syncissues", true}, {"localfailures", "Local Failures", "syncissues", true},
	{"serverfailures", "Server Failures", "syncissues", true},
	{"searchfolders", "Finder", "", true}, {"recoverableitemsdeletions", "Deletions", "", true},
}

// newMailbox copies a person's folders.
func newMailbox(u *userState) (*mailbox, error) {
	m := &mailbox{
		owner: u, key: newMailKey(u.ID), folders: map[string]*folder{}, wellKnown: map[string]*folder{},
		given: map[string]uint32{}, known: map[string]*message{}, threads: map[string]uint32{}, sessions: map[string]*attachmentSession{},
	}
	m.settings = newMailSettings(u)
	m.root = &folder{name: "Top of Information Store", wellKnown: "msgfolderroot", id: m.folderID(), box: m}
	m.folders[m.root.id], m.wellKnown["msgfolderroot"] = m.root, m.root
	for _, w := range wellKnownFolders {
		f, err := m.load(m.wellKnown[w.parent], givenFolder(u.Folders, w.name, w.display))
		if err != nil {
			return nil, err
		}
		f.hidden = w.hidden
	}
	for _, f := range u.Folders {
		if wellKnownName(f) == "" {
			if _, err := m.load(m.root, f); err != nil {
				return nil, err
			}
		}
	}
	m.sort()
	for _, msg := range slices.Backward(m.all) {
		m.join(msg)
	}
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

// load copies a folder of the tenant's data and what is in it.
func (m *mailbox) load(parent *folder, from *MailFolder) (*folder, error) {
	f := &folder{id: from.ID, name: from.DisplayName, wellKnown: strings.ToLower(from.WellKnownName)}
	switch {
	case f.name == "":
		return nil, fmt.Errorf("a folder below %q has no DisplayName", parent.name)
	case f.id != "" && m.folders[f.id] != nil, parent != nil && parent.child(f.name) != nil:
		return nil, fmt.Errorf("folder %q: there are two with this name or id", f.name)
	}
	m.addFolder(parent, f)
	for _, given := range from.Messages {
		if m.given[given.ID] != 0 {
			return nil, fmt.Errorf("message %q: there are two with id %s", given.Subject, given.ID)
		}
		msg := m.newMessage(*given)
		m.place(msg, f)
		f.messages = append(f.messages, msg)
		if f.inSight() {
			m.all = append(m.all, msg)
		}
	}
	for _, child := range from.Children {
		if _, err := m.load(f, child); err != nil {
			return nil, err
		}
	}
	return f, nil
}

// addFolder makes a folder findable; without a parent it is out of sight.
func (m *mailbox) addFolder(parent, f *folder) {
	f.parent, f.box = parent, m
	if f.id == "" {
		f.id = m.folderID()
	}
	m.folders[f.id] = f
	if f.wellKnown != "" {
		m.wellKnown[f.wellKnown] = f
	}
	if parent == nil {
		m.hidden = append(m.hidden, f)
		return
	}
	parent.children = append(parent.children, f)
}

// child finds a folder below by name.
func (f *folder) child(name string) *folder {
	for _, child := range f.children {
		if strings.EqualFold(child.name, name) {
			return child
		}
	}
	return nil
}

// inSight tells whether a folder lies below the root, and so what is in it
// among the mailbox's messages.
func (f *folder) inSight() bool {
	for f.parent != nil {
		f = f.parent
	}
	return f == f.box.root
}

// newMessage fills in what a message left open. It is in no folder yet, and has
// no number: what is refused changes nothing.
func (m *mailbox) newMessage(given Message) *message {
	msg := &message{Message: given}
	if msg.Sender == nil {
		msg.Sender = msg.From
	}
	for _, t := range []*time.Time{&msg.SentDateTime, &msg.CreatedDateTime, &msg.LastModifiedDateTime} {
		if t.IsZero() {
			*t = msg.ReceivedDateTime
		}
	}
	return msg
}

// enter gives a message its number, and ids to what is attached.
func (m *mailbox) enter(msg *message) {
	if msg.number != 0 {
		return
	}
	m.messages = append(m.messages, nil)
	msg.number = uint32(len(m.messages))
	msg.Attachments = slices.Clone(msg.Attachments)
	for i, a := range msg.Attachments {
		msg.Attachments[i] = m.newAttachment(a, msg.LastModifiedDateTime)
	}
}

// newAttachment fills in what an attachment left open.
func (m *mailbox) newAttachment(given *Attachment, modified time.Time) *Attachment {
	a := *given
	if a.ID == "" {
		m.made++
		a.ID = outlookID("attachment", m.owner.ID, m.made)
	}
	if a.ContentType == "" && a.Item == nil && a.SourceURL == "" {
		a.ContentType = "application/octet-stream"
	}
	if a.LastModifiedDateTime.IsZero() {
		a.LastModifiedDateTime = modified
	}
	return &a
}

func domain(address string) string {
	_, d, _ := strings.Cut(address, "@")
	return d
}
