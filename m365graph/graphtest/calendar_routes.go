package graphtest

import "net/http"

// Scopes that calendars ask for, the narrowest first.
var (
	calendarReadScopes  = []string{"Calendars.Read", "Calendars.ReadWrite", "Calendars.ReadBasic"}
	calendarWriteScopes = []string{"Calendars.ReadWrite"}
)

// calendarRoutes are the ways to a person's calendars and events. The default calendar has three.
func calendarRoutes() []route {
	const pages = "https://learn.microsoft.com/graph/api/"
	read := func(pattern, page string, handle func(*call) (*reply, error)) route {
		return route{method: "GET", pattern: pattern, doc: pages + page, service: exchange, scopes: calendarReadScopes, handle: handle}
	}
	write := func(method, pattern, page string, handle func(*call) (*reply, error)) route {
		return route{method: method, pattern: pattern, doc: pages + page, service: exchange, scopes: calendarWriteScopes, handle: handle}
	}
	deltaRoute := func(pattern string, handle func(*call) (*reply, error)) route {
		r := read(pattern, "event-delta", handle)
		r.options, r.differs = deltaEventOptions, "A link never expires by age, only by Server.ExpireDeltas."
		return r
	}
	routes := []route{
		read("/~/calendars", "user-list-calendars", listCalendars),
		read("/~/calendar", "calendar-get", getCalendar),
		read("/~/calendars/{calendar}", "calendar-get", getCalendar),
	}
	for _, at := range []string{"/~", "/~/calendar", "/~/calendars/{calendar}"} {
		routes = append(routes,
			read(at+"/calendarView", "user-list-calendarview", viewCalendar),
			read(at+"/events", "user-list-events", listEvents),
			read(at+"/events/$count", "user-list-events", countEvents),
			read(at+"/events/{event}", "event-get", getEvent),
			read(at+"/events/{event}/instances", "event-list-instances", listInstances),
			deltaRoute(at+"/calendarView/delta", deltaCalendarView),
			deltaRoute(at+"/events/delta", deltaEvents),
			write("POST", at+"/events", "user-post-events", postEvent),
			write("PATCH", at+"/events/{event}", "event-update", patchEvent),
			write("DELETE", at+"/events/{event}", "event-delete", deleteEvent),
		)
	}
	return routes
}

// calendarOf finds the calendar that a path means; the default one if it names none.
func calendarOf(c *call) (*calendarState, error) {
	store := c.user.calendar
	id, named := c.vars["calendar"]
	if !named {
		return store.calendars[0], nil
	}
	if cal := store.calendar(id); cal != nil {
		return cal, nil
	}
	return nil, fail(codeItemNotFound)
}

// eventOf finds the event that a path means. One in a named calendar must be of that calendar.
func eventOf(c *call) (*eventView, error) {
	view, ok := c.user.calendar.find(c.vars["event"])
	if id, named := c.vars["calendar"]; ok && named {
		ok = view.calendar.ID == id
	}
	if !ok {
		return nil, fail(codeItemNotFound)
	}
	return view, nil
}

func listCalendars(c *call) (*reply, error) {
	return list(c, listing[*calendarState]{schema: calendarSchema, items: c.user.calendar.calendars, context: userContext(c) + "/calendars"})
}

func getCalendar(c *call) (*reply, error) {
	cal, err := calendarOf(c)
	if err != nil {
		return nil, err
	}
	return one(c, calendarSchema, cal, userContext(c)+"/calendars")
}

// eventListing puts events into the zone and form that a request prefers.
func eventListing(c *call, views []*eventView, under string) (listing[*eventView], error) {
	zone, err := calendarZone(c)
	if err != nil {
		return listing[*eventView]{}, err
	}
	c.applyOutlook()
	for _, v := range views {
		v.zone = zone
	}
	return listing[*eventView]{schema: eventSchema, items: views, context: userContext(c) + "/" + under}, nil
}

// storedEvents are the single events and masters of a calendar, oldest first.
func storedEvents(c *call) (listing[*eventView], error) {
	cal, err := calendarOf(c)
	if err != nil {
		return listing[*eventView]{}, err
	}
	views := make([]*eventView, 0, len(cal.events))
	for _, e := range cal.events {
		views = append(views, e.view())
	}
	return eventListing(c, views, "events")
}

func listEvents(c *call) (*reply, error) {
	l, err := storedEvents(c)
	if err != nil {
		return nil, err
	}
	return list(c, l)
}

func countEvents(c *call) (*reply, error) {
	l, err := storedEvents(c)
	if err != nil {
		return nil, err
	}
	return count(c, l)
}

// viewCalendar answers what happens between two times, with each series expanded.
func viewCalendar(c *call) (*reply, error) {
	cal, err := calendarOf(c)
	if err != nil {
		return nil, err
	}
	from, to, err := window(c)
	if err != nil {
		return nil, err
	}
	l, err := eventListing(c, cal.between(from, to), "calendarView")
	if err != nil {
		return nil, err
	}
	return list(c, l)
}

// listInstances is a calendarView of one series.
func listInstances(c *call) (*reply, error) {
	view, err := eventOf(c)
	if err != nil {
		return nil, err
	}
	from, to, err := window(c)
	if err != nil {
		return nil, err
	}
	if view.kind != "seriesMaster" {
		return nil, failf(codeInvalidRequest, "Your request can't be completed. The event is not the master of a series.")
	}
	l, err := eventListing(c, sortByStart(view.between(from, to)), "events('"+escapeValue(view.id)+"')/instances")
	if err != nil {
		return nil, err
	}
	return list(c, l)
}

func getEvent(c *call) (*reply, error) {
	view, err := eventOf(c)
	if err != nil {
		return nil, err
	}
	return answerEvent(c, view)
}

// answerEvent shows one event.
func answerEvent(c *call, view *eventView) (*reply, error) {
	l, err := eventListing(c, []*eventView{view}, "events")
	if err != nil {
		return nil, err
	}
	return one(c, l.schema, view, l.context)
}

// deleteEvent takes out an event, a whole series, or one occurrence, which its series will not show again.
func deleteEvent(c *call) (*reply, error) {
	view, err := eventOf(c)
	if err != nil {
		return nil, err
	}
	if err := checkChangeKey(c, view); err != nil {
		return nil, err
	}
	store := c.user.calendar
	switch view.kind {
	case "occurrence":
		d := store.dayOfOccurrence(view)
		view.cancelled[d] = true
		view.eventState.touch(c.now)
		store.record(view.calendar, view.id, itemDeleted)
	case "exception":
		delete(view.master.exceptions, view.day)
		store.drop(view.eventState)
		view.master.cancelled[view.day] = true
		view.master.touch(c.now)
	default:
		store.remove(view.eventState)
	}
	return emptyReply(http.StatusNoContent), nil
}

// checkChangeKey honours If-Match.
func checkChangeKey(c *call, view *eventView) error {
	if match := c.r.Header.Get("If-Match"); match != "" && match != "*" && match != eventSchema.etag(view) {
		return &graphError{
			code: codeConflict, status: http.StatusPreconditionFailed,
			message: "The send or update operation could not be performed because the change key passed in the request does not match the current change key for the item.",
		}
	}
	return nil
}
