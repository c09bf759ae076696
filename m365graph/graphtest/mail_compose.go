package graphtest

import (
	"encoding/json"
	"fmt"
	"net/mail"
	"slices"
	"strings"
)

// setter reads one property of a message that a client writes.
type setter struct {
	set       func(*Message, json.RawMessage) error
	draftOnly bool
}

// setters are the properties that clients may write, as in
// https://learn.microsoft.com/graph/api/message-update.
var setters = map[string]setter{
	"subject":                {intoField(func(m *Message) *string { return &m.Subject }), true},
	"body":                   {setBody, true},
	"toRecipients":           {intoRecipients(func(m *Message) *[]Recipient { return &m.ToRecipients }), true},
	"ccRecipients":           {intoRecipients(func(m *Message) *[]Recipient { return &m.CcRecipients }), true},
	"bccRecipients":          {intoRecipients(func(m *Message) *[]Recipient { return &m.BccRecipients }), true},
	"replyTo":                {intoRecipients(func(m *Message) *[]Recipient { return &m.ReplyTo }), true},
	"from":                   {intoRecipient(func(m *Message) **Recipient { return &m.From }), true},
	"sender":                 {intoRecipient(func(m *Message) **Recipient { return &m.Sender }), true},
	"attachments":            {setAttachments, true},
	"internetMessageHeaders": {setHeaders, true},
	"internetMessageId":      {intoField(func(m *Message) *string { return &m.InternetMessageID }), true},
	"importance":             {intoEnum(func(m *Message) *string { return &m.Importance }, "low", "normal", "high"), false},
	"isRead":                 {intoField(func(m *Message) *bool { return &m.IsRead }), false},
	"categories":             {intoField(func(m *Message) *[]string { return &m.Categories }), false},
	"flag":                   {setFlag, false},
}

// setMessage lays what a client wrote over a message. A message that was
// sent or received lets only marks be changed.
func setMessage(m *Message, fields map[string]json.RawMessage, sent bool) error {
	for name, raw := range fields {
		if strings.Contains(name, "@") {
			continue
		}
		s, writable := setters[name]
		if !writable {
			if _, known := messageSchema.find(name); known {
				continue // Graph passes over what it sets itself
			}
			return failf(codeRequestBody, "The property '%s' does not exist on type 'microsoft.graph.message'. Make sure to only use property names that are defined by the type or mark the type as open type.", name)
		}
		if sent && s.draftOnly {
			return failf(codeInvalidProperty, "The property '%s' can be changed only while the message is a draft.", name)
		}
		if err := s.set(m, raw); err != nil {
			return failf(codeRequestBody, "Cannot read the property '%s': %v.", name, err)
		}
	}
	return nil
}

// intoField reads a JSON value into a field.
func intoField[T any](field func(*Message) *T) func(*Message, json.RawMessage) error {
	return func(m *Message, raw json.RawMessage) error {
		var v T
		if err := json.Unmarshal(raw, &v); err != nil {
			return fmt.Errorf("its type is wrong")
		}
		*field(m) = v
		return nil
	}
}

// intoEnum reads a member of an enumeration, without regard to case.
func intoEnum(field func(*Message) *string, members ...string) func(*Message, json.RawMessage) error {
	return func(m *Message, raw json.RawMessage) error {
		var v string
		if err := json.Unmarshal(raw, &v); err != nil {
			return fmt.Errorf("its type is wrong")
		}
		if v = strings.ToLower(v); !slices.Contains(members, v) {
			return fmt.Errorf("requested value %q was not found", v)
		}
		*field(m) = v
		return nil
	}
}

// recipientJSON is a recipient as clients write it.
type recipientJSON struct {
	EmailAddress struct {
		Name    string `json:"name"`
		Address string `json:"address"`
	} `json:"emailAddress"`
}

func (r recipientJSON) recipient() Recipient {
	return Recipient{Name: r.EmailAddress.Name, Address: r.EmailAddress.Address}
}

func intoRecipients(field func(*Message) *[]Recipient) func(*Message, json.RawMessage) error {
	return func(m *Message, raw json.RawMessage) error {
		var list []recipientJSON
		if err := json.Unmarshal(raw, &list); err != nil {
			return fmt.Errorf("its type is wrong")
		}
		recipients := make([]Recipient, len(list))
		for i, r := range list {
			recipients[i] = r.recipient()
		}
		*field(m) = recipients
		return nil
	}
}

func intoRecipient(field func(*Message) **Recipient) func(*Message, json.RawMessage) error {
	return func(m *Message, raw json.RawMessage) error {
		var one *recipientJSON
		if err := json.Unmarshal(raw, &one); err != nil {
			return fmt.Errorf("its type is wrong")
		}
		*field(m) = nil
		if one != nil {
			r := one.recipient()
			*field(m) = &r
		}
		return nil
	}
}

func setBody(m *Message, raw json.RawMessage) error {
	var b struct {
		ContentType string `json:"contentType"`
		Content     string `json:"content"`
	}
	if err := json.Unmarshal(raw, &b); err != nil {
		return fmt.Errorf("its type is wrong")
	}
	b.ContentType = strings.ToLower(or(b.ContentType, "text"))
	if b.ContentType != "text" && b.ContentType != "html" {
		return fmt.Errorf("requested value %q was not found", b.ContentType)
	}
	m.Body, m.BodyPreview = Body{ContentType: b.ContentType, Content: b.Content}, ""
	return nil
}

func setFlag(m *Message, raw json.RawMessage) error {
	var f struct {
		FlagStatus string `json:"flagStatus"`
	}
	if err := json.Unmarshal(raw, &f); err != nil {
		return fmt.Errorf("its type is wrong")
	}
	if !slices.Contains([]string{"notFlagged", "flagged", "complete"}, f.FlagStatus) {
		return fmt.Errorf("requested value %q was not found", f.FlagStatus)
	}
	m.FlagStatus = f.FlagStatus
	return nil
}

// setHeaders takes custom headers; Exchange lets in only those of X-.
func setHeaders(m *Message, raw json.RawMessage) error {
	var list []struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	}
	if err := json.Unmarshal(raw, &list); err != nil {
		return fmt.Errorf("its type is wrong")
	}
	m.Headers = nil
	for _, h := range list {
		if !strings.HasPrefix(strings.ToLower(h.Name), "x-") {
			return fmt.Errorf("the internet message header name %q should start with 'x-' or 'X-'", h.Name)
		}
		m.Headers = append(m.Headers, Header{Name: h.Name, Value: h.Value})
	}
	return nil
}

func setAttachments(m *Message, raw json.RawMessage) error {
	var list []struct {
		Type         string `json:"@odata.type"`
		Name         string `json:"name"`
		ContentType  string `json:"contentType"`
		ContentID    string `json:"contentId"`
		IsInline     bool   `json:"isInline"`
		ContentBytes []byte `json:"contentBytes"`
	}
	if err := json.Unmarshal(raw, &list); err != nil {
		return fmt.Errorf("its type is wrong")
	}
	m.Attachments = nil
	for _, a := range list {
		if strings.TrimPrefix(a.Type, "#") != "microsoft.graph.fileAttachment" {
			return fmt.Errorf("an attachment of type %q cannot be added", a.Type)
		}
		if a.Name == "" {
			return fmt.Errorf("an attachment has no name")
		}
		m.Attachments = append(m.Attachments, &Attachment{
			Name: a.Name, ContentType: a.ContentType, ContentID: a.ContentID, IsInline: a.IsInline, Content: a.ContentBytes,
		})
	}
	return nil
}

// checkRecipients holds what a message needs before it can be sent.
func checkRecipients(m *Message) error {
	all := slices.Concat(m.ToRecipients, m.CcRecipients, m.BccRecipients)
	if len(all) == 0 {
		return failf(codeInvalidRecipient, "At least one recipient is not valid., A message can't be sent because it contains no recipients.")
	}
	for _, r := range slices.Concat(all, m.ReplyTo) {
		if a, err := mail.ParseAddress(r.Address); err != nil || a.Address != r.Address {
			return failf(codeInvalidRecipient, "At least one recipient is not valid., Recipient '%s' is not resolved. All recipients must be resolved before a message can be submitted.", r.Address)
		}
	}
	return nil
}
