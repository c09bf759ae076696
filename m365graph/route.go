package m365graph

import (
	"net/url"
	"strings"
)

// routeOf is a path without what it says of people: "/users/{id}/messages/{id}".
// Logs and metrics get it in place of the path, as ids, addresses, file names
// and words searched for are nobody's business there. Only words that name
// Graph's own resources are kept.
func routeOf(path string) string {
	if strings.HasPrefix(path, contentPath) {
		return path
	}
	var b strings.Builder
	b.Grow(len(path))
	masked := false
	for rest := strings.TrimPrefix(path, "/"); rest != ""; {
		var element string
		element, rest, _ = strings.Cut(rest, "/")
		word, ok := routeWord(element)
		if !ok {
			word = "{id}"
		}
		if ok || !masked { // a path of folders is one
			b.WriteString("/" + word)
		}
		masked = !ok
	}
	return b.String()
}

// routeWord returns what is shown of an element.
func routeWord(element string) (string, bool) {
	if plain, err := url.PathUnescape(element); err == nil {
		element = plain
	}
	word, _, function := strings.Cut(element, "(")
	bare := strings.TrimSuffix(word, ":")
	if _, known := routeWords[strings.TrimPrefix(bare, "microsoft.graph.")]; !known {
		return "", false
	}
	if function {
		word += "(…)"
	}
	return word, true
}

var routeWords = func() map[string]struct{} {
	m := map[string]struct{}{}
	for w := range strings.FieldsSeq(`
		$batch $count $ref $value $links me users groups drives drive sites shares root items children content
		thumbnails versions permissions invite createLink copy delta search createUploadSession checkin checkout
		preview recent sharedWithMe special following follow followedSites unfollow listItem lists columns contentTypes
		messages mailFolders childFolders attachments sendMail send reply replyAll forward createReply createReplyAll
		createForward move messageRules events calendar calendars calendarView calendarGroups instances accept decline
		tentativelyAccept cancel dismissReminder snoozeReminder getSchedule findMeetingTimes reminderView getMailTips
		mailboxSettings outlook masterCategories supportedTimeZones supportedLanguages translateExchangeIds
		inferenceClassification contacts contactFolders people todo tasks planner plans buckets onenote notebooks
		sections pages teams chats channels members primaryChannel replies tabs installedApps joinedTeams presence
		presences getPresencesByUserId onlineMeetings communications getAllMessages softDelete setReaction
		memberOf transitiveMemberOf transitiveMembers manager directReports owners ownedObjects photo photos
		licenseDetails checkMemberGroups checkMemberObjects getMemberGroups getMemberObjects getByIds applications
		servicePrincipals directoryObjects directoryRoles directory deletedItems organization devices domains
		subscriptions reauthorize query operations reports security auditLogs signIns invitations
		workbook worksheets termStore analytics insights trending used shared extensions threads conversations
	`) {
		m[w] = struct{}{}
	}
	return m
}()
