package graphtest_test

import (
	"testing"

	"github.com/m365go/sdk/m365graph/graphtest"
)

// TestEverySeedSucceeds shows that what is made of the seeds gets past all
// checks: what is fuzzed below begins where the work is done.
func TestEverySeedSucceeds(t *testing.T) {
	t.Parallel()
	w := newWhole(t, nil)
	for _, r := range graphtest.RouteTable() {
		if !r.Public && !r.Content && len(r.Scopes) == 0 {
			continue // for applications alone
		}
		if err := w.Restore(w.made); err != nil {
			t.Fatal(err)
		}
		q := w.seeded(&r, preferred(&r, false))
		want := 0
		if s := seedOf(&r); s != nil {
			want = s.status
		}
		a := w.do(t, q.method, q.target, q.body, q.header...)
		if want == 0 && a.status >= 400 || want != 0 && a.status != want {
			t.Errorf("%s %s %s = %d %s", r.Method, q.target, q.body[:min(len(q.body), 20)], a.status, a.body[:min(len(a.body), 150)])
		}
	}
}
