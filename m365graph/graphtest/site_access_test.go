package graphtest_test

import (
	"net/http"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/m365go/sdk/m365graph/graphtest"
)

func TestSiteAccess(t *testing.T) {
	t.Parallel()
	f := setupSites(t)
	app := func(roles ...string) string {
		return mint(t, map[string]any{"scp": "", "roles": roles, "oid": robotID, "appid": robotID})
	}
	person := func(oid, scopes string) string { return mint(t, map[string]any{"oid": oid, "scp": scopes}) }
	plant := "/sites/root:/sites/plant"
	for _, test := range []struct {
		name, token, method, path string
		want                      int
	}{
		{"a member", person(opsID, "Sites.Read.All"), "GET", plant, 200},
		{"no member", person(salesID, "Sites.Read.All"), "GET", plant, 403},
		{"no member, its library", person(salesID, "Sites.Read.All"), "GET", plant + ":/drive/root", 403},
		{"files' scope for a library", person(opsID, "Files.Read.All"), "GET", plant + ":/drive/root", 200},
		{"own files' scope for a library", person(opsID, "Files.Read"), "GET", plant + ":/drive/root", 403},
		{"own files' scope for a library by id", person(opsID, "Files.Read"), "GET", "/drives/b!Library/root", 403},
		{"no member, a subsite", person(salesID, "Sites.Read.All"), "GET", "/sites/" + marketing, 200},
		{"no scope", person(salesID, "User.Read"), "GET", "/sites/root", 403},
		{"reading scope for a write", person(salesID, "Sites.Read.All"), "POST", "/sites/" + marketing + "/lists/Inventory/items", 403},
		{"permissions for a person who owns nothing", person(salesID, "Sites.ReadWrite.All"), "GET", "/sites/" + marketing + "/permissions", 403},
		{"an application", app("Sites.Read.All"), "GET", plant, 200},
		{"an application, all sites", app("Sites.Read.All"), "GET", "/sites/getAllSites", 200},
		{"a person, all sites", person(salesID, "Sites.Read.All"), "GET", "/sites/getAllSites", 403},
		{"granted", app("Sites.Selected"), "GET", "/sites/" + marketing, 200},
		{"granted, library", app("Sites.Selected"), "GET", "/drives/b!Library/root", 200},
		{"granted, subsite", app("Sites.Selected"), "GET", "/sites/root:/sites/marketing/events", 200},
		{"granted reading", app("Sites.Selected"), "POST", "/sites/" + marketing + "/lists/Inventory/items", 403},
		{"not granted", app("Sites.Selected"), "GET", plant, 403},
		{"selected does not search", app("Sites.Selected"), "GET", "/sites?search=*", 403},
		{"selected is no one's drive", app("Sites.Selected"), "GET", "/users/" + salesID + "/drive", 403},
		{"selected, a person's drive by id", app("Sites.Selected"), "GET", "/drives/" + f.get(t, "/me/drive")["id"].(string), 403},
		{"an application follows nothing", app("Sites.Read.All"), "GET", "/me/followedSites", 400},
	} {
		body := ""
		if test.method == "POST" {
			body = `{"fields":{"Title":"x"}}`
		}
		if a := f.do(t, test.method, test.path, body, "Authorization", "Bearer "+test.token); a.status != test.want {
			t.Errorf("%s: %s %s = %d %s, want %d", test.name, test.method, test.path, a.status, a.body, test.want)
		}
	}
}

func TestSitePermissionsAreTold(t *testing.T) {
	t.Parallel()
	f := setupSites(t)
	f.token = mint(t, map[string]any{"scp": "Sites.FullControl.All"})
	p := f.get(t, "/sites/"+marketing+"/permissions")["value"].([]any)[0].(map[string]any)
	want := []any{map[string]any{"application": map[string]any{"id": robotID, "displayName": "Robot"}}}
	if diff := cmp.Diff(want, p["grantedToIdentitiesV2"]); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := f.get(t, "/sites/"+marketing+"/permissions/"+p["id"].(string))["roles"]; !cmp.Equal(got, []any{"read"}) {
		t.Errorf("roles %v, want read", got)
	}
}

func TestWhoOpensASiteThatSaysNothing(t *testing.T) {
	t.Parallel()
	const heads, all = "8a6f1b5e-0000-4000-8000-0000000000e2", "8a6f1b5e-0000-4000-8000-0000000000e3"
	tenant := office()
	tenant.Groups = []*graphtest.Group{
		{ID: heads, DisplayName: "Heads", GroupTypes: []string{"Unified"}, Visibility: "Private", Owners: []string{opsID}},
		{ID: all, DisplayName: "All", GroupTypes: []string{"Unified"}, Owners: []string{opsID}},
	}
	report := &graphtest.DriveItem{ID: "report", Name: "report.txt", Content: []byte("x"), Shared: []graphtest.Share{{With: salesID}}}
	tenant.Sites = []*graphtest.Site{
		{
			Path: "sites/heads", DisplayName: "Heads", Group: heads, Sites: []*graphtest.Site{{Path: "minutes"}},
			Drives: []*graphtest.Drive{{ID: "b!Heads", Items: []*graphtest.DriveItem{report, {ID: "plan", Name: "plan.txt"}}}},
		},
		{Path: "sites/all", DisplayName: "All", Group: all},
		{Path: "sites/nobody", Members: []string{}},
	}
	f := setup(t, tenant)
	desk := mint(t, map[string]any{"scp": siteScopes})
	ops := mint(t, map[string]any{"scp": siteScopes, "oid": opsID})
	for _, test := range []struct {
		path      string
		desk, ops int
	}{
		{"/sites/root:/sites/heads", 403, 200},
		{"/sites/root:/sites/heads/minutes", 403, 200},
		{"/groups/" + heads + "/drive/root", 403, 200},
		{"/groups/" + heads + "/drives", 403, 200},
		{"/drives/b!Heads/items/plan", 403, 200},
		{"/drives/b!Heads/items/report", 200, 200},
		{"/drives/b!Heads/items/report/content", 302, 302},
		{"/sites/root:/sites/all", 200, 200},
		{"/groups/" + all + "/drives", 200, 200},
		{"/sites/root:/sites/nobody", 403, 403},
	} {
		for token, want := range map[string]int{desk: test.desk, ops: test.ops} {
			if a := f.do(t, "GET", test.path, "", "Authorization", "Bearer "+token); a.status != want {
				t.Errorf("GET %s = %d %s, want %d (of them it is the one in the group: %v)", test.path, a.status, a.body, want, token == ops)
			}
		}
	}
	if a := f.do(t, "PATCH", "/drives/b!Heads/items/report", `{"name":"mine.txt"}`, "Authorization", "Bearer "+desk); a.status != http.StatusForbidden {
		t.Errorf("a write to what is shared for reading = %d, want 403", a.status)
	}
	f.token = desk
	if got := valuesOf(f.get(t, "/sites?search=*"), "displayName"); slices.Contains(got, "Heads") || !slices.Contains(got, "All") {
		t.Errorf("the search for sites finds %q", got)
	}
}
