package m365graph_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/m365go/sdk/m365graph"
)

func ExampleWhere() {
	since := time.Date(2026, 3, 1, 9, 0, 0, 0, time.FixedZone("", 3600))
	fmt.Println(m365graph.Where("subject eq ? and receivedDateTime ge ? and isRead eq ?", "it's on", since, false))
	// Output: subject eq 'it''s on' and receivedDateTime ge 2026-03-01T08:00:00Z and isRead eq false
}

func TestQueryIsEncodedAsGraphReadsIt(t *testing.T) {
	t.Parallel()
	w := &wire{answer: func(int, *http.Request) (*http.Response, error) { return reply(200, `{}`), nil }}
	c := setup(t, w)
	q := &m365graph.Query{
		Select: []string{"id", "subject"}, Filter: m365graph.Where("a eq ? or b eq null", "x' or 1 eq 1 & y + z"),
		OrderBy: []string{"receivedDateTime desc"}, Expand: []string{"attachments"}, Search: `say "hi" \ there`,
		Top: 5, Skip: 2, Count: true, Params: map[string]string{"startDateTime": "2026-01-01T00:00:00+01:00"},
		Prefer: m365graph.Prefer{TimeZone: "Europe/Paris", TextBody: true, ImmutableIDs: true, PageSize: 9, Minimal: true},
	}
	if _, err := m365graph.Get[struct{}](t.Context(), c, m365graph.P("me", "messages"), q); err != nil {
		t.Fatal(err)
	}
	got := w.requests()[0]
	want := "$select=id%2Csubject&$filter=a%20eq%20%27x%27%27%20or%201%20eq%201%20%26%20y%20%2B%20z%27%20or%20b%20eq%20null" +
		"&$orderby=receivedDateTime%20desc&$expand=attachments&$search=%22say%20%5C%22hi%5C%22%20%5C%5C%20there%22" +
		"&$top=5&$skip=2&$count=true&startDateTime=2026-01-01T00%3A00%3A00%2B01%3A00"
	if got.URL.RawQuery != want {
		t.Errorf("query = %s\nwant    %s", got.URL.RawQuery, want)
	}
	prefer := `outlook.timezone="Europe/Paris", outlook.body-content-type="text", IdType="ImmutableId", odata.maxpagesize=9, return=minimal`
	if got.Header.Get("Prefer") != prefer {
		t.Errorf("Prefer = %s, want %s", got.Header.Get("Prefer"), prefer)
	}
}

func TestAFilterThatDoesNotAddUpSendsNothing(t *testing.T) {
	t.Parallel()
	w := &wire{answer: func(int, *http.Request) (*http.Response, error) { return reply(200, `{}`), nil }}
	c := setup(t, w)
	for _, f := range []m365graph.Filter{
		m365graph.Where("a eq ?"), m365graph.Where("a eq 1", "x"), m365graph.Where("a eq ?", struct{}{}),
		m365graph.Where("id eq ?", m365graph.GUID("' or 1 eq 1")),
		m365graph.Where("a eq 1").And(m365graph.Where("b eq ?")),
	} {
		_, err := m365graph.Get[struct{}](context.Background(), c, m365graph.P("me"), &m365graph.Query{Filter: f})
		if err == nil || !strings.Contains(err.Error(), "filter") {
			t.Errorf("Get with a wrong filter: %v, want an error that names it", err)
		}
	}
	if n := len(w.requests()); n != 0 {
		t.Errorf("%d requests were sent, want 0", n)
	}
}

func TestFilterKeepsQuestionMarksInQuotes(t *testing.T) {
	t.Parallel()
	got := m365graph.Where("a eq 'why?' and b eq ?", m365graph.GUID("00000003-0000-0000-c000-000000000000")).
		And(m365graph.Filter{}).And(m365graph.Where("c eq ?", 3)).String()
	if want := "(a eq 'why?' and b eq 00000003-0000-0000-c000-000000000000) and (c eq 3)"; got != want {
		t.Errorf("Where = %s, want %s", got, want)
	}
}
