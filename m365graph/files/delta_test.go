package files_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/m365go/sdk/m365graph"
	"github.com/m365go/sdk/m365graph/files"
	"github.com/m365go/sdk/m365graph/graphtest"
	"github.com/m365go/sdk/m365graph/internal/testtenant"
)

// place is what a mirror knows of an item.
type place struct{ Name, Parent string }

// household is a drive that changes, and a copy of its tree kept by delta.
type household struct {
	t      *testing.T
	tenant *testtenant.Tenant
	random *rand.Rand
	ids    []string // of items made so far, some of them gone
	mirror map[string]place
	reader *m365graph.DeltaReader[files.DriveItem]

	deleted int
	calm    bool // nothing changes any more while a round is read
}

// Through uploads, renames, moves of whole folders and deletions between any two
// pages, faults and forgotten cursors, a copy kept by delta comes to be the drive.
func TestDeltaKeepsACopyOfADrive(t *testing.T) {
	t.Parallel()
	issuer := testtenant.Issuer(t)
	resets, rounds, deleted := 0, 0, 0
	for seed := range uint64(12) {
		synctest.Test(t, func(t *testing.T) {
			h := &household{
				t: t, tenant: testtenant.InMemory(t, issuer, nil), random: rand.New(rand.NewPCG(seed, 5)), mirror: map[string]place{},
			}
			h.restart("")
			h.spoil(seed)
			for range 12 {
				for range h.random.IntN(8) {
					h.change()
				}
				if h.random.IntN(8) == 0 {
					h.tenant.Graph.ExpireDeltas()
				}
				reset, err := h.follow(h.random.IntN(3) == 0)
				if err == nil {
					rounds++
				}
				if reset {
					resets++
				}
				if h.random.IntN(3) == 0 { // another process goes on
					h.restart(h.reader.Cursor())
				}
			}
			deleted += h.deleted
			h.tenant.Graph.ClearFaults()
			h.calm = true
			for range 2 {
				if _, err := h.follow(false); err != nil {
					t.Fatalf("seed %d: a calm round = %v", seed, err)
				}
			}
			if diff := cmp.Diff(h.drive(), h.mirror); diff != "" {
				t.Errorf("seed %d (-drive +copy):\n%s", seed, diff)
			}
		})
	}
	if resets < 10 || rounds < 40 || deleted < 30 {
		t.Errorf("%d resets in %d whole rounds, %d deletions, too few to tell anything", resets, rounds, deleted)
	}
}

func (h *household) restart(cursor string) {
	h.reader = m365graph.Delta[files.DriveItem](h.tenant.Client, m365graph.P("me", "drive", "root", "delta"), &m365graph.DeltaOptions{
		Cursor: cursor, Query: &m365graph.Query{Select: []string{"id", "name", "parentReference", "deleted"}, Top: 1 + h.random.IntN(4)},
	})
}

// spoil has reads and writes fail in the ways that Graph knows.
func (h *household) spoil(seed uint64) {
	const delta = "GET /me/drive/root/delta"
	for i, f := range []graphtest.Fault{
		{Route: delta, Status: http.StatusServiceUnavailable, RetryAfter: "2"},
		{Route: delta, Status: http.StatusForbidden, Code: "accessDenied"},
		{Route: delta, Cut: graphtest.CutBody},
		{Route: delta, JSON: graphtest.JSONTruncated},
		{Route: delta, Page: graphtest.PageShuffled},
		{Route: delta, Page: graphtest.PageEmpty},
		{Route: delta, Page: graphtest.PageReplayed},
		{Route: "PATCH /me/drive/items/{id}", Status: http.StatusGatewayTimeout, After: true},
		{Route: "DELETE /me/drive/items/{id}", Cut: graphtest.CutBefore, After: true},
	} {
		f.Rate, f.Seed = 0.08, seed*100+uint64(i)
		if err := h.tenant.Graph.Fail(f); err != nil {
			h.t.Fatal(err)
		}
	}
}

// change does what people do with a drive. What fails has or has not happened.
func (h *household) change() {
	ctx, c := h.t.Context(), h.tenant.Client
	item := func(id string, more ...string) m365graph.Path {
		return m365graph.P(append([]string{"me", "drive", "items", id}, more...)...)
	}
	name := fmt.Sprintf("item %d", h.random.IntN(10_000))
	i, what := h.random.IntN(len(h.ids)+1), h.random.IntN(8)
	if i == len(h.ids) || what < 3 {
		folder := append(h.ids, "root")[i]
		made, err := m365graph.Post[files.DriveItem](ctx, c, item(folder, "children"),
			map[string]any{"name": name, "folder": map[string]any{}, "@microsoft.graph.conflictBehavior": "rename"})
		if err == nil {
			h.ids = append(h.ids, made.ID)
		}
		return
	}
	var err error
	switch what {
	case 3, 4:
		_, err = m365graph.Patch[files.DriveItem](ctx, c, item(h.ids[i]), map[string]any{"name": name}, "")
	case 5, 6:
		to := h.ids[h.random.IntN(len(h.ids))]
		_, err = m365graph.Patch[files.DriveItem](ctx, c, item(h.ids[i]), map[string]any{"parentReference": map[string]any{"id": to}}, "")
	case 7:
		err = m365graph.Delete(ctx, c, item(h.ids[i]), "")
		h.deleted++
	}
	if errors.Is(err, m365graph.ErrNotFound) { // it lay in a folder that was deleted
		h.ids = slices.Delete(h.ids, i, i+1)
	}
}

var errHadEnough = errors.New("the consumer had enough")

// follow applies one round, with changes between its pages, or a part of one.
func (h *household) follow(leave bool) (reset bool, err error) {
	var listed map[string]bool
	for change, err := range h.reader.Round(h.t.Context()) {
		if err != nil {
			return reset, err
		}
		if leave && h.random.IntN(6) == 0 {
			return reset, errHadEnough
		}
		switch change.Kind {
		case m365graph.DeltaReset:
			listed, reset = map[string]bool{}, true
		case m365graph.DeltaRemoved:
			delete(h.mirror, change.ID)
		case m365graph.DeltaUpsert:
			p := place{Name: change.Item.Name}
			if ref := change.Item.ParentReference; ref != nil {
				p.Parent = ref.ID
			}
			h.mirror[change.ID] = p
			if listed != nil {
				listed[change.ID] = true
			}
		}
		if !h.calm && h.random.IntN(10) == 0 {
			h.change()
		}
	}
	for id := range h.mirror {
		if listed != nil && !listed[id] {
			delete(h.mirror, id)
		}
	}
	return reset, nil
}

// drive lists all there is.
func (h *household) drive() map[string]place {
	ctx, c := context.Background(), files.New(h.tenant.Client)
	all := map[string]place{}
	root, err := c.Get(ctx, files.Root())
	if err != nil {
		h.t.Fatal(err)
	}
	all[root.ID] = place{Name: root.Name}
	for item, err := range c.Walk(ctx, files.Root()) {
		if err != nil {
			h.t.Fatal(err)
		}
		all[item.ID] = place{item.Name, item.ParentReference.ID}
	}
	return all
}
