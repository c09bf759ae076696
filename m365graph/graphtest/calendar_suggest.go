package graphtest

import (
	"cmp"
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/m365go/sdk/m365graph/internal/recurrence"
)

// What findMeetingTimes assumes and allows.
const (
	defaultCandidates = 20
	maxCandidates     = 100
	defaultDuration   = 30 * time.Minute
	defaultChance     = 50
	suggestStep       = 30 * time.Minute
	suggestAhead      = 7 * 24 * time.Hour // where no times are given
)

// chances are how likely somebody comes, by what their calendar shows.
var chances = map[string]float64{"free": 100, "tentative": 50, "unknown": 49, "busy": 0, "oof": 0}

// meetingSearch is a request of findMeetingTimes.
type meetingSearch struct {
	guests     []Attendee
	diaries    [][]*eventView // of each guest; nil: not known here
	known      []bool
	organizer  []*eventView
	optional   bool // the organizer need not come
	duration   time.Duration
	domain     string
	slots      []timeSlot
	candidates int
	chance     float64
	reasons    bool
	places     []object
	hours      workingHours   // of the mailbox
	loc        *time.Location // of those hours
}

// suggestion is one of https://learn.microsoft.com/graph/api/resources/meetingtimesuggestion.
type suggestion struct {
	start        time.Time
	confidence   float64
	organizer    string
	availability []string
}

// findMeetingTimes suggests when people could meet.
func findMeetingTimes(c *call) (*reply, error) {
	in, err := c.readSearch()
	if err != nil {
		return nil, err
	}
	zone, err := calendarZone(c)
	if err != nil {
		return nil, err
	}
	found, reason := in.suggest()
	values := []object{}
	for i, s := range found {
		values = append(values, in.show(s, i+1, zone))
	}
	return jsonReply(object{
		{"@odata.context", c.metadata("microsoft.graph.meetingTimeSuggestionsResult")},
		{"emptySuggestionsReason", reason}, {"meetingTimeSuggestions", values},
	}), nil
}

// readSearch reads the body, in which clients quote numbers and booleans.
func (c *call) readSearch() (*meetingSearch, error) {
	in := &meetingSearch{duration: defaultDuration, domain: "work", candidates: defaultCandidates, chance: defaultChance}
	var guests []attendeeInput
	var constraint struct {
		ActivityDomain string
		TimeSlots      []struct{ Start, End DateTimeTimeZone }
	}
	var location struct{ Locations []placeInput }
	err := c.readAction(map[string]func(json.RawMessage) error{
		"attendees":                 func(raw json.RawMessage) error { return read(raw, &guests) },
		"timeconstraint":            func(raw json.RawMessage) error { return read(raw, &constraint) },
		"locationconstraint":        func(raw json.RawMessage) error { return read(raw, &location) },
		"isorganizeroptional":       func(raw json.RawMessage) (err error) { in.optional, err = readQuotedBool(raw, false); return err },
		"returnsuggestionreasons":   func(raw json.RawMessage) (err error) { in.reasons, err = readQuotedBool(raw, false); return err },
		"maxcandidates":             func(raw json.RawMessage) error { return readQuotedNumber(raw, &in.candidates) },
		"minimumattendeepercentage": func(raw json.RawMessage) error { return readQuotedNumber(raw, &in.chance) },
		"meetingduration":           func(raw json.RawMessage) error { return readDuration(raw, &in.duration) },
	})
	if err != nil {
		return nil, err
	}
	if in.domain = oneOf(orElse(constraint.ActivityDomain, "work"), []string{"unknown", "work", "personal", "unrestricted"}); in.domain == "" {
		return nil, failf(codeRequestBody, "Requested value '%s' was not found.", constraint.ActivityDomain)
	}
	switch {
	case in.candidates < 1 || in.candidates > maxCandidates:
		return nil, refuse(codeParameterInvalid, "The parameter 'MaxCandidates' must be between 1 and %d.", maxCandidates)
	case in.chance < 0 || in.chance > 100:
		return nil, refuse(codeParameterInvalid, "The parameter 'MinimumAttendeePercentage' must be between 0 and 100.")
	case len(guests) > maxSchedules:
		return nil, refuse(codeParameterInvalid, "The number of attendees must be at most %d.", maxSchedules)
	}
	for _, slot := range constraint.TimeSlots {
		window := scheduleInput{StartTime: slot.Start, EndTime: slot.End}
		from, to, err := window.window()
		if err != nil {
			return nil, err
		}
		in.slots = append(in.slots, timeSlot{momentOf(from), momentOf(to)})
	}
	if in.slots == nil {
		in.slots = []timeSlot{{momentOf(c.now), momentOf(c.now.Add(suggestAhead))}}
	}
	for _, p := range location.Locations {
		in.places = append(in.places, p.place().object())
	}
	return in, c.openDiaries(in, guests)
}

// openDiaries reads what the people asked for have in their calendars.
func (c *call) openDiaries(in *meetingSearch, guests []attendeeInput) (err error) {
	in.hours = c.user.mail.settings.hours
	if in.loc, err = loadZone(in.hours.TimeZone.Name); err != nil {
		return err
	}
	diary := func(u *userState) (views []*eventView) {
		for _, slot := range in.slots {
			views = append(views, u.calendar.calendars[0].between(slot.start.time(), slot.end.time())...)
		}
		return slices.DeleteFunc(views, func(v *eventView) bool { return v.busyLevel() == 0 })
	}
	in.organizer = diary(c.user)
	for _, g := range guests {
		a, err := g.attendee()
		if err != nil {
			return err
		}
		u := c.s.tenant.byAddress(a.Address)
		in.guests, in.known = append(in.guests, a), append(in.known, u != nil)
		var views []*eventView
		if u != nil {
			views = diary(u)
		}
		in.diaries = append(in.diaries, views)
	}
	return nil
}

// suggest finds the best times, the likeliest first; where there is none it says why.
func (in *meetingSearch) suggest() (found []suggestion, reason string) {
	seen := map[time.Time]bool{}
	busy, unsure := 0, false
	for _, slot := range in.slots {
		from := slot.start.time()
		if late := from.Sub(from.Truncate(suggestStep)); late > 0 {
			from = from.Add(suggestStep - late)
		}
		for at := from; !at.Add(in.duration).After(slot.end.time()); at = at.Add(suggestStep) {
			if seen[at] || !in.inHours(at) {
				continue
			}
			seen[at] = true
			s := in.weigh(at)
			switch {
			case !in.optional && chances[s.organizer] == 0:
				busy++
			case s.confidence >= in.chance:
				found = append(found, s)
			case slices.Contains(s.availability, "unknown"):
				unsure = true
			}
		}
	}
	slices.SortFunc(found, func(a, b suggestion) int {
		return cmp.Or(cmp.Compare(b.confidence, a.confidence), a.start.Compare(b.start))
	})
	switch {
	case len(found) > 0:
	case len(seen) == 0:
		reason = "unknown" // no time at all to look at
	case busy == len(seen):
		reason = "organizerUnavailable"
	case unsure:
		reason = "attendeesUnavailableOrUnknown"
	default:
		reason = "attendeesUnavailable"
	}
	return found[:min(len(found), in.candidates)], reason
}

// weigh tells how likely everybody comes.
func (in *meetingSearch) weigh(at time.Time) suggestion {
	end := at.Add(in.duration)
	s := suggestion{start: at, confidence: 100, organizer: busiest(in.organizer, at, end)}
	sum := 0.0
	for i, views := range in.diaries {
		state := "unknown"
		if in.known[i] {
			state = busiest(views, at, end)
		}
		s.availability = append(s.availability, state)
		sum += chances[state]
	}
	if len(in.guests) > 0 {
		s.confidence = sum / float64(len(in.guests))
	}
	return s
}

// busiest is what a diary shows for a time.
func busiest(views []*eventView, from, to time.Time) string {
	level := 0
	for _, v := range views {
		if v.start.Before(to) && v.end.After(from) {
			level = max(level, v.busyLevel())
		}
	}
	return freeBusy[level]
}

// inHours tells whether a meeting would lie within the hours that were asked for, by the mailbox's clock.
func (in *meetingSearch) inHours(at time.Time) bool {
	if in.domain == "unrestricted" {
		return true
	}
	begin, end := recurrence.WallOf(at.In(in.loc)), recurrence.WallOf(at.Add(in.duration).In(in.loc))
	day := weekdays[begin.Day.Weekday()]
	open, okOpen := parseDateTime("2000-01-01T"+in.hours.Start, time.UTC)
	shut, okShut := parseDateTime("2000-01-01T"+in.hours.End, time.UTC)
	works := slices.Contains(in.hours.Days, day) || in.domain == "personal" && (day == "saturday" || day == "sunday")
	return works && okOpen && okShut && begin.Day == end.Day && begin.Clock >= open.Clock && end.Clock <= shut.Clock
}

func (in *meetingSearch) show(s suggestion, n int, zone *answerZone) object {
	guests := []object{}
	for i, g := range in.guests {
		guests = append(guests, object{{"availability", s.availability[i]}, {"attendee", object{
			{"type", orElse(g.Type, "required")}, {"emailAddress", object{{"address", g.Address}}},
		}}})
	}
	o := object{{"confidence", s.confidence}, {"order", n}, {"organizerAvailability", s.organizer}}
	if in.reasons {
		reason := "Suggested because it is one of the nearest times when most attendees are available."
		if s.confidence == 100 {
			reason = "Suggested because it is one of the nearest times when all attendees are available."
		}
		o = append(o, member{"suggestionReason", reason})
	}
	places := in.places
	if places == nil {
		places = []object{}
	}
	return append(o, member{"attendeeAvailability", guests}, member{"locations", places}, member{"meetingTimeSlot", object{
		{"start", zone.show(s.start)}, {"end", zone.show(s.start.Add(in.duration))},
	}})
}

// momentOf is an instant by the clock of UTC.
func momentOf(t time.Time) moment { return moment{recurrence.WallOf(t.UTC()), time.UTC, "UTC"} }

// readQuotedNumber reads a number that some clients quote.
func readQuotedNumber(raw json.RawMessage, v any) error {
	return read(json.RawMessage(strings.Trim(string(raw), `"`)), v)
}

var durationPattern = regexp.MustCompile(`^P(?:(\d{1,3})D)?(?:T(?:(\d{1,4})H)?(?:(\d{1,5})M)?)?$`)

// readDuration reads an Edm.Duration such as PT1H30M, of at most a day.
func readDuration(raw json.RawMessage, d *time.Duration) error {
	var text string
	if err := read(raw, &text); err != nil || string(raw) == "null" {
		return err
	}
	parts := durationPattern.FindStringSubmatch(text)
	if parts == nil {
		return failf(codeRequestBody, "Cannot convert the literal '%s' to the expected type 'Edm.Duration'.", text)
	}
	var total time.Duration
	for i, unit := range []time.Duration{24 * time.Hour, time.Hour, time.Minute} {
		n, _ := strconv.Atoi(parts[i+1]) // "" is none
		total += time.Duration(n) * unit
	}
	if total <= 0 || total > 24*time.Hour {
		return refuse(codeParameterInvalid, "The meeting duration '%s' is not between a minute and a day.", text)
	}
	*d = total
	return nil
}
