package mimemail_test

import (
	"net/mail"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/m365go/sdk/m365graph/internal/mimemail"
)

// whole has something of everything, in a form that comes back as it was.
func whole() *mimemail.Message {
	return &mimemail.Message{
		Date:    time.Date(2026, 3, 4, 9, 0, 0, 0, time.UTC),
		From:    &mail.Address{Name: "Sales Desk", Address: "sales@contoso.example"},
		Sender:  &mail.Address{Address: "ops@contoso.example"},
		To:      []mail.Address{{Name: "Opérations, Lyon", Address: "ops@contoso.example"}, {Address: "buyer@fabrikam.example"}},
		Cc:      []mail.Address{{Address: "legal@contoso.example"}},
		Bcc:     []mail.Address{{Address: "audit@contoso.example"}},
		ReplyTo: []mail.Address{{Address: "desk@contoso.example"}},
		Subject: "Café tour, with a subject that is so long that it has to go on in the line that follows it",
		ID:      "<tour@contoso.example>", Importance: "high",
		Headers: []mimemail.Header{{Name: "In-Reply-To", Value: "<a@contoso.example>"}, {Name: "X-Offer", Value: "7 für Lyon"}},
		HTML:    true, Body: "<p>café</p>\r\n.\r\n" + strings.Repeat("long ", 40),
		Attachments: []*mimemail.Attachment{
			{Name: "logo.png", ContentType: "image/png", ContentID: "logo", Inline: true, Content: []byte{0x89, 'P', 'N', 'G'}},
			{Name: "Größe.csv", ContentType: "text/csv", Content: []byte(strings.Repeat("1,2\r\n", 50))},
			{Name: "inner", Item: &mimemail.Message{Subject: "inner", Body: "hello", From: &mail.Address{Address: "ops@contoso.example"}}},
		},
	}
}

func TestWhatIsWrittenIsReadBack(t *testing.T) {
	t.Parallel()
	want := whole()
	got, err := mimemail.Read(mimemail.Write(want, "key"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the message came back changed (-want +got):\n%s", diff)
	}
}

func TestWrittenLinesAreWhatMailAllows(t *testing.T) {
	t.Parallel()
	source := string(mimemail.Write(whole(), "key"))
	for line := range strings.SplitSeq(strings.TrimSuffix(source, "\r\n"), "\r\n") {
		if len(line) > 998 || strings.ContainsAny(line, "\r\n") || strings.ContainsFunc(line, func(r rune) bool { return r > 0x7f }) {
			t.Errorf("line %q, want ASCII of at most 998 characters that ends with CRLF", line)
		}
	}
	if again := string(mimemail.Write(whole(), "key")); again != source {
		t.Error("the same message is written in two ways")
	}
}

func TestHeadersCannotBeSmuggledIn(t *testing.T) {
	t.Parallel()
	evil := "x\r\nBcc: audit@contoso.example\r\n\r\nbody"
	m := &mimemail.Message{
		Subject: evil, ID: evil, From: &mail.Address{Name: evil, Address: evil}, Importance: evil,
		Headers:     []mimemail.Header{{Name: "X-Evil", Value: evil}, {Name: evil, Value: "x"}, {Name: "References", Value: evil}, {Name: "content-type", Value: "text/html"}},
		Attachments: []*mimemail.Attachment{{Name: evil, ContentType: evil, ContentID: evil}},
	}
	parsed, err := mail.ReadMessage(strings.NewReader(string(mimemail.Write(m, "key"))))
	if err != nil {
		t.Fatal(err)
	}
	if parsed.Header.Get("Bcc") != "" || len(parsed.Header["Content-Type"]) != 1 || parsed.Header.Get("Importance") != "" {
		t.Errorf("headers = %v, want no Bcc, one Content-Type and no Importance", parsed.Header)
	}
}

func TestHeadersAreThoseOfAnArrivedMessage(t *testing.T) {
	t.Parallel()
	m := &mimemail.Message{Subject: "Tour", Importance: "low", Headers: []mimemail.Header{{Name: "X-Offer", Value: "7"}, {Name: "Subject", Value: "another"}}}
	want := []mimemail.Header{{Name: "Subject", Value: "Tour"}, {Name: "Importance", Value: "low"}, {Name: "MIME-Version", Value: "1.0"}, {Name: "X-Offer", Value: "7"}}
	if diff := cmp.Diff(want, mimemail.Headers(m)); diff != "" {
		t.Errorf("headers (-want +got):\n%s", diff)
	}
}

func TestBodyIsDecoded(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]string{
		"\r\nplain": "plain",
		"Content-Type: text/plain; charset=iso-8859-1\r\n\r\ncaf\xe9 \x80": "café €",
		"Content-Type: text/plain; charset=x-unknown\r\n\r\ncaf\xe9":       "caf\uFFFD",
		"Content-Transfer-Encoding: BASE64\r\n\r\naGVsbG8=":                "hello",
		"Content-Transfer-Encoding: quoted-printable\r\n\r\na=3Db=\r\nc":   "a=bc",
		"Content-Type: nonsense/; =\r\n\r\nplain":                          "plain",
		"Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\n\r\nplain\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>html</p>\r\n--b--\r\n": "<p>html</p>",
	} {
		got, err := mimemail.Read([]byte("Subject: x\r\n" + source))
		if err != nil || got.Body != want {
			t.Errorf("Read(%q) = %+v, %v, want the body %q", source, got, err, want)
		}
	}
}

func TestReadRefuses(t *testing.T) {
	t.Parallel()
	for name, source := range map[string]string{
		"nothing":       "",
		"no header":     "no headers at all",
		"a cut part":    "Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\ncut",
		"bad base64":    "Content-Transfer-Encoding: base64\r\n\r\n%%%",
		"a deep nest":   strings.Repeat("Content-Type: message/rfc822\r\n\r\n", 40),
		"a broken part": "Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: message/rfc822\r\n\r\nnone\r\n--x--\r\n",
		"many parts":    "Content-Type: multipart/mixed; boundary=x\r\n\r\n" + strings.Repeat("--x\r\n\r\na\r\n", 300) + "--x--\r\n",
	} {
		if got, err := mimemail.Read([]byte(source)); err == nil {
			t.Errorf("Read of %s = %+v, want an error", name, got)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(mimemail.Write(whole(), "key"))
	for _, seed := range []string{
		"Subject: x\r\n\r\ny", "Content-Type: multipart/mixed; boundary=\"\"\r\n\r\n", "To: a@b, <\r\n\r\n",
		"Subject: =?x?q?=FF?=\r\nContent-Type: text/html; charset=cp1252\r\n\r\n\x80\x81", "X-A: =?utf-8?b?AAo=?=\r\n\r\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, source []byte) {
		m, err := mimemail.Read(source)
		if err != nil {
			return
		}
		if !utf8.ValidString(m.Subject) || !utf8.ValidString(m.Body) {
			t.Errorf("Read(%q) gives what is not UTF-8", source)
		}
		for _, h := range m.Headers {
			if strings.ContainsAny(h.Value, "\r\n") {
				t.Errorf("Read(%q) gives the header %+v of two lines", source, h)
			}
		}
		if _, err := mail.ReadMessage(strings.NewReader(string(mimemail.Write(m, "key")))); err != nil {
			t.Errorf("what is written of %q cannot be read: %v", source, err)
		}
	})
}

// TestHeadersAreBound reads what takes long for each byte of the headers.
func TestHeadersAreBound(t *testing.T) {
	t.Parallel()
	list := "To: " + strings.Repeat("a@b,", 60_000) + "a@b\r\n"
	m, err := mimemail.Read([]byte(list + "\r\n" + strings.Repeat("x", 1<<20)))
	if err != nil || len(m.To) != 60_001 {
		t.Errorf("Read of 240 KB of headers = %v, want all addresses", err)
	}
	for _, source := range []string{list + list + "\r\nx", "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n" + list + list + "\r\nx\r\n--b--\r\n"} {
		if _, err := mimemail.Read([]byte(source)); err == nil {
			t.Error("Read takes 480 KB of headers, want an error")
		}
	}
}
