package m365graph_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/m365go/sdk/m365graph"
	"github.com/m365go/sdk/m365graph/graphtest"
	"github.com/m365go/sdk/m365graph/internal/testtenant"
)

// An item says what the same request by itself would.
func TestAnItemIsWrittenAsItsRequestIs(t *testing.T) {
	t.Parallel()
	issuer := testtenant.Issuer(t)
	binary := []byte{0, 0xff, 0xfe, '?', '>'}
	for name, tt := range map[string]struct {
		item *m365graph.BatchItem
		want sentItem
	}{
		"a query": {
			&m365graph.BatchItem{ID: "q", Request: m365graph.Request{
				Path: m365graph.P("users"), Header: http.Header{"Consistencylevel": {"eventual"}},
				Query: &m365graph.Query{Search: "displayName:a&b", Count: true, Prefer: m365graph.Prefer{ImmutableIDs: true, TextBody: true}},
			}},
			sentItem{ID: "q", Method: "GET", URL: "/users?$search=%22displayName%3Aa%26b%22&$count=true", Headers: map[string]string{
				"Accept": "application/json", "Consistencylevel": "eventual", "Prefer": `outlook.body-content-type="text", IdType="ImmutableId"`,
			}},
		},
		"a body": {
			&m365graph.BatchItem{ID: "b", Request: m365graph.Request{
				Method: "PATCH", Path: m365graph.P("me", "events", "a/b=="), Body: map[string]string{"subject": "<ü>"}, IfMatch: `W/"1"`,
			}},
			sentItem{ID: "b", Method: "PATCH", URL: "/me/events/a%2Fb%3D%3D", Body: json.RawMessage(`{"subject":"<ü>"}`), Headers: map[string]string{
				"Accept": "application/json", "Content-Type": "application/json", "If-Match": `W/"1"`,
			}},
		},
		"binary": {
			contentItem("x.bin", "", binary),
			sentItem{ID: "x.bin", Method: "PUT", URL: "/me/drive/root:/x.bin:/content", Body: json.RawMessage(`"AP/+Pz4="`), Headers: map[string]string{
				"Accept": "application/json", "Content-Type": "application/octet-stream",
			}},
		},
		"text": {
			contentItem("x.txt", "text/plain; charset=utf-8", []byte("a \"ü\"\n")),
			sentItem{ID: "x.txt", Method: "PUT", URL: "/me/drive/root:/x.txt:/content", Body: json.RawMessage(`"a \"ü\"\n"`), Headers: map[string]string{
				"Accept": "application/json", "Content-Type": "text/plain; charset=utf-8",
			}},
		},
		"JSON as content": {
			contentItem("x", "application/merge-patch+json", []byte(`[1, 2]`)),
			sentItem{ID: "x", Method: "PUT", URL: "/me/drive/root:/x:/content", Body: json.RawMessage(`[1,2]`), Headers: map[string]string{
				"Accept": "application/json", "Content-Type": "application/merge-patch+json",
			}},
		},
		"nothing": {
			contentItem("x", "image/png", nil),
			sentItem{ID: "x", Method: "PUT", URL: "/me/drive/root:/x:/content", Body: json.RawMessage(`""`), Headers: map[string]string{
				"Accept": "application/json", "Content-Type": "image/png",
			}},
		},
	} {
		x := batchTenant(t, issuer)
		x.fail(t, graphtest.Fault{Route: "PATCH /me/events/{id}", Body: `{}`}) // it is not there
		results, err := x.client.Batch(t.Context(), []*m365graph.BatchItem{tt.item}, nil)
		if err != nil || results[0].Err != nil {
			t.Errorf("%s: %v, %v", name, results, err)
			continue
		}
		same := cmp.Comparer(func(a, b json.RawMessage) bool {
			var x, y any
			_, _ = json.Unmarshal(a, &x), json.Unmarshal(b, &y)
			return cmp.Equal(x, y)
		})
		if diff := cmp.Diff(tt.want, x.batches[0].items[0], same); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestAnswersAreReadInEachOfTheirForms(t *testing.T) {
	t.Parallel()
	x := batchTenant(t, testtenant.Issuer(t))
	binary := []byte{0, 0xff, 0xfe, '?', '>', '~'}
	std, raw := base64.StdEncoding.EncodeToString, base64.RawURLEncoding.EncodeToString
	quoted := func(s string) string {
		b, _ := json.Marshal(s)
		return string(b)
	}
	for name, tt := range map[string]struct{ kind, body, want string }{
		"JSON":                    {"application/json;odata.metadata=minimal;charset=utf-8", `{"a": [1]}`, `{"a": [1]}`},
		"JSON in base64":          {"application/json", quoted(std([]byte(`{"a":1}`))), `{"a":1}`},
		"a JSON string":           {"application/json", `"aaaa"`, `"aaaa"`},
		"no type":                 {"", `{"a":1}`, `{"a":1}`},
		"no type and text":        {"", `"aaaa"`, "aaaa"},
		"text":                    {"text/plain", `"a\nü"`, "a\nü"},
		"text of a broken type":   {"text/plain; charset", `"aaaa"`, "aaaa"},
		"text of an odd type":     {" Text/Plain ;;", `"aaaa"`, "aaaa"},
		"an image":                {"image/jpeg", quoted(std(binary)), string(binary)},
		"an image, URL alphabet":  {"image/jpeg", quoted(raw(binary)), string(binary)},
		"an image, line by line":  {"image/jpeg", quoted(std(binary)[:4] + "\r\n" + std(binary)[4:]), string(binary)},
		"an image that is none":   {"image/jpeg", `"a b!"`, "a b!"},
		"an image that is object": {"image/jpeg", `{"a":1}`, `{"a":1}`},
		"null":                    {"application/json", `null`, ""},
		"an empty string":         {"image/jpeg", `""`, ""},
	} {
		x.answers(t, answerItem("n0", 200, tt.body, "content-type", tt.kind))
		results, err := x.client.Batch(t.Context(), getItems(1), nil)
		if err != nil || results[0].Err != nil || string(results[0].Response.Body) != tt.want {
			t.Errorf("%s: %+v, %v, want the body %q", name, results[0], err, tt.want)
		}
	}
}

func TestAnAnswerKeepsItsHeaders(t *testing.T) {
	t.Parallel()
	x := batchTenant(t, testtenant.Issuer(t))
	x.answers(t, `{"id":"n0","status":204}`,
		`{"id":"n1","status":302,"headers":{"location":"https://content.example/x?tempauth=1","REQUEST-ID":"own","x-count":12,"x-odd":{},"x-null":null}}`)
	results, err := x.client.Batch(t.Context(), getItems(2), nil)
	if err != nil || results[0].Err != nil || results[1].Err != nil {
		t.Fatal(results, err)
	}
	empty, redirect := results[0].Response, results[1].Response
	if empty.Status != 204 || len(empty.Body) != 0 || empty.RequestID() != x.graph.Requests()[0].ID {
		t.Errorf("the empty answer = %+v, want 204 with the request id of the whole", empty)
	}
	if h := redirect.Header; redirect.Status != 302 || h.Get("Location") != "https://content.example/x?tempauth=1" || redirect.RequestID() != "own" || h.Get("X-Count") != "12" {
		t.Errorf("the redirect = %+v", redirect)
	}
	if err := results[0].Decode(new(int)); err == nil {
		t.Error("Decode of nothing is no error")
	}
}

func TestAnItemsErrorIsThatOfItsRequest(t *testing.T) {
	t.Parallel()
	x := batchTenant(t, testtenant.Issuer(t))
	for name, tt := range map[string]struct {
		answer string
		want   m365graph.Error
	}{
		"in the body": {
			`"headers":{"x-ms-ags-diagnostic":"dc"},"body":{"error":{"code":"c","message":"m","innerError":{"code":"i","request-id":"r"}}}`,
			m365graph.Error{Code: "c", Message: "m", Inner: []string{"i"}, RequestID: "r", Diagnostic: "dc"},
		},
		"beside the status": {`"error":{"code":"c"}`, m365graph.Error{Code: "c", RequestID: "request-1"}},
		"in base64": {
			`"headers":{"Content-Type":"application/json"},"body":"` + base64.StdEncoding.EncodeToString([]byte(`{"error":{"code":"c"}}`)) + `"`,
			m365graph.Error{Code: "c", RequestID: "request-1"},
		},
		"HTML":    {`"headers":{"Content-Type":"text/html"},"body":"<html>no"`, m365graph.Error{Message: "the answer is a page of HTML, so a gateway sent it", RequestID: "request-1"}},
		"nothing": {`"body":null`, m365graph.Error{RequestID: "request-1"}},
	} {
		date := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
		x.fail(t, graphtest.Fault{
			Route: batchRoute, Body: fmt.Sprintf(`{"responses":[{"id":"n0","status":403,%s}]}`, tt.answer),
			Header: http.Header{"Date": {date.Format(http.TimeFormat)}, "Request-Id": {"request-1"}},
		})
		results, err := x.client.Batch(t.Context(), getItems(1), nil)
		var got *m365graph.Error
		if err != nil || !errors.As(results[0].Err, &got) {
			t.Errorf("%s: %v, %v, want an *Error", name, results, err)
			continue
		}
		tt.want.Method, tt.want.Path, tt.want.Status, tt.want.Attempts, tt.want.Date = "GET", "/users/desk0%40contoso.example", 403, 1, date
		if diff := cmp.Diff(&tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if err := results[0].Decode(new(int)); !errors.Is(err, m365graph.ErrForbidden) {
			t.Errorf("%s: Decode = %v, want the item's error", name, err)
		}
	}
}

// Requests stay below what Graph takes, whatever the items weigh.
func TestLargeItemsAreSpreadOverMoreRequests(t *testing.T) {
	t.Parallel()
	part := make([]byte, 900_000)
	var items []*m365graph.BatchItem
	for i := range 4 {
		items = append(items, contentItem(fmt.Sprintf("binary%d", i), "", part))
	}
	for i := range 3 {
		item := itemNamed("POST")
		item.ID, item.Request.Body = fmt.Sprintf("json%d", i), map[string]string{"subject": strings.Repeat("x", 1_500_000)}
		items = append(items, item)
	}
	items = append(items, contentItem("huge", "", make([]byte, 4_000_000)))
	items = append(items, getItems(30)...)
	x := batchTenant(t, testtenant.Issuer(t))
	results, err := x.client.Batch(t.Context(), items, &m365graph.BatchOptions{Parallel: 1})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range results {
		if (r.Err != nil) != (r.ID == "huge") || x.sent(r.ID) > 1 {
			t.Errorf("%s: %v, sent %d times", r.ID, r.Err, x.sent(r.ID))
		}
	}
	if msg := fmt.Sprint(results[7].Err); !strings.Contains(msg, "more than a batch takes") {
		t.Errorf("huge: %s", msg)
	}
	for i, b := range x.batches {
		if b.size > 4_000_000 {
			t.Errorf("request %d has %d bytes", i, b.size)
		}
	}
	if n := len(x.batches); n > 5 {
		t.Errorf("%d requests were sent, want at most 5", n)
	}
}

func TestAChainThatIsTooLargeIsNotTorn(t *testing.T) {
	t.Parallel()
	part := make([]byte, 1_500_000)
	b := contentItem("b", "", part)
	b.DependsOn = []string{"a"}
	x := batchTenant(t, testtenant.Issuer(t))
	results, err := x.client.Batch(t.Context(), []*m365graph.BatchItem{contentItem("a", "", part), b, getItem("c")}, nil)
	if err != nil || results[0].Err == nil || results[1].Err == nil || results[2].Err != nil || len(x.batches) != 1 {
		t.Errorf("Batch = %v, %v after %d requests, want errors of a and b after one", results, err, len(x.batches))
	}
}

func TestAnItemWhoseBodyCannotBeReadIsNotSent(t *testing.T) {
	t.Parallel()
	issuer := testtenant.Issuer(t)
	broken := errors.New("the disk is gone")
	closed := 0
	content := func(length int64, kind string, r io.Reader, err error) *m365graph.BatchItem {
		item := contentItem("a", kind, nil)
		item.Request.Content.Length = length
		item.Request.Content.Open = func() (io.Reader, error) { return noting{r, &closed}, err }
		return item
	}
	body := itemNamed("POST")
	body.ID, body.Request.Body = "a", make(chan int)
	for name, item := range map[string]*m365graph.BatchItem{
		"open":     content(3, "", nil, broken),
		"read":     content(3, "", errReader{broken}, nil),
		"short":    content(3, "", strings.NewReader("ab"), nil),
		"long":     content(3, "", strings.NewReader("abcd"), nil),
		"no JSON":  content(3, "application/json", strings.NewReader("{a}"), nil),
		"no UTF-8": content(1, "text/plain", strings.NewReader("\xff"), nil),
		"no body":  body,
	} {
		dependent := itemNamed("send", "a")
		x := batchTenant(t, issuer)
		results, err := x.client.Batch(t.Context(), []*m365graph.BatchItem{item, getItem("other"), dependent}, nil)
		if err != nil || results[0].Err == nil || results[1].Err != nil || results[2].Err == nil || len(x.batches) != 1 || x.sent("other") != 1 {
			t.Errorf("%s: Batch = %v, %v after %v, want only the other item to be sent", name, results, err, x.sentIDs())
		}
		for _, r := range results {
			if errors.Is(r.Err, m365graph.ErrAmbiguous) {
				t.Errorf("%s: %s = %v, want no ErrAmbiguous", name, r.ID, r.Err)
			}
		}
		alone, err := x.client.Batch(t.Context(), []*m365graph.BatchItem{item, getItem("other")}, nil)
		if err != nil || alone[0].Err == nil || alone[1].Err != nil {
			t.Errorf("%s: Batch = %v, %v, want the other item to be sent", name, alone, err)
		}
		if (name == "open" || name == "read") && !errors.Is(results[0].Err, broken) {
			t.Errorf("%s: %v, want the reader's error", name, results[0].Err)
		}
	}
	if closed != 10 {
		t.Errorf("%d readers were closed, want 10", closed)
	}
}

type noting struct {
	io.Reader
	closed *int
}

func (c noting) Close() error {
	*c.closed++
	return nil
}

// OData lets a server answer a batch in pages.
func TestTheAnswerToABatchMayComeInPages(t *testing.T) {
	t.Parallel()
	const link = `https://graph.microsoft.com/v1.0/me/mailFolders?page=2`
	issuer := testtenant.Issuer(t)
	for name, tt := range map[string]struct {
		next, page string
		ok         bool
		requests   int
	}{
		"followed":       {link, `{"responses":[` + answerItem("GET", 200, `{}`) + `,` + answerItem("send", 202, `null`) + `]}`, true, 2},
		"a foreign host": {"https://evil.example/x", "", false, 1},
		"a circle":       {link, `{"responses":[],"@odata.nextLink":"` + link + `"}`, false, 41},
		"a broken page":  {link, `<html>`, false, 2},
	} {
		x := batchTenant(t, issuer, func(o *m365graph.Options) { o.MaxRetries = -1 })
		x.fail(t, graphtest.Fault{Route: batchRoute, Body: `{"responses":[],"@odata.nextLink":"` + tt.next + `"}`})
		if tt.page != "" {
			x.fail(t, graphtest.Fault{Route: "GET /me/mailFolders", Body: tt.page, Count: -1})
		}
		results, err := x.client.Batch(t.Context(), []*m365graph.BatchItem{itemNamed("GET"), itemNamed("send")}, nil)
		if err != nil || tt.ok != (results[0].Err == nil) || tt.ok == errors.Is(results[1].Err, m365graph.ErrAmbiguous) || errors.Is(results[0].Err, m365graph.ErrAmbiguous) {
			t.Errorf("%s: Batch = %v, %v", name, results, err)
		}
		if n := len(x.graph.Requests()); n != tt.requests {
			t.Errorf("%s: %d requests were sent, want %d", name, n, tt.requests)
		}
	}
}

// Whatever a server answers, each item ends with an answer or an error, a write
// without one is ambiguous, and nothing is sent twice that may not be.
func FuzzBatchAnswer(f *testing.F) {
	f.Add(`{"responses":[{"id":"1","status":200,"headers":{"Content-Type":"application/json"},"body":{}},{"id":"2","status":"202"}]}`)
	f.Add(`{"responses":[{"id":1,"status":429,"headers":{"retry-after":0.5},"body":{"error":{"code":"a"}}}]}`)
	f.Add(`{"responses":[{"id":"1","status":302,"headers":{"Location":"https://x"},"body":"=="},{"id":"1"},null,[]]}`)
	f.Add(`{"responses":{},"@odata.nextLink":[]}`)
	f.Add(`{"responses":[],"@odata.nextLink":"https://graph.microsoft.com/"}`)
	f.Add(`<html>`)
	f.Add(``)
	issuer := testtenant.Issuer(f)
	f.Fuzz(func(t *testing.T, body string) {
		synctest.Test(t, func(t *testing.T) {
			x := batchTenant(t, issuer)
			x.fail(t, graphtest.Fault{Status: 200, Body: body, Count: -1, JSON: emptied(body)})
			ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
			defer cancel()
			get, send := getItem("1"), itemNamed("send")
			send.ID = "2"
			results, err := x.client.Batch(ctx, []*m365graph.BatchItem{get, send}, nil)
			if err != nil || len(results) != 2 {
				t.Fatalf("Batch = %v, %v", results, err)
			}
			for _, r := range results {
				if (r.Response == nil) == (r.Err == nil) {
					t.Errorf("%s = %v, %v, want one of them", r.ID, r.Response, r.Err)
				}
				if r.Err != nil && (len(r.Err.Error()) > 64<<10 || strings.ContainsAny(r.Err.Error(), "\n\r")) {
					t.Errorf("%s: the error is not one bounded line", r.ID)
				}
			}
			if !strings.Contains(body, `2`) && !errors.Is(results[1].Err, m365graph.ErrAmbiguous) {
				t.Errorf("a send without an answer = %v, want ErrAmbiguous", results[1].Err)
			}
		})
	})
}

// emptied is the damage that makes an answer of a body of no bytes.
func emptied(body string) graphtest.JSONFault {
	if body == "" {
		return graphtest.JSONEmpty
	}
	return graphtest.JSONWhole
}
