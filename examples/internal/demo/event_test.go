package demo

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/m365go/sdk/m365graph/graphtest"
)

// loadEvents loads calendar files, in order, for a mailbox in Berlin.
func loadEvents(t *testing.T, files ...string) ([]*graphtest.Event, []Problem) {
	t.Helper()
	fsys := fstest.MapFS{}
	for i, data := range files {
		fsys["calendar/"+string(rune('a'+i))+".ics"] = &fstest.MapFile{Data: []byte(data)}
	}
	tenant, problems, err := Load(t.Context(), fsys, &LoadOptions{TimeZone: "Europe/Berlin", Owner: "sales@contoso.example"})
	if err != nil {
		t.Fatal(err)
	}
	return tenant.Users[0].Calendars[0].Events, problems
}

// instance makes an exception of the event that vevent makes.
func instance(lines ...string) string {
	return strings.Join(append([]string{"END:VEVENT", "BEGIN:VEVENT", "UID:x@contoso.example", "SUMMARY:Moved"}, lines...), "\r\n")
}

func TestTimesOfEvents(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		lines      []string
		start, end string // with the zone
		allDay     bool
	}{
		"utc":         {[]string{"DTSTART:20261102T090000Z", "DTEND:20261102T100000Z"}, "2026-11-02T09:00:00 UTC", "2026-11-02T10:00:00 UTC", false},
		"floating":    {[]string{"DTSTART:20261102T090000", "DTEND:20261102T100000"}, "2026-11-02T09:00:00 Europe/Berlin", "2026-11-02T10:00:00 Europe/Berlin", false},
		"two zones":   {[]string{"DTSTART;TZID=Asia/Tokyo:20261102T090000", "DTEND;TZID=UTC:20261102T100000"}, "2026-11-02T09:00:00 Asia/Tokyo", "2026-11-02T10:00:00 UTC", false},
		"quoted zone": {[]string{`DTSTART;TZID="W. Europe Standard Time":20261102T090000`}, "2026-11-02T09:00:00 Europe/Berlin", "2026-11-02T09:00:00 Europe/Berlin", false},
		"no end":      {[]string{"DTSTART:20261102T090000Z"}, "2026-11-02T09:00:00 UTC", "2026-11-02T09:00:00 UTC", false},
		"duration":    {[]string{"DTSTART:20261102T090000Z", "DURATION:P1DT30M"}, "2026-11-02T09:00:00 UTC", "2026-11-03T09:30:00 UTC", false},
		"night of sunday in October": {
			[]string{"DTSTART;TZID=Europe/Berlin:20261025T003000", "DURATION:PT4H"}, "2026-10-25T00:30:00 Europe/Berlin", "2026-10-25T03:30:00 Europe/Berlin", false},
		"one day":       {[]string{"DTSTART;VALUE=DATE:20261102", "DTEND;VALUE=DATE:20261103"}, "2026-11-02T00:00:00 Europe/Berlin", "2026-11-03T00:00:00 Europe/Berlin", true},
		"day, no end":   {[]string{"DTSTART;VALUE=DATE:20261102"}, "2026-11-02T00:00:00 Europe/Berlin", "2026-11-03T00:00:00 Europe/Berlin", true},
		"last day":      {[]string{"DTSTART;VALUE=DATE:20261102", "DTEND;VALUE=DATE:20261102"}, "2026-11-02T00:00:00 Europe/Berlin", "2026-11-03T00:00:00 Europe/Berlin", true},
		"days":          {[]string{"DTSTART;VALUE=DATE:20261102", "DURATION:P3D"}, "2026-11-02T00:00:00 Europe/Berlin", "2026-11-05T00:00:00 Europe/Berlin", true},
		"date unmarked": {[]string{"DTSTART:20261102"}, "2026-11-02T00:00:00 Europe/Berlin", "2026-11-03T00:00:00 Europe/Berlin", true},
		"leap second":   {[]string{"DTSTART:20161231T235960Z"}, "2016-12-31T23:59:59 UTC", "2016-12-31T23:59:59 UTC", false},
		"lower case":    {[]string{"dtstart;tzid=Asia/Tokyo:20261102T090000"}, "2026-11-02T09:00:00 Asia/Tokyo", "2026-11-02T09:00:00 Asia/Tokyo", false},
		"folded":        {[]string{"DTSTART;TZ", " ID=Asia/To", "\tkyo:20261102", " T090000"}, "2026-11-02T09:00:00 Asia/Tokyo", "2026-11-02T09:00:00 Asia/Tokyo", false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			events, problems := loadEvents(t, vevent(test.lines...))
			if len(events) != 1 || len(problems) > 0 {
				t.Fatalf("loaded %d events with problems %q, want 1 without", len(events), problems)
			}
			e := events[0]
			start, end := e.Start.DateTime+" "+e.Start.TimeZone, e.End.DateTime+" "+e.End.TimeZone
			if start != test.start || end != test.end || e.IsAllDay != test.allDay {
				t.Errorf("event = %s to %s, all day %t, want %s to %s, %t", start, end, e.IsAllDay, test.start, test.end, test.allDay)
			}
		})
	}
}

func TestSeriesHasItsExceptions(t *testing.T) {
	t.Parallel()
	series := []string{"DTSTART;TZID=Europe/Berlin:20261019T090000", "DURATION:PT1H", "RRULE:FREQ=DAILY"}
	moved := instance("RECURRENCE-ID:20261028T080000Z", "DTSTART;TZID=Europe/Berlin:20261028T110000")
	at := func(day, hour int) time.Time { return time.Date(2026, time.October, day, hour, 0, 0, 0, time.UTC) }
	tests := map[string]struct {
		files      []string
		cancelled  []time.Time
		exceptions []time.Time
		single     int // events beside the series
	}{
		"exdate":             {[]string{vevent(append(series, "EXDATE;TZID=Europe/Berlin:20261020T090000,20261030T090000")...)}, []time.Time{at(20, 7), at(30, 8)}, nil, 0},
		"exdate in utc":      {[]string{vevent(append(series, "EXDATE:20261020T070000Z")...)}, []time.Time{at(20, 7)}, nil, 0},
		"exdate as a date":   {[]string{vevent(append(series, "EXDATE;VALUE=DATE:20261020")...)}, []time.Time{at(20, 7)}, nil, 0},
		"moved":              {[]string{vevent(append(series, moved)...)}, nil, []time.Time{at(28, 8)}, 0},
		"moved, other file":  {[]string{vevent("RECURRENCE-ID:20261028T080000Z", "DTSTART:20261028T100000Z"), vevent(series...)}, nil, []time.Time{at(28, 8)}, 0},
		"moved, as a date":   {[]string{vevent(append(series, instance("RECURRENCE-ID;VALUE=DATE:20261028", "DTSTART:20261028T100000Z"))...)}, nil, []time.Time{at(28, 8)}, 0},
		"cancelled":          {[]string{vevent(append(series, instance("RECURRENCE-ID:20261028T080000Z", "DTSTART:20261028T080000Z", "STATUS:CANCELLED"))...)}, []time.Time{at(28, 8)}, nil, 0},
		"without its series": {[]string{vevent("RECURRENCE-ID:20261028T080000Z", "DTSTART:20261028T100000Z")}, nil, nil, 1},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			events, problems := loadEvents(t, test.files...)
			if len(problems) > 0 {
				t.Fatalf("problems = %q, want none", problems)
			}
			var cancelled, exceptions []time.Time
			single := 0
			for _, e := range events {
				if e.Recurrence == nil {
					single++
				}
				for _, c := range e.Cancelled {
					cancelled = append(cancelled, c.UTC())
				}
				for _, x := range e.Exceptions {
					exceptions = append(exceptions, x.OriginalStart.UTC())
				}
			}
			if !slices.Equal(cancelled, test.cancelled) || !slices.Equal(exceptions, test.exceptions) || single != test.single {
				t.Errorf("cancelled %v, exceptions %v, %d single, want %v, %v, %d", cancelled, exceptions, single, test.cancelled, test.exceptions, test.single)
			}
		})
	}
}

func TestNewerRevisionOfAnEventWins(t *testing.T) {
	t.Parallel()
	events, problems := loadEvents(t,
		vevent("DTSTART:20261102T090000Z", "SEQUENCE:1"), vevent("DTSTART:20261103T090000Z", "SEQUENCE:2"), vevent("DTSTART:20261104T090000Z"))
	if len(events) != 1 || events[0].Start.DateTime != "2026-11-03T09:00:00" || len(problems) != 2 {
		t.Errorf("loaded %+v with problems %q, want the event of 3 November and two problems", events, problems)
	}
}

func TestDetailsOfEvents(t *testing.T) {
	t.Parallel()
	events, problems := loadEvents(t, vevent(
		"DTSTART:20261102T090000Z", "SUMMARY:Ignored\\, since the first stands", `DESCRIPTION:Two\nlines\; one\\path`,
		`X-ALT-DESC;FMTTYPE=text/html:<p>Two lines</p>`, "LOCATION:Hall 3\\, gate 1", "PRIORITY:9", "CLASS:private", "TRANSP:TRANSPARENT",
		"CATEGORIES:Red,Blue", "CATEGORIES:Green", "X-GOOGLE-CONFERENCE:https://meet.example/x",
		"ORGANIZER;CN=Head^nOffice:MAILTO:head.office@contoso.example",
		"ATTENDEE;CN=Sales Desk;PARTSTAT=NEEDS-ACTION:mailto:sales@contoso.example",
		"ATTENDEE;CUTYPE=ROOM:mailto:alster@contoso.example", "ATTENDEE;ROLE=OPT-PARTICIPANT:mailto:a@contoso.example",
		"ATTENDEE;CN=Reception;EMAIL=reception@contoso.example:urn:uuid:1", "ATTENDEE:nobody",
		"BEGIN:VALARM", "TRIGGER;RELATED=END:-PT5M", "END:VALARM", "BEGIN:VALARM", "TRIGGER:-P1D", "END:VALARM",
	))
	if len(events) != 1 || len(problems) > 0 {
		t.Fatalf("loaded %d events with problems %q, want 1 without", len(events), problems)
	}
	got := *events[0]
	got.Start, got.End, got.ICalUID = graphtest.DateTimeTimeZone{}, graphtest.DateTimeTimeZone{}, ""
	want := graphtest.Event{
		Subject: "X", Body: graphtest.Body{ContentType: "html", Content: "<p>Two lines</p>"}, Location: "Hall 3, gate 1",
		Importance: "low", Sensitivity: "private", ShowAs: "free", Categories: []string{"Red", "Blue", "Green"},
		OnlineMeeting: "https://meet.example/x", ResponseStatus: "notResponded",
		Organizer: &graphtest.Recipient{Name: "Head Office", Address: "head.office@contoso.example"},
		Attendees: []graphtest.Attendee{
			{Recipient: graphtest.Recipient{Name: "Sales Desk", Address: "sales@contoso.example"}, Type: "required", Response: "none"},
			{Recipient: graphtest.Recipient{Address: "alster@contoso.example"}, Type: "resource", Response: "none"},
			{Recipient: graphtest.Recipient{Address: "a@contoso.example"}, Type: "optional", Response: "none"},
			{Recipient: graphtest.Recipient{Name: "Reception", Address: "reception@contoso.example"}, Type: "required", Response: "none"},
		},
		IsReminderOn: true, ReminderMinutes: 24 * 60,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("event (-want +got):\n%s", diff)
	}
}

func TestOwnerOfTheMailboxOrganizes(t *testing.T) {
	t.Parallel()
	events, _ := loadEvents(t, vevent("DTSTART:20261102T090000Z",
		"ORGANIZER:mailto:Sales@contoso.example", "ATTENDEE;PARTSTAT=ACCEPTED:mailto:sales@contoso.example"))
	if len(events) != 1 || events[0].ResponseStatus != "organizer" {
		t.Errorf("events = %+v, want one that the owner organizes", events)
	}
}

func TestFoldersOfACalendarAreCalendars(t *testing.T) {
	t.Parallel()
	tenant, problems, err := Load(t.Context(), fstest.MapFS{
		"calendar/Team/a.ics": {Data: []byte(goodEvent)}, "calendar/Empty/.keep": {},
		"calendar/Two calendars.ics": {Data: []byte(vevent("DTSTART:20261102T090000Z") + strings.ReplaceAll(vevent("DTSTART:20261103T090000Z"), "UID:x", "UID:y"))},
	}, nil)
	if err != nil || len(problems) > 0 {
		t.Fatal(problems, err)
	}
	got := map[string]int{}
	for _, c := range tenant.Users[0].Calendars {
		got[c.Name] = len(c.Events)
	}
	if diff := cmp.Diff(map[string]int{"Calendar": 2, "Team": 1}, got); diff != "" {
		t.Errorf("events by calendar (-want +got):\n%s", diff)
	}
}
