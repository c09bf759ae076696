package graphtest_test

import (
	"testing"
)

func TestCalendarIsMadeRenamedAndDeleted(t *testing.T) {
	t.Parallel()
	f := setup(t, office())
	made := f.must(t, 201, "POST", "/me/calendars", `{"name":"Shifts","color":"lightBlue"}`).json(t)
	at := "/me/calendars/" + made["id"].(string)
	event := f.must(t, 201, "POST", at+"/events", `{"subject":"Early","start":{"dateTime":"2026-03-10T06:00:00","timeZone":"UTC"},"end":{"dateTime":"2026-03-10T07:00:00","timeZone":"UTC"}}`).json(t)["id"].(string)
	if got := f.get(t, at+"/calendarView"+march)["value"].([]any); len(got) != 1 {
		t.Errorf("its view has %d events, want 1", len(got))
	}
	if got := f.get(t, "/me/calendar/calendarView"+march)["value"].([]any); len(got) != 0 {
		t.Errorf("the default calendar's view has %d events, want 0", len(got))
	}
	if got := f.get(t, "/me/events/"+event+"/calendar"); got["name"] != "Shifts" || got["color"] != "lightBlue" || got["isRemovable"] != true {
		t.Errorf("the event's calendar: %v", got)
	}
	if got := f.must(t, 200, "PATCH", at, `{"name":"Rota","owner":{"name":"x"}}`).json(t); got["name"] != "Rota" || got["changeKey"] == made["changeKey"] {
		t.Errorf("renamed: %v", got)
	}
	for _, test := range []struct {
		method, path, body string
		status             int
	}{
		{"POST", "/me/calendars", `{"name":"rota"}`, 409}, {"POST", "/me/calendars", `{}`, 400}, {"POST", "/me/calendars", `{"name":" "}`, 400}, {"POST", "/me/calendars", `{"name":3}`, 400},
		{"POST", "/me/calendars", `{"name":"x","color":"plaid"}`, 400}, {"POST", "/me/calendars", `{"name":"x","mood":1}`, 400}, {"POST", "/me/calendars", `[]`, 400}, {"PATCH", at, `{"name":"Calendar"}`, 409},
		{"DELETE", "/me/calendar", "", 400}, {"DELETE", "/me/calendars/nobody", "", 404},
	} {
		if a := f.do(t, test.method, test.path, test.body); a.status != test.status {
			t.Errorf("%s %s %s = %d %s, want %d", test.method, test.path, test.body, a.status, a.body, test.status)
		}
	}
	f.must(t, 204, "DELETE", at, "")
	f.must(t, 404, "GET", at, "")
	f.must(t, 404, "GET", "/me/events/"+event, "")
}

func TestCalendarGroupsHoldCalendars(t *testing.T) {
	t.Parallel()
	f := setup(t, office())
	made := f.must(t, 201, "POST", "/me/calendarGroups", `{"name":"Plants"}`).json(t)
	at := "/me/calendarGroups/" + made["id"].(string)
	if n := len(f.get(t, "/me/calendarGroups")["value"].([]any)); n != 3 {
		t.Errorf("%d groups, want 3", n)
	}
	cal := f.must(t, 201, "POST", at+"/calendars", `{"name":"North"}`).json(t)["id"].(string)
	if got := f.get(t, at+"/calendars")["value"].([]any); len(got) != 1 {
		t.Errorf("its calendars: %v", got)
	}
	if got := f.get(t, "/me/calendarGroup/calendars")["value"].([]any); len(got) != 1 {
		t.Errorf("those of the first group: %v", got)
	}
	f.must(t, 201, "POST", at+"/calendars/"+cal+"/events", `{"start":{"dateTime":"2026-03-10T06:00:00","timeZone":"UTC"},"end":{"dateTime":"2026-03-10T07:00:00","timeZone":"UTC"}}`)
	f.must(t, 404, "GET", "/me/calendarGroup/calendars/nobody/events", "")
	other := f.get(t, "/me/calendarGroups")["value"].([]any)[0].(map[string]any)["id"].(string)
	f.must(t, 404, "GET", "/me/calendarGroups/"+other+"/calendars/"+cal, "")
	f.must(t, 400, "DELETE", at, "") // it is not empty
	f.must(t, 400, "DELETE", "/me/calendarGroups/"+other, "")
	for _, body := range []string{`{}`, `{"name":""}`, `{"name":"my calendars"}`, `{"name":{}}`, `{"x":1}`, `null`} {
		if a := f.do(t, "POST", "/me/calendarGroups", body); a.status != 400 {
			t.Errorf("POST %s = %d %s, want 400", body, a.status, a.body)
		}
	}
	if got := f.must(t, 200, "PATCH", at, `{"name":"Sites"}`).json(t); got["name"] != "Sites" {
		t.Errorf("renamed: %v", got)
	}
	f.must(t, 204, "DELETE", at+"/calendars/"+cal, "")
	f.must(t, 204, "DELETE", at, "")
}
