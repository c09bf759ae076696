package graphtest_test

import (
	"math"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/m365go/sdk/m365graph/graphtest"
)

const quote = `{"message":{"subject":"Quote","toRecipients":[{"emailAddress":{"address":"ops@contoso.example"}}]}}`

// sentItems counts the saved copies.
func sentItems(t *testing.T, f *fixture) float64 {
	t.Helper()
	return f.get(t, "/me/mailFolders/sentitems")["totalItemCount"].(float64)
}

// must fails the test if a fault could not be arranged.
func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestThrottleHitsTheRequestsChosen(t *testing.T) {
	t.Parallel()
	f := setup(t, office())
	must(t, f.Throttle("GET /me/messages", 1, 2, "0.5"))
	must(t, f.Throttle("GET /users/{id}/messages", 0, 1, ""))
	for i, want := range []int{200, 429, 429, 200} {
		a := f.do(t, "GET", "/me/messages", "")
		if a.status != want {
			t.Fatalf("request %d = %d, want %d", i, a.status, want)
		}
		if want == 429 && (a.header.Get("Retry-After") != "0.5" || a.code(t) != "TooManyRequests") {
			t.Errorf("request %d: Retry-After %q and code %s, want 0.5 and TooManyRequests", i, a.header.Get("Retry-After"), a.code(t))
		}
		if a := f.do(t, "GET", "/me/mailFolders/inbox/messages", ""); a.status != 200 {
			t.Errorf("another route = %d, want 200", a.status)
		}
	}
	a := f.do(t, "GET", "/users/"+salesID+"/messages", "")
	if _, sent := a.header["Retry-After"]; a.status != 429 || sent {
		t.Errorf("throttled without a hint = %d, Retry-After %q, want 429 and none", a.status, a.header.Get("Retry-After"))
	}
}

func TestFaultAnswersInPlaceOfTheRoute(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		fault  graphtest.Fault
		status int
		body   string
		sent   float64
	}{
		{"503 before the write", graphtest.Fault{Status: 503, RetryAfter: "1"}, 503, `"ServiceUnavailable"`, 0},
		{"504 after the write", graphtest.Fault{Status: 504, After: true}, 504, `"GatewayTimeout"`, 1},
		{"a code of its own", graphtest.Fault{Code: "quotaLimitReached", Message: "full"}, 507, `"message":"full"`, 0},
		{"a status nobody knows", graphtest.Fault{Status: 509, Header: http.Header{"x-more": {"1"}}}, 509, `"UnknownError"`, 0},
		{"a page of HTML", graphtest.Fault{Status: 502, HTML: "<h1>Bad Gateway</h1>"}, 502, "<h1>Bad Gateway</h1>", 0},
		{"a page of HTML that says OK", graphtest.Fault{HTML: "<h1>Sign in</h1>"}, 200, "<h1>Sign in</h1>", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := setup(t, office())
			tt.fault.Route = "POST /~/sendMail"
			must(t, f.Fail(tt.fault))
			a := f.do(t, "POST", "/me/sendMail", quote)
			if a.status != tt.status || !strings.Contains(string(a.body), tt.body) {
				t.Errorf("sendMail = %d %s, want %d with %s", a.status, a.body, tt.status, tt.body)
			}
			if got := a.header.Get("Retry-After"); got != tt.fault.RetryAfter {
				t.Errorf("Retry-After = %q, want %q", got, tt.fault.RetryAfter)
			}
			if got := a.header.Get("X-More"); tt.fault.Header != nil && got != "1" {
				t.Errorf("X-More = %q, want 1", got)
			}
			if html := strings.HasPrefix(a.header.Get("Content-Type"), "text/html"); html != (tt.fault.HTML != "") {
				t.Errorf("Content-Type = %q", a.header.Get("Content-Type"))
			}
			if got := sentItems(t, f); got != tt.sent {
				t.Errorf("%v messages were sent, want %v", got, tt.sent)
			}
			if a := f.do(t, "POST", "/me/sendMail", quote); a.status != 202 {
				t.Errorf("the next sendMail = %d, want 202", a.status)
			}
		})
	}
}

func TestFaultCutsTheConnection(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		fault graphtest.Fault
		sent  float64
	}{
		{"before the write", graphtest.Fault{Cut: graphtest.CutBefore}, 0},
		{"after the write", graphtest.Fault{Cut: graphtest.CutBefore, After: true}, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := setup(t, office())
			tt.fault.Route = "POST /me/sendMail"
			must(t, f.Fail(tt.fault))
			if a, err := f.try(t, "POST", "/me/sendMail", quote); err == nil {
				t.Errorf("sendMail = %d, want the connection cut", a.status)
			}
			if got := sentItems(t, f); got != tt.sent {
				t.Errorf("%v messages were sent, want %v", got, tt.sent)
			}
			if got := f.Requests()[0]; got.Status != 0 || got.Sent != 0 {
				t.Errorf("log = %+v, want no status", got)
			}
		})
	}
}

func TestFaultCutsTheBody(t *testing.T) {
	t.Parallel()
	f := setup(t, office())
	whole := len(f.do(t, "GET", "/me", "").body)
	for _, tt := range []struct {
		cut   graphtest.Cut
		after int64
		want  int
	}{{graphtest.CutBody, 0, whole / 2}, {graphtest.CutBody, 7, 7}, {graphtest.CutBody, -1, 0}} {
		must(t, f.Fail(graphtest.Fault{Cut: tt.cut, CutAfter: tt.after}))
		a, err := f.try(t, "GET", "/me", "")
		if err == nil || a == nil {
			t.Fatalf("%+v: answer %v and error %v, want a header and the body cut", tt, a, err)
		}
		if len(a.body) != tt.want || a.header.Get("Content-Length") != strconv.Itoa(whole) {
			t.Errorf("%+v: %d bytes of %s arrived, want %d of %d", tt, len(a.body), a.header.Get("Content-Length"), tt.want, whole)
		}
	}
}

func TestFaultDelays(t *testing.T) {
	t.Parallel()
	f := setup(t, office())
	must(t, f.Fail(graphtest.Fault{Route: "GET /me", Delay: 30 * time.Millisecond, Count: -1}))
	for range 2 {
		start := time.Now()
		if a := f.do(t, "GET", "/me", ""); a.status != 200 {
			t.Fatalf("GET /me = %d, want 200", a.status)
		}
		if took := time.Since(start); took < 30*time.Millisecond {
			t.Errorf("GET /me took %v, want 30ms at least", took)
		}
	}
}

func TestFaultOfNoRouteIsRefused(t *testing.T) {
	t.Parallel()
	f := setup(t, office())
	for _, route := range []string{"GET /me/mesages", "PUT /me", "/me", "GET  /me"} {
		if err := f.Fail(graphtest.Fault{Route: route, Status: 500}); err == nil {
			t.Errorf("Fail(%q) succeeded, want an error", route)
		}
	}
	for _, route := range []string{"", "get /ME", "GET /~", "GET /users/{anything}/messages/{m}", "GET /~/mailFolders/{f}/messages"} {
		if err := f.Fail(graphtest.Fault{Route: route, Status: 500}); err != nil {
			t.Errorf("Fail(%q) = %v, want nil", route, err)
		}
	}
}

func TestFaultHitsAPartOfTheRequests(t *testing.T) {
	t.Parallel()
	course := func(seed uint64) string {
		f := setup(t, office())
		must(t, f.Fail(graphtest.Fault{Route: "GET /me", Rate: 0.3, Seed: seed, Status: 503}))
		text := ""
		for range 60 {
			text += strconv.Itoa(f.do(t, "GET", "/me", "").status) + " "
		}
		return text
	}
	first := course(1)
	if n := strings.Count(first, "503"); n < 8 || n > 30 {
		t.Errorf("%d of 60 requests failed at a rate of 0.3", n)
	}
	if again := course(1); again != first {
		t.Errorf("the same seed took another course: %s, then %s", first, again)
	}
	if other := course(2); other == first {
		t.Error("another seed took the same course")
	}
}

func TestClearedFaultsAreOver(t *testing.T) {
	t.Parallel()
	f := setup(t, office())
	must(t, f.Fail(graphtest.Fault{Count: -1, Status: 503}))
	f.ClearFaults()
	if a := f.do(t, "GET", "/me", ""); a.status != 200 {
		t.Errorf("GET /me = %d, want 200", a.status)
	}
}

func TestFaultThatMakesNoSenseIsRefused(t *testing.T) {
	t.Parallel()
	f := setup(t, office())
	for _, fault := range []graphtest.Fault{
		{Skip: -1}, {Count: -2}, {Rate: 1.5}, {Rate: -0.1}, {Rate: math.NaN()}, {Status: 99}, {Status: 1000}, {Delay: -1}, {CutAfter: -1},
	} {
		if err := f.Fail(fault); err == nil {
			t.Errorf("Fail(%+v) succeeded, want an error", fault)
		}
	}
}
