package m365graph_test

import (
	"errors"
	"fmt"
	"iter"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/m365go/sdk/m365graph"
)

type item struct {
	ID string `json:"id"`
}

func collect(seq iter.Seq2[item, error]) (ids []string, err error) {
	for it, e := range seq {
		if err != nil {
			return ids, errors.New("the iterator went on after an error")
		}
		if e != nil {
			if it != (item{}) {
				return ids, errors.New("an item came beside an error")
			}
			err = e
			continue
		}
		ids = append(ids, it.ID)
	}
	return ids, err
}

const nextRoot = "https://graph.microsoft.com/v1.0/me/messages?$skiptoken="

// book answers with pages, each linked to the next in a spelling that url.Values
// would not survive.
func book(pages ...string) *wire {
	return &wire{answer: func(_ int, req *http.Request) (*http.Response, error) {
		n := 0
		if _, rest, ok := strings.Cut(req.URL.RawQuery, "skiptoken="); ok {
			if _, err := fmt.Sscanf(rest, "p;%d%%2f~aB%%3d", &n); err != nil {
				return graphError(400, "BadLink"), nil
			}
		}
		next := ""
		if n+1 < len(pages) {
			next = fmt.Sprintf(`,"@odata.nextLink":"%sp;%d%%2f~aB%%3d"`, nextRoot, n+1)
		}
		return reply(200, `{"value":[`+pages[n]+`]`+next+`}`), nil
	}}
}

var threePages = []string{`{"id":"1"},{"id":"2"}`, `{"id":"3"},{"id":"4"}`, `{"id":"5"}`}

func TestAllWalksToTheEndExactlyOnce(t *testing.T) {
	t.Parallel()
	for name, pages := range map[string][]string{
		"plain":       threePages,
		"empty pages": {``, `{"id":"1"}`, ``, ``, `{"id":"2"},{"id":"3"},{"id":"4"},{"id":"5"}`, ``},
		"null items":  {`null,{"id":"1"},null`, `null`, `{"id":"2"},{"id":"3"}`, `{"id":"4"},null,{"id":"5"}`},
	} {
		got, err := collect(m365graph.All[item](t.Context(), setup(t, book(pages...)), m365graph.P("me", "messages"), nil))
		if diff := cmp.Diff([]string{"1", "2", "3", "4", "5"}, got); diff != "" || err != nil {
			t.Errorf("%s: %v (-want +got):\n%s", name, err, diff)
		}
	}
}

func TestNothingIsFetchedBeforeRange(t *testing.T) {
	t.Parallel()
	w := book(threePages...)
	all := m365graph.All[item](t.Context(), setup(t, w), m365graph.P("me", "messages"), nil)
	if n := len(w.requests()); n != 0 {
		t.Errorf("%d requests before range, want 0", n)
	}
	for _, err := range all {
		if err != nil {
			t.Fatal(err)
		}
		break
	}
	if n := len(w.requests()); n != 1 {
		t.Errorf("%d requests after leaving the first page, want 1", n)
	}
	if got, err := collect(all); len(got) != 5 || err != nil {
		t.Errorf("ranging again = %v, %v, want all 5", got, err)
	}
}

func TestEachPageCarriesThePreferences(t *testing.T) {
	t.Parallel()
	w := book(threePages...)
	q := &m365graph.Query{Top: 2, Prefer: m365graph.Prefer{ImmutableIDs: true}}
	if _, err := collect(m365graph.All[item](t.Context(), setup(t, w), m365graph.P("me", "messages"), q)); err != nil {
		t.Fatal(err)
	}
	for i, req := range w.requests() {
		if got := req.Header.Get("Prefer"); got != `IdType="ImmutableId"` {
			t.Errorf("page %d: Prefer = %q", i, got)
		}
	}
	if got, want := w.requests()[1].URL.RawQuery, "$skiptoken=p;1%2f~aB%3d"; got != want {
		t.Errorf("the link was followed as %s, want %s", got, want)
	}
}

func TestAListThatGoesRoundInCirclesEnds(t *testing.T) {
	t.Parallel()
	w := &wire{answer: func(int, *http.Request) (*http.Response, error) {
		return reply(200, `{"value":[{"id":"1"}],"@odata.nextLink":"`+nextRoot+`same"}`), nil
	}}
	_, err := collect(m365graph.All[item](t.Context(), setup(t, w), m365graph.P("me", "messages"), nil))
	if err == nil || !strings.Contains(err.Error(), "circles") || len(w.requests()) != 2 {
		t.Errorf("All = %v after %d requests, want an error after 2", err, len(w.requests()))
	}
}

// Wherever a cap cuts, the cursor goes on with the very next item.
func TestACapSaysSoAndItsCursorResumes(t *testing.T) {
	t.Parallel()
	for most := 1; most <= 6; most++ {
		c := setup(t, book(`{"id":"1"},{"id":"2"},{"id":"3"},{"id":"4"}`, `{"id":"5"}`))
		q := &m365graph.Query{MaxItems: most}
		var got []string
		for rounds := 0; ; rounds++ {
			ids, err := collect(m365graph.All[item](t.Context(), c, m365graph.P("me", "messages"), q))
			got = append(got, ids...)
			var cut *m365graph.TruncatedError
			if !errors.As(err, &cut) {
				if err != nil || rounds != (5-1)/most {
					t.Errorf("MaxItems %d: ended with %v after %d caps, want %d", most, err, rounds, (5-1)/most)
				}
				break
			}
			if cut.Items != len(ids) || len(ids) != most || !errors.Is(err, m365graph.ErrTruncated) {
				t.Errorf("MaxItems %d: %v with %d items", most, err, len(ids))
			}
			q.Cursor = cut.Cursor
		}
		if diff := cmp.Diff([]string{"1", "2", "3", "4", "5"}, got); diff != "" {
			t.Errorf("MaxItems %d (-want +got):\n%s", most, diff)
		}
	}
}

func TestCollectStopsAtMaxPagesAndSaysSo(t *testing.T) {
	t.Parallel()
	c := setup(t, book(threePages...), func(o *m365graph.Options) { o.MaxPages = 2 })
	got, err := m365graph.Collect[item](t.Context(), c, m365graph.P("me", "messages"), nil)
	var cut *m365graph.TruncatedError
	if len(got) != 4 || !errors.As(err, &cut) || cut.Items != 4 {
		t.Fatalf("Collect = %v, %v, want 4 items and a TruncatedError", got, err)
	}
	rest, err := m365graph.Collect[item](t.Context(), c, m365graph.P("me", "messages"), &m365graph.Query{Cursor: cut.Cursor})
	if err != nil || len(rest) != 1 || rest[0].ID != "5" {
		t.Errorf("Collect from the cursor = %v, %v, want the fifth", rest, err)
	}
}

// The cursor holds the query that it was made with, from the first page on.
func TestACursorKeepsItsQuery(t *testing.T) {
	t.Parallel()
	w := book(`{"id":"1"},{"id":"2"},{"id":"3"}`, `{"id":"4"}`)
	c := setup(t, w)
	q := &m365graph.Query{Filter: m365graph.Where("isRead eq false"), Top: 3, MaxItems: 2}
	_, err := collect(m365graph.All[item](t.Context(), c, m365graph.P("me", "messages"), q))
	var cut *m365graph.TruncatedError
	if !errors.As(err, &cut) {
		t.Fatal(err)
	}
	got, err := collect(m365graph.All[item](t.Context(), c, m365graph.P("me", "messages"), &m365graph.Query{Cursor: cut.Cursor, Top: 1}))
	if diff := cmp.Diff([]string{"3", "4"}, got); diff != "" || err != nil {
		t.Errorf("from the cursor: %v (-want +got):\n%s", err, diff)
	}
	if first, resumed := w.requests()[0].URL.String(), w.requests()[1].URL.String(); first != resumed {
		t.Errorf("resumed with %s, want %s", resumed, first)
	}
}

func TestAnAnswerThatIsNoListIsAnError(t *testing.T) {
	t.Parallel()
	for _, body := range []string{`{"hello":1}`, `null`, `{"value":null}`, `[]`, ``, `{"value":{}}`} {
		w := &wire{answer: func(int, *http.Request) (*http.Response, error) { return reply(200, body), nil }}
		if got, err := collect(m365graph.All[item](t.Context(), setup(t, w), m365graph.P("me", "messages"), nil)); err == nil {
			t.Errorf("a list answered with %q = %v, want an error", body, got)
		}
	}
}

func TestAForeignCursorIsRefused(t *testing.T) {
	t.Parallel()
	for _, cursor := range []string{"https://evil.example/x", "-1|https://graph.microsoft.com/v1.0/me", "x|y", "2|", "1|https://evil.example"} {
		w := book(threePages...)
		_, err := collect(m365graph.All[item](t.Context(), setup(t, w), m365graph.P("me"), &m365graph.Query{Cursor: cursor}))
		if err == nil || len(w.requests()) != 0 {
			t.Errorf("the cursor %q: %v after %d requests, want an error and 0", cursor, err, len(w.requests()))
		}
	}
}

func TestAnErrorInMidListComesOnceAndLast(t *testing.T) {
	t.Parallel()
	w := book(threePages...)
	good := w.answer
	w.answer = func(n int, req *http.Request) (*http.Response, error) {
		if n == 1 {
			return graphError(403, "ErrorAccessDenied"), nil
		}
		return good(n, req)
	}
	got, err := collect(m365graph.All[item](t.Context(), setup(t, w), m365graph.P("me", "messages"), nil))
	if len(got) != 2 || !errors.Is(err, m365graph.ErrForbidden) {
		t.Errorf("All = %v, %v, want two items and ErrForbidden", got, err)
	}
}
