package graphtest

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/m365go/sdk/m365graph/internal/recurrence"
)

// FuzzPostEvent takes any body for an event: what comes of it is an event or an error of Graph's, and a view of it ends.
func FuzzPostEvent(f *testing.F) {
	f.Add(`{"subject":"x","start":{"dateTime":"2026-04-15T12:00:00","timeZone":"Pacific Standard Time"},"end":{"dateTime":"2026-04-15T14:00:00Z","timeZone":"UTC"},"attendees":[{"emailAddress":{"address":"ops@contoso.example"}}]}`)
	f.Add(`{"start":{"dateTime":"4500-12-31T23:59","timeZone":"Pacific/Kiritimati"},"end":{"dateTime":"4500-12-31T23:59","timeZone":"UTC"}}`)
	f.Add(`{"start":{"dateTime":"1601-01-01","timeZone":"UTC"},"end":{"dateTime":"1601-01-02","timeZone":"UTC"},"isAllDay":true,"recurrence":{"pattern":{"type":"daily","interval":1},"range":{"type":"noEnd","startDate":"1601-01-01"}}}`)
	f.Add(`{"start":{"dateTime":"2026-01-01","timeZone":"UTC"},"end":{"dateTime":"2026-01-29","timeZone":"UTC"},"recurrence":{"pattern":{"type":"absoluteMonthly","interval":1,"dayOfMonth":31},"range":{"type":"numbered","startDate":"9999-12-31","numberOfOccurrences":2147483647}}}`)
	f.Add(`{"recurrence":[],"locations":[{"address":{"street":null}}]}`)
	f.Add(`{"start":null,"attendees":[null]}`)
	now := time.Date(2026, 3, 4, 9, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, body string) {
		tenant, err := newTenantState(&Tenant{Users: []*User{{UserPrincipalName: "sales@contoso.example"}}}, now)
		if err != nil {
			t.Fatal(err)
		}
		c := &call{
			s: &Server{tenant: tenant}, r: httptest.NewRequest(http.MethodPost, "/v1.0/me/events", nil), user: tenant.users[0],
			route: &calendarRoutes()[0], body: []byte(body), now: now, token: &token{objectID: tenant.users[0].ID, scopes: calendarWriteScopes},
		}
		c.r.Header.Set("Content-Type", "application/json")
		rep, err := postEvent(c)
		cal := c.user.calendar.calendars[0]
		if err != nil {
			var e *graphError
			if !errors.As(err, &e) || e.statusCode() >= 500 {
				t.Fatalf("postEvent(%q) error = %v, want one of the client's", body, err)
			}
			if len(cal.events) != 0 {
				t.Fatalf("postEvent(%q) failed with %v and left an event", body, err)
			}
			return
		}
		if rep.status != http.StatusCreated || len(cal.events) != 1 {
			t.Fatalf("postEvent(%q) = %d and %d events, want 201 and one", body, rep.status, len(cal.events))
		}
		for _, year := range []int{1601, 2026, 4496, 9990} {
			from := time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC)
			views := cal.between(from, from.Add(maxWindow))
			if len(views) > 2*maxWindowDays {
				t.Fatalf("postEvent(%q) gives %d events in five years", body, len(views))
			}
			for _, v := range views {
				if !recurrence.Overlaps(v.start, v.end, from, from.Add(maxWindow)) {
					t.Fatalf("postEvent(%q): %v to %v is outside of the window", body, v.start, v.end)
				}
				found, ok := c.user.calendar.find(v.id)
				if !ok || !found.start.Equal(v.start) {
					t.Fatalf("postEvent(%q): the id of the occurrence at %v does not lead back to it", body, v.start)
				}
			}
		}
	})
}
