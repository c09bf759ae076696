package m365graph_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/m365go/sdk/m365graph"
)

func TestQueryIsEncodedAsGraphReadsIt(t *testing.T) {
	t.Parallel()
	w := tap(t, fine)
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

func TestAQueryThatGraphWouldMisreadIsNotSent(t *testing.T) {
	t.Parallel()
	params := func(names ...string) *m365graph.Query {
		q := &m365graph.Query{Select: []string{"id"}, Filter: m365graph.Where("a eq 1"), Search: "x", Top: 1, Count: true, Params: map[string]string{}}
		for _, name := range names {
			q.Params[name] = "x"
		}
		return q
	}
	for name, tt := range map[string]struct {
		query *m365graph.Query
		want  string
	}{
		"negative top":            {&m365graph.Query{Top: -1}, "negative"},
		"negative skip":           {&m365graph.Query{Skip: -1}, "negative"},
		"negative page size":      {&m365graph.Query{Prefer: m365graph.Prefer{PageSize: -1}}, "negative"},
		"negative items":          {&m365graph.Query{MaxItems: -1}, "negative"},
		"negative pages":          {&m365graph.Query{MaxPages: -1}, "negative"},
		"two names in one":        {&m365graph.Query{Select: []string{"id,subject"}}, "id,subject"},
		"an empty name":           {&m365graph.Query{Select: []string{"id", ""}}, "Select"},
		"two orders in one":       {&m365graph.Query{OrderBy: []string{"a desc, b"}}, "a desc, b"},
		"an empty order":          {&m365graph.Query{OrderBy: []string{" "}}, "OrderBy"},
		"an empty expansion":      {&m365graph.Query{Expand: []string{""}}, "Expand"},
		"a time zone that quotes": {&m365graph.Query{Prefer: m365graph.Prefer{TimeZone: `UTC", IdType="x`}}, "time zone"},
		"a filter given twice":    {params("$filter"), "$filter"},
		"a select given twice":    {params("$Select"), "$Select"},
		"a top without its $":     {params("top"), "top"},
		"a search given twice":    {params("$search"), "$search"},
		"a count given twice":     {params("$count"), "$count"},
		"one parameter twice":     {&m365graph.Query{Params: map[string]string{"a": "1", "$a": "2"}}, "twice"},
		"a parameter of no name":  {params(""), "without a name"},
	} {
		refused(t, name, tt.query, tt.want)
	}
	if _, err := collect(m365graph.All[item](t.Context(), setup(t, tap(t)), m365graph.P("me"),
		&m365graph.Query{Cursor: "https://graph.microsoft.com/v1.0/me", Prefer: m365graph.Prefer{TimeZone: `a"b`}})); err == nil {
		t.Error("a resumed list took a time zone that quotes")
	}
}

// refused checks that a query is an error that names what is wrong, before
// anything is sent.
func refused(t *testing.T, name string, q *m365graph.Query, want string) {
	t.Helper()
	w := tap(t, fine)
	_, err := m365graph.Get[struct{}](t.Context(), setup(t, w), m365graph.P("users"), q)
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("%s: %v, want an error that names %s", name, err, want)
	}
	if n := len(w.requests()); n != 0 {
		t.Errorf("%s: %d requests were sent, want 0", name, n)
	}
}

func TestPreferencesStandInOneHeader(t *testing.T) {
	t.Parallel()
	w := tap(t, fine)
	c := setup(t, w)
	for want, p := range map[string]m365graph.Prefer{
		"": {},
		`outlook.timezone="Pacific Standard Time"`:                   {TimeZone: "Pacific Standard Time"},
		`outlook.body-content-type="text"`:                           {TextBody: true},
		`IdType="ImmutableId"`:                                       {ImmutableIDs: true},
		`odata.maxpagesize=50`:                                       {PageSize: 50},
		`return=minimal`:                                             {Minimal: true},
		`include-unknown-enum-members`:                               {UnknownMembers: true},
		`respond-async`:                                              {Other: "respond-async"},
		`IdType="ImmutableId", include-unknown-enum-members, a, b=1`: {ImmutableIDs: true, UnknownMembers: true, Other: "a, b=1"},
	} {
		n := len(w.requests())
		if _, err := c.Do(t.Context(), &m365graph.Request{Path: m365graph.P("me"), Query: &m365graph.Query{Prefer: p}}); err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(w.requests()[n].Header.Values("Prefer"), "|"); got != want {
			t.Errorf("Prefer = %q, want %q", got, want)
		}
	}
	if _, err := c.Do(t.Context(), &m365graph.Request{Path: m365graph.P("me"), Query: &m365graph.Query{Prefer: m365graph.Prefer{Other: "a\r\nX: y"}}}); err == nil {
		t.Error("a preference with a line break was taken")
	}
}

// Both kinds stand: a business drive's eTag has quotes, a personal one's has none.
func TestAnETagIsSentAsItIs(t *testing.T) {
	t.Parallel()
	w := tap(t, lasting(replying(204, "")))
	c := setup(t, w)
	for i, tag := range []string{`"{8A6F1B5E-0000-4000-8000-000000000001},2"`, `W/"CQAAABYA"`, `*`, `aRDgwM0E3QTgyMEJFMTZGNiEyOTI2LjA`} {
		if err := m365graph.Delete(t.Context(), c, m365graph.P("me", "drive", "items", "1"), tag); err != nil {
			t.Fatal(err)
		}
		if got := w.requests()[i].Header.Get("If-Match"); got != tag {
			t.Errorf("If-Match = %s, want %s", got, tag)
		}
	}
}

// Nothing that a query holds reaches another parameter or the path.
func FuzzQuery(f *testing.F) {
	f.Add("subject", "a&b", "1")
	f.Add(`a"b\`, "$filter", "x#y?z")
	f.Add("", "@microsoft.graph.conflictBehavior", "%26")
	f.Fuzz(func(t *testing.T, text, name, value string) {
		q := &m365graph.Query{
			Filter: m365graph.Where("a eq ?", text), Expand: []string{text}, Search: text, Params: map[string]string{name: value},
		}
		w := tap(t, fine)
		if _, err := setup(t, w).Do(t.Context(), &m365graph.Request{Path: m365graph.P("me"), Query: q}); err != nil {
			if len(w.requests()) != 0 {
				t.Errorf("Do = %v, and a request was sent", err)
			}
			return
		}
		u := w.requests()[0].URL
		got, err := url.ParseQuery(u.RawQuery)
		if err != nil || u.Path != "/v1.0/me" || u.Fragment != "" {
			t.Fatalf("the URL is %s (%v)", u, err)
		}
		want := url.Values{"$filter": {q.Filter.String()}, "$expand": {text}}
		if text != "" {
			want.Set("$search", m365graph.QuoteSearch(text))
		}
		if value != "" {
			want.Set(name, value)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("parameters (-want +got):\n%s", diff)
		}
	})
}
