package graphtest_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/m365go/sdk/m365graph/graphtest"
)

// lunch is the sample of https://learn.microsoft.com/graph/api/user-post-events, with a transactionId.
const lunch = `{
  "subject": "Let's go for lunch",
  "body": {"contentType": "HTML", "content": "Does noon work for you?"},
  "start": {"dateTime": "2026-04-15T12:00:00", "timeZone": "Pacific Standard Time"},
  "end": {"dateTime": "2026-04-15T14:00:00", "timeZone": "Pacific Standard Time"},
  "location": {"displayName": "Canteen"},
  "attendees": [{"emailAddress": {"address": "ops@contoso.example", "name": "Operations"}, "type": "required"}],
  "allowNewTimeProposals": true,
  "transactionId": "7E163156-7762-4BEB-A1C6-729EA81755A7"
}`

func TestPostEventCreatesOnce(t *testing.T) {
	t.Parallel()
	f := setup(t, office())
	a := f.do(t, "POST", "/me/events", lunch, "Prefer", `outlook.timezone="Pacific Standard Time"`)
	if a.status != http.StatusCreated {
		t.Fatalf("POST = %d %s, want 201", a.status, a.body)
	}
	event := a.json(t)
	if diff := cmp.Diff(map[string]any{"dateTime": "2026-04-15T12:00:00.0000000", "timeZone": "Pacific Standard Time"}, event["start"]); diff != "" {
		t.Errorf("start (-want +got):\n%s", diff)
	}
	if event["isReminderOn"] != true || event["reminderMinutesBeforeStart"] != 15.0 || event["transactionId"] != "7E163156-7762-4BEB-A1C6-729EA81755A7" {
		t.Errorf("created %v, want a reminder of 15 minutes and the transactionId", event)
	}
	again := f.do(t, "POST", "/me/events", strings.ReplaceAll(lunch, "\n", " "))
	if again.status != http.StatusCreated || again.json(t)["id"] != event["id"] {
		t.Errorf("the same again = %d %v, want 201 and the same event", again.status, again.json(t)["id"])
	}
	other := f.do(t, "POST", "/me/calendar/events", strings.Replace(lunch, "lunch", "dinner", 1))
	if other.status != http.StatusConflict || other.code(t) != "ErrorDuplicateTransactionId" {
		t.Errorf("another event with the same transactionId = %d %s, want 409 ErrorDuplicateTransactionId", other.status, other.body)
	}
	if got := values(f.get(t, "/me/events"), "subject"); len(got) != 1 {
		t.Errorf("events = %v, want one", got)
	}
}

func TestPostEventRefusesWhatOutlookRefuses(t *testing.T) {
	t.Parallel()
	f := setup(t, office())
	const day = `"start":{"dateTime":"2026-03-02T09:00","timeZone":"UTC"},"end":{"dateTime":"2026-03-02T10:00","timeZone":"UTC"}`
	tests := []struct{ name, body, code string }{
		{"no body", ``, "BadRequest"},
		{"no JSON", `{"subject":`, "BadRequest"},
		{"no times", `{"subject":"x"}`, "ErrorPropertyValidationFailure"},
		{"no zone", `{"start":{"dateTime":"2026-03-02T09:00"},"end":{"dateTime":"2026-03-02T10:00"}}`, "TimeZoneNotSupportedException"},
		{"a zone nobody knows", `{"start":{"dateTime":"2026-03-02T09:00","timeZone":"Mars"},"end":{"dateTime":"2026-03-02T10:00","timeZone":"UTC"}}`, "TimeZoneNotSupportedException"},
		{"no time", `{"start":{"dateTime":"nine","timeZone":"UTC"},"end":{"dateTime":"2026-03-02T10:00","timeZone":"UTC"}}`, "ErrorPropertyValidationFailure"},
		{"backwards", `{"end":{"dateTime":"2026-03-02T09:00","timeZone":"UTC"},"start":{"dateTime":"2026-03-02T10:00","timeZone":"UTC"}}`, "ErrorPropertyValidationFailure"},
		{"an unknown property", `{` + day + `,"colour":"red"}`, "RequestBodyRead"},
		{"an unknown word", `{` + day + `,"showAs":"dreaming"}`, "RequestBodyRead"},
		{"a wrong type", `{` + day + `,"subject":7}`, "RequestBodyRead"},
		{"an attendee without address", `{` + day + `,"attendees":[{"emailAddress":{"name":"Operations"}}]}`, "ErrorInvalidRecipients"},
		{"all day, not at midnight", `{` + day + `,"isAllDay":true}`, "ErrorInvalidRequest"},
		{"all day, no day", `{"start":{"dateTime":"2026-03-02","timeZone":"UTC"},"end":{"dateTime":"2026-03-02","timeZone":"UTC"},"isAllDay":true}`, "ErrorInvalidRequest"},
		{"a pattern without interval", `{` + day + `,"recurrence":{"pattern":{"type":"daily"},"range":{"type":"noEnd","startDate":"2026-03-02"}}}`, "ErrorPropertyValidationFailure"},
		{"a pattern nobody knows", `{` + day + `,"recurrence":{"pattern":{"type":"hourly","interval":1},"range":{"type":"noEnd","startDate":"2026-03-02"}}}`, "ErrorInvalidRequest"},
		{"longer than its rhythm", `{"start":{"dateTime":"2026-03-02T09:00","timeZone":"UTC"},"end":{"dateTime":"2026-03-04T10:00","timeZone":"UTC"},"recurrence":{"pattern":{"type":"daily","interval":2},"range":{"type":"noEnd","startDate":"2026-03-02"}}}`, "ErrorOccurrenceTimeSpanTooBig"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			a := f.do(t, "POST", "/me/events", test.body)
			if a.status != http.StatusBadRequest || a.code(t) != test.code {
				t.Errorf("POST %s = %d %s, want 400 %s", test.body, a.status, a.body, test.code)
			}
		})
	}
	t.Run("nothing was made", func(t *testing.T) {
		t.Parallel()
		if got := values(f.get(t, "/me/events"), "subject"); len(got) != 0 {
			t.Errorf("events = %v, want none", got)
		}
	})
}

func TestPostedSeriesIsReadInItsOwnZone(t *testing.T) {
	t.Parallel()
	f := setup(t, office())
	for _, zone := range []string{"America/New_York", "UTC"} { // in UTC, as Graph writes it, with the zone in the range
		start := map[string]string{"America/New_York": "2026-03-02T20:00:00", "UTC": "2026-03-03T01:00:00"}[zone]
		end := strings.Replace(start, ":00:00", ":30:00", 1)
		body := fmt.Sprintf(`{"subject":%q,"start":{"dateTime":%q,"timeZone":%q},"end":{"dateTime":%q,"timeZone":%q},
			"recurrence":{"pattern":{"type":"weekly","interval":1,"daysOfWeek":["Monday"],"firstDayOfWeek":"sunday"},
			"range":{"type":"numbered","startDate":"2026-03-02","numberOfOccurrences":2,"recurrenceTimeZone":"Eastern Standard Time"}}}`, zone, start, zone, end, zone)
		if a := f.do(t, "POST", "/me/events", body); a.status != http.StatusCreated || a.json(t)["type"] != "seriesMaster" {
			t.Fatalf("POST = %d %s, want 201 and a seriesMaster", a.status, a.body)
		}
	}
	got := values(f.get(t, viewPath("2026-03-01", "2026-04-01")+"&$filter=subject%20eq%20'UTC'"), "start/dateTime", "end/dateTime")
	want := []string{"2026-03-03T01:00:00.0000000 2026-03-03T01:30:00.0000000", "2026-03-10T00:00:00.0000000 2026-03-10T00:30:00.0000000"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("written in UTC (-want +got):\n%s", diff)
	}
	got = values(f.get(t, viewPath("2026-03-01", "2026-04-01")+"&$filter=subject%20eq%20'America/New_York'"), "start/dateTime", "end/dateTime")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("written in its own zone (-want +got):\n%s", diff)
	}
}

func TestPatchEventChangesWhatWasSent(t *testing.T) {
	t.Parallel()
	f := setup(t, agenda())
	before := f.get(t, "/me/events/single")
	a := f.do(t, "PATCH", "/me/events/single", `{"subject":"Budget 2","locations":[{"displayName":"A"},{"displayName":"B"}],"location":{"displayName":"A; B"},"categories":["Red"],"isOnlineMeeting":true}`)
	if a.status != http.StatusOK {
		t.Fatalf("PATCH = %d %s, want 200", a.status, a.body)
	}
	after := f.get(t, "/me/events/single")
	if after["subject"] != "Budget 2" || after["isOnlineMeeting"] != true || after["onlineMeeting"] == nil {
		t.Errorf("after PATCH: %v", after)
	}
	if diff := cmp.Diff(before["start"], after["start"]); diff != "" {
		t.Errorf("start changed (-want +got):\n%s", diff)
	}
	if got := after["location"].(map[string]any)["displayName"]; got != "A; B" || len(after["locations"].([]any)) != 2 {
		t.Errorf("location = %v, locations = %v", got, after["locations"])
	}
	if before["@odata.etag"] == after["@odata.etag"] {
		t.Errorf("etag stayed %v", after["@odata.etag"])
	}
	stale := f.do(t, "PATCH", "/me/events/single", `{"subject":"x"}`, "If-Match", before["@odata.etag"].(string))
	if stale.status != http.StatusPreconditionFailed || stale.code(t) != "ErrorIrresolvableConflict" {
		t.Errorf("PATCH of an old state = %d %s, want 412 ErrorIrresolvableConflict", stale.status, stale.body)
	}
	if fresh := f.do(t, "PATCH", "/me/events/single", `{"subject":"x"}`, "If-Match", after["@odata.etag"].(string)); fresh.status != http.StatusOK {
		t.Errorf("PATCH of the current state = %d %s, want 200", fresh.status, fresh.body)
	}
	bad := f.do(t, "PATCH", "/me/events/single", `{"subject":"y","showAs":"dreaming"}`)
	if bad.status != http.StatusBadRequest || f.get(t, "/me/events/single")["subject"] != "x" {
		t.Errorf("a PATCH that fails must change nothing: %d %s", bad.status, bad.body)
	}
}

// occurrenceOn finds the id of the weekly's occurrence of a date.
func occurrenceOn(t *testing.T, f *fixture, date string) string {
	t.Helper()
	day, err := time.Parse(time.DateOnly, date)
	if err != nil {
		t.Fatal(err)
	}
	ids := values(f.get(t, "/me/events/weekly/instances?startDateTime="+date+"&endDateTime="+day.AddDate(0, 0, 1).Format(time.DateOnly)), "id")
	if len(ids) != 1 {
		t.Fatalf("occurrences on %s = %v, want one", date, ids)
	}
	return "/me/events/" + url.PathEscape(ids[0])
}

func weeklyStarts(t *testing.T, f *fixture) []string {
	t.Helper()
	return values(f.get(t, "/me/events/weekly/instances?startDateTime=2026-03-29&endDateTime=2026-04-26"), "subject", "type", "start/dateTime")
}

func TestPatchOccurrenceMakesAnException(t *testing.T) {
	t.Parallel()
	f := setup(t, agenda())
	path := occurrenceOn(t, f, "2026-04-06")
	if a := f.do(t, "PATCH", path, `{"subject":"Longer","end":{"dateTime":"2026-04-06T12:00:00","timeZone":"Europe/Paris"}}`); a.status != http.StatusOK || a.json(t)["type"] != "exception" {
		t.Fatalf("PATCH = %d %s, want 200 and an exception", a.status, a.body)
	}
	if a := f.do(t, "PATCH", path, `{"start":{"dateTime":"2026-04-07T09:00:00","timeZone":"Europe/Paris"},"end":{"dateTime":"2026-04-07T10:00:00","timeZone":"Europe/Paris"}}`); a.status != http.StatusOK {
		t.Fatalf("second PATCH = %d %s, want 200", a.status, a.body)
	}
	want := []string{
		"Weekly occurrence 2026-03-30T07:00:00.0000000", "Longer exception 2026-04-07T07:00:00.0000000",
		"Weekly occurrence 2026-04-13T07:00:00.0000000", "Weekly occurrence 2026-04-20T07:00:00.0000000",
	}
	if diff := cmp.Diff(want, weeklyStarts(t, f)); diff != "" {
		t.Errorf("instances (-want +got):\n%s", diff)
	}
	for _, start := range []string{"2026-03-30", "2026-04-13"} {
		a := f.do(t, "PATCH", path, `{"start":{"dateTime":"`+start+`T06:00:00","timeZone":"UTC"},"end":{"dateTime":"`+start+`T06:30:00","timeZone":"UTC"}}`)
		if a.status != http.StatusBadRequest || a.code(t) != "ErrorOccurrenceCrossingBoundary" {
			t.Errorf("moved to %s, where another occurrence is = %d %s, want 400 ErrorOccurrenceCrossingBoundary", start, a.status, a.body)
		}
	}
}

func TestDeleteOccurrenceLeavesTheSeries(t *testing.T) {
	t.Parallel()
	f := setup(t, agenda())
	path := occurrenceOn(t, f, "2026-04-06")
	if a := f.do(t, "DELETE", path, ""); a.status != http.StatusNoContent || len(a.body) != 0 {
		t.Fatalf("DELETE = %d %s, want 204", a.status, a.body)
	}
	if a := f.do(t, "GET", path, ""); a.status != http.StatusNotFound || a.code(t) != "ErrorItemNotFound" {
		t.Errorf("GET of it = %d, want 404 ErrorItemNotFound", a.status)
	}
	want := []string{"Weekly occurrence 2026-03-30T07:00:00.0000000", "Weekly occurrence 2026-04-13T07:00:00.0000000", "Weekly occurrence 2026-04-20T07:00:00.0000000"}
	if diff := cmp.Diff(want, weeklyStarts(t, f)); diff != "" {
		t.Errorf("instances (-want +got):\n%s", diff)
	}
	if a := f.do(t, "DELETE", occurrenceOn(t, f, "2026-03-17"), ""); a.status != http.StatusNoContent { // the moved one
		t.Errorf("DELETE of an exception = %d, want 204", a.status)
	}
	if a := f.do(t, "DELETE", "/me/events/weekly", ""); a.status != http.StatusNoContent {
		t.Errorf("DELETE of the master = %d, want 204", a.status)
	}
	if got := values(f.get(t, viewPath("2026-03-01", "2026-06-01")), "subject"); !slices.Equal(got, []string{"Budget", "Day off"}) {
		t.Errorf("what is left = %v, want Budget and Day off", got)
	}
}

func TestPatchRecurrence(t *testing.T) {
	t.Parallel()
	f := setup(t, agenda())
	a := f.do(t, "PATCH", "/me/events/weekly", `{"recurrence":{"pattern":{"type":"weekly","interval":2,"daysOfWeek":["monday"]},"range":{"type":"endDate","startDate":"2026-03-02","endDate":"2026-03-31"}}}`)
	if a.status != http.StatusOK {
		t.Fatalf("PATCH = %d %s, want 200", a.status, a.body)
	}
	got := values(f.get(t, viewPath("2026-03-01", "2026-06-01")+"&$filter=startswith(subject,'Weekly')"), "type", "start/dateTime")
	want := []string{"occurrence 2026-03-02T08:00:00.0000000", "occurrence 2026-03-16T08:00:00.0000000", "occurrence 2026-03-30T07:00:00.0000000"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("with another rule (-want +got):\n%s", diff)
	}
	if a := f.do(t, "PATCH", "/me/events/weekly", `{"recurrence":null}`); a.status != http.StatusOK || a.json(t)["type"] != "singleInstance" {
		t.Errorf("without recurrence = %d %s, want 200 and a singleInstance", a.status, a.body)
	}
}

func TestEventValidateNamesWhatNewRefuses(t *testing.T) {
	t.Parallel()
	at := func(s string) graphtest.DateTimeTimeZone {
		return graphtest.DateTimeTimeZone{DateTime: s, TimeZone: "Europe/Paris"}
	}
	good := graphtest.Event{Subject: "Good", Start: at("2026-03-02T09:00:00"), End: at("2026-03-02T10:00:00")}
	if err := good.Validate(); err != nil {
		t.Errorf("Validate of a good event = %v, want nil", err)
	}
	for want, change := range map[string]func(*graphtest.Event){
		"not supported":       func(e *graphtest.Event) { e.Start.TimeZone = "Mars" },
		"not a date and time": func(e *graphtest.Event) { e.End.DateTime = "" },
		"end lies before":     func(e *graphtest.Event) { e.End = at("2026-03-02T08:00:00") },
		"midnight":            func(e *graphtest.Event) { e.IsAllDay = true },
		"pattern.type":        func(e *graphtest.Event) { e.Recurrence = &graphtest.PatternedRecurrence{} },
		"longer than":         func(e *graphtest.Event) { e.End = at("2036-03-02T08:00:00") },
		"no recurrence":       func(e *graphtest.Event) { e.Cancelled = []time.Time{{}} },
		"less than its frequ": func(e *graphtest.Event) { e.Recurrence = daily(); e.End = at("2026-03-04T08:00:00") },
		"exception 0": func(e *graphtest.Event) {
			e.Recurrence = daily()
			e.Exceptions = []*graphtest.Event{{Start: graphtest.DateTimeTimeZone{TimeZone: "Mars"}}}
		},
	} {
		bad := good
		change(&bad)
		err := bad.Validate()
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Validate = %v, want an error with %q", err, want)
		}
		tenant := office()
		tenant.Users[0].Calendars = []*graphtest.Calendar{{Events: []*graphtest.Event{&bad}}}
		if s, err := graphtest.New(&graphtest.Options{Keys: keys, Tenant: tenant}); err == nil {
			_ = s.Close()
			t.Errorf("New took an event that Validate refuses with %q", want)
		} else if !strings.Contains(err.Error(), `event "Good"`) {
			t.Errorf("New = %v, want an error that names the event", err)
		}
	}
}

func daily() *graphtest.PatternedRecurrence {
	return &graphtest.PatternedRecurrence{Pattern: graphtest.RecurrencePattern{Type: "daily"}, Range: graphtest.RecurrenceRange{Type: "noEnd"}}
}
