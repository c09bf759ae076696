package graphtest_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/m365go/sdk/m365graph/graphtest"
)

// correspondence is the office with folders, a thread and attachments.
func correspondence() *graphtest.Tenant {
	tenant := office()
	ops := &graphtest.Recipient{Name: "Operations", Address: "ops@contoso.example"}
	sales := graphtest.Recipient{Name: "Sales Desk", Address: "sales@contoso.example"}
	tenant.Users[0].Folders = []*graphtest.MailFolder{
		{DisplayName: "inbox", Messages: []*graphtest.Message{
			{
				Subject: "Plant tour", InternetMessageID: "<1@contoso.example>", From: ops, ToRecipients: []graphtest.Recipient{sales},
				Body:             graphtest.Body{ContentType: "html", Content: "<p>Doors open at <b>nine</b>.</p><img src=\"cid:map\">"},
				ReceivedDateTime: now.Add(-3 * time.Hour),
				Attachments: []*graphtest.Attachment{
					{Name: "map.png", ContentType: "image/png", ContentID: "map", IsInline: true, Content: []byte{0x89, 'P', 'N', 'G'}},
				},
			},
			{
				Subject: "Re: Plant tour", InternetMessageID: "<3@contoso.example>", From: ops, IsRead: true,
				Body: graphtest.Body{Content: "Bring shoes <size 42>.\nAnd a hat."}, ReceivedDateTime: now.Add(-time.Hour),
				Headers:     []graphtest.Header{{Name: "In-Reply-To", Value: "<2@contoso.example>"}, {Name: "X-Priority", Value: "1"}},
				Attachments: []*graphtest.Attachment{{Name: "hat.txt", Content: []byte("a hat")}},
			},
		}},
		{DisplayName: "Sent Items", Messages: []*graphtest.Message{{
			Subject: "Re: Plant tour", InternetMessageID: "<2@contoso.example>", IsRead: true, ReceivedDateTime: now.Add(-2 * time.Hour),
			From: &sales, ToRecipients: []graphtest.Recipient{*ops}, BccRecipients: []graphtest.Recipient{{Address: "legal@contoso.example"}},
			Headers: []graphtest.Header{{Name: "References", Value: "<1@contoso.example>"}},
		}}},
		{DisplayName: "Projects", Children: []*graphtest.MailFolder{{DisplayName: "Roof"}, {DisplayName: "Yard", Children: []*graphtest.MailFolder{{DisplayName: "Gate"}}}}},
	}
	return tenant
}

// messageBySubject gives the first message with a subject.
func messageBySubject(t *testing.T, f *fixture, subject string) map[string]any {
	t.Helper()
	values := f.get(t, "/me/messages?$filter="+url.QueryEscape("subject eq '"+subject+"'"))["value"].([]any)
	if len(values) == 0 {
		t.Fatalf("no message %q", subject)
	}
	return values[0].(map[string]any)
}

func TestFoldersAreListed(t *testing.T) {
	t.Parallel()
	f := setup(t, correspondence())
	var names []string
	for _, v := range f.get(t, "/me/mailFolders")["value"].([]any) {
		names = append(names, v.(map[string]any)["displayName"].(string))
	}
	want := []string{"Inbox", "Drafts", "Sent Items", "Deleted Items", "Junk Email", "Archive", "Outbox", "Projects"}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("folders (-want +got):\n%s", diff)
	}
	inbox := f.get(t, "/me/mailFolders/InBox")
	if inbox["totalItemCount"] != 2.0 || inbox["unreadItemCount"] != 1.0 || inbox["childFolderCount"] != 0.0 {
		t.Errorf("inbox = %v, want two messages, one of them unread, and no children", inbox)
	}
	root := f.get(t, "/me/mailFolders/msgfolderroot")
	if root["id"] != inbox["parentFolderId"] || root["childFolderCount"] != 8.0 {
		t.Errorf("root = %v, want the parent of the inbox with 8 children", root)
	}
	projects := f.get(t, "/me/mailFolders?$filter=displayName%20eq%20'Projects'&$expand=childFolders")["value"].([]any)[0].(map[string]any)
	children := projects["childFolders"].([]any)
	if len(children) != 2 || children[1].(map[string]any)["childFolderCount"] != 1.0 {
		t.Errorf("childFolders = %v, want Roof and Yard with one child", children)
	}
	id := projects["id"].(string)
	listed := f.get(t, "/me/mailFolders/"+id+"/childFolders?$orderby=displayName%20desc&$select=displayName")["value"].([]any)
	if len(listed) != 2 || listed[0].(map[string]any)["displayName"] != "Yard" {
		t.Errorf("children in descending order = %v, want Yard first", listed)
	}
	if one := f.get(t, "/me/mailFolders/"+id+"/childFolders/"+listed[0].(map[string]any)["id"].(string)); one["displayName"] != "Yard" {
		t.Errorf("child = %v, want Yard", one)
	}
}

func TestMessageIsShown(t *testing.T) {
	t.Parallel()
	f := setup(t, correspondence())
	m := messageBySubject(t, f, "Plant tour")
	for name, want := range map[string]any{
		"bodyPreview": "Doors open at nine.", "isRead": false, "isDraft": false, "hasAttachments": false, "importance": "normal",
		"receivedDateTime": "2026-03-04T06:00:00Z", "sentDateTime": "2026-03-04T06:00:00Z", "internetMessageId": "<1@contoso.example>",
		"parentFolderId": f.get(t, "/me/mailFolders/inbox")["id"], "categories": []any{}, "flag": map[string]any{"flagStatus": "notFlagged"},
		"from":         map[string]any{"emailAddress": map[string]any{"name": "Operations", "address": "ops@contoso.example"}},
		"toRecipients": []any{map[string]any{"emailAddress": map[string]any{"name": "Sales Desk", "address": "sales@contoso.example"}}},
		"body":         map[string]any{"contentType": "html", "content": "<p>Doors open at <b>nine</b>.</p><img src=\"cid:map\">"},
	} {
		if diff := cmp.Diff(want, m[name]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	a := f.do(t, "GET", "/me/mailFolders/inbox/messages/"+m["id"].(string), "")
	if got := a.json(t); got["subject"] != "Plant tour" || a.header.Get("ETag") != got["@odata.etag"] {
		t.Errorf("GET in the folder = %v with ETag %q, want the message", got, a.header.Get("ETag"))
	}
	if a := f.do(t, "GET", "/me/mailFolders/drafts/messages/"+m["id"].(string), ""); a.status != 404 {
		t.Errorf("GET in another folder = %d, want 404", a.status)
	}
	sent := f.get(t, "/me/mailFolders/sentitems/messages?$select=bccRecipients,internetMessageHeaders")["value"].([]any)[0].(map[string]any)
	if len(sent["bccRecipients"].([]any)) != 1 || len(sent["internetMessageHeaders"].([]any)) != 1 {
		t.Errorf("sent message = %v, want its Bcc and its header", sent)
	}
}

func TestThreadSharesAConversation(t *testing.T) {
	t.Parallel()
	f := setup(t, correspondence())
	seen := map[any]bool{}
	for _, v := range f.get(t, "/me/messages?$select=conversationId")["value"].([]any) {
		seen[v.(map[string]any)["conversationId"]] = true
	}
	if len(seen) != 1 || seen[""] {
		t.Errorf("conversations = %v, want one for the whole thread", seen)
	}
}

func TestBodyComesAsPreferred(t *testing.T) {
	t.Parallel()
	f := setup(t, correspondence())
	for _, tt := range []struct{ subject, prefer, contentType, content, applied string }{
		{"Plant tour", `outlook.body-content-type="text"`, "text", "Doors open at nine.", `outlook.body-content-type="text"`},
		{"Plant tour", `IdType="ImmutableId", outlook.body-content-type="html"`, "html", "<p>Doors open at <b>nine</b>.</p><img src=\"cid:map\">", `outlook.body-content-type="html", IdType="ImmutableId"`},
		{"Re: Plant tour", `outlook.body-content-type=text`, "text", "Bring shoes <size 42>.\nAnd a hat.", `outlook.body-content-type="text"`},
		{"Re: Plant tour", "", "html", "Bring shoes &lt;size 42&gt;.<br>\r\nAnd a hat.", ""},
	} {
		id := messageBySubject(t, f, tt.subject)["id"].(string)
		a := f.do(t, "GET", "/me/messages/"+id, "", "Prefer", tt.prefer)
		body := a.json(t)["body"].(map[string]any)
		if body["contentType"] != tt.contentType || !strings.Contains(body["content"].(string), tt.content) {
			t.Errorf("Prefer %q: body = %v, want %s with %q", tt.prefer, body, tt.contentType, tt.content)
		}
		if got := a.header.Get("Preference-Applied"); got != tt.applied {
			t.Errorf("Prefer %q: Preference-Applied = %q, want %q", tt.prefer, got, tt.applied)
		}
	}
}

func TestAttachmentsAreServed(t *testing.T) {
	t.Parallel()
	f := setup(t, correspondence())
	reply := messageBySubject(t, f, "Re: Plant tour")
	if reply["hasAttachments"] != true {
		t.Error("hasAttachments = false, want true for a file")
	}
	base := "/me/messages/" + reply["id"].(string)
	file := f.get(t, base+"/attachments")["value"].([]any)[0].(map[string]any)
	want := map[string]any{
		"@odata.type": "#microsoft.graph.fileAttachment", "@odata.mediaContentType": "application/octet-stream", "id": file["id"],
		"lastModifiedDateTime": "2026-03-04T08:00:00Z", "name": "hat.txt", "contentType": "application/octet-stream",
		"size": 5.0, "isInline": false, "contentId": nil, "contentLocation": nil, "contentBytes": "YSBoYXQ=",
	}
	if diff := cmp.Diff(want, file); diff != "" {
		t.Errorf("attachment (-want +got):\n%s", diff)
	}
	one := base + "/attachments/" + file["id"].(string)
	if got := f.get(t, one)["contentBytes"]; got != "YSBoYXQ=" {
		t.Errorf("contentBytes = %v, want YSBoYXQ=", got)
	}
	if a := f.do(t, "GET", one+"/$value", ""); string(a.body) != "a hat" || a.header.Get("Content-Type") != "application/octet-stream" {
		t.Errorf("$value = %s %q, want the bytes", a.header.Get("Content-Type"), a.body)
	}
	light := f.get(t, base+"/attachments?$select=name,microsoft.graph.fileAttachment/contentId")["value"].([]any)[0].(map[string]any)
	if light["contentBytes"] != nil || light["name"] != "hat.txt" {
		t.Errorf("$select of names = %v, want no contentBytes", light)
	}
	if a := f.do(t, "GET", base+"/attachments?$select=contentBytes", ""); a.status != 400 {
		t.Errorf("$select=contentBytes on attachment = %d, want 400", a.status)
	}
	expanded := f.get(t, base+"?$select=subject&$expand=attachments($select=name)")
	if diff := cmp.Diff([]any{map[string]any{
		"@odata.type": "#microsoft.graph.fileAttachment", "@odata.mediaContentType": "application/octet-stream", "id": file["id"], "name": "hat.txt",
	}}, expanded["attachments"]); diff != "" {
		t.Errorf("expanded attachments (-want +got):\n%s", diff)
	}
	if a := f.do(t, "GET", base+"/attachments/"+reply["id"].(string), ""); a.status != 404 {
		t.Errorf("an attachment that is none = %d, want 404", a.status)
	}
}

func TestMessageIsPatched(t *testing.T) {
	t.Parallel()
	f := setup(t, correspondence())
	before := messageBySubject(t, f, "Plant tour")
	path := "/me/messages/" + before["id"].(string)
	a := f.do(t, "PATCH", path, `{"isRead":true,"categories":["Red"],"flag":{"flagStatus":"flagged"},"importance":"High"}`)
	after := a.json(t)
	if a.status != 200 || after["isRead"] != true || after["importance"] != "high" || !cmp.Equal(after["categories"], []any{"Red"}) ||
		!cmp.Equal(after["flag"], map[string]any{"flagStatus": "flagged"}) {
		t.Errorf("PATCH = %d %v, want the marks", a.status, after)
	}
	if after["changeKey"] == before["changeKey"] || after["lastModifiedDateTime"] != "2026-03-04T09:00:00Z" {
		t.Errorf("changeKey %v and lastModifiedDateTime %v, want new ones", after["changeKey"], after["lastModifiedDateTime"])
	}
	if inbox := f.get(t, "/me/mailFolders/inbox"); inbox["unreadItemCount"] != 0.0 {
		t.Errorf("unreadItemCount = %v, want 0", inbox["unreadItemCount"])
	}
	for _, tt := range []struct {
		body   string
		header string
		status int
		code   string
	}{
		{`{"subject":"x"}`, "", 400, "ErrorInvalidPropertySet"},
		{`{"isJunk":true}`, "", 400, "RequestBodyRead"},
		{`{"isRead":"yes"}`, "", 400, "RequestBodyRead"},
		{`{"importance":"urgent"}`, "", 400, "RequestBodyRead"},
		{`{"flag":{"flagStatus":"up"}}`, "", 400, "RequestBodyRead"},
		{`{"isRead":`, "", 400, "BadRequest"},
		{``, "", 400, "BadRequest"},
		{`{"isRead":false}`, before["@odata.etag"].(string), 412, "ErrorIrresolvableConflict"},
		{`{"isRead":false}`, after["@odata.etag"].(string), 200, ""},
	} {
		header := []string{"X-None", "1"}
		if tt.header != "" {
			header = []string{"If-Match", tt.header}
		}
		a := f.do(t, "PATCH", path, tt.body, header...)
		if a.status != tt.status || tt.code != "" && a.code(t) != tt.code {
			t.Errorf("PATCH %s = %d %s, want %d %s", tt.body, a.status, a.body, tt.status, tt.code)
		}
	}
	if inbox := f.get(t, "/me/mailFolders/inbox"); inbox["unreadItemCount"] != 1.0 {
		t.Errorf("unreadItemCount = %v after isRead:false, want 1", inbox["unreadItemCount"])
	}
	if a := f.do(t, "PATCH", path, `{"isRead":true}`, "Content-Type", "text/plain"); a.status != 415 {
		t.Errorf("PATCH of text = %d, want 415", a.status)
	}
	if a := f.do(t, "PATCH", path, `{"isRead":true}`, "Content-Type", "-"); a.status != 400 {
		t.Errorf("PATCH of no type = %d, want 400", a.status)
	}
	reader := mint(t, map[string]any{"scp": "Mail.Read"})
	if a := f.do(t, "PATCH", path, `{"isRead":true}`, "Authorization", "Bearer "+reader); a.status != 403 {
		t.Errorf("PATCH with Mail.Read = %d, want 403", a.status)
	}
}

func TestTenantIsNotChanged(t *testing.T) {
	t.Parallel()
	tenant := correspondence()
	f := setup(t, tenant)
	id := messageBySubject(t, f, "Plant tour")["id"].(string)
	f.do(t, "PATCH", "/me/messages/"+id, `{"isRead":true}`)
	if diff := cmp.Diff(correspondence(), tenant); diff != "" {
		t.Errorf("the tenant was changed (-want +got):\n%s", diff)
	}
	again := setup(t, tenant)
	if got := messageBySubject(t, again, "Plant tour"); got["id"] != id || got["isRead"] != false {
		t.Errorf("a second server shows id %v, read %v; want the same id %v, unread", got["id"], got["isRead"], id)
	}
}

func TestMailboxSettingsAreShown(t *testing.T) {
	t.Parallel()
	f := setup(t, office())
	all := f.get(t, "/me/mailboxSettings")
	if all["timeZone"] != "Europe/Paris" || all["workingHours"].(map[string]any)["timeZone"].(map[string]any)["name"] != "Europe/Paris" {
		t.Errorf("mailboxSettings = %v, want Europe/Paris", all)
	}
	if got, want := all["@odata.context"], f.URL()+"/v1.0/$metadata#users('"+salesID+"')/mailboxSettings"; got != want {
		t.Errorf("@odata.context = %v, want %v", got, want)
	}
	if got := f.get(t, "/me/mailboxSettings/timeZone")["value"]; got != "Europe/Paris" {
		t.Errorf("timeZone = %v, want Europe/Paris", got)
	}
	if got := f.get(t, "/me/mailboxSettings/language")["locale"]; got != "en-US" {
		t.Errorf("locale = %v, want en-US", got)
	}
	if got := f.get(t, "/me/mailboxSettings?$select=timeZone"); len(got) != 2 {
		t.Errorf("$select=timeZone = %v, want that and the context", got)
	}
	if a := f.do(t, "GET", "/me/mailboxSettings/weather", ""); a.status != 400 {
		t.Errorf("an unknown setting = %d, want 400", a.status)
	}
}
