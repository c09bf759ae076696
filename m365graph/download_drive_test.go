package m365graph_test

import (
	"io"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/m365go/sdk/m365auth/entratest"
	"github.com/m365go/sdk/m365graph"
	"github.com/m365go/sdk/m365graph/graphtest"
	"github.com/m365go/sdk/m365graph/internal/testtenant"
)

// drive is an emulated OneDrive that holds one file. All that its client asks
// goes on to the emulator, one question after another, so that a test can say
// what becomes of the n-th.
type drive struct {
	*testtenant.Tenant
	t       testing.TB
	content string
	eTag    string

	mu       sync.Mutex
	links    []string // as the drive gave them out
	version  int      // how often the content has changed
	resolved int      // how often Graph was asked for a link
	answers  int      // how often the content host was asked

	// before is called for each question to the content host, with mu held.
	before func(n int)
	// spoils say what goes wrong with the answer to it.
	spoils []spoil

	open atomic.Int32 // bodies that nobody has closed
}

// spoil adds what goes wrong with the answer to a question to the content host.
type spoil func(q question, f *graphtest.Fault)

type question struct {
	drive *drive
	n     int
	r     *http.Request
}

// link tells which of the links the question came by; -1 by none.
func (q question) link() int { return slices.Index(q.drive.links, q.r.URL.String()) }

const (
	fileName      = "1.zip"
	downloadRoute = "GET /download/{item}"
	contentRoute  = "GET /me/drive/items/{id}/content"
)

var filePath = m365graph.P("me", "drive", "items", "1", "content")

func newDrive(t testing.TB, issuer *entratest.Server, content string, spoils ...spoil) *drive {
	t.Helper()
	d := &drive{t: t, content: content, spoils: spoils}
	file := &graphtest.DriveItem{ID: "1", Name: fileName, Content: []byte(content), LastModifiedDateTime: longAgo}
	d.Tenant = testtenant.InMemory(t, issuer, &graphtest.User{Drive: &graphtest.Drive{Items: []*graphtest.DriveItem{file}}})
	item, err := m365graph.Get[tagged](t.Context(), d.Client, m365graph.P("me", "drive", "items", "1"), nil)
	if err != nil {
		t.Fatal(err)
	}
	d.eTag = item.ETag
	return d
}

type tagged struct {
	ETag string `json:"eTag"`
}

// client asks through the drive.
func (d *drive) client(t testing.TB, change ...func(*m365graph.Options)) *m365graph.Client {
	t.Helper()
	return d.through(t, d, change...)
}

// through is a client whose questions pass w first.
func (d *drive) through(t testing.TB, w http.RoundTripper, change ...func(*m365graph.Options)) *m365graph.Client {
	t.Helper()
	opts := &m365graph.Options{HTTPClient: &http.Client{Transport: w}}
	for _, f := range change {
		f(opts)
	}
	c, err := m365graph.New(d.Tokens(), opts)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// change makes a new version, as somebody else would.
func (d *drive) change(content string) {
	d.t.Helper()
	d.content = content
	d.version++
	resp, err := d.Client.Do(d.t.Context(), &m365graph.Request{Method: http.MethodPut, Path: filePath, Content: &m365graph.Content{
		Length: int64(len(content)), Type: "application/x-zip-compressed", Open: func() (io.Reader, error) { return strings.NewReader(content), nil },
	}})
	if err != nil {
		d.t.Error(err)
		return
	}
	var now tagged
	if err := resp.Decode(&now); err != nil {
		d.t.Error(err)
	}
	d.eTag = now.ETag
}

func (d *drive) RoundTrip(r *http.Request) (*http.Response, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	if strings.HasPrefix(r.URL.Path, "/download/") {
		d.arrange(r)
	} else {
		d.resolved++
	}
	resp, err := d.HTTP.Transport.RoundTrip(r)
	if err == nil {
		if link := resp.Header.Get("Location"); link != "" {
			d.links = append(d.links, link)
		}
		d.open.Add(1)
		resp.Body = &heldBody{ReadCloser: resp.Body, open: &d.open}
	}
	return resp, err
}

// arrange has the answer to a question be what the test wants.
func (d *drive) arrange(r *http.Request) {
	n := d.answers
	d.answers++
	if got := r.Header.Get("Accept-Encoding"); got != "identity" {
		d.t.Errorf("Accept-Encoding = %q, want identity: other bytes have other positions", got)
	}
	if d.before != nil {
		d.before(n)
	}
	var f graphtest.Fault
	for _, spoil := range d.spoils {
		spoil(question{d, n, r}, &f)
	}
	if !reflect.ValueOf(f).IsZero() {
		f.Route = downloadRoute
		if err := d.Graph.Fail(f); err != nil {
			d.t.Error(err)
		}
	}
}

// heldBody notes that it was closed.
type heldBody struct {
	io.ReadCloser
	open   *atomic.Int32
	closed atomic.Bool
}

func (b *heldBody) Close() error {
	if !b.closed.Swap(true) {
		b.open.Add(-1)
	}
	return b.ReadCloser.Close()
}

// assertKept fails if a body is left open, or a host was sent a token that is
// not Graph's.
func (d *drive) assertKept(t testing.TB) {
	t.Helper()
	if n := d.open.Load(); n != 0 {
		t.Errorf("%d bodies were left open, want none", n)
	}
	d.Graph.AssertNoBearerOutside(t)
}

// readAll downloads the file as a stream.
func (d *drive) readAll(t *testing.T, c *m365graph.Client, opts *m365graph.DownloadOptions) (string, error) {
	t.Helper()
	f, err := c.Download(t.Context(), filePath, opts)
	if err != nil {
		return "", err
	}
	b, err := io.ReadAll(f)
	if err := f.Close(); err != nil {
		t.Errorf("Close = %v", err)
	}
	return string(b), err
}

func digits(n int) string { return strings.Repeat("0123456789", n/10+1)[:n] }

// cutAfter ends each answer's connection after so many bytes; n < 0 is that of
// no answer.
func cutAfter(bytes func(n int) int64) spoil {
	return func(q question, f *graphtest.Fault) {
		switch b := bytes(q.n); {
		case b == 0:
			f.Cut, f.CutAfter = graphtest.CutBody, -1
		case b > 0:
			f.Cut, f.CutAfter = graphtest.CutBody, b
		}
	}
}

// cutAlways is the same for each answer.
func cutAlways(bytes int64) spoil { return cutAfter(func(int) int64 { return bytes }) }

// cutOnce cuts the first answer only.
func cutOnce(bytes int64) spoil {
	return cutAfter(func(n int) int64 {
		if n == 0 {
			return bytes
		}
		return -1
	})
}

// stalling has what would be cut bring nothing any more, in place of an end.
func stalling(q question, f *graphtest.Fault) {
	if f.Cut == graphtest.CutBody {
		f.Cut = graphtest.CutStall
	}
}

// noRanges is a host that sends all, whatever part was asked for.
func noRanges(q question, f *graphtest.Fault) { f.NoRange = true }

// from spoils the answers from the n-th on.
func from(first int, s spoil) spoil {
	return func(q question, f *graphtest.Fault) {
		if q.n >= first {
			s(q, f)
		}
	}
}

// header sets headers of the answers, given as names and values in turn; ""
// takes one away.
func header(pairs ...string) spoil {
	return func(q question, f *graphtest.Fault) {
		if f.Header == nil {
			f.Header = http.Header{}
		}
		for i := 0; i < len(pairs); i += 2 {
			f.Header.Set(pairs[i], pairs[i+1])
		}
	}
}

var (
	// chunked is a host that does not say how long its answers are.
	chunked = header("Content-Length", "")
	// undated is one that does not say when the file was changed, by which its
	// versions could be told apart without an eTag.
	undated = header("Last-Modified", "")
)

// sizeless is a host that says which part of the file it sends, but not of how
// much.
func sizeless(q question, f *graphtest.Fault) {
	first, last, ranged := strings.Cut(strings.TrimPrefix(q.r.Header.Get("Range"), "bytes="), "-")
	size := len(q.drive.content)
	if to, err := strconv.Atoi(last); err != nil || to >= size {
		last = strconv.Itoa(size - 1)
	}
	if ranged {
		header("Content-Range", "bytes "+first+"-"+last+"/*")(q, f)
	}
}

// weakened is a host that makes its eTag weak, as one that compresses does.
func weakened(q question, f *graphtest.Fault) { header("Etag", "W/"+q.drive.eTag)(q, f) }

// answering is a host that refuses, in place of the file.
func answering(status int, code string) spoil {
	return func(q question, f *graphtest.Fault) { f.Status, f.Code = status, code }
}

// lapsed is a host by whose clock the link is too old.
func lapsed(q question, f *graphtest.Fault) { f.Skew = time.Hour }

// longAgo is before the bubbles of testing/synctest begin.
var longAgo = time.Date(1999, 11, 1, 0, 0, 0, 0, time.UTC)
