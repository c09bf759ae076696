package graphtest

import (
	"slices"
	"strings"
)

// watchedTeams are the kinds of
// https://learn.microsoft.com/graph/teams-change-notification-in-microsoft-teams-overview.
var watchedTeams = []*watched{
	watchedThread([]string{"/teams/{team}/channels/{channel}/messages"}, readPosts, nil, func(c *call) (func(change) bool, error) {
		ch, err := c.channel()
		if err != nil {
			return nil, err
		}
		return within(ch.collection), nil
	}),
	watchedThread([]string{"/chats/{chat}/messages", "/~/chats/{chat}/messages"}, readChats, forAll(readChats), func(c *call) (func(change) bool, error) {
		chat, err := c.chat()
		if err != nil {
			return nil, err
		}
		return within(chat.collection), nil
	}),
	watchedThread([]string{"/teams/getAllMessages"}, noScopes, readPosts[:1], allThreads("teams/")),
	watchedThread([]string{"/chats/getAllMessages"}, noScopes, forAll(readChats), allThreads("chats/")),
	watchedThread([]string{"/~/chats/getAllMessages"}, readChats, forAll(readChats), ownThreads),
	{
		patterns: []string{"/communications/presences/{person}"}, typ: "Presence", service: teamwork, scopes: []string{"Presence.Read.All"}, roles: noRoles,
		minutes: 60, richMinutes: 60, needsData: true, changes: []changeKind{itemUpdated}, lifecycle: challengesAlone,
		places: presencePlaces, name: threadName, read: readWatched(presenceSchema, watchedUser),
	},
}

// watchedThread is a kind of chat messages.
func watchedThread(patterns, scopes, roles []string, places func(*call) (func(change) bool, error)) *watched {
	return &watched{
		patterns: patterns, typ: "chatMessage", service: teamwork, scopes: scopes, roles: roles, minutes: 4320, richMinutes: 4320, longNeedsLife: true,
		changes: everyChange, lifecycle: []LifecycleEvent{ReauthorizationRequired, SubscriptionRemoved},
		places: places, name: threadName, read: readWatched(replySchema, watchedChatMessage),
	}
}

// within are the messages of a thread and the replies to them.
func within(collection string) func(change) bool {
	return func(ch change) bool {
		return ch.collection == collection || strings.HasPrefix(ch.collection, collection+"/")
	}
}

// allThreads are all messages in channels, or all in chats.
func allThreads(prefix string) func(*call) (func(change) bool, error) {
	return func(*call) (func(change) bool, error) {
		return func(ch change) bool {
			return strings.HasPrefix(ch.collection, prefix) && (strings.HasSuffix(ch.collection, "/messages") || strings.HasSuffix(ch.collection, "/replies"))
		}, nil
	}
}

// ownThreads are the messages in all chats that a person is in, when they come.
func ownThreads(c *call) (func(change) bool, error) {
	s, id := c.s, c.user.ID // the tenant may be another one by then
	return func(ch change) bool {
		in, found := strings.CutPrefix(ch.collection, "chats/")
		in, messages := strings.CutSuffix(in, "/messages")
		chat := s.tenant.teams.chatByID[in]
		return found && messages && chat != nil && memberOf(chat.members, s.tenant.byID[id]) != nil
	}, nil
}

func presencePlaces(c *call) (func(change) bool, error) {
	u := c.s.tenant.user(c.vars["person"])
	if u == nil {
		return nil, failf(codeRequestNotFound, "Resource '%s' does not exist or one of its queried reference-property objects are not present.", c.vars["person"])
	}
	return func(ch change) bool { return ch.collection == "communications/presences" && ch.id == u.ID }, nil
}

// threadName writes chats('…')/messages('…').
func threadName(_ *subscription, ch change) string {
	elements := append(strings.Split(ch.collection, "/"), ch.id)
	if elements[0] == "communications" {
		return strings.Join(elements, "/")
	}
	var name strings.Builder
	for pair := range slices.Chunk(elements, 2) {
		if name.Len() > 0 {
			name.WriteByte('/')
		}
		name.WriteString(pair[0] + "('" + pair[len(pair)-1] + "')")
	}
	return name.String()
}

// watchedChatMessage finds a message or a reply by where it was written.
func watchedChatMessage(c *call, ch change) (*chatMessage, bool) {
	elements := strings.Split(ch.collection, "/")
	var in *thread
	switch {
	case len(elements) > 3 && elements[0] == "teams":
		if t := c.s.tenant.teams.teamByID[elements[1]]; t != nil && t.channel(elements[3]) != nil {
			in = &t.channel(elements[3]).thread
		}
	case len(elements) > 1 && elements[0] == "chats":
		if chat := c.s.tenant.teams.chatByID[elements[1]]; chat != nil {
			in = &chat.thread
		}
	}
	if in == nil {
		return nil, false
	}
	m, err := in.find(ch.id)
	return m, err == nil
}
