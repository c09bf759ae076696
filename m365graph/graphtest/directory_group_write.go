package graphtest

import (
	"net/http"
	"slices"
	"strings"
)

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
	for _, r := range groupRoles {
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
	if err := t.giveSite(g, c.now); err != nil {
		return nil, err
	}
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

// updateGroup is https://learn.microsoft.com/graph/api/group-update. Owners and
// members can be added in the same way as to a new group.
func updateGroup(c *call) (*reply, error) {
	g, err := c.group()
	if err != nil {
		return nil, err
	}
	in, err := readInput(c)
	if err != nil {
		return nil, err
	}
	added := map[*groupRole][]directoryItem{}
	for _, r := range groupRoles {
		if added[r], err = c.bound(in, r); err != nil {
			return nil, err
		}
		delete(in, r.name+"@odata.bind")
	}
	if (len(in) > 0 || len(added[groupOwners]) > 0) && !c.token.has(writeGroups) {
		return nil, fail(codeRequestDenied)
	}
	for r, items := range added {
		for _, item := range items {
			if slices.Contains(*r.of(g), item.objectID()) || item == directoryItem(g) {
				return nil, alreadyReferred(r)
			}
		}
	}
	changed := g.Group
	if err := applyGroup(in, &changed); err != nil {
		return nil, err
	}
	g.Group = changed
	t := c.s.tenant
	for r, items := range added {
		for _, item := range items {
			r.add(g, item.objectID())
		}
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

	groupRoles = []*groupRole{groupOwners, groupMembers}
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
