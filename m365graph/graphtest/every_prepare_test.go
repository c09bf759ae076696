package graphtest_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"
)

// step is a request that makes or finds what parameters stand for.
type step struct {
	end          string // where the id goes; "": nowhere
	method, path string // a spelling, or the name of an address
	body         string
	at           string // where the answer has the id, as follow reads it; "": at id
	header       []string
}

// steps come one after the other: paths may need the ids of those before.
var steps = []step{
	{end: "{rule}", method: "POST", path: "/me/mailFolders/inbox/messageRules", body: seedRule},
	{end: "{category}", method: "POST", path: "/me/outlook/masterCategories", body: `{"displayName":"Blue","color":"preset1"}`},
	{end: "{override}", method: "POST", path: "/me/inferenceClassification/overrides", body: `{"classifyAs":"other","senderEmailAddress":{"address":"ops@contoso.example"}}`},
	{end: "attachment upload", method: "POST", path: "/me/messages/{message}/attachments/createUploadSession", body: seedMailSession, at: "uploadUrl"},
	{end: "event upload", method: "POST", path: "/me/events/{event}/attachments/createUploadSession", body: seedMailSession, at: "uploadUrl"},

	{end: "todo/lists/{list}", method: "POST", path: "/me/todo/lists", body: `{"displayName":"Errands"}`},
	{end: "{task}", method: "POST", path: "/me/todo/lists/{list}/tasks", body: seedTask},
	{end: "checklistItems/{part}", method: "POST", path: "/me/todo/lists/{list}/tasks/{task}/checklistItems", body: seedChecklistItem},
	{end: "linkedResources/{part}", method: "POST", path: "/me/todo/lists/{list}/tasks/{task}/linkedResources", body: seedLinkedResource},
	{end: "spare group", method: "POST", path: "/me/calendarGroups", body: `{"name":"Spare"}`},
	{end: "spare calendar", method: "POST", path: "/me/calendars", body: `{"name":"Spare"}`},
	{end: "calendarGroups/{group}", method: "GET", path: "/me/calendarGroups", at: "value/0/id"},
	{end: "calendarPermissions/{permission}", method: "POST", path: "/me/calendar/calendarPermissions", body: seedCalendarPermission},

	{method: "PUT", path: "/me/drive/items/file/content", body: seedPicture, header: []string{"Content-Type", "image/png"}},
	{method: "POST", path: "/me/drive/items/out/checkout"},
	{method: "DELETE", path: "/me/drive/items/gone"},
	{end: "permissions/{permission}", method: "POST", path: "/me/drive/items/file/invite", body: `{"recipients":[{"email":"night@contoso.example"}],"roles":["write"],"requireSignIn":true}`, at: "value/0/id"},
	{end: "{share}", method: "POST", path: "/me/drive/items/file/createLink", body: `{"type":"view","scope":"organization"}`, at: "link/webUrl"},
	{end: "upload", method: "POST", path: "/me/drive/items/dir/children/up.bin/createUploadSession", body: `{}`, at: "uploadUrl"},
	{end: "complete upload", method: "POST", path: "/me/drive/items/dir/children/full.bin/createUploadSession", body: `{"deferCommit":true}`, at: "uploadUrl"},
	{method: "PUT", path: "complete upload", body: "abc", header: []string{"Authorization", "-", "Content-Range", "bytes 0-2/3"}},
	{end: "download", method: "GET", path: "/me/drive/items/file", at: "@microsoft.graph.downloadUrl"},
	{end: "thumbnail", method: "GET", path: "/me/drive/items/file/thumbnails", at: "value/0/large/url"},
	{end: "monitor", method: "POST", path: "/me/drive/items/file/copy", body: `{"name":"copy.png"}`, at: "Location"},
	{end: "sites/{site}/permissions/{permission}", method: "GET", path: "/sites/{site}/permissions", at: "value/0/id"},
	{end: "{subsite}", method: "GET", path: "/sites/{site}/sites", at: "value/0/id"},

	{end: "{channel}", method: "GET", path: "/teams/{team}/channels", at: "value/displayName=Prices/id"},
	{end: "Wages", method: "GET", path: "/teams/{team}/channels", at: "value/displayName=Wages/id"},
	{end: "teams/{team}/members/{member}", method: "GET", path: "/teams/{team}/members", at: "value/userId=" + opsID + "/id"},
	{end: "Wages member", method: "GET", path: "/teams/{team}/channels/Wages/members", at: "value/userId=" + opsID + "/id"},
	{end: "channels/{channel}/members/{member}", method: "GET", path: "/teams/{team}/channels/{channel}/members", at: "value/userId=" + opsID + "/id"},
	{end: "channels/{channel}/messages/{message}", method: "POST", path: "/teams/{team}/channels/{channel}/messages", body: seedSent},
	{end: "channels/{channel}/messages/{message}/hostedContents/{hosted}", method: "GET", path: "/teams/{team}/channels/{channel}/messages/{message}/hostedContents", at: "value/0/id"},
	{end: "{reply}", method: "POST", path: "/teams/{team}/channels/{channel}/messages/{message}/replies", body: seedSent},
	{end: "replies/{reply}/hostedContents/{hosted}", method: "GET", path: "/teams/{team}/channels/{channel}/messages/{message}/replies/{reply}/hostedContents", at: "value/0/id"},
	{end: "{chat}", method: "GET", path: "/chats", at: "value/chatType=group/id"},
	{end: "chats/{chat}/members/{member}", method: "GET", path: "/chats/{chat}/members", at: "value/userId=" + opsID + "/id"},
	{end: "chats/{chat}/messages/{message}", method: "POST", path: "/chats/{chat}/messages", body: seedSent},
	{end: "{hosted}", method: "GET", path: "/chats/{chat}/messages/{message}/hostedContents", at: "value/0/id"},
	{method: "POST", path: "/me/presence/setPresence", body: `{"sessionId":"made","availability":"Away","activity":"Away"}`},
	{end: "{subscription}", method: "POST", path: "/subscriptions", body: subscription(map[string]any{"expirationDateTime": now.Add(time.Hour).Format(time.RFC3339)})},
}

// prepare takes the steps.
func (w *whole) prepare(t testing.TB) {
	t.Helper()
	for _, s := range steps {
		target := w.ids[s.path]
		if target == "" {
			target = w.fill(s.path, on("Wages", "Wages"))
		}
		a := w.do(t, s.method, target, s.body, s.header...)
		if a.status >= 300 {
			t.Fatalf("%s %s = %d %s", s.method, target, a.status, a.body)
		}
		if s.end == "" {
			continue
		}
		id := a.header.Get(s.at)
		if id == "" {
			var v any
			if err := json.Unmarshal(a.body, &v); err != nil {
				t.Fatalf("%s %s = %s: %v", s.method, target, a.body, err)
			}
			if s.at == "" {
				s.at = "id"
			}
			id, _ = follow(v, s.at).(string)
		}
		if id == "" {
			t.Fatalf("%s %s = %s without %s", s.method, target, a.body, s.at)
		}
		if s.end == "{share}" {
			id = "u!" + base64.RawURLEncoding.EncodeToString([]byte(id))
		}
		w.ids[s.end] = id
	}
}

// follow takes a path into JSON: names, places in lists, and name=value for the
// entry of a list that has it.
func follow(v any, path string) any {
	for name := range strings.SplitSeq(path, "/") {
		switch in := v.(type) {
		case map[string]any:
			v = in[name]
		case []any:
			v = entry(in, name)
		default:
			return nil
		}
	}
	return v
}

func entry(list []any, name string) any {
	member, value, named := strings.Cut(name, "=")
	place, _ := strconv.Atoi(name)
	for i, v := range list {
		if o, _ := v.(map[string]any); named && fmt.Sprint(o[member]) == value || !named && i == place {
			return v
		}
	}
	return nil
}
