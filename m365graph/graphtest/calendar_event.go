package graphtest

import (
	"encoding/base64"
	"encoding/binary"
	"strconv"
	"time"

	"github.com/m365go/sdk/m365graph/internal/recurrence"
)

// eventState is an event as it is now: a single one, the master of a series, or an exception.
type eventState struct {
	Event    // without Exceptions and Cancelled
	calendar *calendarState

	start, end moment
	places     []place

	series     *recurrence.Series             // of a master
	exceptions map[recurrence.Day]*eventState // of a master
	cancelled  map[recurrence.Day]bool        // of a master

	master *eventState    // of an exception
	day    recurrence.Day // of an exception: which occurrence it stands for

	allowProposals, hideAttendees, wantsResponse bool

	answered  time.Time           // when the owner gave the answer
	busyAs    string              // of an invitation: what the organizer shows it as
	proposals map[string]timeSlot // of an organizer's meeting, by lower-cased address

	properties []extendedProperty

	posted  string // digest of the request that made it
	version int    // counts changes
}

// timeSlot is https://learn.microsoft.com/graph/api/resources/timeslot.
type timeSlot struct{ start, end moment }

// moment is a time as an organizer meant it: by the clock of a zone.
type moment struct {
	recurrence.Wall
	loc  *time.Location
	zone string // its name, as it was given
}

func (m moment) time() time.Time { return m.In(m.loc) }

// shownIn is what a clock in loc shows then. In its own zone that is what was given, even a midnight that was skipped.
func (m moment) shownIn(loc *time.Location) recurrence.Wall {
	if m.loc.String() == loc.String() {
		return m.Wall
	}
	return recurrence.WallOf(m.time().In(loc))
}

// place is where an event happens.
type place struct {
	DisplayName          string
	LocationEmailAddress string
	LocationURI          string
	Address, Coordinates []byte // JSON as it was given; nil: none
}

// Validate tells why [New] would refuse the event, or an exception of it: a time or zone that cannot be read, an end before
// the start, an all-day event that does not run from midnight to midnight, a recurrence that Outlook could not keep. Whoever
// loads events of unknown quality asks first, and leaves out what Outlook could not hold either.
func (e *Event) Validate() error {
	_, err := loadEvent(&calendarState{owner: &userState{}}, e, e.ID, time.Time{})
	return err
}

// newEventState copies an event. It is not usable before settle.
func newEventState(cal *calendarState, given *Event, now time.Time) *eventState {
	e := &eventState{Event: *given, calendar: cal, allowProposals: true, wantsResponse: true}
	e.Exceptions, e.Cancelled = nil, nil
	if given.Location != "" {
		e.places = []place{{DisplayName: given.Location}}
	}
	if e.CreatedDateTime.IsZero() {
		e.CreatedDateTime = now
	}
	if e.LastModifiedDateTime.IsZero() {
		e.LastModifiedDateTime = e.CreatedDateTime
	}
	return e
}

// settle works out times and recurrence from the Event's own words, and refuses what Outlook would. Exceptions and
// cancelled occurrences are forgotten, since another rule counts other days.
func (e *eventState) settle() (err error) {
	if e.start, err = parseMoment(e.Start); err != nil {
		return err
	}
	if e.end, err = parseMoment(e.End); err != nil {
		return err
	}
	if e.end.time().Before(e.start.time()) {
		return refuse(codePropertyInvalid, "At least one property failed validation. The end lies before the start.")
	}
	if e.IsAllDay {
		if err := e.settleAllDay(); err != nil {
			return err
		}
	}
	if e.end.time().Sub(e.start.time()) > maxWindow {
		return failf(codeInvalidRequest, "Your request can't be completed. The event is longer than %d days.", maxWindowDays)
	}
	e.series, e.exceptions, e.cancelled = nil, map[recurrence.Day]*eventState{}, map[recurrence.Day]bool{}
	if e.Recurrence == nil {
		return nil
	}
	return e.settleSeries()
}

// settleAllDay holds Outlook's rules of all-day events.
func (e *eventState) settleAllDay() error {
	switch {
	case e.start.Clock != 0:
		return failf(codeInvalidRequest, "Your request can't be completed. The Event.Start property for an all-day event needs to be set to midnight.")
	case e.end.Clock != 0:
		return failf(codeInvalidRequest, "Your request can't be completed. The Event.End property for an all-day event needs to be set to midnight.")
	}
	if e.start.loc.String() != e.end.loc.String() {
		return failf(codeInvalidRequest, "Your request can't be completed. The start and end time zones of an all-day event must be the same.")
	}
	if e.end.Day == e.start.Day {
		return failf(codeInvalidRequest, "Your request can't be completed. The duration of an event marked as All day must be at least 24 hours.")
	}
	return nil
}

// settleSeries lays the recurrence over the clock of its zone: the one of the start, or the one of the range where the
// start was only written in UTC, as it is in Graph's own answers.
func (e *eventState) settleSeries() error {
	loc := e.start.loc
	if name := e.Recurrence.Range.RecurrenceTimeZone; name != "" {
		zone, err := loadZone(name)
		if err != nil {
			return err
		}
		if loc == time.UTC && !e.IsAllDay {
			loc = zone
		}
	}
	begin, end := e.start.shownIn(loc), e.end.shownIn(loc)
	r, err := recurrence.New(recurrence.Pattern(e.Recurrence.Pattern), recurrence.Range(e.Recurrence.Range), begin.Day)
	if err != nil {
		return failf(codeInvalidRequest, "Your request can't be completed. The recurrence is invalid: %s.", err)
	}
	length := end.Sub(begin)
	if length > time.Duration(min(r.Gap(), maxWindowDays))*recurrence.DayLength {
		return refuse(codeSpanTooBig, "Your request can't be completed. The duration of an occurrence must be less than its frequency.")
	}
	e.series = &recurrence.Series{Rule: r, Loc: loc, Begin: begin.Clock, End: begin.Clock + length}
	return nil
}

// touch notes a change.
func (e *eventState) touch(now time.Time) {
	e.version++
	e.LastModifiedDateTime = now
}

// changeKey names a state of an event.
func (e *eventState) changeKey() string {
	return base64.StdEncoding.EncodeToString(digest("change key", e.ID, strconv.Itoa(e.version))[:18])
}

// dayOf tells which occurrence an original start means.
func (e *eventState) dayOf(at time.Time) recurrence.Day {
	return recurrence.WallOf(at.In(e.series.Loc)).Day
}

// occurrencePrefix begins the bytes of each occurrence id, as outlookID's begin with others.
var occurrencePrefix = string([]byte{0, 9, 0x34})

// occurrenceID names an occurrence. It says all there is to know, so that no table of occurrences is needed.
func occurrenceID(masterID string, d recurrence.Day) string {
	b := binary.BigEndian.AppendUint32([]byte(occurrencePrefix), uint32(int32(d)))
	return base64.URLEncoding.EncodeToString(append(b, masterID...))
}

func parseOccurrenceID(id string) (masterID string, d recurrence.Day, ok bool) {
	b, err := base64.URLEncoding.DecodeString(id)
	head := len(occurrencePrefix)
	if err != nil || len(b) < head+4 || string(b[:head]) != occurrencePrefix {
		return "", 0, false
	}
	return string(b[head+4:]), recurrence.Day(int32(binary.BigEndian.Uint32(b[head:]))), true
}
