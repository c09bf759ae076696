package graphtest_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/m365go/sdk/m365graph/graphtest"
)

const roomID = "8a6f1b5e-0000-4000-8000-000000000005"

// floor is the office with a front desk and a room.
func floor() *graphtest.Tenant {
	tenant := office()
	tenant.Users = append(tenant.Users,
		&graphtest.User{ID: deskID, UserPrincipalName: "front@contoso.example", DisplayName: "Front Desk"},
		&graphtest.User{ID: roomID, UserPrincipalName: "hall@contoso.example", DisplayName: "Hall"})
	return tenant
}

// must is do, with a status that is expected.
func (f *fixture) must(t *testing.T, status int, method, path, body string, header ...string) *answer {
	t.Helper()
	a := f.do(t, method, path, body, header...)
	if a.status != status {
		t.Fatalf("%s %s = %d %s, want %d", method, path, a.status, a.body, status)
	}
	return a
}

// subjects are those of what is in somebody's inbox, newest first.
func (f *fixture) subjects(t *testing.T) []string {
	t.Helper()
	var all []string
	for _, v := range f.get(t, "/me/mailFolders/inbox/messages?$select=subject&$top=100")["value"].([]any) {
		all = append(all, v.(map[string]any)["subject"].(string))
	}
	return all
}

// events are what somebody's calendar holds, by subject.
func (f *fixture) events(t *testing.T) map[string]map[string]any {
	t.Helper()
	all := map[string]map[string]any{}
	for _, v := range f.get(t, "/me/events?$top=100")["value"].([]any) {
		e := v.(map[string]any)
		all[e["subject"].(string)] = e
	}
	return all
}

// answersOf are the answers on an event's list, by address.
func answersOf(e map[string]any) map[string]string {
	all := map[string]string{}
	for _, v := range e["attendees"].([]any) {
		a := v.(map[string]any)
		all[a["emailAddress"].(map[string]any)["address"].(string)] = a["status"].(map[string]any)["response"].(string)
	}
	return all
}

const planning = `{"subject":"Planning","body":{"contentType":"html","content":"<p>Bring figures</p>"},"showAs":"oof",
	"start":{"dateTime":"2026-03-10T10:00:00","timeZone":"Europe/Paris"},"end":{"dateTime":"2026-03-10T11:00:00","timeZone":"Europe/Paris"},
	"attendees":[{"type":"required","emailAddress":{"address":"ops@contoso.example","name":"Operations"}},{"type":"optional","emailAddress":{"address":"guest@elsewhere.example"}}]}`

func TestMeetingArrivesAndIsAnswered(t *testing.T) {
	t.Parallel()
	sales := setup(t, floor())
	ops := sales.as(t, opsID)
	made := sales.must(t, 201, "POST", "/me/events", planning).json(t)
	if diff := cmp.Diff([]string{"Planning"}, ops.subjects(t)); diff != "" {
		t.Errorf("inbox (-want +got):\n%s", diff)
	}
	invited := ops.events(t)["Planning"]
	for name, want := range map[string]any{
		"isOrganizer": false, "showAs": "tentative", "iCalUId": made["iCalUId"], "responseStatus": map[string]any{"response": "notResponded", "time": "0001-01-01T00:00:00Z"},
		"organizer": map[string]any{"emailAddress": map[string]any{"name": "Sales Desk", "address": "sales@contoso.example"}}, "start": made["start"],
	} {
		if diff := cmp.Diff(want, invited[name]); diff != "" {
			t.Errorf("the attendee's %s (-want +got):\n%s", name, diff)
		}
	}
	mine, theirs := "/me/events/"+made["id"].(string), "/me/events/"+invited["id"].(string)
	ops.must(t, 202, "POST", theirs+"/accept", `{"comment":"Fine","sendResponse":true}`)
	if got := ops.get(t, theirs); got["showAs"] != "oof" || got["responseStatus"].(map[string]any)["response"] != "accepted" {
		t.Errorf("accepted: showAs %v, %v", got["showAs"], got["responseStatus"])
	}
	want := map[string]string{"ops@contoso.example": "accepted", "guest@elsewhere.example": "none"}
	if diff := cmp.Diff(want, answersOf(sales.get(t, mine))); diff != "" {
		t.Errorf("the organizer's list (-want +got):\n%s", diff)
	}
	// Only marks of their own: nobody hears of it.
	sales.must(t, 200, "PATCH", mine, `{"categories":["Red"],"isReminderOn":false}`)
	if n := len(ops.subjects(t)); n != 1 {
		t.Errorf("%d messages after a change of categories, want 1", n)
	}
	// Another time asks again.
	sales.must(t, 200, "PATCH", mine, `{"start":{"dateTime":"2026-03-10T14:00:00","timeZone":"Europe/Paris"},"end":{"dateTime":"2026-03-10T15:00:00","timeZone":"Europe/Paris"}}`)
	moved := ops.get(t, theirs)
	if moved["start"].(map[string]any)["dateTime"] != "2026-03-10T13:00:00.0000000" || moved["showAs"] != "tentative" || moved["responseStatus"].(map[string]any)["response"] != "notResponded" {
		t.Errorf("moved: %v %v %v", moved["start"], moved["showAs"], moved["responseStatus"])
	}
	ops.must(t, 202, "POST", theirs+"/tentativelyAccept", `{"proposedNewTime":{"start":{"dateTime":"2026-03-11T09:00:00","timeZone":"UTC"},"end":{"dateTime":"2026-03-11T10:00:00","timeZone":"UTC"}}}`)
	list := sales.get(t, mine)["attendees"].([]any)[0].(map[string]any)
	if list["status"].(map[string]any)["response"] != "tentativelyAccepted" || list["proposedNewTime"] == nil {
		t.Errorf("the organizer's list after a proposal: %v", list)
	}
	ops.must(t, 202, "POST", theirs+"/decline", `{"sendResponse":false}`)
	ops.must(t, 404, "GET", theirs, "")
	if diff := cmp.Diff([]string{"New Time Proposed: Planning", "Accepted: Planning"}, sales.subjects(t)); diff != "" {
		t.Errorf("the organizer's inbox (-want +got):\n%s", diff)
	}
}

func TestMeetingIsCalledOff(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, method, suffix, body string }{
		{"by cancel", "POST", "/cancel", `{"Comment":"All hands"}`},
		{"by delete", "DELETE", "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			sales := setup(t, floor())
			ops := sales.as(t, opsID)
			mine := "/me/events/" + sales.must(t, 201, "POST", "/me/events", planning).json(t)["id"].(string)
			theirs := "/me/events/" + ops.events(t)["Planning"]["id"].(string)
			if a := ops.do(t, "POST", theirs+"/cancel", ""); a.status != 400 || a.code(t) != "ErrorInvalidRequest" {
				t.Errorf("an attendee's cancel = %d %s, want 400", a.status, a.body)
			}
			if a := sales.do(t, "POST", mine+"/accept", ""); a.status != 400 {
				t.Errorf("the organizer's accept = %d, want 400", a.status)
			}
			if a := sales.do(t, test.method, mine+test.suffix, test.body); a.status/100 != 2 {
				t.Fatalf("%s = %d %s", test.name, a.status, a.body)
			}
			sales.must(t, 404, "GET", mine, "")
			if got := ops.get(t, theirs); got["isCancelled"] != true || got["showAs"] != "free" || got["subject"] != "Canceled: Planning" {
				t.Errorf("the attendee's event: %v %v %v", got["isCancelled"], got["showAs"], got["subject"])
			}
			if diff := cmp.Diff([]string{"Canceled: Planning", "Planning"}, ops.subjects(t)); diff != "" {
				t.Errorf("inbox (-want +got):\n%s", diff)
			}
			ops.must(t, 400, "POST", theirs+"/accept", "")
			ops.must(t, 204, "DELETE", theirs, "")
			if n := len(sales.subjects(t)); n != 0 {
				t.Errorf("removing a cancelled meeting told the organizer %d times", n)
			}
		})
	}
}

func TestAttendeesComeAndGo(t *testing.T) {
	t.Parallel()
	sales := setup(t, floor())
	ops, desk := sales.as(t, opsID), sales.as(t, deskID)
	mine := "/me/events/" + sales.must(t, 201, "POST", "/me/events", planning).json(t)["id"].(string)
	sales.must(t, 200, "PATCH", mine, `{"attendees":[{"emailAddress":{"address":"front@contoso.example"}}]}`)
	if diff := cmp.Diff([]string{"Canceled: Planning", "Planning"}, ops.subjects(t)); diff != "" {
		t.Errorf("who was taken off (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"Planning"}, desk.subjects(t)); diff != "" {
		t.Errorf("who was put on (-want +got):\n%s", diff)
	}
	sales.must(t, 200, "PATCH", mine, `{"attendees":[{"emailAddress":{"address":"front@contoso.example"}},{"emailAddress":{"address":"ops@contoso.example"}}]}`)
	if n := len(desk.subjects(t)); n != 1 {
		t.Errorf("who stays has %d messages after a change of the list alone, want 1", n)
	}
	if e := ops.events(t)["Planning"]; e == nil || e["isCancelled"] != false {
		t.Errorf("who is asked again has %v", e)
	}
	theirs := "/me/events/" + desk.events(t)["Planning"]["id"].(string)
	desk.must(t, 204, "DELETE", theirs, "")
	if got := answersOf(sales.get(t, mine))["front@contoso.example"]; got != "declined" {
		t.Errorf("an attendee who deleted the meeting = %q, want declined", got)
	}
}

func TestSeriesIsSharedDownToTheOccurrence(t *testing.T) {
	t.Parallel()
	sales := setup(t, floor())
	ops := sales.as(t, opsID)
	sales.must(t, 201, "POST", "/me/events", `{"subject":"Weekly","start":{"dateTime":"2026-03-16T09:00:00","timeZone":"Romance Standard Time"},"end":{"dateTime":"2026-03-16T10:00:00","timeZone":"Romance Standard Time"},
		"recurrence":{"pattern":{"type":"weekly","interval":1,"daysOfWeek":["monday"]},"range":{"type":"numbered","startDate":"2026-03-16","numberOfOccurrences":4}},
		"attendees":[{"emailAddress":{"address":"ops@contoso.example"}}]}`)
	const window = "/me/calendarView?startDateTime=2026-03-01T00:00:00Z&endDateTime=2026-05-01T00:00:00Z&$select=start,iCalUId,subject,isCancelled,responseStatus,attendees,type"
	view := func(f *fixture) []map[string]any {
		var all []map[string]any
		for _, v := range f.get(t, window)["value"].([]any) {
			all = append(all, v.(map[string]any))
		}
		return all
	}
	starts := func(f *fixture) (all []string) {
		for _, e := range view(f) {
			all = append(all, e["start"].(map[string]any)["dateTime"].(string)[:16]+" "+e["iCalUId"].(string))
		}
		return all
	}
	if diff := cmp.Diff(starts(sales), starts(ops)); diff != "" || len(view(ops)) != 4 {
		t.Errorf("both calendars, over the change of clocks (-organizer +attendee):\n%s", diff)
	}
	if a, b := view(sales)[0]["start"].(map[string]any)["dateTime"], view(sales)[3]["start"].(map[string]any)["dateTime"]; a != "2026-03-16T08:00:00.0000000" || b != "2026-04-06T07:00:00.0000000" {
		t.Errorf("the first and last start are %v and %v", a, b)
	}
	second := "/me/events/" + view(ops)[1]["id"].(string)
	ops.must(t, 202, "POST", second+"/accept", "")
	if got := answersOf(view(sales)[1]); got["ops@contoso.example"] != "accepted" {
		t.Errorf("the organizer's second occurrence: %v", got)
	}
	if got := answersOf(view(sales)[2]); got["ops@contoso.example"] != "none" {
		t.Errorf("the organizer's third occurrence: %v", got)
	}
	sales.must(t, 200, "PATCH", "/me/events/"+view(sales)[1]["id"].(string), `{"subject":"Weekly, late","start":{"dateTime":"2026-03-24T15:00:00","timeZone":"UTC"},"end":{"dateTime":"2026-03-24T16:00:00","timeZone":"UTC"}}`)
	sales.must(t, 202, "POST", "/me/events/"+view(sales)[2]["id"].(string)+"/cancel", "")
	ops.must(t, 202, "POST", "/me/events/"+view(ops)[3]["id"].(string)+"/decline", "")
	got := view(ops)
	if len(got) != 3 || got[1]["subject"] != "Weekly, late" || got[1]["responseStatus"].(map[string]any)["response"] != "notResponded" || got[2]["isCancelled"] != true {
		t.Errorf("the attendee's calendar: %v", got)
	}
	if diff := cmp.Diff(starts(sales)[:2], starts(ops)[:2]); diff != "" {
		t.Errorf("after an occurrence moved (-organizer +attendee):\n%s", diff)
	}
	if got := view(sales); len(got) != 3 || answersOf(got[2])["ops@contoso.example"] != "declined" {
		t.Errorf("the organizer's calendar: %v", got)
	}
	master := "/me/events/" + sales.events(t)["Weekly"]["id"].(string)
	sales.must(t, 200, "PATCH", master, `{"subject":"Fortnightly","recurrence":{"pattern":{"type":"weekly","interval":2,"daysOfWeek":["monday"]},"range":{"type":"numbered","startDate":"2026-03-16","numberOfOccurrences":2}}}`)
	if diff := cmp.Diff(starts(sales), starts(ops)); diff != "" || len(view(ops)) != 2 {
		t.Errorf("after the rule changed (-organizer +attendee):\n%s", diff)
	}
	ops.must(t, 202, "POST", "/me/events/"+ops.events(t)["Fortnightly"]["id"].(string)+"/decline", "")
	if len(view(ops)) != 0 {
		t.Errorf("a declined series is still there: %v", view(ops))
	}
}
