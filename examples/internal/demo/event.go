package demo

import (
	"errors"
	"fmt"
	"strings"
	"time"

	ics "github.com/arran4/golang-ical"

	"github.com/m365go/sdk/m365graph/graphtest"
)

// eventReader turns a VEVENT into an event of Graph, and collects what Graph has
// no place for.
type eventReader struct {
	c     ics.Component
	clock clock
	owner string // address
	lost  []string
}

func (r *eventReader) lose(format string, args ...any) {
	r.lost = append(r.lost, fmt.Sprintf(format, args...))
}

// event reads all of it. Its error is for an event that has no time.
func (r *eventReader) event() (*graphtest.Event, error) {
	e := &graphtest.Event{
		Subject:     line(text(r.c, "SUMMARY")),
		Location:    line(text(r.c, "LOCATION")),
		Body:        r.body(),
		ICalUID:     text(r.c, "UID"),
		IsCancelled: keyword(r.c, "STATUS") == "CANCELLED",
		Importance:  r.importance(),
		Sensitivity: map[string]string{"PRIVATE": "private", "CONFIDENTIAL": "confidential"}[keyword(r.c, "CLASS")],
		ShowAs:      r.showAs(),
	}
	start, err := r.times(e)
	if err != nil {
		return nil, err
	}
	r.people(e)
	r.reminder(e)
	for _, p := range properties(r.c, "CATEGORIES") {
		for name := range strings.SplitSeq(p.Value, ",") {
			if name = line(name); name != "" {
				e.Categories = append(e.Categories, name)
			}
		}
	}
	for _, name := range []string{"X-MICROSOFT-SKYPETEAMSMEETINGURL", "X-GOOGLE-CONFERENCE"} {
		if e.OnlineMeeting == "" {
			e.OnlineMeeting = text(r.c, name)
		}
	}
	e.CreatedDateTime, e.LastModifiedDateTime = r.moment("CREATED", "DTSTAMP"), r.moment("LAST-MODIFIED", "DTSTAMP")
	r.repeat(e, start)
	return e, nil
}

func (r *eventReader) body() graphtest.Body {
	if html := text(r.c, "X-ALT-DESC"); html != "" {
		return graphtest.Body{ContentType: "html", Content: html}
	}
	return graphtest.Body{ContentType: "text", Content: text(r.c, "DESCRIPTION")}
}

// moment is the first of some properties that says a moment.
func (r *eventReader) moment(names ...string) time.Time {
	for _, name := range names {
		p, _ := property(r.c, name)
		if list, _, err := r.clock.values(p); err == nil {
			return list[0].instant().UTC()
		}
	}
	return time.Time{}
}

// stamp reads a property that is one time.
func (r *eventReader) stamp(name string) (stamp, bool, error) {
	p, ok := property(r.c, name)
	if !ok {
		return stamp{}, false, nil
	}
	list, unknown, err := r.clock.values(p)
	if err != nil {
		return stamp{}, true, fmt.Errorf("%s: %w", name, err)
	}
	if unknown != "" {
		r.lose("the time zone %q is unknown and the file does not define it as one that is; %s is taken in %s", unknown, name, list[0].zone)
	}
	return list[0], true, nil
}

// times sets when the event begins and ends.
func (r *eventReader) times(e *graphtest.Event) (stamp, error) {
	start, ok, err := r.stamp("DTSTART")
	if err != nil {
		return start, err
	}
	if !ok {
		return start, errors.New("DTSTART is missing")
	}
	end, ok, err := r.stamp("DTEND")
	switch {
	case err != nil:
		r.lose("%v", err)
		end = start
	case !ok:
		end = r.end(start)
	case end.date != start.date:
		r.lose("DTEND is not of the kind of DTSTART")
		end = start
	case end.instant().Before(start.instant()):
		r.lose("DTEND lies before DTSTART")
		end = start
	}
	if start.date {
		end.zone, end.loc = start.zone, start.loc
		if !end.wall.After(start.wall) {
			end.wall = start.wall.AddDate(0, 0, 1) // some programs name the last day
		}
	}
	e.IsAllDay, e.Start, e.End = start.date, start.graph(), end.graph()
	return start, nil
}

// end is where an event without DTEND ends.
func (r *eventReader) end(start stamp) stamp {
	v := text(r.c, "DURATION")
	if v == "" {
		return start
	}
	days, rest, err := parseDuration(v)
	if err == nil && (days < 0 || rest < 0) {
		err = fmt.Errorf("%q is negative", v)
	}
	if err != nil {
		r.lose("DURATION: %v", err)
		return start
	}
	end := start
	end.wall = start.wall.AddDate(0, 0, days)
	if !start.date {
		// Hours are true hours, also in the night that the clocks change.
		local := end.instant().Add(rest)
		_, offset := local.Zone()
		end.wall = local.UTC().Add(time.Duration(offset) * time.Second)
	}
	return end
}

// repeat makes a series of the event, if it is one that Graph can have.
func (r *eventReader) repeat(e *graphtest.Event, start stamp) {
	rules := properties(r.c, "RRULE")
	if len(properties(r.c, "RDATE")) > 0 {
		r.lose("a series in Graph has no dates beside its rule; those of RDATE are left out")
	}
	if len(rules) == 0 {
		return
	}
	rule, err := parseRRule(rules[0].Value)
	if err != nil {
		r.lose("RRULE: %v; the event is a single one", err)
		return
	}
	rec, note, err := rule.recurrence(start)
	switch {
	case len(rules) > 1:
		err = errors.New("a series in Graph has one rule, not several")
	case len(properties(r.c, "EXRULE")) > 0:
		err = errors.New("a series in Graph has no EXRULE")
	}
	if err != nil {
		r.lose("RRULE: %v; the event is a single one", err)
		return
	}
	if note != "" {
		r.lose("RRULE: %s", note)
	}
	e.Recurrence = rec
	for _, p := range properties(r.c, "EXDATE") {
		list, _, err := r.clock.values(p)
		if err != nil {
			r.lose("EXDATE: %v", err)
		}
		for _, s := range list {
			e.Cancelled = append(e.Cancelled, startOf(e, s))
		}
	}
}

func (r *eventReader) importance() string {
	switch keyword(r.c, "PRIORITY") {
	case "1", "2", "3", "4":
		return "high"
	case "6", "7", "8", "9":
		return "low"
	}
	return ""
}

func (r *eventReader) showAs() string {
	switch keyword(r.c, "X-MICROSOFT-CDO-BUSYSTATUS") {
	case "FREE":
		return "free"
	case "TENTATIVE":
		return "tentative"
	case "OOF":
		return "oof"
	case "WORKINGELSEWHERE":
		return "workingElsewhere"
	}
	switch {
	case keyword(r.c, "TRANSP") == "TRANSPARENT":
		return "free"
	case keyword(r.c, "STATUS") == "TENTATIVE":
		return "tentative"
	}
	return ""
}

// reminder takes the first alarm that rings before the start. Graph has one.
func (r *eventReader) reminder(e *graphtest.Event) {
	for _, sub := range r.c.SubComponents() {
		p, ok := property(sub, "TRIGGER")
		if _, alarm := sub.(*ics.VAlarm); !ok || !alarm || strings.EqualFold(parameter(p, "RELATED"), "END") {
			continue
		}
		days, rest, err := parseDuration(strings.TrimSpace(p.Value))
		if before := -(time.Duration(days)*24*time.Hour + rest); err == nil && before >= 0 {
			e.IsReminderOn, e.ReminderMinutes = true, int(before/time.Minute)
			return
		}
	}
}
