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
	t.unlist(u)
	u.User = changed
	t.list(u)
	t.byName[strings.ToLower(u.UserPrincipalName)] = u
	t.journal.record("users", u.ID, itemUpdated)
	return emptyReply(http.StatusNoContent), nil
}

// deleteUser is https://learn.microsoft.com/graph/api/user-delete.
func deleteUser(c *call) (*reply, error) {
	t, u := c.s.tenant, c.user
	delete(t.byID, u.ID)
	t.unlist(u)
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

// domains are those of the people, each once, in order.
func (t *tenantState) domains() []string {
	var all []string
	for _, u := range t.users {
		if d := strings.ToLower(u.domain()); d != "" && !slices.Contains(all, d) {
			all = append(all, d)
		}
	}
	if initial := t.initialDomain(); initial != "" && !slices.Contains(all, initial) {
		all = append(all, initial)
	}
	return all
}

// initialDomain is the one that a tenant is given before it brings its own; "":
// nobody is there to tell by.
// https://learn.microsoft.com/entra/fundamentals/add-custom-domain
func (t *tenantState) initialDomain() string {
	for _, u := range t.users {
		if label, _, _ := strings.Cut(strings.ToLower(u.domain()), "."); label != "" {
			return label + ".onmicrosoft.com"
		}
	}
	return ""
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
