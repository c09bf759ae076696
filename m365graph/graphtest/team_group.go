package graphtest

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"
)

// A team is a group of Microsoft 365 with the same id: whoever is in one is in
// the other. The functions here keep the two together.

// joinGroup gives a team the group behind it, or makes one.
func (ts *teamStore) joinGroup(t *teamState, now time.Time) error {
	g := ts.tenant.groupByID[t.ID]
	if g == nil {
		visibility := or(t.Visibility, "private")
		g = &groupState{tenant: ts.tenant, Group: Group{
			ID: t.ID, DisplayName: t.DisplayName, Description: t.Description, GroupTypes: []string{"Unified"},
			Visibility: strings.ToUpper(visibility[:1]) + visibility[1:], CreatedDateTime: t.CreatedDateTime,
		}}
		g.complete(now)
		ts.tenant.groups = append(ts.tenant.groups, g)
		ts.tenant.groupByID[t.ID] = g
	}
	if !g.unified() {
		return errors.New("the group with its id is none of Microsoft 365")
	}
	t.group = g
	for _, m := range t.members {
		g.has(m)
	}
	ts.follow(g)
	return nil
}

// has makes sure that a group has a member of its team, in the same role.
func (g *groupState) has(m *teamMember) {
	if !slices.Contains(g.members, m.user.ID) {
		g.members = append(g.members, m.user.ID)
	}
	if m.owner && !slices.Contains(g.owners, m.user.ID) {
		g.owners = append(g.owners, m.user.ID)
	}
}

// follow brings a team into line with its group.
func (ts *teamStore) follow(g *groupState) {
	if ts == nil { // the tenant is being loaded
		return
	}
	t := ts.teamByID[strings.ToLower(g.ID)]
	if t == nil {
		return
	}
	t.DisplayName, t.Description = g.DisplayName, g.Description
	for _, id := range slices.Concat(g.owners, g.members) {
		u := ts.tenant.byID[id]
		if u != nil && memberOf(t.members, u) == nil {
			t.members = append(t.members, newTeamMember(t.ID, u, false, ts.tenant.ID))
		}
	}
	for _, m := range slices.Clone(t.members) {
		m.owner = slices.Contains(g.owners, m.user.ID)
		if !m.owner && !slices.Contains(g.members, m.user.ID) {
			t.leave(m.user)
		}
	}
}

// leave takes a person out of a team and all its channels.
func (t *teamState) leave(u *userState) {
	is := func(m *teamMember) bool { return m.user == u }
	t.members = slices.DeleteFunc(t.members, is)
	for _, ch := range t.channels {
		ch.members = slices.DeleteFunc(ch.members, is)
	}
}

// lead brings the group into line with its team, after a person came, left or
// got another role.
func (t *teamState) lead(u *userState) {
	m := memberOf(t.members, u)
	groupMembers.put(t.group, u.ID, m != nil)
	groupOwners.put(t.group, u.ID, m != nil && m.owner)
}

// drop takes a team out whose group is deleted.
func (ts *teamStore) drop(id string) {
	if t := ts.teamByID[strings.ToLower(id)]; t != nil {
		delete(ts.teamByID, strings.ToLower(id))
		ts.teams = slices.DeleteFunc(ts.teams, func(o *teamState) bool { return o == t })
		ts.tenant.journal.record("teams", t.ID, itemDeleted)
	}
}

// fromGroup is the team that a group will be.
func (c *call) fromGroup(id string) (*Team, error) {
	ts := c.s.tenant.teams
	g := c.s.tenant.groupByID[strings.ToLower(id)]
	switch {
	case g == nil || !g.unified():
		return nil, failf(codeNotFound, "Failed to execute MS Graph backend request: the group '%s' was not found.", id)
	case ts.teamByID[strings.ToLower(id)] != nil:
		return nil, failf(codeTeamsConflict, "Team already exists")
	case len(g.owners) == 0:
		return nil, failf(codeBadRequest, "The group has no owner, which a team needs.")
	case !c.token.app && !slices.Contains(g.owners, c.token.objectID):
		return nil, failf(codeForbidden, "Forbidden")
	}
	return &Team{ID: g.ID, DisplayName: g.DisplayName, Description: g.Description, Visibility: strings.ToLower(g.Visibility), CreatedDateTime: c.now}, nil
}

// putTeam makes a team of a group.
func putTeam(c *call) (*reply, error) {
	fields, _, err := c.readTeam()
	if err != nil {
		return nil, err
	}
	given, err := c.fromGroup(c.vars["team"])
	if err != nil {
		return nil, err
	}
	settings, err := (&teamState{}).setSettings(fields)
	if err != nil {
		return nil, err
	}
	t, err := c.s.tenant.teams.addTeam(given, c.now)
	if err != nil {
		return nil, failf(codeBadRequest, "The team cannot be made: %v.", err)
	}
	t.settings = settings
	c.s.tenant.journal.record("teams", t.ID, itemCreated)
	rep, err := created(c, teamSchema, t, "teams")
	if err == nil {
		rep.header = http.Header{"Location": {"/teams('" + t.ID + "')"}}
	}
	return rep, err
}
