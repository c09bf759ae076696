package graphtest_test

import (
	"net/http"
	"net/url"
	"testing"
)

func TestEventsKeepExtendedProperties(t *testing.T) {
	t.Parallel()
	f := setup(t, diary(mondays()))
	const id = "String {66f5a359-4659-4830-9070-00047ec6ac6e} Name SyncKey"
	made := f.must(t, http.StatusCreated, "POST", "/me/events", `{"subject":"Kept","start":{"dateTime":"2026-03-10T12:00:00","timeZone":"UTC"},"end":{"dateTime":"2026-03-10T13:00:00","timeZone":"UTC"},
		"attendees":[{"emailAddress":{"address":"ops@contoso.example"}}],"singleValueExtendedProperties":[{"id":"`+id+`","value":"42"}]}`).json(t)
	path, expand := "/me/events/"+made["id"].(string), "$expand="+url.QueryEscape("singleValueExtendedProperties($filter=id eq '"+id+"')")
	if got, _ := f.get(t, path+"?"+expand)["singleValueExtendedProperties"].([]any); len(got) != 1 || got[0].(map[string]any)["value"] != "42" {
		t.Errorf("expanded = %v, want the property", got)
	}
	filter := "$filter=" + url.QueryEscape("singleValueExtendedProperties/any(p: p/id eq '"+id+"' and p/value eq '42')")
	if got, _ := walk(t, f, "/me/events?"+filter); len(got) != 1 || got[0] != "Kept" {
		t.Errorf("the filter found %q, want the event", got)
	}
	if got, _ := walk(t, f.as(t, opsID), "/me/events?"+filter); len(got) != 0 {
		t.Errorf("the attendee has %q with the organizer's property", got)
	}
	basic := &fixture{f.Server, mint(t, map[string]any{"scp": "Calendars.ReadBasic"})}
	if got, _ := walk(t, basic, "/me/events?"+filter); len(got) != 0 {
		t.Errorf("a basic reader's filter found %q", got)
	}
	f.must(t, http.StatusOK, "PATCH", path, `{"singleValueExtendedProperties":[{"id":"`+id+`","value":null}]}`)
	if got, _ := walk(t, f, "/me/events?"+filter); len(got) != 0 {
		t.Errorf("after it was taken away the filter found %q", got)
	}
	for _, body := range []string{`7`, `[7]`, `[{"id":"SyncKey","value":"1"}]`} {
		if a := f.do(t, "PATCH", path, `{"singleValueExtendedProperties":`+body+`}`); a.status != http.StatusBadRequest || a.code(t) != "RequestBodyRead" {
			t.Errorf("%s = %d %s, want 400", body, a.status, a.body)
		}
	}
}
