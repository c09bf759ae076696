package mail_test

import (
	"errors"
	"fmt"
	"iter"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/m365go/sdk/m365graph"
	"github.com/m365go/sdk/m365graph/graphtest"
	"github.com/m365go/sdk/m365graph/internal/testtenant"
	"github.com/m365go/sdk/m365graph/mail"
)

var day = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// setup serves an inbox of n messages, m1 the oldest; every third was read.
func setup(t *testing.T, n int) (*mail.Client, *testtenant.Tenant) {
	t.Helper()
	inbox := &graphtest.MailFolder{DisplayName: "Inbox", WellKnownName: "inbox"}
	for i := 1; i <= n; i++ {
		inbox.Messages = append(inbox.Messages, &graphtest.Message{
			Subject: fmt.Sprintf("m%d", i), IsRead: i%3 == 0, ReceivedDateTime: day.Add(time.Duration(i) * time.Hour),
			From:         &graphtest.Recipient{Name: "Sales Desk", Address: "sales@contoso.example"},
			ToRecipients: []graphtest.Recipient{{Address: testtenant.Owner}},
			Body:         graphtest.Body{ContentType: "html", Content: "<p>Hello <b>there</b></p>"},
		})
	}
	inbox.Children = []*graphtest.MailFolder{{DisplayName: "Project"}}
	x := testtenant.Start(t, &graphtest.User{Folders: []*graphtest.MailFolder{inbox}},
		&graphtest.User{UserPrincipalName: "support@contoso.example", DisplayName: "Support"})
	return mail.New(x.Client), x
}

func subjects(t *testing.T, list iter.Seq2[mail.Message, error]) []string {
	t.Helper()
	var got []string
	for m, err := range list {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, m.Subject)
	}
	return got
}

func TestListIsNewestFirst(t *testing.T) {
	t.Parallel()
	c, _ := setup(t, 7)
	got := subjects(t, c.List(t.Context(), &mail.ListOptions{Folder: mail.Inbox, PageSize: 3}))
	if diff := cmp.Diff([]string{"m7", "m6", "m5", "m4", "m3", "m2", "m1"}, got); diff != "" {
		t.Errorf("List (-want +got):\n%s", diff)
	}
}

func TestListNarrows(t *testing.T) {
	t.Parallel()
	c, _ := setup(t, 7)
	for name, tt := range map[string]struct {
		opts mail.ListOptions
		want []string
	}{
		"unread":              {mail.ListOptions{Unread: true}, []string{"m7", "m5", "m4", "m2", "m1"}},
		"since":               {mail.ListOptions{Since: day.Add(6 * time.Hour)}, []string{"m7", "m6"}},
		"filter":              {mail.ListOptions{Filter: m365graph.Where("subject eq ?", "m4")}, []string{"m4"}},
		"unread since filter": {mail.ListOptions{Unread: true, Since: day.Add(2 * time.Hour), Filter: m365graph.Where("subject ne ?", "m4")}, []string{"m7", "m5", "m2"}},
	} {
		tt.opts.Folder = mail.Inbox
		if diff := cmp.Diff(tt.want, subjects(t, c.List(t.Context(), &tt.opts))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestASearchIsNotJoinedWithAFilter(t *testing.T) {
	t.Parallel()
	c, x := setup(t, 1)
	for _, opts := range []mail.ListOptions{{Unread: true}, {Since: day}, {Filter: m365graph.Where("isDraft eq false")}} {
		opts.Search = "hello"
		for _, err := range c.List(t.Context(), &opts) {
			if err == nil {
				t.Errorf("List(%+v) gave a message, want an error", opts)
			}
		}
	}
	if n := len(x.Graph.Requests()); n != 0 {
		t.Errorf("%d requests were sent, want 0", n)
	}
}

func TestListWalksThroughThrottlingExactlyOnce(t *testing.T) {
	t.Parallel()
	c, x := setup(t, 23)
	route := "GET /me/mailFolders/{id}/messages"
	for _, f := range []graphtest.Fault{
		{Route: route, Skip: 1, Code: "TooManyRequests", RetryAfter: "0.01"},
		{Route: route, Skip: 1, Count: 2, Status: 503, Code: "serviceNotAvailable", RetryAfter: "0.02"},
		{Route: route, Cut: graphtest.CutBody},
	} {
		if err := x.Graph.Fail(f); err != nil {
			t.Fatal(err)
		}
	}
	seen := map[string]int{}
	for _, s := range subjects(t, c.List(t.Context(), &mail.ListOptions{Folder: mail.Inbox, PageSize: 5})) {
		seen[s]++
	}
	for i := 1; i <= 23; i++ {
		if n := seen[fmt.Sprintf("m%d", i)]; n != 1 {
			t.Errorf("m%d came %d times, want once", i, n)
		}
	}
	if len(seen) != 23 {
		t.Errorf("%d messages came, want 23", len(seen))
	}
	faults := 0
	for _, r := range x.Graph.Requests() {
		if r.Status == 429 || r.Status == 503 {
			faults++
		}
	}
	if faults != 3 {
		t.Errorf("%d requests were refused, want the 3 arranged", faults)
	}
}

func TestACappedListSaysSoAndResumes(t *testing.T) {
	t.Parallel()
	c, _ := setup(t, 5)
	opts := &mail.ListOptions{Folder: mail.Inbox, MaxItems: 3}
	var got []string
	var cut *m365graph.TruncatedError
	for m, err := range c.List(t.Context(), opts) {
		if errors.As(err, &cut) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, m.Subject)
	}
	if cut == nil || len(got) != 3 {
		t.Fatalf("List gave %v and %v, want 3 and a TruncatedError", got, cut)
	}
	rest := subjects(t, c.List(t.Context(), &mail.ListOptions{Folder: mail.Inbox, Cursor: cut.Cursor}))
	if diff := cmp.Diff([]string{"m5", "m4", "m3", "m2", "m1"}, append(got, rest...)); diff != "" {
		t.Errorf("both parts (-want +got):\n%s", diff)
	}
}

func TestGetBringsTheBody(t *testing.T) {
	t.Parallel()
	c, _ := setup(t, 1)
	for m, err := range c.List(t.Context(), nil) {
		if err != nil {
			t.Fatal(err)
		}
		if m.Body != nil || m.BodyPreview == "" {
			t.Errorf("a list brought the body %v and the preview %q, want the preview alone", m.Body, m.BodyPreview)
		}
		html, err := c.Get(t.Context(), m.ID, nil)
		if err != nil || html.Body.ContentType != "html" || !strings.Contains(html.Body.Content, "<b>there</b>") {
			t.Errorf("Get = %+v, %v, want HTML", html, err)
		}
		text, err := c.Get(t.Context(), m.ID, &mail.GetOptions{Text: true})
		if err != nil || text.Body.ContentType != "text" || strings.TrimSpace(text.Body.Content) != "Hello there" {
			t.Errorf("Get as text = %+v, %v", text, err)
		}
	}
	var no *m365graph.Error
	if _, err := c.Get(t.Context(), "no-such-id", nil); !errors.As(err, &no) || !no.HasCode("ErrorInvalidIdMalformed") {
		t.Errorf("Get of what is no id = %v, want ErrorInvalidIdMalformed", err)
	}
}

func TestFolders(t *testing.T) {
	t.Parallel()
	c, _ := setup(t, 4)
	found := map[string]mail.Folder{}
	for f, err := range c.Folders(t.Context(), "") {
		if err != nil {
			t.Fatal(err)
		}
		found[f.DisplayName] = f
	}
	if f := found["Inbox"]; f.TotalItemCount != 4 || f.UnreadItemCount != 3 || f.ChildFolderCount != 1 {
		t.Errorf("Inbox = %+v, want 4 messages, 3 unread, 1 child", f)
	}
	for f, err := range c.Folders(t.Context(), mail.Inbox) {
		if err != nil || f.DisplayName != "Project" {
			t.Errorf("below Inbox: %+v, %v, want Project", f, err)
		}
	}
}

func TestSendDeliversAndKeepsACopy(t *testing.T) {
	t.Parallel()
	c, x := setup(t, 0)
	m := &mail.Outgoing{
		Subject: "Prüfung ✓", Body: m365graph.Text("Hello"), ToRecipients: m365graph.Recipients("support@contoso.example"),
		Attachments: []mail.Attachment{mail.File("a.txt", "text/plain", []byte("attached"))},
	}
	if err := c.Send(t.Context(), m, nil); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"Prüfung ✓"}, subjects(t, c.List(t.Context(), &mail.ListOptions{Folder: mail.SentItems}))); diff != "" {
		t.Errorf("Sent Items (-want +got):\n%s", diff)
	}
	for sent, err := range c.List(t.Context(), &mail.ListOptions{Folder: mail.SentItems}) {
		if err != nil {
			t.Fatal(err)
		}
		full, err := c.Get(t.Context(), sent.ID, &mail.GetOptions{Attachments: true})
		if err != nil || len(full.Attachments) != 1 || string(full.Attachments[0].ContentBytes) != "attached" {
			t.Errorf("the copy = %+v, %v, want its attachment", full, err)
		}
	}
	if err := c.Send(t.Context(), m, &mail.SendOptions{DontSave: true}); err != nil {
		t.Fatal(err)
	}
	if got := subjects(t, c.List(t.Context(), &mail.ListOptions{Folder: mail.SentItems})); len(got) != 1 {
		t.Errorf("Sent Items = %v after a mail that was not to be saved", got)
	}
	if n := sendCalls(x); n != 2 {
		t.Errorf("%d calls of sendMail, want 2", n)
	}
}

func sendCalls(x *testtenant.Tenant) (n int) {
	for _, r := range x.Graph.Requests() {
		if strings.HasSuffix(r.Path, "/sendMail") {
			n++
		}
	}
	return n
}

// The mail went out and the answer was lost: sending it again would deliver it
// twice.
func TestASendWhoseAnswerIsLostIsNotRepeated(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]graphtest.Fault{
		"504 after":         {Status: 504, Code: "generalException", After: true},
		"connection cut":    {Cut: graphtest.CutBefore, After: true},
		"503 with a wait":   {Status: 503, Code: "serviceNotAvailable", RetryAfter: "0", After: true},
		"HTML of a gateway": {Status: 502, HTML: "<html>bad gateway</html>", After: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, x := setup(t, 0)
			fault.Route = "POST /me/sendMail"
			if err := x.Graph.Fail(fault); err != nil {
				t.Fatal(err)
			}
			err := c.Send(t.Context(), &mail.Outgoing{Subject: "once", ToRecipients: m365graph.Recipients("support@contoso.example")}, nil)
			if !errors.Is(err, m365graph.ErrAmbiguous) {
				t.Errorf("Send = %v, want ErrAmbiguous", err)
			}
			if n := sendCalls(x); n != 1 {
				t.Errorf("%d calls of sendMail, want 1", n)
			}
			if got := subjects(t, c.List(t.Context(), &mail.ListOptions{Folder: mail.SentItems})); len(got) != 1 {
				t.Errorf("Sent Items = %v, want the one that went out", got)
			}
		})
	}
}

func TestAThrottledSendGoesOutOnce(t *testing.T) {
	t.Parallel()
	c, x := setup(t, 0)
	if err := x.Graph.Throttle("POST /me/sendMail", 0, 2, "0.01"); err != nil {
		t.Fatal(err)
	}
	if err := c.Send(t.Context(), &mail.Outgoing{Subject: "once", ToRecipients: m365graph.Recipients("support@contoso.example")}, nil); err != nil {
		t.Fatal(err)
	}
	if got := subjects(t, c.List(t.Context(), &mail.ListOptions{Folder: mail.SentItems})); len(got) != 1 || sendCalls(x) != 3 {
		t.Errorf("Sent Items = %v after %d calls, want one after 3", got, sendCalls(x))
	}
}

func TestSendRefusesWhatCannotArrive(t *testing.T) {
	t.Parallel()
	c, x := setup(t, 0)
	big := mail.File("big.bin", "", make([]byte, 2_900_001))
	for name, m := range map[string]*mail.Outgoing{
		"nothing": nil, "nobody": {Subject: "x"},
		"too much": {ToRecipients: m365graph.Recipients(testtenant.Owner), Attachments: []mail.Attachment{big}},
	} {
		if err := c.Send(t.Context(), m, nil); err == nil {
			t.Errorf("Send of %s succeeded, want an error", name)
		}
	}
	if n := sendCalls(x); n != 0 {
		t.Errorf("%d calls of sendMail, want 0", n)
	}
}
