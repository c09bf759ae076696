package graphtest_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/m365go/sdk/m365graph/graphtest"
)

// cabinet is an office whose sales desk keeps some files.
func cabinet() *graphtest.Tenant {
	t := office()
	at := func(day int) time.Time { return time.Date(2026, 2, day, 10, 0, 0, 0, time.UTC) }
	t.Users[0].Drive = &graphtest.Drive{ID: "b!Drive", Items: []*graphtest.DriveItem{
		{ID: "reports", Name: "Reports", Children: []*graphtest.DriveItem{
			{ID: "q1", Name: "Q1 50%.docx", Content: []byte("first quarter"), LastModifiedDateTime: at(3)},
			{ID: "year", Name: "2025", Folder: true, Children: []*graphtest.DriveItem{
				{ID: "plan", Name: "plan.txt", Content: []byte("plan"), LastModifiedDateTime: at(5)},
			}},
		}},
		{ID: "notes", Name: "notes.txt", Content: []byte("hello world"), LastModifiedDateTime: at(4), LastModifiedBy: &graphtest.Recipient{Name: "Operations", Address: "ops@contoso.example"}},
		{ID: "empty", Name: "empty.bin", LastModifiedDateTime: at(1)},
	}}
	return t
}

func TestDriveTellsOwnerAndQuota(t *testing.T) {
	t.Parallel()
	f := setup(t, cabinet())
	drive := f.get(t, "/me/drive")
	if drive["id"] != "b!Drive" || drive["driveType"] != "business" || drive["name"] != "OneDrive" {
		t.Errorf("drive = %v", drive)
	}
	if got := drive["quota"].(map[string]any)["used"]; got != 28.0 {
		t.Errorf("used = %v, want 28", got)
	}
	if got := values(f.get(t, "/me/drives"), "id"); !slices.Equal(got, []string{"b!Drive"}) {
		t.Errorf("drives = %v, want the one", got)
	}
	for _, path := range []string{"/drives/b!Drive", "/drives/B!DRIVE", "/users/sales@contoso.example/drive", "/me/drives/b!Drive"} {
		if got := f.get(t, path)["id"]; got != "b!Drive" {
			t.Errorf("GET %s id = %v, want b!Drive", path, got)
		}
	}
	other := f.get(t, "/me/drives") // of nobody else
	if len(other["value"].([]any)) != 1 {
		t.Errorf("drives = %v", other)
	}
	stranger := &fixture{f.Server, mint(t, map[string]any{"oid": opsID})}
	for path, want := range map[string]int{"/drives/b!Drive/root": 403, "/drives/b!None": 404, "/users/sales@contoso.example/drive": 403} {
		if got := stranger.do(t, "GET", path, ""); got.status != want {
			t.Errorf("GET %s by somebody else = %d, want %d", path, got.status, want)
		}
	}
}

func TestItemsAreFoundByEachAddress(t *testing.T) {
	t.Parallel()
	f := setup(t, cabinet())
	for path, want := range map[string]string{
		"/me/drive/root":                                         "root",
		"/me/drive/items/root":                                   "root",
		"/me/drive/root:/Reports":                                "Reports",
		"/me/drive/root:/reports:":                               "Reports",
		"/me/drive/root:/Reports/Q1%2050%25.docx":                "Q1 50%.docx",
		"/me/drive/root:/Reports/Q1%2050%25.docx:":               "Q1 50%.docx",
		"/me/drive/items/reports:/2025/plan.txt:":                "plan.txt",
		"/drives/b!Drive/items/plan":                             "plan.txt",
		"/drives/b!Drive/items/root:/notes.txt:":                 "notes.txt",
		"/me/drive/items/root%3A%2FReports%2F2025%2Fplan.txt%3A": "plan.txt",
		"/me/drive/items('notes')":                               "notes.txt",
	} {
		if got := f.get(t, path)["name"]; got != want {
			t.Errorf("GET %s name = %v, want %s", path, got, want)
		}
	}
	for _, path := range []string{"/me/drive/items/none", "/me/drive/root:/none", "/me/drive/root:/notes.txt/none", "/me/drive/items/none/children"} {
		if a := f.do(t, "GET", path, ""); a.status != http.StatusNotFound || a.code(t) != "itemNotFound" {
			t.Errorf("GET %s = %d %s, want 404 itemNotFound", path, a.status, a.body)
		}
	}
}

func TestItemShowsWhatOneDriveShows(t *testing.T) {
	t.Parallel()
	f := setup(t, cabinet())
	file := f.get(t, "/me/drive/items/notes")
	root := f.get(t, "/me/drive/root")
	for name, want := range map[string]any{
		"name": "notes.txt", "size": 11.0, "lastModifiedDateTime": "2026-02-04T10:00:00Z",
		"webUrl":          "https://contoso-my.sharepoint.com/personal/sales_contoso_example/Documents/notes.txt",
		"fileSystemInfo":  map[string]any{"createdDateTime": "2026-02-04T10:00:00Z", "lastModifiedDateTime": "2026-02-04T10:00:00Z"},
		"file":            map[string]any{"mimeType": "text/plain", "hashes": map[string]any{"quickXorHash": "aCgDG9jwBhDc4Q1yawMZAAAAAAA="}},
		"folder":          nil,
		"root":            nil,
		"lastModifiedBy":  map[string]any{"user": map[string]any{"email": "ops@contoso.example", "displayName": "Operations"}},
		"createdBy":       map[string]any{"user": map[string]any{"email": "sales@contoso.example", "id": salesID, "displayName": "Sales Desk"}},
		"parentReference": map[string]any{"driveType": "business", "driveId": "b!Drive", "siteId": root["parentReference"].(map[string]any)["siteId"], "id": root["id"], "name": "root", "path": "/drives/b!Drive/root:"},
	} {
		if diff := cmp.Diff(want, file[name]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	if url, _ := file["@microsoft.graph.downloadUrl"].(string); !strings.HasPrefix(url, "https://"+f.ContentHost()+"/") {
		t.Errorf("downloadUrl = %q, want one on the content host", url)
	}
	folder := f.get(t, "/me/drive/items/reports")
	if diff := cmp.Diff(map[string]any{"childCount": 2.0}, folder["folder"]); diff != "" {
		t.Errorf("folder (-want +got):\n%s", diff)
	}
	if folder["size"] != 17.0 || folder["file"] != nil || folder["@microsoft.graph.downloadUrl"] != nil {
		t.Errorf("folder = %v, want 17 bytes and nothing of a file", folder)
	}
	deep := f.get(t, "/me/drive/items/plan")["parentReference"].(map[string]any)
	if got := deep["path"]; got != "/drives/b!Drive/root:/Reports/2025" {
		t.Errorf("parentReference.path = %v", got)
	}
	if got := f.get(t, "/me/drive/root")["root"]; got == nil {
		t.Error("the root has no root facet")
	}
	narrow := f.get(t, "/me/drive/items/notes?$select=id,@microsoft.graph.downloadUrl")
	if narrow["@microsoft.graph.downloadUrl"] == nil || narrow["size"] != nil {
		t.Errorf("selected = %v, want id and downloadUrl", narrow)
	}
}

func TestChildrenAreListedInTheOrderAskedFor(t *testing.T) {
	t.Parallel()
	f := setup(t, cabinet())
	for query, want := range map[string][]string{
		"":                                       {"empty.bin", "notes.txt", "Reports"},
		"?$orderby=name%20desc":                  {"Reports", "notes.txt", "empty.bin"},
		"?$orderby=size":                         {"empty.bin", "notes.txt", "Reports"},
		"?$orderby=lastModifiedDateTime%20desc":  {"Reports", "notes.txt", "empty.bin"},
		"?$filter=file%20ne%20null&$select=name": {"empty.bin", "notes.txt"},
	} {
		if diff := cmp.Diff(want, values(f.get(t, "/me/drive/root/children"+query), "name")); diff != "" {
			t.Errorf("children%s (-want +got):\n%s", query, diff)
		}
	}
	var names []string
	pages := 0
	for path := "/me/drive/root/children?$top=2"; path != ""; pages++ {
		page := f.get(t, path)
		names = append(names, values(page, "name")...)
		path, _ = page["@odata.nextLink"].(string)
	}
	if want := []string{"empty.bin", "notes.txt", "Reports"}; pages != 2 || !slices.Equal(names, want) {
		t.Errorf("%d pages of %v, want two of %v", pages, names, want)
	}
	if got := values(f.get(t, "/me/drive/root:/Reports:/children"), "name"); !slices.Equal(got, []string{"2025", "Q1 50%.docx"}) {
		t.Errorf("children by path = %v", got)
	}
	expanded := f.get(t, "/me/drive/items/reports?$expand=children")
	if got := len(expanded["children"].([]any)); got != 2 {
		t.Errorf("expanded children = %d, want 2", got)
	}
}

func TestSearchAndRecent(t *testing.T) {
	t.Parallel()
	f := setup(t, cabinet())
	for path, want := range map[string][]string{
		"/me/drive/root/search(q='TXT')":                 {"notes.txt", "plan.txt"},
		"/me/drive/root/microsoft.graph.search(q='TXT')": {"notes.txt", "plan.txt"},
		"/me/drive/search(q='plan')":                     {"plan.txt"},
		"/me/drive/items/reports/search(q='.')":          {"plan.txt", "Q1 50%.docx"},
		"/me/drive/root/search(q='it''s')":               {},
		"/me/drive/recent":                               {"plan.txt", "notes.txt", "Q1 50%.docx", "empty.bin"},
		"/me/drive/recent()":                             {"plan.txt", "notes.txt", "Q1 50%.docx", "empty.bin"},
	} {
		if diff := cmp.Diff(want, values(f.get(t, path), "name")); diff != "" {
			t.Errorf("GET %s (-want +got):\n%s", path, diff)
		}
	}
	if a := f.do(t, "GET", "/me/drive/root/search", ""); a.status != http.StatusBadRequest || a.code(t) != "invalidRequest" {
		t.Errorf("search for nothing = %d %s, want 400 invalidRequest", a.status, a.body)
	}
}

// fetch downloads a file as a client does: token to Graph, none to where it points.
func (f *fixture) fetch(t *testing.T, path string, header ...string) *answer {
	t.Helper()
	a := f.do(t, "GET", path+"/content", "")
	if a.status != http.StatusFound {
		t.Fatalf("GET %s/content = %d %s, want 302", path, a.status, a.body)
	}
	return f.do(t, "GET", a.header.Get("Location"), "", append([]string{"Authorization", "-"}, header...)...)
}

// counted is content that counts how often it is opened and closed.
type counted struct {
	*bytes.Reader
	closed *atomic.Int64
}

func (c counted) Close() error { c.closed.Add(1); return nil }

func TestFilesOfTheTenantAreReadWhereTheyLie(t *testing.T) {
	t.Parallel()
	var opened, closed atomic.Int64
	content := bytes.Repeat([]byte("0123456789"), 1000)
	tenant := office()
	tenant.Users[0].Drive = &graphtest.Drive{Items: []*graphtest.DriveItem{{Name: "a.bin", Open: func() (io.ReaderAt, int64, error) {
		opened.Add(1)
		return counted{bytes.NewReader(content), &closed}, int64(len(content)), nil
	}}}}
	f := setup(t, tenant)
	got := f.fetch(t, "/me/drive/root:/a.bin:", "Range", "bytes=10-19")
	if got.status != http.StatusPartialContent || string(got.body) != "0123456789" {
		t.Errorf("range = %d %q", got.status, got.body)
	}
	if got := f.get(t, "/me/drive/root:/a.bin")["file"].(map[string]any)["hashes"]; got == nil {
		t.Error("no hash of a file that lies elsewhere")
	}
	if opened.Load() == 0 || opened.Load() != closed.Load() {
		t.Errorf("opened %d times, closed %d times", opened.Load(), closed.Load())
	}
	tenant.Users[0].Drive.Items[0].Open = func() (io.ReaderAt, int64, error) { return nil, 0, errors.New("gone") }
	if s, err := graphtest.New(&graphtest.Options{Keys: keys, Tenant: tenant}); err == nil || !strings.Contains(err.Error(), "a.bin") {
		t.Errorf("New with a file that cannot be opened = %v, %v, want an error that names it", s, err)
	}
}

func TestNewRefusesDrivesThatCannotBe(t *testing.T) {
	t.Parallel()
	for want, items := range map[string][]*graphtest.DriveItem{
		"there are two in one folder": {{Name: "a"}, {Name: "A"}},
		"does not take this name":     {{Name: "a:b"}},
		"there are two with id":       {{ID: "x", Name: "a"}, {ID: "x", Name: "b"}},
	} {
		tenant := office()
		tenant.Users[0].Drive = &graphtest.Drive{Items: items}
		if _, err := graphtest.New(&graphtest.Options{Keys: keys, Tenant: tenant}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("New = %v, want an error with %q", err, want)
		}
	}
}
