package graphtest

import "time"

// Calendar is a calendar of a user, as in
// https://learn.microsoft.com/graph/api/resources/calendar.
type Calendar struct {
	ID     string
	Name   string // "" means "Calendar"
	Color  string // Graph's calendarColor; "" means "auto"
	Events []*Event

	// Permissions say who else may use the calendar, with a token for shared
	// ones. Without an entry for everybody, the organization sees when its
	// owner is free or busy.
	Permissions []CalendarPermission
}

// Event is a meeting or appointment, as in
// https://learn.microsoft.com/graph/api/resources/event. With a Recurrence it
// is the master of a series. [Event.Validate] tells why [New] would refuse it.
type Event struct {
	ID              string
	Subject         string
	Body            Body
	Start           DateTimeTimeZone
	End             DateTimeTimeZone
	IsAllDay        bool
	IsCancelled     bool
	Location        string // display name
	Organizer       *Recipient
	Attendees       []Attendee
	Attachments     []*Attachment
	Categories      []string
	Importance      string // "low", "normal" (also "") or "high"
	Sensitivity     string // "normal" (also ""), "personal", "private" or "confidential"
	ShowAs          string // "free", "tentative", "busy" (also ""), "oof" or "workingElsewhere"
	ReminderMinutes int    // before the start; 0 with IsReminderOn means at the start
	IsReminderOn    bool
	OnlineMeeting   string // join URL; "" means none
	ICalUID         string
	TransactionID   string
	ResponseStatus  string // the mailbox owner's answer; "" means "organizer" or "none"

	Recurrence *PatternedRecurrence

	// Exceptions are the occurrences of a series that differ from it. Each
	// says by OriginalStart which occurrence it replaces.
	Exceptions []*Event
	// OriginalStart is the start that the series gave to this exception.
	OriginalStart time.Time
	// Cancelled are the starts of occurrences that were taken out.
	Cancelled []time.Time

	CreatedDateTime      time.Time
	LastModifiedDateTime time.Time
}

// DateTimeTimeZone is a wall-clock time in a zone, as in
// https://learn.microsoft.com/graph/api/resources/datetimetimezone.
type DateTimeTimeZone struct {
	DateTime string // such as "2026-03-02T09:30:00", up to seven fractional digits, no offset
	TimeZone string // IANA or Windows name; "" means UTC
}

// Attendee is somebody invited to an event.
type Attendee struct {
	Recipient
	Type     string // "required" (also ""), "optional" or "resource"
	Response string // "none" (also ""), "accepted", "tentativelyAccepted", "declined", "notResponded" or "organizer"
	Time     time.Time
}

// PatternedRecurrence says when the occurrences of a series happen, as in
// https://learn.microsoft.com/graph/api/resources/patternedrecurrence.
type PatternedRecurrence struct {
	Pattern RecurrencePattern
	Range   RecurrenceRange
}

// RecurrencePattern is the rhythm of a series.
type RecurrencePattern struct {
	Type           string // "daily", "weekly", "absoluteMonthly", "relativeMonthly", "absoluteYearly" or "relativeYearly"
	Interval       int    // 0 means 1
	Month          int    // 1 to 12
	DayOfMonth     int    // 1 to 31
	DaysOfWeek     []string
	FirstDayOfWeek string // "" means "sunday"
	Index          string // "first" (also ""), "second", "third", "fourth" or "last"
}

// RecurrenceRange is how long a series lasts.
type RecurrenceRange struct {
	Type                string // "noEnd", "endDate" or "numbered"
	StartDate           string // such as "2026-03-02"
	EndDate             string
	NumberOfOccurrences int
	// RecurrenceTimeZone is the zone of the dates. "" means that of the
	// event's start, and a start in UTC repeats by this zone's clock.
	RecurrenceTimeZone string
}
