package graphtest

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/m365go/sdk/m365graph/internal/mimemail"
)

// setter reads one property of a message that a client writes.
type setter struct {
	set       func(*message, json.RawMessage) error
	draftOnly bool
}

var errWrongType = errors.New("its type is wrong")

// setters are the properties that clients may write, as in
// https://learn.microsoft.com/graph/api/message-update.
var setters = map[string]setter{
	"subject":                {intoField(func(m *message) *string { return &m.Subject }), true},
	"body":                   {setBody, true},
	"toRecipients":           {intoRecipients(func(m *message) *[]Recipient { return &m.ToRecipients }), true},
	"ccRecipients":           {intoRecipients(func(m *message) *[]Recipient { return &m.CcRecipients }), true},
	"bccRecipients":          {intoRecipients(func(m *message) *[]Recipient { return &m.BccRecipients }), true},
	"replyTo":                {intoRecipients(func(m *message) *[]Recipient { return &m.ReplyTo }), true},
	"from":                   {intoRecipient(func(m *message) **Recipient { return &m.From }), true},
	"sender":                 {intoRecipient(func(m *message) **Recipient { return &m.Sender }), true},
	"internetMessageHeaders": {setHeaders, true},
	"internetMessageId":      {setInternetID, true},
	"importance":             {intoEnum(func(m *message) *string { return &m.Importance }, "low", "normal", "high"), false},
	"isRead":                 {intoField(func(m *message) *bool { return &m.IsRead }), false},
	"categories":             {intoField(func(m *message) *[]string { return &m.Categories }), false},
	"flag":                   {setFlag, false},
	"inferenceClassification": {intoExtra(func(x *messageExtra, v string) error {
		x.other = strings.EqualFold(v, "other")
		if !x.other && !strings.EqualFold(v, "focused") {
			return fmt.Errorf("requested value %q was not found", v)
		}
		return nil
	}), false},
	"isReadReceiptRequested":        {intoExtra(func(x *messageExtra, v bool) error { x.readReceipt = v; return nil }), true},
	"isDeliveryReceiptRequested":    {intoExtra(func(x *messageExtra, v bool) error { x.deliveryReceipt = v; return nil }), true},
	"singleValueExtendedProperties": {setExtendedProperties, false},
}

func init() { setters["attachments"] = setter{setAttachments, true} } // of what can be attached are messages

// messageFields are properties of a message as a client wrote them, by the names
// of the schema: clients that were made for Outlook's own API write Subject.
type messageFields map[string]json.RawMessage

// UnmarshalJSON reads names without regard to case, as Exchange does.
func (f *messageFields) UnmarshalJSON(b []byte) error {
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(b, &raw); err != nil || raw == nil {
		return err
	}
	*f = make(messageFields, len(raw))
	for name, value := range raw {
		if p, known := messageSchema.find(name); known {
			name = p.name
		}
		(*f)[name] = value
	}
	return nil
}

// setMessage lays what a client wrote over a message. A message that was
// sent or received lets only marks be changed.
func setMessage(m *message, fields messageFields, sent bool) error {
	for name, raw := range fields {
		if strings.Contains(name, "@") {
			continue
		}
		s, writable := setters[name]
		if !writable {
			if p, known := messageSchema.find(name); known && p.cast == "" {
				continue // Graph passes over what it sets itself
			}
			return failf(codeRequestBody, "The property '%s' does not exist on type 'microsoft.graph.message'. Make sure to only use property names that are defined by the type or mark the type as open type.", name)
		}
		if sent && s.draftOnly {
			return failf(codeInvalidProperty, "The property '%s' can be changed only while the message is a draft.", name)
		}
		var told *graphError
		if err := s.set(m, raw); errors.As(err, &told) {
			return told
		} else if err != nil {
			return failf(codeRequestBody, "Cannot read the property '%s': %v.", name, err)
		}
	}
	return nil
}

// intoField reads a JSON value into a field.
func intoField[T any](field func(*message) *T) func(*message, json.RawMessage) error {
	return func(m *message, raw json.RawMessage) error {
		var v T
		if err := json.Unmarshal(raw, &v); err != nil {
			return errWrongType
		}
		*field(m) = v
		return nil
	}
}

// intoExtra reads a JSON value into what few messages have.
func intoExtra[T any](set func(*messageExtra, T) error) func(*message, json.RawMessage) error {
	return func(m *message, raw json.RawMessage) (err error) {
		var v T
		if json.Unmarshal(raw, &v) != nil {
			return errWrongType
		}
		m.change(func(x *messageExtra) { err = set(x, v) })
		return err
	}
}

// intoEnum reads a member of an enumeration, without regard to case.
func intoEnum(field func(*message) *string, members ...string) func(*message, json.RawMessage) error {
	return func(m *message, raw json.RawMessage) error {
		var v string
		if err := json.Unmarshal(raw, &v); err != nil {
			return errWrongType
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

// recipientsOf reads a list of recipients.
func recipientsOf(given []recipientJSON) []Recipient {
	recipients := make([]Recipient, len(given))
	for i, r := range given {
		recipients[i] = r.recipient()
	}
	return recipients
}

func intoRecipients(field func(*message) *[]Recipient) func(*message, json.RawMessage) error {
	return func(m *message, raw json.RawMessage) error {
		var list []recipientJSON
		if err := json.Unmarshal(raw, &list); err != nil {
			return errWrongType
		}
		*field(m) = recipientsOf(list)
		return nil
	}
}

func intoRecipient(field func(*message) **Recipient) func(*message, json.RawMessage) error {
	return func(m *message, raw json.RawMessage) error {
		var one *recipientJSON
		if err := json.Unmarshal(raw, &one); err != nil {
			return errWrongType
		}
		*field(m) = nil
		if one != nil {
			r := one.recipient()
			*field(m) = &r
		}
		return nil
	}
}

func setBody(m *message, raw json.RawMessage) error {
	var b struct {
		ContentType string `json:"contentType"`
		Content     string `json:"content"`
	}
	if err := json.Unmarshal(raw, &b); err != nil {
		return errWrongType
	}
	b.ContentType = strings.ToLower(or(b.ContentType, "text"))
	if b.ContentType != "text" && b.ContentType != "html" {
		return fmt.Errorf("requested value %q was not found", b.ContentType)
	}
	m.Body, m.BodyPreview = Body{ContentType: b.ContentType, Content: b.Content}, ""
	return nil
}

// setInternetID takes a Message-ID, which is one word in angle brackets.
func setInternetID(m *message, raw json.RawMessage) error {
	var id string
	if err := json.Unmarshal(raw, &id); err != nil {
		return errWrongType
	}
	if strings.ContainsFunc(id, func(r rune) bool { return r <= ' ' || r == 0x7f }) {
		return fmt.Errorf("%q is no Message-ID", id)
	}
	m.InternetMessageID = id
	return nil
}

// maxCustomHeaders is how many headers a client may write.
const maxCustomHeaders = 5

// setHeaders takes custom headers; Exchange lets in only those of X-.
func setHeaders(m *message, raw json.RawMessage) error {
	var list []Header
	if err := json.Unmarshal(raw, &list); err != nil {
		return errWrongType
	}
	if len(list) > maxCustomHeaders {
		return failf(codeHeaders, "Maximum number of headers in one message should be less than or equal to %d.", maxCustomHeaders)
	}
	headers := slices.DeleteFunc(slices.Clone(m.Headers), func(h Header) bool { return mimemail.IsCustom(h.Name) })
	for _, h := range list {
		if !mimemail.IsCustom(h.Name) {
			return failf(codeHeader, "The internet message header name '%s' should start with 'x-' or 'X-'.", h.Name)
		}
		if !mimemail.IsName(h.Name) {
			return failf(codeHeader, "The internet message header name '%s' is not valid.", h.Name)
		}
		headers = append(headers, Header{Name: h.Name, Value: mimemail.OneLine(h.Value)})
	}
	m.Headers = headers
	return nil
}
