package graphtest_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/m365go/sdk/m365graph/graphtest"
)

// area is where the clients of a race make things. Paths are spellings, and
// $name in them and in the body is the name of the thing made.
type area struct {
	name    string
	make    string // method and path; "": POST to at
	body    string
	at      string // the collection, in which an id leads to a thing
	shown   string // where a thing has its name, as follow reads it
	query   string // of the reads
	delta   string // "": there is none
	item    string // where an id leads to a thing; "": in at
	kept    bool   // deletion is not for this race
	batched bool   // made by $batch, beside a read
}

// raceAreas are all the areas where things are made.
var raceAreas = []area{
	{name: "mail", body: `{"subject":"$name"}`, at: "/me/mailFolders/drafts/messages", shown: "subject", delta: "/me/mailFolders/drafts/messages/delta"},
	{name: "calendar", at: "/me/events", shown: "subject", delta: "/me/calendarView/delta?startDateTime=2026-05-01T00:00:00Z&endDateTime=2026-06-01T00:00:00Z",
		body: `{"subject":"$name","start":{"dateTime":"2026-05-11T09:00:00","timeZone":"UTC"},"end":{"dateTime":"2026-05-11T10:00:00","timeZone":"UTC"}}`},
	{name: "drive", make: "PUT /me/drive/root:/$name:/content", body: "$name", at: "/me/drive/root/children", shown: "name", delta: "/me/drive/root/delta", item: "/me/drive/items"},
	{name: "site", body: `{"fields":{"Title":"$name"}}`, at: "/sites/{site}/lists/{list}/items", shown: "fields/Title", query: "?$expand=fields", delta: "/sites/{site}/lists/{list}/items/delta?$expand=fields"},
	{name: "channel", body: `{"displayName":"$name"}`, at: "/teams/{team}/channels", shown: "displayName"},
	{name: "post", body: `{"body":{"content":"$name"}}`, at: "/teams/{team}/channels/{channel}/messages", shown: "body/content", delta: "/teams/{team}/channels/{channel}/messages/delta", kept: true},
	{name: "chat", body: `{"body":{"content":"$name"}}`, at: "/chats/{chat}/messages", shown: "body/content", kept: true},
	{name: "user", at: "/users", shown: "displayName", delta: "/users/delta",
		body: `{"accountEnabled":true,"displayName":"$name","mailNickname":"$name","userPrincipalName":"$name@contoso.example","passwordProfile":{"password":"xWwvJ]6NMw+bWH-d"}}`},
	{name: "group", body: `{"displayName":"$name","mailEnabled":false,"mailNickname":"$name","securityEnabled":true}`, at: "/groups", shown: "displayName", delta: "/groups/delta"},
	{name: "contact", body: `{"givenName":"Desk","surname":"$name"}`, at: "/me/contacts", shown: "surname", delta: "/me/contacts/delta", batched: true},
	{name: "task", body: `{"title":"$name"}`, at: "/me/todo/lists/{list}/tasks", shown: "title", delta: "/me/todo/lists/{list}/tasks/delta", batched: true},
	{name: "subscription", at: "/subscriptions", shown: "notificationUrl",
		body: `{"changeType":"created","notificationUrl":"https://receiver.example/$name","resource":"me/messages?$filter=subject eq '$name'","expirationDateTime":"2026-03-05T09:00:00Z"}`},
}

// race is a server that many clients share, and what they made of it.
type race struct {
	*whole
	clock  *graphtest.Clock
	asked  atomic.Int64 // requests, items of batches as well
	logged atomic.Int64
	before int // requests that the log had

	mu    sync.Mutex
	there map[string]map[string]string // by area, the name of each thing that is there by its id
}

// newRace starts the server. Its clock goes on with each look at it, so that
// published limits are met, and passed.
func newRace(t *testing.T, tenant *graphtest.Tenant) *race {
	t.Helper()
	r := &race{clock: graphtest.NewClock(now), there: map[string]map[string]string{}}
	for _, a := range raceAreas {
		r.there[a.name] = map[string]string{}
	}
	r.whole = startWhole(t, r.options(tenant))
	r.before = len(r.Requests())
	r.logged.Store(int64(r.before))
	return r
}

func (r *race) options(tenant *graphtest.Tenant) *graphtest.Options {
	return &graphtest.Options{
		Tenant: tenant, Leeway: 24 * time.Hour, Throttling: graphtest.ThrottleReal,
		Now: func() time.Time { return r.clock.Advance(100 * time.Millisecond) },
		Log: func(graphtest.Request) { r.logged.Add(1) },
	}
}

// send asks until it is not throttled, and then takes no 5xx.
func (r *race) send(t *testing.T, method, path, body string, header ...string) *answer {
	t.Helper()
	for {
		r.asked.Add(1)
		a, err := r.try(t, method, path, body, header...)
		switch {
		case err != nil:
			t.Errorf("%s %s: %v", method, path, err)
			return &answer{header: http.Header{}}
		case a.status >= 500:
			t.Errorf("%s %s = %d %s", method, path, a.status, a.body)
			return a
		case a.status != http.StatusTooManyRequests:
			return a
		}
		r.clock.Advance(10 * time.Second)
	}
}

// read gives what a GET answers.
func (r *race) read(t *testing.T, path string) map[string]any {
	t.Helper()
	a := r.send(t, "GET", path, "", "Prefer", "odata.maxpagesize=9")
	var v map[string]any
	if err := json.Unmarshal(a.body, &v); err != nil || a.status != http.StatusOK {
		t.Errorf("GET %s = %d %s, want 200", path, a.status, a.body)
	}
	return v
}

// create makes a thing, and gives its id.
func (r *race) create(t *testing.T, a *area, name string) string {
	t.Helper()
	how := a.make
	if how == "" {
		how = "POST " + a.at
	}
	method, path, _ := strings.Cut(strings.ReplaceAll(how, "$name", name), " ")
	body, header := strings.ReplaceAll(a.body, "$name", name), []string(nil)
	if method == "PUT" {
		header = []string{"Content-Type", "text/plain"}
	}
	var made map[string]any
	status, answered := 0, []byte(nil)
	if a.batched {
		status, made = r.batch(t, r.fill(path, nil), body)
	} else {
		got := r.send(t, method, r.fill(path, nil), body, header...)
		status, answered = got.status, got.body
		_ = json.Unmarshal(got.body, &made)
	}
	id, _ := made["id"].(string)
	if status != http.StatusCreated || id == "" {
		t.Errorf("%s %s = %d %s %v, want 201 and an id", method, path, status, answered, made)
	}
	return id
}

// batch makes a thing in a batch, and gives the answer of its item.
func (r *race) batch(t *testing.T, path, body string) (status int, made map[string]any) {
	t.Helper()
	for {
		a := r.send(t, "POST", "/$batch", `{"requests":[{"id":"read","method":"GET","url":"`+path+`"},`+
			`{"id":"make","method":"POST","url":"`+path+`","headers":{"Content-Type":"application/json"},"body":`+body+`}]}`)
		var v struct {
			Responses []struct {
				ID     string
				Status int
				Body   map[string]any
			}
		}
		if err := json.Unmarshal(a.body, &v); err != nil || len(v.Responses) != 2 {
			t.Errorf("batch = %d %s, want two answers", a.status, a.body)
			return a.status, nil
		}
		for _, item := range v.Responses {
			r.asked.Add(1)
			if item.ID == "make" {
				status, made = item.Status, item.Body
			}
			if item.Status >= 400 && item.Status != http.StatusTooManyRequests {
				t.Errorf("batch = %s", a.body)
			}
		}
		if status != http.StatusTooManyRequests {
			return status, made
		}
		r.clock.Advance(10 * time.Second)
	}
}

// itemPath leads to a thing by its id.
func (r *race) itemPath(a *area, id string) string {
	at := a.item
	if at == "" {
		at = a.at
	}
	return r.fill(at, nil) + "/" + id
}

// note keeps the name of a thing that a page tells of, or forgets it if it is
// gone. Things of others are none of the race's.
func (a *area) note(known map[string]string, v any) {
	thing, _ := v.(map[string]any)
	id, _ := thing["id"].(string)
	if thing["deleted"] != nil || thing["@removed"] != nil {
		delete(known, id)
		return
	}
	if name, _ := follow(thing, a.shown).(string); strings.Contains(name, "race-") {
		known[id] = name[strings.Index(name, "race-"):]
	}
}

// list gives the names of the race that a collection or a round has, by id,
// and the link after it.
func (r *race) list(t *testing.T, a *area, link string, known map[string]string) string {
	t.Helper()
	for {
		page := r.read(t, link)
		values, _ := page["value"].([]any)
		for _, v := range values {
			a.note(known, v)
		}
		next, more := page["@odata.nextLink"].(string)
		if !more {
			last, _ := page["@odata.deltaLink"].(string)
			return last
		}
		link = next
	}
}

// difference tells which things are in one alone.
func difference(got, want map[string]string) string {
	got, want = maps.Clone(got), maps.Clone(want)
	for id, name := range want {
		if got[id] == name {
			delete(got, id)
			delete(want, id)
		}
	}
	if len(got)+len(want) == 0 {
		return ""
	}
	return fmt.Sprintf("%v are too many, %v are missing", got, want)
}
