package demo

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/mail"
	"net/textproto"
	"slices"
	"strings"
	"time"

	"github.com/jhillyerd/enmime/v2"

	"github.com/m365go/sdk/m365graph/graphtest"
)

// parser believes the charset that a part declares, and guesses only where none is
// declared: a guess at "Größe" may be right in five encodings.
var parser = enmime.NewParser(
	enmime.DisableCharacterDetection(true),
	enmime.DisableTextConversion(true),
	enmime.SkipMalformedParts(true),
	enmime.MultipartWOBoundaryAsSinglePart(true),
	enmime.MaxStoredPartErrors(20),
)

// message is a parsed .eml file and what decides whose it is.
type message struct {
	graphtest.Message
	header      textproto.MIMEHeader
	deliveredTo []graphtest.Recipient
}

// parseMessage reads a message of RFC 5322. It also tells what it could not read
// of one that it could.
func parseMessage(ctx context.Context, raw []byte) (m *message, lost []string, err error) {
	raw = bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf"))
	if isBinary(raw) {
		return nil, nil, errors.New("not a message: it is not text")
	}
	raw, legacy := legacyFields(raw)
	err = guard(func() error {
		if err := checkNesting(ctx, raw); err != nil {
			return err
		}
		env, err := parser.ReadEnvelope(contextReader{ctx, bytes.NewReader(raw)})
		if err != nil {
			return fmt.Errorf("not a message: %w", cmp.Or(errors.Unwrap(err), err))
		}
		if !isMessage(env.Root.Header) {
			return errors.New("not a message: it has none of the fields From, To, Subject, Date and Message-ID")
		}
		r := &messageReader{env: env, raw: raw, m: &message{header: env.Root.Header}}
		for _, field := range legacy {
			r.lose("the field %s is not UTF-8; it is read as windows-1252", field)
		}
		m, lost = r.message()
		return nil
	})
	return m, lost, err
}

// isBinary tells a picture or a program by its first bytes. The fields of a message
// have no such characters.
func isBinary(raw []byte) bool {
	head, _, _ := bytes.Cut(raw[:min(len(raw), 1024)], []byte("\n\n"))
	head, _, _ = bytes.Cut(head, []byte("\r\n\r\n"))
	return bytes.IndexByte(head, 0) >= 0
}

// isMessage tells a message from a file that merely has a name like one.
func isMessage(h textproto.MIMEHeader) bool {
	for _, name := range []string{"From", "To", "Subject", "Date", "Message-Id", "Message-ID"} {
		if len(h[name]) > 0 {
			return true
		}
	}
	return false
}

func (r *messageReader) message() (*message, []string) {
	m, env := r.m, r.env
	m.Subject = line(env.GetHeader("Subject"))
	m.From, m.Sender = r.one("From"), r.one("Sender")
	m.ToRecipients, m.CcRecipients = r.people("To"), r.people("Cc")
	m.BccRecipients, m.ReplyTo = r.people("Bcc"), r.people("Reply-To")
	m.deliveredTo = r.people("Delivered-To")
	m.InternetMessageID = line(env.GetHeader("Message-ID"))
	m.Headers = headers(env.Root.Header)
	m.Importance = importance(env)
	m.SentDateTime, m.ReceivedDateTime = r.dates()
	m.Body = r.body()
	m.Attachments = r.attachments()
	r.faults()
	return m, r.lost
}

// messageReader collects what is lost on the way.
type messageReader struct {
	env  *enmime.Envelope
	raw  []byte
	m    *message
	html *enmime.Part // the body, if it is HTML
	lost []string
}

func (r *messageReader) lose(format string, args ...any) {
	r.lost = append(r.lost, fmt.Sprintf(format, args...))
}

// one is the first address of a field, nil if there is none.
func (r *messageReader) one(field string) *graphtest.Recipient {
	if people := r.people(field); len(people) > 0 {
		return &people[0]
	}
	return nil
}

// people reads an address field, which may stand there more than once. Of a list
// that is no list, what can be read is taken, and the rest named.
func (r *messageReader) people(field string) []graphtest.Recipient {
	var people []graphtest.Recipient
	for _, value := range r.env.Root.Header.Values(field) {
		list, err := enmime.ParseAddressList(value)
		if err != nil && !errors.Is(err, mail.ErrHeaderNotPresent) {
			r.lose("the field %s is not a list of addresses: %v", field, err)
			for _, part := range splitList(value) {
				if one, err := enmime.ParseAddressList(part); err == nil {
					list = append(list, one...)
				} else if one := bareAddress(part); one != nil {
					list = append(list, one)
				} else if strings.TrimSpace(part) != "" {
					r.lose("the field %s: %q is left out", field, strings.TrimSpace(part))
				}
			}
		}
		for _, a := range list {
			people = append(people, graphtest.Recipient{Name: line(a.Name), Address: line(a.Address)})
		}
	}
	return people
}

// dates returns when the message was sent, and when it arrived: the first Received
// field is the last server's.
func (r *messageReader) dates() (sent, received time.Time) {
	if value := r.env.GetHeader("Date"); value != "" {
		t, zone, ok := parseDate(value)
		if !ok {
			r.lose("the date %q is not one", value)
		}
		r.unknownZone("Date", zone)
		sent = t
	}
	received = sent
	_, stamp, _ := lastCut(r.env.Root.Header.Get("Received"), ";")
	if t, zone, ok := parseDate(stamp); ok {
		r.unknownZone("Received", zone)
		received = t
	}
	return sent, received
}

func (r *messageReader) unknownZone(field, zone string) {
	if zone != "" {
		r.lose("the field %s: the time zone %q is unknown and taken as UTC", field, zone)
	}
}

// faults tells what the parser lost. Its warnings are about form, except two.
func (r *messageReader) faults() {
	for _, e := range r.env.Errors {
		switch {
		case e.Name == enmime.ErrorMissingBoundary:
			r.lose("the message ends in the middle of a multipart")
		case e.Severe, e.Name == enmime.ErrorCharsetConversion, e.Name == enmime.ErrorContentEncoding, e.Name == enmime.ErrorMalformedBase64:
			r.lose("%s: %s", strings.ToLower(e.Name), e.Detail)
		}
	}
	slices.Sort(r.lost)
	r.lost = slices.Compact(r.lost)
}

// importance reads the two fields that mail programs write.
func importance(env *enmime.Envelope) string {
	switch strings.ToLower(env.GetHeader("Importance")) {
	case "high":
		return "high"
	case "low":
		return "low"
	}
	switch priority := strings.TrimSpace(env.GetHeader("X-Priority")); {
	case strings.HasPrefix(priority, "1"), strings.HasPrefix(priority, "2"):
		return "high"
	case strings.HasPrefix(priority, "4"), strings.HasPrefix(priority, "5"):
		return "low"
	}
	return ""
}

// headers lists all fields, as they were sent. The parser keeps no order of names.
func headers(h textproto.MIMEHeader) []graphtest.Header {
	var list []graphtest.Header
	for _, name := range slices.Sorted(maps.Keys(h)) {
		for _, value := range h[name] {
			list = append(list, graphtest.Header{Name: clean(name), Value: line(value)})
		}
	}
	return list
}

// lastCut cuts s at the last sep.
func lastCut(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}
