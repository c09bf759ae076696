package graphtest

// The properties of people and groups that only $expand shows, as in
// https://learn.microsoft.com/graph/api/resources/user, "Relationships". They
// refer to the schemas they stand in.
func init() {
	ofUser := func(name string, items func(*userState) []directoryItem) {
		userSchema.props = append(userSchema.props, navigation(name, items))
	}
	ofUser("directReports", func(u *userState) []directoryItem { return u.tenant.reportsOf(u) })
	ofUser("memberOf", func(u *userState) []directoryItem { return u.tenant.groupsOf(u.ID, false) })
	ofUser("transitiveMemberOf", func(u *userState) []directoryItem { return u.tenant.groupsOf(u.ID, true) })
	ofUser("ownedObjects", func(u *userState) []directoryItem { return u.tenant.owned(u.ID) })
	userSchema.props = append(userSchema.props, property[*userState]{
		name: "manager", typ: "directoryObject", show: expanded,
		expand: func(c *call, u *userState, e *expansion) any { return expandManagers(c, u, e) },
	})
	ofGroup := func(name string, items func(*groupState) []directoryItem) {
		groupSchema.props = append(groupSchema.props, navigation(name, items))
	}
	ofGroup("members", func(g *groupState) []directoryItem { return g.tenant.items(g.members) })
	ofGroup("owners", func(g *groupState) []directoryItem { return g.tenant.items(g.owners) })
	ofGroup("transitiveMembers", func(g *groupState) []directoryItem { return g.tenant.membersOf(g) })
	ofGroup("memberOf", func(g *groupState) []directoryItem { return g.tenant.groupsOf(g.ID, false) })
	ofGroup("transitiveMemberOf", func(g *groupState) []directoryItem { return g.tenant.groupsOf(g.ID, true) })
}

// maxExpanded is how many members the directory shows inside an object.
const maxExpanded = 20

// navigation is a property that leads to people and groups.
func navigation[T any](name string, items func(T) []directoryItem) property[T] {
	return property[T]{name: name, typ: "[]directoryObject", show: expanded, expand: func(c *call, v T, e *expansion) any {
		all := items(v)
		return expandItems(c, all[:min(len(all), maxExpanded)], e)
	}}
}

// expandManagers shows the manager, with $levels also those above.
func expandManagers(c *call, u *userState, e *expansion) any {
	var above object
	all := u.tenant.managers(u, max(e.levels, 1))
	for i := len(all) - 1; i >= 0; i-- {
		o := plainItemOf(c, all[i], e.fields)
		if above != nil {
			o = append(o, member{"manager", above})
		}
		above = o
	}
	if above == nil {
		return nil
	}
	e.fields = withField(e.fields, "manager")
	return above
}

// withField names one more property, if some are named.
func withField(fields []string, name string) []string {
	if fields == nil || containsFold(fields, name) {
		return fields
	}
	return append(fields[:len(fields):len(fields)], name)
}
