package demo

import (
	"fmt"
	"io/fs"
	"path"
	"strings"
	"testing"
	"testing/fstest"
	"unicode/utf8"

	"github.com/m365go/sdk/m365graph/graphtest"
)

// addData seeds a fuzz target with the built-in files below dir.
func addData(f *testing.F, dir string) {
	f.Helper()
	err := fs.WalkDir(Data(), dir, func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := fs.ReadFile(Data(), name)
		f.Add(data)
		return err
	})
	if err != nil {
		f.Fatal(err)
	}
}

// loadOne loads a single file and checks what holds for any: the file ends up in
// the tenant or in a Problem, and the tenant can be served.
func loadOne(t *testing.T, name string, data []byte) {
	t.Helper()
	tenant, problems, err := Load(t.Context(), fstest.MapFS{name: {Data: data}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	left := false
	for _, p := range problems {
		if p.File != name || p.Reason == "" || len(p.Reason) > maxReason || strings.Count(p.Reason, "\uFFFD") > 3 || strings.ContainsAny(p.String(), "\n\x1b") {
			t.Errorf("problem = %q, want a reason on one line for %s", p, name)
		}
		left = left || !p.Loaded
	}
	messages := 0
	walkMessages(tenant.Users[0].Folders, func(m *graphtest.Message) {
		messages++
		shown := fmt.Sprint(m.Subject, m.Body, m.From, m.ToRecipients, m.CcRecipients, m.InternetMessageID, m.Headers)
		for _, a := range m.Attachments {
			shown += a.Name + a.ContentType + a.ContentID
		}
		if !utf8.ValidString(shown) {
			t.Errorf("the message holds text that is not UTF-8: %q", shown)
		}
	})
	if path.Dir(name) == "mail" && (messages == 1) == left {
		t.Errorf("loaded %d messages with problems %q, want the message or the reason", messages, problems)
	}
	events := 0
	for _, c := range tenant.Users[0].Calendars {
		events += len(c.Events)
		for _, e := range c.Events {
			if shown := fmt.Sprint(e.Subject, e.Body, e.Location, e.Attendees, e.Categories); !utf8.ValidString(shown) {
				t.Errorf("the event holds text that is not UTF-8: %q", shown)
			}
			if err := e.Validate(); err != nil {
				t.Errorf("event %q: %v", e.Subject, err)
			}
		}
	}
	if path.Dir(name) == "calendar" && (events > 0) == left {
		t.Errorf("loaded %d events with problems %q, want some or the reason", events, problems)
	}
}

func FuzzMessage(f *testing.F) {
	addData(f, "mail")
	f.Add([]byte("From: \xff\r\nSubject: =?utf-8?B?////?= =?x?Q?=ZZ?=\r\n\r\n\xff\xfe"))
	f.Add([]byte("To: <<<>>>,,,;\r\nReferences: <\r\nDate: Mon, 99 Foo\r\n\r\n"))
	f.Add([]byte("Content-Type: multipart/mixed; boundary=\"\"\r\nFrom: a\r\n\r\n--\r\n----"))
	f.Add([]byte(nested(40)))
	f.Add([]byte("From: J\xf6rg, <sales@contoso.example\r\nDate: Mon, 2 Nov 2026 10:00:00 XYZ\r\n\r\n"))
	f.Fuzz(func(t *testing.T, data []byte) { loadOne(t, "mail/x.eml", data) })
}

func FuzzCalendar(f *testing.F) {
	addData(f, "calendar")
	f.Add([]byte("BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;TZID=\"\":\nEND:VEVENT\nEND:VCALENDAR"))
	f.Add([]byte("BEGIN:VCALENDAR\n" + strings.Repeat("BEGIN:X\n", 100)))
	f.Add([]byte(vevent("DTSTART;TZID=A:20261102T090000", "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", "EXDATE:20280229T090000", "DURATION:P9999999D")))
	f.Add([]byte("BEGIN:VCALENDAR\nBEGIN:VTODO\nEND:VTODO\nEND:VCALENDAR"))
	f.Fuzz(func(t *testing.T, data []byte) { loadOne(t, "calendar/x.ics", data) })
}
