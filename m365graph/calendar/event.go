package calendar

import (
	"time"

	"github.com/m365go/sdk/m365graph"
)

// Event is a meeting or an appointment, one occurrence of a series, or the
// series itself.
// https://learn.microsoft.com/graph/api/resources/event
type Event struct {
	ID        string `json:"id"`
	ETag      string `json:"@odata.etag,omitempty"`
	ChangeKey string `json:"changeKey,omitempty"`
	// ICalUID is one for all occurrences of a series in all calendars.
	ICalUID string `json:"iCalUId,omitempty"`
	// TransactionID is what the creator gave, so as not to create twice.
	TransactionID string `json:"transactionId,omitempty"`
	// Type is "singleInstance", "occurrence", "exception" or "seriesMaster".
	Type           string `json:"type,omitempty"`
	SeriesMasterID string `json:"seriesMasterId,omitempty"`

	Subject     string              `json:"subject,omitempty"`
	BodyPreview string              `json:"bodyPreview,omitempty"`
	Body        *m365graph.ItemBody `json:"body,omitempty"`

	// Start and End are in the zone that was asked for, UTC if none was. Those
	// of an all-day event are midnights; End is the one after the last day.
	Start                 m365graph.DateTimeTimeZone `json:"start"`
	End                   m365graph.DateTimeTimeZone `json:"end"`
	OriginalStartTimeZone string                     `json:"originalStartTimeZone,omitempty"`
	OriginalEndTimeZone   string                     `json:"originalEndTimeZone,omitempty"`
	// OriginalStart is when the series would have an occurrence begin.
	OriginalStart time.Time   `json:"originalStart,omitzero"`
	IsAllDay      bool        `json:"isAllDay"`
	Recurrence    *Recurrence `json:"recurrence,omitempty"`

	Location  *Location            `json:"location,omitempty"`
	Locations []Location           `json:"locations,omitempty"`
	Organizer *m365graph.Recipient `json:"organizer,omitempty"`
	Attendees []Attendee           `json:"attendees,omitempty"`

	IsCancelled     bool               `json:"isCancelled"`
	IsOrganizer     bool               `json:"isOrganizer"`
	IsDraft         bool               `json:"isDraft,omitempty"`
	IsOnlineMeeting bool               `json:"isOnlineMeeting"`
	OnlineMeeting   *OnlineMeetingInfo `json:"onlineMeeting,omitempty"`
	// OnlineMeetingProvider is "teamsForBusiness", "skypeForBusiness",
	// "skypeForConsumer" or "unknown".
	OnlineMeetingProvider string `json:"onlineMeetingProvider,omitempty"`
	// ResponseRequested says that the organizer wants answers, and
	// AllowNewTimeProposals that they may propose another time.
	ResponseRequested     bool `json:"responseRequested,omitempty"`
	AllowNewTimeProposals bool `json:"allowNewTimeProposals,omitempty"`
	// ResponseStatus is the mailbox owner's own answer.
	ResponseStatus *ResponseStatus `json:"responseStatus,omitempty"`
	// ShowAs is "free", "tentative", "busy", "oof", "workingElsewhere" or
	// "unknown".
	ShowAs string `json:"showAs,omitempty"`
	// Sensitivity is "normal", "personal", "private" or "confidential".
	Sensitivity string `json:"sensitivity,omitempty"`
	// Importance is "low", "normal" or "high".
	Importance                 string    `json:"importance,omitempty"`
	IsReminderOn               bool      `json:"isReminderOn"`
	ReminderMinutesBeforeStart int       `json:"reminderMinutesBeforeStart"`
	HasAttachments             bool      `json:"hasAttachments"`
	HideAttendees              bool      `json:"hideAttendees"`
	Categories                 []string  `json:"categories,omitempty"`
	WebLink                    string    `json:"webLink,omitempty"`
	CreatedDateTime            time.Time `json:"createdDateTime,omitzero"`
	LastModifiedDateTime       time.Time `json:"lastModifiedDateTime,omitzero"`

	// Extra is what else came.
	Extra m365graph.Extra `json:"-"`
}

// UnmarshalJSON reads the event and keeps what the struct has no field for.
func (e *Event) UnmarshalJSON(data []byte) error { return m365graph.UnmarshalEntity(data, e) }

// Location is where an event takes place.
// https://learn.microsoft.com/graph/api/resources/location
type Location struct {
	DisplayName  string `json:"displayName,omitempty"`
	LocationType string `json:"locationType,omitempty"`
	LocationURI  string `json:"locationUri,omitempty"`
	// LocationEmailAddress is that of a room, which is invited by it.
	LocationEmailAddress string       `json:"locationEmailAddress,omitempty"`
	Address              *Address     `json:"address,omitempty"`
	Coordinates          *Coordinates `json:"coordinates,omitempty"`
}

// Address is where a place is by street.
// https://learn.microsoft.com/graph/api/resources/physicaladdress
type Address struct {
	Street          string `json:"street,omitempty"`
	City            string `json:"city,omitempty"`
	State           string `json:"state,omitempty"`
	PostalCode      string `json:"postalCode,omitempty"`
	CountryOrRegion string `json:"countryOrRegion,omitempty"`
}

// Coordinates are where a place is on the globe, in degrees.
// https://learn.microsoft.com/graph/api/resources/outlookgeocoordinates
type Coordinates struct {
	Latitude  float64 `json:"latitude"`
	Longitude float64 `json:"longitude"`
}

// Attendee is somebody, or a room, that is invited.
// https://learn.microsoft.com/graph/api/resources/attendee
type Attendee struct {
	EmailAddress m365graph.EmailAddress `json:"emailAddress"`
	// Type is "required", "optional" or "resource".
	Type   string          `json:"type,omitempty"`
	Status *ResponseStatus `json:"status,omitempty"`
}

// ResponseStatus is an answer to an invitation.
// https://learn.microsoft.com/graph/api/resources/responsestatus
type ResponseStatus struct {
	// Response is "none", "organizer", "tentativelyAccepted", "accepted",
	// "declined" or "notResponded".
	Response string    `json:"response,omitempty"`
	Time     time.Time `json:"time,omitzero"`
}

// OnlineMeetingInfo is where to join.
// https://learn.microsoft.com/graph/api/resources/onlinemeetinginfo
type OnlineMeetingInfo struct {
	JoinURL string `json:"joinUrl,omitempty"`
	// ConferenceID is what to dial after one of the numbers.
	ConferenceID    string   `json:"conferenceId,omitempty"`
	TollNumber      string   `json:"tollNumber,omitempty"`
	TollFreeNumbers []string `json:"tollFreeNumbers,omitempty"`
	QuickDial       string   `json:"quickDial,omitempty"`
}

// Recurrence says when a series repeats.
// https://learn.microsoft.com/graph/api/resources/patternedrecurrence
type Recurrence struct {
	Pattern Pattern `json:"pattern"`
	Range   Range   `json:"range"`
}

// Pattern is how often.
// https://learn.microsoft.com/graph/api/resources/recurrencepattern
type Pattern struct {
	// Type is "daily", "weekly", "absoluteMonthly", "relativeMonthly",
	// "absoluteYearly" or "relativeYearly".
	Type     string `json:"type"`
	Interval int    `json:"interval"`
	// DaysOfWeek are lower-case English names.
	DaysOfWeek     []string `json:"daysOfWeek,omitempty"`
	FirstDayOfWeek string   `json:"firstDayOfWeek,omitempty"`
	DayOfMonth     int      `json:"dayOfMonth,omitempty"`
	Month          int      `json:"month,omitempty"`
	// Index is "first", "second", "third", "fourth" or "last".
	Index string `json:"index,omitempty"`
}

// Range is for how long.
// https://learn.microsoft.com/graph/api/resources/recurrencerange
type Range struct {
	// Type is "endDate", "noEnd" or "numbered".
	Type string `json:"type"`
	// StartDate and EndDate are "2026-03-01".
	StartDate           string `json:"startDate"`
	EndDate             string `json:"endDate,omitempty"`
	NumberOfOccurrences int    `json:"numberOfOccurrences,omitempty"`
	RecurrenceTimeZone  string `json:"recurrenceTimeZone,omitempty"`
}
