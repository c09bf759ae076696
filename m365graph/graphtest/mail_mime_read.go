package graphtest

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"net/textproto"
	"slices"
	"strings"
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
	parsed, err := parseMIME(source, 0)
	if err != nil {
		return nil, failf(codeMIMEInvalid, "The MIME content is not valid: %v.", err)
	}
	given := *parsed
	if given.From == nil {
		given.From = c.user.recipient()
	}
	given.IsDraft, given.IsRead = true, true
	given.ReceivedDateTime, given.CreatedDateTime, given.LastModifiedDateTime = c.now, c.now, c.now
	return c.user.mail.newMessage(given), nil
}

// maxMIMEDepth and maxMIMEParts bound what a message is made of.
const (
	maxMIMEDepth = 10
	maxMIMEParts = 250
)

// parseMIME reads a message, at a depth of attached messages and multiparts.
func parseMIME(source []byte, depth int) (*Message, error) {
	read, err := mail.ReadMessage(bytes.NewReader(source))
	if err != nil {
		return nil, err
	}
	p := &mimeReader{out: &Message{}}
	p.headers(read.Header)
	if err := p.part(textproto.MIMEHeader(read.Header), read.Body, depth); err != nil {
		return nil, err
	}
	return p.out, nil
}

// mimeReader puts what it reads of a message together.
type mimeReader struct {
	out   *Message
	parts int
}

// words decodes encoded words.
var words = mime.WordDecoder{CharsetReader: func(charset string, r io.Reader) (io.Reader, error) {
	b, err := io.ReadAll(r)
	return strings.NewReader(decodeCharset(b, charset)), err
}}

func (p *mimeReader) headers(h mail.Header) {
	m := p.out
	m.Subject = decodeHeader(h.Get("Subject"))
	m.ToRecipients, m.CcRecipients, m.BccRecipients, m.ReplyTo = people(h, "To"), people(h, "Cc"), people(h, "Bcc"), people(h, "Reply-To")
	for name, field := range map[string]**Recipient{"From": &m.From, "Sender": &m.Sender} {
		if list := people(h, name); len(list) > 0 {
			*field = &list[0]
		}
	}
	if id := h.Get("Message-Id"); !strings.ContainsFunc(id, func(r rune) bool { return r <= ' ' || r == 0x7f }) {
		m.InternetMessageID = id
	}
	if t, err := h.Date(); err == nil && sane(t) {
		m.SentDateTime = t.UTC()
	}
	switch strings.ToLower(h.Get("Importance")) {
	case "high":
		m.Importance = "high"
	case "low":
		m.Importance = "low"
	}
	for _, name := range slices.Sorted(keysOf(h)) {
		if isCustomHeader(name) || name == "References" || name == "In-Reply-To" {
			for _, v := range h[name] {
				m.Headers = append(m.Headers, Header{name, oneLine(decodeHeader(v))})
			}
		}
	}
}

// keysOf are the names of headers.
func keysOf(h mail.Header) func(func(string) bool) {
	return func(yield func(string) bool) {
		for name := range h {
			if validHeaderName(name) && !yield(name) {
				return
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
func people(h mail.Header, name string) []Recipient {
	parser := mail.AddressParser{WordDecoder: &words}
	list, err := parser.ParseList(h.Get(name))
	if err != nil {
		return nil
	}
	recipients := make([]Recipient, len(list))
	for i, a := range list {
		recipients[i] = Recipient{Name: strings.ToValidUTF8(a.Name, "\uFFFD"), Address: a.Address}
	}
	return recipients
}

// part reads one part with all that is in it.
func (p *mimeReader) part(h textproto.MIMEHeader, body io.Reader, depth int) error {
	if depth > maxMIMEDepth {
		return errors.New("it is nested too deep")
	}
	if p.parts++; p.parts > maxMIMEParts {
		return errors.New("it has too many parts")
	}
	media, params, err := mime.ParseMediaType(or(h.Get("Content-Type"), "text/plain"))
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
	name := decodeHeader(or(names["filename"], params["name"]))
	attached := disposition == "attachment" || name != "" || h.Get("Content-Id") != "" && media != "text/html" && media != "text/plain"
	switch {
	case media == "message/rfc822" && !attached || media == "message/rfc822" && p.parts > 1:
		return p.attachedMessage(content, name, depth)
	case !attached && media == "text/plain" && p.out.Body.Content == "":
		p.out.Body = Body{"text", decodeCharset(content, params["charset"])}
	case !attached && media == "text/html" && !p.out.Body.isHTML():
		p.out.Body = Body{"html", decodeCharset(content, params["charset"])}
	default:
		p.out.Attachments = append(p.out.Attachments, &Attachment{
			Name: or(name, "attachment"), ContentType: media, ContentID: strings.Trim(h.Get("Content-Id"), "<> "), IsInline: disposition == "inline", Content: content,
		})
	}
	return nil
}

func (p *mimeReader) multipart(r *multipart.Reader, depth int) error {
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

func (p *mimeReader) attachedMessage(content []byte, name string, depth int) error {
	inner, err := parseMIME(content, depth+1)
	if err != nil {
		return err
	}
	inner.ReceivedDateTime = inner.SentDateTime
	p.out.Attachments = append(p.out.Attachments, &Attachment{Name: or(or(name, inner.Subject), "message"), Item: inner})
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
				r = []rune(windows1252)[c-0x80]
			}
			s.WriteRune(r)
		}
		return s.String()
	}
	return strings.ToValidUTF8(string(b), "\uFFFD")
}

// windows1252 are the characters from 0x80 to 0x9f, where mail that says
// ISO-8859-1 means Windows-1252 too.
const windows1252 = "€\uFFFD‚ƒ„…†‡ˆ‰Š‹Œ\uFFFDŽ\uFFFD\uFFFD‘’“”•–—˜™š›œ\uFFFDžŸ"
