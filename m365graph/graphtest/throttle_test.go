package graphtest_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/m365go/sdk/m365graph/graphtest"
)

// throttled starts a server that keeps a part of the limits, and its clock.
func throttled(t *testing.T, factor graphtest.Throttling) (*fixture, *graphtest.Clock) {
	t.Helper()
	clock := graphtest.NewClock(now)
	s, err := graphtest.New(&graphtest.Options{Keys: keys, Issuer: issuer, Tenant: office(), Now: clock.Now, Throttling: factor})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return &fixture{s, mint(t, map[string]any{"appid": "app-1"})}, clock
}

// until sends a request again and again until it is refused.
func (f *fixture) until(t *testing.T, path string, limit int, header ...string) (passed int, refused *answer) {
	t.Helper()
	for range limit {
		a := f.do(t, "GET", path, "", header...)
		if a.status == http.StatusTooManyRequests {
			return passed, a
		}
		passed++
	}
	t.Fatalf("GET %s was not throttled in %d requests", path, limit)
	return 0, nil
}

func TestServicesThrottleAsPublished(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		path       string
		factor     graphtest.Throttling
		passed     int
		code       string
		inner      string
		retryAfter string
		wait       time.Duration
	}{
		{"/me/messages", 0.001, 10, "ApplicationThrottled", "", "120", 2 * time.Minute},
		{"/me/drive/root", 0.01, 12, "activityLimitReached", `{"code":"throttledRequest","innerError":{"code":"quota"}`, "10", 10 * time.Second},
		{"/me/drive/root/children", 0.01, 6, "activityLimitReached", "throttledRequest", "20", 20 * time.Second},
		{"/me", 0.003, 10, "TooManyRequests", `"innerError":{"code":"429"`, "2", 2 * time.Second},
		{"/users?$expand=manager", 0.003, 3, "TooManyRequests", "429", "5", 5 * time.Second},
		{"/users", 0.003, 5, "TooManyRequests", "429", "4", 4 * time.Second},
	} {
		t.Run(tt.path, func(t *testing.T) {
			t.Parallel()
			f, clock := throttled(t, tt.factor)
			passed, a := f.until(t, tt.path, 100)
			if passed != tt.passed || a.code(t) != tt.code || !strings.Contains(string(a.body), tt.inner) {
				t.Errorf("%d passed, then %s; want %d, then %s with %s", passed, a.body, tt.passed, tt.code, tt.inner)
			}
			if got := a.header.Get("Retry-After"); got != tt.retryAfter {
				t.Errorf("Retry-After = %q, want %q", got, tt.retryAfter)
			}
			clock.Advance(tt.wait)
			if a := f.do(t, "GET", tt.path, ""); a.status == http.StatusTooManyRequests {
				t.Errorf("after %v it is still throttled: %v", tt.wait, a.header)
			}
		})
	}
}

func TestATeamHasItsOwnQuota(t *testing.T) {
	t.Parallel()
	clock := graphtest.NewClock(now)
	tenant := office()
	tenant.Teams = []*graphtest.Team{
		{ID: "8a6f1b5e-0000-4000-8000-0000000000a1", DisplayName: "Plant", Owners: []string{salesID}},
		{ID: "8a6f1b5e-0000-4000-8000-0000000000a2", DisplayName: "Sales", Owners: []string{salesID}},
	}
	s, err := graphtest.New(&graphtest.Options{Keys: keys, Issuer: issuer, Tenant: tenant, Now: clock.Now, Throttling: graphtest.ThrottleReal})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	f := &fixture{s, mint(t, map[string]any{"appid": "app-1", "scp": "Team.ReadBasic.All"})}
	one, other := "/teams/"+tenant.Teams[0].ID, "/teams/"+tenant.Teams[1].ID
	if passed, a := f.until(t, one, 10); passed != 4 || a.header.Get("Retry-After") == "" {
		t.Errorf("%d requests to a team passed, then %v; want 4, then a wait", passed, a.header)
	}
	f.get(t, other)
	f.get(t, "/me/joinedTeams")
	clock.Advance(2 * time.Second)
	f.get(t, one)
}

func TestQuotasAreOfAnAppAndAMailbox(t *testing.T) {
	t.Parallel()
	f, _ := throttled(t, 0.0005)
	if passed, _ := f.until(t, "/me/messages", 50); passed != 5 {
		t.Errorf("%d requests passed, want 5", passed)
	}
	for name, claims := range map[string]map[string]any{
		"another app":     {"appid": "app-2"},
		"another mailbox": {"appid": "app-1", "oid": opsID},
	} {
		if a := f.do(t, "GET", "/me/messages", "", "Authorization", "Bearer "+mint(t, claims)); a.status != 200 {
			t.Errorf("%s = %d, want 200", name, a.status)
		}
	}
	if a := f.do(t, "GET", "/users/sales@contoso.example/messages", ""); a.status != 429 {
		t.Errorf("the mailbox by its name = %d, want 429", a.status)
	}
}

func TestUploadsAreCountedByTheirSize(t *testing.T) {
	t.Parallel()
	f, _ := throttled(t, 0.0003) // 45 kB, three requests
	body := `{"subject":"` + strings.Repeat("x", 40000) + `"}`
	var got []int
	for range 3 {
		f.do(t, "GET", "/me", "") // another service, which does not matter
		got = append(got, f.do(t, "POST", "/me/messages", body).status)
	}
	if diff := cmp.Diff([]int{201, 429, 429}, got); diff != "" {
		t.Errorf("uploads (-want +got):\n%s", diff)
	}
}

func TestDirectoryTellsItsUnits(t *testing.T) {
	t.Parallel()
	f, _ := throttled(t, 0.005) // 17.5 units
	for path, want := range map[string]string{
		"/users": "2", "/users?$select=id": "1", "/users?$select=id&$top=5": "1", "/me": "1", "/me/messages": "",
	} {
		if got := f.do(t, "GET", path, "").header.Get("X-Ms-Resource-Unit"); got != want {
			t.Errorf("%s costs %q units, want %q", path, got, want)
		}
	}
	f, _ = throttled(t, 0.005)
	var shares []string
	for range 8 {
		shares = append(shares, f.do(t, "GET", "/users", "").header.Get("X-Ms-Throttle-Limit-Percentage"))
	}
	if diff := cmp.Diff([]string{"", "", "", "", "", "", "0.80", "0.91"}, shares); diff != "" {
		t.Errorf("shares of the limit (-want +got):\n%s", diff)
	}
	_, a := f.until(t, "/users", 20)
	for name, want := range map[string]string{
		"X-Ms-Throttle-Scope":       "Tenant_Application/ReadWrite/app-1/" + tenantID,
		"X-Ms-Throttle-Information": "ResourceUnitLimitExceeded",
	} {
		if got := a.header.Get(name); got != want {
			t.Errorf("%s = %q, want %q", name, got, want)
		}
	}
}

func TestFilesTellWhatIsLeft(t *testing.T) {
	t.Parallel()
	f, _ := throttled(t, 0.01)
	for i := range 13 {
		a := f.do(t, "GET", "/me/drive/root", "")
		limit, left, reset := a.header.Get("RateLimit-Limit"), a.header.Get("RateLimit-Remaining"), a.header.Get("RateLimit-Reset")
		want := [3]string{}
		if i >= 9 {
			want = [3]string{"12", fmt.Sprint(max(11-i, 0)), fmt.Sprint(5 * (i + 1))}
		}
		if got := [3]string{limit, left, reset}; got != want {
			t.Errorf("request %d: RateLimit %q, want %q", i, got, want)
		}
	}
}

func TestAMailboxWorksOnFourRequestsAtOnce(t *testing.T) {
	t.Parallel()
	f, _ := throttled(t, graphtest.ThrottleReal)
	must(t, f.Fail(graphtest.Fault{Route: "GET /me/messages", Delay: 300 * time.Millisecond, Count: -1}))
	var mu sync.Mutex
	got := map[int]int{}
	var work sync.WaitGroup
	for i := range 7 {
		work.Go(func() {
			a := f.do(t, "GET", fmt.Sprint("/me/messages?$top=", i+1), "")
			mu.Lock()
			defer mu.Unlock()
			got[a.status]++
			if a.status == 429 && (a.code(t) != "ApplicationThrottled" || a.header.Get("Retry-After") != "0.25" ||
				!strings.Contains(string(a.body), "Application is over its MailboxConcurrency limit.")) {
				t.Errorf("throttled: %v %s", a.header, a.body)
			}
		})
	}
	work.Wait()
	if diff := cmp.Diff(map[int]int{200: 4, 429: 3}, got); diff != "" {
		t.Errorf("statuses (-want +got):\n%s", diff)
	}
	all := make([]string, 20)
	for i := range all {
		all[i] = get(fmt.Sprint(i), "/me/mailFolders/inbox")
	}
	for id, it := range f.batch(t, all...) {
		if it.Status != 200 {
			t.Errorf("item %s of a batch = %d, want 200: a batch keeps to four by itself", id, it.Status)
		}
	}
}

func TestWhoComesBackEarlyWaitsLonger(t *testing.T) {
	t.Parallel()
	f, clock := throttled(t, graphtest.ThrottleReal)
	must(t, f.Throttle("GET /me/messages", 0, 1, "2.5"))
	ask := func(path string) string {
		a := f.do(t, "GET", path, "")
		return fmt.Sprint(a.status, " ", a.header.Get("Retry-After"))
	}
	got := []string{ask("/me/messages")}
	clock.Advance(time.Second)
	got = append(got, ask("/me/messages"), ask("/me/messages?$top=1"))
	clock.Advance(3 * time.Second)
	got = append(got, ask("/me/messages"))
	clock.Advance(10 * time.Second)
	got = append(got, ask("/me/messages"))
	if diff := cmp.Diff([]string{"429 2.5", "429 5", "200 ", "429 10", "200 "}, got); diff != "" {
		t.Errorf("answers (-want +got):\n%s", diff)
	}
	var early []bool
	for _, r := range f.Requests() {
		early = append(early, r.Early)
	}
	if diff := cmp.Diff([]bool{false, true, false, true, false}, early); diff != "" {
		t.Errorf("early (-want +got):\n%s", diff)
	}
}

// Without throttling nobody is refused for coming early, but the log tells.
func TestComingEarlyIsLoggedInAnyCase(t *testing.T) {
	t.Parallel()
	for retryAfter, want := range map[string]bool{
		"1": true, "0.5": true, now.Add(time.Minute).Format(http.TimeFormat): true, "0": false, "": false, "soon": false,
		now.Add(-time.Minute).Format(http.TimeFormat): false, "NaN": false, "1e300": false,
	} {
		f, _ := throttled(t, graphtest.ThrottleOff)
		must(t, f.Fail(graphtest.Fault{Route: "GET /me", Status: 503, RetryAfter: retryAfter}))
		f.do(t, "GET", "/me", "")
		if a := f.do(t, "GET", "/me", ""); a.status != 200 {
			t.Errorf("Retry-After %q: the second request = %d, want 200", retryAfter, a.status)
		}
		if got := f.Requests()[1].Early; got != want {
			t.Errorf("Retry-After %q: early = %t, want %t", retryAfter, got, want)
		}
	}
}

func TestClockMovesWhenTold(t *testing.T) {
	t.Parallel()
	var c graphtest.Clock
	if got := c.Now(); got.IsZero() || got != c.Now() {
		t.Errorf("Now() = %v, want a time that stands", got)
	}
	start := c.Now()
	if got := c.Advance(time.Hour); got != start.Add(time.Hour) || c.Now() != got {
		t.Errorf("after an hour it is %v, want %v", got, start.Add(time.Hour))
	}
	c.Set(now)
	if got := c.Now(); got != now {
		t.Errorf("Now() = %v, want %v", got, now)
	}
}
