package graphtest

import (
	"slices"
	"strings"
)

// teamSettings are the settings of a new team, by group.
var teamSettings = []member{
	{"memberSettings", object{
		{"allowCreateUpdateChannels", true}, {"allowCreatePrivateChannels", true}, {"allowDeleteChannels", true},
		{"allowAddRemoveApps", true}, {"allowCreateUpdateRemoveTabs", true}, {"allowCreateUpdateRemoveConnectors", true},
	}},
	{"guestSettings", object{{"allowCreateUpdateChannels", false}, {"allowDeleteChannels", false}}},
	{"messagingSettings", object{
		{"allowUserEditMessages", true}, {"allowUserDeleteMessages", true}, {"allowOwnerDeleteMessages", true},
		{"allowTeamMentions", true}, {"allowChannelMentions", true},
	}},
	{"funSettings", object{
		{"allowGiphy", true}, {"giphyContentRating", "moderate"}, {"allowStickersAndMemes", true}, {"allowCustomMemes", true},
	}},
}

// teamSchema is https://learn.microsoft.com/graph/api/resources/team.
var teamSchema = &schema[*teamState]{
	name: "team", page: 100, maxPage: 999,
	props: slices.Concat([]property[*teamState]{
		{name: "id", typ: "Edm.String", get: func(_ *call, t *teamState) any { return t.ID }},
		{name: "createdDateTime", typ: "Edm.DateTimeOffset", get: inFull(func(t *teamState) any { return t.CreatedDateTime })},
		{name: "displayName", typ: "Edm.String", get: func(_ *call, t *teamState) any { return t.DisplayName }},
		{name: "description", typ: "Edm.String", get: func(_ *call, t *teamState) any { return orNull(t.Description) }},
		{name: "internalId", typ: "Edm.String", get: inFull(func(t *teamState) any { return t.channels[0].ID })},
		{name: "classification", typ: "Edm.String"},
		{name: "specialization", typ: "teamSpecialization", get: inFull(func(*teamState) any { return "none" })},
		{name: "visibility", typ: "teamVisibilityType", get: func(_ *call, t *teamState) any { return or(t.Visibility, "private") }},
		{name: "webUrl", typ: "Edm.String", get: func(c *call, t *teamState) any {
			if c.vars["team"] == "" {
				return nil
			}
			return "https://teams.microsoft.com/l/team/" + escapeValue(t.channels[0].ID) + "/conversations?groupId=" + t.ID + "&tenantId=" + c.s.tenant.ID
		}},
		{name: "firstChannelName", typ: "Edm.String", show: selected},
		{name: "isArchived", typ: "Edm.Boolean", get: func(_ *call, t *teamState) any { return t.IsArchived }},
		{name: "tenantId", typ: "Edm.String", get: func(c *call, _ *teamState) any { return orNull(c.s.tenant.ID) }},
	}, teamSettingProperties(), []property[*teamState]{
		{name: "summary", typ: "teamSummary", show: selected, get: func(_ *call, t *teamState) any { return summaryObject(t.members) }},
		{name: "channels", typ: "[]channel", show: expanded, get: func(c *call, t *teamState) any {
			return plainlyAll(c, channelSchema, visibleChannels(c, t))
		}},
		{name: "members", typ: "[]conversationMember", show: expanded, get: func(c *call, t *teamState) any { return plainlyAll(c, memberSchema, t.members) }},
	}),
}

// inFull is for what a single team tells and lists of teams do not.
func inFull(get func(*teamState) any) func(*call, *teamState) any {
	return func(c *call, t *teamState) any {
		if c.vars["team"] == "" {
			return nil
		}
		return get(t)
	}
}

func teamSettingProperties() []property[*teamState] {
	var props []property[*teamState]
	for _, group := range teamSettings {
		props = append(props, property[*teamState]{name: group.name, typ: "team" + strings.ToUpper(group.name[:1]) + group.name[1:], get: inFull(func(t *teamState) any {
			if o, changed := t.settings[group.name]; changed {
				return o
			}
			return group.value
		})})
	}
	return props
}

func summaryObject(members []*teamMember) object {
	owners := 0
	for _, m := range members {
		owners += btoi(m.owner)
	}
	return object{{"ownersCount", owners}, {"membersCount", len(members)}, {"guestsCount", 0}}
}

// channelSchema is https://learn.microsoft.com/graph/api/resources/channel.
var channelSchema = &schema[*channelState]{
	name: "channel", page: 100, maxPage: 999,
	props: []property[*channelState]{
		{name: "id", typ: "Edm.String", get: func(_ *call, ch *channelState) any { return ch.ID }},
		{name: "createdDateTime", typ: "Edm.DateTimeOffset", get: func(_ *call, ch *channelState) any { return ch.CreatedDateTime }},
		{name: "displayName", typ: "Edm.String", get: func(_ *call, ch *channelState) any { return ch.DisplayName }},
		{name: "description", typ: "Edm.String", get: func(_ *call, ch *channelState) any { return orNull(ch.Description) }},
		{name: "isFavoriteByDefault", typ: "Edm.Boolean"},
		{name: "email", typ: "Edm.String", get: func(_ *call, ch *channelState) any {
			return strings.ReplaceAll(guid("channel mail", ch.ID), "-", "")[:8] + "." + sharePointName + ".onmicrosoft.com@emea.teams.ms"
		}},
		{name: "tenantId", typ: "Edm.String", get: func(c *call, _ *channelState) any { return orNull(c.s.tenant.ID) }},
		{name: "webUrl", typ: "Edm.String", get: func(c *call, ch *channelState) any {
			return "https://teams.microsoft.com/l/channel/" + escapeValue(ch.ID) + "/" + escapeValue(ch.DisplayName) + "?groupId=" + ch.team.ID + "&tenantId=" + c.s.tenant.ID + "&allowXTenantAccess=False"
		}},
		{name: "membershipType", typ: "channelMembershipType", get: func(_ *call, ch *channelState) any { return ch.MembershipType }},
		{name: "migrationMode", typ: "migrationMode", show: selected}, {name: "originalCreatedDateTime", typ: "Edm.DateTimeOffset", show: selected},
		{name: "layoutType", typ: "channelLayoutType", show: selected},
		{name: "isArchived", typ: "Edm.Boolean", get: func(_ *call, ch *channelState) any { return ch.team.IsArchived }},
		{name: "summary", typ: "channelSummary", show: selected, get: func(_ *call, ch *channelState) any {
			return append(summaryObject(ch.roster()), member{"hasMembersFromOtherTenants", false})
		}},
		{name: "members", typ: "[]conversationMember", show: expanded, get: func(c *call, ch *channelState) any { return plainlyAll(c, memberSchema, ch.roster()) }},
	},
}

// memberSchema is https://learn.microsoft.com/graph/api/resources/aaduserconversationmember.
var memberSchema = &schema[*teamMember]{
	name: "aadUserConversationMember", page: 100, maxPage: 999,
	annotate: func(*teamMember) object {
		return object{{"@odata.type", "#microsoft.graph.aadUserConversationMember"}}
	},
	props: []property[*teamMember]{
		{name: "id", typ: "Edm.String", get: func(_ *call, m *teamMember) any { return m.id }},
		{name: "roles", typ: "[]Edm.String", get: func(_ *call, m *teamMember) any { return m.roles() }},
		{name: "displayName", typ: "Edm.String", get: func(_ *call, m *teamMember) any { return orNull(m.user.DisplayName) }},
		{name: "visibleHistoryStartDateTime", typ: "Edm.DateTimeOffset", get: func(_ *call, m *teamMember) any { return m.since }},
		{name: "userId", typ: "Edm.String", get: func(_ *call, m *teamMember) any { return m.user.ID }},
		{name: "email", typ: "Edm.String", get: func(_ *call, m *teamMember) any { return orNull(m.user.Mail) }},
		{name: "tenantId", typ: "Edm.String", get: func(c *call, _ *teamMember) any { return orNull(c.s.tenant.ID) }},
	},
}

func (m *teamMember) roles() []string {
	if m.owner {
		return []string{"owner"}
	}
	return []string{}
}

// teamTypes are the types within Teams.
var teamTypes = types{
	"conversationMember":         {"id": "Edm.String", "displayName": "Edm.String", "roles": "[]Edm.String", "userId": "Edm.String", "email": "Edm.String"},
	"chatMessageInfo":            {"id": "Edm.String", "createdDateTime": "Edm.DateTimeOffset", "isDeleted": "Edm.Boolean", "messageType": "chatMessageType", "body": "itemBody"},
	"chatViewpoint":              {"isHidden": "Edm.Boolean", "lastMessageReadDateTime": "Edm.DateTimeOffset"},
	"teamSummary":                {"ownersCount": "Edm.Int32", "membersCount": "Edm.Int32", "guestsCount": "Edm.Int32"},
	"chatMessageFromIdentitySet": {"application": "identity", "device": "identity", "user": "identity"},
	"teamworkOnlineMeetingInfo":  {"joinWebUrl": "Edm.String", "calendarEventId": "Edm.String"},
	"channelIdentity":            {"teamId": "Edm.String", "channelId": "Edm.String"},
}
