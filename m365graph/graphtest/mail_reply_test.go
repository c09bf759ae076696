package graphtest_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/m365go/sdk/m365graph/graphtest"
)

// branch is the office with a third person, the front desk.
func branch() *graphtest.Tenant {
	tenant := office()
	tenant.Users = append(tenant.Users, &graphtest.User{ID: deskID, UserPrincipalName: "desk@contoso.example", DisplayName: "Front Desk"})
	return tenant
}

const deskID = "8a6f1b5e-0000-4000-8000-000000000004"

// newest is the message of a folder that came last.
func (f *fixture) newest(t *testing.T, folder string) map[string]any {
	t.Helper()
	values := f.get(t, "/me/mailFolders/"+folder+"/messages?$expand=attachments&$top=1")["value"].([]any)
	if len(values) == 0 {
		t.Fatalf("%s is empty", folder)
	}
	return values[0].(map[string]any)
}

// addresses are those of a message's recipients, by kind.
func addresses(m map[string]any) string {
	var kinds []string
	for _, kind := range []string{"toRecipients", "ccRecipients"} {
		var list []string
		for _, r := range m[kind].([]any) {
			list = append(list, strings.TrimSuffix(r.(map[string]any)["emailAddress"].(map[string]any)["address"].(string), "@contoso.example"))
		}
		kinds = append(kinds, strings.Join(list, ","))
	}
	return strings.Join(kinds, "|")
}

const tourMail = `{"message":{"subject":"Tour","body":{"contentType":"html","content":"<p>At nine</p>"},
	"toRecipients":[{"emailAddress":{"address":"ops@contoso.example"}}],"ccRecipients":[{"emailAddress":{"address":"desk@contoso.example"}}],
	"attachments":[{"@odata.type":"#microsoft.graph.fileAttachment","name":"map.png","contentId":"map","isInline":true,"contentBytes":"iVBO"},
		{"@odata.type":"#microsoft.graph.fileAttachment","name":"list.txt","contentBytes":"YQ=="}]}}`

func TestThreadGoesThroughThreeMailboxes(t *testing.T) {
	t.Parallel()
	sales := setup(t, branch())
	ops, desk := sales.as(t, opsID), sales.as(t, deskID)
	sales.post(t, http.StatusAccepted, "/me/sendMail", tourMail)
	got := ops.newest(t, "inbox")
	ops.post(t, http.StatusAccepted, "/me/messages/"+got["id"].(string)+"/replyAll", `{"comment":"Fine & good"}`)
	answer := sales.newest(t, "inbox")
	if answer["subject"] != "Re: Tour" || addresses(answer) != "sales|desk" {
		t.Errorf("replyAll arrived as %v to %s, want Re: Tour to sales, and desk in copy", answer["subject"], addresses(answer))
	}
	body := answer["body"].(map[string]any)["content"].(string)
	for _, want := range []string{"Fine &amp; good", "<b>From:</b> Sales Desk &lt;sales@contoso.example&gt;", "<b>Subject:</b> Tour", "<p>At nine</p>"} {
		if !strings.Contains(body, want) {
			t.Errorf("body = %s, want %q in it", body, want)
		}
	}
	if files := answer["attachments"].([]any); len(files) != 1 || files[0].(map[string]any)["name"] != "map.png" {
		t.Errorf("attachments of the answer = %v, want the picture in the text alone", files)
	}
	for name, f := range map[string]*fixture{"sales": sales, "ops": ops, "desk": desk} {
		seen := map[any]bool{}
		all := f.get(t, "/me/messages?$select=conversationId")["value"].([]any)
		for _, v := range all {
			seen[v.(map[string]any)["conversationId"]] = true
		}
		if len(all) != 2 || len(seen) != 1 {
			t.Errorf("%s has %d messages in %d conversations, want 2 in one", name, len(all), len(seen))
		}
	}
	if ops.newest(t, "sentitems")["internetMessageId"] != answer["internetMessageId"] {
		t.Error("the sent and the received copy differ in their internetMessageId")
	}
	if headers := sales.get(t, "/me/messages/"+answer["id"].(string)+"?$select=internetMessageHeaders")["internetMessageHeaders"]; !strings.Contains(toText(headers), "In-Reply-To") {
		t.Errorf("headers = %v, want In-Reply-To", headers)
	}
}

func TestDraftsOfAnswers(t *testing.T) {
	t.Parallel()
	sales := setup(t, branch())
	ops := sales.as(t, opsID)
	sales.post(t, http.StatusAccepted, "/me/sendMail", tourMail)
	got := ops.newest(t, "inbox")
	path := "/me/mailFolders/inbox/messages/" + got["id"].(string)
	for _, tt := range []struct{ action, body, subject, recipients, content, files string }{
		{"createReply", ``, "Re: Tour", "sales|", "At nine", "map.png"},
		{"createReply", `{"comment":"yes"}`, "Re: Tour", "sales|", "yes", "map.png"},
		{"createReplyAll", `{"message":{"importance":"high","body":{"contentType":"text","content":"Thanks"}}}`, "Re: Tour", "sales|desk", "Thanks", "map.png"},
		{"createForward", `{"comment":"see","toRecipients":[{"emailAddress":{"address":"desk@contoso.example"}}]}`, "Fw: Tour", "desk|", "see", "map.png,list.txt"},
		{"createForward", `{"message":{"subject":"Other","toRecipients":[{"emailAddress":{"address":"desk@contoso.example"}}]}}`, "Other", "desk|", "At nine", "map.png,list.txt"},
	} {
		draft := ops.post(t, http.StatusCreated, path+"/"+tt.action, tt.body)
		shown := ops.get(t, "/me/messages/"+draft["id"].(string)+"?$expand=attachments")
		var files []string
		for _, a := range shown["attachments"].([]any) {
			files = append(files, a.(map[string]any)["name"].(string))
		}
		if shown["isDraft"] != true || shown["conversationId"] != got["conversationId"] || shown["subject"] != tt.subject || addresses(shown) != tt.recipients ||
			strings.Join(files, ",") != tt.files || !strings.Contains(shown["body"].(map[string]any)["content"].(string), tt.content) {
			t.Errorf("%s %s = %v with %v, want a draft %s to %s with %s", tt.action, tt.body, shown, files, tt.subject, tt.recipients, tt.files)
		}
	}
	if n := ops.get(t, "/me/mailFolders/drafts")["totalItemCount"]; n != 5.0 {
		t.Errorf("%v drafts, want 5", n)
	}
}

func TestAnswerIsRefused(t *testing.T) {
	t.Parallel()
	sales := setup(t, branch())
	ops := sales.as(t, opsID)
	sales.post(t, http.StatusAccepted, "/me/sendMail", tourMail)
	path := "/me/messages/" + ops.newest(t, "inbox")["id"].(string)
	const to = `[{"emailAddress":{"address":"desk@contoso.example"}}]`
	for _, tt := range []struct{ action, body, code string }{
		{"forward", `{"comment":"x"}`, "ErrorInvalidRecipients"},
		{"forward", `{"toRecipients":` + to + `,"message":{"toRecipients":` + to + `}}`, "ErrorInvalidArgument"},
		{"reply", `{"comment":"x","message":{"body":{"content":"y"}}}`, "ErrorInvalidArgument"},
		{"reply", `{"comment":7}`, "BadRequest"},
		{"createReply", `{"message":{"subject":7}}`, "RequestBodyRead"},
		{"replyAll", `[]`, "BadRequest"},
	} {
		a := ops.do(t, "POST", path+"/"+tt.action, tt.body)
		if a.status != http.StatusBadRequest || a.code(t) != tt.code {
			t.Errorf("%s %s = %d %s, want 400 %s", tt.action, tt.body, a.status, a.body, tt.code)
		}
	}
	reader := mint(t, map[string]any{"oid": opsID, "scp": "Mail.ReadWrite"})
	if a := ops.do(t, "POST", path+"/reply", `{"comment":"x"}`, "Authorization", "Bearer "+reader); a.status != http.StatusForbidden {
		t.Errorf("reply without Mail.Send = %d, want 403", a.status)
	}
}

func TestUndeliverableMailIsReported(t *testing.T) {
	t.Parallel()
	f := setup(t, branch())
	f.post(t, http.StatusAccepted, "/me/sendMail", `{"message":{"subject":"Hello","toRecipients":[
		{"emailAddress":{"address":"nobody@contoso.example"}},{"emailAddress":{"address":"ops@contoso.example"}},{"emailAddress":{"address":"buyer@fabrikam.example"}}]}}`)
	report := f.newest(t, "inbox")
	item := report["attachments"].([]any)[0].(map[string]any)
	sent := f.newest(t, "sentitems")
	body := report["body"].(map[string]any)["content"].(string)
	if report["subject"] != "Undeliverable: Hello" || !strings.Contains(body, "nobody@contoso.example") || strings.Contains(body, "fabrikam") ||
		item["@odata.type"] != "#microsoft.graph.itemAttachment" || report["conversationId"] != sent["conversationId"] {
		t.Errorf("report = %v, want one about nobody@contoso.example in the conversation, with the message", report)
	}
	if n := f.as(t, opsID).get(t, "/me/mailFolders/inbox")["totalItemCount"]; n != 1.0 {
		t.Errorf("Operations got %v messages, want the one", n)
	}
}

func TestRulesAndAutomaticReplies(t *testing.T) {
	t.Parallel()
	f := setup(t, branch())
	ops := f.as(t, opsID)
	ops.token = mint(t, map[string]any{"oid": opsID, "scp": allScopes + " MailboxSettings.ReadWrite"})
	rule := ops.post(t, http.StatusCreated, "/me/mailFolders/inbox/messageRules",
		`{"displayName":"Tours","conditions":{"subjectContains":["tour"]},"actions":{"moveToFolder":"archive","markAsRead":true,"assignCategories":["Red category"],"stopProcessingRules":true}}`)
	if rule["isEnabled"] != true || rule["sequence"] != 1.0 {
		t.Errorf("rule = %v, want it enabled and first", rule)
	}
	if a := ops.do(t, "PATCH", "/me/mailboxSettings", `{"automaticRepliesSetting":{"status":"alwaysEnabled","internalReplyMessage":"Away until Monday"}}`); a.status != http.StatusOK {
		t.Fatalf("PATCH = %d %s, want 200", a.status, a.body)
	}
	for range 2 {
		f.post(t, http.StatusAccepted, "/me/sendMail", tourMail)
	}
	moved := ops.newest(t, "archive")
	if moved["isRead"] != true || !cmp.Equal(moved["categories"], []any{"Red category"}) {
		t.Errorf("message = %v, want it read and red", moved)
	}
	inbox := f.get(t, "/me/mailFolders/inbox/messages")["value"].([]any)
	if len(inbox) != 1 || inbox[0].(map[string]any)["subject"] != "Automatic reply: Tour" {
		t.Errorf("the sender got %v, want one automatic reply", inbox)
	}
	if a := ops.do(t, "DELETE", "/me/mailFolders/inbox/messageRules/"+rule["id"].(string), ""); a.status != http.StatusNoContent {
		t.Errorf("DELETE = %d %s, want 204", a.status, a.body)
	}
}
