package graphtest_test

import (
	"net/http"
	"strings"
	"testing"
)

func TestSimpleUploadStoresAndReplaces(t *testing.T) {
	t.Parallel()
	f := setup(t, cabinet())
	a := f.do(t, "PUT", "/me/drive/root:/New/Deep/a%2Bb.txt:/content", "one", "Content-Type", "text/plain; charset=utf-8")
	if a.status != http.StatusCreated {
		t.Fatalf("PUT = %d %s, want 201", a.status, a.body)
	}
	first := a.json(t)
	if first["name"] != "a+b.txt" || first["size"] != 3.0 || first["file"].(map[string]any)["mimeType"] != "text/plain" {
		t.Errorf("created %v", first)
	}
	again := f.do(t, "PUT", "/me/drive/items/"+first["id"].(string)+"/content", "three", "Content-Type", "application/octet-stream")
	second := again.json(t)
	if again.status != http.StatusOK || second["id"] != first["id"] || second["size"] != 5.0 {
		t.Errorf("PUT by id = %d %v, want 200 and the same item", again.status, second)
	}
	if first["eTag"] == second["eTag"] || first["cTag"] == second["cTag"] {
		t.Errorf("tags stayed %v, %v", second["eTag"], second["cTag"])
	}
	if got := f.fetch(t, "/me/drive/root:/new/deep/A%2BB.TXT:"); string(got.body) != "three" {
		t.Errorf("content = %q, want three", got.body)
	}
	zero := f.do(t, "PUT", "/me/drive/root:/zero:/content", "")
	if zero.status != http.StatusCreated || zero.json(t)["size"] != 0.0 {
		t.Errorf("PUT of nothing = %d %s, want 201 and 0 bytes", zero.status, zero.body)
	}
	if got := f.fetch(t, "/me/drive/root:/zero:"); got.status != http.StatusOK || len(got.body) != 0 {
		t.Errorf("content of nothing = %d %q", got.status, got.body)
	}
	used := f.get(t, "/me/drive")["quota"].(map[string]any)["used"]
	if used != 33.0 { // 28 and five
		t.Errorf("used = %v, want 33", used)
	}
}

func TestSimpleUploadHonoursConflictBehavior(t *testing.T) {
	t.Parallel()
	tests := []struct {
		path, behavior string
		status         int
		code, name     string
	}{
		{"notes.txt", "", 200, "", "notes.txt"},
		{"notes.txt", "replace", 200, "", "notes.txt"},
		{"NOTES.TXT", "fail", 409, "nameAlreadyExists", ""},
		{"notes.txt", "rename", 201, "", "notes 1.txt"},
		{"Reports", "replace", 409, "nameAlreadyExists", ""},
		{"notes.txt", "shout", 400, "invalidRequest", ""},
		{"notes.txt/below", "", 400, "invalidRequest", ""},
		{"bad%7Cname", "", 400, "invalidRequest", ""},
		{"trailing.", "", 400, "invalidRequest", ""},
		{"%20leading", "", 400, "invalidRequest", ""},
		{"bad%3F/x", "", 400, "invalidRequest", ""},
		{"~$lock.docx", "", 400, "invalidRequest", ""},
	}
	for _, test := range tests {
		t.Run(test.path+" "+test.behavior, func(t *testing.T) {
			t.Parallel()
			f := setup(t, cabinet())
			path := "/me/drive/root:/" + test.path + ":/content"
			if test.behavior != "" {
				path += "?@microsoft.graph.conflictBehavior=" + test.behavior
			}
			a := f.do(t, "PUT", path, "x")
			if a.status != test.status {
				t.Fatalf("PUT = %d %s, want %d", a.status, a.body, test.status)
			}
			if test.code != "" {
				if got := a.code(t); got != test.code {
					t.Errorf("code = %s, want %s", got, test.code)
				}
			} else if got := a.json(t)["name"]; got != test.name {
				t.Errorf("name = %v, want %s", got, test.name)
			}
		})
	}
}

func TestWritesHonourIfMatch(t *testing.T) {
	t.Parallel()
	f := setup(t, cabinet())
	item := f.get(t, "/me/drive/items/notes")
	for _, tag := range []string{item["eTag"].(string), item["cTag"].(string), "*"} {
		if a := f.do(t, "PATCH", "/me/drive/items/notes", `{"description":"d"}`, "If-Match", tag); a.status != http.StatusOK {
			t.Errorf("PATCH with If-Match %s = %d %s, want 200", tag, a.status, a.body)
		}
		item["eTag"] = f.get(t, "/me/drive/items/notes")["eTag"]
	}
	const stale = `"{00000000-0000-0000-0000-000000000000},1"`
	for _, request := range [][2]string{
		{"PATCH", "/me/drive/items/notes"}, {"DELETE", "/me/drive/items/notes"}, {"PUT", "/me/drive/items/notes/content"},
		{"POST", "/me/drive/items/notes/createUploadSession"}, {"PUT", "/me/drive/root:/none.txt:/content"},
	} {
		a := f.do(t, request[0], request[1], `{"name":"x"}`, "If-Match", stale)
		if a.status != http.StatusPreconditionFailed || a.code(t) != "resourceModified" {
			t.Errorf("%s %s with a stale If-Match = %d %s, want 412 resourceModified", request[0], request[1], a.status, a.body)
		}
	}
	if a := f.do(t, "PUT", "/me/drive/items/notes/content", "x", "If-None-Match", "*"); a.status != http.StatusPreconditionFailed {
		t.Errorf("PUT with If-None-Match * over a file = %d, want 412", a.status)
	}
}

func TestFoldersAreMadeRenamedMovedAndDeleted(t *testing.T) {
	t.Parallel()
	f := setup(t, cabinet())
	made := f.do(t, "POST", "/me/drive/root/children", `{"name":"Archive","folder":{}}`)
	if made.status != http.StatusCreated || made.json(t)["folder"] == nil {
		t.Fatalf("POST = %d %s, want 201 and a folder", made.status, made.body)
	}
	id := made.json(t)["id"].(string)
	for body, want := range map[string]int{
		`{"name":"archive","folder":{}}`:                                                 409,
		`{"name":"ARCHIVE","folder":{},"@microsoft.graph.conflictBehavior":"replace"}`:   200,
		`{"name":"Archive","folder":{},"@microsoft.graph.conflictBehavior":"rename"}`:    201,
		`{"name":"notes.txt","folder":{},"@microsoft.graph.conflictBehavior":"replace"}`: 409,
		`{"name":"a/b","folder":{}}`:                                                     400,
		`{"folder":{}}`:                                                                  400,
		`{"name":"x"}`:                                                                   400,
	} {
		if a := f.do(t, "POST", "/me/drive/root/children", body); a.status != want {
			t.Errorf("POST %s = %d %s, want %d", body, a.status, a.body, want)
		}
	}
	if a := f.do(t, "PATCH", "/me/drive/items/reports", `{"name":"Old reports","parentReference":{"id":"`+id+`"},"fileSystemInfo":{"lastModifiedDateTime":"2020-01-01T00:00:00Z"}}`); a.status != http.StatusOK {
		t.Fatalf("PATCH = %d %s, want 200", a.status, a.body)
	}
	if got := f.get(t, "/me/drive/root:/Archive/Old%20reports/2025/plan.txt")["id"]; got != "plan" {
		t.Errorf("moved file = %v, want plan", got)
	}
	if got := f.get(t, "/me/drive/items/"+id)["size"]; got != 17.0 {
		t.Errorf("size of the folder moved into = %v, want 17", got)
	}
	for body, want := range map[string]int{
		`{"parentReference":{"id":"year"}}`:                     400, // into itself
		`{"parentReference":{"id":"notes"}}`:                    400, // a file
		`{"parentReference":{"id":"none"}}`:                     404,
		`{"parentReference":{"id":"year","driveId":"b!Other"}}`: 400,
		`{"name":"what?"}`:                                      400,
	} {
		if a := f.do(t, "PATCH", "/me/drive/items/reports", body); a.status != want {
			t.Errorf("PATCH %s = %d %s, want %d", body, a.status, a.body, want)
		}
	}
	if a := f.do(t, "PATCH", "/me/drive/items/notes", `{"name":"empty.bin"}`); a.status != http.StatusConflict || a.code(t) != "nameAlreadyExists" {
		t.Errorf("renamed over a file = %d %s, want 409 nameAlreadyExists", a.status, a.body)
	}
	for body, want := range map[string]string{
		`{"name":"empty.bin","@microsoft.graph.conflictBehavior":"rename"}`:    "empty 1.bin",
		`{"name":"New name.txt","@microsoft.graph.conflictBehavior":"rename"}`: "New name.txt",
	} {
		if a := f.do(t, "PATCH", "/me/drive/items/notes", body); a.status != http.StatusOK || a.json(t)["name"] != want {
			t.Errorf("PATCH %s = %d %s, want 200 and %s", body, a.status, a.body, want)
		}
	}
	if a := f.do(t, "PATCH", "/me/drive/items/notes", `{"name":"EMPTY.bin","@microsoft.graph.conflictBehavior":"replace"}`); a.status != http.StatusOK {
		t.Errorf("PATCH that replaces = %d %s, want 200", a.status, a.body)
	}
	if a := f.do(t, "GET", "/me/drive/items/empty", ""); a.status != http.StatusNotFound {
		t.Errorf("the file that was replaced = %d, want 404", a.status)
	}
	if a := f.do(t, "POST", "/me/drive/items/notes/children", `{"name":"x","folder":{}}`); a.status != http.StatusBadRequest {
		t.Errorf("a folder in a file = %d, want 400", a.status)
	}
	if a := f.do(t, "PATCH", "/me/drive/root", `{"name":"x"}`); a.status != http.StatusBadRequest {
		t.Errorf("PATCH of the root's name = %d, want 400", a.status)
	}
	if a := f.do(t, "PATCH", "/me/drive/items/notes", `{"name":"Notes.TXT"}`); a.status != http.StatusOK {
		t.Errorf("renamed in case only = %d %s, want 200", a.status, a.body)
	}
	if a := f.do(t, "DELETE", "/me/drive/items/"+id, ""); a.status != http.StatusNoContent {
		t.Errorf("DELETE = %d %s, want 204", a.status, a.body)
	}
	if a := f.do(t, "GET", "/me/drive/items/plan", ""); a.status != http.StatusNotFound {
		t.Errorf("a file in a deleted folder = %d, want 404", a.status)
	}
	if got := f.get(t, "/me/drive")["quota"].(map[string]any)["used"]; got != 11.0 {
		t.Errorf("used = %v, want 11", got)
	}
	if a := f.do(t, "DELETE", "/me/drive/root", ""); a.status != http.StatusForbidden {
		t.Errorf("DELETE of the root = %d, want 403", a.status)
	}
}

func TestQuotaIsKept(t *testing.T) {
	t.Parallel()
	tenant := cabinet()
	tenant.Users[0].Drive.Quota = 100
	f := setup(t, tenant)
	if a := f.do(t, "PUT", "/me/drive/root:/big:/content", strings.Repeat("x", 73)); a.status != http.StatusInsufficientStorage || a.code(t) != "quotaLimitReached" {
		t.Errorf("PUT beyond the quota = %d %s, want 507 quotaLimitReached", a.status, a.body)
	}
	if a := f.do(t, "POST", "/me/drive/root:/big:/createUploadSession", `{"item":{"fileSize":73}}`); a.status != http.StatusInsufficientStorage {
		t.Errorf("session beyond the quota = %d %s, want 507", a.status, a.body)
	}
	if a := f.do(t, "PUT", "/me/drive/root:/big:/content", strings.Repeat("x", 72)); a.status != http.StatusCreated {
		t.Errorf("PUT up to the quota = %d %s, want 201", a.status, a.body)
	}
}
