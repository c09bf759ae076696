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
	"sync"
)

var (
	//go:embed page.html
	pageSource string
	//go:embed page.css
	styleSource string
)

var pageTemplate = parsedOnce("devicelogin", pageSource)

// parsedOnce parses a page, and the style of all pages, when a person first opens
// it.
func parsedOnce(name, source string) func() (*template.Template, error) {
	return sync.OnceValues(func() (*template.Template, error) {
		t, err := template.New("style").Parse(styleSource)
		if err != nil {
			return nil, err
		}
		return t.New(name).Parse(source)
	})
}

// pageData fills page.html: a form for the code, a form to decide, or a result.
type pageData struct {
	Title, Nonce, CSRF string
	Typed              string       // code as typed, in the first form
	Problem            string       // what is wrong with it
	Code               *PendingCode // what to decide on
	Users              []User
	Done               string // the result
}

// pageCookie binds the form to the browser that was shown it.
const pageCookie = "__Host-entratest"

// showPage asks for the code or, given one, for the decision. Like Entra's page
// it takes the code from ?otc=, and from ?user_code= as RFC 8628 would have it.
func (s *Server) showPage(c *call) reply {
	q := c.URL.Query()
	typed := q.Get("otc")
	if typed == "" {
		typed = q.Get("user_code")
	}
	if typed == "" {
		return renderPage(http.StatusOK, pageData{Title: "Enter code"}, nil)
	}
	code, err := s.lookUp(typed)
	if err != nil {
		return badCode(typed, err)
	}
	secret := c.formSecret()
	return renderPage(http.StatusOK, pageData{
		Title: "Approve the sign-in", Code: &code, Users: s.opts.Users, CSRF: s.formToken(secret),
	}, formCookie(secret))
}

// formSecret is what binds forms to a browser.
func (c *call) formSecret() string {
	if cookie, err := c.Cookie(pageCookie); err == nil && cookie.Value != "" {
		return cookie.Value // another tab keeps working
	}
	return rand.Text()
}

func formCookie(secret string) *http.Cookie {
	return &http.Cookie{Name: pageCookie, Value: secret, Path: "/", Secure: true, HttpOnly: true, SameSite: http.SameSiteStrictMode}
}

// formIsOurs reports whether this browser was shown the form, here.
func (s *Server) formIsOurs(c *call) bool {
	cookie, err := c.Cookie(pageCookie)
	return err == nil && hmac.Equal([]byte(s.formToken(cookie.Value)), []byte(c.form.Get("csrf"))) &&
		http.NewCrossOriginProtection().Check(c.Request) == nil
}

// submitPage carries the decision out. A form that this browser was not shown
// is refused: no other site can approve for the person.
func (s *Server) submitPage(c *call) reply {
	if !s.formIsOurs(c) {
		return renderPage(http.StatusForbidden, pageData{
			Title: "Not accepted", Done: "This form is not from this page, or is too old. Enter the code again.",
		}, nil)
	}
	typed := c.form.Get("user_code")
	switch c.form.Get("action") {
	case "approve":
		if u, ok := s.opts.user(c.form.Get("user")); !ok {
			return badCode(typed, errUnknownUser)
		} else if err := s.decide(typed, approved, u); err != nil {
			return badCode(typed, err)
		}
		return renderPage(http.StatusOK, pageData{Title: "Signed in", Done: "You have signed in on your device. You may close this window."}, nil)
	case "decline":
		if err := s.decide(typed, declined, User{}); err != nil {
			return badCode(typed, err)
		}
		return renderPage(http.StatusOK, pageData{Title: "Declined", Done: "Nothing was signed in. You may close this window."}, nil)
	}
	return badCode(typed, errNoDecision)
}

func (s *Server) lookUp(userCode string) (PendingCode, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d, err := s.waiting(userCode)
	if err != nil {
		return PendingCode{}, err
	}
	return d.describe(), nil
}

func (s *Server) formToken(secret string) string {
	return base64.RawURLEncoding.EncodeToString(s.mac("form", []byte(secret)))
}

func badCode(typed string, err error) reply {
	return renderPage(http.StatusBadRequest, pageData{Title: "Enter code", Typed: typed, Problem: "Not possible: " + err.Error() + "."}, nil)
}

func renderPage(status int, data pageData, cookie *http.Cookie) reply {
	data.Nonce = rand.Text()
	t, err := pageTemplate()
	var out bytes.Buffer
	if err == nil {
		err = t.Execute(&out, data)
	}
	if err != nil {
		return noPage()
	}
	h := pageHeader(data.Nonce, "")
	if cookie != nil {
		h.Set("Set-Cookie", cookie.String())
	}
	return reply{status: status, header: h, kind: "text/html; charset=utf-8", body: out.Bytes()}
}

func noPage() reply {
	return reply{status: http.StatusInternalServerError, kind: "text/plain; charset=utf-8", body: []byte("cannot show the page\n")}
}

// pageHeader lets a page do nothing but what it is for. Its form may lead to
// target, since browsers check redirects, too.
func pageHeader(nonce, target string) http.Header {
	formAction := "'self'"
	if u, err := url.Parse(target); err == nil && target != "" {
		formAction += " " + u.Scheme + ":"
		if u.Host != "" {
			formAction += "//" + u.Host
		}
	}
	return http.Header{
		"Content-Security-Policy": {"default-src 'none'; style-src 'nonce-" + nonce + "'; script-src 'nonce-" + nonce +
			"'; form-action " + formAction + "; base-uri 'none'; frame-ancestors 'none'"},
		"Referrer-Policy": {"same-origin"},
		"X-Frame-Options": {"DENY"},
	}
}
