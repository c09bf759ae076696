package graphtest

import (
	"io"
	"net/http"
	"strings"
	"time"
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
	message    *message
	attachment Attachment
	size       int64
	expires    time.Time
	spool      spool
}

// attachmentContentRoutes are those of Outlook's own host, behind signed URLs.
func attachmentContentRoutes() []route {
	const doc = "https://learn.microsoft.com/graph/outlook-large-attachments"
	content := func(method string, handle func(*call) (*reply, error)) route {
		return route{
			method: method, pattern: "/api/v2.0/users/{user}/messages/{message}/attachmentSessions/{session}", doc: doc,
			service: exchange, handle: handle, content: true, maxBody: maxAttachmentSlice,
		}
	}
	return []route{
		content("PUT", putAttachmentSlice), content("GET", getAttachmentSession), content("DELETE", deleteAttachmentSession),
	}
}

func createAttachmentSession(c *call) (*reply, error) {
	m, err := c.message()
	if err != nil {
		return nil, err
	}
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
		return nil, err
	}
	switch item := in.Item; {
	case !strings.EqualFold(item.Type, "file") || item.Name == "" || item.Size <= 0:
		return nil, failf(codeRequestBody, "The AttachmentItem needs attachmentType file, a name and a size.")
	case item.Size < minAttachment:
		return nil, fail(codeAttachmentSmall)
	case item.Size > maxAttachment:
		return nil, fail(codeMessageSize)
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
		owner: c.user, message: m, size: in.Item.Size, expires: c.now.Add(attachmentSessionIn),
		attachment: Attachment{Name: in.Item.Name, ContentType: in.Item.ContentType, ContentID: in.Item.ContentID, IsInline: in.Item.IsInline},
	}
	mail.sessions[s.id] = s
	return createdReply(object{
		{"@odata.context", c.metadata("microsoft.graph.uploadSession")},
		{"uploadUrl", c.outlookURL(s, "AttachmentSessions", s.id) + "?authtoken=" + s.token},
		{"expirationDateTime", s.expires},
		{"nextExpectedRanges", []string{"0-"}},
	}), nil
}

// outlookURL addresses something of a message as Outlook's own API does.
func (c *call) outlookURL(a *attachmentSession, kind, id string) string {
	return "https://" + c.outlookHost() + "/api/v2.0/Users('" + a.owner.ID + "@" + c.s.opts.Tenant.ID + "')/Messages('" + a.message.id() + "')/" + kind + "('" + id + "')"
}

func attachmentSessionOf(c *call) (*attachmentSession, error) {
	for _, u := range c.s.tenant.users {
		s := u.mail.sessions[c.vars["session"]]
		if s != nil && s.token == c.param("authtoken") && c.now.Before(s.expires) && u.mail.message(c.vars["message"]) == s.message {
			return s, nil
		}
	}
	return nil, fail(codeItemNotFound)
}

// status tells where the next slice begins: in capitals, and without a dash.
func (s *attachmentSession) status() *reply {
	return jsonReply(object{{"ExpirationDateTime", s.expires}, {"NextExpectedRanges", []string{itoa(int(s.spool.size))}}})
}

func getAttachmentSession(c *call) (*reply, error) {
	s, err := attachmentSessionOf(c)
	if err != nil {
		return nil, err
	}
	return s.status(), nil
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
	case r.first != s.spool.size:
		return nil, fail(codeInvalidRange)
	}
	if err := s.spool.append(c.body); err != nil {
		return nil, err
	}
	if s.spool.size < s.size {
		return s.status(), nil
	}
	content, done, err := s.spool.blob().reader()
	if err != nil {
		return nil, err
	}
	if s.attachment.Content, err = io.ReadAll(content); err != nil {
		return nil, err
	}
	if err := done(); err != nil {
		return nil, err
	}
	delete(s.owner.mail.sessions, s.id)
	added := s.owner.mail.attach(s.message, s.attachment, c.now)
	return &reply{status: http.StatusCreated, header: http.Header{"Location": {c.outlookURL(s, "Attachments", added.ID)}}}, nil
}
