package m365graph_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/m365go/sdk/m365graph"
)

// The bodies of pages are read into the same memory one after the other, and
// whatever was read of them stays as it was.
func TestItemsOutliveTheirPage(t *testing.T) {
	t.Parallel()
	pages := make([]string, 6)
	for n := range pages {
		pages[n] = fmt.Sprintf(`{"id":"id-%[1]d","raw":{"n":%[1]d},"list":["a%[1]d"],"map":{"k":"v%[1]d"}}`, n)
	}
	type item struct {
		ID    string            `json:"id"`
		Raw   json.RawMessage   `json:"raw"`
		List  []json.RawMessage `json:"list"`
		Map   map[string]string `json:"map"`
		Extra m365graph.Extra   `json:"-"`
	}
	for _, prefetch := range []bool{false, true} {
		c := setup(t, tap(t, append(book(pages...), book(pages...)...)...))
		q := &m365graph.Query{Prefetch: prefetch}
		var items []item
		for v, err := range m365graph.All[item](t.Context(), c, m365graph.P("me", "messages"), q) {
			if err != nil {
				t.Fatal(err)
			}
			items = append(items, v)
		}
		raws, err := m365graph.Collect[json.RawMessage](t.Context(), c, m365graph.P("me", "messages"), q)
		if err != nil || len(raws) != 6 || len(items) != 6 {
			t.Fatalf("%d and %d items, %v, want 6 of each", len(items), len(raws), err)
		}
		for n, v := range items {
			got := []string{v.ID, string(v.Raw), string(v.List[0]), v.Map["k"], string(v.Extra.Raw()), string(raws[n])}
			want := []string{fmt.Sprintf("id-%d", n), fmt.Sprintf(`{"n":%d}`, n), fmt.Sprintf(`"a%d"`, n), fmt.Sprintf("v%d", n), pages[n], pages[n]}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("item %d, prefetch %v (-want +got):\n%s", n, prefetch, diff)
			}
		}
	}
}
