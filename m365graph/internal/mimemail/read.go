package mimemail

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"net/textproto"
	"slices"
	"strings"
)

// Read reads a message.
func Read(source []byte) (*Message, error) { return read(source, 0) }

// What a message is made of is bound. Exchange takes headers of up to 256 KB, see
// https://learn.microsoft.com/exchange/mail-flow/message-size-limits.
const (
	maxDepth   = 10
	maxParts   = 250
	maxHeaders = 256 << 10
)

// read reads a message, at a depth of attached messages and multiparts.
func read(source []byte, depth int) (*Message, error) {
	if !endsHeaders(source[:min(len(source), maxHeaders)]) && len(source) > maxHeaders {
		return nil, errors.New("its headers are too long")
	}
	parsed, err := mail.ReadMessage(bytes.NewReader(source))
	if err != nil {
		return nil, err
	}
	p := &reader{out: &Message{}}
	p.headers(parsed.Header)
	if err := p.part(textproto.MIMEHeader(parsed.Header), parsed.Body, depth); err != nil {
		return nil, err
	}
	return p.out, nil
}

// endsHeaders tells whether there is an empty line.
func endsHeaders(b []byte) bool {
	return bytes.Contains(b, []byte("\n\n")) || bytes.Contains(b, []byte("\n\r\n"))
}

// reader puts what it reads of a message together.
type reader struct {
	out   *Message
	parts int
}

// words decodes encoded words.
var words = mime.WordDecoder{CharsetReader: func(charset string, r io.Reader) (io.Reader, error) {
	b, err := io.ReadAll(r)
	return strings.NewReader(decodeCharset(b, charset)), err
}}

func (p *reader) headers(h mail.Header) {
	m := p.out
	m.Subject = decodeHeader(h.Get("Subject"))
	m.To, m.Cc, m.Bcc, m.ReplyTo = people(h, "To"), people(h, "Cc"), people(h, "Bcc"), people(h, "Reply-To")
	for name, field := range map[string]**mail.Address{"From": &m.From, "Sender": &m.Sender} {
		if list := people(h, name); len(list) > 0 {
			*field = &list[0]
		}
	}
	if id := h.Get("Message-Id"); !strings.ContainsFunc(id, func(r rune) bool { return r <= ' ' || r == 0x7f }) {
		m.ID = id
	}
	if t, err := h.Date(); err == nil {
		m.Date = t.UTC()
	}
	switch strings.ToLower(h.Get("Importance")) {
	case "high":
		m.Importance = "high"
	case "low":
		m.Importance = "low"
	}
	for _, name := range slices.Sorted(maps.Keys(h)) {
		if IsCustom(name) && IsName(name) || name == "References" || name == "In-Reply-To" {
			for _, v := range h[name] {
				m.Headers = append(m.Headers, Header{name, OneLine(decodeHeader(v))})
			}
		}
	}
}

func decodeHeader(s string) string {
	if decoded, err := words.DecodeHeader(s); err == nil {
		s = decoded
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}

// people reads a list of addresses; what is none is left out.
func people(h mail.Header, name string) []mail.Address {
	parser := mail.AddressParser{WordDecoder: &words}
	list, err := parser.ParseList(h.Get(name))
	if err != nil {
		return nil
	}
	found := make([]mail.Address, len(list))
	for i, a := range list {
		found[i] = mail.Address{Name: strings.ToValidUTF8(a.Name, "\uFFFD"), Address: a.Address}
	}
	return found
}

// part reads one part with all that is in it.
func (p *reader) part(h textproto.MIMEHeader, body io.Reader, depth int) error {
	if depth > maxDepth {
		return errors.New("it is nested too deep")
	}
	if p.parts++; p.parts > maxParts {
		return errors.New("it has too many parts")
	}
	media, params, err := mime.ParseMediaType(cmp.Or(h.Get("Content-Type"), "text/plain"))
	if err != nil {
		media, params = "text/plain", nil
	}
	if strings.HasPrefix(media, "multipart/") {
		return p.multipart(multipart.NewReader(body, params["boundary"]), depth)
	}
	content, err := io.ReadAll(decodeTransfer(body, h.Get("Content-Transfer-Encoding")))
	if err != nil {
		return fmt.Errorf("a part cannot be decoded: %w", err)
	}
	disposition, names, err := mime.ParseMediaType(h.Get("Content-Disposition"))
	if err != nil {
		disposition, names = "", nil
	}
	name := decodeHeader(cmp.Or(names["filename"], params["name"]))
	attached := disposition == "attachment" || name != "" || h.Get("Content-Id") != "" && media != "text/html" && media != "text/plain"
	switch {
	case media == "message/rfc822" && !attached || media == "message/rfc822" && p.parts > 1:
		return p.attachedMessage(content, name, depth)
	case !attached && media == "text/plain" && p.out.Body == "":
		p.out.Body = decodeCharset(content, params["charset"])
	case !attached && media == "text/html" && !p.out.HTML:
		p.out.HTML, p.out.Body = true, decodeCharset(content, params["charset"])
	default:
		p.out.Attachments = append(p.out.Attachments, &Attachment{
			Name: cmp.Or(name, "attachment"), ContentType: media, ContentID: strings.Trim(h.Get("Content-Id"), "<> "), Inline: disposition == "inline", Content: content,
		})
	}
	return nil
}

func (p *reader) multipart(r *multipart.Reader, depth int) error {
	for {
		next, err := r.NextRawPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := p.part(next.Header, next, depth+1); err != nil {
			return err
		}
	}
}

func (p *reader) attachedMessage(content []byte, name string, depth int) error {
	inner, err := read(content, depth+1)
	if err != nil {
		return err
	}
	p.out.Attachments = append(p.out.Attachments, &Attachment{Name: cmp.Or(name, inner.Subject, "message"), Item: inner})
	return nil
}

// decodeTransfer undoes a Content-Transfer-Encoding.
func decodeTransfer(r io.Reader, encoding string) io.Reader {
	switch strings.ToLower(strings.TrimSpace(encoding)) {
	case "base64":
		return base64.NewDecoder(base64.StdEncoding, r)
	case "quoted-printable":
		return quotedprintable.NewReader(r)
	}
	return r
}

// decodeCharset brings text into UTF-8. What it does not know it reads as
// UTF-8, with the unreadable replaced.
func decodeCharset(b []byte, charset string) string {
	switch strings.ToLower(charset) {
	case "iso-8859-1", "latin1", "windows-1252", "cp1252":
		var s strings.Builder
		for _, c := range b {
			r := rune(c)
			if c >= 0x80 && c < 0xa0 {
				r = windows1252[c-0x80]
			}
			s.WriteRune(r)
		}
		return s.String()
	}
	return strings.ToValidUTF8(string(b), "\uFFFD")
}

// windows1252 are the characters from 0x80 to 0x9f, where mail that says
// ISO-8859-1 means Windows-1252 too.
var windows1252 = []rune("€\uFFFD‚ƒ„…†‡ˆ‰Š‹Œ\uFFFDŽ\uFFFD\uFFFD‘’“”•–—˜™š›œ\uFFFDžŸ")
