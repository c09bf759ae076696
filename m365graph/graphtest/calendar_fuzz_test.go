package graphtest_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/m365go/sdk/m365graph/graphtest"
)

// calendarTargets take a body; EVENT and ASKED are an event of one's own and one of somebody else's.
var calendarTargets = []struct{ method, path string }{
	{"POST", "/me/events"}, {"PATCH", "/me/events/EVENT"}, {"PATCH", "/me/events/MONDAYS"}, {"PATCH", "/me/events/ASKED"},
	{"POST", "/me/events/ASKED/accept"}, {"POST", "/me/events/ASKED/tentativelyAccept"}, {"POST", "/me/events/EVENT/forward"}, {"POST", "/me/events/ASKED/cancel"},
	{"POST", "/me/events/EVENT/snoozeReminder"}, {"POST", "/me/events/EVENT/dismissReminder"},
	{"POST", "/me/calendars"}, {"PATCH", "/me/calendar"}, {"POST", "/me/calendarGroups"}, {"POST", "/me/calendar/calendarPermissions"},
	{"POST", "/me/calendar/getSchedule"}, {"POST", "/me/findMeetingTimes"},
}

// fuzzScopes are those that the fuzzed requests need.
var fuzzScopes = map[string]any{"scp": "Calendars.ReadWrite Calendars.Read.Shared"}

// fuzzCalendar is a server in memory. What writes wants one of its own, or each input would be slower than the last.
func fuzzCalendar(t testing.TB, token string) *fixture {
	t.Helper()
	tenant := diary(mondays(), single("EVENT", "One", "2026-03-10T12:00:00", "2026-03-10T13:00:00"))
	asked := single("ASKED", "Asked", "2026-03-12T12:00:00", "2026-03-12T13:00:00")
	asked.Organizer = &graphtest.Recipient{Name: "Operations", Address: "ops@contoso.example"}
	tenant.Users[0].Calendars[0].Events = append(tenant.Users[0].Calendars[0].Events, asked)
	s, err := graphtest.New(&graphtest.Options{Keys: keys, Issuer: issuer, Tenant: tenant, InMemory: true, Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return &fixture{s, token}
}

// FuzzCalendarBodies sends any body to whatever takes one.
func FuzzCalendarBodies(f *testing.F) {
	for _, body := range []string{
		planning, `{"recurrence":{"pattern":{"type":"daily","interval":1},"range":{"type":"noEnd","startDate":"1601-01-01"}}}`, `{"recurrence":null,"isAllDay":true}`,
		`{"attendees":[{"emailAddress":{"address":"ops@contoso.example"}},{"emailAddress":{"address":"OPS@contoso.example"},"type":"resource"}]}`, `{"attendees":null,"start":null}`,
		`{"comment":"x","sendResponse":"true","proposedNewTime":{"start":{"dateTime":"2026-03-11T09:00:00","timeZone":"UTC"},"end":{"dateTime":"2026-03-11T10:00:00","timeZone":"UTC"}}}`,
		`{"ToRecipients":[{"emailAddress":{"address":"ops@contoso.example"}}],"Comment":null}`, `{"newReminderTime":{"dateTime":"9999-12-31","timeZone":"Pacific/Kiritimati"}}`,
		`{"name":"\u0000","color":null}`, `{"emailAddress":{"address":"a@b"},"role":"READ"}`, `null`, `[]`, `{"a@b":1}`, `{"subject":{}}`, "\xff", ``,
		`{"schedules":["ops@contoso.example",""],"startTime":{"dateTime":"2026-03-10","timeZone":"UTC"},"endTime":{"dateTime":"2026-03-12","timeZone":"UTC"},"availabilityViewInterval":5}`,
		`{"attendees":[{"emailAddress":{"address":"ops@contoso.example"}}],"meetingDuration":"PT30M","maxCandidates":"2","timeConstraint":{"timeSlots":[{"start":{"dateTime":"2026-03-10","timeZone":"UTC"},"end":{"dateTime":"2026-04-12","timeZone":"UTC"}}]}}`,
		`{"schedules":{"x":null},"meetingDuration":"P","timeConstraint":null,"locationConstraint":{"locations":[{}]}}`,
	} {
		for i := range calendarTargets {
			f.Add(uint8(i), body)
		}
	}
	token := mint(f, fuzzScopes)
	f.Fuzz(func(t *testing.T, which uint8, body string) {
		x := fuzzCalendar(t, token)
		target := calendarTargets[int(which)%len(calendarTargets)]
		if a := x.do(t, target.method, target.path, body); a.status >= 500 {
			t.Errorf("%s %s %q = %d %s", target.method, target.path, body, a.status, a.body)
		}
		if a := x.do(t, "GET", "/me/calendarView"+march, ""); a.status != http.StatusOK {
			t.Errorf("%s %s %q leaves a view of %d %s", target.method, target.path, body, a.status, a.body)
		}
	})
}

// FuzzCalendarWindows asks for views of any window in any zone.
func FuzzCalendarWindows(f *testing.F) {
	for _, w := range [][3]string{
		{"2026-03-01", "2026-04-01", "Europe/Paris"}, {"2026-03-01T00:00:00+14:00", "2026-04-01T00:00Z", "Pacific Standard Time"}, {"1601-01-01", "1602-01-01", ""},
		{"4500-12-31", "4501-01-01", "Mars"}, {"9999-12-31", "0000-01-01", "tzone://Microsoft/Utc"}, {"'2026-03-01'", `"2026-04-01"`, "Customized Time Zone"}, {"", "", "../etc"}, {"2026-02-30", "x", "\""},
	} {
		f.Add(w[0], w[1], w[2])
	}
	x := fuzzCalendar(f, mint(f, fuzzScopes))
	f.Fuzz(func(t *testing.T, from, to, zone string) {
		query := "?startDateTime=" + url.QueryEscape(from) + "&endDateTime=" + url.QueryEscape(to)
		zone = strings.Map(func(r rune) rune { // what a header can hold
			if r < ' ' || r > '~' {
				return -1
			}
			return r
		}, zone)
		for _, path := range []string{"/me/calendarView", "/me/calendarView/delta", "/me/events/MONDAYS/instances", "/me/reminderView"} {
			if a := x.do(t, "GET", path+query, "", "Prefer", `outlook.timezone="`+zone+`"`); a.status >= 500 {
				t.Errorf("%s%s in %q = %d %s", path, query, zone, a.status, a.body)
			}
		}
	})
}
