package graphtest_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/m365go/sdk/m365graph/graphtest"
)

const searchScopes = "Mail.Read Calendars.Read People.Read Chat.Read ChannelMessage.Read.All Files.Read.All Sites.Read.All Bookmark.Read.All"

// library is a tenant with something of everything about the campaign.
func library() *graphtest.Tenant {
	tenant, teams := intranet(), desks()
	tenant.Users, tenant.Teams, tenant.Chats = teams.Users, teams.Teams, teams.Chats
	sales, ops := tenant.Users[0], tenant.Users[1]
	mail := func(subject, body string, hours int) *graphtest.Message {
		return &graphtest.Message{Subject: subject, Body: graphtest.Body{Content: body}, From: &graphtest.Recipient{Name: "Operations", Address: "ops@contoso.example"}, ReceivedDateTime: now.Add(-time.Duration(hours) * time.Hour)}
	}
	sales.Folders = []*graphtest.MailFolder{{DisplayName: "Inbox", Messages: []*graphtest.Message{
		mail("Campaign", "the spring campaign begins", 30), mail("Lunch", "soup, and the campaign", 20), mail("Crates", "ten of them", 10),
	}}}
	sales.Calendars = []*graphtest.Calendar{{Name: "Calendar", Events: []*graphtest.Event{{
		Subject: "Campaign review", Start: graphtest.DateTimeTimeZone{DateTime: "2026-03-05T10:00:00", TimeZone: "UTC"}, End: graphtest.DateTimeTimeZone{DateTime: "2026-03-05T11:00:00", TimeZone: "UTC"},
	}}}}
	sales.Drive = &graphtest.Drive{ID: "b!Sales", Items: []*graphtest.DriveItem{
		{ID: "own", Name: "campaign notes.txt", Content: []byte("what the campaign says")}, {ID: "picture", Name: "campaign.png", Content: []byte("x")},
	}}
	ops.Drive = &graphtest.Drive{ID: "b!Ops", Items: []*graphtest.DriveItem{
		{ID: "secret", Name: "campaign wages.txt", Content: []byte("x")},
		{ID: "shared", Name: "campaign budget.csv", Content: []byte("x"), Shared: []graphtest.Share{{With: "sales@contoso.example"}}},
	}}
	tenant.Sites[0].Drives[0].Items[0].Children = append(tenant.Sites[0].Drives[0].Items[0].Children,
		&graphtest.DriveItem{ID: "site", Name: "poster.txt", Content: []byte("a poster for the campaign")})
	tenant.Sites[1].Drives = []*graphtest.Drive{{ID: "b!Plant", Items: []*graphtest.DriveItem{{ID: "plant", Name: "campaign at the plant.txt", Content: []byte("x")}}}}
	return tenant
}

// search asks for one kind, and gives the container of the hits.
func (f *fixture) search(t *testing.T, entity, query, more string) map[string]any {
	t.Helper()
	a := f.do(t, "POST", "/search/query", fmt.Sprintf(`{"requests":[{"entityTypes":[%q],"query":{"queryString":%q}%s}]}`, entity, query, more))
	if a.status != http.StatusOK {
		t.Fatalf("search %s for %s = %d %s", entity, query, a.status, a.body)
	}
	return a.json(t)["value"].([]any)[0].(map[string]any)["hitsContainers"].([]any)[0].(map[string]any)
}

// ids are those of the hits, in order.
func ids(container map[string]any) string {
	var all []string
	hits, _ := container["hits"].([]any)
	for _, h := range hits {
		hit := h.(map[string]any)
		resource := hit["resource"].(map[string]any)
		name := hit["hitId"]
		for _, key := range []string{"subject", "displayName"} {
			if v, ok := resource[key].(string); ok {
				name = v
			}
		}
		all = append(all, fmt.Sprint(name))
	}
	return strings.Join(all, ",")
}

func inOrder(list string) string {
	return strings.Join(slices.Sorted(strings.SplitSeq(list, ",")), ",")
}

func setupSearch(t *testing.T) *fixture {
	t.Helper()
	f := setup(t, library())
	f.token = mint(t, map[string]any{"scp": searchScopes})
	return f
}

func TestSearchFinds(t *testing.T) {
	t.Parallel()
	f := setupSearch(t)
	for _, test := range []struct{ entity, query, want string }{
		{"message", "campaign", "Lunch,Campaign"}, {"message", "subject:campaign", "Campaign"}, {"message", "from:operations", "Crates,Lunch,Campaign"},
		{"message", "campaign NOT soup", "Campaign"}, {"message", "soup OR crates", "Crates,Lunch"}, {"message", "received>=2026-03-04", ""}, {"message", "camp*", "Lunch,Campaign"},
		{"event", "review", "Campaign review"}, {"event", "soup", ""},
		{"chatMessage", "boxes", "found"}, {"chatMessage", "welcome", "found"}, {"chatMessage", "nobody", ""}, {"person", "operations", "Operations"},
		{"driveItem", "campaign", "own,picture,shared,site"}, {"driveItem", "campaign filetype:txt", "own,site"}, {"driveItem", "poster", "site"},
		{"driveItem", `path:"https://contoso.sharepoint.com/sites/marketing" AND campaign`, "site"}, {"driveItem", "campaign AND isDocument=true filename:notes", "own"},
		{"listItem", "gizmo", "found"}, {"list", "inventory", "Inventory"}, {"site", "brand", "Marketing"}, {"site", "*", "Contoso,Marketing,Fairs,Plant,Desks"}, {"drive", "archive", "Archive"},
		{"bookmark", "x", ""},
	} {
		got := ids(f.search(t, test.entity, test.query, ""))
		if test.entity == "listItem" || test.entity == "chatMessage" {
			got = map[bool]string{true: "found"}[got != ""]
		}
		if test.entity == "driveItem" || test.entity == "site" {
			got, test.want = inOrder(got), inOrder(test.want)
		}
		if test.entity == "drive" {
			got = map[bool]string{true: "Archive"}[got == "b!Archive"]
		}
		if got != test.want {
			t.Errorf("%s %s found %q, want %q", test.entity, test.query, got, test.want)
		}
	}
}

func TestSearchShowsHits(t *testing.T) {
	t.Parallel()
	f := setupSearch(t)
	hit := f.search(t, "driveItem", "poster", "")["hits"].([]any)[0].(map[string]any)
	resource := hit["resource"].(map[string]any)
	if hit["summary"] != "a <c0>poster</c0> for the campaign" || hit["rank"] != 1.0 || resource["@odata.type"] != "#microsoft.graph.driveItem" ||
		resource["webUrl"] != "https://contoso.sharepoint.com/sites/marketing/Shared%20Documents/Plans/poster.txt" {
		t.Errorf("the hit is %v", hit)
	}
	item := f.search(t, "listItem", "gizmo", `,"fields":["Quantity","title"]`)["hits"].([]any)[0].(map[string]any)["resource"].(map[string]any)
	if diff := cmp.Diff(map[string]any{"Quantity": 92.5, "Title": "Gizmo"}, item["fields"]); diff != "" {
		t.Errorf("the fields of a list item (-want +got):\n%s", diff)
	}
	mail := f.search(t, "message", "soup", `,"fields":["subject"]`)["hits"].([]any)[0].(map[string]any)["resource"].(map[string]any)
	if diff := cmp.Diff(map[string]any{"@odata.type": "#microsoft.graph.message", "subject": "Lunch"}, mail); diff != "" {
		t.Errorf("the fields of a message (-want +got):\n%s", diff)
	}
	found := f.search(t, "message", "campaign", "")["hits"].([]any)[0].(map[string]any)
	if got := f.get(t, "/me/messages/"+found["hitId"].(string))["subject"]; got != "Lunch" {
		t.Errorf("the hit leads to %v", got)
	}
}

func TestSearchPagesAndSorts(t *testing.T) {
	t.Parallel()
	f := setupSearch(t)
	first := f.search(t, "driveItem", "campaign", `,"size":3,"sortProperties":[{"name":"name","isDescending":true}]`)
	if first["total"] != 4.0 || first["moreResultsAvailable"] != true || ids(first) != "site,picture,own" {
		t.Errorf("the first page is %v", first)
	}
	second := f.search(t, "driveItem", "campaign", `,"from":3,"size":3,"sortProperties":[{"name":"name","isDescending":true}]`)
	if second["moreResultsAvailable"] != false || ids(second) != "shared" || second["hits"].([]any)[0].(map[string]any)["rank"] != 4.0 {
		t.Errorf("the second page is %v", second)
	}
	none := f.search(t, "message", "nothing", "")
	if _, ok := none["hits"]; ok || none["total"] != 0.0 {
		t.Errorf("nothing found is %v", none)
	}
	if got := ids(f.search(t, "message", "campaign", `,"enableTopResults":true`)); got != "Campaign,Lunch" {
		t.Errorf("the best are %s", got)
	}
}

func TestSearchIsRefused(t *testing.T) {
	t.Parallel()
	f := setupSearch(t)
	q := `"query":{"queryString":"x"}`
	for name, test := range map[string]struct{ body, want string }{
		"no requests":        {`{"requests":[]}`, "400 BadRequest"},
		"null":               {`{"requests":[null]}`, "400 BadRequest"},
		"no kinds":           {`{"requests":[{` + q + `}]}`, "400 BadRequest"},
		"an odd kind":        {`{"requests":[{"entityTypes":["file"],` + q + `}]}`, "400 BadRequest"},
		"mail with files":    {`{"requests":[{"entityTypes":["message","driveItem"],` + q + `}]}`, "400 BadRequest"},
		"a kind twice":       {`{"requests":[{"entityTypes":["site","site"],` + q + `}]}`, "400 BadRequest"},
		"a page of mail":     {`{"requests":[{"entityTypes":["message"],"size":26,` + q + `}]}`, "400 BadRequest"},
		"a page":             {`{"requests":[{"entityTypes":["site"],"size":1001,` + q + `}]}`, "400 BadRequest"},
		"before the start":   {`{"requests":[{"entityTypes":["site"],"from":-1,` + q + `}]}`, "400 BadRequest"},
		"no query":           {`{"requests":[{"entityTypes":["site"]}]}`, "400 BadRequest"},
		"a broken query":     {`{"requests":[{"entityTypes":["site"],"query":{"queryString":"(x"}}]}`, "400 BadRequest"},
		"sorted mail":        {`{"requests":[{"entityTypes":["message"],"sortProperties":[{"name":"subject"}],` + q + `}]}`, "400 BadRequest"},
		"sorted oddly":       {`{"requests":[{"entityTypes":["site"],"sortProperties":[{"name":"smell"}],` + q + `}]}`, "400 BadRequest"},
		"a region":           {`{"requests":[{"entityTypes":["site"],"region":"NAM",` + q + `}]}`, "400 BadRequest"},
		"two different ones": {`{"requests":[{"entityTypes":["site"],` + q + `},{"entityTypes":["message"],"query":{"queryString":"y"}}]}`, "400 BadRequest"},
		"a missing scope":    {`{"requests":[{"entityTypes":["acronym"],` + q + `}]}`, "403 Forbidden"},
		"no object":          {`5`, "400 BadRequest"},
	} {
		token := f.token
		if name != "a missing scope" {
			token = mint(t, map[string]any{"scp": searchScopes + " Acronym.Read.All"})
		}
		if a := f.do(t, "POST", "/search/query", test.body, "Authorization", "Bearer "+token); fmt.Sprint(a.status, " ", a.code(t)) != test.want {
			t.Errorf("%s: %d %s, want %s", name, a.status, a.body, test.want)
		}
	}
}

func TestApplicationSearchesItsRegion(t *testing.T) {
	t.Parallel()
	f := setupSearch(t)
	f.token = mint(t, map[string]any{"scp": "", "roles": []string{"Files.Read.All", "Sites.Read.All", "Mail.Read"}})
	body := func(entity, more string) string {
		return `{"requests":[{"entityTypes":["` + entity + `"],"query":{"queryString":"campaign"}` + more + `}]}`
	}
	if a := f.do(t, "POST", "/search/query", body("driveItem", "")); a.status != http.StatusBadRequest {
		t.Errorf("without a region = %d %s", a.status, a.body)
	}
	if a := f.do(t, "POST", "/search/query", body("message", `,"region":"NAM"`)); a.status != http.StatusForbidden {
		t.Errorf("mail = %d %s", a.status, a.body)
	}
	if got := f.search(t, "driveItem", "campaign", `,"region":"NAM"`)["total"]; got != 2.0 {
		t.Errorf("found %v in sites, want 2", got)
	}
	if got := f.search(t, "driveItem", "campaign", `,"region":"NAM","sharePointOneDriveOptions":{"includeContent":"privateContent,sharedContent"}`)["total"]; got != 6.0 {
		t.Errorf("found %v with what is private, want 6", got)
	}
}

func FuzzSearchQuery(f *testing.F) {
	for _, seed := range []string{
		`{"requests":[{"entityTypes":["message"],"query":{"queryString":"a AND (b OR c:d*) received>=today"}}]}`,
		`{"requests":[{"entityTypes":["site","driveItem","listItem","list","drive"],"query":{"queryString":"x","queryTemplate":"{searchTerms} path:\"y\""},"fields":["a"],"from":1,"size":0}]}`,
		`{"requests":[{"entityTypes":["person"],"query":{"queryString":"é*"}}]}`, `{"requests":[{"entityTypes":["event"],"query":{"queryString":"\"\""}}]}`, `{"requests":{}}`, `null`,
	} {
		f.Add(seed)
	}
	s, err := graphtest.New(&graphtest.Options{Keys: keys, Issuer: issuer, Tenant: library(), InMemory: true, Now: func() time.Time { return now }})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = s.Close() })
	server := &fixture{s, mint(f, map[string]any{"scp": searchScopes})}
	f.Fuzz(func(t *testing.T, body string) {
		if a := server.do(t, "POST", "/search/query", body); a.status >= 500 {
			t.Errorf("%q = %d %s", body, a.status, a.body)
		}
	})
}
