package graphtest

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"
)

// answer is what somebody says to an invitation.
type answer struct {
	response string // "accepted", "tentativelyAccepted" or "declined"
	comment  string
	send     bool      // tell the organizer
	slot     *timeSlot // another time that would suit; nil: none
}

// answerWords are how a message about each answer begins, and what kind it is.
var answerWords = map[string]struct{ subject, kind string }{
	"accepted":            {"Accepted: ", "meetingAccepted"},
	"tentativelyAccepted": {"Tentative: ", "meetingTenativelyAccepted"}, // spelt so by Graph
	"declined":            {"Declined: ", "meetingDeclined"},
}

func acceptEvent(c *call) (*reply, error) { return answerEventAs(c, "accepted") }

func tentativelyAcceptEvent(c *call) (*reply, error) { return answerEventAs(c, "tentativelyAccepted") }

func declineEvent(c *call) (*reply, error) { return answerEventAs(c, "declined") }

// answerEventAs answers an invitation.
func answerEventAs(c *call, response string) (*reply, error) {
	view, err := eventOf(c)
	if err != nil {
		return nil, err
	}
	a, err := readAnswer(c, response)
	if err != nil {
		return nil, err
	}
	const refused = "Your request can't be completed. "
	switch {
	case view.isOrganizer():
		return nil, failf(codeInvalidRequest, refused+"You can't respond to this meeting because you're the meeting organizer.")
	case view.IsCancelled:
		return nil, failf(codeInvalidRequest, refused+"You can't respond to this meeting because it has been cancelled.")
	case a.send && !view.wantsResponse:
		return nil, failf(codeInvalidRequest, refused+"The meeting organizer hasn't requested a response.")
	case a.slot != nil && !view.allowProposals:
		return nil, failf(codeInvalidRequest, refused+"The meeting organizer doesn't allow new time proposals.")
	case a.slot != nil && !a.send:
		return nil, failf(codeInvalidRequest, refused+"A new time can only be proposed in a response that is sent.")
	}
	c.respond(view, *a)
	return accepted(), nil
}

// readAnswer reads the body of accept and its like, which may be left out.
func readAnswer(c *call, response string) (*answer, error) {
	a := &answer{response: response, send: true}
	var slot *struct {
		Start, End struct{ DateTime, TimeZone string }
	}
	fields := map[string]func(json.RawMessage) error{
		"comment":      func(raw json.RawMessage) error { return read(raw, &a.comment) },
		"sendresponse": func(raw json.RawMessage) (err error) { a.send, err = readQuotedBool(raw, true); return err },
	}
	if response != "accepted" {
		fields["proposednewtime"] = func(raw json.RawMessage) error { return read(raw, &slot) }
	}
	if err := c.readAction(fields); err != nil || slot == nil {
		return a, err
	}
	start, err := parseMoment(DateTimeTimeZone(slot.Start))
	if err != nil {
		return nil, err
	}
	end, err := parseMoment(DateTimeTimeZone(slot.End))
	if err != nil {
		return nil, err
	}
	if !end.time().After(start.time()) {
		return nil, refuse(codeParameterInvalid, "The proposed new time ends before it starts.")
	}
	a.slot = &timeSlot{start, end}
	return a, nil
}

// readAction reads the parameters of an action, by lower-cased name. Others than those of the table are refused; no body at
// all is like an empty one.
func (c *call) readAction(fields map[string]func(json.RawMessage) error) error {
	if len(c.body) == 0 {
		return nil
	}
	return c.readFields(fields, func(name string) error {
		return failf(codeRequestBody, "The parameter '%s' in the request payload is not a valid parameter for the operation.", name)
	})
}

// readQuotedBool reads a boolean that some clients quote; null means what holds without it.
func readQuotedBool(raw json.RawMessage, otherwise bool) (bool, error) {
	if string(raw) == "null" {
		return otherwise, nil
	}
	b, err := readBool(raw)
	if err != nil {
		return false, failf(codeRequestBody, "Cannot convert a value of the request to the expected type. Value: %s", raw)
	}
	return b, nil
}

// respond writes an answer into the attendee's calendar and, if it is sent, into the organizer's.
func (c *call) respond(view *eventView, a answer) {
	u := view.calendar.owner
	about := &meeting{kind: answerWords[a.response].kind}
	view.describe(about)
	if a.response == "declined" {
		u.calendar.take(view, c.now)
	} else {
		mine := u.calendar.own(view)
		for _, e := range mine.withExceptions() {
			e.ResponseStatus, e.answered, e.ShowAs = a.response, c.now, orElse(e.busyAs, "busy")
			if a.response == "tentativelyAccepted" {
				e.ShowAs = "tentative"
			}
			e.noteAnswer(u, a, c.now)
		}
		u.calendar.record(mine.calendar, view.id, itemUpdated)
	}
	if !a.send {
		return
	}
	subject := answerWords[a.response].subject
	if a.slot != nil {
		subject = "New Time Proposed: "
		about.proposedStart, about.proposedEnd = a.slot.start.time(), a.slot.end.time()
	}
	organizer := view.organizerOf()
	if o := c.s.tenant.byAddress(organizer.Address); o != nil {
		if theirs, ok := o.calendar.counterpart(view.ref()); ok {
			e := o.calendar.own(theirs)
			for _, x := range e.withExceptions() {
				x.noteAnswer(u, a, c.now)
			}
			o.calendar.record(e.calendar, theirs.id, itemUpdated)
		}
	}
	c.sendMeeting(view, []Attendee{{Recipient: organizer}}, about, Message{
		From: u.recipient(), Sender: u.recipient(), ToRecipients: []Recipient{organizer},
		Subject: subject + view.Subject, Body: Body{Content: a.comment},
	})
}

// withExceptions are an event and, of a series, the occurrences that differ.
func (e *eventState) withExceptions() []*eventState {
	all := []*eventState{e}
	for _, x := range e.exceptions {
		all = append(all, x)
	}
	return all
}

// noteAnswer writes down what an attendee said.
func (e *eventState) noteAnswer(u *userState, a answer, now time.Time) {
	e.touch(now)
	e.Attendees = slices.Clone(e.Attendees)
	i := max(e.invites(u.Mail), e.invites(u.UserPrincipalName))
	if i < 0 {
		e.Attendees = append(e.Attendees, Attendee{Recipient: *u.recipient()})
		i = len(e.Attendees) - 1
	}
	e.Attendees[i].Response, e.Attendees[i].Time = a.response, now
	proposals := maps.Clone(e.proposals)
	if proposals == nil {
		proposals = map[string]timeSlot{}
	}
	address := strings.ToLower(e.Attendees[i].Address)
	delete(proposals, address)
	if a.slot != nil {
		proposals[address] = *a.slot
	}
	e.proposals = proposals
}

// cancelEvent calls a meeting off, with a word to the attendees.
func cancelEvent(c *call) (*reply, error) {
	view, err := eventOf(c)
	if err != nil {
		return nil, err
	}
	var comment string
	if err := c.readAction(map[string]func(json.RawMessage) error{
		"comment": func(raw json.RawMessage) error { return read(raw, &comment) },
	}); err != nil {
		return nil, err
	}
	if !view.isOrganizer() {
		return nil, failf(codeInvalidRequest, "Your request can't be completed. You need to be an organizer to cancel a meeting.")
	}
	c.withdraw(view, comment)
	return accepted(), nil
}

// withdraw takes an event out of the calendar, and calls it off if it is a meeting of the owner's.
func (c *call) withdraw(view *eventView, comment string) {
	if view.isOrganizer() {
		c.callOff(view, view.Attendees, comment)
	}
	view.calendar.owner.calendar.take(view, c.now)
}

// forwardEvent invites more people to a meeting.
func forwardEvent(c *call) (*reply, error) {
	view, err := eventOf(c)
	if err != nil {
		return nil, err
	}
	var comment string
	var to []recipientJSON
	if err := c.readAction(map[string]func(json.RawMessage) error{
		"comment":      func(raw json.RawMessage) error { return read(raw, &comment) },
		"torecipients": func(raw json.RawMessage) error { return read(raw, &to) },
	}); err != nil {
		return nil, err
	}
	mail := Message{Subject: "FW: " + view.Subject, Body: view.Body}
	if comment != "" {
		mail.Body = Body{Content: comment}
	}
	var guests []Attendee
	for _, r := range to {
		guests = append(guests, Attendee{Recipient: r.recipient()})
		mail.ToRecipients = append(mail.ToRecipients, r.recipient())
	}
	mail.From, mail.Sender = c.user.recipient(), c.user.recipient()
	if err := c.checkSend(&message{Message: mail}); err != nil {
		return nil, err
	}
	c.bring(view, guests)
	about := &meeting{kind: "meetingRequest", request: "newMeetingRequest"}
	view.describe(about)
	c.sendMeeting(view, guests, about, mail)
	return accepted(), nil
}

// bring puts a forwarded meeting into the calendars of guests, and onto the organizer's list.
func (c *call) bring(view *eventView, guests []Attendee) {
	e := view
	if o := c.s.tenant.byAddress(view.organizerOf().Address); o != nil {
		if theirs, ok := o.calendar.counterpart(view.ref()); ok {
			e = theirs
		}
	}
	meeting := e.calendar.owner.calendar.own(e)
	meeting.share()
	meeting.Attendees = slices.Clone(meeting.Attendees)
	for _, g := range guests {
		if meeting.invites(g.Address) < 0 {
			meeting.Attendees = append(meeting.Attendees, g)
		}
	}
	meeting.touch(c.now)
	e.calendar.owner.calendar.record(meeting.calendar, e.id, itemUpdated)
	for _, g := range guests {
		if u := c.s.tenant.byAddress(g.Address); u != nil && u != meeting.calendar.owner {
			u.calendar.mirror(meeting, false, c.now)
		}
	}
}

// bookingWindow is how far ahead a room looks for meetings in the way.
const bookingWindow = 180 * 24 * time.Hour

// answerAsResource accepts for a room that is free, and declines for one that is not.
func (c *call) answerAsResource(u *userState, v *eventView) {
	a := answer{response: "accepted", send: true}
	for _, wanted := range v.between(v.start, v.start.Add(bookingWindow)) {
		for _, other := range v.calendar.between(wanted.start, wanted.end) {
			if other.rootUID() != v.rootUID() && orElse(other.ShowAs, "busy") != "free" {
				a.response = "declined"
			}
		}
	}
	c.respond(v, a)
}
