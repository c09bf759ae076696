package graphtest_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/m365go/sdk/m365graph/graphtest"
)

const (
	siteScopes = "Sites.ReadWrite.All Sites.Manage.All Files.ReadWrite.All User.Read.All"
	brandGroup = "8a6f1b5e-0000-4000-8000-0000000000e1"
	robotID    = "8a6f1b5e-0000-4000-8000-0000000000a1"
	marketing  = graphtest.SharePointHost + ",8a6f1b5e-0000-4000-8000-0000000000c1,8a6f1b5e-0000-4000-8000-0000000000c2"
)

// intranet is the office with a root site, a site of marketing, its subsite,
// and one that only the operations may open.
func intranet() *graphtest.Tenant {
	tenant := office()
	tenant.Groups = []*graphtest.Group{{ID: brandGroup, DisplayName: "Brand", GroupTypes: []string{"Unified"}}}
	tenant.Sites = []*graphtest.Site{
		{
			ID: marketing, Group: brandGroup, Path: "sites/marketing", DisplayName: "Marketing", Description: "Campaigns and brand",
			Drives: []*graphtest.Drive{
				{ID: "b!Library", Items: []*graphtest.DriveItem{{Name: "Plans", Folder: true, Children: []*graphtest.DriveItem{
					{ID: "plan", Name: "plan.txt", Content: []byte("the plan")},
				}}}},
				{ID: "b!Archive", Name: "Archive"},
			},
			Lists: []*graphtest.List{{
				ID: "8a6f1b5e-0000-4000-8000-0000000000d1", DisplayName: "Inventory",
				Columns: []*graphtest.Column{
					{Name: "Color", Type: "choice", Choices: []string{"Red", "Blue"}, Indexed: true},
					{Name: "Quantity", Type: "number"}, {Name: "Sold", Type: "boolean"}, {Name: "Due", Type: "dateTime"},
				},
				Items: []*graphtest.ListItem{
					{Fields: map[string]any{"Title": "Widget", "Color": "Blue", "Quantity": 2357}},
					{Fields: map[string]any{"Title": "Gadget", "Color": "Red", "Quantity": 503}, CreatedBy: &graphtest.Recipient{Address: "ops@contoso.example"}},
					{Fields: map[string]any{"Title": "Gizmo", "Color": "Red", "Quantity": 92.5}},
				},
			}},
			Sites:        []*graphtest.Site{{Path: "events", DisplayName: "Fairs"}},
			Applications: []*graphtest.SitePermission{{AppID: robotID, DisplayName: "Robot", Roles: []string{"read"}}},
		},
		{Path: "sites/plant", DisplayName: "Plant", Members: []string{"ops@contoso.example"}},
	}
	return tenant
}

func setupSites(t *testing.T) *fixture {
	t.Helper()
	f := setup(t, intranet())
	f.token = mint(t, map[string]any{"scp": siteScopes})
	return f
}

// valuesOf gives one member of each item of a page.
func valuesOf(page map[string]any, name string) []string {
	var all []string
	for _, v := range page["value"].([]any) {
		all = append(all, fmt.Sprint(v.(map[string]any)[name]))
	}
	return all
}

func TestSiteIsFoundInAllItsWays(t *testing.T) {
	t.Parallel()
	f := setupSites(t)
	for path, want := range map[string]string{
		"/sites/root":                                                           "Contoso",
		"/sites/" + graphtest.SharePointHost:                                    "Contoso",
		"/sites/" + marketing:                                                   "Marketing",
		"/sites/" + strings.ToUpper(marketing):                                  "Marketing",
		"/sites/" + url.PathEscape(marketing):                                   "Marketing",
		"/sites/8a6f1b5e-0000-4000-8000-0000000000c2":                           "Marketing",
		"/sites/" + graphtest.SharePointHost + ":/sites/marketing":              "Marketing",
		"/sites/" + graphtest.SharePointHost + ":/sites/Marketing:":             "Marketing",
		"/sites/" + graphtest.SharePointHost + "%3A%2Fsites%2Fmarketing":        "Marketing",
		"/sites/root:/sites/marketing":                                          "Marketing",
		"/sites/root:/sites/marketing/events":                                   "Fairs",
		"/sites/" + marketing + ":/events":                                      "Fairs",
		"/groups/" + brandGroup + "/sites/root":                                 "Marketing",
		"/sites/root/getByPath(path='sites%2Fmarketing')":                       "Marketing",
		"/sites/" + marketing + "/getByPath(path='events')?$select=displayName": "Fairs",
	} {
		if got := f.get(t, path)["displayName"]; got != want {
			t.Errorf("GET %s gave %v, want %s", path, got, want)
		}
	}
	for path, want := range map[string]string{
		"/sites/other.sharepoint.com":                                  "400 invalidRequest",
		"/sites/other.sharepoint.com,a,b":                              "400 invalidRequest",
		"/sites/" + graphtest.SharePointHost + ",a,b":                  "404 itemNotFound",
		"/sites/" + graphtest.SharePointHost + ":/sites/nobody":        "404 itemNotFound",
		"/sites/" + marketing + "/sites/" + marketing:                  "404 itemNotFound",
		"/sites/root/lists/none":                                       "404 itemNotFound",
		"/sites/" + marketing + "/lists/Inventory/items/99":            "404 itemNotFound",
		"/sites/" + marketing + "/lists/Inventory/items/x":             "404 itemNotFound",
		"/sites/" + marketing + "/drives/b!None/root":                  "404 itemNotFound",
		"/groups/" + salesID + "/sites/root":                           "404 itemNotFound",
		"/groups/" + brandGroup + "/sites/" + graphtest.SharePointHost: "404 itemNotFound",
		"/groups/" + salesID + "/drive":                                "404 itemNotFound",
		"/sites?$skip=1":                                               "400 invalidRequest",
	} {
		if a := f.do(t, "GET", path, ""); fmt.Sprint(a.status, " ", a.code(t)) != want {
			t.Errorf("GET %s = %d %s, want %s", path, a.status, a.body, want)
		}
	}
}

func TestSiteShowsWhatSharePointShows(t *testing.T) {
	t.Parallel()
	f := setupSites(t)
	got := f.get(t, "/sites/"+marketing)
	delete(got, "@odata.context")
	want := map[string]any{
		"id": marketing, "name": "marketing", "displayName": "Marketing", "description": "Campaigns and brand", "root": map[string]any{},
		"webUrl": "https://contoso.sharepoint.com/sites/marketing", "siteCollection": map[string]any{"hostname": "contoso.sharepoint.com"},
		"createdDateTime": "2026-03-04T09:00:00Z", "lastModifiedDateTime": "2026-03-04T09:00:00Z",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := f.get(t, "/sites/root:/sites/marketing/events"); got["siteCollection"] != nil || got["root"] != nil {
		t.Errorf("a subsite says that it is the top of a collection: %v", got)
	}
}

func TestSitesAreSearchedAndListed(t *testing.T) {
	t.Parallel()
	f := setupSites(t)
	for query, want := range map[string]string{
		"?search=market": "Marketing Fairs", "?search=brand": "Marketing", "?search=*": "Contoso Marketing Fairs", "": "Contoso Marketing Fairs",
		"?search=nothing": "", "?$search=%22Market%22": "Marketing Fairs", "?search=plant": "",
		"?$filter=displayName%20eq%20'Fairs'": "Fairs", "?$filter=siteCollection/root%20ne%20null": "Contoso",
	} {
		if got := strings.Join(valuesOf(f.get(t, "/sites"+query), "displayName"), " "); got != want {
			t.Errorf("GET /sites%s gave %q, want %q", query, got, want)
		}
	}
	page := f.get(t, "/sites?search=*&$top=2")
	if got := valuesOf(f.get(t, page["@odata.nextLink"].(string)), "displayName"); !slices.Equal(got, []string{"Fairs"}) {
		t.Errorf("the second page is %q", got)
	}
	if got := valuesOf(f.get(t, "/sites/"+marketing+"/sites"), "displayName"); !slices.Equal(got, []string{"Fairs"}) {
		t.Errorf("subsites are %q", got)
	}
}

func TestLibraryIsDriveAndList(t *testing.T) {
	t.Parallel()
	f := setupSites(t)
	if got := valuesOf(f.get(t, "/sites/"+marketing+"/drives"), "name"); !slices.Equal(got, []string{"Documents", "Archive"}) {
		t.Fatalf("drives are %q", got)
	}
	drive := f.get(t, "/sites/root:/sites/marketing:/drive")
	if drive["id"] != "b!Library" || drive["driveType"] != "documentLibrary" || drive["webUrl"] != "https://contoso.sharepoint.com/sites/marketing/Shared%20Documents" {
		t.Errorf("the default drive is %v", drive)
	}
	for _, path := range []string{
		"/groups/" + brandGroup + "/drive/root:/Plans/plan.txt",
		"/sites/" + marketing + "/drive/root:/Plans/plan.txt", "/sites/root:/sites/marketing:/drive/root:/Plans/plan.txt",
		"/sites/" + marketing + "/drives/b!Library/items/plan", "/drives/b!Library/items/plan", "/sites/" + marketing + "/lists/Documents/drive/items/plan",
	} {
		if got := f.get(t, path)["id"]; got != "plan" {
			t.Errorf("GET %s gave %v, want plan", path, got)
		}
	}
	item := f.get(t, "/drives/b!Library/items/plan/listItem?$expand=fields,driveItem&$select=sharepointIds,id")
	ids := item["sharepointIds"].(map[string]any)
	if ids["listItemId"] != item["id"] || ids["tenantId"] != tenantID || item["fields"].(map[string]any)["FileLeafRef"] != "plan.txt" {
		t.Errorf("the list item of a file is %v", item)
	}
	back := f.get(t, "/sites/"+marketing+"/lists/Documents/items/"+item["id"].(string)+"/driveItem")
	if back["id"] != "plan" {
		t.Errorf("the file of the list item is %v", back["id"])
	}
	if a := f.do(t, "PUT", "/sites/"+marketing+"/drive/root:/new.txt:/content", "new", "Content-Type", "text/plain"); a.status != http.StatusCreated {
		t.Fatalf("an upload to a site = %d %s", a.status, a.body)
	}
	if n := len(f.get(t, "/sites/"+marketing+"/lists/Documents/items")["value"].([]any)); n != 3 {
		t.Errorf("the library lists %d items, want a folder and two files", n)
	}
}

func TestFollowedSites(t *testing.T) {
	t.Parallel()
	f := setupSites(t)
	body := `{"value":[{"id":"` + marketing + `"}]}`
	if a := f.do(t, "POST", "/me/followedSites/add", body); a.status != http.StatusOK {
		t.Fatalf("add = %d %s", a.status, a.body)
	}
	if got := valuesOf(f.get(t, "/me/followedSites"), "displayName"); !slices.Equal(got, []string{"Marketing"}) {
		t.Errorf("followed are %q", got)
	}
	if a := f.do(t, "POST", "/me/followedSites/remove", body); a.status != http.StatusNoContent {
		t.Fatalf("remove = %d %s", a.status, a.body)
	}
	if got := valuesOf(f.get(t, "/me/followedSites"), "displayName"); len(got) != 0 {
		t.Errorf("followed are %q after the removal", got)
	}
}

func TestSiteDataIsRefused(t *testing.T) {
	t.Parallel()
	for name, site := range map[string]*graphtest.Site{
		"an id of another shape": {Path: "sites/a", ID: "a"},
		"a path twice":           {Path: "sites/a", Sites: []*graphtest.Site{{Path: "b"}, {Path: "B"}}},
		"a member nobody knows":  {Path: "sites/a", Members: []string{"nobody@contoso.example"}},
		"a list without a name":  {Path: "sites/a", Lists: []*graphtest.List{{}}},
		"a list's name twice":    {Path: "sites/a", Lists: []*graphtest.List{{DisplayName: "documents"}}},
		"a type nobody knows":    {Path: "sites/a", Lists: []*graphtest.List{{DisplayName: "l", Columns: []*graphtest.Column{{Name: "c", Type: "odd"}}}}},
		"an item's id":           {Path: "sites/a", Lists: []*graphtest.List{{DisplayName: "l", Items: []*graphtest.ListItem{{ID: "x"}}}}},
		"an item's id twice":     {Path: "sites/a", Lists: []*graphtest.List{{DisplayName: "l", Items: []*graphtest.ListItem{{ID: "1"}, {ID: "1"}}}}},
		"a field of no column":   {Path: "sites/a", Lists: []*graphtest.List{{DisplayName: "l", Items: []*graphtest.ListItem{{Fields: map[string]any{"X": 1}}}}}},
		"a value of no type":     {Path: "sites/a", Lists: []*graphtest.List{{DisplayName: "l", Items: []*graphtest.ListItem{{Fields: map[string]any{"Title": struct{}{}}}}}}},
		"a library without name": {Path: "sites/a", Drives: []*graphtest.Drive{{}, {}}},
	} {
		tenant := office()
		tenant.Sites = []*graphtest.Site{site}
		s, err := graphtest.New(&graphtest.Options{Keys: keys, Tenant: tenant})
		if err == nil {
			_ = s.Close()
			t.Errorf("%s is taken", name)
		}
	}
}
