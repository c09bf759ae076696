package graphtest

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// presenceActions are what can be said of somebody's presence.
var presenceActions = []struct {
	name  string
	apply func(*call, *presenceInput) error
}{
	{"setPresence", setPresence},
	{"clearPresence", clearPresence},
	{"setUserPreferredPresence", setPreferredPresence},
	{"clearUserPreferredPresence", clearPreferredPresence},
	{"setStatusMessage", setStatusMessage},
}

// presenceInput is the body of any of the actions.
type presenceInput struct {
	SessionID    string  `json:"sessionId"`
	Availability string  `json:"availability"`
	Activity     string  `json:"activity"`
	Duration     *string `json:"expirationDuration"`
	Status       *struct {
		Message *struct {
			Content     string `json:"content"`
			ContentType string `json:"contentType"`
		} `json:"message"`
		Expiry *struct {
			DateTime string `json:"dateTime"`
			TimeZone string `json:"timeZone"`
		} `json:"expiryDateTime"`
	} `json:"statusMessage"`
}

// Pairs of availability and activity that can be set, by
// https://learn.microsoft.com/graph/api/presence-setpresence and
// https://learn.microsoft.com/graph/api/presence-setuserpreferredpresence.
var (
	sessionPairs   = []string{"Available/Available", "Busy/InACall", "Busy/InAConferenceCall", "Away/Away", "DoNotDisturb/Presenting"}
	preferredPairs = []string{"Available/Available", "Busy/Busy", "DoNotDisturb/DoNotDisturb", "BeRightBack/BeRightBack", "Away/Away", "Offline/OffWork"}
)

// session reads what is said, and until when.
func (in *presenceInput) session(c *call, pairs []string, otherwise, shortest, longest time.Duration) (presenceSession, error) {
	s := presenceSession{id: in.SessionID, availability: in.Availability, activity: in.Activity, begun: c.now}
	if !slices.Contains(pairs, in.Availability+"/"+in.Activity) {
		return s, failf(codeBadRequest, "The combination of availability '%s' and activity '%s' is not supported.", in.Availability, in.Activity)
	}
	d := otherwise
	if in.Duration != nil {
		var ok bool
		if d, ok = parseDuration(*in.Duration); !ok || d < shortest || d > longest {
			return s, invalidValue("expirationDuration")
		}
	}
	s.ends = c.now.Add(d)
	return s, nil
}

func setPresence(c *call, in *presenceInput) error {
	if in.SessionID == "" {
		return invalidValue("sessionId")
	}
	s, err := in.session(c, sessionPairs, 5*time.Minute, 5*time.Minute, 4*time.Hour)
	if err != nil {
		return err
	}
	c.user.present.end(s.id)
	c.user.present.sessions = append(c.user.present.sessions, s)
	return nil
}

func clearPresence(c *call, in *presenceInput) error {
	if in.SessionID == "" {
		return invalidValue("sessionId")
	}
	if !c.user.present.end(in.SessionID) {
		return failf(codeNotFound, "The presence session '%s' was not found.", in.SessionID)
	}
	return nil
}

// end takes a session out; it tells whether it was there.
func (p *presenceState) end(id string) bool {
	before := len(p.sessions)
	p.sessions = slices.DeleteFunc(p.sessions, func(s presenceSession) bool { return strings.EqualFold(s.id, id) })
	return len(p.sessions) < before
}

func setPreferredPresence(c *call, in *presenceInput) error {
	week := 7 * 24 * time.Hour
	otherwise := week
	if in.Availability == "DoNotDisturb" || in.Availability == "Busy" {
		otherwise = 24 * time.Hour
	}
	s, err := in.session(c, preferredPairs, otherwise, time.Minute, 52*week)
	if err != nil {
		return err
	}
	c.user.present.preferred = &s
	return nil
}

func clearPreferredPresence(c *call, _ *presenceInput) error {
	c.user.present.preferred = nil
	return nil
}

// maxStatus is how long a status message may be.
const maxStatus = 280

func setStatusMessage(c *call, in *presenceInput) error {
	if in.Status == nil {
		return failf(codeBadRequest, "The request is missing the required parameter 'statusMessage'.")
	}
	s := &statusMessage{published: c.now}
	if m := in.Status.Message; m != nil {
		s.body = Body{ContentType: strings.ToLower(or(m.ContentType, "text")), Content: m.Content}
	}
	if e := in.Status.Expiry; e != nil {
		at, err := parseMoment(DateTimeTimeZone{DateTime: e.DateTime, TimeZone: e.TimeZone})
		if err != nil {
			return invalidValue("expiryDateTime")
		}
		s.expires, s.wall, s.zone = at.time(), e.DateTime, or(e.TimeZone, "UTC")
	}
	if len([]rune(s.body.Content)) > maxStatus {
		return invalidValue("message")
	}
	c.user.present.status = s
	return nil
}

// parseDuration reads a duration of ISO 8601 in days and smaller parts, such
// as P1DT2H30M.
func parseDuration(text string) (time.Duration, bool) {
	date, clock, _ := strings.Cut(strings.TrimPrefix(text, "P"), "T")
	if !strings.HasPrefix(text, "P") || date == "" && clock == "" {
		return 0, false
	}
	var total time.Duration
	for _, part := range []struct {
		text  string
		units map[byte]time.Duration
	}{
		{date, map[byte]time.Duration{'D': 24 * time.Hour, 'W': 7 * 24 * time.Hour}},
		{clock, map[byte]time.Duration{'H': time.Hour, 'M': time.Minute, 'S': time.Second}},
	} {
		rest := part.text
		for rest != "" {
			i := strings.IndexFunc(rest, func(r rune) bool { return (r < '0' || r > '9') && r != '.' })
			if i <= 0 || i > 9 {
				return 0, false
			}
			n, err := strconv.ParseFloat(rest[:i], 64)
			unit, known := part.units[rest[i]]
			if err != nil || !known || n > 1e6 {
				return 0, false
			}
			total += time.Duration(n * float64(unit))
			rest = rest[i+1:]
		}
	}
	return total, true
}
