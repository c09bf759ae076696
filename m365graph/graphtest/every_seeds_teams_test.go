package graphtest_test

const seedConversation = `{"user":{"id":"` + salesID + `","tenantId":"` + tenantID + `"}`

var teamSeeds = []seed{
	{end: "POST /teams", body: `{"template@odata.bind":"https://graph.microsoft.com/v1.0/teamsTemplates('standard')","displayName":"Fair","description":"d","visibility":"private","members":[` + seedMember + `],"channels":[{"displayName":"Stands","isFavoriteByDefault":true}],` + seedTeam},
	{end: "PUT /groups/{team}/team", body: `{` + seedTeam, over: on("{team}", brandGroup)},
	{end: "PATCH /teams/{team}", body: `{"displayName":"Fair","description":"d","visibility":"public",` + seedTeam},
	{end: "POST /archive", body: `{"shouldSetSpoSiteReadOnlyForMembers":true}`},
	{end: "POST /unarchive"},
	{end: "POST /teams/{team}/members", body: seedMember},
	{end: "PATCH /teams/{team}/members/{member}", body: `{"@odata.type":"#microsoft.graph.aadUserConversationMember","roles":["owner"]}`},
	{end: "DELETE /teams/{team}/members/{member}"},
	{end: "POST /channels", body: `{"@odata.type":"#Microsoft.Graph.channel","displayName":"Offers","description":"d","membershipType":"private","members":[` + seedMember + `]}`},
	{end: "PATCH /channels/{channel}", body: `{"displayName":"Quotes","description":"d"}`},
	{end: "DELETE /channels/{channel}"},
	{end: "POST /channels/{channel}/members", body: `{"@odata.type":"#microsoft.graph.aadUserConversationMember","roles":[],"user@odata.bind":"https://graph.microsoft.com/v1.0/users('` + nightID + `')"}`, over: on("{channel}", "Wages")},
	{end: "PATCH /channels/{channel}/members/{member}", body: `{"@odata.type":"#microsoft.graph.aadUserConversationMember","roles":["owner"]}`, over: map[string]string{"{channel}": "Wages", "{member}": "Wages member"}},
	{end: "DELETE /channels/{channel}/members/{member}", over: map[string]string{"{channel}": "Wages", "{member}": "Wages member"}},
	{end: "POST /communications/getPresencesByUserId", body: `{"ids":["` + opsID + `"]}`},
	{end: "POST /setPresence", body: `{"sessionId":"s","availability":"Away","activity":"Away","expirationDuration":"PT1H"}`},
	{end: "POST /clearPresence", body: `{"sessionId":"made"}`},
	{end: "POST /setUserPreferredPresence", body: `{"availability":"DoNotDisturb","activity":"DoNotDisturb","expirationDuration":"PT8H"}`},
	{end: "POST /clearUserPreferredPresence", body: `{}`},
	{end: "POST /setStatusMessage", body: `{"statusMessage":{"message":{"content":"out","contentType":"text"},"expiryDateTime":{"dateTime":"2026-03-04T10:30:00","timeZone":"Europe/Paris"}}}`},
}

var chatSeeds = []seed{
	{end: "POST /chats", body: `{"chatType":"group","topic":"Stocktaking","members":[` + seedMember + `,{"@odata.type":"#microsoft.graph.aadUserConversationMember","roles":["owner"],"user@odata.bind":"https://graph.microsoft.com/v1.0/users('` + salesID + `')"}]}`},
	{end: "PATCH /chats/{chat}", body: `{"topic":"Stocktaking 2"}`},
	{end: "POST /chats/{chat}/members", body: `{"@odata.type":"#microsoft.graph.aadUserConversationMember","roles":["owner"],"user@odata.bind":"https://graph.microsoft.com/v1.0/users/` + dayID + `","visibleHistoryStartDateTime":"0001-01-01T00:00:00Z"}`},
	{end: "DELETE /chats/{chat}/members/{member}"},
	{end: "POST /markChatReadForUser", body: seedConversation + `}`},
	{end: "POST /markChatUnreadForUser", body: seedConversation + `,"lastMessageReadDateTime":"2026-03-01T00:00:00Z"}`},
	{end: "POST /hideForUser", body: seedConversation + `}`},
	{end: "POST /unhideForUser", body: seedConversation + `}`},
	{end: "POST /channels/{channel}/messages", body: seedSent},
	{end: "POST /chats/{chat}/messages", body: seedSent},
	{end: "POST /replies", body: seedSent},
	{end: "PATCH /channels/{channel}/messages/{message}", body: seedChatMessage + `}`},
	{end: "PATCH /chats/{chat}/messages/{message}", body: seedChatMessage + `}`},
	{end: "PATCH /replies/{reply}", body: seedChatMessage + `}`},
	{end: "POST /softDelete"},
	{end: "POST /undoSoftDelete"},
	{end: "POST /setReaction", body: `{"reactionType":"like"}`},
	{end: "POST /unsetReaction", body: `{"reactionType":"like"}`},
}
