package demo

import (
	"io/fs"
	"path"
	"strings"
	"time"

	"github.com/m365go/sdk/m365graph/graphtest"
)

// mailbox is the mail folder on its way into a tenant.
type mailbox struct {
	src      *source
	votes    *ballot
	folders  []*graphtest.MailFolder
	messages int
	bytes    int64
	full     bool // a limit was reached, and told
}

// use is what a folder is for, as far as it decides about its messages.
type use int

const (
	useReceived use = iota // unread unless a message says otherwise
	useKept                // read: archive, deleted and junk
	useSent                // read, and from the owner
	useDrafts              // read, and not sent yet
)

// wellKnown are the folders that every mailbox has, by the names that mail
// programs give them, in lower case.
// https://learn.microsoft.com/graph/api/resources/mailfolder
var wellKnown = map[string]struct {
	id, name string
	use      use
}{
	"inbox":         {"inbox", "Inbox", useReceived},
	"sent":          {"sentitems", "Sent Items", useSent},
	"sent items":    {"sentitems", "Sent Items", useSent},
	"sent mail":     {"sentitems", "Sent Items", useSent},
	"sentitems":     {"sentitems", "Sent Items", useSent},
	"outbox":        {"outbox", "Outbox", useSent},
	"drafts":        {"drafts", "Drafts", useDrafts},
	"archive":       {"archive", "Archive", useKept},
	"archives":      {"archive", "Archive", useKept},
	"deleted items": {"deleteditems", "Deleted Items", useKept},
	"deleteditems":  {"deleteditems", "Deleted Items", useKept},
	"trash":         {"deleteditems", "Deleted Items", useKept},
	"junk":          {"junkemail", "Junk Email", useKept},
	"junk email":    {"junkemail", "Junk Email", useKept},
	"junk e-mail":   {"junkemail", "Junk Email", useKept},
	"spam":          {"junkemail", "Junk Email", useKept},
}

// load reads the top of the mail folder. Messages that lie there are the inbox's.
func (b *mailbox) load(dir string) {
	inbox := &graphtest.MailFolder{DisplayName: "Inbox", WellKnownName: "inbox"}
	b.folders = append(b.folders, inbox)
	b.fill(inbox, dir, useReceived, true)
}

// fill reads the messages and the sub-folders of dir into folder.
func (b *mailbox) fill(folder *graphtest.MailFolder, dir string, u use, top bool) {
	folders, files := b.src.list(dir)
	for _, f := range files {
		b.add(folder, path.Join(dir, f.Name()), u, false)
	}
	maildir := isMaildir(folders)
	for _, d := range folders {
		name := path.Join(dir, d.Name())
		switch {
		case maildir && d.Name() == "tmp": // messages still being written
		case maildir && (d.Name() == "cur" || d.Name() == "new"):
			b.fillMaildir(folder, name, u)
		case top:
			b.fillTop(name, d.Name())
		default:
			b.fill(childFolder(&folder.Children, clean(d.Name()), ""), name, u, false)
		}
	}
}

// fillTop reads a top folder. Two that mean the same one, such as Sent and Sent
// Items, are merged, since a mailbox has one of each.
func (b *mailbox) fillTop(dir, name string) {
	known, ok := wellKnown[strings.ToLower(name)]
	if !ok {
		known.name = clean(name)
	}
	b.fill(childFolder(&b.folders, known.name, known.id), dir, known.use, false)
}

// childFolder returns the folder of that name, made if there is none.
func childFolder(list *[]*graphtest.MailFolder, name, wellKnown string) *graphtest.MailFolder {
	for _, f := range *list {
		if strings.EqualFold(f.DisplayName, name) {
			return f
		}
	}
	f := &graphtest.MailFolder{DisplayName: name, WellKnownName: wellKnown}
	*list = append(*list, f)
	return f
}

func isMaildir(folders []fs.DirEntry) bool {
	for _, d := range folders {
		if d.Name() == "cur" {
			return true
		}
	}
	return false
}

// fillMaildir reads one of a Maildir's two folders, where each file is a message,
// whatever its name.
// https://cr.yp.to/proto/maildir.html
func (b *mailbox) fillMaildir(folder *graphtest.MailFolder, dir string, u use) {
	folders, files := b.src.list(dir)
	for _, d := range folders {
		b.src.skip(path.Join(dir, d.Name()), "a Maildir's %s has no sub-folders", path.Base(dir))
	}
	for _, f := range files {
		b.add(folder, path.Join(dir, f.Name()), u, true)
	}
}

// add reads one message.
func (b *mailbox) add(folder *graphtest.MailFolder, file string, u use, maildir bool) {
	if !maildir && !strings.EqualFold(path.Ext(file), ".eml") {
		b.src.skip(file, "not an .eml message")
		return
	}
	if b.full {
		return
	}
	if b.messages >= b.src.limits.messages || b.bytes >= b.src.limits.mail {
		b.full = true
		b.src.skip(file, "the mailbox is full at %d messages of %s, and so is all mail after this one", b.messages, size(b.bytes))
		return
	}
	raw, ok := b.src.read(file, b.src.limits.message)
	if !ok {
		return
	}
	m, lost, err := parseMessage(raw)
	if err != nil {
		b.src.skip(file, "%v", err)
		return
	}
	for _, l := range lost {
		b.src.note(file, "%s", l)
	}
	b.messages++
	b.bytes += int64(len(raw))
	setState(&m.Message, m.header, file, u, maildir)
	if m.ReceivedDateTime.IsZero() {
		m.ReceivedDateTime = b.modTime(file)
	}
	b.votes.count(m, u)
	folder.Messages = append(folder.Messages, &m.Message)
}

// modTime dates a message that does not say when it was sent.
func (b *mailbox) modTime(file string) time.Time {
	info, err := fs.Stat(b.src.fsys, file)
	if err != nil || info.ModTime().IsZero() {
		b.src.note(file, "the message has no date")
		return time.Time{}
	}
	return info.ModTime().UTC()
}
