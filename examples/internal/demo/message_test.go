package demo

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/m365go/sdk/m365graph/graphtest"
)

// parse reads a message that nothing is wrong with.
func parse(t *testing.T, lines ...string) *message {
	t.Helper()
	m, lost, err := parseMessage(t.Context(), []byte("From: a@contoso.example\r\nDate: Mon, 02 Nov 2026 08:12:40 +0100\r\n"+strings.Join(lines, "\r\n")))
	if err != nil || len(lost) > 0 {
		t.Fatal(lost, err)
	}
	return m
}

// The parser makes UTF-8 of text; what is attached must stay what it was.
func TestAttachedTextKeepsItsBytes(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ header, body, want string }{
		"base64":           {"text/csv; charset=iso-8859-1\r\nContent-Transfer-Encoding: base64", "R3L832U7MQ==", "Gr\xfc\xdfe;1"},
		"base64 in lines":  {"text/csv; charset=windows-1252\r\nContent-Transfer-Encoding: BASE64", "R3L8\r\n32U7\r\nMQ==\r\n", "Gr\xfc\xdfe;1"},
		"quoted-printable": {"text/csv; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable", "Gr=FC=\r\n=DFe;1", "Gr\xfc\xdfe;1"},
		"8bit":             {"text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: 8bit", "Gr\xfc\xdfe;1", "Gr\xfc\xdfe;1"},
		"no charset":       {"text/html", "<p>Gr\xfc\xdfe</p>", "<p>Gr\xfc\xdfe</p>"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := parse(t, "Content-Type: multipart/mixed; boundary=b", "", "--b", "", "See below.",
				"--b", "Content-Type: "+test.header, "Content-Disposition: attachment; filename=x", "", test.body, "--b--", "")
			if len(m.Attachments) != 1 || string(m.Attachments[0].Content) != test.want {
				t.Errorf("attachments = %+v, want one of %q", m.Attachments, test.want)
			}
			if got := strings.TrimSpace(m.Body.Content); got != "See below." {
				t.Errorf("body = %q, want the text beside the attachment", got)
			}
		})
	}
}

func TestDeclaredCharsetIsBelieved(t *testing.T) {
	t.Parallel()
	// Long enough for a guess, which would be a charset of Hebrew.
	const sentence = "\xe4\xcf\xc2\xd2\xc9\xca \xc4\xc5\xce\xd8, \xd0\xd2\xcf\xd3\xc9\xcd\xcf \xce\xc1\xc4\xa6\xd3\xcc\xc1\xd4\xc9 \xcb\xc1\xd4\xc1\xcc\xcf\xc7 \xa6 \xc3\xa6\xce\xc9. "
	m := parse(t, "Content-Type: text/plain; charset=koi8-u", "Content-Transfer-Encoding: 8bit", "", strings.Repeat(sentence, 10))
	if want := strings.Repeat("Добрий день, просимо надіслати каталог і ціни. ", 10); m.Body.Content != want {
		t.Errorf("body = %.60q, want %.60q", m.Body.Content, want)
	}
}

func TestPartsAreBodiesOrAttachments(t *testing.T) {
	t.Parallel()
	type attachment struct {
		Name, ContentType, ContentID string
		IsInline                     bool
	}
	part := func(lines ...string) string { return "--b\r\n" + strings.Join(lines, "\r\n") + "\r\n" }
	const png = "Content-Type: image/png\r\nContent-Transfer-Encoding: base64"
	tests := map[string]struct {
		kind  string
		parts []string
		body  graphtest.Body
		want  []attachment
	}{
		"html wins":        {"alternative", []string{part("", "text"), part("Content-Type: text/html", "", "<p>")}, graphtest.Body{ContentType: "html", Content: "<p>"}, nil},
		"invitation":       {"alternative", []string{part("", "text"), part("Content-Type: text/calendar", "", "BEGIN:VCALENDAR")}, graphtest.Body{ContentType: "text", Content: "text"}, nil},
		"picture by id":    {"related", []string{part("Content-Type: text/html", "", "<img>"), part(png, "Content-ID: <1@x>", "", "iVBO")}, graphtest.Body{ContentType: "html", Content: "<img>"}, []attachment{{"ATT00001.png", "image/png", "1@x", true}}},
		"inline picture":   {"related", []string{part("Content-Type: text/html", "", "<img>"), part(png, "Content-Disposition: inline; filename=x.png", "", "iVBO")}, graphtest.Body{ContentType: "html", Content: "<img>"}, []attachment{{"x.png", "image/png", "", true}}},
		"attached with id": {"mixed", []string{part("", "text"), part(png, "Content-ID: <1@x>", "Content-Disposition: attachment; filename=x.png", "", "iVBO")}, graphtest.Body{ContentType: "text", Content: "text"}, []attachment{{"x.png", "image/png", "1@x", false}}},
		"list's footer":    {"mixed", []string{part("Content-Type: text/html", "", "<p>"), part("", "Leave the list"), part("Content-Type: text/html", "", "<p>2")}, graphtest.Body{ContentType: "html", Content: "<p>"}, []attachment{{"ATT00001.txt", "text/plain", "", false}, {"ATT00002.htm", "text/html", "", false}}},
		"texts":            {"mixed", []string{part("", "one"), part("Content-Type: text/csv", "", "1;2")}, graphtest.Body{ContentType: "text", Content: "one"}, []attachment{{"ATT00001.txt", "text/csv", "", false}}},
		"digest":           {"digest", []string{part("", "Subject: x", "", "y")}, graphtest.Body{ContentType: "text"}, []attachment{{"ATT00001.eml", "message/rfc822", "", false}}},
		"named by type":    {"mixed", []string{part("", "text"), part("Content-Type: application/pdf; name=\"=?utf-8?Q?Gr=C3=B6=C3=9Fe.pdf?=\"", "", "%PDF")}, graphtest.Body{ContentType: "text", Content: "text"}, []attachment{{"Größe.pdf", "application/pdf", "", false}}},
		"unnamed":          {"mixed", []string{part("", "text"), part("Content-Type: application/zip", "", "PK"), part("Content-Type: message/rfc822", "", "Subject: x", "", "y")}, graphtest.Body{ContentType: "text", Content: "text"}, []attachment{{"ATT00001.dat", "application/zip", "", false}, {"ATT00002.eml", "message/rfc822", "", false}}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := parse(t, "Content-Type: multipart/"+test.kind+"; boundary=b", "", strings.Join(test.parts, "")+"--b--", "")
			if m.Body != test.body {
				t.Errorf("body = %q, want %q", m.Body, test.body)
			}
			var got []attachment
			for _, a := range m.Attachments {
				got = append(got, attachment{a.Name, a.ContentType, a.ContentID, a.IsInline})
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("attachments (-want +got):\n%s", diff)
			}
		})
	}
}

func TestFieldsOfMessages(t *testing.T) {
	t.Parallel()
	m := parse(t,
		"Received: by mx; Mon, 02 Nov 2026 09:00:00 +0100", "Received: by elsewhere; Mon, 02 Nov 2026 08:30:00 +0100",
		"Sender: Front Desk <frontdesk@contoso.example>", "To: undisclosed-recipients:;", "To: Team: b@contoso.example, c@contoso.example;",
		"Cc: \"Hall 3, gate 1\" <gate@contoso.example>", "Bcc: d@contoso.example", "Reply-To: e@contoso.example",
		"Subject: a", " folded", "\tsubject", "X-Priority: 5", "Message-ID: <1@contoso.example>", "", "text")
	type fields struct {
		Subject, ID, Importance, Sent, Received string
		Sender                                  *graphtest.Recipient
		To, Cc, Bcc, ReplyTo                    []graphtest.Recipient
	}
	const layout = "15:04:05"
	got := fields{m.Subject, m.InternetMessageID, m.Importance, m.SentDateTime.Format(layout), m.ReceivedDateTime.Format(layout), m.Sender, m.ToRecipients, m.CcRecipients, m.BccRecipients, m.ReplyTo}
	want := fields{
		"a folded subject", "<1@contoso.example>", "low", "07:12:40", "08:00:00",
		&graphtest.Recipient{Name: "Front Desk", Address: "frontdesk@contoso.example"},
		[]graphtest.Recipient{{Address: "b@contoso.example"}, {Address: "c@contoso.example"}},
		[]graphtest.Recipient{{Name: "Hall 3, gate 1", Address: "gate@contoso.example"}},
		[]graphtest.Recipient{{Address: "d@contoso.example"}}, []graphtest.Recipient{{Address: "e@contoso.example"}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("fields (-want +got):\n%s", diff)
	}
}
