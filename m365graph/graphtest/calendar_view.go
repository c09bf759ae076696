package graphtest

import (
	"time"

	"github.com/m365go/sdk/m365graph/internal/recurrence"
)

// eventView is an event as a reader meets it: a single one, a master, an exception, or one occurrence of a master.
type eventView struct {
	*eventState
	id         string
	kind       string // singleInstance, seriesMaster, occurrence or exception
	start, end time.Time
	zone       *answerZone
	open       bool // nothing is kept back
}

// view shows an event itself.
func (e *eventState) view() *eventView {
	v := &eventView{eventState: e, id: e.ID, kind: "singleInstance", start: e.start.time(), end: e.end.time()}
	switch {
	case e.master != nil:
		v.kind = "exception"
	case e.series != nil:
		v.kind = "seriesMaster"
	}
	return v
}

// occurrence shows one meeting of a master.
func (e *eventState) occurrence(o recurrence.Occurrence) *eventView {
	return &eventView{eventState: e, id: occurrenceID(e.ID, o.Day), kind: "occurrence", start: o.Start, end: o.End}
}

// between lists what an event puts into a window. An exception counts with its own time, wherever the rule had it.
func (e *eventState) between(from, to time.Time) []*eventView {
	if e.series == nil {
		if v := e.view(); recurrence.Overlaps(v.start, v.end, from, to) {
			return []*eventView{v}
		}
		return nil
	}
	var views []*eventView
	for o := range e.series.Between(from, to) {
		if !e.cancelled[o.Day] && e.exceptions[o.Day] == nil {
			views = append(views, e.occurrence(o))
		}
	}
	for _, x := range e.exceptions {
		if v := x.view(); !e.cancelled[x.day] && recurrence.Overlaps(v.start, v.end, from, to) {
			views = append(views, v)
		}
	}
	return views
}

// startDay and endDay are the dates of an all-day event, by its own calendar.
func (v *eventView) startDay() recurrence.Day { return recurrence.WallOf(v.start.In(v.clock())).Day }

func (v *eventView) endDay() recurrence.Day { return recurrence.WallOf(v.end.In(v.clock())).Day }

// clock is the zone that an event lives by.
func (v *eventView) clock() *time.Location {
	if v.kind == "occurrence" {
		return v.series.Loc
	}
	return v.eventState.start.loc
}

// originalStart is when the rule of the series had an occurrence.
func (v *eventView) originalStart() any {
	switch v.kind {
	case "occurrence":
		return v.start
	case "exception":
		return v.master.series.At(v.day).Start
	}
	return nil
}

// masterID is the series that an occurrence or exception belongs to; nil for others.
func (v *eventView) masterID() any {
	switch v.kind {
	case "occurrence":
		return v.ID
	case "exception":
		return v.master.ID
	}
	return nil
}
