package files_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365graph"
	"github.com/m365go/sdk/m365graph/files"
	"github.com/m365go/sdk/m365graph/graphtest"
	"github.com/m365go/sdk/m365graph/internal/testtenant"
)

const (
	slice      = 320 << 10
	sliceRoute = "PUT /upload/{session}"
)

func file(name, content string) *graphtest.DriveItem {
	return &graphtest.DriveItem{Name: name, Content: []byte(content)}
}

func folder(name string, children ...*graphtest.DriveItem) *graphtest.DriveItem {
	return &graphtest.DriveItem{Name: name, Folder: true, Children: children}
}

func setup(t *testing.T) (*files.Client, *testtenant.Tenant) {
	t.Helper()
	x := testtenant.Start(t, &graphtest.User{Drive: &graphtest.Drive{Items: []*graphtest.DriveItem{
		folder("Reports", file("10.30 #1 100% + 5.txt", "odd"), folder("Ä & B", file("inner.txt", "inside"))),
		file("readme.txt", "0123456789"), file("b.txt", "b"), file("c.txt", "c"),
	}}})
	return files.New(x.Client), x
}

func noise(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.NewChaCha8([32]byte{}).Read(b)
	return b
}

func names(t *testing.T, c *files.Client, ref files.Ref, opts *files.ListOptions) (got []string) {
	t.Helper()
	for item, err := range c.List(t.Context(), ref, opts) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, item.Name)
	}
	return got
}

func TestListWalksPagesAndOrders(t *testing.T) {
	t.Parallel()
	c, _ := setup(t)
	got := names(t, c, files.Root(), &files.ListOptions{PageSize: 1, OrderBy: []string{"name desc"}})
	if diff := cmp.Diff([]string{"Reports", "readme.txt", "c.txt", "b.txt"}, got); diff != "" {
		t.Errorf("List (-want +got):\n%s", diff)
	}
	if got := names(t, c, files.ByPath("Reports/Ä & B"), nil); !slices.Equal(got, []string{"inner.txt"}) {
		t.Errorf("List of a folder by its path = %v", got)
	}
}

func TestWalkMeetsEverythingOnceAndFoldersFirst(t *testing.T) {
	t.Parallel()
	c, _ := setup(t)
	var got []string
	for item, err := range c.Walk(t.Context(), files.Root()) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, item.Name)
	}
	if i, j := slices.Index(got, "Ä & B"), slices.Index(got, "inner.txt"); i > j || i < 0 {
		t.Errorf("Walk = %v, want a folder before what it holds", got)
	}
	slices.Sort(got)
	if diff := cmp.Diff([]string{"10.30 #1 100% + 5.txt", "Reports", "b.txt", "c.txt", "inner.txt", "readme.txt", "Ä & B"}, got); diff != "" {
		t.Errorf("Walk (-want +got):\n%s", diff)
	}
}

func TestAnItemHasManyNames(t *testing.T) {
	t.Parallel()
	c, _ := setup(t)
	byPath, err := c.Get(t.Context(), files.ByPath("Reports/10.30 #1 100% + 5.txt"))
	if err != nil {
		t.Fatal(err)
	}
	reports, err := c.Get(t.Context(), files.ByPath("REPORTS"))
	if err != nil || !reports.IsFolder() || reports.Folder.ChildCount != 2 {
		t.Fatalf("Get of a folder = %+v, %v", reports, err)
	}
	for name, ref := range map[string]files.Ref{
		"id": files.ByID(byPath.ID), "below an id": files.ByID(reports.ID).Child("10.30 #1 100% + 5.txt"),
		"below a path": files.ByPath("Reports").Child("10.30 #1 100% + 5.txt"), "from the root": files.Root().Child("/Reports/10.30 #1 100% + 5.txt"),
	} {
		if got, err := c.Get(t.Context(), ref); err != nil || got.ID != byPath.ID || got.Size != 3 {
			t.Errorf("Get by %s = %+v, %v, want the same item", name, got, err)
		}
	}
	for _, lost := range []files.Ref{files.ByID(""), files.ByID("").Child("readme.txt")} {
		if got, err := c.Get(t.Context(), lost); err == nil || !strings.Contains(err.Error(), "empty") {
			t.Errorf("Get by an empty id = %v, %v, want an error", got, err)
		}
	}
	if _, err := c.Get(t.Context(), files.ByPath("Reports/none.txt")); !errors.Is(err, m365graph.ErrNotFound) {
		t.Errorf("Get of nothing = %v, want ErrNotFound", err)
	}
}

func assertNoBearerOnContent(t *testing.T, x *testtenant.Tenant) {
	t.Helper()
	seen := false
	for _, r := range x.Graph.Requests() {
		if !r.Content {
			continue
		}
		seen = true
		if r.Bearer {
			t.Errorf("%s %s carried the token to the content host", r.Method, r.Path)
		}
	}
	if !seen {
		t.Error("nothing went to the content host")
	}
}

// Whatever happens to one slice, the file that arrives is the one that was sent.
func TestUploadArrivesWhole(t *testing.T) {
	t.Parallel()
	data := noise(14*slice + 123)
	for name, fault := range map[string]graphtest.Fault{
		"no fault":   {},
		"throttled":  {Code: "TooManyRequests", RetryAfter: "0.01"},
		"503 before": {Status: 503, Code: "serviceNotAvailable", RetryAfter: "0.01"},
		"504 after":  {Status: 504, Code: "generalException", RetryAfter: "0.01", After: true},
		"cut before": {Cut: graphtest.CutBefore},
		"cut after":  {Cut: graphtest.CutBefore, After: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, x := setup(t)
			if name != "no fault" {
				fault.Route, fault.Skip = sliceRoute, 1
				if err := x.Graph.Fail(fault); err != nil {
					t.Fatal(err)
				}
			}
			var sent int64
			item, err := c.Upload(t.Context(), files.ByPath("Reports/new.bin"), bytes.NewReader(data), int64(len(data)), &files.UploadOptions{
				SliceSize: slice, Progress: func(n, _ int64) { sent = n },
			})
			if err != nil {
				t.Fatal(err)
			}
			assertArrived(t, c, item, data)
			if sent != int64(len(data)) {
				t.Errorf("progress ended at %d, want %d", sent, len(data))
			}
			assertNoBearerOnContent(t, x)
		})
	}
}

func assertArrived(t *testing.T, c *files.Client, item *files.DriveItem, data []byte) {
	t.Helper()
	h := files.NewQuickXorHash()
	_, _ = h.Write(data)
	if want := base64.StdEncoding.EncodeToString(h.Sum(nil)); item.File == nil || item.File.Hashes.QuickXorHash != want || item.Size != int64(len(data)) {
		t.Errorf("the item = %+v, want %d bytes with the hash %s", item, len(data), want)
	}
	d, err := c.Download(t.Context(), files.ByID(item.ID), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if got, err := io.ReadAll(d); err != nil || !bytes.Equal(got, data) {
		t.Errorf("%d bytes came back, %v, want the %d sent", len(got), err, len(data))
	}
}

// The process dies in mid-upload; the next one has nothing but the URL.
func TestUploadIsResumedAfterACrash(t *testing.T) {
	t.Parallel()
	c, x := setup(t)
	data := noise(5*slice + 7)
	ctx, crash := context.WithCancel(t.Context())
	var saved m365auth.Secret
	src := crashing{bytes.NewReader(data), 2*slice + slice/2, crash}
	_, err := c.Upload(ctx, files.ByPath("big.bin"), src, int64(len(data)), &files.UploadOptions{
		SliceSize: slice, Began: func(s *m365graph.UploadSession) error { saved = s.Save(); return nil },
	})
	if !errors.Is(err, context.Canceled) || strings.Contains(err.Error(), "/upload/") {
		t.Fatalf("Upload = %v, want the crash, and not the session's URL", err)
	}
	if _, err := c.Get(t.Context(), files.ByPath("big.bin")); !errors.Is(err, m365graph.ErrNotFound) {
		t.Errorf("half a file is visible: %v", err)
	}
	session, err := m365graph.ResumeUploadSession(m365auth.NewSecret(saved.Reveal()))
	if err != nil {
		t.Fatal(err)
	}
	before := len(x.Graph.Requests())
	item, err := c.Upload(t.Context(), files.ByPath("big.bin"), bytes.NewReader(data), int64(len(data)), &files.UploadOptions{
		SliceSize: slice, Session: session,
	})
	if err != nil {
		t.Fatal(err)
	}
	assertArrived(t, c, item, data)
	taken := 0
	for _, r := range x.Graph.Requests()[before:] {
		// The slice that was cut may be logged late; it has no status, or is refused.
		if r.Route == sliceRoute && r.Status >= 200 && r.Status < 300 {
			taken++
		}
	}
	if taken != 4 {
		t.Errorf("%d slices were taken after the crash, want the 4 that were missing", taken)
	}
}

// crashing ends the process, so to speak, when it is read up to an offset.
type crashing struct {
	io.ReaderAt
	at    int64
	crash func()
}

func (c crashing) ReadAt(p []byte, offset int64) (int, error) {
	if offset+int64(len(p)) <= c.at {
		return c.ReaderAt.ReadAt(p, offset)
	}
	n, _ := c.ReaderAt.ReadAt(p[:max(0, c.at-offset)], offset)
	c.crash()
	return n, context.Canceled
}

func TestUploadMindsWhatIsThere(t *testing.T) {
	t.Parallel()
	for _, size := range []int{0, 5} {
		c, _ := setup(t)
		up := func(conflict files.Conflict) (*files.DriveItem, error) {
			return c.Upload(t.Context(), files.ByPath("b.txt"), bytes.NewReader(noise(size)), int64(size), &files.UploadOptions{Conflict: conflict})
		}
		if _, err := up(""); !errors.Is(err, m365graph.ErrConflict) {
			t.Errorf("%d bytes onto a file = %v, want ErrConflict", size, err)
		}
		if item, err := up(files.Rename); err != nil || item.Name == "b.txt" {
			t.Errorf("%d bytes beside a file = %+v, %v, want another name", size, item, err)
		}
		old, err := c.Get(t.Context(), files.ByPath("b.txt"))
		if err != nil || old.Size != 1 {
			t.Errorf("the old file = %+v, %v, want it untouched", old, err)
		}
		if item, err := up(files.Replace); err != nil || item.ID != old.ID || item.Size != int64(size) {
			t.Errorf("%d bytes in place of a file = %+v, %v", size, item, err)
		}
	}
}

func TestUploadRefusesWhatHasNoPlace(t *testing.T) {
	t.Parallel()
	c, x := setup(t)
	for name, ref := range map[string]files.Ref{"the root": files.Root(), "a dot": files.ByPath("../x"), "an empty folder": files.ByPath("a//b")} {
		if _, err := c.Upload(t.Context(), ref, strings.NewReader("x"), 1, nil); err == nil {
			t.Errorf("Upload to %s succeeded", name)
		}
	}
	if _, err := c.Upload(t.Context(), files.ByPath("x"), strings.NewReader("x"), -1, nil); err == nil {
		t.Error("Upload of a negative size succeeded")
	}
	if n := len(x.Graph.Requests()); n != 0 {
		t.Errorf("%d requests were sent, want 0", n)
	}
}

func TestAnotherDriveIsReachedByItsID(t *testing.T) {
	t.Parallel()
	c, _ := setup(t)
	item, err := c.Get(t.Context(), files.ByPath("readme.txt"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := c.Drive(item.ParentReference.DriveID).Get(t.Context(), files.ByID(item.ID))
	if err != nil || got.ID != item.ID {
		t.Errorf("Get in the drive by its id = %+v, %v", got, err)
	}
}

func ExampleClient_Upload() {
	drive, _ := exampleDrive() // files.New(graph), with a *m365graph.Client of your own
	var saved m365auth.Secret  // keep it sealed, to resume in another process
	item, err := drive.Upload(context.Background(), files.ByPath("2026.csv"), strings.NewReader("a;b\n"), 4, &files.UploadOptions{
		Conflict: files.Rename,
		Began:    func(s *m365graph.UploadSession) error { saved = s.Save(); return nil },
	})
	if err != nil {
		panic(err)
	}
	fmt.Println(item.Name, item.Size, saved)
	// Output: 2026.csv 4 REDACTED
}
