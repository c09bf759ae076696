package tour

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/m365go/sdk/m365graph"
	"github.com/m365go/sdk/m365graph/calendar"
)

const days = 7

// week shows what takes place in the next days.
func (t *Tour) week(ctx context.Context) error {
	t.out.section("The next seven days")
	now := time.Now()
	var rows [][]string
	for e, err := range t.calendar.View(ctx, now, now.AddDate(0, 0, days), &calendar.ViewOptions{TimeZone: t.zone.String()}) {
		if err != nil {
			return fmt.Errorf("calendar: %w", err)
		}
		row, err := eventRow(e)
		if err != nil {
			return err
		}
		rows = append(rows, row)
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
	span := start.Format("Mon 02 Jan 15:04") + "–" + end.Format("15:04")
	if e.IsAllDay {
		span = start.Format("Mon 02 Jan") + " all day"
		if last := end.AddDate(0, 0, -1); last.After(start) {
			span = start.Format("Mon 02 Jan") + "–" + last.Format("Mon 02 Jan")
		}
	}
	where := ""
	if e.Location != nil {
		where = e.Location.DisplayName
	}
	repeats := map[string]string{"occurrence": "yes", "exception": "yes, changed"}[e.Type]
	return []string{span, e.Subject, repeats, where}, nil
}
