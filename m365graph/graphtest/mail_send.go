package graphtest

import (
	"encoding/json"
	"slices"
	"strings"
)

func sendRoutes() []route {
	const create = "https://learn.microsoft.com/graph/api/user-post-messages"
	return []route{
		{method: "POST", pattern: "/~/sendMail", doc: "https://learn.microsoft.com/graph/api/user-sendmail", service: exchange, scopes: sendScopes, handle: sendMail},
		{method: "POST", pattern: "/~/microsoft.graph.sendMail", doc: "https://learn.microsoft.com/graph/api/user-sendmail", service: exchange, scopes: sendScopes, handle: sendMail},
		{method: "POST", pattern: "/~/messages", doc: create, service: exchange, scopes: writeMail, handle: createDraft},
		{method: "POST", pattern: "/~/mailFolders/{folder}/messages", doc: create, service: exchange, scopes: writeMail, handle: createDraft},
		{method: "POST", pattern: "/~/messages/{message}/send", doc: "https://learn.microsoft.com/graph/api/message-send", service: exchange, scopes: sendScopes, handle: sendDraft},
	}
}

// sendMail takes a message and delivers it; the answer holds nothing, not
// even an id.
func sendMail(c *call) (*reply, error) {
	var members map[string]json.RawMessage
	if err := c.decode(&members); err != nil {
		return nil, err
	}
	var fields map[string]json.RawMessage
	save := true
	for name, raw := range members {
		var err error
		switch strings.ToLower(name) {
		case "message":
			err = json.Unmarshal(raw, &fields)
		case "savetosentitems":
			save, err = readBool(raw)
		default:
			return nil, failf(codeRequestBody, "The parameter '%s' in the request payload is not a valid parameter for the operation 'sendMail'.", name)
		}
		if err != nil {
			return nil, failf(codeRequestBody, "Cannot read the parameter '%s': its type is wrong.", name)
		}
	}
	if fields == nil {
		return nil, failf(codeMissingArgument, "The request is missing the required parameter 'Message'.")
	}
	m := Message{From: c.user.recipient()}
	if err := setMessage(&m, fields, false); err != nil {
		return nil, err
	}
	msg, err := c.compose(m)
	if err != nil {
		return nil, err
	}
	c.deliver(msg.Message)
	if save {
		c.user.mail.add(c.user.mail.wellKnown["sentitems"], msg)
	}
	return accepted(), nil
}

// readBool takes what clients send for a boolean: some quote it.
func readBool(raw json.RawMessage) (bool, error) {
	var b bool
	err := json.Unmarshal([]byte(strings.ToLower(strings.Trim(string(raw), `"`))), &b)
	return b, err
}

// recipient is the person as a sender.
func (u *userState) recipient() *Recipient {
	return &Recipient{Name: u.DisplayName, Address: u.Mail}
}

// compose checks a message and stamps it as the sent copy.
func (c *call) compose(m Message) (*message, error) {
	if err := checkRecipients(&m); err != nil {
		return nil, err
	}
	if m.From == nil {
		m.From = c.user.recipient()
	}
	if from := m.From.Address; !strings.EqualFold(from, c.user.Mail) && !strings.EqualFold(from, c.user.UserPrincipalName) {
		return nil, fail(codeSendAsDenied)
	}
	m.From, m.Sender = c.user.recipient(), c.user.recipient()
	for _, list := range []*[]Recipient{&m.ToRecipients, &m.CcRecipients, &m.BccRecipients} {
		*list = c.resolveNames(*list)
	}
	m.IsDraft, m.IsRead = false, true
	m.ID = ""
	m.SentDateTime, m.ReceivedDateTime, m.LastModifiedDateTime = c.now, c.now, c.now
	msg := c.user.mail.newMessage(m)
	if msg.ConversationID == "" {
		msg.ConversationID = c.user.mail.conversation(msg.InternetMessageID)
	}
	return msg, nil
}

// resolveNames gives nameless recipients of the tenant their names.
func (c *call) resolveNames(given []Recipient) []Recipient {
	list := slices.Clone(given)
	for i, r := range list {
		if r.Name != "" {
			continue
		}
		if u := c.s.tenant.byAddress(r.Address); u != nil {
			list[i].Name = u.DisplayName
		}
	}
	return list
}

// deliver puts a copy into the inbox of each recipient in the tenant. Mail to
// others goes nowhere.
func (c *call) deliver(sent Message) {
	var done []*userState
	for _, r := range slices.Concat(sent.ToRecipients, sent.CcRecipients, sent.BccRecipients) {
		u := c.s.tenant.byAddress(r.Address)
		if u == nil || slices.Contains(done, u) {
			continue
		}
		done = append(done, u)
		m := sent
		m.ID, m.BccRecipients, m.IsRead, m.Categories, m.FlagStatus = "", nil, false, nil, ""
		m.Attachments = slices.Clone(sent.Attachments)
		for i, a := range m.Attachments {
			copied := *a
			copied.ID = ""
			m.Attachments[i] = &copied
		}
		m.CreatedDateTime = c.now
		msg := u.mail.newMessage(m)
		msg.ConversationID = u.mail.joinConversation(&sent)
		u.mail.add(u.mail.wellKnown["inbox"], msg)
	}
}

// joinConversation is the thread that arriving mail belongs to: that of the
// message it answers, or one of its own.
func (m *mailbox) joinConversation(sent *Message) string {
	byID := make(map[string]*message, len(m.all))
	for _, msg := range m.all {
		byID[msg.InternetMessageID] = msg
	}
	return m.conversation(threadRoot(byID, &message{Message: *sent}))
}

// createDraft makes a message that is not sent yet.
func createDraft(c *call) (*reply, error) {
	f := c.user.mail.wellKnown["drafts"]
	if c.vars["folder"] != "" {
		var err error
		if f, err = c.folder(); err != nil {
			return nil, err
		}
	}
	var fields map[string]json.RawMessage
	if err := c.decode(&fields); err != nil {
		return nil, err
	}
	m := Message{From: c.user.recipient(), IsDraft: true, IsRead: true}
	if err := setMessage(&m, fields, false); err != nil {
		return nil, err
	}
	m.ReceivedDateTime = c.now
	msg := c.user.mail.newMessage(m)
	msg.ConversationID = c.user.mail.conversation(msg.InternetMessageID)
	c.user.mail.add(f, msg)
	c.applyOutlook()
	return created(c, messageSchema, msg, userContext(c)+"/messages")
}

// sendDraft delivers a draft. The sent copy has another id, but keeps the
// immutable one.
func sendDraft(c *call) (*reply, error) {
	draft, err := c.message()
	if err != nil {
		return nil, err
	}
	if !draft.IsDraft {
		return nil, failf(codeInvalidRequest, "The message was sent already.")
	}
	msg, err := c.compose(draft.Message)
	if err != nil {
		return nil, err
	}
	msg.immutableID = draft.immutableID
	c.user.mail.remove(draft)
	c.deliver(msg.Message)
	c.user.mail.add(c.user.mail.wellKnown["sentitems"], msg)
	return accepted(), nil
}
