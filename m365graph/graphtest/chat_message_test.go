package graphtest_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/m365go/sdk/m365graph/graphtest"
)

// texts are the bodies of messages on a page.
func texts(page map[string]any) []any {
	var all []any
	for _, body := range pluck(page, "body") {
		all = append(all, body.(map[string]any)["content"])
	}
	return all
}

const pairChat = "/chats/19:" + salesID + "_" + opsID + "@unq.gbl.spaces/messages"

func TestChannelMessages(t *testing.T) {
	t.Parallel()
	f := teams(t)
	at := "/teams/" + deskTeam + "/channels/" + channelID(t, f, "General") + "/messages"
	page := f.get(t, at+"?$expand=replies")
	if diff := cmp.Diff([]any{"<p>rain</p>", "welcome"}, texts(page)); diff != "" {
		t.Error(diff)
	}
	welcome := page["value"].([]any)[1].(map[string]any)
	replies := welcome["replies"].([]any)
	if len(replies) != 2 || replies[0].(map[string]any)["replyToId"] != welcome["id"] || replies[0].(map[string]any)["body"].(map[string]any)["content"] != "good" {
		t.Errorf("replies = %v", replies)
	}
	id := welcome["id"].(string)
	if want := "/l/message/19%3A"; !strings.Contains(welcome["webUrl"].(string), want) || welcome["etag"] != id || welcome["chatId"] != nil {
		t.Errorf("message = %v", welcome)
	}
	if from := welcome["from"].(map[string]any)["user"].(map[string]any); from["id"] != salesID || from["userIdentityType"] != "aadUser" {
		t.Errorf("from = %v", from)
	}
	if diff := cmp.Diff([]any{"good"}, texts(f.get(t, at+"/"+id+"/replies?$top=1"))); diff != "" {
		t.Error(diff)
	}
	reply := replies[1].(map[string]any)["id"].(string)
	if got := f.get(t, at+"/"+id+"/replies/"+reply); got["body"].(map[string]any)["content"] != "hello" {
		t.Errorf("reply = %v", got)
	}
	bot := page["value"].([]any)[0].(map[string]any)
	f.do(t, "GET", at+"/"+bot["id"].(string)+"/replies/"+reply, "").wants(t, "a reply to another", http.StatusNotFound, "NotFound")
	f.do(t, "GET", at+"/x", "").wants(t, "no id", http.StatusBadRequest, "BadRequest")
	f.do(t, "GET", at+"/17", "").wants(t, "no message", http.StatusNotFound, "NotFound")
	top := f.do(t, "GET", at+"?$top=51", "")
	if top.wants(t, "$top", http.StatusBadRequest, "BadRequest"); !strings.Contains(string(top.body), "The limit of '50' for Top query has been exceeded. The value from the incoming request is '51'.") {
		t.Errorf("$top = %s", top.body)
	}
	for _, bad := range []string{"$orderby=createdDateTime%20desc", "$filter=subject%20eq%20'x'", "$skip=1", "$count=true", "$search=x"} {
		f.do(t, "GET", at+"?"+bad, "").wants(t, bad, http.StatusBadRequest, "BadRequest")
	}
	f.with(t, nightID, teamScopes).do(t, "GET", at, "").wants(t, "by a stranger", http.StatusForbidden, "Forbidden")
	f.with(t, salesID, "Chat.Read").do(t, "GET", at, "").wants(t, "without the scope", http.StatusForbidden, "Forbidden")
}

func TestMessagesOfAChatAreOrderedAndFiltered(t *testing.T) {
	t.Parallel()
	f := teams(t)
	mid := now.Add(-85 * time.Hour).Format(time.RFC3339)
	for query, want := range map[string][]any{
		"": {"second", "first"},
		"$orderby=createdDateTime desc&$filter=createdDateTime lt " + mid:           {"first"},
		"$orderby=lastModifiedDateTime desc&$filter=lastModifiedDateTime gt " + mid: {"second"},
		"$orderby=createdDateTime desc&$filter=lastModifiedDateTime gt " + mid:      {"second", "first"}, // passed over
		"$filter=lastModifiedDateTime gt " + mid:                                    {"second", "first"},
	} {
		values, _ := url.ParseQuery(query)
		if diff := cmp.Diff(want, texts(f.get(t, pairChat+"?"+values.Encode()))); diff != "" {
			t.Errorf("%s: %s", query, diff)
		}
	}
	for _, bad := range []string{"$orderby=createdDateTime", "$orderby=subject desc", "$orderby=createdDateTime desc&$filter=createdDateTime gt " + mid, "$top=51", "$top=x", "$expand=replies", "$skiptoken=x"} {
		values, _ := url.ParseQuery(bad)
		f.do(t, "GET", pairChat+"?"+values.Encode(), "").wants(t, bad, http.StatusBadRequest, "BadRequest")
	}
}

func TestMessageIsSentChangedAndDeleted(t *testing.T) {
	t.Parallel()
	f := teams(t)
	ops := f.with(t, opsID, teamScopes)
	a := f.do(t, "POST", pairChat, `{"subject":null,"importance":"high","body":{"contentType":"html","content":"<at id=\"0\">Operations</at> see <attachment id=\"a1\"></attachment>"},
		"mentions":[{"id":0,"mentionText":"Operations","mentioned":{"user":{"id":"`+opsID+`","displayName":"Operations"}}}],
		"attachments":[{"id":"a1","contentType":"reference","contentUrl":"https://contoso.sharepoint.com/a.docx","name":"a.docx"}]}`)
	a.wants(t, "send", http.StatusCreated, "")
	m := a.json(t)
	if m["id"] != fmt.Sprint(now.UnixMilli()) || m["importance"] != "high" || m["mentions"].([]any)[0].(map[string]any)["mentioned"].(map[string]any)["user"].(map[string]any)["id"] != opsID {
		t.Errorf("sent = %v", m)
	}
	at := pairChat + "/" + m["id"].(string)
	if got := ops.get(t, at)["attachments"].([]any)[0].(map[string]any); got["name"] != "a.docx" {
		t.Errorf("attachment = %v", got)
	}
	ops.do(t, "PATCH", at, `{"body":{"content":"mine now"}}`).wants(t, "change by another", http.StatusForbidden, "Forbidden")
	f.do(t, "PATCH", at, `{"body":{"content":"better"},"mentions":[],"attachments":[]}`).wants(t, "change", http.StatusNoContent, "")
	if got := f.get(t, at); got["lastEditedDateTime"] == nil || got["body"].(map[string]any)["content"] != "better" || len(got["mentions"].([]any)) != 0 {
		t.Errorf("changed = %v", got)
	}
	for _, action := range []string{"setReaction", "setReaction"} { // the second one changes nothing
		ops.do(t, "POST", at+"/"+action, `{"reactionType":"👍"}`).wants(t, action, http.StatusNoContent, "")
	}
	if got := f.get(t, at)["reactions"].([]any); len(got) != 1 || got[0].(map[string]any)["user"].(map[string]any)["user"].(map[string]any)["id"] != opsID {
		t.Errorf("reactions = %v", got)
	}
	f.do(t, "POST", at+"/setReaction", `{"reactionType":"bored"}`).wants(t, "unknown reaction", http.StatusBadRequest, "BadRequest")
	ops.do(t, "POST", at+"/unsetReaction", `{"reactionType":"👍"}`).wants(t, "unset", http.StatusNoContent, "")
	f.do(t, "POST", at+"/softDelete", "").wants(t, "delete", http.StatusNoContent, "")
	if got := ops.get(t, at); got["deletedDateTime"] == nil || got["body"].(map[string]any)["content"] != "" || len(got["reactions"].([]any)) != 0 {
		t.Errorf("deleted = %v", got)
	}
	f.do(t, "PATCH", at, `{"body":{"content":"x"}}`).wants(t, "change what is deleted", http.StatusBadRequest, "BadRequest")
	ops.do(t, "POST", at+"/undoSoftDelete", "").wants(t, "undelete by another", http.StatusForbidden, "Forbidden")
	f.do(t, "POST", at+"/undoSoftDelete", "").wants(t, "undelete", http.StatusNoContent, "")
	if got := ops.get(t, at); got["deletedDateTime"] != nil || got["body"].(map[string]any)["content"] != "better" {
		t.Errorf("undeleted = %v", got)
	}
}

func TestHostileMessagesAreRefused(t *testing.T) {
	t.Parallel()
	f := teams(t)
	for _, body := range []string{
		``, `{`, `null`, `[]`, `{}`, `{"body":null}`, `{"body":"x"}`, `{"body":{"content":7}}`, `{"body":{"contentType":"pdf","content":"x"}}`, `{"body":{"content":"x"},"importance":"low"}`,
		`{"body":{"content":"x"},"mentions":[{"id":0}]}`, `{"body":{"contentType":"html","content":"<at id=\"0\">x</at>"},"mentions":[{"id":0,"mentioned":{"user":{"id":"nobody"}}}]}`,
		`{"body":{"contentType":"html","content":"<at id=\"0\">x</at>"},"mentions":[{"id":0}]}`, `{"body":{"content":"x"},"mentions":{}}`,
		`{"body":{"content":"x"},"attachments":[{"id":"a","contentType":"reference"}]}`, `{"body":{"content":"x"},"attachments":[{}]}`,
		`{"body":{"content":"x"},"hostedContents":[{"contentBytes":"!!"}]}`, `{"body":{"content":"x"},"hostedContents":[{}]}`,
	} {
		f.do(t, "POST", pairChat, body, "Content-Type", "application/json").wants(t, body, http.StatusBadRequest, "BadRequest")
	}
	f.do(t, "POST", pairChat, `{"body":{"content":"`+strings.Repeat("x", 101<<10)+`"}}`).wants(t, "a large one", http.StatusRequestEntityTooLarge, "RequestEntityTooLarge")
	if got := len(texts(f.get(t, pairChat))); got != 2 {
		t.Errorf("the chat has %d messages, want 2", got)
	}
}

func TestPicturesStandInMessages(t *testing.T) {
	t.Parallel()
	f := teams(t)
	a := f.do(t, "POST", pairChat, `{"body":{"contentType":"html","content":"<img src=\"../hostedContents/1/$value\">"},
		"hostedContents":[{"@microsoft.graph.temporaryId":"1","contentBytes":"aGVsbG8=","contentType":"image/png"}]}`)
	a.wants(t, "send", http.StatusCreated, "")
	_, link, _ := strings.Cut(a.json(t)["body"].(map[string]any)["content"].(string), `"`)
	link, _, _ = strings.Cut(link, `"`)
	if got := f.do(t, "GET", link, ""); string(got.body) != "hello" || got.header.Get("Content-Type") != "image/png" {
		t.Errorf("GET %s = %d %s", link, got.status, got.body)
	}
	at := pairChat + "/" + a.json(t)["id"].(string) + "/hostedContents"
	if got := pluck(f.get(t, at), "id"); len(got) != 1 {
		t.Errorf("hostedContents = %v", got)
	}
	f.do(t, "GET", at+"/x/$value", "").wants(t, "unknown", http.StatusNotFound, "NotFound")
	f.with(t, nightID, teamScopes).do(t, "GET", link, "").wants(t, "by a stranger", http.StatusForbidden, "Forbidden")
}

func TestDeltaOfAChannel(t *testing.T) {
	t.Parallel()
	tenant := desks()
	general := tenant.Teams[0].Channels[1]
	general.Messages = append(general.Messages, &graphtest.ChatMessage{From: salesID, Body: graphtest.Body{Content: "ages ago"}, CreatedDateTime: now.AddDate(0, -9, 0)})
	f := setup(t, tenant).with(t, salesID, teamScopes)
	at := "/teams/" + deskTeam + "/channels/" + channelID(t, f, "General") + "/messages"
	round := func(link string) (page map[string]any, all []any, next string) {
		for range 10 {
			page = f.get(t, link)
			all = append(all, texts(page)...)
			if link, _ = page["@odata.nextLink"].(string); link == "" {
				return page, all, page["@odata.deltaLink"].(string)
			}
		}
		t.Fatal("a round does not end")
		return nil, nil, ""
	}
	_, told, link := round(at + "/delta?$top=1")
	if diff := cmp.Diff([]any{"<p>rain</p>", "welcome"}, told); diff != "" {
		t.Fatalf("first round, of eight months: %s", diff)
	}
	root := pluck(f.get(t, at), "id")[1].(string)
	f.do(t, "POST", at+"/"+root+"/replies", `{"body":{"content":"late"}}`).wants(t, "reply", http.StatusCreated, "")
	a := f.do(t, "POST", at, `{"body":{"content":"new"}}`)
	f.do(t, "POST", at+"/"+a.json(t)["id"].(string)+"/softDelete", "").wants(t, "delete", http.StatusNoContent, "")
	page, told, link := round(link)
	if diff := cmp.Diff([]any{"welcome", ""}, told); diff != "" {
		t.Errorf("second round: %s", diff)
	}
	if pluck(page, "deletedDateTime")[0] == nil {
		t.Errorf("second round = %v, want the deleted message told as such", page)
	}
	if _, told, _ := round(link); told != nil {
		t.Errorf("third round = %v, want nothing", told)
	}
	if _, told, _ := round(at + "/delta?$filter=lastModifiedDateTime%20gt%20" + now.Add(-time.Hour).Format(time.RFC3339)); len(told) != 1 {
		t.Errorf("of the last hour = %v, want one", told)
	}
	for _, bad := range []string{"$filter=lastModifiedDateTime%20lt%202026-01-01T00:00:00Z", "$filter=subject%20eq%20'x'", "$orderby=createdDateTime%20desc", "$top=51"} {
		f.do(t, "GET", at+"/delta?"+bad, "").wants(t, bad, http.StatusBadRequest, "BadRequest")
	}
}

// TestSendersAtOnceGetIdsOfTheirOwn has two people send within one
// millisecond of the clock; every message is there, and told once.
func TestSendersAtOnceGetIdsOfTheirOwn(t *testing.T) {
	t.Parallel()
	f := teams(t)
	ops := f.with(t, opsID, teamScopes)
	const each = 30
	var work sync.WaitGroup
	for _, sender := range []*fixture{f, ops} {
		work.Go(func() {
			for range each {
				if a, err := sender.try(t, "POST", pairChat, `{"body":{"content":"at once"}}`); err != nil || a.status != http.StatusCreated {
					t.Errorf("send = %v, %v", a, err)
				}
			}
		})
		work.Go(func() {
			for range each {
				if a, err := sender.try(t, "GET", "/chats?$expand=lastMessagePreview,members", ""); err != nil || a.status != http.StatusOK {
					t.Errorf("list = %v, %v", a, err)
				}
			}
		})
	}
	work.Wait()
	seen := map[any]bool{}
	for link, pages := pairChat+"?$top=7", 0; link != "" && pages < 100; pages++ {
		page := f.get(t, link)
		for _, id := range pluck(page, "id") {
			if seen[id] {
				t.Errorf("message %v is told twice", id)
			}
			seen[id] = true
		}
		link, _ = page["@odata.nextLink"].(string)
	}
	if len(seen) != 2*each+2 {
		t.Errorf("the chat has %d messages, want %d", len(seen), 2*each+2)
	}
}

func TestTenantIsLeftAsItWas(t *testing.T) {
	t.Parallel()
	tenant := desks()
	f := setup(t, tenant).with(t, salesID, teamScopes)
	id := pluck(f.get(t, pairChat), "id")[0].(string)
	f.do(t, "PATCH", pairChat+"/"+id, `{"body":{"content":"changed"}}`).wants(t, "change", http.StatusNoContent, "")
	f.do(t, "POST", pairChat+"/"+id+"/setReaction", `{"reactionType":"like"}`).wants(t, "react", http.StatusNoContent, "")
	if diff := cmp.Diff(desks(), tenant); diff != "" {
		t.Error(diff)
	}
}

// FuzzTeamsBodies sends any body to whatever takes one.
func FuzzTeamsBodies(f *testing.F) {
	for _, seed := range []string{
		`{"body":{"content":"x"}}`, `{"body":{"contentType":"html","content":"<at id=\"0\">"},"mentions":[{"id":0,"mentioned":{"conversation":{}}}]}`, `{"reactionType":"like"}`,
		`{"displayName":"a","membershipType":"private","members":[{"user@odata.bind":"/users('` + opsID + `')","roles":["owner"]}]}`, `{"chatType":"group","topic":"t","members":[]}`,
		`{"user":{"id":"` + salesID + `"},"lastMessageReadDateTime":"2026-01-01T00:00:00Z"}`, `{"template@odata.bind":"teamsTemplates('x')","displayName":"y","memberSettings":{"allowDeleteChannels":0}}`,
		`{"sessionId":"s","availability":"Away","activity":"Away","expirationDuration":"PT1H"}`, `{"statusMessage":{"message":{"content":"x"},"expiryDateTime":{"dateTime":"2026-05-01T00:00:00","timeZone":"UTC"}}}`,
		`{"ids":["` + opsID + `"]}`, `null`, `[]`, `{"roles":null}`, `{"expirationDuration":"P1000000D"}`,
	} {
		f.Add(seed)
	}
	team, message := "/teams/"+deskTeam, pairChat+"/"+fmt.Sprint(now.Add(-80*time.Hour).UnixMilli())
	f.Fuzz(func(t *testing.T, body string) {
		s, err := graphtest.New(&graphtest.Options{Keys: keys, Issuer: issuer, Tenant: desks(), InMemory: true, Now: func() time.Time { return now }})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		x := (&fixture{Server: s}).with(t, salesID, teamScopes)
		for _, path := range []string{
			"POST /teams", "PATCH " + team, "POST " + team + "/channels", "POST " + team + "/members", "POST /chats", "POST " + pairChat, "PATCH " + message, "POST " + message + "/setReaction",
			"POST " + strings.TrimSuffix(pairChat, "/messages") + "/markChatUnreadForUser", "POST /me/presence/setPresence", "POST /me/presence/setUserPreferredPresence",
			"POST /me/presence/setStatusMessage", "POST /communications/getPresencesByUserId",
		} {
			method, path, _ := strings.Cut(path, " ")
			if a := x.do(t, method, path, body, "Content-Type", "application/json"); a.status >= http.StatusInternalServerError {
				t.Fatalf("%s %s with %q = %d %s", method, path, body, a.status, a.body)
			}
		}
	})
}
