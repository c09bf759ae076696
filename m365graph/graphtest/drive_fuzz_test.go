package graphtest_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/m365go/sdk/m365graph/graphtest"
)

// driveInMemory is a cabinet without sockets.
func driveInMemory(t testing.TB) *fixture {
	t.Helper()
	s, err := graphtest.New(&graphtest.Options{Keys: keys, Issuer: issuer, Tenant: cabinet(), InMemory: true, Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return &fixture{s, mint(t, nil)}
}

// FuzzDriveWrites sends any body to each route that reads one.
func FuzzDriveWrites(f *testing.F) {
	for _, seed := range []string{
		`{}`, `[]`, `null`, `5`, `"x"`, `{"name":null,"folder":null}`, `{"name":5}`, `{"name":"a","folder":{}}`, `{"folder":[]}`, `{"name":"` + strings.Repeat("x", 500) + `","folder":{}}`,
		`{"parentReference":null}`, `{"parentReference":{"id":"root","driveId":"x"}}`, `{"parentReference":{"path":"/drives//root:/%zz"}}`, `{"parentReference":{"path":"root:"}}`,
		`{"fileSystemInfo":{"createdDateTime":"x"}}`, `{"fileSystemInfo":{"createdDateTime":"0001-01-01T00:00:00Z"}}`, `{"item":null}`, `{"item":{"fileSize":-1}}`, `{"item":{"fileSize":1e99}}`,
		`{"item":{"name":"../x"}}`, `{"type":"view","scope":"users","recipients":[{}]}`, `{"recipients":[{"email":"x"}],"roles":["read"]}`, `{"recipients":null,"roles":[null]}`,
		`{"roles":["write"],"expirationDateTime":"9999-12-31T23:59:59Z"}`, `{"checkInAs":"published"}`, `{"@microsoft.graph.sourceUrl":"https://x/upload/"}`, `{"deferCommit":true,"item":{"@microsoft.graph.conflictBehavior":"rename"}}`, "\xff\xfe", `{"name":"\u0000"}`,
	} {
		f.Add(seed)
	}
	requests := [][2]string{
		{"POST", "/me/drive/root/children"}, {"PATCH", "/me/drive/items/notes"}, {"PATCH", "/me/drive/root"}, {"PUT", "/me/drive/root"}, {"PUT", "/me/drive/root:/new.txt:"},
		{"POST", "/me/drive/items/year/copy"}, {"POST", "/me/drive/items/notes/createUploadSession"}, {"POST", "/me/drive/root:/a/b:/createUploadSession"},
		{"POST", "/me/drive/items/notes/createLink"}, {"POST", "/me/drive/items/year/invite"}, {"PATCH", "/me/drive/items/notes/permissions/b3duZXI"},
		{"POST", "/me/drive/items/plan/checkout"}, {"POST", "/me/drive/items/plan/checkin"}, {"POST", "/me/drive/items/plan/discardCheckout"},
		{"DELETE", "/me/drive/items/q1"}, {"POST", "/me/drive/items/q1/restore"}, {"POST", "/me/drive/special/music/children"}, {"PATCH", "/me/drive/special/photos"},
		{"PUT", "/me/drive/items/empty/content"}, {"POST", "/me/drive/items/empty/versions/1.0/restoreVersion"},
	}
	f.Fuzz(func(t *testing.T, body string) {
		d := driveInMemory(t)
		for _, r := range requests {
			if a := d.do(t, r[0], r[1], body); a.status >= 500 && a.status != http.StatusInsufficientStorage {
				t.Errorf("%s %s %q = %d %s", r[0], r[1], body, a.status, a.body)
			}
		}
		if a := d.do(t, "GET", "/me/drive/root/delta", ""); a.status != http.StatusOK {
			t.Errorf("delta after %q = %d %s", body, a.status, a.body)
		}
	})
}

// FuzzDrivePaths asks for any path below a drive, and any Content-Range of a
// session.
func FuzzDrivePaths(f *testing.F) {
	for _, seed := range []string{
		"root", "root:/Reports/Q1%2050%25.docx:/content", "items/root%3A%2Fnotes.txt%3A/content", "items/notes:/x:", "root:/.%2Fa", "root:/../..:", "root::/:/:", "special/approot:/a:/children",
		"root/delta(token='latest')", "root/delta(token='')", "root/delta()?token=a.b", "root/search(q='it''s')", "root/search(q=", "items('a''b')/children", "root/children('@a1')?@a1='x'",
		"items/notes/versions/1.0/content", "items/notes/thumbnails/0/large", "root:/" + strings.Repeat("a/", 300), "items/notes/permissions/x", "root/children?$filter=file%20ne%20null&$orderby=name", "items/notes?$expand=children,thumbnails,permissions,versions",
	} {
		f.Add(seed, "bytes 0-1/2")
	}
	f.Add("root", "bytes 9223372036854775807-9223372036854775807/9223372036854775808")
	d := driveInMemory(f)
	session := d.do(f, "POST", "/me/drive/root:/session.bin:/createUploadSession", "")
	_, rest, _ := strings.Cut(string(session.body), `"uploadUrl":"`)
	url, _, _ := strings.Cut(rest, `"`)
	f.Fuzz(func(t *testing.T, path, contentRange string) {
		for _, version := range []string{"/v1.0/me/drive/", "/v2.0/drives/b!Drive/", "/v1.0/shares/"} {
			for _, method := range []string{"GET", "POST", "PATCH", "PUT"} {
				if _, err := http.NewRequestWithContext(t.Context(), method, d.URL()+version+path, nil); err != nil {
					return
				}
				if a, err := d.try(t, method, d.URL()+version+path, ""); err == nil && a.status >= 500 {
					t.Errorf("%s %s = %d %s", method, path, a.status, a.body)
				}
			}
		}
		if a, err := d.try(t, "PUT", url, "xy", "Authorization", "-", "Content-Range", contentRange); err == nil && a.status >= 500 {
			t.Errorf("Content-Range %q = %d %s", contentRange, a.status, a.body)
		}
	})
}
