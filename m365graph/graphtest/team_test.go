package graphtest_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/m365go/sdk/m365graph/graphtest"
)

const (
	deskTeam  = "8a6f1b5e-0000-4000-8000-0000000000a1"
	plantTeam = "8a6f1b5e-0000-4000-8000-0000000000a2"
	nightID   = "8a6f1b5e-0000-4000-8000-000000000004"

	teamScopes = "User.Read Team.ReadBasic.All Team.Create TeamSettings.ReadWrite.All TeamMember.ReadWrite.All Channel.ReadBasic.All Channel.Create Channel.Delete.All " +
		"ChannelSettings.ReadWrite.All ChannelMember.ReadWrite.All ChannelMessage.Read.All ChannelMessage.Send ChannelMessage.ReadWrite Chat.ReadWrite ChatMessage.Send " +
		"Chat.Create ChatMember.ReadWrite Presence.ReadWrite Presence.Read.All TeamsAppInstallation.ReadForTeam TeamsTab.Read.All"
)

// desks is a tenant of three people: two share a team, and one of them is in
// another one alone.
func desks() *graphtest.Tenant {
	tenant := office()
	tenant.Users = append(tenant.Users, &graphtest.User{ID: nightID, UserPrincipalName: "night@contoso.example", DisplayName: "Night Desk"})
	at := func(hours int) time.Time { return now.Add(time.Duration(hours-100) * time.Hour) }
	say := func(from, text string, hours int, replies ...*graphtest.ChatMessage) *graphtest.ChatMessage {
		return &graphtest.ChatMessage{From: from, Body: graphtest.Body{Content: text}, CreatedDateTime: at(hours), Replies: replies}
	}
	tenant.Teams = []*graphtest.Team{
		{
			ID: deskTeam, DisplayName: "Desks", Description: "All who answer the phone", CreatedDateTime: at(0),
			Owners: []string{"sales@contoso.example"}, Members: []string{"ops@contoso.example"},
			Channels: []*graphtest.Channel{
				{DisplayName: "Prices", Messages: []*graphtest.ChatMessage{say("sales@contoso.example", "new list", 2), say("ops@contoso.example", "thanks", 3)}},
				{DisplayName: "General", Messages: []*graphtest.ChatMessage{
					say("sales@contoso.example", "welcome", 1, say("ops@contoso.example", "hello", 5), say("sales@contoso.example", "good", 6)),
					{Application: "Weather", Body: graphtest.Body{ContentType: "html", Content: "<p>rain</p>"}, CreatedDateTime: at(4)},
				}},
				{DisplayName: "Wages", MembershipType: "private", Owners: []string{salesID}},
			},
		},
		{ID: plantTeam, DisplayName: "Plant", Visibility: "public", Owners: []string{opsID}},
	}
	tenant.Chats = []*graphtest.Chat{
		{Members: []string{salesID, opsID}, CreatedDateTime: at(1), Messages: []*graphtest.ChatMessage{say("ops@contoso.example", "first", 10), say("sales@contoso.example", "second", 20)}},
		{Topic: "Move", Members: []string{salesID, opsID, nightID}, CreatedDateTime: at(2), Messages: []*graphtest.ChatMessage{say("night@contoso.example", "boxes?", 15)}},
		{Topic: "Shift", Members: []string{opsID, nightID, "sales@contoso.example"}, Type: "meeting", CreatedDateTime: at(3)},
		{Members: []string{opsID, nightID}, CreatedDateTime: at(4)},
	}
	return tenant
}

// teams starts a server on desks, for the sales desk with all scopes of Teams.
func teams(t *testing.T) *fixture {
	t.Helper()
	return setup(t, desks()).with(t, salesID, teamScopes)
}

// with is the same server for another person or other scopes.
func (f *fixture) with(t testing.TB, id, scopes string) *fixture {
	return &fixture{f.Server, mint(t, map[string]any{"oid": id, "scp": scopes})}
}

// app is the same server for an application.
func (f *fixture) app(t testing.TB, roles ...string) *fixture {
	return &fixture{f.Server, mint(t, map[string]any{"oid": "8a6f1b5e-0000-4000-8000-00000000000f", "scp": "", "roles": roles})}
}

// pluck gives one member of each item of a list.
func pluck(page map[string]any, name string) []any {
	var values []any
	list, _ := page["value"].([]any)
	for _, v := range list {
		values = append(values, v.(map[string]any)[name])
	}
	return values
}

// channelID finds a channel of the desks' team by name.
func channelID(t *testing.T, f *fixture, name string) string {
	t.Helper()
	for _, v := range f.get(t, "/teams/"+deskTeam+"/channels")["value"].([]any) {
		if ch := v.(map[string]any); ch["displayName"] == name {
			return ch["id"].(string)
		}
	}
	t.Fatalf("no channel %q", name)
	return ""
}

// wants checks status and code of an answer.
func (a *answer) wants(t *testing.T, what string, status int, code string) {
	t.Helper()
	if a.status != status || code != "" && a.code(t) != code {
		t.Errorf("%s = %d %s, want %d %s", what, a.status, a.body, status, code)
	}
}

func TestJoinedTeamsAreOnesOwn(t *testing.T) {
	t.Parallel()
	f := teams(t)
	page := f.get(t, "/me/joinedTeams")
	if diff := cmp.Diff([]any{"Desks"}, pluck(page, "displayName")); diff != "" {
		t.Error(diff)
	}
	if page["@odata.count"] != 1.0 || pluck(page, "webUrl")[0] != nil {
		t.Errorf("joinedTeams = %v, want a count and no webUrl", page)
	}
	if got := pluck(f.with(t, opsID, teamScopes).get(t, "/users/"+opsID+"/joinedTeams"), "displayName"); len(got) != 2 {
		t.Errorf("teams of Operations = %v, want two", got)
	}
	team := f.get(t, "/teams/"+deskTeam)
	if !strings.Contains(team["webUrl"].(string), "/l/team/19%3A") || team["memberSettings"].(map[string]any)["allowDeleteChannels"] != true {
		t.Errorf("team = %v, want a deep link and settings", team)
	}
	f.do(t, "GET", "/users/"+opsID+"/joinedTeams", "").wants(t, "teams of somebody else", http.StatusForbidden, "Forbidden")
	f.do(t, "GET", "/teams/"+plantTeam, "").wants(t, "a team one is not in", http.StatusForbidden, "Forbidden")
	f.do(t, "GET", "/teams/"+nightID, "").wants(t, "no team", http.StatusNotFound, "NotFound")
	f.do(t, "GET", "/teams/desks", "").wants(t, "no GUID", http.StatusBadRequest, "BadRequest")
	if got := pluck(f.get(t, "/teams?$filter=displayName eq 'Plant'&$select=id"), "id"); len(got) != 1 || got[0] != plantTeam {
		t.Errorf("all teams of a name, by a person = %v, want the one that the person is not in", got)
	}
	if got := pluck(f.app(t, "Team.ReadBasic.All").get(t, "/teams?$top=1"), "id"); len(got) != 1 {
		t.Errorf("first page of all teams = %v, want one", got)
	}
	missing := f.with(t, salesID, "User.Read").do(t, "GET", "/me/joinedTeams", "")
	if missing.wants(t, "no scope", http.StatusForbidden, "Forbidden"); !strings.Contains(string(missing.body), "API requires one of 'User.Read.All,") {
		t.Errorf("missing scope = %s, want the scopes named", missing.body)
	}
}

func TestTeamIsMadeInTheBackground(t *testing.T) {
	t.Parallel()
	f := teams(t)
	const body = `{"template@odata.bind":"https://graph.microsoft.com/v1.0/teamsTemplates('standard')","displayName":"Fair","funSettings":{"allowGiphy":false},
		"channels":[{"displayName":"Stand"}],"members":[{"@odata.type":"#microsoft.graph.aadUserConversationMember","roles":["owner"],"user@odata.bind":"https://graph.microsoft.com/v1.0/users('ops@contoso.example')"}]}`
	a := f.do(t, "POST", "/teams", body)
	a.wants(t, "create", http.StatusAccepted, "")
	op := f.get(t, a.header.Get("Location"))
	if op["status"] != "succeeded" || op["operationType"] != "createTeam" {
		t.Errorf("operation = %v", op)
	}
	at := a.header.Get("Content-Location")
	team := f.get(t, at)
	if team["displayName"] != "Fair" || team["id"] != op["targetResourceId"] || team["funSettings"].(map[string]any)["allowGiphy"] != false {
		t.Errorf("team = %v", team)
	}
	if diff := cmp.Diff([]any{"General", "Stand"}, pluck(f.get(t, at+"/channels"), "displayName")); diff != "" {
		t.Error(diff)
	}
	if got := f.get(t, at+"/primaryChannel"); got["displayName"] != "General" {
		t.Errorf("primary channel = %v", got)
	}
	if diff := cmp.Diff([]any{[]any{"owner"}, []any{"owner"}}, pluck(f.get(t, at+"/members"), "roles")); diff != "" {
		t.Error(diff)
	}
	f.do(t, "PATCH", at, `{"displayName":"Fair 2","memberSettings":{"allowDeleteChannels":false}}`).wants(t, "rename", http.StatusNoContent, "")
	if team := f.get(t, at); team["displayName"] != "Fair 2" || team["memberSettings"].(map[string]any)["allowDeleteChannels"] != false {
		t.Errorf("team = %v, want it changed", team)
	}
	for _, bad := range []string{`{}`, `{"template@odata.bind":"teamsTemplates('standard')"}`, `{"template@odata.bind":"teamsTemplates('standard')","displayName":"x","members":[{}]}`,
		`{"template@odata.bind":"teamsTemplates('standard')","displayName":"x","channels":[{}]}`, `{"template@odata.bind":"teamsTemplates('standard')","displayName":"x","visibility":"secret"}`} {
		f.do(t, "POST", "/teams", bad).wants(t, bad, http.StatusBadRequest, "BadRequest")
	}
	f.app(t, "Team.Create").do(t, "POST", "/teams", `{"template@odata.bind":"teamsTemplates('standard')","displayName":"x"}`).wants(t, "no owner", http.StatusBadRequest, "BadRequest")
}

func TestArchivedTeamIsReadOnly(t *testing.T) {
	t.Parallel()
	f := teams(t)
	general := "/teams/" + deskTeam + "/channels/" + channelID(t, f, "General") + "/messages"
	f.with(t, opsID, teamScopes).do(t, "POST", "/teams/"+deskTeam+"/archive", "").wants(t, "archive by a member", http.StatusForbidden, "Forbidden")
	f.do(t, "POST", "/teams/"+deskTeam+"/archive", "").wants(t, "archive", http.StatusAccepted, "")
	f.do(t, "POST", general, `{"body":{"content":"x"}}`).wants(t, "send", http.StatusForbidden, "Forbidden")
	f.do(t, "POST", "/teams/"+deskTeam+"/unarchive", "").wants(t, "unarchive", http.StatusAccepted, "")
	f.do(t, "POST", general, `{"body":{"content":"x"}}`).wants(t, "send", http.StatusCreated, "")
}

func TestChannelsOfATeam(t *testing.T) {
	t.Parallel()
	f := teams(t)
	ops := f.with(t, opsID, teamScopes)
	at := "/teams/" + deskTeam + "/channels"
	if diff := cmp.Diff([]any{"General", "Prices", "Wages"}, pluck(f.get(t, at), "displayName")); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]any{"General", "Prices"}, pluck(ops.get(t, "/teams/"+deskTeam+"/allChannels"), "displayName")); diff != "" {
		t.Errorf("what a member sees: %s", diff)
	}
	if got := pluck(f.get(t, at+"?$filter=membershipType%20eq%20'private'"), "displayName"); len(got) != 1 {
		t.Errorf("private channels = %v, want one", got)
	}
	wages := at + "/" + channelID(t, f, "Wages")
	ops.do(t, "GET", wages, "").wants(t, "a private channel", http.StatusForbidden, "Forbidden")
	f.do(t, "POST", wages+"/members", `{"roles":[],"user@odata.bind":"https://graph.microsoft.com/v1.0/users('`+opsID+`')"}`).wants(t, "let in", http.StatusCreated, "")
	ops.get(t, wages)
	f.do(t, "POST", wages+"/members", `{"user@odata.bind":"/users/`+nightID+`"}`).wants(t, "let a stranger in", http.StatusBadRequest, "BadRequest")

	a := f.do(t, "POST", at, `{"displayName":"Offers","description":"all of them","membershipType":"standard"}`)
	a.wants(t, "create", http.StatusCreated, "")
	id, _ := a.json(t)["id"].(string)
	if !strings.HasPrefix(id, "19:") || !strings.HasSuffix(id, "@thread.tacv2") {
		t.Errorf("id = %q", id)
	}
	f.do(t, "PATCH", at+"/"+id, `{"displayName":"Quotes"}`).wants(t, "rename", http.StatusNoContent, "")
	if got := f.get(t, at+"/"+strings.NewReplacer(":", "%3A", "@", "%40").Replace(id)); got["displayName"] != "Quotes" || got["membershipType"] != "standard" {
		t.Errorf("channel = %v", got)
	}
	f.do(t, "POST", at+"/"+id+"/members", `{"user@odata.bind":"/users/`+nightID+`"}`).wants(t, "members of a standard channel", http.StatusBadRequest, "BadRequest")
	f.do(t, "DELETE", at+"/"+id, "").wants(t, "delete", http.StatusNoContent, "")
	f.do(t, "GET", at+"/"+id, "").wants(t, "deleted", http.StatusNotFound, "NotFound")
	for _, bad := range []string{`{}`, `{"displayName":"prices"}`, `{"displayName":"a/b"}`, `{"displayName":"x","membershipType":"open"}`, `{"displayName":1}`, `[]`, `{"displayName":"` + strings.Repeat("x", 51) + `"}`} {
		f.do(t, "POST", at, bad).wants(t, bad, http.StatusBadRequest, "BadRequest")
	}
	general := at + "/" + channelID(t, f, "General")
	f.do(t, "DELETE", general, "").wants(t, "delete General", http.StatusBadRequest, "BadRequest")
	f.do(t, "PATCH", general, `{"displayName":"x"}`).wants(t, "rename General", http.StatusBadRequest, "BadRequest")
	f.do(t, "GET", at+"/general", "").wants(t, "a name for an id", http.StatusBadRequest, "BadRequest")
	for _, empty := range []string{general + "/tabs", "/teams/" + deskTeam + "/installedApps", "/teams/" + deskTeam + "/incomingChannels"} {
		if page := f.get(t, empty); len(page["value"].([]any)) != 0 {
			t.Errorf("%s = %v, want none", empty, page)
		}
	}
}

func TestNewRefusesBrokenTeams(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*graphtest.Tenant){
		"unknown member":      func(c *graphtest.Tenant) { c.Teams[0].Members = []string{"nobody"} },
		"unknown sender":      func(c *graphtest.Tenant) { c.Chats[0].Messages[0].From = "nobody" },
		"two teams":           func(c *graphtest.Tenant) { c.Teams[1].ID = deskTeam },
		"two channels":        func(c *graphtest.Tenant) { c.Teams[0].Channels[0].DisplayName = "wages" },
		"nameless":            func(c *graphtest.Tenant) { c.Teams[0].DisplayName = "" },
		"one-on-one of one":   func(c *graphtest.Tenant) { c.Chats[0].Members, c.Chats[0].Type = []string{opsID}, "oneOnOne" },
		"two one-on-ones":     func(c *graphtest.Tenant) { c.Chats = append(c.Chats, c.Chats[0]) },
		"message id":          func(c *graphtest.Tenant) { c.Chats[0].Messages[0].ID = "first" },
		"unknown mention":     func(c *graphtest.Tenant) { c.Chats[0].Messages[0].Mentions = []graphtest.Mention{{User: "nobody"}} },
		"unknown chat member": func(c *graphtest.Tenant) { c.Chats[1].Members[0] = "nobody" },
	} {
		tenant := desks()
		change(tenant)
		if s, err := graphtest.New(&graphtest.Options{Keys: keys, Tenant: tenant}); err == nil {
			_ = s.Close()
			t.Errorf("%s: New succeeded, want an error", name)
		}
	}
}
