package graphtest_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/m365go/sdk/m365graph/graphtest"
)

// archive is the office with n messages in the inbox, the newest first:
// "message 0", read if even, an hour apart.
func archive(n int) *graphtest.Tenant {
	tenant := office()
	inbox := &graphtest.MailFolder{DisplayName: "Inbox"}
	for i := range n {
		inbox.Messages = append(inbox.Messages, &graphtest.Message{
			Subject: fmt.Sprintf("message %d", i), IsRead: i%2 == 0, Importance: []string{"low", "normal", "high"}[i%3],
			From:             &graphtest.Recipient{Name: "Operations", Address: "ops@contoso.example"},
			ReceivedDateTime: now.Add(-time.Duration(i) * time.Hour),
		})
	}
	tenant.Users[0].Folders = []*graphtest.MailFolder{inbox}
	return tenant
}

// subjects gives those of a page.
func subjects(page map[string]any) []string {
	var got []string
	for _, v := range page["value"].([]any) {
		got = append(got, fmt.Sprint(v.(map[string]any)["subject"]))
	}
	return got
}

// walk follows the next links and gives all subjects and the sizes of the
// pages.
func walk(t *testing.T, f *fixture, path string, header ...string) (all []string, sizes []int) {
	t.Helper()
	for link := path; link != ""; {
		page := f.get(t, link, header...)
		got := subjects(page)
		all, sizes = append(all, got...), append(sizes, len(got))
		if len(sizes) > 1000 {
			t.Fatal("the list does not end")
		}
		link, _ = page["@odata.nextLink"].(string)
	}
	return all, sizes
}

func numbered(from, to int) []string {
	var want []string
	for i := from; i < to; i++ {
		want = append(want, fmt.Sprintf("message %d", i))
	}
	return want
}

func TestListIsPaged(t *testing.T) {
	t.Parallel()
	f := setup(t, archive(25))
	for _, tt := range []struct {
		name, query string
		header      []string
		want        []string
		sizes       []int
	}{
		{"by default in tens", "", nil, numbered(0, 25), []int{10, 10, 5}},
		{"by $top", "?$top=12", nil, numbered(0, 25), []int{12, 12, 1}},
		{"evenly without an empty page", "?$top=5", nil, numbered(0, 25), []int{5, 5, 5, 5, 5}},
		{"in one", "?$top=1000", nil, numbered(0, 25), []int{25}},
		{"after $skip", "?$top=10&$skip=20", nil, numbered(20, 25), []int{5}},
		{"after all", "?$skip=30", nil, nil, []int{0}},
		{"with nothing asked for", "?$top=0", nil, nil, []int{0}},
		{"by preference", "", []string{"Prefer", "odata.maxpagesize=9"}, numbered(0, 25), []int{9, 9, 7}},
		{"encoded", "?%24top=20&%24select=subject", nil, numbered(0, 25), []int{20, 5}},
		{"with a filter", "?$filter=isRead%20eq%20true&$top=6", nil, []string{
			"message 0", "message 2", "message 4", "message 6", "message 8", "message 10", "message 12",
			"message 14", "message 16", "message 18", "message 20", "message 22", "message 24",
		}, []int{6, 6, 1}},
		{"with a filter and plus signs", "?$filter=subject+eq+'message+7'", nil, []string{"message 7"}, []int{1}},
		{"with an order", "?$orderby=importance%20desc,receivedDateTime&$top=20", nil, []string{
			"message 22", "message 19", "message 16", "message 13", "message 10", "message 7", "message 4", "message 1",
			"message 24", "message 21", "message 18", "message 15", "message 12", "message 9", "message 6", "message 3", "message 0",
			"message 23", "message 20", "message 17", "message 14", "message 11", "message 8", "message 5", "message 2",
		}, []int{20, 5}},
		{"with filter and order", "?$filter=receivedDateTime%20ge%202026-03-04T05:00:00Z%20and%20isRead%20eq%20true&$orderby=receivedDateTime", nil,
			[]string{"message 4", "message 2", "message 0"}, []int{3}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, sizes := walk(t, f, "/me/mailFolders/inbox/messages"+tt.query, tt.header...)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("subjects (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.sizes, sizes); diff != "" {
				t.Errorf("sizes of pages (-want +got):\n%s", diff)
			}
		})
	}
}

func TestNextLinkMustComeBackUnchanged(t *testing.T) {
	t.Parallel()
	f := setup(t, archive(25))
	page := f.get(t, "/me/messages?$top=5&$select=subject&$filter=subject%20ne%20'a%26b;c'&$count=true&$skip=2")
	link, _ := page["@odata.nextLink"].(string)
	if !strings.HasPrefix(link, f.URL()+"/v1.0/me/messages?") || strings.Contains(link, "$skip=") || strings.Contains(link, " ") {
		t.Fatalf("nextLink = %q, want an absolute link of this host and version without $skip", link)
	}
	if got := subjects(f.get(t, link)); !cmp.Equal(got, numbered(7, 12)) {
		t.Errorf("the next page has %v, want messages 7 to 11", got)
	}
	u, err := url.Parse(link)
	if err != nil {
		t.Fatal(err)
	}
	reordered := *u
	reordered.RawQuery = strings.ReplaceAll(u.RawQuery, "$", "%24")
	parts := strings.Split(reordered.RawQuery, "&")
	reordered.RawQuery = parts[len(parts)-1] + "&" + strings.Join(parts[:len(parts)-1], "&")
	if got := subjects(f.get(t, reordered.String())); !cmp.Equal(got, numbered(7, 12)) {
		t.Errorf("the link in other spelling gives %v, want messages 7 to 11", got)
	}
	for name, changed := range map[string]string{
		"a parameter added":   link + "&$expand=attachments",
		"a plain one added":   link + "&x=1",
		"one removed":         strings.Replace(link, "$select=subject&", "", 1),
		"one changed":         strings.Replace(link, "$top=5", "$top=6", 1),
		"a longer token":      link + "x",
		"a shorter token":     link[:len(link)-1],
		"no token in it":      strings.Split(link, "$skiptoken=")[0] + "$skiptoken=MTA",
		"not base64":          strings.Split(link, "$skiptoken=")[0] + "$skiptoken=!",
		"another path":        strings.Replace(link, "/me/messages", "/me/mailFolders/inbox/messages", 1),
		"another version":     strings.Replace(link, "/v1.0/", "/beta/", 1),
		"the option repeated": link + "&$top=5",
	} {
		if a := f.do(t, "GET", changed, ""); a.status != 400 {
			t.Errorf("%s: GET %s = %d %s, want 400", name, changed, a.status, a.body)
		}
	}
	other := mint(t, map[string]any{"oid": opsID})
	if a := f.do(t, "GET", link, "", "Authorization", "Bearer "+other); a.status != 400 {
		t.Errorf("somebody else's link = %d, want 400", a.status)
	}
}

func TestNextLinkKeepsTheHostOfTheRequest(t *testing.T) {
	t.Parallel()
	f := setup(t, archive(11))
	local := strings.Replace(f.URL(), "127.0.0.1", "localhost", 1)
	page := f.get(t, local+"/beta/users/sales%40contoso.example/messages")
	link, _ := page["@odata.nextLink"].(string)
	if want := local + "/beta/users/sales%40contoso.example/messages?$skiptoken="; !strings.HasPrefix(link, want) {
		t.Errorf("nextLink = %q, want prefix %q", link, want)
	}
	if got := subjects(f.get(t, link)); !cmp.Equal(got, numbered(10, 11)) {
		t.Errorf("the next page has %v, want message 10", got)
	}
}

func TestCountIsOfAllMatches(t *testing.T) {
	t.Parallel()
	f := setup(t, archive(25))
	page := f.get(t, "/me/messages?$count=true&$filter=isRead%20eq%20false&$top=2&$skip=1")
	if got := page["@odata.count"]; got != 12.0 {
		t.Errorf("@odata.count = %v, want 12", got)
	}
	next := f.get(t, page["@odata.nextLink"].(string))
	if got, ok := next["@odata.count"]; ok {
		t.Errorf("@odata.count of the second page = %v, want none", got)
	}
	for path, want := range map[string]string{
		"/me/messages/$count": "25", "/me/messages/$count?$filter=isRead%20eq%20false": "12",
		"/me/mailFolders/drafts/messages/$count": "0", "/me/mailFolders/$count": "7", "/me/mailFolders/inbox/childFolders/$count": "0",
	} {
		a := f.do(t, "GET", path, "")
		if a.status != 200 || string(a.body) != want || !strings.HasPrefix(a.header.Get("Content-Type"), "text/plain") {
			t.Errorf("GET %s = %d %s (%s), want 200 %s as text", path, a.status, a.body, a.header.Get("Content-Type"), want)
		}
	}
}

func TestSelectKeepsIDAndETag(t *testing.T) {
	t.Parallel()
	f := setup(t, archive(1))
	page := f.get(t, "/me/messages?$select=Subject,from")
	if got, want := page["@odata.context"], f.URL()+"/v1.0/$metadata#users('"+salesID+"')/messages(subject,from)"; got != want {
		t.Errorf("@odata.context = %v, want %v", got, want)
	}
	message := page["value"].([]any)[0].(map[string]any)
	var names []string
	for name := range message {
		names = append(names, name)
	}
	if len(names) != 4 || message["id"] == nil || message["@odata.etag"] == nil || message["subject"] == nil || message["from"] == nil {
		t.Errorf("$select=Subject,from shows %v, want them with id and @odata.etag", names)
	}
	if all := f.get(t, "/me/messages?$select=*")["value"].([]any)[0].(map[string]any); len(all) < 20 || all["internetMessageHeaders"] != nil {
		t.Errorf("$select=* shows %d properties, want the usual ones", len(all))
	}
}

// BenchmarkPageOfLargeList asks for the first page of 100,000 messages, in
// the order they have.
func BenchmarkPageOfLargeList(b *testing.B) {
	s, err := graphtest.New(&graphtest.Options{Keys: keys, Tenant: archive(100_000), Now: func() time.Time { return now }})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	f := &fixture{s, mint(b, nil)}
	for name, query := range map[string]string{
		"plain":  "$top=10",
		"filter": "$top=10&$filter=isRead%20eq%20false",
		"deep":   "$top=10&$skip=90000&$filter=isRead%20eq%20false",
		"order":  "$top=10&$orderby=subject",
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if a := f.do(b, "GET", "/me/messages?"+query, ""); a.status != 200 {
					b.Fatalf("GET = %d %s, want 200", a.status, a.body)
				}
			}
		})
	}
}
