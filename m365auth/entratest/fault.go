package entratest

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Endpoint is a part of the server that a [Fault] hits.
type Endpoint string

// The endpoints.
const (
	// DeviceCode starts device-code sign-ins.
	DeviceCode Endpoint = "devicecode"
	// Token redeems codes, refresh tokens, credentials and assertions.
	Token Endpoint = "token"
	// Authorize signs people in with a browser, and is what they decide on there.
	Authorize Endpoint = "authorize"
	// AdminConsent is where an administrator consents for everybody.
	AdminConsent Endpoint = "adminconsent"
	// Logout ends a browser's session.
	Logout Endpoint = "logout"
	// Machine is where programs on an Azure machine ask for tokens of its
	// managed identities.
	Machine Endpoint = "machine"
	// Discovery is the OpenID configuration and the instance discovery.
	Discovery Endpoint = "discovery"
	// Keys is the JWKS.
	Keys Endpoint = "keys"
	// Page is where a person enters a code.
	Page Endpoint = "page"

	anything Endpoint = ""
)

// Fault makes requests fail. What it says happens to a matching request in the
// order of the fields; the zero answer (no Cut, AADSTS, Status or Body) only
// delays and patches.
type Fault struct {
	// Endpoint is what fails. Empty means every one.
	Endpoint Endpoint
	// Grant limits the fault to token requests of one grant, spelled as in
	// [Request].
	Grant string
	// Skip is how many matching requests pass before the first that fails.
	Skip int
	// Count is how many fail then. Zero means one, a negative value all.
	Count int

	// Delay passes before anything is done.
	Delay time.Duration
	// After says that the request is carried out, and only its answer is
	// lost or replaced: a code is redeemed, a refresh token rotated.
	After bool

	// Cut drops the connection without an answer.
	Cut bool
	// AADSTS answers with this error of Entra's, in its status and body. The
	// authorization endpoint tells it to the client by a redirect, unless there
	// is a Status.
	AADSTS int
	// Claims is added to an AADSTS error, as a claims challenge in JSON.
	Claims string
	// Status answers with this status, from 200 to 599; with AADSTS it
	// replaces that error's. Zero means 200 with a Body, else the error's own.
	Status int
	// Body is answered as it stands, with a JSON content type: wrong JSON, or
	// an error without a number, such as {"error":"slow_down"} with Status 400.
	Body string
	// Patch changes the JSON that is answered, as a merge patch (RFC 7396):
	// {"interval":null} takes a member away, {"expires_in":60} replaces one.
	Patch string
	// RetryAfter is sent along in seconds, if it is positive.
	RetryAfter time.Duration
}

// Fail arranges for requests to fail. Of the faults that match a request, the
// one given first has its turn until its Count is used up. An AADSTS number that the
// server does not know gets the body of an invalid_grant.
func (s *Server) Fail(f Fault) {
	if f.Count == 0 {
		f.Count = 1
	}
	if f.Status != 0 && (f.Status < 200 || f.Status > 599) {
		f.Status = http.StatusInternalServerError // net/http cannot send it
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, &f)
}

// takeFault returns the fault that hits the request, if any, and counts it.
func (s *Server) takeFault(at Endpoint, c *call) *Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, f := range s.faults {
		if f.Endpoint != anything && f.Endpoint != at || f.Grant != "" && f.Grant != c.grant() {
			continue
		}
		if f.Skip > 0 {
			f.Skip--
			continue
		}
		hit := *f
		if f.Count--; f.Count == 0 {
			s.faults = append(s.faults[:i:i], s.faults[i+1:]...)
		}
		return &hit
	}
	return nil
}

func (s *Server) applyFault(f *Fault, at Endpoint, c *call, answer func() reply) reply {
	if f == nil {
		return answer()
	}
	if f.Delay > 0 {
		timer := time.NewTimer(f.Delay)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-c.Context().Done(): // the client has gone, or the server is closed
			return reply{status: cut}
		}
	}
	if f.After || f.delaysOnly() {
		if rep := answer(); f.delaysOnly() {
			return f.patched(rep)
		}
	}
	if at == Authorize && !f.Cut && f.AADSTS != 0 && f.Status == 0 {
		return s.refuseInBrowser(f, c)
	}
	return f.patched(f.reply(c))
}

// refuseInBrowser answers an error as the authorization endpoint does.
func (s *Server) refuseInBrowser(f *Fault, c *call) reply {
	p := newProblem(f.AADSTS, c.clientID())
	p.claims = f.Claims
	a, _, err := s.readAuthorization(c.URL.Query())
	if err != nil {
		return s.problemPage(c, p)
	}
	if code := p.entry().code; code == "invalid_grant" || code == "authorization_declined" { // those of the token endpoint
		p.code = "access_denied"
	}
	return a.refuse(c, p)
}

func (f *Fault) delaysOnly() bool {
	return !f.Cut && f.AADSTS == 0 && f.Status == 0 && f.Body == ""
}

// patched is an answer after the patch. What is no JSON stays.
func (f *Fault) patched(rep reply) reply {
	var doc, patch any
	if f.Patch == "" || json.Unmarshal(rep.body, &doc) != nil || json.Unmarshal([]byte(f.Patch), &patch) != nil {
		return rep
	}
	if body, err := json.Marshal(mergePatch(doc, patch)); err == nil {
		rep.body = body
	}
	return rep
}

// mergePatch is https://www.rfc-editor.org/rfc/rfc7396#section-2.
func mergePatch(target, patch any) any {
	changes, ok := patch.(map[string]any)
	if !ok {
		return patch
	}
	members, ok := target.(map[string]any)
	if !ok {
		members = map[string]any{}
	}
	for name, v := range changes {
		if v == nil {
			delete(members, name)
			continue
		}
		members[name] = mergePatch(members[name], v)
	}
	return members
}

func (f *Fault) reply(c *call) reply {
	if f.Cut {
		return reply{status: cut}
	}
	rep := reply{status: http.StatusOK, kind: jsonType, body: []byte(f.Body)}
	if f.AADSTS != 0 {
		p := newProblem(f.AADSTS, c.clientID())
		p.claims = f.Claims
		rep = p.reply(c)
	}
	if f.Status != 0 {
		rep.status = f.Status
	}
	if f.RetryAfter > 0 {
		rep.header = http.Header{"Retry-After": {strconv.Itoa(seconds(f.RetryAfter))}}
	}
	return rep
}

// seconds rounds up, since a protocol's whole seconds are a least wait.
func seconds(d time.Duration) int { return int((d + time.Second - 1) / time.Second) }

// window counts a client's requests of one minute.
type window struct {
	ends  time.Time
	count int
}

// throttle refuses what is above [Options.TokensPerMinute].
func (s *Server) throttle(now time.Time, app App) *problem {
	if s.opts.TokensPerMinute <= 0 {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	key := strings.ToLower(app.ID)
	w := s.windows[key]
	if !now.Before(w.ends) {
		w = window{ends: now.Add(time.Minute)}
	}
	w.count++
	s.windows[key] = w
	if w.count <= s.opts.TokensPerMinute {
		return nil
	}
	return &problem{number: 90055, retry: w.ends.Sub(now)}
}
