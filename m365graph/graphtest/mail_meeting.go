package graphtest

import "time"

// meeting is what an invitation, an answer or a cancellation says beside what
// every message does, as in
// https://learn.microsoft.com/graph/api/resources/eventmessage.
type meeting struct {
	kind       string    // meetingMessageType: "meetingRequest", "meetingCancelled", "meetingAccepted", "meetingTenativelyAccepted", "meetingDeclined"
	start, end time.Time // shown in UTC
	allDay     bool
	location   object // nil: none
	recurrence any    // patternedRecurrence; nil: none
	eventType  string // "singleInstance" (also ""), "seriesMaster", …

	outOfDate bool // the event has changed since
	// request is the newMeetingRequest and its like of an invitation; "" is
	// newMeetingRequest.
	request           string
	responseRequested bool
	noNewTimes        bool
	// previousStart and previousEnd are the times before an update; zero:
	// the same.
	previousStart, previousEnd time.Time
	proposedStart, proposedEnd time.Time // of an answer; zero: none

	event meetingEvent // nil: there is none
}

// meetingEvent is the event that a message is about, as the owner of the
// mailbox has it. It is data, which a snapshot can copy.
type meetingEvent interface {
	// show writes the event as it is now, for $expand; nil if it is gone.
	show(*call) any
}

// deliverMeeting puts a message about a meeting into the mailbox of whoever it
// is for. From, To, subject and body are the calendar's; headers of a thread,
// such as In-Reply-To, may be there. The caller holds Server.mu.
func (m *mailbox) deliverMeeting(mail Message, about *meeting, now time.Time) *message {
	mail.ReceivedDateTime, mail.SentDateTime = now, now
	msg := m.newMessage(mail)
	msg.extra = &messageExtra{meeting: about}
	m.add(m.wellKnown["inbox"], msg)
	return msg
}

// saveMeeting keeps the copy of a message about a meeting that its sender has
// in Sent Items.
func (m *mailbox) saveMeeting(mail Message, about *meeting, now time.Time) *message {
	mail.ReceivedDateTime, mail.SentDateTime, mail.IsRead = now, now, true
	msg := m.newMessage(mail)
	msg.extra = &messageExtra{meeting: about}
	m.add(m.wellKnown["sentitems"], msg)
	return msg
}

// messageType is the type that a message is announced as; "" for a plain one.
func (m *message) messageType() string {
	about := m.about()
	switch {
	case about == nil:
		return ""
	case about.kind == "meetingRequest":
		return "eventMessageRequest"
	case about.kind == "meetingCancelled":
		return "eventMessage"
	}
	return "eventMessageResponse"
}

// about is what the message says of a meeting; nil: nothing.
func (m *message) about() *meeting {
	if m.extra == nil {
		return nil
	}
	return m.extra.meeting
}

// annotateMessage names the type of what is more than a message.
func annotateMessage(m *message) object {
	if t := m.messageType(); t != "" {
		return object{{"@odata.type", "#microsoft.graph." + t}}
	}
	return nil
}

// meetingProperty is one that only messages about meetings have.
func meetingProperty(name, typ, cast string, get func(*call, *meeting) any) property[*message] {
	return property[*message]{name: name, typ: typ, cast: cast, show: unlessNil, get: func(c *call, m *message) any {
		about, t := m.about(), m.messageType()
		if about == nil || cast != "eventMessage" && cast != t {
			return nil
		}
		return get(c, about)
	}}
}

// meetingProperties are those of eventMessage, eventMessageRequest and
// eventMessageResponse.
var meetingProperties = []property[*message]{
	meetingProperty("meetingMessageType", "meetingMessageType", "eventMessage", func(_ *call, a *meeting) any { return a.kind }),
	meetingProperty("type", "eventType", "eventMessage", func(_ *call, a *meeting) any { return or(a.eventType, "singleInstance") }),
	meetingProperty("isOutOfDate", "Edm.Boolean", "eventMessage", func(_ *call, a *meeting) any { return a.outOfDate }),
	meetingProperty("isAllDay", "Edm.Boolean", "eventMessage", func(_ *call, a *meeting) any { return a.allDay }),
	meetingProperty("isDelegated", "Edm.Boolean", "eventMessage", func(*call, *meeting) any { return false }),
	meetingProperty("startDateTime", "dateTimeTimeZone", "eventMessage", func(_ *call, a *meeting) any { return momentObject(a.start) }),
	meetingProperty("endDateTime", "dateTimeTimeZone", "eventMessage", func(_ *call, a *meeting) any { return momentObject(a.end) }),
	meetingProperty("location", "location", "eventMessage", func(_ *call, a *meeting) any {
		if a.location == nil {
			return nil
		}
		return a.location
	}),
	meetingProperty("recurrence", "patternedRecurrence", "eventMessage", func(_ *call, a *meeting) any { return a.recurrence }),
	meetingProperty("responseRequested", "Edm.Boolean", "eventMessageRequest", func(_ *call, a *meeting) any { return a.responseRequested }),
	meetingProperty("allowNewTimeProposals", "Edm.Boolean", "eventMessageRequest", func(_ *call, a *meeting) any { return !a.noNewTimes }),
	meetingProperty("meetingRequestType", "meetingRequestType", "eventMessageRequest", func(_ *call, a *meeting) any { return or(a.request, "newMeetingRequest") }),
	meetingProperty("previousStartDateTime", "dateTimeTimeZone", "eventMessageRequest", func(_ *call, a *meeting) any { return momentObject(a.previousStart) }),
	meetingProperty("previousEndDateTime", "dateTimeTimeZone", "eventMessageRequest", func(_ *call, a *meeting) any { return momentObject(a.previousEnd) }),
	meetingProperty("responseType", "responseType", "eventMessageResponse", func(_ *call, a *meeting) any { return responseTypes[a.kind] }),
	meetingProperty("proposedNewTime", "timeSlot", "eventMessageResponse", func(_ *call, a *meeting) any {
		if a.proposedStart.IsZero() {
			return nil
		}
		return object{{"start", momentObject(a.proposedStart)}, {"end", momentObject(a.proposedEnd)}}
	}),
	{name: "event", typ: "event", cast: "eventMessage", show: expanded, get: func(c *call, m *message) any {
		if about := m.about(); about != nil && about.event != nil {
			return about.event.show(c)
		}
		return nil
	}},
}

// responseTypes are the answers by the type of their message.
var responseTypes = map[string]string{
	"meetingAccepted": "accepted", "meetingTenativelyAccepted": "tentativelyAccepted", "meetingDeclined": "declined",
}

// momentObject is a moment as a dateTimeTimeZone in UTC; nil for none.
func momentObject(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return object{{"dateTime", t.UTC().Format(graphDateTime)}, {"timeZone", "UTC"}}
}
