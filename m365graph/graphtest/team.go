package graphtest

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
)

// teamsOf are the teams that a person is in.
func (ts *teamStore) teamsOf(u *userState) []*teamState {
	var in []*teamState
	for _, t := range ts.teams {
		if memberOf(t.members, u) != nil {
			in = append(in, t)
		}
	}
	return in
}

func listJoinedTeams(c *call) (*reply, error) {
	return list(c, counted(listing[*teamState]{schema: teamSchema, items: c.s.tenant.teams.teamsOf(c.user), context: "teams"}))
}

func listTeams(c *call) (*reply, error) {
	return list(c, counted(listing[*teamState]{schema: teamSchema, items: c.s.tenant.teams.teams, context: "teams"}))
}

// associatedTeamSchema is https://learn.microsoft.com/graph/api/resources/associatedteaminfo.
var associatedTeamSchema = &schema[*teamState]{
	name: "associatedTeamInfo", page: 100, maxPage: 999,
	props: []property[*teamState]{
		{name: "id", typ: "Edm.String", get: func(_ *call, t *teamState) any { return t.ID }},
		{name: "displayName", typ: "Edm.String", get: func(_ *call, t *teamState) any { return t.DisplayName }},
		{name: "tenantId", typ: "Edm.String", get: func(c *call, _ *teamState) any { return orNull(c.s.tenant.ID) }},
	},
}

func listAssociatedTeams(c *call) (*reply, error) {
	return list(c, counted(listing[*teamState]{schema: associatedTeamSchema, items: c.s.tenant.teams.teamsOf(c.user), context: userContext(c) + "/teamwork/associatedTeams"}))
}

func getTeam(c *call) (*reply, error) {
	t, err := c.team()
	if err != nil {
		return nil, err
	}
	return one(c, teamSchema, t, "teams")
}

// listNone answers a list that is empty for whoever may see it.
func listNone(find func(*call) error, context string) func(*call) (*reply, error) {
	return func(c *call) (*reply, error) {
		if err := find(c); err != nil {
			return nil, err
		}
		return jsonReply(object{{"@odata.context", c.metadata(context)}, {"@odata.count", 0}, {"value", []object{}}}), nil
	}
}

var (
	inTeam    = func(c *call) error { _, err := c.team(); return err }
	inChannel = func(c *call) error { _, err := c.channel(); return err }
	inChat    = func(c *call) error { _, err := c.chat(); return err }
)

// setSettings lays a patch over groups of settings.
func (t *teamState) setSettings(fields map[string]json.RawMessage) (map[string]object, error) {
	changed := map[string]object{}
	for _, group := range teamSettings {
		raw, given := fields[group.name]
		if !given {
			continue
		}
		var values map[string]json.RawMessage
		if json.Unmarshal(raw, &values) != nil {
			return nil, invalidValue(group.name)
		}
		o := slices.Clone(group.value.(object))
		if now, ok := t.settings[group.name]; ok {
			o = slices.Clone(now)
		}
		for i, m := range o {
			raw, given := values[m.name]
			if !given {
				continue
			}
			var err error
			switch m.value.(type) {
			case bool:
				var b bool
				err = json.Unmarshal(raw, &b)
				o[i].value = b
			default:
				var s string
				err = json.Unmarshal(raw, &s)
				o[i].value = s
			}
			if err != nil {
				return nil, invalidValue(m.name)
			}
		}
		changed[group.name] = o
	}
	return changed, nil
}

func invalidValue(name string) error {
	return failf(codeBadRequest, "Invalid value specified for property '%s' of resource.", name)
}

// teamInput is a team as clients write one.
type teamInput struct {
	DisplayName *string       `json:"displayName"`
	Description *string       `json:"description"`
	Visibility  *string       `json:"visibility"`
	Template    string        `json:"template@odata.bind"`
	Group       string        `json:"group@odata.bind"`
	Members     []memberInput `json:"members"`
	Channels    []struct {
		DisplayName string `json:"displayName"`
		Description string `json:"description"`
	} `json:"channels"`
}

// readTeam reads the body of a request that writes a team.
func (c *call) readTeam() (map[string]json.RawMessage, *teamInput, error) {
	var fields map[string]json.RawMessage
	in := &teamInput{}
	if err := c.decode(&fields); err != nil {
		return nil, nil, err
	}
	return fields, in, c.decode(in)
}

// boundGroup is the team that the group will be which a new team names. It has
// the group's name and people, and no others can be given.
func (c *call) boundGroup(in *teamInput) (*Team, error) {
	if in.DisplayName != nil || in.Visibility != nil || len(in.Members) > 0 {
		return nil, failf(codeBadRequest, "A team made of a group takes its displayName, visibility and members from it.")
	}
	_, key, _ := strings.Cut(in.Group, "/groups")
	key = strings.Trim(key, "/('\")")
	return c.fromGroup(key)
}

// apply writes what is given into a team.
func (in *teamInput) apply(t *Team) error {
	if in.DisplayName != nil {
		t.DisplayName = strings.TrimSpace(*in.DisplayName)
	}
	if in.Description != nil {
		t.Description = *in.Description
	}
	if in.Visibility != nil {
		v := strings.ToLower(*in.Visibility)
		if v != "private" && v != "public" && v != "hiddenmembership" {
			return invalidValue("visibility")
		}
		t.Visibility = strings.Replace(v, "hiddenm", "hiddenM", 1)
	}
	if t.DisplayName == "" || len([]rune(t.DisplayName)) > 256 {
		return invalidValue("displayName")
	}
	return nil
}

// createTeam makes a team from a template.
func createTeam(c *call) (*reply, error) {
	fields, in, err := c.readTeam()
	if err != nil {
		return nil, err
	}
	if !strings.Contains(in.Template, "teamsTemplates") {
		return nil, failf(codeBadRequest, "Invalid bind property name template@odata.bind: it has to name one of teamsTemplates.")
	}
	ts := c.s.tenant.teams
	given := &Team{ID: guid("made team", c.s.tenant.ID, ts.made), CreatedDateTime: c.now}
	kind := "createTeam"
	if in.Group != "" {
		kind = "teamifyGroup"
		if given, err = c.boundGroup(in); err != nil {
			return nil, err
		}
	} else {
		if err := in.apply(given); err != nil {
			return nil, err
		}
		if err := c.teamPeople(in, given); err != nil {
			return nil, err
		}
	}
	for _, ch := range in.Channels {
		given.Channels = append(given.Channels, &Channel{DisplayName: ch.DisplayName, Description: ch.Description})
	}
	settings, err := (&teamState{}).setSettings(fields)
	if err != nil {
		return nil, err
	}
	t, err := ts.addTeam(given, c.now)
	if err != nil {
		return nil, failf(codeBadRequest, "The team cannot be made: %v.", err)
	}
	ts.made++
	t.settings = settings
	if in.Group == "" {
		c.s.tenant.journal.record("groups", t.ID, itemCreated)
	}
	c.s.tenant.journal.record("teams", t.ID, itemCreated)
	return t.start(c, kind), nil
}

// teamPeople reads who will be in a new team: at least an owner, which is
// whoever makes it.
func (c *call) teamPeople(in *teamInput, t *Team) error {
	if me := c.me(); me != nil {
		t.Owners = []string{me.ID}
	}
	for i := range in.Members {
		m, err := c.newMember(&in.Members[i], t.ID)
		if err != nil {
			return err
		}
		if m.owner {
			t.Owners = append(t.Owners, m.user.ID)
		} else {
			t.Members = append(t.Members, m.user.ID)
		}
	}
	if len(t.Owners) == 0 {
		return failf(codeBadRequest, "A team owner must be provided when creating a team in application context.")
	}
	return nil
}

func patchTeam(c *call) (*reply, error) {
	t, err := c.ownTeam()
	if err != nil {
		return nil, err
	}
	fields, in, err := c.readTeam()
	if err != nil {
		return nil, err
	}
	changed := t.Team
	if err := in.apply(&changed); err != nil {
		return nil, err
	}
	settings, err := t.setSettings(fields)
	if err != nil {
		return nil, err
	}
	if changed.DisplayName != t.DisplayName {
		c.announce(&t.channels[0].thread, "teamRenamed", member{"teamId", t.ID}, member{"teamDisplayName", changed.DisplayName})
	}
	t.Team = changed
	t.group.DisplayName, t.group.Description = t.DisplayName, t.Description
	c.s.tenant.journal.record("groups", t.ID, itemUpdated)
	for name, o := range settings {
		t.settings[name] = o
	}
	c.s.tenant.journal.record("teams", t.ID, itemUpdated)
	return emptyReply(http.StatusNoContent), nil
}
