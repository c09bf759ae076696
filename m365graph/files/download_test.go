package files_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"

	"github.com/m365go/sdk/m365graph"
	"github.com/m365go/sdk/m365graph/files"
	"github.com/m365go/sdk/m365graph/graphtest"
	"github.com/m365go/sdk/m365graph/internal/testtenant"
)

const downloadRoute = "GET /download/{item}"

func TestDownloadByRange(t *testing.T) {
	t.Parallel()
	c, x := setup(t)
	for _, tt := range []struct {
		opts *m365graph.DownloadOptions
		want string
	}{
		{nil, "0123456789"}, {&m365graph.DownloadOptions{Offset: 4}, "456789"},
		{&m365graph.DownloadOptions{Offset: 4, Length: 3}, "456"}, {&m365graph.DownloadOptions{Length: 2}, "01"},
		{&m365graph.DownloadOptions{Offset: 8, Length: 100}, "89"},
	} {
		d, err := c.Download(t.Context(), files.ByPath("readme.txt"), tt.opts)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(d)
		if err != nil || d.Close() != nil || string(got) != tt.want || d.Size != 10 || d.Length != int64(len(tt.want)) || d.ETag == "" || d.LastModified.IsZero() {
			t.Errorf("Download(%+v) = %q, %+v, %v, want %q", tt.opts, got, d, err, tt.want)
		}
	}
	var no *m365graph.Error
	if _, err := c.Download(t.Context(), files.ByPath("readme.txt"), &m365graph.DownloadOptions{Offset: 10}); !errors.As(err, &no) || no.Status != 416 {
		t.Errorf("Download from beyond the end = %v, want 416", err)
	}
	assertNoBearerOnContent(t, x)
}

// Each connection is cut after a few bytes, and all of the file comes.
func TestADownloadThatIsCutGoesOn(t *testing.T) {
	t.Parallel()
	c, x := setup(t)
	if err := x.Graph.Fail(graphtest.Fault{Route: downloadRoute, Cut: graphtest.CutBody, CutAfter: 4, Count: -1}); err != nil {
		t.Fatal(err)
	}
	d, err := c.Download(t.Context(), files.ByPath("readme.txt"), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if got, err := io.ReadAll(d); err != nil || string(got) != "0123456789" {
		t.Errorf("a cut download = %q, %v, want all of it", got, err)
	}
	assertNoBearerOnContent(t, x)
}

// wide is a file in memory.
type wide struct {
	mu    sync.Mutex
	bytes []byte
}

func (w *wide) WriteAt(p []byte, offset int64) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if more := int(offset) + len(p) - len(w.bytes); more > 0 {
		w.bytes = append(w.bytes, make([]byte, more)...)
	}
	return copy(w.bytes[offset:], p), nil
}

func big(t *testing.T, data []byte) (*files.Client, *testtenant.Tenant) {
	t.Helper()
	x := testtenant.Start(t, &graphtest.User{Drive: &graphtest.Drive{Items: []*graphtest.DriveItem{{Name: "big.bin", Content: data}}}})
	return files.New(x.Client), x
}

func TestDownloadToHashesPartsInAnyOrder(t *testing.T) {
	t.Parallel()
	for _, size := range []int{0, 1, 159, 161, 1_000_003} {
		data := noise(size)
		c, x := big(t, data)
		if size > 1000 {
			if err := x.Graph.Fail(graphtest.Fault{Route: downloadRoute, Skip: 2, Count: 3, Cut: graphtest.CutBody}); err != nil {
				t.Fatal(err)
			}
		}
		var w wide
		info, err := c.DownloadTo(t.Context(), files.ByPath("big.bin"), &w, &m365graph.DownloadOptions{PartSize: 100_001, Parallel: 3})
		if err != nil || !bytes.Equal(w.bytes, data) || info.Size != int64(size) || info.Length != int64(size) {
			t.Errorf("DownloadTo of %d bytes = %d, %+v, %v", size, len(w.bytes), info, err)
		}
		assertNoBearerOnContent(t, x)
	}
}

// The drive says one thing and its content host sends another.
func TestContentThatIsNotTheItemsIsToldApart(t *testing.T) {
	t.Parallel()
	c, _ := big(t, []byte("0123456789"))
	spoilt, _, ref := lying(t, `{"file":{"hashes":{"quickXorHash":"AAAAAAAAAAAAAAAAAAAAAAAAAAA="}}}`)
	d, err := spoilt.Download(t.Context(), ref, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	got, err := io.ReadAll(d)
	if !errors.Is(err, files.ErrHashMismatch) || string(got) != "0123456789" {
		t.Errorf("Download = %q, %v, want all of it and ErrHashMismatch", got, err)
	}
	if _, err := d.Read(make([]byte, 1)); !errors.Is(err, files.ErrHashMismatch) {
		t.Errorf("the next Read = %v, want ErrHashMismatch again", err)
	}
	var w wide
	if info, err := spoilt.DownloadTo(t.Context(), ref, &w, nil); !errors.Is(err, files.ErrHashMismatch) || info != nil || string(w.bytes) != "0123456789" {
		t.Errorf("DownloadTo = %+v, %v, want ErrHashMismatch", info, err)
	}
	// A part has no hash, and some items have none.
	for _, opts := range []*m365graph.DownloadOptions{{Offset: 1}, {Length: 3}} {
		if d, err := spoilt.Download(t.Context(), ref, opts); err != nil {
			t.Errorf("Download(%+v) = %v", opts, err)
		} else if _, err := io.ReadAll(d); err != nil || d.Close() != nil {
			t.Errorf("Download(%+v) = %v", opts, err)
		}
	}
	silent, _, plain := lying(t, `{"file":{"hashes":null}}`)
	if d, err := silent.Download(t.Context(), plain, nil); err != nil {
		t.Errorf("Download of an item without a hash = %v", err)
	} else if _, err := io.ReadAll(d); err != nil || d.Close() != nil {
		t.Errorf("Download of an item without a hash = %v", err)
	}
	for name, ref := range map[string]files.Ref{"the root": files.Root(), "nothing": files.ByPath("none.txt")} {
		if _, err := c.Download(t.Context(), ref, nil); err == nil {
			t.Errorf("Download of %s succeeded", name)
		}
		if _, err := c.DownloadTo(t.Context(), ref, &w, nil); err == nil {
			t.Errorf("DownloadTo of %s succeeded", name)
		}
		if _, err := c.Open(t.Context(), ref); err == nil {
			t.Errorf("Open of %s succeeded", name)
		}
	}
}

// Somebody saves the file between the question for its hash and the download.
func TestAFileThatChangesBeforeItsDownloadIsNotDamaged(t *testing.T) {
	t.Parallel()
	c, x, ref := lying(t, `{"file":{"hashes":{"quickXorHash":"AAAAAAAAAAAAAAAAAAAAAAAAAAA="}}}`,
		`{"file":{"hashes":{"quickXorHash":"`+quickXorOf("0123456789")+`"}}}`)
	before := len(x.Graph.Requests())
	d, err := c.Download(t.Context(), ref, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if got, err := io.ReadAll(d); err != nil || string(got) != "0123456789" {
		t.Errorf("Download = %q, %v", got, err)
	}
	asked := 0
	for _, route := range routesSince(x, before) {
		if route == itemRoute {
			asked++
		}
	}
	if asked != 2 {
		t.Errorf("the item was asked for %d times, want 2", asked)
	}
}

func TestOpenReadsWhereTheFileLies(t *testing.T) {
	t.Parallel()
	data := noise(700_000)
	c, x := big(t, data)
	f, err := c.Open(t.Context(), files.ByPath("big.bin"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	got := make([]byte, 1000)
	if _, err := f.ReadAt(got, 600_000); err != nil || !bytes.Equal(got, data[600_000:601_000]) {
		t.Errorf("ReadAt = %v, want the bytes there", err)
	}
	if _, err := c.Upload(t.Context(), files.ByPath("big.bin"), strings.NewReader("new"), 3, &files.UploadOptions{Conflict: files.Replace}); err != nil {
		t.Fatal(err)
	}
	if _, err := f.ReadAt(got, 300_000); !errors.Is(err, m365graph.ErrPrecondition) {
		t.Errorf("ReadAt after a change = %v, want ErrPrecondition", err)
	}
	assertNoBearerOnContent(t, x)
}
