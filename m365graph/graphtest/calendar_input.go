package graphtest

import (
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strings"
)

// eventSetters take over the properties that a client may write, by lower-cased name. Exchange reads names without
// regard to case.
var eventSetters = map[string]func(*eventState, json.RawMessage) error{
	"subject":                    into(func(e *eventState) *string { return &e.Subject }),
	"start":                      setTime(func(e *eventState) *DateTimeTimeZone { return &e.Start }),
	"end":                        setTime(func(e *eventState) *DateTimeTimeZone { return &e.End }),
	"isallday":                   into(func(e *eventState) *bool { return &e.IsAllDay }),
	"isreminderon":               into(func(e *eventState) *bool { return &e.IsReminderOn }),
	"reminderminutesbeforestart": into(func(e *eventState) *int { return &e.ReminderMinutes }),
	"categories":                 into(func(e *eventState) *[]string { return &e.Categories }),
	"responserequested":          into(func(e *eventState) *bool { return &e.wantsResponse }),
	"allownewtimeproposals":      into(func(e *eventState) *bool { return &e.allowProposals }),
	"hideattendees":              into(func(e *eventState) *bool { return &e.hideAttendees }),
	"importance":                 setWord(func(e *eventState) *string { return &e.Importance }, "low", "normal", "high"),
	"sensitivity":                setWord(func(e *eventState) *string { return &e.Sensitivity }, "normal", "personal", "private", "confidential"),
	"showas":                     setWord(func(e *eventState) *string { return &e.ShowAs }, "free", "tentative", "busy", "oof", "workingElsewhere", "unknown"),
	"body":                       setEventBody,
	"location":                   setLocation,
	"locations":                  setLocations,
	"attendees":                  setAttendees,
	"recurrence":                 setRecurrence,
	"isonlinemeeting":            setOnlineMeeting,

	"singlevalueextendedproperties": setEventProperties,
}

// given are the JSON properties of a request, by lower-cased name.
type given map[string]json.RawMessage

// readEvent reads the body of a POST or PATCH. Properties that only Graph writes are passed over, as Graph does with a
// copy of one of its own answers; a property that no event has is refused.
func readEvent(c *call) (given, error) {
	var raw map[string]json.RawMessage
	if err := c.decode(&raw); err != nil {
		return nil, err
	}
	g := given{}
	for name, value := range raw {
		if strings.HasPrefix(name, "@") || strings.Contains(name, "@odata.") {
			continue
		}
		key := strings.ToLower(name)
		if _, known := eventSchema.find(name); !known && eventSetters[key] == nil {
			return nil, failf(codeRequestBody, "The property '%s' does not exist on type 'microsoft.graph.event'. Make sure to only use property names that are defined by the type.", name)
		}
		g[key] = value
	}
	return g, nil
}

// apply writes the properties into an event. A null leaves what was there, save for a recurrence, which ends with it.
func (g given) apply(e *eventState) error {
	for _, name := range slices.Sorted(maps.Keys(g)) { // in order: where both are sent, locations comes after location
		set, value := eventSetters[name], g[name]
		if set == nil || string(value) == "null" && name != "recurrence" {
			continue
		}
		if err := set(e, value); err != nil {
			return err
		}
	}
	return nil
}

// has tells whether one of the properties was sent.
func (g given) has(names ...string) bool {
	for _, name := range names {
		if g[name] != nil {
			return true
		}
	}
	return false
}

// read decodes a property, in Graph's words where it cannot.
func read(value json.RawMessage, v any) error {
	if err := json.Unmarshal(value, v); err != nil {
		return failf(codeRequestBody, "Cannot convert a value of the request to the expected type. Value: %s", value)
	}
	return nil
}

// into sets a simple property.
func into[T any](field func(*eventState) *T) func(*eventState, json.RawMessage) error {
	return func(e *eventState, value json.RawMessage) error {
		var v T // a fresh one: a slice must not write into another event's
		if err := read(value, &v); err != nil {
			return err
		}
		*field(e) = v
		return nil
	}
}

// setWord sets a property that is one of a few words.
func setWord(field func(*eventState) *string, words ...string) func(*eventState, json.RawMessage) error {
	return func(e *eventState, value json.RawMessage) error {
		var word string
		if err := read(value, &word); err != nil {
			return err
		}
		known := oneOf(word, words)
		if known == "" {
			return failf(codeRequestBody, "Requested value '%s' was not found.", word)
		}
		*field(e) = known
		return nil
	}
}

func setTime(field func(*eventState) *DateTimeTimeZone) func(*eventState, json.RawMessage) error {
	return func(e *eventState, value json.RawMessage) error {
		var v struct {
			DateTime string `json:"dateTime"`
			TimeZone string `json:"timeZone"`
		}
		if err := read(value, &v); err != nil {
			return err
		}
		if v.TimeZone == "" {
			return refuse(codeZoneUnknown, "A valid TimeZone value must be specified. The following TimeZone value is not supported: ''.")
		}
		*field(e) = DateTimeTimeZone{v.DateTime, v.TimeZone}
		return nil
	}
}

func setEventBody(e *eventState, value json.RawMessage) error {
	var v struct {
		ContentType string `json:"contentType"`
		Content     string `json:"content"`
	}
	if err := read(value, &v); err != nil {
		return err
	}
	kind := oneOf(orElse(v.ContentType, "text"), []string{"text", "html"})
	if kind == "" {
		return failf(codeRequestBody, "Requested value '%s' was not found.", v.ContentType)
	}
	e.Body = Body{kind, v.Content}
	return nil
}

// placeInput is https://learn.microsoft.com/graph/api/resources/location, as far as a client writes it.
type placeInput struct {
	DisplayName          string          `json:"displayName"`
	LocationEmailAddress string          `json:"locationEmailAddress"`
	LocationURI          string          `json:"locationUri"`
	Address              json.RawMessage `json:"address"`
	Coordinates          json.RawMessage `json:"coordinates"`
}

func (p placeInput) place() place {
	return place{p.DisplayName, p.LocationEmailAddress, p.LocationURI, p.Address, p.Coordinates}
}

// setLocation replaces all places, as Graph does. An empty one leaves none.
func setLocation(e *eventState, value json.RawMessage) error {
	var v placeInput
	if err := read(value, &v); err != nil {
		return err
	}
	e.places = nil
	if v.DisplayName != "" {
		e.places = []place{v.place()}
	}
	return nil
}

func setLocations(e *eventState, value json.RawMessage) error {
	var v []placeInput
	if err := read(value, &v); err != nil {
		return err
	}
	e.places = nil
	for _, p := range v {
		e.places = append(e.places, p.place())
	}
	return nil
}

// attendeeInput is https://learn.microsoft.com/graph/api/resources/attendeebase.
type attendeeInput struct {
	Type string `json:"type"`
	recipientJSON
}

// attendee checks what a client wrote.
func (a attendeeInput) attendee() (Attendee, error) {
	kind := oneOf(orElse(a.Type, "required"), []string{"required", "optional", "resource"})
	if kind == "" {
		return Attendee{}, failf(codeRequestBody, "Requested value '%s' was not found.", a.Type)
	}
	if !strings.Contains(a.EmailAddress.Address, "@") {
		return Attendee{}, failf(codeInvalidRecipient, "At least one recipient is not valid. '%s' is no address.", a.EmailAddress.Address)
	}
	return Attendee{Recipient: a.recipient(), Type: kind}, nil
}

func setAttendees(e *eventState, value json.RawMessage) error {
	var v []attendeeInput
	if err := read(value, &v); err != nil {
		return err
	}
	answers := map[string]Attendee{} // who stays invited keeps the answer
	for _, a := range e.Attendees {
		answers[strings.ToLower(a.Address)] = a
	}
	e.Attendees = nil
	for _, given := range v {
		a, err := given.attendee()
		if err != nil {
			return err
		}
		old := answers[strings.ToLower(a.Address)]
		a.Response, a.Time = old.Response, old.Time
		e.Attendees = append(e.Attendees, a)
	}
	return nil
}

// setRecurrence reads https://learn.microsoft.com/graph/api/resources/patternedrecurrence. The rule itself is checked with
// the event's times.
func setRecurrence(e *eventState, value json.RawMessage) error {
	var v *struct {
		Pattern *struct {
			Type           string   `json:"type"`
			Interval       *int     `json:"interval"`
			Month          int      `json:"month"`
			DayOfMonth     int      `json:"dayOfMonth"`
			DaysOfWeek     []string `json:"daysOfWeek"`
			FirstDayOfWeek string   `json:"firstDayOfWeek"`
			Index          string   `json:"index"`
		} `json:"pattern"`
		Range *struct {
			Type                string `json:"type"`
			StartDate           string `json:"startDate"`
			EndDate             string `json:"endDate"`
			NumberOfOccurrences int    `json:"numberOfOccurrences"`
			RecurrenceTimeZone  string `json:"recurrenceTimeZone"`
		} `json:"range"`
	}
	if err := read(value, &v); err != nil {
		return err
	}
	if v == nil {
		e.Recurrence = nil
		return nil
	}
	if v.Pattern == nil || v.Range == nil || v.Pattern.Interval == nil || *v.Pattern.Interval < 1 || v.Range.StartDate == "" {
		return refuse(codePropertyInvalid, "At least one property failed validation. A recurrence needs pattern.type, pattern.interval, range.type and range.startDate.")
	}
	p, r := v.Pattern, v.Range
	e.Recurrence = &PatternedRecurrence{
		RecurrencePattern{p.Type, *p.Interval, p.Month, p.DayOfMonth, p.DaysOfWeek, p.FirstDayOfWeek, p.Index},
		RecurrenceRange{r.Type, r.StartDate, r.EndDate, r.NumberOfOccurrences, r.RecurrenceTimeZone},
	}
	return nil
}

// setOnlineMeeting makes a link to join, once.
func setOnlineMeeting(e *eventState, value json.RawMessage) error {
	var on bool
	if err := read(value, &on); err != nil {
		return err
	}
	switch {
	case !on:
		e.OnlineMeeting = ""
	case e.OnlineMeeting == "":
		e.OnlineMeeting = "https://teams.microsoft.com/l/meetup-join/" + url.PathEscape("19:meeting_"+guid("meeting", e.ID)+"@thread.v2") + "/0"
	}
	return nil
}

// oneOf returns the spelling of s in the list, or "".
func oneOf(s string, list []string) string {
	for _, known := range list {
		if strings.EqualFold(s, known) {
			return known
		}
	}
	return ""
}
