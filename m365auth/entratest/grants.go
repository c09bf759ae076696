package entratest

import (
	"strconv"
	"strings"
)

// mustAuthenticate refuses public clients, whose secret proves nothing.
func (c *call) mustAuthenticate(app App) *problem {
	switch {
	case !c.credential.presented():
		return newProblem(7000218, "")
	case app.public():
		return newProblem(700025, "")
	}
	return nil
}

// forItself gives an application a token of its own: client_credentials.
// https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
func (s *Server) forItself(c *call, app App) (grantOf, *problem) {
	if p := c.mustAuthenticate(app); p != nil {
		return grantOf{}, p
	}
	switch tenant := strings.ToLower(c.PathValue("tenant")); tenant {
	case "common", "organizations", "consumers":
		return grantOf{}, newProblem(50059, "")
	}
	sc, p := s.parseScopes(c.form.Get("scope"))
	if p != nil {
		return grantOf{}, p
	}
	if !sc.all {
		return grantOf{}, newProblem(1002012, c.form.Get("scope"))
	}
	return grantOf{app: app, scopes: sc, granted: s.rolesAt(app.Roles, sc.resource)}, nil
}

// rolesAt picks the roles of one resource, in short form.
func (s *Server) rolesAt(roles []string, audience string) []string {
	var granted []string
	for _, role := range roles {
		if of, name, p := s.splitScope(role); p == nil && of == audience {
			granted = append(granted, name)
		}
	}
	return granted
}

// onBehalf exchanges the token that a user's client presented to this
// application for one that the application uses at another resource.
// https://learn.microsoft.com/entra/identity-platform/v2-oauth2-on-behalf-of-flow
func (s *Server) onBehalf(c *call, app App) (grantOf, *problem) {
	if c.form.Get("requested_token_use") != "on_behalf_of" {
		return grantOf{}, newProblem(900144, "requested_token_use")
	}
	if c.form.Get("scope") == "" {
		return grantOf{}, newProblem(900144, "scope")
	}
	if p := c.mustAuthenticate(app); p != nil {
		return grantOf{}, p
	}
	sc, p := s.parseScopes(c.form.Get("scope"))
	if p != nil {
		return grantOf{}, p
	}
	u, began, p := s.assertedUser(c, app)
	if p != nil {
		return grantOf{}, p
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if p := s.enforced(u, began); p != nil {
		return grantOf{}, p
	}
	granted, p := s.consented(u, app, sc)
	if p != nil {
		return grantOf{}, p
	}
	g := grantOf{user: u, app: app, scopes: sc, granted: granted, began: began}
	if sc.offline {
		g.refresh = s.newFamily(u, app, sc, c.now, began)
	}
	return g, nil
}

// assertedUser is whose token the application presents, and which sign-in it is of.
func (s *Server) assertedUser(c *call, app App) (u User, began int, _ *problem) {
	refuse := func(number int, subject string) (User, int, *problem) { return User{}, 0, newProblem(number, subject) }
	t, ok := s.own(c.form.Get("assertion"))
	switch {
	case t == nil:
		return refuse(50027, "")
	case !ok:
		return refuse(50013, "")
	case !t.isFor(app.ID):
		return refuse(500131, "")
	case !t.validAt(c.now):
		return refuse(500133, "")
	case t.claims.Kind != "user":
		return refuse(7000114, app.ID)
	}
	u, ok = s.opts.userByID(t.claims.ObjectID)
	began, err := strconv.Atoi(t.claims.Began)
	if !ok || err != nil {
		return refuse(50013, "")
	}
	if _, gone := s.calledBack(t); gone {
		return refuse(50173, "")
	}
	return u, began, nil
}
