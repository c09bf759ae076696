package graphtest

import (
	"encoding/json"
	"net/http"
	"slices"
	"time"
)

// reminderState is what somebody did about a reminder.
type reminderState struct {
	dismissed bool
	snoozed   time.Time // zero: it fires as the event says
}

// reminderSchema is https://learn.microsoft.com/graph/api/resources/reminder.
var reminderSchema = &schema[*eventView]{
	name: "reminder", page: 1000, maxPage: 1000,
	props: []property[*eventView]{
		{name: "eventId", typ: "Edm.String", get: func(_ *call, v *eventView) any { return v.id }},
		{name: "changeKey", typ: "Edm.String", get: func(_ *call, v *eventView) any { return v.changeKey() }},
		{name: "eventSubject", typ: "Edm.String", get: func(c *call, v *eventView) any { return v.unlessSecret(c, v.Subject, privateSubject) }},
		{name: "eventWebLink", typ: "Edm.String", get: func(_ *call, v *eventView) any { return outlookLink(v.id) }},
		{name: "eventStartTime", typ: "dateTimeTimeZone", get: func(_ *call, v *eventView) any { return v.shown(v.start, v.startDay) }},
		{name: "eventEndTime", typ: "dateTimeTimeZone", get: func(_ *call, v *eventView) any { return v.shown(v.end, v.endDay) }},
		{name: "eventLocation", typ: "location", get: func(c *call, v *eventView) any { return v.unlessSecret(c, v.location(), place{}.object()) }},
		{name: "reminderFireTime", typ: "dateTimeTimeZone", get: func(_ *call, v *eventView) any { return v.zone.show(v.firesAt()) }},
	},
}

// firesAt is when the reminder of an event is due.
func (v *eventView) firesAt() time.Time {
	if r := v.calendar.owner.calendar.reminders[v.id]; !r.snoozed.IsZero() {
		return r.snoozed
	}
	return v.start.Add(-time.Duration(v.ReminderMinutes) * time.Minute)
}

// viewReminders lists the reminders of what happens within a window.
func viewReminders(c *call) (*reply, error) {
	from, to, err := window(c)
	if err != nil {
		return nil, err
	}
	zone, err := calendarZone(c)
	if err != nil {
		return nil, err
	}
	store := c.user.calendar
	var views []*eventView
	for _, cal := range store.calendars {
		views = append(views, cal.between(from, to)...)
	}
	views = slices.DeleteFunc(views, func(v *eventView) bool {
		v.zone = zone
		return !v.IsReminderOn || v.IsCancelled || store.reminders[v.id].dismissed
	})
	return list(c, listing[*eventView]{schema: reminderSchema, items: sortByStart(views), context: "Collection(microsoft.graph.reminder)"})
}

// dismissReminder silences the reminder of an event for good.
func dismissReminder(c *call) (*reply, error) {
	view, err := eventOf(c)
	if err != nil {
		return nil, err
	}
	if err := c.readAction(nil); err != nil {
		return nil, err
	}
	c.user.calendar.reminders[view.id] = reminderState{dismissed: true}
	return emptyReply(http.StatusOK), nil
}

// snoozeReminder puts the reminder of an event off.
func snoozeReminder(c *call) (*reply, error) {
	view, err := eventOf(c)
	if err != nil {
		return nil, err
	}
	var to DateTimeTimeZone
	if err := c.readAction(map[string]func(json.RawMessage) error{
		"newremindertime": func(raw json.RawMessage) error { return read(raw, &to) },
	}); err != nil {
		return nil, err
	}
	if to.DateTime == "" {
		return nil, failf(codeMissingArgument, "The request is missing the required parameter 'newReminderTime'.")
	}
	at, err := parseMoment(to)
	if err != nil {
		return nil, err
	}
	c.user.calendar.reminders[view.id] = reminderState{snoozed: at.time()}
	return emptyReply(http.StatusOK), nil
}
