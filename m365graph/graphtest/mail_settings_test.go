package graphtest_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestMailboxSettingsAreChangedWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	f := setup(t, office())
	f.token = mint(t, map[string]any{"scp": mailScopes})
	a := f.do(t, "PATCH", "/me/mailboxSettings", `{"timeZone":"Pacific Standard Time","dateFormat":"dd.MM.yyyy","language":{"locale":"de-de"},
		"workingHours":{"daysOfWeek":["Monday"],"startTime":"07:30:00","endTime":"12:00:00.0000000","timeZone":{"name":"Pacific Standard Time"}}}`)
	got := a.json(t)
	if a.status != http.StatusOK || got["timeZone"] != "Pacific Standard Time" || got["language"].(map[string]any)["locale"] != "de-DE" ||
		!cmp.Equal(got["workingHours"].(map[string]any)["daysOfWeek"], []any{"monday"}) || got["workingHours"].(map[string]any)["startTime"] != "07:30:00.0000000" {
		t.Errorf("PATCH = %d %v, want the new settings", a.status, got)
	}
	for _, body := range []string{`{"dateFormat":"x","timeZone":"Nowhere"}`, `{"dateFormat":"x","archiveFolder":"y"}`, `{"timeFormat":"x","workingHours":{"startTime":"late"}}`} {
		if a := f.do(t, "PATCH", "/me/mailboxSettings", body); a.status != http.StatusBadRequest {
			t.Errorf("PATCH %s = %d %s, want 400", body, a.status, a.body)
		}
	}
	after := f.get(t, "/me/mailboxSettings")
	if diff := cmp.Diff(got, after); diff != "" {
		t.Errorf("settings after refusals (-before +after):\n%s", diff)
	}
}

func TestCategoriesAndOverridesAreKept(t *testing.T) {
	t.Parallel()
	f := setup(t, branch())
	f.token = mint(t, map[string]any{"scp": mailScopes})
	const all = "/me/outlook/masterCategories"
	made := f.post(t, http.StatusCreated, all, `{"displayName":"Offers","color":"preset9"}`)
	one := all + "/" + made["id"].(string)
	if got := f.do(t, "PATCH", one, `{"color":"preset2"}`).json(t); got["color"] != "preset2" || got["displayName"] != "Offers" {
		t.Errorf("PATCH = %v, want the new color", got)
	}
	if a := f.do(t, "POST", all, `{"displayName":"offers"}`); a.status != http.StatusConflict {
		t.Errorf("a second one of the name = %d, want 409", a.status)
	}
	if n := len(f.get(t, all)["value"].([]any)); n != 7 {
		t.Errorf("%d categories, want the six of each mailbox and one", n)
	}
	if a := f.do(t, "DELETE", one, ""); a.status != http.StatusNoContent || f.do(t, "GET", one, "").status != http.StatusNotFound {
		t.Errorf("DELETE = %d, want 204 and it gone", a.status)
	}
	f.post(t, http.StatusCreated, "/me/inferenceClassification/overrides", `{"classifyAs":"other","senderEmailAddress":{"address":"ops@contoso.example"}}`)
	f.as(t, opsID).post(t, http.StatusAccepted, "/me/sendMail", `{"message":{"toRecipients":[{"emailAddress":{"address":"sales@contoso.example"}}]}}`)
	if got := f.newest(t, "inbox")["inferenceClassification"]; got != "other" {
		t.Errorf("inferenceClassification = %v, want other", got)
	}
}

func TestIDsAreTranslated(t *testing.T) {
	t.Parallel()
	f := setup(t, archive(1))
	id := messageBySubject(t, f, "message 0")["id"].(string)
	immutable := f.get(t, "/me/messages/"+id, "Prefer", `IdType="ImmutableId"`)["id"].(string)
	translate := func(id, from, to string) map[string]any {
		return f.post(t, http.StatusOK, "/me/translateExchangeIds", `{"inputIds":["`+id+`"],"sourceIdType":"`+from+`","targetIdType":"`+to+`"}`)["value"].([]any)[0].(map[string]any)
	}
	if got := translate(id, "restId", "restImmutableEntryId")["targetId"]; got != immutable {
		t.Errorf("restImmutableEntryId = %v, want %v", got, immutable)
	}
	entry := translate(id, "restId", "entryId")["targetId"].(string)
	if got := translate(entry, "entryId", "restId")["targetId"]; got != id {
		t.Errorf("there and back = %v, want %v", got, id)
	}
	if got := translate("x", "restId", "entryId"); got["errorDetails"] == nil || got["sourceId"] != "x" {
		t.Errorf("an id of nobody = %v, want errorDetails", got)
	}
	zones := f.get(t, "/me/outlook/supportedTimeZones(TimeZoneStandard=microsoft.graph.timeZoneStandard'Iana')")["value"].([]any)
	if len(zones) < 100 || !strings.Contains(toText(zones), `"alias":"Europe/Berlin"`) {
		t.Errorf("%d zones, want over a hundred by their IANA names", len(zones))
	}
	tips := f.post(t, http.StatusOK, "/me/getMailTips", `{"EmailAddresses":["buyer@fabrikam.example"],"MailTipsOptions":"mailboxFullStatus, recipientScope"}`)["value"].([]any)
	if tip := tips[0].(map[string]any); tip["mailboxFull"] != false || tip["recipientScope"] != "external" {
		t.Errorf("tips = %v, want an outsider's", tips)
	}
}

func TestMessagesAndLinksAreAttached(t *testing.T) {
	t.Parallel()
	f := setup(t, office())
	draft := f.draft(t)
	item := f.post(t, http.StatusCreated, draft+"/attachments", `{"@odata.type":"#microsoft.graph.itemAttachment","name":"Tour","item":{"@odata.type":"microsoft.graph.message",
		"subject":"Inner","body":{"contentType":"text","content":"hello"},"attachments":[{"@odata.type":"#microsoft.graph.fileAttachment","name":"a","contentBytes":"YQ=="}]}}`)
	if item["@odata.type"] != "#microsoft.graph.itemAttachment" || item["contentBytes"] != nil {
		t.Errorf("attached = %v, want an item without bytes", item)
	}
	path := draft + "/attachments/" + item["id"].(string)
	shown := f.get(t, path+"?$expand=microsoft.graph.itemAttachment/item")["item"].(map[string]any)
	if shown["subject"] != "Inner" || len(shown["attachments"].([]any)) != 1 {
		t.Errorf("item = %v, want the message with its file", shown)
	}
	if a := f.do(t, "GET", path+"/$value", ""); !strings.Contains(string(a.body), "Subject: Inner") {
		t.Errorf("$value = %s, want MIME", a.body)
	}
	link := f.post(t, http.StatusCreated, draft+"/attachments", `{"@odata.type":"#microsoft.graph.referenceAttachment","name":"Plan","sourceUrl":"https://contoso.sharepoint.com/plan"}`)
	if a := f.do(t, "GET", draft+"/attachments/"+link["id"].(string)+"/$value", ""); a.status != http.StatusBadRequest {
		t.Errorf("$value of a link = %d, want 400", a.status)
	}
	if a := f.do(t, "DELETE", path, ""); a.status != http.StatusNoContent || f.do(t, "GET", path, "").status != http.StatusNotFound {
		t.Errorf("DELETE = %d, want 204 and it gone", a.status)
	}
}
