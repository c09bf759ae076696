package m365graph_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/m365go/sdk/m365graph"
)

const deltaRoot = "https://graph.microsoft.com/v1.0/users/delta"

var usersDelta = m365graph.P("users", "delta")

// script answers each URL with what is written for it, once each in turn; the
// last stays.
type script map[string][]*http.Response

func (s script) wire(t *testing.T) *wire {
	return &wire{answer: func(_ int, req *http.Request) (*http.Response, error) {
		answers := s[req.URL.String()]
		if len(answers) == 0 {
			return graphError(400, "BadRequest"), nil
		}
		answer := answers[0]
		if len(answers) > 1 {
			s[req.URL.String()] = answers[1:]
			return answer, nil
		}
		return copyOf(t, answer), nil
	}}
}

// deltaPage is a page of a round; next and delta are empty or what follows
// deltaRoot in a link.
func deltaPage(items, next, delta string) *http.Response {
	body := `{"value":[` + items + `]`
	if next != "" {
		body += `,"@odata.nextLink":"` + deltaRoot + next + `"`
	}
	if delta != "" {
		body += `,"@odata.deltaLink":"` + deltaRoot + delta + `"`
	}
	return reply(200, body+`}`)
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
func asked(w *wire) (links []string) {
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
	w := script{deltaRoot: {deltaPage(`{"id":"a"},null,{"id":"b","@removed":{"reason":"changed"}},{"id":"c","@removed":{"reason":"deleted"}},
		{"id":"d","deleted":{"state":"softDeleted"}},{"id":"e","deleted":{}},{"id":"f","deleted":null,"@removed":null},
		{"id":"g","deleted":false},{"id":"h","deleted":"2026-01-01"},{"id":"a"},{"x":1},{"id":"i","@removed":{"reason":7}}`, "", "?a=1")}}.wire(t)
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
	w := script{
		deltaRoot + "?$select=id": {deltaPage(`{"id":"a"}`, next, "")},
		deltaRoot + next:          {deltaPage(``, "", delta)},
		deltaRoot + delta:         {deltaPage(``, "", delta), deltaPage(`{"id":"b"}`, "", delta)},
	}.wire(t)
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
	pages := func() *wire {
		return script{
			deltaRoot + "?old": {deltaPage(`{"id":"a"},{"id":"b"}`, "?p2", "")},
			deltaRoot + "?p2":  {deltaPage(`{"id":"c"},{"id":"d"}`, "", "?new")},
		}.wire(t)
	}
	for leave := 1; leave <= 4; leave++ {
		for _, prefetch := range []bool{false, true} {
			opts := &m365graph.DeltaOptions{Cursor: deltaRoot + "?old", Query: &m365graph.Query{Prefetch: prefetch}}
			c := setup(t, pages())
			r := m365graph.Delta[item](c, usersDelta, opts)
			n := 0
			for _, err := range r.Round(t.Context()) {
				if err != nil {
					t.Fatal(err)
				}
				if n++; n == leave {
					break
				}
			}
			place, want := "?old", []string{"+a", "+b", "+c", "+d"}
			if leave > 2 {
				place, want = "?p2", want[2:]
			}
			if r.Cursor() != opts.Cursor || r.Place() != deltaRoot+place {
				t.Errorf("left after %d: Cursor = %s, Place = %s, want ?old and %s", leave, r.Cursor(), r.Place(), place)
			}
			saved := m365graph.Delta[item](c, usersDelta, &m365graph.DeltaOptions{Cursor: r.Place()})
			for name, r := range map[string]*m365graph.DeltaReader[item]{"the same reader": r, "a later one": saved} {
				got, err := told(t.Context(), r)
				wantLines(t, fmt.Sprintf("left after %d, %s", leave, name), want, got)
				if err != nil || r.Cursor() != deltaRoot+"?new" {
					t.Errorf("left after %d, %s: %v, Cursor = %s", leave, name, err, r.Cursor())
				}
			}
		}
	}
}

func TestARoundGoesOnAfterAnError(t *testing.T) {
	t.Parallel()
	w := script{
		deltaRoot:         {deltaPage(`{"id":"a"}`, "?p2", "")},
		deltaRoot + "?p2": {graphError(403, "Forbidden"), deltaPage(`{"id":[]}`, "", "?d"), deltaPage(`{"id":"b"}`, "", "?d")},
	}.wire(t)
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
		last *http.Response
		want error
	}{
		"no link":               {reply(200, `{"value":[{"id":"b"}]}`), nil},
		"a foreign delta link":  {reply(200, `{"value":[{"id":"b"}],"@odata.deltaLink":"https://evil.example/d"}`), m365graph.ErrHostNotAllowed},
		"an unreadable one":     {reply(200, `{"value":[{"id":"b"}],"@odata.deltaLink":"https://graph.microsoft.com/%zz"}`), m365graph.ErrHostNotAllowed},
		"a foreign next link":   {reply(200, `{"value":[{"id":"b"}],"@odata.nextLink":"https://evil.example/d"}`), m365graph.ErrHostNotAllowed},
		"the same link again":   {deltaPage(`{"id":"b"}`, "?p2", ""), nil},
		"the round's own link":  {deltaPage(`{"id":"b"}`, "?old", ""), nil},
		"both links, no page 3": {deltaPage(`{"id":"b"}`, "?p3", "?d"), nil},
	} {
		w := script{deltaRoot + "?old": {deltaPage(`{"id":"a"}`, "?p2", "")}, deltaRoot + "?p2": {tt.last}}.wire(t)
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
	w := script{
		deltaRoot: {deltaPage(`{"id":"a"}`, "?2", "")},
		deltaRoot + "?2": {
			reply(200, `{"value":[{"id":"b"}],"@odata.nextLink":"https://evil.example/d"}`),
			deltaPage(`{"id":"b"}`, "", "?done"),
		},
	}.wire(t)
	r := m365graph.Delta[item](setup(t, w), usersDelta, nil)
	if _, err := told(t.Context(), r); !errors.Is(err, m365graph.ErrHostNotAllowed) || r.Place() != deltaRoot+"?2" {
		t.Fatalf("Round = %v with the place %q, want ErrHostNotAllowed and the page that led there", err, r.Place())
	}
	lines, err := told(t.Context(), r)
	if err != nil || len(lines) != 1 || r.Cursor() != deltaRoot+"?done" {
		t.Errorf("Round = %q, %v with the cursor %q, want it to go on", lines, err, r.Cursor())
	}

	for _, link := range []string{"nextLink", "deltaLink"} {
		w = script{deltaRoot: {
			reply(200, `{"value":[{"id":"a"}],"@odata.`+link+`":"https://evil.example/d"}`),
			deltaPage(`{"id":"b"}`, "", "?done"),
		}}.wire(t)
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
		w := script{
			deltaRoot + tt.first: {deltaPage(``, "", "?now")},
			deltaRoot + "?now":   {graphError(410, "resyncRequired")},
		}.wire(t)
		q := &m365graph.Query{Select: []string{"id"}, Params: tt.params}
		r := m365graph.Delta[item](setup(t, w), usersDelta, &m365graph.DeltaOptions{Query: q, Latest: tt.latest})
		got, err := told(t.Context(), r)
		if len(got) != 0 || err != nil || r.Cursor() != deltaRoot+"?now" {
			t.Errorf("Latest %s: %v, %v, Cursor = %s, want an empty round", tt.latest, got, err, r.Cursor())
		}
		// What was missed cannot be told from now on: starting over means from
		// the beginning.
		if _, err := told(t.Context(), r); err == nil {
			t.Errorf("Latest %s: no error, want the script's", tt.latest)
		}
		all := strings.NewReplacer("&token=latest", "", "&$deltatoken=latest", "").Replace(tt.first)
		wantLines(t, "requests", []string{tt.first, "?now", all}, asked(w))
		if len(q.Params) != len(tt.params) {
			t.Errorf("Query.Params = %v, want it untouched", q.Params)
		}
	}
	w := script{deltaRoot + "?c": {deltaPage(``, "", "?d")}}.wire(t)
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
		s := &slowWire{wire: script{
			deltaRoot:         {deltaPage(`{"id":"a"}`, "?p2", "")},
			deltaRoot + "?p2": {deltaPage(`{"id":"b"}`, "?p3", "")},
			deltaRoot + "?p3": {deltaPage(`{"id":"c"}`, "", "?d")},
		}.wire(t)}
		c := setup(t, s.wire, func(o *m365graph.Options) { o.HTTPClient = &http.Client{Transport: s} })
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
