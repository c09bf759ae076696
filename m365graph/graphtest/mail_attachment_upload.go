package graphtest

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/m365go/sdk/m365graph/internal/blob"
)

// What an upload session for an attachment takes, see
// https://learn.microsoft.com/graph/outlook-large-attachments.
const (
	minAttachment       = 3_000_000
	maxAttachment       = 150 << 20
	maxAttachmentSlice  = 4 << 20
	attachmentSessionIn = 2 * time.Hour // slices do not put it off
)

// attachmentSession is an uploadSession in Outlook's dialect.
type attachmentSession struct {
	id, token  string
	owner      *userState
	kind, item string // what it is for: Messages or Events, and which
	attachment Attachment
	size       int64
	expires    time.Time
	spool      blob.Spool
}

// attachmentContentRoutes are those of Outlook's own host, behind signed URLs.
func attachmentContentRoutes() []route {
	const doc = "https://learn.microsoft.com/graph/outlook-large-attachments"
	content := func(method, kind string, handle func(*call) (*reply, error)) route {
		return route{
			method: method, pattern: "/api/v2.0/users/{user}/" + kind + "/{item}/attachmentSessions/{session}", doc: doc,
			service: exchange, options: optNone, handle: handle, content: true, maxBody: maxAttachmentSlice,
		}
	}
	var routes []route
	for _, kind := range []string{"messages", "events"} {
		routes = append(routes, content("PUT", kind, putAttachmentSlice), content("GET", kind, getAttachmentSession), content("DELETE", kind, deleteAttachmentSession))
	}
	return routes
}

// createMessageSession begins an upload to a message.
func createMessageSession(c *call) (*reply, error) {
	m, err := c.message()
	if err != nil {
		return nil, err
	}
	return createAttachmentSession(c, "Messages", m.id())
}

// createEventSession begins an upload to an event.
func createEventSession(c *call) (*reply, error) {
	view, err := eventOf(c)
	if err != nil {
		return nil, err
	}
	return createAttachmentSession(c, "Events", view.id)
}

func createAttachmentSession(c *call, kind, item string) (*reply, error) {
	a, size, err := c.readAttachmentItem()
	if err != nil {
		return nil, err
	}
	mail := c.user.mail
	for id, old := range mail.sessions {
		if !c.now.Before(old.expires) {
			delete(mail.sessions, id)
		}
	}
	mail.made++
	s := &attachmentSession{
		id: outlookID("attachment session", mail.owner.ID, mail.made), token: c.s.signer.sign("attachment", mail.owner.ID, mail.made),
		owner: c.user, kind: kind, item: item, size: size, expires: c.now.Add(attachmentSessionIn), attachment: a,
	}
	mail.sessions[s.id] = s
	return createdReply(object{
		{"@odata.context", c.metadata("microsoft.graph.uploadSession")},
		{"uploadUrl", c.outlookURL(s, "AttachmentSessions", s.id) + "?authtoken=" + s.token},
		{"expirationDateTime", s.expires},
		{"nextExpectedRanges", []string{"0-"}},
	}), nil
}

// readAttachmentItem reads what is to be uploaded, and how large it will be.
func (c *call) readAttachmentItem() (Attachment, int64, error) {
	var in struct {
		Item struct {
			Type        string `json:"attachmentType"`
			Name        string `json:"name"`
			ContentType string `json:"contentType"`
			ContentID   string `json:"contentId"`
			IsInline    bool   `json:"isInline"`
			Size        int64  `json:"size"`
		} `json:"AttachmentItem"`
	}
	if err := c.decode(&in); err != nil {
		return Attachment{}, 0, err
	}
	item := in.Item
	a := Attachment{Name: item.Name, ContentType: item.ContentType, ContentID: item.ContentID, IsInline: item.IsInline}
	switch {
	case !strings.EqualFold(item.Type, "file") || item.Name == "" || item.Size <= 0:
		return a, 0, failf(codeRequestBody, "The AttachmentItem needs attachmentType file, a name and a size.")
	case item.Size < minAttachment:
		return a, 0, fail(codeAttachmentSmall)
	case item.Size > maxAttachment:
		return a, 0, fail(codeMessageSize)
	}
	return a, item.Size, nil
}

// outlookURL addresses something of an item as Outlook's own API does.
func (c *call) outlookURL(a *attachmentSession, kind, id string) string {
	return "https://" + c.outlookHost() + "/api/v2.0/Users('" + a.owner.ID + "@" + c.s.opts.Tenant.ID + "')/" + a.kind + "('" + a.item + "')/" + kind + "('" + id + "')"
}

// attachmentSessionOf finds the session that a signed URL means, as long as
// there is something to attach to.
func attachmentSessionOf(c *call) (*attachmentSession, error) {
	id, _, _ := strings.Cut(c.vars["user"], "@")
	owner := c.s.tenant.byID[id]
	if owner == nil {
		return nil, fail(codeItemNotFound)
	}
	s := owner.mail.sessions[c.vars["session"]]
	if s == nil || s.token != c.param("authtoken") || s.item != c.vars["item"] || !c.now.Before(s.expires) || !s.itemExists() {
		return nil, fail(codeItemNotFound)
	}
	return s, nil
}

func (s *attachmentSession) itemExists() bool {
	if s.kind == "Events" {
		_, ok := s.owner.calendar.find(s.item)
		return ok
	}
	return s.owner.mail.message(s.item) != nil
}

// attach puts what was uploaded where it belongs, and gives its id.
func (s *attachmentSession) attach(c *call) string {
	if s.kind == "Events" {
		view, _ := s.owner.calendar.find(s.item)
		a := s.attachment
		a.LastModifiedDateTime = c.now
		added := s.owner.mail.newAttachment(&a, c.now)
		s.owner.calendar.attach(view, append(slices.Clone(view.Attachments), added), c.now)
		return added.ID
	}
	return s.owner.mail.attach(s.owner.mail.message(s.item), s.attachment, c.now).ID
}

// status tells where the next slice begins: in capitals, and without a dash.
func (s *attachmentSession) status(c *call) *reply {
	context := "https://" + c.outlookHost() + "/api/v2.0/$metadata#Users('" + escapeValue(s.owner.ID+"@"+c.s.opts.Tenant.ID) + "')/" +
		s.kind + "('" + escapeValue(s.item) + "')/AttachmentSessions/$entity"
	return jsonReply(object{{"@odata.context", context}, {"ExpirationDateTime", s.expires}, {"NextExpectedRanges", []string{itoa(int(s.spool.Size()))}}})
}

func getAttachmentSession(c *call) (*reply, error) {
	s, err := attachmentSessionOf(c)
	if err != nil {
		return nil, err
	}
	return s.status(c), nil
}

func deleteAttachmentSession(c *call) (*reply, error) {
	s, err := attachmentSessionOf(c)
	if err != nil {
		return nil, err
	}
	delete(s.owner.mail.sessions, s.id)
	return emptyReply(http.StatusNoContent), nil
}

// putAttachmentSlice takes the next bytes. The last ones are answered with the
// place of the attachment, and no body.
func putAttachmentSlice(c *call) (*reply, error) {
	s, err := attachmentSessionOf(c)
	if err != nil {
		return nil, err
	}
	r, ok := parseContentRange(c.r.Header.Get("Content-Range"))
	switch {
	case !ok || r.total != s.size || int64(len(c.body)) != r.last-r.first+1:
		return nil, failf(codeInvalidRequest, "The Content-Range header does not match the content or the size of the attachment.")
	case r.first != s.spool.Size():
		return nil, fail(codeInvalidRange)
	}
	if _, err := s.spool.Write(c.body); err != nil {
		return nil, err
	}
	if s.spool.Size() < s.size {
		return s.status(c), nil
	}
	if s.attachment.Content, err = s.spool.Blob().ReadAll(); err != nil {
		return nil, err
	}
	delete(s.owner.mail.sessions, s.id)
	return &reply{status: http.StatusCreated, header: http.Header{"Location": {c.outlookURL(s, "Attachments", s.attach(c))}}}, nil
}
