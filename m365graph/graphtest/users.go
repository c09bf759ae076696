package graphtest

import "strings"

// userSchema is https://learn.microsoft.com/graph/api/resources/user.
var userSchema = &schema[*userState]{
	name: "user", page: 100, maxPage: 999,
	props: []property[*userState]{
		{name: "businessPhones", typ: "[]Edm.String", get: func(_ *call, u *userState) any { return nonNil(u.BusinessPhones) }},
		{name: "displayName", typ: "Edm.String", get: func(_ *call, u *userState) any { return orNull(u.DisplayName) }},
		{name: "givenName", typ: "Edm.String", get: func(_ *call, u *userState) any { return orNull(u.GivenName) }},
		{name: "jobTitle", typ: "Edm.String", get: func(_ *call, u *userState) any { return orNull(u.JobTitle) }},
		{name: "mail", typ: "Edm.String", get: func(_ *call, u *userState) any { return orNull(u.Mail) }},
		{name: "mobilePhone", typ: "Edm.String", get: func(_ *call, u *userState) any { return orNull(u.MobilePhone) }},
		{name: "officeLocation", typ: "Edm.String", get: func(_ *call, u *userState) any { return orNull(u.OfficeLocation) }},
		{name: "preferredLanguage", typ: "Edm.String", get: func(_ *call, u *userState) any { return orNull(u.PreferredLanguage) }},
		{name: "surname", typ: "Edm.String", get: func(_ *call, u *userState) any { return orNull(u.Surname) }},
		{name: "userPrincipalName", typ: "Edm.String", get: func(_ *call, u *userState) any { return u.UserPrincipalName }},
		{name: "id", typ: "Edm.String", get: func(_ *call, u *userState) any { return u.ID }},
		{name: "accountEnabled", typ: "Edm.Boolean", show: selected, get: func(*call, *userState) any { return true }},
		{name: "department", typ: "Edm.String", show: selected, get: func(_ *call, u *userState) any { return orNull(u.Department) }},
		{name: "userType", typ: "Edm.String", show: selected, get: func(*call, *userState) any { return "Member" }},
	},
}

// readUsers are the scopes that show other people.
var readUsers = []string{"User.ReadBasic.All", "User.Read.All", "User.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"}

func userRoutes() []route {
	const listDoc = "https://learn.microsoft.com/graph/api/user-list"
	return []route{
		{method: "GET", pattern: "/~", doc: "https://learn.microsoft.com/graph/api/user-get", service: directory, shared: true,
			scopes: append([]string{"User.Read", "User.ReadWrite"}, readUsers...), handle: getUser},
		{method: "GET", pattern: "/users", doc: listDoc, service: directory, options: directoryOptions, shared: true, scopes: readUsers, handle: listUsers},
		{method: "GET", pattern: "/users/$count", doc: listDoc, service: directory, shared: true, scopes: readUsers, handle: countUsers},
		{method: "GET", pattern: "/users/delta", doc: "https://learn.microsoft.com/graph/api/user-delta", service: directory, options: deltaOptions,
			shared: true, scopes: readUsers, handle: deltaUsers, differs: "A link never expires by age, only by Server.ExpireDeltas."},
	}
}

func getUser(c *call) (*reply, error) {
	if c.user.ID != c.token.objectID && !c.token.has(readUsers) {
		return nil, fail(codeRequestDenied)
	}
	return one(c, userSchema, c.user, "users")
}

func userListing(c *call) listing[*userState] {
	return listing[*userState]{schema: userSchema, items: c.s.tenant.users, context: "users", check: checkAdvanced}
}

func listUsers(c *call) (*reply, error) { return list(c, userListing(c)) }

// deltaUsers tells what changed in the directory.
func deltaUsers(c *call) (*reply, error) {
	t := tracked[*userState]{listing: listing[*userState]{schema: userSchema, context: "users"}, collection: "users", dialect: directoryDelta}
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

func countUsers(c *call) (*reply, error) {
	if !c.eventual() {
		return nil, failf(codeRequestBad, "$count is not currently supported.")
	}
	return count(c, userListing(c))
}

// eventual tells whether the request accepts the directory's slower index,
// which advanced queries need.
func (c *call) eventual() bool {
	return strings.EqualFold(c.r.Header.Get("ConsistencyLevel"), "eventual")
}

// checkAdvanced holds the rules of
// https://learn.microsoft.com/graph/aad-advanced-queries: some operators need
// ConsistencyLevel and $count, and without the former $count is ignored.
func checkAdvanced(c *call, q *query) error {
	counted := q.count || q.next || strings.HasSuffix(c.route.pattern, "/$count")
	q.count = q.count && c.eventual()
	if q.filter == nil || c.eventual() && counted {
		return nil
	}
	advanced := len(q.order) > 0
	for _, operator := range []string{"ne", "not", "endswith", "contains"} {
		advanced = advanced || q.filter.Operators[operator]
	}
	if advanced {
		return fail(codeRequestQuery)
	}
	return nil
}

// orNull shows an unset string as null.
func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// nonNil shows no strings as [].
func nonNil(s []string) any {
	if s == nil {
		return []string{}
	}
	return s
}
