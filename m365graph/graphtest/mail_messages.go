package graphtest

import (
	"net/http"
	"strings"
)

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

// placesOfMail are where messages, contacts and folders are found, by the element of a
// pattern that stands for them.
var placesOfMail = map[string][]string{
	"~messages": {"messages", "mailFolders/{folder}/messages", "~childFolder/messages"},
	"~folder":   {"mailFolders/{folder}", "~childFolder"},

	"~contacts":      {"contacts", "contactFolders/{folder}/contacts", "~childContactFolder/contacts"},
	"~contactFolder": {"contactFolders/{folder}", "~childContactFolder"},
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
	return rawReply("text/plain", m.source(), m.LastModifiedDateTime), nil
}

// matches holds If-Match.
func (c *call) matches(m *message) error {
	return c.holdsMatch(messageSchema.etag(m))
}

// holdsMatch holds If-Match against the ETag that an item has.
func (c *call) holdsMatch(etag string) error {
	if match := c.r.Header.Get("If-Match"); match != "" && match != "*" && match != etag {
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
	var fields messageFields
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
