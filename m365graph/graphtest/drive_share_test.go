package graphtest_test

import (
	"encoding/base64"
	"net/http"
	"slices"
	"testing"

	"github.com/m365go/sdk/m365graph/graphtest"
)

// colleague is the second person, with scopes for what is shared.
func colleague(t *testing.T, f *fixture, scopes string) *fixture {
	t.Helper()
	return &fixture{f.Server, mint(t, map[string]any{"oid": opsID, "scp": scopes})}
}

func share(address string) string {
	return "/shares/u!" + base64.RawURLEncoding.EncodeToString([]byte(address))
}

func TestInvitedPeopleReachWhatIsShared(t *testing.T) {
	t.Parallel()
	f := setup(t, cabinet())
	const wide, narrow = "Files.ReadWrite.All", "Files.ReadWrite"
	reader, own := colleague(t, f, wide), colleague(t, f, narrow)
	denied := func(f *fixture, method, path, body string) {
		t.Helper()
		if a := f.do(t, method, path, body); a.status != http.StatusForbidden || a.code(t) != "accessDenied" {
			t.Errorf("%s %s = %d %s, want 403 accessDenied", method, path, a.status, a.body)
		}
	}
	denied(reader, "GET", "/drives/b!Drive/items/reports", "")
	a := f.do(t, "POST", "/me/drive/items/reports/invite", `{"recipients":[{"email":"OPS@contoso.example"}],"roles":["read"],"requireSignIn":true,"sendInvitation":false,"message":"m"}`)
	if a.status != http.StatusOK {
		t.Fatalf("invite = %d %s, want 200", a.status, a.body)
	}
	given := a.json(t)["value"].([]any)[0].(map[string]any)
	to := given["grantedToV2"].(map[string]any)["user"].(map[string]any)
	if to["id"] != opsID || given["roles"].([]any)[0] != "read" {
		t.Errorf("invite gave %v", given)
	}
	for _, path := range []string{"/drives/b!Drive/items/reports", "/drives/b!Drive/items/plan", "/drives/b!Drive/items/reports:/2025/plan.txt:", "/users/sales@contoso.example/drive/items/q1"} {
		reader.get(t, path)
		denied(own, "GET", path, "")
	}
	denied(reader, "GET", "/drives/b!Drive/items/notes", "")
	denied(reader, "GET", "/drives/b!Drive/root/children", "")
	denied(reader, "GET", "/drives/b!Drive/root/delta", "")
	denied(reader, "GET", "/drives/b!Drive/items/none", "")
	denied(reader, "PUT", "/drives/b!Drive/items/plan/content", "x")
	shared := reader.get(t, "/me/drive/sharedWithMe")
	remote := shared["value"].([]any)[0].(map[string]any)["remoteItem"].(map[string]any)
	if len(shared["value"].([]any)) != 1 || remote["id"] != "reports" || remote["parentReference"].(map[string]any)["driveId"] != "b!Drive" {
		t.Errorf("sharedWithMe = %v", shared)
	}
	permission := "/me/drive/items/reports/permissions/" + given["id"].(string)
	if a := f.do(t, "PATCH", permission, `{"roles":["write"]}`); a.status != http.StatusOK {
		t.Fatalf("PATCH of the role = %d %s, want 200", a.status, a.body)
	}
	if a := reader.do(t, "PUT", "/drives/b!Drive/items/plan/content", "x"); a.status != http.StatusOK {
		t.Errorf("PUT with the role write = %d %s, want 200", a.status, a.body)
	}
	if by := f.get(t, "/me/drive/items/plan")["lastModifiedBy"].(map[string]any)["user"].(map[string]any)["id"]; by != opsID {
		t.Errorf("lastModifiedBy = %v, want who wrote it", by)
	}
	if got := values(f.get(t, "/me/drive/items/plan/permissions"), "id"); len(got) != 2 || got[1] != given["id"] {
		t.Errorf("permissions inherited = %v", got)
	}
	for _, method := range []string{"PATCH", "DELETE"} {
		if a := f.do(t, method, "/me/drive/items/plan/permissions/"+given["id"].(string), `{"roles":["read"]}`); a.status != http.StatusBadRequest {
			t.Errorf("%s of an inherited permission = %d, want 400", method, a.status)
		}
	}
	if a := f.do(t, "DELETE", permission, ""); a.status != http.StatusNoContent {
		t.Fatalf("DELETE of the permission = %d, want 204", a.status)
	}
	denied(reader, "GET", "/drives/b!Drive/items/reports", "")
}

func TestSharingLinksOpenTheItem(t *testing.T) {
	t.Parallel()
	tenant := cabinet()
	tenant.Users[0].Drive.NoAnonymousLinks = true
	f := setup(t, tenant)
	reader := colleague(t, f, "Files.ReadWrite.All")
	made := f.do(t, "POST", "/me/drive/items/notes/createLink", `{"type":"view","scope":"organization"}`)
	if made.status != http.StatusCreated {
		t.Fatalf("createLink = %d %s, want 201", made.status, made.body)
	}
	again := f.do(t, "POST", "/me/drive/items/notes/createLink", `{"type":"view"}`)
	if again.status != http.StatusOK || again.json(t)["id"] != made.json(t)["id"] {
		t.Errorf("createLink again = %d %s, want 200 and the same", again.status, again.body)
	}
	link := made.json(t)["link"].(map[string]any)
	address := link["webUrl"].(string)
	for _, path := range []string{"/driveItem", "/root", ""} {
		if got := reader.get(t, share(address+"?e=abc")+path)["name"]; got != "notes.txt" {
			t.Errorf("GET of the link%s = %v, want notes.txt", path, got)
		}
	}
	if a := reader.do(t, "GET", share(address)+"/driveItem/content", ""); a.status != http.StatusFound {
		t.Errorf("content by the link = %d %s, want 302", a.status, a.body)
	}
	web := f.get(t, "/me/drive/items/plan")["webUrl"].(string)
	if got := f.get(t, share(web)+"/driveItem")["id"]; got != "plan" {
		t.Errorf("by its web address = %v, want plan", got)
	}
	for path, want := range map[string]int{
		share(web) + "/driveItem":                                 403,
		share("https://contoso.sharepoint.com/no") + "/driveItem": 404,
		"/shares/u!***/driveItem":                                 400,
		"/shares/none":                                            400,
	} {
		if a := reader.do(t, "GET", path, ""); a.status != want {
			t.Errorf("GET %s = %d %s, want %d", path, a.status, a.body, want)
		}
	}
	for body, want := range map[string]int{
		`{"type":"view","scope":"anonymous"}`: 400, `{"type":"embed"}`: 400, `{"type":"view","scope":"all"}`: 400, `{}`: 400,
		`{"type":"view","scope":"users","expirationDateTime":"2020-01-01T00:00:00Z"}`: 400, `{"type":5}`: 400, `{"type":"edit","scope":"users"}`: 201,
	} {
		if a := f.do(t, "POST", "/me/drive/items/notes/createLink", body); a.status != want {
			t.Errorf("createLink %s = %d %s, want %d", body, a.status, a.body, want)
		}
	}
	f.do(t, "DELETE", "/me/drive/items/notes/permissions/"+made.json(t)["id"].(string), "")
	if a := reader.do(t, "GET", share(address)+"/driveItem", ""); a.status != http.StatusForbidden {
		t.Errorf("GET of a link taken back = %d, want 403", a.status)
	}
	f.do(t, "DELETE", "/me/drive/items/notes", "")
	if a := reader.do(t, "GET", share(address)+"/driveItem", ""); a.status != http.StatusNotFound {
		t.Errorf("GET of a link to a deleted item = %d, want 404", a.status)
	}
}

func TestSharesOfTheTenantHold(t *testing.T) {
	t.Parallel()
	tenant := cabinet()
	tenant.Users[0].Drive.Items[0].Shared = []graphtest.Share{{With: "ops@contoso.example", Role: "write"}}
	f := setup(t, tenant)
	ops := colleague(t, f, "Files.ReadWrite.All")
	if a := ops.do(t, "PUT", "/drives/b!Drive/items/reports:/from ops.txt:/content", "x"); a.status != http.StatusCreated {
		t.Errorf("PUT = %d %s, want 201", a.status, a.body)
	}
	if got := f.get(t, "/me/drive/items/reports?$expand=permissions")["permissions"].([]any); len(got) != 2 {
		t.Errorf("permissions = %v, want the owner's and one more", got)
	}
	if got := f.get(t, "/me/drive/items/reports")["shared"]; got == nil {
		t.Error("a shared folder has no shared facet")
	}
	tenant.Users[0].Drive.Items[0].Shared[0].Role = "shout"
	if _, err := graphtest.New(&graphtest.Options{Keys: keys, Tenant: tenant}); err == nil {
		t.Error("New with a role that does not exist succeeded")
	}
}

func TestApplicationsReachEveryDrive(t *testing.T) {
	t.Parallel()
	f := setup(t, cabinet())
	app := func(roles ...string) *fixture {
		return &fixture{f.Server, mint(t, map[string]any{"scp": nil, "roles": roles, "oid": "app"})}
	}
	if got := app("Files.ReadWrite.All").do(t, "PUT", "/drives/b!Drive/root:/by app.txt:/content", "x"); got.status != http.StatusCreated || got.json(t)["createdBy"].(map[string]any)["application"] == nil {
		t.Errorf("PUT by an application = %d %s, want 201 and its name", got.status, got.body)
	}
	for role, want := range map[string]int{"Files.Read.All": 200, "Sites.Read.All": 200, "Mail.Read": 403, "Files.Read": 403} {
		if a := app(role).do(t, "GET", "/users/sales@contoso.example/drive/root/children", ""); a.status != want {
			t.Errorf("GET with the role %s = %d, want %d", role, a.status, want)
		}
	}
	if a := app("Files.Read.All").do(t, "DELETE", "/drives/b!Drive/items/notes", ""); a.status != http.StatusForbidden {
		t.Errorf("DELETE with a role that reads = %d, want 403", a.status)
	}
	if !slices.Contains(values(app("Files.Read.All").get(t, "/users/"+salesID+"/drives"), "id"), "b!Drive") {
		t.Error("the drive is not in its owner's list")
	}
}
