package graphtest

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/m365go/sdk/m365graph/internal/recurrence"
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

// byUID finds a single event or a master that calendars share; nil if there is none.
func (s *calendarStore) byUID(uid string) *eventState {
	for _, e := range s.events {
		if e.ICalUID == uid && e.master == nil {
			return e
		}
	}
	return nil
}

// eventRef names an event, or an occurrence of one, in whatever calendar.
type eventRef struct {
	uid string          // of the event or the whole series
	own string          // of the occurrence alone, which is how somebody has it who is asked to nothing else
	day *recurrence.Day // of the occurrence; nil: it is about the whole
}

func (v *eventView) ref() eventRef {
	ref := eventRef{uid: v.rootUID(), own: v.uid()}
	switch v.kind {
	case "occurrence":
		d := v.dayOf(v.start)
		ref.day = &d
	case "exception":
		d := v.day
		ref.day = &d
	}
	return ref
}

// counterpart finds in this calendar what another one shows.
func (s *calendarStore) counterpart(ref eventRef) (*eventView, bool) {
	e := s.byUID(ref.uid)
	switch {
	case e == nil:
		e = s.byUID(ref.own)
	case e.series != nil && ref.day != nil:
		return s.find(occurrenceID(e.ID, *ref.day))
	}
	if e == nil {
		return nil, false
	}
	return e.view(), true
}

// mirror makes the attendee's copy equal to the organizer's meeting, save for what is the attendee's own.
func (s *calendarStore) mirror(e *eventState, ask bool, now time.Time) *eventState {
	fresh := e.copyFor(s)
	old, ok := s.counterpart(e.view().ref())
	if !ok {
		fresh.CreatedDateTime = now
		s.created++
		fresh.ID = outlookID("event made", s.owner.ID, s.created)
		if e.master != nil {
			fresh.ICalUID, fresh.master = e.uid(), nil
		}
		s.adoptExceptions(fresh, fresh, e)
		fresh.touch(now)
		s.add(fresh)
		s.record(fresh.calendar, fresh.ID, itemCreated)
		return fresh
	}
	fresh.ID, fresh.calendar, fresh.CreatedDateTime, fresh.version = old.id, old.calendar, old.CreatedDateTime, old.version
	fresh.keepOwn(old.eventState, ask)
	switch old.kind {
	case "occurrence":
		fresh.master, fresh.day = old.eventState, s.dayOfOccurrence(old)
	case "exception":
		fresh.master, fresh.day = old.master, old.day
	default:
		fresh.master, fresh.ICalUID = nil, old.ICalUID
		s.adoptExceptions(fresh, old.eventState, e)
	}
	fresh.touch(now)
	s.replace(old, fresh)
	if old.kind == "occurrence" {
		return fresh
	}
	return old.eventState
}

// copyFor is a meeting as it comes to an attendee.
func (e *eventState) copyFor(s *calendarStore) *eventState {
	x := *e
	x.calendar = s.calendars[0]
	organizer := e.organizerOf()
	x.Organizer = &organizer
	x.ResponseStatus, x.answered = "notResponded", time.Time{}
	x.busyAs, x.ShowAs = orElse(e.ShowAs, "busy"), "tentative"
	x.Categories, x.TransactionID, x.posted, x.properties = nil, "", "", nil
	x.Attendees = slices.Clone(e.Attendees)
	if e.hideAttendees {
		x.Attendees = slices.DeleteFunc(x.Attendees, func(a Attendee) bool { return !x.calendar.ownsAddress(a.Address) })
	}
	x.proposals, x.version = nil, 0
	return &x
}

// keepOwn takes over what an attendee has said and set; a question asked anew has no answer yet.
func (e *eventState) keepOwn(old *eventState, ask bool) {
	e.Categories, e.IsReminderOn, e.ReminderMinutes, e.properties = old.Categories, old.IsReminderOn, old.ReminderMinutes, old.properties
	if !ask && !old.IsCancelled && old.ResponseStatus != "" {
		e.ResponseStatus, e.answered, e.ShowAs = old.ResponseStatus, old.answered, old.ShowAs
	}
}

// adoptExceptions gives an attendee's series, which will live at an address, the exceptions of the organizer's.
func (s *calendarStore) adoptExceptions(fresh, at, e *eventState) {
	fresh.exceptions, fresh.cancelled = nil, maps.Clone(e.cancelled)
	if e.master != nil {
		return
	}
	fresh.exceptions = make(map[recurrence.Day]*eventState, len(e.exceptions))
	if at.series == e.series {
		maps.Copy(fresh.cancelled, at.cancelled) // occurrences that the attendee declined stay so
	}
	for d, x := range e.exceptions {
		copied := x.copyFor(s)
		copied.ID, copied.calendar, copied.master = occurrenceID(fresh.ID, d), fresh.calendar, at
		if old := at.exceptions[d]; old != nil {
			copied.ID = old.ID
			copied.keepOwn(old, x.rescheduled(old))
			copied.version = old.version + 1
		}
		fresh.exceptions[d], s.events[copied.ID] = copied, copied
	}
}

// markCancelled shows an attendee that a meeting is called off; it stays in the calendar until the attendee removes it.
func (s *calendarStore) markCancelled(v *eventView, now time.Time) {
	mine, ok := s.counterpart(v.ref())
	if !ok {
		return
	}
	e := s.own(mine)
	for _, x := range e.withExceptions() {
		if !x.IsCancelled {
			x.IsCancelled, x.ShowAs, x.Subject = true, "free", "Canceled: "+x.Subject
			x.touch(now)
		}
	}
	s.record(e.calendar, e.ID, itemUpdated)
}

// own gives the state behind a view, to be changed: of an occurrence, a new exception.
func (s *calendarStore) own(v *eventView) *eventState {
	if v.kind != "occurrence" {
		return v.eventState
	}
	x := s.exceptionOf(v)
	_ = x.settle() // it is within what its series is
	s.events[x.ID], v.exceptions[x.day] = &x, &x
	return &x
}
