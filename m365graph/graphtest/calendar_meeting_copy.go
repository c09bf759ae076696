package graphtest

import (
	"maps"
	"slices"
	"time"

	"github.com/m365go/sdk/m365graph/internal/recurrence"
)

// byUID finds a single event or a master that calendars share; nil if there is none.
func (s *calendarStore) byUID(uid string) *eventState {
	for _, e := range s.events {
		if e.ICalUID == uid && e.master == nil {
			return e
		}
	}
	return nil
}

// eventRef names an event, or an occurrence of one, in whatever calendar.
type eventRef struct {
	uid string          // of the event or the whole series
	own string          // of the occurrence alone, which is how somebody has it who is asked to nothing else
	day *recurrence.Day // of the occurrence; nil: it is about the whole
}

func (v *eventView) ref() eventRef {
	ref := eventRef{uid: v.rootUID(), own: v.uid()}
	switch v.kind {
	case "occurrence":
		d := v.dayOf(v.start)
		ref.day = &d
	case "exception":
		d := v.day
		ref.day = &d
	}
	return ref
}

// counterpart finds in this calendar what another one shows.
func (s *calendarStore) counterpart(ref eventRef) (*eventView, bool) {
	e := s.byUID(ref.uid)
	switch {
	case e == nil:
		e = s.byUID(ref.own)
	case e.series != nil && ref.day != nil:
		return s.find(occurrenceID(e.ID, *ref.day))
	}
	if e == nil {
		return nil, false
	}
	return e.view(), true
}

// mirror makes the attendee's copy equal to the organizer's meeting, save for what is the attendee's own.
func (s *calendarStore) mirror(e *eventState, ask bool, now time.Time) *eventState {
	fresh := e.copyFor(s)
	old, ok := s.counterpart(e.view().ref())
	if !ok {
		fresh.CreatedDateTime = now
		s.created++
		fresh.ID = outlookID("event made", s.owner.ID, s.created)
		if e.master != nil {
			fresh.ICalUID, fresh.master = e.uid(), nil
		}
		s.adoptExceptions(fresh, fresh, e)
		fresh.touch(now)
		s.add(fresh)
		s.record(fresh.calendar, fresh.ID, itemCreated)
		return fresh
	}
	fresh.ID, fresh.calendar, fresh.CreatedDateTime, fresh.version = old.id, old.calendar, old.CreatedDateTime, old.version
	fresh.keepOwn(old.eventState, ask)
	switch old.kind {
	case "occurrence":
		fresh.master, fresh.day = old.eventState, s.dayOfOccurrence(old)
	case "exception":
		fresh.master, fresh.day = old.master, old.day
	default:
		fresh.master, fresh.ICalUID = nil, old.ICalUID
		s.adoptExceptions(fresh, old.eventState, e)
	}
	fresh.touch(now)
	s.replace(old, fresh)
	if old.kind == "occurrence" {
		return fresh
	}
	return old.eventState
}

// copyFor is a meeting as it comes to an attendee.
func (e *eventState) copyFor(s *calendarStore) *eventState {
	x := *e
	x.calendar = s.calendars[0]
	organizer := e.organizerOf()
	x.Organizer = &organizer
	x.ResponseStatus, x.answered = "notResponded", time.Time{}
	x.busyAs, x.ShowAs = orElse(e.ShowAs, "busy"), "tentative"
	x.Categories, x.TransactionID, x.posted, x.properties = nil, "", "", nil
	x.Attendees = slices.Clone(e.Attendees)
	if e.hideAttendees {
		x.Attendees = slices.DeleteFunc(x.Attendees, func(a Attendee) bool { return !x.calendar.ownsAddress(a.Address) })
	}
	x.proposals, x.version = nil, 0
	return &x
}

// keepOwn takes over what an attendee has said and set; a question asked anew has no answer yet.
func (e *eventState) keepOwn(old *eventState, ask bool) {
	e.Categories, e.IsReminderOn, e.ReminderMinutes, e.properties = old.Categories, old.IsReminderOn, old.ReminderMinutes, old.properties
	if !ask && !old.IsCancelled && old.ResponseStatus != "" {
		e.ResponseStatus, e.answered, e.ShowAs = old.ResponseStatus, old.answered, old.ShowAs
	}
}

// adoptExceptions gives an attendee's series, which will live at an address, the exceptions of the organizer's.
func (s *calendarStore) adoptExceptions(fresh, at, e *eventState) {
	fresh.exceptions, fresh.cancelled = nil, maps.Clone(e.cancelled)
	if e.master != nil {
		return
	}
	fresh.exceptions = make(map[recurrence.Day]*eventState, len(e.exceptions))
	if at.series == e.series {
		maps.Copy(fresh.cancelled, at.cancelled) // occurrences that the attendee declined stay so
	}
	for d, x := range e.exceptions {
		copied := x.copyFor(s)
		copied.ID, copied.calendar, copied.master = occurrenceID(fresh.ID, d), fresh.calendar, at
		if old := at.exceptions[d]; old != nil {
			copied.ID = old.ID
			copied.keepOwn(old, x.rescheduled(old))
			copied.version = old.version + 1
		}
		fresh.exceptions[d], s.events[copied.ID] = copied, copied
	}
}

// markCancelled shows an attendee that a meeting is called off; it stays in the calendar until the attendee removes it.
func (s *calendarStore) markCancelled(v *eventView, now time.Time) {
	mine, ok := s.counterpart(v.ref())
	if !ok {
		return
	}
	e := s.own(mine)
	for _, x := range e.withExceptions() {
		if !x.IsCancelled {
			x.IsCancelled, x.ShowAs, x.Subject = true, "free", "Canceled: "+x.Subject
			x.touch(now)
		}
	}
	s.record(e.calendar, e.ID, itemUpdated)
}

// own gives the state behind a view, to be changed: of an occurrence, a new exception.
func (s *calendarStore) own(v *eventView) *eventState {
	if v.kind != "occurrence" {
		return v.eventState
	}
	x := s.exceptionOf(v)
	_ = x.settle() // it is within what its series is
	s.events[x.ID], v.exceptions[x.day] = &x, &x
	return &x
}
