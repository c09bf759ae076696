package graphtest

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"io"
	"mime"
	"net/mail"

	"github.com/m365go/sdk/m365graph/internal/mimemail"
)

// sendsMIME tells whether the body is a message in MIME, by its type.
func (c *call) sendsMIME() bool {
	media, _, err := mime.ParseMediaType(c.r.Header.Get("Content-Type"))
	return err == nil && media == "text/plain"
}

// readMIME reads the body: a message in MIME, in base64. See
// https://learn.microsoft.com/graph/outlook-send-mime-message.
func (c *call) readMIME() (*message, error) {
	source, err := io.ReadAll(base64.NewDecoder(base64.StdEncoding, bytes.NewReader(c.body)))
	if err != nil || len(source) == 0 {
		return nil, fail(codeMIMEBase64)
	}
	parsed, err := mimemail.Read(source)
	if err != nil {
		return nil, failf(codeMIMEInvalid, "The MIME content is not valid: %v.", err)
	}
	given := messageOf(parsed)
	if given.From == nil {
		given.From = c.user.recipient()
	}
	given.IsDraft, given.IsRead = true, true
	given.ReceivedDateTime, given.CreatedDateTime, given.LastModifiedDateTime = c.now, c.now, c.now
	return c.user.mail.newMessage(*given), nil
}

// source is the message as it would travel; the Bcc is there for whoever has it.
func (m *message) source() []byte {
	given := m.Message
	given.InternetMessageID = m.internetID()
	return given.mime("message", m.folder.box.owner.ID, m.number)
}

// mime writes a message; key tells it from others.
func (m *Message) mime(key ...any) []byte {
	return mimemail.Write(m.forMIME(), hex.EncodeToString(digest(append([]any{"boundary"}, key...)...)[:12]))
}

// transportHeaders are the headers that a message arrives with.
func (m *Message) transportHeaders() []Header {
	return converted(mimemail.Headers(m.forMIME()), toHeader)
}

// forMIME is what of a message travels.
func (m *Message) forMIME() *mimemail.Message {
	out := &mimemail.Message{
		Date: m.SentDateTime, From: (*mail.Address)(m.From), Sender: (*mail.Address)(m.Sender),
		To: converted(m.ToRecipients, toAddress), Cc: converted(m.CcRecipients, toAddress), Bcc: converted(m.BccRecipients, toAddress), ReplyTo: converted(m.ReplyTo, toAddress),
		Subject: m.Subject, ID: m.InternetMessageID, Importance: m.Importance, HTML: m.Body.isHTML(), Body: m.Body.Content,
		Headers: converted(m.Headers, func(h Header) mimemail.Header { return mimemail.Header(h) }),
	}
	for _, a := range m.Attachments {
		file := &mimemail.Attachment{Name: a.Name, ContentType: a.ContentType, ContentID: a.ContentID, Inline: a.IsInline, Content: a.Content}
		if a.Item != nil {
			file.Item = a.Item.forMIME()
		}
		out.Attachments = append(out.Attachments, file)
	}
	return out
}

// messageOf is a message that travelled.
func messageOf(in *mimemail.Message) *Message {
	m := &Message{
		From: (*Recipient)(in.From), Sender: (*Recipient)(in.Sender),
		ToRecipients: converted(in.To, toRecipient), CcRecipients: converted(in.Cc, toRecipient), BccRecipients: converted(in.Bcc, toRecipient), ReplyTo: converted(in.ReplyTo, toRecipient),
		Subject: in.Subject, InternetMessageID: in.ID, Importance: in.Importance, Body: Body{ContentType: "text", Content: in.Body},
		Headers: converted(in.Headers, toHeader),
	}
	if in.HTML {
		m.Body.ContentType = "html"
	}
	if sane(in.Date) {
		m.SentDateTime = in.Date
	}
	for _, a := range in.Attachments {
		file := &Attachment{Name: a.Name, ContentType: a.ContentType, ContentID: a.ContentID, IsInline: a.Inline, Content: a.Content}
		if a.Item != nil {
			file.Item = messageOf(a.Item)
			file.Item.ReceivedDateTime = file.Item.SentDateTime
		}
		m.Attachments = append(m.Attachments, file)
	}
	return m
}

// converted is a list in other words; nil stays nil.
func converted[In, Out any](list []In, f func(In) Out) (out []Out) {
	for _, v := range list {
		out = append(out, f(v))
	}
	return out
}

func toAddress(r Recipient) mail.Address   { return mail.Address(r) }
func toRecipient(a mail.Address) Recipient { return Recipient(a) }
func toHeader(h mimemail.Header) Header    { return Header(h) }
