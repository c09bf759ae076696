package graphtest_test

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/m365go/sdk/m365graph/graphtest"
)

func TestPresenceFollowsWhatIsSaid(t *testing.T) {
	t.Parallel()
	var passed atomic.Int64
	clock := func() time.Time { return now.Add(time.Duration(passed.Load())) }
	tenant := desks()
	tenant.Users[1].Presence = &graphtest.Presence{Availability: "Busy", Activity: "InAMeeting", OutOfOffice: "Back on Monday", StatusMessage: "at the fair"}
	s, err := graphtest.New(&graphtest.Options{Keys: keys, Issuer: issuer, Tenant: tenant, Now: clock})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	f := (&fixture{Server: s}).with(t, salesID, teamScopes)
	is := func(when, availability, activity string) {
		t.Helper()
		p := f.get(t, "/me/presence")
		if p["availability"] != availability || p["activity"] != activity {
			t.Errorf("%s: %v/%v, want %s/%s", when, p["availability"], p["activity"], availability, activity)
		}
	}
	say := func(action, body string) {
		t.Helper()
		f.do(t, "POST", "/me/presence/"+action, body).wants(t, action, http.StatusOK, "")
	}
	is("at first", "Offline", "Offline")
	say("setUserPreferredPresence", `{"availability":"DoNotDisturb","activity":"DoNotDisturb","expirationDuration":"PT8H"}`)
	is("preferred, without a session", "Offline", "Offline")
	say("setPresence", `{"sessionId":"s1","availability":"Available","activity":"Available","expirationDuration":"PT1H"}`)
	is("preferred", "DoNotDisturb", "DoNotDisturb")
	say("clearUserPreferredPresence", `{}`)
	is("in a session", "Available", "Available")
	passed.Store(int64(5 * time.Minute))
	is("after five minutes", "Available", "AvailableInactive")
	passed.Store(int64(10 * time.Minute))
	is("after ten minutes", "Away", "Away")
	say("setPresence", `{"sessionId":"s2","availability":"Busy","activity":"InACall"}`)
	is("in a call", "Busy", "InACall")
	passed.Store(int64(16 * time.Minute))
	is("after the call", "Away", "Away")
	say("clearPresence", `{"sessionId":"s1"}`)
	is("at the end", "Offline", "Offline")
	f.do(t, "POST", "/me/presence/clearPresence", `{"sessionId":"s1"}`).wants(t, "clear twice", http.StatusNotFound, "NotFound")

	say("setStatusMessage", `{"statusMessage":{"message":{"content":"out for lunch","contentType":"text"},"expiryDateTime":{"dateTime":"2026-03-04T10:30:00","timeZone":"Europe/Paris"}}}`)
	if m, _ := f.get(t, "/me/presence")["statusMessage"].(map[string]any); m == nil || m["message"].(map[string]any)["content"] != "out for lunch" {
		t.Errorf("status message = %v", m)
	}
	passed.Store(int64(30 * time.Minute))
	if m := f.get(t, "/me/presence")["statusMessage"]; m != nil {
		t.Errorf("status message after its end = %v", m)
	}
}

func TestPresenceOfOthers(t *testing.T) {
	t.Parallel()
	f := teams(t)
	for _, path := range []string{"/users/" + opsID + "/presence", "/communications/presences/" + opsID} {
		if got := f.get(t, path); got["id"] != opsID {
			t.Errorf("GET %s = %v", path, got)
		}
	}
	people := f.do(t, "POST", "/communications/getPresencesByUserId", `{"ids":["`+opsID+`","`+nightID+`","`+tenantID+`"]}`)
	if diff := cmp.Diff([]any{opsID, nightID}, pluck(people.json(t), "id")); diff != "" {
		t.Error(diff)
	}
	f.do(t, "POST", "/users/"+opsID+"/presence/setPresence", `{"sessionId":"s","availability":"Away","activity":"Away"}`).wants(t, "set for another", http.StatusForbidden, "Forbidden")
	f.app(t, "Presence.ReadWrite.All").do(t, "POST", "/users/"+opsID+"/presence/setPresence", `{"sessionId":"s","availability":"Away","activity":"Away"}`).wants(t, "set by an application", http.StatusOK, "")
	mine := f.with(t, salesID, "Presence.Read")
	mine.get(t, "/me/presence")
	mine.do(t, "GET", "/users/"+opsID+"/presence", "").wants(t, "another's, with Presence.Read", http.StatusForbidden, "Forbidden")
	for _, bad := range []string{
		`{}`, `{"sessionId":"s","availability":"Away","activity":"Busy"}`, `{"availability":"Away","activity":"Away"}`, `{"sessionId":"s","availability":"Away","activity":"Away","expirationDuration":"PT1M"}`,
		`{"sessionId":"s","availability":"Away","activity":"Away","expirationDuration":"1 hour"}`, `{"sessionId":"s","availability":"Away","activity":"Away","expirationDuration":"PT5H"}`, `{"sessionId":1}`,
	} {
		f.do(t, "POST", "/me/presence/setPresence", bad).wants(t, bad, http.StatusBadRequest, "BadRequest")
	}
	for _, bad := range []string{`{}`, `{"ids":[]}`, `{"ids":"` + opsID + `"}`, `{"ids":["x"` + strings.Repeat(`,"x"`, 650) + `]}`} {
		f.do(t, "POST", "/communications/getPresencesByUserId", bad).wants(t, bad, http.StatusBadRequest, "BadRequest")
	}
	for _, bad := range []string{`{}`, `{"statusMessage":{"message":{"content":"` + strings.Repeat("x", 281) + `"}}}`, `{"statusMessage":{"expiryDateTime":{"dateTime":"noon"}}}`} {
		f.do(t, "POST", "/me/presence/setStatusMessage", bad).wants(t, bad, http.StatusBadRequest, "BadRequest")
	}
}
