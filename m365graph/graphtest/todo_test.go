package graphtest_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/m365go/sdk/m365graph/graphtest"
)

// fair is a list of two tasks.
func fair() []*graphtest.TaskList {
	return []*graphtest.TaskList{{ID: "OWN-LIST-OF-TASKS", DisplayName: "Fair", Tasks: []*graphtest.Task{
		{ID: "TASK-OF-THE-FAIR1", Title: "Book", Due: time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)}, {ID: "TASK-OF-THE-FAIR2", Title: "Pay", Status: "completed", Completed: now},
	}}}
}

// todo is the office with tasks of the sales desk.
func todo(t *testing.T) *fixture {
	t.Helper()
	tenant := office()
	tenant.Users[0].TaskLists = fair()
	f := setup(t, tenant)
	f.token = mint(t, map[string]any{"scp": "Tasks.ReadWrite"})
	return f
}

func TestTaskLists(t *testing.T) {
	t.Parallel()
	f := todo(t)
	lists := f.get(t, "/me/todo/lists")
	if got := names(lists, "displayName") + " " + names(lists, "wellknownListName"); got != "Tasks,Flagged Emails,Fair defaultList,flaggedEmails,none" {
		t.Errorf("the lists are %s, want the known ones and the own", got)
	}
	link := f.get(t, "/me/todo/lists/delta")["@odata.deltaLink"].(string)
	known := lists["value"].([]any)[0].(map[string]any)["id"].(string)
	for request, status := range map[string]int{
		`DELETE /me/todo/lists/` + known + ` `:                        http.StatusBadRequest,
		`PATCH /me/todo/lists/` + known + ` {"displayName":"x"}`:      http.StatusBadRequest,
		`POST /me/todo/lists {"displayName":" "}`:                     http.StatusBadRequest,
		`POST /me/todo/lists {"name":"x"}`:                            http.StatusBadRequest,
		`GET /me/todo/lists/` + strings.Repeat("A", 20) + ` `:         http.StatusNotFound,
		`POST /me/todo/lists {"displayName":"New"}`:                   http.StatusCreated,
		`GET /users/` + opsID + `/todo/lists `:                        http.StatusForbidden,
		`PATCH /me/todo/lists/OWN-LIST-OF-TASKS {"displayName":"Up"}`: http.StatusOK,
	} {
		part := strings.SplitN(request, " ", 3)
		if a := f.do(t, part[0], part[1], part[2]); a.status != status {
			t.Errorf("%s = %d %s, want %d", request, a.status, a.body, status)
		}
	}
	if changed := f.get(t, link)["value"].([]any); len(changed) != 2 {
		t.Errorf("the round tells %v, want a new and a renamed list", changed)
	}
	if a := f.do(t, "DELETE", "/me/todo/lists/OWN-LIST-OF-TASKS", ""); a.status != http.StatusNoContent || f.do(t, "GET", "/me/todo/lists/OWN-LIST-OF-TASKS/tasks", "").status != http.StatusNotFound {
		t.Errorf("DELETE of a list = %d %s, want 204 and its tasks gone", a.status, a.body)
	}
}

func TestTasks(t *testing.T) {
	t.Parallel()
	f := todo(t)
	const at = "/me/todo/lists/OWN-LIST-OF-TASKS/tasks"
	for query, want := range map[string]string{"": "Book,Pay", "status ne 'completed'": "Book", "status eq 'completed'": "Pay", "startswith(title,'B')": "Book"} {
		path := at
		if query != "" {
			path += "?$filter=" + url.QueryEscape(query)
		}
		if got := names(f.get(t, path), "title"); got != want {
			t.Errorf("%q finds %s, want %s", query, got, want)
		}
	}
	link := f.get(t, at+"/delta")["@odata.deltaLink"].(string)
	a := f.do(t, "POST", at, `{"title":"Travel","dueDateTime":{"dateTime":"2026-03-20T16:00:00","timeZone":"Eastern Standard Time"},"body":{"content":"By rail","contentType":"text"}}`)
	made := a.json(t)
	due, _ := made["dueDateTime"].(map[string]any)
	if a.status != http.StatusCreated || made["status"] != "notStarted" || due["dateTime"] != "2026-03-20T20:00:00.0000000" || due["timeZone"] != "UTC" {
		t.Fatalf("POST = %d %s, want 201 with its time in UTC", a.status, a.body)
	}
	one := at + "/" + made["id"].(string)
	if got := f.get(t, one, "Prefer", `outlook.timezone="Europe/Paris"`)["dueDateTime"].(map[string]any); got["dateTime"] != "2026-03-20T21:00:00.0000000" {
		t.Errorf("in Paris it is due at %v, want 21:00", got)
	}
	if got := f.do(t, "PATCH", one, `{"status":"completed","dueDateTime":null}`).json(t); got["completedDateTime"] == nil || got["dueDateTime"] != nil {
		t.Errorf("PATCH gives %v, want when it was completed and no due time", got)
	}
	if got := f.do(t, "PATCH", one, `{"status":"inProgress"}`).json(t); got["completedDateTime"] != nil {
		t.Errorf("PATCH gives %v, want it open again", got)
	}
	f.do(t, "DELETE", at+"/TASK-OF-THE-FAIR1", "")
	if changed := f.get(t, link)["value"].([]any); len(changed) != 2 || changed[1].(map[string]any)["@removed"] == nil {
		t.Errorf("the round tells %v, want one new and one gone", changed)
	}
	for _, body := range []string{`{}`, `{"title":1}`, `{"title":"x","status":"done"}`, `{"title":"x","dueDateTime":{"dateTime":"soon","timeZone":"UTC"}}`, `{"title":"x","recurrence":{}}`, `{"title":"x","dueDateTime":{"dateTime":"2026-03-20"}}`} {
		if a := f.do(t, "POST", at, body); a.status != http.StatusBadRequest {
			t.Errorf("POST %s = %d %s, want 400", body, a.status, a.body)
		}
	}
	f.token = mint(t, map[string]any{"scp": "Tasks.Read"})
	if a := f.do(t, "POST", at, `{"title":"x"}`); a.status != http.StatusForbidden {
		t.Errorf("POST with Tasks.Read = %d %s, want 403", a.status, a.body)
	}
}
