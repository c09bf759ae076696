package graphtest_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"sync"
	"testing"
)

// TestDeltaAgreesWhileOthersWrite follows a drive by delta while people write,
// move, copy and delete in one folder. In the end the follower knows what is
// there, and nothing else.
func TestDeltaAgreesWhileOthersWrite(t *testing.T) {
	t.Parallel()
	f := setup(t, cabinet())
	const rounds = 25
	refused := map[int]bool{http.StatusNotFound: true, http.StatusConflict: true, http.StatusPreconditionFailed: true}
	write := func(method, path, body string) {
		if a := f.do(t, method, path, body); a.status >= 400 && !refused[a.status] {
			t.Errorf("%s %s = %d %s", method, path, a.status, a.body)
		}
	}
	var writers sync.WaitGroup
	for _, work := range []func(i int){
		func(i int) { write("PUT", fmt.Sprintf("/me/drive/root:/Reports/one%d.txt:/content", i), "1") },
		func(i int) { write("PUT", fmt.Sprintf("/me/drive/root:/Reports/one%d.txt:/content", i), "22") },
		func(i int) { write("DELETE", fmt.Sprintf("/me/drive/root:/Reports/one%d.txt", i/2), "") },
		func(i int) { write("POST", "/me/drive/items/reports/copy", fmt.Sprintf(`{"name":"Copy %d"}`, i)) },
		func(i int) { write("DELETE", fmt.Sprintf("/me/drive/root:/Copy%%20%d", i-1), "") },
		func(i int) { write("PATCH", "/me/drive/items/plan", fmt.Sprintf(`{"name":"plan %d.txt"}`, i)) },
	} {
		writers.Go(func() {
			for i := range rounds {
				work(i)
			}
		})
	}
	done := make(chan struct{})
	go func() {
		writers.Wait()
		close(done)
	}()
	known := map[string]string{}
	link := "/me/drive/root/delta?$top=7"
	for last := false; ; {
		page := f.get(t, link)
		for _, v := range page["value"].([]any) {
			item := v.(map[string]any)
			if delete(known, item["id"].(string)); item["deleted"] == nil {
				known[item["id"].(string)] = item["name"].(string)
			}
		}
		if next, more := page["@odata.nextLink"].(string); more {
			link = next
			continue
		}
		link = page["@odata.deltaLink"].(string)
		if last {
			break
		}
		select {
		case <-done:
			last = true
		default:
		}
	}
	there := map[string]string{}
	for _, v := range f.get(t, "/me/drive/root/delta?$top=5000")["value"].([]any) {
		item := v.(map[string]any)
		there[item["id"].(string)] = item["name"].(string)
	}
	if !maps.Equal(known, there) {
		t.Errorf("the follower knows %q, there are %q", slices.Sorted(maps.Values(known)), slices.Sorted(maps.Values(there)))
	}
}
