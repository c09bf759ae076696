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

// load reads the top of the mail folder. Messages that lie there are the inbox's.
func (b *mailbox) load(dir string) {
	inbox := &graphtest.MailFolder{DisplayName: "Inbox", WellKnownName: "inbox"}
	b.folders = append(b.folders, inbox)
	b.fill(inbox, dir, useReceived, true)
}

// fill reads the messages and the sub-folders of dir into folder.
func (b *mailbox) fill(folder *graphtest.MailFolder, dir string, u use, top bool) {
	folders, files, hidden := b.src.list(dir)
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
		default:
			child, use, top := b.child(folder, clean(d.Name()), u, top)
			b.fill(child, name, use, top)
		}
	}
	for _, d := range hidden {
		b.fillDotted(folder, path.Join(dir, d.Name()), u, top)
	}
}

// child returns a sub-folder, made if there is none, with what it is for and
// whether its own sub-folders are at the top. At the top, two that mean the same
// one, such as Sent and Sent Items, are merged, since a mailbox has one of each.
// Below, a name says what is in a folder, but does not make it the mailbox's.
func (b *mailbox) child(parent *graphtest.MailFolder, name string, u use, top bool) (*graphtest.MailFolder, use, bool) {
	known, ok := knownAs(name)
	switch {
	case top && ok:
		return childFolder(&b.folders, known.name, known.id), known.use, false
	case top && isAccountRoot(name):
		return b.folders[0], useReceived, true
	case top:
		return childFolder(&b.folders, name, ""), useReceived, false
	case known.use != useReceived:
		u = known.use
	}
	return childFolder(&parent.Children, name, ""), u, false
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

// add reads one message.
func (b *mailbox) add(folder *graphtest.MailFolder, file string, u use, maildir bool) {
	if !maildir && !strings.EqualFold(path.Ext(file), ".eml") {
		b.src.skip(file, "not an .eml message")
		return
	}
	if b.full || b.src.ctx.Err() != nil {
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
	m, lost, err := parseMessage(b.src.ctx, raw)
	if b.src.ctx.Err() != nil {
		return // Load says so
	}
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
	t := info.ModTime().UTC()
	b.src.note(file, "the message has no date that can be read; the file's own, %s, is taken", t.Format(time.RFC3339))
	return t
}
