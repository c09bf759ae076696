package graphtest

import (
	"encoding/json"
	"net/http"
	"strings"
)

// messageSchema is https://learn.microsoft.com/graph/api/resources/message.
var messageSchema = &schema[*message]{
	name: "message", keep: []string{"id"}, page: 10, maxPage: 1000,
	etag: func(m *message) string { return `W/"` + m.changeKey() + `"` },
	props: []property[*message]{
		{name: "id", typ: "Edm.String", get: func(c *call, m *message) any { return m.id(c) }},
		{name: "createdDateTime", typ: "Edm.DateTimeOffset", get: func(_ *call, m *message) any { return m.CreatedDateTime }},
		{name: "lastModifiedDateTime", typ: "Edm.DateTimeOffset", get: func(_ *call, m *message) any { return m.LastModifiedDateTime }},
		{name: "changeKey", typ: "Edm.String", get: func(_ *call, m *message) any { return m.changeKey() }},
		{name: "categories", typ: "[]Edm.String", get: func(_ *call, m *message) any { return nonNil(m.Categories) }},
		{name: "receivedDateTime", typ: "Edm.DateTimeOffset", get: func(_ *call, m *message) any { return m.ReceivedDateTime }},
		{name: "sentDateTime", typ: "Edm.DateTimeOffset", get: func(_ *call, m *message) any { return m.SentDateTime }},
		{name: "hasAttachments", typ: "Edm.Boolean", get: func(_ *call, m *message) any { return m.hasAttachments() }},
		{name: "internetMessageId", typ: "Edm.String", get: func(_ *call, m *message) any { return m.InternetMessageID }},
		{name: "subject", typ: "Edm.String", get: func(_ *call, m *message) any { return m.Subject }},
		{name: "bodyPreview", typ: "Edm.String", get: func(_ *call, m *message) any { return m.preview() }},
		{name: "importance", typ: "importance", get: func(_ *call, m *message) any { return or(m.Importance, "normal") }},
		{name: "parentFolderId", typ: "Edm.String", get: func(_ *call, m *message) any { return m.folder.id }},
		{name: "conversationId", typ: "Edm.String", get: func(_ *call, m *message) any { return m.ConversationID }},
		{name: "conversationIndex", typ: "Edm.Binary", get: func(_ *call, m *message) any { return digest("index", m.ConversationID)[:22] }},
		{name: "isDeliveryReceiptRequested", typ: "Edm.Boolean", get: func(*call, *message) any { return false }},
		{name: "isReadReceiptRequested", typ: "Edm.Boolean", get: func(*call, *message) any { return false }},
		{name: "isRead", typ: "Edm.Boolean", get: func(_ *call, m *message) any { return m.IsRead }},
		{name: "isDraft", typ: "Edm.Boolean", get: func(_ *call, m *message) any { return m.IsDraft }},
		{name: "webLink", typ: "Edm.String", get: func(c *call, m *message) any { return m.webLink(c) }},
		{name: "inferenceClassification", typ: "inferenceClassificationType", get: func(*call, *message) any { return "focused" }},
		{name: "body", typ: "itemBody", get: func(c *call, m *message) any { return bodyObject(c, m.Body) }},
		{name: "uniqueBody", typ: "itemBody", show: selected, get: func(c *call, m *message) any { return bodyObject(c, m.Body) }},
		{name: "sender", typ: "recipient", show: unlessNil, get: func(_ *call, m *message) any { return recipientObject(m.Sender) }},
		{name: "from", typ: "recipient", show: unlessNil, get: func(_ *call, m *message) any { return recipientObject(m.From) }},
		{name: "toRecipients", typ: "[]recipient", get: func(_ *call, m *message) any { return recipientObjects(m.ToRecipients) }},
		{name: "ccRecipients", typ: "[]recipient", get: func(_ *call, m *message) any { return recipientObjects(m.CcRecipients) }},
		{name: "bccRecipients", typ: "[]recipient", get: func(_ *call, m *message) any { return recipientObjects(m.BccRecipients) }},
		{name: "replyTo", typ: "[]recipient", get: func(_ *call, m *message) any { return recipientObjects(m.ReplyTo) }},
		{name: "flag", typ: "followupFlag", get: func(_ *call, m *message) any {
			return object{{"flagStatus", or(m.FlagStatus, "notFlagged")}}
		}},
		{name: "internetMessageHeaders", typ: "[]internetMessageHeader", show: selected, get: func(_ *call, m *message) any { return m.headers() }},
		{name: "attachments", typ: "[]attachment", show: expanded, get: func(c *call, m *message) any { return m.attachmentObjects(c) }},
	},
}

func messageRoutes() []route {
	const list = "https://learn.microsoft.com/graph/api/user-list-messages"
	const inFolder = "https://learn.microsoft.com/graph/api/mailfolder-list-messages"
	const get = "https://learn.microsoft.com/graph/api/message-get"
	const update = "https://learn.microsoft.com/graph/api/message-update"
	routes := []route{
		{method: "GET", pattern: "/~/messages", doc: list, service: exchange, scopes: readMail, handle: listMessages},
		{method: "GET", pattern: "/~/messages/$count", doc: list, service: exchange, scopes: readMail, handle: countMessages},
		{method: "GET", pattern: "/~/mailFolders/{folder}/messages", doc: inFolder, service: exchange, scopes: readMail, handle: listMessages},
		{method: "GET", pattern: "/~/mailFolders/{folder}/messages/$count", doc: inFolder, service: exchange, scopes: readMail, handle: countMessages},
	}
	for _, base := range []string{"/~/messages/{message}", "/~/mailFolders/{folder}/messages/{message}"} {
		routes = append(routes,
			route{method: "GET", pattern: base, doc: get, service: exchange, scopes: readMail, handle: getMessage},
			route{method: "PATCH", pattern: base, doc: update, service: exchange, scopes: writeMail, handle: patchMessage})
		routes = append(routes, attachmentRoutes(base)...)
		routes = append(routes, attachmentUploadRoutes(base)...)
	}
	return append(routes, attachmentContentRoutes()...)
}

// messageListing is what a list of messages draws from: a folder's, or the
// whole mailbox's.
func messageListing(c *call) (listing[*message], error) {
	c.applyOutlook()
	l := listing[*message]{schema: messageSchema, items: c.user.mail.all, context: userContext(c) + "/messages", check: checkSortRule}
	if name := c.vars["folder"]; name != "" {
		f, err := c.folder()
		if err != nil {
			return l, err
		}
		l.items, l.context = f.messages, userContext(c)+"/mailFolders('"+escapeValue(name)+"')/messages"
	}
	return l, nil
}

// checkSortRule holds Exchange's rule for $orderby beside $filter: what
// orders must also filter, in the same order, before anything else. See
// https://learn.microsoft.com/graph/api/user-list-messages, "Using filter
// and orderby in the same query".
func checkSortRule(_ *call, q *query) error {
	if q.filter == nil {
		return nil
	}
	for i, key := range q.order {
		if i >= len(q.filter.Paths) || !strings.EqualFold(q.filter.Paths[i], key.Path) {
			return fail(codeInefficient)
		}
	}
	return nil
}

func listMessages(c *call) (*reply, error) {
	l, err := messageListing(c)
	if err != nil {
		return nil, err
	}
	return list(c, l)
}

func countMessages(c *call) (*reply, error) {
	l, err := messageListing(c)
	if err != nil {
		return nil, err
	}
	return count(c, l)
}

// message finds the message that the path names.
func (c *call) message() (*message, error) {
	id := c.vars["message"]
	m := c.user.mail.messages[id]
	if m == nil && !plausibleID(id) {
		return nil, fail(codeMalformedID)
	}
	if m == nil {
		return nil, fail(codeItemNotFound)
	}
	if c.vars["folder"] != "" {
		f, err := c.folder()
		if err != nil {
			return nil, err
		}
		if m.folder != f {
			return nil, fail(codeItemNotFound)
		}
	}
	return m, nil
}

func getMessage(c *call) (*reply, error) {
	m, err := c.message()
	if err != nil {
		return nil, err
	}
	c.applyOutlook()
	return one(c, messageSchema, m, userContext(c)+"/messages")
}

// patchMessage changes what may change: of a draft most, of others the marks
// that people put on mail.
func patchMessage(c *call) (*reply, error) {
	m, err := c.message()
	if err != nil {
		return nil, err
	}
	if match := c.r.Header.Get("If-Match"); match != "" && match != "*" && match != messageSchema.etag(m) {
		return nil, &graphError{code: codeIrresolvable, message: codes[codeIrresolvable].message}
	}
	var fields map[string]json.RawMessage
	if err := c.decode(&fields); err != nil {
		return nil, err
	}
	changed := m.Message
	if err := setMessage(&changed, fields, !m.IsDraft); err != nil {
		return nil, err
	}
	if m.IsRead != changed.IsRead {
		m.folder.unread += btoi(m.IsRead) - btoi(changed.IsRead)
	}
	m.Message = changed
	m.touch(c.now)
	c.user.mail.record(m, itemUpdated)
	c.applyOutlook()
	return one(c, messageSchema, m, userContext(c)+"/messages")
}

// id is the id in the form asked for.
func (m *message) id(c *call) string {
	if c.immutableIDs() {
		return m.immutableID
	}
	return m.ID
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
	return "https://outlook.office365.com/owa/?ItemID=" + escapeValue(m.id(c)) + "&exvsurl=1&viewmodel=ReadMessageItem"
}

func (m *message) headers() []object {
	headers := make([]object, len(m.Headers))
	for i, h := range m.Headers {
		headers[i] = object{{"name", h.Name}, {"value", h.Value}}
	}
	return headers
}

func recipientObject(r *Recipient) any {
	if r == nil {
		return nil
	}
	return object{{"emailAddress", object{{"name", or(r.Name, r.Address)}, {"address", r.Address}}}}
}

func recipientObjects(list []Recipient) []object {
	objects := make([]object, len(list))
	for i := range list {
		objects[i] = recipientObject(&list[i]).(object)
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
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}
