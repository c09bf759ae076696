package graphtest_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/m365go/sdk/m365graph/graphtest"
)

func TestMembersOfATeam(t *testing.T) {
	t.Parallel()
	f := teams(t)
	ops, night := f.with(t, opsID, teamScopes), f.with(t, nightID, teamScopes)
	at := "/teams/" + deskTeam + "/members"
	const add = `{"@odata.type":"#microsoft.graph.aadUserConversationMember","roles":["owner"],"user@odata.bind":"https://graph.microsoft.com/v1.0/users('night@contoso.example')"}`
	ops.do(t, "POST", at, add).wants(t, "add by a member", http.StatusForbidden, "Forbidden")
	a := f.do(t, "POST", at, add)
	a.wants(t, "add", http.StatusCreated, "")
	id := a.json(t)["id"].(string)
	night.get(t, "/teams/"+deskTeam)
	f.do(t, "POST", at, add).wants(t, "add twice", http.StatusConflict, "Conflict")
	f.do(t, "PATCH", at+"/"+id, `{"roles":[]}`).wants(t, "demote", http.StatusOK, "")
	if got := f.get(t, at+"/"+id); len(got["roles"].([]any)) != 0 || got["email"] != "night@contoso.example" {
		t.Errorf("member = %v", got)
	}
	if got := pluck(f.get(t, at+"?$filter=displayName%20eq%20'Night%20Desk'"), "userId"); len(got) != 1 {
		t.Errorf("members by name = %v, want one", got)
	}
	f.do(t, "DELETE", at+"/"+id, "").wants(t, "remove", http.StatusNoContent, "")
	night.do(t, "GET", "/teams/"+deskTeam, "").wants(t, "after removal", http.StatusForbidden, "Forbidden")
	first := pluck(f.get(t, at), "id")[0].(string)
	f.do(t, "DELETE", at+"/"+first, "").wants(t, "remove the last owner", http.StatusBadRequest, "BadRequest")
	f.do(t, "PATCH", at+"/"+first, `{"roles":["guest"]}`).wants(t, "demote the last owner", http.StatusBadRequest, "BadRequest")
	f.do(t, "DELETE", at+"/"+id, "").wants(t, "remove twice", http.StatusNotFound, "NotFound")
	for _, bad := range []string{`{}`, `{"roles":["king"],"user@odata.bind":"/users/` + nightID + `"}`, `{"user@odata.bind":7}`} {
		f.do(t, "POST", at, bad).wants(t, bad, http.StatusBadRequest, "BadRequest")
	}
	f.do(t, "POST", at, `{"user@odata.bind":"/users('nobody')"}`).wants(t, "add nobody", http.StatusNotFound, "NotFound")
	general := "/teams/" + deskTeam + "/channels/" + channelID(t, f, "General") + "/messages"
	latest := f.get(t, general+"?$top=1")["value"].([]any)[0].(map[string]any)
	if event := latest["eventDetail"].(map[string]any); latest["messageType"] != "unknownFutureValue" || event["@odata.type"] != "#microsoft.graph.membersDeletedEventMessageDetail" {
		t.Errorf("latest message = %v, want what the service tells of the removal", latest)
	}
	known := f.do(t, "GET", general+"?$top=1", "", "Prefer", "include-unknown-enum-members")
	if !strings.Contains(string(known.body), `"systemEventMessage"`) || known.header.Get("Preference-Applied") != "include-unknown-enum-members" {
		t.Errorf("with the preference = %v %s", known.header, known.body)
	}
}

func TestTeamAndGroupHaveTheSamePeople(t *testing.T) {
	t.Parallel()
	f := setup(t, desks()).with(t, salesID, teamScopes+" Group.ReadWrite.All Directory.ReadWrite.All User.ReadWrite.All")
	group := "/groups/" + deskTeam
	g := f.get(t, group)
	if diff := cmp.Diff([]any{"Team"}, g["resourceProvisioningOptions"]); diff != "" || g["displayName"] != "Desks" || g["visibility"] != "Private" {
		t.Errorf("group = %v: %s", g, diff)
	}
	if got := pluck(f.get(t, group+"/members"), "id"); len(got) != 2 {
		t.Errorf("members of the group = %v, want two", got)
	}
	f.do(t, "POST", group+"/members/$ref", `{"@odata.id":"https://graph.microsoft.com/v1.0/directoryObjects/`+nightID+`"}`).wants(t, "join the group", http.StatusNoContent, "")
	night := f.with(t, nightID, teamScopes)
	if got := pluck(night.get(t, "/me/joinedTeams"), "id"); len(got) != 1 {
		t.Errorf("teams = %v, want one", got)
	}
	f.do(t, "DELETE", group+"/members/"+nightID+"/$ref", "").wants(t, "leave the group", http.StatusNoContent, "")
	night.do(t, "GET", "/teams/"+deskTeam, "").wants(t, "after leaving", http.StatusForbidden, "Forbidden")

	f.do(t, "POST", "/teams/"+deskTeam+"/members", bind(nightID)).wants(t, "join the team", http.StatusCreated, "")
	if got := pluck(f.get(t, group+"/owners"), "id"); len(got) != 2 {
		t.Errorf("owners of the group = %v, want two", got)
	}
	f.do(t, "PATCH", "/teams/"+deskTeam, `{"displayName":"Counters"}`).wants(t, "rename", http.StatusNoContent, "")
	if g := f.get(t, group); g["displayName"] != "Counters" {
		t.Errorf("group = %v, want the new name", g)
	}
	f.do(t, "DELETE", "/users/"+nightID, "").wants(t, "delete a member", http.StatusNoContent, "")
	if got := pluck(f.get(t, "/teams/"+deskTeam+"/members"), "userId"); len(got) != 2 {
		t.Errorf("members = %v, want two", got)
	}
	f.do(t, "DELETE", group, "").wants(t, "delete the group", http.StatusNoContent, "")
	f.do(t, "GET", "/teams/"+deskTeam, "").wants(t, "after that", http.StatusNotFound, "NotFound")
}

func TestTeamIsMadeOfAGroup(t *testing.T) {
	t.Parallel()
	tenant := desks()
	fair, ownerless := "8a6f1b5e-0000-4000-8000-0000000000b1", "8a6f1b5e-0000-4000-8000-0000000000b2"
	tenant.Groups = []*graphtest.Group{
		{ID: fair, DisplayName: "Fair", GroupTypes: []string{"Unified"}, Owners: []string{salesID}, Members: []string{opsID}},
		{ID: ownerless, DisplayName: "Open", GroupTypes: []string{"Unified"}}, {DisplayName: "Locks"},
	}
	f := setup(t, tenant).with(t, salesID, teamScopes)
	teamify := func(id, more string) *answer {
		return f.do(t, "POST", "/teams", `{"template@odata.bind":"https://graph.microsoft.com/v1.0/teamsTemplates('standard')","group@odata.bind":"https://graph.microsoft.com/v1.0/groups('`+id+`')"`+more+`}`)
	}
	teamify(fair, `,"displayName":"x"`).wants(t, "with another name", http.StatusBadRequest, "BadRequest")
	teamify(ownerless, "").wants(t, "without an owner", http.StatusBadRequest, "BadRequest")
	teamify(nightID, "").wants(t, "no group", http.StatusNotFound, "NotFound")
	teamify(fair, "").wants(t, "of a group", http.StatusAccepted, "")
	if got := pluck(f.get(t, "/teams/"+fair+"/members"), "userId"); len(got) != 2 {
		t.Errorf("members = %v, want those of the group", got)
	}
	teamify(fair, "").wants(t, "twice", http.StatusConflict, "Conflict")
	f.do(t, "PUT", "/groups/"+fair+"/team", `{}`).wants(t, "put", http.StatusConflict, "Conflict")
	f.do(t, "POST", "/groups", `{"displayName":"Late","mailEnabled":true,"mailNickname":"late","securityEnabled":false,"groupTypes":["Unified"]}`).wants(t, "without the scope", http.StatusForbidden, "")
	groups := f.with(t, salesID, "Group.ReadWrite.All")
	late := groups.do(t, "POST", "/groups", `{"displayName":"Late","mailEnabled":true,"mailNickname":"late","securityEnabled":false,"groupTypes":["Unified"]}`)
	late.wants(t, "a new group", http.StatusCreated, "")
	put := groups.do(t, "PUT", "/groups/"+late.json(t)["id"].(string)+"/team", `{"memberSettings":{"allowDeleteChannels":false}}`)
	if put.wants(t, "put", http.StatusCreated, ""); put.json(t)["displayName"] != "Late" || put.json(t)["memberSettings"].(map[string]any)["allowDeleteChannels"] != false {
		t.Errorf("team = %s", put.body)
	}
}
