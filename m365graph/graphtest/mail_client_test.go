package graphtest_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/m365go/sdk/m365graph/graphtest"
)

// TestAMailClientLivesItsLife does what a client that keeps a mailbox in step
// does, from the first look at the folders on.
func TestAMailClientLivesItsLife(t *testing.T) {
	t.Parallel()
	f := setup(t, correspondence())
	immutable := []string{"Prefer", `IdType="ImmutableId"`}
	folders := map[string]string{}
	for _, v := range f.get(t, "/me/mailFolders?$top=100&includeHiddenFolders=true")["value"].([]any) {
		folder := v.(map[string]any)
		folders[folder["displayName"].(string)] = folder["id"].(string)
		round := f.get(t, "/me/mailFolders/"+folder["id"].(string)+"/messages/delta?$select=subject", immutable...)
		if round["@odata.deltaLink"] == nil && round["@odata.nextLink"] == nil {
			t.Errorf("the round of %s has no link", folder["displayName"])
		}
	}
	if folders["Conversation History"] == "" || folders["Inbox"] == "" {
		t.Fatalf("folders = %v, want hidden ones, too", folders)
	}
	page := f.get(t, "/me/mailFolders/"+folders["Inbox"]+"/messages?$select=id,isRead,conversationId&$top=1", immutable...)
	for name := range page["value"].([]any)[0].(map[string]any) {
		if name != "id" && name != "isRead" && name != "conversationId" && name != "@odata.etag" {
			t.Errorf("$select shows %s, too", name)
		}
	}
	id := page["value"].([]any)[0].(map[string]any)["id"].(string)
	path := "/me/messages/" + id
	if a := f.do(t, "GET", path+"/$value", ""); a.status != http.StatusOK || !strings.Contains(string(a.body), "MIME-Version: 1.0") {
		t.Errorf("MIME = %d %.80q", a.status, a.body)
	}
	f.must(t, http.StatusOK, "PATCH", path, `{"isRead":true}`)
	moved := f.must(t, http.StatusCreated, "POST", path+"/move", `{"destinationId":"archive"}`, immutable...).json(t)
	if moved["id"] != id || moved["parentFolderId"] != folders["Archive"] {
		t.Errorf("after a move the message is %v in %v, want the same id in the archive", moved["id"], moved["parentFolderId"])
	}

	draft := f.must(t, http.StatusCreated, "POST", path+"/createReply", "", immutable...).json(t)
	sent := "/me/messages/" + draft["id"].(string)
	f.must(t, http.StatusCreated, "POST", sent+"/attachments", `{"@odata.type":"#microsoft.graph.fileAttachment","name":"a.txt","contentBytes":"YQ=="}`)
	f.must(t, http.StatusAccepted, "POST", sent+"/send", "")
	copied := f.get(t, sent+"?$expand=attachments", immutable...)
	if copied["isDraft"] != false || copied["parentFolderId"] != folders["Sent Items"] || len(copied["attachments"].([]any)) != 1 {
		t.Errorf("the sent copy = %v, want it in Sent Items with its attachment", copied)
	}
	thread := "/me/messages?$filter=" + url.QueryEscape("conversationId eq '"+copied["conversationId"].(string)+"'")
	if got, _ := walk(t, f, thread); len(got) < 2 {
		t.Errorf("the conversation has %q, want the message and the answer", got)
	}
	f.must(t, http.StatusNoContent, "DELETE", sent, "")
	if got := f.get(t, sent, immutable...)["parentFolderId"]; got == folders["Sent Items"] {
		t.Error("a message that was deleted is still in Sent Items")
	}
}

// TestMessagesShowWhatGraphShows holds the members that clients take for
// granted.
func TestMessagesShowWhatGraphShows(t *testing.T) {
	t.Parallel()
	f := setup(t, correspondence())
	m := f.get(t, "/me/messages?$top=1")["value"].([]any)[0].(map[string]any)
	for _, name := range []string{"@odata.etag", "id", "createdDateTime", "lastModifiedDateTime", "changeKey", "categories", "receivedDateTime", "sentDateTime", "hasAttachments", "internetMessageId",
		"subject", "bodyPreview", "importance", "parentFolderId", "conversationId", "conversationIndex", "isRead", "isDraft", "webLink", "inferenceClassification", "body",
		"toRecipients", "ccRecipients", "bccRecipients", "replyTo", "flag"} {
		if m[name] == nil {
			t.Errorf("%s = %v, want a value", name, m[name])
		}
	}
	if m["@odata.etag"] != `W/"`+m["changeKey"].(string)+`"` {
		t.Errorf("@odata.etag = %v beside the changeKey %v", m["@odata.etag"], m["changeKey"])
	}
}

// writesOnce are writes of mail and calendars, each in a mailbox of its own;
// {draft} and {event} stand for ids.
var writesOnce = []struct{ method, route, path, body string }{
	{"POST", "/me/sendMail", "/me/sendMail", quote},
	{"POST", "/me/messages", "/me/messages", `{"subject":"once"}`},
	{"POST", "/me/messages/{message}/send", "/me/messages/{draft}/send", ""},
	{"POST", "/me/messages/{message}/move", "/me/messages/{draft}/move", `{"destinationId":"archive"}`},
	{"POST", "/me/messages/{message}/copy", "/me/messages/{draft}/copy", `{"destinationId":"archive"}`},
	{"POST", "/me/messages/{message}/reply", "/me/messages/{draft}/reply", `{"comment":"x","message":{"toRecipients":[{"emailAddress":{"address":"ops@contoso.example"}}]}}`},
	{"POST", "/me/messages/{message}/forward", "/me/messages/{draft}/forward", `{"toRecipients":[{"emailAddress":{"address":"ops@contoso.example"}}]}`},
	{"POST", "/me/messages/{message}/createReply", "/me/messages/{draft}/createReply", ""},
	{"PATCH", "/me/messages/{message}", "/me/messages/{draft}", `{"subject":"twice"}`},
	{"DELETE", "/me/messages/{message}", "/me/messages/{draft}", ""},
	{"POST", "/me/messages/{message}/attachments", "/me/messages/{draft}/attachments", `{"@odata.type":"#microsoft.graph.fileAttachment","name":"a","contentBytes":"YQ=="}`},
	{"POST", "/me/mailFolders", "/me/mailFolders", `{"displayName":"Once"}`},
	{"POST", "/me/events", "/me/events", `{"subject":"x","start":{"dateTime":"2026-03-10T12:00:00","timeZone":"UTC"},"end":{"dateTime":"2026-03-10T13:00:00","timeZone":"UTC"}}`},
	{"PATCH", "/me/events/{event}", "/me/events/{event}", `{"subject":"twice"}`},
	{"DELETE", "/me/events/{event}", "/me/events/{event}", ""},
	{"POST", "/me/events/{event}/cancel", "/me/events/{event}/cancel", `{}`},
	{"POST", "/me/calendars", "/me/calendars", `{"name":"Once"}`},
}

// TestAWriteWhoseAnswerIsLostIsDoneOnce cuts the answer off after the write.
func TestAWriteWhoseAnswerIsLostIsDoneOnce(t *testing.T) {
	t.Parallel()
	for _, w := range writesOnce {
		t.Run(w.method+" "+w.route, func(t *testing.T) {
			t.Parallel()
			tenant := office()
			meeting := single("EVENT", "One", "2026-03-10T12:00:00", "2026-03-10T13:00:00")
			meeting.Attendees = []graphtest.Attendee{{Recipient: graphtest.Recipient{Address: "ops@contoso.example"}}}
			tenant.Users[0].Calendars = []*graphtest.Calendar{{Events: []*graphtest.Event{meeting}}}
			f := setup(t, tenant)
			f.token = mint(t, map[string]any{"scp": mailScopes + " Calendars.ReadWrite"})
			draft := f.must(t, http.StatusCreated, "POST", "/me/messages", `{"subject":"x","toRecipients":[{"emailAddress":{"address":"ops@contoso.example"}}]}`).json(t)["id"].(string)
			before := 0
			if w.route == "/me/messages" && w.method == "POST" {
				before = 1 // the draft
			}
			path := strings.NewReplacer("{draft}", draft, "{event}", "EVENT").Replace(w.path)
			must(t, f.Fail(graphtest.Fault{Route: w.method + " " + w.route, Status: http.StatusServiceUnavailable}))
			if a := f.do(t, w.method, path, w.body); a.status != http.StatusServiceUnavailable {
				t.Fatalf("with a fault before: %d %s, want 503", a.status, a.body)
			}
			f.AssertExecuted(t, w.method+" "+w.route, before)
			must(t, f.Fail(graphtest.Fault{Route: w.method + " " + w.route, Cut: graphtest.CutBefore, After: true}))
			if a, err := f.try(t, w.method, path, w.body); err == nil {
				t.Fatalf("the answer was not lost: %d %s", a.status, a.body)
			}
			f.AssertExecuted(t, w.method+" "+w.route, before+1)
		})
	}
}
