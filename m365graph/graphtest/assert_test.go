package graphtest_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/m365go/sdk/m365graph/graphtest"
)

func itoa(n int) string { return strconv.Itoa(n) }

// recordingTB is a test that fails without failing.
type recordingTB struct{ errors []string }

func (*recordingTB) Helper() {}

func (r *recordingTB) Errorf(format string, args ...any) {
	r.errors = append(r.errors, fmt.Sprintf(format, args...))
}

// said is what an assertion says, in one line.
func said(assertion func(graphtest.TB)) string {
	var r recordingTB
	assertion(&r)
	return strings.Join(r.errors, "; ")
}

func TestAssertNoBearerOutside(t *testing.T) {
	t.Parallel()
	f := setup(t, office())
	f.do(t, "PUT", "/me/drive/root:/a.txt:/content", "{}")
	location := f.do(t, "GET", "/me/drive/root:/a.txt:/content", "").header.Get("Location")
	f.do(t, "GET", location, "", "Authorization", "-")
	if got := said(f.AssertNoBearerOutside); got != "" {
		t.Errorf("without a token: %s", got)
	}
	f.do(t, "GET", location, "")
	if got := said(f.AssertNoBearerOutside); !strings.Contains(got, "came with an Authorization header") || strings.Contains(got, "?") {
		t.Errorf("with a token: %q", got)
	}
}

func TestAssertWaited(t *testing.T) {
	t.Parallel()
	f := setup(t, office())
	must(t, f.Throttle("GET /me", 0, 1, "5"))
	f.do(t, "GET", "/me", "")
	f.do(t, "GET", "/me/messages", "")
	if got := said(f.AssertWaited); got != "" {
		t.Errorf("another request: %s", got)
	}
	f.do(t, "GET", "/me", "")
	if got := said(f.AssertWaited); !strings.Contains(got, "GET /v1.0/me came again") {
		t.Errorf("the same request: %q", got)
	}
}

func TestAssertExecuted(t *testing.T) {
	t.Parallel()
	f := setup(t, office())
	const route = "POST /me/sendMail"
	check := func(want string, n int) {
		t.Helper()
		if got := said(func(tb graphtest.TB) { f.AssertExecuted(tb, route, n) }); !strings.Contains(got, want) || want == "" && got != "" {
			t.Errorf("AssertExecuted(%d) says %q, want %q", n, got, want)
		}
	}
	check("", 0)
	f.do(t, "POST", "/me/sendMail", `{}`)
	must(t, f.Fail(graphtest.Fault{Route: route, Status: 503}))
	f.do(t, "POST", "/me/sendMail", quote)
	check("", 0)
	must(t, f.Fail(graphtest.Fault{Route: route, Status: 504, After: true}))
	f.do(t, "POST", "/me/sendMail", quote)
	must(t, f.Fail(graphtest.Fault{Route: route, Cut: graphtest.CutBefore, After: true}))
	_, _ = f.try(t, "POST", "/me/sendMail", quote)
	check("", 2)
	check("was executed 2 times, want 1", 1)
	f.batch(t, `{"id":"1","method":"POST","url":"/me/sendMail","headers":{"Content-Type":"application/json"},"body":`+quote+`}`)
	check("", 3)
	if got := said(func(tb graphtest.TB) { f.AssertExecuted(tb, "POST /me/nothing", 0) }); !strings.Contains(got, "no route") {
		t.Errorf("an unknown route: %q", got)
	}
}
