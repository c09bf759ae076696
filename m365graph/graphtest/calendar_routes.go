package graphtest

import (
	"net/http"
	"strings"
	"time"
)

// calendarPages is where Microsoft describes calendars.
const calendarPages = "https://learn.microsoft.com/graph/api/"

// readCalendars makes a route that shows calendars, to others too if they are lent.
func readCalendars(pattern, page string, o options, handle func(*call) (*reply, error)) route {
	return route{method: "GET", pattern: pattern, doc: calendarPages + page, service: exchange, options: o,
		scopes: calendarReadScopes, roles: calendarReadRoles, lent: lendsReading, handle: handle}
}

// writeCalendars makes a route that changes them.
func writeCalendars(method, pattern, page string, handle func(*call) (*reply, error)) route {
	o := optNone
	if method == "POST" && !strings.Contains(page, "event-") || method == "PATCH" {
		o = oneOptions
	}
	return route{method: method, pattern: pattern, doc: calendarPages + page, service: exchange, options: o,
		scopes: calendarWriteScopes, roles: calendarWriteRoles, lent: lendsWriting, handle: handle}
}

// calendarRoutes are the ways to a person's calendars and events.
func calendarRoutes() []route {
	routes := []route{
		readCalendars("/~/calendars", "user-list-calendars", listOptions, listCalendars),
		writeCalendars("POST", "/~/calendars", "user-post-calendars", postCalendar),
		readCalendars("/~/calendarGroups", "user-list-calendargroups", listOptions, listCalendarGroups),
		writeCalendars("POST", "/~/calendarGroups", "user-post-calendargroups", postCalendarGroup),
		readCalendars("/~/calendarGroups/{group}", "calendargroup-get", oneOptions, getCalendarGroup),
		writeCalendars("PATCH", "/~/calendarGroups/{group}", "calendargroup-update", patchCalendarGroup),
		writeCalendars("DELETE", "/~/calendarGroups/{group}", "calendargroup-delete", deleteCalendarGroup),
	}
	for _, at := range []string{"/~/calendarGroup/calendars", "/~/calendarGroups/{group}/calendars"} {
		routes = append(routes,
			readCalendars(at, "calendargroup-list-calendars", listOptions, listCalendars),
			writeCalendars("POST", at, "calendargroup-post-calendars", postCalendar))
	}
	for _, at := range []string{
		"/~/calendar", "/~/calendars/{calendar}", "/~/calendarGroup/calendars/{calendar}", "/~/calendarGroups/{group}/calendars/{calendar}",
	} {
		routes = append(routes,
			readCalendars(at, "calendar-get", oneOptions, getCalendar),
			writeCalendars("PATCH", at, "calendar-update", patchCalendar),
			writeCalendars("DELETE", at, "calendar-delete", deleteCalendar))
		routes = append(routes, permissionRoutes(at)...)
		routes = append(routes, eventRoutes(at)...)
	}
	routes = append(routes, eventRoutes("/~")...)
	return append(routes, scheduleRoutes()...)
}

// eventRoutes are the ways to the events of a calendar.
func eventRoutes(at string) []route {
	const counted = optFilter | optFormat
	routes := []route{
		readCalendars(at+"/calendarView", "user-list-calendarview", listOptions, viewCalendar),
		deltaCalendars(at+"/calendarView/delta", deltaCalendarView),
		readCalendars(at+"/events", "user-list-events", listOptions, listEvents),
		readCalendars(at+"/events/$count", "user-list-events", counted, countEvents),
		deltaCalendars(at+"/events/delta", deltaEvents),
		writeCalendars("POST", at+"/events", "user-post-events", postEvent),
	}
	event := at + "/events/{event}"
	routes = append(routes,
		readCalendars(event, "event-get", oneOptions, getEvent),
		readCalendars(event+"/calendar", "calendar-get", oneOptions, getCalendar),
		readCalendars(event+"/instances", "event-list-instances", listOptions, listInstances),
		writeCalendars("PATCH", event, "event-update", patchEvent),
		writeCalendars("DELETE", event, "event-delete", deleteEvent))
	for _, action := range []struct {
		name   string
		handle func(*call) (*reply, error)
	}{
		{"accept", acceptEvent}, {"tentativelyAccept", tentativelyAcceptEvent}, {"decline", declineEvent}, {"cancel", cancelEvent}, {"forward", forwardEvent},
		{"dismissReminder", dismissReminder}, {"snoozeReminder", snoozeReminder},
	} {
		routes = append(routes, writeCalendars("POST", event+"/"+action.name, "event-"+strings.ToLower(action.name), action.handle))
	}
	routes = append(routes, eventAttachmentRoutes(event)...)
	return append(routes, permissionRoutes(event+"/calendar")...)
}

// deltaCalendars makes a route that tells changes.
func deltaCalendars(pattern string, handle func(*call) (*reply, error)) route {
	r := readCalendars(pattern, "event-delta", deltaEventOptions, handle)
	r.differs = "A link never expires by age, only by Server.ExpireDeltas."
	return r
}

// permissionRoutes are those to who a calendar is lent to, which its owner alone may see.
func permissionRoutes(at string) []route {
	at += "/calendarPermissions"
	routes := []route{
		readCalendars(at, "calendar-list-calendarpermissions", listOptions, listCalendarPermissions),
		readCalendars(at+"/{permission}", "calendarpermission-get", oneOptions, getCalendarPermission),
		writeCalendars("POST", at, "calendar-post-calendarpermissions", postCalendarPermission),
		writeCalendars("PATCH", at+"/{permission}", "calendarpermission-update", patchCalendarPermission),
		writeCalendars("DELETE", at+"/{permission}", "calendarpermission-delete", deleteCalendarPermission),
	}
	for i := range routes[2:] {
		routes[2+i].lent = nil
	}
	return routes
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
	return one(c, oneEventSchema, view, l.context)
}

// deleteEvent takes out an event, a whole series, or one occurrence, which its series will not show again. The organizer
// calls the meeting off with it, and an attendee declines.
func deleteEvent(c *call) (*reply, error) {
	view, err := eventOf(c)
	if err != nil {
		return nil, err
	}
	if err := checkChangeKey(c, view); err != nil {
		return nil, err
	}
	if view.isOrganizer() || view.IsCancelled || view.ResponseStatus == "declined" {
		c.withdraw(view, "")
		return emptyReply(http.StatusNoContent), nil
	}
	c.respond(view, answer{response: "declined", send: view.wantsResponse})
	return emptyReply(http.StatusNoContent), nil
}

// take removes what a view shows from the calendar.
func (s *calendarStore) take(view *eventView, now time.Time) {
	switch view.kind {
	case "occurrence":
		view.cancelled[s.dayOfOccurrence(view)] = true
		view.touch(now)
		s.record(view.calendar, view.id, itemDeleted)
	case "exception":
		delete(view.master.exceptions, view.day)
		s.drop(view.eventState)
		view.master.cancelled[view.day] = true
		view.master.touch(now)
	default:
		s.remove(view.eventState)
	}
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
