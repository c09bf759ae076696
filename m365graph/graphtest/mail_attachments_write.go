package graphtest

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

func deleteAttachment(c *call) (*reply, error) {
	m, a, err := c.attachment()
	if err != nil {
		return nil, err
	}
	m.Attachments = slices.DeleteFunc(slices.Clone(m.Attachments), func(o *Attachment) bool { return o == a })
	c.user.mail.update(m, c.now)
	return emptyReply(http.StatusNoContent), nil
}

// attach adds an attachment to a message.
func (m *mailbox) attach(msg *message, a Attachment, now time.Time) *Attachment {
	a.ID, a.LastModifiedDateTime = "", now
	added := m.newAttachment(&a, now)
	msg.Attachments = append(slices.Clip(msg.Attachments), added)
	m.update(msg, now)
	return added
}

func postAttachment(c *call) (*reply, error) {
	m, err := c.message()
	if err != nil {
		return nil, err
	}
	a, err := c.readAttachment()
	if err != nil {
		return nil, err
	}
	if m.size()+a.size() > maxMessageSize {
		return nil, fail(codeMessageSize)
	}
	return created(c, attachmentSchema, c.user.mail.attach(m, *a, c.now), attachmentContext(c))
}

// readAttachment reads the body of a POST.
func (c *call) readAttachment() (*Attachment, error) {
	var in attachmentJSON
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	a, err := in.attachment(false)
	var told *graphError
	switch {
	case errors.As(err, &told):
		return nil, told
	case err != nil:
		return nil, failf(codeRequestBody, "Cannot read the attachment: %v.", err)
	}
	return a, nil
}

// attachmentJSON is an attachment as clients write it.
type attachmentJSON struct {
	Type         string        `json:"@odata.type"`
	Name         string        `json:"name"`
	ContentType  string        `json:"contentType"`
	ContentID    string        `json:"contentId"`
	IsInline     bool          `json:"isInline"`
	ContentBytes []byte        `json:"contentBytes"`
	SourceURL    string        `json:"sourceUrl"`
	Item         messageFields `json:"item"`
}

func (in *attachmentJSON) attachment(nested bool) (*Attachment, error) {
	a := &Attachment{Name: in.Name, ContentType: in.ContentType, ContentID: in.ContentID, IsInline: in.IsInline}
	kind := strings.TrimPrefix(in.Type, "#")
	if in.Name == "" {
		return nil, fmt.Errorf("an attachment has no name")
	}
	switch {
	case kind == "microsoft.graph.fileAttachment":
		a.Content = in.ContentBytes
		return a, nil
	case kind == "microsoft.graph.referenceAttachment" && in.SourceURL != "":
		a.SourceURL = in.SourceURL
		return a, nil
	case kind == "microsoft.graph.itemAttachment" && !nested:
		var err error
		a.Item, err = readItem(in.Item)
		return a, err
	}
	return nil, fmt.Errorf("an attachment of type %q cannot be added", in.Type)
}

// readItem reads a message to attach.
func readItem(fields messageFields) (*Message, error) {
	var typ string
	if err := json.Unmarshal(fields["@odata.type"], &typ); err != nil || strings.TrimPrefix(typ, "#") != "microsoft.graph.message" {
		return nil, fmt.Errorf("an item of type %q cannot be attached", typ)
	}
	item := &message{}
	if raw := fields["attachments"]; raw != nil {
		if err := readAttachments(item, raw, true); err != nil {
			return nil, err
		}
		delete(fields, "attachments")
	}
	return &item.Message, setMessage(item, fields, false)
}

// setAttachments reads the attachments of a message that is made at once.
func setAttachments(m *message, raw json.RawMessage) error { return readAttachments(m, raw, false) }

// readAttachments is setAttachments; to what is attached itself, nested, no
// items can be attached.
func readAttachments(m *message, raw json.RawMessage, nested bool) error {
	var list []attachmentJSON
	if err := json.Unmarshal(raw, &list); err != nil {
		return errWrongType
	}
	m.Attachments = nil
	for _, in := range list {
		a, err := in.attachment(nested)
		if err != nil {
			return err
		}
		m.Attachments = append(m.Attachments, a)
	}
	return nil
}
