package graphtest_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/m365go/sdk/m365graph/graphtest"
)

const (
	bossID    = "8a6f1b5e-0000-4000-8000-000000000004"
	allHandID = "8a6f1b5e-0000-4000-8000-0000000000a1"
	plantID   = "8a6f1b5e-0000-4000-8000-0000000000a2"

	directoryScopes = "User.ReadWrite.All Group.ReadWrite.All Directory.ReadWrite.All People.Read.All"
)

// firm is the office with a manager and two groups, one in the other.
func firm() *graphtest.Tenant {
	t := office()
	t.Users[0].Manager, t.Users[1].Manager = "desk@contoso.example", bossID
	t.Users[0].Profile = graphtest.Profile{CompanyName: "Contoso", EmployeeID: "4711", Aliases: []string{"orders@contoso.example"}}
	t.Users = append(t.Users, &graphtest.User{ID: bossID, UserPrincipalName: "desk@contoso.example", DisplayName: "Front Desk"})
	t.Groups = []*graphtest.Group{
		{ID: allHandID, DisplayName: "All Hands", GroupTypes: []string{"Unified"}, Owners: []string{bossID}, Members: []string{"sales@contoso.example", plantID}},
		{ID: plantID, DisplayName: "Plant", Description: "Works of the plant", Members: []string{opsID}},
	}
	return t
}

// directory is a server on the firm, and a token that may do everything there.
func directoryFixture(t *testing.T) *fixture {
	f := setup(t, firm())
	f.token = mint(t, map[string]any{"scp": directoryScopes + " User.Read"})
	return f
}

// names gives a property of a page's items.
func names(page map[string]any, property string) string {
	var got []string
	values, _ := page["value"].([]any)
	for _, v := range values {
		if o, ok := v.(map[string]any); ok {
			got = append(got, fmt.Sprint(o[property]))
		} else {
			got = append(got, fmt.Sprint(v))
		}
	}
	return strings.Join(got, ",")
}

func TestDirectoryIsNavigated(t *testing.T) {
	t.Parallel()
	f := directoryFixture(t)
	eventual := []string{"ConsistencyLevel", "eventual"}
	for path, want := range map[string]string{
		"/me/directReports":                                               "",
		"/users/" + bossID + "/directReports":                             "Sales Desk,Operations",
		"/users/desk%40contoso.example/directReports?$select=displayName": "Sales Desk,Operations",
		"/me/memberOf":                                                                                 "All Hands",
		"/users/" + opsID + "/memberOf":                                                                "Plant",
		"/users/" + opsID + "/transitiveMemberOf":                                                      "Plant,All Hands",
		"/users/" + opsID + "/memberOf/microsoft.graph.group":                                          "Plant",
		"/users/" + opsID + "/memberOf/graph.user":                                                     "",
		"/users/" + bossID + "/ownedObjects":                                                           "All Hands",
		"/groups":                                                                                      "All Hands,Plant",
		"/groups?$filter=displayName%20eq%20'plant'":                                                   "Plant",
		"/groups?$filter=groupTypes/any(c:c%20eq%20'Unified')":                                         "All Hands",
		"/groups/" + allHandID + "/members":                                                            "Sales Desk,Plant",
		"/groups('" + allHandID + "')/members":                                                         "Sales Desk,Plant",
		"/groups/" + allHandID + "/members/microsoft.graph.user":                                       "Sales Desk",
		"/groups/" + allHandID + "/members/graph.group?$select=displayName":                            "Plant",
		"/groups/" + allHandID + "/transitiveMembers":                                                  "Sales Desk,Plant,Operations",
		"/groups/" + allHandID + "/owners":                                                             "Front Desk",
		"/groups/" + plantID + "/memberOf":                                                             "All Hands",
		"/groups?$search=%22displayName:hand%22":                                                       "All Hands",
		"/groups?$search=%22description:plant%20works%22":                                              "Plant",
		"/users?$search=%22displayName:desk%22%20AND%20NOT%20%22mail:sales%22":                         "Front Desk",
		"/users?$filter=endswith(mail,'example')%20and%20not(startswith(displayName,'S'))&$count=true": "Operations,Front Desk",
		"/users?$filter=companyName%20ne%20null&$count=true":                                           "Sales Desk",
		"/users?$filter=proxyAddresses/any(p:startswith(p,'smtp:orders'))":                             "Sales Desk",
		"/users?$filter=assignedLicenses/$count%20eq%200&$count=true&$top=1":                           "Sales Desk",
		"/users?$orderby=displayName%20desc":                                                           "Sales Desk,Operations,Front Desk",
		"/organization":                                                                                "Contoso",
		"/subscribedSkus":                                                                              "", "/contacts": "", "/me/licenseDetails": "",
	} {
		if got := names(f.get(t, path, eventual...), "displayName"); got != want {
			t.Errorf("GET %s = %s, want %s", path, got, want)
		}
	}
	for path, want := range map[string]string{
		"/groups/$count": "2", "/groups/" + allHandID + "/members/$count": "2", "/groups/" + allHandID + "/transitiveMembers/graph.user/$count": "2",
		"/users/$count?$filter=startswith(displayName,'s')": "1", "/me/memberOf/$count": "1", "/users/$count?$search=%22displayName:desk%22": "2",
	} {
		if a := f.do(t, "GET", path, "", eventual...); a.status != 200 || string(a.body) != want {
			t.Errorf("GET %s = %d %s, want %s", path, a.status, a.body, want)
		}
		if a := f.do(t, "GET", path, ""); a.status != 400 || a.code(t) != "Request_BadRequest" {
			t.Errorf("GET %s without ConsistencyLevel = %d %s, want 400", path, a.status, a.body)
		}
	}
}

func TestUserShowsWhatIsSelected(t *testing.T) {
	t.Parallel()
	f := directoryFixture(t)
	me := f.get(t, "/me")
	delete(me, "@odata.context")
	want := map[string]any{
		"businessPhones": []any{}, "displayName": "Sales Desk", "givenName": nil, "jobTitle": "Desk", "mail": "sales@contoso.example", "mobilePhone": nil,
		"officeLocation": nil, "preferredLanguage": nil, "surname": nil, "userPrincipalName": "sales@contoso.example", "id": salesID,
	}
	if diff := cmp.Diff(want, me); diff != "" {
		t.Errorf("/me (-want +got):\n%s", diff)
	}
	me = f.get(t, "/me?$select=employeeId,companyName,proxyAddresses,identities,accountEnabled,userType,signInActivity,onPremisesSyncEnabled,assignedLicenses,mailNickname,mailboxSettings")
	delete(me, "@odata.context")
	if me["mailboxSettings"].(map[string]any)["timeZone"] != "Europe/Paris" {
		t.Errorf("mailboxSettings = %v", me["mailboxSettings"])
	}
	delete(me, "mailboxSettings")
	want = map[string]any{
		"employeeId": "4711", "companyName": "Contoso", "proxyAddresses": []any{"SMTP:sales@contoso.example", "smtp:orders@contoso.example"},
		"identities":     []any{map[string]any{"signInType": "userPrincipalName", "issuer": "contoso.example", "issuerAssignedId": "sales@contoso.example"}},
		"accountEnabled": true, "userType": "Member", "signInActivity": nil, "onPremisesSyncEnabled": nil, "assignedLicenses": []any{}, "mailNickname": "sales",
	}
	if diff := cmp.Diff(want, me); diff != "" {
		t.Errorf("/me?$select=… (-want +got):\n%s", diff)
	}
	manager, _ := f.get(t, "/me?$select=id&$expand=manager($levels=max;$select=displayName)")["manager"].(map[string]any)
	if diff := cmp.Diff(map[string]any{"@odata.type": "#microsoft.graph.user", "displayName": "Front Desk"}, manager); diff != "" {
		t.Errorf("manager (-want +got):\n%s", diff)
	}
	group := f.get(t, "/groups/"+allHandID+"?$expand=members($select=id)")
	if got := names(map[string]any{"value": group["members"]}, "id"); got != salesID+","+plantID {
		t.Errorf("expanded members = %s", got)
	}
	if got := f.get(t, "/me/manager/$ref")["@odata.id"]; got != f.URL()+"/v1.0/directoryObjects/"+bossID {
		t.Errorf("manager/$ref = %v", got)
	}
	if a := f.do(t, "GET", "/users/"+bossID+"/manager", ""); a.status != 404 || a.code(t) != "Request_ResourceNotFound" {
		t.Errorf("the manager of nobody's report = %d %s", a.status, a.body)
	}
}

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

func TestDirectoryScopesAreAskedFor(t *testing.T) {
	t.Parallel()
	f := setup(t, firm())
	app := map[string]any{"scp": nil, "oid": "app", "roles": []string{"User.Read.All", "GroupMember.Read.All"}}
	for _, tt := range []struct {
		claims       map[string]any
		method, path string
		status       int
	}{
		{map[string]any{"scp": "User.Read"}, "GET", "/me", 200},
		{map[string]any{"scp": "User.Read"}, "GET", "/users/" + salesID, 200},
		{map[string]any{"scp": "User.Read"}, "GET", "/users/" + opsID, 403},
		{map[string]any{"scp": "User.Read"}, "GET", "/users", 403},
		{map[string]any{"scp": "User.Read"}, "GET", "/me/memberOf", 200},
		{map[string]any{"scp": "User.Read"}, "GET", "/groups", 403},
		{map[string]any{"scp": "User.Read"}, "PATCH", "/me", 403},
		{map[string]any{"scp": "User.Read"}, "GET", "/me/people", 403},
		{map[string]any{"scp": "User.Read"}, "GET", "/organization", 200},
		{map[string]any{"scp": "User.Read"}, "GET", "/domains", 403},
		{map[string]any{"scp": "People.Read"}, "GET", "/me/people", 200},
		{map[string]any{"scp": "People.Read"}, "GET", "/users/" + opsID + "/people", 403},
		{map[string]any{"scp": "User.ReadWrite"}, "PATCH", "/users/" + opsID, 403},
		{map[string]any{"scp": "Directory.Read.All"}, "GET", "/directoryObjects/" + plantID, 200},
		{map[string]any{"scp": "GroupMember.Read.All User.Read.All"}, "GET", "/directoryObjects/" + opsID, 403},
		{map[string]any{"scp": "User.Read"}, "GET", "/users/" + opsID + "/memberOf", 403},
		{map[string]any{"scp": "User.Read"}, "GET", "/users/" + opsID + "/directReports/$count", 403},
		{map[string]any{"scp": "User.Read"}, "GET", "/users/" + opsID + "/ownedObjects", 403},
		{map[string]any{"scp": "User.Read"}, "GET", "/users/" + opsID + "/licenseDetails", 403},
		{map[string]any{"scp": "User.Read User.ReadBasic.All"}, "GET", "/users/" + opsID + "/manager", 403},
		{map[string]any{"scp": "User.Read"}, "GET", "/me/manager", 200},
		{map[string]any{"scp": "GroupMember.Read.All"}, "GET", "/users/" + opsID + "/memberOf", 200},
		{map[string]any{"scp": "User.Read"}, "POST", "/me/getMemberGroups", 403},
		{map[string]any{"scp": "User.Read GroupMember.Read.All"}, "POST", "/me/getMemberGroups", 200},
		{map[string]any{"scp": "User.Read GroupMember.Read.All"}, "POST", "/users/" + opsID + "/getMemberGroups", 403},
		{map[string]any{"scp": "User.ReadBasic.All GroupMember.Read.All"}, "POST", "/users/" + opsID + "/getMemberGroups", 200},
		{map[string]any{"scp": "GroupMember.Read.All"}, "POST", "/groups/" + plantID + "/getMemberGroups", 200},
		{map[string]any{"scp": "Group.Create"}, "POST", "/groups", 403},
		{map[string]any{"scp": "Directory.ReadWrite.All"}, "DELETE", "/groups/" + plantID, 403},
		{app, "GET", "/me", 400},
		{app, "GET", "/users/" + opsID, 200},
		{app, "GET", "/groups/" + plantID + "/members", 200},
		{app, "DELETE", "/groups/" + plantID, 403},
		{app, "GET", "/users/nobody@contoso.example", 404},
	} {
		f.token = mint(t, tt.claims)
		body := map[string]string{"PATCH": `{"city":"Oslo"}`, "POST": `{"securityEnabledOnly":false}`}[tt.method]
		if a := f.do(t, tt.method, tt.path, body); a.status != tt.status {
			t.Errorf("%v: %s %s = %d %s, want %d", tt.claims, tt.method, tt.path, a.status, a.body, tt.status)
		}
	}
}

func TestMembershipIsChecked(t *testing.T) {
	t.Parallel()
	f := directoryFixture(t)
	for _, tt := range []struct{ path, body, want string }{
		{"/users/" + opsID + "/checkMemberGroups", `{"groupIds":["` + strings.ToUpper(allHandID) + `","x"]}`, strings.ToUpper(allHandID)},
		{"/users/" + opsID + "/checkMemberObjects", `{"ids":["` + plantID + `"]}`, plantID},
		{"/users/" + opsID + "/getMemberGroups", `{"securityEnabledOnly":false}`, plantID + "," + allHandID},
		{"/users/" + opsID + "/getMemberGroups", `{"securityEnabledOnly":true}`, plantID},
		{"/groups/" + plantID + "/getMemberObjects", `{"securityEnabledOnly":false}`, allHandID},
	} {
		a := f.do(t, "POST", tt.path, tt.body)
		if got := names(a.json(t), ""); a.status != 200 || got != tt.want {
			t.Errorf("POST %s %s = %d %s, want %s", tt.path, tt.body, a.status, a.body, tt.want)
		}
	}
	a := f.do(t, "POST", "/directoryObjects/getByIds", `{"ids":["`+plantID+`","`+opsID+`","x","`+plantID+`"],"types":["group"]}`)
	if got := names(a.json(t), "@odata.type"); got != "#microsoft.graph.group" {
		t.Errorf("getByIds = %s", a.body)
	}
}

func TestPeopleAreRelevant(t *testing.T) {
	t.Parallel()
	tenant := firm()
	inbox := &graphtest.MailFolder{DisplayName: "Inbox"}
	for range 3 {
		inbox.Messages = append(inbox.Messages, &graphtest.Message{From: &graphtest.Recipient{Name: "Tours Office", Address: "tours@partner.example"}, ReceivedDateTime: now})
	}
	tenant.Users[0].Folders = []*graphtest.MailFolder{inbox}
	f := setup(t, tenant)
	f.token = mint(t, map[string]any{"scp": "People.Read"})
	for query, want := range map[string]string{
		"": "Front Desk,Tours Office,Operations", "?$top=1": "Front Desk", "?$search=tou": "Tours Office", `?$search="ops@contoso"`: "Operations",
		`?$search="Desk%20Front"`: "Front Desk", "?$orderby=displayName": "Front Desk,Operations,Tours Office",
		"?$filter=personType/subclass%20eq%20'OrganizationUser'&$skip=1": "Operations", "?$search=nobody": "",
	} {
		if got := names(f.get(t, "/me/people"+strings.ReplaceAll(query, `"`, "%22")), "displayName"); got != want {
			t.Errorf("/me/people%s = %s, want %s", query, got, want)
		}
	}
	if p := f.get(t, "/me/people/"+opsID); p["userPrincipalName"] != "ops@contoso.example" {
		t.Errorf("a person by id = %v", p)
	}
}

// onePicture is the head of a PNG of two by three.
const onePicture = "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x02\x00\x00\x00\x03\x08\x06\x00\x00\x00\xb9\xea\xde\x81"

func TestPhotosAreServed(t *testing.T) {
	t.Parallel()
	f := directoryFixture(t)
	for _, path := range []string{"/me/photo", "/me/photo/$value", "/users/" + opsID + "/photo/$value", "/me/photos/48x48"} {
		if a := f.do(t, "GET", path, ""); a.status != 404 || a.code(t) != "ImageNotFound" {
			t.Errorf("GET %s = %d %s, want 404 ImageNotFound", path, a.status, a.body)
		}
	}
	png := onePicture
	if a := f.do(t, "PUT", "/me/photo/$value", png, "Content-Type", "image/png"); a.status != 200 {
		t.Fatalf("PUT = %d %s", a.status, a.body)
	}
	if a := f.do(t, "PUT", "/me/photo/$value", "GIF", "Content-Type", "image/jpeg"); a.status != 400 {
		t.Errorf("PUT of no picture = %d", a.status)
	}
	if p := f.get(t, "/me/photo"); p["id"] != "2x3" || p["height"] != 3.0 || p["@odata.mediaContentType"] != "image/png" {
		t.Errorf("the photo says %v", p)
	}
	a := f.do(t, "GET", "/me/photos/2x3/$value", "")
	if a.status != 200 || string(a.body) != png || a.header.Get("Content-Type") != "image/png" {
		t.Errorf("the photo = %d %q %s", a.status, a.body, a.header.Get("Content-Type"))
	}
	if a := f.do(t, "DELETE", "/me/photo", ""); a.status != 204 {
		t.Errorf("DELETE = %d", a.status)
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
