package graphtest_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/m365go/sdk/m365graph/graphtest"
)

// access is a test of who may use a route.
type access struct {
	*whole
	minted map[string]string // tokens, by whose they are
	mu     sync.Mutex
	logged []graphtest.Request
}

// bearer is a token of the sales desk with scopes, or of an application with
// roles.
func (x *access) bearer(t *testing.T, app bool, permissions ...string) string {
	t.Helper()
	claims := map[string]any{"scp": strings.Join(permissions, " "), "azp": appID}
	if app {
		claims = map[string]any{"oid": "8a6f1b5e-0000-4000-8000-00000000000f", "scp": "", "roles": permissions, "azp": appID}
	}
	name, err := json.Marshal(claims)
	if err != nil {
		t.Fatal(err)
	}
	if x.minted[string(name)] == "" {
		x.minted[string(name)] = mint(t, claims)
	}
	return x.minted[string(name)]
}

// as sends the request of a route's seed with a token, and puts back what it
// changed.
func (x *access) as(t *testing.T, r *graphtest.RouteInfo, spelling, token string) *answer {
	t.Helper()
	before := x.Changes()
	q := x.seeded(r, spelling)
	if token != "" {
		token = "Bearer " + token
	} else {
		token = "-"
	}
	a := x.do(t, q.method, q.target, q.body, append(q.header, "Authorization", token)...)
	if x.Changes() != before {
		if err := x.Restore(x.made); err != nil {
			t.Fatal(err)
		}
	}
	return a
}

// deniedCode is what the service behind a path calls a want of permissions.
// https://learn.microsoft.com/graph/resolve-auth-errors
func deniedCode(pattern string) string {
	holds := func(parts ...string) bool {
		return slices.ContainsFunc(parts, func(p string) bool { return strings.Contains(pattern, p) })
	}
	switch {
	case strings.HasPrefix(pattern, "/contacts"): // of the organization
		return "Authorization_RequestDenied"
	case holds("/teams", "/chats", "presence", "/channels", "/joinedTeams", "{team}/team", "/communications", "/teamwork"):
		return "Forbidden"
	case holds("~drive", "/drive", "/sites", "~site", "/shares", "~shared", "followedSites"):
		return "accessDenied"
	case holds("ailbox", "childFolder", "mail", "Mail", "essage", "alendar", "vent", "/people", "ontact", "/todo", "outlook", "inferenceClassification", "ExchangeIds", "reminderView", "findMeetingTimes"):
		return "ErrorAccessDenied"
	}
	return "Authorization_RequestDenied"
}

// TestEveryRouteEnforcesPermissions asks for each route without a token, with
// one that may something else, and with each permission alone that will do.
func TestEveryRouteEnforcesPermissions(t *testing.T) {
	t.Parallel()
	x := &access{minted: map[string]string{}}
	x.whole = newWhole(t, func(r graphtest.Request) {
		x.mu.Lock()
		defer x.mu.Unlock()
		x.logged = append(x.logged, r)
	})
	for _, r := range graphtest.RouteTable() {
		if r.Content || r.Pattern == "/" || r.Pattern == "/$metadata" {
			continue // these ask for none
		}
		mine, theirs := preferred(&r, false), preferred(&r, true)
		x.as(t, &r, mine, "").wants(t, r.Name()+" without a token", http.StatusUnauthorized, "InvalidAuthenticationToken")
		x.checkPermissions(t, &r, mine, false, r.Scopes)
		if !strings.HasPrefix(theirs, "/me") {
			x.checkPermissions(t, &r, theirs, true, r.Roles)
		}
		if strings.HasPrefix(mine, "/me") && len(r.Roles) > 0 && !slices.Equal(r.Roles, importRoles) {
			x.as(t, &r, mine, x.bearer(t, true, r.Roles...)).wants(t, r.Name()+" as an application", http.StatusBadRequest, "BadRequest")
		}
	}
	x.checkLogs(t)
}

// importRoles let an application write messages of a team in migration, of
// which there is none.
var importRoles = []string{"Teamwork.Migrate.All"}

// checkPermissions asks with a permission that does not suffice, and with each
// one that does.
func (x *access) checkPermissions(t *testing.T, r *graphtest.RouteInfo, spelling string, app bool, enough []string) {
	t.Helper()
	who := r.Name() + " with "
	if app {
		who += "the role "
	}
	denied := deniedCode(r.Pattern)
	status := http.StatusForbidden
	switch {
	case app && slices.Equal(enough, importRoles):
		x.as(t, r, spelling, x.bearer(t, app, enough...)).wants(t, who+enough[0], http.StatusUnauthorized, "Unauthorized")
		return
	case len(enough) == 0 && denied == "Forbidden":
		status, denied = http.StatusPreconditionFailed, "PreconditionFailed"
	}
	if !r.Public {
		x.as(t, r, spelling, x.bearer(t, app, "Other.Read")).wants(t, who+"Other.Read", status, denied)
	}
	for _, permission := range enough {
		suffice := append([]string{permission}, beside(r, permission)...)
		way := spelling
		if permission == "Sites.Selected" {
			way = selected(r, spelling)
		}
		a := x.as(t, r, way, x.bearer(t, app, suffice...))
		if refusedForMore[r.Name()] == permission {
			a.wants(t, who+permission, http.StatusForbidden, denied)
			continue
		}
		if a.status == http.StatusUnauthorized || a.status == http.StatusForbidden || a.status >= 500 {
			t.Errorf("%s%s = %d %s", who, permission, a.status, a.body)
		}
	}
}

// refusedForMore are permissions that suffice for less than the seeds ask: an
// application changes nothing but the policyViolation of a message, and what is
// copied goes to another drive than the one that was opened.
var refusedForMore = map[string]string{
	"PATCH /chats/{chat}/messages/{message}": "Chat.ReadWrite.All", "PATCH /~/chats/{chat}/messages/{message}": "Chat.ReadWrite.All", "POST /~drive/~item/copy": "Sites.Selected",
}

// beside are the permissions that one needs beside it, as its page says.
func beside(r *graphtest.RouteInfo, permission string) []string {
	switch {
	case strings.HasPrefix(r.Pattern, "/~/checkMember"), strings.HasPrefix(r.Pattern, "/~/getMember"): // people, beside their groups
		return []string{"User.ReadBasic.All"}
	case r.Name() == "PATCH /groups/{group}" && permission == "GroupMember.ReadWrite.All": // its members alone
		return []string{"Group.ReadWrite.All"}
	}
	return nil
}

// selected is the way into the site that was opened to the application.
func selected(r *graphtest.RouteInfo, spelling string) string {
	for _, way := range r.Spellings {
		if strings.HasPrefix(way, "/sites/{site}/") && !strings.Contains(way, "{:") && strings.Contains(way, "{item}") == strings.Contains(spelling, "{item}") && !strings.Contains(way, "{child}") {
			return way
		}
	}
	return spelling
}

// checkLogs looks for tokens in what was logged.
func (x *access) checkLogs(t *testing.T) {
	t.Helper()
	x.mu.Lock()
	defer x.mu.Unlock()
	text, err := json.Marshal(append(x.logged, x.Requests()...))
	if err != nil {
		t.Fatal(err)
	}
	for whose, token := range x.minted {
		signature := token[strings.LastIndex(token, ".")+1:]
		if strings.Contains(string(text), signature) {
			t.Errorf("the log holds the token of %s", whose)
		}
	}
}

// TestOtherPeoplesMailboxesAreClosed asks a colleague's mailbox, drive and
// chats with all scopes there are.
func TestOtherPeoplesMailboxesAreClosed(t *testing.T) {
	t.Parallel()
	w := newWhole(t, nil)
	for _, r := range graphtest.RouteTable() {
		theirs := preferred(&r, true)
		if r.Content || r.Shared || len(r.Scopes) == 0 || !strings.HasPrefix(theirs, "/users/{user}") {
			continue
		}
		q := w.seeded(&r, theirs)
		q.target = strings.Replace(q.target, salesID, opsID, 1)
		a := w.do(t, q.method, q.target, q.body, q.header...)
		if a.status != http.StatusForbidden || a.code(t) != deniedCode(r.Pattern) {
			t.Errorf("%s of somebody else = %d %s, want 403 %s", r.Name(), a.status, a.body, deniedCode(r.Pattern))
		}
	}
}
