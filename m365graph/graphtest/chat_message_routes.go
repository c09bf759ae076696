package graphtest

import (
	"slices"
	"strings"
)

// postOptions are what a list of a channel's messages honours.
const postOptions = optTop | optExpand | optSkipToken

// messagePlace is where messages lie, with the scopes and pages of Microsoft's for
// what can be done there.
type messagePlace struct {
	at, listDoc, getDoc, sendDoc string
	read, send, write, react     []string
	readRoles, writeRoles        []string
	list                         options
}

// messagePlaces are the channels, the replies in them, and the chats.
var messagePlaces = []messagePlace{
	{"/teams/{team}/channels/{channel}/messages", "channel-list-messages", "chatmessage-get", "channel-post-messages",
		readPosts, sendPosts, writePosts, sendPosts[:1], nil, noRoles, postOptions},
	{"/teams/{team}/channels/{channel}/messages/{message}/replies", "chatmessage-list-replies", "chatmessage-get", "chatmessage-post-replies",
		readPosts, sendPosts, writePosts, sendPosts[:1], nil, noRoles, optTop | optSkipToken},
	{"/chats/{chat}/messages", "chat-list-messages", "chatmessage-get", "chat-post-messages",
		readChats, sendChats, writeChats, sendChats, forAll(readChats), forAll(writeChats), optTop | optOrder | optFilter | optSkipToken},
	{"/~/chats/{chat}/messages", "chat-list-messages", "chatmessage-get", "chat-post-messages",
		readChats, sendChats, writeChats, sendChats, forAll(readChats), forAll(writeChats), optTop | optOrder | optFilter | optSkipToken},
}

func chatMessageRoutes() []route {
	const channel = "/teams/{team}/channels"
	routes := []route{
		{method: "GET", pattern: channel + "/{channel}/messages/delta", doc: teamsDoc + "chatmessage-delta", scopes: readPosts,
			options: postOptions | optFilter | optDeltaToken, handle: deltaPosts,
			differs: "A new or changed reply tells its message again; a link never expires by age, only by Server.ExpireDeltas."},
		{method: "GET", pattern: channel + "/getAllMessages", doc: teamsDoc + "channel-getallmessages", scopes: noScopes, roles: []string{"ChannelMessage.Read.All"},
			options: optTop | optFilter | optSkipToken, handle: allPosts, differs: "The quota of the evaluation model is not counted."},
		{method: "GET", pattern: "/users/{user}/chats/getAllMessages", doc: teamsDoc + "chats-getallmessages", scopes: noScopes, roles: forAll(readChats),
			options: optTop | optFilter | optSkipToken, handle: allChatMessages, differs: "The quota of the evaluation model is not counted."},
	}
	for _, p := range messagePlaces {
		id := "{message}"
		if strings.Contains(p.at, id) {
			id = "{reply}"
		}
		one := p.at + "/" + id
		routes = append(routes,
			route{method: "GET", pattern: p.at, doc: teamsDoc + p.listDoc, scopes: p.read, roles: p.readRoles, options: p.list, handle: listChatMessages},
			route{method: "GET", pattern: one, doc: teamsDoc + p.getDoc, scopes: p.read, roles: p.readRoles, options: p.list&optExpand | optNone, handle: getChatMessage},
			route{method: "POST", pattern: p.at, doc: teamsDoc + p.sendDoc, scopes: p.send, roles: importRoles, options: noOptions, handle: sendChatMessage,
				differs: "No team is ever in migration, so an application cannot send."},
			route{method: "PATCH", pattern: one, doc: teamsDoc + "chatmessage-update", scopes: p.write, roles: p.writeRoles, options: noOptions, handle: patchChatMessage,
				differs: "An application can change nothing but policyViolation, which is not kept."},
			route{method: "POST", pattern: one + "/softDelete", doc: teamsDoc + "chatmessage-softdelete", scopes: p.write[:1], roles: noRoles, options: noOptions, handle: softDelete},
			route{method: "POST", pattern: one + "/undoSoftDelete", doc: teamsDoc + "chatmessage-undosoftdelete", scopes: p.write[:1], roles: noRoles, options: noOptions, handle: undoSoftDelete},
			route{method: "POST", pattern: one + "/setReaction", doc: teamsDoc + "chatmessage-setreaction", scopes: p.react, roles: noRoles, options: noOptions, handle: setReaction},
			route{method: "POST", pattern: one + "/unsetReaction", doc: teamsDoc + "chatmessage-unsetreaction", scopes: p.react, roles: noRoles, options: noOptions, handle: unsetReaction},
			route{method: "GET", pattern: one + "/hostedContents", doc: teamsDoc + "chatmessage-list-hostedcontents", scopes: p.read, roles: p.readRoles, options: noOptions, handle: listHosted},
			route{method: "GET", pattern: one + "/hostedContents/{hosted}", doc: teamsDoc + "chatmessagehostedcontent-get", scopes: p.read, roles: p.readRoles, options: noOptions, handle: getHosted},
			route{method: "GET", pattern: one + "/hostedContents/{hosted}/$value", doc: teamsDoc + "chatmessagehostedcontent-get", scopes: p.read, roles: p.readRoles, options: noOptions, handle: getHostedValue},
		)
	}
	return ofTeams(routes)
}

// threadContext is what @odata.context says of the messages that a path names.
func (c *call) threadContext(t *thread) string {
	context := "chats('" + escapeValue(t.id) + "')/messages"
	if team, channel, ok := t.channel(); ok {
		context = "teams('" + team + "')/channels('" + escapeValue(channel) + "')/messages"
	}
	if c.vars["message"] != "" && strings.Contains(c.route.pattern, "/replies") {
		context += "('" + escapeValue(c.vars["message"]) + "')/replies"
	}
	return context
}

func listChatMessages(c *call) (*reply, error) {
	t, err := c.thread()
	if err != nil {
		return nil, err
	}
	c.applyUnknownMembers()
	l := listing[*chatMessage]{schema: chatMessageSchema, items: t.messages, context: c.threadContext(t), check: checkChatOrder}
	if strings.HasSuffix(c.route.pattern, "/replies") {
		m, err := t.find(c.vars["message"])
		if err != nil {
			return nil, err
		}
		l.items, l.schema = m.replies, replySchema
	}
	return list(c, l)
}

// checkChatOrder holds the rules of
// https://learn.microsoft.com/graph/api/chat-list-messages: newest first by one
// of two times, and a filter on the same one, or it is passed over.
func checkChatOrder(_ *call, q *query) error {
	name := ""
	if len(q.order) > 0 {
		name = q.order[0].Path
		if len(q.order) > 1 || !q.order[0].Desc || name != "lastModifiedDateTime" && name != "createdDateTime" {
			return failf(codeBadRequest, "The only supported $orderby is lastModifiedDateTime desc or createdDateTime desc.")
		}
	}
	if q.filter == nil {
		return nil
	}
	for _, path := range q.filter.Paths {
		if !strings.EqualFold(path, name) {
			q.filter = nil
			return nil
		}
	}
	allowed := []string{"gt", "lt", "and"}
	if name == "createdDateTime" {
		allowed = []string{"lt"}
	}
	return q.onlyOperators(allowed)
}

// onlyOperators refuses a filter with any other operator.
func (q *query) onlyOperators(allowed []string) error {
	for operator, used := range q.filter.Operators {
		if used && !slices.Contains(allowed, operator) {
			return failf(codeBadRequest, "The operator '%s' is not supported in $filter on messages; supported: %s.", operator, strings.Join(allowed, ", "))
		}
	}
	return nil
}

func getChatMessage(c *call) (*reply, error) {
	m, err := c.chatMessage()
	if err != nil {
		return nil, err
	}
	c.applyUnknownMembers()
	s := chatMessageSchema
	if m.parent != nil {
		s = replySchema
	}
	return one(c, s, m, c.threadContext(m.thread))
}
