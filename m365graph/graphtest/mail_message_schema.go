package graphtest

import (
	"net/http"
	"slices"
	"sync"
)

// messageSchema is https://learn.microsoft.com/graph/api/resources/message.
var messageSchema = &schema[*message]{
	name: "message", keep: []string{"id"}, page: 10, maxPage: 1000,
	etag:     (*message).etag,
	annotate: annotateMessage,
	props: append([]property[*message]{
		{name: "id", typ: "Edm.String", get: func(c *call, m *message) any { return m.idFor(c) }},
		{name: "createdDateTime", typ: "Edm.DateTimeOffset", get: func(_ *call, m *message) any { return m.CreatedDateTime }},
		{name: "lastModifiedDateTime", typ: "Edm.DateTimeOffset", get: func(_ *call, m *message) any { return m.LastModifiedDateTime }},
		{name: "changeKey", typ: "Edm.String", get: func(_ *call, m *message) any { return m.changeKey() }},
		{name: "categories", typ: "[]Edm.String", get: func(_ *call, m *message) any { return nonNil(m.Categories) }},
		{name: "receivedDateTime", typ: "Edm.DateTimeOffset", get: func(_ *call, m *message) any { return m.ReceivedDateTime }},
		{name: "sentDateTime", typ: "Edm.DateTimeOffset", get: func(_ *call, m *message) any { return m.SentDateTime }},
		{name: "hasAttachments", typ: "Edm.Boolean", get: func(_ *call, m *message) any { return m.hasAttachments() }},
		{name: "internetMessageId", typ: "Edm.String", get: func(_ *call, m *message) any { return m.internetID() }},
		{name: "subject", typ: "Edm.String", get: func(_ *call, m *message) any { return m.Subject }},
		{name: "bodyPreview", typ: "Edm.String", get: func(_ *call, m *message) any { return m.preview() }},
		{name: "importance", typ: "importance", get: func(_ *call, m *message) any { return or(m.Importance, "normal") }},
		{name: "parentFolderId", typ: "Edm.String", get: func(_ *call, m *message) any { return m.folder.id }},
		{name: "conversationId", typ: "Edm.String", get: func(_ *call, m *message) any { return m.conversationID() }},
		{name: "conversationIndex", typ: "Edm.Binary", get: func(_ *call, m *message) any { return m.conversationIndex() }},
		{name: "isDeliveryReceiptRequested", typ: "Edm.Boolean", get: func(_ *call, m *message) any { return m.more().deliveryReceipt }},
		{name: "isReadReceiptRequested", typ: "Edm.Boolean", get: func(_ *call, m *message) any { return m.more().readReceipt }},
		{name: "isRead", typ: "Edm.Boolean", get: func(_ *call, m *message) any { return m.IsRead }},
		{name: "isDraft", typ: "Edm.Boolean", get: func(_ *call, m *message) any { return m.IsDraft }},
		{name: "webLink", typ: "Edm.String", get: func(c *call, m *message) any { return m.webLink(c) }},
		{name: "inferenceClassification", typ: "inferenceClassificationType", get: func(_ *call, m *message) any { return m.classification() }},
		{name: "body", typ: "itemBody", get: func(c *call, m *message) any { return bodyObject(c, m.Body) }},
		{name: "uniqueBody", typ: "itemBody", show: selected, get: func(c *call, m *message) any { return bodyObject(c, m.Body) }},
		{name: "sender", typ: "recipient", show: unlessNil, get: func(_ *call, m *message) any { return recipientOrNull(m.Sender) }},
		{name: "from", typ: "recipient", show: unlessNil, get: func(_ *call, m *message) any { return recipientOrNull(m.From) }},
		{name: "toRecipients", typ: "[]recipient", get: func(_ *call, m *message) any { return recipientObjects(m.ToRecipients) }},
		{name: "ccRecipients", typ: "[]recipient", get: func(_ *call, m *message) any { return recipientObjects(m.CcRecipients) }},
		{name: "bccRecipients", typ: "[]recipient", get: func(_ *call, m *message) any { return recipientObjects(m.BccRecipients) }},
		{name: "replyTo", typ: "[]recipient", get: func(_ *call, m *message) any { return recipientObjects(m.ReplyTo) }},
		{name: "flag", typ: "followupFlag", get: func(_ *call, m *message) any { return m.flagObject() }},
		{name: "internetMessageHeaders", typ: "[]internetMessageHeader", show: selected, get: func(_ *call, m *message) any { return m.headers() }},
		{name: "singleValueExtendedProperties", typ: "[]singleValueLegacyExtendedProperty", show: expanded, filtered: true, get: func(_ *call, m *message) any { return propertyObjects(m.more().properties) }},
		{name: "attachments", typ: "[]attachment", show: expanded, get: func(c *call, m *message) any { return m.attachmentObjects(c) }},
	}, meetingProperties...),
}

// basicMessageSchema is what Mail.ReadBasic shows: no text, no attachments, no
// extended properties.
var basicMessageSchema = sync.OnceValue(func() *schema[*message] {
	s := &schema[*message]{name: messageSchema.name, keep: messageSchema.keep, page: messageSchema.page, maxPage: messageSchema.maxPage,
		etag: messageSchema.etag, annotate: messageSchema.annotate}
	hidden := []string{"body", "bodyPreview", "uniqueBody", "attachments", "singleValueExtendedProperties", "event"}
	for _, p := range messageSchema.props {
		if !slices.Contains(hidden, p.name) {
			s.props = append(s.props, p)
		}
	}
	return s
})

// messageSchema is what the token may see of messages.
func (c *call) messageSchema() *schema[*message] {
	if c.token.has(readMail) {
		return messageSchema
	}
	return basicMessageSchema()
}

func (m *message) etag() string {
	var text [40]byte
	return string(append(m.appendChangeKey(append(text[:0], `W/"`...)), '"'))
}

func (m *message) preview() string {
	if m.BodyPreview != "" {
		return m.BodyPreview
	}
	return m.Body.preview()
}

// hasAttachments does not count pictures that the body shows.
func (m *message) hasAttachments() bool {
	for _, a := range m.Attachments {
		if !a.IsInline {
			return true
		}
	}
	return false
}

func (m *message) webLink(c *call) string {
	return "https://outlook.office365.com/owa/?ItemID=" + escapeValue(m.idFor(c)) + "&exvsurl=1&viewmodel=ReadMessageItem"
}

func (m *message) headers() []object {
	headers := make([]object, len(m.Headers))
	for i, h := range m.Headers {
		headers[i] = object{{"name", h.Name}, {"value", h.Value}}
	}
	return headers
}

// recipientOrNull is a recipient as a value.
func recipientOrNull(r *Recipient) any {
	if r == nil {
		return nil
	}
	return r
}

// object shows a recipient, which is replaced and never changed: notifications
// are written when nobody holds the tenant any more.
func (r *Recipient) object() object {
	return object{{"emailAddress", object{{"name", or(r.Name, r.Address)}, {"address", r.Address}}}}
}

func (r *Recipient) appendTo(dst []byte) []byte {
	dst = appendString(append(dst, `{"emailAddress":{"name":`...), or(r.Name, r.Address))
	dst = appendString(append(dst, `,"address":`...), r.Address)
	return append(dst, "}}"...)
}

func recipientObjects(list []Recipient) []object {
	objects := make([]object, len(list))
	for i := range list {
		objects[i] = list[i].object()
	}
	return objects
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// accepted is the answer to what goes on in the background.
func accepted() *reply { return emptyReply(http.StatusAccepted) }

// mailTypes are the types within mail.
var mailTypes = types{
	"recipient":             {"emailAddress": "emailAddress"},
	"emailAddress":          {"address": "Edm.String", "name": "Edm.String"},
	"itemBody":              {"content": "Edm.String", "contentType": "bodyType"},
	"followupFlag":          {"flagStatus": "followupFlagStatus", "completedDateTime": "dateTimeTimeZone", "dueDateTime": "dateTimeTimeZone", "startDateTime": "dateTimeTimeZone"},
	"dateTimeTimeZone":      {"dateTime": "Edm.String", "timeZone": "Edm.String"},
	"internetMessageHeader": {"name": "Edm.String", "value": "Edm.String"},

	"singleValueLegacyExtendedProperty": {"id": "Edm.String", "value": "Edm.String"},
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}
