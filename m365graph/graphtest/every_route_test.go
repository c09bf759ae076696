package graphtest_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"testing"

	"github.com/m365go/sdk/m365graph/graphtest"
)

// TestEverySeedSucceeds shows that what is made of the seeds gets past all
// checks: what is fuzzed below begins where the work is done.
func TestEverySeedSucceeds(t *testing.T) {
	t.Parallel()
	w := newWhole(t, nil)
	for _, r := range graphtest.RouteTable() {
		if !r.Public && !r.Content && len(r.Scopes) == 0 {
			continue // for applications alone
		}
		if err := w.Restore(w.made); err != nil {
			t.Fatal(err)
		}
		q := w.seeded(&r, preferred(&r, false))
		want := 0
		if s := seedOf(&r); s != nil {
			want = s.status
		}
		a := w.do(t, q.method, q.target, q.body, q.header...)
		if changed := w.Difference(w.made); r.Method == http.MethodGet && changed != "" {
			t.Errorf("%s %s changes %s", r.Method, q.target, changed)
		}
		if want == 0 && a.status >= 400 || want != 0 && a.status != want {
			t.Errorf("%s %s %s = %d %s", r.Method, q.target, q.body[:min(len(q.body), 20)], a.status, a.body[:min(len(a.body), 150)])
		}
	}
}

// TestEveryNextLinkLeadsOn asks each route for pages of one, of which a route
// that takes no $skiptoken has to make a single one.
func TestEveryNextLinkLeadsOn(t *testing.T) {
	t.Parallel()
	w := newWhole(t, nil)
	pages := 0
	for _, r := range graphtest.RouteTable() {
		if r.Method != http.MethodGet || r.Content || !r.Public && len(r.Scopes) == 0 {
			continue
		}
		q := w.seeded(&r, preferred(&r, false))
		a := w.do(t, q.method, q.target, q.body, append(q.header, "Prefer", "odata.maxpagesize=1")...)
		var page struct {
			Next string `json:"@odata.nextLink"`
		}
		if err := json.Unmarshal(a.body, &page); err != nil || page.Next == "" {
			continue
		}
		pages++
		if next := w.do(t, "GET", page.Next, "", q.header...); next.status != http.StatusOK {
			t.Errorf("%s leads to %s = %d %s", r.Name(), page.Next, next.status, next.body)
		}
	}
	if pages < 10 {
		t.Errorf("%d routes made pages, want more", pages)
	}
}

// TestRefusedContentIsAnErrorOfGraph asks for content under conditions, which
// net/http would refuse in words of its own.
func TestRefusedContentIsAnErrorOfGraph(t *testing.T) {
	t.Parallel()
	w := newWhole(t, nil)
	const attached = "/me/messages/TOP-NOTE/attachments/TOP-FILE/$value"
	w.do(t, "GET", "/me/messages/$count", "", "If-Match", `"x"`).wants(t, "a count that has no ETag", http.StatusOK, "")
	w.do(t, "GET", attached, "", "Range", "bytes=99-").wants(t, "a range beyond the end", http.StatusRequestedRangeNotSatisfiable, "invalidRange")
	w.do(t, "GET", attached, "", "Range", "bytes=0-3").wants(t, "a range", http.StatusPartialContent, "")
	w.do(t, "GET", w.ids["download"], "", "Authorization", "-", "If-Match", `"x"`).wants(t, "another version", http.StatusPreconditionFailed, "resourceModified")
}

// TestRefusedMailChangesNothing sends and drafts what Exchange refuses only
// after much of it was read.
func TestRefusedMailChangesNothing(t *testing.T) {
	t.Parallel()
	w := newWhole(t, nil)
	const file = `"attachments":[{"@odata.type":"#microsoft.graph.fileAttachment","name":"a.txt","contentBytes":"YQ=="}]`
	mime := base64.StdEncoding.EncodeToString([]byte("Subject: To nobody\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b\r\nContent-Disposition: attachment; filename=a.txt\r\n\r\na\r\n--b--\r\n"))
	for _, test := range []struct{ path, body, media string }{
		{"/me/sendMail", `{"message":{"subject":"x","toRecipients":7}}`, "application/json"},
		{"/me/sendMail", `{"message":{` + file + `}}`, "application/json"},
		{"/me/sendMail", mime, "text/plain"},
		{"/me/messages", `{` + file + `,"toRecipients":7}`, "application/json"},
		{"/me/messages/TOP-NOTE/forward", `{"message":{` + file + `}}`, "application/json"},
		{"/me/messages/TOP-NOTE/reply", `{"message":{"toRecipients":7}}`, "application/json"},
	} {
		a := w.do(t, "POST", test.path, test.body, "Content-Type", test.media)
		if changed := w.Difference(w.made); a.status != http.StatusBadRequest || changed != "" {
			t.Errorf("POST %s %s = %d %s, want 400, and changes %q", test.path, test.body, a.status, a.body, changed)
		}
	}
}

// TestRefusedSourceLeavesItsSession gives the bytes of a session a place that
// cannot be.
func TestRefusedSourceLeavesItsSession(t *testing.T) {
	t.Parallel()
	w := newWhole(t, nil)
	a := w.do(t, "PUT", "/drives/"+everyDrive+"/items/file:/inner.txt:", w.expand(`{"@microsoft.graph.sourceUrl":"$complete upload"}`))
	if changed := w.Difference(w.made); a.status != http.StatusBadRequest || changed != "" {
		t.Errorf("PUT below a file = %d %s, want 400, and changes %q", a.status, a.body, changed)
	}
}
