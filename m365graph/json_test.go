package m365graph_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365graph"
	"github.com/m365go/sdk/m365graph/mail"
)

// quote writes a string as Graph does, which leaves < and > as they are.
func quote(s string) string {
	b, _ := json.Marshal(s)
	return strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026`, "&").Replace(string(b))
}

// outlookMessage is a message of about 3 KB as Outlook writes it.
func outlookMessage(n int) string {
	id := fmt.Sprintf("AAMkAGI1Zjk0%06d%sAAA=", n, strings.Repeat("QmFzZTY0", 16))
	person := func(name, address string) string {
		return fmt.Sprintf(`{"emailAddress":{"name":%q,"address":%q}}`, name, address)
	}
	html := "<html><head>\r\n<meta http-equiv=\"Content-Type\" content=\"text/html; charset=utf-8\"></head><body lang=\"EN-US\">\r\n" +
		strings.Repeat("<p class=\"MsoNormal\"><span style=\"font-size:11.0pt\">A line of the report – größer ✓ &nbsp;</span></p>\r\n", 9) + "</body></html>"
	preview := strings.Repeat("Hello,\r\n\r\nplease find the \"figures\" of the quarter below – größer ✓. ", 4)
	return `{"@odata.etag":"W/\"CQAAABYAAAC\"","id":"` + id + `","createdDateTime":"2026-03-02T09:00:00Z","lastModifiedDateTime":"2026-03-02T09:30:00Z",` +
		`"changeKey":"CQAAABYAAAC","categories":["Red category"],"receivedDateTime":"2026-03-02T09:00:00Z","sentDateTime":"2026-03-02T08:59:58Z",` +
		`"hasAttachments":false,"internetMessageId":"<AM0PR01MB@eurprd01.contoso.example>","subject":` + quote(fmt.Sprintf("Figures %d – Prüfung ✓", n)) +
		`,"bodyPreview":` + quote(preview) + `,"importance":"normal","parentFolderId":"` + id[:110] + `","conversationId":"` + id[:100] +
		`","conversationIndex":"AQHaAAAAAAAAAAAAAAAAAAAAAAAAAA==","isDeliveryReceiptRequested":null,"isReadReceiptRequested":false,"isRead":true,"isDraft":false,` +
		`"webLink":"https://outlook.office365.com/owa/?ItemID=` + id[:140] + `%3D&exvsurl=1&viewmodel=ReadMessageItem","inferenceClassification":"focused",` +
		`"body":{"contentType":"html","content":` + quote(html) + `},"sender":` + person("Sales Desk", "sales@contoso.example") +
		`,"from":` + person("Sales Desk", "sales@contoso.example") + `,"toRecipients":[` + person("Support", "support@contoso.example") + `,` +
		person("Admin", "admin@contoso.example") + `],"ccRecipients":[` + person("Ops", "ops@contoso.example") + `],"bccRecipients":[],"replyTo":[],"flag":{"flagStatus":"notFlagged"}}`
}

// outlookPage is a page of them, the list's last.
func outlookPage(n int) string {
	messages := make([]string, n)
	for i := range messages {
		messages[i] = outlookMessage(i)
	}
	return `{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#users('x')/messages","value":[` + strings.Join(messages, ",") + `]}`
}

// always answers every request with body.
func always(t testing.TB, body string) *wiretap {
	t.Helper()
	return tap(t, lasting(replying(200, body)))
}

func walk[T any](t testing.TB, c *m365graph.Client) []T {
	t.Helper()
	var all []T
	for v, err := range m365graph.All[T](t.Context(), c, m365graph.P("me", "messages"), nil) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, v)
	}
	return all
}

// plainMessage is a message without its method, as encoding/json alone reads it.
type plainMessage mail.Message

func TestAPageIsReadAsEncodingJSONReadsIt(t *testing.T) {
	t.Parallel()
	page := outlookPage(3)
	var want struct{ Value []plainMessage }
	if err := json.Unmarshal([]byte(page), &want); err != nil {
		t.Fatal(err)
	}
	got := walk[plainMessage](t, setup(t, always(t, page)))
	for i := range got {
		if raw := string(got[i].Extra.Raw()); raw != outlookMessage(i) {
			t.Errorf("message %d keeps %s", i, raw)
		}
		got[i].Extra = m365graph.Extra{}
	}
	if diff := cmp.Diff(want.Value, got); diff != "" {
		t.Errorf("All (-encoding/json +got):\n%s", diff)
	}
}

func TestMembersOfAPageComeInAnyOrder(t *testing.T) {
	t.Parallel()
	next := nextRoot + "last"
	members := []string{`"@odata.nextLink":"` + next + `"`, `"value":[{"id":"1"}]`, `"@odata.count":12`, `"@odata.context":{"value":[]}`, `"@other":"\ud83d"`}
	for range members {
		members = append(members[1:], members[0])
		body := " {\n" + strings.Join(members, " ,\t") + "\r\n} "
		w := tap(t, replying(200, body), replying(200, `{"value":[],"@odata.nextLink":null,"@odata.count":null}`))
		var got []string
		for page, err := range m365graph.Pages[item](t.Context(), setup(t, w), m365graph.P("me", "messages"), nil) {
			if err != nil {
				t.Fatal(err)
			}
			if got = append(got, fmt.Sprintf("%v %s %v", page.Items, page.Next, page.Count != nil)); len(got) == 1 && *page.Count != 12 {
				t.Errorf("Count = %d, want 12", *page.Count)
			}
		}
		if diff := cmp.Diff([]string{"[{1}] " + next + " true", "[]  false"}, got); diff != "" {
			t.Errorf("Pages of %s (-want +got):\n%s", body, diff)
		}
	}
}

// What is wrong with an answer is told with its place and the call's id, and
// without what stands there.
func TestABadPageIsTold(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{"value":[{"id":"1"},{"subject":4711}]}`:                    "value[1].subject: a number where string is wanted",
		`{"value":[{"receivedDateTime":"4711"}]}`:                    "value[0].receivedDateTime: the string is no time",
		`{"value":[{"id":"1"}],"@odata.nextLink":4711}`:              "@odata.nextLink: a number where string is wanted",
		`{"value":[{"id":"1"}],"@odata.count":"4711"}`:               "@odata.count: a string where int64 is wanted",
		`{"value":[{"id":"1"}`:                                       "the document ends too early",
		`{"value":[{"id":"4711"}]} 4711`:                             "something follows the document",
		`{"value":[{"from":{"emailAddress":{"name":["4711"]}}}]}`:    "value[0].from.emailAddress.name: a list where string is wanted",
		`{"value":[{"attachments":[{"contentBytes":"4711 4711"}]}]}`: "value[0].attachments[0].contentBytes: the string is no base64",
	} {
		var err error
		for _, err = range m365graph.All[mail.Message](t.Context(), setup(t, always(t, body)), m365graph.P("me", "messages"), nil) {
			continue
		}
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "4711") || !strings.Contains(err.Error(), "request-1") {
			t.Errorf("All of %s: %v, want %q", body, err, want)
		}
	}
}

// Names differ in case where Outlook answers an upload: NextExpectedRanges.
func TestNamesMatchInAnyCase(t *testing.T) {
	t.Parallel()
	got, err := m365graph.Get[item](t.Context(), setup(t, always(t, `{"Id":"1","other":{"id":"2"}}`)), m365graph.P("me"), nil)
	if err != nil || got.ID != "1" {
		t.Errorf("Get = %+v, %v, want the id 1", got, err)
	}
}

// Types of any kind are read, those with methods of their own too.
func TestAnyTypeIsRead(t *testing.T) {
	t.Parallel()
	c := setup(t, always(t, `{"value":[{"id":"1","n":{"a":[1]}},null,{"id":"2","extra":true}]}`))
	if diff := cmp.Diff([]map[string]any{{"id": "1", "n": map[string]any{"a": []any{1.0}}}, {"id": "2", "extra": true}}, walk[map[string]any](t, c)); diff != "" {
		t.Errorf("maps (-want +got):\n%s", diff)
	}
	if got := walk[json.RawMessage](t, c); len(got) != 2 || string(got[0]) != `{"id":"1","n":{"a":[1]}}` {
		t.Errorf("raw messages = %s", got)
	}
	if got := walk[*item](t, c); len(got) != 2 || got[1].ID != "2" {
		t.Errorf("pointers = %v", got)
	}
	if got := walk[shouting](t, c); len(got) != 2 || got[0] != `{"ID":"1","N":{"A":[1]}}` {
		t.Errorf("a type with a method = %q", got)
	}
	type embedded struct {
		item
		Extra bool `json:"extra"`
	}
	if got := walk[embedded](t, c); len(got) != 2 || got[1].ID != "2" || !got[1].Extra {
		t.Errorf("an embedded struct = %+v", got)
	}
	bad := setup(t, always(t, `{"value":[{"id":"1"},"secret"]}`))
	_, err := m365graph.Collect[shouting](t.Context(), bad, m365graph.P("me"), nil)
	if !errors.Is(err, errNoObject) || strings.Contains(err.Error(), "secret") {
		t.Errorf("Collect = %v, want what the method said, unquoted", err)
	}
}

type shouting string

var errNoObject = errors.New("no object")

func (s *shouting) UnmarshalJSON(data []byte) error {
	if data[0] != '{' {
		return fmt.Errorf("%w: %s", errNoObject, data)
	}
	*s = shouting(strings.ToUpper(string(data)))
	return nil
}

// maxAllocs is what listing may allocate for a message, the request included.
const maxAllocs = 20

func TestAllocationsOfAPage(t *testing.T) {
	page := outlookPage(100)
	c := setup(t, always(t, page))
	got := testing.AllocsPerRun(5, func() {
		for _, err := range m365graph.All[mail.Message](t.Context(), c, m365graph.P("me", "messages"), nil) {
			if err != nil {
				t.Fatal(err)
			}
		}
	}) / 100
	if got > maxAllocs {
		t.Errorf("%.1f allocations a message, want at most %d", got, maxAllocs)
	}
}

func BenchmarkPage(b *testing.B) {
	page := outlookPage(100)
	c, err := m365graph.New(m365auth.Static(bearer), &m365graph.Options{HTTPClient: &http.Client{Transport: always(b, page)}})
	if err != nil {
		b.Fatal(err)
	}
	b.Run("ours", func(b *testing.B) {
		b.SetBytes(int64(len(page)))
		b.ReportAllocs()
		for b.Loop() {
			if n := len(walk[mail.Message](b, c)); n != 100 {
				b.Fatal(n)
			}
		}
	})
	b.Run("encoding-json", func(b *testing.B) {
		b.SetBytes(int64(len(page)))
		b.ReportAllocs()
		for b.Loop() {
			var v struct{ Value []plainMessage }
			if err := json.Unmarshal([]byte(page), &v); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("looking-through", func(b *testing.B) {
		b.SetBytes(int64(len(page)))
		for b.Loop() {
			if !json.Valid([]byte(page)) {
				b.Fatal("not valid")
			}
		}
	})
}
