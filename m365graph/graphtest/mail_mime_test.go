package graphtest_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/mail"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// toText writes a decoded value as JSON.
func toText(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(b)
}

const mimeTour = "From: Sales Desk <sales@contoso.example>\r\nTo: =?utf-8?q?Op=C3=A9rations?= <ops@contoso.example>\r\nCc: buyer@fabrikam.example\r\n" +
	"Bcc: sales@contoso.example\r\nSubject: =?iso-8859-1?q?Caf=E9?= tour\r\nX-Offer: 7\r\nMessage-ID: <tour@contoso.example>\r\nMIME-Version: 1.0\r\n" +
	"Content-Type: multipart/mixed; boundary=b1\r\n\r\n--b1\r\nContent-Type: multipart/alternative; boundary=b2\r\n\r\n" +
	"--b2\r\nContent-Type: text/plain\r\n\r\nplain\r\n--b2\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n<p>caf=C3=A9</p>\r\n--b2--\r\n" +
	"--b1\r\nContent-Type: text/csv; name=a.csv\r\nContent-Disposition: attachment; filename=\"a.csv\"\r\nContent-Transfer-Encoding: base64\r\n\r\nMSwy\r\n" +
	"--b1\r\nContent-Type: message/rfc822\r\n\r\nSubject: inner\r\nFrom: ops@contoso.example\r\n\r\nhello\r\n--b1--\r\n"

func TestMIMEIsSentAndComesBack(t *testing.T) {
	t.Parallel()
	f := setup(t, office())
	text := base64.StdEncoding.EncodeToString([]byte(mimeTour))
	f.post(t, http.StatusAccepted, "/me/sendMail", text, "Content-Type", "text/plain")
	got := f.as(t, opsID).newest(t, "inbox")
	for name, want := range map[string]any{
		"subject": "Café tour", "internetMessageId": "<tour@contoso.example>", "hasAttachments": true, "bccRecipients": []any{},
		"body":         map[string]any{"contentType": "html", "content": "<p>café</p>"},
		"toRecipients": []any{map[string]any{"emailAddress": map[string]any{"name": "Opérations", "address": "ops@contoso.example"}}},
	} {
		if diff := cmp.Diff(want, got[name]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	files := got["attachments"].([]any)
	if len(files) != 2 || files[0].(map[string]any)["contentBytes"] != "MSwy" || files[1].(map[string]any)["@odata.type"] != "#microsoft.graph.itemAttachment" {
		t.Fatalf("attachments = %v, want a file and a message", files)
	}
	path := "/me/messages/" + got["id"].(string)
	a := f.as(t, opsID).do(t, "GET", path+"/$value", "")
	if ct := a.header.Get("Content-Type"); !strings.HasPrefix(ct, "text/plain") {
		t.Errorf("Content-Type of $value = %q, want text/plain", ct)
	}
	m, err := mail.ReadMessage(bytes.NewReader(a.body))
	if err != nil {
		t.Fatalf("$value = %q: %v", a.body, err)
	}
	to, err := m.Header.AddressList("To")
	if err != nil || to[0].Name != "Opérations" || m.Header.Get("X-Offer") != "7" || m.Header.Get("Bcc") != "" {
		t.Errorf("headers = %v, %v, want them back without Bcc", m.Header, err)
	}
	if subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject")); err != nil || subject != "Café tour" {
		t.Errorf("subject = %q, %v", subject, err)
	}
	_, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	var parts []string
	for r := multipart.NewReader(m.Body, params["boundary"]); ; {
		p, err := r.NextPart()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		b, _ := io.ReadAll(p)
		parts = append(parts, p.FileName()+":"+strings.TrimSpace(string(b[:min(len(b), 16)])))
	}
	if diff := cmp.Diff([]string{":<p>café</p>", "a.csv:MSwy", "inner:From: <ops@conto"}, parts); diff != "" {
		t.Errorf("parts (-want +got):\n%s", diff)
	}
	item := f.as(t, opsID).do(t, "GET", path+"/attachments/"+files[1].(map[string]any)["id"].(string)+"/$value", "")
	if !strings.Contains(string(item.body), "Subject: inner") {
		t.Errorf("$value of the attached message = %s, want it", item.body)
	}
	again := f.post(t, http.StatusCreated, "/me/messages", base64.StdEncoding.EncodeToString(a.body), "Content-Type", "text/plain")
	if again["subject"] != "Café tour" || again["isDraft"] != true || toText(again["body"]) != toText(got["body"]) {
		t.Errorf("a draft of it = %v, want the same message", again)
	}
}

func TestMIMEIsRefused(t *testing.T) {
	t.Parallel()
	f := setup(t, office())
	encode := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	for _, tt := range []struct{ body, code string }{
		{"%%%", "ErrorMimeContentInvalidBase64String"},
		{"", "ErrorMimeContentInvalidBase64String"},
		{mimeTour, "ErrorMimeContentInvalidBase64String"},
		{encode("no headers at all"), "ErrorMimeContentInvalid"},
		{encode("Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\ncut"), "ErrorMimeContentInvalid"},
		{encode("Subject: x\r\n\r\nnobody"), "ErrorInvalidRecipients"},
		{encode(strings.Repeat("Content-Type: message/rfc822\r\n\r\n", 40)), "ErrorMimeContentInvalid"},
		{encode("From: ops@contoso.example\r\nTo: ops@contoso.example\r\n\r\nas another"), "ErrorSendAsDenied"},
	} {
		a := f.do(t, "POST", "/me/sendMail", tt.body, "Content-Type", "text/plain")
		if code := a.code(t); code != tt.code {
			t.Errorf("sendMail of %.60q = %d %s, want %s", tt.body, a.status, a.body, tt.code)
		}
	}
}
