package graphtest

import (
	"slices"
	"time"

	"github.com/m365go/sdk/m365graph/internal/recurrence"
)

// deltaEventOptions are what rounds of events take: the page's size comes by
// Prefer, and no option narrows them.
const deltaEventOptions = optSkipToken | optDeltaToken

// eventDeltaSchema is the little that rounds over all events tell of each.
var eventDeltaSchema = &schema[*eventView]{
	name: "event", page: 10, maxPage: 1000, etag: eventSchema.etag, annotate: eventType,
	props: []property[*eventView]{
		{name: "id", typ: "Edm.String", get: func(_ *call, v *eventView) any { return v.id }},
		{name: "type", typ: "eventType", get: func(_ *call, v *eventView) any { return v.kind }},
		{name: "start", typ: "dateTimeTimeZone", get: func(_ *call, v *eventView) any { return v.shown(v.start, v.startDay) }},
		{name: "end", typ: "dateTimeTimeZone", get: func(_ *call, v *eventView) any { return v.shown(v.end, v.endDay) }},
	},
}

// viewDeltaSchema is eventSchema as rounds over a view show it.
var viewDeltaSchema = &schema[*eventView]{
	name: "event", page: 10, maxPage: 1000, etag: eventSchema.etag, annotate: eventType, keep: eventSchema.keep, props: eventSchema.props,
}

// eventType says what the members of a mixed collection are.
func eventType(*eventView) object { return object{{"@odata.type", "#microsoft.graph.event"}} }

// deltaCalendarView tells what changed between two times, occurrence by occurrence.
func deltaCalendarView(c *call) (*reply, error) {
	cal, err := calendarOf(c)
	if err != nil {
		return nil, err
	}
	zone, err := calendarZone(c)
	if err != nil {
		return nil, err
	}
	c.applyOutlook()
	store := cal.owner.calendar
	t := tracked[*eventView]{collection: cal.collection(), dialect: outlookDelta}
	t.listing = listing[*eventView]{schema: viewDeltaSchema, context: "Collection(event)"}
	var from, to time.Time
	t.check = func(c *call, _ *query) (err error) { // by now the options of the first request are back
		from, to, err = window(c)
		return err
	}
	t.first = func() []string { return viewIDs(cal.between(from, to)) }
	t.spread = func(changes []change) []string { return store.instancesOf(changes, from, to) }
	t.find = func(id string) (*eventView, bool) {
		v, ok := store.find(id)
		if !ok || v.calendar != cal || v.kind == "seriesMaster" || !recurrence.Overlaps(v.start, v.end, from, to) {
			return nil, false
		}
		v.zone = zone
		return v, true
	}
	t.gone = func(id string) object { return removedObject("event", id) }
	return delta(c, t)
}

func viewIDs(views []*eventView) []string {
	ids := make([]string, len(views))
	for i, v := range views {
		ids[i] = v.id
	}
	return ids
}

// instancesOf lists what changes may have put into a window, or taken from it: of a series all that it has there, and all
// that its earlier rules had.
func (s *calendarStore) instancesOf(changes []change, from, to time.Time) []string {
	var ids []string
	seen := map[string]bool{}
	tell := func(id string) {
		if !seen[id] {
			seen[id] = true
			ids = append(ids, id)
		}
	}
	for _, ch := range changes {
		rules := s.past[ch.id]
		e := s.events[ch.id]
		if e != nil {
			rules = append(slices.Clip(rules), e.series)
		}
		if len(rules) == 0 || slices.Contains(rules, nil) { // it is, or was, no master
			tell(ch.id)
		}
		for _, rule := range rules {
			if rule == nil {
				continue
			}
			for o := range rule.Between(from, to) {
				if e == nil || e.exceptions[o.Day] == nil {
					tell(occurrenceID(ch.id, o.Day))
				}
			}
		}
		if e != nil {
			for _, x := range sortByStart(e.exceptionViews()) {
				tell(x.id)
			}
		}
	}
	return ids
}

// exceptionViews are the changed occurrences of a series.
func (e *eventState) exceptionViews() []*eventView {
	var views []*eventView
	for _, x := range e.exceptions {
		views = append(views, x.view())
	}
	return views
}

// deltaEvents tells which single events and series changed, and little more of them.
func deltaEvents(c *call) (*reply, error) {
	if c.version != "beta" {
		return nil, failf(codeBadRequest, "Unsupported request: Change tracking is not supported against 'microsoft.graph.event'.")
	}
	zone, err := calendarZone(c)
	if err != nil {
		return nil, err
	}
	store := c.user.calendar
	calendars, collection := store.calendars, "users/"+c.user.ID+"/events"
	if c.route.pattern != "/~/events/delta" {
		cal, err := calendarOf(c)
		if err != nil {
			return nil, err
		}
		calendars, collection = []*calendarState{cal}, cal.collection()
	}
	t := tracked[*eventView]{collection: collection, dialect: outlookDelta}
	t.listing = listing[*eventView]{schema: eventDeltaSchema, context: "Collection(event)"}
	var from time.Time
	t.check = func(c *call, _ *query) (err error) {
		if c.param("startDateTime") != "" {
			from, err = windowEdge(c, "startDateTime")
		}
		return err
	}
	t.first = func() (ids []string) {
		for _, cal := range calendars {
			for _, e := range cal.events {
				ids = append(ids, e.ID)
			}
		}
		return ids
	}
	t.spread = store.mastersOf
	t.find = func(id string) (*eventView, bool) {
		e := store.events[id]
		if e == nil || e.master != nil || !slices.Contains(calendars, e.calendar) || !e.runsAfter(from) {
			return nil, false
		}
		v := e.view()
		v.zone = zone
		return v, true
	}
	t.gone = func(id string) object { return removedObject("event", id) }
	return delta(c, t)
}

// mastersOf lists what changes are about: a series where one of its occurrences changed.
func (s *calendarStore) mastersOf(changes []change) []string {
	var ids []string
	for _, ch := range changes {
		id := ch.id
		if master, _, ok := parseOccurrenceID(id); ok {
			id = master
		} else if e := s.events[id]; e != nil && e.master != nil {
			id = e.master.ID
		}
		if !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids
}

// runsAfter tells whether an event starts, or a series still has a meeting, at a time or later.
func (e *eventState) runsAfter(from time.Time) bool {
	if from.IsZero() {
		return true
	}
	if e.series == nil {
		return !e.start.time().Before(from)
	}
	return len(e.between(from, from.Add(maxWindow))) > 0
}
