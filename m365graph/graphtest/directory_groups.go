package graphtest

// groupRoutes are groups, their owners and their members.
func groupRoutes() []route {
	get := func(pattern, page string, o options, handle func(*call) (*reply, error)) route {
		return directoryRoute("GET", pattern, page, readGroups, o, handle)
	}
	remove := directoryRoute("DELETE", "/groups/{group}", "group-delete", deleteGroups, optNone, deleteGroup)
	remove.differs = "A group that was deleted cannot be restored."
	create := directoryRoute("POST", "/groups", "group-post-groups", writeGroups, optNone, createGroup)
	create.roles = createGroups
	create.differs = "There are no dynamic groups, and a new group has no site."
	routes := []route{
		get("/groups", "group-list", directoryOptions, func(c *call) (*reply, error) { return list(c, groupsIn(c.s.tenant.groups)) }),
		get("/groups/$count", "group-list", objectCount, func(c *call) (*reply, error) { return countItems(c, groupsIn(c.s.tenant.groups)) }),
		get("/groups/delta", "group-delta", deltaGroupOptions, deltaGroups),
		get("/groups/{group}", "group-get", directoryOne, getGroup),
		create, remove,
		directoryRoute("PATCH", "/groups/{group}", "group-update", writeMembers, optNone, updateGroup),
		directoryRoute("POST", "/groups/{group}/members/$ref", "group-post-members", writeMembers, optNone, addTo(groupMembers)),
		directoryRoute("DELETE", "/groups/{group}/members/{member}/$ref", "group-delete-members", writeMembers, optNone, removeFrom(groupMembers)),
		directoryRoute("POST", "/groups/{group}/owners/$ref", "group-post-owners", writeGroups, optNone, addTo(groupOwners)),
		directoryRoute("DELETE", "/groups/{group}/owners/{member}/$ref", "group-delete-owners", writeGroups, optNone, removeFrom(groupOwners)),
	}
	ofGroup := func(name, page string, items func(*groupState) []directoryItem) {
		routes = append(routes, collectionRoutes("/groups/{group}/"+name, page, readMembers, func(c *call) ([]directoryItem, error) {
			g, err := c.group()
			if err != nil {
				return nil, err
			}
			return items(g), nil
		})...)
	}
	ofGroup("members", "group-list-members", func(g *groupState) []directoryItem { return g.tenant.items(g.members) })
	ofGroup("owners", "group-list-owners", func(g *groupState) []directoryItem { return g.tenant.items(g.owners) })
	ofGroup("transitiveMembers", "group-list-transitivemembers", func(g *groupState) []directoryItem { return g.tenant.membersOf(g) })
	ofGroup("memberOf", "group-list-memberof", func(g *groupState) []directoryItem { return g.tenant.groupsOf(g.ID, false) })
	ofGroup("transitiveMemberOf", "group-list-transitivememberof", func(g *groupState) []directoryItem { return g.tenant.groupsOf(g.ID, true) })
	members := checked{readMembers, func(c *call) (directoryItem, error) { return c.group() }}
	return append(routes, memberChecks("/groups/{group}", members, members)...)
}

// group is the one that the path names.
func (c *call) group() (*groupState, error) {
	id := c.vars["group"]
	if g, ok := c.s.tenant.directoryItem(id).(*groupState); ok {
		return g, nil
	}
	return nil, resourceNotFound(id)
}

func groupsIn(items []*groupState) listing[*groupState] {
	return listing[*groupState]{
		schema: groupSchema, items: items, context: "groups",
		check: directoryRules("Group", groupFilters), search: directorySearch(groupSchema, groupFilters),
	}
}

func getGroup(c *call) (*reply, error) {
	g, err := c.group()
	if err != nil {
		return nil, err
	}
	return one(c, groupSchema, g, "groups")
}

// deltaGroups tells what changed among groups, and who came and went.
func deltaGroups(c *call) (*reply, error) {
	t := tracked[*groupState]{listing: listing[*groupState]{schema: groupSchema, context: "groups"}, collection: "groups", dialect: directoryDelta, gone: restorable}
	t.check = checkDirectoryDelta
	t.first = func() []string {
		ids := make([]string, len(c.s.tenant.groups))
		for i, g := range c.s.tenant.groups {
			ids[i] = g.ID
		}
		return ids
	}
	t.find = func(id string) (*groupState, bool) {
		g, ok := c.s.tenant.directoryItem(id).(*groupState)
		return g, ok
	}
	t.beside = func(g *groupState, from, upto int64) []member {
		if text := c.param("$select"); text != "" && !containsFold(splitOutside(text, ','), "members") {
			return nil
		}
		return g.memberChanges(from, upto)
	}
	return delta(c, t)
}

// memberChanges are the members that came and went after from, or all there are
// in a first round.
func (g *groupState) memberChanges(from, upto int64) []member {
	told := []object{}
	if from == 0 {
		for _, item := range g.tenant.items(g.members) {
			told = append(told, object{{"@odata.type", "#microsoft.graph." + item.kind()}, {"id", item.objectID()}})
		}
		return append([]member(nil), member{"members@delta", told})
	}
	for _, ch := range g.tenant.journal.between(groupMembers.collection(g), from, upto) {
		o := object{{"@odata.type", "#microsoft.graph.user"}, {"id", ch.id}}
		if item := g.tenant.directoryItem(ch.id); item != nil {
			o[0].value = "#microsoft.graph." + item.kind()
		}
		if ch.kind == itemDeleted {
			o = append(o, member{"@removed", object{{"reason", "deleted"}}})
		}
		told = append(told, o)
	}
	if len(told) == 0 {
		return nil
	}
	return []member{{"members@delta", told}}
}
