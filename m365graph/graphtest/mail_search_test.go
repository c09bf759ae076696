package graphtest_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/m365go/sdk/m365graph/graphtest"
)

func TestMessagesAreSearched(t *testing.T) {
	t.Parallel()
	tenant := office()
	ops := &graphtest.Recipient{Name: "Operations", Address: "ops@contoso.example"}
	inbox := &graphtest.MailFolder{DisplayName: "Inbox", Messages: []*graphtest.Message{
		{
			Subject: "Invoice 4711", From: ops, ReceivedDateTime: now, SentDateTime: now.Add(-48 * time.Hour), Importance: "high",
			Body:        graphtest.Body{ContentType: "html", Content: "<p>For the <b>plant</b></p>"},
			Attachments: []*graphtest.Attachment{{Name: "invoice.pdf", Content: make([]byte, 5000)}}, ToRecipients: []graphtest.Recipient{{Address: "sales@contoso.example"}},
		},
		{Subject: "Budget", From: &graphtest.Recipient{Name: "Tours", Address: "tours@partner.example"}, ReceivedDateTime: now.Add(-24 * time.Hour), Body: graphtest.Body{Content: "No invoice here"}},
	}}
	tenant.Users[0].Folders = []*graphtest.MailFolder{inbox, {DisplayName: "Sent Items", Messages: []*graphtest.Message{
		{Subject: "Re: Invoice", From: &graphtest.Recipient{Address: "sales@contoso.example"}, ToRecipients: []graphtest.Recipient{*ops}, ReceivedDateTime: now, IsRead: true},
	}}}
	f := setup(t, tenant)
	for search, want := range map[string]string{
		`"invoice"`: "Re: Invoice,Budget,Invoice 4711", `invoice`: "Re: Invoice,Budget,Invoice 4711",
		`"subject:invoice"`: "Re: Invoice,Invoice 4711", `"subject:invoice" AND "from:ops"`: "Invoice 4711", `"from:ops OR from:tours"`: "Budget,Invoice 4711",
		`"body:plant"`: "Invoice 4711", `"hasAttachments:true"`: "Invoice 4711", `"attachment:invoice.pdf"`: "Invoice 4711", `"importance:high"`: "Invoice 4711",
		`"to:ops"`: "Re: Invoice", `"participants:ops"`: "Re: Invoice,Invoice 4711", `"received:2026-03-03"`: "Budget", `"received>=2026-03-04"`: "Re: Invoice,Invoice 4711",
		`"sent<2026-03-03"`: "Invoice 4711", `"size>4000"`: "Invoice 4711", `"isread:true"`: "Re: Invoice", `"kind:email AND NOT from:sales"`: "Budget,Invoice 4711",
		`"kind:tasks"`: "", `"nothing"`: "", `"importance:medium"`: "Re: Invoice,Budget",
	} {
		got := strings.Join(subjects(f.get(t, "/me/messages?$search="+url.QueryEscape(search))), ",")
		if got != want {
			t.Errorf("$search=%s = %s, want %s", search, got, want)
		}
	}
	if got := subjects(f.get(t, "/me/mailFolders/inbox/messages?$search=invoice&$select=subject")); len(got) != 2 {
		t.Errorf("a search of the inbox = %v", got)
	}
	all, sizes := walk(t, f, "/me/messages?$search=invoice&$top=2")
	if len(all) != 3 || len(sizes) != 2 {
		t.Errorf("a search by pages = %v in %v", all, sizes)
	}
}
