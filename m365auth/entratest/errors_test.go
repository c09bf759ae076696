package entratest_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/m365go/sdk/m365auth/entratest"
)

func TestErrorBodyIsEntras(t *testing.T) {
	t.Parallel()
	c := newClock()
	s := start(t, &entratest.Options{Now: c.now})
	const id = "01234567-89ab-4cde-8f01-23456789abcd"
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL()+"/common/oauth2/v2.0/token?client-request-id="+id, strings.NewReader("grant_type=x&client_id=y"))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	req.Header.Set("return-client-request-id", "true")
	res, err := s.Client().Do(req)
	a := read(t, res, err)
	stamp := c.now().UTC().Format("2006-01-02 15:04:05Z")
	for field, want := range map[string]string{
		"error":          "unsupported_grant_type",
		"timestamp":      stamp,
		"correlation_id": id,
		"trace_id":       a.header.Get("X-Ms-Request-Id"),
		"error_uri":      s.URL() + "/error?code=70003",
		"error_description": "AADSTS70003: The app requested an unsupported grant type 'x'. Trace ID: " + a.str("trace_id") +
			" Correlation ID: " + id + " Timestamp: " + stamp,
	} {
		if got := a.str(field); got != want {
			t.Errorf("%s = %q, want %q", field, got, want)
		}
	}
	if a.code() != 70003 || a.status != http.StatusBadRequest {
		t.Errorf("status %d with error_codes %v, want 400 with [70003]", a.status, a.json["error_codes"])
	}
	if got := a.header.Get("Client-Request-Id"); got != id {
		t.Errorf("client-request-id = %q, want %q", got, id)
	}
	if !regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`).MatchString(a.str("trace_id")) {
		t.Errorf("trace_id = %q, want a GUID", a.str("trace_id"))
	}
	if got := a.header.Get("Cache-Control"); !strings.Contains(got, "no-store") {
		t.Errorf("Cache-Control = %q, want no-store in it", got)
	}
}

func TestCorrelationIDIsAGUIDWhateverTheClientSends(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	for _, sent := range []string{"", "not a guid", strings.Repeat("0", 36), "0123456789abcdef0123456789abcdef0123"} {
		res, err := s.Client().PostForm(s.URL()+"/common/oauth2/v2.0/token?client-request-id="+url.QueryEscape(sent), form("grant_type", "x"))
		if got := read(t, res, err).str("correlation_id"); len(got) != 36 || strings.Count(got, "-") != 4 || got == sent {
			t.Errorf("correlation_id = %q for %q, want a new GUID", got, sent)
		}
	}
}

func TestWrongRequestsAreRefused(t *testing.T) {
	t.Parallel()
	const (
		public       = clientID
		confidential = "33334444-dddd-4555-8666-ffff7777aaaa"
	)
	s := start(t, &entratest.Options{Apps: []entratest.App{{ID: public}, {ID: confidential, Confidential: true}}})
	long := strings.Repeat("x", 500)
	for name, test := range map[string]struct {
		endpoint string
		pairs    []string
		status   int
		error    string
		code     int
	}{
		"no client id":           {"devicecode", []string{"scope", "Mail.Read"}, 400, "invalid_request", 900144},
		"no scope":               {"devicecode", []string{"client_id", public}, 400, "invalid_request", 900144},
		"unknown client":         {"devicecode", []string{"client_id", "x", "scope", "Mail.Read"}, 400, "unauthorized_client", 700016},
		"odd scope":              {"devicecode", []string{"client_id", public, "scope", "Mail<Read"}, 400, "invalid_scope", 70011},
		"blank scope":            {"devicecode", []string{"client_id", public, "scope", " "}, 400, "invalid_scope", 70011},
		"default mixed":          {"devicecode", []string{"client_id", public, "scope", ".default Mail.Read"}, 400, "invalid_scope", 70011},
		"foreign resource":       {"devicecode", []string{"client_id", public, "scope", "https://other.example/x"}, 400, "invalid_resource", 500011},
		"no grant type":          {"token", []string{"client_id", public}, 400, "invalid_request", 900144},
		"implicit":               {"token", []string{"client_id", public, "grant_type", "implicit"}, 400, "unsupported_grant_type", 70003},
		"long grant type":        {"token", []string{"client_id", public, "grant_type", long}, 400, "unsupported_grant_type", 70003},
		"grant without client":   {"token", []string{"grant_type", "refresh_token", "refresh_token", "x"}, 400, "invalid_request", 900144},
		"grant of a stranger":    {"token", []string{"client_id", "x", "grant_type", "refresh_token", "refresh_token", "x"}, 400, "unauthorized_client", 700016},
		"confidential client":    {"token", []string{"client_id", confidential, "grant_type", "device_code", "device_code", "x"}, 401, "invalid_client", 7000218},
		"secret of a public one": {"token", []string{"client_id", public, "grant_type", "device_code", "device_code", "x", "client_secret", "x"}, 401, "invalid_client", 700025},
		"no device code":         {"token", []string{"client_id", public, "grant_type", "device_code"}, 400, "invalid_request", 900144},
		"unknown device code":    {"token", []string{"client_id", public, "grant_type", "device_code", "device_code", "x"}, 400, "bad_verification_code", 70018},
		"no refresh token":       {"token", []string{"client_id", public, "grant_type", "refresh_token"}, 400, "invalid_request", 900144},
		"unknown refresh token":  {"token", []string{"client_id", public, "grant_type", "refresh_token", "refresh_token", "1.AAAA"}, 400, "invalid_grant", 70000},
		"claims are no JSON":     {"token", []string{"client_id", public, "grant_type", "refresh_token", "refresh_token", "x", "claims", "eyJ9"}, 400, "invalid_request", 9002313},
	} {
		a := post(t, s, test.endpoint, form(test.pairs...))
		if a.status != test.status || a.str("error") != test.error || a.code() != test.code {
			t.Errorf("%s: answered %d %s, want %d %s with %d", name, a.status, a.text, test.status, test.error, test.code)
		}
		if strings.Contains(a.text, long) {
			t.Errorf("%s: the answer repeats %d characters of the request, want it cut", name, len(long))
		}
	}
}

func TestTransportLevelMistakesAreRefused(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	const path = "/common/oauth2/v2.0/token"
	if a := get(t, s, path); a.status != http.StatusMethodNotAllowed || a.code() != 900561 || a.header.Get("Allow") != "POST" {
		t.Errorf("GET answered %d %s, want 405 with 900561 and Allow: POST", a.status, a.text)
	}
	for name, test := range map[string]struct {
		kind, body   string
		status, code int
	}{
		"not a form":     {"application/json", `{"grant_type":"refresh_token"}`, 400, 900144},
		"broken form":    {"application/x-www-form-urlencoded", "grant_type=%zz", 400, 9002313},
		"body too large": {"application/x-www-form-urlencoded", "a=" + strings.Repeat("x", 65<<10), 413, 9002313},
	} {
		res, err := s.Client().Post(s.URL()+path, test.kind, strings.NewReader(test.body))
		if a := read(t, res, err); a.status != test.status || a.code() != test.code {
			t.Errorf("%s: answered %d %s, want %d with %d", name, a.status, a.text, test.status, test.code)
		}
	}
	if a := get(t, s, "/no/such/page"); a.status != http.StatusNotFound {
		t.Errorf("an unknown path answered %d, want 404", a.status)
	}
}

func TestPollingAPendingCode(t *testing.T) {
	t.Parallel()
	c := newClock()
	s := start(t, &entratest.Options{Now: c.now})
	device := begin(t, s, fullScope)
	// Each step waits, polls, and wants that answer. The interval is 5 s, and 5 s more after each slow_down.
	for i, step := range []struct {
		wait time.Duration
		want string
	}{
		{0, "authorization_pending"},
		{5 * time.Second, "authorization_pending"},
		{4 * time.Second, "slow_down"},
		{9 * time.Second, "slow_down"},
		{15 * time.Second, "authorization_pending"},
	} {
		c.advance(step.wait)
		a := poll(t, s, device)
		if a.status != 400 || a.str("error") != step.want {
			t.Errorf("poll %d answered %d %s, want 400 %s", i, a.status, a.text, step.want)
		}
		if step.want == "authorization_pending" && a.code() != 70016 {
			t.Errorf("poll %d: error_codes = %v, want [70016]", i, a.json["error_codes"])
		}
	}
	if err := s.Approve(device.str("user_code"), admin); err != nil {
		t.Fatal(err)
	}
	// A decision is told at any pace, and a sign-in once.
	if a := poll(t, s, device); a.status != http.StatusOK {
		t.Errorf("the poll after approval answered %d %s, want 200", a.status, a.text)
	}
	if a := poll(t, s, device); a.str("error") != "invalid_grant" || a.code() != 54005 {
		t.Errorf("the poll after the sign-in answered %d %s, want invalid_grant with 54005", a.status, a.text)
	}
}

func TestNegativeIntervalNeverSlowsDown(t *testing.T) {
	t.Parallel()
	s := start(t, &entratest.Options{Interval: -1})
	device := begin(t, s, fullScope)
	if device.number("interval") != 0 {
		t.Errorf("interval = %v, want 0", device.json["interval"])
	}
	for range 3 {
		if a := poll(t, s, device); a.str("error") != "authorization_pending" {
			t.Errorf("poll answered %s, want authorization_pending", a.text)
		}
	}
}

func TestCodesEndByDeclineExpiryAndForeignClients(t *testing.T) {
	t.Parallel()
	c := newClock()
	s := start(t, &entratest.Options{Now: c.now})
	declined, expired := begin(t, s, fullScope), begin(t, s, fullScope)
	if a := poll(t, s, expired, "client_id", "another"); a.str("error") != "bad_verification_code" {
		t.Errorf("the poll of another client answered %s, want bad_verification_code", a.text)
	}
	if err := s.Decline(declined.str("user_code")); err != nil {
		t.Fatal(err)
	}
	if a := poll(t, s, declined); a.str("error") != "authorization_declined" || a.code() != 65004 {
		t.Errorf("the poll after a decline answered %s, want authorization_declined with 65004", a.text)
	}
	c.advance(15 * time.Minute)
	if a := poll(t, s, expired); a.str("error") != "expired_token" || a.code() != 70020 {
		t.Errorf("the poll after expiry answered %s, want expired_token with 70020", a.text)
	}
	if got := s.Pending(); len(got) != 0 {
		t.Errorf("Pending() = %v, want none", got)
	}
	for name, err := range map[string]error{
		"approve expired":      s.Approve(expired.str("user_code"), admin),
		"approve declined":     s.Approve(declined.str("user_code"), admin),
		"approve unknown":      s.Approve("NOSUCHCOD", admin),
		"approve as a nobody":  s.Approve(expired.str("user_code"), sales),
		"decline unknown":      s.Decline(""),
		"decline expired code": s.Decline(expired.str("user_code")),
	} {
		if err == nil {
			t.Errorf("%s succeeded, want an error", name)
		}
	}
	// Long after, the server forgets the code altogether.
	c.advance(time.Hour)
	begin(t, s, fullScope)
	if a := poll(t, s, expired); a.str("error") != "bad_verification_code" {
		t.Errorf("the poll long after expiry answered %s, want bad_verification_code", a.text)
	}
}

// TestEveryKindOfErrorHasItsBody names what clients sort errors by: status, error
// and suberror, as Entra has them for the number.
func TestEveryKindOfErrorHasItsBody(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	type body struct {
		status     int
		error, sub string
	}
	for want, numbers := range map[body][]int{
		{400, "invalid_grant", ""}:                    {50013, 500131, 500133, 50057, 50105, 50196, 501481, 50148, 54005, 70000, 7000114},
		{400, "invalid_grant", "token_expired"}:       {70008},
		{400, "invalid_grant", "bad_token"}:           {50173, 700082, 700084},
		{400, "invalid_grant", "basic_action"}:        {50076, 50078, 50079},
		{400, "invalid_grant", "message_only"}:        {53000, 53001, 53002, 53003, 53004, 700003},
		{400, "invalid_grant", "consent_required"}:    {65001, 90093, 90094, 90095},
		{400, "interaction_required", ""}:             {16000},
		{400, "interaction_required", "basic_action"}: {50158},
		{400, "login_required", ""}:                   {50058},
		{400, "authorization_declined", ""}:           {65004},
		{400, "expired_token", ""}:                    {70020},
		{400, "authorization_pending", ""}:            {70016},
		{400, "bad_verification_code", ""}:            {70018},
		{401, "invalid_client", ""}:                   {7000215, 7000218, 7000222, 700021, 700023, 700024, 700025, 700027, 700211, 700212, 700213},
		{400, "unauthorized_client", ""}:              {50194, 700016},
		{400, "invalid_request", ""}:                  {28000, 50011, 50027, 50059, 900144, 9002313},
		{400, "invalid_scope", ""}:                    {70011, 1002012},
		{400, "invalid_resource", ""}:                 {500011},
		{400, "invalid_tenant", ""}:                   {90002},
		{400, "unsupported_grant_type", ""}:           {70003},
		{503, "temporarily_unavailable", ""}:          {90033},
		{429, "temporarily_unavailable", ""}:          {90055},
	} {
		for _, number := range numbers {
			s.Fail(entratest.Fault{Endpoint: entratest.Token, AADSTS: number, RetryAfter: 1500 * time.Millisecond})
			a := post(t, s, "token", form("client_id", clientID))
			if got := (body{a.status, a.str("error"), a.str("suberror")}); got != want || a.code() != number {
				t.Errorf("AADSTS%d answered %+v with %v, want %+v", number, got, a.json["error_codes"], want)
			}
			if !strings.HasPrefix(a.str("error_description"), fmt.Sprintf("AADSTS%d: ", number)) || a.header.Get("Retry-After") != "2" {
				t.Errorf("AADSTS%d: description %q, Retry-After %q, want the number and 2", number, a.str("error_description"), a.header.Get("Retry-After"))
			}
		}
	}
}
