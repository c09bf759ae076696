package graphtools

import "slices"

// area is a part of Graph that one set of permissions covers.
type area struct {
	permissions []string
	// scopes are what Graph wants to see in the token. Nil: those of the
	// permissions.
	scopes []string
	// expand names what $expand may include, and paths what $select, $filter and
	// $orderby may look into, as in from/emailAddress: nothing that another
	// permission covers. Both are in lower case.
	expand, paths []string
	routes        []route
}

// route is a path that may be read. In its pattern "~" stands for "me" and for
// "users/{}", "@" for each way to a drive, "{}" for an id, ":" for a path below
// a drive item, and a name with "()" for a function. All else is literal, in
// lower case.
type route struct {
	pattern string
	// page is the greatest page of a collection. Zero means that the answer is
	// a single resource, noTop a collection that takes no $top.
	page int
	// fields is what is selected where a call does not say: a page of whole
	// messages would be cut after two of them.
	fields string
}

const noTop = -1

const (
	mailFields  = "id,subject,from,toRecipients,receivedDateTime,isRead,hasAttachments,importance,bodyPreview,conversationId"
	eventFields = "id,subject,start,end,isAllDay,location,organizer,attendees,isCancelled,isOnlineMeeting,type,bodyPreview,seriesMasterId"
)

// drives are the ways to a drive, and the permissions that cover each. A drive
// that is named by its id may be a person's or a site's.
var drives = []struct {
	pattern     string
	permissions []string
}{
	{"~/drive", []string{"onedrive.read"}},
	{"drives/{}", []string{"onedrive.read", "sharepoint.read"}},
	{"sites/{}/drive", []string{"sharepoint.read"}},
	{"sites/{}/drives/{}", []string{"sharepoint.read"}},
	{"sites/{}/:/drive", []string{"sharepoint.read"}},
}

// itemPaths are the parts of a file or folder, and of a drive.
var itemPaths = []string{
	"createdby", "lastmodifiedby", "parentreference", "filesysteminfo", "file", "folder", "package", "photo", "image", "video", "audio",
	"location", "remoteitem", "searchresult", "shared", "sharepointids", "specialfolder", "deleted", "owner", "quota",
}

// messagePaths are the parts of a message in Teams.
var messagePaths = []string{"from", "body", "attachments", "mentions", "reactions"}

// memberPaths are how Microsoft's page filters the members of a team. The type
// that they name also leads to the member's whole account, so no other may.
// https://learn.microsoft.com/graph/api/team-list-members
var memberPaths = []string{
	"roles", "microsoft.graph.aaduserconversationmember/displayname", "microsoft.graph.aaduserconversationmember/email",
}

// areas is the whole policy: a path that is not here cannot be asked for.
// https://learn.microsoft.com/graph/api/overview
var areas = []area{
	{[]string{"people.read"}, nil, []string{"manager"}, []string{
		"identities", "assignedlicenses", "assignedplans", "provisionedplans", "proxyaddresses", "othermails", "businessphones",
		"onpremisesextensionattributes", "employeeorgdata", "scoredemailaddresses", "phones", "postaladdresses", "websites", "persontype",
	}, []route{
		{"~", 0, ""},
		{"~/manager", 0, ""},
		{"~/directreports", 999, ""},
		{"~/people", 1000, ""},
		{"~/people/{}", 0, ""},
		{"users", 999, ""},
	}},
	{[]string{"outlook.read"}, nil, []string{"attachments"}, []string{
		"from", "sender", "torecipients", "ccrecipients", "bccrecipients", "replyto", "body", "uniquebody", "flag", "categories", "internetmessageheaders",
	}, []route{
		{"~/messages", 1000, mailFields},
		{"~/messages/{}", 0, ""},
		{"~/messages/{}/attachments", noTop, ""},
		{"~/messages/{}/attachments/{}", 0, ""},
		{"~/mailfolders", 1000, ""},
		{"~/mailfolders/{}", 0, ""},
		{"~/mailfolders/{}/childfolders", 1000, ""},
		{"~/mailfolders/{}/childfolders/{}", 0, ""},
		{"~/mailfolders/{}/messages", 1000, mailFields},
		{"~/mailfolders/{}/messages/{}", 0, ""},
		{"~/mailfolders/{}/messages/{}/attachments", noTop, ""},
		{"~/mailfolders/{}/messages/{}/attachments/{}", 0, ""},
	}},
	{[]string{"calendar.read"}, nil, []string{"attachments"}, []string{
		"start", "end", "organizer", "attendees", "location", "locations", "body", "categories", "recurrence", "responsestatus", "onlinemeeting", "owner",
	}, []route{
		{"~/calendar", 0, ""},
		{"~/calendar/events", 1000, eventFields},
		{"~/calendar/events/{}", 0, ""},
		{"~/calendar/calendarview", 1000, eventFields},
		{"~/calendarview", 1000, eventFields},
		{"~/calendars", 1000, ""},
		{"~/calendars/{}", 0, ""},
		{"~/calendars/{}/events", 1000, eventFields},
		{"~/calendars/{}/events/{}", 0, ""},
		{"~/calendars/{}/calendarview", 1000, eventFields},
		{"~/events", 1000, eventFields},
		{"~/events/{}", 0, ""},
		{"~/events/{}/instances", 1000, eventFields},
		{"~/events/{}/attachments", noTop, ""},
		{"~/events/{}/attachments/{}", 0, ""},
	}},
	{[]string{"onedrive.read"}, nil, nil, itemPaths, []route{
		{"~/drives", 999, ""},
		{"~/drive/recent", 999, ""},
		{"~/drive/sharedwithme", 999, ""},
	}},
	{nil, nil, []string{"children"}, itemPaths, []route{ // with the permissions of each drive
		{"@", 0, ""},
		{"@/root", 0, ""},
		{"@/root/:", 0, ""},
		{"@/root/children", 999, ""},
		{"@/root/:/children", 999, ""},
		{"@/root/search()", 999, ""},
		{"@/items/{}", 0, ""},
		{"@/items/{}/:", 0, ""},
		{"@/items/{}/children", 999, ""},
		{"@/items/{}/:/children", 999, ""},
		{"@/items/{}/search()", 999, ""},
		{"@/special/{}", 0, ""},
		{"@/special/{}/children", 999, ""},
	}},
	{[]string{"sharepoint.read"}, nil, []string{"fields"}, []string{
		"fields", "createdby", "lastmodifiedby", "parentreference", "sharepointids", "sitecollection", "contenttype", "list/template", "list/hidden", "owner", "quota",
	}, []route{
		{"sites", 999, ""},
		{"sites/{}", 0, ""},
		{"sites/{}/:", 0, ""},
		{"sites/{}/sites", 999, ""},
		{"sites/{}/drives", 999, ""},
		{"sites/{}/:/drives", 999, ""},
		{"sites/{}/lists", 999, ""},
		{"sites/{}/:/lists", 999, ""},
		{"sites/{}/lists/{}", 0, ""},
		{"sites/{}/lists/{}/columns", noTop, ""},
		{"sites/{}/lists/{}/items", 999, ""},
		{"sites/{}/lists/{}/items/{}", 0, ""},
		{"~/followedsites", noTop, ""},
	}},
	{[]string{"teams.read"}, []string{"Chat.Read"}, []string{"members", "lastmessagepreview"}, slices.Concat(messagePaths, []string{
		"lastmessagepreview", "viewpoint", "onlinemeetinginfo", "members/displayname", "members/email", "members/roles",
	}, memberPaths), []route{
		{"~/chats", 50, ""},
		{"~/chats/{}", 0, ""},
		{"~/chats/{}/members", noTop, ""},
		{"~/chats/{}/messages", 50, ""},
		{"~/chats/{}/messages/{}", 0, ""},
		{"chats", 50, ""},
		{"chats/{}", 0, ""},
		{"chats/{}/members", noTop, ""},
		{"chats/{}/messages", 50, ""},
		{"chats/{}/messages/{}", 0, ""},
	}},
	{[]string{"teams.read"}, []string{"Team.ReadBasic.All", "Channel.ReadBasic.All", "ChannelMessage.Read.All"}, []string{"replies"}, slices.Concat(messagePaths, []string{
		"channelidentity", "summary", "membersettings", "guestsettings", "messagingsettings", "funsettings",
	}, memberPaths), []route{
		{"~/joinedteams", noTop, ""},
		{"teams/{}", 0, ""},
		{"teams/{}/members", noTop, ""},
		{"teams/{}/channels", noTop, ""},
		{"teams/{}/channels/{}", 0, ""},
		{"teams/{}/channels/{}/messages", 50, ""},
		{"teams/{}/channels/{}/messages/{}", 0, ""},
		{"teams/{}/channels/{}/messages/{}/replies", 50, ""},
	}},
}
