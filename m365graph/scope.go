package m365graph

import "strings"

// service is a part of Microsoft 365 with limits of its own.
type service uint8

const (
	serviceOther service = iota
	serviceMailbox
	serviceDrive
	serviceTeams
	serviceContent
)

// scope is the set of requests that Graph counts together: a service and,
// within it, whose mailbox or drive, which other service, or which host.
type scope struct {
	service service
	owner   string
}

func (s scope) String() string {
	return [...]string{"other", "mailbox", "drive", "teams", "content"}[s.service]
}

// scopeOf tells whose limits a request counts against, from its path. A guess
// that is too narrow costs a refused request and one that is too wide a wait;
// neither is wrong.
func scopeOf(path string) scope {
	first, rest := cutSegment(path)
	switch first {
	case "me":
		return scopeWithin("me", rest)
	case "users", "groups":
		owner, rest := cutSegment(rest)
		return scopeWithin(owner, rest)
	case "drives", "sites", "shares":
		owner, _ := cutSegment(rest)
		return scope{serviceDrive, owner}
	case "drive":
		return scope{serviceDrive, "me"}
	case "teams", "chats", "teamwork", "communications", "appCatalogs":
		return scope{serviceTeams, ""}
	}
	return scope{serviceOther, name(first)}
}

// scopeWithin is the scope of what belongs to a person or a group.
func scopeWithin(owner, path string) scope {
	resource, _ := cutSegment(path)
	switch name(resource) {
	case "messages", "mailFolders", "sendMail", "events", "calendar", "calendars", "calendarView", "calendarGroups",
		"contacts", "contactFolders", "outlook", "mailboxSettings", "inferenceClassification", "findMeetingTimes",
		"getMailTips", "reminderView", "translateExchangeIds", "threads", "conversations", "todo":
		return scope{serviceMailbox, owner}
	case "drive", "drives", "followedSites", "sites":
		return scope{serviceDrive, owner}
	case "chats", "joinedTeams", "teamwork", "presence", "onlineMeetings", "team":
		return scope{serviceTeams, ""}
	}
	return scope{serviceOther, "users"}
}

// cutSegment returns the first element of a path and what is behind it.
func cutSegment(path string) (first, rest string) {
	first, rest, _ = strings.Cut(strings.TrimPrefix(path, "/"), "/")
	return first, rest
}

// name is an element without the arguments of a function: "delta()" is "delta".
func name(element string) string {
	element, _, _ = strings.Cut(element, "(")
	return element
}
