package graphtest_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/m365go/sdk/m365graph/graphtest"
)

const march = "?startDateTime=2026-03-01T00:00:00Z&endDateTime=2026-04-01T00:00:00Z"

// eventRound follows a delta to its end. It gives "+subject day" of what is there, "-" of what is not, and the link of the next
// round.
func (f *fixture) eventRound(t *testing.T, link string, header ...string) (told []string, next string) {
	t.Helper()
	for link != "" {
		page := f.get(t, link, header...)
		for _, v := range page["value"].([]any) {
			e := v.(map[string]any)
			if e["@odata.type"] != "#microsoft.graph.event" {
				t.Errorf("@odata.type = %v, want #microsoft.graph.event", e["@odata.type"])
			}
			if e["@removed"] != nil {
				told = append(told, "-")
				continue
			}
			subject, _ := e["subject"].(string)
			told = append(told, "+"+subject+" "+e["start"].(map[string]any)["dateTime"].(string)[5:10])
		}
		link, _ = page["@odata.nextLink"].(string)
		next, _ = page["@odata.deltaLink"].(string)
	}
	slices.Sort(told)
	return told, next
}

func mondays() *graphtest.Event {
	return &graphtest.Event{
		ID: "MONDAYS", Subject: "Stand-up", Start: graphtest.DateTimeTimeZone{DateTime: "2026-03-02T09:00:00", TimeZone: "Europe/Paris"},
		End: graphtest.DateTimeTimeZone{DateTime: "2026-03-02T09:15:00", TimeZone: "Europe/Paris"},
		Recurrence: &graphtest.PatternedRecurrence{
			Pattern: graphtest.RecurrencePattern{Type: "weekly", DaysOfWeek: []string{"monday"}},
			Range:   graphtest.RecurrenceRange{Type: "numbered", NumberOfOccurrences: 3},
		},
	}
}

func single(id, subject, start, end string) *graphtest.Event {
	return &graphtest.Event{ID: id, Subject: subject, Start: graphtest.DateTimeTimeZone{DateTime: start}, End: graphtest.DateTimeTimeZone{DateTime: end}}
}

// diary is a tenant whose sales desk has these events.
func diary(events ...*graphtest.Event) *graphtest.Tenant {
	tenant := office()
	tenant.Users[0].Calendars = []*graphtest.Calendar{{Events: events}}
	return tenant
}

func TestViewDeltaTellsEachChangeOfTheWindow(t *testing.T) {
	t.Parallel()
	f := setup(t, diary(mondays(), single("LUNCH", "Lunch", "2026-03-10T12:00:00", "2026-03-10T13:00:00"), single("MAY", "Far", "2026-05-10T12:00:00", "2026-05-10T13:00:00")))
	told, link := f.eventRound(t, "/me/calendarView/delta"+march, "Prefer", "odata.maxpagesize=2")
	want := []string{"+Lunch 03-10", "+Stand-up 03-02", "+Stand-up 03-09", "+Stand-up 03-16"}
	if diff := cmp.Diff(want, told); diff != "" {
		t.Errorf("first round (-want +got):\n%s", diff)
	}
	occurrence := f.get(t, "/me/calendarView"+march)["value"].([]any)[1].(map[string]any)["id"].(string)
	steps := []struct {
		name, method, path, body string
		want                     []string
	}{
		{"nothing", "GET", "/me/events", "", nil},
		{"one is made", "POST", "/me/events", `{"subject":"New","start":{"dateTime":"2026-03-11T10:00:00","timeZone":"UTC"},"end":{"dateTime":"2026-03-11T11:00:00","timeZone":"UTC"}}`, []string{"+New 03-11"}},
		{"one is renamed", "PATCH", "/me/events/LUNCH", `{"subject":"Brunch"}`, []string{"+Brunch 03-10"}},
		{"an occurrence moves", "PATCH", "/me/events/" + occurrence, `{"subject":"Late","start":{"dateTime":"2026-03-10T10:00:00","timeZone":"UTC"},"end":{"dateTime":"2026-03-10T11:00:00","timeZone":"UTC"}}`, []string{"+Late 03-10"}},
		{"the series is renamed", "PATCH", "/me/events/MONDAYS", `{"subject":"Sync"}`, []string{"+Late 03-10", "+Sync 03-02", "+Sync 03-16"}},
		{"the series gets another day", "PATCH", "/me/events/MONDAYS", `{"recurrence":{"pattern":{"type":"weekly","interval":1,"daysOfWeek":["tuesday"]},"range":{"type":"numbered","startDate":"2026-03-03","numberOfOccurrences":2}},"start":{"dateTime":"2026-03-03T09:00:00","timeZone":"Europe/Paris"},"end":{"dateTime":"2026-03-03T09:15:00","timeZone":"Europe/Paris"}}`,
			[]string{"+Sync 03-03", "+Sync 03-10", "-", "-", "-"}},
		{"one outside changes", "PATCH", "/me/events/MAY", `{"subject":"Farther"}`, []string{"-"}},
		{"one leaves the window", "PATCH", "/me/events/LUNCH", `{"start":{"dateTime":"2026-06-11T10:00:00","timeZone":"UTC"},"end":{"dateTime":"2026-06-11T11:00:00","timeZone":"UTC"}}`, []string{"-"}},
		{"the series ends", "DELETE", "/me/events/MONDAYS", "", []string{"-", "-", "-", "-", "-"}},
	}
	for _, step := range steps {
		if a := f.do(t, step.method, step.path, step.body); a.status >= 300 {
			t.Fatalf("%s: %d %s", step.name, a.status, a.body)
		}
		if told, link = f.eventRound(t, link, "Prefer", "odata.maxpagesize=2"); cmp.Diff(step.want, told) != "" {
			t.Errorf("%s: told %q, want %q", step.name, told, step.want)
		}
	}
}

func TestViewDeltaIsOfOneCalendarAndTakesNoOptions(t *testing.T) {
	t.Parallel()
	tenant := office()
	tenant.Users[0].Calendars = []*graphtest.Calendar{{ID: "A", Events: []*graphtest.Event{single("E1", "One", "2026-03-10T12:00:00", "2026-03-10T13:00:00")}}, {ID: "B", Name: "Other"}}
	f := setup(t, tenant)
	_, mine := f.eventRound(t, "/me/calendar/calendarView/delta"+march)
	told, other := f.eventRound(t, "/me/calendars/B/calendarView/delta"+march)
	if len(told) > 0 {
		t.Errorf("the empty calendar told %q", told)
	}
	f.do(t, "PATCH", "/me/events/E1", `{"subject":"Two"}`)
	if told, _ := f.eventRound(t, mine); cmp.Diff([]string{"+Two 03-10"}, told) != "" {
		t.Errorf("its own calendar told %q", told)
	}
	if told, _ := f.eventRound(t, other); len(told) > 0 {
		t.Errorf("the other calendar told %q", told)
	}
	for _, query := range []string{"", "?startDateTime=2026-03-01", march + "&$select=subject", march + "&$filter=subject eq 'x'", march + "&$expand=attachments", march + "&$deltatoken=forged"} {
		if a := f.do(t, "GET", "/me/calendarView/delta"+strings.ReplaceAll(query, " ", "%20"), ""); a.status != 400 {
			t.Errorf("%q = %d, want 400", query, a.status)
		}
	}
	f.ExpireDeltas()
	if a := f.do(t, "GET", mine, ""); a.status != 410 || a.code(t) != "SyncStateNotFound" {
		t.Errorf("an expired link = %d %s", a.status, a.body)
	}
}

func TestEventsDeltaTellsMastersOnBetaAlone(t *testing.T) {
	t.Parallel()
	f := setup(t, diary(mondays(), single("LUNCH", "Lunch", "2026-03-10T12:00:00", "2026-03-10T13:00:00")))
	if a := f.do(t, "GET", "/me/events/delta", ""); a.status != 400 {
		t.Errorf("v1.0 = %d, want 400", a.status)
	}
	told, link := f.eventRound(t, f.URL()+"/beta/me/events/delta")
	if diff := cmp.Diff([]string{"+ 03-02", "+ 03-10"}, told); diff != "" {
		t.Errorf("first round (-want +got):\n%s", diff)
	}
	if told, _ := f.eventRound(t, f.URL()+"/beta/me/calendar/events/delta?startDateTime=2026-03-12"); cmp.Diff([]string{"+ 03-02"}, told) != "" {
		t.Errorf("from the 12th on: %q, want the series that still runs", told)
	}
	occurrence := f.get(t, "/me/calendarView"+march)["value"].([]any)[1].(map[string]any)["id"].(string)
	f.do(t, "DELETE", "/me/events/"+occurrence, "")
	f.do(t, "DELETE", "/me/events/LUNCH", "")
	if told, _ := f.eventRound(t, link); cmp.Diff([]string{"+ 03-02", "-"}, told) != "" {
		t.Errorf("told %q, want the series and a removed event", told)
	}
}

// TestViewDeltaKeepsACopyInStep replays rounds onto a copy after random changes, and compares it with the view.
func TestViewDeltaKeepsACopyInStep(t *testing.T) {
	t.Parallel()
	f := setup(t, diary(mondays()))
	held := map[string]bool{}
	link := "/me/calendarView/delta" + march
	for i := range 40 {
		at := time.Date(2026, 3, 1+i*7%40, 8+i%5, 0, 0, 0, time.UTC)
		when := `"start":{"dateTime":"` + at.Format("2006-01-02T15:04:05") + `","timeZone":"UTC"},"end":{"dateTime":"` + at.Add(time.Hour).Format("2006-01-02T15:04:05") + `","timeZone":"UTC"}`
		view := f.get(t, "/me/calendarView"+march+"&$top=1000")["value"].([]any)
		id := view[i%len(view)].(map[string]any)["id"].(string)
		switch i % 4 {
		case 0:
			f.do(t, "POST", "/me/events", "{"+when+"}")
		case 1:
			f.do(t, "PATCH", "/me/events/"+id, "{"+when+"}") // refused where it crosses a neighbour
		case 2:
			f.do(t, "PATCH", "/me/events/MONDAYS", `{"recurrence":{"pattern":{"type":"daily","interval":`+string(rune('1'+i%9))+`},"range":{"type":"noEnd","startDate":"2026-03-02"}}}`)
		case 3:
			f.do(t, "DELETE", "/me/events/"+id, "")
		}
		for link != "" {
			page := f.get(t, link, "Prefer", "odata.maxpagesize=7")
			for _, v := range page["value"].([]any) {
				e := v.(map[string]any)
				held[e["id"].(string)] = e["@removed"] == nil
			}
			if next, ok := page["@odata.deltaLink"].(string); ok {
				link = next
				break
			}
			link, _ = page["@odata.nextLink"].(string)
		}
		now := map[string]bool{}
		for _, v := range f.get(t, "/me/calendarView"+march+"&$top=1000")["value"].([]any) {
			now[v.(map[string]any)["id"].(string)] = true
		}
		for id, there := range held {
			if there != now[id] {
				t.Fatalf("step %d: the copy says %v of %s, the calendar says %v", i, there, id, now[id])
			}
		}
		for id := range now {
			if !held[id] {
				t.Fatalf("step %d: the copy lacks %s", i, id)
			}
		}
	}
}
