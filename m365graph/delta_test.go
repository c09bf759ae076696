package m365graph_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/m365go/sdk/m365graph"
	"github.com/m365go/sdk/m365graph/graphtest"
)

const deltaRoot = "https://graph.microsoft.com/v1.0/users/delta"

var usersDelta = m365graph.P("users", "delta")

// script has answers of each link that follows deltaRoot: once each in turn, and
// the last stays.
type script map[string][]graphtest.Fault

// tap answers the links in the order in which they will be asked for.
func (s script) tap(t *testing.T, links ...string) *wiretap {
	t.Helper()
	w, told := tap(t), map[string]int{}
	for _, link := range links {
		answers := s[link]
		w.fail(t, answers[min(told[link], len(answers)-1)])
		told[link]++
	}
	return w
}

// deltaPage is a page of a round; next and delta are empty or what follows
// deltaRoot in a link.
func deltaPage(items, next, delta string) graphtest.Fault {
	body := `{"value":[` + items + `]`
	if next != "" {
		body += `,"@odata.nextLink":"` + deltaRoot + next + `"`
	}
	if delta != "" {
		body += `,"@odata.deltaLink":"` + deltaRoot + delta + `"`
	}
	return replying(200, body+`}`)
}

// told writes down a round: a line for each change, and for the error.
func told(ctx context.Context, r *m365graph.DeltaReader[item]) (lines []string, err error) {
	for change, e := range r.Round(ctx) {
		if e != nil {
			err = errors.Join(err, e)
			continue
		}
		line := map[m365graph.DeltaKind]string{m365graph.DeltaUpsert: "+", m365graph.DeltaRemoved: "-", m365graph.DeltaReset: "reset"}[change.Kind]
		line += change.ID
		if change.Reason != "" {
			line += " " + change.Reason
		}
		if change.KeepLocal {
			line += " keep"
		}
		lines = append(lines, line)
	}
	return lines, err
}

// asked returns what was requested, without what all links begin with.
func asked(w *wiretap) (links []string) {
	for _, req := range w.requests() {
		links = append(links, strings.TrimPrefix(req.URL.String(), deltaRoot))
	}
	return links
}

func wantLines(t *testing.T, what string, want, got []string) {
	t.Helper()
	if diff := cmp.Diff(append([]string{}, want...), append([]string{}, got...)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func TestDeltaTellsWhatCameAndWhatWent(t *testing.T) {
	t.Parallel()
	w := tap(t, deltaPage(`{"id":"a"},null,{"id":"b","@removed":{"reason":"changed"}},{"id":"c","@removed":{"reason":"deleted"}},
		{"id":"d","deleted":{"state":"softDeleted"}},{"id":"e","deleted":{}},{"id":"f","deleted":null,"@removed":null},
		{"id":"g","deleted":false},{"id":"h","deleted":"2026-01-01"},{"id":"a"},{"x":1},{"id":"i","@removed":{"reason":7}}`, "", "?a=1"))
	seen := 0
	r := m365graph.Delta[item](setup(t, w, func(o *m365graph.Options) {
		o.Hooks.Page = func(_ context.Context, e m365graph.Event) { seen += e.Items }
	}), usersDelta, nil)
	got, err := told(t.Context(), r)
	if seen != len(got) {
		t.Errorf("the page hook counts %d, want %d", seen, len(got))
	}
	wantLines(t, "the round", []string{"+a", "-b changed", "-c deleted", "-d softDeleted", "-e", "+f", "+g", "+h", "+a", "+", "-i"}, got)
	if err != nil || r.Cursor() != deltaRoot+"?a=1" {
		t.Errorf("Round = %v, Cursor = %q, want no error and the delta link", err, r.Cursor())
	}
}

// Links are opaque: real ones come in spellings that no parser would keep.
func TestDeltaFollowsLinksAsTheyAreAndKeepsPreferences(t *testing.T) {
	t.Parallel()
	next, delta := "?(token=1;2)", "(token='a%2fB')?$select=x"
	w := tap(t, deltaPage(`{"id":"a"}`, next, ""), deltaPage(``, "", delta), deltaPage(``, "", delta), deltaPage(`{"id":"b"}`, "", delta))
	r := m365graph.Delta[item](setup(t, w), usersDelta, &m365graph.DeltaOptions{
		Query: &m365graph.Query{Select: []string{"id"}, Prefer: m365graph.Prefer{PageSize: 7}, MaxItems: 1, MaxPages: 1},
	})
	for i, want := range [][]string{{"+a"}, {}, {"+b"}} {
		got, err := told(t.Context(), r)
		wantLines(t, fmt.Sprintf("round %d", i), want, got)
		if err != nil || r.Cursor() != deltaRoot+delta || r.Place() != r.Cursor() {
			t.Errorf("round %d: %v, Cursor = %s, Place = %s", i, err, r.Cursor(), r.Place())
		}
	}
	wantLines(t, "requests", []string{"?$select=id", next, delta, delta}, asked(w))
	for i, req := range w.requests() {
		if got := req.Header.Get("Prefer"); got != "odata.maxpagesize=7" {
			t.Errorf("request %d: Prefer = %q", i, got)
		}
	}
}

func TestACursorComesOnlyWithAWholeRound(t *testing.T) {
	t.Parallel()
	c := setup(t, tapOwner(t, numbered(4)))
	path, query := m365graph.P("me", "mailFolders", "inbox", "messages", "delta"), m365graph.Query{Prefer: m365graph.Prefer{PageSize: 2}}
	first := m365graph.Delta[item](c, path, &m365graph.DeltaOptions{Query: &query})
	if got, err := told(t.Context(), first); err != nil || len(got) != 4 {
		t.Fatalf("the first round = %v, %v, want four messages", got, err)
	}
	old := first.Cursor()
	for n := range 4 {
		if _, err := m365graph.Patch[item](t.Context(), c, m365graph.P("me", "messages", strconv.Itoa(n+1)), map[string]any{"isRead": true}, ""); err != nil {
			t.Fatal(err)
		}
	}
	for leave := 1; leave <= 4; leave++ {
		for _, prefetch := range []bool{false, true} {
			query.Prefetch = prefetch
			r := m365graph.Delta[item](c, path, &m365graph.DeltaOptions{Cursor: old, Query: &query})
			n := 0
			for _, err := range r.Round(t.Context()) {
				if err != nil {
					t.Fatal(err)
				}
				if n++; n == leave {
					break
				}
			}
			want := []string{"+1", "+2", "+3", "+4"}
			if leave > 2 {
				want = want[2:]
			}
			if r.Cursor() != old || (r.Place() == old) != (leave <= 2) {
				t.Errorf("left after %d: Cursor = %s, Place = %s, want the old one, and its page", leave, r.Cursor(), r.Place())
			}
			saved := m365graph.Delta[item](c, path, &m365graph.DeltaOptions{Cursor: r.Place(), Query: &query})
			for name, r := range map[string]*m365graph.DeltaReader[item]{"the same reader": r, "a later one": saved} {
				got, err := told(t.Context(), r)
				wantLines(t, fmt.Sprintf("left after %d, %s", leave, name), want, got)
				if err != nil || r.Cursor() == old || r.Cursor() != r.Place() {
					t.Errorf("left after %d, %s: %v, Cursor = %s, Place = %s", leave, name, err, r.Cursor(), r.Place())
				}
				if got, err := told(t.Context(), r); err != nil || len(got) != 0 {
					t.Errorf("the round behind it = %v, %v, want nothing new", got, err)
				}
			}
		}
	}
}

func TestARoundGoesOnAfterAnError(t *testing.T) {
	t.Parallel()
	w := tap(t, deltaPage(`{"id":"a"}`, "?p2", ""), refusing(403, "Forbidden"), deltaPage(`{"id":[]}`, "", "?d"), deltaPage(`{"id":"b"}`, "", "?d"))
	r := m365graph.Delta[item](setup(t, w), usersDelta, nil)
	for i, want := range [][]string{{"+a"}, nil, {"+b"}} {
		got, err := told(t.Context(), r)
		wantLines(t, fmt.Sprintf("try %d", i), want, got)
		if done := i == 2; (err == nil) != done || (r.Cursor() != "") != done {
			t.Errorf("try %d: %v, Cursor = %q, want an error until the third", i, err, r.Cursor())
		}
	}
	wantLines(t, "requests", []string{"", "?p2", "?p2", "?p2"}, asked(w))
}

func TestARoundThatDoesNotEndWellGivesNoCursor(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		last graphtest.Fault
		want error
	}{
		"no link":               {replying(200, `{"value":[{"id":"b"}]}`), nil},
		"a foreign delta link":  {replying(200, `{"value":[{"id":"b"}],"@odata.deltaLink":"https://evil.example/d"}`), m365graph.ErrHostNotAllowed},
		"an unreadable one":     {replying(200, `{"value":[{"id":"b"}],"@odata.deltaLink":"https://graph.microsoft.com/%zz"}`), m365graph.ErrHostNotAllowed},
		"a foreign next link":   {replying(200, `{"value":[{"id":"b"}],"@odata.nextLink":"https://evil.example/d"}`), m365graph.ErrHostNotAllowed},
		"the same link again":   {deltaPage(`{"id":"b"}`, "?p2", ""), nil},
		"the round's own link":  {deltaPage(`{"id":"b"}`, "?old", ""), nil},
		"both links, no page 3": {deltaPage(`{"id":"b"}`, "?p3", "?d"), nil},
	} {
		w := tap(t, deltaPage(`{"id":"a"}`, "?p2", ""), tt.last, refusing(400, "BadRequest"))
		r := m365graph.Delta[item](setup(t, w), usersDelta, &m365graph.DeltaOptions{Cursor: deltaRoot + "?old"})
		got, err := told(t.Context(), r)
		wantLines(t, name, []string{"+a", "+b"}, got)
		if err == nil || tt.want != nil && !errors.Is(err, tt.want) || r.Cursor() != deltaRoot+"?old" {
			t.Errorf("%s: Round = %v, Cursor = %s, want %v and the old one", name, err, r.Cursor(), tt.want)
		}
		if n := len(w.requests()); n > 3 {
			t.Errorf("%s: %d requests", name, n)
		}
	}
}

// A link that leads elsewhere is no place: whoever saved it could never go on.
func TestAForeignLinkIsNoPlaceInARound(t *testing.T) {
	t.Parallel()
	w := tap(t, deltaPage(`{"id":"a"}`, "?2", ""),
		replying(200, `{"value":[{"id":"b"}],"@odata.nextLink":"https://evil.example/d"}`),
		deltaPage(`{"id":"b"}`, "", "?done"))
	r := m365graph.Delta[item](setup(t, w), usersDelta, nil)
	if _, err := told(t.Context(), r); !errors.Is(err, m365graph.ErrHostNotAllowed) || r.Place() != deltaRoot+"?2" {
		t.Fatalf("Round = %v with the place %q, want ErrHostNotAllowed and the page that led there", err, r.Place())
	}
	lines, err := told(t.Context(), r)
	if err != nil || len(lines) != 1 || r.Cursor() != deltaRoot+"?done" {
		t.Errorf("Round = %q, %v with the cursor %q, want it to go on", lines, err, r.Cursor())
	}

	for _, link := range []string{"nextLink", "deltaLink"} {
		w = tap(t, replying(200, `{"value":[{"id":"a"}],"@odata.`+link+`":"https://evil.example/d"}`), deltaPage(`{"id":"b"}`, "", "?done"))
		r = m365graph.Delta[item](setup(t, w), usersDelta, nil)
		if _, err := told(t.Context(), r); !errors.Is(err, m365graph.ErrHostNotAllowed) || r.Place() != "" {
			t.Fatalf("Round = %v with the place %q, want ErrHostNotAllowed and none", err, r.Place())
		}
		// "a" may have gone since.
		if lines, err := told(t.Context(), r); err != nil || len(lines) != 2 || !strings.HasPrefix(lines[0], "reset") {
			t.Errorf("Round after a foreign %s = %q, %v, want a reset and b", link, lines, err)
		}
	}
}

func TestDeltaFromNowOn(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		latest m365graph.DeltaLatest
		params map[string]string
		first  string
	}{
		{m365graph.LatestDirectory, nil, "?$select=id&$deltatoken=latest"},
		{m365graph.LatestDrive, map[string]string{"a": "b"}, "?$select=id&a=b&token=latest"},
	} {
		w := tap(t, deltaPage(``, "", "?now"), refusing(410, "resyncRequired"), refusing(400, "BadRequest"))
		q := &m365graph.Query{Select: []string{"id"}, Params: tt.params}
		r := m365graph.Delta[item](setup(t, w), usersDelta, &m365graph.DeltaOptions{Query: q, Latest: tt.latest})
		got, err := told(t.Context(), r)
		if len(got) != 0 || err != nil || r.Cursor() != deltaRoot+"?now" {
			t.Errorf("Latest %s: %v, %v, Cursor = %s, want an empty round", tt.latest, got, err, r.Cursor())
		}
		// What was missed cannot be told from now on: starting over means from
		// the beginning.
		if _, err := told(t.Context(), r); err == nil {
			t.Errorf("Latest %s: no error, want the server's", tt.latest)
		}
		all := strings.NewReplacer("&token=latest", "", "&$deltatoken=latest", "").Replace(tt.first)
		wantLines(t, "requests", []string{tt.first, "?now", all}, asked(w))
		if len(q.Params) != len(tt.params) {
			t.Errorf("Query.Params = %v, want it untouched", q.Params)
		}
	}
	w := tap(t, deltaPage(``, "", "?d"))
	c := setup(t, w)
	_, err := told(t.Context(), m365graph.Delta[item](c, usersDelta, &m365graph.DeltaOptions{Latest: "latest"}))
	if err == nil || len(w.requests()) != 0 {
		t.Errorf("an unknown Latest: %v after %d requests, want an error and 0", err, len(w.requests()))
	}
	_, err = told(t.Context(), m365graph.Delta[item](c, usersDelta, &m365graph.DeltaOptions{Latest: m365graph.LatestDrive, Cursor: deltaRoot + "?c"}))
	if err != nil {
		t.Errorf("Latest beside a Cursor: %v, want the cursor to count", err)
	}
}

func TestARoundFetchesAheadAndLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, c := delayed(t, tap(t, deltaPage(`{"id":"a"}`, "?p2", ""), deltaPage(`{"id":"b"}`, "?p3", ""), deltaPage(`{"id":"c"}`, "", "?d")))
		r := m365graph.Delta[item](c, usersDelta, &m365graph.DeltaOptions{Query: &m365graph.Query{Prefetch: true}})
		start := time.Now()
		for change, err := range r.Round(t.Context()) {
			if err = errors.Join(err, pause(t.Context(), aPageTakes)); err != nil {
				t.Fatal(err)
			}
			if change.ID == "b" {
				break
			}
		}
		if got, want := time.Since(start), 3*aPageTakes; got != want || s.open.Load() != 0 {
			t.Errorf("two pages took %v with %d open, want %v and 0", got, s.open.Load(), want)
		}
	})
}
