package graphtest

import (
	"slices"
	"strings"
	"time"
)

// chatMessageProps are those of
// https://learn.microsoft.com/graph/api/resources/chatmessage, but for the
// replies.
var chatMessageProps = []property[*chatMessage]{
	{name: "id", typ: "Edm.String", get: func(_ *call, m *chatMessage) any { return m.name() }},
	{name: "replyToId", typ: "Edm.String", get: func(_ *call, m *chatMessage) any {
		if m.parent == nil {
			return nil
		}
		return m.parent.name()
	}},
	{name: "etag", typ: "Edm.String", get: func(_ *call, m *chatMessage) any { return itoa(int(m.modified().UnixMilli())) }},
	{name: "messageType", typ: "chatMessageType", get: func(c *call, m *chatMessage) any { return m.kind(c) }},
	{name: "createdDateTime", typ: "Edm.DateTimeOffset", get: func(_ *call, m *chatMessage) any { return m.created }},
	{name: "lastModifiedDateTime", typ: "Edm.DateTimeOffset", get: func(_ *call, m *chatMessage) any { return m.modified() }},
	{name: "lastEditedDateTime", typ: "Edm.DateTimeOffset", get: func(_ *call, m *chatMessage) any { return timeOrNull(m.LastEditedDateTime) }},
	{name: "deletedDateTime", typ: "Edm.DateTimeOffset", get: func(_ *call, m *chatMessage) any { return timeOrNull(m.DeletedDateTime) }},
	{name: "subject", typ: "Edm.String", get: func(_ *call, m *chatMessage) any { return orNull(m.Subject) }},
	{name: "summary", typ: "Edm.String", get: func(_ *call, m *chatMessage) any { return orNull(m.Summary) }},
	{name: "chatId", typ: "Edm.String", get: func(_ *call, m *chatMessage) any {
		if _, _, inTeam := m.thread.channel(); inTeam {
			return nil
		}
		return m.thread.id
	}},
	{name: "importance", typ: "chatMessageImportance", get: func(_ *call, m *chatMessage) any { return or(m.Importance, "normal") }},
	{name: "locale", typ: "Edm.String", get: func(*call, *chatMessage) any { return "en-us" }},
	{name: "webUrl", typ: "Edm.String", get: func(c *call, m *chatMessage) any { return m.webURL(c) }},
	{name: "from", typ: "chatMessageFromIdentitySet", get: func(_ *call, m *chatMessage) any { return m.fromObject() }},
	{name: "body", typ: "itemBody", get: func(_ *call, m *chatMessage) any { return m.bodyObject() }},
	{name: "channelIdentity", typ: "channelIdentity", get: func(_ *call, m *chatMessage) any {
		team, channel, inTeam := m.thread.channel()
		if !inTeam {
			return nil
		}
		return object{{"teamId", team}, {"channelId", channel}}
	}},
	{name: "policyViolation", typ: "chatMessagePolicyViolation"},
	{name: "eventDetail", typ: "eventMessageDetail", get: func(_ *call, m *chatMessage) any { return m.eventObject() }},
	{name: "attachments", typ: "[]chatMessageAttachment", get: func(_ *call, m *chatMessage) any { return m.attachmentObjects() }},
	{name: "mentions", typ: "[]chatMessageMention", get: func(c *call, m *chatMessage) any { return m.mentionObjects(c) }},
	{name: "reactions", typ: "[]chatMessageReaction", get: func(c *call, m *chatMessage) any { return m.reactionObjects(c) }},
	{name: "messageHistory", typ: "[]chatMessageHistoryItem", get: func(*call, *chatMessage) any { return []object{} }},
	{name: "hostedContents", typ: "[]chatMessageHostedContent", show: expanded, get: func(c *call, m *chatMessage) any { return plainlyAll(c, hostedContentSchema, m.hosted) }},
}

// replySchema is a message as it stands among the replies to another one.
var replySchema = &schema[*chatMessage]{name: "chatMessage", page: 20, maxPage: 50, props: chatMessageProps}

// expandedReplies is how many replies stand within the message they answer.
const expandedReplies = 1000

// chatMessageSchema is a message that may have replies.
var chatMessageSchema = &schema[*chatMessage]{
	name: "chatMessage", page: 20, maxPage: 50,
	props: append(slices.Clone(chatMessageProps), property[*chatMessage]{
		name: "replies", typ: "[]chatMessage", show: expanded, get: func(c *call, m *chatMessage) any {
			return plainlyAll(c, replySchema, m.replies[:min(len(m.replies), expandedReplies)])
		},
	}),
}

// hostedContentSchema is https://learn.microsoft.com/graph/api/resources/chatmessagehostedcontent.
var hostedContentSchema = &schema[*hostedContent]{
	name: "chatMessageHostedContent", page: 20, maxPage: 50,
	props: []property[*hostedContent]{
		{name: "id", typ: "Edm.String", get: func(_ *call, h *hostedContent) any { return h.id }},
		{name: "contentBytes", typ: "Edm.Binary"},
		{name: "contentType", typ: "Edm.String"},
	},
}

// kind is the messageType. That of the service's own messages is new to the
// enumeration, and told only to those who ask for such members.
func (m *chatMessage) kind(c *call) string {
	if m.event == nil {
		return "message"
	}
	if _, asked := c.prefer["include-unknown-enum-members"]; asked {
		return "systemEventMessage"
	}
	return "unknownFutureValue"
}

// applyUnknownMembers notes that unknown members of enumerations are told.
func (c *call) applyUnknownMembers() {
	if _, asked := c.prefer["include-unknown-enum-members"]; asked {
		c.apply("include-unknown-enum-members")
	}
}

// channel tells where a channel's thread lies; !ok for a chat's.
func (t *thread) channel() (team, channel string, ok bool) {
	rest, ok := strings.CutPrefix(t.collection, "teams/")
	if !ok {
		return "", "", false
	}
	team, _, _ = strings.Cut(rest, "/")
	return team, t.id, true
}

// webURL opens a channel's message in Teams.
func (m *chatMessage) webURL(c *call) any {
	team, channel, ok := m.thread.channel()
	if !ok {
		return nil
	}
	parent := m
	if m.parent != nil {
		parent = m.parent
	}
	return "https://teams.microsoft.com/l/message/" + escapeValue(channel) + "/" + m.name() + "?groupId=" + team +
		"&tenantId=" + c.s.tenant.ID + "&createdTime=" + m.name() + "&parentMessageId=" + parent.name()
}

// identityOf is a person as Teams names one.
func identityOf(u *userState) object {
	return object{{"@odata.type", "#microsoft.graph.teamworkUserIdentity"}, {"id", u.ID}, {"displayName", orNull(u.DisplayName)}, {"userIdentityType", "aadUser"}}
}

func (m *chatMessage) fromObject() any {
	from := object{{"application", nil}, {"device", nil}, {"user", nil}}
	switch {
	case m.from != nil:
		from[2].value = identityOf(m.from)
	case m.Application != "":
		from[0].value = object{{"@odata.type", "#microsoft.graph.teamworkApplicationIdentity"},
			{"id", guid("application", m.Application)}, {"displayName", m.Application}, {"applicationIdentityType", "bot"}}
	default:
		return nil
	}
	return from
}

// bodyObject is the text; nothing is left of what was deleted.
func (m *chatMessage) bodyObject() object {
	switch {
	case m.event != nil:
		return object{{"contentType", "html"}, {"content", "<systemEventMessage/>"}}
	case m.deleted():
		return object{{"contentType", "html"}, {"content", ""}}
	}
	return object{{"contentType", or(strings.ToLower(m.Body.ContentType), "text")}, {"content", m.Body.Content}}
}

// timeOrNull shows an unset time as null.
func timeOrNull(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t
}

func (m *chatMessage) eventObject() any {
	if m.event == nil {
		return nil
	}
	return m.event
}

func (m *chatMessage) attachmentObjects() []object {
	objects := []object{}
	for _, a := range m.Attachments {
		if m.deleted() {
			break
		}
		objects = append(objects, object{
			{"id", a.ID}, {"contentType", orNull(a.ContentType)}, {"contentUrl", orNull(a.ContentURL)}, {"content", orNull(a.Content)},
			{"name", orNull(a.Name)}, {"thumbnailUrl", orNull(a.ThumbnailURL)}, {"teamsAppId", orNull(a.TeamsAppID)},
		})
	}
	return objects
}

func (m *chatMessage) mentionObjects(c *call) []object {
	objects := []object{}
	for _, mention := range m.Mentions {
		if m.deleted() {
			break
		}
		mentioned := object{{"application", nil}, {"device", nil}, {"conversation", nil}, {"user", nil}}
		if u := c.s.tenant.user(mention.User); u != nil {
			mentioned[3].value = identityOf(u)
		} else {
			kind := "channel"
			if _, _, inTeam := m.thread.channel(); !inTeam {
				kind = "chat"
			}
			mentioned[2].value = object{{"id", m.thread.id}, {"displayName", mention.Text}, {"conversationIdentityType", kind}}
		}
		objects = append(objects, object{{"id", mention.ID}, {"mentionText", mention.Text}, {"mentioned", mentioned}})
	}
	return objects
}

func (m *chatMessage) reactionObjects(c *call) []object {
	objects := []object{}
	for _, r := range m.Reactions {
		var user any
		if u := c.s.tenant.user(r.User); u != nil {
			user = object{{"application", nil}, {"device", nil}, {"user", identityOf(u)}}
		}
		objects = append(objects, object{
			{"reactionType", r.Type}, {"displayName", orNull(reactionName(r.Type))}, {"reactionContentUrl", nil}, {"createdDateTime", r.CreatedDateTime}, {"user", user},
		})
	}
	return objects
}

// info is https://learn.microsoft.com/graph/api/resources/chatmessageinfo, the
// preview of a message.
func (m *chatMessage) info(c *call) object {
	return object{
		{"id", m.name()}, {"createdDateTime", m.created}, {"isDeleted", m.deleted()}, {"messageType", m.kind(c)},
		{"eventDetail", m.eventObject()}, {"body", m.bodyObject()}, {"from", m.fromObject()},
	}
}
