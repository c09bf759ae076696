package entratest

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// adminConsent is where an administrator consents for everybody.
// https://learn.microsoft.com/entra/identity-platform/v2-admin-consent
func (s *Server) adminConsent(c *call) reply {
	q := c.URL.Query()
	a, p := s.readAdminConsent(c.PathValue("tenant"), q)
	switch {
	case p != nil:
		return s.problemPage(c, p)
	case c.Method == http.MethodPost:
		return s.decideAdminConsent(c, a, q)
	case s.opts.AutoApprove != "":
		return s.admitAll(c, a, s.automatic(a), q)
	}
	admins := slices.DeleteFunc(slices.Clone(s.opts.Users), func(u User) bool { return !u.Admin })
	return s.personPage(c, a, q, authorizeData{
		Title: "Permissions requested for your organization", Users: admins, Scopes: a.scopes.listed(a.app, s.opts.Audience), ForAll: true,
	})
}

func (s *Server) readAdminConsent(tenant string, q url.Values) (authorization, *problem) {
	a := authorization{redirect: q.Get("redirect_uri"), mode: "query", state: q.Get("state")}
	if strings.EqualFold(tenant, "common") || strings.EqualFold(tenant, "consumers") {
		return a, newProblem(50059, "")
	}
	if !s.opts.knowsTenant(tenant) {
		return a, newProblem(90002, tenant)
	}
	var ok bool
	if a.app, ok = s.opts.app(q.Get("client_id")); !ok {
		return a, newProblem(700016, q.Get("client_id"))
	}
	if !a.app.redirectsTo(a.redirect) {
		return a, newProblem(50011, a.redirect)
	}
	scope := q.Get("scope")
	if scope == "" {
		scope = ".default"
	}
	sc, p := s.parseScopes(scope)
	a.scopes = sc
	return a, p
}

func (s *Server) decideAdminConsent(c *call, a authorization, q url.Values) reply {
	if !s.formIsOurs(c) {
		return renderAuthorize(http.StatusForbidden, staleForm())
	}
	switch u, ok := s.opts.user(c.form.Get("user")); {
	case c.form.Get("action") == "decline":
		return a.refuse(c, declinedByPerson())
	case c.form.Get("action") == "accept" && ok:
		return s.admitAll(c, a, u, q)
	}
	return renderAuthorize(http.StatusBadRequest, authorizeData{Title: "Not possible", Problem: "Neither Accept nor Cancel was chosen."})
}

// admitAll records consent for everybody, if the user may give it.
func (s *Server) admitAll(c *call, a authorization, u User, q url.Values) reply {
	if !u.Admin {
		return a.refuse(c, &problem{number: 90094, code: "access_denied"})
	}
	s.mu.Lock()
	s.consentForAll(a.app, a.scopes)
	s.mu.Unlock()
	values := url.Values{"admin_consent": {"True"}, "tenant": {s.opts.TenantID}}
	if scope := q.Get("scope"); scope != "" {
		values.Set("scope", scope)
	}
	return a.answer(c, values)
}

// logout ends the browser's session, and sends it back where that is the
// application's. https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc#send-a-sign-out-request
func (s *Server) logout(c *call) reply {
	q := c.URL.Query()
	if c.Method == http.MethodPost {
		q = c.form
	}
	rep := renderAuthorize(http.StatusOK, authorizeData{Title: "Signed out", Done: "You signed out of your account. You may close this window."})
	to := authorization{redirect: q.Get("post_logout_redirect_uri"), state: q.Get("state")}
	if s.leadsHome(to.redirect) {
		rep = to.answer(c, url.Values{})
	}
	rep.header.Add("Set-Cookie", (&http.Cookie{
		Name: sessionCookie, Path: "/", MaxAge: -1, Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	}).String())
	return rep
}

// leadsHome reports whether some application registered the URI.
func (s *Server) leadsHome(uri string) bool {
	return slices.ContainsFunc(s.opts.Apps, func(a App) bool { return a.redirectsTo(uri) })
}
