package graphtest_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestMeetingMessagesLeadToTheirEvents reads what an organizer and an attendee get by mail, with the event behind it.
func TestMeetingMessagesLeadToTheirEvents(t *testing.T) {
	t.Parallel()
	sales := setup(t, floor())
	ops := sales.as(t, opsID)
	mine := "/me/events/" + sales.must(t, 201, "POST", "/me/events", planning).json(t)["id"].(string)
	newest := func(f *fixture) (m, event map[string]any) {
		t.Helper()
		id := f.get(t, "/me/mailFolders/inbox/messages?$top=1&$select=subject")["value"].([]any)[0].(map[string]any)["id"].(string)
		m = f.get(t, "/me/messages/"+id+"?$expand=microsoft.graph.eventMessage/event")
		event, _ = m["event"].(map[string]any)
		return m, event
	}
	check := func(m map[string]any, want map[string]any) {
		t.Helper()
		got := map[string]any{}
		for name := range want {
			got[name] = m[name]
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%v (-want +got):\n%s", m["subject"], diff)
		}
	}
	theirs := ops.events(t)["Planning"]["id"].(string)

	m, event := newest(ops)
	check(m, map[string]any{
		"@odata.type": "#microsoft.graph.eventMessageRequest", "meetingMessageType": "meetingRequest", "meetingRequestType": "newMeetingRequest", "type": "singleInstance",
		"startDateTime": map[string]any{"dateTime": "2026-03-10T09:00:00.0000000", "timeZone": "UTC"}, "isAllDay": false, "responseRequested": true,
	})
	check(event, map[string]any{"id": theirs, "showAs": "tentative", "isOrganizer": false})
	if event["body"] == nil {
		t.Error("the event behind a message comes without its body")
	}
	thread := m["conversationId"]

	ops.must(t, 202, "POST", "/me/events/"+theirs+"/tentativelyAccept", `{"comment":"Perhaps","proposedNewTime":{"start":{"dateTime":"2026-03-11T09:00:00","timeZone":"UTC"},"end":{"dateTime":"2026-03-11T10:00:00","timeZone":"UTC"}}}`)
	m, event = newest(sales)
	check(m, map[string]any{
		"@odata.type": "#microsoft.graph.eventMessageResponse", "meetingMessageType": "meetingTenativelyAccepted", "responseType": "tentativelyAccepted", "bodyPreview": "Perhaps",
		"proposedNewTime": map[string]any{
			"start": map[string]any{"dateTime": "2026-03-11T09:00:00.0000000", "timeZone": "UTC"}, "end": map[string]any{"dateTime": "2026-03-11T10:00:00.0000000", "timeZone": "UTC"},
		},
	})
	check(event, map[string]any{"id": mine[len("/me/events/"):], "isOrganizer": true})

	sales.must(t, 200, "PATCH", mine, `{"start":{"dateTime":"2026-03-11T09:00:00","timeZone":"UTC"},"end":{"dateTime":"2026-03-11T10:00:00","timeZone":"UTC"}}`)
	m, _ = newest(ops)
	check(m, map[string]any{
		"meetingRequestType": "fullUpdate", "conversationId": thread,
		"previousStartDateTime": map[string]any{"dateTime": "2026-03-10T09:00:00.0000000", "timeZone": "UTC"},
	})
	sales.must(t, 202, "POST", mine+"/cancel", `{"comment":"All hands"}`)
	m, event = newest(ops)
	check(m, map[string]any{"@odata.type": "#microsoft.graph.eventMessage", "meetingMessageType": "meetingCancelled", "bodyPreview": "All hands", "conversationId": thread})
	check(event, map[string]any{"id": theirs, "isCancelled": true})
	sent := sales.get(t, "/me/mailFolders/sentitems/messages?$select=subject")["value"].([]any)
	if len(sent) != 3 {
		t.Errorf("the organizer has %d sent messages, want a request, an update and a cancellation", len(sent))
	}
}
