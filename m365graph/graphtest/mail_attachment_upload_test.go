package graphtest_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// draft makes a message to attach to, and gives its path.
func (f *fixture) draft(t *testing.T) string {
	t.Helper()
	a := f.do(t, "POST", "/me/messages", `{"subject":"with a file"}`)
	if a.status != http.StatusCreated {
		t.Fatalf("POST /me/messages = %d %s", a.status, a.body)
	}
	return "/me/messages/" + url.PathEscape(a.json(t)["id"].(string))
}

func TestAFileIsAttachedInOneRequest(t *testing.T) {
	t.Parallel()
	f := setup(t, office())
	draft := f.draft(t)
	a := f.do(t, "POST", draft+"/attachments", `{"@odata.type":"#microsoft.graph.fileAttachment","name":"a.txt","contentType":"text/plain","contentBytes":"YWJj"}`)
	if a.status != http.StatusCreated || a.json(t)["name"] != "a.txt" || a.json(t)["size"] != 3.0 {
		t.Fatalf("POST attachments = %d %s, want 201 and the attachment", a.status, a.body)
	}
	got := f.get(t, draft+"/attachments/"+url.PathEscape(a.json(t)["id"].(string)))
	if got["contentBytes"] != base64.StdEncoding.EncodeToString([]byte("abc")) {
		t.Errorf("the attachment = %v, want its content", got)
	}
	if m := f.get(t, draft); m["hasAttachments"] != true {
		t.Errorf("hasAttachments = %v, want true", m["hasAttachments"])
	}
	for name, body := range map[string]string{"no name": `{"@odata.type":"#microsoft.graph.fileAttachment"}`, "a link": `{"@odata.type":"#microsoft.graph.referenceAttachment","name":"x"}`, "no object": `[]`} {
		if a := f.do(t, "POST", draft+"/attachments", body); a.status != http.StatusBadRequest {
			t.Errorf("%s = %d %s, want 400", name, a.status, a.body)
		}
	}
}

// beginAttachment starts a session in Outlook's dialect.
func (f *fixture) beginAttachment(t *testing.T, draft string, size int) string {
	t.Helper()
	a := f.do(t, "POST", draft+"/attachments/createUploadSession", fmt.Sprintf(`{"AttachmentItem":{"attachmentType":"file","name":"flower","size":%d}}`, size))
	if a.status != http.StatusCreated || a.json(t)["expirationDateTime"] != "2026-03-04T11:00:00Z" {
		t.Fatalf("createUploadSession = %d %s, want 201", a.status, a.body)
	}
	link, _ := a.json(t)["uploadUrl"].(string)
	want := regexp.MustCompile(`^https://` + regexp.QuoteMeta(f.ContentHost()) + `/api/v2\.0/Users\('[^']+@[^']+'\)/Messages\('[^']+'\)/AttachmentSessions\('[^']+'\)\?authtoken=.+$`)
	if !want.MatchString(link) {
		t.Fatalf("uploadUrl = %s, want %s", link, want)
	}
	return link
}

func TestALargeFileIsAttachedInSlices(t *testing.T) {
	t.Parallel()
	f := setup(t, office())
	draft, content := f.draft(t), noise(3_483_322)
	link := f.beginAttachment(t, draft, len(content))
	first := f.slice(t, link, content, 0, 2097152, len(content))
	if want := `,"ExpirationDateTime":"2026-03-04T11:00:00Z","NextExpectedRanges":["2097152"]}`; first.status != http.StatusOK || !strings.HasSuffix(string(first.body), want) {
		t.Fatalf("first slice = %d %s, want 200 %s", first.status, first.body, want)
	}
	if status := f.do(t, "GET", link, "", "Authorization", "-"); status.status != http.StatusOK || !bytes.Equal(status.body, first.body) {
		t.Errorf("GET of the session = %d %s, want %s", status.status, status.body, first.body)
	}
	last := f.slice(t, link, content, 2097152, 1386170, len(content))
	_, quoted, _ := strings.Cut(last.header.Get("Location"), "/Attachments('")
	id, ok := strings.CutSuffix(quoted, "')")
	if last.status != http.StatusCreated || len(last.body) != 0 || !ok {
		t.Fatalf("last slice = %d %q at %q, want 201, nothing, and the place", last.status, last.body, last.header.Get("Location"))
	}
	got := f.do(t, "GET", draft+"/attachments/"+url.PathEscape(id)+"/$value", "")
	if !bytes.Equal(got.body, content) {
		t.Errorf("%d bytes came back, want the %d attached", len(got.body), len(content))
	}
	if a := f.do(t, "GET", link, "", "Authorization", "-"); a.status != http.StatusNotFound {
		t.Errorf("GET of a session that is done = %d, want 404", a.status)
	}
}

func TestALargeFileIsAttachedToAnEvent(t *testing.T) {
	t.Parallel()
	f := setup(t, diary(single("EVENT", "One", "2026-03-10T12:00:00", "2026-03-10T13:00:00"), mondays()))
	content := noise(3_200_000)
	occurrence := f.get(t, "/me/calendarView"+march)["value"].([]any)[0].(map[string]any)["id"].(string)
	for _, event := range []string{"EVENT", occurrence} {
		at := "/me/events/" + url.PathEscape(event)
		a := f.do(t, "POST", at+"/attachments/createUploadSession", `{"AttachmentItem":{"attachmentType":"file","name":"plan.bin","size":3200000}}`)
		link, _ := a.json(t)["uploadUrl"].(string)
		if a.status != http.StatusCreated || !strings.Contains(link, "/Events('") {
			t.Fatalf("createUploadSession = %d %s, want 201 and a place below Events", a.status, a.body)
		}
		if a := f.do(t, "PUT", link, "x", "Content-Range", "bytes 0-0/3200000"); a.status != http.StatusUnauthorized {
			t.Errorf("a slice with Authorization = %d %s, want 401", a.status, a.body)
		}
		if a := f.slice(t, link, content, 0, 2_000_000, len(content)); a.status != http.StatusOK {
			t.Fatalf("first slice = %d %s, want 200", a.status, a.body)
		}
		last := f.slice(t, link, content, 2_000_000, 1_200_000, len(content))
		_, quoted, _ := strings.Cut(last.header.Get("Location"), "/Attachments('")
		if last.status != http.StatusCreated || len(last.body) != 0 {
			t.Fatalf("last slice = %d %q, want 201 and nothing", last.status, last.body)
		}
		if got := f.do(t, "GET", at+"/attachments/"+strings.TrimSuffix(quoted, "')")+"/$value", ""); !bytes.Equal(got.body, content) {
			t.Errorf("%d bytes came back from %s, want the %d attached", len(got.body), event, len(content))
		}
	}
	f.must(t, http.StatusForbidden, "POST", "/me/events/EVENT/attachments/createUploadSession", "{}", "Authorization", "Bearer "+mint(t, map[string]any{"scp": "Calendars.Read Mail.ReadWrite"}))
}

func TestAnAttachmentSessionRefusesWhatDoesNotFit(t *testing.T) {
	t.Parallel()
	f := setup(t, office())
	draft, content := f.draft(t), noise(3_000_000)
	for body, want := range map[string]string{
		`{"AttachmentItem":{"attachmentType":"file","name":"x","size":2999999}}`:   "ErrorAttachmentSizeShouldNotBeLessThanMinimumSize",
		`{"AttachmentItem":{"attachmentType":"file","name":"x","size":157286401}}`: "ErrorMessageSizeExceeded",
		`{"AttachmentItem":{"attachmentType":"item","name":"x","size":3000000}}`:   "RequestBodyRead",
		`{"item":{}}`: "RequestBodyRead",
	} {
		if a := f.do(t, "POST", draft+"/attachments/createUploadSession", body); a.code(t) != want {
			t.Errorf("createUploadSession of %s = %d %s, want %s", body, a.status, a.body, want)
		}
	}
	link := f.beginAttachment(t, draft, len(content))
	if a := f.slice(t, link, content, 100, 10, len(content)); a.status != http.StatusRequestedRangeNotSatisfiable {
		t.Errorf("a gap = %d %s, want 416", a.status, a.body)
	}
	if a := f.slice(t, link, content, 0, 10, len(content)+1); a.status != http.StatusBadRequest {
		t.Errorf("another size = %d %s, want 400", a.status, a.body)
	}
	if a := f.slice(t, strings.TrimSuffix(link, link[len(link)-3:])+"xxx", content, 0, 10, len(content)); a.status != http.StatusNotFound {
		t.Errorf("another token = %d %s, want 404", a.status, a.body)
	}
	if a := f.do(t, "DELETE", link, "", "Authorization", "-"); a.status != http.StatusNoContent {
		t.Errorf("DELETE = %d %s, want 204", a.status, a.body)
	}
	if a := f.slice(t, link, content, 0, 10, len(content)); a.status != http.StatusNotFound {
		t.Errorf("a slice after DELETE = %d %s, want 404", a.status, a.body)
	}
}
