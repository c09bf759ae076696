package odata_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/m365go/sdk/m365graph/internal/odata"
)

// letter is a message to be searched.
var letter = map[string][]string{
	"":              {"Invoice 4711 for the plant", "ops@contoso.example", "The *total* is due on Friday."},
	"subject":       {"Invoice 4711 for the plant"},
	"from":          {"Operations", "ops@contoso.example"},
	"received":      {"2026-03-04T09:30:00Z"},
	"size":          {"2048"},
	"hasattachment": {"true"},
}

var searchNow = time.Date(2026, 3, 5, 8, 0, 0, 0, time.UTC)

func inLetter(t odata.Term) bool { return t.Match(letter[t.Property], searchNow) }

func TestKeywordSearchHolds(t *testing.T) {
	t.Parallel()
	for search, want := range map[string]bool{
		`"invoice"`:                           true,
		`invoice`:                             true,
		`invoice OR nothing`:                  true,
		`invoice nothing`:                     false,
		`"invoice" AND "subject:plant"`:       true,
		`"invoice" AND NOT "plant"`:           false,
		`NOT NOT "invoice"`:                   true,
		`("x" OR "y") AND "invoice"`:          false,
		`"x" OR "y" AND "z" OR "invoice"`:     true,
		`"invo"`:                              false,
		`"invo*"`:                             true,
		`"subject:inv*"`:                      true,
		`"*"`:                                 true,
		`"invoice plant"`:                     true,
		`"\"invoice plant\""`:                 false,
		`"\"for the plant\""`:                 true,
		`"subject:\"invoice 4711\" from:ops"`: true,
		`"subject:plant OR subject:x"`:        true,
		`"subject:(x OR plant) AND from:ops"`: true,
		`"from:(x OR y)"`:                     false,
		`"-plant"`:                            false,
		`"+plant -x"`:                         true,
		`"from:ops@contoso.example"`:          true,
		`"from:contoso.example"`:              true,
		`"from:example.contoso"`:              false,
		`"from<>ops"`:                         false,
		`"received:03/04/2026"`:               true,
		`"received:2026-03-04"`:               true,
		`"received=3/4/2026"`:                 true,
		`"received>=2026-03-04"`:              true,
		`"received>2026-03-04"`:               false,
		`"received<2026-03-04"`:               false,
		`"received<=2026-03-04"`:              true,
		`"received>2026-03-04T09:00:00Z"`:     true,
		`"received:2026-03-01..2026-03-04"`:   true,
		`"received:yesterday"`:                true,
		`"received:today"`:                    false,
		`"received:\"this week\""`:            true,
		`"received:\"last week\""`:            false,
		`"received:\"this month\""`:           true,
		`"received:\"last year\""`:            false,
		`"size:1..5000 AND size>2047"`:        true,
		`"size<2048"`:                         false,
		`"size>=2048 size<=2048 size=2048"`:   true,
		`"hasAttachment:true"`:                true,
		`"hasAttachment:false"`:               false,
		`"unknown:x"`:                         false,
		`"a and b"`:                           false,
		`"10:30"`:                             false,
	} {
		s, err := odata.ParseKeywordSearch(search)
		if err != nil {
			t.Errorf("ParseKeywordSearch(%s) = %v", search, err)
		} else if got := s.Holds(inLetter); got != want {
			t.Errorf("%s holds = %t, want %t", search, got, want)
		}
	}
	if s, err := odata.ParseKeywords(" "); err != nil || !s.Holds(inLetter) || len(s.Terms) != 0 {
		t.Errorf("ParseKeywords of nothing = %v, %v, want all", s, err)
	}
}

func TestDirectorySearchMatchesTokens(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		search, value string
		want          bool
	}{
		{"hello", "hello world", true},
		{"world hello", "Hello World", true},
		{"ello", "hello world", false},
		{"wor", "hello world", true},
		{"HelloWorld", "world hello", true},
		{"helloworld", "hello-world", true},
		{"helloworld", "hello.world", true},
		{"helloworld", "hello world", false},
		{"hello", "HELLOworld", true},
		{"world", "HELLOworld", false},
		{"world", "HelloWORld", true},
		{"123", "hello123world", true},
		{"hello123", "world 123 hello", true},
		{"David)", "李四(David Li)", true},
		{"(李四", "李四(David Li)", true},
		{"Li 李", "李四(David Li)", true},
		{"Li Wu", "李四(David Li)", false},
		{"(", "a (b)", true},
		{"(", "a b", false},
		{"", "", false},
	} {
		if got := (odata.Term{Value: tt.search}).MatchTokens(tt.value); got != tt.want {
			t.Errorf("%q in %q = %t, want %t", tt.search, tt.value, got, tt.want)
		}
	}
	s, err := odata.ParseSearch(`"displayName: one" AND ("mail:A" OR "mail:b")`)
	if err != nil || fmt.Sprint(s.Terms) != "[{displayname : one } {mail : A } {mail : b }]" {
		t.Errorf("terms = %v, %v", s, err)
	}
	if !(odata.Term{Value: "OPS@"}).MatchPrefix("ops@contoso.example") {
		t.Error("a prefix is not found without regard to case")
	}
}

func TestSearchIsRefused(t *testing.T) {
	t.Parallel()
	for search, want := range map[string]string{
		"from:ops":                       "character ':' is not valid at position 4 in 'from:ops'",
		"a1":                             "character '1' is not valid at position 1",
		"":                               "Expression expected at position 0",
		`"x`:                             "unterminated string literal at position 0",
		`""`:                             "Empty phrase",
		`"a\b"`:                          "Invalid escape sequence at position 2",
		`"a" AND`:                        "Syntax error at position 7",
		`OR "a"`:                         "Syntax error at position 0",
		`("a"`:                           "Syntax error at position 4",
		`"a")`:                           "Syntax error at position 3",
		`"(a"`:                           "Syntax error at position 2",
		`"from:(a"`:                      "Syntax error at position 7",
		strings.Repeat("(", 200) + `"a"`: "recursion limit",
	} {
		if _, err := odata.ParseKeywordSearch(search); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("ParseKeywordSearch(%s) = %v, want an error with %q", search, err, want)
		}
	}
	for _, search := range []string{`"one"`, `":one"`, `one`} {
		if _, err := odata.ParseSearch(search); err == nil {
			t.Errorf("ParseSearch(%s) succeeded, want an error: no property", search)
		}
	}
}

func FuzzSearch(f *testing.F) {
	for _, seed := range []string{`"a" AND ("b:c" OR NOT "d")`, `"subject:\"x y\" from:(a OR b) -c size:1..2"`, `a`, `"received>=2026-03-04"`, `"((("`, `"x:("`, `"\\"`, `-"`, "\"\xff\""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, search string) {
		_, _ = odata.ParseSearch(search)
		if s, err := odata.ParseKeywords(search); err == nil {
			s.Holds(inLetter)
			for _, term := range s.Terms {
				term.MatchTokens(search)
			}
		}
		if s, err := odata.ParseKeywordSearch(search); err == nil {
			s.Holds(inLetter)
		}
	})
}
