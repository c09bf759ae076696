package m365graph_test

import (
	"errors"
	"testing"

	"github.com/m365go/sdk/m365graph"
	"github.com/m365go/sdk/m365graph/graphtest"
)

// gone refuses a cursor; location is what follows deltaRoot, or a whole link.
func gone(code, location string) graphtest.Fault {
	switch {
	case location == "":
		return refusing(410, code)
	case location[0] == '?':
		location = deltaRoot + location
	}
	return refusing(410, code, "Location", location)
}

// Whatever Graph says with a refused cursor, the consumer is told before the
// first item comes again, and the collection is read from one place or the other.
func TestARefusedCursorStartsOver(t *testing.T) {
	t.Parallel()
	whole := func() graphtest.Fault { return deltaPage(`{"id":"a"},{"id":"b"}`, "", "?new") }
	for name, tt := range map[string]struct {
		refusal graphtest.Fault
		anew    graphtest.Fault // what the Location ?anew answers
		told    []string
		asked   []string
	}{
		"a link": {gone("resyncRequired", "?anew"), whole(),
			[]string{"reset resyncRequired", "+a", "+b"}, []string{"?old", "?anew"}},
		"server wins": {gone("resyncChangesApplyDifferences", "?anew"), whole(),
			[]string{"reset resyncChangesApplyDifferences", "+a", "+b"}, []string{"?old", "?anew"}},
		"local ones are kept": {gone("ResyncChangesUploadDifferences", "?anew"), whole(),
			[]string{"reset ResyncChangesUploadDifferences keep", "+a", "+b"}, []string{"?old", "?anew"}},
		"the mode is nested": {
			replying(410, `{"error":{"code":"resyncRequired","innerError":{"code":"resyncChangesUploadDifferences"}}}`, "Location", deltaRoot+"?anew"), whole(),
			[]string{"reset resyncRequired keep", "+a", "+b"}, []string{"?old", "?anew"}},
		"no link": {gone("SyncStateNotFound", ""), graphtest.Fault{},
			[]string{"reset SyncStateNotFound", "+a", "+b"}, []string{"?old", ""}},
		"another status": {refusing(400, "syncStateNotFound"), graphtest.Fault{},
			[]string{"reset syncStateNotFound", "+a", "+b"}, []string{"?old", ""}},
		"no code": {replying(410, ""), graphtest.Fault{},
			[]string{"reset", "+a", "+b"}, []string{"?old", ""}},
		"a foreign link": {gone("resyncRequired", "https://evil.example/x"), graphtest.Fault{},
			[]string{"reset resyncRequired", "+a", "+b"}, []string{"?old", ""}},
		"a plain link": {gone("resyncRequired", "http://graph.microsoft.com/v1.0/users/delta?anew"), whole(),
			[]string{"reset resyncRequired", "+a", "+b"}, []string{"?old", ""}},
		"an unreadable link": {gone("resyncRequired", "https://graph.microsoft.com/%zz"), graphtest.Fault{},
			[]string{"reset resyncRequired", "+a", "+b"}, []string{"?old", ""}},
		"a link that is no more": {gone("resyncChangesUploadDifferences", "?anew"), refusing(404, "itemNotFound"),
			[]string{"reset resyncChangesUploadDifferences keep", "reset resyncChangesUploadDifferences keep", "+a", "+b"}, []string{"?old", "?anew", ""}},
		"a malformed link": {gone("resyncRequired", "?anew"), refusing(400, "invalidRequest"),
			[]string{"reset resyncRequired", "reset resyncRequired", "+a", "+b"}, []string{"?old", "?anew", ""}},
		"a link that is refused too": {gone("resyncChangesUploadDifferences", "?anew"), gone("resyncRequired", "?anew"),
			[]string{"reset resyncChangesUploadDifferences keep", "reset resyncRequired keep", "+a", "+b"}, []string{"?old", "?anew", ""}},
		"the old link": {gone("resyncRequired", "?old"), graphtest.Fault{},
			[]string{"reset resyncRequired", "reset resyncRequired", "+a", "+b"}, []string{"?old", "?old", ""}},
	} {
		w := script{"?old": {tt.refusal}, "?anew": {tt.anew}, "": {whole()}}.tap(t, tt.asked...)
		r := m365graph.Delta[item](setup(t, w), usersDelta, &m365graph.DeltaOptions{Cursor: deltaRoot + "?old"})
		got, err := told(t.Context(), r)
		wantLines(t, name, tt.told, got)
		wantLines(t, name+": requests", tt.asked, asked(w))
		if err != nil || r.Cursor() != deltaRoot+"?new" {
			t.Errorf("%s: Round = %v, Cursor = %s", name, err, r.Cursor())
		}
	}
}

func TestARoundStartsOverInItsMiddle(t *testing.T) {
	t.Parallel()
	links := []string{"", "?p2", "?r", "?r2", "?s", "?s2", ""}
	w := script{
		"":    {deltaPage(`{"id":"a"}`, "?p2", ""), deltaPage(`{"id":"b"}`, "", "?d")},
		"?p2": {gone("resyncRequired", "?r")},
		"?r":  {deltaPage(`{"id":"a"}`, "?r2", "")},
		"?r2": {gone("resyncRequired", "?s")},
		"?s":  {deltaPage(``, "?s2", "")},
		"?s2": {gone("resyncRequired", "")},
	}.tap(t, links...)
	r := m365graph.Delta[item](setup(t, w), usersDelta, nil)
	got, err := told(t.Context(), r)
	wantLines(t, "the round", []string{"+a", "reset resyncRequired", "+a", "reset resyncRequired", "reset resyncRequired", "+b"}, got)
	wantLines(t, "requests", links, asked(w))
	if err != nil || r.Cursor() != deltaRoot+"?d" {
		t.Errorf("Round = %v, Cursor = %s", err, r.Cursor())
	}
}

func TestStartingOverEnds(t *testing.T) {
	t.Parallel()
	refused := gone("resyncRequired", "?p2")
	for name, tt := range map[string]struct {
		pages  script
		cursor string
		want   []string // requests
		err    error
	}{
		"at the beginning":    {script{"": {refused}}, "", []string{""}, m365graph.ErrResync},
		"everything refused":  {script{"": {refused}, "?p2": {refused}, "?old": {refused}}, deltaRoot + "?old", []string{"?old", "?p2", ""}, m365graph.ErrResync},
		"a page, and refused": {script{"": {deltaPage(`{"id":"a"}`, "?p3", "")}, "?p3": {gone("resyncRequired", "")}}, "", []string{"", "?p3", "", "?p3", "", "?p3", "", "?p3"}, m365graph.ErrResync},
		"no access":           {script{"?old": {refused}, "?p2": {refusing(403, "Forbidden")}}, deltaRoot + "?old", []string{"?old", "?p2"}, m365graph.ErrForbidden},
		"a page, not found": {script{"?old": {refused}, "?p2": {deltaPage(`{"id":"a"}`, "?p3", "")}, "?p3": {refusing(404, "itemNotFound")}},
			deltaRoot + "?old", []string{"?old", "?p2", "?p3"}, m365graph.ErrNotFound},
		"not found": {script{"?old": {refusing(404, "itemNotFound")}}, deltaRoot + "?old", []string{"?old"}, m365graph.ErrNotFound},
	} {
		w := tt.pages.tap(t, tt.want...)
		r := m365graph.Delta[item](setup(t, w), usersDelta, &m365graph.DeltaOptions{Cursor: tt.cursor})
		_, err := told(t.Context(), r)
		if !errors.Is(err, tt.err) || r.Cursor() != tt.cursor {
			t.Errorf("%s: Round = %v, Cursor = %q, want %v and the old one", name, err, r.Cursor(), tt.err)
		}
		wantLines(t, name, tt.want, asked(w))
	}
}

// A round that starts over counts as a whole: whoever notes what it lists may not
// miss its first half.
func TestABrokenResetIsToldAgain(t *testing.T) {
	t.Parallel()
	pages := func() script {
		return script{
			"?old": {gone("resyncChangesUploadDifferences", "?r")},
			"?r":   {deltaPage(`{"id":"a"}`, "?r2", "")},
			"?r2":  {refusing(403, "Forbidden")},
			"":     {deltaPage(`{"id":"a"},{"id":"b"}`, "", "?new")},
		}
	}
	reset := "reset resyncChangesUploadDifferences keep"
	for leave, links := range map[string][]string{reset: {"?old", ""}, "+a": {"?old", "?r", ""}, "an error": {"?old", "?r", "?r2", ""}} {
		w := pages().tap(t, links...)
		w.fail(t, refusing(400, "BadRequest"))
		r := m365graph.Delta[item](setup(t, w), usersDelta, &m365graph.DeltaOptions{Cursor: deltaRoot + "?old"})
		for change, err := range r.Round(t.Context()) {
			if leave == reset || leave == "+a" && change.ID == "a" {
				break
			}
			if err != nil && leave != "an error" {
				t.Errorf("left at %s: %v", leave, err)
			}
		}
		if r.Cursor() != deltaRoot+"?old" || r.Place() != r.Cursor() {
			t.Errorf("left at %s: Cursor = %s, Place = %s, want the old one", leave, r.Cursor(), r.Place())
		}
		got, err := told(t.Context(), r)
		wantLines(t, "left at "+leave, []string{reset, "+a", "+b"}, got)
		if err != nil || r.Cursor() != deltaRoot+"?new" {
			t.Errorf("left at %s: %v, Cursor = %s", leave, err, r.Cursor())
		}
		if got, err := told(t.Context(), r); err == nil || len(got) != 0 {
			t.Errorf("the round behind it = %v, %v, want the server's error and no reset", got, err)
		}
	}
}

// The beginning of a collection cannot be returned to, so who was told of a part
// of it is told that it begins again; who was told of nothing, or of all of the
// first page, is not.
func TestABrokenBeginningIsToldAgain(t *testing.T) {
	t.Parallel()
	whole := func() graphtest.Fault { return deltaPage(`{"id":"a"},{"id":"b"}`, "", "?new") }
	for name, tt := range map[string]struct {
		pages  []graphtest.Fault
		latest m365graph.DeltaLatest
		leave  int // after so many changes
		want   []string
	}{
		"in the first page": {[]graphtest.Fault{deltaPage(`{"id":"x"}`, "?p2", ""), whole()}, "", 1, []string{"reset", "+a", "+b"}},
		"before it":         {[]graphtest.Fault{refusing(403, "Forbidden"), whole()}, "", 1, []string{"+a", "+b"}},
		"behind it":         {[]graphtest.Fault{deltaPage(`{"id":"x"}`, "?p2", ""), whole(), whole()}, "", 2, []string{"+a", "+b"}},
		"of now": {[]graphtest.Fault{deltaPage(`{"id":"x"}`, "?p2", ""), whole()},
			m365graph.LatestDrive, 1, []string{"+a", "+b"}},
		"of a reset": {[]graphtest.Fault{deltaPage(`{"id":"x"}`, "?p2", ""), gone("resyncChangesUploadDifferences", ""), deltaPage(`{"id":"y"}`, "?p3", ""), whole()},
			"", 3, []string{"reset resyncChangesUploadDifferences keep", "+a", "+b"}},
	} {
		r := m365graph.Delta[item](setup(t, tap(t, tt.pages...)), usersDelta, &m365graph.DeltaOptions{Latest: tt.latest})
		n := 0
		for _, err := range r.Round(t.Context()) {
			if n++; n == tt.leave || err != nil {
				break
			}
		}
		got, err := told(t.Context(), r)
		wantLines(t, "left "+name, tt.want, got)
		if err != nil || r.Cursor() != deltaRoot+"?new" {
			t.Errorf("left %s: %v, Cursor = %s", name, err, r.Cursor())
		}
	}
}

// A content host's links are as good as tokens, and an error keeps none.
func TestARefusalNamesWhereToStartOver(t *testing.T) {
	t.Parallel()
	const link = "https://contoso.sharepoint.com/dl?tempauth=" + canary
	for name, tt := range map[string]struct {
		answers []graphtest.Fault
		want    string
	}{
		"Graph's":          {[]graphtest.Fault{gone("resyncRequired", "?r")}, deltaRoot + "?r"},
		"of another error": {[]graphtest.Fault{refusing(404, "itemNotFound", "Location", link)}, ""},
		"a content host's": {[]graphtest.Fault{replying(302, "", "Location", link), gone("resyncRequired", link)}, ""},
	} {
		_, err := setup(t, tap(t, tt.answers...)).Download(t.Context(), m365graph.P("me", "x", "content"), nil)
		refused, ok := errors.AsType[*m365graph.Error](err)
		if !ok || refused.Location != tt.want {
			t.Errorf("%s: %v, Location = %q, want %q", name, err, refused.Location, tt.want)
		}
	}
}
