package graphtest_test

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/m365go/sdk/m365graph/graphtest"
)

// watch asks a monitor until it has an end, without a token.
func (f *fixture) watch(t *testing.T, a *answer) map[string]any {
	t.Helper()
	if a.status != http.StatusAccepted || a.header.Get("Location") == "" {
		t.Fatalf("copy = %d %s, want 202 and a Location", a.status, a.body)
	}
	for range 10 {
		m := f.do(t, "GET", a.header.Get("Location"), "", "Authorization", "-")
		state := m.json(t)
		switch state["status"] {
		case "notStarted", "inProgress":
			if m.status != http.StatusAccepted {
				t.Errorf("monitor under way = %d, want 202", m.status)
			}
		case "completed", "failed":
			if m.status != http.StatusOK {
				t.Errorf("monitor in the end = %d, want 200", m.status)
			}
			return state
		default:
			t.Fatalf("monitor = %d %s", m.status, m.body)
		}
	}
	t.Fatal("the copy has no end")
	return nil
}

func TestCopyIsWatchedToItsEnd(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, path, body, status, errorCode, result string }{
		{"a file beside itself", "notes/copy", `{"name":"notes copy.txt"}`, "completed", "", "notes copy.txt"},
		{"a taken name", "notes/copy", `{"name":"EMPTY.bin"}`, "failed", "nameAlreadyExists", ""},
		{"a taken name, renamed", "notes/copy?@microsoft.graph.conflictBehavior=rename", `{"name":"empty.bin"}`, "completed", "", "empty 1.bin"},
		{"a taken name, replaced", "notes/copy?@microsoft.graph.conflictBehavior=replace", `{"name":"empty.bin"}`, "completed", "", "empty.bin"},
		{"its own name, replaced", "notes/copy?@microsoft.graph.conflictBehavior=replace", `{"name":"notes.txt"}`, "failed", "nameAlreadyExists", ""},
		{"a folder", "year/copy", `{"parentReference":{"id":"root"}}`, "completed", "", "2025"},
		{"by path", "notes/copy", `{"parentReference":{"path":"/drives/b!Drive/root:/Reports"}}`, "completed", "", "notes.txt"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			f := setup(t, cabinet())
			state := f.watch(t, f.do(t, "POST", "/me/drive/items/"+test.path, test.body, "Prefer", "respond-async"))
			if state["status"] != test.status || test.errorCode != "" && state["errorCode"] != test.errorCode {
				t.Fatalf("monitor = %v, want %s %s", state, test.status, test.errorCode)
			}
			if test.result == "" {
				return
			}
			made := f.get(t, "/me/drive/items/"+state["resourceId"].(string)+"?$expand=children")
			if made["name"] != test.result {
				t.Errorf("the copy is called %v, want %s", made["name"], test.result)
			}
			if test.result == "2025" && len(made["children"].([]any)) != 1 {
				t.Errorf("the copy of a folder holds %v", made["children"])
			}
		})
	}
}

func TestCopyRefusesWhatCannotBe(t *testing.T) {
	t.Parallel()
	f := setup(t, cabinet())
	for path, tests := range map[string]map[string]int{
		"items/reports/copy": {`{"parentReference":{"id":"year"}}`: 400, `{"parentReference":{"id":"none"}}`: 404, `{"parentReference":{"id":"notes"}}`: 400, `{"name":"a|b"}`: 400, `[]`: 400, ``: 400},
		"root/copy":          {`{"name":"x"}`: 400},
		"items/none/copy":    {`{"name":"x"}`: 404},
		"items/notes/copy":   {`{"parentReference":{"driveId":"b!None"}}`: 404, `{"parentReference":{"path":"/drive/root:/none"}}`: 404},
		"items/empty/copy?@microsoft.graph.conflictBehavior=shout": {`{"name":"x"}`: 400},
	} {
		for body, want := range tests {
			if a := f.do(t, "POST", "/me/drive/"+path, body); a.status != want {
				t.Errorf("POST %s %s = %d %s, want %d", path, body, a.status, a.body, want)
			}
		}
	}
	if a := f.do(t, "GET", "https://"+f.ContentHost()+"/monitor/none", "", "Authorization", "-"); a.status != http.StatusNotFound {
		t.Errorf("the monitor of no copy = %d, want 404", a.status)
	}
	monitor, _, signed := strings.Cut(f.do(t, "POST", "/me/drive/items/notes/copy", `{"name":"b.txt"}`).header.Get("Location"), "?tempauth=")
	if a := f.do(t, "GET", monitor, "", "Authorization", "-"); !signed || a.status != http.StatusUnauthorized {
		t.Errorf("the monitor %s without its signature = %d, want 401", monitor, a.status)
	}
}

func TestCopyEndsByTheClock(t *testing.T) {
	t.Parallel()
	var later atomic.Int64
	s, err := graphtest.New(&graphtest.Options{Keys: keys, Issuer: issuer, Tenant: cabinet(), Now: func() time.Time {
		return now.Add(time.Duration(later.Load()))
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	f := &fixture{s, mint(t, nil)}
	monitor := f.do(t, "POST", "/me/drive/items/notes/copy", `{"name":"b.txt"}`).header.Get("Location")
	if got := f.do(t, "GET", monitor, "", "Authorization", "-").json(t)["status"]; got != "notStarted" {
		t.Errorf("at once = %v, want notStarted", got)
	}
	later.Store(int64(time.Second))
	if got := f.do(t, "GET", monitor, "", "Authorization", "-").json(t)["status"]; got != "completed" {
		t.Errorf("after a second = %v, want completed", got)
	}
	later.Store(int64(2 * time.Hour))
	if a := f.do(t, "GET", monitor, "", "Authorization", "-"); a.status != http.StatusNotFound {
		t.Errorf("after two hours = %d, want 404", a.status)
	}
	if a := f.do(t, "GET", monitor, ""); a.status != http.StatusUnauthorized {
		t.Errorf("with a bearer = %d, want 401", a.status)
	}
}
