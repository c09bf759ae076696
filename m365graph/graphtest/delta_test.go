package graphtest_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestDeltaRoundPagesAndEnds(t *testing.T) {
	t.Parallel()
	f := setup(t, office())
	link := "/users/delta?$select=displayName&$top=1"
	var names []string
	for range 10 {
		page := f.get(t, link)
		for _, v := range page["value"].([]any) {
			names = append(names, v.(map[string]any)["displayName"].(string))
		}
		if next, ok := page["@odata.nextLink"].(string); ok {
			link = next
			continue
		}
		link = page["@odata.deltaLink"].(string)
		break
	}
	if got := strings.Join(names, ","); got != "Sales Desk,Operations" {
		t.Fatalf("the first round told %q", got)
	}
	page := f.get(t, link)
	if n := len(page["value"].([]any)); n != 0 {
		t.Errorf("a round after no change told %d items", n)
	}
	if _, ok := page["@odata.deltaLink"].(string); !ok {
		t.Error("a round after no change has no delta link")
	}
	if a := f.do(t, "GET", link+"x", ""); a.status != http.StatusBadRequest {
		t.Errorf("a changed link was answered with %d", a.status)
	}
}

func TestDeltaExpires(t *testing.T) {
	t.Parallel()
	f := setup(t, office())
	latest := f.get(t, "/users/delta?$deltatoken=latest&$select=displayName")
	if n := len(latest["value"].([]any)); n != 0 {
		t.Errorf("latest told %d items", n)
	}
	f.ExpireDeltas()
	a := f.do(t, "GET", latest["@odata.deltaLink"].(string), "")
	if a.status != http.StatusGone || a.code(t) != "resyncRequired" {
		t.Fatalf("an expired link = %d %s", a.status, a.body)
	}
	location, err := url.Parse(a.header.Get("Location"))
	if err != nil || location.Query().Get("$select") != "displayName" {
		t.Fatalf("Location %q, %v", a.header.Get("Location"), err)
	}
	if n := len(f.get(t, a.header.Get("Location"))["value"].([]any)); n != 2 {
		t.Errorf("the new round told %d items, want 2", n)
	}
}
