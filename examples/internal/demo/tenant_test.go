package demo

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// get reads a whole list of Graph, page by page.
func get[T any](t *testing.T, c *Cloud, upn, path string) []T {
	t.Helper()
	var list []T
	for path != "" {
		var page struct {
			Value []T    `json:"value"`
			Next  string `json:"@odata.nextLink"`
		}
		if err := json.NewDecoder(request(t, c, upn, http.MethodGet, path, "").Body).Decode(&page); err != nil {
			t.Fatal(err)
		}
		list = append(list, page.Value...)
		path = strings.TrimPrefix(page.Next, c.Config().Cloud.GraphURL()+"/v1.0")
	}
	return list
}

func query(path string, pairs ...string) string {
	values := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		values.Set(pairs[i], pairs[i+1])
	}
	return path + "?" + strings.ReplaceAll(values.Encode(), "+", "%20")
}

func TestUnreadMailIsListed(t *testing.T) {
	t.Parallel()
	c := start(t, &Options{})
	got := get[struct{ Subject string }](t, c, c.Owner.Address,
		query("/me/mailFolders/inbox/messages", "$filter", "receivedDateTime ge 2020-01-01T00:00:00Z and isRead eq false", "$orderby", "receivedDateTime desc", "$select", "subject", "$top", "4"))
	want := []struct{ Subject string }{
		{"🎂 Cake in the kitchen 🎉"},
		{"AW: Angebot für Lagerregale - Rückfrage zur Größe"},
		{"Fwd: Lorry 12 is late"},
		{"Re: Order 4711: delivery date"},
		{"Car park closed on Monday"},
		{""},
		{"【重要】倉庫の図面を添付しました"},
		{"طلب عرض أسعار لأنظمة التخزين"},
		{"Réunion du comité à Montréal : ordre du jour et hébergement"},
		{"Счёт № 118 за октябрь"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("unread messages (-want +got):\n%s", diff)
	}
}

func TestThreadsShareAConversation(t *testing.T) {
	t.Parallel()
	c := start(t, &Options{})
	type message struct{ Subject, ConversationID string }
	threads := map[string][]string{}
	for _, m := range get[message](t, c, c.Owner.Address, query("/me/messages", "$select", "subject,conversationId", "$orderby", "receivedDateTime asc", "$top", "50")) {
		threads[m.ConversationID] = append(threads[m.ConversationID], m.Subject)
	}
	var got [][]string
	for _, subjects := range threads {
		if len(subjects) > 1 {
			got = append(got, subjects)
		}
	}
	slices.SortFunc(got, slices.Compare)
	want := [][]string{
		{"Angebot für Lagerregale – Rückfrage zur Größe", "AW: Angebot für Lagerregale – Rückfrage zur Größe", "AW: Angebot für Lagerregale - Rückfrage zur Größe"},
		{"Order 4711: delivery date", "Re: Order 4711: delivery date", "Re: Order 4711: delivery date", "Re: Order 4711: delivery date", "Re: Order 4711: delivery date"},
		{"Stand B12: power and water", "Re: Stand B12: power and water", "RE: Stand B12: power and water"},
		{"طلب عرض أسعار لأنظمة التخزين", "Re: طلب عرض أسعار لأنظمة التخزين"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("threads (-want +got):\n%s", diff)
	}
}

type event struct {
	Subject  string
	IsAllDay bool
	Start    struct{ DateTime string }
}

func view(t *testing.T, c *Cloud, from, to time.Time) []event {
	t.Helper()
	return get[event](t, c, c.Owner.Address, query("/me/calendarView", "startDateTime", from.Format(time.RFC3339), "endDateTime", to.Format(time.RFC3339),
		"$select", "subject,start,isAllDay", "$orderby", "start/dateTime", "$top", "100"))
}

func TestNextSevenDaysHaveTheMeetings(t *testing.T) {
	t.Parallel()
	c := start(t, &Options{})
	var got []string
	for _, e := range view(t, c, monday, monday.AddDate(0, 0, 7)) {
		got = append(got, e.Start.DateTime[:16]+" "+e.Subject)
	}
	want := []string{
		"2026-11-16T09:15 Daily stand-up", // ends at 09:30 in Berlin, after 08:00 UTC
		"2026-11-16T14:00 Focus time",
		"2026-11-17T07:00 Moving into hall 3",
		"2026-11-17T08:00 Shift report from the plant",
		"2026-11-17T08:00 東京オフィスとの引き継ぎ",
		"2026-11-17T09:15 Daily stand-up",
		"2026-11-18T07:00 Moving into hall 3",
		"2026-11-18T08:00 Shift report from the plant",
		"2026-11-18T09:15 Daily stand-up",
		"2026-11-18T16:00 Call with the New York office",
		"2026-11-19T07:00 Moving into hall 3",
		"2026-11-19T08:00 Shift report from the plant",
		"2026-11-19T08:00 東京オフィスとの引き継ぎ",
		"2026-11-19T09:15 Daily stand-up",
		"2026-11-20T07:00 Moving into hall 3",
		"2026-11-20T08:00 Shift report from the plant",
		"2026-11-20T09:15 Daily stand-up",
		"2026-11-20T14:00 Focus time",
		"2026-11-21T07:00 Moving into hall 3",
		"2026-11-21T08:00 Shift report from the plant",
		"2026-11-22T07:00 Moving into hall 3",
		"2026-11-22T08:00 Shift report from the plant",
		"2026-11-23T07:00 Moving into hall 3",
		"2026-11-23T08:00 Shift report from the plant",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

// Exceptions, cancelled occurrences, the second Tuesday and the last one of six
// all fall into this week.
func TestExceptionsShowInAView(t *testing.T) {
	t.Parallel()
	c := start(t, &Options{})
	from := time.Date(2026, time.November, 10, 0, 0, 0, 0, time.UTC)
	var got []string
	for _, e := range view(t, c, from, from.AddDate(0, 0, 3)) {
		if !strings.Contains(e.Subject, "plant") {
			got = append(got, e.Start.DateTime[:16]+" "+e.Subject)
		}
	}
	want := []string{
		"2026-11-10T08:00 東京オフィスとの引き継ぎ",
		"2026-11-10T09:15 Daily stand-up",
		"2026-11-10T10:00 Management board",
		"2026-11-10T17:30 Forklift course (six evenings)",
		"2026-11-11T09:15 Daily stand-up",
		"2026-11-11T16:00 Call with the New York office",
		"2026-11-12T08:00 東京オフィスとの引き継ぎ",
		"2026-11-12T14:00 Daily stand-up (moved: visitors in the morning)",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

// Whatever today is, the demo has something to show.
func TestEveryWeekHasMeetings(t *testing.T) {
	t.Parallel()
	c := start(t, &Options{})
	for week := range 60 {
		from := monday.AddDate(0, 0, 9*week)
		subjects := map[string]bool{}
		for _, e := range view(t, c, from, from.AddDate(0, 0, 7)) {
			subjects[e.Subject] = true
		}
		if len(subjects) < 5 {
			t.Errorf("the week from %s has the meetings %v, want five", from.Format(time.DateOnly), subjects)
		}
	}
}

func TestEachFileOfTheDriveCanBeDownloaded(t *testing.T) {
	t.Parallel()
	c := start(t, &Options{})
	err := fs.WalkDir(Data(), "drive", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || strings.HasPrefix(e.Name(), ".") {
			return err
		}
		want, err := fs.ReadFile(Data(), name)
		if err != nil {
			return err
		}
		var escaped []string
		for part := range strings.SplitSeq(strings.TrimPrefix(name, "drive/"), "/") {
			escaped = append(escaped, strings.ReplaceAll(url.PathEscape(part), "+", "%2B"))
		}
		res := request(t, c, c.Owner.Address, http.MethodGet, "/me/drive/root:/"+strings.Join(escaped, "/")+":/content", "")
		got, err := download(c, res.Header.Get("Location"))
		if err != nil || string(got) != string(want) {
			t.Errorf("%s: downloaded %d bytes, %v, want the file's %d", name, len(got), err, len(want))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// download fetches from the host that wants no token.
func download(c *Cloud, location string) ([]byte, error) {
	res, err := c.HTTPClient().Get(location)
	if err != nil {
		return nil, err
	}
	content, err := io.ReadAll(res.Body)
	return content, errors.Join(err, res.Body.Close())
}

func TestMailIsDeliveredToTheColleague(t *testing.T) {
	t.Parallel()
	c := start(t, &Options{})
	request(t, c, c.Owner.Address, http.MethodPost, "/me/sendMail", fmt.Sprintf(
		`{"message":{"subject":"Keys","body":{"content":"Hall 2"},"toRecipients":[{"emailAddress":{"address":%q}}]}}`, c.Colleague.Address))
	got := get[struct{ Subject string }](t, c, c.Colleague.Address, "/me/mailFolders/inbox/messages")
	if diff := cmp.Diff([]struct{ Subject string }{{"Keys"}}, got); diff != "" {
		t.Errorf("the colleague's inbox (-want +got):\n%s", diff)
	}
}
