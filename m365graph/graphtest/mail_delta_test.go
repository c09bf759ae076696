package graphtest_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// round follows a round to its end: the items, and the link to the next one.
func (f *fixture) round(t *testing.T, link string, header ...string) (items []map[string]any, next string) {
	t.Helper()
	for range 100 {
		page := f.get(t, link, header...)
		for _, v := range page["value"].([]any) {
			items = append(items, v.(map[string]any))
		}
		if next, ok := page["@odata.deltaLink"].(string); ok {
			return items, next
		}
		link = page["@odata.nextLink"].(string)
	}
	t.Fatal("the round does not end")
	return nil, ""
}

// told gives the subjects of items, and "-" for what is removed.
func told(items []map[string]any) string {
	var words []string
	for _, v := range items {
		word, _ := v["subject"].(string)
		if v["@removed"] != nil {
			word = "-"
		}
		words = append(words, word)
	}
	return strings.Join(words, ",")
}

func TestMessagesAreKeptInStep(t *testing.T) {
	t.Parallel()
	f := setup(t, archive(5))
	const start = "/me/mailFolders/inbox/messages/delta?$select=subject"
	page := f.do(t, "GET", start, "", "Prefer", "odata.maxpagesize=2")
	if n := len(page.json(t)["value"].([]any)); n != 2 || page.header.Get("Preference-Applied") != "odata.maxpagesize=2" {
		t.Errorf("a page has %d messages and applied %q, want 2 as preferred", n, page.header.Get("Preference-Applied"))
	}
	items, link := f.round(t, start, "Prefer", "odata.maxpagesize=2")
	if got := told(items); got != "message 0,message 1,message 2,message 3,message 4" {
		t.Fatalf("first round = %s", got)
	}
	f.do(t, "PATCH", "/me/messages/"+items[3]["id"].(string), `{"isRead":true}`)
	f.as(t, opsID).do(t, "POST", "/me/sendMail", `{"message":{"subject":"new","toRecipients":[{"emailAddress":{"address":"sales@contoso.example"}}]}}`)
	changed, next := f.round(t, link)
	if got := told(changed); got != "message 3,new" {
		t.Errorf("second round = %s, want message 3,new", got)
	}
	if again, _ := f.round(t, next); len(again) != 0 {
		t.Errorf("third round = %v, want nothing", again)
	}
	f.ExpireDeltas()
	if a := f.do(t, "GET", next, ""); a.status != http.StatusGone || a.code(t) != "SyncStateNotFound" {
		t.Errorf("an expired link = %d %s, want 410 SyncStateNotFound", a.status, a.body)
	}
}

func TestDeltaTellsOneKindOfChange(t *testing.T) {
	t.Parallel()
	f := setup(t, archive(2))
	links := map[string]string{}
	for _, kind := range []string{"created", "updated", "deleted"} {
		_, links[kind] = f.round(t, "/me/mailFolders('inbox')/messages/delta()?changeType="+kind)
	}
	f.do(t, "PATCH", "/me/messages/"+messageBySubject(t, f, "message 1")["id"].(string), `{"isRead":true}`)
	f.as(t, opsID).do(t, "POST", "/me/sendMail", `{"message":{"subject":"new","toRecipients":[{"emailAddress":{"address":"sales@contoso.example"}}]}}`)
	f.do(t, "PATCH", "/me/messages/"+messageBySubject(t, f, "new")["id"].(string), `{"isRead":true}`)
	got := map[string]string{}
	for kind, link := range links {
		items, _ := f.round(t, link)
		got[kind] = told(items)
	}
	if diff := cmp.Diff(map[string]string{"created": "new", "updated": "message 1", "deleted": ""}, got); diff != "" {
		t.Errorf("changes by kind (-want +got):\n%s", diff)
	}
}

func TestDeltaOfMessagesIsNarrowed(t *testing.T) {
	t.Parallel()
	f := setup(t, archive(30))
	for query, want := range map[string]int{
		"$filter=receivedDateTime+ge+2026-03-04T04:00:00Z":                                6,
		"$filter=receivedDateTime+gt+2026-03-04T04:00:00Z&$orderby=receivedDateTime+desc": 5,
		"$filter=receivedDateTime+lt+2026-03-04T04:00:00Z":                                400,
		"$filter=isRead+eq+true":                                                          400,
		"$filter=receivedDateTime+ge+2026-03-04T04:00:00Z+and+isRead+eq+true":             400,
		"$orderby=receivedDateTime":                                                       400,
		"$orderby=subject+desc":                                                           400,
		"$search=%22x%22":                                                                 400,
		"$skip=1":                                                                         400,
		"changeType=moved":                                                                400,
		"$expand=attachments&$top=7&$select=subject":                                      30,
		"$filter=" + url.QueryEscape("2026-03-04T04:00:00Z le receivedDateTime"):          400,
	} {
		link := "/me/mailFolders/inbox/messages/delta?" + query
		if want == 400 {
			if a := f.do(t, "GET", link, ""); a.status != want {
				t.Errorf("GET %s = %d %s, want 400", link, a.status, a.body)
			}
			continue
		}
		if items, _ := f.round(t, link); len(items) != want {
			t.Errorf("%s told %d messages, want %d", query, len(items), want)
		}
	}
}

func TestFoldersAreKeptInStep(t *testing.T) {
	t.Parallel()
	f := setup(t, correspondence())
	items, link := f.round(t, "/me/mailFolders/delta?$select=displayName", "Prefer", "odata.maxpagesize=3")
	if len(items) != 11 {
		t.Fatalf("first round told %d folders, want all 11", len(items))
	}
	f.do(t, "POST", "/me/messages", `{"subject":"x"}`)
	changed, _ := f.round(t, link)
	if len(changed) != 1 || changed[0]["displayName"] != "Drafts" {
		t.Errorf("second round = %v, want Drafts, whose count changed", changed)
	}
}
