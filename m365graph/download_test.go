package m365graph_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/m365go/sdk/m365graph"
	"github.com/m365go/sdk/m365graph/graphtest"
	"github.com/m365go/sdk/m365graph/internal/testtenant"
)

// partOf is the answer of a host that has the file, or of Graph where it sends
// no one on.
func partOf(file, asked string) graphtest.Fault {
	var from, to int
	switch n, _ := fmt.Sscanf(asked, "bytes=%d-%d", &from, &to); n {
	case 0:
		return graphtest.Fault{Status: 200, Body: file}
	case 1:
		to = len(file) - 1
	}
	return graphtest.Fault{Status: 206, Body: file[from : to+1], Header: http.Header{"Content-Range": {fmt.Sprintf("bytes %d-%d/%d", from, to, len(file))}}}
}

func TestDownloadReadsTheRangeAskedFor(t *testing.T) {
	t.Parallel()
	const file = "0123456789"
	issuer := testtenant.Issuer(t)
	sentOn := func(q question, f *graphtest.Fault) { // by a relative address, as a server may
		if q.n == 0 {
			f.Status = 302
			header("Location", q.r.URL.RequestURI())(q, f)
		}
	}
	for _, tt := range []struct {
		offset, length int64
		asked, want    string
	}{{0, 0, "", file}, {3, 0, "bytes=3-", "3456789"}, {3, 3, "bytes=3-5", "345"}, {0, 2, "bytes=0-1", "01"}} {
		for name, spoils := range map[string][]spoil{
			"ranges": nil, "no ranges": {noRanges}, "no size": {sizeless}, "another redirect": {sentOn}, "no redirect": nil, "neither": nil,
		} {
			d := newDrive(t, issuer, file, spoils...)
			if name == "no redirect" || name == "neither" {
				direct := partOf(file, tt.asked)
				if name == "neither" {
					direct = partOf(file, "")
				}
				direct.Route = contentRoute
				if err := d.Graph.Fail(direct); err != nil {
					t.Fatal(err)
				}
			}
			got, err := d.client(t).Download(t.Context(), filePath, &m365graph.DownloadOptions{Offset: tt.offset, Length: tt.length})
			if err != nil {
				t.Fatalf("%s, offset %d, length %d: %v", name, tt.offset, tt.length, err)
			}
			body, err := io.ReadAll(got)
			_ = got.Close()
			if err != nil || string(body) != tt.want || got.Length != int64(len(tt.want)) {
				t.Errorf("%s, offset %d, length %d = %q (Length %d), %v, want %q", name, tt.offset, tt.length, body, got.Length, err, tt.want)
			}
			if got.Size != 10 && (got.Size != -1 || name != "no size" || tt.asked == "") {
				t.Errorf("%s, offset %d, length %d: Size = %d, want 10", name, tt.offset, tt.length, got.Size)
			}
			if asked := lastOf(d, tt.asked); asked != tt.asked {
				t.Errorf("%s, offset %d, length %d: asked for %q, want %q", name, tt.offset, tt.length, asked, tt.asked)
			}
			d.assertKept(t)
		}
	}
}

// lastOf is the range that a content host was asked for last; want if none was
// asked.
func lastOf(d *drive, want string) string {
	for _, r := range d.Graph.Requests() {
		if r.Content {
			want = r.Header.Get("Range")
		}
	}
	return want
}

func TestDownloadRefusesBytesFromElsewhere(t *testing.T) {
	t.Parallel()
	issuer := testtenant.Issuer(t)
	says := func(status int, body string, pairs ...string) spoil {
		return func(q question, f *graphtest.Fault) {
			f.Status, f.Body = status, body
			header(pairs...)(q, f)
		}
	}
	for name, answer := range map[string]spoil{
		"another start": says(206, "xyz", "Content-Range", "bytes 2-4/10"),
		"no start":      says(206, "xyz"),
		"nonsense":      says(206, "xyz", "Content-Range", "bytes x-y/z"),
		"short file":    says(200, "01"),
		"a shorter end": says(206, "3", "Content-Range", "bytes 3-3/10"),
		"compressed":    says(206, "345", "Content-Range", "bytes 3-9/10", "Content-Encoding", "gzip"),
		"no content":    says(204, ""),
		"not modified":  says(304, ""),
		"no location":   says(302, "<html>sign in</html>"),
		"no such range": says(206, "345", "Content-Range", "bytes 3-9/5"),
		"416":           answering(416, "invalidRange"),
		"a shorter one": func(question, *graphtest.Fault) {},
	} {
		content := digits(10)
		if name == "a shorter one" {
			content = content[:2]
		}
		if d, err := newDrive(t, issuer, content, answer).client(t).Download(t.Context(), filePath, &m365graph.DownloadOptions{Offset: 3}); err == nil {
			t.Errorf("%s: Download = %+v, want an error", name, d)
		}
	}
}

// The server says how much there is and sends less, without a length of its own.
func TestADownloadThatEndsTooSoonIsAnError(t *testing.T) {
	t.Parallel()
	d := newDrive(t, testtenant.Issuer(t), digits(10), chunked, undated, func(q question, f *graphtest.Fault) {
		f.Status, f.Body = 206, "345"
		header("Content-Range", "bytes 3-9/10")(q, f)
	})
	f, err := d.client(t).Download(t.Context(), filePath, &m365graph.DownloadOptions{Offset: 3})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if got, err := io.ReadAll(f); !errors.Is(err, io.ErrUnexpectedEOF) || !strings.HasPrefix(string(got), "345") {
		t.Errorf("ReadAll = %q, %v, want the bytes and ErrUnexpectedEOF", got, err)
	}
}
