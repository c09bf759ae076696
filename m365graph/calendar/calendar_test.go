package calendar_test

import (
	"errors"
	"iter"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/m365go/sdk/m365graph"
	"github.com/m365go/sdk/m365graph/calendar"
	"github.com/m365go/sdk/m365graph/graphtest"
	"github.com/m365go/sdk/m365graph/internal/testtenant"
)

func at(dateTime string) graphtest.DateTimeTimeZone {
	return graphtest.DateTimeTimeZone{DateTime: dateTime, TimeZone: "Europe/Paris"}
}

// setup serves one meeting and a daily series that began in winter time, whose
// occurrence of 30 March was moved and that of 31 March cancelled.
func setup(t *testing.T) (*calendar.Client, *testtenant.Tenant) {
	t.Helper()
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	series := &graphtest.Event{
		Subject: "stand-up", Start: at("2026-03-02T09:00:00"), End: at("2026-03-02T09:15:00"),
		Recurrence: &graphtest.PatternedRecurrence{
			Pattern: graphtest.RecurrencePattern{Type: "daily", Interval: 1},
			Range:   graphtest.RecurrenceRange{Type: "noEnd", StartDate: "2026-03-02"},
		},
		Exceptions: []*graphtest.Event{{
			Subject: "stand-up, moved", Start: at("2026-03-30T14:00:00"), End: at("2026-03-30T14:15:00"),
			OriginalStart: time.Date(2026, 3, 30, 9, 0, 0, 0, paris),
		}},
		Cancelled: []time.Time{time.Date(2026, 3, 31, 9, 0, 0, 0, paris)},
	}
	single := &graphtest.Event{Subject: "review", Start: at("2026-03-28T16:00:00"), End: at("2026-03-28T17:00:00")}
	x := testtenant.Start(t, &graphtest.User{
		TimeZone: "Romance Standard Time", Calendars: []*graphtest.Calendar{{Events: []*graphtest.Event{series, single}}},
	})
	return calendar.New(x.Client), x
}

// agenda writes events down as their start, in the zone that came, and subject.
func agenda(t *testing.T, events iter.Seq2[calendar.Event, error]) []string {
	t.Helper()
	var got []string
	for e, err := range events {
		if err != nil {
			t.Fatal(err)
		}
		start, err := e.Start.Time()
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, start.Format("2006-01-02 15:04 -0700 ")+e.Subject)
	}
	return got
}

func TestViewExpandsSeriesInTheZoneAskedFor(t *testing.T) {
	t.Parallel()
	c, _ := setup(t)
	from := time.Date(2026, 3, 27, 23, 0, 0, 0, time.UTC)
	// The clocks go forward on 29 March; the meeting stays at nine.
	for zone, want := range map[string][]string{
		"Europe/Paris": {
			"2026-03-28 09:00 +0100 stand-up", "2026-03-28 16:00 +0100 review", "2026-03-29 09:00 +0200 stand-up",
			"2026-03-30 14:00 +0200 stand-up, moved", "2026-04-01 09:00 +0200 stand-up",
		},
		"Romance Standard Time": {
			"2026-03-28 09:00 +0100 stand-up", "2026-03-28 16:00 +0100 review", "2026-03-29 09:00 +0200 stand-up",
			"2026-03-30 14:00 +0200 stand-up, moved", "2026-04-01 09:00 +0200 stand-up",
		},
		"": {
			"2026-03-28 08:00 +0000 stand-up", "2026-03-28 15:00 +0000 review", "2026-03-29 07:00 +0000 stand-up",
			"2026-03-30 12:00 +0000 stand-up, moved", "2026-04-01 07:00 +0000 stand-up",
		},
	} {
		got := agenda(t, c.View(t.Context(), from, from.AddDate(0, 0, 5), &calendar.ViewOptions{TimeZone: zone, PageSize: 2}))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("View in %q (-want +got):\n%s", zone, diff)
		}
	}
}

func TestViewRefusesWhatItCannotShow(t *testing.T) {
	t.Parallel()
	c, x := setup(t)
	now := time.Date(2026, 3, 28, 0, 0, 0, 0, time.UTC)
	for _, err := range c.View(t.Context(), now, now, nil) {
		if err == nil || !strings.Contains(err.Error(), "is not before") {
			t.Errorf("View of no time = %v, want an error", err)
		}
	}
	if n := len(x.Graph.Requests()); n != 0 {
		t.Errorf("%d requests were sent, want 0", n)
	}
	for _, err := range c.View(t.Context(), now, now.AddDate(0, 0, 1), &calendar.ViewOptions{TimeZone: "Mars/Olympus"}) {
		var no *m365graph.Error
		if !errors.As(err, &no) || no.Status != 400 {
			t.Errorf("View in an unknown zone = %v, want Graph's 400", err)
		}
	}
}

func TestListGivesEachSeriesOnce(t *testing.T) {
	t.Parallel()
	c, _ := setup(t)
	types := map[string]string{}
	for e, err := range c.List(t.Context(), nil) {
		if err != nil {
			t.Fatal(err)
		}
		types[e.Subject] = e.Type
		if e.Subject == "stand-up" && (e.Recurrence == nil || e.Recurrence.Pattern.Type != "daily") {
			t.Errorf("the series has the recurrence %+v", e.Recurrence)
		}
	}
	want := map[string]string{"stand-up": "seriesMaster", "review": "singleInstance"}
	if diff := cmp.Diff(want, types); diff != "" {
		t.Errorf("List (-want +got):\n%s", diff)
	}
}

func TestCreateStoresWhatWasAskedFor(t *testing.T) {
	t.Parallel()
	c, _ := setup(t)
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	start := time.Date(2026, 7, 1, 10, 0, 0, 0, paris)
	e, err := c.Create(t.Context(), &calendar.Draft{
		Subject: "Planung", Start: m365graph.DateTime(start), End: m365graph.DateTime(start.Add(time.Hour)),
		Location:  &calendar.Location{DisplayName: "Hall 3"},
		Attendees: []calendar.Attendee{{EmailAddress: m365graph.EmailAddress{Address: "support@contoso.example"}, Type: "optional"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	got, err := c.Get(t.Context(), e.ID, "Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	when, err := got.Start.Time()
	if err != nil || !when.Equal(start) || got.Subject != "Planung" || got.Location.DisplayName != "Hall 3" || len(got.Attendees) != 1 || got.Attendees[0].Type != "optional" {
		t.Errorf("Get = %+v, %v", got, err)
	}
}

// The event was created and the answer was lost; the second try must not create
// another.
func TestCreateIsRepeatedAndCreatesOnce(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]graphtest.Fault{
		"504 after": {Status: 504, Code: "generalException", After: true},
		"cut after": {Cut: graphtest.CutBefore, After: true},
		"429":       {Code: "TooManyRequests", RetryAfter: "0.01"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, x := setup(t)
			fault.Route = "POST /me/calendar/events"
			if err := x.Graph.Fail(fault); err != nil {
				t.Fatal(err)
			}
			day := time.Date(2026, 1, 5, 10, 0, 0, 0, time.UTC)
			if _, err := c.Create(t.Context(), &calendar.Draft{Subject: "once", Start: m365graph.DateTime(day), End: m365graph.DateTime(day)}); err != nil {
				t.Fatal(err)
			}
			got := agenda(t, c.View(t.Context(), day.AddDate(0, 0, -1), day.AddDate(0, 0, 1), nil))
			if diff := cmp.Diff([]string{"2026-01-05 10:00 +0000 once"}, got); diff != "" {
				t.Errorf("View (-want +got):\n%s", diff)
			}
		})
	}
}

// Every answer was lost, and the caller tries once more.
func TestADraftThatIsCreatedAgainMakesNoSecondEvent(t *testing.T) {
	t.Parallel()
	_, x := setup(t)
	graph, err := m365graph.New(x.Tokens(), &m365graph.Options{Cloud: x.Cloud, HTTPClient: x.HTTP, MaxRetries: -1})
	if err != nil {
		t.Fatal(err)
	}
	c := calendar.New(graph)
	if err := x.Graph.Fail(graphtest.Fault{Route: "POST /me/calendar/events", Status: 504, Code: "generalException", After: true}); err != nil {
		t.Fatal(err)
	}
	day := time.Date(2026, 1, 5, 10, 0, 0, 0, time.UTC)
	draft := &calendar.Draft{Subject: "once", Start: m365graph.DateTime(day), End: m365graph.DateTime(day)}
	if _, err := c.Create(t.Context(), draft); !errors.Is(err, m365graph.ErrAmbiguous) {
		t.Errorf("Create = %v, want ErrAmbiguous", err)
	}
	if _, err := c.Create(t.Context(), draft); err != nil {
		t.Fatal(err)
	}
	if got := agenda(t, c.View(t.Context(), day.AddDate(0, 0, -1), day.AddDate(0, 0, 1), nil)); len(got) != 1 {
		t.Errorf("View = %v, want one event", got)
	}
}

func TestCreateRefusesWhatCannotBe(t *testing.T) {
	t.Parallel()
	c, x := setup(t)
	day := m365graph.DateTime(time.Date(2026, 1, 5, 10, 0, 0, 0, time.UTC))
	for name, d := range map[string]*calendar.Draft{
		"nil": nil, "no end": {Subject: "x", Start: day}, "bad zone": {Start: day, End: m365graph.DateTimeTimeZone{DateTime: day.DateTime, TimeZone: "Mars"}},
		"ends before it starts": {Start: day, End: m365graph.DateTimeTimeZone{DateTime: "2026-01-05T09:00:00", TimeZone: "UTC"}},
		"not a time":            {Start: m365graph.DateTimeTimeZone{DateTime: "tomorrow", TimeZone: "UTC"}, End: day},
	} {
		if _, err := c.Create(t.Context(), d); err == nil {
			t.Errorf("Create of %s succeeded, want an error", name)
		}
	}
	if n := len(x.Graph.Requests()); n != 0 {
		t.Errorf("%d requests were sent, want 0", n)
	}
}

func TestEachCalendarIsReachedByItsID(t *testing.T) {
	t.Parallel()
	second := &graphtest.Calendar{Name: "Holidays", Events: []*graphtest.Event{{Subject: "closed", Start: at("2026-03-28T00:00:00"), End: at("2026-03-28T01:00:00")}}}
	x := testtenant.Start(t, &graphtest.User{Calendars: []*graphtest.Calendar{{}, second}})
	c := calendar.New(x.Client)
	from := time.Date(2026, 3, 27, 0, 0, 0, 0, time.UTC)
	got := map[string][]string{}
	for info, err := range c.Calendars(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		got[info.Name] = agenda(t, c.Calendar(info.ID).View(t.Context(), from, from.AddDate(0, 0, 7), nil))
		if info.IsDefaultCalendar != (info.Name == "Calendar") {
			t.Errorf("%+v: is it the default calendar?", info)
		}
	}
	want := map[string][]string{"Calendar": nil, "Holidays": {"2026-03-27 23:00 +0000 closed"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the calendars (-want +got):\n%s", diff)
	}
}

func TestTimeZoneIsTheMailboxs(t *testing.T) {
	t.Parallel()
	c, _ := setup(t)
	got, err := c.TimeZone(t.Context())
	if err != nil || got != "Romance Standard Time" {
		t.Errorf("TimeZone = %q, %v, want the mailbox's", got, err)
	}
}
