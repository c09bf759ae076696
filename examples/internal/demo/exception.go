package demo

import (
	"time"

	"github.com/m365go/sdk/m365graph/graphtest"
)

// except puts an exception into its series. Without one, which is how somebody who
// is invited to a single meeting of a series gets it, it is an event of its own.
func (d *diary) except(e *entry, zone string) {
	event := d.event(e, zone)
	if event == nil {
		return
	}
	event.Recurrence, event.Cancelled = nil, nil
	master := d.series[text(e.c, "UID")]
	if master == nil || master.event == nil || master.event.Recurrence == nil {
		e.event = event
		return
	}
	id, _ := property(e.c, "RECURRENCE-ID")
	c := clock{names: e.names, local: zone}
	at, _, err := c.values(id)
	if err != nil || len(at) != 1 {
		d.tell(e, "left out: RECURRENCE-ID names no occurrence: %v", err)
		return
	}
	if parameter(id, "RANGE") != "" {
		d.tell(e, "one occurrence is changed, not all that follow, as Graph cannot")
	}
	series := master.event
	start := startOf(series, at[0])
	for _, x := range series.Exceptions {
		if x.OriginalStart.Equal(start) {
			d.tell(e, "left out: the occurrence was changed before")
			return
		}
	}
	e.used = true
	if event.IsCancelled {
		series.Cancelled = append(series.Cancelled, start)
		return
	}
	event.OriginalStart = start
	series.Exceptions = append(series.Exceptions, event)
}

// startOf is when the occurrence that s names begins: where s is only a date, at
// the hour of the series.
func startOf(series *graphtest.Event, s stamp) time.Time {
	if s.date && !series.IsAllDay {
		if first, err := time.Parse("2006-01-02T15:04:05", series.Start.DateTime); err == nil {
			y, m, d := s.wall.Date()
			s.wall = time.Date(y, m, d, first.Hour(), first.Minute(), first.Second(), 0, time.UTC)
			if in, err := s.in(series.Start.TimeZone); err == nil {
				s = in
			}
		}
	}
	return s.instant()
}
