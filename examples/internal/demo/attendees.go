package demo

import (
	"strings"

	ics "github.com/arran4/golang-ical"

	"github.com/m365go/sdk/m365graph/graphtest"
)

// people sets who organizes the event and who is invited.
func (r *eventReader) people(e *graphtest.Event) {
	mine := false
	if p, ok := property(r.c, "ORGANIZER"); ok {
		if who, ok := recipient(p); ok {
			e.Organizer = &who
			mine = strings.EqualFold(who.Address, r.owner)
		}
	}
	if mine {
		e.ResponseStatus = "organizer"
	}
	for _, p := range properties(r.c, "ATTENDEE") {
		who, ok := recipient(p)
		if !ok {
			continue
		}
		a := graphtest.Attendee{Recipient: who, Type: attendeeType(p), Response: response(p)}
		if strings.EqualFold(who.Address, r.owner) && !mine {
			e.ResponseStatus = a.Response
			if a.Response == "none" {
				e.ResponseStatus = "notResponded"
			}
		}
		e.Attendees = append(e.Attendees, a)
	}
}

func attendeeType(p ics.IANAProperty) string {
	switch strings.ToUpper(parameter(p, "CUTYPE")) {
	case "ROOM", "RESOURCE":
		return "resource"
	}
	switch strings.ToUpper(parameter(p, "ROLE")) {
	case "OPT-PARTICIPANT", "NON-PARTICIPANT":
		return "optional"
	}
	return "required"
}

func response(p ics.IANAProperty) string {
	switch strings.ToUpper(parameter(p, "PARTSTAT")) {
	case "ACCEPTED":
		return "accepted"
	case "TENTATIVE":
		return "tentativelyAccepted"
	case "DECLINED":
		return "declined"
	}
	return "none"
}

// recipient reads a person from mailto:sales@contoso.example.
func recipient(p ics.IANAProperty) (graphtest.Recipient, bool) {
	address := strings.TrimSpace(clean(p.Value))
	if len(address) > 7 && strings.EqualFold(address[:7], "mailto:") {
		address = address[7:]
	}
	if email := parameter(p, "EMAIL"); email != "" {
		address = email
	}
	name := line(parameter(p, "CN"))
	if !isAddress(address) {
		address = ""
	}
	return graphtest.Recipient{Name: name, Address: address}, name+address != ""
}
