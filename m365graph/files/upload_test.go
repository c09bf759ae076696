package files_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365graph"
	"github.com/m365go/sdk/m365graph/files"
	"github.com/m365go/sdk/m365graph/graphtest"
	"github.com/m365go/sdk/m365graph/internal/testtenant"
)

const (
	putContent = "PUT /~drive/~item/content"
	simpleMax  = 4 << 20
)

// routesSince are what a client asked after the first n requests.
func routesSince(x *testtenant.Tenant, n int) (got []string) {
	for _, r := range x.Graph.Requests()[n:] {
		got = append(got, r.Route)
	}
	return got
}

func quickXor(data []byte) string {
	h := files.NewQuickXorHash()
	_, _ = h.Write(data)
	return base64.StdEncoding.EncodeToString(h.Sum(nil))
}

func TestASmallFileIsOneRequest(t *testing.T) {
	t.Parallel()
	c, x := setup(t)
	for _, tt := range []struct {
		size  int
		began bool
		want  []string
	}{
		{0, false, []string{putContent}}, {1, false, []string{putContent}}, {simpleMax, false, []string{putContent}},
		{simpleMax + 1, false, []string{"POST /~drive/~item/createUploadSession", sliceRoute}},
		{1, true, []string{"POST /~drive/~item/createUploadSession", sliceRoute}}, {0, true, []string{putContent}},
	} {
		data, before := noise(tt.size), len(x.Graph.Requests())
		var sent int64 = -1
		o := &files.UploadOptions{Conflict: files.Replace, Progress: func(n, _ int64) { sent = n }}
		if tt.began {
			o.Began = func(*m365graph.UploadSession) error { return nil }
		}
		item, err := c.Upload(t.Context(), files.ByPath("x.bin"), bytes.NewReader(data), int64(tt.size), o)
		if err != nil {
			t.Fatalf("Upload of %d bytes = %v", tt.size, err)
		}
		if got := routesSince(x, before); !slices.Equal(got, tt.want) || sent != int64(tt.size) {
			t.Errorf("Upload of %d bytes = %v with progress %d, want %v", tt.size, got, sent, tt.want)
		}
		assertArrived(t, c, item, data)
	}
}

func TestUploadMindsATag(t *testing.T) {
	t.Parallel()
	c, _ := setup(t)
	for _, size := range []int{0, 9, simpleMax + 9} {
		old, err := c.Get(t.Context(), files.ByPath("readme.txt"))
		if err != nil {
			t.Fatal(err)
		}
		data := noise(size)
		up := func(tag string) (*files.DriveItem, error) {
			return c.Upload(t.Context(), files.ByPath("readme.txt"), bytes.NewReader(data), int64(size), &files.UploadOptions{IfMatch: tag})
		}
		if _, err := up(`"{00000000-0000-0000-0000-000000000000},1"`); !errors.Is(err, m365graph.ErrPrecondition) {
			t.Errorf("%d bytes onto another version = %v, want ErrPrecondition", size, err)
		}
		item, err := up(old.CTag)
		if err != nil || item.ID != old.ID {
			t.Fatalf("%d bytes onto the version known = %+v, %v", size, item, err)
		}
		assertArrived(t, c, item, data)
	}
}

// The answer to the request that made the file is lost: Upload looks.
func TestUploadFindsTheFileWhoseAnswerWasLost(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name     string
		size     int
		fault    graphtest.Fault
		conflict files.Conflict
		err      error
	}{
		{"one request", 9, graphtest.Fault{Route: putContent, Cut: graphtest.CutBefore, After: true}, files.Fail, nil},
		{"one request, answered 504", 9, graphtest.Fault{Route: putContent, Status: 504, After: true}, files.Fail, nil},
		{"an empty file", 0, graphtest.Fault{Route: putContent, Cut: graphtest.CutBefore, After: true}, files.Fail, nil},
		{"in place of another", 9, graphtest.Fault{Route: putContent, Cut: graphtest.CutBefore, After: true}, files.Replace, nil},
		{"the last slice", simpleMax + 9, graphtest.Fault{Route: sliceRoute, Cut: graphtest.CutBefore, After: true}, files.Fail, nil},
		{"nothing was made", 9, graphtest.Fault{Route: putContent, Cut: graphtest.CutBefore}, files.Fail, m365graph.ErrAmbiguous},
		{"its name is not known", 9, graphtest.Fault{Route: putContent, Cut: graphtest.CutBefore, After: true}, files.Rename, m365graph.ErrAmbiguous},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, x := setup(t)
			if err := x.Graph.Fail(tt.fault); err != nil {
				t.Fatal(err)
			}
			data := noise(tt.size)
			item, err := c.Upload(t.Context(), files.ByPath("new.bin"), bytes.NewReader(data), int64(tt.size), &files.UploadOptions{Conflict: tt.conflict})
			if !errors.Is(err, tt.err) {
				t.Fatalf("Upload = %v, want %v", err, tt.err)
			}
			if err == nil {
				assertArrived(t, c, item, data)
			}
		})
	}
}

// What stands there is somebody else's: it is not taken for ours.
func TestAnotherFileOfThatNameIsNotTakenForOurs(t *testing.T) {
	t.Parallel()
	c, x := setup(t)
	if err := x.Graph.Fail(graphtest.Fault{Route: putContent, Cut: graphtest.CutBefore}); err != nil {
		t.Fatal(err)
	}
	_, err := c.Upload(t.Context(), files.ByPath("readme.txt"), strings.NewReader("9876543210"), 10, &files.UploadOptions{Conflict: files.Fail})
	if !errors.Is(err, m365graph.ErrAmbiguous) {
		t.Errorf("Upload = %v, want ErrAmbiguous", err)
	}
}

// A process that died after the last slice left a file behind, and a session
// that is gone.
func TestAResumedUploadThatWasDoneIsFound(t *testing.T) {
	t.Parallel()
	c, x := setup(t)
	data := noise(2*slice + 7)
	upload := func(o *files.UploadOptions) (*files.DriveItem, error) {
		return c.Upload(t.Context(), files.ByPath("big.bin"), bytes.NewReader(data), int64(len(data)), o)
	}
	var saved m365auth.Secret
	first, err := upload(&files.UploadOptions{SliceSize: slice, Began: func(s *m365graph.UploadSession) error { saved = s.Save(); return nil }})
	if err != nil {
		t.Fatal(err)
	}
	resume := func() *m365graph.UploadSession {
		s, err := m365graph.ResumeUploadSession(saved)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	if again, err := upload(&files.UploadOptions{Session: resume()}); err != nil || again.ID != first.ID {
		t.Errorf("Upload again = %+v, %v, want the same item", again, err)
	}
	if err := m365graph.Delete(t.Context(), x.Client, m365graph.P("me", "drive", "items", first.ID), ""); err != nil {
		t.Fatal(err)
	}
	if _, err := upload(&files.UploadOptions{Session: resume()}); !errors.Is(err, m365graph.ErrSessionGone) {
		t.Errorf("Upload again, with the file deleted = %v, want ErrSessionGone", err)
	}
	data = data[:0]
	if _, err := upload(&files.UploadOptions{Session: resume()}); !errors.Is(err, m365graph.ErrSourceChanged) {
		t.Errorf("Upload of an empty file into the session = %v, want ErrSourceChanged", err)
	}
}

// A failed upload leaves nothing half done, unless it was told to.
func TestAFailedUploadEndsItsSessionUnlessItIsKept(t *testing.T) {
	t.Parallel()
	for _, keep := range []bool{false, true} {
		c, x := setup(t)
		if err := x.Graph.Fail(graphtest.Fault{Route: sliceRoute, Skip: 1, Status: 507, Code: "quotaLimitReached"}); err != nil {
			t.Fatal(err)
		}
		o := &files.UploadOptions{SliceSize: slice}
		var kept *m365graph.UploadSession
		if keep {
			o.Began = func(s *m365graph.UploadSession) error { kept = s; return nil }
		}
		data := noise(simpleMax + 1)
		up := func() error {
			_, err := c.Upload(t.Context(), files.ByPath("big.bin"), bytes.NewReader(data), int64(len(data)), o)
			return err
		}
		if err := up(); !errors.Is(err, m365graph.ErrQuota) {
			t.Fatalf("Upload = %v, want ErrQuota", err)
		}
		all := x.Graph.Requests()
		if deleted := all[len(all)-1].Method == http.MethodDelete; deleted == keep {
			t.Errorf("kept %t: the session was deleted: %t", keep, deleted)
		}
		if o.Session = kept; keep {
			if err := up(); err != nil {
				t.Errorf("Upload into the session that was kept = %v", err)
			}
		}
	}
}

func TestAFileThatChangedIsNotResumed(t *testing.T) {
	t.Parallel()
	c, _ := setup(t)
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, noise(3*slice), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	ctx, crash := context.WithCancel(t.Context())
	var saved m365auth.Secret
	_, err = c.Upload(ctx, files.ByPath("big.bin"), f, 3*slice, &files.UploadOptions{
		Began:    func(s *m365graph.UploadSession) error { saved = s.Save(); return nil },
		Progress: func(sent, _ int64) { crash() },
	})
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("Upload = %v, want the crash", err)
	}
	if err := os.Chtimes(path, time.Unix(1, 0), time.Unix(1, 0)); err != nil {
		t.Fatal(err)
	}
	session, err := m365graph.ResumeUploadSession(saved)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Upload(t.Context(), files.ByPath("big.bin"), f, 3*slice, &files.UploadOptions{Session: session}); !errors.Is(err, m365graph.ErrSourceChanged) {
		t.Errorf("Upload = %v, want ErrSourceChanged", err)
	}
}

func TestASourceThatIsTooShortIsNotSent(t *testing.T) {
	t.Parallel()
	c, x := setup(t)
	if _, err := c.Upload(t.Context(), files.ByPath("a"), strings.NewReader("123"), 4, nil); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("Upload = %v, want the end of the source", err)
	}
	if got := routesSince(x, 0); len(got) > 0 {
		t.Errorf("requests = %v, want none", got)
	}
}

// A stream of unknown size is spooled, and hashed like all others.
func TestAStreamIsUploaded(t *testing.T) {
	t.Parallel()
	c, _ := setup(t)
	data := noise(simpleMax + 3*slice + 1)
	s, err := m365graph.Spool(t.Context(), io.MultiReader(bytes.NewReader(data)), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	item, err := c.Upload(t.Context(), files.ByPath("stream.bin"), s, s.Size(), nil)
	if err != nil {
		t.Fatal(err)
	}
	assertArrived(t, c, item, data)
}

// The file is there, and the answer does not say so.
func TestUploadFindsTheFileWhoseAnswerCannotBeRead(t *testing.T) {
	t.Parallel()
	for _, fault := range []graphtest.Fault{
		{JSON: graphtest.JSONEmpty}, {JSON: graphtest.JSONTruncated}, {Patch: "null"}, {Body: "{}", Status: 201, After: true}, {HTML: "<html>", After: true},
	} {
		for size, conflict := range map[int]files.Conflict{9: files.Fail, simpleMax + 9: files.Replace, 0: files.Rename} {
			c, x := setup(t)
			fault.Route = putContent
			if size > simpleMax {
				fault.Route = sliceRoute
			}
			if err := x.Graph.Fail(fault); err != nil {
				t.Fatal(err)
			}
			data := noise(size)
			item, err := c.Upload(t.Context(), files.ByPath("new.bin"), bytes.NewReader(data), int64(size), &files.UploadOptions{Conflict: conflict})
			if conflict == files.Rename { // under which name?
				if !errors.Is(err, m365graph.ErrAmbiguous) {
					t.Errorf("Upload answered with %+v = %v, want ErrAmbiguous", fault, err)
				}
				continue
			}
			if err != nil || item.Size != int64(size) {
				t.Errorf("Upload of %d bytes answered with %+v = %+v, %v, want the file", size, fault, item, err)
			}
			x.Graph.AssertExecuted(t, fault.Route, 1)
		}
	}
}
