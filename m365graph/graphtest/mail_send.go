package graphtest

import (
	"encoding/json"
	"net/http"
	"net/mail"
	"slices"
	"strings"
)

// Limits of Exchange Online on what is sent, see
// https://learn.microsoft.com/office365/servicedescriptions/exchange-online-service-description/exchange-online-limits.
const (
	maxRecipients  = 500
	maxMessageSize = 35 << 20
	// maxMIMEBody is what a body of base64 may take.
	maxMIMEBody = maxMessageSize/3*4 + 4<<10
)

func sendRoutes() []route {
	const create = "https://learn.microsoft.com/graph/api/user-post-messages"
	const send = "https://learn.microsoft.com/graph/api/user-sendmail"
	routes := []route{
		{method: "POST", pattern: "/~/sendMail", doc: send, scopes: sendScopes, options: optNone, maxBody: maxMIMEBody, handle: sendMail,
			differs: "Mail to an address outside of the tenant goes nowhere. More than 500 recipients are refused at once. A group's mail goes to the inboxes of its members, of a Microsoft 365 group too."},
		{method: "POST", pattern: "/~/microsoft.graph.sendMail", doc: send, scopes: sendScopes, options: optNone, maxBody: maxMIMEBody, handle: sendMail},
		{method: "POST", pattern: "/~/~messages", doc: create, scopes: writeMail, options: oneOptions, maxBody: maxMIMEBody, handle: createDraft,
			differs: "Of extended properties it takes singleValueExtendedProperties; multiValueExtendedProperties are refused."},
		{method: "POST", pattern: "/~/~messages/{message}/send", doc: "https://learn.microsoft.com/graph/api/message-send", scopes: sendScopes, options: optNone, handle: sendDraft},
	}
	return ofExchange(append(routes, replyRoutes()...))
}

// sendMail takes a message and delivers it; the answer holds nothing, not
// even an id.
func sendMail(c *call) (*reply, error) {
	m, save, err := c.readSendMail()
	if err != nil {
		return nil, err
	}
	if err := c.send(m); err != nil {
		return nil, err
	}
	if save {
		c.user.mail.add(c.user.mail.wellKnown["sentitems"], m)
	}
	return accepted(), nil
}

// readSendMail reads the message to send, and whether to keep it.
func (c *call) readSendMail() (m *message, save bool, err error) {
	if c.sendsMIME() {
		m, err = c.readMIME()
		return m, true, err
	}
	if err := c.checkJSONSize(); err != nil {
		return nil, false, err
	}
	var members map[string]json.RawMessage
	if err := c.decode(&members); err != nil {
		return nil, false, err
	}
	var fields messageFields
	save = true
	for name, raw := range members {
		var err error
		switch strings.ToLower(name) {
		case "message":
			err = json.Unmarshal(raw, &fields)
		case "savetosentitems":
			save, err = readBool(raw)
		default:
			return nil, false, failf(codeRequestBody, "The parameter '%s' in the request payload is not a valid parameter for the operation 'sendMail'.", name)
		}
		if err != nil {
			return nil, false, failf(codeRequestBody, "Cannot read the parameter '%s': its type is wrong.", name)
		}
	}
	if fields == nil {
		return nil, false, failf(codeMissingArgument, "The request is missing the required parameter 'Message'.")
	}
	m = c.newDraft()
	return m, save, setMessage(m, fields, false)
}

// checkJSONSize holds the limit of a request that is no MIME.
func (c *call) checkJSONSize() error {
	if len(c.body) > defaultMaxBody {
		return fail(codePayloadTooLarge)
	}
	return nil
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

// newDraft begins a message of the person's, in no folder yet.
func (c *call) newDraft() *message {
	return c.user.mail.newMessage(Message{From: c.user.recipient(), IsDraft: true, IsRead: true, ReceivedDateTime: c.now})
}

// checkSend holds what a message needs before it can be sent.
func (c *call) checkSend(m *message) error {
	all := slices.Concat(m.ToRecipients, m.CcRecipients, m.BccRecipients)
	switch {
	case len(all) == 0:
		return failf(codeInvalidRecipient, "At least one recipient is not valid., A message can't be sent because it contains no recipients.")
	case len(all) > maxRecipients:
		return failf(codeInvalidRecipient, "At least one recipient is not valid., The message has %d recipients, and the limit is %d.", len(all), maxRecipients)
	case m.size() > maxMessageSize:
		return fail(codeMessageSize)
	}
	for _, r := range slices.Concat(all, m.ReplyTo) {
		if a, err := mail.ParseAddress(r.Address); err != nil || a.Address != r.Address {
			return failf(codeInvalidRecipient, "At least one recipient is not valid., Recipient '%s' is not resolved. All recipients must be resolved before a message can be submitted.", r.Address)
		}
	}
	if from := m.From; from != nil && !c.user.has(from.Address) {
		return fail(codeSendAsDenied)
	}
	return nil
}

// size is about what a message takes.
func (m *Message) size() int {
	n := len(m.Subject) + len(m.Body.Content)
	for _, a := range m.Attachments {
		n += a.size()
	}
	return n
}

// send stamps a message and delivers it. It is the sender's to keep.
func (c *call) send(m *message) error {
	if err := c.checkSend(m); err != nil {
		return err
	}
	c.user.mail.enter(m)
	m.From, m.Sender = c.user.recipient(), c.user.recipient()
	for _, list := range []*[]Recipient{&m.ToRecipients, &m.CcRecipients, &m.BccRecipients} {
		*list = c.resolveNames(*list)
	}
	m.InternetMessageID = or(m.InternetMessageID, c.user.mail.internetID(m.number))
	m.IsDraft, m.IsRead = false, true
	m.SentDateTime, m.ReceivedDateTime, m.LastModifiedDateTime = c.now, c.now, c.now
	c.deliver(m)
	return nil
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
		} else if g := c.s.tenant.groupByAddress(r.Address); g != nil {
			list[i].Name = g.DisplayName
		}
	}
	return list
}

// deliver puts a copy into the inbox of each recipient in the tenant, those of
// groups included. Whoever is not there though the address is the tenant's, is
// reported to the sender.
func (c *call) deliver(sent *message) {
	mailboxes, unknown := c.s.tenant.expand(slices.Concat(sent.ToRecipients, sent.CcRecipients, sent.BccRecipients))
	for _, u := range mailboxes {
		u.mail.receive(c, sent)
	}
	unknown = slices.DeleteFunc(unknown, func(r Recipient) bool { return !c.s.tenant.hasDomain(domain(r.Address)) })
	if len(unknown) > 0 {
		c.reportFailure(sent, unknown)
	}
}

// hasDomain tells whether mail to a domain is the tenant's.
func (t *tenantState) hasDomain(name string) bool {
	return slices.ContainsFunc(t.users, func(u *userState) bool { return strings.EqualFold(domain(u.Mail), name) })
}

// receive puts a copy of what was sent into the inbox, as far as the receiver
// is to see it, and lets rules have it.
func (m *mailbox) receive(c *call, sent *message) {
	given := sent.Message
	given.ID, given.ConversationID, given.BccRecipients, given.IsRead, given.Categories, given.FlagStatus = "", "", nil, false, nil, ""
	given.Attachments = copyAttachments(sent.Attachments)
	given.Headers = given.transportHeaders()
	given.CreatedDateTime = c.now
	msg := m.newMessage(given)
	if x := sent.more(); x.readReceipt || x.deliveryReceipt || x.meeting != nil {
		msg.extra = &messageExtra{readReceipt: x.readReceipt, deliveryReceipt: x.deliveryReceipt, meeting: x.meeting}
	}
	m.classify(msg)
	m.add(m.wellKnown["inbox"], msg)
	m.applyRules(msg, c.now)
	m.replyAutomatically(c, msg)
}

// createDraft makes a message that is not sent yet.
func createDraft(c *call) (*reply, error) {
	f := c.user.mail.wellKnown["drafts"]
	if c.vars["folder"] != "" {
		var err error
		if f, err = c.folder(); err != nil {
			return nil, err
		}
		if f.search != nil {
			return nil, failf(codeInvalidRequest, "A search folder holds nothing.")
		}
	}
	m, err := c.readDraft()
	if err != nil {
		return nil, err
	}
	c.user.mail.add(f, m)
	c.applyOutlook()
	return c.written(m, http.StatusCreated)
}

// readDraft reads a message, as JSON or MIME.
func (c *call) readDraft() (*message, error) {
	if c.sendsMIME() {
		return c.readMIME()
	}
	if err := c.checkJSONSize(); err != nil {
		return nil, err
	}
	var fields messageFields
	if err := c.decode(&fields); err != nil {
		return nil, err
	}
	m := c.newDraft()
	return m, setMessage(m, fields, false)
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
	sent := *draft
	if err := c.send(&sent); err != nil {
		return nil, err
	}
	c.user.mail.move(draft, c.user.mail.wellKnown["sentitems"], c.now, func(m *message) { m.Message = sent.Message })
	return accepted(), nil
}
