package graphtest

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"sync"
)

// messageSchema is https://learn.microsoft.com/graph/api/resources/message.
var messageSchema = &schema[*message]{
	name: "message", keep: []string{"id"}, page: 10, maxPage: 1000,
	etag:     func(m *message) string { return `W/"` + m.changeKey() + `"` },
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
		{name: "sender", typ: "recipient", show: unlessNil, get: func(_ *call, m *message) any { return recipientObject(m.Sender) }},
		{name: "from", typ: "recipient", show: unlessNil, get: func(_ *call, m *message) any { return recipientObject(m.From) }},
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

// What requests about messages may ask for.
const (
	messageListOptions  = listOptions | optSearch
	messageCountOptions = optFilter
)

func messageRoutes() []route {
	const list = "https://learn.microsoft.com/graph/api/user-list-messages"
	const get = "https://learn.microsoft.com/graph/api/message-get"
	const message = "/~/~messages/{message}"
	routes := []route{
		{method: "GET", pattern: "/~/~messages", doc: list, scopes: basicMail, roles: basicMailRoles, options: messageListOptions, handle: listMessages},
		{method: "GET", pattern: "/~/~messages/$count", doc: list, scopes: basicMail, roles: basicMailRoles, options: messageCountOptions, handle: countMessages},
		{method: "GET", pattern: message, doc: get, scopes: basicMail, roles: basicMailRoles, options: oneOptions, handle: getMessage},
		{method: "PATCH", pattern: message, doc: "https://learn.microsoft.com/graph/api/message-update", scopes: writeMail, options: oneOptions, handle: patchMessage},
		{method: "DELETE", pattern: message, doc: "https://learn.microsoft.com/graph/api/message-delete", scopes: writeMail, options: optNone, handle: deleteMessage},
		{method: "POST", pattern: message + "/permanentDelete", doc: "https://learn.microsoft.com/graph/api/message-permanentdelete", scopes: writeMail, options: optNone,
			handle: permanentlyDeleteMessage, differs: "What is deleted for good is not kept for a legal hold."},
		{method: "POST", pattern: message + "/move", doc: "https://learn.microsoft.com/graph/api/message-move", scopes: writeMail, options: oneOptions, handle: moveMessage},
		{method: "POST", pattern: message + "/copy", doc: "https://learn.microsoft.com/graph/api/message-copy", scopes: writeMail, options: oneOptions, handle: copyMessage},
	}
	routes = append(routes, route{method: "GET", pattern: message + "/$value", doc: "https://learn.microsoft.com/graph/outlook-get-mime-message", scopes: readMail,
		options: optNone, handle: messageValue})
	routes = append(routes, attachmentRoutes(message)...)
	return append(ofExchange(routes), attachmentContentRoutes()...)
}

// placesOfMail are where messages and folders are found, by the element of a
// pattern that stands for them.
var placesOfMail = map[string][]string{
	"~messages": {"messages", "mailFolders/{folder}/messages", "~childFolder/messages"},
	"~folder":   {"mailFolders/{folder}", "~childFolder"},
}

// ofExchange makes routes speak as Exchange does, each in all its places.
func ofExchange(routes []route) []route {
	var all []route
	for _, r := range routes {
		r.service = exchange
		places, element := []string{""}, "\x00"
		for e, list := range placesOfMail {
			if strings.Contains(r.pattern, "/"+e) {
				places, element = list, e
			}
		}
		pattern := r.pattern
		for _, place := range places {
			r.pattern = strings.Replace(pattern, element, place, 1)
			all = append(all, r)
		}
	}
	return all
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

// messageListing is what a list of messages draws from: a folder's, or the
// whole mailbox's.
func messageListing(c *call) (listing[*message], error) {
	c.applyOutlook()
	l := listing[*message]{schema: c.messageSchema(), items: c.user.mail.all, context: userContext(c) + "/messages", check: checkSortRule}
	if name := c.vars["folder"]; name != "" {
		f, err := c.folder()
		if err != nil {
			return l, err
		}
		l.items, l.context = f.contents(c), userContext(c)+"/mailFolders('"+escapeValue(name)+"')/messages"
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
	if err := searchMessages(c, &l); err != nil {
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
	m := c.user.mail.message(id)
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
	return one(c, c.messageSchema(), m, userContext(c)+"/messages")
}

// messageValue gives the message in MIME.
func messageValue(c *call) (*reply, error) {
	m, err := c.message()
	if err != nil {
		return nil, err
	}
	return rawReply("text/plain", m.mime(), m.LastModifiedDateTime), nil
}

// matches holds If-Match.
func (c *call) matches(m *message) error {
	if match := c.r.Header.Get("If-Match"); match != "" && match != "*" && match != messageSchema.etag(m) {
		return fail(codeIrresolvable)
	}
	return nil
}

// patchMessage changes what may change: of a draft most, of others the marks
// that people put on mail.
func patchMessage(c *call) (*reply, error) {
	m, err := c.message()
	if err != nil {
		return nil, err
	}
	if err := c.matches(m); err != nil {
		return nil, err
	}
	var fields map[string]json.RawMessage
	if err := c.decode(&fields); err != nil {
		return nil, err
	}
	changed := *m
	if err := setMessage(&changed, fields, !m.IsDraft); err != nil {
		return nil, err
	}
	m.folder.unread += btoi(m.IsRead) - btoi(changed.IsRead)
	*m = changed
	c.user.mail.update(m, c.now)
	c.applyOutlook()
	return c.written(m, http.StatusOK)
}

// written answers with a message that was made or changed, or with nothing if
// the client wants it so.
func (c *call) written(m *message, status int) (*reply, error) {
	if strings.EqualFold(c.prefer["return"], "minimal") {
		c.apply("return=minimal")
		return emptyReply(http.StatusNoContent), nil
	}
	if status == http.StatusCreated {
		return created(c, messageSchema, m, userContext(c)+"/messages")
	}
	return one(c, messageSchema, m, userContext(c)+"/messages")
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

	"singleValueLegacyExtendedProperty": {"id": "Edm.String", "value": "Edm.String"},
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}
