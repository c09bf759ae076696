package entratest

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// authorization is a request for a code, checked.
type authorization struct {
	app               App
	redirect, mode    string // where the answer goes, and how
	code, idToken     bool   // what it bears
	state, nonce      string
	scopes            scopes
	challenge, method string // of PKCE
	prompt, hint      string
}

// errNoRedirect says that a browser must not be sent anywhere with a problem.
var errNoRedirect = errors.New("the redirect URI is not known to be the client's")

// readAuthorization checks a request. Until the redirect URI is known to be the
// client's, a problem comes with errNoRedirect and is for the person's eyes alone.
func (s *Server) readAuthorization(q url.Values) (authorization, *problem, error) {
	a := authorization{
		redirect: q.Get("redirect_uri"), mode: cmp.Or(q.Get("response_mode"), usualMode(q.Get("response_type"))),
		state: q.Get("state"), nonce: q.Get("nonce"), prompt: q.Get("prompt"), hint: q.Get("login_hint"),
		challenge: q.Get("code_challenge"), method: q.Get("code_challenge_method"),
	}
	if q.Get("client_id") == "" {
		return a, newProblem(900144, "client_id"), errNoRedirect
	}
	var ok bool
	if a.app, ok = s.opts.app(q.Get("client_id")); !ok {
		return a, newProblem(700016, q.Get("client_id")), errNoRedirect
	}
	if a.redirect == "" && len(a.app.RedirectURIs) == 1 {
		a.redirect = a.app.RedirectURIs[0]
	}
	if !a.app.redirectsTo(a.redirect) {
		return a, newProblem(50011, a.redirect), errNoRedirect
	}
	if !slices.Contains([]string{"query", "fragment", "form_post"}, a.mode) {
		a.mode = "query"
		return a, newProblem(70007, q.Get("response_mode")), nil
	}
	return a, s.checkAuthorization(&a, q), nil
}

// checkAuthorization checks what the client itself is told about.
func (s *Server) checkAuthorization(a *authorization, q url.Values) (p *problem) {
	if p = a.readResponseType(q); p != nil {
		return p
	}
	if q.Get("scope") == "" {
		return newProblem(900144, "scope")
	}
	if a.scopes, p = s.parseScopes(q.Get("scope")); p != nil {
		return p
	}
	if a.idToken && !slices.Contains(a.scopes.openID, "openid") {
		return newProblem(70011, q.Get("scope"))
	}
	if a.challenge == "" && a.method != "" || a.challenge != "" && (len(a.challenge) < 43 || len(a.challenge) > 128) {
		return newProblem(501491, "")
	}
	if a.challenge != "" && a.method != "S256" && a.method != "" && a.method != "plain" {
		return newProblem(9002313, "")
	}
	if !slices.Contains([]string{"", "none", "login", "consent", "select_account", "create"}, a.prompt) {
		return newProblem(90023, a.prompt)
	}
	_, p = parseClaims(q.Get("claims"))
	return p
}

// authorize is the authorization endpoint, and what a person decides on there.
// https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow#request-an-authorization-code
func (s *Server) authorize(c *call) reply {
	if tenant := c.PathValue("tenant"); !s.opts.knowsTenant(tenant) {
		return s.problemPage(c, newProblem(90002, tenant))
	}
	q, decided := c.URL.Query(), false
	if c.Method == http.MethodPost {
		if decided = c.form.Has("csrf"); !decided {
			q = c.form // OpenID Connect lets a client send its request so
		}
	}
	a, p, err := s.readAuthorization(q)
	switch {
	case err != nil:
		return s.problemPage(c, p)
	case p != nil:
		return a.refuse(c, p)
	case decided:
		return s.decideAuthorization(c, a)
	case a.prompt == "none":
		return s.authorizeSilently(c, a)
	case s.opts.AutoApprove != "":
		return s.admit(c, a, s.automatic(a))
	}
	return s.askPerson(c, a, q)
}

// automatic is who approves by themselves.
func (s *Server) automatic(a authorization) User {
	u, ok := s.opts.user(a.hint)
	if !ok {
		u, _ = s.opts.user(s.opts.AutoApprove)
	}
	return u
}

// admit signs the user in, with consent to what was asked for.
func (s *Server) admit(c *call, a authorization, u User) reply {
	values, p := s.admitted(c, a, u)
	if p != nil {
		return a.refuse(c, p)
	}
	return a.answer(c, values)
}

// admitted records consent and returns what the client gets. A policy or a
// missing administrator speaks here, while a person is looking.
func (s *Server) admitted(c *call, a authorization, u User) (url.Values, *problem) {
	s.mu.Lock()
	p := s.enforced(u, s.sequence+1)
	if p == nil {
		_, p = s.consent(u, a.app, a.scopes)
	}
	s.mu.Unlock()
	if p != nil {
		p.code = "access_denied"
		return nil, p
	}
	return s.granted(c, a, u)
}

// refuse tells the client of a problem, at its redirect URI.
func (a authorization) refuse(c *call, p *problem) reply {
	rep := a.answer(c, p.parameters(c))
	rep.aadsts = p.number
	return rep
}

// parameters are the error as a redirect carries it.
func (p *problem) parameters(c *call) url.Values {
	v := url.Values{
		"error":             {cmp.Or(p.code, p.entry().code)},
		"error_description": {p.description(c)},
		"error_uri":         {fmt.Sprintf("%s/error?code=%d", c.base, p.number)},
	}
	if p.claims != "" {
		v.Set("claims", p.claims)
	}
	return v
}

// answer sends the browser to the client, in the way that the client chose.
func (a authorization) answer(c *call, values url.Values) reply {
	if a.state != "" {
		values.Set("state", a.state)
	}
	if a.mode == "form_post" {
		return postPage(a.redirect, values)
	}
	return reply{
		status: http.StatusFound, kind: "text/plain; charset=utf-8",
		header: http.Header{"Location": {a.location(values)}, "Referrer-Policy": {"no-referrer"}},
	}
}

// location is the redirect URI with an answer in it.
func (a authorization) location(values url.Values) string {
	switch {
	case len(values) == 0:
		return a.redirect
	case a.mode == "fragment":
		return a.redirect + "#" + values.Encode()
	case strings.Contains(a.redirect, "?"):
		return a.redirect + "&" + values.Encode()
	}
	return a.redirect + "?" + values.Encode()
}

// Authorize plays a person in a browser: it opens the URL of the authorization
// endpoint, signs the user in, consents, and returns the request that the browser
// then makes to the client's redirect URI, for a test to send or to hand to a
// handler. With the mode fragment the answer stands in the URL's fragment, which
// does not travel. An empty upn declines. Problems that the client is told of are
// in that request, too; the others, and an unknown user, are errors. Nothing of it
// goes over the network, so that faults do not hit it and no log has it.
func (s *Server) Authorize(authorizeURL, upn string) (*http.Request, error) {
	req, err := http.NewRequest(http.MethodGet, authorizeURL, nil)
	if err != nil {
		return nil, errors.New("entratest: authorize: the URL is malformed")
	}
	tenant, found := strings.CutSuffix(strings.TrimPrefix(req.URL.Path, "/"), "/oauth2/v2.0/authorize")
	if !found || !s.opts.knowsTenant(tenant) {
		return nil, errors.New("entratest: authorize: the URL is not that of the authorization endpoint")
	}
	u, ok := s.opts.user(upn)
	if !ok && upn != "" {
		return nil, fmt.Errorf("entratest: authorize: no user is named %q", upn)
	}
	c, _ := s.newCall(nil, req) // only a body could fail
	a, p, err := s.readAuthorization(req.URL.Query())
	if err != nil {
		return nil, fmt.Errorf("entratest: authorize: %w: %w", err, p)
	}
	var values url.Values
	switch {
	case p != nil:
	case upn == "":
		p = declinedByPerson()
	default:
		values, p = s.admitted(c, a, u)
	}
	if p != nil {
		values = p.parameters(c)
	}
	return a.request(values)
}

// request is what the browser does with an answer.
func (a authorization) request(values url.Values) (*http.Request, error) {
	if a.state != "" {
		values.Set("state", a.state)
	}
	if a.mode != "form_post" {
		return http.NewRequest(http.MethodGet, a.location(values), nil)
	}
	req, err := http.NewRequest(http.MethodPost, a.redirect, strings.NewReader(values.Encode()))
	if err == nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return req, err
}
