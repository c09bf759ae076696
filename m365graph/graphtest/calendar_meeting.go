package graphtest

import (
	"reflect"
	"slices"
	"strings"
	"time"
)

// sentProperties are those whose change is sent to attendees; the others are everybody's own.
var sentProperties = []string{
	"subject", "body", "start", "end", "isallday", "recurrence", "location", "locations", "isonlinemeeting",
	"allownewtimeproposals", "hideattendees", "responserequested", "importance",
}

// isOrganizer tells whether the calendar's owner called the meeting.
func (e *eventState) isOrganizer() bool {
	return e.Organizer == nil || e.calendar.ownsAddress(e.Organizer.Address)
}

// organizerOf is who called the meeting.
func (e *eventState) organizerOf() Recipient {
	if e.Organizer != nil {
		return *e.Organizer
	}
	return *e.calendar.owner.recipient()
}

// invites finds somebody among the attendees; -1 for one who is not asked.
func (e *eventState) invites(address string) int {
	return slices.IndexFunc(e.Attendees, func(a Attendee) bool { return strings.EqualFold(a.Address, address) })
}

// meet brings a new or changed meeting to its attendees: an invitation to who is new to it, an update to the others, a
// cancellation to who is not wanted any more. was is the meeting before; nil: there was none.
func (c *call) meet(e, was *eventState, changed given) {
	if !e.isOrganizer() || len(e.Attendees) == 0 && (was == nil || len(was.Attendees) == 0) {
		return
	}
	e.share()
	var invited, updated, dropped []Attendee
	for _, a := range e.Attendees {
		if was == nil || was.invites(a.Address) < 0 {
			invited = append(invited, a)
		} else {
			updated = append(updated, a)
		}
	}
	if was != nil {
		for _, a := range was.Attendees {
			if e.invites(a.Address) < 0 {
				dropped = append(dropped, a)
			}
		}
	}
	c.inviteAll(e, invited, &meeting{request: "newMeetingRequest"})
	if changed.has(sentProperties...) {
		about := &meeting{request: "informationalUpdate"}
		if was != nil && e.rescheduled(was) {
			about.request = "fullUpdate"
			about.previousStart, about.previousEnd = was.start.time(), was.end.time()
		}
		c.inviteAll(e, updated, about)
	}
	c.callOff(e.view(), dropped, "")
}

// rescheduled tells whether a change asks for new answers.
func (e *eventState) rescheduled(was *eventState) bool {
	return e.start.time() != was.start.time() || e.end.time() != was.end.time() || !reflect.DeepEqual(e.series, was.series)
}

// askAgain forgets the answers to a meeting that is at another time now.
func (e *eventState) askAgain() {
	e.Attendees = slices.Clone(e.Attendees)
	for i := range e.Attendees {
		e.Attendees[i].Response, e.Attendees[i].Time = "notResponded", time.Time{}
	}
	e.proposals = nil
}

// share gives a meeting, and the series that it is of, the id that all calendars know it by.
func (e *eventState) share() {
	if e.master != nil {
		e.master.share()
		return
	}
	e.ICalUID = e.uid()
}

// inviteAll puts a meeting into the calendars of some attendees, and the request into their mail.
func (c *call) inviteAll(e *eventState, to []Attendee, about *meeting) {
	if len(to) == 0 {
		return
	}
	copies := map[*userState]*eventState{}
	for _, a := range to {
		if u := c.s.tenant.byAddress(a.Address); u != nil && u != e.calendar.owner {
			copies[u] = u.calendar.mirror(e, about.request == "fullUpdate", c.now)
		}
	}
	about.kind = "meetingRequest"
	c.tellMeeting(e.view(), to, about, Message{Subject: e.Subject, Body: e.Body, Importance: e.Importance})
	for _, a := range to {
		if u := c.s.tenant.byAddress(a.Address); copies[u] != nil && a.Type == "resource" {
			c.answerAsResource(u, copies[u].view())
		}
	}
}

// tellMeeting sends a message about a meeting to some of its attendees, in the organizer's name.
func (c *call) tellMeeting(v *eventView, to []Attendee, about *meeting, mail Message) {
	mail.From = &Recipient{}
	*mail.From = v.organizerOf()
	mail.Sender = mail.From
	for _, a := range to {
		if a.Type == "optional" {
			mail.CcRecipients = append(mail.CcRecipients, a.Recipient)
		} else {
			mail.ToRecipients = append(mail.ToRecipients, a.Recipient)
		}
	}
	v.describe(about)
	c.sendMeeting(v, to, about, mail)
}

// sendMeeting delivers a message about a meeting as the sender's calendar has it, and keeps the sender's copy.
func (c *call) sendMeeting(v *eventView, to []Attendee, about *meeting, mail Message) {
	sender := v.calendar.owner
	sender.calendar.created++
	mail.InternetMessageID = "<" + guid("meeting message", sender.ID, sender.calendar.created) + "@" + domain(sender.Mail) + ">"
	mail.Headers = []Header{{Name: "References", Value: "<" + guid("meeting", v.rootUID()) + "@" + domain(sender.Mail) + ">"}} // one thread in each mailbox
	sent := *about
	sent.event = sharedMeeting{sender.calendar, v.ref()}
	sender.mail.saveMeeting(mail, &sent, c.now)
	recipients := make([]Recipient, len(to))
	for i, a := range to {
		recipients[i] = a.Recipient
	}
	mailboxes, _ := c.s.tenant.expand(recipients)
	for _, u := range mailboxes {
		if u == sender {
			continue
		}
		told := *about
		told.event = sharedMeeting{u.calendar, v.ref()}
		u.mail.deliverMeeting(mail, &told, c.now)
	}
}

// sharedMeeting is a meeting as one of the calendars that share it has it.
type sharedMeeting struct {
	store *calendarStore
	ref   eventRef
}

// show writes the meeting for who expands a message about it.
func (m sharedMeeting) show(c *call) any {
	v, ok := m.store.counterpart(m.ref)
	if !ok {
		return nil
	}
	v.zone, v.open = &answerZone{time.UTC, "UTC"}, true
	return wholeShape(eventSchema).render(c, v)
}

// describe fills in what a message says of the meeting.
func (v *eventView) describe(about *meeting) {
	about.start, about.end, about.allDay = v.start, v.end, v.IsAllDay
	about.eventType = v.kind
	about.location = v.location()
	about.recurrence = v.recurrence()
	about.responseRequested, about.noNewTimes = v.wantsResponse, !v.allowProposals
}

// callOff sends a cancellation to some attendees, and marks the meeting in their calendars.
func (c *call) callOff(v *eventView, to []Attendee, comment string) {
	if len(to) == 0 {
		return
	}
	for _, a := range to {
		if u := c.s.tenant.byAddress(a.Address); u != nil && u != v.calendar.owner {
			u.calendar.markCancelled(v, c.now)
		}
	}
	body := v.Body
	if comment != "" {
		body = Body{Content: comment}
	}
	c.tellMeeting(v, to, &meeting{kind: "meetingCancelled"}, Message{Subject: "Canceled: " + v.Subject, Body: body, Importance: "high"})
}
