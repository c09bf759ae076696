package entratest

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	_ "embed"
	"encoding/base64"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

//go:embed authorize.html
var authorizeSource string

var authorizeTemplate = parsedOnce("authorize", authorizeSource)

// authorizeData fills authorize.html: people to choose from, scopes to consent
// to, a problem, a result, or a form on its way to the client.
type authorizeData struct {
	Title, Nonce, CSRF string
	Action             template.URL
	App                string
	Users              []User
	User               *User
	Scopes             []string
	NeedsAdmin         []string // scopes that the user cannot consent to
	ForAll             bool     // an administrator may consent for everybody, or is to
	Problem, Done      string
	Post               url.Values // hidden fields of a form that submits itself

	target string // where the form may lead in the end
}

// askPerson shows the page, unless all is known: who the person is, and that they
// have consented.
func (s *Server) askPerson(c *call, a authorization, q url.Values) reply {
	u, known := s.opts.user(a.hint)
	if session, ok := s.session(c); ok && a.hint == "" {
		s.mu.Lock()
		u, known = session.user, s.enforced(session.user, session.began) == nil
		s.mu.Unlock()
	}
	if !known || slices.Contains([]string{"login", "select_account", "create"}, a.prompt) {
		return s.choosePage(c, a, q)
	}
	return s.proceed(c, a, u, q)
}

// proceed signs the chosen user in, with the consent screen where it is due.
func (s *Server) proceed(c *call, a authorization, u User, q url.Values) reply {
	s.mu.Lock()
	_, p := s.consented(u, a.app, a.scopes)
	s.mu.Unlock()
	if p == nil && a.prompt != "consent" {
		return s.admitWithSession(c, a, u)
	}
	data := authorizeData{Title: "Permissions requested", User: &u, ForAll: u.Admin, Scopes: a.scopes.listed(a.app, s.opts.Audience)}
	if data.NeedsAdmin = s.beyond(u, a); len(data.NeedsAdmin) > 0 {
		data.Title = "Need admin approval"
	}
	return s.personPage(c, a, q, data)
}

// beyond are the scopes that the user cannot consent to, and nobody has for them.
func (s *Server) beyond(u User, a authorization) []string {
	if u.Admin || a.scopes.resource != s.opts.Audience {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	have := s.allowed(u, a.app, a.scopes.resource)
	return slices.DeleteFunc(slices.Clone(a.scopes.wanted(a.app, s.opts.Audience)), func(name string) bool {
		return containsFold(have, name) || !s.opts.needsAdmin(name)
	})
}

func (s *Server) choosePage(c *call, a authorization, q url.Values) reply {
	users := slices.Clone(s.opts.Users)
	slices.SortStableFunc(users, func(x, y User) int { // the hinted one first
		return strings.Compare(strconv.FormatBool(!strings.EqualFold(x.UPN, a.hint)), strconv.FormatBool(!strings.EqualFold(y.UPN, a.hint)))
	})
	return s.personPage(c, a, q, authorizeData{Title: "Pick an account", Users: users})
}

// personPage shows a form, bound to this browser.
func (s *Server) personPage(c *call, a authorization, q url.Values, data authorizeData) reply {
	secret := c.formSecret()
	data.App, data.target, data.CSRF = a.app.Name, a.redirect, s.formToken(secret)
	data.Action = template.URL(c.URL.EscapedPath() + "?" + q.Encode())
	rep := renderAuthorize(http.StatusOK, data)
	rep.header.Add("Set-Cookie", formCookie(secret).String())
	return rep
}

// decideAuthorization carries out what a person chose on the page.
func (s *Server) decideAuthorization(c *call, a authorization) reply {
	u, ok := s.opts.user(c.form.Get("user"))
	switch action := c.form.Get("action"); {
	case !s.formIsOurs(c):
		return renderAuthorize(http.StatusForbidden, staleForm())
	case action == "decline":
		return a.refuse(c, declinedByPerson())
	case action == "back":
		return a.refuse(c, &problem{number: 90094, code: "access_denied"})
	case !ok:
		return renderAuthorize(http.StatusBadRequest, authorizeData{Title: "Not possible", Problem: "There is no such user."})
	case action == "choose":
		return s.proceed(c, a, u, c.URL.Query())
	case action == "accept":
		if u.Admin && c.form.Get("all") == "on" {
			s.mu.Lock()
			s.consentForAll(a.app, a.scopes)
			s.mu.Unlock()
		}
		return s.admitWithSession(c, a, u)
	}
	return renderAuthorize(http.StatusBadRequest, authorizeData{Title: "Not possible", Problem: "Neither Accept nor Cancel was chosen."})
}

func declinedByPerson() *problem { return &problem{number: 65004, code: "access_denied"} }

func staleForm() authorizeData {
	return authorizeData{Title: "Not accepted", Problem: "This form is not from this page, or is too old. Go back to the application and begin again."}
}

// session is who signed in with this browser before.
type session struct {
	user  User
	began int // as that of a family
}

const sessionCookie = "__Host-entratest-session"

func (s *Server) admitWithSession(c *call, a authorization, u User) reply {
	rep := s.admit(c, a, u)
	if rep.aadsts != 0 {
		return rep
	}
	s.mu.Lock()
	s.sequence++
	text := u.ID + "." + strconv.Itoa(s.sequence)
	s.mu.Unlock()
	rep.header.Add("Set-Cookie", (&http.Cookie{
		Name: sessionCookie, Value: text + "." + base64.RawURLEncoding.EncodeToString(s.mac("session", []byte(text))),
		Path: "/", Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	}).String())
	return rep
}

// session is the one of this browser, unless it was revoked.
func (s *Server) session(c *call) (session, bool) {
	cookie, err := c.Cookie(sessionCookie)
	if err != nil {
		return session{}, false
	}
	text, sum, _ := cutLast(cookie.Value, ".")
	mac, err := base64.RawURLEncoding.DecodeString(sum)
	if err != nil || !hmac.Equal(mac, s.mac("session", []byte(text))) {
		return session{}, false
	}
	id, number, _ := strings.Cut(text, ".")
	u, ok := s.opts.userByID(id)
	began, err := strconv.Atoi(number)
	s.mu.Lock()
	defer s.mu.Unlock()
	return session{u, began}, ok && err == nil && began > s.revoked[id]
}

// authorizeSilently answers prompt=none, which shows no page.
func (s *Server) authorizeSilently(c *call, a authorization) reply {
	who, ok := s.session(c)
	if !ok && s.opts.AutoApprove != "" {
		who, ok = session{user: s.automatic(a)}, true
	}
	if !ok {
		return a.refuse(c, newProblem(50058, ""))
	}
	if a.hint != "" && !strings.EqualFold(a.hint, who.user.UPN) {
		return a.refuse(c, newProblem(16000, a.hint))
	}
	s.mu.Lock()
	p, code := s.enforced(who.user, who.began), "interaction_required"
	if p == nil {
		_, p = s.consented(who.user, a.app, a.scopes)
		code = "consent_required"
	}
	s.mu.Unlock()
	if p != nil {
		p.code = code
		return a.refuse(c, p)
	}
	return a.answer(c, url.Values{"code": {s.newCode(c.now, a, who.user)}})
}

// problemPage tells a person what no client may be told.
func (s *Server) problemPage(c *call, p *problem) reply {
	rep := renderAuthorize(http.StatusBadRequest, authorizeData{Title: "Sorry, but we're having trouble signing you in", Problem: p.description(c)})
	rep.aadsts = p.number
	return rep
}

// postPage is a form that brings the answer to the client (OAuth 2.0 Form Post Response Mode).
func postPage(redirect string, values url.Values) reply {
	return renderAuthorize(http.StatusOK, authorizeData{
		Title: "Working...", Action: template.URL(redirect), Post: values, target: redirect,
	})
}

func renderAuthorize(status int, data authorizeData) reply {
	data.Nonce = rand.Text()
	t, err := authorizeTemplate()
	var out bytes.Buffer
	if err == nil {
		err = t.Execute(&out, data)
	}
	if err != nil {
		return noPage()
	}
	return reply{status: status, header: pageHeader(data.Nonce, data.target), kind: "text/html; charset=utf-8", body: out.Bytes()}
}
