package graphtest

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// createUser is https://learn.microsoft.com/graph/api/user-post-users.
func createUser(c *call) (*reply, error) {
	in, err := readInput(c)
	if err != nil {
		return nil, err
	}
	for _, name := range []string{"accountEnabled", "displayName", "mailNickname", "userPrincipalName"} {
		if !in.has(name) {
			return nil, failf(codeRequestBad, "A value is required for property '%s' of resource 'User'.", name)
		}
	}
	if !in.has("passwordProfile") {
		return nil, failf(codeRequestBad, "A password must be specified to create a new user.")
	}
	u := &User{}
	if err := applyUser(in, u); err != nil {
		return nil, err
	}
	t := c.s.tenant
	if err := t.checkName(u.UserPrincipalName, nil); err != nil {
		return nil, err
	}
	u.ID = guid("new user", t.ID, u.UserPrincipalName, t.journal.last)
	state, err := t.addUser(u, c.now)
	if err != nil {
		return nil, failf(codeRequestBad, "%v", err)
	}
	t.journal.record("users", state.ID, itemCreated)
	return created(c, userSchema, state, "users")
}

// checkName refuses a principal name of another domain, or of somebody else
// than u.
func (t *tenantState) checkName(name string, u *userState) error {
	local, domain, _ := strings.Cut(name, "@")
	if local == "" || strings.ContainsAny(name, " /\\\"<>'") || strings.Count(name, "@") != 1 {
		return failf(codeRequestBad, "Property userPrincipalName is invalid.")
	}
	if !containsFold(t.domains(), domain) {
		return failf(codeRequestBad, "The domain portion of the userPrincipalName property is invalid. You must use one of the verified domain names in your organization.")
	}
	if other := t.byName[strings.ToLower(name)]; other != nil && other != u {
		return failf(codeRequestBad, "Another object with the same value for property userPrincipalName already exists.")
	}
	return nil
}

// updateUser is https://learn.microsoft.com/graph/api/user-update.
func updateUser(c *call) (*reply, error) {
	in, err := readInput(c)
	if err != nil {
		return nil, err
	}
	t, u := c.s.tenant, c.user
	changed := u.User
	if err := applyUser(in, &changed); err != nil {
		return nil, err
	}
	if err := t.checkName(changed.UserPrincipalName, u); err != nil {
		return nil, err
	}
	delete(t.byName, strings.ToLower(u.UserPrincipalName))
	u.User = changed
	t.byName[strings.ToLower(u.UserPrincipalName)] = u
	t.journal.record("users", u.ID, itemUpdated)
	return emptyReply(http.StatusNoContent), nil
}

// deleteUser is https://learn.microsoft.com/graph/api/user-delete.
func deleteUser(c *call) (*reply, error) {
	t, u := c.s.tenant, c.user
	delete(t.byID, u.ID)
	delete(t.byName, strings.ToLower(u.UserPrincipalName))
	t.users = slices.DeleteFunc(slices.Clone(t.users), func(other *userState) bool { return other == u })
	t.leaveAll(u.ID)
	for _, other := range t.users {
		if other.Manager == u.ID {
			other.Manager = ""
		}
	}
	t.journal.record("users", u.ID, itemDeleted)
	return emptyReply(http.StatusNoContent), nil
}

// leaveAll takes an object out of all groups.
func (t *tenantState) leaveAll(id string) {
	for _, g := range t.groups {
		for _, r := range []*groupRole{groupMembers, groupOwners} {
			if slices.Contains(*r.of(g), id) {
				r.remove(g, id)
			}
		}
	}
}

// setManager is https://learn.microsoft.com/graph/api/user-post-manager.
func setManager(c *call) (*reply, error) {
	item, err := c.readRef()
	if err != nil {
		return nil, err
	}
	m, ok := item.(*userState)
	if !ok || m == c.user {
		return nil, failf(codeRequestBad, "The reference target '%s' of type '%s' is invalid for the 'manager' reference.", item.objectID(), item.kind())
	}
	c.user.Manager = m.ID
	c.s.tenant.journal.record("users", c.user.ID, itemUpdated)
	return emptyReply(http.StatusNoContent), nil
}

func deleteManager(c *call) (*reply, error) {
	if c.user.Manager == "" {
		return nil, resourceNotFound("manager")
	}
	c.user.Manager = ""
	c.s.tenant.journal.record("users", c.user.ID, itemUpdated)
	return emptyReply(http.StatusNoContent), nil
}

// maxBound is how many owners and members a new group can be given.
const maxBound = 20

// createGroup is https://learn.microsoft.com/graph/api/group-post-groups.
func createGroup(c *call) (*reply, error) {
	in, err := readInput(c)
	if err != nil {
		return nil, err
	}
	for _, name := range []string{"displayName", "mailEnabled", "mailNickname", "securityEnabled"} {
		if !in.has(name) {
			return nil, failf(codeRequestBad, "A value is required for property '%s' of resource 'Group'.", name)
		}
	}
	bound := map[*groupRole][]directoryItem{}
	for _, r := range []*groupRole{groupOwners, groupMembers} {
		if bound[r], err = c.bound(in, r); err != nil {
			return nil, err
		}
		delete(in, r.name+"@odata.bind")
	}
	t := c.s.tenant
	g := &groupState{tenant: t}
	mailEnabled := false
	if err := in.read("groupTypes", "Group", &g.GroupTypes); err != nil {
		return nil, err
	}
	if err := in.read("mailEnabled", "Group", &mailEnabled); err != nil {
		return nil, err
	}
	if err := applyGroup(in, &g.Group); err != nil {
		return nil, err
	}
	if mailEnabled != g.unified() || !g.unified() && !g.SecurityEnabled {
		return nil, failf(codeRequestBad, "The service does not currently support writes of mail-enabled groups. Please ensure that the mail-enablement property is unset and the security-enablement property is set.")
	}
	g.ID = guid("new group", t.ID, g.DisplayName, t.journal.last)
	g.complete(c.now)
	t.groups = append(t.groups, g)
	t.groupByID[g.ID] = g
	t.journal.record("groups", g.ID, itemCreated)
	for r, items := range bound {
		for _, item := range items {
			r.add(g, item.objectID())
		}
	}
	if me := t.byID[c.token.objectID]; me != nil && !c.token.app && g.unified() && len(g.owners) == 0 {
		groupOwners.add(g, me.ID)
	}
	return created(c, groupSchema, g, "groups")
}

// bound are the objects that a body binds, as in "members@odata.bind".
func (c *call) bound(in directoryInput, r *groupRole) ([]directoryItem, error) {
	var addresses []string
	if err := in.read(r.name+"@odata.bind", "Group", &addresses); err != nil {
		return nil, err
	}
	if len(addresses) > maxBound {
		return nil, failf(codeRequestBad, "The number of references in '%s@odata.bind' is over the limit of %d.", r.name, maxBound)
	}
	var items []directoryItem
	for _, address := range addresses {
		item, err := c.referred(address)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(items, item) {
			items = append(items, item)
		}
	}
	return items, nil
}

// updateGroup is https://learn.microsoft.com/graph/api/group-update. Members
// can be added in the same way as to a new group.
func updateGroup(c *call) (*reply, error) {
	g, err := c.group()
	if err != nil {
		return nil, err
	}
	in, err := readInput(c)
	if err != nil {
		return nil, err
	}
	added, err := c.bound(in, groupMembers)
	if err != nil {
		return nil, err
	}
	delete(in, groupMembers.name+"@odata.bind")
	if len(in) > 0 && !c.token.has(writeGroups) {
		return nil, fail(codeRequestDenied)
	}
	for _, item := range added {
		if slices.Contains(g.members, item.objectID()) || item == directoryItem(g) {
			return nil, alreadyReferred(groupMembers)
		}
	}
	changed := g.Group
	if err := applyGroup(in, &changed); err != nil {
		return nil, err
	}
	g.Group = changed
	t := c.s.tenant
	for _, item := range added {
		groupMembers.add(g, item.objectID())
	}
	t.teams.follow(g)
	t.journal.record("groups", g.ID, itemUpdated)
	return emptyReply(http.StatusNoContent), nil
}

// deleteGroup is https://learn.microsoft.com/graph/api/group-delete.
func deleteGroup(c *call) (*reply, error) {
	g, err := c.group()
	if err != nil {
		return nil, err
	}
	t := c.s.tenant
	t.groups = slices.DeleteFunc(slices.Clone(t.groups), func(other *groupState) bool { return other == g })
	delete(t.groupByID, strings.ToLower(g.ID))
	t.leaveAll(g.ID)
	t.teams.drop(g.ID)
	t.journal.record("groups", g.ID, itemDeleted)
	return emptyReply(http.StatusNoContent), nil
}

// groupRole is what objects are to a group.
type groupRole struct {
	name string
	of   func(*groupState) *[]string
}

var (
	groupMembers = &groupRole{"members", func(g *groupState) *[]string { return &g.members }}
	groupOwners  = &groupRole{"owners", func(g *groupState) *[]string { return &g.owners }}
)

// collection is where the journal notes who comes and goes.
func (r *groupRole) collection(g *groupState) string { return "groups/" + g.ID + "/" + r.name }

func (r *groupRole) add(g *groupState, id string) {
	r.put(g, id, true)
	g.tenant.teams.follow(g)
}

func (r *groupRole) remove(g *groupState, id string) {
	r.put(g, id, false)
	g.tenant.teams.follow(g)
}

// put makes sure that an object is there, or is not.
func (r *groupRole) put(g *groupState, id string, there bool) {
	if slices.Contains(*r.of(g), id) == there {
		return
	}
	kind := itemDeleted
	if there {
		kind = itemCreated
		*r.of(g) = append(*r.of(g), id)
	} else {
		*r.of(g) = slices.DeleteFunc(slices.Clone(*r.of(g)), func(other string) bool { return other == id })
	}
	g.tenant.journal.record(r.collection(g), id, kind)
	g.tenant.journal.record("groups", g.ID, itemUpdated)
}

func alreadyReferred(r *groupRole) error {
	return failf(codeRequestBad, "One or more added object references already exist for the following modified properties: '%s'.", r.name)
}

// addTo is https://learn.microsoft.com/graph/api/group-post-members.
func addTo(r *groupRole) func(*call) (*reply, error) {
	return func(c *call) (*reply, error) {
		g, err := c.group()
		if err != nil {
			return nil, err
		}
		item, err := c.readRef()
		if err != nil {
			return nil, err
		}
		if slices.Contains(*r.of(g), item.objectID()) {
			return nil, alreadyReferred(r)
		}
		if inner, ok := item.(*groupState); ok && (inner == g || r == groupOwners || g.unified()) {
			return nil, failf(codeRequestBad, "The reference target '%s' of type 'Group' is invalid for the '%s' reference.", inner.ID, r.name)
		}
		r.add(g, item.objectID())
		return emptyReply(http.StatusNoContent), nil
	}
}

// removeFrom is https://learn.microsoft.com/graph/api/group-delete-members. A
// group of Microsoft 365 keeps its last owner.
func removeFrom(r *groupRole) func(*call) (*reply, error) {
	return func(c *call) (*reply, error) {
		g, err := c.group()
		if err != nil {
			return nil, err
		}
		item := c.s.tenant.directoryItem(c.vars["member"])
		if item == nil || !slices.Contains(*r.of(g), item.objectID()) {
			return nil, resourceNotFound(c.vars["member"])
		}
		if r == groupOwners && g.unified() && len(g.owners) == 1 {
			return nil, failf(codeRequestBad, "The group must have at least one owner, hence this owner cannot be removed.")
		}
		r.remove(g, item.objectID())
		return emptyReply(http.StatusNoContent), nil
	}
}

// domains are those of the people, each once, in order.
func (t *tenantState) domains() []string {
	var all []string
	for _, u := range t.users {
		if d := strings.ToLower(u.domain()); d != "" && !slices.Contains(all, d) {
			all = append(all, d)
		}
	}
	return all
}

// createdAt is when the first object of the tenant was made.
func (t *tenantState) createdAt() time.Time {
	var first time.Time
	for _, u := range t.users {
		if at := u.Profile.CreatedDateTime; first.IsZero() || at.Before(first) {
			first = at
		}
	}
	return first
}
