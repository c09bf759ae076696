package graphtest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/m365go/sdk/m365graph/internal/recurrence"
)

// eventSchema is https://learn.microsoft.com/graph/api/resources/event.
var eventSchema = &schema[*eventView]{
	name: "event", page: 10, maxPage: 1000,
	etag: func(v *eventView) string { return `W/"` + v.changeKey() + `"` },
	keep: []string{"id"},
	props: []property[*eventView]{
		{name: "id", typ: "Edm.String", get: func(_ *call, v *eventView) any { return v.id }},
		{name: "createdDateTime", typ: "Edm.DateTimeOffset", get: func(_ *call, v *eventView) any { return v.CreatedDateTime }},
		{name: "lastModifiedDateTime", typ: "Edm.DateTimeOffset", get: func(_ *call, v *eventView) any { return v.LastModifiedDateTime }},
		{name: "changeKey", typ: "Edm.String", get: func(_ *call, v *eventView) any { return v.changeKey() }},
		{name: "categories", typ: "[]Edm.String", get: func(c *call, v *eventView) any { return v.unlessSecret(c, nonNil(v.Categories), []string{}) }},
		{name: "transactionId", typ: "Edm.String", get: func(_ *call, v *eventView) any { return orNull(v.TransactionID) }},
		{name: "originalStartTimeZone", typ: "Edm.String", get: func(_ *call, v *eventView) any { return v.eventState.start.zone }},
		{name: "originalEndTimeZone", typ: "Edm.String", get: func(_ *call, v *eventView) any { return v.eventState.end.zone }},
		{name: "iCalUId", typ: "Edm.String", get: func(_ *call, v *eventView) any { return v.uid() }},
		{name: "reminderMinutesBeforeStart", typ: "Edm.Int32", get: func(_ *call, v *eventView) any { return v.ReminderMinutes }},
		{name: "isReminderOn", typ: "Edm.Boolean", get: func(_ *call, v *eventView) any { return v.IsReminderOn }},
		{name: "hasAttachments", typ: "Edm.Boolean", get: func(c *call, v *eventView) any {
			return !v.secret(c) && slices.ContainsFunc(v.Attachments, func(a *Attachment) bool { return !a.IsInline })
		}},
		{name: "subject", typ: "Edm.String", get: func(c *call, v *eventView) any { return v.unlessSecret(c, v.Subject, privateSubject) }},
		{name: "bodyPreview", typ: "Edm.String", show: unlessNil, get: func(c *call, v *eventView) any { return v.shows(c, v.Body.preview()) }},
		{name: "importance", typ: "importance", get: func(_ *call, v *eventView) any { return orElse(v.Importance, "normal") }},
		{name: "sensitivity", typ: "sensitivity", get: func(_ *call, v *eventView) any { return orElse(v.Sensitivity, "normal") }},
		{name: "isAllDay", typ: "Edm.Boolean", get: func(_ *call, v *eventView) any { return v.IsAllDay }},
		{name: "isCancelled", typ: "Edm.Boolean", get: func(_ *call, v *eventView) any { return v.IsCancelled }},
		{name: "isOrganizer", typ: "Edm.Boolean", get: func(_ *call, v *eventView) any { return v.isOrganizer() }},
		{name: "responseRequested", typ: "Edm.Boolean", get: func(_ *call, v *eventView) any { return v.wantsResponse }},
		{name: "seriesMasterId", typ: "Edm.String", get: func(_ *call, v *eventView) any { return v.masterID() }},
		{name: "showAs", typ: "freeBusyStatus", get: func(_ *call, v *eventView) any { return orElse(v.ShowAs, "busy") }},
		{name: "type", typ: "eventType", get: func(_ *call, v *eventView) any { return v.kind }},
		{name: "webLink", typ: "Edm.String", get: func(_ *call, v *eventView) any { return outlookLink(v.id) }},
		{name: "onlineMeetingUrl", typ: "Edm.String"},
		{name: "isOnlineMeeting", typ: "Edm.Boolean", get: func(_ *call, v *eventView) any { return v.OnlineMeeting != "" }},
		{name: "onlineMeetingProvider", typ: "onlineMeetingProviderType", get: func(_ *call, v *eventView) any { return v.meetingProvider() }},
		{name: "allowNewTimeProposals", typ: "Edm.Boolean", get: func(_ *call, v *eventView) any { return v.allowProposals }},
		{name: "isDraft", typ: "Edm.Boolean", get: func(*call, *eventView) any { return false }},
		{name: "hideAttendees", typ: "Edm.Boolean", get: func(_ *call, v *eventView) any { return v.hideAttendees }},
		{name: "recurrence", typ: "patternedRecurrence", get: func(_ *call, v *eventView) any { return v.recurrence() }},
		{name: "onlineMeeting", typ: "onlineMeetingInfo", get: func(c *call, v *eventView) any { return v.unlessSecret(c, v.onlineMeeting(), nil) }},
		{name: "responseStatus", typ: "responseStatus", get: func(_ *call, v *eventView) any { return v.response() }},
		{name: "body", typ: "itemBody", show: unlessNil, get: func(c *call, v *eventView) any { return v.shows(c, bodyObject(c, v.Body)) }},
		{name: "start", typ: "dateTimeTimeZone", get: func(_ *call, v *eventView) any { return v.shown(v.start, v.startDay) }},
		{name: "end", typ: "dateTimeTimeZone", get: func(_ *call, v *eventView) any { return v.shown(v.end, v.endDay) }},
		{name: "location", typ: "location", get: func(c *call, v *eventView) any { return v.unlessSecret(c, v.location(), place{}.object()) }},
		{name: "locations", typ: "[]location", get: func(c *call, v *eventView) any { return v.unlessSecret(c, v.locations(), []object{}) }},
		{name: "attendees", typ: "[]attendee", get: func(c *call, v *eventView) any { return v.unlessSecret(c, v.attendees(), []object{}) }},
		{name: "organizer", typ: "recipient", get: func(_ *call, v *eventView) any { return v.organizer() }},
		{name: "attachments", typ: "[]attachment", show: expanded, get: func(c *call, v *eventView) any { return v.attachmentObjects(c) }},
		{name: "singleValueExtendedProperties", typ: "[]singleValueLegacyExtendedProperty", show: expanded, filtered: true, get: func(c *call, v *eventView) any {
			if v.hides(c) {
				return []object{}
			}
			return propertyObjects(v.properties)
		}},
		{name: "cancelledOccurrences", typ: "[]Edm.String", show: selected, get: func(_ *call, v *eventView) any { return v.cancelledOccurrences() }},
		{name: "originalStart", typ: "Edm.DateTimeOffset", show: unlessNil, get: func(_ *call, v *eventView) any { return v.originalStart() }},
	},
}

// oneEventSchema is eventSchema with what only a request for one event can expand.
var oneEventSchema = &schema[*eventView]{
	name: "event", page: 10, maxPage: 1000, etag: eventSchema.etag, keep: eventSchema.keep,
	props: append(slices.Clip(eventSchema.props), property[*eventView]{
		name: "exceptionOccurrences", typ: "[]event", show: expanded, get: func(c *call, v *eventView) any { return v.exceptionOccurrences(c) },
	}),
}

// shown is a start or end in the zone that was asked for.
func (v *eventView) shown(t time.Time, d func() recurrence.Day) any {
	if v.IsAllDay {
		return v.zone.showDay(d())
	}
	return v.zone.show(t)
}

// uid is the iCalUId: one id of a meeting in all calendars, and another for each occurrence.
func (e *eventState) uid() string {
	switch {
	case e.master != nil:
		return occurrenceUID(e.master.uid(), e.day)
	case e.ICalUID != "":
		return e.ICalUID
	}
	id := strings.ToUpper(strings.ReplaceAll(guid("ical", e.ID), "-", ""))
	return uidPrefix + "00000000" + id[16:] + "0000000000000000" + "10000000" + id
}

func (v *eventView) uid() string {
	if v.kind == "occurrence" {
		return occurrenceUID(v.eventState.uid(), v.dayOf(v.start))
	}
	return v.eventState.uid()
}

// rootUID is the iCalUId of the series, if there is one.
func (v *eventView) rootUID() string {
	if v.master != nil {
		return v.master.uid()
	}
	return v.eventState.uid()
}

// uidPrefix begins the ids that Outlook makes up; eight digits after it are the date of an occurrence.
const uidPrefix = "040000008200E00074C5B7101A82E008"

// occurrenceUID writes the date of an occurrence into the id of its series.
func occurrenceUID(uid string, d recurrence.Day) string {
	rest, made := strings.CutPrefix(uid, uidPrefix)
	if !made || len(rest) < 8 {
		return uid
	}
	year, month, dom := d.Date()
	return uidPrefix + fmt.Sprintf("%04X%02X%02X", year, int(month), dom) + rest[8:]
}

func (v *eventView) organizer() object {
	o := v.organizerOf()
	return object{{"emailAddress", emailAddress(o.Name, o.Address)}}
}

// response is what the owner of the calendar answered.
func (v *eventView) response() object {
	answer := v.ResponseStatus
	if answer == "" && v.isOrganizer() {
		answer = "organizer"
	}
	return responseStatus(answer, v.answered)
}

func (v *eventView) attendees() []object {
	list := []object{}
	for _, a := range v.Attendees {
		o := object{
			{"type", orElse(a.Type, "required")},
			{"status", responseStatus(a.Response, a.Time)},
			{"emailAddress", emailAddress(a.Name, a.Address)},
		}
		if slot, proposed := v.proposals[strings.ToLower(a.Address)]; proposed {
			o = append(o, member{"proposedNewTime", object{{"start", v.zone.show(slot.start.time())}, {"end", v.zone.show(slot.end.time())}}})
		}
		list = append(list, o)
	}
	return list
}

func (v *eventView) meetingProvider() string {
	if v.OnlineMeeting == "" {
		return "unknown"
	}
	return "teamsForBusiness"
}

func (v *eventView) onlineMeeting() any {
	if v.OnlineMeeting == "" {
		return nil
	}
	return object{{"joinUrl", v.OnlineMeeting}}
}

// location sums up all places, as Outlook's location line does.
func (v *eventView) location() object {
	if len(v.places) == 1 {
		return v.places[0].object()
	}
	var names []string
	for _, p := range v.places {
		names = append(names, p.DisplayName)
	}
	return place{DisplayName: strings.Join(names, "; ")}.object()
}

func (v *eventView) locations() []object {
	list := []object{}
	for _, p := range v.places {
		list = append(list, p.object())
	}
	return list
}

func (p place) object() object {
	o := object{{"displayName", p.DisplayName}, {"locationType", "default"}}
	if p.LocationEmailAddress != "" {
		o = append(o, member{"locationEmailAddress", p.LocationEmailAddress})
	}
	if p.LocationURI != "" {
		o = append(o, member{"locationUri", p.LocationURI})
	}
	if p.DisplayName == "" {
		return append(o, member{"uniqueIdType", "unknown"}, member{"address", object{}}, member{"coordinates", object{}})
	}
	o = append(o, member{"uniqueId", p.DisplayName}, member{"uniqueIdType", "private"})
	if p.Address != nil {
		o = append(o, member{"address", json.RawMessage(p.Address)})
	}
	if p.Coordinates != nil {
		o = append(o, member{"coordinates", json.RawMessage(p.Coordinates)})
	}
	return o
}

// cancelledOccurrences names those that were taken out of a series, as Graph does: by master and date.
func (v *eventView) cancelledOccurrences() []string {
	dates := []string{}
	if v.kind == "seriesMaster" {
		for d := range v.cancelled {
			dates = append(dates, "OID."+v.ID+"."+d.String())
		}
	}
	slices.Sort(dates)
	return dates
}

// exceptionOccurrences are those that differ from their series.
func (v *eventView) exceptionOccurrences(c *call) []object {
	list := []object{}
	if v.kind != "seriesMaster" {
		return list
	}
	sh := wholeShape(eventSchema)
	for _, x := range sortByStart(v.exceptionViews()) {
		x.zone = v.zone
		list = append(list, sh.render(c, x))
	}
	return list
}

// recurrence is only shown on a master.
func (v *eventView) recurrence() any {
	if v.kind != "seriesMaster" {
		return nil
	}
	p, r := v.series.Rule.Pattern(), v.series.Rule.Range()
	pattern := object{{"type", p.Type}, {"interval", p.Interval}, {"month", p.Month}, {"dayOfMonth", p.DayOfMonth}}
	if p.DaysOfWeek != nil {
		pattern = append(pattern, member{"daysOfWeek", p.DaysOfWeek})
	}
	pattern = append(pattern, member{"firstDayOfWeek", p.FirstDayOfWeek}, member{"index", p.Index})
	return object{{"pattern", pattern}, {"range", object{
		{"type", r.Type}, {"startDate", r.StartDate}, {"endDate", r.EndDate},
		{"recurrenceTimeZone", orElse(v.Recurrence.Range.RecurrenceTimeZone, v.eventState.start.zone)}, {"numberOfOccurrences", r.NumberOfOccurrences},
	}}}
}

func emailAddress(name, address string) object {
	return object{{"name", orElse(name, address)}, {"address", address}}
}

func responseStatus(answer string, at time.Time) object {
	return object{{"response", orElse(answer, "none")}, {"time", at}}
}

func outlookLink(id string) string {
	return "https://outlook.office365.com/owa/?itemid=" + strings.ReplaceAll(id, "=", "%3D") + "&exvsurl=1&path=/calendar/item"
}

func orElse(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// calendarTypes are the types within calendars.
var calendarTypes = types{
	"attendee":            {"emailAddress": "emailAddress", "status": "responseStatus", "type": "attendeeType", "proposedNewTime": "timeSlot"},
	"timeSlot":            {"start": "dateTimeTimeZone", "end": "dateTimeTimeZone"},
	"responseStatus":      {"response": "responseType", "time": "Edm.DateTimeOffset"},
	"location":            {"displayName": "Edm.String", "locationType": "locationType", "uniqueId": "Edm.String", "locationUri": "Edm.String"},
	"onlineMeetingInfo":   {"joinUrl": "Edm.String"},
	"patternedRecurrence": {"pattern": "recurrencePattern", "range": "recurrenceRange"},
	"recurrencePattern":   {"type": "recurrencePatternType", "interval": "Edm.Int32"},
	"recurrenceRange":     {"type": "recurrenceRangeType", "startDate": "Edm.Date", "endDate": "Edm.Date"},
}
