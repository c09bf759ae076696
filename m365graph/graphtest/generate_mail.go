package graphtest

import (
	"slices"
	"time"

	"github.com/m365go/sdk/m365graph/internal/prose"
)

// mailDays is how far back mail goes.
const mailDays = 240

// outsiders write to the tenant and are written to.
var outsiders = []*Recipient{
	{Name: "Fabrikam Orders", Address: "orders@fabrikam.example"}, {Name: "Northwind Freight", Address: "freight@northwind.example"},
	{Name: "Tailspin Service", Address: "service@tailspin.example"}, {Name: "Trade Fair News", Address: "news@fair.example"}, {Name: "City Utilities", Address: "billing@utilities.example"},
}

// Words that Outlook puts before a subject, and headers that thread.
const (
	replyPrefix   = "Re: "
	forwardPrefix = "Fw: "
	inReplyTo     = "In-Reply-To"
)

// makeMail fills the mailboxes with n messages.
func (g *generator) makeMail(n int) {
	for _, p := range g.people {
		g.makeFolders(p)
	}
	for n > 0 {
		if n < 3 || g.Chance(4) {
			n -= g.fromOutside()
			continue
		}
		n -= g.thread(n)
	}
}

// makeFolders gives a mailbox its folders, some of its own and some in others.
func (g *generator) makeFolders(p *desk) {
	p.folders = map[string]*MailFolder{}
	for _, name := range []string{"Inbox", "Sent Items", "Drafts", "Archive", "Deleted Items", "Junk Email"} {
		p.folders[name] = &MailFolder{DisplayName: name}
		p.Folders = append(p.Folders, p.folders[name])
	}
	project := &MailFolder{DisplayName: "Projects"}
	for _, name := range prose.Projects[:2+g.IntN(3)] {
		project.Children = append(project.Children, &MailFolder{DisplayName: name})
	}
	suppliers := &MailFolder{DisplayName: "Suppliers"}
	p.Folders = append(p.Folders, project, suppliers)
	p.own = append(slices.Clone(project.Children), suppliers, p.folders["Archive"], p.folders["Archive"])
}

// fromOutside is one message that somebody else sent, or a draft.
func (g *generator) fromOutside() int {
	p, sender := prose.Pick(g.Writer, g.people), prose.Pick(g.Writer, outsiders)
	m := g.mail(sender, p.alone, g.Title(), g.before(mailDays))
	folder := g.shelf(p, m.ReceivedDateTime)
	switch {
	case g.Chance(15):
		folder = p.folders["Junk Email"]
	case g.Chance(30):
		m.From, m.ToRecipients, m.IsDraft, m.IsRead = p.self, []Recipient{*sender}, true, true
		folder = p.folders["Drafts"]
	}
	g.keep(folder, m)
	return 1
}

// thread is a message between people of the tenant and the answers to it, of
// at most n messages; it tells how many they are.
func (g *generator) thread(n int) int {
	sender := prose.Pick(g.Writer, g.people)
	group := g.others(sender, 1+g.IntN(3))
	if len(group) == 0 {
		return g.fromOutside()
	}
	group = group[:min(len(group), n-1)]
	subject, at, made := g.Title(), g.before(mailDays), 0
	var parent *Message
	for step := range 1 + g.IntN(5) {
		if made+1+len(group) > n || !at.Before(g.now) {
			break
		}
		m := g.mail(sender.self, g.addresses(group), subject, at)
		if parent != nil {
			m.Headers = []Header{{Name: inReplyTo, Value: parent.InternetMessageID}}
		}
		g.deliver(sender, group, m)
		made += 1 + len(group)
		if step == 0 {
			subject = replyPrefix + subject
			if g.Chance(8) {
				subject = forwardPrefix + subject[len(replyPrefix):]
			}
		}
		parent = m
		i := g.IntN(len(group)) // who answers, to all
		sender, group = group[i], append(append([]*desk{sender}, group[:i]...), group[i+1:]...)
		at = at.Add(time.Duration(5+g.IntN(1500)) * time.Minute)
	}
	return made
}

func (g *generator) addresses(people []*desk) []Recipient {
	if len(people) == 1 {
		return people[0].alone
	}
	list := make([]Recipient, len(people))
	for i, p := range people {
		list[i] = *p.self
	}
	return list
}

// mail makes a message. What is the same in all its copies is there once.
func (g *generator) mail(from *Recipient, to []Recipient, subject string, at time.Time) *Message {
	text, isHTML := g.Letter(from.Name)
	m := &Message{Subject: subject, Body: Body{ContentType: "text", Content: text}, From: from, ToRecipients: to, ReceivedDateTime: at, IsRead: true}
	if isHTML {
		m.Body.ContentType = "html"
	}
	m.InternetMessageID = "<" + itoa(g.next()) + "." + itoa(int(at.Unix())) + "@" + domain(from.Address) + ">"
	if g.Chance(12) {
		m.Importance = "high"
	}
	if g.Chance(20) {
		m.Attachments = []*Attachment{prose.Pick(g.Writer, papersOnFile())}
	}
	return m
}

// deliver puts a message into the sender's Sent Items and a copy into each
// recipient's mailbox.
func (g *generator) deliver(sender *desk, recipients []*desk, m *Message) {
	g.keep(sender.folders["Sent Items"], m)
	for _, p := range recipients {
		received := *m
		received.IsRead = m.ReceivedDateTime.Before(g.now.AddDate(0, 0, -14)) || !g.Chance(3)
		if g.Chance(25) {
			received.FlagStatus = "flagged"
		}
		if g.Chance(25) {
			received.Categories = prose.Pick(g.Writer, categories)
		}
		g.keep(g.shelf(p, m.ReceivedDateTime), &received)
	}
}

var categories = [][]string{{"Blue category"}, {"Red category"}, {"Green category", "Blue category"}}

// shelf is the folder where mail of a time lies: what is old is put away.
func (g *generator) shelf(p *desk, at time.Time) *MailFolder {
	switch {
	case g.Chance(40):
		return p.folders["Deleted Items"]
	case at.Before(g.now.AddDate(0, 0, -60)) && !g.Chance(3):
		return prose.Pick(g.Writer, p.own)
	}
	return p.folders["Inbox"]
}

func (g *generator) keep(f *MailFolder, m *Message) { f.Messages = append(f.Messages, m) }
