package graphtest

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// teamwork is Teams, which checks who is in a team or a chat beside the scopes.
var teamwork = &service{denied: codeForbidden, badQuery: codeBadRequest, topTooLarge: exchange.topTooLarge}

// Scopes of Teams, the narrowest first.
var (
	readTeams       = []string{"Team.ReadBasic.All", "TeamSettings.Read.All", "TeamSettings.ReadWrite.All", "Group.Read.All", "Group.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"}
	joinedTeams     = append([]string{"User.Read.All", "User.ReadWrite.All"}, readTeams...)
	writeTeams      = []string{"TeamSettings.ReadWrite.All", "Group.ReadWrite.All", "Directory.ReadWrite.All"}
	createTeams     = []string{"Team.Create", "Group.ReadWrite.All", "Directory.ReadWrite.All"}
	readChannels    = []string{"Channel.ReadBasic.All", "ChannelSettings.Read.All", "ChannelSettings.ReadWrite.All", "Group.Read.All", "Group.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"}
	writeChannels   = []string{"ChannelSettings.ReadWrite.All", "Group.ReadWrite.All", "Directory.ReadWrite.All"}
	createChannels  = []string{"Channel.Create", "Group.ReadWrite.All", "Directory.ReadWrite.All"}
	deleteChannels  = []string{"Channel.Delete.All", "Group.ReadWrite.All", "Directory.ReadWrite.All"}
	readTeamPeople  = []string{"TeamMember.Read.All", "TeamMember.ReadWrite.All", "Group.Read.All", "Group.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"}
	writeTeamPeople = []string{"TeamMember.ReadWrite.All", "Group.ReadWrite.All", "Directory.ReadWrite.All"}

	readChannelPeople  = []string{"ChannelMember.Read.All", "ChannelMember.ReadWrite.All"}
	writeChannelPeople = []string{"ChannelMember.ReadWrite.All"}

	readPosts  = []string{"ChannelMessage.Read.All", "Group.Read.All", "Group.ReadWrite.All"}
	sendPosts  = []string{"ChannelMessage.Send", "Group.ReadWrite.All"}
	writePosts = []string{"ChannelMessage.ReadWrite", "Group.ReadWrite.All"}

	readChatBasics  = []string{"Chat.ReadBasic", "Chat.Read", "Chat.ReadWrite"}
	readChats       = []string{"Chat.Read", "Chat.ReadWrite"}
	writeChats      = []string{"Chat.ReadWrite"}
	createChats     = []string{"Chat.Create", "Chat.ReadWrite"}
	sendChats       = []string{"ChatMessage.Send", "Chat.ReadWrite"}
	readChatPeople  = []string{"ChatMember.Read", "ChatMember.ReadWrite", "Chat.ReadBasic", "Chat.Read", "Chat.ReadWrite"}
	writeChatPeople = []string{"ChatMember.ReadWrite", "Chat.ReadWrite"}

	// noRoles are those of routes that an application cannot call by itself.
	noRoles = []string{}
	// noScopes are those of routes that only an application can call.
	noScopes = []string{}
	// importRoles let an application write messages while a team is migrated,
	// which no team here is.
	importRoles = []string{"Teamwork.Migrate.All"}
)

// forAll are the roles of an application for scopes of one person.
func forAll(scopes []string) []string {
	roles := make([]string, len(scopes))
	for i, s := range scopes {
		roles[i] = s + ".All"
	}
	return roles
}

// missing is what a token without any of the wanted scopes is told.
func (s *service) missing(c *call, wanted []string) error {
	switch {
	case s != teamwork:
		return fail(s.denied)
	case len(wanted) == 0 && c.token.app:
		return failf(codePreconditionFailed, "Requested API is not supported in application-only context")
	case len(wanted) == 0:
		return failf(codePreconditionFailed, "Requested API is not supported in delegated context")
	case c.token.app && slices.Equal(wanted, importRoles):
		return errImportOnly
	case c.token.app:
		return failf(codeForbidden, "Missing role permissions on the request. API requires one of '%s'. Roles on the request '%s'.", strings.Join(wanted, ", "), strings.Join(c.token.scopes, ", "))
	}
	return failf(codeForbidden, "Missing scope permissions on the request. API requires one of '%s'. Scopes on the request '%s'", strings.Join(wanted, ", "), strings.Join(c.token.scopes, ", "))
}

// What an application is told that writes a message.
var errImportOnly = failf(codeUnauthorized, "Message POST is allowed in application-only context only for import purposes. Refer to https://docs.microsoft.com/microsoftteams/platform/graph-api/import-messages/import-external-messages-to-teams for more details.")

// me is the person of a delegated token; nil if there is none.
func (c *call) me() *userState {
	if c.token.app {
		return nil
	}
	return c.s.tenant.byID[c.token.objectID]
}

// within lets in applications, and people who are among the members.
func (c *call) within(members []*teamMember) error {
	if c.token.app || memberOf(members, c.me()) != nil {
		return nil
	}
	return failf(codeForbidden, "Forbidden")
}

// ownedBy lets in applications and owners.
func (c *call) ownedBy(members []*teamMember) error {
	if m := memberOf(members, c.me()); c.token.app || m != nil && m.owner {
		return nil
	}
	return failf(codeForbidden, "Forbidden")
}

// team finds the team that the path names, for those who are in it.
func (c *call) team() (*teamState, error) {
	id := c.vars["team"]
	if len(id) != 36 || strings.Count(id, "-") != 4 {
		return nil, failf(codeBadRequest, "teamId needs to be a valid GUID.")
	}
	t := c.s.tenant.teams.teamByID[strings.ToLower(id)]
	if t == nil {
		return nil, failf(codeNotFound, "No team found with Group Id %s", id)
	}
	return t, c.within(t.members)
}

// ownTeam is team for those who own it.
func (c *call) ownTeam() (*teamState, error) {
	t, err := c.team()
	if err != nil {
		return nil, err
	}
	return t, c.ownedBy(t.members)
}

// channel finds the channel that the path names, for those who are in it.
func (c *call) channel() (*channelState, error) {
	t, err := c.team()
	if err != nil {
		return nil, err
	}
	id := c.vars["channel"]
	if !strings.HasPrefix(id, "19:") || !strings.Contains(id, "@thread.") {
		return nil, failf(codeBadRequest, "Bad format of channel id '%s'.", id)
	}
	ch := t.channel(id)
	if ch == nil {
		return nil, failf(codeNotFound, "NotFound: no channel '%s' in the team.", id)
	}
	return ch, c.within(ch.roster())
}

// chat finds the chat that the path names, for those who are in it, and, below
// a person, only theirs.
func (c *call) chat() (*chatState, error) {
	id := c.vars["chat"]
	if !strings.HasPrefix(id, "19:") {
		return nil, failf(codeBadRequest, "Invalid ThreadId.")
	}
	chat := c.s.tenant.teams.chatByID[id]
	if chat == nil || c.user != nil && memberOf(chat.members, c.user) == nil && c.token.app {
		return nil, failf(codeNotFound, "NotFound: no chat '%s'.", id)
	}
	if c.token.app || memberOf(chat.members, c.me()) != nil {
		return chat, nil
	}
	return nil, failf(codeForbidden, "InsufficientPrivileges")
}

// thread finds the channel or the chat that the path names.
func (c *call) thread() (*thread, error) {
	if c.vars["chat"] != "" {
		chat, err := c.chat()
		if err != nil {
			return nil, err
		}
		return &chat.thread, nil
	}
	ch, err := c.channel()
	if err != nil {
		return nil, err
	}
	return &ch.thread, nil
}

// chatMessage finds the message, or the reply, that the path names.
func (c *call) chatMessage() (*chatMessage, error) {
	t, err := c.thread()
	if err != nil {
		return nil, err
	}
	m, err := t.find(c.vars["message"])
	if err != nil || c.vars["reply"] == "" {
		return m, err
	}
	r, err := t.find(c.vars["reply"])
	if err == nil && r.parent != m {
		return nil, failf(codeNotFound, "NotFound: no reply '%s' to the message.", c.vars["reply"])
	}
	return r, err
}

func (t *thread) find(id string) (*chatMessage, error) {
	n, err := strconv.ParseInt(id, 10, 64)
	if err != nil {
		return nil, failf(codeBadRequest, "Invalid message id '%s'.", id)
	}
	if m := t.byID[n]; m != nil {
		return m, nil
	}
	return nil, failf(codeNotFound, "NotFound: no message '%s'.", id)
}

// boundUser finds the person whom "user@odata.bind" or a member names.
func (c *call) boundUser(link string) (*userState, error) {
	_, key, _ := strings.Cut(link, "/users")
	key = strings.Trim(key, "/")
	if inner, ok := strings.CutPrefix(key, "("); ok {
		key, _ = unquote(strings.TrimSuffix(inner, ")"))
	}
	if key == "" {
		return nil, failf(codeBadRequest, "Invalid bind property '%s': it has to name a user.", link)
	}
	if u := c.s.tenant.user(key); u != nil {
		return u, nil
	}
	return nil, &graphError{code: codeNotFound, status: http.StatusNotFound, message: "Failed to find the user '" + key + "' in the tenant."}
}
