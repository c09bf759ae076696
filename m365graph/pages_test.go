package m365graph_test

import (
	"errors"
	"fmt"
	"iter"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/m365go/sdk/m365graph"
	"github.com/m365go/sdk/m365graph/graphtest"
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

// numbered is a mailbox whose messages bear the numbers from 1 to n, in the order
// that Graph lists them in.
func numbered(n int) *graphtest.User {
	inbox := &graphtest.MailFolder{WellKnownName: "inbox"}
	for i := range n {
		inbox.Messages = append(inbox.Messages, &graphtest.Message{ID: strconv.Itoa(i + 1), ReceivedDateTime: ours.Add(-time.Duration(i) * time.Hour)})
	}
	return &graphtest.User{Folders: []*graphtest.MailFolder{inbox}}
}

// byTwo asks for pages of two.
var byTwo = &m365graph.Query{Top: 2}

// book answers with pages, each linked to the next in a spelling that url.Values
// would not survive.
func book(pages ...string) (faults []graphtest.Fault) {
	for i, page := range pages {
		next := ""
		if i+1 < len(pages) {
			next = fmt.Sprintf(`,"@odata.nextLink":"%sp;%d%%2f~aB%%3d"`, nextRoot, i+1)
		}
		faults = append(faults, replying(200, `{"value":[`+page+`]`+next+`}`))
	}
	return faults
}

func TestAllWalksToTheEndExactlyOnce(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		graph []graphtest.Fault
		query *m365graph.Query
	}{
		"plain":         {nil, byTwo},
		"in one page":   {nil, nil},
		"empty pages":   {[]graphtest.Fault{{Page: graphtest.PageEmpty}, {Skip: 1, Count: 2, Page: graphtest.PageEmpty}}, byTwo},
		"an empty last": {book(`{"id":"1"}`, ``, `{"id":"2"},{"id":"3"},{"id":"4"},{"id":"5"}`, ``), nil},
		"null items":    {book(`null,{"id":"1"},null`, `null`, `{"id":"2"},{"id":"3"}`, `{"id":"4"},null,{"id":"5"}`), nil},
	} {
		got, err := collect(m365graph.All[item](t.Context(), setup(t, tapOwner(t, numbered(5), tt.graph...)), inbox, tt.query))
		if diff := cmp.Diff([]string{"1", "2", "3", "4", "5"}, got); diff != "" || err != nil {
			t.Errorf("%s: %v (-want +got):\n%s", name, err, diff)
		}
	}
}

func TestNothingIsFetchedBeforeRange(t *testing.T) {
	t.Parallel()
	w := tapOwner(t, numbered(5))
	all := m365graph.All[item](t.Context(), setup(t, w), inbox, byTwo)
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
	w := tap(t, book(``, ``, `{"id":"5"}`)...)
	q := &m365graph.Query{Top: 2, Prefer: m365graph.Prefer{ImmutableIDs: true}}
	if _, err := collect(m365graph.All[item](t.Context(), setup(t, w), inbox, q)); err != nil {
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
	w := tapOwner(t, numbered(5), graphtest.Fault{Skip: 1, Count: -1, Page: graphtest.PageReplayed})
	_, err := collect(m365graph.All[item](t.Context(), setup(t, w), inbox, byTwo))
	if err == nil || !strings.Contains(err.Error(), "circles") || len(w.requests()) != 2 {
		t.Errorf("All = %v after %d requests, want an error after 2", err, len(w.requests()))
	}
}

// Wherever a cap cuts, the cursor goes on with the very next item.
func TestACapSaysSoAndItsCursorResumes(t *testing.T) {
	t.Parallel()
	for most := 1; most <= 6; most++ {
		c := setup(t, tapOwner(t, numbered(5)))
		q := &m365graph.Query{MaxItems: most, Top: 4}
		var got []string
		for rounds := 0; ; rounds++ {
			ids, err := collect(m365graph.All[item](t.Context(), c, inbox, q))
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
	c := setup(t, tapOwner(t, numbered(5)), func(o *m365graph.Options) { o.MaxPages = 2 })
	got, err := m365graph.Collect[item](t.Context(), c, inbox, byTwo)
	var cut *m365graph.TruncatedError
	if len(got) != 4 || !errors.As(err, &cut) || cut.Items != 4 {
		t.Fatalf("Collect = %v, %v, want 4 items and a TruncatedError", got, err)
	}
	rest, err := m365graph.Collect[item](t.Context(), c, inbox, &m365graph.Query{Cursor: cut.Cursor})
	if err != nil || len(rest) != 1 || rest[0].ID != "5" {
		t.Errorf("Collect from the cursor = %v, %v, want the fifth", rest, err)
	}
}

// The cursor holds the query that it was made with, from the first page on.
func TestACursorKeepsItsQuery(t *testing.T) {
	t.Parallel()
	w := tapOwner(t, numbered(4))
	c := setup(t, w)
	q := &m365graph.Query{Filter: m365graph.Where("isRead eq false"), Top: 3, MaxItems: 2}
	_, err := collect(m365graph.All[item](t.Context(), c, inbox, q))
	var cut *m365graph.TruncatedError
	if !errors.As(err, &cut) {
		t.Fatal(err)
	}
	got, err := collect(m365graph.All[item](t.Context(), c, inbox, &m365graph.Query{Cursor: cut.Cursor, Top: 1}))
	if diff := cmp.Diff([]string{"3", "4"}, got); diff != "" || err != nil {
		t.Errorf("from the cursor: %v (-want +got):\n%s", err, diff)
	}
	if first, resumed := w.requests()[0].URL.String(), w.requests()[1].URL.String(); first != resumed {
		t.Errorf("resumed with %s, want %s", resumed, first)
	}
}

var threePages = []string{`{"id":"1"},{"id":"2"}`, `{"id":"3"},{"id":"4"}`, `{"id":"5"}`}

func TestAnAnswerThatIsNoListIsAnError(t *testing.T) {
	t.Parallel()
	for _, body := range []string{`{"hello":1}`, `null`, `{"value":null}`, `[]`, ``, `{"value":{}}`} {
		if got, err := collect(m365graph.All[item](t.Context(), setup(t, tap(t, replying(200, body))), inbox, nil)); err == nil {
			t.Errorf("a list answered with %q = %v, want an error", body, got)
		}
	}
}

func TestAForeignCursorIsRefused(t *testing.T) {
	t.Parallel()
	for _, cursor := range []string{"https://evil.example/x", "-1|https://graph.microsoft.com/v1.0/me", "x|y", "2|", "1|https://evil.example"} {
		w := tapOwner(t, numbered(5))
		_, err := collect(m365graph.All[item](t.Context(), setup(t, w), inbox, &m365graph.Query{Cursor: cursor}))
		if err == nil || len(w.requests()) != 0 {
			t.Errorf("the cursor %q: %v after %d requests, want an error and 0", cursor, err, len(w.requests()))
		}
	}
}

func TestAnErrorInMidListComesOnceAndLast(t *testing.T) {
	t.Parallel()
	w := tapOwner(t, numbered(5), graphtest.Fault{Skip: 1, Code: "ErrorAccessDenied"})
	got, err := collect(m365graph.All[item](t.Context(), setup(t, w), inbox, byTwo))
	if len(got) != 2 || !errors.Is(err, m365graph.ErrForbidden) {
		t.Errorf("All = %v, %v, want two items and ErrForbidden", got, err)
	}
}
