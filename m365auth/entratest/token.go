package entratest

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Grant types, as [Request] and [Fault] spell them.
const (
	grantDevice  = "device_code"
	grantCode    = "authorization_code"
	grantRefresh = "refresh_token"
	grantClient  = "client_credentials"
	grantBehalf  = "on_behalf_of"
	grantUser    = "password"
	grantOther   = "other"
)

// grants are the names that the protocol has for them. RFC 8628's stands beside
// the short one, which MSAL sends.
var grants = map[string]string{
	"": "", grantDevice: grantDevice, grantCode: grantCode, grantRefresh: grantRefresh, grantClient: grantClient, grantUser: grantUser,
	"urn:ietf:params:oauth:grant-type:device_code": grantDevice,
	"urn:ietf:params:oauth:grant-type:jwt-bearer":  grantBehalf,
}

// grant is the call's grant type in one spelling. A type that the server does
// not know is not repeated: a confused client might have put anything there.
func (c *call) grant() string {
	if name, ok := grants[c.form.Get("grant_type")]; ok {
		return name
	}
	return grantOther
}

// redeemer is what answers a grant, and the parameter that it needs.
func (s *Server) redeemer(grant string) (parameter string, redeem func(*call, App) (grantOf, *problem)) {
	switch grant {
	case grantDevice:
		return "device_code", s.signIn
	case grantCode:
		return "code", s.redeemAuthorization
	case grantRefresh:
		return "refresh_token", s.refresh
	case grantClient:
		return "scope", s.forItself
	case grantUser:
		return "username", s.withPassword
	}
	return "assertion", s.onBehalf
}

// token is the token endpoint.
func (s *Server) token(c *call) reply {
	grant := c.grant()
	switch {
	case grant == "":
		return newProblem(900144, "grant_type").reply(c)
	case grant == grantOther:
		return newProblem(70003, c.form.Get("grant_type")).reply(c)
	case c.credential.id == "":
		return newProblem(900144, "client_id").reply(c)
	}
	app, ok := s.opts.app(c.credential.id)
	if !ok {
		return newProblem(700016, c.credential.id).reply(c)
	}
	if p := s.throttle(c.now, app); p != nil {
		return p.reply(c)
	}
	acr, p := s.authenticate(c, app)
	if p != nil {
		return p.reply(c)
	}
	parameter, redeem := s.redeemer(grant)
	if c.form.Get(parameter) == "" {
		return newProblem(900144, parameter).reply(c)
	}
	claims, p := parseClaims(c.form.Get("claims"))
	if p != nil {
		return p.reply(c)
	}
	g, p := redeem(c, app)
	if p != nil {
		return p.reply(c)
	}
	g.acr, g.claims = acr, claims
	if g.scopes.resource != s.opts.Audience {
		// Another application's API looks the issuer up where its clients sign in.
		g.issuer = c.base + "/" + s.opts.TenantID + "/v2.0"
	}
	answer, err := s.issue(c, g)
	if err != nil {
		return newProblem(90033, "").reply(c)
	}
	if c.v1 {
		return jsonReply(http.StatusOK, answer.v1(c, g.scopes.resource))
	}
	return jsonReply(http.StatusOK, answer)
}

// claimsAsked is the claims parameter, understood.
// https://learn.microsoft.com/entra/identity-platform/claims-challenge
type claimsAsked struct {
	cae       bool  // the client understands claims challenges
	notBefore int64 // what a challenge said of nbf
}

func parseClaims(text string) (claimsAsked, *problem) {
	if text == "" {
		return claimsAsked{}, nil
	}
	var doc struct {
		AccessToken struct {
			Capabilities struct {
				Values []string `json:"values"`
			} `json:"xms_cc"`
			NotBefore struct {
				Value string `json:"value"`
			} `json:"nbf"`
		} `json:"access_token"`
	}
	if json.Unmarshal([]byte(text), &doc) != nil {
		return claimsAsked{}, newProblem(9002313, "")
	}
	asked := claimsAsked{cae: containsFold(doc.AccessToken.Capabilities.Values, "CP1")}
	if nbf := doc.AccessToken.NotBefore.Value; nbf != "" {
		at, err := strconv.ParseInt(nbf, 10, 64)
		if err != nil {
			return claimsAsked{}, newProblem(9002313, "")
		}
		asked.notBefore = at
	}
	return asked, nil
}

// grantOf is what a token is issued for.
type grantOf struct {
	user     User // zero where the application acts for itself
	app      App
	scopes   scopes
	granted  []string // scopes, short, or roles
	refresh  string   // token, where one is due
	nonce    string   // for the id_token
	codeHash string   // of the code that the id_token comes with
	mirid    string   // resource id of a managed identity
	issuer   string   // where it is not the server's
	began    int      // as that of a family
	acr      string
	claims   claimsAsked
}

// signIn redeems a device code.
func (s *Server) signIn(c *call, app App) (grantOf, *problem) {
	d, p := s.redeemCode(c, app)
	if p != nil {
		return grantOf{}, p
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.signedIn(c.now, d.user, app, d.scopes, s.consent)
}

// signedIn is what follows a person's sign-in: policies, consent, which is recorded
// or looked up, and, where it is wanted, a refresh token. The caller holds the lock.
func (s *Server) signedIn(now time.Time, u User, app App, sc scopes, consent func(User, App, scopes) ([]string, *problem)) (grantOf, *problem) {
	s.sequence++
	if p := s.enforced(u, s.sequence); p != nil {
		return grantOf{}, p
	}
	granted, p := consent(u, app, sc)
	if p != nil {
		return grantOf{}, p
	}
	g := grantOf{user: u, app: app, scopes: sc, granted: granted, began: s.sequence}
	if sc.offline {
		g.refresh = s.newFamily(u, app, sc, now, g.began)
	}
	return g, nil
}

// tokenAnswer is the JSON of
// https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow#successful-response-2
type tokenAnswer struct {
	Type         string `json:"token_type"`
	Scope        string `json:"scope,omitempty"`
	ExpiresIn    int    `json:"expires_in"`
	ExtExpiresIn int    `json:"ext_expires_in"`
	RefreshIn    int    `json:"refresh_in,omitempty"`
	Access       string `json:"access_token"`
	Refresh      string `json:"refresh_token,omitempty"`
	ID           string `json:"id_token,omitempty"`
	ClientInfo   string `json:"client_info,omitempty"`
}

// longLived is the lifetime from which on Entra advises when to refresh.
const longLived = 2 * time.Hour

func (s *Server) issue(c *call, g grantOf) (tokenAnswer, error) {
	life := s.opts.TokenLifetime
	access, err := s.accessToken(c.now, g)
	if err != nil {
		return tokenAnswer{}, err
	}
	a := tokenAnswer{
		Type: "Bearer", Access: access, Refresh: g.refresh,
		ExpiresIn: int(life / time.Second), ExtExpiresIn: int(life / time.Second),
	}
	if life >= longLived {
		a.RefreshIn = a.ExpiresIn / 2
	}
	if g.user.ID == "" {
		return a, nil // an application has no scopes, and is nobody
	}
	a.Scope = g.scopes.answer(g.granted)
	if slices.Contains(g.scopes.openID, "openid") {
		if a.ID, err = s.idToken(c, g); err != nil {
			return tokenAnswer{}, err
		}
	}
	if c.form.Get("client_info") == "1" {
		a.ClientInfo = base64.RawURLEncoding.EncodeToString(
			fmt.Appendf(nil, `{"uid":%q,"utid":%q}`, g.user.ID, s.opts.TenantID))
	}
	return a, nil
}

// Token mints an access token of a user for the first application, as a
// sign-in would, for tests of a resource alone. Scopes are short or full;
// none means those that the application's registration lists.
func (s *Server) Token(upn string, scopes ...string) (string, error) {
	u, ok := s.opts.user(upn)
	if !ok {
		return "", fmt.Errorf("entratest: mint a token: no user is named %q", upn)
	}
	clientID := defaultClientID
	if len(s.opts.Apps) > 0 {
		clientID = s.opts.Apps[0].ID
	}
	app, _ := s.opts.app(clientID)
	sc, p := s.parseScopes(strings.Join(scopes, " "))
	if p != nil {
		return "", fmt.Errorf("entratest: mint a token: %w", p)
	}
	sc.all = sc.all || len(scopes) == 0
	granted := sc.wanted(app, s.opts.Audience)
	return s.accessToken(s.opts.Now(), grantOf{user: u, app: app, scopes: sc, granted: granted, acr: acrPublic})
}

// AppToken mints an access token of an application for itself, with its
// [App.Roles], as client_credentials would, for tests of a resource alone. An
// application that Apps does not list is an error.
func (s *Server) AppToken(clientID string) (string, error) {
	app, ok := s.opts.app(clientID)
	if !ok || !s.opts.registered(clientID) {
		return "", fmt.Errorf("entratest: mint a token: no application has the id %q", clientID)
	}
	sc := scopes{all: true, resource: s.opts.Audience}
	return s.accessToken(s.opts.Now(), grantOf{app: app, scopes: sc, granted: s.rolesAt(app.Roles, sc.resource), acr: acrSecret})
}

// notifier is the application that Microsoft Graph tells its subscribers as.
const notifier = "0bf30f3b-4a52-48df-9a82-234910c4a086"

// ValidationToken mints the token by which a subscriber knows that a
// notification with resource data comes from Microsoft Graph: for the
// subscriber's application, by Graph's publisher of change notifications.
// https://learn.microsoft.com/graph/change-notifications-with-resource-data
func (s *Server) ValidationToken(appID string) (string, error) {
	if appID == "" {
		return "", errors.New("entratest: mint a validation token: the id of an application is required")
	}
	publisher := App{ID: notifier, Name: "Microsoft Graph Change Tracking", ObjectID: notifier}
	return s.accessToken(s.opts.Now(), grantOf{app: publisher, scopes: scopes{resource: appID}, acr: acrCertificate})
}

// Issued returns the last 10,000 or more access tokens, refresh tokens and
// device codes that the server has made: the canaries that a test of leaks
// looks for in logs, errors and files. It has no other use.
func (s *Server) Issued() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.issued)
}
