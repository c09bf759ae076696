package m365graph

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestScopeOf(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]scope{
		"/me/messages":                          {serviceMailbox, "me"},
		"/me/mailFolders/inbox/messages/delta":  {serviceMailbox, "me"},
		"/me/calendarView/delta()":              {serviceMailbox, "me"},
		"/me/reminderView(startDateTime='x')":   {serviceMailbox, "me"},
		"/users/u1/sendMail":                    {serviceMailbox, "u1"},
		"/groups/g1/events":                     {serviceMailbox, "g1"},
		"/me/drive/root:/a/b:/content":          {serviceDrive, "me"},
		"/drive/root":                           {serviceDrive, "me"},
		"/drives/d1/items/i1":                   {serviceDrive, "d1"},
		"/sites/contoso.sharepoint.com,1,2/":    {serviceDrive, "contoso.sharepoint.com,1,2"},
		"/users/u1/chats":                       {serviceTeams, ""},
		"/teams/t1/channels":                    {serviceTeams, ""},
		"/chats/c1/messages":                    {serviceTeams, ""},
		"/me":                                   {serviceOther, "users"},
		"/users":                                {serviceOther, "users"},
		"/users/u1/memberOf":                    {serviceOther, "users"},
		"/users/delta()":                        {serviceOther, "users"},
		"/$batch":                               {serviceOther, "$batch"},
		"/search/query":                         {serviceOther, "search"},
		"/directoryObjects/microsoft.graph.get": {serviceOther, "directoryObjects"},
		"":                                      {serviceOther, ""},
	} {
		if diff := cmp.Diff(want, scopeOf(path), cmp.AllowUnexported(scope{})); diff != "" {
			t.Errorf("scopeOf(%q) (-want +got):\n%s", path, diff)
		}
	}
}

func TestRouteOfShowsNothingOfPeople(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"/me": "/me",
		"/users/sales@contoso.example/messages/AAMk=":     "/users/{id}/messages/{id}",
		"/me/mailFolders/inbox/messages":                  "/me/mailFolders/{id}/messages",
		"/me/drive/root:/Plans/2026/Merger.docx:/content": "/me/drive/root:/{id}/content",
		"/drives/d/root/search(q='merger')":               "/drives/{id}/root/search(…)",
		"/users/delta()":                                  "/users/delta(…)",
		"/me/messages/microsoft.graph.delta()":            "/me/messages/microsoft.graph.delta(…)",
		"/getMailTips(secret='x')/secret(getMailTips)":    "/getMailTips(…)/{id}",
		"/$batch":                           "/$batch",
		"content on contoso.sharepoint.com": "content on contoso.sharepoint.com",
		"":                                  "",
	} {
		if got := routeOf(path); got != want {
			t.Errorf("routeOf(%q) = %q, want %q", path, got, want)
		}
	}
}

func FuzzRouteOf(f *testing.F) {
	f.Add("/users/sales@contoso.example/messages/AAMk=")
	f.Add("/me/drive/root:/a b/Merger.docx:/content")
	f.Add("/search(q='a/b')/x//")
	shape := regexp.MustCompile(`^(microsoft\.graph\.)?([$A-Za-z]+):?(\(…\))?$`)
	f.Fuzz(func(t *testing.T, path string) {
		if strings.HasPrefix(path, contentPath) {
			return
		}
		for element := range strings.SplitSeq(strings.TrimPrefix(routeOf(path), "/"), "/") {
			m := shape.FindStringSubmatch(element)
			if element == "" || element == "{id}" {
				continue
			}
			if _, known := routeWords[strings.TrimSpace(append(m, "", "", "")[2])]; !known {
				t.Errorf("routeOf(%q) shows %q", path, element)
			}
		}
	})
}

func BenchmarkScopeAndLimiter(b *testing.B) {
	l := newLimiter(Limits{}, 0)
	b.ReportAllocs()
	for b.Loop() {
		s := scopeOf("/users/sales@contoso.example/messages/AAMk")
		if err := l.enter(b.Context(), s, 1, time.Time{}); err != nil {
			b.Fatal(err)
		}
		l.leave(s, true)
	}
}

// An application that visits ten thousand mailboxes keeps no trace of
// them all.
func TestScopesAtRestAreForgotten(t *testing.T) {
	t.Parallel()
	l := newLimiter(Limits{}, 0)
	held := scope{serviceMailbox, "held"}
	for i := range 10_000 {
		s := scope{serviceMailbox, string(rune('a'+i%26)) + strings.Repeat("x", i%100) + string(rune('a'+i/2600))}
		if i == 7 {
			s = held
		}
		if err := l.enter(t.Context(), s, 1, time.Time{}); err != nil {
			t.Fatal(err)
		}
		if s != held {
			l.leave(s, true)
		}
		if n := len(l.lanes); n > 2*fewLanes {
			t.Fatalf("%d scopes are kept, want at most %d", n, 2*fewLanes)
		}
	}
	if l.lanes[held] == nil || l.lanes[held].busy != 1 {
		t.Error("a scope in use was forgotten")
	}
}
