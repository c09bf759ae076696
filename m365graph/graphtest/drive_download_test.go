package graphtest_test

import (
	"bytes"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/m365go/sdk/m365graph/graphtest"
)

func TestDownloadServesRanges(t *testing.T) {
	t.Parallel()
	f := setup(t, cabinet())
	etag := f.get(t, "/me/drive/items/notes")["eTag"].(string)
	for _, test := range []struct {
		name           string
		header         []string
		status         int
		body, inHeader string // Content-Range
	}{
		{"all", nil, 200, "hello world", ""},
		{"the beginning", []string{"Range", "bytes=0-4"}, 206, "hello", "bytes 0-4/11"},
		{"from the middle on", []string{"Range", "bytes=6-"}, 206, "world", "bytes 6-10/11"},
		{"the end", []string{"Range", "bytes=-3"}, 206, "rld", "bytes 8-10/11"},
		{"more than there is", []string{"Range", "bytes=6-100"}, 206, "world", "bytes 6-10/11"},
		{"beyond the end", []string{"Range", "bytes=11-"}, 416, "", "bytes */11"},
		{"of the same version", []string{"Range", "bytes=0-4", "If-Range", etag}, 206, "hello", "bytes 0-4/11"},
		{"of another version", []string{"Range", "bytes=0-4", "If-Range", `"other"`}, 200, "hello world", ""},
		{"only if it is another version", []string{"If-Match", `"other"`}, 412, "", ""},
		{"not if it is known", []string{"If-None-Match", etag}, 304, "", ""},
	} {
		got := f.fetch(t, "/me/drive/items/notes", test.header...)
		if got.status != test.status || got.header.Get("Content-Range") != test.inHeader {
			t.Errorf("%s = %d, Content-Range %q, want %d, %q", test.name, got.status, got.header.Get("Content-Range"), test.status, test.inHeader)
		}
		if test.body != "" && string(got.body) != test.body {
			t.Errorf("%s = %q, want %q", test.name, got.body, test.body)
		}
		if test.status == 200 && (got.header.Get("ETag") != etag || got.header.Get("Content-Type") != "text/plain") {
			t.Errorf("%s: ETag %s, Content-Type %s, want %s and text/plain", test.name, got.header.Get("ETag"), got.header.Get("Content-Type"), etag)
		}
	}
}

func TestContentRedirectsOnlyToWhatIsNew(t *testing.T) {
	t.Parallel()
	f := setup(t, cabinet())
	item := f.get(t, "/me/drive/items/notes")
	for _, tag := range []string{"eTag", "cTag"} {
		if a := f.do(t, "GET", "/me/drive/items/notes/content", "", "If-None-Match", item[tag].(string)); a.status != http.StatusNotModified {
			t.Errorf("GET content with If-None-Match of the %s = %d, want 304", tag, a.status)
		}
	}
	if a := f.do(t, "GET", "/me/drive/items/notes/content", "", "If-None-Match", `"other"`); a.status != http.StatusFound {
		t.Errorf("GET content with If-None-Match of another tag = %d, want 302", a.status)
	}
	if a := f.do(t, "GET", "/me/drive/items/reports/content", ""); a.status != http.StatusBadRequest {
		t.Errorf("GET content of a folder = %d, want 400", a.status)
	}
	direct := f.do(t, "GET", item["@microsoft.graph.downloadUrl"].(string), "", "Authorization", "-")
	if string(direct.body) != "hello world" {
		t.Errorf("downloadUrl of the item = %d %q", direct.status, direct.body)
	}
}

func TestDownloadURLsAreSignedAndShortLived(t *testing.T) {
	t.Parallel()
	var later atomic.Int64
	s, err := graphtest.New(&graphtest.Options{Keys: keys, Issuer: issuer, Tenant: cabinet(), Now: func() time.Time {
		return now.Add(time.Duration(later.Load()))
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	f := &fixture{s, mint(t, nil)}
	url := f.do(t, "GET", "/me/drive/items/notes/content", "").header.Get("Location")
	status := func(url string, header ...string) int {
		return f.do(t, "GET", url, "", append([]string{"Authorization", "-"}, header...)...).status
	}
	if got := status(url); got != http.StatusOK {
		t.Fatalf("GET = %d, want 200", got)
	}
	if a := f.do(t, "GET", url, ""); a.status != http.StatusUnauthorized || a.code(t) != "unauthenticated" {
		t.Errorf("GET with a bearer = %d %s, want 401 unauthenticated", a.status, a.body)
	}
	for _, forged := range []string{
		strings.Replace(url, "/notes", "/plan", 1), strings.Replace(url, "tempauth=", "tempauth=A", 1), strings.Replace(url, "expires=", "expires=9", 1),
		url[:strings.Index(url, "?")],
	} {
		if got := status(forged); got != http.StatusUnauthorized {
			t.Errorf("GET %s = %d, want 401", forged, got)
		}
	}
	later.Store(int64(11 * time.Minute))
	if got := status(url); got != http.StatusUnauthorized {
		t.Errorf("GET after eleven minutes = %d, want 401", got)
	}
	later.Store(0)
	f.do(t, "DELETE", "/me/drive/items/notes", "")
	if got := status(url); got != http.StatusNotFound {
		t.Errorf("GET of a deleted file = %d, want 404", got)
	}
}

func TestDownloadIsResumedAfterACut(t *testing.T) {
	t.Parallel()
	content := noise(3 << 20)
	tenant := office()
	tenant.Users[0].Drive = &graphtest.Drive{Items: []*graphtest.DriveItem{{ID: "big", Name: "big.bin", Content: content}}}
	f := setup(t, tenant)
	if err := f.Fail(graphtest.Fault{Route: "GET /download/{item}", Cut: graphtest.CutBody, CutAfter: 1 << 20}); err != nil {
		t.Fatal(err)
	}
	if err := f.Throttle("GET /download/{item}", 0, 1, "1"); err != nil {
		t.Fatal(err)
	}
	url := f.do(t, "GET", "/me/drive/items/big/content", "").header.Get("Location")
	part, err := f.try(t, "GET", url, "", "Authorization", "-")
	if err == nil {
		t.Fatalf("the cut download ended well, after %d bytes", len(part.body))
	}
	if len(part.body) != 1<<20 {
		t.Fatalf("the cut download gave %d bytes, want %d", len(part.body), 1<<20)
	}
	if a := f.do(t, "GET", url, "", "Authorization", "-"); a.status != http.StatusTooManyRequests || a.header.Get("Retry-After") != "1" {
		t.Fatalf("the throttled download = %d, Retry-After %q", a.status, a.header.Get("Retry-After"))
	}
	rest := f.do(t, "GET", url, "", "Authorization", "-", "Range", "bytes=1048576-", "If-Range", part.header.Get("ETag"))
	if rest.status != http.StatusPartialContent || !bytes.Equal(append(part.body, rest.body...), content) {
		t.Errorf("the rest = %d and %d bytes, which do not complete the file", rest.status, len(rest.body))
	}
}

func TestFaultLeavesRangesOut(t *testing.T) {
	t.Parallel()
	f := setup(t, cabinet())
	if err := f.Fail(graphtest.Fault{Route: "GET /download/{item}", NoRange: true, Header: http.Header{"Content-Length": {""}}}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"hello world", "lo"} {
		a := f.fetch(t, "/me/drive/items/notes", "Range", "bytes=3-4")
		if whole := a.status == http.StatusOK && a.header.Get("Content-Length") == ""; string(a.body) != want || whole != (len(want) > 2) {
			t.Errorf("a part = %d %q, %v, want %q", a.status, a.body, a.header, want)
		}
	}
}
