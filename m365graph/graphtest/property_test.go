package graphtest_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/m365go/sdk/m365graph/graphtest"
)

// described is an office with a mail in its first inbox.
func described() *graphtest.Tenant {
	tenant := office()
	tenant.Users[0].BusinessPhones = []string{"+33 1"}
	tenant.Users[0].Manager = opsID
	tenant.Users[0].Folders = []*graphtest.MailFolder{{DisplayName: "Inbox", Messages: []*graphtest.Message{{
		ID: "AAMkMail", Subject: "Plant tour", From: &graphtest.Recipient{Name: "Operations", Address: "ops@contoso.example"},
		ReceivedDateTime: time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC), Importance: "high",
	}}}}
	return tenant
}

func TestAPropertyStandsAlone(t *testing.T) {
	t.Parallel()
	f := setup(t, described())
	f.do(t, "PUT", "/me/drive/root:/a.txt:/content", "hello", "Content-Type", "text/plain")
	for _, tt := range []struct {
		path, context, want string
	}{
		{"/me/displayName", "users('" + salesID + "')/displayName", `"value":"Sales Desk"`},
		{"/me/DISPLAYNAME", "users('" + salesID + "')/displayName", `"value":"Sales Desk"`},
		{"/users('" + opsID + "')/mail", "users('" + opsID + "')/mail", `"value":"ops@contoso.example"`},
		{"/me/businessPhones", "users('" + salesID + "')/businessPhones", `"value":["+33 1"]`},
		{"/me/manager/displayName", "directoryObjects('" + opsID + "')/displayName", `"value":"Operations"`},
		{"/me/messages/AAMkMail/subject", "messages('AAMkMail')/subject", `"value":"Plant tour"`},
		{"/me/messages/AAMkMail/isRead", "messages('AAMkMail')/isRead", `"value":false`},
		{"/me/messages/AAMkMail/from", "messages('AAMkMail')/from", `"emailAddress":{"name":"Operations"`},
		{"/me/messages/AAMkMail/from/emailAddress/Address", "messages('AAMkMail')/from/emailAddress/Address", `"value":"ops@contoso.example"`},
		{"/me/drive/root/name", "/name", `"value":"root"`},
		{"/me/drive/root:/a.txt:/size", "/size", `"value":5`},
		{"/me/displayName?$format=json", "/displayName", `"value":"Sales Desk"`},
	} {
		a := f.do(t, "GET", tt.path, "")
		if a.status != http.StatusOK || !strings.Contains(string(a.body), tt.context+`"`) || !strings.Contains(string(a.body), tt.want) {
			t.Errorf("GET %s = %d %s, want %s of %s", tt.path, a.status, a.body, tt.want, tt.context)
		}
	}
	for path, want := range map[string]string{
		"/me/displayName/$value":                                     "Sales Desk",
		"/me/messages/AAMkMail/isRead/$value":                        "false",
		"/me/messages/AAMkMail/receivedDateTime/$value":              "2026-03-01T08:00:00Z",
		"/me/messages/AAMkMail/from/emailAddress/address/$value":     "ops@contoso.example",
		"/me/drive/root:/a.txt:/size/$value":                         "5",
		"/users/" + opsID + "/userPrincipalName/$value?$format=json": "ops@contoso.example",
	} {
		if a := f.do(t, "GET", path, ""); a.status != http.StatusOK || string(a.body) != want || a.header.Get("Content-Type") != "text/plain" {
			t.Errorf("GET %s = %d %q of %q, want %q as text/plain", path, a.status, a.body, a.header.Get("Content-Type"), want)
		}
	}
}

func TestAPropertyWithoutAValueIsNoContent(t *testing.T) {
	t.Parallel()
	f := setup(t, described())
	for _, path := range []string{"/me/mobilePhone", "/me/mobilePhone/$value", "/users/" + opsID + "/officeLocation"} {
		if a := f.do(t, "GET", path, ""); a.status != http.StatusNoContent || len(a.body) > 0 {
			t.Errorf("GET %s = %d %s, want 204", path, a.status, a.body)
		}
	}
}

func TestWhatIsNoPropertyIsRefused(t *testing.T) {
	t.Parallel()
	f := setup(t, described())
	for _, tt := range []struct {
		method, path string
		status       int
	}{
		{"GET", "/me/nothing", 400},
		{"GET", "/me/nothing/$value", 400},
		{"GET", "/me/subject", 400},                       // of a message
		{"GET", "/me/displayName/length", 400},            // a text has no members
		{"GET", "/me/businessPhones/$value", 400},         // a collection
		{"GET", "/me/messages/AAMkMail/from/$value", 400}, // an object
		{"GET", "/me/messages/AAMkMail/from/nobody", 400},
		{"GET", "/me/messages/AAMkADQ3YjdiNWUxLTBmYWQ=/subject", 404},
		{"GET", "/users/delta/displayName", 400}, // a collection has no properties
		{"GET", "/me/displayName/$count", 400},
		{"GET", "/me/displayName('x')", 400},
		{"GET", "/me/displayName?$select=id", 400},
		{"GET", "/me/displayName?$top=1", 400},
		{"GET", "/users/nobody@contoso.example/displayName", 404},
		{"PATCH", "/me/displayName", 405},
		{"DELETE", "/me/messages/AAMkMail/subject", 405},
		{"PUT", "/me/drive/root/name", 405},
	} {
		a := f.do(t, tt.method, tt.path, "")
		if a.status != tt.status || a.code(t) == "" {
			t.Errorf("%s %s = %d %s, want %d", tt.method, tt.path, a.status, a.body, tt.status)
		}
		if allow := a.header.Get("Allow"); a.status == 405 && allow != "GET" {
			t.Errorf("%s %s: Allow = %q, want GET", tt.method, tt.path, allow)
		}
	}
	f.token = mint(t, map[string]any{"scp": "Mail.Read"})
	if a := f.do(t, "GET", "/me/displayName", ""); a.status != http.StatusForbidden {
		t.Errorf("GET /me/displayName without User.Read = %d, want 403", a.status)
	}
}

func TestAMethodThatIsNotThereNamesThoseThatAre(t *testing.T) {
	t.Parallel()
	f := setup(t, office())
	for _, tt := range []struct{ method, path, allow, code string }{
		{"DELETE", "/me", "GET, PATCH", "Request_BadRequest"},
		{"PUT", "/me/messages", "GET, POST", "ErrorInvalidRequest"},
		{"HEAD", "/me", "GET, PATCH", ""},
		{"OPTIONS", "/users", "GET, POST", "Request_BadRequest"},
		{"GET", "/$batch", "POST", "Request_BadRequest"},
	} {
		a := f.do(t, tt.method, tt.path, "")
		if a.status != http.StatusMethodNotAllowed || a.header.Get("Allow") != tt.allow {
			t.Errorf("%s %s = %d, Allow %q, want 405 and %q", tt.method, tt.path, a.status, a.header.Get("Allow"), tt.allow)
		}
		if tt.code != "" && a.code(t) != tt.code {
			t.Errorf("%s %s = %s, want %s", tt.method, tt.path, a.body, tt.code)
		}
	}
}
