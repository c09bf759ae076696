package graphtest_test

import (
	"testing"

	"github.com/m365go/sdk/m365graph/graphtest"
)

func TestEventAttachmentsComeAndGo(t *testing.T) {
	t.Parallel()
	given := single("EVENT", "One", "2026-03-10T12:00:00", "2026-03-10T13:00:00")
	given.Attachments = []*graphtest.Attachment{{Name: "a.txt", ContentType: "text/plain", Content: []byte("first")}}
	f := setup(t, diary(given, mondays()))
	const at = "/me/events/EVENT/attachments"
	made := f.must(t, 201, "POST", at, `{"@odata.type":"#microsoft.graph.fileAttachment","name":"b.txt","contentBytes":"c2Vjb25k"}`).json(t)
	if got := f.get(t, at)["value"].([]any); len(got) != 2 {
		t.Errorf("%d attachments, want 2", len(got))
	}
	if got := f.do(t, "GET", at+"/"+made["id"].(string)+"/$value", ""); string(got.body) != "second" {
		t.Errorf("$value = %q, want second", got.body)
	}
	if got := f.get(t, "/me/events/EVENT?$expand=attachments"); got["hasAttachments"] != true || len(got["attachments"].([]any)) != 2 {
		t.Errorf("expanded: %v", got["attachments"])
	}
	for _, body := range []string{`{}`, `[]`, `{"@odata.type":"#microsoft.graph.fileAttachment"}`, `{"@odata.type":"#microsoft.graph.fileAttachment","name":"x","contentBytes":"%"}`, `{"@odata.type":"#microsoft.graph.itemAttachment","name":"x","item":{"@odata.type":"#microsoft.graph.contact"}}`} {
		if a := f.do(t, "POST", at, body); a.status != 400 {
			t.Errorf("POST %s = %d %s, want 400", body, a.status, a.body)
		}
	}
	f.must(t, 403, "GET", at, "", "Authorization", "Bearer "+mint(t, map[string]any{"scp": "Calendars.ReadBasic"}))
	f.must(t, 204, "DELETE", at+"/"+made["id"].(string), "")
	f.must(t, 404, "GET", at+"/"+made["id"].(string), "")
	occurrence := f.get(t, "/me/calendarView"+march)["value"].([]any)[0].(map[string]any)["id"].(string)
	f.must(t, 201, "POST", "/me/events/"+occurrence+"/attachments", `{"@odata.type":"#microsoft.graph.fileAttachment","name":"c.txt","contentBytes":"Yw=="}`)
	if got := f.get(t, "/me/events/"+occurrence); got["type"] != "exception" || got["hasAttachments"] != true || f.get(t, "/me/events/MONDAYS")["hasAttachments"] != false {
		t.Errorf("an occurrence with an attachment: %v", got["type"])
	}
}
