package graphtest

import "github.com/m365go/sdk/m365graph/internal/mimemail"

// attachmentSchema is https://learn.microsoft.com/graph/api/resources/attachment
// with the types derived from it.
var attachmentSchema = &schema[*Attachment]{
	name: "attachment", keep: []string{"id"}, page: 1000, maxPage: 1000,
	annotate: func(a *Attachment) object {
		o := object{{"@odata.type", "#microsoft.graph." + a.kind()}}
		if a.kind() == "fileAttachment" {
			o = append(o, member{"@odata.mediaContentType", a.ContentType})
		}
		return o
	},
	props: []property[*Attachment]{
		{name: "id", typ: "Edm.String", get: func(_ *call, a *Attachment) any { return a.ID }},
		{name: "lastModifiedDateTime", typ: "Edm.DateTimeOffset", get: func(_ *call, a *Attachment) any { return a.LastModifiedDateTime }},
		{name: "name", typ: "Edm.String", get: func(_ *call, a *Attachment) any { return a.Name }},
		{name: "contentType", typ: "Edm.String", get: func(_ *call, a *Attachment) any { return orNull(a.ContentType) }},
		{name: "size", typ: "Edm.Int32", get: func(_ *call, a *Attachment) any { return a.size() }},
		{name: "isInline", typ: "Edm.Boolean", get: func(_ *call, a *Attachment) any { return a.IsInline }},
		attachmentProperty("contentId", "Edm.String", "fileAttachment", func(a *Attachment) any { return orNull(a.ContentID) }),
		attachmentProperty("contentLocation", "Edm.String", "fileAttachment", func(*Attachment) any { return nil }),
		attachmentProperty("contentBytes", "Edm.Binary", "fileAttachment", func(a *Attachment) any { return a.Content }),
		attachmentProperty("sourceUrl", "Edm.String", "referenceAttachment", func(a *Attachment) any { return a.SourceURL }),
	},
}

func init() { // an attached message has attachments
	attachmentSchema.props = append(attachmentSchema.props, property[*Attachment]{
		name: "item", typ: "outlookItem", cast: "itemAttachment", show: expanded, get: func(c *call, a *Attachment) any {
			if a.Item == nil {
				return absent
			}
			return itemObject(c, a.Item)
		},
	})
}

// attachmentProperty is one that a derived type alone has.
func attachmentProperty(name, typ, cast string, get func(*Attachment) any) property[*Attachment] {
	return property[*Attachment]{name: name, typ: typ, cast: cast, get: func(_ *call, a *Attachment) any {
		if a.kind() != cast {
			return absent
		}
		return get(a)
	}}
}

// kind is the type of an attachment.
func (a *Attachment) kind() string {
	switch {
	case a.Item != nil:
		return "itemAttachment"
	case a.SourceURL != "":
		return "referenceAttachment"
	}
	return "fileAttachment"
}

func (a *Attachment) size() int {
	if a.Item != nil {
		return a.Item.size()
	}
	return len(a.Content)
}

// itemObject shows an attached message, which is in no folder.
func itemObject(c *call, item *Message) object {
	m := &message{Message: *item, folder: &folder{box: c.user.mail}}
	o := object{{"@odata.type", "#microsoft.graph.message"}}
	for i := range messageSchema.props {
		p := &messageSchema.props[i]
		if p.name == "parentFolderId" || p.name == "webLink" || p.name == "changeKey" || p.name == "conversationId" || p.name == "conversationIndex" {
			continue // it has no place
		}
		if v := p.value(c, m); p.show == always || p.show == unlessNil && v != nil {
			o = append(o, member{p.name, v})
		}
	}
	return append(o, member{"attachments", m.attachmentObjects(c)})
}

// attachmentRoutes are those below a message.
func attachmentRoutes(base string) []route {
	const list = "https://learn.microsoft.com/graph/api/message-list-attachments"
	const get = "https://learn.microsoft.com/graph/api/attachment-get"
	const session = "https://learn.microsoft.com/graph/api/attachment-createuploadsession"
	one := base + "/attachments/{attachment}"
	return []route{
		{method: "GET", pattern: base + "/attachments", doc: list, scopes: readMail, options: listOptions, handle: listAttachments},
		{method: "GET", pattern: base + "/attachments/$count", doc: list, scopes: readMail, options: optFilter, handle: countAttachments},
		{method: "GET", pattern: one, doc: get, scopes: readMail, options: oneOptions, handle: getAttachment},
		{method: "GET", pattern: one + "/$value", doc: get, scopes: readMail, options: optNone, handle: attachmentValue},
		{method: "DELETE", pattern: one, doc: "https://learn.microsoft.com/graph/api/attachment-delete", scopes: writeMail, options: optNone, handle: deleteAttachment},
		{method: "POST", pattern: base + "/attachments", doc: "https://learn.microsoft.com/graph/api/message-post-attachments", scopes: writeMail,
			options: oneOptions, handle: postAttachment, differs: "Only messages can be attached as items, not events or contacts."},
		{method: "POST", pattern: base + "/attachments/createUploadSession", doc: session, scopes: writeMail, options: optNone, handle: createMessageSession},
	}
}

func attachmentContext(c *call) string {
	return userContext(c) + "/messages('" + escapeValue(c.vars["message"]) + "')/attachments"
}

func attachmentListing(c *call) (listing[*Attachment], error) {
	m, err := c.message()
	if err != nil {
		return listing[*Attachment]{}, err
	}
	return listing[*Attachment]{schema: attachmentSchema, items: m.Attachments, context: attachmentContext(c)}, nil
}

func listAttachments(c *call) (*reply, error) {
	l, err := attachmentListing(c)
	if err != nil {
		return nil, err
	}
	return list(c, l)
}

func countAttachments(c *call) (*reply, error) {
	l, err := attachmentListing(c)
	if err != nil {
		return nil, err
	}
	return count(c, l)
}

// attachment finds the attachment that the path names.
func (c *call) attachment() (*message, *Attachment, error) {
	m, err := c.message()
	if err != nil {
		return nil, nil, err
	}
	for _, a := range m.Attachments {
		if a.ID == c.vars["attachment"] {
			return m, a, nil
		}
	}
	return nil, nil, fail(codeItemNotFound)
}

func getAttachment(c *call) (*reply, error) {
	_, a, err := c.attachment()
	if err != nil {
		return nil, err
	}
	return one(c, attachmentSchema, a, attachmentContext(c))
}

func attachmentValue(c *call) (*reply, error) {
	_, a, err := c.attachment()
	if err != nil {
		return nil, err
	}
	return a.value()
}

// value gives the bytes of a file, and the MIME of a message.
func (a *Attachment) value() (*reply, error) {
	switch {
	case a.Item != nil:
		return rawReply("text/plain", a.Item.mime("item", a.ID, a.Item.Subject), a.LastModifiedDateTime), nil
	case a.SourceURL != "":
		return nil, failf(codeInvalidRequest, "The attachment is a link and has no content.")
	}
	return rawReply(mimemail.OneLine(a.ContentType), a.Content, a.LastModifiedDateTime), nil
}

// attachmentObjects are the attachments as $expand shows them.
func (m *message) attachmentObjects(c *call) []object {
	sh := &shape[*Attachment]{schema: attachmentSchema}
	for i := range attachmentSchema.props {
		if p := &attachmentSchema.props[i]; p.show != expanded {
			sh.props = append(sh.props, p)
		}
	}
	objects := make([]object, len(m.Attachments))
	for i, a := range m.Attachments {
		objects[i] = sh.render(c, a)
	}
	return objects
}
