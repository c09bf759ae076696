package graphtest

import "slices"

const directoryPages = "https://learn.microsoft.com/graph/api/"

// directoryRoute is a route of the directory.
func directoryRoute(method, pattern, page string, scopes []string, o options, handle func(*call) (*reply, error)) route {
	return route{method: method, pattern: pattern, doc: directoryPages + page, service: directory, shared: true, scopes: scopes, roles: rolesOf(scopes), options: o, handle: handle}
}

// The options of the directory's collections. Those of mixed collections cannot
// be expanded.
const (
	objectOptions     = directoryOptions &^ optExpand
	objectCount       = optFilter | optSearch
	refOptions        = optTop | optSkipToken | optFilter | optCount
	directoryOne      = oneOptions
	deltaGroupOptions = deltaOptions
)

// userRoutes are people, and who is above, below and around them.
func userRoutes() []route {
	own := joined(readOwnUser, readUsers)
	relations := joined(readOwnUser, readProfiles)
	membership := joined(readOwnUser[:1], []string{"User.Read.All"}, readMembers)
	count := directoryRoute("GET", "/users/$count", "user-list", readUsers, objectCount, countUsers)
	count.differs = "The number is not led by a byte order mark."
	deltas := directoryRoute("GET", "/users/delta", "user-delta", readUsers, deltaOptions, deltaUsers)
	deltas.differs = "A link never expires by age, only by Server.ExpireDeltas."
	remove := directoryRoute("DELETE", "/users/{user}", "user-delete", append([]string{"User.DeleteRestore.All"}, writeUsers...), optNone, deleteUser)
	remove.differs = "Who is deleted cannot be restored."
	routes := []route{
		directoryRoute("GET", "/users", "user-list", readUsers, directoryOptions, listUsers), count, deltas, remove,
		directoryRoute("GET", "/~", "user-get", own, directoryOne, ownOr(readUsers, getUser)),
		directoryRoute("POST", "/users", "user-post-users", writeUsers, optNone, createUser),
		directoryRoute("PATCH", "/~", "user-update", joined(readOwnUser[1:], writeUsers), optNone, ownOr(writeUsers, updateUser)),
		directoryRoute("GET", "/~/manager", "user-list-manager", relations, directoryOne, ownOr(readProfiles, getManager)),
		directoryRoute("GET", "/~/manager/$ref", "user-list-manager", relations, optNone, ownOr(readProfiles, getManagerRef)),
		directoryRoute("PUT", "/~/manager/$ref", "user-post-manager", writeUsers, optNone, setManager),
		directoryRoute("DELETE", "/~/manager/$ref", "user-delete-manager", writeUsers, optNone, deleteManager),
		directoryRoute("GET", "/~/licenseDetails", "user-list-licensedetails", joined(relations, readLicenses[:2]), listOptions,
			ownOr(joined(readProfiles, readLicenses[:2]), listNothing("users/licenseDetails"))),
	}
	routes = append(routes, collectionRoutes("/~/directReports", "user-list-directreports", relations, userItems(readProfiles, (*tenantState).reportsOf))...)
	routes = append(routes, collectionRoutes("/~/memberOf", "user-list-memberof", membership, userItems(membership[1:], func(t *tenantState, u *userState) []directoryItem { return t.groupsOf(u.ID, false) }))...)
	routes = append(routes, collectionRoutes("/~/transitiveMemberOf", "user-list-transitivememberof", membership, userItems(membership[1:], func(t *tenantState, u *userState) []directoryItem { return t.groupsOf(u.ID, true) }))...)
	routes = append(routes, collectionRoutes("/~/ownedObjects", "user-list-ownedobjects", relations, userItems(readProfiles, func(t *tenantState, u *userState) []directoryItem { return t.owned(u.ID) }))...)
	return append(routes, memberChecks("/~", checked{readMembers, checkedUser}, checked{readMemberships, checkedMemberships})...)
}

// userItems asks for what belongs to the person of the path, which if it is not
// the caller takes one of the scopes.
func userItems(others []string, of func(*tenantState, *userState) []directoryItem) func(*call) ([]directoryItem, error) {
	return func(c *call) ([]directoryItem, error) {
		if !c.isMe(c.user) && !c.token.has(others) {
			return nil, fail(codeRequestDenied)
		}
		return of(c.s.tenant, c.user), nil
	}
}

// checkedUser is the person whose groups are asked for. That takes the right to
// read people beside the one to read groups.
func checkedUser(c *call) (directoryItem, error) {
	if !c.token.has(readUsers) && (!c.isMe(c.user) || !c.token.has(readOwnUser)) {
		return nil, fail(codeRequestDenied)
	}
	return c.user, nil
}

// checkedMemberships is the person whose memberships of all kinds are asked for,
// which the rights to read people are enough for. See
// https://learn.microsoft.com/graph/api/directoryobject-getmemberobjects.
func checkedMemberships(c *call) (directoryItem, error) {
	if c.isMe(c.user) && c.token.has(readOwnUser) || c.token.has(readProfiles) {
		return c.user, nil
	}
	if !c.token.has(readMembers) {
		return nil, fail(codeRequestDenied)
	}
	return checkedUser(c)
}

func getUser(c *call) (*reply, error) { return one(c, userSchema, c.user, "users") }

func userListing(c *call) listing[*userState] { return usersOf(c.s.tenant.users) }

func usersOf(items []*userState) listing[*userState] {
	return listing[*userState]{
		schema: userSchema, items: items, context: "users",
		check: basicRules, search: directorySearch(userSchema, userFilters),
	}
}

func listUsers(c *call) (*reply, error) { return list(c, userListing(c)) }

func countUsers(c *call) (*reply, error) { return countItems(c, userListing(c)) }

// countItems answers /$count, which needs the slower index.
func countItems[T any](c *call, l listing[T]) (*reply, error) {
	if !c.eventual() {
		return nil, failf(codeRequestBad, "$count is not currently supported.")
	}
	return count(c, l)
}

// deltaUsers tells what changed in the directory.
func deltaUsers(c *call) (*reply, error) {
	t := tracked[*userState]{listing: listing[*userState]{schema: userSchema, context: "users"}, collection: "users", dialect: directoryDelta, gone: restorable}
	t.check = checkDirectoryDelta
	t.first = func() []string {
		ids := make([]string, len(c.s.tenant.users))
		for i, u := range c.s.tenant.users {
			ids[i] = u.ID
		}
		return ids
	}
	t.find = func(id string) (*userState, bool) { u := c.s.tenant.byID[id]; return u, u != nil }
	return delta(c, t)
}

// restorable is how the directory tells of what was deleted, and could be
// restored.
func restorable(id string) object {
	return object{{"id", id}, {"@removed", object{{"reason", "changed"}}}}
}

// checkDirectoryDelta lets a round follow objects by their ids, and not narrow
// them otherwise.
func checkDirectoryDelta(_ *call, q *query) error {
	if q.filter != nil && slices.ContainsFunc(q.filter.Paths, func(path string) bool { return path != "id" }) || len(q.order) > 0 {
		return failf(codeRequestQuery, "Change tracking supports filters on the 'id' property alone.")
	}
	return nil
}

func getManager(c *call) (*reply, error) {
	m := c.s.tenant.byID[c.user.Manager]
	if m == nil {
		return nil, resourceNotFound("manager")
	}
	if c.property != nil {
		return oneProperty(c, userSchema, m, "directoryObjects")
	}
	sh, err := shapeOf(c, userSchema)
	if err != nil {
		return nil, err
	}
	return jsonReply(sh.render(c, m, member{"@odata.context", c.metadata("directoryObjects" + sh.contextSuffix() + "/$entity")}, member{"@odata.type", "#microsoft.graph.user"})), nil
}

func getManagerRef(c *call) (*reply, error) {
	m := c.s.tenant.byID[c.user.Manager]
	if m == nil {
		return nil, resourceNotFound("manager")
	}
	return jsonReply(object{{"@odata.context", c.metadata("$ref")}, {"@odata.id", c.reference(m)}}), nil
}

// reference is the address of an object of the directory.
func (c *call) reference(i directoryItem) string { return c.base + "/directoryObjects/" + i.objectID() }
