package mimemail

import (
	"net/mail"
	"strings"
	"time"
)

// Message is what a message says, without how it is written.
type Message struct {
	Date         time.Time // zero: none
	From, Sender *mail.Address
	To, Cc, Bcc  []mail.Address
	ReplyTo      []mail.Address
	Subject      string
	ID           string // as in the header, with angle brackets
	Importance   string // "high", "low" or ""
	Headers      []Header
	HTML         bool // whether the body is
	Body         string
	Attachments  []*Attachment
}

// Header is one more header, as it is read by a person: decoded and unfolded.
type Header struct{ Name, Value string }

// Attachment is a file, or with Item a message.
type Attachment struct {
	Name        string
	ContentType string
	ContentID   string // without angle brackets
	Inline      bool
	Content     []byte
	Item        *Message
}

// IsCustom tells whether a header is nobody's but its sender's.
func IsCustom(name string) bool { return len(name) > 2 && strings.EqualFold(name[:2], "x-") }

// IsName holds the field-name of RFC 5322.
func IsName(name string) bool {
	return name != "" && !strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r >= 0x7f || r == ':' })
}

// OneLine makes a header's value of what anybody wrote.
func OneLine(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, s))
}
