package graphtest

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

func userRoutes() []route {
	return []route{
		{method: "GET", pattern: "/~", doc: "https://learn.microsoft.com/graph/api/user-get", service: directory, shared: true,
			scopes: []string{"User.Read", "User.ReadWrite", "User.ReadBasic.All", "User.Read.All", "User.ReadWrite.All", "Directory.Read.All"},
			handle: func(c *call) (*reply, error) { return one(c, userSchema, c.user, "users") }},
		{method: "GET", pattern: "/users", doc: "https://learn.microsoft.com/graph/api/user-list", service: directory, shared: true,
			scopes: []string{"User.ReadBasic.All", "User.Read.All", "User.ReadWrite.All", "Directory.Read.All"},
			handle: func(c *call) (*reply, error) {
				return list(c, listing[*userState]{schema: userSchema, items: c.s.tenant.users, context: "users"})
			}},
	}
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
