package graphtest_test

import (
	"fmt"
	"net/http"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRoomAnswersForItself(t *testing.T) {
	t.Parallel()
	sales := setup(t, floor())
	book := func(hour int) string {
		return sales.must(t, 201, "POST", "/me/events", fmt.Sprintf(`{"subject":"At %d","start":{"dateTime":"2026-03-10T%02d:00:00","timeZone":"UTC"},"end":{"dateTime":"2026-03-10T%02d:30:00","timeZone":"UTC"},"attendees":[{"type":"resource","emailAddress":{"address":"hall@contoso.example"}}]}`, hour, hour, hour+1)).json(t)["id"].(string)
	}
	for _, test := range []struct {
		hour int
		want string
	}{{9, "accepted"}, {10, "declined"}, {11, "accepted"}} {
		if got := answersOf(sales.get(t, "/me/events/"+book(test.hour)))["hall@contoso.example"]; got != test.want {
			t.Errorf("the room at %d: %s, want %s", test.hour, got, test.want)
		}
	}
}

func TestForwardBringsSomebodyElse(t *testing.T) {
	t.Parallel()
	sales := setup(t, floor())
	ops, desk := sales.as(t, opsID), sales.as(t, deskID)
	mine := "/me/events/" + sales.must(t, 201, "POST", "/me/events", planning).json(t)["id"].(string)
	theirs := "/me/events/" + ops.events(t)["Planning"]["id"].(string)
	ops.must(t, 202, "POST", theirs+"/forward", `{"Comment":"For you","ToRecipients":[{"EmailAddress":{"Address":"front@contoso.example","Name":"Front Desk"}}]}`)
	if e := desk.events(t)["Planning"]; e == nil || e["isOrganizer"] != false {
		t.Fatalf("who it was forwarded to has %v", e)
	}
	desk.must(t, 202, "POST", "/me/events/"+desk.events(t)["Planning"]["id"].(string)+"/accept", "")
	if got := answersOf(sales.get(t, mine))["front@contoso.example"]; got != "accepted" {
		t.Errorf("on the organizer's list: %q, want accepted", got)
	}
	for _, body := range []string{`{}`, `{"toRecipients":[]}`, `{"toRecipients":[{"emailAddress":{"address":"nobody"}}]}`, `{"toRecipients":3}`} {
		if a := ops.do(t, "POST", theirs+"/forward", body); a.status != 400 {
			t.Errorf("forward of %s = %d, want 400", body, a.status)
		}
	}
}

func TestAnswersThatAreRefused(t *testing.T) {
	t.Parallel()
	sales := setup(t, floor())
	ops := sales.as(t, opsID)
	quiet := `{"subject":"Quiet","responseRequested":false,"allowNewTimeProposals":false,` + planning[len(`{"subject":"Planning",`):]
	sales.must(t, 201, "POST", "/me/events", quiet)
	theirs := "/me/events/" + ops.events(t)["Quiet"]["id"].(string)
	const slot = `"proposedNewTime":{"start":{"dateTime":"2026-03-11T09:00:00","timeZone":"UTC"},"end":{"dateTime":"2026-03-11T10:00:00","timeZone":"UTC"}}`
	for _, test := range []struct{ action, body string }{
		{"accept", `{}`}, {"accept", `{"sendResponse":false,` + slot + `}`}, {"decline", `{"sendResponse":true,` + slot + `}`}, {"tentativelyAccept", `{"sendResponse":false,` + slot + `}`},
		{"decline", `{"proposedNewTime":{"start":3}}`}, {"decline", `{"proposedNewTime":{"start":{"dateTime":"x"},"end":{}}}`}, {"accept", `{"comment":3}`}, {"accept", `[]`}, {"accept", `{"sendResponse":"maybe"}`},
		{"decline", `{"sendResponse":false,"dance":true}`}, {"cancel", `{"comment":{}}`},
	} {
		if a := ops.do(t, "POST", theirs+"/"+test.action, test.body); a.status != http.StatusBadRequest {
			t.Errorf("%s %s = %d %s, want 400", test.action, test.body, a.status, a.body)
		}
	}
	ops.must(t, 202, "POST", theirs+"/accept", `{"sendResponse":"false"}`)
}

// TestManyAnswerAtOnce has two attendees answer again and again while the organizer changes the meeting.
func TestManyAnswerAtOnce(t *testing.T) {
	t.Parallel()
	sales := setup(t, floor())
	body := `{"subject":"Busy","start":{"dateTime":"2026-03-10T10:00:00","timeZone":"UTC"},"end":{"dateTime":"2026-03-10T11:00:00","timeZone":"UTC"},"attendees":[{"emailAddress":{"address":"ops@contoso.example"}},{"emailAddress":{"address":"front@contoso.example"}}]}`
	mine := "/me/events/" + sales.must(t, 201, "POST", "/me/events", body).json(t)["id"].(string)
	var wg sync.WaitGroup
	for _, id := range []string{opsID, deskID} {
		f := sales.as(t, id)
		theirs := "/me/events/" + f.events(t)["Busy"]["id"].(string)
		wg.Go(func() {
			for i := range 10 {
				action := []string{"accept", "tentativelyAccept"}[i%2]
				if a := f.do(t, "POST", theirs+"/"+action, ""); a.status != 202 {
					t.Errorf("%s = %d %s", action, a.status, a.body)
				}
			}
		})
	}
	wg.Go(func() {
		for i := range 10 {
			if a := sales.do(t, "PATCH", mine, fmt.Sprintf(`{"body":{"contentType":"text","content":"%d"}}`, i)); a.status != 200 {
				t.Errorf("PATCH = %d %s", a.status, a.body)
			}
		}
	})
	wg.Wait()
	want := map[string]string{"ops@contoso.example": "tentativelyAccepted", "front@contoso.example": "tentativelyAccepted"}
	if diff := cmp.Diff(want, answersOf(sales.get(t, mine))); diff != "" {
		t.Errorf("in the end (-want +got):\n%s", diff)
	}
}
