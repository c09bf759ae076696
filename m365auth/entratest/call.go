package entratest

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// maxBody bounds a form. Real ones take a few kilobytes.
const maxBody = 64 << 10

// call is a request being answered.
type call struct {
	*http.Request
	now         time.Time
	base        string // root of links in the answer
	trace       string
	correlation string
	form        url.Values // the body's; never nil
	credential  credential
	v1          bool // the request came to an endpoint of the first version
}

// reply is an answer. Handlers return it, so that one place writes and logs.
type reply struct {
	status int
	header http.Header
	kind   string // Content-Type
	body   []byte
	aadsts int // for the log
}

const jsonType = "application/json; charset=utf-8"

func jsonReply(status int, body any) reply {
	text, err := json.Marshal(body)
	if err != nil { // only strings and numbers are ever marshalled here
		return reply{status: http.StatusInternalServerError, kind: "text/plain", body: []byte("cannot encode the answer")}
	}
	return reply{status: status, kind: jsonType, body: text}
}

func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /common/discovery/instance", s.serve(Discovery, s.instanceDiscovery))
	mux.Handle("GET /{tenant}/v2.0/.well-known/openid-configuration", s.serve(Discovery, s.openIDConfiguration))
	mux.Handle("GET /{tenant}/discovery/v2.0/keys", s.serve(Keys, s.keySet))
	mux.Handle("/{tenant}/oauth2/v2.0/devicecode", s.serve(DeviceCode, s.post(s.startDeviceCode)))
	mux.Handle("/{tenant}/oauth2/v2.0/token", s.serve(Token, s.post(s.token)))
	mux.Handle("GET /{tenant}/oauth2/v2.0/authorize", s.serve(Authorize, s.authorize))
	mux.Handle("POST /{tenant}/oauth2/v2.0/authorize", s.serve(Authorize, s.authorize))
	mux.Handle("GET /{tenant}/v2.0/adminconsent", s.serve(AdminConsent, s.adminConsent))
	mux.Handle("POST /{tenant}/v2.0/adminconsent", s.serve(AdminConsent, s.adminConsent))
	mux.Handle("GET /{tenant}/oauth2/v2.0/logout", s.serve(Logout, s.logout))
	mux.Handle("POST /{tenant}/oauth2/v2.0/logout", s.serve(Logout, s.logout))
	mux.Handle("GET /{tenant}/.well-known/openid-configuration", s.serve(Discovery, s.openIDConfiguration))
	mux.Handle("GET /{tenant}/discovery/keys", s.serve(Keys, s.keySet))
	mux.Handle("/{tenant}/oauth2/devicecode", s.serve(DeviceCode, s.post(s.v1(s.startDeviceCode))))
	mux.Handle("/{tenant}/oauth2/token", s.serve(Token, s.post(s.v1(s.token))))
	mux.Handle("GET /{tenant}/oauth2/authorize", s.serve(Authorize, s.v1(s.authorize)))
	mux.Handle("POST /{tenant}/oauth2/authorize", s.serve(Authorize, s.v1(s.authorize)))
	mux.Handle("GET /{tenant}/oauth2/logout", s.serve(Logout, s.logout))
	mux.Handle("POST /{tenant}/oauth2/logout", s.serve(Logout, s.logout))
	for _, path := range []string{"/common/userrealm/{user}", "/common/UserRealm/{user}"} { // clients spell it both ways
		mux.Handle("GET "+path, s.serve(Discovery, s.userRealm))
	}
	mux.Handle("/oauth20_token.srf", s.serve(Token, live(s.post(s.token))))
	mux.Handle("GET /oauth20_authorize.srf", s.serve(Authorize, live(s.authorize)))
	mux.Handle("POST /oauth20_authorize.srf", s.serve(Authorize, live(s.authorize)))
	for _, path := range []string{nativePath, livePath} {
		mux.Handle("GET "+path, s.serve(Page, nativeClient))
	}
	for _, path := range []string{"/devicelogin", "/device", "/common/oauth2/deviceauth"} {
		mux.Handle("GET "+path, s.serve(Page, s.showPage))
		mux.Handle("POST "+path, s.serve(Page, s.submitPage))
	}
	mux.Handle("/", s.serve(anything, notFound))
	return mux
}

func notFound(*call) reply {
	return reply{status: http.StatusNotFound, kind: "text/plain; charset=utf-8", body: []byte("not found\n")}
}

// post lets through what the OAuth endpoints accept: a POST to a known tenant.
func (s *Server) post(next func(*call) reply) func(*call) reply {
	return func(c *call) reply {
		if c.Method != http.MethodPost {
			return newProblem(900561, c.Method).reply(c)
		}
		if tenant := c.PathValue("tenant"); !s.opts.knowsTenant(tenant) {
			p := newProblem(90002, tenant)
			p.code = "invalid_request" // "invalid_tenant" is the discovery's
			return p.reply(c)
		}
		return next(c)
	}
}

// serve is the one adapter between handlers and HTTP: it reads the form,
// applies faults, writes the answer and logs it.
func (s *Server) serve(at Endpoint, next func(*call) reply) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !s.enter() {
			panic(http.ErrAbortHandler) // the connection is going away
		}
		defer s.running.Done()
		c, err := s.newCall(w, r)
		fault := s.takeFault(at, c)
		answer := func() reply {
			if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
				p := newProblem(9002313, "").reply(c)
				p.status = http.StatusRequestEntityTooLarge
				return p
			} else if err != nil {
				return newProblem(9002313, "").reply(c)
			}
			return next(c)
		}
		rep := s.applyFault(fault, at, c, answer)
		s.logRequest(c, rep)
		rep.write(w, c)
	})
}

// cut is the status of an answer that is never sent.
const cut = -1

func (rep reply) write(w http.ResponseWriter, c *call) {
	if rep.status == cut {
		panic(http.ErrAbortHandler) // the way of net/http to drop a connection or a stream
	}
	h := w.Header()
	h.Set("Content-Type", rep.kind)
	h.Set("Content-Length", strconv.Itoa(len(rep.body)))
	h.Set("Cache-Control", "no-store, no-cache")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Ms-Request-Id", c.trace)
	if c.Header.Get("Return-Client-Request-Id") != "" {
		h.Set("Client-Request-Id", c.correlation)
	}
	for name, values := range rep.header {
		h[name] = values
	}
	w.WriteHeader(rep.status)
	_, _ = w.Write(rep.body) // the client may have gone
}

// enter counts a handler as running, unless the server is closing.
func (s *Server) enter() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.running.Add(1)
	}
	return !s.closed
}

// newCall reads the request. With an error the call is complete but for its form.
func (s *Server) newCall(w http.ResponseWriter, r *http.Request) (*call, error) {
	c := &call{
		Request: r, now: s.opts.Now(), base: s.base(r),
		trace: randomGUID(), correlation: correlation(r), form: url.Values{},
	}
	if r.Method != http.MethodPost {
		return c, nil
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		return c, err
	}
	if kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";"); !strings.EqualFold(strings.TrimSpace(kind), "application/x-www-form-urlencoded") {
		return c, nil // Entra finds no parameter in it
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return c, err
	}
	c.form = form
	c.credential = credentialOf(r, form)
	return c, nil
}

// clientID is the application that a request names, anywhere.
func (c *call) clientID() string {
	if c.credential.id != "" {
		return c.credential.id
	}
	return c.URL.Query().Get("client_id")
}

// correlation is the id that the client gave its request, in a header or the
// query, or a new one.
func correlation(r *http.Request) string {
	for _, id := range []string{r.Header.Get("Client-Request-Id"), r.URL.Query().Get("client-request-id")} {
		if isGUID(id) {
			return id
		}
	}
	return randomGUID()
}

func randomGUID() string {
	var b [16]byte
	rand.Read(b[:])
	return formatGUID(b)
}

// Request is one line of the log. It never holds a secret: of the query and
// the form only the client id and the grant type are kept.
type Request struct {
	// Time is by the server's clock.
	Time time.Time
	// Method and Path are the request line's, without the query, and Host is the
	// name by which the client called.
	Method, Host, Path string
	// Proto is "HTTP/1.1" or "HTTP/2.0".
	Proto string
	// ClientID is the application's.
	ClientID string
	// GrantType is "authorization_code", "client_credentials", "device_code"
	// (under either of its names), "on_behalf_of" (which the protocol calls
	// jwt-bearer), "password", "refresh_token", "other", or empty where there is none.
	GrantType string
	// Status is that of the answer; -1 where the connection was cut instead.
	Status int
	// AADSTS is the number of the error that was answered; 0 if there is none.
	AADSTS int
}

// maxLog bounds what a long-lived server remembers of the past.
const maxLog = 10_000

func (s *Server) logRequest(c *call, rep reply) {
	line := Request{
		Time: c.now, Method: c.Method, Host: c.Host, Path: c.URL.Path, Proto: c.Proto, ClientID: c.clientID(),
		GrantType: c.grant(), Status: rep.status, AADSTS: rep.aadsts,
	}
	if s.opts.Log != nil {
		s.opts.Log(line)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = appendBounded(s.requests, line)
}

// Requests returns the last 10,000 requests or more, oldest first.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.requests)
}

// appendBounded forgets the older half of a full log.
func appendBounded[T any](log []T, entry T) []T {
	if len(log) >= 2*maxLog {
		log = slices.Delete(log, 0, maxLog)
	}
	return append(log, entry)
}
