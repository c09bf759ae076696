package graphtest_test

import (
	"strings"
	"testing"

	"github.com/m365go/sdk/m365graph/graphtest"
)

// seed is a request that succeeds, for the routes whose method and pattern end
// so. $name in the body stands for an id of the server.
type seed struct {
	end    string
	body   string
	query  string
	over   map[string]string // ids in place of the usual
	media  string            // "": JSON
	header []string
	status int // where nothing can succeed, what the route answers
}

const (
	seedRule               = `{"displayName":"Tours","sequence":2,"isEnabled":true,"conditions":{"subjectContains":["tour"],"importance":"high","withinSizeRange":{"minimumSize":1,"maximumSize":9}},"actions":{"moveToFolder":"archive","markAsRead":true,"assignCategories":["Red"]}}`
	seedCalendarPermission = `{"emailAddress":{"name":"Operations","address":"guest@elsewhere.example"},"isInsideOrganization":false,"isRemovable":true,"role":"read"}`
	seedMailSession        = `{"AttachmentItem":{"attachmentType":"file","name":"plan.bin","size":3200000,"isInline":false,"contentType":"text/plain","contentId":"x"}}`
	seedChatMessage        = `{"subject":null,"importance":"high","body":{"contentType":"html","content":"<at id=\"0\">Operations</at> <img src=\"../hostedContents/1/$value\"> <attachment id=\"a1\"></attachment>"},` +
		`"mentions":[{"id":0,"mentionText":"Operations","mentioned":{"user":{"id":"` + opsID + `","userIdentityType":"aadUser"}}}],` +
		`"attachments":[{"id":"a1","contentType":"reference","contentUrl":"https://contoso.example/a.txt","name":"a.txt"}]`
	seedSent = seedChatMessage + `,"hostedContents":[{"@microsoft.graph.temporaryId":"1","contentBytes":"aGVsbG8=","contentType":"image/png"}]}`

	seedRecipients = `[{"emailAddress":{"name":"Operations","address":"ops@contoso.example"}}]`
	seedMessage    = `{"subject":"S","importance":"high","isRead":true,"categories":["Red"],"flag":{"flagStatus":"flagged","dueDateTime":{"dateTime":"2026-03-11T09:00:00","timeZone":"UTC"},"startDateTime":{"dateTime":"2026-03-11T08:00:00","timeZone":"UTC"}},` +
		`"body":{"contentType":"html","content":"<p>x</p>"},"toRecipients":` + seedRecipients + `,"ccRecipients":` + seedRecipients + `,"replyTo":` + seedRecipients +
		`,"singleValueExtendedProperties":[{"id":"Integer 0x1000","value":"7"}]`
	seedReply = `{"message":{"toRecipients":` + seedRecipients + `,"body":{"contentType":"text","content":"x"}}}`
	seedFile  = `{"@odata.type":"#microsoft.graph.fileAttachment","name":"x.txt","contentType":"text/plain","contentBytes":"aGVsbG8=","isInline":true,"contentId":"c"}`
	seedEvent = `{"subject":"E","body":{"contentType":"html","content":"<p>x</p>"},"start":{"dateTime":"2026-03-11T09:00:00","timeZone":"Europe/Paris"},"end":{"dateTime":"2026-03-11T10:00:00","timeZone":"Europe/Paris"},` +
		`"location":{"displayName":"Room"},"locations":[{"displayName":"Room"}],"attendees":[{"type":"required","emailAddress":{"name":"Operations","address":"ops@contoso.example"},"proposedNewTime":null}],"categories":["Red"],"importance":"high",` +
		`"sensitivity":"private","showAs":"busy","isAllDay":false,"reminderMinutesBeforeStart":5,"isReminderOn":true,"responseRequested":true,"allowNewTimeProposals":true,"hideAttendees":false,"isOnlineMeeting":true,"onlineMeetingProvider":"teamsForBusiness",` +
		`"recurrence":{"pattern":{"type":"relativeMonthly","interval":1,"daysOfWeek":["wednesday"],"index":"second","firstDayOfWeek":"monday"},"range":{"type":"endDate","startDate":"2026-03-11","endDate":"2026-08-11","recurrenceTimeZone":"Europe/Paris"}},` +
		`"singleValueExtendedProperties":[{"id":"Integer 0x1000","value":"7"}]`
	seedAnswer  = `{"comment":"c","sendResponse":true}`
	seedMember  = `{"@odata.type":"#microsoft.graph.aadUserConversationMember","roles":["owner"],"user@odata.bind":"https://graph.microsoft.com/v1.0/users('` + dayID + `')"}`
	seedPicture = "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x02\x00\x00\x00\x03\x08\x06\x00\x00\x00\xb9\xea\xde\x81"
	seedGroups  = `{"groupIds":["` + brandGroup + `"]}`
	seedRef     = `{"@odata.id":"https://graph.microsoft.com/v1.0/directoryObjects/` + nightID + `"}`
	seedTeam    = `"funSettings":{"allowGiphy":false,"giphyContentRating":"strict"},"memberSettings":{"allowDeleteChannels":false},"guestSettings":{"allowDeleteChannels":false},"messagingSettings":{"allowUserEditMessages":true}}`
)

// allSeeds are those of all areas. Of two whose ends fit, the longer counts.
func allSeeds() []seed {
	var all []seed
	for _, area := range [][]seed{directorySeeds, mailSeeds, contactSeeds, calendarSeeds, driveSeeds, siteSeeds, teamSeeds, chatSeeds, readSeeds} {
		all = append(all, area...)
	}
	return all
}

// seedOf finds the seed of a route; nil if there is none.
func seedOf(r *graphtest.RouteInfo) *seed {
	var found *seed
	for _, s := range allSeeds() {
		method, end, _ := strings.Cut(s.end, " ")
		if method == r.Method && strings.HasSuffix(r.Pattern, end) && (found == nil || len(s.end) > len(found.end)) {
			found = &s
		}
	}
	return found
}

// on is over with one id.
func on(parameter, id string) map[string]string { return map[string]string{parameter: id} }

var directorySeeds = []seed{
	{end: "POST /$batch", body: `{"requests":[{"id":"1","method":"GET","url":"/me"},{"id":"2","method":"POST","url":"/me/events","dependsOn":["1"],"headers":{"Content-Type":"application/json"},"body":` + seedEvent + `}},{"id":"3","method":"PUT","url":"/me/drive/root:/b.txt:/content","headers":{"Content-Type":"text/plain"},"body":"aGVsbG8="}]}`},
	{end: "POST /subscriptions", body: `{"changeType":"created,updated,deleted","notificationUrl":"https://receiver.example/notes","lifecycleNotificationUrl":"https://receiver.example/life","resource":"/me/mailFolders('inbox')/messages?$filter=isRead eq false","expirationDateTime":"2026-03-04T10:00:00Z","clientState":"secret","latestSupportedTlsVersion":"v1_2"}`},
	{end: "PATCH /subscriptions/{subscription}", body: `{"expirationDateTime":"2026-03-04T11:00:00Z"}`},
	{end: "DELETE /subscriptions/{subscription}"},
	{end: "POST /subscriptions/{subscription}/reauthorize"},
	{end: "POST /search/query", body: `{"requests":[{"entityTypes":["driveItem","listItem","list","site"],"query":{"queryString":"file AND (name:x* OR size>3) filetype:txt"},"from":0,"size":10,"fields":["name"],"sortProperties":[{"name":"name","isDescending":true}],"aggregations":[{"field":"fileType","size":3,"bucketDefinition":{"sortBy":"count","isDescending":true,"minimumCount":0}}]}]}`},
	{end: "POST /users", body: `{"accountEnabled":true,"displayName":"Day Desk","mailNickname":"day","userPrincipalName":"new@contoso.example","passwordProfile":{"forceChangePasswordNextSignIn":true,"password":"xWwvJ]6NMw"},"businessPhones":["1"],"employeeHireDate":"2026-01-01T00:00:00Z"}`},
	{end: "PATCH /~", body: `{"jobTitle":"Desk","businessPhones":["1"],"mobilePhone":null,"city":"Lyon","employeeHireDate":"2026-01-01T00:00:00Z"}`},
	{end: "DELETE /users/{user}", over: on("{user}", nightID)},
	{end: "PUT /~/manager/$ref", body: seedRef},
	{end: "DELETE /~/manager/$ref"},
	{end: "POST /checkMemberGroups", body: seedGroups},
	{end: "POST /checkMemberObjects", body: `{"ids":["` + brandGroup + `"]}`},
	{end: "POST /getMemberGroups", body: `{"securityEnabledOnly":false}`},
	{end: "POST /getMemberObjects", body: `{"securityEnabledOnly":false}`},
	{end: "POST /groups", body: `{"displayName":"G","description":"d","mailEnabled":true,"mailNickname":"g","securityEnabled":false,"groupTypes":["Unified"],"visibility":"Private","members@odata.bind":["https://graph.microsoft.com/v1.0/users/` + opsID + `"],"owners@odata.bind":["https://graph.microsoft.com/v1.0/users/` + opsID + `"]}`},
	{end: "PATCH /groups/{group}", body: `{"displayName":"G","description":null,"members@odata.bind":["https://graph.microsoft.com/v1.0/directoryObjects/` + nightID + `"]}`},
	{end: "DELETE /groups/{group}"},
	{end: "POST /members/$ref", body: seedRef},
	{end: "POST /owners/$ref", body: seedRef},
	{end: "DELETE /members/{member}/$ref"},
	{end: "DELETE /owners/{member}/$ref"},
	{end: "POST /directoryObjects/getByIds", body: `{"ids":["` + opsID + `","` + brandGroup + `"],"types":["user","group"]}`},
	{end: "PUT /photo/$value", body: seedPicture, media: "image/png"},
	{end: "PATCH /photo/$value", body: seedPicture, media: "image/png"},
	{end: "DELETE /photo"},
	{end: "DELETE /photo/$value"},
	{end: "POST /oidc/userinfo"},
}

var siteSeeds = []seed{
	{end: "POST /followedSites/add", body: `{"value":[{"id":"` + marketing + `"}]}`},
	{end: "POST /followedSites/remove", body: `{"value":[{"id":"` + marketing + `"}]}`},
	{end: "POST /lists", body: `{"displayName":"L","description":"d","columns":[{"name":"c","description":"d","choice":{"choices":["a"],"allowTextEntry":true,"displayAs":"dropDownMenu"}},{"name":"n","number":{"decimalPlaces":"two","minimum":1}}],"list":{"template":"genericList","hidden":false,"contentTypesEnabled":false}}`},
	{end: "POST /columns", body: `{"name":"when","displayName":"When","description":"d","enforceUniqueValues":false,"hidden":false,"indexed":true,"required":false,"dateTime":{"displayAs":"standard","format":"dateOnly"}}`},
	{end: "POST /lists/{list}/items", body: `{"fields":{"Title":"Gear","Quantity":7,"Color":"Red","Sold":false,"Due":"2026-05-01T10:00:00+02:00"}}`},
	{end: "PATCH /lists/{list}/items/{item}", body: `{"fields":{"Title":"Gear","Quantity":7,"Color":"Red","Sold":false,"Due":"2026-05-01T10:00:00+02:00"}}`},
	{end: "PATCH /lists/{list}/items/{item}/fields", body: `{"Title":"Gear","Quantity":7,"Color":"Red","Sold":null,"Due":"2026-05-01T10:00:00+02:00"}`},
	{end: "DELETE /lists/{list}/items/{item}"},
}

const seedWindow = "startDateTime=2026-03-01T00:00:00Z&endDateTime=2026-04-01T00:00:00Z"

// readSeeds are for reads that need more than a path.
var readSeeds = []seed{
	{end: "GET /calendarView", query: seedWindow},
	{end: "GET /calendarView/delta", query: seedWindow},
	{end: "GET /instances", query: seedWindow, over: on("{event}", "MONDAYS")},
	{end: "GET /reminderView", query: seedWindow},
	{end: "GET /messageRules", over: on("{folder}", "inbox")},
	{end: "GET /messageRules/{rule}", over: on("{folder}", "inbox")},
	{end: "GET /search", query: "q=file"},
	{end: "GET /~drive/~item/delta", over: on("{item}", "root")},
	// What the tenant has not, cannot have, or gives to applications alone.
	{end: "GET /events/delta", status: 400},
	{end: "GET /people/{person}", status: 404},
	{end: "GET /contacts/{contact}/photo", status: 404},
	{end: "GET /contacts/{contact}/photo/$value", status: 404},
	{end: "GET /~contacts/{contact}/photo", status: 404},
	{end: "GET /~contacts/{contact}/photo/$value", status: 404},
	{end: "GET /photos/{size}", status: 404},
	{end: "GET /photos/{size}/$value", status: 404},
	{end: "GET /items/{item}/driveItem", status: 404},
	{end: "GET /~item/listItem", status: 404},
	{end: "GET /operations/{operation}", status: 404},
	{end: "GET /getAllMessages", status: 412},
}

// preferred finds the way of a route in which ids are for everything: items by id,
// in one's own drive.
func preferred(r *graphtest.RouteInfo, app bool) string {
	best, most := r.Spellings[0], -1
	for _, spelling := range r.Spellings {
		points := 0
		for part, worth := range map[string]int{"/items/{item}": 4, "{:": -9, "/{child}": -9, "/me": 2, "/drives/{drive}": 1} {
			if strings.Contains(spelling, part) {
				points += worth
			}
		}
		if strings.HasPrefix(spelling, "/me") && app {
			continue
		}
		if points > most {
			best, most = spelling, points
		}
	}
	return best
}

func TestEveryWriteHasASeed(t *testing.T) {
	t.Parallel()
	for _, r := range graphtest.RouteTable() {
		if r.Method != "GET" && seedOf(&r) == nil {
			t.Errorf("%s has no seed", r.Name())
		}
	}
}
