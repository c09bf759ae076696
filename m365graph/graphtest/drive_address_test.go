package graphtest_test

import (
	"bytes"
	"image/png"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/m365go/sdk/m365graph/graphtest"
)

func TestSpecialFoldersAreThereForWhoeverAsks(t *testing.T) {
	t.Parallel()
	f := setup(t, cabinet())
	root := f.get(t, "/me/drive/special/approot")
	if root["name"] != "Graph" || root["folder"] == nil || root["specialFolder"].(map[string]any)["name"] != "approot" {
		t.Errorf("approot = %v", root)
	}
	if got := f.get(t, "/me/drive/special/approot/children")["value"].([]any); len(got) != 0 {
		t.Errorf("it holds %v", got)
	}
	if got := f.get(t, "/me/drive/items/"+root["id"].(string))["id"]; got != root["id"] {
		t.Errorf("by its id = %v", got)
	}
	if a := f.do(t, "PUT", "/me/drive/special/approot:/settings.json:/content", "{}"); a.status != http.StatusCreated {
		t.Fatalf("PUT = %d %s, want 201", a.status, a.body)
	}
	if a := f.do(t, "POST", "/me/drive/items/"+root["id"].(string)+"/children", `{"name":"below","folder":{}}`); a.status != http.StatusCreated {
		t.Errorf("a folder by id = %d %s, want 201", a.status, a.body)
	}
	if got := values(f.get(t, "/me/drive/root:/Apps/Graph:/children"), "name"); !slices.Equal(got, []string{"below", "settings.json"}) {
		t.Errorf("children by path = %v", got)
	}
	if got := f.get(t, "/me/drive/special/approot")["id"]; got != root["id"] {
		t.Errorf("its id became %v", got)
	}
	url := f.begin(t, "/me/drive/special/photos:/a.png:", "")
	if a := f.slice(t, url, []byte("x"), 0, 1, 1); a.status != http.StatusCreated {
		t.Errorf("an upload to a special folder = %d %s, want 201", a.status, a.body)
	}
	for path, want := range map[string]int{"/me/drive/special/none": 404, "/me/drive/special/documents:/none": 404} {
		if a := f.do(t, "GET", path, ""); a.status != want {
			t.Errorf("GET %s = %d, want %d", path, a.status, want)
		}
	}
	if a := f.do(t, "DELETE", "/me/drive/special/music", ""); a.status != http.StatusNotFound {
		t.Errorf("DELETE of one that nobody used = %d, want 404", a.status)
	}
}

func TestPathsAreReadAsClientsWriteThem(t *testing.T) {
	t.Parallel()
	f := setup(t, cabinet())
	for path, want := range map[string]string{
		"/me/drive/root:/.%2FReports%2F2025%2Fplan.txt":      "plan.txt",
		"/me/drive/root:/./Reports/2025":                     "2025",
		"/me/drive/root:/":                                   "root",
		"/me/drive/root:":                                    "root",
		"/me/drive/root/children/notes.txt":                  "notes.txt",
		"/me/drive/items/reports/children('2025')":           "2025",
		"/me/drive/items/reports/children('@a1')?@a1='2025'": "2025",
		"/me/drive/items/reports/children/q1":                "Q1 50%.docx",
		"/me/drive/items/NOTES?select=name":                  "",
		"/me/drive/items/notes?select=name":                  "notes.txt",
		"/drives/b!drive/items/root:/Reports:/":              "Reports",
		"/me/drive/items('reports')":                         "Reports",
		f.URL() + "/v2.0/drives/b!Drive/items/notes":         "notes.txt",
	} {
		a := f.do(t, "GET", path, "")
		if want == "" {
			if a.status != http.StatusNotFound {
				t.Errorf("GET %s = %d, want 404", path, a.status)
			}
			continue
		}
		if a.status != http.StatusOK || a.json(t)["name"] != want {
			t.Errorf("GET %s = %d %s, want %s", path, a.status, a.body, want)
		}
	}
	if got := values(f.get(t, "/me/drive/root:/:/children"), "name"); len(got) != 3 {
		t.Errorf("children of an empty path = %v, want those of the root", got)
	}
}

func TestPathsAndNamesHaveLimits(t *testing.T) {
	t.Parallel()
	f := setup(t, cabinet())
	deep := strings.Repeat(strings.Repeat("d", 99)+"/", 4)
	a := f.do(t, "PUT", "/me/drive/root:/"+deep+"x:/content", "x")
	inner, _ := a.json(t)["error"].(map[string]any)["innerError"].(map[string]any)
	if a.status != http.StatusBadRequest || a.code(t) != "invalidRequest" || inner["code"] != "pathIsTooLong" {
		t.Errorf("a path of 401 characters = %d %s, want 400 pathIsTooLong", a.status, a.body)
	}
	if a := f.do(t, "PUT", "/me/drive/root:/"+strings.TrimSuffix(deep, "/")+":/content", "x"); a.status != http.StatusCreated {
		t.Errorf("a path of 400 characters = %d %s, want 201", a.status, a.body)
	}
	for name, want := range map[string]int{
		strings.Repeat("n", 255): 201, strings.Repeat("n", 256): 400, "CON": 400, "com7": 400, ".lock": 400, "desktop.ini": 400, "a_vti_b": 400, "CON.txt": 201, "": 400,
		"~$x": 400, " x": 400, "x.": 400, "a\\\\b": 400, "a:b": 400, "ä ö 日本": 201, ".x": 201,
	} {
		if a := f.do(t, "POST", "/me/drive/root/children", `{"name":"`+name+`","folder":{}}`); a.status != want {
			t.Errorf("a folder called %q = %d %s, want %d", name, a.status, a.body, want)
		}
	}
}

func TestFacetsOfTheTenantAreShown(t *testing.T) {
	t.Parallel()
	tenant := office()
	tenant.Users[0].Drive = &graphtest.Drive{ID: "d", Quota: 20, Items: []*graphtest.DriveItem{
		{ID: "book", Name: "Notebook", Package: "oneNote", Children: []*graphtest.DriveItem{{Name: "Section.one", Content: []byte("x")}}},
		{ID: "bad", Name: "bad.exe", Content: []byte("x"), Malware: "EICAR"},
		{ID: "pic", Name: "pic.jpg", Content: []byte("x"), Image: &graphtest.Image{Width: 4, Height: 3}, Photo: &graphtest.Photo{TakenDateTime: now, CameraMake: "C"}},
		{ID: "text", Name: "text.txt", Content: []byte("Quarterly figures of the plant")[:16]},
	}}
	f := setup(t, tenant)
	if got := f.get(t, "/me/drive/items/book"); got["package"] == nil || got["folder"] != nil || got["file"] != nil {
		t.Errorf("a notebook = %v", got)
	}
	if got := f.get(t, "/me/drive/items/pic"); got["image"].(map[string]any)["width"] != 4.0 || got["photo"] == nil || got["video"] != nil {
		t.Errorf("a picture = %v", got)
	}
	if a := f.do(t, "PUT", "/me/drive/root:/Notebook:/content", "x"); a.status != http.StatusConflict || a.code(t) != "nameAlreadyExists" {
		t.Errorf("PUT over a notebook = %d, want 409", a.status)
	}
	if got := f.fetch(t, "/me/drive/items/bad"); got.status != http.StatusForbidden || got.header.Get("X-Virus-Infected") != "EICAR" {
		t.Errorf("download of malware = %d %v", got.status, got.header)
	}
	if a := f.do(t, "GET", "/me/drive/items/text/content?format=pdf", ""); a.status != http.StatusNotAcceptable {
		t.Errorf("as PDF = %d, want 406", a.status)
	}
	if got := values(f.get(t, "/me/drive/root/search(q='FIGURES quarterly')"), "id"); len(got) != 0 {
		t.Errorf("search for words of which one is cut off = %v", got)
	}
	if got := values(f.get(t, "/me/drive/root/search(q='quarterly')"), "id"); !slices.Equal(got, []string{"text"}) {
		t.Errorf("search in texts = %v, want text", got)
	}
	if got := f.get(t, "/me/drive")["quota"].(map[string]any)["state"]; got != "nearing" {
		t.Errorf("quota.state = %v, want nearing", got)
	}
}

func TestImagesHaveThumbnails(t *testing.T) {
	t.Parallel()
	tenant := office()
	tenant.Users[0].Drive = &graphtest.Drive{Items: []*graphtest.DriveItem{{ID: "pic", Name: "pic.png"}, {ID: "text", Name: "a.txt"}}}
	f := setup(t, tenant)
	set := f.get(t, "/me/drive/items/pic/thumbnails")["value"].([]any)[0].(map[string]any)
	small := set["small"].(map[string]any)
	a := f.do(t, "GET", small["url"].(string), "", "Authorization", "-")
	if picture, err := png.Decode(bytes.NewReader(a.body)); err != nil || float64(picture.Bounds().Dx()) != small["width"] {
		t.Errorf("thumbnail = %d, %v", a.status, err)
	}
	if a := f.do(t, "GET", strings.Replace(small["url"].(string), "tempauth=", "tempauth=x", 1), "", "Authorization", "-"); a.status != http.StatusUnauthorized {
		t.Errorf("a forged URL = %d, want 401", a.status)
	}
	if a := f.do(t, "GET", "/me/drive/items/pic/thumbnails/0/large/content", ""); a.status != http.StatusFound {
		t.Errorf("content of a thumbnail = %d, want 302", a.status)
	}
	if got := f.get(t, "/me/drive/items/pic/thumbnails/0/medium")["width"]; got != 176.0 {
		t.Errorf("width = %v, want 176", got)
	}
	if got := f.get(t, "/me/drive/items/text?$expand=thumbnails")["thumbnails"].([]any); len(got) != 0 {
		t.Errorf("thumbnails of a text = %v", got)
	}
	if a := f.do(t, "GET", "/me/drive/items/text/thumbnails/0/large", ""); a.status != http.StatusNotFound {
		t.Errorf("a thumbnail of a text = %d, want 404", a.status)
	}
}

func TestReadersAreToldWhatTheyKnow(t *testing.T) {
	t.Parallel()
	f := setup(t, cabinet())
	folder := f.get(t, "/me/drive/items/reports")
	tag := folder["eTag"].(string)
	if cTag, there := folder["cTag"]; there {
		t.Errorf("a folder has the cTag %v", cTag)
	}
	if a := f.do(t, "GET", "/me/drive/items/reports", "", "If-None-Match", tag); a.status != http.StatusNotModified {
		t.Errorf("GET of a folder with its tag = %d, want 304", a.status)
	}
	f.do(t, "PUT", "/me/drive/root:/Reports/new.txt:/content", "x")
	if a := f.do(t, "GET", "/me/drive/items/reports/children", "", "If-None-Match", tag); a.status != http.StatusOK {
		t.Errorf("GET of children that changed = %d, want 200", a.status)
	}
	for _, query := range []string{"?$skip=1", "?$search=x", "?$count=true", "?$apply=x"} {
		if a := f.do(t, "GET", "/me/drive/root/children"+query, ""); a.status != http.StatusBadRequest || a.code(t) != "invalidRequest" {
			t.Errorf("children%s = %d %s, want 400 invalidRequest", query, a.status, a.body)
		}
	}
}

func TestTwoUploadsOfOneNameMeet(t *testing.T) {
	t.Parallel()
	f := setup(t, cabinet())
	const uploads = 16
	statuses := make([]int, uploads)
	var wait sync.WaitGroup
	for i := range uploads {
		wait.Go(func() {
			a, err := f.try(t, "PUT", "/me/drive/root:/race/one.txt:/content?@microsoft.graph.conflictBehavior=fail", "x")
			if err != nil {
				t.Errorf("PUT: %v", err)
				return
			}
			statuses[i] = a.status
		})
	}
	wait.Wait()
	slices.Sort(statuses)
	if statuses[0] != http.StatusCreated || statuses[1] != http.StatusConflict {
		t.Errorf("statuses = %v, want one 201 and 409 for all others", statuses)
	}
}

func TestAnUploadThatMetAConflictIsStoredElsewhere(t *testing.T) {
	t.Parallel()
	f := setup(t, cabinet())
	url := f.begin(t, "/me/drive/root:/late.txt:", `{"item":{"@microsoft.graph.conflictBehavior":"fail"}}`)
	f.do(t, "PUT", "/me/drive/root:/late.txt:/content", "first")
	if a := f.slice(t, url, []byte("second"), 0, 6, 6); a.status != http.StatusConflict {
		t.Fatalf("the last slice = %d, want 409", a.status)
	}
	for body, want := range map[string]int{
		`{"name":"x.txt","@microsoft.graph.sourceUrl":"https://example.invalid/upload/none"}`: 404,
		`{"name":"x.txt","@microsoft.graph.sourceUrl":"` + url + `x"}`:                        404,
		`{"name":"x.txt"}`: 404,
		`{"name":"late.txt","@microsoft.graph.conflictBehavior":"fail","@microsoft.graph.sourceUrl":"` + url + `"}`: 409,
	} {
		if a := f.do(t, "PUT", "/me/drive/root", body); a.status != want {
			t.Errorf("PUT %s = %d %s, want %d", body, a.status, a.body, want)
		}
	}
	a := f.do(t, "PUT", "/me/drive/root", `{"name":"late.txt","@microsoft.graph.conflictBehavior":"rename","@microsoft.graph.sourceUrl":"`+url+`"}`)
	if a.status != http.StatusCreated || a.json(t)["name"] != "late 1.txt" {
		t.Errorf("PUT with the session as its source = %d %s, want 201 and another name", a.status, a.body)
	}
}

func TestFilesOfASiteAreRowsOfItsLibrary(t *testing.T) {
	t.Parallel()
	tenant := office()
	tenant.Sites = []*graphtest.Site{{Path: "sites/plant", Drives: []*graphtest.Drive{{ID: "lib", Items: []*graphtest.DriveItem{{ID: "rules", Name: "rules.txt", Content: []byte("x")}}}}}}
	f := setup(t, tenant)
	f.token = mint(t, map[string]any{"scp": "Files.ReadWrite.All"})
	item := f.get(t, "/drives/lib/items/rules?$expand=listItem&$select=id,sharepointIds,webUrl")
	if got := item["listItem"].(map[string]any)["id"]; got != item["sharepointIds"].(map[string]any)["listItemId"] {
		t.Errorf("listItem.id = %v, sharepointIds = %v", got, item["sharepointIds"])
	}
	if got := f.get(t, "/drives/lib"); got["driveType"] != "documentLibrary" {
		t.Errorf("a library = %v", got)
	}
	narrow := &fixture{f.Server, mint(t, map[string]any{"scp": "Files.ReadWrite"})}
	if a := narrow.do(t, "GET", "/drives/lib/items/rules", ""); a.status != http.StatusForbidden {
		t.Errorf("with a scope for one's own files = %d, want 403", a.status)
	}
	if a := f.do(t, "PATCH", "/drives/lib/items/rules", `{"parentReference":{"driveId":"`+f.get(t, "/me/drive")["id"].(string)+`"}}`); a.status != http.StatusBadRequest || a.code(t) != "notSupported" {
		t.Errorf("a move to another drive = %d %s, want 400 notSupported", a.status, a.body)
	}
	state := f.watch(t, f.do(t, "POST", "/drives/lib/items/rules/copy", `{"parentReference":{"driveId":"`+f.get(t, "/me/drive")["id"].(string)+`","id":"root"}}`))
	if got := f.get(t, "/me/drive/items/"+state["resourceId"].(string))["name"]; got != "rules.txt" {
		t.Errorf("a copy to another drive = %v", got)
	}
}

func TestConflictBehaviorIsReadFromBodyAndQuery(t *testing.T) {
	t.Parallel()
	const graph, old = "@microsoft.graph.conflictBehavior", "@name.conflictBehavior"
	for _, test := range []struct {
		method, path, body string
		want               int
		name               string
	}{
		{"PATCH", "/me/drive/items/notes", `{"name":"empty.bin"}`, 409, ""},
		{"PATCH", "/me/drive/items/notes", `{"name":"empty.bin","` + graph + `":"rename"}`, 200, "empty 1.bin"},
		{"PATCH", "/me/drive/items/notes?" + graph + "=rename", `{"name":"empty.bin"}`, 200, "empty 1.bin"},
		{"PATCH", "/me/drive/items/notes?" + graph + "=fail", `{"name":"empty.bin","` + graph + `":"replace"}`, 200, "empty.bin"},
		{"PUT", "/me/drive/root:/notes.txt:/content", "x", 200, "notes.txt"},
		{"PUT", "/me/drive/root:/notes.txt:/content?" + graph + "=fail", "x", 409, ""},
		{"PUT", "/me/drive/root:/notes.txt:/content?" + old + "=rename", "x", 201, "notes 1.txt"},
		{"POST", "/me/drive/root/children", `{"name":"Reports","folder":{}}`, 409, ""},
		{"POST", "/me/drive/root/children", `{"name":"Reports","folder":{},"` + old + `":"rename"}`, 201, "Reports 1"},
		{"POST", "/me/drive/root/children?" + graph + "=rename", `{"name":"Reports","folder":{}}`, 201, "Reports 1"},
		{"POST", "/me/drive/root:/notes.txt:/createUploadSession?" + graph + "=fail", `{}`, 409, ""},
		{"POST", "/me/drive/root:/notes.txt:/createUploadSession", `{"item":{"` + graph + `":"odd"}}`, 400, ""},
	} {
		a := setup(t, cabinet()).do(t, test.method, test.path, test.body)
		if a.status != test.want || test.name != "" && a.json(t)["name"] != test.name {
			t.Errorf("%s %s %s = %d %s, want %d %s", test.method, test.path, test.body, a.status, a.body, test.want, test.name)
		}
	}
}
