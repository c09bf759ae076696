package graphtest

import (
	"time"

	"github.com/m365go/sdk/m365graph/internal/prose"
	"github.com/m365go/sdk/m365graph/internal/winzone"
)

// meetingsEach is how many meetings of their own people call.
const meetingsEach = 12

// makeCalendars gives each department a weekly meeting, and people some with
// each other.
func (g *generator) makeCalendars() {
	for _, p := range g.people {
		p.Calendars = []*Calendar{{Name: "Calendar"}, {Name: "Absences", Color: "lightGreen"}}
	}
	for i, d := range g.departments {
		g.weekly(d, time.Weekday(1+i%5), 8+i%8)
	}
	for _, p := range g.people {
		for range meetingsEach {
			g.meeting(p)
		}
		off := g.now.AddDate(0, 0, 7*(1+g.IntN(12)))
		p.Calendars[1].Events = append(p.Calendars[1].Events, &Event{
			Subject: "Holiday", IsAllDay: true, ShowAs: "oof", Start: allDay(off, p.TimeZone), End: allDay(off.AddDate(0, 0, 5), p.TimeZone),
			CreatedDateTime: g.now.AddDate(0, -1, 0), LastModifiedDateTime: g.now.AddDate(0, -1, 0),
		})
	}
}

// wallTime writes a time as clocks of a zone show it.
func wallTime(day time.Time, hour, minute int, zone string) DateTimeTimeZone {
	return DateTimeTimeZone{DateTime: time.Date(day.Year(), day.Month(), day.Day(), hour, minute, 0, 0, time.UTC).Format("2006-01-02T15:04:05"), TimeZone: zone}
}

func allDay(day time.Time, zone string) DateTimeTimeZone { return wallTime(day, 0, 0, zone) }

// meeting is called by somebody who invites others.
func (g *generator) meeting(p *desk) {
	day := g.now.AddDate(0, 0, g.IntN(120)-60)
	for day.Weekday() == time.Saturday || day.Weekday() == time.Sunday {
		day = day.AddDate(0, 0, 1)
	}
	hour, length := 8+g.IntN(9), 30*(1+g.IntN(4))
	made := day.AddDate(0, 0, -10)
	if made.After(g.now) {
		made = g.now.AddDate(0, 0, -g.IntN(5))
	}
	e := Event{
		Subject: g.Title(), Body: Body{ContentType: "text", Content: g.Paragraph()}, Organizer: p.self, Location: prose.Pick(g.Writer, prose.Places),
		Start: wallTime(day, hour, 0, p.TimeZone), End: wallTime(day, hour, length, p.TimeZone), IsReminderOn: true, ReminderMinutes: 15,
		ICalUID: guid("meeting", g.tenant.ID, g.next()), CreatedDateTime: made, LastModifiedDateTime: made,
	}
	g.invite(&e, p, g.others(p, g.IntN(5)))
}

// answers are what people say to an invitation.
var answers = []string{"accepted", "accepted", "tentativelyAccepted", "declined", "notResponded"}

// invite puts a meeting into the calendars of all who are in it.
func (g *generator) invite(e *Event, organizer *desk, people []*desk) {
	said := make([]string, len(people))
	for i, p := range people {
		said[i] = prose.Pick(g.Writer, answers)
		e.Attendees = append(e.Attendees, Attendee{Recipient: *p.self, Response: said[i], Time: e.LastModifiedDateTime})
	}
	own := *e
	own.ResponseStatus = "organizer"
	organizer.Calendars[0].Events = append(organizer.Calendars[0].Events, &own)
	for i, p := range people {
		if said[i] == "declined" {
			continue
		}
		theirs := *e
		theirs.ResponseStatus = said[i]
		p.Calendars[0].Events = append(p.Calendars[0].Events, &theirs)
	}
}

// weekly is the meeting of a department, in a series of half a year around
// now: one occurrence was moved and one cancelled.
func (g *generator) weekly(d *department, on time.Weekday, hour int) {
	lead := d.people[0]
	first := g.now.AddDate(0, -3, 0)
	for first.Weekday() != on {
		first = first.AddDate(0, 0, 1)
	}
	start := func(week int) time.Time { return inZone(first.AddDate(0, 0, 7*week), hour, lead.TimeZone) }
	made := first.AddDate(0, 0, -7)
	e := Event{
		Subject: d.name + " weekly", Body: Body{ContentType: "text", Content: g.Paragraph()}, Organizer: lead.self, Location: lead.OfficeLocation,
		Start: wallTime(first, hour, 0, lead.TimeZone), End: wallTime(first, hour, 45, lead.TimeZone), ICalUID: guid("series", g.tenant.ID, d.name),
		Recurrence: &PatternedRecurrence{
			Pattern: RecurrencePattern{Type: "weekly", Interval: 1, DaysOfWeek: []string{weekday(on)}},
			Range:   RecurrenceRange{Type: "numbered", StartDate: first.Format(time.DateOnly), NumberOfOccurrences: 26, RecurrenceTimeZone: lead.TimeZone},
		},
		Cancelled: []time.Time{start(4)}, CreatedDateTime: made, LastModifiedDateTime: made,
	}
	moved := first.AddDate(0, 0, 7*9)
	e.Exceptions = []*Event{{
		Subject: e.Subject + ", later", Body: e.Body, Organizer: e.Organizer, Location: e.Location, OriginalStart: start(9),
		Start: wallTime(moved, hour+1, 0, lead.TimeZone), End: wallTime(moved, hour+1, 45, lead.TimeZone), CreatedDateTime: made, LastModifiedDateTime: made,
	}}
	g.invite(&e, lead, d.people[1:min(len(d.people), 12)])
}

func weekday(d time.Weekday) string {
	return []string{"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"}[d]
}

// inZone is the time at which clocks of a zone show an hour of a day.
func inZone(day time.Time, hour int, zone string) time.Time {
	loc, err := winzone.Load(zone)
	if err != nil {
		loc = time.UTC
	}
	return time.Date(day.Year(), day.Month(), day.Day(), hour, 0, 0, 0, loc).UTC()
}
