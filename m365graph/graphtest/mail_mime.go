package graphtest

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"mime"
	"mime/quotedprintable"
	"net/mail"
	"strings"
	"time"
)

// mimeWriter writes messages as RFC 5322 and MIME have them.
type mimeWriter struct {
	b     strings.Builder
	key   string // of boundaries
	parts int
}

// mime is the message as it would travel; the Bcc is there for whoever has it.
func (m *message) mime() []byte {
	w := &mimeWriter{key: hex.EncodeToString(digest("boundary", m.folder.box.owner.ID, m.number)[:12])}
	w.message(&m.Message, m.internetID())
	return []byte(w.b.String())
}

// mimeOf is a message that stands in an attachment.
func mimeOf(m *Message) []byte {
	w := &mimeWriter{key: hex.EncodeToString(digest("boundary", m.Subject, m.Body.Content)[:12])}
	w.message(m, m.InternetMessageID)
	return []byte(w.b.String())
}

func (w *mimeWriter) message(m *Message, id string) {
	for _, h := range messageHeaders(m, id) {
		w.header(h.Name, h.Value)
	}
	for _, h := range m.Headers {
		if !isTransportHeader(h.Name) && validHeaderName(h.Name) {
			w.header(h.Name, mime.QEncoding.Encode("utf-8", oneLine(h.Value)))
		}
	}
	w.header("MIME-Version", "1.0")
	var inline, files []*Attachment
	for _, a := range m.Attachments {
		if a.IsInline && a.ContentID != "" && m.Body.isHTML() {
			inline = append(inline, a)
		} else {
			files = append(files, a)
		}
	}
	w.multipart("mixed", files, func() {
		w.multipart("related", inline, func() { w.text(m.Body) })
	})
}

// multipart writes a body with its attachments, or the body alone.
func (w *mimeWriter) multipart(kind string, list []*Attachment, body func()) {
	if len(list) == 0 {
		body()
		return
	}
	w.parts++
	boundary := fmt.Sprintf("_%03d_%s_", w.parts, w.key)
	w.header("Content-Type", fmt.Sprintf("multipart/%s; boundary=%q", kind, boundary))
	w.b.WriteString("\r\n--" + boundary + "\r\n")
	body()
	for _, a := range list {
		w.b.WriteString("\r\n--" + boundary + "\r\n")
		w.attachment(a)
	}
	w.b.WriteString("\r\n--" + boundary + "--\r\n")
}

func (w *mimeWriter) text(b Body) {
	kind := "plain"
	if b.isHTML() {
		kind = "html"
	}
	w.header("Content-Type", "text/"+kind+"; charset=utf-8")
	w.header("Content-Transfer-Encoding", "quoted-printable")
	w.b.WriteString("\r\n")
	q := quotedprintable.NewWriter(&w.b)
	_, _ = q.Write([]byte(strings.ReplaceAll(strings.ReplaceAll(b.Content, "\r\n", "\n"), "\n", "\r\n"))) // a strings.Builder takes all
	_ = q.Close()
}

func (w *mimeWriter) attachment(a *Attachment) {
	disposition := "attachment"
	if a.IsInline {
		disposition = "inline"
	}
	contentType := a.ContentType
	if media, params, err := mime.ParseMediaType(contentType); err != nil || strings.HasPrefix(media, "multipart/") || strings.HasPrefix(media, "message/") {
		contentType = "application/octet-stream"
	} else {
		contentType = or(mime.FormatMediaType(media, params), "application/octet-stream")
	}
	content := a.Content
	if a.Item != nil {
		contentType, content = "message/rfc822", mimeOf(a.Item)
	}
	w.header("Content-Type", contentType)
	w.header("Content-Disposition", or(mime.FormatMediaType(disposition, map[string]string{"filename": oneLine(strings.ToValidUTF8(a.Name, "?"))}), disposition))
	if id := strings.Trim(oneLine(a.ContentID), "<> "); id != "" {
		w.header("Content-ID", "<"+id+">")
	}
	if a.Item != nil {
		w.b.WriteString("\r\n")
		w.b.Write(content)
		return
	}
	w.header("Content-Transfer-Encoding", "base64")
	w.b.WriteString("\r\n")
	text := base64.StdEncoding.EncodeToString(content)
	for len(text) > 76 {
		w.b.WriteString(text[:76] + "\r\n")
		text = text[76:]
	}
	w.b.WriteString(text + "\r\n")
}

// header writes one header, in lines of reasonable length where it has spaces.
func (w *mimeWriter) header(name, value string) {
	line := name + ":"
	for word := range strings.SplitSeq(value, " ") {
		if len(line)+1+len(word) > 76 && len(line) > len(name)+1 {
			w.b.WriteString(line + "\r\n")
			line = ""
		}
		line += " " + word
	}
	w.b.WriteString(line + "\r\n")
}

// messageHeaders are the headers that a message's properties make.
func messageHeaders(m *Message, id string) []Header {
	headers := []Header{}
	add := func(name, value string) {
		if value != "" {
			headers = append(headers, Header{name, value})
		}
	}
	add("Date", headerDate(m.SentDateTime))
	if m.From != nil {
		add("From", headerAddresses([]Recipient{*m.From}))
	}
	if m.Sender != nil && (m.From == nil || *m.Sender != *m.From) {
		add("Sender", headerAddresses([]Recipient{*m.Sender}))
	}
	add("To", headerAddresses(m.ToRecipients))
	add("Cc", headerAddresses(m.CcRecipients))
	add("Bcc", headerAddresses(m.BccRecipients))
	add("Reply-To", headerAddresses(m.ReplyTo))
	add("Subject", mime.QEncoding.Encode("utf-8", oneLine(m.Subject)))
	add("Message-ID", oneLine(id))
	for _, h := range m.Headers {
		if strings.EqualFold(h.Name, "In-Reply-To") || strings.EqualFold(h.Name, "References") {
			add(h.Name, oneLine(h.Value))
		}
	}
	switch m.Importance {
	case "high":
		add("Importance", "high")
	case "low":
		add("Importance", "low")
	}
	return headers
}

// isTransportHeader tells whether the header is written from a property.
func isTransportHeader(name string) bool {
	switch strings.ToLower(name) {
	case "date", "from", "sender", "to", "cc", "bcc", "reply-to", "subject", "message-id", "in-reply-to", "references", "importance", "mime-version",
		"content-type", "content-transfer-encoding", "content-disposition", "content-id":
		return true
	}
	return false
}

// transportHeaders are the headers that a message arrives with.
func transportHeaders(m *Message) []Header {
	headers := append(messageHeaders(m, m.InternetMessageID), Header{"MIME-Version", "1.0"})
	for _, h := range m.Headers {
		if !isTransportHeader(h.Name) {
			headers = append(headers, h)
		}
	}
	return headers
}

func headerDate(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.RFC1123Z)
}

func headerAddresses(list []Recipient) string {
	parts := make([]string, len(list))
	for i, r := range list {
		a := mail.Address{Name: oneLine(r.Name), Address: oneLine(r.Address)}
		parts[i] = a.String()
	}
	return strings.Join(parts, ", ")
}
