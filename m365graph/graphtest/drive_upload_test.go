package graphtest_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/m365go/sdk/m365graph/graphtest"
)

// unit is what slices must be multiples of.
const unit = 320 << 10

const sliceRoute = "PUT /upload/{session}"

// noise is content without a pattern, the same in each run.
func noise(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.NewChaCha8([32]byte{1}).Read(b)
	return b
}

// begin starts an upload session.
func (f *fixture) begin(t *testing.T, path, body string) string {
	t.Helper()
	a := f.do(t, "POST", path+"/createUploadSession", body)
	if a.status != http.StatusOK {
		t.Fatalf("POST %s/createUploadSession = %d %s, want 200", path, a.status, a.body)
	}
	url, _ := a.json(t)["uploadUrl"].(string)
	if !strings.HasPrefix(url, "https://"+f.ContentHost()+"/") {
		t.Fatalf("uploadUrl = %q, want one on the content host", url)
	}
	return url
}

// slice sends bytes from first on, of a file of total.
func (f *fixture) slice(t *testing.T, url string, content []byte, first, n, total int) *answer {
	t.Helper()
	a, err := f.trySlice(t, url, content, first, n, total)
	if err != nil {
		t.Fatalf("slice at %d: %v", first, err)
	}
	return a
}

func (f *fixture) trySlice(t *testing.T, url string, content []byte, first, n, total int) (*answer, error) {
	t.Helper()
	span := fmt.Sprintf("bytes %d-%d/%d", first, first+n-1, total)
	return f.try(t, "PUT", url, string(content[first:first+n]), "Authorization", "-", "Content-Range", span, "Content-Type", "application/octet-stream")
}

// expected asks a session what it waits for.
func (f *fixture) expected(t *testing.T, url string) []string {
	t.Helper()
	a := f.do(t, "GET", url, "", "Authorization", "-")
	if a.status != http.StatusOK {
		t.Fatalf("GET of the session = %d %s, want 200", a.status, a.body)
	}
	return ranges(t, a)
}

func ranges(t *testing.T, a *answer) []string {
	t.Helper()
	list, ok := a.json(t)["nextExpectedRanges"].([]any)
	if !ok {
		t.Fatalf("no nextExpectedRanges in %s", a.body)
	}
	got := []string{}
	for _, r := range list {
		got = append(got, r.(string))
	}
	return got
}

func TestUploadSessionTakesSlices(t *testing.T) {
	t.Parallel()
	f := setup(t, office())
	content := noise(10*unit + 7)
	url := f.begin(t, "/me/drive/root:/Videos/town.mp4:", `{"item":{"@microsoft.graph.conflictBehavior":"fail","name":"town.mp4","fileSize":3276807,
		"fileSystemInfo":{"createdDateTime":"2019-01-01T00:00:00Z","lastModifiedDateTime":"2020-01-01T00:00:00Z"}}}`)
	first := f.slice(t, url, content, 0, 4*unit, len(content))
	if first.status != http.StatusAccepted || !slices.Equal(ranges(t, first), []string{"1310720-"}) || first.json(t)["expirationDateTime"] != "2026-03-05T09:00:00Z" {
		t.Fatalf("first slice = %d %s, want 202, 1310720- and an expiration", first.status, first.body)
	}
	if got := f.do(t, "GET", "/me/drive/root:/Videos", ""); got.status != http.StatusNotFound {
		t.Errorf("the folder is there before the file is complete: %d", got.status)
	}
	f.slice(t, url, content, 4*unit, 6*unit, len(content))
	last := f.slice(t, url, content, 10*unit, 7, len(content))
	item := last.json(t)
	if last.status != http.StatusCreated || item["name"] != "town.mp4" || item["size"] != float64(len(content)) {
		t.Fatalf("last slice = %d %s, want 201 and the item", last.status, last.body)
	}
	if got := item["fileSystemInfo"].(map[string]any)["lastModifiedDateTime"]; got != "2020-01-01T00:00:00Z" {
		t.Errorf("fileSystemInfo.lastModifiedDateTime = %v", got)
	}
	if got := f.fetch(t, "/me/drive/root:/Videos/town.mp4:"); !bytes.Equal(got.body, content) {
		t.Errorf("downloaded %d bytes that differ from the %d uploaded", len(got.body), len(content))
	}
	whole := f.do(t, "PUT", "/me/drive/root:/whole:/content", string(content), "Content-Type", "application/octet-stream").json(t)
	if diff := cmp.Diff(whole["file"].(map[string]any)["hashes"], item["file"].(map[string]any)["hashes"]); diff != "" {
		t.Errorf("hash in one piece and in slices (-one +slices):\n%s", diff)
	}
	if a := f.do(t, "GET", url, "", "Authorization", "-"); a.status != http.StatusNotFound || a.code(t) != "itemNotFound" {
		t.Errorf("GET of a session that is done = %d %s, want 404 itemNotFound", a.status, a.body)
	}
}

func TestUploadSessionRefusesSlicesThatDoNotFit(t *testing.T) {
	t.Parallel()
	f := setup(t, office())
	url := f.begin(t, "/me/drive/root:/a.bin:", "")
	content := noise(3 * unit)
	f.slice(t, url, content, 0, unit, len(content))
	send := func(header, body string) *answer {
		return f.do(t, "PUT", url, body, "Authorization", "-", "Content-Range", header)
	}
	for _, test := range []struct {
		name, header, body string
		status             int
		code               string
	}{
		{"the same again", fmt.Sprintf("bytes 0-%d/%d", unit-1, 3*unit), string(content[:unit]), 416, "invalidRange"},
		{"an overlap", fmt.Sprintf("bytes %d-%d/%d", unit-1, unit, 3*unit), "xy", 416, "invalidRange"},
		{"a gap", fmt.Sprintf("bytes %d-%d/%d", 2*unit, 3*unit-1, 3*unit), string(content[2*unit:]), 416, "invalidRange"},
		{"another total", fmt.Sprintf("bytes %d-%d/%d", unit, 2*unit-1, 4*unit), string(content[unit : 2*unit]), 400, "invalidRequest"},
		{"too few bytes", fmt.Sprintf("bytes %d-%d/%d", unit, 2*unit-1, 3*unit), "x", 400, "invalidRequest"},
		{"no bytes", fmt.Sprintf("bytes %d-%d/%d", unit, 2*unit-1, 3*unit), "", 400, "invalidRequest"},
		{"no range", "-", "x", 400, "invalidRequest"},
		{"no total", fmt.Sprintf("bytes %d-%d/*", unit, unit), "x", 400, "invalidRequest"},
		{"beyond the total", fmt.Sprintf("bytes %d-%d/%d", unit, unit, unit), "x", 400, "invalidRequest"},
		{"backwards", "bytes 9-8/100", "", 400, "invalidRequest"},
		{"no numbers", "bytes a-b/c", "x", 400, "invalidRequest"},
		{"a sign", "bytes +1-1/9", "x", 400, "invalidRequest"},
		{"another unit", "lines 0-0/9", "x", 400, "invalidRequest"},
	} {
		if a := send(test.header, test.body); a.status != test.status || a.code(t) != test.code {
			t.Errorf("%s = %d %s, want %d %s", test.name, a.status, a.body, test.status, test.code)
		}
	}
	if got := f.expected(t, url); !slices.Equal(got, []string{"327680-"}) {
		t.Errorf("after all that the session waits for %v, want 327680-", got)
	}
	f.slice(t, url, content, unit, unit, len(content))
	if a := f.slice(t, url, content, 2*unit, unit, len(content)); a.status != http.StatusCreated {
		t.Errorf("the rest = %d %s, want 201", a.status, a.body)
	}
}

func TestUploadIsResumedAfterACut(t *testing.T) {
	t.Parallel()
	f := setup(t, office())
	content := noise(3 * unit)
	url := f.begin(t, "/me/drive/root:/a.bin:", "")
	if err := f.Fail(graphtest.Fault{Route: sliceRoute, Skip: 1, Cut: graphtest.CutBefore}); err != nil {
		t.Fatal(err)
	}
	f.slice(t, url, content, 0, unit, len(content))
	if a, err := f.trySlice(t, url, content, unit, unit, len(content)); err == nil {
		t.Fatalf("the second slice = %d, want a cut connection", a.status)
	}
	if got := f.expected(t, url); !slices.Equal(got, []string{"327680-"}) {
		t.Fatalf("after the cut the session waits for %v, want 327680-", got)
	}
	if a := f.slice(t, url, content, unit, 2*unit, len(content)); a.status != http.StatusCreated {
		t.Fatalf("the rest = %d %s, want 201", a.status, a.body)
	}
	if got := f.fetch(t, "/me/drive/root:/a.bin:"); !bytes.Equal(got.body, content) {
		t.Error("what was downloaded differs from what was uploaded")
	}
}

// brokenReader ends in an error after some bytes.
type brokenReader struct{ io.Reader }

func (b brokenReader) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if errors.Is(err, io.EOF) {
		err = errors.New("the line is dead")
	}
	return n, err
}

func TestUploadForgetsASliceThatTheClientCut(t *testing.T) {
	t.Parallel()
	f := setup(t, office())
	url := f.begin(t, "/me/drive/root:/a.bin:", "")
	req, err := http.NewRequestWithContext(t.Context(), "PUT", url, brokenReader{bytes.NewReader(noise(unit / 2))})
	if err != nil {
		t.Fatal(err)
	}
	req.ContentLength = unit
	req.Header.Set("Content-Range", fmt.Sprintf("bytes 0-%d/%d", unit-1, 2*unit))
	if resp, err := f.Client().Do(req); err == nil {
		_ = resp.Body.Close()
		t.Fatalf("a slice cut in half = %d, want an error", resp.StatusCode)
	}
	if got := f.expected(t, url); !slices.Equal(got, []string{"0-"}) {
		t.Errorf("the session waits for %v, want 0-", got)
	}
}

func TestUploadMeetsFaults(t *testing.T) {
	t.Parallel()
	f := setup(t, office())
	content := noise(3 * unit)
	url := f.begin(t, "/me/drive/root:/a.bin:", "")
	if err := f.Throttle(sliceRoute, 1, 1, "2"); err != nil {
		t.Fatal(err)
	}
	if err := f.Fail(graphtest.Fault{Route: sliceRoute, Skip: 0, Status: http.StatusServiceUnavailable, After: true}); err != nil {
		t.Fatal(err)
	}
	f.slice(t, url, content, 0, unit, len(content))
	a := f.slice(t, url, content, unit, unit, len(content))
	if a.status != http.StatusTooManyRequests || a.header.Get("Retry-After") != "2" {
		t.Fatalf("the throttled slice = %d, Retry-After %q, want 429 and 2", a.status, a.header.Get("Retry-After"))
	}
	if a := f.slice(t, url, content, unit, unit, len(content)); a.status != http.StatusServiceUnavailable {
		t.Fatalf("the slice that fails after the write = %d, want 503", a.status)
	}
	if a := f.slice(t, url, content, unit, unit, len(content)); a.status != http.StatusRequestedRangeNotSatisfiable {
		t.Fatalf("that slice again = %d %s, want 416", a.status, a.body)
	}
	if got := f.expected(t, url); !slices.Equal(got, []string{"655360-"}) {
		t.Fatalf("the session waits for %v, want 655360-", got)
	}
	if a := f.slice(t, url, content, 2*unit, unit, len(content)); a.status != http.StatusCreated {
		t.Errorf("the last slice = %d %s, want 201", a.status, a.body)
	}
}

func TestUploadHostRefusesABearer(t *testing.T) {
	t.Parallel()
	f := setup(t, office())
	url := f.begin(t, "/me/drive/root:/a.bin:", "")
	for _, method := range []string{"GET", "PUT", "POST", "DELETE"} {
		if a := f.do(t, method, url, ""); a.status != http.StatusUnauthorized || a.code(t) != "unauthenticated" {
			t.Errorf("%s with a bearer = %d %s, want 401 unauthenticated", method, a.status, a.body)
		}
	}
	if a := f.do(t, "GET", strings.Replace(url, f.ContentHost(), f.Host(), 1), "", "Authorization", "-"); a.status != http.StatusUnauthorized {
		t.Errorf("the session on the host of the API = %d, want 401", a.status)
	}
	for address, want := range map[string]int{
		url: http.StatusOK, strings.Replace(url, "?tempauth=", "x?tempauth=", 1): http.StatusNotFound,
		url + "x": http.StatusUnauthorized, strings.Split(url, "?tempauth=")[0]: http.StatusUnauthorized,
	} {
		if a := f.do(t, "GET", address, "", "Authorization", "-"); a.status != want {
			t.Errorf("GET %s without a bearer = %d %s, want %d", address, a.status, a.body, want)
		}
	}
}
