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

// agenda is an office whose sales desk has a weekly meeting with a moved and a cancelled occurrence, a single meeting, and a
// day off.
func agenda() *graphtest.Tenant {
	t := office()
	t.Users[0].Calendars = []*graphtest.Calendar{
		{Events: []*graphtest.Event{
			{
				ID: "weekly", Subject: "Weekly", IsReminderOn: true, ReminderMinutes: 10,
				Start:      graphtest.DateTimeTimeZone{DateTime: "2026-03-02T09:00:00", TimeZone: "Europe/Paris"},
				End:        graphtest.DateTimeTimeZone{DateTime: "2026-03-02T09:45:00", TimeZone: "Europe/Paris"},
				Attendees:  []graphtest.Attendee{{Recipient: graphtest.Recipient{Name: "Operations", Address: "ops@contoso.example"}, Response: "accepted"}},
				Recurrence: &graphtest.PatternedRecurrence{Pattern: graphtest.RecurrencePattern{Type: "weekly", Interval: 1, DaysOfWeek: []string{"monday"}}, Range: graphtest.RecurrenceRange{Type: "noEnd"}},
				Exceptions: []*graphtest.Event{{
					Subject: "Weekly, moved", OriginalStart: time.Date(2026, 3, 16, 8, 0, 0, 0, time.UTC),
					Start: graphtest.DateTimeTimeZone{DateTime: "2026-03-17T14:00:00", TimeZone: "Europe/Paris"},
					End:   graphtest.DateTimeTimeZone{DateTime: "2026-03-17T15:00:00", TimeZone: "Europe/Paris"},
				}},
				Cancelled: []time.Time{time.Date(2026, 3, 23, 8, 0, 0, 0, time.UTC)},
			},
			{
				ID: "single", Subject: "Budget", Location: "Room 4", Body: graphtest.Body{ContentType: "html", Content: "<p>Bring <b>figures</b></p>"},
				Start: graphtest.DateTimeTimeZone{DateTime: "2026-03-10T16:00:00", TimeZone: "Pacific Standard Time"},
				End:   graphtest.DateTimeTimeZone{DateTime: "2026-03-10T17:30:00", TimeZone: "Pacific Standard Time"},
			},
			{
				ID: "off", Subject: "Day off", IsAllDay: true, ShowAs: "oof",
				Start: graphtest.DateTimeTimeZone{DateTime: "2026-03-12T00:00:00", TimeZone: "Europe/Paris"},
				End:   graphtest.DateTimeTimeZone{DateTime: "2026-03-13T00:00:00", TimeZone: "Europe/Paris"},
			},
		}},
		{ID: "second", Name: "Team"},
	}
	return t
}

// values lists a collection's items by a few of their properties.
func values(page map[string]any, properties ...string) []string {
	list, _ := page["value"].([]any)
	lines := []string{}
	for _, item := range list {
		var words []string
		for _, p := range properties {
			v := item
			for name := range strings.SplitSeq(p, "/") {
				v = v.(map[string]any)[name]
			}
			words = append(words, fmt.Sprint(v))
		}
		lines = append(lines, strings.Join(words, " "))
	}
	return lines
}

func viewPath(from, to string) string {
	return "/me/calendarView?startDateTime=" + url.QueryEscape(from) + "&endDateTime=" + url.QueryEscape(to)
}

func TestCalendarViewExpandsSeriesAcrossSummerTime(t *testing.T) {
	t.Parallel()
	f := setup(t, agenda())
	page := f.get(t, viewPath("2026-03-01T00:00:00Z", "2026-04-07T00:00:00Z"))
	want := []string{
		"Weekly occurrence 2026-03-02T08:00:00.0000000 UTC",
		"Weekly occurrence 2026-03-09T08:00:00.0000000 UTC",
		"Budget singleInstance 2026-03-10T23:00:00.0000000 UTC",
		"Day off singleInstance 2026-03-12T00:00:00.0000000 UTC",
		"Weekly, moved exception 2026-03-17T13:00:00.0000000 UTC",
		"Weekly occurrence 2026-03-30T07:00:00.0000000 UTC", // summer time; the 23rd is cancelled
		"Weekly occurrence 2026-04-06T07:00:00.0000000 UTC",
	}
	if diff := cmp.Diff(want, values(page, "subject", "type", "start/dateTime", "start/timeZone")); diff != "" {
		t.Errorf("calendarView (-want +got):\n%s", diff)
	}
}

func TestCalendarViewShowsTheZoneAskedFor(t *testing.T) {
	t.Parallel()
	f := setup(t, agenda())
	for _, zone := range []string{"W. Europe Standard Time", "Europe/Berlin"} {
		a := f.do(t, "GET", viewPath("2026-03-09T00:00:00Z", "2026-03-13T00:00:00Z"), "", "Prefer", `outlook.timezone="`+zone+`"`)
		want := []string{
			"2026-03-09T09:00:00.0000000 2026-03-09T09:45:00.0000000 " + zone,
			"2026-03-11T00:00:00.0000000 2026-03-11T01:30:00.0000000 " + zone,
			"2026-03-12T00:00:00.0000000 2026-03-13T00:00:00.0000000 " + zone, // midnight wherever it is read
		}
		if diff := cmp.Diff(want, values(a.json(t), "start/dateTime", "end/dateTime", "start/timeZone")); diff != "" {
			t.Errorf("calendarView in %s (-want +got):\n%s", zone, diff)
		}
		if got, want := a.header.Get("Preference-Applied"), `outlook.timezone="`+zone+`"`; got != want {
			t.Errorf("Preference-Applied = %q, want %q", got, want)
		}
	}
}

func TestCalendarViewReadsOffsetsAndRefusesWhatItCannot(t *testing.T) {
	t.Parallel()
	f := setup(t, agenda())
	tests := []struct {
		name, query, zone string
		status            int
		code              string
		want              []string
	}{
		{"offsets win over Prefer", "startDateTime=2026-03-11T00:00:00%2B01:00&endDateTime=2026-03-11T00:30:00%2B01:00", "Tokyo Standard Time", 200, "", []string{"Budget"}},
		{"no offset is UTC", "startDateTime=2026-03-10T23:00:00.0000000&endDateTime=2026-03-10T23:01", "", 200, "", []string{"Budget"}},
		{"names fold", "STARTDATETIME=2026-03-10&enddatetime=2026-03-11", "", 200, "", []string{"Budget"}},
		{"the end is outside", "startDateTime=2026-03-10T22:00:00Z&endDateTime=2026-03-10T23:00:00Z", "", 200, "", []string{}},
		{"no window", "", "", 400, "ErrorInvalidParameter", nil},
		{"half a window", "startDateTime=2026-03-10", "", 400, "ErrorInvalidParameter", nil},
		{"a plus sign that means a space", "startDateTime=2026-03-11T00:00:00+01:00&endDateTime=2026-03-12", "", 400, "ErrorInvalidParameter", nil},
		{"no date", "startDateTime=monday&endDateTime=2026-03-12", "", 400, "ErrorInvalidParameter", nil},
		{"backwards", "startDateTime=2026-03-12&endDateTime=2026-03-11", "", 400, "ErrorCalendarEndDateIsEarlierThanStartDate", nil},
		{"five years and a day", "startDateTime=2026-01-01&endDateTime=2031-01-01", "", 400, "ErrorInvalidRequest", nil},
		{"before Outlook's calendar", "startDateTime=0001-01-01&endDateTime=0001-01-02", "", 400, "ErrorInvalidParameter", nil},
		{"a zone nobody knows", "startDateTime=2026-03-11&endDateTime=2026-03-12", "Greenwich Mean Time", 400, "TimeZoneNotSupportedException", nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var header []string
			if test.zone != "" {
				header = []string{"Prefer", `outlook.timezone="` + test.zone + `"`}
			}
			a := f.do(t, "GET", "/me/calendarView?"+test.query, "", header...)
			if a.status != test.status {
				t.Fatalf("status = %d %s, want %d", a.status, a.body, test.status)
			}
			if test.code != "" {
				if got := a.code(t); got != test.code {
					t.Errorf("code = %s, want %s", got, test.code)
				}
			} else if diff := cmp.Diff(test.want, values(a.json(t), "subject")); diff != "" {
				t.Errorf("events (-want +got):\n%s", diff)
			}
		})
	}
}

func TestCalendarViewPagesByTen(t *testing.T) {
	t.Parallel()
	f := setup(t, agenda())
	var pages []int
	var starts []string
	for path := viewPath("2026-03-01T00:00:00Z", "2027-03-01T00:00:00Z"); path != ""; {
		page := f.get(t, path)
		got := values(page, "start/dateTime")
		pages, starts = append(pages, len(got)), append(starts, got...)
		path, _ = page["@odata.nextLink"].(string)
	}
	if want := []int{10, 10, 10, 10, 10, 3}; !slices.Equal(pages, want) {
		t.Errorf("pages of %v events, want %v", pages, want)
	}
	if !slices.IsSorted(starts) {
		t.Errorf("starts are not in order: %v", starts)
	}
}

func TestEventsListsMastersAndSingles(t *testing.T) {
	t.Parallel()
	f := setup(t, agenda())
	want := []string{"Weekly seriesMaster", "Budget singleInstance", "Day off singleInstance"}
	for _, path := range []string{"/me/events", "/me/calendar/events", "/users/sales@contoso.example/events"} {
		if diff := cmp.Diff(want, values(f.get(t, path), "subject", "type")); diff != "" {
			t.Errorf("GET %s (-want +got):\n%s", path, diff)
		}
	}
	got := values(f.get(t, "/me/events?$orderby=start/dateTime%20desc&$filter=isAllDay%20eq%20false&$select=subject"), "subject")
	if diff := cmp.Diff([]string{"Budget", "Weekly"}, got); diff != "" {
		t.Errorf("ordered and filtered (-want +got):\n%s", diff)
	}
}

func TestEventShowsWhatGraphShows(t *testing.T) {
	t.Parallel()
	f := setup(t, agenda())
	event := f.get(t, "/me/events/single", "Prefer", `outlook.body-content-type="text"`)
	for name, want := range map[string]any{
		"subject": "Budget", "originalStartTimeZone": "Pacific Standard Time", "bodyPreview": "Bring figures", "showAs": "busy",
		"importance": "normal", "isOrganizer": true, "type": "singleInstance", "seriesMasterId": nil, "recurrence": nil,
		"body":           map[string]any{"contentType": "text", "content": "Bring figures"},
		"organizer":      map[string]any{"emailAddress": map[string]any{"name": "Sales Desk", "address": "sales@contoso.example"}},
		"responseStatus": map[string]any{"response": "organizer", "time": "0001-01-01T00:00:00Z"},
		"location":       map[string]any{"displayName": "Room 4", "locationType": "default", "uniqueId": "Room 4", "uniqueIdType": "private"},
	} {
		if diff := cmp.Diff(want, event[name]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	master := f.get(t, "/me/events/weekly")
	want := map[string]any{
		"pattern": map[string]any{
			"type": "weekly", "interval": 1.0, "month": 0.0, "dayOfMonth": 0.0, "daysOfWeek": []any{"monday"}, "firstDayOfWeek": "sunday", "index": "first",
		},
		"range": map[string]any{
			"type": "noEnd", "startDate": "2026-03-02", "endDate": "0001-01-01", "recurrenceTimeZone": "Europe/Paris", "numberOfOccurrences": 0.0,
		},
	}
	if diff := cmp.Diff(want, master["recurrence"]); diff != "" {
		t.Errorf("recurrence (-want +got):\n%s", diff)
	}
}

func TestInstancesHaveIdsOfTheirOwn(t *testing.T) {
	t.Parallel()
	f := setup(t, agenda())
	page := f.get(t, "/me/events/weekly/instances?startDateTime=2026-03-08&endDateTime=2026-03-20")
	if diff := cmp.Diff([]string{"Weekly occurrence weekly", "Weekly, moved exception weekly"}, values(page, "subject", "type", "seriesMasterId")); diff != "" {
		t.Errorf("instances (-want +got):\n%s", diff)
	}
	for _, id := range values(page, "id") {
		got := f.get(t, "/me/events/"+url.PathEscape(id))
		if got["id"] != id || got["originalStart"] == nil {
			t.Errorf("GET event %s = id %v, originalStart %v", id, got["id"], got["originalStart"])
		}
	}
	for path, want := range map[string]int{
		"/me/events/nothing": 404, "/me/events/single/instances?startDateTime=2026-03-08&endDateTime=2026-03-20": 400,
		"/me/calendars/second/events/single": 404, "/me/calendars/third/events": 404, "/me/events/weekly/instances": 400,
	} {
		if got := f.do(t, "GET", path, ""); got.status != want {
			t.Errorf("GET %s = %d, want %d", path, got.status, want)
		}
	}
}

func TestCalendarsListsThem(t *testing.T) {
	t.Parallel()
	f := setup(t, agenda())
	if diff := cmp.Diff([]string{"Calendar true", "Team false"}, values(f.get(t, "/me/calendars"), "name", "isDefaultCalendar")); diff != "" {
		t.Errorf("calendars (-want +got):\n%s", diff)
	}
	if got := f.get(t, "/me/calendar")["name"]; got != "Calendar" {
		t.Errorf("/me/calendar name = %v, want Calendar", got)
	}
	if got := f.get(t, "/me/calendars/second")["name"]; got != "Team" {
		t.Errorf("/me/calendars/second name = %v, want Team", got)
	}
}

func TestCalendarScopesHold(t *testing.T) {
	t.Parallel()
	f := setup(t, agenda())
	reader := &fixture{f.Server, mint(t, map[string]any{"scp": "Calendars.Read"})}
	reader.get(t, "/me/events")
	if got := reader.do(t, "POST", "/me/events", lunch); got.status != http.StatusForbidden || got.code(t) != "ErrorAccessDenied" {
		t.Errorf("POST with Calendars.Read = %d %s, want 403 ErrorAccessDenied", got.status, got.body)
	}
	if got := f.do(t, "GET", "/users/ops@contoso.example/events", ""); got.status != http.StatusForbidden {
		t.Errorf("another person's events = %d, want 403", got.status)
	}
}
