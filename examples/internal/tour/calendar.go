package tour

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/m365go/sdk/m365graph"
	"github.com/m365go/sdk/m365graph/calendar"
)

const days = 7

// week shows what takes place in the next days, in all calendars.
func (t *Tour) week(ctx context.Context) error {
	t.out.section("The next seven days")
	now := time.Now()
	var events []calendar.Event
	for info, err := range t.calendar.Calendars(ctx) {
		if err != nil {
			return fmt.Errorf("calendars: %w", err)
		}
		view := t.calendar.Calendar(info.ID).View(ctx, now, now.AddDate(0, 0, days), &calendar.ViewOptions{TimeZone: t.zone.String()})
		for e, err := range view {
			if err != nil {
				return fmt.Errorf("calendar %q: %w", info.Name, err)
			}
			events = append(events, e)
		}
	}
	// All in one zone, so their texts sort as their times do.
	slices.SortStableFunc(events, func(a, b calendar.Event) int { return strings.Compare(a.Start.DateTime, b.Start.DateTime) })
	rows := make([][]string, len(events))
	for i, e := range events {
		row, err := eventRow(e)
		if err != nil {
			return err
		}
		rows[i] = row
	}
	return t.out.table([]string{"when", "what", "repeats", "where"}, rows)
}

// readZone finds the mailbox's own zone, which all times are shown in; UTC where
// the permission to ask for it is missing.
func (t *Tour) readZone(ctx context.Context) error {
	name, err := t.calendar.TimeZone(ctx)
	if errors.Is(err, m365graph.ErrForbidden) {
		t.out.line("Times are in UTC; grant MailboxSettings.Read to see them in the mailbox's zone.")
		return nil
	}
	if err != nil {
		return fmt.Errorf("the mailbox's time zone: %w", err)
	}
	if t.zone, err = m365graph.LoadLocation(name); err != nil {
		return err
	}
	t.out.line("Times are in the mailbox's zone, %s.", name)
	return nil
}

func eventRow(e calendar.Event) ([]string, error) {
	start, err := e.Start.Time()
	if err != nil {
		return nil, err
	}
	end, err := e.End.Time()
	if err != nil {
		return nil, err
	}
	where := ""
	if e.Location != nil {
		where = e.Location.DisplayName
	}
	repeats := map[string]string{"occurrence": "yes", "exception": "yes, changed"}[e.Type]
	return []string{span(start, end, e.IsAllDay), e.Subject, repeats, where}, nil
}

// span writes from when to when, with the day of the end where it is another.
func span(start, end time.Time, allDay bool) string {
	const day, hour = "Mon 02 Jan", "15:04"
	last := end
	if allDay {
		last = end.AddDate(0, 0, -1) // the end is the midnight after
	}
	oneDay := start.Format(time.DateOnly) == last.Format(time.DateOnly)
	switch {
	case allDay && oneDay:
		return start.Format(day) + " all day"
	case allDay:
		return start.Format(day) + " to " + last.Format(day)
	case oneDay || end.Sub(start) < 24*time.Hour:
		return start.Format(day+" "+hour) + "–" + end.Format(hour)
	}
	return start.Format(day+" "+hour) + " to " + end.Format(day)
}
