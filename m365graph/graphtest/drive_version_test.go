package graphtest_test

import (
	"net/http"
	"slices"
	"testing"
)

func TestVersionsAreKeptRestoredAndDeleted(t *testing.T) {
	t.Parallel()
	f := setup(t, cabinet())
	for _, content := range []string{"two", "three"} {
		f.do(t, "PUT", "/me/drive/items/notes/content", content)
	}
	const versions = "/me/drive/items/notes/versions"
	if got := values(f.get(t, versions), "id"); !slices.Equal(got, []string{"3.0", "2.0", "1.0"}) {
		t.Fatalf("versions = %v", got)
	}
	if got := f.get(t, versions+"/1.0")["size"]; got != 11.0 {
		t.Errorf("size of the first version = %v, want 11", got)
	}
	if got := f.fetch(t, versions+"/1.0"); string(got.body) != "hello world" {
		t.Errorf("content of the first version = %d %q", got.status, got.body)
	}
	for path, want := range map[string]int{"/3.0/content": 400, "/9.0/content": 404, "/9.0": 404} {
		if a := f.do(t, "GET", versions+path, ""); a.status != want {
			t.Errorf("GET versions%s = %d, want %d", path, a.status, want)
		}
	}
	if a := f.do(t, "POST", versions+"/1.0/restoreVersion", ""); a.status != http.StatusNoContent {
		t.Fatalf("restoreVersion = %d %s, want 204", a.status, a.body)
	}
	if got := f.fetch(t, "/me/drive/items/notes"); string(got.body) != "hello world" {
		t.Errorf("content after it = %q", got.body)
	}
	if a := f.do(t, "DELETE", versions+"/2.0", ""); a.status != http.StatusNoContent {
		t.Errorf("DELETE of a version = %d, want 204", a.status)
	}
	if a := f.do(t, "DELETE", versions+"/4.0", ""); a.status != http.StatusBadRequest {
		t.Errorf("DELETE of the current version = %d, want 400", a.status)
	}
	if got := values(f.get(t, versions), "id"); !slices.Equal(got, []string{"4.0", "3.0", "1.0"}) {
		t.Errorf("versions in the end = %v", got)
	}
	if a := f.do(t, "GET", "/me/drive/items/reports/versions", ""); a.status != http.StatusBadRequest {
		t.Errorf("versions of a folder = %d, want 400", a.status)
	}
	if got := f.get(t, "/me/drive/items/notes?$expand=versions($select=id)")["versions"].([]any); len(got) != 3 {
		t.Errorf("expanded versions = %v", got)
	}
}

func TestCheckedOutFilesAreLocked(t *testing.T) {
	t.Parallel()
	f := setup(t, cabinet())
	f.do(t, "POST", "/me/drive/items/reports/invite", `{"recipients":[{"objectId":"`+opsID+`"}],"roles":["write"]}`)
	ops := colleague(t, f, "Files.ReadWrite.All")
	const own, theirs = "/me/drive/items/plan", "/drives/b!Drive/items/plan"
	steps := []struct {
		who          *fixture
		method, path string
		body         string
		status       int
	}{
		{f, "POST", own + "/checkin", `{"comment":"c"}`, 400},
		{f, "POST", own + "/discardCheckout", "", 400},
		{f, "POST", own + "/checkout", "", 204},
		{f, "POST", own + "/checkout", "", 423},
		{ops, "POST", theirs + "/checkout", "", 423},
		{ops, "PUT", theirs + "/content", "x", 423},
		{ops, "PATCH", theirs, `{"name":"x.txt"}`, 423},
		{ops, "DELETE", theirs, "", 423},
		{ops, "POST", theirs + "/createUploadSession", "", 423},
		{ops, "POST", theirs + "/checkin", `{}`, 423},
		{f, "PUT", own + "/content", "changed", 200},
		{f, "POST", own + "/discardCheckout", "", 204},
		{ops, "POST", theirs + "/checkout", "", 204},
		{ops, "PUT", theirs + "/content", "by ops", 200},
		{ops, "POST", theirs + "/checkin", `{"checkInAs":"no"}`, 400},
		{ops, "POST", theirs + "/checkin", `{"checkInAs":"published","comment":"c"}`, 204},
		{f, "PUT", own + "/content", "by sales", 200},
		{f, "POST", "/me/drive/items/reports/checkout", "", 400},
	}
	for i, s := range steps {
		a := s.who.do(t, s.method, s.path, s.body)
		if a.status != s.status || s.status == 423 && a.code(t) != "resourceLocked" {
			t.Errorf("step %d: %s %s = %d %s, want %d", i, s.method, s.path, a.status, a.body, s.status)
		}
		if i == 11 {
			if got := f.fetch(t, own); string(got.body) != "plan" {
				t.Errorf("after discarding it holds %q, want plan", got.body)
			}
		}
	}
	if got := f.get(t, own+"?$select=publication")["publication"].(map[string]any)["level"]; got != "published" {
		t.Errorf("publication.level = %v", got)
	}
}

func TestDeletedItemsComeBack(t *testing.T) {
	t.Parallel()
	f := setup(t, cabinet())
	quota := func() map[string]any { return f.get(t, "/me/drive")["quota"].(map[string]any) }
	f.do(t, "DELETE", "/me/drive/items/reports", "")
	if got := quota(); got["deleted"] != 17.0 || got["used"] != 11.0 {
		t.Errorf("quota = %v, want 17 bytes deleted and 11 used", got)
	}
	if a := f.do(t, "POST", "/me/drive/items/plan/restore", ""); a.status != http.StatusNotFound {
		t.Errorf("restore of a part = %d, want 404", a.status)
	}
	f.do(t, "POST", "/me/drive/root/children", `{"name":"reports","folder":{}}`)
	if a := f.do(t, "POST", "/me/drive/items/reports/restore", ""); a.status != http.StatusConflict {
		t.Errorf("restore to a taken name = %d, want 409", a.status)
	}
	if a := f.do(t, "POST", "/me/drive/items/reports/restore", `{"name":"Back","parentReference":{"id":"root"}}`); a.status != http.StatusOK || a.json(t)["name"] != "Back" {
		t.Fatalf("restore = %d %s, want 200", a.status, a.body)
	}
	if got := f.get(t, "/me/drive/root:/Back/2025/plan.txt")["id"]; got != "plan" {
		t.Errorf("restored file = %v, want plan", got)
	}
	if got := quota(); got["deleted"] != 0.0 || got["used"] != 28.0 {
		t.Errorf("quota = %v, want nothing deleted and 28 used", got)
	}
	f.do(t, "POST", "/me/drive/items/reports/permanentDelete", "")
	if a := f.do(t, "POST", "/me/drive/items/reports/restore", ""); a.status != http.StatusNotFound {
		t.Errorf("restore of what is gone for good = %d, want 404", a.status)
	}
}
