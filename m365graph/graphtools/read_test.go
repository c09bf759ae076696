package graphtools_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/m365go/sdk/m365auth/agenttool"
	"github.com/m365go/sdk/m365graph/graphtest"
)

func mailbox(n, size int) []*graphtest.Message {
	var all []*graphtest.Message
	for i := range n {
		all = append(all, message(i, strings.Repeat("word ", (1+i%7)*size/5/7)))
	}
	return all
}

func TestReadAsksAsItWasAskedTo(t *testing.T) {
	t.Parallel()
	r := setup(t, mailbox(3, 100)...)
	const fields = "id,subject,from,toRecipients,receivedDateTime,isRead,hasAttachments,importance,bodyPreview,conversationId"
	tests := []struct {
		name     string
		in       string
		settings map[string]any
		path     string
		query    url.Values
	}{
		{"the defaults of a list", `{"endpoint":"/me/messages"}`, nil,
			"/v1.0/me/messages", url.Values{"$top": {"100"}, "$select": {fields}}},
		{"a page size of the settings", `{"endpoint":"me/messages","method":"get"}`, map[string]any{"default_page_size": 50},
			"/v1.0/me/messages", url.Values{"$top": {"50"}, "$select": {fields}}},
		{"a page larger than there is", `{"endpoint":"/me/messages","params":{"$top":5000,"$select":"id, subject"}}`, nil,
			"/v1.0/me/messages", url.Values{"$top": {"1000"}, "$select": {"id, subject"}}},
		{"a filter with odd characters", `{"endpoint":"/me/messages","_tool_call_id":"c","params":{"$filter":"subject eq 'a&b+c #1'","$top":"2","$count":true,"$select":"id"}}`, nil,
			"/v1.0/me/messages", url.Values{"$filter": {"subject eq 'a&b+c #1'"}, "$top": {"2"}, "$count": {"true"}, "$select": {"id"}}},
		{"a single resource", `{"endpoint":"/me","params":{"$select":"displayName"}}`, map[string]any{"api_version": "beta"},
			"/beta/me", url.Values{"$select": {"displayName"}}},
	}
	for _, tt := range tests {
		res := r.again().mount([]string{"read"}, tt.settings).call(tt.in)
		_, last := r.requests()
		got, err := url.ParseQuery(last.Query)
		if err != nil {
			t.Fatal(err)
		}
		if last.Path != tt.path || !cmp.Equal(got, tt.query) {
			t.Errorf("%s: Graph is asked %s %v, want %s %v (the answer is %s)", tt.name, last.Path, got, tt.path, tt.query, res.Text)
		}
	}
	if _, last := r.requests(); !strings.Contains(last.Header.Get("Prefer"), `outlook.body-content-type="text"`) {
		t.Errorf("Prefer is %q, want bodies as text", last.Header.Get("Prefer"))
	}
}

func TestReadGivesGraphsFields(t *testing.T) {
	t.Parallel()
	r := setup(t, mailbox(3, 100)...).mount([]string{"read"})
	me := read[struct {
		Data map[string]any `json:"data"`
	}](t, r.call(`{"endpoint":"/me","params":{"$select":"displayName,userPrincipalName"}}`))
	want := map[string]any{"displayName": "Sales Desk", "userPrincipalName": sales}
	if diff := cmp.Diff(want, me.Data, cmp.FilterPath(func(p cmp.Path) bool {
		return strings.Contains(p.Last().String(), "odata") || strings.Contains(p.Last().String(), `"id"`)
	}, cmp.Ignore())); diff != "" {
		t.Errorf("/me differs (-want +got):\n%s", diff)
	}
	list := read[listOf[mail]](t, r.call(`{"endpoint":"/me/messages","params":{"$select":"subject","$count":true,"$top":2}}`))
	if diff := cmp.Diff(subjects(2), subjectsOf(list.Items)); diff != "" {
		t.Errorf("/me/messages differs (-want +got):\n%s", diff)
	}
	if list.Count != 2 || list.Total == nil || *list.Total != 3 || !list.HasMore || list.Truncated {
		t.Errorf("the list says %+v, want 2 of 3 and more to come", list)
	}
	rest := read[listOf[mail]](t, r.call(map[string]any{"endpoint": "/me/messages", "cursor": list.NextCursor}))
	if len(rest.Items) != 1 || rest.Items[0].Subject != "Message 002" || rest.HasMore || rest.NextCursor != "" {
		t.Errorf("the next page is %+v, want the last message and no more", rest)
	}
	whole := read[struct {
		Data mail `json:"data"`
	}](t, r.call(map[string]any{"endpoint": "/me/messages/" + list.Items[0].ID}))
	if whole.Data.Body == nil || !strings.HasPrefix(whole.Data.Body.Content, "word word") {
		t.Errorf("one message is %+v, want its body", whole.Data)
	}
}

func TestCursorsWalkEveryListExactlyOnce(t *testing.T) {
	t.Parallel()
	const n = 57
	walks := []struct {
		name   string
		first  map[string]any
		pages  int // max_pages
		bodies int // bytes of the greatest
	}{
		{"small pages", map[string]any{"params": map[string]any{"$top": 5}}, 10, 100},
		{"one page", map[string]any{}, 10, 100},
		{"pages larger than an answer", map[string]any{"params": map[string]any{"$select": "subject,body"}}, 10, 4000},
		{"small pages of large items", map[string]any{"params": map[string]any{"$top": 7, "$select": "subject,body"}}, 10, 8000},
		{"items larger than an answer", map[string]any{"params": map[string]any{"$top": 10, "$select": "subject,body"}}, 10, 60_000},
		{"collected", map[string]any{"paginate": true, "params": map[string]any{"$top": 5}}, 10, 100},
		{"collected until a cap", map[string]any{"paginate": true, "params": map[string]any{"$top": 5}}, 2, 100},
		{"collected until the answer is full", map[string]any{"paginate": true, "params": map[string]any{"$top": 5, "$select": "subject,body"}}, 10, 4000},
	}
	for _, w := range walks {
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			r := setup(t, mailbox(n, w.bodies)...).mount([]string{"read"}, map[string]any{"max_pages": w.pages})
			in := map[string]any{"endpoint": "/me/mailFolders/inbox/messages"}
			for k, v := range w.first {
				in[k] = v
			}
			var got []string
			for calls := 0; calls <= n; calls++ {
				page := read[listOf[mail]](t, r.call(in))
				if len(page.Items) != page.Count || page.HasMore != (page.NextCursor != "") {
					t.Fatalf("the answer contradicts itself: %+v", page)
				}
				if page.HasMore && page.Count == 0 {
					t.Fatal("an answer without items goes on, want progress")
				}
				got = append(got, subjectsOf(page.Items)...)
				if !page.HasMore {
					break
				}
				delete(in, "params")
				in["cursor"] = page.NextCursor
			}
			if diff := cmp.Diff(subjects(n), got); diff != "" {
				t.Errorf("the walk differs (-want +got):\n%s", diff)
			}
		})
	}
}

func TestPaginateSaysWhyItStopped(t *testing.T) {
	t.Parallel()
	r := setup(t, mailbox(12, 100)...).mount([]string{"read"}, map[string]any{"max_pages": 2})
	capped := read[listOf[mail]](t, r.call(`{"endpoint":"/me/messages","paginate":true,"params":{"$top":4}}`))
	if len(capped.Items) != 8 || !capped.HasMore || !capped.Truncated || !strings.Contains(capped.Note, "next_cursor") {
		t.Errorf("two pages of four are %+v, want 8 items and a cursor to go on", capped)
	}
	if err := r.graph.Fail(graphtest.Fault{Route: "GET /me/messages", Skip: 1, Status: 503}); err != nil {
		t.Fatal(err)
	}
	failed := read[listOf[mail]](t, r.call(`{"endpoint":"/me/messages","paginate":true,"params":{"$top":4}}`))
	if len(failed.Items) != 4 || !failed.HasMore || !failed.Truncated || !strings.Contains(failed.Note, "M365_UNAVAILABLE") {
		t.Errorf("a walk that fails on its second page is %+v, want the first one and the failure", failed)
	}
	rest := read[listOf[mail]](t, r.call(map[string]any{"endpoint": "/me/messages", "paginate": true, "cursor": failed.NextCursor}))
	if diff := cmp.Diff(subjects(12)[4:], subjectsOf(rest.Items)); diff != "" || rest.HasMore {
		t.Errorf("the rest differs (-want +got):\n%s", diff)
	}
}

func TestCursorsAreBound(t *testing.T) {
	t.Parallel()
	r := setup(t, mailbox(9, 100)...).mount([]string{"read"})
	first := read[listOf[mail]](t, r.call(`{"endpoint":"/me/messages","params":{"$top":3}}`))
	good := map[string]any{"endpoint": "/me/messages", "cursor": first.NextCursor}
	if res := r.call(map[string]any{"endpoint": "/me/messages", "cursor": first.NextCursor, "params": map[string]any{"$top": 3}}); !res.Success {
		t.Errorf("a cursor with its own params answers %s, want success", res.Text)
	}
	flipped := []byte(first.NextCursor)
	flipped[len(flipped)/2] ^= 1
	before, _ := r.requests()
	for name, res := range map[string]agenttool.Result{
		"another person":   r.callAs(agenttool.Caller{Company: "contoso", User: "ops", Session: "s1"}, good),
		"another company":  r.callAs(agenttool.Caller{Company: "fabrikam", User: "sales-desk", Session: "s1"}, good),
		"another session":  r.callAs(agenttool.Caller{Company: "contoso", User: "sales-desk", Session: "s2"}, good),
		"another account":  r.callAs(agenttool.Caller{Company: "contoso", User: "sales-desk", Session: "s1", Account: "object.tenant"}, good),
		"another endpoint": r.call(map[string]any{"endpoint": "/me/mailFolders", "cursor": first.NextCursor}),
		"another spelling": r.call(map[string]any{"endpoint": "/users/" + sales + "/messages", "cursor": first.NextCursor}),
		"other params":     r.call(map[string]any{"endpoint": "/me/messages", "cursor": first.NextCursor, "params": map[string]any{"$top": 4}}),
		"another mount":    r.again().mount([]string{"read"}).call(good),
		"a changed bit":    r.call(map[string]any{"endpoint": "/me/messages", "cursor": string(flipped)}),
		"a cut end":        r.call(map[string]any{"endpoint": "/me/messages", "cursor": first.NextCursor[:20]}),
		"a link":           r.call(map[string]any{"endpoint": "/me/messages", "cursor": "https://evil.example/v1.0/me/messages"}),
	} {
		wantCode(t, name, res, agenttool.CodeInvalidArgument)
	}
	if after, _ := r.requests(); after != before {
		t.Errorf("Graph gets %d requests, want 0", after-before)
	}
	if strings.Contains(first.NextCursor, "skiptoken") || strings.ContainsAny(first.NextCursor, "{}:/%") {
		t.Errorf("the cursor %q shows what is in it", first.NextCursor)
	}
}

func TestOneLargeResourceIsShortenedAndSaysSo(t *testing.T) {
	t.Parallel()
	r := setup(t, message(0, strings.Repeat(`a "quoted" <tag> 🙂 `, 200_000))).mount([]string{"read"})
	list := read[listOf[mail]](t, r.call(`{"endpoint":"/me/messages"}`))
	got := read[struct {
		Data      mail   `json:"data"`
		Truncated bool   `json:"truncated"`
		Note      string `json:"note"`
	}](t, r.call(map[string]any{"endpoint": "/me/messages/" + list.Items[0].ID}))
	if !got.Truncated || !strings.Contains(got.Note, "$select") || got.Data.Subject != "Message 000" {
		t.Errorf("a message of 4 MB is %+v, want its subject and a note", got)
	}
	if got.Data.Body == nil || !strings.Contains(got.Data.Body.Content, "more characters)") || len(got.Data.Body.Content) < 4000 {
		t.Errorf("its body is %v, want its beginning and how much more there is", got.Data.Body)
	}
}

func TestContentsAndOpenLinksAreWithheld(t *testing.T) {
	t.Parallel()
	m := message(0, "See the file.")
	m.Attachments = []*graphtest.Attachment{{Name: "offer.txt", ContentType: "text/plain", Content: []byte("canary-attachment")}}
	r := setup(t, m).mount([]string{"read"})
	list := read[listOf[mail]](t, r.call(`{"endpoint":"/me/messages"}`))
	id := list.Items[0].ID
	for _, in := range []map[string]any{
		{"endpoint": "/me/messages/" + id + "/attachments"},
		{"endpoint": "/me/messages/" + id, "params": map[string]any{"$expand": "attachments"}},
		{"endpoint": "/me/messages/" + id, "params": map[string]any{"$expand": "attachments($select=name,contentType)"}},
	} {
		res := r.call(in)
		if !res.Success || !strings.Contains(res.Text, "offer.txt") {
			t.Errorf("m365_graph(%v) answers %s, want the attachment's name", in, res.Text)
		}
		if strings.Contains(res.Text, "contentBytes") || strings.Contains(strings.ToLower(res.Text), "nextlink") {
			t.Errorf("m365_graph(%v) answers %s, want no contents and no links", in, res.Text)
		}
	}
}

func TestFilesAndEventsAreReadByTheirOwnRoutes(t *testing.T) {
	t.Parallel()
	r := setup(t).mount([]string{"read"})
	for in, want := range map[string]string{
		`{"endpoint":"/me/drive/root/children"}`:                                                                                 `"Plans & drafts"`,
		`{"endpoint":"/me/drive/root:/Plans & drafts:/children"}`:                                                                `"budget 100%.txt"`,
		`{"endpoint":"/me/drive/root:/Plans%20%26%20drafts/budget 100%25.txt"}`:                                                  `"budget 100%.txt"`,
		`{"endpoint":"/me/drive/root/search(q='budget')"}`:                                                                       `"budget 100%.txt"`,
		`{"endpoint":"/me/drive/root","params":{"$expand":"children($select=name)"}}`:                                            `"Plans & drafts"`,
		`{"endpoint":"/me/events"}`:                                                                                              `"Stand-up"`,
		`{"endpoint":"/me/calendarView","params":{"startDateTime":"2026-03-05T00:00:00Z","endDateTime":"2026-03-06T00:00:00Z"}}`: `"Stand-up"`,
	} {
		res := r.call(in)
		if !res.Success || !strings.Contains(res.Text, want) {
			t.Errorf("m365_graph(%s) answers %s, want it to name %s", in, res.Text, want)
		}
		if strings.Contains(res.Text, "downloadUrl") || strings.Contains(res.Text, r.graph.ContentHost()) {
			t.Errorf("m365_graph(%s) answers %s, want no link that opens a file", in, res.Text)
		}
	}
}

func TestTextsLoseWhatNobodySees(t *testing.T) {
	t.Parallel()
	m := message(0, "")
	m.Subject = "in\u200bvoice\u202e gnp\u2066 \U000E0041\x07ok\ufeff 👩\u200d💻 é"
	r := setup(t, m).mount([]string{"read"})
	list := read[listOf[mail]](t, r.call(`{"endpoint":"/me/messages"}`))
	if got, want := list.Items[0].Subject, "invoice gnp ok 👩\u200d💻 é"; got != want {
		t.Errorf("the subject is %q, want %q", got, want)
	}
}

func TestOutputsFitTheirSchema(t *testing.T) {
	t.Parallel()
	r := setup(t, mailbox(9, 100)...).mount([]string{"read"})
	tool, _ := r.host.Tool("m365_graph")
	var schema struct {
		Properties map[string]struct {
			Type string `json:"type"`
		} `json:"properties"`
	}
	if err := json.Unmarshal(tool.OutputSchema(), &schema); err != nil {
		t.Fatal(err)
	}
	for _, in := range []string{
		`{"endpoint":"/me"}`, `{"endpoint":"/me/messages"}`, `{"endpoint":"/me/messages","paginate":true,"params":{"$top":2,"$count":true}}`,
		`{"endpoint":"/me/messages","params":{"$filter":"subject eq 'none'"}}`,
	} {
		for name, value := range read[map[string]any](t, r.call(in)) {
			types := map[string]string{"string": "string", "bool": "boolean", "float64": "integer", "[]interface {}": "array", "map[string]interface {}": "object"}
			if got, want := types[fmt.Sprintf("%T", value)], schema.Properties[name].Type; got != want {
				t.Errorf("%s: the output's %s is a %s, want %q as in the schema", in, name, got, want)
			}
		}
	}
}

func TestCallersAccountIsAskedFor(t *testing.T) {
	t.Parallel()
	r := setup(t).mount([]string{"read"})
	who := desk
	who.Account = "somebody.else"
	wantCode(t, who, r.callAs(who, `{"endpoint":"/me"}`), agenttool.CodeNotConnected)
	who.Account = "object.tenant"
	if res := r.callAs(who, `{"endpoint":"/me"}`); !res.Success {
		t.Errorf("the caller's own account answers %s, want success", res.Text)
	}
	if n, _ := r.requests(); n != 1 {
		t.Errorf("Graph gets %d requests, want 1", n)
	}
}
