package graphtest

// attachmentSchema is https://learn.microsoft.com/graph/api/resources/fileattachment.
var attachmentSchema = &schema[*Attachment]{
	name: "attachment", keep: []string{"id"}, page: 1000, maxPage: 1000,
	annotate: func(a *Attachment) object {
		return object{{"@odata.type", "#microsoft.graph.fileAttachment"}, {"@odata.mediaContentType", a.ContentType}}
	},
	props: []property[*Attachment]{
		{name: "id", typ: "Edm.String", get: func(_ *call, a *Attachment) any { return a.ID }},
		{name: "lastModifiedDateTime", typ: "Edm.DateTimeOffset", get: func(_ *call, a *Attachment) any { return a.LastModifiedDateTime }},
		{name: "name", typ: "Edm.String", get: func(_ *call, a *Attachment) any { return a.Name }},
		{name: "contentType", typ: "Edm.String", get: func(_ *call, a *Attachment) any { return a.ContentType }},
		{name: "size", typ: "Edm.Int32", get: func(_ *call, a *Attachment) any { return len(a.Content) }},
		{name: "isInline", typ: "Edm.Boolean", get: func(_ *call, a *Attachment) any { return a.IsInline }},
		{name: "contentId", typ: "Edm.String", cast: "fileAttachment", get: func(_ *call, a *Attachment) any { return orNull(a.ContentID) }},
		{name: "contentLocation", typ: "Edm.String", cast: "fileAttachment"},
		{name: "contentBytes", typ: "Edm.Binary", cast: "fileAttachment", get: func(_ *call, a *Attachment) any { return a.Content }},
	},
}

// attachmentRoutes are those below a message.
func attachmentRoutes(base string) []route {
	const list = "https://learn.microsoft.com/graph/api/message-list-attachments"
	const get = "https://learn.microsoft.com/graph/api/attachment-get"
	return []route{
		{method: "GET", pattern: base + "/attachments", doc: list, service: exchange, scopes: readMail, handle: listAttachments},
		{method: "GET", pattern: base + "/attachments/{attachment}", doc: get, service: exchange, scopes: readMail, handle: getAttachment},
		{method: "GET", pattern: base + "/attachments/{attachment}/$value", doc: get, service: exchange, scopes: readMail, handle: attachmentValue},
	}
}

func attachmentContext(c *call) string {
	return userContext(c) + "/messages('" + escapeValue(c.vars["message"]) + "')/attachments"
}

func listAttachments(c *call) (*reply, error) {
	m, err := c.message()
	if err != nil {
		return nil, err
	}
	return list(c, listing[*Attachment]{schema: attachmentSchema, items: m.Attachments, context: attachmentContext(c)})
}

// attachment finds the attachment that the path names.
func (c *call) attachment() (*Attachment, error) {
	m, err := c.message()
	if err != nil {
		return nil, err
	}
	for _, a := range m.Attachments {
		if a.ID == c.vars["attachment"] {
			return a, nil
		}
	}
	return nil, fail(codeItemNotFound)
}

func getAttachment(c *call) (*reply, error) {
	a, err := c.attachment()
	if err != nil {
		return nil, err
	}
	return one(c, attachmentSchema, a, attachmentContext(c))
}

func attachmentValue(c *call) (*reply, error) {
	a, err := c.attachment()
	if err != nil {
		return nil, err
	}
	return rawReply(a.ContentType, a.Content, a.LastModifiedDateTime), nil
}

// attachmentObjects are the attachments as $expand shows them.
func (m *message) attachmentObjects(c *call) []object {
	sh := &shape[*Attachment]{schema: attachmentSchema}
	for i := range attachmentSchema.props {
		sh.props = append(sh.props, &attachmentSchema.props[i])
	}
	objects := make([]object, len(m.Attachments))
	for i, a := range m.Attachments {
		objects[i] = sh.render(c, a)
	}
	return objects
}
