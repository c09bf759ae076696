package graphtest

import (
	"net/http"
	"slices"
	"time"
)

// eventAttachmentRoutes are those below an event.
func eventAttachmentRoutes(event string) []route {
	at := event + "/attachments"
	routes := []route{
		readCalendars(at, "event-list-attachments", listOptions, listEventAttachments),
		readCalendars(at+"/{attachment}", "attachment-get", oneOptions, getEventAttachment),
		readCalendars(at+"/{attachment}/$value", "attachment-get", optNone, eventAttachmentValue),
		writeCalendars("POST", at, "event-post-attachments", postEventAttachment),
		writeCalendars("DELETE", at+"/{attachment}", "attachment-delete", deleteEventAttachment),
		writeCalendars("POST", at+"/createUploadSession", "attachment-createuploadsession", createEventSession),
	}
	for i := range routes[:3] { // the narrowest scope does not show them
		routes[i].scopes, routes[i].roles = calendarFullScopes, calendarFullRoles
	}
	routes[3].options = oneOptions
	routes[3].differs = "Only files, links and messages can be attached."
	routes[5].options, routes[5].lent = optNone, nil // not to what is lent, says Microsoft of it
	return routes
}

// eventAttachments are those that the one who asks may see.
func eventAttachments(c *call) (*eventView, []*Attachment, error) {
	view, err := eventOf(c)
	if err != nil {
		return nil, nil, err
	}
	if view.hides(c) {
		return view, nil, nil
	}
	return view, view.Attachments, nil
}

// eventAttachment finds the attachment that the path names.
func eventAttachment(c *call) (*eventView, *Attachment, error) {
	view, all, err := eventAttachments(c)
	if err != nil {
		return nil, nil, err
	}
	for _, a := range all {
		if a.ID == c.vars["attachment"] {
			return view, a, nil
		}
	}
	return nil, nil, fail(codeItemNotFound)
}

func eventAttachmentContext(c *call) string {
	return userContext(c) + "/events('" + escapeValue(c.vars["event"]) + "')/attachments"
}

func listEventAttachments(c *call) (*reply, error) {
	_, all, err := eventAttachments(c)
	if err != nil {
		return nil, err
	}
	return list(c, listing[*Attachment]{schema: attachmentSchema, items: all, context: eventAttachmentContext(c)})
}

func getEventAttachment(c *call) (*reply, error) {
	_, a, err := eventAttachment(c)
	if err != nil {
		return nil, err
	}
	return one(c, attachmentSchema, a, eventAttachmentContext(c))
}

func eventAttachmentValue(c *call) (*reply, error) {
	_, a, err := eventAttachment(c)
	if err != nil {
		return nil, err
	}
	return a.value()
}

// postEventAttachment attaches something; to an occurrence, it makes an exception of it.
func postEventAttachment(c *call) (*reply, error) {
	view, err := eventOf(c)
	if err != nil {
		return nil, err
	}
	a, err := c.readAttachment()
	if err != nil {
		return nil, err
	}
	size := a.size()
	for _, other := range view.Attachments {
		size += other.size()
	}
	if size > maxMessageSize {
		return nil, fail(codeMessageSize)
	}
	added := c.user.mail.newAttachment(a, c.now)
	rep, err := created(c, attachmentSchema, added, eventAttachmentContext(c))
	if err == nil {
		c.user.calendar.attach(view, append(slices.Clone(view.Attachments), added), c.now)
	}
	return rep, err
}

func deleteEventAttachment(c *call) (*reply, error) {
	view, a, err := eventAttachment(c)
	if err != nil {
		return nil, err
	}
	c.user.calendar.attach(view, slices.DeleteFunc(slices.Clone(view.Attachments), func(o *Attachment) bool { return o == a }), c.now)
	return emptyReply(http.StatusNoContent), nil
}

// attach replaces what is attached to an event; an occurrence becomes an
// exception with it.
func (s *calendarStore) attach(view *eventView, all []*Attachment, now time.Time) {
	e := s.own(view)
	e.Attachments = all
	e.touch(now)
	s.record(e.calendar, view.id, itemUpdated)
}

// attachmentObjects are the attachments as $expand shows them.
func (v *eventView) attachmentObjects(c *call) []object {
	objects := []object{}
	if v.hides(c) {
		return objects
	}
	sh := wholeShape(attachmentSchema)
	for _, a := range v.Attachments {
		objects = append(objects, sh.render(c, a))
	}
	return objects
}

// settleAttachments fills in what the tenant left open.
func (e *eventState) settleAttachments() {
	all := make([]*Attachment, 0, len(e.Attachments))
	for i, given := range e.Attachments {
		a := *given
		if a.ID == "" {
			a.ID = outlookID("event attachment", e.ID, i)
		}
		if a.ContentType == "" && a.Item == nil && a.SourceURL == "" {
			a.ContentType = "application/octet-stream"
		}
		if a.LastModifiedDateTime.IsZero() {
			a.LastModifiedDateTime = e.LastModifiedDateTime
		}
		all = append(all, &a)
	}
	e.Attachments = all
}
