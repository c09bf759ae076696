package entratest_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/m365go/sdk/m365auth/entratest"
)

const discoveryPath = "/common/v2.0/.well-known/openid-configuration"

func TestFaultHitsByCount(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	s.Fail(entratest.Fault{Endpoint: entratest.Discovery, Skip: 1, Count: 2, Status: 503, RetryAfter: 1500 * time.Millisecond})
	for i, want := range []int{200, 503, 503, 200} {
		a := get(t, s, discoveryPath)
		if a.status != want {
			t.Errorf("request %d answered %d, want %d", i, a.status, want)
		}
		if want == 503 && a.header.Get("Retry-After") != "2" {
			t.Errorf("Retry-After = %q, want 2", a.header.Get("Retry-After"))
		}
	}
	s.Fail(entratest.Fault{Endpoint: entratest.Keys, Count: -1, Status: 7})
	for range 3 {
		if a := get(t, s, "/common/discovery/v2.0/keys"); a.status != 500 {
			t.Errorf("keys answered %d, want 500 always", a.status)
		}
	}
	if a := get(t, s, discoveryPath); a.status != 200 {
		t.Errorf("discovery answered %d during a fault of the keys, want 200", a.status)
	}
}

func TestFaultAnswersErrorsOfEntra(t *testing.T) {
	t.Parallel()
	s, first := signedIn(t, entratest.Options{}, fullScope)
	for _, test := range []struct {
		fault    entratest.Fault
		status   int
		err, sub string
		code     int
		claims   string
	}{
		{entratest.Fault{AADSTS: 50076, Claims: `{"access_token":{}}`}, 400, "invalid_grant", "basic_action", 50076, `{"access_token":{}}`},
		{entratest.Fault{AADSTS: 53003}, 400, "invalid_grant", "message_only", 53003, ""},
		{entratest.Fault{AADSTS: 90033}, 503, "temporarily_unavailable", "", 90033, ""},
		{entratest.Fault{AADSTS: 90033, Status: 429}, 429, "temporarily_unavailable", "", 90033, ""},
		{entratest.Fault{AADSTS: 123456}, 400, "invalid_grant", "", 123456, ""},
		{entratest.Fault{Status: 400, Body: `{"error":"slow_down"}`}, 400, "slow_down", "", 0, ""},
	} {
		test.fault.Grant = "refresh_token"
		s.Fail(test.fault)
		begin(t, s, fullScope) // passes: another endpoint
		a := refresh(t, s, first.str("refresh_token"))
		if a.status != test.status || a.str("error") != test.err || a.str("suberror") != test.sub || a.code() != test.code || a.str("claims") != test.claims {
			t.Errorf("fault %+v answered %d %s", test.fault, a.status, a.text)
		}
		if a := refresh(t, s, first.str("refresh_token")); a.status != 200 {
			t.Errorf("the request after the fault answered %d, want 200", a.status)
		}
	}
}

func TestFaultAnswersABodyAsItStands(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	const body = `{"issuer":`
	s.Fail(entratest.Fault{Body: body})
	res, err := s.Client().Get(s.URL() + discoveryPath)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != 200 || res.ContentLength != int64(len(body)) || res.Header.Get("Content-Type") != "application/json; charset=utf-8" {
		t.Errorf("answered %d, %d bytes of %s, want 200, %d of JSON", res.StatusCode, res.ContentLength, res.Header.Get("Content-Type"), len(body))
	}
}

func TestFaultCutsTheConnection(t *testing.T) {
	t.Parallel()
	s, first := signedIn(t, entratest.Options{Rotate: true}, fullScope)
	post := func() error {
		res, err := s.Client().PostForm(s.URL()+"/common/oauth2/v2.0/token",
			form("client_id", clientID, "grant_type", "refresh_token", "refresh_token", first.str("refresh_token")))
		if err == nil {
			res.Body.Close()
		}
		return err
	}
	s.Fail(entratest.Fault{Endpoint: entratest.Token, Cut: true})
	if err := post(); err == nil {
		t.Error("the request was answered, want it cut")
	}
	log := s.Requests()
	if last := log[len(log)-1]; last.Status != -1 || last.GrantType != "refresh_token" {
		t.Errorf("the log ends with %+v, want the refresh with status -1", last)
	}
	// Cut before it was carried out, so the token is still good; cut after, it is used up.
	s.Fail(entratest.Fault{Endpoint: entratest.Token, Cut: true, After: true})
	if err := post(); err == nil {
		t.Error("the request was answered, want it cut")
	}
	if a := refresh(t, s, first.str("refresh_token")); a.code() != 50173 {
		t.Errorf("the refresh after a lost answer answered %d %s, want 50173: the token was rotated", a.status, a.text)
	}
}

func TestFaultDelays(t *testing.T) {
	t.Parallel()
	arrived := make(chan struct{}, 2)
	s := start(t, &entratest.Options{Now: func() time.Time { // each request asks for the time as it arrives
		arrived <- struct{}{}
		return time.Now()
	}})
	s.Fail(entratest.Fault{Endpoint: entratest.Discovery, Delay: time.Hour})
	s.Fail(entratest.Fault{Endpoint: entratest.Discovery, Delay: time.Millisecond})
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-arrived
		cancel()
	}()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL()+discoveryPath, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := s.Client().Do(req)
	if err == nil {
		res.Body.Close()
	}
	if !errors.Is(err, context.Canceled) {
		t.Errorf("the delayed request gave %v, want context.Canceled", err)
	}
	if a := get(t, s, discoveryPath); a.status != 200 || a.str("issuer") == "" {
		t.Errorf("the request after a short delay answered %d %s, want the document", a.status, a.text)
	}
}

func TestFaultsOfTheAuthorizationEndpointReachTheClient(t *testing.T) {
	t.Parallel()
	s := start(t, &entratest.Options{AutoApprove: admin})
	for number, want := range map[int]string{53003: "access_denied", 50076: "access_denied", 90033: "temporarily_unavailable", 65004: "access_denied"} {
		s.Fail(entratest.Fault{Endpoint: entratest.Authorize, AADSTS: number, Claims: "{}"})
		q := landing(t, visit(t, s).open(authorizeURL(s)))
		if q.Get("error") != want || !strings.HasPrefix(q.Get("error_description"), fmt.Sprintf("AADSTS%d: ", number)) || q.Get("claims") != "{}" || q.Get("state") == "" {
			t.Errorf("the fault AADSTS%d answered %v, want %s, its text, claims and the state", number, q, want)
		}
	}
	s.Fail(entratest.Fault{Endpoint: entratest.Authorize, AADSTS: 53003})
	if a := visit(t, s).open(authorizeURL(s, "redirect_uri", "https://evil.example/")); a.status != 400 || a.header.Get("Location") != "" {
		t.Errorf("the fault of a stranger's request answered %d to %q, want a page", a.status, a.header.Get("Location"))
	}
	s.Fail(entratest.Fault{Endpoint: entratest.Authorize, AADSTS: 90033, Status: 503})
	if a := visit(t, s).open(authorizeURL(s)); a.status != 503 || a.code() != 90033 {
		t.Errorf("the fault with a status answered %d %s, want 503 with 90033", a.status, a.text)
	}
}
