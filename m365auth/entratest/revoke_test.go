package entratest_test

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/m365go/sdk/m365auth/entratest"
)

const capable = `{"access_token":{"xms_cc":{"values":["CP1"]}}}`

func TestChallengesCallTokensBack(t *testing.T) {
	t.Parallel()
	c := newClock()
	s := start(t, &entratest.Options{AutoApprove: admin, Now: c.now})
	first := poll(t, s, begin(t, s, fullScope), "claims", capable)
	deaf := poll(t, s, begin(t, s, fullScope))
	if got := s.Challenge(first.str("access_token")); got != "" {
		t.Errorf("Challenge() of a good token = %s, want none", got)
	}
	s.Recheck(admin)
	want := fmt.Sprintf(`{"access_token":{"nbf":{"essential":true,"value":"%d"}}}`, c.now().Unix())
	asked := s.Challenge(first.str("access_token"))
	if asked != want {
		t.Fatalf("Challenge() = %s, want %s", asked, want)
	}
	for name, token := range map[string]string{"a client without CP1": deaf.str("access_token"), "garbage": "x.y.z", "nothing": ""} {
		if got := s.Challenge(token); got != "" {
			t.Errorf("Challenge() of %s = %s, want none", name, got)
		}
	}
	second := refresh(t, s, first.str("refresh_token"), "claims", `{"access_token":{"nbf":{"essential":true,"value":"`+fmt.Sprint(c.now().Unix())+`"},"xms_cc":{"values":["CP1"]}}}`)
	if second.status != 200 || s.Challenge(second.str("access_token")) != "" {
		t.Errorf("the refresh answered %d, challenged with %q, want a good token", second.status, s.Challenge(second.str("access_token")))
	}
	if nbf := claims(t, second.str("access_token"))["nbf"]; nbf != float64(c.now().Unix()) {
		t.Errorf("nbf = %v, want what the challenge asked for, %d", nbf, c.now().Unix())
	}
	c.advance(time.Minute)
	s.Revoke(admin)
	if s.Challenge(second.str("access_token")) == "" {
		t.Error("Challenge() after Revoke is empty, want one")
	}
	if a := refresh(t, s, second.str("refresh_token"), "claims", s.Challenge(second.str("access_token"))); a.code() != 50173 {
		t.Errorf("the refresh after Revoke answered %d %s, want 50173", a.status, a.text)
	}
	third := poll(t, s, begin(t, s, fullScope), "claims", capable)
	if got := s.Challenge(third.str("access_token")); got != "" {
		t.Errorf("Challenge() after a new sign-in = %s, want none", got)
	}
	if a := refresh(t, s, third.str("refresh_token"), "claims", `{"access_token":{"nbf":{"value":"soon"}}}`); a.code() != 9002313 {
		t.Errorf("an odd nbf answered %d %s, want 9002313", a.status, a.text)
	}
}

func TestPoliciesAreEnforced(t *testing.T) {
	t.Parallel()
	s := start(t, &entratest.Options{AutoApprove: admin})
	before := poll(t, s, begin(t, s, fullScope))
	if err := s.Enforce(admin, 50076); err != nil {
		t.Fatal(err)
	}
	a := refresh(t, s, before.str("refresh_token"))
	if a.code() != 50076 || a.str("suberror") != "basic_action" || a.str("claims") == "" {
		t.Errorf("a refresh answered %d %s, want 50076 with claims", a.status, a.text)
	}
	if q := landing(t, visit(t, s).open(authorizeURL(s, "prompt", "none"))); q.Get("error") != "interaction_required" || q.Get("claims") == "" {
		t.Errorf("prompt=none answered %v, want interaction_required with claims", q)
	}
	after := poll(t, s, begin(t, s, fullScope), "claims", a.str("claims"))
	if a := refresh(t, s, after.str("refresh_token")); a.status != 200 {
		t.Errorf("a refresh after a new sign-in answered %d %s, want 200", a.status, a.text)
	}
	if err := s.Enforce(admin, 53003); err != nil {
		t.Fatal(err)
	}
	for name, a := range map[string]answer{"a refresh": refresh(t, s, after.str("refresh_token")), "a sign-in": poll(t, s, begin(t, s, fullScope))} {
		if a.code() != 53003 || a.str("suberror") != "message_only" || a.str("claims") != "" {
			t.Errorf("%s during a block answered %d %s, want 53003 without claims", name, a.status, a.text)
		}
	}
	if q := landing(t, visit(t, s).open(authorizeURL(s))); q.Get("error") != "access_denied" || q.Has("code") {
		t.Errorf("a browser during a block was answered %v, want access_denied", q)
	}
	if err := s.Enforce(admin, 0); err != nil {
		t.Fatal(err)
	}
	if a := refresh(t, s, before.str("refresh_token")); a.status != 200 {
		t.Errorf("a refresh after the block was lifted answered %d %s, want 200", a.status, a.text)
	}
	if err := s.Enforce(sales, 53003); err == nil {
		t.Error("Enforce() on a stranger succeeded, want an error")
	}
}

func TestBrowserSessionsEndAndDoNotSatisfyPolicies(t *testing.T) {
	t.Parallel()
	s := start(t, twoUsers())
	v := visit(t, s)
	signIn := func() {
		t.Helper()
		v.open(authorizeURL(s, "prompt", "select_account"))
		if v.submit("choose", "user", sales); v.page.status == 200 {
			v.submit("accept")
		}
		if q := landing(t, v.page); q.Get("code") == "" {
			t.Fatalf("sign-in answered %v, want a code", q)
		}
	}
	signIn()
	s.Revoke(sales)
	if a := v.open(authorizeURL(s)); !strings.Contains(a.text, "Pick an account") {
		t.Errorf("after Revoke authorize answered %d %s, want to choose again", a.status, a.text)
	}
	if q := landing(t, v.open(authorizeURL(s, "prompt", "none"))); q.Get("error") != "login_required" {
		t.Errorf("after Revoke prompt=none answered %v, want login_required", q)
	}
	signIn()
	if err := s.Enforce(sales, 50076); err != nil {
		t.Fatal(err)
	}
	if a := v.open(authorizeURL(s)); !strings.Contains(a.text, "Pick an account") {
		t.Errorf("with a policy authorize answered %d %s, want the person to act", a.status, a.text)
	}
	signIn()
	if q := landing(t, v.open(authorizeURL(s, "prompt", "none"))); q.Get("code") == "" {
		t.Errorf("after the person acted prompt=none answered %v, want a code", q)
	}
}

func TestEverythingAtOnce(t *testing.T) {
	t.Parallel()
	s := start(t, &entratest.Options{AutoApprove: admin, Rotate: true, TokensPerMinute: 1000, Users: twoUsers().Users})
	t.Run("together", func(t *testing.T) {
		for i := range 8 {
			t.Run(strconv.Itoa(i), func(t *testing.T) {
				t.Parallel()
				a := redeem(t, s, codeFor(t, s, sales), "claims", capable)
				if a.status != http.StatusOK {
					t.Errorf("a code answered %d %s, want 200", a.status, a.text)
				}
				s.Challenge(a.str("access_token"))
				s.Recheck(sales)
				if err := s.Consent(clientID, "Sites.Read.All"); err != nil {
					t.Error(err)
				}
				if b := poll(t, s, begin(t, s, fullScope)); b.status != http.StatusOK {
					t.Errorf("a device code answered %d %s, want 200", b.status, b.text)
				}
				s.WithdrawConsent("another")
				s.Revoke(sales)
			})
		}
	})
	if got := len(s.Requests()); got != 24 {
		t.Errorf("Requests() has %d lines, want 24", got)
	}
}

func TestConsentIsGivenAndWithdrawn(t *testing.T) {
	t.Parallel()
	s := start(t, &entratest.Options{AutoApprove: admin, Apps: []entratest.App{{ID: clientID, Scopes: []string{"Mail.Read"}}}})
	a := poll(t, s, begin(t, s, fullScope))
	s.WithdrawConsent(clientID)
	for _, scope := range []string{"", "Mail.Read", ".default"} {
		if b := refresh(t, s, a.str("refresh_token"), "scope", scope); b.code() != 65001 {
			t.Errorf("a refresh for %q after withdrawal answered %d %s, want 65001", scope, b.status, b.text)
		}
	}
	if err := s.Consent(clientID); err != nil {
		t.Fatal(err)
	}
	if b := refresh(t, s, a.str("refresh_token")); b.status != 200 || b.str("scope") != "Mail.Read openid profile" {
		t.Errorf("a refresh after consent answered %d %s, want 200", b.status, b.text)
	}
	for name, err := range map[string]error{"a stranger": s.Consent("x"), "a foreign resource": s.Consent(clientID, "https://other.example/x")} {
		if err == nil {
			t.Errorf("Consent() to %s succeeded, want an error", name)
		}
	}
}

func TestThrottlingByClientAndMinute(t *testing.T) {
	t.Parallel()
	c := newClock()
	s := start(t, &entratest.Options{AutoApprove: admin, Now: c.now, TokensPerMinute: 2})
	a := poll(t, s, begin(t, s, fullScope))
	refresh(t, s, a.str("refresh_token"))
	c.advance(20 * time.Second)
	if b := refresh(t, s, a.str("refresh_token")); b.status != http.StatusTooManyRequests || b.header.Get("Retry-After") != "40" || b.code() != 90055 {
		t.Errorf("the third request answered %d %s, Retry-After %q, want 429 with 90055 and 40", b.status, b.text, b.header.Get("Retry-After"))
	}
	if b := refresh(t, s, a.str("refresh_token"), "client_id", "another"); b.status == http.StatusTooManyRequests {
		t.Error("another client was throttled")
	}
	c.advance(40 * time.Second)
	if b := refresh(t, s, a.str("refresh_token")); b.status != 200 {
		t.Errorf("the next minute answered %d %s, want 200", b.status, b.text)
	}
}

func TestFaultsHitTheNewEndpoints(t *testing.T) {
	t.Parallel()
	s := start(t, &entratest.Options{AutoApprove: admin, ManagedIdentities: []entratest.ManagedIdentity{{}}})
	for endpoint, to := range map[entratest.Endpoint]string{
		entratest.Authorize:    authorizeURL(s),
		entratest.AdminConsent: s.URL() + "/organizations/v2.0/adminconsent",
		entratest.Logout:       s.URL() + "/common/oauth2/v2.0/logout",
		entratest.Machine:      s.MachineURL() + "/metadata/identity/oauth2/token",
	} {
		s.Fail(entratest.Fault{Endpoint: endpoint, Status: 418, Body: "{"})
		if a := visitRaw(t, s, to); a != 418 {
			t.Errorf("%s answered %d, want the fault's 418", endpoint, a)
		}
		if a := visitRaw(t, s, to); a == 418 {
			t.Errorf("%s answered the fault twice, want once", endpoint)
		}
	}
	for grant, wire := range map[string]string{
		"authorization_code": "authorization_code", "client_credentials": "client_credentials", "on_behalf_of": "urn:ietf:params:oauth:grant-type:jwt-bearer",
	} {
		s.Fail(entratest.Fault{Grant: grant, AADSTS: 90033})
		if a := post(t, s, "token", form("client_id", clientID, "grant_type", "refresh_token", "refresh_token", "x")); a.code() == 90033 {
			t.Errorf("the fault of %s hit another grant", grant)
		}
		if a := post(t, s, "token", form("client_id", clientID, "grant_type", wire)); a.code() != 90033 {
			t.Errorf("%s answered %d %s, want the fault's 90033", grant, a.status, a.text)
		}
		if log := s.Requests(); log[len(log)-1].GrantType != grant {
			t.Errorf("the log says %q, want %q", log[len(log)-1].GrantType, grant)
		}
	}
}

func visitRaw(t *testing.T, s *entratest.Server, to string) int {
	t.Helper()
	v := visit(t, s)
	res, err := v.Get(to)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	return res.StatusCode
}
