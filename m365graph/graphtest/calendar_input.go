package graphtest

import (
	"encoding/json"
	"maps"
	"net/url"
	"strings"
)

// eventSetters take over the properties that a client may write.
var eventSetters = inputs[eventState]{
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
	"body":                       intoBody(func(e *eventState) *Body { return &e.Body }),
	"location":                   setLocation,
	"locations":                  setLocations,
	"attendees":                  setAttendees,
	"recurrence":                 intoRecurrence(func(e *eventState) **PatternedRecurrence { return &e.Recurrence }),
	"isonlinemeeting":            setOnlineMeeting,

	"singlevalueextendedproperties": intoProperties(func(e *eventState) *[]extendedProperty { return &e.properties }),
}

// readEvent reads the body of a POST or PATCH.
func readEvent(c *call) (given, error) { return readGiven(c, eventSchema, eventSetters) }

// apply writes the properties into an event. A null leaves what was there, save for a recurrence, which ends with it.
func (g given) apply(e *eventState) error {
	written := maps.Clone(g)
	maps.DeleteFunc(written, func(name string, value json.RawMessage) bool { return string(value) == "null" && name != "recurrence" })
	return eventSetters.apply(written, e)
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
