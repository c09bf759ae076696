package graphtest

import (
	"net/http"
	"slices"
	"time"
)

// roster is the people of a team, a channel or a chat, as requests change
// them.
type roster struct {
	place   string // team, channel or chat, by id
	journal string // the collection
	context string
	members *[]*teamMember
	thread  *thread // where the service tells of changes
	guard   error   // what those are told who may not change it; nil: may
	check   func(*userState) error
	removed func(*userState) // what else goes with a person; nil: nothing
	changed func(*userState) // after any change of a person; nil: nothing
	named   bool             // each member needs a role
}

// memberRoutes are the ways to the people of what lies at a pattern.
func memberRoutes(at, page string, read, write []string, find func(*call) (*roster, error)) []route {
	using := func(handle func(*call, *roster) (*reply, error)) func(*call) (*reply, error) {
		return func(c *call) (*reply, error) {
			r, err := find(c)
			if err != nil {
				return nil, err
			}
			if r.guard != nil && c.r.Method != http.MethodGet {
				return nil, r.guard
			}
			return handle(c, r)
		}
	}
	doc := teamsDoc + page
	routes := []route{
		{method: "GET", pattern: at + "/members", doc: doc + "-list-members", scopes: read, options: memberListOptions, handle: using(listMembers)},
		{method: "GET", pattern: at + "/members/{member}", doc: doc + "-get-members", scopes: read, options: optSelect, handle: using(getMember)},
		{method: "POST", pattern: at + "/members", doc: doc + "-post-members", scopes: write, options: noOptions, handle: using(addMember),
			differs: "From when on a member sees the history is told, and hides nothing."},
		{method: "DELETE", pattern: at + "/members/{member}", doc: doc + "-delete-members", scopes: write, options: noOptions, handle: using(deleteMember)},
	}
	if page != "chat" {
		routes = append(routes, route{method: "PATCH", pattern: at + "/members/{member}", doc: doc + "-update-members", scopes: write, options: noOptions, handle: using(patchMember)})
	}
	return routes
}

func teamRoster(c *call) (*roster, error) {
	t, err := c.team()
	if err != nil {
		return nil, err
	}
	r := &roster{place: t.ID, journal: "teams/" + t.ID + "/members", context: "teams('" + t.ID + "')/members",
		members: &t.members, thread: &t.channels[0].thread, guard: c.ownedBy(t.members)}
	r.removed, r.changed = t.leave, t.lead
	return r, nil
}

func channelRoster(c *call) (*roster, error) {
	ch, err := c.channel()
	if err != nil {
		return nil, err
	}
	r := &roster{place: ch.ID, journal: "teams/" + ch.team.ID + "/channels/" + ch.ID + "/members", context: ch.context() + "/members", members: &ch.members, thread: &ch.thread}
	if ch.MembershipType == "standard" {
		r.members, r.guard = &ch.team.members, failf(codeBadRequest, "Members of a standard channel are those of its team: it has none of its own.")
		return r, nil
	}
	r.guard = c.ownedBy(ch.members)
	r.check = func(u *userState) error {
		if ch.MembershipType == "private" && memberOf(ch.team.members, u) == nil {
			return failf(codeBadRequest, "The user is not a member of the team, and cannot be added to its private channel.")
		}
		return nil
	}
	return r, nil
}

func chatRoster(c *call) (*roster, error) {
	chat, err := c.chat()
	if err != nil {
		return nil, err
	}
	r := &roster{place: chat.ID, journal: "chats/" + chat.ID + "/members", context: "chats('" + escapeValue(chat.ID) + "')/members",
		members: &chat.members, thread: &chat.thread, named: true}
	if chat.Type == "oneOnOne" {
		r.guard = failf(codeBadRequest, "Members of a oneOnOne chat cannot be changed.")
	}
	r.check = func(*userState) error { chat.updated = c.now; return nil }
	r.removed = func(*userState) { chat.updated = c.now }
	return r, nil
}

func listMembers(c *call, r *roster) (*reply, error) {
	return list(c, counted(listing[*teamMember]{schema: memberSchema, items: *r.members, context: r.context}))
}

// counted makes a list tell its number unasked, as lists of Teams do.
func counted[T any](l listing[T]) listing[T] {
	l.check = func(_ *call, q *query) error {
		q.count = true
		return nil
	}
	return l
}

func (c *call) member(r *roster) (*teamMember, error) {
	for _, m := range *r.members {
		if m.id == c.vars["member"] {
			return m, nil
		}
	}
	return nil, failf(codeNotFound, "NotFound: no member '%s'.", c.vars["member"])
}

func getMember(c *call, r *roster) (*reply, error) {
	m, err := c.member(r)
	if err != nil {
		return nil, err
	}
	return one(c, memberSchema, m, r.context)
}

// memberInput is a member as clients write one.
type memberInput struct {
	Type  string     `json:"@odata.type"`
	Roles []string   `json:"roles"`
	User  string     `json:"user@odata.bind"`
	ID    string     `json:"userId"`
	Since *time.Time `json:"visibleHistoryStartDateTime"`
}

// newMember reads a member.
func (c *call) newMember(in *memberInput, place string) (*teamMember, error) {
	link := in.User
	if link == "" && in.ID != "" {
		link = "/users/" + in.ID
	}
	u, err := c.boundUser(link)
	if err != nil {
		return nil, err
	}
	m := newTeamMember(place, u, false, c.s.tenant.ID)
	if in.Since != nil {
		m.since = in.Since.UTC()
	}
	return m, m.setRoles(in.Roles)
}

// setRoles reads what a member is beside being one.
func (m *teamMember) setRoles(roles []string) error {
	if len(roles) > 1 || len(roles) == 1 && roles[0] != "owner" && roles[0] != "guest" {
		return failf(codeBadRequest, "Invalid roles specified for member.")
	}
	m.owner = len(roles) == 1 && roles[0] == "owner"
	return nil
}

func addMember(c *call, r *roster) (*reply, error) {
	var in memberInput
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	if r.named && len(in.Roles) == 0 {
		return nil, failf(codeBadRequest, "Invalid roles specified for member.")
	}
	m, err := c.newMember(&in, r.place)
	if err != nil {
		return nil, err
	}
	if memberOf(*r.members, m.user) != nil {
		return nil, failf(codeTeamsConflict, "User is already a member.")
	}
	if r.check != nil {
		if err := r.check(m.user); err != nil {
			return nil, err
		}
	}
	*r.members = append(*r.members, m)
	r.note(c, m, itemCreated)
	c.announce(r.thread, "membersAdded", member{"visibleHistoryStartDateTime", m.since}, member{"members", []object{identityOf(m.user)}})
	return created(c, memberSchema, m, r.context)
}

// patchMember changes the roles of a member.
func patchMember(c *call, r *roster) (*reply, error) {
	m, err := c.member(r)
	if err != nil {
		return nil, err
	}
	var in memberInput
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	changed := *m
	if err := changed.setRoles(in.Roles); err != nil {
		return nil, err
	}
	if m.owner && !changed.owner && lastOwner(*r.members, m) {
		return nil, failf(codeBadRequest, "The last owner cannot be demoted.")
	}
	m.owner = changed.owner
	r.note(c, m, itemUpdated)
	return one(c, memberSchema, m, r.context)
}

func deleteMember(c *call, r *roster) (*reply, error) {
	m, err := c.member(r)
	if err != nil {
		return nil, err
	}
	if !r.named && m.owner && lastOwner(*r.members, m) {
		return nil, failf(codeBadRequest, "The last owner cannot be removed.")
	}
	*r.members = slices.DeleteFunc(*r.members, func(o *teamMember) bool { return o == m })
	if r.removed != nil {
		r.removed(m.user)
	}
	r.note(c, m, itemDeleted)
	c.announce(r.thread, "membersDeleted", member{"members", []object{identityOf(m.user)}})
	return emptyReply(http.StatusNoContent), nil
}

// note records a change of a person.
func (r *roster) note(c *call, m *teamMember, kind changeKind) {
	if r.changed != nil {
		r.changed(m.user)
	}
	c.s.tenant.journal.record(r.journal, m.id, kind)
}

// lastOwner tells whether nobody else owns it.
func lastOwner(members []*teamMember, m *teamMember) bool {
	return !slices.ContainsFunc(members, func(o *teamMember) bool { return o != m && o.owner })
}
