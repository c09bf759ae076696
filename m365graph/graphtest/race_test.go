package graphtest_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// How much a race does: in each area so many clients make so many things each.
const (
	raceClients = 2
	raceThings  = 5
)

// TestAreasShareAServer lets clients write in all areas at once, while others
// follow by delta, search, and count under If-Match, requests are throttled,
// snapshots taken, and a second server of the same tenant is put back again and
// again. In the end nothing is lost, and nothing there twice.
func TestAreasShareAServer(t *testing.T) {
	t.Parallel()
	tenant := oneOfEach()
	r, other := newRace(t, tenant), newRace(t, tenant)
	var work, followers sync.WaitGroup
	for i := range raceAreas {
		for client := range raceClients {
			work.Go(func() { r.makeThings(t, &raceAreas[i], client) })
		}
	}
	for i := range counters {
		for range raceClients {
			work.Go(func() { r.count(t, &counters[i]) })
		}
	}
	work.Go(func() { r.present(t) })
	work.Go(func() { r.search(t) })
	work.Go(func() { r.disturb(t) })
	work.Go(func() { other.putBack(t) })
	done := make(chan struct{})
	for i := range raceAreas {
		if a := &raceAreas[i]; a.delta != "" {
			followers.Go(func() { r.follow(t, a, done) })
		}
	}
	work.Wait()
	r.ClearFaults()
	close(done)
	followers.Wait()
	for i := range raceAreas {
		r.checkThings(t, &raceAreas[i])
	}
	for i := range counters {
		r.checkCount(t, &counters[i])
	}
	r.checkLog(t)
}

// makeThings makes things, and deletes every third.
func (r *race) makeThings(t *testing.T, a *area, client int) {
	for i := range raceThings {
		name := fmt.Sprintf("race-%s-%d-%d", a.name, client, i)
		id := r.create(t, a, name)
		if i%3 == 2 && !a.kept {
			if got := r.send(t, "DELETE", r.itemPath(a, id), ""); got.status != http.StatusNoContent {
				t.Errorf("delete %s = %d %s, want 204", name, got.status, got.body)
			}
			continue
		}
		r.mu.Lock()
		r.there[a.name][id] = name
		r.mu.Unlock()
	}
}

// follow reads rounds until all is done, and one more.
func (r *race) follow(t *testing.T, a *area, done <-chan struct{}) {
	known := map[string]string{}
	link := r.fill(a.delta, nil)
	for last := false; ; {
		if link = r.list(t, a, link, known); link == "" {
			t.Errorf("%s: a round ended without a delta link", a.name)
			return
		}
		if last {
			break
		}
		select {
		case <-done:
			last = true
		default:
		}
	}
	if diff := difference(known, r.there[a.name]); diff != "" {
		t.Errorf("%s: of what a follower knows, %s", a.name, diff)
	}
}

// checkThings holds what is there against what was made.
func (r *race) checkThings(t *testing.T, a *area) {
	t.Helper()
	listed := map[string]string{}
	r.list(t, a, r.fill(a.at, nil)+a.query, listed)
	if diff := difference(listed, r.there[a.name]); diff != "" {
		t.Errorf("%s: of what is listed, %s", a.name, diff)
	}
	names := slices.Sorted(maps.Values(listed))
	if got := len(slices.Compact(names)); got != len(listed) {
		t.Errorf("%s: %d names for %d things", a.name, got, len(listed))
	}
	for id, name := range r.there[a.name] {
		one := map[string]string{}
		if a.note(one, r.read(t, r.itemPath(a, id)+a.query)); one[id] != name {
			t.Errorf("%s: %s reads as %v", a.name, name, one)
		}
	}
}

// counter is a text that clients count in.
type counter struct {
	at    string // the thing
	query string // of its reads
	etag  string // where it has its tag
	write string // method of the change, and what follows the thing's path
	name  string // where it has the count
	body  string // of the change, with $n for the count
}

const raceCounts = 5 // of each client

var counters = []counter{
	{at: "/me/messages/TOP-NOTE", etag: "@odata.etag", name: "subject", body: `{"subject":"count $n"}`},
	{at: "/me/events/MEETING", etag: "@odata.etag", name: "subject", body: `{"subject":"count $n"}`},
	{at: "/me/drive/items/file", etag: "eTag", name: "description", body: `{"description":"count $n"}`},
	{at: "/sites/{site}/lists/{list}/items/1", query: "?$expand=fields", etag: "@odata.etag", write: "/fields", name: "fields/Title", body: `{"Title":"count $n"}`},
}

// count counts on, and begins again where another client was faster.
func (r *race) count(t *testing.T, c *counter) {
	path := r.fill(c.at, nil)
	for range raceCounts {
		for status := http.StatusPreconditionFailed; status == http.StatusPreconditionFailed; {
			thing := r.read(t, path+c.query)
			etag, _ := thing[c.etag].(string)
			a := r.send(t, "PATCH", path+c.write, strings.ReplaceAll(c.body, "$n", fmt.Sprint(c.value(thing)+1)), "If-Match", etag)
			if status = a.status; status != http.StatusOK && status != http.StatusPreconditionFailed {
				t.Errorf("count in %s = %d %s", path, a.status, a.body)
			}
		}
	}
}

// value is the count, 0 before the first.
func (c *counter) value(thing map[string]any) (n int) {
	text, _ := follow(thing, c.name).(string)
	_, _ = fmt.Sscanf(text, "count %d", &n)
	return n
}

func (r *race) checkCount(t *testing.T, c *counter) {
	t.Helper()
	if got := c.value(r.read(t, r.fill(c.at, nil)+c.query)); got != raceClients*raceCounts {
		t.Errorf("%s counts %d, want %d", c.at, got, raceClients*raceCounts)
	}
}

// present sets the presence, and reads what others see.
func (r *race) present(t *testing.T) {
	for range raceThings {
		a := r.send(t, "POST", "/me/presence/setPresence", `{"sessionId":"`+appID+`","availability":"Busy","activity":"InACall","expirationDuration":"PT4H"}`)
		if a.status != http.StatusOK {
			t.Errorf("setPresence = %d %s", a.status, a.body)
		}
		if got := r.read(t, "/users/"+salesID+"/presence")["availability"]; got != "Busy" {
			t.Errorf("availability = %v, want Busy", got)
		}
	}
}

// search looks for what the others make.
func (r *race) search(t *testing.T) {
	for range raceThings {
		for _, kind := range []string{"message", "event", "driveItem", "listItem", "chatMessage"} {
			a := r.send(t, "POST", "/search/query", `{"requests":[{"entityTypes":["`+kind+`"],"query":{"queryString":"race"}}]}`)
			if a.status != http.StatusOK {
				t.Errorf("search for %s = %d %s", kind, a.status, a.body)
			}
		}
	}
}

// disturb throttles, changes the time, and takes snapshots.
func (r *race) disturb(t *testing.T) {
	for i := range 4 * raceThings {
		if err := r.Throttle("", 0, 2, "1"); err != nil {
			t.Error(err)
		}
		r.clock.Advance(time.Minute)
		if i%4 == 0 {
			r.Snapshot()
		}
		r.read(t, "/me")
		r.ClearFaults()
		r.Requests()
	}
}

// putBack changes the server, and puts it back.
func (r *race) putBack(t *testing.T) {
	for range raceThings {
		for _, i := range []int{0, 2, 3, 7} {
			r.create(t, &raceAreas[i], "race-elsewhere")
		}
		r.send(t, "PATCH", "/me/events/MEETING", `{"subject":"elsewhere"}`)
		if err := r.Restore(r.made); err != nil {
			t.Error(err)
		}
		if diff := r.Difference(r.made); diff != "" {
			t.Errorf("put back, the server differs at %s", diff)
		}
	}
}

// checkLog holds the log against what was asked.
func (r *race) checkLog(t *testing.T) {
	t.Helper()
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	requests, ids := r.Requests(), map[string]bool{}
	for _, q := range requests {
		ids[q.ID+" "+q.Batch] = true // an item has the id of its batch
		if q.Status == 0 || q.Status >= 500 || q.End.Before(q.Start) {
			b, _ := json.Marshal(q)
			t.Errorf("the log has %s", b)
		}
	}
	want := r.before + int(r.asked.Load())
	if len(requests) != want || len(ids) != want || int(r.logged.Load()) != want {
		t.Errorf("the log has %d requests with %d ids, and told of %d, want %d", len(requests), len(ids), r.logged.Load(), want)
	}
}
