package m365graph_test

import (
	"strings"
	"testing"

	"github.com/m365go/sdk/m365graph"
)

// FuzzDelta reads whatever a server, or whoever holds a cursor, gives: a change
// is a removal or not, a round ends with a cursor or an error, and nothing leads
// away from Graph's host.
func FuzzDelta(f *testing.F) {
	for _, seed := range []struct {
		status                 int
		location, body, cursor string
	}{
		{200, "", `{"value":[{"id":"a"},null,{"id":"b","@removed":{"reason":"deleted"}}],"@odata.deltaLink":"` + deltaRoot + `?d"}`, ""},
		{200, "", `{"value":[{"id":"a","deleted":{"state":"x"}}],"@odata.nextLink":"` + deltaRoot + `?(n=1"}`, deltaRoot + "?c"},
		{410, deltaRoot + "?again", `{"error":{"code":"resyncChangesUploadDifferences"}}`, deltaRoot + "?c"},
		{410, "https://evil.example/%zz", `{"error":{"code":"x","innerError":{"code":"SYNCSTATENOTFOUND"}}}`, deltaRoot + "?c"},
		{200, "", `{"value":[{"@removed":[],"deleted":7}],"@odata.deltaLink":"https://evil.example/"}`, "https://evil.example/"},
	} {
		f.Add(seed.status, seed.location, seed.body, seed.cursor)
	}
	f.Fuzz(func(t *testing.T, status int, location, body, cursor string) {
		if status < 200 || status > 999 || status == 429 || status == 509 {
			return // no status, or one that is waited out
		}
		w := tap(t, lasting(replying(status, body, "Location", location)))
		c := setup(t, w, func(o *m365graph.Options) { o.MaxRetries = -1 })
		r := m365graph.Delta[item](c, usersDelta, &m365graph.DeltaOptions{Cursor: cursor})
		ended := false
		for change, err := range r.Round(t.Context()) {
			switch {
			case ended:
				t.Error("the round went on after an error")
			case err != nil:
				ended = true
				if change != (m365graph.DeltaItem[item]{}) {
					t.Errorf("%+v came beside an error", change)
				}
			case change.ID != change.Item.ID:
				t.Errorf("the ids of %+v differ", change)
			}
		}
		if ended && r.Cursor() != cursor {
			t.Errorf("a round that failed moved the cursor from %q to %q", cursor, r.Cursor())
		}
		for _, req := range w.requests() {
			if !strings.EqualFold(req.URL.Hostname(), "graph.microsoft.com") || req.URL.Scheme != "https" {
				t.Errorf("%s was asked", req.URL)
			}
		}
	})
}
