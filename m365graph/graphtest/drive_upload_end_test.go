package graphtest_test

import (
	"fmt"
	"net/http"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/m365go/sdk/m365graph/graphtest"
)

func TestUploadSessionIsCancelledAndExpires(t *testing.T) {
	t.Parallel()
	var later atomic.Int64
	s, err := graphtest.New(&graphtest.Options{Keys: keys, Issuer: issuer, Tenant: office(), Now: func() time.Time {
		return now.Add(time.Duration(later.Load()))
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	f := &fixture{s, mint(t, nil)}
	url := f.begin(t, "/me/drive/root:/a.bin:", "")
	if a := f.do(t, "DELETE", url, "", "Authorization", "-"); a.status != http.StatusNoContent {
		t.Errorf("DELETE = %d %s, want 204", a.status, a.body)
	}
	if a := f.do(t, "DELETE", url, "", "Authorization", "-"); a.status != http.StatusNotFound {
		t.Errorf("DELETE again = %d, want 404", a.status)
	}
	content := noise(2 * unit)
	url = f.begin(t, "/me/drive/root:/a.bin:", "")
	later.Store(int64(23 * time.Hour))
	f.slice(t, url, content, 0, unit, len(content)) // which prolongs it
	later.Store(int64(46 * time.Hour))
	if got := f.expected(t, url); !slices.Equal(got, []string{"327680-"}) {
		t.Errorf("after a day with a slice in it the session waits for %v", got)
	}
	later.Store(int64(47 * time.Hour))
	if a := f.slice(t, url, content, unit, unit, len(content)); a.status != http.StatusNotFound || a.code(t) != "itemNotFound" {
		t.Errorf("a slice for an expired session = %d %s, want 404 itemNotFound", a.status, a.body)
	}
}

func TestUploadSessionMeetsTakenNames(t *testing.T) {
	t.Parallel()
	f := setup(t, cabinet())
	path := "/me/drive/root:/notes.txt:"
	if a := f.do(t, "POST", path+"/createUploadSession", `{"item":{"@microsoft.graph.conflictBehavior":"fail"}}`); a.status != http.StatusConflict || a.code(t) != "nameAlreadyExists" {
		t.Errorf("session for a taken name = %d %s, want 409 nameAlreadyExists", a.status, a.body)
	}
	for behavior, want := range map[string]string{"replace": "200 notes.txt", "rename": "201 notes 1.txt"} {
		url := f.begin(t, path, `{"item":{"@microsoft.graph.conflictBehavior":"`+behavior+`"}}`)
		a := f.slice(t, url, []byte("new"), 0, 3, 3)
		if got := fmt.Sprint(a.status, " ", a.json(t)["name"]); got != want {
			t.Errorf("%s = %s, want %s", behavior, got, want)
		}
	}
	byID := f.begin(t, "/me/drive/items/notes", "")
	if a := f.slice(t, byID, []byte("newer"), 0, 5, 5); a.status != http.StatusOK || a.json(t)["id"] != "notes" {
		t.Errorf("a new version by id = %d %s, want 200 and the same item", a.status, a.body)
	}
	late := f.begin(t, "/me/drive/items/reports:/late.txt:", `{"item":{"@microsoft.graph.conflictBehavior":"fail"}}`)
	f.do(t, "PUT", "/me/drive/root:/Reports/late.txt:/content", "first")
	if a := f.slice(t, late, []byte("second"), 0, 6, 6); a.status != http.StatusConflict || a.code(t) != "upload_name_conflict" {
		t.Fatalf("a name taken meanwhile = %d %s, want 409 upload_name_conflict", a.status, a.body)
	}
	if got := f.expected(t, late); len(got) != 0 {
		t.Errorf("the session waits for %v, want nothing: its bytes are kept", got)
	}
	f.do(t, "DELETE", "/me/drive/root:/Reports/late.txt", "")
	if a := f.do(t, "POST", late, "", "Authorization", "-"); a.status != http.StatusCreated || a.json(t)["size"] != 6.0 {
		t.Errorf("completed once the name is free = %d %s, want 201", a.status, a.body)
	}
	gone := f.begin(t, "/me/drive/items/reports:/x.txt:", "")
	f.do(t, "DELETE", "/me/drive/items/reports", "")
	if a := f.slice(t, gone, []byte("x"), 0, 1, 1); a.status != http.StatusNotFound {
		t.Errorf("a file for a folder that was deleted = %d %s, want 404", a.status, a.body)
	}
}

func TestUploadSessionRefusesWhatCannotBe(t *testing.T) {
	t.Parallel()
	f := setup(t, cabinet())
	for _, test := range []struct {
		path, body string
		status     int
	}{
		{"/me/drive/root:/a.txt:", `{"item":{"name":"b.txt"}}`, 400},
		{"/me/drive/root:/a.txt:", `{"item":{"@microsoft.graph.conflictBehavior":"shout"}}`, 400},
		{"/me/drive/root:/a.txt:", `{"item":`, 400},
		{"/me/drive/root:/a%7Cb:", ``, 400},
		{"/me/drive/root:/notes.txt/x:", ``, 400},
		{"/me/drive/items/none:/a.txt:", ``, 404},
		{"/me/drive/items/reports", ``, 409},
	} {
		if a := f.do(t, "POST", test.path+"/createUploadSession", test.body); a.status != test.status {
			t.Errorf("POST %s %s = %d %s, want %d", test.path, test.body, a.status, a.body, test.status)
		}
	}
}

func TestUploadIsCompletedOnDemand(t *testing.T) {
	t.Parallel()
	f := setup(t, office())
	url := f.begin(t, "/me/drive/root:/a.txt:", `{"deferCommit":true}`)
	if a := f.do(t, "POST", url, "", "Authorization", "-"); a.status != http.StatusBadRequest {
		t.Errorf("completed before all is there = %d, want 400", a.status)
	}
	if a := f.slice(t, url, []byte("all"), 0, 3, 3); a.status != http.StatusAccepted || len(ranges(t, a)) != 0 {
		t.Errorf("the last slice = %d %s, want 202 and nothing expected", a.status, a.body)
	}
	if a := f.do(t, "GET", "/me/drive/root:/a.txt", ""); a.status != http.StatusNotFound {
		t.Errorf("the file before it is completed = %d, want 404", a.status)
	}
	if a := f.do(t, "POST", url, "x", "Authorization", "-"); a.status != http.StatusBadRequest {
		t.Errorf("completed with a body = %d, want 400", a.status)
	}
	if a := f.do(t, "POST", url, "", "Authorization", "-"); a.status != http.StatusCreated || a.json(t)["size"] != 3.0 {
		t.Errorf("completed = %d %s, want 201", a.status, a.body)
	}
}

func TestUploadBeyondTheQuotaFailsInTheEnd(t *testing.T) {
	t.Parallel()
	tenant := cabinet()
	tenant.Users[0].Drive.Quota = 100
	f := setup(t, tenant)
	url := f.begin(t, "/me/drive/root:/big:", "") // which does not say how big
	content := noise(73)
	if a := f.slice(t, url, content, 0, 73, 73); a.status != http.StatusInsufficientStorage || a.code(t) != "quotaLimitReached" {
		t.Errorf("the last slice = %d %s, want 507 quotaLimitReached", a.status, a.body)
	}
	if got := f.expected(t, url); len(got) != 0 {
		t.Errorf("the session waits for %v, want nothing: its bytes are kept", got)
	}
}

func TestUnevenSlicesFailInTheEnd(t *testing.T) {
	t.Parallel()
	f := setup(t, office())
	url := f.begin(t, "/me/drive/root:/a.txt:", "")
	content := []byte("abcdef")
	if a := f.slice(t, url, content, 0, 3, 6); a.status != http.StatusAccepted {
		t.Fatalf("an uneven slice = %d %s, want 202", a.status, a.body)
	}
	if a := f.slice(t, url, content, 3, 3, 6); a.status != http.StatusBadRequest || a.code(t) != "invalidRequest" {
		t.Errorf("the last slice = %d %s, want 400 invalidRequest", a.status, a.body)
	}
	if a := f.do(t, "GET", "/me/drive/root:/a.txt", ""); a.status != http.StatusNotFound {
		t.Errorf("the file = %d, want 404", a.status)
	}
}
