package graphtest_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/m365go/sdk/m365graph/graphtest"
)

// shown is an event with a status.
func shown(id, start, end, showAs string) *graphtest.Event {
	e := single(id, id, start, end)
	e.ShowAs, e.Location = showAs, "Bar"
	return e
}

func TestScheduleTellsWhoIsFree(t *testing.T) {
	t.Parallel()
	tenant := office()
	tenant.Users[1].Calendars = []*graphtest.Calendar{{Events: []*graphtest.Event{
		shown("early", "2026-03-10T08:30:00", "2026-03-10T09:15:00", "busy"), shown("maybe", "2026-03-10T09:00:00", "2026-03-10T10:00:00", "tentative"),
		shown("out", "2026-03-10T11:00:00", "2026-03-10T12:00:00", "oof"), shown("away", "2026-03-10T12:00:00", "2026-03-10T13:00:00", "workingElsewhere"),
	}}}
	f := setup(t, tenant)
	body := `{"schedules":["OPS@contoso.example","nobody@contoso.example"],"startTime":{"dateTime":"2026-03-10T10:00:00","timeZone":"Europe/Paris"},"endTime":{"dateTime":"2026-03-10T14:00:00","timeZone":"Romance Standard Time"},"availabilityViewInterval":%d}`
	for _, test := range []struct {
		minutes int
		want    string
	}{{30, "21003300"}, {60, "2030"}, {1440, "3"}, {90, "230"}} {
		got := f.must(t, 200, "POST", "/me/calendar/getSchedule", fmt.Sprintf(body, test.minutes)).json(t)["value"].([]any)[0].(map[string]any)
		if got["availabilityView"] != test.want {
			t.Errorf("by %d minutes: %v, want %s", test.minutes, got["availabilityView"], test.want)
		}
	}
	values := f.must(t, 200, "POST", "/me/calendar/getSchedule", fmt.Sprintf(body, 60), "Prefer", `outlook.timezone="Europe/Paris"`).json(t)["value"].([]any)
	first := values[0].(map[string]any)["scheduleItems"].([]any)[0]
	want := map[string]any{ // the organization sees no subject
		"status": "busy", "start": map[string]any{"dateTime": "2026-03-10T09:30:00.0000000", "timeZone": "Europe/Paris"}, "end": map[string]any{"dateTime": "2026-03-10T10:15:00.0000000", "timeZone": "Europe/Paris"},
	}
	if diff := cmp.Diff(want, first); diff != "" {
		t.Errorf("item (-want +got):\n%s", diff)
	}
	if values[0].(map[string]any)["workingHours"].(map[string]any)["startTime"] != "08:00:00.0000000" {
		t.Errorf("working hours: %v", values[0])
	}
	if got := values[1].(map[string]any)["error"].(map[string]any)["responseCode"]; got != "ErrorMailRecipientNotFound" {
		t.Errorf("an unknown address: %v", values[1])
	}
	own := f.as(t, opsID).must(t, 200, "POST", "/me/calendar/getSchedule", fmt.Sprintf(body, 60)).json(t)["value"].([]any)[0].(map[string]any)["scheduleItems"].([]any)[0].(map[string]any)
	if own["subject"] != "early" || own["location"] != "Bar" {
		t.Errorf("one's own item: %v", own)
	}
	for _, test := range []struct{ body, code string }{
		{strings.ReplaceAll(body, "%d", "4"), "ErrorInvalidMergedFreeBusyInterval"}, {strings.ReplaceAll(body, "%d", "1441"), "ErrorInvalidMergedFreeBusyInterval"},
		{`{}`, "ErrorMissingArgument"}, {`{"schedules":[],"startTime":{"dateTime":"2026-03-10","timeZone":"UTC"},"endTime":{"dateTime":"2026-03-11","timeZone":"UTC"}}`, "ErrorInvalidParameter"},
		{`{"schedules":["a@b"],"startTime":{"dateTime":"2026-03-10","timeZone":"UTC"},"endTime":{"dateTime":"2026-03-10","timeZone":"UTC"}}`, "ErrorInvalidTimeInterval"},
		{`{"schedules":["a@b"],"startTime":{"dateTime":"2026-03-10","timeZone":"UTC"},"endTime":{"dateTime":"2026-06-10","timeZone":"UTC"}}`, "ErrorTimeIntervalTooBig"},
		{`{"schedules":["a@b"],"startTime":{"dateTime":"2026-03-10","timeZone":"Mars"},"endTime":{"dateTime":"2026-06-10","timeZone":"UTC"}}`, "TimeZoneNotSupportedException"},
		{`{"schedules":"a@b"}`, "RequestBodyRead"}, {`{"schedule":[]}`, "RequestBodyRead"},
	} {
		if a := f.do(t, "POST", "/me/calendar/getSchedule", test.body); a.status != 400 || a.code(t) != test.code {
			t.Errorf("%s = %d %s, want 400 %s", test.body, a.status, a.body, test.code)
		}
	}
}

func TestMeetingTimesAreSuggested(t *testing.T) {
	t.Parallel()
	tenant := office() // the sales desk lives in Paris
	tenant.Users[0].Calendars = []*graphtest.Calendar{{Events: []*graphtest.Event{shown("mine", "2026-03-10T08:00:00", "2026-03-10T09:00:00", "busy")}}}
	tenant.Users[1].Calendars = []*graphtest.Calendar{{Events: []*graphtest.Event{shown("theirs", "2026-03-10T07:00:00", "2026-03-10T15:00:00", "oof")}}}
	f := setup(t, tenant).scoped(t, salesID, "Calendars.Read.Shared")
	const day = `"timeConstraint":{"activityDomain":"%s","timeSlots":[{"start":{"dateTime":"2026-03-10T00:00:00","timeZone":"UTC"},"end":{"dateTime":"2026-03-11T00:00:00","timeZone":"UTC"}}]}`
	ask := func(body string) (starts []string, result map[string]any) {
		result = f.must(t, 200, "POST", "/me/findMeetingTimes", body).json(t)
		for _, v := range result["meetingTimeSuggestions"].([]any) {
			s := v.(map[string]any)
			start := s["meetingTimeSlot"].(map[string]any)["start"].(map[string]any)["dateTime"].(string)
			starts = append(starts, fmt.Sprintf("%s %v%%", start[11:16], s["confidence"]))
		}
		return starts, result
	}
	guests := `"attendees":[{"type":"required","emailAddress":{"address":"ops@contoso.example"}}],`
	got, _ := ask(`{` + guests + `"meetingDuration":"PT1H",` + fmt.Sprintf(day, "work") + `}`)
	if diff := cmp.Diff([]string{"15:00 100%"}, got); diff != "" {
		t.Errorf("within working hours (-want +got):\n%s", diff)
	}
	got, _ = ask(`{` + guests + `"meetingDuration":"PT1H","minimumAttendeePercentage":"0","maxCandidates":3,"isOrganizerOptional":"false",` + fmt.Sprintf(day, "work") + `}`)
	if diff := cmp.Diff([]string{"15:00 100%", "07:00 0%", "09:00 0%"}, got); diff != "" {
		t.Errorf("whatever the chance (-want +got):\n%s", diff)
	}
	got, _ = ask(`{"attendees":[{"emailAddress":{"address":"ops@contoso.example"}},{"emailAddress":{"address":"x@elsewhere.example"}}],"meetingDuration":"PT2H","maxCandidates":1,"returnSuggestionReasons":true,` + fmt.Sprintf(day, "unrestricted") + `}`)
	if diff := cmp.Diff([]string{"00:00 74.5%"}, got); diff != "" {
		t.Errorf("with one unknown (-want +got):\n%s", diff)
	}
	if got, result := ask(`{` + guests + `"meetingDuration":"PT4H",` + fmt.Sprintf(day, "work") + `}`); got != nil || result["emptySuggestionsReason"] != "attendeesUnavailable" {
		t.Errorf("with nobody free: %v", result)
	}
	if got, _ := ask(`{}`); len(got) == 0 {
		t.Error("without constraints there is nothing")
	}
	for _, body := range []string{
		`{"meetingDuration":"an hour"}`, `{"meetingDuration":"PT0M"}`, `{"meetingDuration":"P9D"}`, `{"meetingDuration":7}`, `{"maxCandidates":0}`, `{"maxCandidates":"many"}`, `{"minimumAttendeePercentage":101}`,
		`{"attendees":[{"emailAddress":{}}]}`, `{"attendees":[{"type":"dog","emailAddress":{"address":"a@b"}}]}`, `{"timeConstraint":{"activityDomain":"night"}}`, `{"timeConstraint":{"timeSlots":[{}]}}`, `{"isOrganizerOptional":[]}`, `{"x":1}`,
	} {
		if a := f.do(t, "POST", "/me/findMeetingTimes", body); a.status != 400 {
			t.Errorf("%s = %d %s, want 400", body, a.status, a.body)
		}
	}
}

func TestRemindersAreDismissedAndSnoozed(t *testing.T) {
	t.Parallel()
	series := mondays()
	series.IsReminderOn, series.ReminderMinutes = true, 15
	f := setup(t, diary(series, single("LUNCH", "Lunch", "2026-03-10T12:00:00", "2026-03-10T13:00:00")))
	const window = "/me/reminderView(startDateTime='2026-03-01T00:00:00.0000000',endDateTime='2026-04-01T00:00:00.0000000')"
	fires := func() (ids, at []string) {
		for _, v := range f.get(t, window)["value"].([]any) {
			r := v.(map[string]any)
			ids = append(ids, r["eventId"].(string))
			at = append(at, r["reminderFireTime"].(map[string]any)["dateTime"].(string)[5:16])
		}
		return ids, at
	}
	ids, at := fires()
	if diff := cmp.Diff([]string{"03-02T07:45", "03-09T07:45", "03-16T07:45"}, at); diff != "" {
		t.Fatalf("reminders (-want +got):\n%s", diff)
	}
	f.must(t, 200, "POST", "/me/events/"+ids[0]+"/dismissReminder", "")
	f.must(t, 200, "POST", "/me/events/"+ids[1]+"/snoozeReminder", `{"newReminderTime":{"dateTime":"2026-03-09T09:30:00","timeZone":"Europe/Paris"}}`)
	if _, at := fires(); cmp.Diff([]string{"03-09T08:30", "03-16T07:45"}, at) != "" {
		t.Errorf("after that: %v", at)
	}
	for _, body := range []string{`{}`, `{"newReminderTime":null}`, `{"newReminderTime":{"dateTime":"soon"}}`, `{"newReminderTime":3}`, `{"in":"5m"}`} {
		if a := f.do(t, "POST", "/me/events/"+ids[1]+"/snoozeReminder", body); a.status != 400 {
			t.Errorf("snoozeReminder %s = %d, want 400", body, a.status)
		}
	}
	f.must(t, 400, "GET", "/me/reminderView(startDateTime='x',endDateTime='y')", "")
	f.must(t, 400, "GET", "/me/reminderView", "")
}

func TestMasterNamesWhatDiffers(t *testing.T) {
	t.Parallel()
	f := setup(t, diary(mondays()))
	view := f.get(t, "/me/calendarView"+march)["value"].([]any)
	f.must(t, 204, "DELETE", "/me/events/"+view[1].(map[string]any)["id"].(string), "")
	f.must(t, 200, "PATCH", "/me/events/"+view[2].(map[string]any)["id"].(string), `{"subject":"Last"}`)
	got := f.get(t, "/me/events/MONDAYS?$select=subject,cancelledOccurrences&$expand=exceptionOccurrences")
	if diff := cmp.Diff([]any{"OID.MONDAYS.2026-03-09"}, got["cancelledOccurrences"]); diff != "" {
		t.Errorf("cancelledOccurrences (-want +got):\n%s", diff)
	}
	if x := got["exceptionOccurrences"].([]any); len(x) != 1 || x[0].(map[string]any)["subject"] != "Last" {
		t.Errorf("exceptionOccurrences: %v", x)
	}
	if f.get(t, "/me/events/MONDAYS")["cancelledOccurrences"] != nil {
		t.Error("cancelledOccurrences comes without $select")
	}
}
