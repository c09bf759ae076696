package graphtest

import (
	"path"
	"slices"
	"strings"
	"time"
)

// searched is a kind of what Microsoft Search looks through, by
// https://learn.microsoft.com/graph/api/resources/search-api-overview.
type searched struct {
	name    string // entityType
	group   string // only kinds of one group can be asked for together
	scopes  []string
	maxSize int
	sorts   bool // takes sortProperties
	files   bool // an application can search it
	mail    bool // total is the number of the page's
	find    func(*call) []*findable
}

var fileSearchScopes = []string{"Files.Read.All", "Files.ReadWrite.All", "Sites.Read.All", "Sites.ReadWrite.All"}

// searchedKinds are all of them. Nothing is ever found of those without find.
var searchedKinds = []*searched{
	{name: "message", group: "message", scopes: []string{"Mail.Read", "Mail.ReadWrite"}, maxSize: 25, mail: true, find: findMessages},
	{name: "event", group: "event", scopes: []string{"Calendars.Read", "Calendars.ReadWrite"}, maxSize: 25, mail: true, find: findEvents},
	{name: "chatMessage", group: "chatMessage", scopes: []string{"Chat.Read", "Chat.ReadWrite", "ChannelMessage.Read.All"}, maxSize: 1000, find: findChatMessages},
	{name: "person", group: "person", scopes: []string{"People.Read", "People.Read.All"}, maxSize: 1000, find: findPeople},
	{name: "driveItem", group: "files", scopes: fileSearchScopes, maxSize: 1000, sorts: true, files: true, find: findDriveItems},
	{name: "listItem", group: "files", scopes: fileSearchScopes[2:], maxSize: 1000, sorts: true, files: true, find: findListItems},
	{name: "list", group: "files", scopes: fileSearchScopes[2:], maxSize: 1000, sorts: true, files: true, find: findLists},
	{name: "site", group: "files", scopes: fileSearchScopes[2:], maxSize: 1000, sorts: true, files: true, find: findSites},
	{name: "drive", group: "files", scopes: fileSearchScopes, maxSize: 1000, files: true, find: findDrives},
	{name: "externalItem", group: "files", scopes: []string{"ExternalItem.Read.All"}, maxSize: 1000},
	{name: "acronym", group: "answers", scopes: []string{"Acronym.Read.All"}, maxSize: 1000},
	{name: "bookmark", group: "answers", scopes: []string{"Bookmark.Read.All"}, maxSize: 1000},
	{name: "qna", group: "answers", scopes: []string{"QnA.Read.All"}, maxSize: 1000},
}

// showing gives some properties of a resource, as what a search found.
func showing[T any](c *call, s *schema[T], v T, names ...string) object {
	o := object{{"@odata.type", "#microsoft.graph." + s.name}}
	for _, name := range names {
		if p, ok := s.find(name); ok {
			if value := p.value(c, v); value != nil || p.show != unlessNil {
				o = append(o, member{p.name, value})
			}
		}
	}
	return o
}

func said(t time.Time) []string { return []string{formatTime(t)} }

func yes(b bool) []string {
	if b {
		return []string{"true"}
	}
	return []string{"false"}
}

// called gives what a person is called, for a search.
func called(people ...Recipient) []string {
	var all []string
	for _, r := range people {
		all = append(all, r.Name, r.Address)
	}
	return all
}

func calledOne(r *Recipient) []string {
	if r == nil {
		return nil
	}
	return called(*r)
}

// findMessages looks through the person's own mailbox.
func findMessages(c *call) []*findable {
	u := c.me()
	if u == nil {
		return nil
	}
	of := *c
	of.user = u
	docs := make([]*findable, 0, len(u.mail.all))
	for _, m := range u.mail.all {
		d := &findable{id: m.idFor(&of), entity: "message", when: m.ReceivedDateTime, words: m.preview()}
		d.look = func(property string) []string {
			if property == "" { // in what is attached as well
				return append(m.searched(""), m.searched("attachment")...)
			}
			return m.searched(property)
		}
		d.show = func() object {
			return showing(&of, messageSchema, m, "createdDateTime", "lastModifiedDateTime", "receivedDateTime", "sentDateTime", "hasAttachments", "subject",
				"bodyPreview", "importance", "replyTo", "sender", "from", "id", "conversationId", "internetMessageId", "isRead", "isDraft", "parentFolderId", "webLink")
		}
		docs = append(docs, d)
	}
	return docs
}

// findEvents looks through the person's own calendars.
func findEvents(c *call) []*findable {
	u := c.me()
	if u == nil {
		return nil
	}
	of := *c
	of.user = u
	var docs []*findable
	for _, cal := range u.calendar.calendars {
		for _, e := range cal.events {
			v := e.view()
			if _, err := eventListing(&of, []*eventView{v}, "events"); err != nil {
				continue
			}
			var attendees []string
			for _, a := range v.Attendees {
				attendees = append(attendees, a.Name, a.Address)
			}
			organizer, text := calledOne(v.Organizer), v.Body.plain()
			d := &findable{id: v.id, entity: "event", when: v.start, words: v.Body.preview()}
			d.props = map[string][]string{
				"": slices.Concat([]string{v.Subject, text, v.Location}, organizer, attendees), "subject": {v.Subject}, "title": {v.Subject}, "body": {text},
				"organizer": organizer, "attendees": attendees, "participants": slices.Concat(organizer, attendees), "location": {v.Location}, "start": said(v.start), "end": said(v.end),
			}
			d.show = func() object {
				return showing(&of, eventSchema, v, "start", "end", "subject", "isAllDay", "type", "webLink", "organizer", "attendees", "location", "bodyPreview", "hasAttachments", "isCancelled", "id")
			}
			docs = append(docs, d)
		}
	}
	return docs
}

// findChatMessages looks through the chats and channels that the person is in.
func findChatMessages(c *call) []*findable {
	u := c.me()
	var docs []*findable
	add := func(m *chatMessage) {
		if !m.DeletedDateTime.IsZero() || m.event != nil {
			return
		}
		text := m.Body.plain()
		var from []string
		if m.from != nil {
			from = []string{m.from.DisplayName, m.from.Mail}
		}
		d := &findable{id: m.name(), entity: "chatMessage", when: m.created, words: text}
		d.props = map[string][]string{
			"": slices.Concat([]string{m.Subject, text}, from), "subject": {m.Subject}, "body": {text}, "from": from, "sentdatetime": said(m.created),
			"hasattachment": yes(len(m.Attachments) > 0),
		}
		d.show = func() object {
			return showing(c, replySchema, m, "id", "createdDateTime", "lastModifiedDateTime", "subject", "summary", "importance", "webUrl", "from", "body", "channelIdentity", "chatId", "etag")
		}
		docs = append(docs, d)
	}
	threads := func(t *thread) {
		for _, m := range t.messages {
			add(m)
			for _, r := range m.replies {
				add(r)
			}
		}
	}
	if c.token.has(readChats) {
		for _, chat := range c.s.tenant.teams.chats {
			if memberOf(chat.members, u) != nil {
				threads(&chat.thread)
			}
		}
	}
	if c.token.has(readPosts[:1]) {
		for _, team := range c.s.tenant.teams.teams {
			for _, ch := range team.channels {
				if memberOf(ch.roster(), u) != nil {
					threads(&ch.thread)
				}
			}
		}
	}
	return docs
}

// findPeople looks through the people around the person.
func findPeople(c *call) []*findable {
	u := c.me()
	if u == nil {
		return nil
	}
	var docs []*findable
	for _, p := range peopleOf(u) {
		o := plainly(c, personSchema, p)
		id, _ := o.get("id")
		text, _ := id.(string)
		d := &findable{id: text, entity: "person", words: p.name, props: map[string][]string{"": {p.name, p.address}, "title": {p.name}}}
		d.show = func() object {
			return append(object{{"@odata.type", "#microsoft.graph.person"}}, o...)
		}
		docs = append(docs, d)
	}
	return docs
}

// who names those of an identitySet.
func who(set object) []string {
	var names []string
	for _, m := range set {
		if o, ok := objectOf(m.value); ok {
			for _, key := range []string{"displayName", "email"} {
				if v, found := o.get(key); found {
					if text, isText := v.(string); isText {
						names = append(names, text)
					}
				}
			}
		}
	}
	return names
}

// extension is that of a file's name, without its dot.
func extension(name string) string { return strings.ToLower(strings.TrimPrefix(path.Ext(name), ".")) }
