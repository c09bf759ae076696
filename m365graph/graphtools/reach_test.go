package graphtools

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestPathsOfAreasLeadNowhereElse(t *testing.T) {
	t.Parallel()
	for _, s := range targets {
		for _, path := range slices.Concat(s.paths, s.expand) {
			head, _, _ := strings.Cut(path, "/")
			if slices.Contains(elsewhere, head) || strings.ToLower(path) != path {
				t.Errorf("%s looks into %s, want nothing of elsewhere and lower case", s.pattern, path)
			}
		}
	}
	if !slices.IsSorted(elsewhere) {
		t.Error("elsewhere is out of order")
	}
}

// FuzzCheckExpression looks for an expression that passes although a path in it
// begins with a name of elsewhere. It reads texts in quotes away and the rest
// more coarsely than the policy does.
func FuzzCheckExpression(f *testing.F) {
	for _, seed := range []string{
		"displayName eq 'a'", "not (otherMails/any(m:m eq 'a'))", "messages/any(m:contains(m/subject,'x'))", "mailboxSettings/userPurpose eq 'x'",
		"a eq 'it''s' or drive/id eq 'x'", "otherMails/any(m:m/drive/id)", "displayName desc,manager/mail", "x eq 'messages/a'", "'", "()", "1/messages/a",
	} {
		f.Add(seed)
	}
	people := targets[0].target
	text := regexp.MustCompile(`'(?:[^']|'')*'`)
	path := regexp.MustCompile(`(?i)(?:^|[^a-z0-9_./-])(` + strings.Join(elsewhere, "|") + `)\s*[/(]`)
	f.Fuzz(func(t *testing.T, s string) {
		if people.checkExpression("$filter", s) != nil {
			return
		}
		if m := path.FindString(text.ReplaceAllString(s, "''")); m != "" {
			t.Fatalf("%q passes although it holds %q", s, m)
		}
	})
}
