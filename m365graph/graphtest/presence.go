package graphtest

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// presenceState is whether a person is at hand, as they and programs say.
type presenceState struct {
	sessions  []presenceSession // of applications
	preferred *presenceSession  // what the person chose; nil: nothing
	status    *statusMessage    // nil: as loaded
	changes   int
}

// presenceSession is what one application, or the person, says until it ends.
type presenceSession struct {
	id                     string
	availability, activity string
	begun, ends            time.Time
}

// statusMessage is https://learn.microsoft.com/graph/api/resources/presencestatusmessage.
type statusMessage struct {
	body      Body
	published time.Time
	expires   time.Time // zero: never
	zone      string    // of expires, as it was written
	wall      string
}

// idleAfter is how long a session stays available without being renewed, and
// then inactive.
const idleAfter = 5 * time.Minute

// ranks order what applications say, the weightiest first.
var ranks = []string{"DoNotDisturb", "Busy", "Available", "Away"}

// at is what a session says at a time: who was available becomes inactive,
// and then away.
func (p *presenceSession) at(now time.Time) (availability, activity string) {
	if p.availability != "Available" {
		return p.availability, p.activity
	}
	switch idle := now.Sub(p.begun); {
	case idle >= 2*idleAfter:
		return "Away", "Away"
	case idle >= idleAfter:
		return "Available", "AvailableInactive"
	}
	return p.availability, p.activity
}

// presence is how a person stands now, by the rules of
// https://learn.microsoft.com/graph/cloud-communications-manage-presence-state:
// what they prefer counts above what applications say, if any does.
func (u *userState) presence(now time.Time) (availability, activity string) {
	availability, activity = "Offline", "Offline"
	if given := u.Presence; given != nil && given.Availability != "" {
		availability = given.Availability
		activity = or(given.Activity, availability)
	}
	rank := len(ranks)
	online := availability != "Offline"
	for _, s := range u.present.sessions {
		if !now.Before(s.ends) {
			continue
		}
		online = true
		v, a := s.at(now)
		if r := slices.Index(ranks, v); r >= 0 && r < rank {
			rank, availability, activity = r, v, a
		}
	}
	if p := u.present.preferred; p != nil && online && now.Before(p.ends) {
		return p.availability, p.activity
	}
	return availability, activity
}

// presenceSchema is https://learn.microsoft.com/graph/api/resources/presence.
var presenceSchema = &schema[*userState]{
	name: "presence", page: 650, maxPage: 650,
	props: []property[*userState]{
		{name: "id", typ: "Edm.String", get: func(_ *call, u *userState) any { return u.ID }},
		{name: "availability", typ: "Edm.String", get: func(c *call, u *userState) any {
			availability, _ := u.presence(c.now)
			return availability
		}},
		{name: "activity", typ: "Edm.String", get: func(c *call, u *userState) any {
			_, activity := u.presence(c.now)
			return activity
		}},
		{name: "statusMessage", typ: "presenceStatusMessage", get: func(c *call, u *userState) any { return u.statusObject(c.now) }},
		{name: "outOfOfficeSettings", typ: "outOfOfficeSettings", get: func(_ *call, u *userState) any {
			if u.Presence == nil || u.Presence.OutOfOffice == "" {
				return object{{"message", nil}, {"isOutOfOffice", false}}
			}
			return object{{"message", u.Presence.OutOfOffice}, {"isOutOfOffice", true}}
		}},
		{name: "workLocation", typ: "userWorkLocation"},
		{name: "sequenceNumber", typ: "Edm.String", get: func(_ *call, u *userState) any { return "A" + itoa(u.present.changes+1) }},
	},
}

// statusObject is the status message; null once it expired.
func (u *userState) statusObject(now time.Time) any {
	s := u.present.status
	switch {
	case s == nil && u.Presence != nil && u.Presence.StatusMessage != "":
		return object{{"publishedDateTime", nil}, {"message", object{{"content", u.Presence.StatusMessage}, {"contentType", "text"}}}, {"expiryDateTime", nil}}
	case s == nil || s.body.Content == "" || !s.expires.IsZero() && !now.Before(s.expires):
		return nil
	}
	var expiry any
	if !s.expires.IsZero() {
		expiry = object{{"dateTime", s.wall}, {"timeZone", s.zone}}
	}
	return object{{"publishedDateTime", s.published}, {"message", object{{"content", s.body.Content}, {"contentType", or(s.body.ContentType, "text")}}}, {"expiryDateTime", expiry}}
}

func presenceRoutes() []route {
	read := []string{"Presence.Read", "Presence.Read.All", "Presence.ReadWrite"}
	readAll := []string{"Presence.Read.All"}
	readRoles := append(readAll, "Presence.ReadWrite.All")
	write, writeAll := []string{"Presence.ReadWrite"}, []string{"Presence.ReadWrite.All"}
	const fixed = "Nobody's own client is ever signed in: without a session of an application it shows what the tenant was loaded with."
	routes := []route{
		{method: "GET", pattern: "/~/presence", doc: teamsDoc + "presence-get", scopes: read, roles: readRoles, shared: true, options: optSelect, handle: getPresence, differs: fixed},
		{method: "GET", pattern: "/communications/presences/{user}", doc: teamsDoc + "presence-get", scopes: read, roles: readRoles, shared: true, options: optSelect, handle: getPresence, differs: fixed},
		{method: "POST", pattern: "/communications/getPresencesByUserId", doc: teamsDoc + "cloudcommunications-getpresencesbyuserid", scopes: readAll, roles: readAll,
			options: optSelect, handle: getPresences},
	}
	for _, action := range presenceActions {
		for _, at := range []string{"/~/presence/", "/communications/presences/{user}/"} {
			routes = append(routes, route{method: "POST", pattern: at + action.name, doc: teamsDoc + "presence-" + strings.ToLower(action.name),
				scopes: write, roles: writeAll, options: noOptions, handle: changePresence(action.apply)})
		}
	}
	return ofTeams(routes)
}

func getPresence(c *call) (*reply, error) {
	if c.user != c.me() && !c.token.app && !c.token.has([]string{"Presence.Read.All"}) {
		return nil, teamwork.missing(c, []string{"Presence.Read.All"})
	}
	return one(c, presenceSchema, c.user, userContext(c)+"/presence")
}

// mostPresences is how many people one request may ask for.
const mostPresences = 650

func getPresences(c *call) (*reply, error) {
	var in struct {
		IDs []string `json:"ids"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	if len(in.IDs) == 0 || len(in.IDs) > mostPresences {
		return nil, failf(codeBadRequest, "Invalid number of ids: 1 to %d are supported.", mostPresences)
	}
	var people []*userState
	for _, id := range in.IDs {
		if u := c.s.tenant.byID[strings.ToLower(id)]; u != nil {
			people = append(people, u)
		}
	}
	return list(c, listing[*userState]{schema: presenceSchema, items: people, context: "Collection(microsoft.graph.presence)"})
}

// changePresence answers an action on somebody's presence.
func changePresence(apply func(*call, *presenceInput) error) func(*call) (*reply, error) {
	return func(c *call) (*reply, error) {
		var in presenceInput
		if len(c.body) > 0 {
			if err := c.decode(&in); err != nil {
				return nil, err
			}
		}
		if err := apply(c, &in); err != nil {
			return nil, err
		}
		c.user.present.changes++
		c.s.tenant.journal.record("communications/presences", c.user.ID, itemUpdated)
		return emptyReply(http.StatusOK), nil
	}
}
