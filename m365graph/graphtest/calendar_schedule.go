package graphtest

import (
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// What getSchedule takes.
const (
	maxSchedules     = 20
	maxScheduleDays  = 62
	defaultSlot      = 30 // minutes
	minSlot, maxSlot = 5, 1440
)

// Codes of Exchange about free and busy times.
const (
	codeSlotInvalid       code = "ErrorInvalidMergedFreeBusyInterval"
	codeIntervalInvalid   code = "ErrorInvalidTimeInterval"
	codeIntervalTooBig    code = "ErrorTimeIntervalTooBig"
	codeRecipientNotFound code = "ErrorMailRecipientNotFound"
)

// scheduleRoutes are those about when people have time.
func scheduleRoutes() []route {
	var routes []route
	for _, at := range []string{"/~/calendar", "/~/calendars/{calendar}"} {
		routes = append(routes, route{method: "POST", pattern: at + "/getSchedule", doc: calendarPages + "calendar-getschedule", service: exchange,
			options: optNone, scopes: calendarReadScopes, roles: calendarReadRoles, handle: getSchedule,
			differs: "Distribution lists are not known."})
	}
	return append(routes,
		route{method: "POST", pattern: "/~/findMeetingTimes", doc: calendarPages + "user-findmeetingtimes", service: exchange, options: optNone,
			scopes: []string{"Calendars.Read.Shared", "Calendars.ReadWrite.Shared"}, roles: []string{}, handle: findMeetingTimes,
			differs: "Times lie on the half hour, a tentative one counts half, and no room is suggested."},
		readCalendars("/~/reminderView", "user-reminderview", listOptions, viewReminders))
}

// freeBusy is the order of importance of what people show themselves as; a place in it is a digit of availabilityView.
var freeBusy = []string{"free", "tentative", "busy", "oof"}

// busyLevel is a place in freeBusy; working elsewhere counts as free.
func (v *eventView) busyLevel() int {
	return max(0, slices.Index(freeBusy, orElse(v.ShowAs, "busy")))
}

// scheduleInput is the body of getSchedule.
type scheduleInput struct {
	Schedules []string         `json:"schedules"`
	StartTime DateTimeTimeZone `json:"startTime"`
	EndTime   DateTimeTimeZone `json:"endTime"`
	Interval  *int             `json:"availabilityViewInterval"`
}

// getSchedule tells when people are free.
func getSchedule(c *call) (*reply, error) {
	var in scheduleInput
	if err := c.readAction(map[string]func(json.RawMessage) error{
		"schedules":                func(raw json.RawMessage) error { return read(raw, &in.Schedules) },
		"starttime":                func(raw json.RawMessage) error { return read(raw, &in.StartTime) },
		"endtime":                  func(raw json.RawMessage) error { return read(raw, &in.EndTime) },
		"availabilityviewinterval": func(raw json.RawMessage) error { return read(raw, &in.Interval) },
	}); err != nil {
		return nil, err
	}
	from, to, err := in.window()
	if err != nil {
		return nil, err
	}
	zone, err := calendarZone(c)
	if err != nil {
		return nil, err
	}
	slot := defaultSlot
	if in.Interval != nil {
		slot = *in.Interval
	}
	switch {
	case slot < minSlot || slot > maxSlot:
		return nil, refuse(codeSlotInvalid, "The merged free/busy interval must be between %d and %d minutes.", minSlot, maxSlot)
	case len(in.Schedules) == 0 || len(in.Schedules) > maxSchedules:
		return nil, refuse(codeParameterInvalid, "The number of schedules must be between 1 and %d.", maxSchedules)
	}
	values := []object{}
	for _, address := range in.Schedules {
		values = append(values, c.schedule(address, from, to, time.Duration(slot)*time.Minute, zone))
	}
	return jsonReply(object{{"@odata.context", c.metadata("Collection(microsoft.graph.scheduleInformation)")}, {"value", values}}), nil
}

// window checks the times of a request.
func (in *scheduleInput) window() (from, to time.Time, err error) {
	if in.StartTime.DateTime == "" || in.EndTime.DateTime == "" {
		return from, to, failf(codeMissingArgument, "The request is missing the required parameters 'StartTime' and 'EndTime'.")
	}
	start, err := parseMoment(in.StartTime)
	if err != nil {
		return from, to, err
	}
	end, err := parseMoment(in.EndTime)
	if err != nil {
		return from, to, err
	}
	from, to = start.time(), end.time()
	switch {
	case !to.After(from):
		return from, to, refuse(codeIntervalInvalid, "The requested time window ends before it starts.")
	case to.Sub(from) > maxScheduleDays*24*time.Hour:
		return from, to, refuse(codeIntervalTooBig, "The requested time window is longer than %d days.", maxScheduleDays)
	}
	return from, to, nil
}

// schedule is https://learn.microsoft.com/graph/api/resources/scheduleinformation of one person.
func (c *call) schedule(address string, from, to time.Time, slot time.Duration, zone *answerZone) object {
	u := c.s.tenant.byAddress(address)
	if u == nil {
		return object{{"scheduleId", address}, {"availabilityView", ""}, {"scheduleItems", []object{}}, {"error", object{
			{"message", "Unable to resolve e-mail address " + address + " to an Active Directory object."}, {"responseCode", string(codeRecipientNotFound)},
		}}}
	}
	cal := u.calendar.calendars[0]
	views := cal.between(from, to)
	hours, _ := settingsSchema.find("workingHours")
	items := []object{}
	for _, v := range views {
		v.zone = zone
		items = append(items, v.scheduleItem(c))
	}
	return object{
		{"scheduleId", address}, {"availabilityView", availability(views, from, to, slot)}, {"scheduleItems", items}, {"workingHours", hours.value(c, u)},
	}
}

// scheduleItem shows what a meeting is about to who may read the calendar, and else no more than when it is.
func (v *eventView) scheduleItem(c *call) object {
	o := object{{"status", orElse(v.ShowAs, "busy")}, {"start", v.zone.show(v.start)}, {"end", v.zone.show(v.end)}}
	me := c.s.tenant.byID[c.token.objectID]
	if !c.token.app && v.calendar.roleOf(me) < slices.Index(calendarRoles, "limitedRead") {
		return o
	}
	private := v.Sensitivity == "private" || v.Sensitivity == "confidential"
	o = append(object{{"isPrivate", private}}, o...)
	if private && me != v.calendar.owner {
		return o
	}
	location, _ := v.location().get("displayName")
	return append(o, member{"subject", v.Subject}, member{"location", location})
}

// availability writes one digit for each slot: the most important of what overlaps it.
func availability(views []*eventView, from, to time.Time, slot time.Duration) string {
	var digits strings.Builder
	for at := from; at.Before(to); at = at.Add(slot) {
		level := 0
		for _, v := range views {
			if v.start.Before(at.Add(slot)) && v.end.After(at) {
				level = max(level, v.busyLevel())
			}
		}
		digits.WriteByte(byte('0' + level))
	}
	return digits.String()
}
