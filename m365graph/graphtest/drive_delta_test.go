package graphtest_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// driveRound follows a round to its end. It gives what was told, one line an item,
// and the link to the next round.
func (f *fixture) driveRound(t *testing.T, link string, header ...string) (told []string, next string) {
	t.Helper()
	for range 100 {
		page := f.get(t, link, header...)
		for _, v := range page["value"].([]any) {
			item := v.(map[string]any)
			line := fmt.Sprint(item["name"])
			if item["deleted"] != nil {
				line = "deleted " + item["id"].(string)
			}
			told = append(told, line)
		}
		if next, ok := page["@odata.deltaLink"].(string); ok {
			return told, next
		}
		link = page["@odata.nextLink"].(string)
	}
	t.Fatal("the round does not end")
	return nil, ""
}

func TestDriveDeltaTellsFoldersBeforeWhatIsInThem(t *testing.T) {
	t.Parallel()
	f := setup(t, cabinet())
	told, link := f.driveRound(t, "/me/drive/root/delta?$top=2")
	if want := []string{"root", "empty.bin", "notes.txt", "Reports", "2025", "plan.txt", "Q1 50%.docx"}; !slices.Equal(told, want) {
		t.Fatalf("the first round told %q, want %q", told, want)
	}
	if told, link = f.driveRound(t, link); len(told) != 0 {
		t.Errorf("a round after no change told %q", told)
	}
	f.do(t, "PATCH", "/me/drive/items/plan", `{"description":"x"}`)
	folder := f.do(t, "POST", "/me/drive/root/children", `{"name":"Z","folder":{}}`).json(t)["id"].(string)
	f.do(t, "PATCH", "/me/drive/items/plan", `{"parentReference":{"id":"`+folder+`"}}`)
	f.do(t, "PATCH", "/me/drive/items/"+folder, `{"name":"Renamed"}`)
	f.do(t, "DELETE", "/me/drive/items/notes", "")
	told, after := f.driveRound(t, link)
	if want := []string{"deleted notes", "root", "Renamed", "plan.txt"}; !slices.Equal(told, want) {
		t.Errorf("the second round told %q, want %q", told, want)
	}
	if told, _ := f.driveRound(t, link, "deltaExcludeParent", "true"); !slices.Equal(told, []string{"deleted notes", "Renamed", "plan.txt"}) {
		t.Errorf("without parents it told %q", told)
	}
	if told, _ := f.driveRound(t, after); len(told) != 0 {
		t.Errorf("the third round told %q", told)
	}
	f.do(t, "DELETE", "/me/drive/items/reports", "")
	if told, _ := f.driveRound(t, after); !slices.Equal(told, []string{"deleted q1", "deleted reports", "deleted year"}) {
		t.Errorf("a deleted folder told %q, want it and what was in it", told)
	}
}

func TestDriveDeltaTakesEachFormOfToken(t *testing.T) {
	t.Parallel()
	f := setup(t, cabinet())
	for _, path := range []string{"/me/drive/root/delta?token=latest", "/me/drive/root/delta(token='latest')", "/drives/B!DRIVE/root/delta(token=latest)", "/me/drive/items/root/delta()?token=latest"} {
		told, link := f.driveRound(t, path)
		if len(told) != 0 {
			t.Errorf("GET %s told %q, want nothing", path, told)
		}
		f.do(t, "PATCH", "/me/drive/items/notes", `{"description":"`+url.PathEscape(path)+`"}`)
		parsed, err := url.Parse(link)
		if err != nil {
			t.Fatal(err)
		}
		bare := strings.TrimSuffix(strings.TrimSuffix(strings.Split(path, "?")[0], "(token='latest')"), "(token=latest)")
		for _, form := range []string{link, bare + "?token=" + parsed.Query().Get("token")} {
			if told, _ := f.driveRound(t, form); !slices.Equal(told, []string{"root", "notes.txt"}) {
				t.Errorf("GET %s told %q, want root and notes.txt", form, told)
			}
		}
	}
	if told, _ := f.driveRound(t, "/me/drive/root/delta?token=2026-02-05T00%3A00%3A00Z"); !slices.Contains(told, "plan.txt") || slices.Contains(told, "empty.bin") {
		t.Errorf("since a moment it told %q", told)
	}
	for path, want := range map[string]string{
		"/me/drive/items/reports/delta":        "notSupported",
		"/me/drive/root/delta?token=no":        "invalidRequest",
		"/me/drive/root/delta?$filter=id eq 1": "invalidRequest",
		"/me/drive/items/none/delta":           "itemNotFound",
	} {
		if a := f.do(t, "GET", strings.ReplaceAll(path, " ", "%20"), ""); a.status/100 != 4 || a.code(t) != want {
			t.Errorf("GET %s = %d %s, want %s", path, a.status, a.body, want)
		}
	}
}

func TestDriveDeltaEndsWithAResync(t *testing.T) {
	t.Parallel()
	f := setup(t, cabinet())
	_, link := f.driveRound(t, "/me/drive/root/delta?$select=id,name")
	f.ExpireDeltas()
	a := f.do(t, "GET", link, "")
	if a.status != http.StatusGone || a.code(t) != "resyncRequired" {
		t.Fatalf("an expired link = %d %s, want 410 resyncRequired", a.status, a.body)
	}
	if told, _ := f.driveRound(t, a.header.Get("Location")); len(told) != 7 {
		t.Errorf("the new round told %q, want all seven", told)
	}
}

func TestDriveDeltaShowsWhatIsGone(t *testing.T) {
	t.Parallel()
	f := setup(t, cabinet())
	_, link := f.driveRound(t, "/me/drive/root/delta?token=latest")
	f.do(t, "DELETE", "/me/drive/items/year", "")
	f.do(t, "POST", "/me/drive/items/notes/permanentDelete", "")
	page := f.get(t, link)
	got := map[string]any{}
	for _, v := range page["value"].([]any) {
		item := v.(map[string]any)
		if item["deleted"] != nil {
			got[item["id"].(string)] = []any{item["deleted"], item["parentReference"].(map[string]any)["id"], item["folder"] != nil, item["name"]}
		}
	}
	state := map[string]any{"state": "deleted"}
	rootID := f.get(t, "/me/drive/root")["id"]
	want := map[string]any{"year": []any{state, "reports", true, nil}, "plan": []any{state, "year", false, nil}, "notes": []any{state, rootID, false, nil}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("deleted (-want +got):\n%s", diff)
	}
}

func TestDriveDeltaLeavesOutWhatOneDriveLeavesOut(t *testing.T) {
	t.Parallel()
	f := setup(t, cabinet())
	page := f.get(t, "/me/drive/root/delta")
	for _, v := range page["value"].([]any) {
		item := v.(map[string]any)
		where := item["parentReference"].(map[string]any)
		if where["path"] != nil || item["cTag"] != nil {
			t.Errorf("delta tells %v with the path %v and the cTag %v", item["name"], where["path"], item["cTag"])
		}
		if item["root"] == nil && where["id"] == nil || where["driveId"] != "b!Drive" {
			t.Errorf("delta places %v in %v", item["name"], where)
		}
	}
	selected := f.get(t, "/me/drive/root/delta?select=id,parentReference,root")["value"].([]any)[1].(map[string]any)
	if selected["parentReference"].(map[string]any)["path"] == nil {
		t.Errorf("the reference that was asked for is %v, want a path in it", selected["parentReference"])
	}
	if got := f.get(t, "/me/drive/items/notes"); got["cTag"] == nil || got["parentReference"].(map[string]any)["path"] == nil {
		t.Errorf("outside of delta the item is %v", got)
	}
}

func TestAMoveSetsTheFilesTimeUnlessItIsSent(t *testing.T) {
	t.Parallel()
	f := setup(t, cabinet())
	modified := func(item map[string]any) any {
		return item["fileSystemInfo"].(map[string]any)["lastModifiedDateTime"]
	}
	before := f.get(t, "/me/drive/items/notes")
	moved := f.do(t, "PATCH", "/me/drive/items/notes", `{"name":"moved.txt"}`).json(t)
	if modified(moved) == modified(before) {
		t.Errorf("the time stayed %v", modified(moved))
	}
	if moved["cTag"] != before["cTag"] || moved["eTag"] == before["eTag"] {
		t.Errorf("a new name made the tags %v %v of %v %v, want a new eTag alone", moved["eTag"], moved["cTag"], before["eTag"], before["cTag"])
	}
	kept := f.do(t, "PATCH", "/me/drive/items/notes", `{"name":"kept.txt","fileSystemInfo":{"lastModifiedDateTime":"2020-01-01T00:00:00Z"}}`).json(t)
	if modified(kept) != "2020-01-01T00:00:00Z" {
		t.Errorf("the time that was sent became %v", modified(kept))
	}
}
