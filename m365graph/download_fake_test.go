package m365graph_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/m365go/sdk/m365graph"
)

// fakeDrive holds one file, which a link on a content host leads to. What it
// does wrong is told by the functions that are set.
type fakeDrive struct {
	t testing.TB

	mu       sync.Mutex
	content  string
	version  int
	link     int // which link is good
	resolved int // how often Graph was asked
	answers  int // how often the content host was

	// cut says how many bytes of answer n come before the connection is cut;
	// negative means all of them.
	cut func(n int) int64
	// header changes what an answer says.
	header func(n int, h http.Header)
	// before is called for each question to the content host, with mu held.
	before func(n int)
	// instead answers in place of the drive, if not nil.
	instead func(n int, r *http.Request) *http.Response

	noRanges, chunked, stalls bool

	open atomic.Int32 // bodies that nobody has closed
}

func newFakeDrive(t testing.TB, content string) *fakeDrive {
	return &fakeDrive{t: t, content: content}
}

var fakePath = m365graph.P("me", "drive", "items", "1", "content")

func (d *fakeDrive) client(t *testing.T, change ...func(*m365graph.Options)) *m365graph.Client {
	t.Helper()
	return setup(t, &wire{answer: d.answer}, change...)
}

// change makes a new version, as somebody else would.
func (d *fakeDrive) change(content string) { d.content, d.version = content, d.version+1 }

func (d *fakeDrive) answer(_ int, r *http.Request) (*http.Response, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	if r.URL.Host == "graph.microsoft.com" {
		d.resolved++
		d.link++
		return d.send(r, reply(302, "", "Location", fmt.Sprintf("https://contoso.sharepoint.com/dl?tempauth=%s-%d", canary, d.link)), -1), nil
	}
	n := d.answers
	d.answers++
	if r.Header.Get("Authorization") != "" {
		d.t.Error("the content host was sent the token")
	}
	if got := r.Header.Get("Accept-Encoding"); got != "identity" {
		d.t.Errorf("Accept-Encoding = %q, want identity: other bytes have other positions", got)
	}
	if d.before != nil {
		d.before(n)
	}
	if d.instead != nil {
		if resp := d.instead(n, r); resp != nil {
			return d.send(r, resp, -1), nil
		}
	}
	if r.URL.Query().Get("tempauth") != fmt.Sprintf("%s-%d", canary, d.link) {
		return d.send(r, reply(401, `{"error":{"code":"unauthenticated"}}`), -1), nil
	}
	resp := d.serve(r)
	if d.header != nil {
		d.header(n, resp.Header)
	}
	cut := int64(-1)
	if d.cut != nil {
		cut = d.cut(n)
	}
	return d.send(r, resp, cut), nil
}

// serve is a server that does all as it should.
func (d *fakeDrive) serve(r *http.Request) *http.Response {
	h := []string{"ETag", fmt.Sprintf(`"{1},%d"`, d.version), "Content-Type", "application/zip", "Date", "Sun, 01 Mar 2026 12:00:00 GMT"}
	size := int64(len(d.content))
	from, to, ok := parseRange(r.Header.Get("Range"), size)
	if !ok || d.noRanges {
		return reply(200, d.content, h...)
	}
	if from >= size {
		return reply(416, "", "Content-Range", fmt.Sprintf("bytes */%d", size))
	}
	return reply(206, d.content[from:to], append(h, "Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, to-1, size))...)
}

// parseRange reads "bytes=3-5" and "bytes=3-".
func parseRange(h string, size int64) (from, to int64, ok bool) {
	a, b, ok := strings.Cut(strings.TrimPrefix(h, "bytes="), "-")
	if !ok {
		return 0, 0, false
	}
	from, _ = strconv.ParseInt(a, 10, 64)
	if to, _ = strconv.ParseInt(b, 10, 64); b == "" || to >= size {
		to = size - 1
	}
	return from, to + 1, true
}

func (d *fakeDrive) send(r *http.Request, resp *http.Response, cut int64) *http.Response {
	body, _ := io.ReadAll(resp.Body)
	b := &fakeBody{drive: d, ctx: r.Context(), bytes: string(body), cut: cut >= 0 && cut <= int64(len(body)), stalls: d.stalls}
	if b.cut {
		b.bytes = b.bytes[:cut]
	}
	if d.chunked {
		resp.ContentLength = -1
	}
	d.open.Add(1)
	resp.Body = b
	return resp
}

// fakeBody ends as a connection does, with its context too.
type fakeBody struct {
	drive  *fakeDrive
	ctx    context.Context
	bytes  string
	cut    bool
	stalls bool // in place of a cut
	closed atomic.Bool
}

func (b *fakeBody) Read(p []byte) (int, error) {
	if err := b.ctx.Err(); err != nil {
		return 0, err
	}
	if b.closed.Load() {
		return 0, http.ErrBodyReadAfterClose
	}
	n := copy(p, b.bytes)
	b.bytes = b.bytes[n:]
	switch {
	case b.bytes != "" || n > 0 && b.stalls:
		return n, nil
	case !b.cut:
		return n, io.EOF
	case b.stalls:
		<-b.ctx.Done()
		return 0, b.ctx.Err()
	}
	return n, io.ErrUnexpectedEOF
}

func (b *fakeBody) Close() error {
	if !b.closed.Swap(true) {
		b.drive.open.Add(-1)
	}
	return nil
}

// assertClosed fails if a body is left open.
func (d *fakeDrive) assertClosed(t testing.TB) {
	t.Helper()
	if n := d.open.Load(); n != 0 {
		t.Errorf("%d bodies were left open, want none", n)
	}
}

// readAll downloads the file as a stream.
func (d *fakeDrive) readAll(t *testing.T, c *m365graph.Client, opts *m365graph.DownloadOptions) (string, error) {
	t.Helper()
	f, err := c.Download(t.Context(), fakePath, opts)
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

// cutAlways is the same for each answer.
func cutAlways(n int64) func(int) int64 { return func(int) int64 { return n } }

// cutOnce cuts the first answer only.
func cutOnce(n int64) func(int) int64 {
	return func(answer int) int64 {
		if answer == 0 {
			return n
		}
		return -1
	}
}

var longAgo = time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC).Format(http.TimeFormat)
