package mimemail

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"mime"
	"mime/quotedprintable"
	"net/mail"
	"strings"
	"time"
)

// Write writes a message. The key makes its boundaries, so that the same
// message is written in the same way each time.
func Write(m *Message, key string) []byte {
	w := &writer{key: key}
	w.message(m)
	return []byte(w.b.String())
}

// Headers are the headers that a message arrives with, but for those of its
// body.
func Headers(m *Message) []Header {
	headers := append(ownHeaders(m), Header{"MIME-Version", "1.0"})
	for _, h := range m.Headers {
		if !isOwn(h.Name) {
			headers = append(headers, h)
		}
	}
	return headers
}

type writer struct {
	b     strings.Builder
	key   string
	parts int
}

func (w *writer) message(m *Message) {
	for _, h := range ownHeaders(m) {
		w.header(h.Name, h.Value)
	}
	for _, h := range m.Headers {
		if !isOwn(h.Name) && IsName(h.Name) {
			w.header(h.Name, mime.QEncoding.Encode("utf-8", OneLine(h.Value)))
		}
	}
	w.header("MIME-Version", "1.0")
	var inline, files []*Attachment
	for _, a := range m.Attachments {
		if a.Inline && a.ContentID != "" && m.HTML {
			inline = append(inline, a)
		} else {
			files = append(files, a)
		}
	}
	w.multipart("mixed", files, func() {
		w.multipart("related", inline, func() { w.text(m) })
	})
}

// multipart writes a body with its attachments, or the body alone.
func (w *writer) multipart(kind string, list []*Attachment, body func()) {
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

func (w *writer) text(m *Message) {
	kind := "plain"
	if m.HTML {
		kind = "html"
	}
	w.header("Content-Type", "text/"+kind+"; charset=utf-8")
	w.header("Content-Transfer-Encoding", "quoted-printable")
	w.b.WriteString("\r\n")
	q := quotedprintable.NewWriter(&w.b)
	_, _ = q.Write([]byte(strings.ReplaceAll(strings.ReplaceAll(m.Body, "\r\n", "\n"), "\n", "\r\n"))) // a strings.Builder takes all
	_ = q.Close()
}

func (w *writer) attachment(a *Attachment) {
	disposition := "attachment"
	if a.Inline {
		disposition = "inline"
	}
	contentType := a.ContentType
	if media, params, err := mime.ParseMediaType(contentType); err != nil || strings.HasPrefix(media, "multipart/") || strings.HasPrefix(media, "message/") {
		contentType = "application/octet-stream"
	} else {
		contentType = cmp.Or(mime.FormatMediaType(media, params), "application/octet-stream")
	}
	if a.Item != nil {
		contentType = "message/rfc822"
	}
	w.header("Content-Type", contentType)
	w.header("Content-Disposition", cmp.Or(mime.FormatMediaType(disposition, map[string]string{"filename": OneLine(strings.ToValidUTF8(a.Name, "?"))}), disposition))
	if id := strings.Trim(OneLine(a.ContentID), "<> "); id != "" {
		w.header("Content-ID", "<"+id+">")
	}
	if a.Item != nil {
		w.b.WriteString("\r\n")
		w.message(a.Item)
		return
	}
	w.header("Content-Transfer-Encoding", "base64")
	w.b.WriteString("\r\n")
	text := base64.StdEncoding.EncodeToString(a.Content)
	for len(text) > 76 {
		w.b.WriteString(text[:76] + "\r\n")
		text = text[76:]
	}
	w.b.WriteString(text + "\r\n")
}

// header writes one header, in lines of reasonable length where it has spaces.
func (w *writer) header(name, value string) {
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

// ownHeaders are the headers that a message's fields make.
func ownHeaders(m *Message) []Header {
	var headers []Header
	add := func(name, value string) {
		if value != "" {
			headers = append(headers, Header{name, value})
		}
	}
	if !m.Date.IsZero() {
		add("Date", m.Date.Format(time.RFC1123Z))
	}
	if m.From != nil {
		add("From", addresses(*m.From))
	}
	if m.Sender != nil && (m.From == nil || *m.Sender != *m.From) {
		add("Sender", addresses(*m.Sender))
	}
	add("To", addresses(m.To...))
	add("Cc", addresses(m.Cc...))
	add("Bcc", addresses(m.Bcc...))
	add("Reply-To", addresses(m.ReplyTo...))
	add("Subject", mime.QEncoding.Encode("utf-8", OneLine(m.Subject)))
	add("Message-ID", OneLine(m.ID))
	for _, h := range m.Headers {
		if strings.EqualFold(h.Name, "In-Reply-To") || strings.EqualFold(h.Name, "References") {
			add(h.Name, OneLine(h.Value))
		}
	}
	if m.Importance == "high" || m.Importance == "low" {
		add("Importance", m.Importance)
	}
	return headers
}

// isOwn tells whether the header is written from a field.
func isOwn(name string) bool {
	switch strings.ToLower(name) {
	case "date", "from", "sender", "to", "cc", "bcc", "reply-to", "subject", "message-id", "in-reply-to", "references", "importance", "mime-version",
		"content-type", "content-transfer-encoding", "content-disposition", "content-id":
		return true
	}
	return false
}

func addresses(list ...mail.Address) string {
	parts := make([]string, len(list))
	for i, a := range list {
		a = mail.Address{Name: OneLine(a.Name), Address: OneLine(a.Address)}
		parts[i] = a.String()
	}
	return strings.Join(parts, ", ")
}
