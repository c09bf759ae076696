package graphtest_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/m365go/sdk/m365graph/graphtest"
)

func TestFaultSkewsTheClock(t *testing.T) {
	t.Parallel()
	f := setup(t, office())
	must(t, f.Fail(graphtest.Fault{Skew: -time.Hour}))
	a := f.do(t, "POST", "/me/messages", `{"subject":"Late"}`)
	if got := a.json(t)["createdDateTime"]; got != "2026-03-04T08:00:00Z" {
		t.Errorf("createdDateTime = %v, want an hour ago", got)
	}
	if got := a.header.Get("Date"); got != "Wed, 04 Mar 2026 08:00:00 GMT" {
		t.Errorf("Date = %q, want an hour ago", got)
	}
}

func TestFaultDamagesTheDocument(t *testing.T) {
	t.Parallel()
	f := setup(t, office())
	whole := f.do(t, "GET", "/me", "").body
	for name, tt := range map[string]struct {
		fault graphtest.Fault
		body  string
	}{
		"truncated": {graphtest.Fault{JSON: graphtest.JSONTruncated}, string(whole[:len(whole)/2])},
		"broken":    {graphtest.Fault{JSON: graphtest.JSONBroken}, "}" + string(whole)},
	} {
		must(t, f.Fail(tt.fault))
		a := f.do(t, "GET", "/me", "") // fails unless all that is announced arrives
		if a.status != 200 || string(a.body) != tt.body || json.Valid(a.body) {
			t.Errorf("%s = %d %s, want %s", name, a.status, a.body, tt.body)
		}
	}
	must(t, f.Fail(graphtest.Fault{ContentType: "text/plain"}))
	if a := f.do(t, "GET", "/me", ""); a.header.Get("Content-Type") != "text/plain" || !json.Valid(a.body) {
		t.Errorf("Content-Type = %q, want text/plain", a.header.Get("Content-Type"))
	}
}

// subjectsByPage follows a list to its end, and gives the subjects by page.
func subjectsByPage(t *testing.T, f *fixture, path string) (pages [][]string) {
	t.Helper()
	for len(pages) < 20 {
		v := f.get(t, path)
		pages = append(pages, append([]string{}, subjects(v)...))
		next, ok := v["@odata.nextLink"].(string)
		if !ok {
			return pages
		}
		path = next
	}
	t.Fatal("the list has no end")
	return nil
}

func TestFaultSpoilsPages(t *testing.T) {
	t.Parallel()
	const list = "/me/mailFolders/inbox/messages?$select=subject&$top=4"
	f := setup(t, archive(10))
	whole := subjectsByPage(t, f, list)
	spoiled := func(page graphtest.PageFault, skip int) [][]string {
		must(t, f.Fail(graphtest.Fault{Route: "GET /~/mailFolders/{f}/messages", Skip: skip, Page: page}))
		return subjectsByPage(t, f, list)
	}
	for skip := range whole {
		replayed := slices.Insert(slices.Clone(whole), skip, whole[skip])
		if diff := cmp.Diff(replayed, spoiled(graphtest.PageReplayed, skip)); diff != "" {
			t.Errorf("page %d replayed (-want +got):\n%s", skip, diff)
		}
		empty := slices.Insert(slices.Clone(whole), skip, []string{})
		if diff := cmp.Diff(empty, spoiled(graphtest.PageEmpty, skip)); diff != "" {
			t.Errorf("page %d empty first (-want +got):\n%s", skip, diff)
		}
	}
	shuffled := spoiled(graphtest.PageShuffled, 0)
	if cmp.Equal(whole[0], shuffled[0]) {
		t.Error("the shuffled page stands in its order")
	}
	slices.Sort(shuffled[0])
	want := slices.Sorted(slices.Values(whole[0]))
	if diff := cmp.Diff(want, shuffled[0]); diff != "" {
		t.Errorf("the shuffled page has other items (-want +got):\n%s", diff)
	}
	must(t, f.Fail(graphtest.Fault{Route: "GET /me", Page: graphtest.PageEmpty}))
	if me := f.get(t, "/me"); me["@odata.nextLink"] != nil || me["id"] != salesID {
		t.Errorf("a resource that is no page = %v, want it whole", me)
	}
}

func TestFaultResetsTheConnection(t *testing.T) {
	t.Parallel()
	for _, after := range []bool{false, true} {
		f := setup(t, office())
		must(t, f.Fail(graphtest.Fault{Route: "POST /me/sendMail", Cut: graphtest.CutReset, After: after}))
		a, err := f.try(t, "POST", "/me/sendMail", quote)
		if err == nil {
			t.Fatalf("sendMail = %d, want the connection reset", a.status)
		}
		if strings.Contains(err.Error(), "stream error") {
			t.Errorf("the error is %v, want one of the connection", err)
		}
		if got := sentItems(t, f) == 1; got != after {
			t.Errorf("After %t: sent = %t", after, got)
		}
	}
}
