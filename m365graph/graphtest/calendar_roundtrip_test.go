package graphtest_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/m365go/sdk/m365graph/graphtest"
)

// everything is an event with all that a client may write.
const everything = `{
  "subject": "Town hall", "body": {"contentType": "text", "content": "Agenda follows"},
  "start": {"dateTime": "2026-03-31T12:00:00", "timeZone": "UTC"}, "end": {"dateTime": "2026-03-31T13:00:00", "timeZone": "UTC"},
  "locations": [{"displayName": "Hall", "locationEmailAddress": "hall@contoso.example", "locationUri": "https://contoso.example/hall",
    "address": {"city": "Lyon"}, "coordinates": {"latitude": 45.7, "longitude": 4.8}}],
  "attendees": [{"type": "Optional", "emailAddress": {"name": "Operations", "address": "ops@contoso.example"}}, {"emailAddress": {"address": "front@contoso.example"}}],
  "categories": ["Red", "Blue"], "importance": "High", "sensitivity": "private", "showAs": "workingelsewhere",
  "isReminderOn": false, "reminderMinutesBeforeStart": 30, "responseRequested": false, "allowNewTimeProposals": false, "hideAttendees": true,
  "isOnlineMeeting": false, "id": "mine", "@odata.type": "#microsoft.graph.event",
  "recurrence": {"pattern": {"type": "relativeMonthly", "interval": 2, "daysOfWeek": ["Tuesday", "monday"], "index": "Last"},
    "range": {"type": "numbered", "startDate": "2026-03-31", "numberOfOccurrences": 3}}
}`

func TestEventComesBackAsItWasWritten(t *testing.T) {
	t.Parallel()
	f := setup(t, office())
	posted := f.do(t, "POST", "/me/events", everything)
	if posted.status != http.StatusCreated {
		t.Fatalf("POST = %d %s, want 201", posted.status, posted.body)
	}
	id := posted.json(t)["id"].(string)
	if id == "mine" {
		t.Error("the client chose the id")
	}
	got := f.get(t, "/me/events/"+url.PathEscape(id), "Prefer", `outlook.body-content-type="text"`)
	none := map[string]any{"response": "none", "time": "0001-01-01T00:00:00Z"}
	for name, want := range map[string]any{
		"body": map[string]any{"contentType": "text", "content": "Agenda follows"}, "bodyPreview": "Agenda follows",
		"locations": []any{map[string]any{
			"displayName": "Hall", "locationType": "default", "locationEmailAddress": "hall@contoso.example", "locationUri": "https://contoso.example/hall",
			"uniqueId": "Hall", "uniqueIdType": "private", "address": map[string]any{"city": "Lyon"}, "coordinates": map[string]any{"latitude": 45.7, "longitude": 4.8},
		}},
		"attendees": []any{
			map[string]any{"type": "optional", "status": none, "emailAddress": map[string]any{"name": "Operations", "address": "ops@contoso.example"}},
			map[string]any{"type": "required", "status": none, "emailAddress": map[string]any{"name": "front@contoso.example", "address": "front@contoso.example"}},
		},
		"categories": []any{"Red", "Blue"}, "importance": "high", "sensitivity": "private", "showAs": "workingElsewhere",
		"isReminderOn": false, "reminderMinutesBeforeStart": 30.0, "responseRequested": false, "allowNewTimeProposals": false, "hideAttendees": true,
		"isOnlineMeeting": false, "onlineMeeting": nil, "onlineMeetingProvider": "unknown", "type": "seriesMaster",
		"recurrence": map[string]any{
			"pattern": map[string]any{
				"type": "relativeMonthly", "interval": 2.0, "month": 0.0, "dayOfMonth": 0.0,
				"daysOfWeek": []any{"monday", "tuesday"}, "firstDayOfWeek": "sunday", "index": "last",
			},
			"range": map[string]any{"type": "numbered", "startDate": "2026-03-31", "endDate": "0001-01-01", "recurrenceTimeZone": "UTC", "numberOfOccurrences": 3.0},
		},
	} {
		if diff := cmp.Diff(want, got[name]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	if got := f.do(t, "GET", "/me/events/$count", ""); string(got.body) != "1" {
		t.Errorf("$count = %q, want 1", got.body)
	}
	copied, err := json.Marshal(got) // an answer of Graph's can be sent back
	if err != nil {
		t.Fatal(err)
	}
	if a := f.do(t, "POST", "/me/events", string(copied)); a.status != http.StatusCreated {
		t.Errorf("POST of a copy = %d %s, want 201", a.status, a.body)
	}
}

func TestAttendeesKeepTheirAnswers(t *testing.T) {
	t.Parallel()
	f := setup(t, agenda())
	a := f.do(t, "PATCH", "/me/events/weekly", `{"attendees":[{"emailAddress":{"address":"OPS@contoso.example"}},{"emailAddress":{"address":"new@contoso.example"}}]}`)
	if a.status != http.StatusOK {
		t.Fatalf("PATCH = %d %s, want 200", a.status, a.body)
	}
	var got []string
	for _, attendee := range a.json(t)["attendees"].([]any) {
		got = append(got, attendee.(map[string]any)["status"].(map[string]any)["response"].(string))
	}
	if diff := cmp.Diff([]string{"accepted", "none"}, got); diff != "" {
		t.Errorf("answers (-want +got):\n%s", diff)
	}
	if a := f.do(t, "GET", occurrenceOn(t, f, "2026-03-17"), ""); a.status != http.StatusOK || a.json(t)["type"] != "exception" {
		t.Errorf("the exception after a change that leaves the times alone = %d %s", a.status, a.body)
	}
}

func TestOccurrenceStaysBetweenMovedNeighbours(t *testing.T) {
	t.Parallel()
	f := setup(t, agenda()) // the one of 16 March was moved to the 17th
	move := func(occurrence, to string) int {
		t.Helper()
		return f.do(t, "PATCH", occurrenceOn(t, f, occurrence),
			`{"start":{"dateTime":"`+to+`T09:00:00","timeZone":"Europe/Paris"},"end":{"dateTime":"`+to+`T10:00:00","timeZone":"Europe/Paris"}}`).status
	}
	if got := move("2026-03-09", "2026-03-17"); got != http.StatusBadRequest {
		t.Errorf("moved onto the moved neighbour = %d, want 400", got)
	}
	if got := move("2026-03-09", "2026-03-16"); got != http.StatusOK {
		t.Errorf("moved to where the neighbour was = %d, want 200", got)
	}
	if got := move("2026-03-17", "2026-03-16"); got != http.StatusBadRequest {
		t.Errorf("the neighbour moved back onto it = %d, want 400", got)
	}
}

func TestAllDaySeriesIsAtMidnightEverywhere(t *testing.T) {
	t.Parallel()
	f := setup(t, office())
	body := `{"subject":"Shift","isAllDay":true,"start":{"dateTime":"2026-09-05","timeZone":"America/Santiago"},"end":{"dateTime":"2026-09-06","timeZone":"America/Santiago"},
		"recurrence":{"pattern":{"type":"daily","interval":1},"range":{"type":"endDate","startDate":"2026-09-05","endDate":"2026-09-07"}}}`
	if a := f.do(t, "POST", "/me/events", body); a.status != http.StatusCreated {
		t.Fatalf("POST = %d %s, want 201", a.status, a.body)
	}
	page := f.get(t, viewPath("2026-09-01", "2026-09-10"), "Prefer", `outlook.timezone="Tokyo Standard Time"`)
	want := []string{ // clocks in Santiago skip the midnight of the 6th
		"2026-09-05T00:00:00.0000000 2026-09-06T00:00:00.0000000",
		"2026-09-06T00:00:00.0000000 2026-09-07T00:00:00.0000000",
		"2026-09-07T00:00:00.0000000 2026-09-08T00:00:00.0000000",
	}
	if diff := cmp.Diff(want, values(page, "start/dateTime", "end/dateTime")); diff != "" {
		t.Errorf("calendarView (-want +got):\n%s", diff)
	}
	second := "/me/events/" + url.PathEscape(values(page, "id")[1])
	if a := f.do(t, "PATCH", second, `{"subject":"Late shift"}`); a.status != http.StatusOK || a.json(t)["isAllDay"] != true {
		t.Errorf("PATCH of an occurrence = %d %s, want 200", a.status, a.body)
	}
	if diff := cmp.Diff(want, values(f.get(t, viewPath("2026-09-01", "2026-09-10")), "start/dateTime", "end/dateTime")); diff != "" {
		t.Errorf("calendarView with an exception (-want +got):\n%s", diff)
	}
}

func TestIdsOfOccurrencesThatNeverWere(t *testing.T) {
	t.Parallel()
	f := setup(t, agenda())
	good := strings.TrimPrefix(occurrenceOn(t, f, "2026-04-06"), "/me/events/")
	id, err := url.PathUnescape(good)
	if err != nil {
		t.Fatal(err)
	}
	for i := range len(id) { // no change of it may lead to anything but this occurrence, another one, or nothing
		for _, b := range []byte("Ab0-") {
			changed := id[:i] + string(b) + id[i+1:]
			if a := f.do(t, "GET", "/me/events/"+url.PathEscape(changed), ""); a.status != http.StatusOK && a.status != http.StatusNotFound && a.status != http.StatusBadRequest {
				t.Errorf("GET of %q = %d %s", changed, a.status, a.body)
			}
		}
	}
}

func TestNewRefusesCalendarsThatCannotBe(t *testing.T) {
	t.Parallel()
	event := func(id string) *graphtest.Event {
		at := graphtest.DateTimeTimeZone{DateTime: "2026-03-02T09:00:00"}
		return &graphtest.Event{ID: id, Start: at, End: at}
	}
	twice := event("x")
	twice.Recurrence = daily()
	exception := *event("")
	exception.OriginalStart = time.Date(2026, 3, 3, 9, 0, 0, 0, time.UTC)
	twice.Exceptions = []*graphtest.Event{&exception, &exception}
	for want, calendars := range map[string][]*graphtest.Calendar{
		"there are two with id cal":       {{ID: "cal"}, {ID: "cal"}},
		"there are two with id x":         {{Events: []*graphtest.Event{event("x"), event("x")}}},
		"there are two for one occurrenc": {{Events: []*graphtest.Event{twice}}},
	} {
		tenant := office()
		tenant.Users[0].Calendars = calendars
		if _, err := graphtest.New(&graphtest.Options{Keys: keys, Tenant: tenant}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("New = %v, want an error with %q", err, want)
		}
	}
}
