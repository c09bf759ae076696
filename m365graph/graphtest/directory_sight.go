package graphtest

import "strings"

// sight is how much of an object of the directory a token shows. See
// https://learn.microsoft.com/graph/permissions-reference, "User permissions"
// and "Limited information returned for inaccessible member objects".
type sight int

const (
	seesUnknown sight = iota // nobody has asked yet
	seesID                   // its type and id alone
	seesBasics
	seesAll
)

// basicProfile are the properties of a person that User.ReadBasic.All shows.
var basicProfile = []string{"displayName", "givenName", "id", "mail", "photo", "securityIdentifier", "surname", "userPrincipalName"}

// sightOfUsers is how much the caller sees of other people.
func (c *call) sightOfUsers() sight {
	if c.userSight == seesUnknown {
		c.userSight = seesID
		switch {
		case c.token.has(readProfiles):
			c.userSight = seesAll
		case c.token.has(readUsers):
			c.userSight = seesBasics
		}
	}
	return c.userSight
}

// seesUser tells whether the caller may see a property of a person.
func seesUser(c *call, u *userState, name string) bool {
	switch c.sightOfUsers() {
	case seesAll:
		return true
	case seesBasics:
		return containsFold(basicProfile, name) || c.isMe(u)
	}
	return name == "id" || c.isMe(u)
}

// seesGroup tells whether the caller may see a property of a group.
func seesGroup(c *call, _ *groupState, name string) bool {
	if c.groupSight == seesUnknown {
		c.groupSight = seesID
		if c.token.has(readGroups) || c.token.has(createGroups) {
			c.groupSight = seesAll
		}
	}
	return c.groupSight == seesAll || name == "id"
}

// isMe tells whether it is the signed-in person.
func (c *call) isMe(u *userState) bool { return !c.token.app && u.ID == c.token.objectID }

// veiled shows null, or nothing, where the caller may not see a property.
func veiled[T any](props []property[T], sees func(c *call, v T, name string) bool) []property[T] {
	for i, p := range props {
		if p.get == nil {
			continue
		}
		props[i].get = func(c *call, v T) any {
			switch {
			case sees(c, v, p.name):
				return p.get(c, v)
			case p.typ == "[]Edm.String":
				return []string{}
			case strings.HasPrefix(p.typ, "[]"):
				return []object{}
			}
			return nil
		}
	}
	return props
}

// basicRules refuses to look for people by what the caller may not see of
// them, and else holds the rules of the directory.
func basicRules(c *call, q *query) error {
	if c.sightOfUsers() < seesAll {
		for _, path := range q.paths() {
			if root, _, _ := strings.Cut(path, "/"); !containsFold(basicProfile, root) {
				return fail(codeRequestDenied)
			}
		}
	}
	return directoryRules("User", userFilters)(c, q)
}

// paths are the properties that a query looks at.
func (q *query) paths() []string {
	var all []string
	if q.filter != nil {
		all = append(all, q.filter.Paths...)
	}
	if q.search != nil {
		for _, t := range q.search.Terms {
			all = append(all, t.Property)
		}
	}
	for _, key := range q.order {
		all = append(all, key.Path)
	}
	return all
}
