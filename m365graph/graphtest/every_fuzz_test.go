package graphtest_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/m365go/sdk/m365graph/graphtest"
)

// FuzzEveryRoute begins at requests that succeed, of each route there is, and
// changes ids, options, headers and values of the body. No answer may be a
// failure of the server's own, a refused request leaves everything as it was,
// and all that is stored can be read.
func FuzzEveryRoute(f *testing.F) {
	routes := graphtest.RouteTable()
	for i := range routes {
		f.Add(uint16(i), []byte{byte(i), 1, 2, byte(7 * i), byte(i), byte(3 * i), 2, byte(5 * i), byte(i), byte(11 * i), byte(13 * i), 1, byte(i), byte(i)}, "x'\"y")
	}
	w := newWhole(f, nil)
	f.Fuzz(func(t *testing.T, route uint16, plan []byte, extra string) {
		if len(extra) > 10_000 {
			return
		}
		r := &routes[int(route)%len(routes)]
		q := w.mutated((*choices)(&plan), r, extra)
		if !sendable(q) {
			return
		}
		before := w.Changes()
		a, err := w.try(t, q.method, q.target, q.body, q.header...)
		if err != nil {
			t.Fatalf("%s %s: %v", q.method, q.target, err)
		}
		checkAnswer(t, q, a)
		changed := w.Difference(w.made)
		if changed == "" && w.Changes() != before {
			changed = "the journal"
		}
		switch {
		case changed == "":
			return
		case r.Method == http.MethodGet || a.status >= 400:
			t.Errorf("%s %s %.2000q = %d %s, and changed %s", q.method, q.target, q.body, a.status, a.body, changed)
		}
		for _, path := range w.sweep() {
			got := w.do(t, "GET", path, "")
			if got.status >= 500 || got.status < 300 && !json.Valid(got.body) {
				t.Errorf("GET %s = %d %s, after %s %s %.2000q", path, got.status, got.body, q.method, q.target, q.body)
			}
		}
		if err := w.Restore(w.made); err != nil {
			t.Fatal(err)
		}
	})
}

// sendable tells whether a client could send the request at all.
func sendable(q request) bool {
	u, err := url.Parse(q.target)
	if err != nil || strings.ContainsFunc(u.EscapedPath(), func(r rune) bool { return r <= ' ' || r >= 0x7f }) {
		return false
	}
	_, err = http.NewRequest(q.method, "https://host"+u.EscapedPath(), nil) //nolint:noctx // not sent
	return err == nil
}

// checkAnswer holds an answer to what is true of all of them.
func checkAnswer(t *testing.T, q request, a *answer) {
	t.Helper()
	what := q.method + " " + q.target
	if a.header.Get("Content-Encoding") == "gzip" {
		plain, err := inflate(t, a.body)
		if err != nil {
			t.Errorf("%s is compressed, and cannot be read: %v", what, err)
		}
		a = &answer{a.status, a.header, plain}
	}
	if a.status >= 500 && a.status != http.StatusInsufficientStorage {
		t.Errorf("%s %.2000q %q = %d %s", what, q.body, q.header, a.status, a.body)
	}
	isJSON := strings.HasPrefix(a.header.Get("Content-Type"), "application/json")
	if a.status < 300 && isJSON && !strings.HasSuffix(strings.SplitN(q.target, "?", 2)[0], "/content") && !json.Valid(a.body) {
		t.Errorf("%s %.2000q = %d %s, which is not JSON", what, q.body, a.status, a.body)
	}
	if a.status < 400 {
		return
	}
	var e struct {
		Error struct{ Code, Message string }
	}
	if err := json.Unmarshal(a.body, &e); err != nil || e.Error.Code == "" || !isJSON {
		t.Errorf("%s %.2000q = %d %s, want the error of Graph's form", what, q.body, a.status, a.body)
	}
	if bytes.Contains(a.body, []byte("goroutine ")) {
		t.Errorf("%s tells of the server's insides: %s", what, a.body)
	}
}

// sweep are reads of all that a write could have spoilt.
func (w *whole) sweep() []string {
	team, chat := "/teams/"+deskTeam, "/chats/"+w.ids["{chat}"]
	channel := team + "/channels/" + w.ids["{channel}"]
	return []string{
		"/me", "/users?$top=999", "/groups", "/groups/delta", "/users/delta", "/groups/" + brandGroup + "/members", "/me/mailboxSettings",
		"/me/messages?$top=100&$expand=attachments&$orderby=receivedDateTime%20desc", "/me/mailFolders?includeHiddenFolders=true&$expand=childFolders", "/me/mailFolders/TOP/messages/delta", "/me/mailFolders/inbox/messageRules", "/me/outlook/masterCategories",
		"/me/messages?$search=%22x%22", "/me/contacts?$top=100", "/me/contacts/delta", "/me/todo/lists", "/me/contactFolders?$expand=childFolders", "/users/" + opsID + "/calendar",
		"/me/events?$top=100&$expand=attachments", "/me/calendarView?startDateTime=2026-01-01T00:00:00Z&endDateTime=2026-12-31T00:00:00Z&$top=200", "/me/calendars", "/me/calendarGroups", "/me/calendar/calendarPermissions",
		"/me/reminderView(startDateTime='2026-01-01T00:00:00Z',endDateTime='2026-12-31T00:00:00Z')",
		"/me/drive", "/me/drive/root/delta", "/me/drive/root/children?$expand=permissions,thumbnails,versions", "/me/drive/items/dir/children", "/me/drive/root/search(q='x')",
		"/sites?search=*", "/sites/" + marketing + "/lists?$expand=columns", "/sites/" + marketing + "/lists/Inventory/items?$expand=fields", "/sites/" + marketing + "/lists/Inventory/items/delta",
		"/me/joinedTeams", team, team + "/channels", team + "/members", channel + "/messages?$expand=replies", channel + "/messages/delta", "/me/chats?$expand=members,lastMessagePreview", chat + "/messages", "/me/presence", "/subscriptions",
	}
}
