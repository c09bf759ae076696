package graphtest

// userInfoRoutes are what Graph serves for OpenID Connect, beside its versions.
func userInfoRoutes() []route {
	get := route{
		method: "GET", pattern: "/oidc/userinfo", doc: "https://learn.microsoft.com/entra/identity-platform/userinfo",
		service: directory, shared: true, options: optNone, scopes: []string{"openid"}, roles: noRoles, handle: getUserInfo,
		differs: "Under a version, /v1.0/oidc/userinfo, it answers, too.",
	}
	post := get
	post.method = "POST"
	return []route{get, post}
}

// getUserInfo answers the standard claims about who is signed in, as far as the
// token's scopes go.
func getUserInfo(c *call) (*reply, error) {
	me := c.s.tenant.byID[c.token.objectID]
	if me == nil {
		return nil, failf(codeRequestNotFound, "Resource '%s' does not exist or one of its queried reference-property objects are not present.", c.token.objectID)
	}
	o := object{{"sub", c.token.subject}}
	if c.token.has([]string{"profile"}) {
		o = append(o, member{"name", me.DisplayName})
		for _, part := range []struct{ name, value string }{{"family_name", me.Surname}, {"given_name", me.GivenName}} {
			if part.value != "" {
				o = append(o, member{part.name, part.value})
			}
		}
		o = append(o, member{"picture", "https://" + c.r.Host + "/v1.0/me/photo/$value"})
	}
	if c.token.has([]string{"email"}) {
		o = append(o, member{"email", orElse(me.Mail, me.UserPrincipalName)})
	}
	return jsonReply(o), nil
}
