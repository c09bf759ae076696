package graphtest_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/m365go/sdk/m365graph/graphtest"
)

// mailScopes are those of all that writes in a mailbox.
const mailScopes = allScopes + " MailboxSettings.ReadWrite"

// mailWrites are all requests of mail with a body; %s is a draft's id.
var mailWrites = []struct{ method, path string }{
	{"POST", "/me/sendMail"}, {"POST", "/me/messages"}, {"POST", "/me/mailFolders/inbox/messages"},
	{"PATCH", "/me/messages/%s"}, {"POST", "/me/messages/%s/move"}, {"POST", "/me/messages/%s/copy"},
	{"POST", "/me/messages/%s/reply"}, {"POST", "/me/messages/%s/replyAll"}, {"POST", "/me/messages/%s/forward"},
	{"POST", "/me/messages/%s/createReply"}, {"POST", "/me/messages/%s/createReplyAll"}, {"POST", "/me/messages/%s/createForward"},
	{"POST", "/me/messages/%s/attachments"}, {"POST", "/me/messages/%s/attachments/createUploadSession"},
	{"POST", "/me/mailFolders"}, {"PATCH", "/me/mailFolders/inbox"}, {"POST", "/me/mailFolders/inbox/childFolders"},
	{"POST", "/me/mailFolders/inbox/move"}, {"POST", "/me/mailFolders/inbox/messageRules"},
	{"PATCH", "/me/mailboxSettings"}, {"POST", "/me/outlook/masterCategories"}, {"POST", "/me/inferenceClassification/overrides"},
	{"POST", "/me/getMailTips"}, {"POST", "/me/translateExchangeIds"},
}

// hostile are bodies with known names and wrong types.
var hostile = []string{
	`7`, `"x"`, `[]`, `[{}]`, `null`, `true`, `{"`, "\x00", `{"message":7}`, `{"message":{"toRecipients":[null,7]}}`, `{"message":{"body":[]}}`,
	`{"subject":{}}`, `{"body":"x"}`, `{"toRecipients":{}}`, `{"from":[]}`, `{"flag":"flagged"}`, `{"flag":{"flagStatus":"flagged","dueDateTime":{"dateTime":"x"}}}`,
	`{"categories":"Red"}`, `{"isRead":null,"importance":null}`, `{"attachments":[7]}`, `{"attachments":[{"@odata.type":"#microsoft.graph.itemAttachment","name":"x","item":7}]}`,
	`{"@odata.type":"#microsoft.graph.itemAttachment","name":"x"}`, `{"@odata.type":"#microsoft.graph.fileAttachment","name":"x","contentBytes":"%"}`,
	`{"internetMessageHeaders":[{"name":"x-a\r\nBcc","value":"y"}]}`, `{"singleValueExtendedProperties":[{"id":7}]}`, `{"destinationId":{}}`, `{"destinationId":"` + "\u0000" + `"}`,
	`{"AttachmentItem":7}`, `{"AttachmentItem":{"attachmentType":"file","name":"x","size":-1}}`, `{"AttachmentItem":{"attachmentType":"file","name":"x","size":1e400}}`,
	`{"displayName":[]}`, `{"@odata.type":"microsoft.graph.mailSearchFolder","displayName":"x","sourceFolderIds":7}`,
	`{"@odata.type":"microsoft.graph.mailSearchFolder","displayName":"y","sourceFolderIds":["inbox"],"filterQuery":"((("}`,
	`{"displayName":"x","conditions":[],"actions":{}}`, `{"displayName":"x","actions":{"moveToFolder":7}}`, `{"displayName":"x","sequence":-1,"actions":{}}`,
	`{"automaticRepliesSetting":7}`, `{"automaticRepliesSetting":{"status":"sometimes"}}`, `{"automaticRepliesSetting":{"status":"scheduled","scheduledStartDateTime":{"dateTime":"x","timeZone":"y"}}}`,
	`{"workingHours":{"startTime":"25:00"}}`, `{"workingHours":{"daysOfWeek":[7]}}`, `{"timeZone":"Nowhere"}`, `{"language":{"locale":"xx"}}`,
	`{"displayName":"x","color":"pink"}`, `{"classifyAs":"neither"}`, `{"EmailAddresses":7}`, `{"EmailAddresses":["x"],"MailTipsOptions":"all"}`,
	`{"inputIds":"x"}`, `{"inputIds":["x"],"sourceIdType":"restId","targetIdType":"restImmutableEntryId"}`, `{"comment":[]}`, `{"toRecipients":7}`,
}

func TestHostileBodiesOfMailAreRefused(t *testing.T) {
	t.Parallel()
	f := setup(t, correspondence())
	f.token = mint(t, map[string]any{"scp": mailScopes})
	for _, w := range mailWrites {
		draft := f.do(t, "POST", "/me/messages", `{"subject":"x"}`).json(t)["id"].(string)
		path := w.path
		if strings.Contains(path, "%s") {
			path = fmt.Sprintf(path, draft)
		}
		for _, body := range hostile {
			if a := f.do(t, w.method, path, body); a.status >= 500 || a.status >= 400 && a.code(t) == "" {
				t.Errorf("%s %s with %s = %d %s, want Outlook's own refusal", w.method, w.path, body, a.status, a.body)
			}
		}
	}
	for body, code := range map[string]string{`{"subject":{}}`: "RequestBodyRead", `[]`: "BadRequest", `{"flag":"flagged"}`: "RequestBodyRead", `{"nosuch":1}`: "RequestBodyRead"} {
		if a := f.do(t, "POST", "/me/messages", body); a.status != http.StatusBadRequest || a.code(t) != code {
			t.Errorf("POST %s = %d %s, want 400 %s", body, a.status, a.body, code)
		}
	}
}

// FuzzMailBodies sends any body to any request of mail.
func FuzzMailBodies(f *testing.F) {
	for i := range mailWrites {
		f.Add(i, hostile[i%len(hostile)], i%3 == 0)
		f.Add(i, `{"subject":"x","message":{"toRecipients":[{"emailAddress":{"address":"ops@contoso.example"}}]},"destinationId":"archive"}`, false)
	}
	f.Add(0, base64.StdEncoding.EncodeToString([]byte(mimeTour)), true)
	s, err := graphtest.New(&graphtest.Options{Keys: keys, Issuer: issuer, Tenant: correspondence(), Now: func() time.Time { return now }})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = s.Close() })
	fx := &fixture{s, mint(f, map[string]any{"scp": mailScopes})}
	draft := fx.do(f, "POST", "/me/messages", `{"subject":"x"}`)
	_, rest, _ := strings.Cut(string(draft.body), `"id":"`)
	id, _, _ := strings.Cut(rest, `"`)
	f.Fuzz(func(t *testing.T, which int, body string, mime bool) {
		w := mailWrites[uint(which)%uint(len(mailWrites))]
		path := strings.ReplaceAll(w.path, "%s", id)
		contentType := "application/json"
		if mime {
			contentType = "text/plain"
		}
		if a := fx.do(t, w.method, path, body, "Content-Type", contentType); a.status >= 500 {
			t.Errorf("%s %s with %q = %d %s", w.method, path, body, a.status, a.body)
		}
	})
}

// FuzzMIME reads any message, and then what the server makes of it.
func FuzzMIME(f *testing.F) {
	for _, seed := range []string{mimeTour, "Subject: x\r\n\r\ny", "Content-Type: multipart/mixed; boundary=\"\"\r\n\r\n", "To: a@b, <\r\n\r\n", "Subject: =?x?q?=FF?=\r\nContent-Type: text/html; charset=cp1252\r\n\r\n\x80\x81",
		"Content-Type: text/plain; name=\"\r\n a\"\r\nContent-Disposition: attachment\r\n\r\nx", "Content-Transfer-Encoding: base64\r\n\r\n%"} {
		f.Add([]byte(seed))
	}
	s, err := graphtest.New(&graphtest.Options{Keys: keys, Issuer: issuer, Tenant: office(), Now: func() time.Time { return now }})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = s.Close() })
	fx := &fixture{s, mint(f, nil)}
	f.Fuzz(func(t *testing.T, source []byte) {
		a := fx.do(t, "POST", "/me/messages", base64.StdEncoding.EncodeToString(source), "Content-Type", "text/plain")
		switch {
		case a.status >= 500:
			t.Fatalf("POST of %q = %d %s", source, a.status, a.body)
		case a.status >= 400:
			return
		}
		id := a.json(t)["id"].(string)
		value := fx.do(t, "GET", "/me/messages/"+id+"/$value", "")
		if _, err := mail.ReadMessage(strings.NewReader(string(value.body))); value.status != http.StatusOK || err != nil {
			t.Errorf("$value of %q = %d %q, %v", source, value.status, value.body, err)
		}
		fx.do(t, "POST", "/me/messages/"+id+"/permanentDelete", "")
	})
}

// TestMailIsChangedByTwoAtOnce moves, reads and deletes the same messages from
// several sides, for the race detector; nothing may get lost or double.
func TestMailIsChangedByTwoAtOnce(t *testing.T) {
	t.Parallel()
	f := setup(t, archive(20))
	var ids []string
	for _, v := range f.get(t, "/me/messages?$top=20&$select=id", "Prefer", `IdType="ImmutableId"`)["value"].([]any) {
		ids = append(ids, v.(map[string]any)["id"].(string))
	}
	var work sync.WaitGroup
	var mu sync.Mutex
	statuses := map[int]int{}
	for _, request := range []struct{ method, suffix, body string }{
		{"POST", "/move", `{"destinationId":"archive"}`}, {"POST", "/copy", `{"destinationId":"drafts"}`},
		{"POST", "/permanentDelete", ""}, {"POST", "/permanentDelete", ""}, {"GET", "/$value", ""}, {"PATCH", "", `{"isRead":false}`},
	} {
		work.Go(func() {
			for _, id := range ids {
				a, err := f.try(t, request.method, "/me/messages/"+id+request.suffix, request.body)
				if err != nil || a.status >= 500 {
					t.Errorf("%s %s = %v, %v", request.method, request.suffix, a, err)
					return
				}
				if request.suffix == "/permanentDelete" {
					mu.Lock()
					statuses[a.status]++
					mu.Unlock()
				}
			}
		})
	}
	work.Wait()
	if statuses[http.StatusNoContent] != 20 || statuses[http.StatusNotFound] != 20 {
		t.Errorf("deletions were answered %v, want each message deleted once", statuses)
	}
	drafts := f.get(t, "/me/mailFolders/drafts")["totalItemCount"]
	left, _ := walk(t, f, "/me/messages?$top=100")
	if float64(len(left)) != drafts {
		t.Errorf("%d messages are left, want the %v copies", len(left), drafts)
	}
}
