package graphtest_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// post is do with POST, a status expected, and the answer decoded if it has
// a body.
func (f *fixture) post(t *testing.T, status int, path, body string, header ...string) map[string]any {
	t.Helper()
	a := f.do(t, "POST", path, body, header...)
	if a.status != status {
		t.Fatalf("POST %s = %d %s, want %d", path, a.status, a.body, status)
	}
	if len(a.body) == 0 {
		return nil
	}
	return a.json(t)
}

func TestMessageIsMovedCopiedAndDeletedInStepWithDelta(t *testing.T) {
	t.Parallel()
	f := setup(t, archive(3))
	immutable := []string{"Prefer", `IdType="ImmutableId"`}
	_, inbox := f.round(t, "/me/mailFolders/inbox/messages/delta?$select=subject")
	_, stable := f.round(t, "/me/mailFolders/inbox/messages/delta?$select=subject", immutable...)
	_, store := f.round(t, "/me/mailFolders/archive/messages/delta?$select=subject")
	before := messageBySubject(t, f, "message 1")
	path := "/me/messages/" + before["id"].(string)
	constant := f.get(t, path, immutable...)["id"].(string)

	moved := f.post(t, http.StatusCreated, path+"/move", `{"destinationId":"archive"}`)
	if moved["id"] == before["id"] || moved["parentFolderId"] != f.get(t, "/me/mailFolders/archive")["id"] || moved["changeKey"] == before["changeKey"] {
		t.Errorf("move = %v, want another id in Archive", moved)
	}
	if a := f.do(t, "GET", path, ""); a.status != http.StatusNotFound {
		t.Errorf("GET of the old id = %d, want 404", a.status)
	}
	if got := f.get(t, "/me/messages/"+constant); got["id"] != moved["id"] {
		t.Errorf("GET of the immutable id = %v, want the moved message", got["id"])
	}
	copied := f.post(t, http.StatusCreated, "/me/messages/"+constant+"/copy", `{"destinationId":"drafts"}`)
	if copied["id"] == moved["id"] || copied["internetMessageId"] != before["internetMessageId"] || copied["conversationId"] != before["conversationId"] {
		t.Errorf("copy = %v, want a message of the same conversation", copied)
	}
	if a := f.do(t, "DELETE", "/me/messages/"+messageBySubject(t, f, "message 2")["id"].(string), ""); a.status != http.StatusNoContent {
		t.Fatalf("DELETE = %d %s, want 204", a.status, a.body)
	}
	for _, tt := range []struct {
		link, want string
		header     []string
	}{{inbox, "-,-", nil}, {stable, "-,-", immutable}, {store, "message 1", nil}} {
		items, _ := f.round(t, tt.link, tt.header...)
		if got := told(items); got != tt.want {
			t.Errorf("round = %s, want %s", got, tt.want)
		}
		if tt.header != nil && items[0]["id"] != constant {
			t.Errorf("removed id = %v, want the immutable one %v", items[0]["id"], constant)
		}
		if tt.want == "-,-" && items[0]["@odata.type"] != "#microsoft.graph.message" {
			t.Errorf("removed item = %v, want its type", items[0])
		}
	}
	if all, _ := walk(t, f, "/me/messages"); len(all) != 3 {
		t.Errorf("the mailbox shows %q, want what was deleted out of sight", all)
	}
	gone := f.get(t, "/me/mailFolders/recoverableitemsdeletions/messages")["value"].([]any)
	if len(gone) != 1 {
		t.Fatalf("recoverable items = %v, want the deleted message", gone)
	}
	f.post(t, http.StatusNoContent, "/me/messages/"+gone[0].(map[string]any)["id"].(string)+"/permanentDelete", "")
	if n := f.get(t, "/me/mailFolders/recoverableitemsdeletions")["totalItemCount"]; n != 0.0 {
		t.Errorf("after permanentDelete %v are left, want none", n)
	}
}

func TestMoveIsRefused(t *testing.T) {
	t.Parallel()
	f := setup(t, archive(1))
	m := messageBySubject(t, f, "message 0")
	path := "/me/messages/" + m["id"].(string)
	for _, tt := range []struct {
		method, path, body string
		status             int
		code               string
	}{
		{"POST", path + "/move", `{}`, 400, "ErrorMissingArgument"},
		{"POST", path + "/move", `{"destinationId":7}`, 400, "BadRequest"},
		{"POST", path + "/move", `{"destinationId":"attic"}`, 400, "ErrorInvalidIdMalformed"},
		{"POST", path + "/copy", `{"destinationId":"` + strings.Repeat("A", 40) + `"}`, 404, "ErrorItemNotFound"},
		{"POST", "/me/messages/" + strings.Repeat("A", 52) + "/move", `{"destinationId":"inbox"}`, 404, "ErrorItemNotFound"},
		{"DELETE", "/me/messages/x", "", 400, "ErrorInvalidIdMalformed"},
		{"DELETE", path + "?$select=id", "", 400, "RequestBroker--ParseUri"},
	} {
		a := f.do(t, tt.method, tt.path, tt.body)
		if a.status != tt.status || a.code(t) != tt.code {
			t.Errorf("%s %s %s = %d %s, want %d %s", tt.method, tt.path, tt.body, a.status, a.body, tt.status, tt.code)
		}
	}
	if a := f.do(t, "DELETE", path, "", "If-Match", `W/"x"`); a.status != http.StatusPreconditionFailed || a.code(t) != "ErrorIrresolvableConflict" {
		t.Errorf("DELETE of another version = %d %s, want 412", a.status, a.body)
	}
}

func TestFoldersAreWritten(t *testing.T) {
	t.Parallel()
	f := setup(t, correspondence())
	_, link := f.round(t, "/me/mailFolders/delta?$select=displayName")
	a := f.post(t, http.StatusCreated, "/me/mailFolders", `{"displayName":" Offers "}`)
	if a["displayName"] != "Offers" || a["isHidden"] != false {
		t.Errorf("created = %v, want Offers", a)
	}
	offers := "/me/mailFolders/" + a["id"].(string)
	b := f.post(t, http.StatusCreated, offers+"/childFolders", `{"displayName":"Old","isHidden":true}`)
	deep := f.post(t, http.StatusCreated, offers+"/childFolders/"+b["id"].(string)+"/childFolders", `{"displayName":"Older"}`)
	if got := f.get(t, offers+"/childFolders/"+b["id"].(string)+"/childFolders/"+deep["id"].(string)); got["displayName"] != "Older" {
		t.Errorf("the folder three deep = %v, want Older", got)
	}
	if n := len(f.get(t, offers+"/childFolders")["value"].([]any)); n != 0 {
		t.Errorf("%d children are shown, want the hidden one hidden", n)
	}
	if n := len(f.get(t, offers+"/childFolders?includeHiddenFolders=true")["value"].([]any)); n != 1 {
		t.Errorf("%d children with hidden ones, want 1", n)
	}
	if got := f.do(t, "PATCH", offers, `{"displayName":"Quotes"}`).json(t); got["displayName"] != "Quotes" || got["id"] != a["id"] {
		t.Errorf("renamed = %v, want Quotes under the same id", got)
	}
	inbox := messageBySubject(t, f, "Plant tour")
	f.post(t, http.StatusCreated, "/me/messages/"+inbox["id"].(string)+"/move", `{"destinationId":"`+a["id"].(string)+`"}`)
	copied := f.post(t, http.StatusCreated, offers+"/copy", `{"destinationId":"archive"}`)
	if copied["id"] == a["id"] || copied["totalItemCount"] != 1.0 {
		t.Errorf("copy = %v, want a folder of its own with one message", copied)
	}
	moved := f.post(t, http.StatusCreated, offers+"/move", `{"destinationId":"junkemail"}`)
	if moved["parentFolderId"] != f.get(t, "/me/mailFolders/junkemail")["id"] || moved["id"] != a["id"] {
		t.Errorf("moved = %v, want it below Junk Email under the same id", moved)
	}
	for range 2 { // into the deleted items, then away
		if got := f.do(t, "DELETE", offers, ""); got.status != http.StatusNoContent {
			t.Fatalf("DELETE = %d %s, want 204", got.status, got.body)
		}
	}
	if got := f.do(t, "GET", offers, ""); got.status != http.StatusNotFound {
		t.Errorf("GET of a folder that is gone = %d, want 404", got.status)
	}
	names := map[string]bool{}
	items, _ := f.round(t, link)
	for _, v := range items {
		name, _ := v["displayName"].(string)
		names[name] = v["@removed"] != nil
	}
	if diff := cmp.Diff(map[string]bool{"": true, "Quotes": false, "Inbox": false, "Archive": false, "Junk Email": false, "Deleted Items": false}, names); diff != "" {
		t.Errorf("folders of the round (-want +got):\n%s", diff)
	}
}

func TestFolderIsRefused(t *testing.T) {
	t.Parallel()
	f := setup(t, correspondence())
	projects := f.get(t, "/me/mailFolders?$filter=displayName+eq+'Projects'&$expand=childFolders")["value"].([]any)[0].(map[string]any)
	id, child := projects["id"].(string), projects["childFolders"].([]any)[0].(map[string]any)["id"].(string)
	for _, tt := range []struct {
		method, path, body string
		status             int
		code               string
	}{
		{"POST", "/me/mailFolders", `{}`, 400, "ErrorMissingArgument"},
		{"POST", "/me/mailFolders", `{"displayName":3}`, 400, "BadRequest"},
		{"POST", "/me/mailFolders", `{"displayName":"  "}`, 400, "ErrorInvalidArgument"},
		{"POST", "/me/mailFolders", `{"displayName":"projects"}`, 409, "ErrorFolderExists"},
		{"PATCH", "/me/mailFolders/inbox", `{"displayName":"Post"}`, 400, "ErrorInvalidArgument"},
		{"PATCH", "/me/mailFolders/" + id, `{"displayName":"Inbox"}`, 409, "ErrorFolderExists"},
		{"DELETE", "/me/mailFolders/inbox", ``, 400, "ErrorDeleteDistinguishedFolder"},
		{"POST", "/me/mailFolders/inbox/move", `{"destinationId":"archive"}`, 400, "ErrorMoveCopyFailed"},
		{"POST", "/me/mailFolders/" + id + "/move", `{"destinationId":"` + child + `"}`, 400, "ErrorMoveCopyFailed"},
		{"POST", "/me/mailFolders/" + id + "/move", `{"destinationId":"recoverableitemsdeletions"}`, 400, "ErrorMoveCopyFailed"},
		{"POST", "/me/mailFolders/" + id + "/permanentDelete?$top=1", ``, 400, "RequestBroker--ParseUri"},
	} {
		a := f.do(t, tt.method, tt.path, tt.body)
		if a.status != tt.status || a.code(t) != tt.code {
			t.Errorf("%s %s %s = %d %s, want %d %s", tt.method, tt.path, tt.body, a.status, a.body, tt.status, tt.code)
		}
	}
}

func TestSearchFolderFindsMessages(t *testing.T) {
	t.Parallel()
	f := setup(t, archive(6))
	inbox := f.get(t, "/me/mailFolders/inbox")["id"].(string)
	a := f.post(t, http.StatusCreated, "/me/mailFolders/searchfolders/childFolders",
		`{"@odata.type":"microsoft.graph.mailSearchFolder","displayName":"Unread","includeNestedFolders":true,"sourceFolderIds":["`+inbox+`"],"filterQuery":"isRead eq false"}`)
	if a["@odata.type"] != "#microsoft.graph.mailSearchFolder" || a["totalItemCount"] != 3.0 {
		t.Fatalf("search folder = %v, want three messages in it", a)
	}
	if got, _ := walk(t, f, "/me/mailFolders/"+a["id"].(string)+"/messages"); strings.Join(got, ",") != "message 1,message 3,message 5" {
		t.Errorf("found %q, want the unread ones", got)
	}
	for _, body := range []string{`{"filterQuery":"isRead eq"}`, `{"sourceFolderIds":["attic"]}`} {
		if got := f.do(t, "PATCH", "/me/mailFolders/"+a["id"].(string), body); got.status != http.StatusBadRequest {
			t.Errorf("PATCH %s = %d %s, want 400", body, got.status, got.body)
		}
	}
}
