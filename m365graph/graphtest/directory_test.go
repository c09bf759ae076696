package graphtest_test

import (
	"fmt"
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

func TestATenantKeepsItsInitialDomain(t *testing.T) {
	t.Parallel()
	f := setup(t, firm())
	got := map[string]bool{}
	for _, d := range f.get(t, "/domains", "Authorization", "Bearer "+mint(t, map[string]any{"scp": "Domain.Read.All"}))["value"].([]any) {
		d := d.(map[string]any)
		got[d["id"].(string)] = d["isInitial"].(bool)
	}
	if diff := cmp.Diff(map[string]bool{"contoso.example": false, "contoso.onmicrosoft.com": true}, got); diff != "" {
		t.Errorf("domains, and which was the first (-want +got):\n%s", diff)
	}
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
		{map[string]any{"scp": "User.Read"}, "POST", "/me/getMemberObjects", 200},
		{map[string]any{"scp": "User.Read"}, "POST", "/users/" + opsID + "/getMemberObjects", 403},
		{map[string]any{"scp": "User.Read GroupMember.Read.All"}, "POST", "/users/" + opsID + "/getMemberObjects", 403},
		{map[string]any{"scp": "User.ReadBasic.All User.Read"}, "POST", "/users/" + opsID + "/getMemberObjects", 403},
		{map[string]any{"scp": "User.ReadBasic.All GroupMember.Read.All"}, "POST", "/users/" + opsID + "/getMemberObjects", 200},
		{map[string]any{"scp": "User.Read.All"}, "POST", "/users/" + opsID + "/getMemberObjects", 200},
		{map[string]any{"scp": "User.Read.All"}, "POST", "/users/" + opsID + "/getMemberGroups", 403},
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
