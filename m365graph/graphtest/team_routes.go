package graphtest

// teamsDoc is where Microsoft describes Teams.
const teamsDoc = "https://learn.microsoft.com/graph/api/"

// Query options that lists of Teams honour.
const (
	teamListOptions   = optSelect | optFilter | optCount | optFormat
	memberListOptions = teamListOptions | optTop | optSkipToken
	noOptions         = optNone
)

// atOnce tells how operations of ours differ.
const atOnce = "The operation is done when it is answered: it is never seen in progress."

func teamRoutes() []route {
	routes := []route{
		{method: "GET", pattern: "/~/joinedTeams", doc: teamsDoc + "user-list-joinedteams", scopes: joinedTeams, options: teamListOptions, handle: listJoinedTeams},
		{method: "GET", pattern: "/~/teamwork/associatedTeams", doc: teamsDoc + "associatedteaminfo-list", scopes: readTeams, options: optSelect, handle: listAssociatedTeams},
		{method: "GET", pattern: "/teams", doc: teamsDoc + "teams-list", scopes: readTeams, options: memberListOptions, handle: listTeams,
			differs: "Each team has all its properties, not id, displayName and description alone."},
		{method: "POST", pattern: "/teams", doc: teamsDoc + "team-post", scopes: createTeams, options: noOptions, handle: createTeam, differs: atOnce},
		{method: "GET", pattern: "/teams/{team}", doc: teamsDoc + "team-get", scopes: readTeams, options: oneOptions, handle: getTeam},
		{method: "GET", pattern: "/groups/{team}/team", doc: teamsDoc + "team-get", scopes: readTeams, options: oneOptions, handle: getTeam},
		{method: "PUT", pattern: "/groups/{team}/team", doc: teamsDoc + "team-put-teams", scopes: createTeams, options: noOptions, handle: putTeam},
		{method: "PATCH", pattern: "/teams/{team}", doc: teamsDoc + "team-update", scopes: writeTeams, options: noOptions, handle: patchTeam},
		{method: "POST", pattern: "/teams/{team}/archive", doc: teamsDoc + "team-archive", scopes: writeTeams, options: noOptions, handle: archiveTeam, differs: atOnce},
		{method: "POST", pattern: "/teams/{team}/unarchive", doc: teamsDoc + "team-unarchive", scopes: writeTeams, options: noOptions, handle: unarchiveTeam, differs: atOnce},
		{method: "GET", pattern: "/teams/{team}/operations/{operation}", doc: teamsDoc + "teamsasyncoperation-get", scopes: readTeams, options: optSelect, handle: getTeamOperation},
		{method: "GET", pattern: "/teams/{team}/installedApps", doc: teamsDoc + "team-list-installedapps",
			scopes:  []string{"TeamsAppInstallation.ReadForTeam", "TeamsAppInstallation.ReadWriteForTeam", "Group.Read.All", "Group.ReadWrite.All"},
			roles:   []string{"TeamsAppInstallation.ReadForTeam.All", "TeamsAppInstallation.ReadWriteForTeam.All", "Group.Read.All", "Group.ReadWrite.All"},
			options: optFilter | optSelect | optExpand, handle: listNone(inTeam, "teams/installedApps"), differs: "Always empty."},
	}
	return ofTeams(append(routes, memberRoutes("/teams/{team}", "team", readTeamPeople, writeTeamPeople, teamRoster)...))
}

func channelRoutes() []route {
	const at = "/teams/{team}/channels/{channel}"
	routes := []route{
		{method: "GET", pattern: "/teams/{team}/channels", doc: teamsDoc + "channel-list", scopes: readChannels, options: teamListOptions | optExpand, handle: listChannels},
		{method: "GET", pattern: "/teams/{team}/allChannels", doc: teamsDoc + "team-list-allchannels", scopes: readChannels, options: teamListOptions, handle: listChannels,
			differs: "No channel is shared by another team."},
		{method: "GET", pattern: "/teams/{team}/incomingChannels", doc: teamsDoc + "team-list-incomingchannels", scopes: readChannels, options: teamListOptions,
			handle: listNone(inTeam, "teams/incomingChannels"), differs: "Always empty: no channel is shared by another team."},
		{method: "GET", pattern: "/teams/{team}/primaryChannel", doc: teamsDoc + "team-get-primarychannel", scopes: readChannels, options: optSelect | optExpand, handle: getPrimaryChannel},
		{method: "POST", pattern: "/teams/{team}/channels", doc: teamsDoc + "channel-post", scopes: createChannels, options: noOptions, handle: createChannel,
			differs: "A shared channel is made at once too, with 201."},
		{method: "GET", pattern: at, doc: teamsDoc + "channel-get", scopes: readChannels, options: optSelect | optExpand, handle: getChannel},
		{method: "PATCH", pattern: at, doc: teamsDoc + "channel-patch", scopes: writeChannels, options: noOptions, handle: patchChannel},
		{method: "DELETE", pattern: at, doc: teamsDoc + "channel-delete", scopes: deleteChannels, options: noOptions, handle: deleteChannel},
		{method: "GET", pattern: at + "/tabs", doc: teamsDoc + "channel-list-tabs",
			scopes:  []string{"TeamsTab.Read.All", "TeamsTab.ReadWriteForTeam", "TeamsTab.ReadWrite.All", "Group.Read.All", "Group.ReadWrite.All"},
			options: optFilter | optSelect | optExpand, handle: listNone(inChannel, "teams/channels/tabs"), differs: "Always empty."},
		filesFolderRoute(),
	}
	return ofTeams(append(routes, memberRoutes(at, "channel", readChannelPeople, writeChannelPeople, channelRoster)...))
}

// ofTeams marks routes as those of Teams.
func ofTeams(routes []route) []route {
	for i := range routes {
		routes[i].service = teamwork
	}
	return routes
}
