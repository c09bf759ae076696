package demo

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/m365go/sdk/m365graph/graphtest"
)

func TestFieldsOfOldProgramsAreRead(t *testing.T) {
	t.Parallel()
	raw := "From: J\xf6rg <sales@contoso.example>\r\nTo: \"M\xfcller, O.\" <operations@contoso.example>,\r\n Caf\xe9 (bar) [x] <cafe@contoso.example>\r\n" +
		"Subject: Gr\xfc\xdfe \x96 5 \x80\r\nDate: Mon, 02 Nov 2026 08:12:40 +0100\r\n" +
		"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nGr\xc3\xbc\xc3\x9fe\r\n" +
		"--b\r\nContent-Type: application/pdf; name=\"\xdcbersicht.pdf\"\r\n\r\n%PDF\r\n--b--\r\n"
	m, lost, err := parseMessage(t.Context(), []byte(raw))
	if err != nil {
		t.Fatal(err)
	}
	type fields struct {
		From        graphtest.Recipient
		To          []graphtest.Recipient
		Subject     string
		Body        string
		Attachments []string
	}
	got := fields{From: *m.From, To: m.ToRecipients, Subject: m.Subject, Body: strings.TrimSpace(m.Body.Content)}
	for _, a := range m.Attachments {
		got.Attachments = append(got.Attachments, a.Name)
	}
	want := fields{
		From:    graphtest.Recipient{Name: "Jörg", Address: "sales@contoso.example"},
		To:      []graphtest.Recipient{{Name: "Müller, O.", Address: "operations@contoso.example"}, {Name: "Café (bar) [x]", Address: "cafe@contoso.example"}},
		Subject: "Grüße – 5 €", Body: "Grüße", Attachments: []string{"\uFFFDbersicht.pdf"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("message (-want +got):\n%s", diff)
	}
	if told := strings.Join(lost, "\n"); !strings.Contains(told, "the field From is not UTF-8") || !strings.Contains(told, "the field To is not UTF-8") ||
		!strings.Contains(told, "the name of the attachment") {
		t.Errorf("told %q, want the fields that were guessed, and the name that was not", told)
	}
}

func TestReasonsAreBrief(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ in, want string }{
		"short":    {"the file is empty", "the file is empty"},
		"long":     {strings.Repeat("ü", 300), strings.Repeat("ü", 98) + "…"},
		"a run":    {"x\xff\xfe\x01\x02y", "x\uFFFDy"},
		"binary":   {strings.Repeat("\xffa", 5000), "\uFFFDa\uFFFDa\uFFFDa…"},
		"new line": {"a\nb", "a\uFFFDb"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := brief(test.in); got != test.want {
				t.Errorf("brief() = %q, want %q", got, test.want)
			}
		})
	}
}
