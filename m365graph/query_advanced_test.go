package m365graph_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/m365go/sdk/m365graph"
	"github.com/m365go/sdk/m365graph/graphtest"
	"github.com/m365go/sdk/m365graph/internal/testtenant"
)

// https://learn.microsoft.com/graph/aad-advanced-queries
func TestAdvancedQueriesOfTheDirectoryAskForTheOtherIndex(t *testing.T) {
	t.Parallel()
	where, none := m365graph.Where, &m365graph.Query{}
	for _, tt := range []struct {
		path  string
		query *m365graph.Query
		want  string // "" neither, "header" alone, "both"
	}{
		{"/users", &m365graph.Query{Search: "displayName:sales"}, "both"},
		{"/users", &m365graph.Query{Count: true}, "both"},
		{"/users", &m365graph.Query{Filter: where("accountEnabled ne true")}, "both"},
		{"/users", &m365graph.Query{Filter: where("NOT startswith(displayName,'a')")}, "both"},
		{"/users", &m365graph.Query{Filter: where("startswith(displayName,'a')").Not()}, "both"},
		{"/users", &m365graph.Query{Filter: where("department not in ('a')")}, "both"},
		{"/users", &m365graph.Query{Filter: where("endsWith(mail,?)", "@contoso.example")}, "both"},
		{"/users", &m365graph.Query{Filter: where("proxyAddresses/any(p:endswith(p,'x'))")}, "both"},
		{"/users", &m365graph.Query{Filter: where("assignedLicenses/$count eq 0")}, "both"},
		{"/users", &m365graph.Query{Filter: where("contains(displayName,?)", "desk")}, "both"},
		{"/users", &m365graph.Query{Filter: where("a eq 'it''s' and b ne null")}, "both"},
		{"/users", &m365graph.Query{Filter: where("accountEnabled eq true"), OrderBy: []string{"displayName"}}, "both"},
		{"/users", &m365graph.Query{OrderBy: []string{"createdDateTime desc"}}, "both"},
		{"/users", &m365graph.Query{Params: map[string]string{"$filter": "a ne 1"}}, "both"},
		{"/users", &m365graph.Query{Params: map[string]string{"$search": `"mail:a"`, "$count": "true"}}, "both"},
		{"/users", &m365graph.Query{Eventual: true}, "both"},
		{"/users/$count", nil, "header"},
		{"/users/%24count", nil, "header"},
		{"/users/$count", &m365graph.Query{Filter: where("a ne 1")}, "header"},
		{"/Groups", &m365graph.Query{Search: "description:x"}, "both"},
		{"/applications", &m365graph.Query{OrderBy: []string{"displayName"}}, "both"},
		{"/servicePrincipals", &m365graph.Query{Count: true}, "both"},
		{"/devices", &m365graph.Query{Count: true}, "both"},
		{"/contacts", &m365graph.Query{Count: true}, "both"},
		{"/directoryObjects", &m365graph.Query{Count: true}, "both"},
		{"/directory/administrativeUnits", &m365graph.Query{Count: true}, "both"},
		{"/directory/deletedItems/microsoft.graph.user", &m365graph.Query{Count: true}, "both"},
		{"/groups/1/members", &m365graph.Query{Count: true}, "both"},
		{"/groups/1/members/microsoft.graph.user", &m365graph.Query{Search: "displayName:a"}, "both"},
		{"/groups/1/members/microsoft.graph.user/$count", nil, "header"},
		{"/me/transitiveMemberOf/microsoft.graph.group", none, "both"},
		{"/users/1/memberOf", &m365graph.Query{Filter: where("a ne 1")}, "both"},
		{"/me/directReports", &m365graph.Query{Count: true}, "both"},
		{"/applications(appId='1')/owners", &m365graph.Query{Count: true}, "both"},
		{"/devices/1/registeredOwners", &m365graph.Query{Count: true}, "both"},

		// What the first index answers is asked of it: it is never behind.
		{"/users", nil, ""},
		{"/users", none, ""},
		{"/users", &m365graph.Query{Filter: where("department eq ? or startswith(department,'ne')", "not ne endsWith(")}, ""},
		{"/users", &m365graph.Query{Filter: where("necessity eq 1 and notes eq 2")}, ""},
		{"/users", &m365graph.Query{OrderBy: []string{"displayName desc", "userPrincipalName"}}, ""},
		{"/groups", &m365graph.Query{OrderBy: []string{"displayName"}}, ""},
		{"/users/1", &m365graph.Query{Select: []string{"id"}}, ""},
		{"/applications(appId='1')", &m365graph.Query{Filter: where("a ne 1")}, ""},
		{"/me/memberOf", nil, ""},
		{"/groups/1/members/microsoft.graph.user", nil, ""},

		// Nothing but lists of the directory.
		{"/me/messages", &m365graph.Query{Search: "subject:a"}, "count as asked"},
		{"/me/contacts", &m365graph.Query{Filter: where("a ne 1"), OrderBy: []string{"b"}}, "count as asked"},
		{"/users/1/contacts", &m365graph.Query{Search: "a"}, "count as asked"},
		{"/me/messages/$count", nil, ""},
		{"/me/people", &m365graph.Query{Search: "a"}, "count as asked"},
		{"/me/events", &m365graph.Query{Filter: where("a ne 1")}, "count as asked"},
		{"/me/drive/root/children", &m365graph.Query{Filter: where("a ne 1"), OrderBy: []string{"b"}}, "count as asked"},
		{"/chats/1/members", &m365graph.Query{Filter: where("a ne 1")}, "count as asked"},
		{"/teams/1/channels/2/members", &m365graph.Query{Filter: where("a ne 1")}, "count as asked"},
		{"/groups/1/threads", &m365graph.Query{Count: true}, "count as asked"},
		{"/groups/1/drive/root:/users", &m365graph.Query{Filter: where("a ne 1")}, "count as asked"},
		{"/sites/1/lists", &m365graph.Query{Filter: where("a ne 1")}, "count as asked"},
		{"/users/delta()", &m365graph.Query{Filter: where("a ne 1")}, "count as asked"},
		{"/users/1", &m365graph.Query{Filter: where("a ne 1")}, "count as asked"},
	} {
		path, err := m365graph.ParsePath(tt.path)
		if err != nil {
			t.Fatal(err)
		}
		w := tap(t, fine)
		var before string
		if tt.query != nil {
			before = fmt.Sprintf("%+v", *tt.query)
		}
		if _, err := setup(t, w).Do(t.Context(), &m365graph.Request{Path: path, Query: tt.query}); err != nil {
			t.Fatal(err)
		}
		req := w.requests()[0]
		header, count := req.Header.Get("ConsistencyLevel"), strings.Count(req.URL.RawQuery, "$count=true")
		wantHeader, wantCount := "eventual", 1
		switch tt.want {
		case "header":
			wantCount = 0
		case "", "count as asked":
			wantHeader, wantCount = "", 0
			if tt.query != nil && tt.query.Count {
				wantCount = 1
			}
		}
		if header != wantHeader || count != wantCount {
			t.Errorf("GET %s?%s: ConsistencyLevel %q, $count %d times, want %q and %d", tt.path, req.URL.RawQuery, header, count, wantHeader, wantCount)
		}
		if tt.query != nil && fmt.Sprintf("%+v", *tt.query) != before {
			t.Errorf("GET %s changed its query to %+v", tt.path, *tt.query)
		}
	}
}

// Graph's links carry no header, so each page is sent it again, also where the
// list is resumed by somebody who no longer knows the query.
func TestAdvancedQueriesKeepTheirHeaderOnEachPage(t *testing.T) {
	t.Parallel()
	page := func(n int, next string) graphtest.Fault {
		return replying(200, fmt.Sprintf(`{"value":[{"id":"%d"}],"@odata.nextLink":"https://graph.microsoft.com/v1.0/users?%s&$skiptoken=%d"}`, n, next, n))
	}
	filter := &m365graph.Query{Filter: m365graph.Where("accountEnabled ne true")}
	full := "%24count=true&%24filter=accountEnabled+ne+true&x=%zz&=;"
	for name, tt := range map[string]struct {
		next  string
		path  m365graph.Path
		query *m365graph.Query
	}{
		"the link repeats the query": {full, m365graph.P("users"), filter},
		"the link is a token":        {"x=1", m365graph.P("users"), filter},
		"resumed":                    {full, m365graph.P("users"), &m365graph.Query{Cursor: "https://graph.microsoft.com/v1.0/users?$skiptoken=0&" + full}},
		"resumed without a path":     {full, m365graph.Path{}, &m365graph.Query{Cursor: "https://graph.microsoft.com/v1.0/users?$skiptoken=0&" + full}},
	} {
		w := tap(t, page(0, tt.next), page(1, tt.next), replying(200, `{"value":[]}`))
		if _, err := collect(m365graph.All[item](t.Context(), setup(t, w), tt.path, tt.query)); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if n := len(w.requests()); n != 3 {
			t.Errorf("%s: %d requests, want 3", name, n)
		}
		for i, req := range w.requests() {
			if got := req.Header.Get("ConsistencyLevel"); got != "eventual" {
				t.Errorf("%s: page %d was sent ConsistencyLevel %q, want eventual", name, i, got)
			}
		}
	}
}

func TestOnlyReadsAreAdvancedAndAHeaderOfTheCallersStands(t *testing.T) {
	t.Parallel()
	w := tap(t, fine)
	c := setup(t, w)
	q := &m365graph.Query{Count: true}
	for _, req := range []*m365graph.Request{
		{Method: http.MethodPost, Path: m365graph.P("users"), Query: q},
		{Path: m365graph.P("users"), Query: q, Header: http.Header{"consistencylevel": {"session"}}},
		{Path: m365graph.P("roleManagement", "directory", "roleAssignments"), Query: &m365graph.Query{Eventual: true}},
	} {
		if _, err := c.Do(t.Context(), req); err != nil {
			t.Fatal(err)
		}
	}
	for i, want := range []string{"", "session", "eventual"} {
		if got := w.requests()[i].Header.Get("ConsistencyLevel"); got != want {
			t.Errorf("request %d was sent ConsistencyLevel %q, want %q", i, got, want)
		}
	}
}

// A number is text, with a byte order mark before it.
func TestACountIsRead(t *testing.T) {
	t.Parallel()
	w := tap(t, lasting(replying(200, "\xef\xbb\xbf42")))
	n, err := m365graph.Get[int](t.Context(), setup(t, w), m365graph.P("users", "$count"), nil)
	if err != nil || *n != 42 {
		t.Fatalf("Get of /users/$count = %v, %v, want 42", n, err)
	}
	req := w.requests()[0]
	if req.URL.EscapedPath() != "/v1.0/users/$count" || !strings.HasPrefix(req.Header.Get("Accept"), "text/plain") {
		t.Errorf("sent %s with Accept %q, want /v1.0/users/$count and text/plain", req.URL, req.Header.Get("Accept"))
	}
}

// The emulator holds Graph's rules, and was written from the same page apart.
func TestAdvancedQueriesAreAnswered(t *testing.T) {
	t.Parallel()
	var others []*graphtest.User
	for _, name := range []string{"desk", "plant", "tours"} {
		others = append(others, &graphtest.User{UserPrincipalName: name + "@contoso.example", DisplayName: name})
	}
	x := testtenant.Start(t, &graphtest.User{DisplayName: "admin"}, others...)
	q := &m365graph.Query{
		Select: []string{"id", "displayName"}, Top: 1, OrderBy: []string{"displayName desc"},
		Filter: m365graph.Where("displayName ne ?", "plant").And(m365graph.Where("startswith(displayName, ?)", "ad").Not()),
	}
	var got []string
	for page, err := range m365graph.Pages[struct{ DisplayName string }](t.Context(), x.Client, m365graph.P("users"), q) {
		if err != nil {
			t.Fatal(err)
		}
		if len(got) == 0 && (page.Count == nil || *page.Count != 2) {
			t.Errorf("the first page counts %v, want 2", page.Count)
		}
		for _, u := range page.Items {
			got = append(got, u.DisplayName)
		}
	}
	if diff := cmp.Diff([]string{"tours", "desk"}, got); diff != "" {
		t.Errorf("users (-want +got):\n%s", diff)
	}
	if n, err := m365graph.Get[int](t.Context(), x.Client, m365graph.P("users", "$count"), nil); err != nil || *n != 4 {
		t.Errorf("/users/$count = %v, %v, want 4", n, err)
	}
}
