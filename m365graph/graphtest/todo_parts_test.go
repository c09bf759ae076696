package graphtest_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPartsOfTasks(t *testing.T) {
	t.Parallel()
	f := todo(t)
	const list = "/me/todo/lists/OWN-LIST-OF-TASKS/tasks"
	const at = list + "/TASK-OF-THE-FAIR1"
	link := f.get(t, list+"/delta")["@odata.deltaLink"].(string)
	for _, part := range []struct {
		name, body, change, want string
		bad                      []string
	}{
		{
			"checklistItems", `{"displayName":"Ask for a price"}`, `{"isChecked":true}`, "checkedDateTime",
			[]string{`{}`, `{"displayName":""}`, `{"displayName":1}`, `{"displayName":"x","isChecked":"yes"}`, `{"displayName":"x","checkedDateTime":"soon"}`, `{"title":"x"}`, `[]`},
		},
		{
			"linkedResources", `{"displayName":"Offer","applicationName":"Outlook","webUrl":"https://outlook.example/1"}`, `{"externalId":"7"}`, "externalId",
			[]string{`{}`, `{"displayName":"x"}`, `{"applicationName":"x"}`, `{"displayName":"x","applicationName":"y","webUrl":{}}`, `{"url":"x"}`},
		},
	} {
		path := at + "/" + part.name
		a := f.do(t, "POST", path, part.body)
		made := a.json(t)
		if a.status != http.StatusCreated || !strings.HasSuffix(made["@odata.context"].(string), "tasks('TASK-OF-THE-FAIR1')/"+part.name+"/$entity") {
			t.Fatalf("POST %s = %d %s, want 201", path, a.status, a.body)
		}
		one := path + "/" + made["id"].(string)
		if got := f.do(t, "PATCH", one, part.change); got.status != http.StatusOK || got.json(t)[part.want] == nil {
			t.Errorf("PATCH %s = %d %s, want its %s", one, got.status, got.body, part.want)
		}
		if a := f.do(t, "PATCH", one, `{"displayName":""}`); a.status != http.StatusBadRequest || f.get(t, one)["displayName"] == "" {
			t.Errorf("PATCH without a name = %d, want 400 and nothing changed", a.status)
		}
		for _, body := range part.bad {
			if a := f.do(t, "POST", path, body); a.status != http.StatusBadRequest {
				t.Errorf("POST %s %s = %d %s, want 400", path, body, a.status, a.body)
			}
		}
		if got := f.get(t, at+"?$expand="+part.name)[part.name].([]any); len(got) != 1 {
			t.Errorf("the task has %v, want one of %s", got, part.name)
		}
		if a := f.do(t, "DELETE", one, ""); a.status != http.StatusNoContent || f.do(t, "GET", one, "").status != http.StatusNotFound {
			t.Errorf("DELETE %s = %d, want 204 and nothing left", one, a.status)
		}
		if got := f.get(t, path)["value"].([]any); len(got) != 0 {
			t.Errorf("%s has %v, want nothing", path, got)
		}
	}
	if changed := names(f.get(t, link), "title"); changed != "Book" {
		t.Errorf("the round tells of %q, want the task whose parts changed", changed)
	}
}

func TestNewTaskBringsItsParts(t *testing.T) {
	t.Parallel()
	f := todo(t)
	const at = "/me/todo/lists/OWN-LIST-OF-TASKS/tasks"
	a := f.do(t, "POST", at, `{"title":"Pack","linkedResources":[{"displayName":"Offer","applicationName":"Outlook"}],"checklistItems":[{"displayName":"Box"},{"displayName":"Tape","isChecked":true}]}`)
	if a.status != http.StatusCreated {
		t.Fatalf("POST = %d %s, want 201", a.status, a.body)
	}
	one := at + "/" + a.json(t)["id"].(string)
	if got := names(f.get(t, one+"/checklistItems"), "displayName") + " " + names(f.get(t, one+"/linkedResources"), "applicationName"); got != "Box,Tape Outlook" {
		t.Errorf("the parts are %q, want all that were sent", got)
	}
	if got := names(f.get(t, one+"/checklistItems?$filter=isChecked%20eq%20true"), "displayName"); got != "Tape" {
		t.Errorf("what is checked is %q, want Tape", got)
	}
	for _, parts := range []string{`{}`, `[1]`, `[{}]`, `[{"name":"x"}]`, `[{"displayName":1}]`} {
		if a := f.do(t, "POST", at, `{"title":"x","checklistItems":`+parts+`}`); a.status != http.StatusBadRequest {
			t.Errorf("POST with %s = %d %s, want 400", parts, a.status, a.body)
		}
	}
}

// kept are the collections of contacts and tasks that a snapshot has to bring back.
var kept = []string{
	"/me/contacts", "/me/contactFolders?$expand=contacts,childFolders", "/me/todo/lists?$expand=tasks",
	"/me/todo/lists/OWN-LIST-OF-TASKS/tasks/TASK-OF-THE-FAIR1?$expand=checklistItems,linkedResources",
}

func TestSnapshotBringsBackContactsAndTasks(t *testing.T) {
	t.Parallel()
	tenant := rolodex()
	tenant.Users[0].TaskLists = fair()
	f := setup(t, tenant)
	f.token = mint(t, map[string]any{"scp": "Contacts.ReadWrite Tasks.ReadWrite"})
	const task = "/me/todo/lists/OWN-LIST-OF-TASKS/tasks/TASK-OF-THE-FAIR1"
	f.do(t, "POST", task+"/checklistItems", `{"displayName":"One"}`)
	read := func() map[string]string {
		seen := map[string]string{}
		for _, path := range kept {
			seen[path] = string(f.do(t, "GET", path, "").body)
		}
		return seen
	}
	before, snapshot := read(), f.Snapshot()
	for range 2 {
		for request, status := range map[string]int{
			"PATCH /me/contacts/FREIGHT-CONTACT-1 " + `{"surname":"Bench","emailAddresses":[]}`: http.StatusOK,
			"POST /me/contactFolders/SUPPLIERS-FOLDER-1/contacts " + `{"surname":"New"}`:        http.StatusCreated,
			"DELETE /me/contactFolders/OLD-SUPPLIERS-FOLDER ":                                   http.StatusNoContent,
			"PATCH " + task + ` {"title":"Other","categories":["Red"]}`:                         http.StatusOK,
			"POST " + task + `/checklistItems {"displayName":"Two"}`:                            http.StatusCreated,
			"POST " + task + `/linkedResources {"displayName":"Two","applicationName":"x"}`:     http.StatusCreated,
			"DELETE /me/todo/lists/OWN-LIST-OF-TASKS/tasks/TASK-OF-THE-FAIR2 ":                  http.StatusNoContent,
			`POST /me/todo/lists {"displayName":"Second"}`:                                      http.StatusCreated,
		} {
			part := strings.SplitN(request, " ", 3)
			if a := f.do(t, part[0], part[1], part[2]); a.status != status {
				t.Fatalf("%s = %d %s, want %d", request, a.status, a.body, status)
			}
		}
		must(t, f.Restore(snapshot))
		if diff := cmp.Diff(before, read()); diff != "" {
			t.Errorf("restored (-want +got):\n%s", diff)
		}
	}
}
