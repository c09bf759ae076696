package graphtest_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/m365go/sdk/m365graph/graphtest"
)

// as gives the same server with somebody else's token.
func (f *fixture) as(t *testing.T, objectID string) *fixture {
	t.Helper()
	return &fixture{f.Server, mint(t, map[string]any{"oid": objectID})}
}

func TestSendMailIsDeliveredAndSaved(t *testing.T) {
	t.Parallel()
	f := setup(t, office())
	a := f.do(t, "POST", "/me/sendMail", `{"message":{
		"subject":"Quote","importance":"high","body":{"contentType":"Text","content":"42 each"},
		"toRecipients":[{"emailAddress":{"address":"OPS@contoso.example"}}],
		"ccRecipients":[{"emailAddress":{"address":"buyer@fabrikam.example","name":"Buyer"}},{"emailAddress":{"address":"ops@contoso.example"}}],
		"bccRecipients":[{"emailAddress":{"address":"sales@contoso.example"}}],
		"internetMessageHeaders":[{"name":"x-quote","value":"7"}],
		"attachments":[{"@odata.type":"#microsoft.graph.fileAttachment","name":"q.txt","contentType":"text/plain","contentBytes":"NDI="}]}}`)
	if a.status != http.StatusAccepted || len(a.body) != 0 {
		t.Fatalf("sendMail = %d %q, want 202 and nothing", a.status, a.body)
	}
	sent := f.get(t, "/me/mailFolders/sentitems/messages")["value"].([]any)
	if len(sent) != 1 {
		t.Fatalf("Sent Items has %d messages, want 1", len(sent))
	}
	copied := sent[0].(map[string]any)
	if copied["isRead"] != true || copied["isDraft"] != false || copied["sentDateTime"] != "2026-03-04T09:00:00Z" || len(copied["bccRecipients"].([]any)) != 1 {
		t.Errorf("sent copy = %v, want it read, dated and with its Bcc", copied)
	}
	arrived := f.as(t, opsID).get(t, "/me/mailFolders/inbox/messages?$expand=attachments")["value"].([]any)
	if len(arrived) != 1 {
		t.Fatalf("the inbox of Operations has %d messages, want 1", len(arrived))
	}
	m := arrived[0].(map[string]any)
	for name, want := range map[string]any{
		"subject": "Quote", "isRead": false, "importance": "high", "bodyPreview": "42 each", "hasAttachments": true, "bccRecipients": []any{},
		"from":              map[string]any{"emailAddress": map[string]any{"name": "Sales Desk", "address": "sales@contoso.example"}},
		"toRecipients":      []any{map[string]any{"emailAddress": map[string]any{"name": "Operations", "address": "OPS@contoso.example"}}},
		"internetMessageId": copied["internetMessageId"],
	} {
		if diff := cmp.Diff(want, m[name]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	file := m["attachments"].([]any)[0].(map[string]any)
	if file["contentBytes"] != "NDI=" || m["id"] == copied["id"] {
		t.Errorf("attachment = %v and id %v, want the bytes and an id of its own", file, m["id"])
	}
	if own := f.get(t, "/me/mailFolders/inbox"); own["totalItemCount"] != 1.0 || own["unreadItemCount"] != 1.0 {
		t.Errorf("own inbox = %v, want the blind copy", own)
	}
}

// Clients made for Outlook's own API, Apprise among them, write names in Pascal case.
func TestNamesOfAMessageAreInAnyCase(t *testing.T) {
	t.Parallel()
	f := setup(t, office())
	const message = `{"Subject":"Quote","Importance":"High","Body":{"ContentType":"HTML","Content":"42 each"},
		"ToRecipients":[{"EmailAddress":{"Address":"ops@contoso.example","Name":"Operations"}}]}`
	for path, body := range map[string]string{"/me/sendmail": `{"Message":` + message + `,"SaveToSentItems":"true"}`, "/me/messages": message} {
		if a := f.do(t, "POST", path, body); a.status/100 != 2 {
			t.Fatalf("POST %s = %d %s, want it done", path, a.status, a.body)
		}
		folder := map[string]string{"/me/sendmail": "sentitems", "/me/messages": "drafts"}[path]
		got := f.get(t, "/me/mailFolders/"+folder+"/messages?$select=subject,importance,body,toRecipients")["value"].([]any)[0].(map[string]any)
		want := map[string]any{
			"@odata.etag": got["@odata.etag"], "id": got["id"], "subject": "Quote", "importance": "high",
			"body":         map[string]any{"contentType": "html", "content": "42 each"},
			"toRecipients": []any{map[string]any{"emailAddress": map[string]any{"name": "Operations", "address": "ops@contoso.example"}}},
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("POST %s (-want +got):\n%s", path, diff)
		}
	}
}

func TestSendMailNeedNotBeSaved(t *testing.T) {
	t.Parallel()
	f := setup(t, office())
	const message = `"toRecipients":[{"emailAddress":{"address":"ops@contoso.example"}}]`
	for body, want := range map[string]float64{
		`{"Message":{` + message + `},"SaveToSentItems":false}`:   0,
		`{"Message":{` + message + `},"saveToSentItems":"false"}`: 0,
		`{"message":{` + message + `},"saveToSentItems":true}`:    1,
	} {
		f.do(t, "POST", "/me/sendMail", `{}`) // refused, saves nothing
		before := f.get(t, "/me/mailFolders/sentitems")["totalItemCount"].(float64)
		if a := f.do(t, "POST", "/me/microsoft.graph.sendMail", body); a.status != http.StatusAccepted {
			t.Fatalf("sendMail %s = %d %s, want 202", body, a.status, a.body)
		}
		if got := f.get(t, "/me/mailFolders/sentitems")["totalItemCount"].(float64) - before; got != want {
			t.Errorf("sendMail %s saved %v messages, want %v", body, got, want)
		}
	}
}

func TestSendMailIsRefused(t *testing.T) {
	t.Parallel()
	f := setup(t, office())
	const to = `"toRecipients":[{"emailAddress":{"address":"ops@contoso.example"}}]`
	for _, tt := range []struct {
		body   string
		status int
		code   string
	}{
		{`{}`, 400, "ErrorMissingArgument"},
		{`{"message":null}`, 400, "ErrorMissingArgument"},
		{`{"message":[]}`, 400, "RequestBodyRead"},
		{`{"message":{` + to + `},"saveToSentItems":"maybe"}`, 400, "RequestBodyRead"},
		{`{"message":{` + to + `},"urgent":true}`, 400, "RequestBodyRead"},
		{`{"message":{"subject":"x"}}`, 400, "ErrorInvalidRecipients"},
		{`{"message":{"toRecipients":[{"emailAddress":{"address":"ops"}}]}}`, 400, "ErrorInvalidRecipients"},
		{`{"message":{"toRecipients":[{"emailAddress":{"address":"Ops <ops@contoso.example>"}}]}}`, 400, "ErrorInvalidRecipients"},
		{`{"message":{` + to + `,"replyTo":[{"emailAddress":{}}]}}`, 400, "ErrorInvalidRecipients"},
		{`{"message":{"toRecipients":"ops@contoso.example"}}`, 400, "RequestBodyRead"},
		{`{"message":{` + to + `,"to":[]}}`, 400, "RequestBodyRead"},
		{`{"message":{` + to + `,"body":{"contentType":"rtf","content":"x"}}}`, 400, "RequestBodyRead"},
		{`{"message":{` + to + `,"internetMessageHeaders":[{"name":"Received","value":"x"}]}}`, 400, "InvalidInternetMessageHeader"},
		{`{"message":{` + to + `,"attachments":[{"name":"x"}]}}`, 400, "RequestBodyRead"},
		{`{"message":{` + to + `,"attachments":[{"@odata.type":"#microsoft.graph.fileAttachment","name":"x","contentBytes":"%"}]}}`, 400, "RequestBodyRead"},
		{`{"message":{` + to + `,"from":{"emailAddress":{"address":"ops@contoso.example"}}}}`, 403, "ErrorSendAsDenied"},
		{`nonsense`, 400, "BadRequest"},
		{`{"message":{"body":{"contentType":"text","content":"` + strings.Repeat("x", 4<<20) + `"}}}`, 413, "RequestEntityTooLarge"},
	} {
		a := f.do(t, "POST", "/me/sendMail", tt.body)
		if a.status != tt.status || a.code(t) != tt.code {
			t.Errorf("sendMail %.150s = %d %s, want %d %s", tt.body, a.status, a.body, tt.status, tt.code)
		}
	}
	if inbox := f.as(t, opsID).get(t, "/me/mailFolders/inbox"); inbox["totalItemCount"] != 0.0 {
		t.Errorf("Operations got %v messages, want none", inbox["totalItemCount"])
	}
}

func TestDraftIsWrittenChangedAndSent(t *testing.T) {
	t.Parallel()
	f := setup(t, office())
	immutable := []string{"Prefer", `IdType="ImmutableId"`}
	a := f.do(t, "POST", "/me/messages", `{"subject":"Draft","id":"mine"}`)
	draft := a.json(t)
	if a.status != http.StatusCreated || draft["isDraft"] != true || draft["id"] == "mine" || draft["parentFolderId"] != f.get(t, "/me/mailFolders/drafts")["id"] {
		t.Fatalf("POST = %d %v, want 201 and a draft in Drafts", a.status, draft)
	}
	path := "/me/messages/" + draft["id"].(string)
	if a := f.do(t, "POST", path+"/send", ""); a.status != 400 || a.code(t) != "ErrorInvalidRecipients" {
		t.Errorf("send without recipients = %d %s, want 400 ErrorInvalidRecipients", a.status, a.body)
	}
	a = f.do(t, "PATCH", path, `{"subject":"Final","toRecipients":[{"emailAddress":{"address":"ops@contoso.example"}}]}`, immutable...)
	immutableID := a.json(t)["id"].(string)
	if a.status != 200 || immutableID == draft["id"] {
		t.Fatalf("PATCH = %d %s, want 200 and the immutable id", a.status, a.body)
	}
	if a := f.do(t, "POST", path+"/send", ""); a.status != http.StatusAccepted || len(a.body) != 0 {
		t.Fatalf("send = %d %q, want 202 and nothing", a.status, a.body)
	}
	if a := f.do(t, "GET", path, ""); a.status != 404 {
		t.Errorf("GET of the draft's id = %d, want 404: sending moves the message", a.status)
	}
	sent := f.get(t, "/me/messages/"+immutableID, immutable...)
	if sent["isDraft"] != false || sent["subject"] != "Final" || sent["id"] != immutableID || sent["conversationId"] != draft["conversationId"] ||
		sent["parentFolderId"] != f.get(t, "/me/mailFolders/sentitems")["id"] {
		t.Errorf("sent copy = %v, want Final in Sent Items under its immutable id", sent)
	}
	if a := f.do(t, "POST", "/me/messages/"+immutableID+"/send", ""); a.status != 400 {
		t.Errorf("second send = %d, want 400", a.status)
	}
	if drafts := f.get(t, "/me/mailFolders/drafts"); drafts["totalItemCount"] != 0.0 || drafts["unreadItemCount"] != 0.0 {
		t.Errorf("Drafts = %v, want it empty", drafts)
	}
	if inbox := f.as(t, opsID).get(t, "/me/mailFolders/inbox"); inbox["totalItemCount"] != 1.0 {
		t.Errorf("Operations got %v messages, want 1", inbox["totalItemCount"])
	}
}

// TestReplyJoinsItsThread sends a draft that the tenant brought along.
func TestReplyJoinsItsThread(t *testing.T) {
	t.Parallel()
	withDraft := func() *graphtest.Tenant {
		tenant := correspondence()
		tenant.Users[0].Folders = append(tenant.Users[0].Folders, &graphtest.MailFolder{DisplayName: "Drafts", Messages: []*graphtest.Message{{
			Subject: "Re: Plant tour", IsDraft: true, IsRead: true, ReceivedDateTime: now.Add(-time.Minute),
			ToRecipients: []graphtest.Recipient{{Address: "ops@contoso.example"}},
			Headers:      []graphtest.Header{{Name: "In-Reply-To", Value: "<3@contoso.example>"}},
		}}})
		tenant.Users[1].Folders = []*graphtest.MailFolder{{DisplayName: "Sent Items", Messages: []*graphtest.Message{{
			Subject: "Re: Plant tour", InternetMessageID: "<3@contoso.example>", ReceivedDateTime: now.Add(-time.Hour),
			Headers: []graphtest.Header{{Name: "References", Value: "<1@contoso.example> <2@contoso.example>"}},
		}}}}
		return tenant
	}
	tenant := withDraft()
	f := setup(t, tenant)
	draft := f.get(t, "/me/mailFolders/drafts/messages")["value"].([]any)[0].(map[string]any)
	if a := f.do(t, "POST", "/me/messages/"+draft["id"].(string)+"/send", ""); a.status != http.StatusAccepted {
		t.Fatalf("send = %d %s, want 202", a.status, a.body)
	}
	newest := f.get(t, "/me/mailFolders/sentitems/messages")["value"].([]any)[0].(map[string]any)
	if newest["receivedDateTime"] != "2026-03-04T09:00:00Z" || newest["conversationId"] != messageBySubject(t, f, "Plant tour")["conversationId"] {
		t.Errorf("the first message of Sent Items = %v, want the reply, in the thread of the tour", newest)
	}
	seen := map[any]bool{}
	theirs := f.as(t, opsID).get(t, "/me/messages?$select=conversationId")["value"].([]any)
	for _, v := range theirs {
		seen[v.(map[string]any)["conversationId"]] = true
	}
	if len(theirs) != 2 || len(seen) != 1 {
		t.Errorf("Operations has %d messages in %d conversations, want 2 in one", len(theirs), len(seen))
	}
	if diff := cmp.Diff(withDraft(), tenant); diff != "" {
		t.Errorf("the tenant was changed (-want +got):\n%s", diff)
	}
}
