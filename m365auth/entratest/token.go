package entratest

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

const (
	grantDevice  = "device_code"
	grantRefresh = "refresh_token"
	grantOther   = "other"

	// grantDeviceURN is RFC 8628's name; MSAL sends the short one.
	grantDeviceURN = "urn:ietf:params:oauth:grant-type:device_code"
)

// grant is the call's grant type in one spelling. A type that the server does
// not know is not repeated: a confused client might have put anything there.
func (c *call) grant() string {
	switch c.form.Get("grant_type") {
	case "":
		return ""
	case grantDevice, grantDeviceURN:
		return grantDevice
	case grantRefresh:
		return grantRefresh
	}
	return grantOther
}

// token redeems a device code or a refresh token.
func (s *Server) token(c *call) reply {
	grant := c.grant()
	switch grant {
	case "":
		return newProblem(900144, "grant_type").reply(c)
	case grantOther:
		return newProblem(70003, c.form.Get("grant_type")).reply(c)
	}
	if c.clientID == "" {
		return newProblem(900144, "client_id").reply(c)
	}
	app, ok := s.opts.app(c.clientID)
	switch {
	case !ok:
		return newProblem(700016, c.clientID).reply(c)
	case app.Confidential:
		return newProblem(7000218, "").reply(c)
	case c.secret && len(s.opts.Apps) > 0:
		return newProblem(700025, "").reply(c)
	case c.form.Get(grant) == "":
		return newProblem(900144, grant).reply(c)
	}
	cae, p := declaresCAE(c.form.Get("claims"))
	if p != nil {
		return p.reply(c)
	}
	sign := s.signIn
	if grant == grantRefresh {
		sign = s.refresh
	}
	g, p := sign(c, app)
	if p != nil {
		return p.reply(c)
	}
	g.cae = cae
	answer, err := s.issue(c, g)
	if err != nil {
		return newProblem(90033, "").reply(c)
	}
	return jsonReply(http.StatusOK, answer)
}

// declaresCAE reads the claims parameter: whether the client says that it
// understands claims challenges.
// https://learn.microsoft.com/entra/identity-platform/claims-challenge
func declaresCAE(claims string) (bool, *problem) {
	if claims == "" {
		return false, nil
	}
	var doc struct {
		AccessToken struct {
			Capabilities struct {
				Values []string `json:"values"`
			} `json:"xms_cc"`
		} `json:"access_token"`
	}
	if json.Unmarshal([]byte(claims), &doc) != nil {
		return false, newProblem(9002313, "")
	}
	return containsFold(doc.AccessToken.Capabilities.Values, "CP1"), nil
}

// grantOf is what a token is issued for.
type grantOf struct {
	user    User
	app     App
	scopes  scopes
	granted []string // short
	refresh string   // token, where one is due
	cae     bool
}

// signIn redeems a device code.
func (s *Server) signIn(c *call, app App) (grantOf, *problem) {
	d, p := s.redeemCode(c, app)
	if p != nil {
		return grantOf{}, p
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	g := grantOf{user: d.user, app: app, scopes: d.scopes, granted: s.consent(d.user, app, d.scopes)}
	if d.scopes.offline {
		g.refresh = s.newFamily(d.user, app, d.scopes, c.now)
	}
	return g, nil
}

// tokenAnswer is the JSON of
// https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow#successful-response-2
type tokenAnswer struct {
	Type         string `json:"token_type"`
	Scope        string `json:"scope"`
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
		Type: "Bearer", Scope: g.scopes.answer(g.granted), Access: access, Refresh: g.refresh,
		ExpiresIn: int(life / time.Second), ExtExpiresIn: int(life / time.Second),
	}
	if life >= longLived {
		a.RefreshIn = a.ExpiresIn / 2
	}
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
	granted := sc.names
	if sc.all || len(scopes) == 0 {
		granted = app.Scopes
	}
	return s.accessToken(s.opts.Now(), grantOf{user: u, app: app, scopes: sc, granted: granted})
}

// Issued returns the last 10,000 or more access tokens, refresh tokens and
// device codes that the server has made: the canaries that a test of leaks
// looks for in logs, errors and files. It has no other use.
func (s *Server) Issued() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.issued)
}
