package graphtest_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/m365go/sdk/m365graph/graphtest"
)

func TestUsersAreMadeChangedAndDeleted(t *testing.T) {
	t.Parallel()
	f := directoryFixture(t)
	link := f.get(t, "/users/delta?$deltatoken=latest&$select=displayName,jobTitle")["@odata.deltaLink"].(string)
	a := f.do(t, "POST", "/users", `{"accountEnabled":true,"displayName":"Help Desk","mailNickname":"help","userPrincipalName":"help@contoso.example",
		"jobTitle":"Desk","passwordProfile":{"forceChangePasswordNextSignIn":true,"password":"xWwvJ]6NMw+bWH-d"}}`)
	if a.status != http.StatusCreated {
		t.Fatalf("POST /users = %d %s", a.status, a.body)
	}
	id := a.json(t)["id"].(string)
	for _, tt := range []struct{ method, path, body string }{
		{"PATCH", "/users/" + id, `{"jobTitle":"Help","accountEnabled":false,"businessPhones":["+1 555 0100"],"city":null,"userPrincipalName":"support@contoso.example"}`},
		{"PUT", "/users/support@contoso.example/manager/$ref", `{"@odata.id":"https://graph.microsoft.com/v1.0/users/` + opsID + `"}`},
		{"POST", "/groups/" + plantID + "/members/$ref", `{"@odata.id":"https://graph.microsoft.com/v1.0/directoryObjects/` + id + `"}`},
		{"DELETE", "/users/" + salesID, ""},
	} {
		if a := f.do(t, tt.method, tt.path, tt.body); a.status != http.StatusNoContent {
			t.Fatalf("%s %s = %d %s, want 204", tt.method, tt.path, a.status, a.body)
		}
	}
	u := f.get(t, "/users/"+id+"?$select=jobTitle,accountEnabled,userPrincipalName")
	if u["jobTitle"] != "Help" || u["accountEnabled"] != false || u["userPrincipalName"] != "support@contoso.example" {
		t.Errorf("the changed user is %v", u)
	}
	if got := names(f.get(t, "/users/"+opsID+"/directReports"), "id"); got != id {
		t.Errorf("direct reports = %s", got)
	}
	if a := f.do(t, "GET", "/users/"+id+"/mailFolders/inbox", ""); a.status != http.StatusForbidden {
		t.Errorf("the mailbox of a new user for another = %d, want 403", a.status)
	}
	round := f.get(t, link)
	want := []any{
		map[string]any{"displayName": "Help Desk", "jobTitle": "Help"},
		map[string]any{"id": salesID, "@removed": map[string]any{"reason": "changed"}},
	}
	if diff := cmp.Diff(want, round["value"]); diff != "" {
		t.Errorf("the round (-want +got):\n%s", diff)
	}
	if got := names(f.get(t, "/groups/"+allHandID+"/members"), "displayName"); got != "Plant" {
		t.Errorf("members after a user was deleted = %s", got)
	}
}

func TestGroupsAreMadeChangedAndDeleted(t *testing.T) {
	t.Parallel()
	f := directoryFixture(t)
	link := f.get(t, "/groups/delta?$deltatoken=latest")["@odata.deltaLink"].(string)
	a := f.do(t, "POST", "/groups", `{"displayName":"Tour Guides","mailEnabled":true,"mailNickname":"tours","securityEnabled":false,"groupTypes":["Unified"],
		"members@odata.bind":["https://graph.microsoft.com/v1.0/users/`+opsID+`"]}`)
	if a.status != http.StatusCreated {
		t.Fatalf("POST /groups = %d %s", a.status, a.body)
	}
	made := a.json(t)
	id := made["id"].(string)
	if made["mail"] != "tours@contoso.example" || made["visibility"] != "Public" {
		t.Errorf("the new group is %v", made)
	}
	if got := names(f.get(t, "/groups/"+id+"/owners"), "id"); got != salesID {
		t.Errorf("owners of a new group = %s, want its maker", got)
	}
	for _, tt := range []struct {
		method, path, body string
		status             int
	}{
		{"PATCH", "/groups/" + id, `{"description":"Guides"}`, 204},
		{"POST", "/groups/" + id + "/members/$ref", `{"@odata.id":"` + f.URL() + `/v1.0/directoryObjects/` + bossID + `"}`, 204},
		{"POST", "/groups/" + id + "/members/$ref", `{"@odata.id":"` + f.URL() + `/v1.0/directoryObjects/` + bossID + `"}`, 400},
		{"POST", "/groups/" + id + "/members/$ref", `{"@odata.id":"nonsense"}`, 400},
		{"POST", "/groups/" + id + "/members/$ref", `{"@odata.id":"https://x/v1.0/users/nobody"}`, 404},
		{"DELETE", "/groups/" + id + "/members/" + opsID + "/$ref", "", 204},
		{"DELETE", "/groups/" + id + "/members/" + opsID + "/$ref", "", 404},
		{"DELETE", "/groups/" + id + "/owners/" + salesID + "/$ref", "", 400},
		{"PATCH", "/groups/" + id, `{"owners@odata.bind":["https://graph.microsoft.com/v1.0/directoryObjects/` + bossID + `"]}`, 204},
		{"PATCH", "/groups/" + id, `{"owners@odata.bind":["https://graph.microsoft.com/v1.0/directoryObjects/` + bossID + `"]}`, 400},
		{"DELETE", "/groups/" + id + "/owners/" + salesID + "/$ref", "", 204},
		{"DELETE", "/groups/" + plantID, "", 204},
		{"GET", "/groups/" + plantID, "", 404},
	} {
		if a := f.do(t, tt.method, tt.path, tt.body); a.status != tt.status {
			t.Errorf("%s %s = %d %s, want %d", tt.method, tt.path, a.status, a.body, tt.status)
		}
	}
	told := map[string]any{}
	for _, v := range f.get(t, link)["value"].([]any) {
		g := v.(map[string]any)
		told[g["id"].(string)] = []any{g["@removed"], g["members@delta"]}
	}
	removed := map[string]any{"reason": "deleted"}
	want := map[string]any{
		id: []any{nil, []any{
			map[string]any{"@odata.type": "#microsoft.graph.user", "id": bossID},
			map[string]any{"@odata.type": "#microsoft.graph.user", "id": opsID, "@removed": removed},
		}},
		plantID:   []any{map[string]any{"reason": "changed"}, nil},
		allHandID: []any{nil, []any{map[string]any{"@odata.type": "#microsoft.graph.user", "id": plantID, "@removed": removed}}},
	}
	if diff := cmp.Diff(want, told); diff != "" {
		t.Errorf("the round (-want +got):\n%s", diff)
	}
	first := f.get(t, "/groups/delta?$select=displayName,members")["value"].([]any)[0].(map[string]any)
	if got := names(map[string]any{"value": first["members@delta"]}, "id"); got != salesID {
		t.Errorf("members of the first round = %s", got)
	}
}

func TestDirectoryWritesAreRefused(t *testing.T) {
	t.Parallel()
	f := directoryFixture(t)
	user := func(more string) string {
		return `{"accountEnabled":true,"displayName":"X","mailNickname":"x","userPrincipalName":"x@contoso.example","passwordProfile":{"password":"xWwvJ]6NMw"}` + more + `}`
	}
	for _, tt := range []struct{ method, path, body, message string }{
		{"POST", "/users", `{}`, "A value is required for property 'accountEnabled'"},
		{"POST", "/users", `[]`, "Unable to read JSON"},
		{"POST", "/users", strings.Replace(user(""), `"passwordProfile"`, `"aboutMe":"y","otherMails":[],"x"`, 1), "A password must be specified"},
		{"POST", "/users", strings.Replace(user(""), "x@contoso.example", "x@other.example", 1), "domain portion"},
		{"POST", "/users", strings.Replace(user(""), "x@contoso.example", "SALES@contoso.example", 1), "already exists"},
		{"POST", "/users", strings.Replace(user(""), "x@contoso.example", "x", 1), "userPrincipalName is invalid"},
		{"POST", "/users", user(`,"frob":1`), "Invalid property 'frob'"},
		{"POST", "/users", user(`,"city":1`), "property 'city'"},
		{"POST", "/users", strings.Replace(user(""), "xWwvJ]6NMw", "short", 1), "complexity"},
		{"PATCH", "/me", `{"businessPhones":["1","2"]}`, "businessPhones"},
		{"PATCH", "/me", `{"displayName":""}`, "displayName"},
		{"PATCH", "/me", `{"usageLocation":"Norway"}`, "usageLocation"},
		{"PATCH", "/me", `{"employeeHireDate":"soon"}`, "employeeHireDate"},
		{"PUT", "/me/manager/$ref", `{"@odata.id":"https://graph.microsoft.com/v1.0/users/` + salesID + `"}`, "'manager' reference"},
		{"PUT", "/me/manager/$ref", `{}`, "@odata.id"},
		{"POST", "/groups", `{"displayName":"X","mailEnabled":true,"mailNickname":"x","securityEnabled":true}`, "mail-enabled"},
		{"POST", "/groups", `{"displayName":"X","mailEnabled":false,"mailNickname":"x x","securityEnabled":true}`, "mailNickname"},
		{"POST", "/groups", `{"displayName":"X","mailEnabled":false,"mailNickname":"x"}`, "securityEnabled"},
		{"PATCH", "/groups/" + plantID, `{"visibility":"Hidden"}`, "visibility"},
		{"POST", "/me/checkMemberGroups", `{}`, "groupIds"},
		{"POST", "/me/getMemberGroups", `{}`, "securityEnabledOnly"},
		{"POST", "/directoryObjects/getByIds", `{"ids":[]}`, "ids"},
		{"PUT", "/me/photo/$value", `{}`, "Content-Type"},
	} {
		a := f.do(t, tt.method, tt.path, tt.body)
		if tt.path == "/me/photo/$value" {
			if a.status != http.StatusUnsupportedMediaType {
				t.Errorf("a photo in JSON = %d", a.status)
			}
			continue
		}
		if a.status != 400 || !strings.Contains(string(a.body), tt.message) {
			t.Errorf("%s %s %s = %d %s, want 400 with %q", tt.method, tt.path, tt.body, a.status, a.body, tt.message)
		}
	}
	if got := names(f.get(t, "/users"), "displayName"); got != "Sales Desk,Operations,Front Desk" {
		t.Errorf("users after refused writes = %s", got)
	}
}

func TestBadDirectoriesAreRefused(t *testing.T) {
	t.Parallel()
	for _, spoil := range []func(*graphtest.Tenant){
		func(t *graphtest.Tenant) { t.Groups[0].Members = []string{"nobody"} },
		func(t *graphtest.Tenant) { t.Groups[0].DisplayName = "" },
		func(t *graphtest.Tenant) { t.Groups[1].ID = allHandID },
		func(t *graphtest.Tenant) { t.Groups[1].ID = salesID },
		func(t *graphtest.Tenant) { t.Users[0].Manager = "nobody" },
		func(t *graphtest.Tenant) { t.Users[0].Manager = salesID },
	} {
		tenant := firm()
		spoil(tenant)
		if s, err := graphtest.New(&graphtest.Options{Keys: keys, Tenant: tenant}); err == nil {
			_ = s.Close()
			t.Error("New took a tenant with a mistake in it")
		}
	}
}

func TestManagersDoNotGoRound(t *testing.T) {
	t.Parallel()
	tenant := firm()
	tenant.Users[2].Manager = salesID
	tenant.Groups[1].Members = append(tenant.Groups[1].Members, allHandID)
	f := setup(t, tenant)
	f.token = mint(t, map[string]any{"scp": directoryScopes})
	if m := f.get(t, "/me?$expand=manager($levels=max)")["manager"].(map[string]any); m["id"] != bossID || m["manager"] != nil {
		t.Errorf("managers in a ring = %v", m)
	}
	if got := strings.Split(names(f.get(t, "/groups/"+plantID+"/transitiveMembers?$select=id"), "id"), ","); len(got) != 4 || !slices.Contains(got, salesID) {
		t.Errorf("members of groups in a ring = %v", got)
	}
}
