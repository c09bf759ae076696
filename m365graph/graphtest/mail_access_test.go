package graphtest_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestBasicReaderCannotGuessText(t *testing.T) {
	t.Parallel()
	f := setup(t, correspondence())
	f.token = mint(t, map[string]any{"scp": "Mail.ReadBasic"})
	for _, query := range []string{
		`$search="doors"`, "$filter=" + url.QueryEscape("contains(body/content,'doors')"), "$filter=" + url.QueryEscape("startswith(bodyPreview,'Doors')"),
		"$orderby=bodyPreview", "$expand=attachments", "$expand=singleValueExtendedProperties", "$select=uniqueBody",
	} {
		for _, path := range []string{"/me/messages?", "/me/mailFolders/inbox/messages?", "/me/mailFolders/inbox/messages/delta?"} {
			if a := f.do(t, "GET", path+query, ""); a.status < 400 {
				t.Errorf("GET %s%s = %d %s, want it refused", path, query, a.status, a.body)
			}
		}
	}
	if got := f.get(t, "/me/mailFolders/inbox/messages/delta")["value"].([]any)[0].(map[string]any); got["body"] != nil || got["bodyPreview"] != nil {
		t.Errorf("a round shows %v, want the head alone", got)
	}
	for _, request := range []string{"POST /me/sendMail", "POST /me/messages", "POST /me/mailFolders", "GET /me/mailFolders/inbox/messageRules"} {
		method, path, _ := strings.Cut(request, " ")
		if a := f.do(t, method, path, "{}"); a.status != http.StatusForbidden || a.code(t) != "ErrorAccessDenied" {
			t.Errorf("%s = %d %s, want 403 ErrorAccessDenied", request, a.status, a.body)
		}
	}
}

func TestApplicationsReachAllMailboxesWithARole(t *testing.T) {
	t.Parallel()
	f := setup(t, correspondence())
	paths := []string{"/messages", "/mailFolders", "/mailFolders/inbox/messages/delta", "/messages/$count"}
	for _, test := range []struct {
		role   string
		status int
	}{{"Mail.Read", 200}, {"Mail.ReadWrite", 200}, {"Mail.ReadBasic.All", 200}, {"Mail.Send", 403}, {"Calendars.Read", 403}} {
		app := &fixture{f.Server, mint(t, map[string]any{"scp": "", "roles": []string{test.role}})}
		for _, user := range []string{salesID, opsID, "ops@contoso.example"} {
			for _, path := range paths {
				a := app.do(t, "GET", "/users/"+user+path, "")
				if a.status != test.status || a.status == http.StatusForbidden && a.code(t) != "ErrorAccessDenied" {
					t.Errorf("%s: GET of %s of %s = %d %s, want %d", test.role, path, user, a.status, a.body, test.status)
				}
			}
		}
		if a := app.do(t, "GET", "/me/messages", ""); a.status < 400 {
			t.Errorf("%s: GET /me/messages of an application = %d, want it refused", test.role, a.status)
		}
	}
	for _, path := range append(paths, "/sendMail") {
		method := "GET"
		if path == "/sendMail" {
			method = "POST"
		}
		if a := f.do(t, method, "/users/"+opsID+path, ""); a.status != http.StatusForbidden || a.code(t) != "ErrorAccessDenied" {
			t.Errorf("%s %s of somebody else = %d %s, want 403 ErrorAccessDenied", method, path, a.status, a.body)
		}
	}
}
