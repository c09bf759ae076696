package graphtest

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/m365go/sdk/m365graph/internal/recurrence"
)

// calendarStore is what a person has in calendars.
type calendarStore struct {
	owner     *userState
	calendars []*calendarState       // the first one is the default
	groups    []*calendarGroup       // the first one holds what the tenant has
	events    map[string]*eventState // single events, masters and exceptions with ids of their own
	created   int                    // how many events requests have made

	reminders map[string]reminderState // by the id of an event or occurrence, where they were put off

	// past are the rules that a series no longer follows, by id: delta rounds
	// tell that their occurrences are gone. A nil one stands for a time as a
	// single event.
	past map[string][]*recurrence.Series
}

// calendarState is a calendar as it is now.
type calendarState struct {
	Calendar // without Events
	owner    *userState
	group    *calendarGroup
	events   []*eventState // single events and masters, oldest first
	version  int           // counts changes
}

func newCalendarStore(u *userState, now time.Time) (*calendarStore, error) {
	s := &calendarStore{owner: u, events: map[string]*eventState{}, past: map[string][]*recurrence.Series{}, reminders: map[string]reminderState{}}
	s.groups = newCalendarGroups(u)
	calendars := u.Calendars
	if len(calendars) == 0 {
		calendars = []*Calendar{{}}
	}
	for i, given := range calendars {
		cal := &calendarState{Calendar: *given, owner: u, group: s.groups[0]}
		cal.Events = nil
		if cal.ID == "" {
			cal.ID = outlookID("calendar", u.ID, i)
		}
		if cal.Name == "" {
			cal.Name = "Calendar"
		}
		if err := cal.settlePermissions(); err != nil {
			return nil, fmt.Errorf("calendar %q: %w", cal.Name, err)
		}
		if s.calendar(cal.ID) != nil {
			return nil, fmt.Errorf("calendar %q: there are two with id %s", cal.Name, cal.ID)
		}
		s.calendars = append(s.calendars, cal)
		for j, e := range given.Events {
			if err := s.load(cal, e, outlookID("event", u.ID, i, j), now); err != nil {
				return nil, fmt.Errorf("calendar %q, event %q: %w", cal.Name, e.Subject, err)
			}
		}
	}
	return s, nil
}

// load takes over an event of the tenant.
func (s *calendarStore) load(cal *calendarState, given *Event, id string, now time.Time) error {
	e, err := loadEvent(cal, given, id, now)
	if err != nil {
		return err
	}
	for _, x := range append([]*eventState{e}, slices.Collect(maps.Values(e.exceptions))...) {
		if s.events[x.ID] != nil {
			return fmt.Errorf("there are two with id %s", x.ID)
		}
		s.events[x.ID] = x
	}
	s.add(e)
	return nil
}

// loadEvent makes an event of the tenant, and its exceptions, ready. The id is for one that has none.
func loadEvent(cal *calendarState, given *Event, id string, now time.Time) (*eventState, error) {
	e := newEventState(cal, given, now)
	if e.ID == "" {
		e.ID = id
	}
	e.settleAttachments()
	if err := e.settle(); err != nil {
		return nil, err
	}
	if e.series == nil {
		if len(given.Exceptions) > 0 || len(given.Cancelled) > 0 {
			return nil, errors.New("it has exceptions or cancelled occurrences, and no recurrence")
		}
		return e, nil
	}
	for _, at := range given.Cancelled {
		e.cancelled[e.dayOf(at)] = true
	}
	for i, x := range given.Exceptions {
		exception := newEventState(cal, x, now)
		exception.Recurrence = nil
		exception.master, exception.day = e, e.dayOf(x.OriginalStart)
		if exception.ID == "" {
			exception.ID = occurrenceID(e.ID, exception.day)
		}
		exception.settleAttachments()
		if err := exception.settle(); err != nil {
			return nil, fmt.Errorf("exception %d: %w", i, err)
		}
		if e.exceptions[exception.day] != nil {
			return nil, fmt.Errorf("exception %d: there are two for one occurrence", i)
		}
		e.exceptions[exception.day] = exception
	}
	return e, nil
}

func (s *calendarStore) add(e *eventState) {
	s.events[e.ID] = e
	e.calendar.events = append(e.calendar.events, e)
}

// remove takes a single event or a whole series out.
func (s *calendarStore) remove(e *eventState) {
	delete(s.events, e.ID)
	s.retire(e)
	s.record(e.calendar, e.ID, itemDeleted)
	for _, x := range e.exceptions {
		s.drop(x)
	}
	e.calendar.events = slices.DeleteFunc(e.calendar.events, func(o *eventState) bool { return o == e })
}

// drop takes out an exception whose series ends or changes its rule.
func (s *calendarStore) drop(x *eventState) {
	delete(s.events, x.ID)
	s.record(x.calendar, x.ID, itemDeleted)
}

// retire notes that the rule of an event holds no more.
func (s *calendarStore) retire(e *eventState) {
	s.past[e.ID] = append(s.past[e.ID], e.series)
}

// record notes what became of an event, among all of the person's and in its calendar.
func (s *calendarStore) record(cal *calendarState, id string, kind changeKind) {
	j := &s.owner.tenant.journal
	j.record("users/"+s.owner.ID+"/events", id, kind)
	j.record(cal.collection(), id, kind)
}

// collection is the calendar's own part of the journal.
func (cal *calendarState) collection() string {
	return "users/" + cal.owner.ID + "/calendars/" + cal.ID + "/events"
}

// calendar finds one by id; nil if there is none.
func (s *calendarStore) calendar(id string) *calendarState {
	for _, cal := range s.calendars {
		if cal.ID == id {
			return cal
		}
	}
	return nil
}

// find gives what an id means: a single event, a master, an exception, or an occurrence that only the rule of its master
// knows.
func (s *calendarStore) find(id string) (view *eventView, ok bool) {
	if e := s.events[id]; e != nil {
		return e.view(), true
	}
	masterID, d, ok := parseOccurrenceID(id)
	master := s.events[masterID]
	if !ok || master == nil || master.series == nil || master.cancelled[d] {
		return nil, false
	}
	if x := master.exceptions[d]; x != nil {
		return x.view(), true
	}
	if !master.series.Has(d) {
		return nil, false
	}
	return master.occurrence(master.series.At(d)), true
}

// between lists what happens within a window, by start: single events, occurrences and exceptions.
func (cal *calendarState) between(from, to time.Time) []*eventView {
	var views []*eventView
	for _, e := range cal.events {
		views = append(views, e.between(from, to)...)
	}
	return sortByStart(views)
}

func sortByStart(views []*eventView) []*eventView {
	slices.SortStableFunc(views, func(a, b *eventView) int {
		if order := a.start.Compare(b.start); order != 0 {
			return order
		}
		if order := a.end.Compare(b.end); order != 0 {
			return order
		}
		return strings.Compare(a.id, b.id) // exceptions come from a map
	})
	return views
}

// ownsAddress tells whether a person is the one that an address names; an empty one names the owner.
func (cal *calendarState) ownsAddress(address string) bool {
	return address == "" || cal.owner.has(address)
}
