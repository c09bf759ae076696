package entratest

import (
	"cmp"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// deviceCode is a sign-in that began on a device and is finished by a person.
type deviceCode struct {
	userCode string
	secret   [32]byte // hash of what the device polls with
	app      App
	scopes   scopes
	audience string // the server's
	issued   time.Time
	expires  time.Time
	interval time.Duration
	polled   time.Time
	state    codeState
	user     User // who approved
}

type codeState int

const (
	pending codeState = iota
	approved
	declined
	redeemed
)

func (d *deviceCode) expired(now time.Time) bool { return !now.Before(d.expires) }

// deviceAnswer is the JSON of
// https://learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code#device-authorization-response
type deviceAnswer struct {
	UserCode        string `json:"user_code"`
	DeviceCode      string `json:"device_code"`
	VerificationURI string `json:"verification_uri"`
	ExpiresIn       int    `json:"expires_in"`
	Interval        int    `json:"interval"`
	Message         string `json:"message"`
}

// startDeviceCode begins a sign-in.
func (s *Server) startDeviceCode(c *call) reply {
	for _, name := range []string{"client_id", "scope"} {
		if c.form.Get(name) == "" && (name != "client_id" || c.credential.id == "") {
			return newProblem(900144, name).reply(c)
		}
	}
	app, ok := s.opts.app(c.credential.id)
	if !ok {
		return newProblem(700016, c.credential.id).reply(c)
	}
	sc, p := s.parseScopes(c.form.Get("scope"))
	if p != nil {
		return p.reply(c)
	}
	d, device := s.addCode(c.now, app, sc)
	// A person opens this page, so it names the address that any browser of
	// this machine reaches, however the device reached the server.
	page := s.URL() + "/devicelogin"
	answer := deviceAnswer{
		UserCode: d.userCode, DeviceCode: device, VerificationURI: page,
		ExpiresIn: seconds(s.opts.CodeLifetime), Interval: seconds(max(s.opts.Interval, 0)),
		Message: fmt.Sprintf("To sign in, use a web browser to open the page %s and enter the code %s to authenticate.", page, d.userCode),
	}
	if c.v1 {
		return jsonReply(http.StatusOK, answer.v1())
	}
	return jsonReply(http.StatusOK, answer)
}

// addCode makes a code, and approves it where that is automatic. It forgets
// codes that expired long ago.
func (s *Server) addCode(now time.Time, app App, sc scopes) (*deviceCode, string) {
	device := rand.Text() + rand.Text()
	d := &deviceCode{
		userCode: rand.Text()[:9], secret: sha256.Sum256([]byte(device)),
		app: app, scopes: sc, audience: s.opts.Audience, issued: now, expires: now.Add(s.opts.CodeLifetime), interval: s.opts.Interval,
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for code, old := range s.byUser {
		if now.After(old.expires.Add(s.opts.CodeLifetime)) {
			delete(s.byUser, code)
			delete(s.byDevice, old.secret)
		}
	}
	if u, ok := s.opts.user(s.opts.AutoApprove); ok {
		d.state, d.user = approved, u
	}
	s.byUser[d.userCode] = d
	s.byDevice[d.secret] = d
	s.issued = appendBounded(s.issued, device)
	return d, device
}

// redeemCode answers a poll: the sign-in that the person approved, or why
// there is none (RFC 8628, 3.5). The pace matters only while the person has not decided.
func (s *Server) redeemCode(c *call, app App) (*deviceCode, *problem) {
	s.mu.Lock()
	defer s.mu.Unlock()
	// Looking a hash up takes no time that would tell a guesser anything.
	d, ok := s.byDevice[sha256.Sum256([]byte(c.form.Get("device_code")))]
	if !ok || !strings.EqualFold(d.app.ID, app.ID) {
		return nil, newProblem(70018, "")
	}
	switch {
	case d.state == redeemed:
		return nil, newProblem(54005, "")
	case d.expired(c.now):
		return nil, newProblem(70020, "")
	case d.state == declined:
		return nil, newProblem(65004, "")
	case d.state == approved:
		d.state = redeemed
		return d, nil
	}
	early := !d.polled.IsZero() && c.now.Sub(d.polled) < d.interval
	d.polled = c.now
	if early {
		d.interval += 5 * time.Second
		return nil, newProblem(slowDown, "")
	}
	return nil, newProblem(70016, "")
}

// PendingCode is a device code that waits for a person.
type PendingCode struct {
	// UserCode is what the person types.
	UserCode string
	// ClientID and AppName are the application's.
	ClientID, AppName string
	// Scopes are those asked for, in short form, with openid, profile, email
	// and offline_access where the client named them.
	Scopes []string
	// ExpiresOn is by the server's clock.
	ExpiresOn time.Time
}

// Pending returns the codes that wait for a person, oldest first.
func (s *Server) Pending() []PendingCode {
	now := s.opts.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	var waiting []*deviceCode
	for _, d := range s.byUser {
		if d.state == pending && !d.expired(now) {
			waiting = append(waiting, d)
		}
	}
	slices.SortFunc(waiting, func(a, b *deviceCode) int {
		return cmp.Or(a.issued.Compare(b.issued), strings.Compare(a.userCode, b.userCode))
	})
	list := make([]PendingCode, len(waiting))
	for i, d := range waiting {
		list[i] = d.describe()
	}
	return list
}

func (d *deviceCode) describe() PendingCode {
	return PendingCode{UserCode: d.userCode, ClientID: d.app.ID, AppName: d.app.Name, Scopes: d.scopes.listed(d.app, d.audience), ExpiresOn: d.expires}
}

// Approve signs the user in to the device that shows the code and consents to
// the scopes that it asked for, as the page does. Spaces, dashes and case of
// the code do not matter. A code that is unknown, expired or decided already
// is an error, and so is an unknown user.
func (s *Server) Approve(userCode, upn string) error {
	u, ok := s.opts.user(upn)
	if !ok {
		return fmt.Errorf("entratest: approve: no user is named %q", upn)
	}
	if err := s.decide(userCode, approved, u); err != nil {
		return fmt.Errorf("entratest: approve: %w", err)
	}
	return nil
}

// Decline refuses the sign-in of the code; the device is told
// authorization_declined. It fails as [Server.Approve] does.
func (s *Server) Decline(userCode string) error {
	if err := s.decide(userCode, declined, User{}); err != nil {
		return fmt.Errorf("entratest: decline: %w", err)
	}
	return nil
}

func (s *Server) decide(userCode string, to codeState, u User) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	d, err := s.waiting(userCode)
	if err != nil {
		return err
	}
	d.state, d.user = to, u
	return nil
}

var (
	errUnknownCode = errors.New("no sign-in has this code")
	errExpiredCode = errors.New("this code has expired")
	errUsedCode    = errors.New("this code has been used already")
	errUnknownUser = errors.New("there is no such user")
	errNoDecision  = errors.New("neither Approve nor Decline was chosen")
)

// waiting finds a code that a person can still decide on. The caller holds the lock.
func (s *Server) waiting(userCode string) (*deviceCode, error) {
	code := strings.ToUpper(strings.NewReplacer(" ", "", "-", "").Replace(userCode))
	d, ok := s.byUser[code]
	switch {
	case !ok:
		return nil, errUnknownCode
	case d.expired(s.opts.Now()):
		return nil, errExpiredCode
	case d.state != pending:
		return nil, errUsedCode
	}
	return d, nil
}
