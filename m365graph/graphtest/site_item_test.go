package graphtest_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const inventory = "/sites/" + marketing + "/lists/Inventory"

func TestListsAndColumnsAreTold(t *testing.T) {
	t.Parallel()
	f := setupSites(t)
	if got := valuesOf(f.get(t, "/sites/"+marketing+"/lists"), "displayName"); !slices.Equal(got, []string{"Documents", "Archive", "Inventory"}) {
		t.Errorf("lists are %q", got)
	}
	for _, name := range []string{"Inventory", "inventory", "8a6f1b5e-0000-4000-8000-0000000000d1"} {
		if got := f.get(t, "/sites/"+marketing+"/lists/"+name)["list"]; !cmp.Equal(got, map[string]any{"contentTypesEnabled": false, "hidden": false, "template": "genericList"}) {
			t.Errorf("list %s is %v", name, got)
		}
	}
	color := f.get(t, inventory+"/columns/Color")
	if !cmp.Equal(color["choice"].(map[string]any)["choices"], []any{"Red", "Blue"}) || color["text"] != nil || color["indexed"] != true {
		t.Errorf("the column is %v", color)
	}
	if got := valuesOf(f.get(t, inventory+"/contentTypes"), "name"); !slices.Equal(got, []string{"Item", "Folder"}) {
		t.Errorf("content types are %q", got)
	}
	wide := f.get(t, inventory+"?$select=id&$expand=columns,items,drive")
	if len(wide["columns"].([]any)) != 12 || len(wide["items"].([]any)) != 3 || wide["drive"] != nil {
		t.Errorf("expanded: %v", wide)
	}
}

func TestItemsAreWritten(t *testing.T) {
	t.Parallel()
	f := setupSites(t)
	a := f.do(t, "POST", inventory+"/items", `{"fields":{"Title":"Gear","Quantity":7,"Color":"Red","Sold":false,"Due":"2026-05-01T10:00:00+02:00"}}`)
	if a.status != http.StatusCreated {
		t.Fatalf("POST = %d %s", a.status, a.body)
	}
	item := a.json(t)
	fields := item["fields"].(map[string]any)
	if item["id"] != "4" || fields["Due"] != "2026-05-01T08:00:00Z" || fields["Quantity"] != 7.0 {
		t.Errorf("the new item is %v", item)
	}
	if who := item["createdBy"].(map[string]any)["user"].(map[string]any)["id"]; who != salesID {
		t.Errorf("created by %v, want the caller", who)
	}
	etag := item["@odata.etag"].(string)
	a = f.do(t, "PATCH", inventory+"/items/4/fields", `{"Quantity":8,"Sold":null}`, "If-Match", etag)
	if a.status != http.StatusOK || a.json(t)["Quantity"] != 8.0 {
		t.Fatalf("PATCH = %d %s", a.status, a.body)
	}
	if a = f.do(t, "PATCH", inventory+"/items/4/fields", `{"Quantity":9}`, "If-Match", etag); a.status != http.StatusPreconditionFailed {
		t.Errorf("PATCH of an older version = %d %s", a.status, a.body)
	}
	if a = f.do(t, "PATCH", inventory+"/items/4", `{"fields":{"Color":"Blue"}}`); a.status != http.StatusOK {
		t.Errorf("PATCH of the item = %d %s", a.status, a.body)
	}
	versions := f.get(t, inventory+"/items/4/versions?$expand=fields($select=Quantity)")
	if got := valuesOf(versions, "id"); !slices.Equal(got, []string{"3.0", "2.0", "1.0"}) {
		t.Errorf("versions are %q", got)
	}
	if got := versions["value"].([]any)[2].(map[string]any)["fields"].(map[string]any)["Quantity"]; got != 7.0 {
		t.Errorf("the first version has %v, want 7", got)
	}
	if a = f.do(t, "DELETE", inventory+"/items/4", ""); a.status != http.StatusNoContent {
		t.Errorf("DELETE = %d %s", a.status, a.body)
	}
	if a = f.do(t, "GET", inventory+"/items/4", ""); a.status != http.StatusNotFound {
		t.Errorf("GET of a deleted item = %d", a.status)
	}
}

func TestItemsAreRefused(t *testing.T) {
	t.Parallel()
	f := setupSites(t)
	for _, test := range []struct{ method, path, body string }{
		{"POST", inventory + "/items", `{"fields":{"Nothing":1}}`},
		{"POST", inventory + "/items", `{"fields":{"Quantity":"many"}}`},
		{"POST", inventory + "/items", `{"fields":{"Title":true}}`},
		{"POST", inventory + "/items", `{"fields":{"Color":"Green"}}`},
		{"POST", inventory + "/items", `{"fields":{"Due":"tomorrow"}}`},
		{"POST", inventory + "/items", `{"fields":{"Modified":"2026-01-01T00:00:00Z"}}`},
		{"POST", inventory + "/items", `{"fields":{"Color":["Red",1]}}`},
		{"POST", inventory + "/items", `{"fields":{"AuthorLookupId":"1"}}`},
		{"POST", inventory + "/items", `{"fields":[]}`},
		{"POST", inventory + "/items", `[]`},
		{"POST", "/sites/" + marketing + "/lists/Documents/items", `{"fields":{}}`},
		{"PATCH", inventory + "/items/1/fields", `{"id":"9"}`},
		{"POST", "/sites/" + marketing + "/lists", `{}`},
		{"POST", "/sites/" + marketing + "/lists", `{"displayName":"L","columns":[{"name":"a","text":{},"number":{}}]}`},
		{"POST", "/sites/" + marketing + "/lists", `{"displayName":"L","columns":[{"text":{}}]}`},
		{"POST", inventory + "/columns", `{"name":""}`},
	} {
		if a := f.do(t, test.method, test.path, test.body); a.status != http.StatusBadRequest {
			t.Errorf("%s %s %s = %d %s, want 400", test.method, test.path, test.body, a.status, a.body)
		}
	}
	if got := len(f.get(t, "/sites/"+marketing+"/lists")["value"].([]any)); got != 3 {
		t.Errorf("there are %d lists, want none that was refused", got)
	}
}

func TestListIsCreated(t *testing.T) {
	t.Parallel()
	f := setupSites(t)
	a := f.do(t, "POST", "/sites/root/lists", `{"displayName":"Books","columns":[{"name":"Author1","text":{}},{"name":"Pages","number":{}}],"list":{"template":"genericList"}}`)
	if a.status != http.StatusCreated || a.json(t)["webUrl"] != "https://contoso.sharepoint.com/Lists/Books" {
		t.Fatalf("POST = %d %s", a.status, a.body)
	}
	if a = f.do(t, "POST", "/sites/root/lists", `{"displayName":"books"}`); a.status != http.StatusConflict || a.code(t) != "nameAlreadyExists" {
		t.Errorf("a second list of the name = %d %s", a.status, a.body)
	}
	if a = f.do(t, "POST", "/sites/root/lists/Books/columns", `{"name":"Shelf","choice":{"choices":["A"]}}`); a.status != http.StatusCreated {
		t.Errorf("a new column = %d %s", a.status, a.body)
	}
	if a = f.do(t, "POST", "/sites/root/lists/Books/columns", `{"name":"Shelf","text":{}}`); a.status != http.StatusConflict {
		t.Errorf("a second column of the name = %d %s", a.status, a.body)
	}
	if a = f.do(t, "POST", "/sites/root/lists/Books/items", `{"fields":{"Title":"t","Pages":10,"Shelf":"A"}}`); a.status != http.StatusCreated {
		t.Errorf("an item = %d %s", a.status, a.body)
	}
}

func TestItemsAreExpandedAndPaged(t *testing.T) {
	t.Parallel()
	f := setupSites(t)
	page := f.get(t, inventory+"/items?$expand=fields($select=Color,Quantity)&$top=2&$select=id")
	got := page["value"].([]any)[1].(map[string]any)["fields"].(map[string]any)
	delete(got, "@odata.etag")
	if diff := cmp.Diff(map[string]any{"id": "2", "Color": "Red", "Quantity": 503.0}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := valuesOf(f.get(t, page["@odata.nextLink"].(string)), "id"); !slices.Equal(got, []string{"3"}) {
		t.Errorf("the second page is %q", got)
	}
	if item := f.get(t, inventory+"/items/1"); item["fields"] != nil {
		t.Errorf("an item shows its fields unasked: %v", item)
	}
	if bare := f.get(t, inventory+"/items?expand=fields(select=Color)&top=1")["value"].([]any); len(bare) != 1 || bare[0].(map[string]any)["fields"].(map[string]any)["Color"] != "Blue" {
		t.Errorf("options without $ gave %v", bare)
	}
	if fields := f.get(t, inventory+"/items/1/fields?$select=Title"); fields["Title"] != "Widget" || fields["Color"] != nil {
		t.Errorf("the fields are %v", fields)
	}
}

func TestItemsAreFiltered(t *testing.T) {
	t.Parallel()
	f := setupSites(t)
	const prefer = "HonorNonIndexedQueriesWarningMayFailRandomly"
	for filter, want := range map[string]string{
		"fields/Title eq 'gadget'": "2", "fields/Quantity gt 100": "1 2", "fields/Color eq 'Red' and fields/Quantity lt 100": "3",
		"startswith(fields/Title,'G')": "2 3", "fields/Sold eq true": "", "fields/Modified ge '2026-01-01T00:00:00Z'": "1 2 3",
		"fields/AuthorLookupId eq '6'": "1 2 3", "fields/Due eq null": "1 2 3", "fields/id eq '1'": "1", "createdDateTime ge 2027-01-01T00:00:00Z": "",
		"contentType/name eq 'Item' and fields/Color in ('Blue','Green')": "1",
	} {
		if got := strings.Join(valuesOf(f.get(t, inventory+"/items?$filter="+url.QueryEscape(filter), "Prefer", prefer), "id"), " "); got != want {
			t.Errorf("%s gave %q, want %q", filter, got, want)
		}
	}
	if got := strings.Join(valuesOf(f.get(t, inventory+"/items?$expand=fields&$filter=fields/Color%20eq%20'Red'"), "id"), " "); got != "2 3" {
		t.Errorf("an indexed column gave %q", got)
	}
	if got := strings.Join(valuesOf(f.get(t, inventory+"/items?$orderby=fields/Quantity%20desc", "Prefer", prefer), "id"), " "); got != "1 2 3" {
		t.Errorf("the order is %q", got)
	}
	for _, query := range []string{"$filter=fields/Title%20eq%20'x'", "$orderby=fields/Title", "$filter=fields/Nothing%20eq%201", "$filter=fields/Quantity%20eq%20'x'", "$filter=Title%20eq%20'x'"} {
		if a := f.do(t, "GET", inventory+"/items?"+query, ""); a.status != http.StatusBadRequest || a.code(t) != "invalidRequest" {
			t.Errorf("%s = %d %s, want 400 invalidRequest", query, a.status, a.body)
		}
	}
}

func TestItemDelta(t *testing.T) {
	t.Parallel()
	f := setupSites(t)
	page := f.get(t, inventory+"/items/delta?$top=2")
	if got := valuesOf(page, "id"); !slices.Equal(got, []string{"1", "2"}) {
		t.Fatalf("the first page told %q", got)
	}
	page = f.get(t, page["@odata.nextLink"].(string))
	link := page["@odata.deltaLink"].(string)
	f.do(t, "PATCH", inventory+"/items/2/fields", `{"Title":"Gadget II"}`)
	f.do(t, "DELETE", inventory+"/items/3", "")
	f.do(t, "POST", inventory+"/items", `{"fields":{"Title":"Gear"}}`)
	page = f.get(t, link)
	rest := f.get(t, page["@odata.nextLink"].(string))
	if got := append(valuesOf(page, "id"), valuesOf(rest, "id")...); !slices.Equal(got, []string{"2", "3", "4"}) {
		t.Errorf("the round told %q", got)
	}
	if gone := page["value"].([]any)[1].(map[string]any)["deleted"]; !cmp.Equal(gone, map[string]any{"state": "deleted"}) {
		t.Errorf("what was deleted is told as %v", gone)
	}
	if got := valuesOf(f.get(t, inventory+"/items/delta?token=latest"), "id"); len(got) != 0 {
		t.Errorf("latest told %q", got)
	}
}

func TestItemsAreWrittenByManyAtOnce(t *testing.T) {
	t.Parallel()
	f := setupSites(t)
	var work sync.WaitGroup
	for w := range 4 {
		work.Go(func() {
			for i := range 5 {
				if _, err := f.try(t, "POST", inventory+"/items", fmt.Sprintf(`{"fields":{"Title":"%d.%d"}}`, w, i)); err != nil {
					t.Error(err)
				}
				if _, err := f.try(t, "GET", inventory+"/items?$expand=fields", ""); err != nil {
					t.Error(err)
				}
			}
		})
	}
	work.Wait()
	ids := valuesOf(f.get(t, inventory+"/items"), "id")
	slices.Sort(ids)
	if n := len(slices.Compact(ids)); n != 23 {
		t.Errorf("there are %d items with ids of their own, want 23", n)
	}
}

// FuzzListWrites sends what it likes to everything of a site that takes a body.
func FuzzListWrites(f *testing.F) {
	for _, seed := range []string{
		`{"fields":{"Title":"x","Quantity":1e308,"Color":["Red"]}}`, `{"fields":{"Color@odata.type":"Collection(Edm.String)","Color":["Red"]}}`,
		`{"displayName":"L","columns":[{"name":"c","choice":{"choices":["a"]}}],"list":{"template":"x"}}`, `{"name":"c","number":null}`,
		`{"value":[{"id":"x"}]}`, `{"fields":null}`, `{"Title":{"Url":"u","Description":1}}`, `null`, `{"fields":{"LookupId":1}}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		if body == "" {
			return
		}
		s := setupSites(t)
		for _, request := range [][2]string{
			{"POST", inventory + "/items"}, {"PATCH", inventory + "/items/1"}, {"PATCH", inventory + "/items/1/fields"},
			{"POST", inventory + "/columns"}, {"POST", "/sites/root/lists"}, {"POST", "/me/followedSites/add"},
		} {
			if a := s.do(t, request[0], request[1], body); a.status >= 500 {
				t.Errorf("%s %s %q = %d %s", request[0], request[1], body, a.status, a.body)
			}
		}
		if a := s.do(t, "GET", inventory+"/items?$expand=fields", ""); a.status != http.StatusOK {
			t.Errorf("the list after %q = %d %s", body, a.status, a.body)
		}
	})
}

// FuzzSitePath reads sites by any path.
func FuzzSitePath(f *testing.F) {
	for _, seed := range []string{"root", "root:/sites/marketing:/lists", marketing + "/drive/root:/a:/children", "a:b:c", "root:/:/drive", "contoso.sharepoint.com%3A%2Fsites", "root/lists('Inventory')/items('1')", ":/", "root/getByPath(path='')"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, path string) {
		if strings.ContainsAny(path, "?#\\ ") || strings.ContainsFunc(path, func(r rune) bool { return r <= ' ' || r > '~' }) {
			return
		}
		req, err := http.NewRequestWithContext(t.Context(), "GET", "https://x/v1.0/sites/"+path, nil)
		if err != nil {
			return
		}
		s := setupSites(t)
		if a := s.do(t, "GET", s.URL()+req.URL.EscapedPath(), ""); a.status >= 500 {
			t.Errorf("GET %s = %d %s", path, a.status, a.body)
		}
	})
}
