package files_test

import (
	"context"
	"encoding/base64"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365graph"
	"github.com/m365go/sdk/m365graph/files"
	"github.com/m365go/sdk/m365graph/graphtest"
	"github.com/m365go/sdk/m365graph/internal/testtenant"
)

const (
	itemRoute    = "GET /~drive/~item"
	copyRoute    = "POST /~drive/~item/copy"
	monitorRoute = "GET /monitor/{job}"
)

// lying has a file of ten digits, and says one thing after another of it, the
// last for good.
func lying(t *testing.T, patches ...string) (*files.Client, *testtenant.Tenant, files.Ref) {
	t.Helper()
	c, x := setup(t)
	item, err := c.Get(t.Context(), files.ByPath("readme.txt"))
	if err != nil {
		t.Fatal(err)
	}
	for i, patch := range patches {
		f := graphtest.Fault{Route: itemRoute, Patch: patch}
		if i == len(patches)-1 {
			f.Count = -1
		}
		if err := x.Graph.Fail(f); err != nil {
			t.Fatal(err)
		}
	}
	return c, x, files.ByID(item.ID)
}

func quickXorOf(data string) string {
	h := files.NewQuickXorHash()
	_, _ = io.WriteString(h, data)
	return base64.StdEncoding.EncodeToString(h.Sum(nil))
}

// copying runs f in a bubble, over a drive with a folder and a file.
func copying(t *testing.T, f func(t *testing.T, c *files.Client, x *testtenant.Tenant, file files.Ref)) {
	t.Helper()
	issuer := testtenant.Issuer(t)
	synctest.Test(t, func(t *testing.T) {
		x := testtenant.InMemory(t, issuer, &graphtest.User{Drive: &graphtest.Drive{Items: []*graphtest.DriveItem{
			folder("Reports"), file("readme.txt", "0123456789"),
		}}})
		c := files.New(x.Client)
		item, err := c.Get(t.Context(), files.ByPath("readme.txt"))
		if err != nil {
			t.Fatal(err)
		}
		f(t, c, x, files.ByID(item.ID))
	})
}

func TestCopyWaitsForWhatItMade(t *testing.T) {
	t.Parallel()
	copying(t, func(t *testing.T, c *files.Client, x *testtenant.Tenant, file files.Ref) {
		before := len(x.Graph.Requests())
		var progress []float64
		var began m365auth.Secret
		o := &files.CopyOptions{
			Conflict: files.Rename,
			Progress: func(p float64) { progress = append(progress, p) },
			Began:    func(r *m365graph.Response) { began = r.Monitor() },
		}
		item, err := c.Copy(t.Context(), file, files.ByPath("Reports"), "copy.txt", o)
		if err != nil || item.Name != "copy.txt" || item.Size != 10 || !strings.HasPrefix(began.Reveal(), "https://contoso-my.sharepoint.com/monitor/") {
			t.Fatalf("Copy = %+v, %v, began %q", item, err, began.Reveal())
		}
		made, err := c.Get(t.Context(), files.ByPath("Reports/copy.txt"))
		if err != nil || made.ID != item.ID {
			t.Errorf("the copy = %+v, %v, want %s", made, err, item.ID)
		}
		var got []string
		for _, route := range routesSince(x, before) {
			if len(got) == 0 || got[len(got)-1] != route {
				got = append(got, route)
			}
		}
		if diff := cmp.Diff([]string{itemRoute, copyRoute, monitorRoute, itemRoute}, got); diff != "" {
			t.Errorf("requests (-want +got):\n%s", diff)
		}
		if n := len(progress); n < 2 || progress[0] >= 100 || progress[n-1] != 100 {
			t.Errorf("progress = %v, want it up to 100", progress)
		}
		if item, err := c.Copy(t.Context(), file, files.ByPath("Reports"), "copy.txt", o); err != nil || item.Name == "copy.txt" {
			t.Errorf("Copy beside the first = %+v, %v, want it under another name", item, err)
		}
	})
}

func TestACopyThatIsNotMadeSaysWhy(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		fault  graphtest.Fault // of the monitor
		folder files.Ref
		want   error
		maybe  bool
	}{
		"the name is taken": {graphtest.Fault{}, files.Root(), m365graph.ErrConflict, false},
		"no id":             {graphtest.Fault{Patch: `{"status":"completed","resourceId":null}`}, files.ByPath("Reports"), nil, false},
		"an unreadable end": {graphtest.Fault{HTML: "<html>"}, files.ByPath("Reports"), m365graph.ErrAmbiguous, true},
	} {
		copying(t, func(t *testing.T, c *files.Client, x *testtenant.Tenant, file files.Ref) {
			if name != "the name is taken" {
				tt.fault.Route, tt.fault.Count = monitorRoute, -1
				if err := x.Graph.Fail(tt.fault); err != nil {
					t.Fatal(err)
				}
			}
			item, err := c.Copy(t.Context(), file, tt.folder, "", nil)
			if err == nil || item != nil || tt.want != nil && !errors.Is(err, tt.want) || errors.Is(err, m365graph.ErrAmbiguous) != tt.maybe {
				t.Errorf("%s: Copy = %+v, %v, want %v", name, item, err, tt.want)
			}
			for _, r := range x.Graph.Requests() {
				if r.Route == copyRoute && !strings.Contains(r.Query, "conflictBehavior=fail") {
					t.Errorf("%s: the copy was begun with %q, want it not to replace anything", name, r.Query)
				}
			}
			x.Graph.AssertExecuted(t, copyRoute, 1)
		})
	}
	copying(t, func(t *testing.T, c *files.Client, _ *testtenant.Tenant, file files.Ref) {
		ctx, cancel := context.WithCancel(t.Context())
		o := &files.CopyOptions{Began: func(*m365graph.Response) { cancel() }}
		if _, err := c.Copy(ctx, file, files.ByPath("Reports"), "", o); !errors.Is(err, m365graph.ErrAmbiguous) || !errors.Is(err, context.Canceled) {
			t.Errorf("a copy left alone = %v, want ErrAmbiguous and Canceled", err)
		}
		if _, err := c.Copy(t.Context(), files.Root(), files.Root(), "", nil); err == nil {
			t.Error("the root was copied")
		}
	})
}

// A name or a drive that is not known is left out, not sent empty, which is
// refused.
func TestCopySendsNoEmptyName(t *testing.T) {
	t.Parallel()
	copying(t, func(t *testing.T, c *files.Client, x *testtenant.Tenant, file files.Ref) {
		if err := x.Graph.Fail(graphtest.Fault{Route: itemRoute, Patch: `{"parentReference":null}`}); err != nil {
			t.Fatal(err)
		}
		item, err := c.Copy(t.Context(), file, files.ByPath("Reports"), "", nil)
		if err != nil || item.Name != "readme.txt" {
			t.Errorf("Copy = %+v, %v, want it under its own name", item, err)
		}
	})
}
