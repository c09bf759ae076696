package graphtest_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/m365go/sdk/m365graph/graphtest"
)

// scoped is the same server with other claims.
func (f *fixture) scoped(t *testing.T, oid, scopes string) *fixture {
	t.Helper()
	return &fixture{f.Server, mint(t, map[string]any{"oid": oid, "scp": scopes})}
}

// lent is a tenant whose sales desk lends its calendar to operations.
func lent(role string) *graphtest.Tenant {
	tenant := office()
	private := single("PRIVATE", "Doctor", "2026-03-11T12:00:00", "2026-03-11T13:00:00")
	private.Sensitivity, private.Body = "private", graphtest.Body{Content: "secret"}
	private.Location, private.Categories = "Clinic", []string{"Health"}
	open := single("OPEN", "Budget", "2026-03-10T12:00:00", "2026-03-10T13:00:00")
	open.Body = graphtest.Body{Content: "figures"}
	tenant.Users[0].Calendars = []*graphtest.Calendar{{ID: "LENT", Events: []*graphtest.Event{open, private}}, {ID: "OWN", Name: "Own"}}
	if role != "" {
		tenant.Users[0].Calendars[0].Permissions = []graphtest.CalendarPermission{{Recipient: graphtest.Recipient{Name: "Operations", Address: "ops@contoso.example"}, Role: role}}
	}
	return tenant
}

func TestCalendarsAreLentByPermissionAndScope(t *testing.T) {
	t.Parallel()
	const event = "/users/sales@contoso.example/events/OPEN"
	for _, test := range []struct {
		role, scopes          string
		read, body, write, pt bool // pt: the body of a private event
	}{
		{"", "Calendars.ReadWrite.Shared", false, false, false, false},
		{"freeBusyRead", "Calendars.ReadWrite.Shared", false, false, false, false},
		{"read", "Calendars.ReadWrite", false, false, false, false},
		{"limitedRead", "Calendars.Read.Shared", true, false, false, false},
		{"read", "Calendars.Read.Shared", true, true, false, false},
		{"read", "Calendars.ReadWrite.Shared", true, true, false, false},
		{"write", "Calendars.Read.Shared", true, true, false, false},
		{"write", "Calendars.ReadWrite.Shared", true, true, true, false},
		{"delegateWithPrivateEventAccess", "Calendars.ReadWrite.Shared", true, true, true, true},
	} {
		t.Run(test.role+" with "+test.scopes, func(t *testing.T) {
			t.Parallel()
			f := setup(t, lent(test.role)).scoped(t, opsID, test.scopes)
			a := f.do(t, "GET", event, "")
			if (a.status == 200) != test.read || !test.read && a.code(t) != "ErrorAccessDenied" {
				t.Fatalf("GET = %d %s, want read %v", a.status, a.body, test.read)
			}
			if got := strings.Contains(string(a.body), "figures"); got != test.body {
				t.Errorf("the body is shown: %v, want %v", got, test.body)
			}
			if got := strings.Contains(string(f.do(t, "GET", "/users/sales@contoso.example/events/PRIVATE", "").body), "secret"); got != test.pt {
				t.Errorf("the body of a private event is shown: %v, want %v", got, test.pt)
			}
			private := string(f.do(t, "GET", "/users/sales@contoso.example/events/PRIVATE", "").body)
			if told := strings.Contains(private, "Doctor") || strings.Contains(private, "Clinic") || strings.Contains(private, "Health"); test.read && told != test.pt {
				t.Errorf("the private event is %s, want what it is about told %v", private, test.pt)
			}
			if got := f.do(t, "GET", "/users/sales@contoso.example/events?$filter=subject%20eq%20'Doctor'", ""); test.read && (names(got.json(t), "id") != "") != test.pt {
				t.Errorf("by its subject is found %s, want the private event %v", got.body, test.pt)
			}
			if a := f.do(t, "PATCH", event, `{"subject":"x"}`); (a.status == 200) != test.write {
				t.Errorf("PATCH = %d, want write %v", a.status, test.write)
			}
			for _, path := range []string{"/calendars/OWN/events", "/calendars/OWN/calendarView" + march, "/calendarGroups", "/reminderView" + march, "/messages"} {
				if a := f.do(t, "GET", "/users/sales@contoso.example"+path, ""); a.status != 403 && (path != "/calendarGroups" && path != "/reminderView"+march || !test.read) {
					t.Errorf("GET %s = %d, want 403", path, a.status)
				}
			}
		})
	}
}

func TestBasicScopeKeepsBodiesBack(t *testing.T) {
	t.Parallel()
	f := setup(t, lent(""))
	basic := f.scoped(t, salesID, "Calendars.ReadBasic")
	got := basic.get(t, "/me/events/OPEN")
	if got["subject"] != "Budget" || got["body"] != nil || got["bodyPreview"] != nil {
		t.Errorf("with Calendars.ReadBasic: %v", got)
	}
	for _, request := range []string{"PATCH /me/events/OPEN", "POST /me/events", "DELETE /me/events/OPEN", "POST /me/events/OPEN/accept", "POST /me/calendars"} {
		method, path, _ := strings.Cut(request, " ")
		if a := basic.do(t, method, path, `{}`); a.status != http.StatusForbidden {
			t.Errorf("%s = %d, want 403", request, a.status)
		}
	}
	app := &fixture{f.Server, mint(t, map[string]any{"scp": "", "roles": []string{"Calendars.Read"}})}
	if got := app.get(t, "/users/"+salesID+"/events/OPEN"); got["body"] == nil {
		t.Errorf("with the role Calendars.Read: %v", got)
	}
	app = &fixture{f.Server, mint(t, map[string]any{"scp": "", "roles": []string{"Calendars.ReadBasic.All"}})}
	if got := app.get(t, "/users/"+salesID+"/events/OPEN"); got["body"] != nil {
		t.Errorf("with the role Calendars.ReadBasic.All: %v", got)
	}
	if a := app.do(t, "POST", "/users/"+salesID+"/findMeetingTimes", `{}`); a.status != http.StatusForbidden {
		t.Errorf("findMeetingTimes of an application = %d, want 403", a.status)
	}
}

func TestPermissionsAreListedAndChanged(t *testing.T) {
	t.Parallel()
	f := setup(t, lent("read"))
	const at = "/me/calendar/calendarPermissions"
	if n := len(f.get(t, at)["value"].([]any)); n != 2 {
		t.Fatalf("%d permissions, want those of operations and of the organization", n)
	}
	made := f.must(t, 201, "POST", at, `{"emailAddress":{"name":"Guest","address":"guest@elsewhere.example"},"isInsideOrganization":false,"isRemovable":true,"role":"read"}`).json(t)
	if diff := cmp.Diff([]any{"freeBusyRead", "limitedRead", "read"}, made["allowedRoles"]); diff != "" || made["isInsideOrganization"] != false {
		t.Errorf("an outsider's permission: %v", made)
	}
	f.must(t, 200, "PATCH", at+"/"+made["id"].(string), `{"role":"limitedRead"}`)
	if got := f.get(t, "/me/events/OPEN/calendar/calendarPermissions/"+made["id"].(string))["role"]; got != "limitedRead" {
		t.Errorf("role = %v, want limitedRead", got)
	}
	for _, test := range []struct{ method, path, body string }{
		{"POST", at, `{"role":"read"}`}, {"POST", at, `{"emailAddress":{"address":"ops@contoso.example"},"role":"read"}`}, {"POST", at, `{"emailAddress":{"address":"a@b"},"role":"king"}`},
		{"POST", at, `{"emailAddress":3}`}, {"POST", at, `{"crown":true}`}, {"PATCH", at + "/" + made["id"].(string), `{"role":"write"}`}, {"PATCH", at + "/" + made["id"].(string), `{"role":7}`}, {"DELETE", at + "/RGVmYXVsdA==", ""},
	} {
		if a := f.do(t, test.method, test.path, test.body); a.status != 400 {
			t.Errorf("%s %s %s = %d %s, want 400", test.method, test.path, test.body, a.status, a.body)
		}
	}
	f.must(t, 204, "DELETE", at+"/"+made["id"].(string), "")
	f.must(t, 404, "GET", at+"/"+made["id"].(string), "")
	borrower := f.scoped(t, opsID, "Calendars.ReadWrite.Shared")
	if got := borrower.get(t, "/users/"+salesID+"/calendar/calendarPermissions")["value"].([]any); len(got) != 0 {
		t.Errorf("a borrower sees %v, want nothing", got)
	}
	borrower.must(t, 403, "POST", "/users/"+salesID+"/calendar/calendarPermissions", `{}`)
	tenant := lent("owner")
	if _, err := graphtest.New(&graphtest.Options{Keys: keys, Tenant: tenant}); err == nil {
		t.Error("New took a role that does not exist")
	}
}
