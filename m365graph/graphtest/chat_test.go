package graphtest_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func bind(id string) string {
	return `{"@odata.type":"#microsoft.graph.aadUserConversationMember","roles":["owner"],"user@odata.bind":"https://graph.microsoft.com/v1.0/users('` + id + `')"}`
}

func TestChatsAreOnesOwn(t *testing.T) {
	t.Parallel()
	f := teams(t)
	page := f.get(t, "/me/chats?$expand=members,lastMessagePreview")
	if diff := cmp.Diff([]any{"oneOnOne", "group", "meeting"}, pluck(page, "chatType")); diff != "" {
		t.Errorf("chats, last written in first: %s", diff)
	}
	first := page["value"].([]any)[0].(map[string]any)
	if preview := first["lastMessagePreview"].(map[string]any); preview["body"].(map[string]any)["content"] != "second" {
		t.Errorf("preview = %v", preview)
	}
	if id := first["id"].(string); id != "19:"+salesID+"_"+opsID+"@unq.gbl.spaces" || len(first["members"].([]any)) != 2 {
		t.Errorf("first chat = %v", first)
	}
	for filter, want := range map[string][]any{
		"chatType eq 'group'":                                        {"Move"},
		"topic eq 'Shift'":                                           {"Shift"},
		"members/any(m:m/displayName eq 'Night Desk')":               {"Move", "Shift"},
		"lastMessagePreview/createdDateTime lt 2026-03-01T00:00:00Z": {"Move"},
	} {
		if diff := cmp.Diff(want, pluck(f.get(t, "/chats?$filter="+url.QueryEscape(filter)), "topic")); diff != "" {
			t.Errorf("%s: %s", filter, diff)
		}
	}
	if got := pluck(f.get(t, "/me/chats?$orderby=lastMessagePreview/createdDateTime%20desc&$expand=lastMessagePreview&$top=2"), "topic"); len(got) != 2 || got[1] != "Move" {
		t.Errorf("by last message = %v", got)
	}
	for _, bad := range []string{"$orderby=lastMessagePreview/createdDateTime", "$orderby=topic%20desc", "$top=51", "$skip=1", "$search=x", "$filter=x", "$expand=messages"} {
		f.do(t, "GET", "/me/chats?"+bad, "").wants(t, bad, http.StatusBadRequest, "BadRequest")
	}
	f.do(t, "GET", "/chats/19:"+opsID+"_"+nightID+"@unq.gbl.spaces", "").wants(t, "a chat of others", http.StatusForbidden, "Forbidden")
	f.do(t, "GET", "/chats/19:x@thread.v2", "").wants(t, "no chat", http.StatusNotFound, "NotFound")
	f.do(t, "GET", "/chats/x", "").wants(t, "no id", http.StatusBadRequest, "BadRequest")
}

func TestApplicationReadsChatsOfAUser(t *testing.T) {
	t.Parallel()
	f := teams(t)
	app := f.app(t, "Chat.Read.All")
	app.do(t, "GET", "/chats", "").wants(t, "chats of nobody", http.StatusPreconditionFailed, "PreconditionFailed")
	app.do(t, "GET", "/me/chats", "").wants(t, "chats of me", http.StatusBadRequest, "BadRequest")
	chats := pluck(app.get(t, "/users/"+nightID+"/chats"), "id")
	if len(chats) != 3 {
		t.Fatalf("chats = %v, want three", chats)
	}
	app.get(t, "/chats/"+chats[0].(string)+"/messages")
	app.get(t, "/users/night@contoso.example/chats/"+chats[0].(string)+"/messages")
	app.do(t, "GET", "/users/"+salesID+"/chats/19:"+opsID+"_"+nightID+"@unq.gbl.spaces", "").wants(t, "another one's chat", http.StatusNotFound, "NotFound")
	app.do(t, "POST", "/chats/"+chats[0].(string)+"/messages", `{"body":{"content":"x"}}`).wants(t, "send", http.StatusUnauthorized, "Unauthorized")
	f.app(t, "Teamwork.Migrate.All").do(t, "POST", "/chats/"+chats[0].(string)+"/messages", `{"body":{"content":"x"}}`).wants(t, "send for import", http.StatusUnauthorized, "Unauthorized")
	f.app(t, "User.Read.All").do(t, "GET", "/users/"+nightID+"/chats", "").wants(t, "without a role", http.StatusForbidden, "Forbidden")

	all := app.get(t, "/users/"+opsID+"/chats/getAllMessages?$top=2")
	if diff := cmp.Diff([]any{"1772326800000", "1772308800000"}, pluck(all, "id")); diff != "" || all["@odata.nextLink"] == nil {
		t.Errorf("all messages = %v: %s", all, diff)
	}
	app.do(t, "GET", "/users/"+opsID+"/chats/getAllMessages?model=C", "").wants(t, "unknown model", http.StatusBadRequest, "BadRequest")
	f.do(t, "GET", "/users/"+salesID+"/chats/getAllMessages", "").wants(t, "export by a person", http.StatusPreconditionFailed, "PreconditionFailed")
	posts := f.app(t, "ChannelMessage.Read.All").get(t, "/teams/"+deskTeam+"/channels/getAllMessages?model=A&$top=50")
	if got := pluck(posts, "id"); len(got) != 6 {
		t.Errorf("all posts = %v, want six", got)
	}
}

func TestOneOnOneChatIsMadeOnce(t *testing.T) {
	t.Parallel()
	f := teams(t)
	body := `{"chatType":"oneOnOne","members":[` + bind(salesID) + `,` + bind("night@contoso.example") + `]}`
	a, b := f.do(t, "POST", "/chats", body), f.with(t, nightID, teamScopes).do(t, "POST", "/chats", body)
	a.wants(t, "create", http.StatusCreated, "")
	b.wants(t, "create again", http.StatusCreated, "")
	id := a.json(t)["id"]
	if id != b.json(t)["id"] || len(pluck(f.get(t, "/chats"), "id")) != 4 {
		t.Errorf("ids %v and %v, want one chat", id, b.json(t)["id"])
	}
	f.do(t, "PATCH", "/chats/"+id.(string), `{"topic":"x"}`).wants(t, "name it", http.StatusBadRequest, "BadRequest")
	f.do(t, "POST", "/chats/"+id.(string)+"/members", bind(opsID)).wants(t, "add a third", http.StatusBadRequest, "BadRequest")
}

func TestGroupChat(t *testing.T) {
	t.Parallel()
	f := teams(t)
	a := f.do(t, "POST", "/chats", `{"chatType":"group","topic":"Stocktaking","members":[`+bind(salesID)+`,`+bind(opsID)+`]}`)
	a.wants(t, "create", http.StatusCreated, "")
	at := "/chats/" + a.json(t)["id"].(string)
	if a := f.do(t, "PATCH", at, `{"topic":"Stocktaking 2"}`); a.status != http.StatusOK || a.json(t)["topic"] != "Stocktaking 2" {
		t.Errorf("rename = %d %s", a.status, a.body)
	}
	night := f.with(t, nightID, teamScopes)
	night.do(t, "GET", at, "").wants(t, "before being added", http.StatusForbidden, "Forbidden")
	f.do(t, "POST", at+"/members", strings.Replace(bind(nightID), `"roles":["owner"],`, "", 1)).wants(t, "no role", http.StatusBadRequest, "BadRequest")
	f.do(t, "POST", at+"/members", bind(nightID)).wants(t, "add", http.StatusCreated, "")
	kinds := []any{}
	for _, v := range night.get(t, at+"/messages")["value"].([]any) {
		kinds = append(kinds, v.(map[string]any)["eventDetail"].(map[string]any)["@odata.type"])
	}
	if diff := cmp.Diff([]any{"#microsoft.graph.membersAddedEventMessageDetail", "#microsoft.graph.chatRenamedEventMessageDetail"}, kinds); diff != "" {
		t.Error(diff)
	}
	member := pluck(f.get(t, at+"/members"), "id")[2].(string)
	f.do(t, "DELETE", at+"/members/"+member, "").wants(t, "remove", http.StatusNoContent, "")
	night.do(t, "GET", at, "").wants(t, "after removal", http.StatusForbidden, "Forbidden")
	for _, bad := range []string{
		`{}`, `{"chatType":"group"}`, `{"chatType":"meeting","members":[]}`, `{"chatType":"oneOnOne","members":[` + bind(salesID) + `]}`,
		`{"chatType":"oneOnOne","topic":"x","members":[` + bind(salesID) + `,` + bind(opsID) + `]}`, `{"chatType":"oneOnOne","members":[` + bind(salesID) + `,` + bind(salesID) + `]}`,
		`{"chatType":"group","topic":"a:b","members":[` + bind(salesID) + `,` + bind(opsID) + `]}`, `{"chatType":["group"]}`, `null`, `{"members":{}}`,
	} {
		f.do(t, "POST", "/chats", bad).wants(t, bad, http.StatusBadRequest, "BadRequest")
	}
	f.do(t, "POST", "/chats", `{"chatType":"group","members":[`+bind(opsID)+`,`+bind(nightID)+`]}`).wants(t, "without oneself", http.StatusForbidden, "Forbidden")
}

func TestChatIsMarkedForAPerson(t *testing.T) {
	t.Parallel()
	f := teams(t)
	at := "/chats/19:" + salesID + "_" + opsID + "@unq.gbl.spaces"
	me := `{"user":{"id":"` + salesID + `","tenantId":"` + tenantID + `"}`
	f.do(t, "POST", at+"/markChatReadForUser", me+`}`).wants(t, "mark read", http.StatusNoContent, "")
	f.do(t, "POST", at+"/hideForUser", me+`}`).wants(t, "hide", http.StatusNoContent, "")
	view := f.get(t, at)["viewpoint"].(map[string]any)
	if view["isHidden"] != true || view["lastMessageReadDateTime"] != now.Format("2006-01-02T15:04:05Z") {
		t.Errorf("viewpoint = %v", view)
	}
	f.do(t, "POST", at+"/markChatUnreadForUser", me+`,"lastMessageReadDateTime":"2026-01-02T03:04:05Z"}`).wants(t, "mark unread", http.StatusNoContent, "")
	f.do(t, "POST", at+"/unhideForUser", me+`}`).wants(t, "unhide", http.StatusNoContent, "")
	view = f.get(t, at)["viewpoint"].(map[string]any)
	if view["isHidden"] != false || view["lastMessageReadDateTime"] != "2026-01-02T03:04:05Z" {
		t.Errorf("viewpoint = %v", view)
	}
	f.do(t, "POST", at+"/hideForUser", `{"user":{"id":"`+opsID+`"}}`).wants(t, "hide for somebody else", http.StatusForbidden, "Forbidden")
	f.do(t, "POST", at+"/hideForUser", `{"user":{"id":"`+nightID+`"}}`).wants(t, "hide for a stranger", http.StatusBadRequest, "BadRequest")
	f.do(t, "POST", at+"/hideForUser", `{"user":7}`).wants(t, "broken", http.StatusBadRequest, "BadRequest")
}
