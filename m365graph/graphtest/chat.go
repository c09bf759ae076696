package graphtest

import (
	"slices"
	"strings"
	"time"
)

// chatSchema is https://learn.microsoft.com/graph/api/resources/chat.
var chatSchema = &schema[*chatState]{
	name: "chat", page: 20, maxPage: 50,
	props: []property[*chatState]{
		{name: "id", typ: "Edm.String", get: func(_ *call, t *chatState) any { return t.ID }},
		{name: "topic", typ: "Edm.String", get: func(_ *call, t *chatState) any { return orNull(t.Topic) }},
		{name: "createdDateTime", typ: "Edm.DateTimeOffset", get: func(_ *call, t *chatState) any { return t.CreatedDateTime }},
		{name: "lastUpdatedDateTime", typ: "Edm.DateTimeOffset", get: func(_ *call, t *chatState) any { return t.updated }},
		{name: "chatType", typ: "chatType", get: func(_ *call, t *chatState) any { return t.Type }},
		{name: "webUrl", typ: "Edm.String", get: func(c *call, t *chatState) any {
			return "https://teams.microsoft.com/l/chat/" + escapeValue(t.ID) + "/0?tenantId=" + c.s.tenant.ID
		}},
		{name: "tenantId", typ: "Edm.String", get: func(c *call, _ *chatState) any { return orNull(c.s.tenant.ID) }},
		{name: "migrationMode", typ: "migrationMode", show: selected}, {name: "originalCreatedDateTime", typ: "Edm.DateTimeOffset", show: selected},
		{name: "isHiddenForAllMembers", typ: "Edm.Boolean", get: func(_ *call, t *chatState) any {
			return !slices.ContainsFunc(t.members, func(m *teamMember) bool { return !t.hidden[m.user.ID] })
		}},
		{name: "onlineMeetingInfo", typ: "teamworkOnlineMeetingInfo", get: func(_ *call, t *chatState) any {
			if t.Type != "meeting" {
				return nil
			}
			return object{{"calendarEventId", nil}, {"joinWebUrl", orNull(t.JoinURL)}, {"organizer", nil}}
		}},
		{name: "viewpoint", typ: "chatViewpoint", get: func(c *call, t *chatState) any {
			me := c.me()
			if me == nil {
				return nil
			}
			return object{{"isHidden", t.hidden[me.ID]}, {"lastMessageReadDateTime", t.read[me.ID]}}
		}},
		{name: "members", typ: "[]conversationMember", show: expanded, filtered: true, get: func(c *call, t *chatState) any { return plainlyAll(c, memberSchema, t.members) }},
		{name: "lastMessagePreview", typ: "chatMessageInfo", show: expanded, filtered: true, get: func(c *call, t *chatState) any {
			if m := t.latest(); m != nil {
				return m.info(c)
			}
			return nil
		}},
	},
}

// latest is the message sent last; nil if there is none.
func (t *chatState) latest() *chatMessage { return t.byID[t.last] }

// active is when something last happened in the chat.
func (t *chatState) active() time.Time {
	if m := t.latest(); m != nil && m.created.After(t.updated) {
		return m.created
	}
	return t.updated
}

func chatRoutes() []route {
	basicRoles := forAll(readChatBasics)
	var routes []route
	for _, at := range []string{"/chats", "/~/chats"} {
		listRoles := basicRoles
		if at == "/chats" {
			listRoles = noRoles
		}
		one := at + "/{chat}"
		routes = append(routes,
			route{method: "GET", pattern: at, doc: teamsDoc + "chat-list", scopes: readChatBasics, roles: listRoles,
				options: optTop | optExpand | optFilter | optOrder | optSkipToken | optSelect | optCount, handle: listChats},
			route{method: "GET", pattern: one, doc: teamsDoc + "chat-get", scopes: readChatBasics, roles: basicRoles, options: optSelect | optExpand, handle: getChat},
			route{method: "GET", pattern: one + "/installedApps", doc: teamsDoc + "chat-list-installedapps",
				scopes:  []string{"TeamsAppInstallation.ReadForChat", "TeamsAppInstallation.ReadWriteForChat"},
				roles:   []string{"TeamsAppInstallation.ReadForChat.All", "TeamsAppInstallation.ReadWriteForChat.All"},
				options: optFilter | optSelect | optExpand, handle: listNone(inChat, "chats/installedApps"), differs: "Always empty."},
			route{method: "GET", pattern: one + "/tabs", doc: teamsDoc + "chat-list-tabs",
				scopes:  []string{"TeamsTab.Read.All", "TeamsTab.ReadWriteForChat", "TeamsTab.ReadWrite.All"},
				options: optFilter | optSelect | optExpand, handle: listNone(inChat, "chats/tabs"), differs: "Always empty."},
			route{method: "GET", pattern: one + "/pinnedMessages", doc: teamsDoc + "chat-list-pinnedmessages", scopes: readChats, roles: forAll(readChats),
				options: optExpand, handle: listNone(inChat, "chats/pinnedMessages"), differs: "Always empty."},
		)
		members := memberRoutes(one, "chat", readChatPeople, writeChatPeople, chatRoster)
		for i := range members {
			members[i].roles = forAll(members[i].scopes)
		}
		routes = append(routes, members...)
	}
	for _, m := range chatMarks {
		routes = append(routes, route{method: "POST", pattern: "/chats/{chat}/" + m.action, doc: teamsDoc + "chat-" + strings.ToLower(m.action),
			scopes: writeChats, roles: forAll(writeChats), options: noOptions, handle: markChat(m.mark)})
	}
	return ofTeams(append(routes,
		route{method: "POST", pattern: "/chats", doc: teamsDoc + "chat-post", scopes: createChats, roles: []string{"Chat.Create"}, options: noOptions, handle: createChat},
		route{method: "PATCH", pattern: "/chats/{chat}", doc: teamsDoc + "chat-patch", scopes: writeChats, roles: forAll(writeChats), options: noOptions, handle: patchChat},
	))
}

// listChats lists the chats of the caller, or of the person that the path
// names, with the one that was last written in first.
func listChats(c *call) (*reply, error) {
	u := c.user
	if u == nil {
		u = c.me()
	}
	var chats []*chatState
	for _, t := range c.s.tenant.teams.chats {
		if memberOf(t.members, u) != nil {
			chats = append(chats, t)
		}
	}
	slices.SortStableFunc(chats, func(a, b *chatState) int { return b.active().Compare(a.active()) })
	c.applyUnknownMembers()
	check := func(_ *call, q *query) error {
		for _, key := range q.order {
			if key.Path != "lastMessagePreview/createdDateTime" || !key.Desc {
				return failf(codeBadRequest, "The only supported $orderby is lastMessagePreview/createdDateTime desc.")
			}
		}
		return nil
	}
	return list(c, listing[*chatState]{schema: chatSchema, items: chats, context: "chats", check: check})
}

func getChat(c *call) (*reply, error) {
	t, err := c.chat()
	if err != nil {
		return nil, err
	}
	return one(c, chatSchema, t, "chats")
}
