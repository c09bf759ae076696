package graphtest_test

import (
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestBasicProfilesShowLittle holds what User.ReadBasic.All, and no right at
// all to read people or groups, let a caller see of them.
func TestBasicProfilesShowLittle(t *testing.T) {
	t.Parallel()
	f := setup(t, firm())
	sales := "/users/" + salesID + "?$select=displayName,companyName,proxyAddresses"
	full := map[string]any{"displayName": "Sales Desk", "companyName": "Contoso", "proxyAddresses": []any{"SMTP:sales@contoso.example", "smtp:orders@contoso.example"}}
	basic := map[string]any{"displayName": "Sales Desk", "companyName": nil, "proxyAddresses": []any{}}
	for _, tt := range []struct {
		name   string
		claims map[string]any
		want   map[string]any
	}{
		{"oneself", map[string]any{"scp": "User.Read"}, full},
		{"oneself among the basic", map[string]any{"scp": "User.ReadBasic.All"}, full},
		{"somebody else", map[string]any{"scp": "User.ReadBasic.All", "oid": opsID}, basic},
		{"an application", map[string]any{"scp": nil, "oid": salesID, "roles": []string{"User.ReadBasic.All"}}, basic},
		{"the whole directory", map[string]any{"scp": "User.ReadBasic.All Directory.Read.All", "oid": opsID}, full},
	} {
		f.token = mint(t, tt.claims)
		got := f.get(t, sales)
		delete(got, "@odata.context")
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

func TestBasicProfilesAreNotSearchedByMore(t *testing.T) {
	t.Parallel()
	f := setup(t, firm())
	for query, status := range map[string]int{
		"?$filter=startswith(displayName,'S') or mail eq 'x'":   200,
		"?$filter=userPrincipalName eq 'sales@contoso.example'": 200,
		"?$filter=companyName eq 'Contoso'&$count=true":         403,
		"?$filter=accountEnabled eq true":                       403,
		"?$filter=proxyAddresses/any(p:p eq 'smtp:x')":          403,
		"?$search=\"displayName:sales\"":                        200,
		"?$search=\"department:sales\"":                         403,
		"?$orderby=displayName":                                 200,
		"?$orderby=createdDateTime&$count=true":                 403,
	} {
		f.token = mint(t, map[string]any{"scp": "User.ReadBasic.All"})
		path := "/users?" + url.PathEscape(query[1:])
		if a := f.do(t, "GET", path, "", "ConsistencyLevel", "eventual"); a.status != status {
			t.Errorf("GET /users%s = %d %s, want %d", query, a.status, a.body, status)
		}
	}
}

// TestInaccessibleObjectsShowTheirIDs is Microsoft's "Limited information
// returned for inaccessible member objects".
func TestInaccessibleObjectsShowTheirIDs(t *testing.T) {
	t.Parallel()
	f := setup(t, firm())
	f.token = mint(t, map[string]any{"scp": "User.Read"})
	groups := f.get(t, "/me/memberOf?$select=id,displayName")["value"].([]any)
	want := []any{map[string]any{"@odata.type": "#microsoft.graph.group", "id": allHandID, "displayName": nil}}
	if diff := cmp.Diff(want, groups); diff != "" {
		t.Errorf("groups with User.Read (-want +got):\n%s", diff)
	}
	f.token = mint(t, map[string]any{"scp": "GroupMember.Read.All"})
	members := f.get(t, "/groups/"+plantID+"/members?$select=id,displayName")["value"].([]any)
	want = []any{map[string]any{"@odata.type": "#microsoft.graph.user", "id": opsID, "displayName": nil}}
	if diff := cmp.Diff(want, members); diff != "" {
		t.Errorf("members with GroupMember.Read.All (-want +got):\n%s", diff)
	}
}

// TestRarePropertiesAreKnown selects what few tenants have: a client that names
// it is answered, with null.
func TestRarePropertiesAreKnown(t *testing.T) {
	t.Parallel()
	f := directoryFixture(t)
	for path, names := range map[string][]string{
		"/me": {"customSecurityAttributes", "authorizationInfo", "identityParentId", "print", "deviceEnrollmentLimit", "isManagementRestricted"},
		"/groups/" + plantID: {
			"accessType", "licenseProcessingState", "organizationId", "unseenMessagesCount", "unseenConversationsCount", "welcomeMessageEnabled", "isFavorite",
		},
	} {
		for _, name := range names {
			if got, there := f.get(t, path+"?$select="+name)[name]; got != nil || !there {
				t.Errorf("%s of %s = %v", name, path, got)
			}
		}
	}
}
