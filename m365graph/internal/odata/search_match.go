package odata

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// Match tells whether one of a property's values fits the term: by words, of
// which the last may end in an asterisk; by number; or by date, where the value
// is a time as in RFC 3339 and the term a day such as 2026-03-04, 03/04/2026,
// today or yesterday.
func (t Term) Match(values []string, now time.Time) bool {
	if t.Operator == "<>" {
		t.Operator = ":"
		return !t.Match(values, now)
	}
	return slices.ContainsFunc(values, func(v string) bool {
		if fits, ok := t.matchTime(v, now); ok {
			return fits
		}
		if fits, ok := t.matchNumber(v); ok {
			return fits
		}
		return (t.Operator == ":" || t.Operator == "=") && matchWords(v, t.Value)
	})
}

// period is the time that a day, a month or a moment takes, from start to
// before end.
type period struct{ start, end time.Time }

// matchTime compares times; !ok if the two are none.
func (t Term) matchTime(value string, now time.Time) (fits, ok bool) {
	at, err := time.Parse(time.RFC3339, value)
	if err != nil {
		return false, false
	}
	p, ok := parsePeriod(t.Value, now)
	if !ok {
		return false, false
	}
	switch t.Operator {
	case "<":
		return at.Before(p.start), true
	case "<=":
		return at.Before(p.end), true
	case ">":
		return !at.Before(p.end), true
	case ">=":
		return !at.Before(p.start), true
	case "..":
		last, ok := parsePeriod(t.To, now)
		return !at.Before(p.start) && at.Before(last.end), ok
	}
	return !at.Before(p.start) && at.Before(p.end), true
}

// parsePeriod reads a date, in the ways that people write it.
func parsePeriod(text string, now time.Time) (period, bool) {
	today := now.UTC().Truncate(24 * time.Hour)
	days := func(start time.Time, n int) period { return period{start, start.AddDate(0, 0, n)} }
	monday := today.AddDate(0, 0, -(int(today.Weekday())+6)%7)
	month := today.AddDate(0, 0, 1-today.Day())
	year := month.AddDate(0, 1-int(month.Month()), 0)
	switch strings.ToLower(text) {
	case "today":
		return days(today, 1), true
	case "yesterday":
		return days(today.AddDate(0, 0, -1), 1), true
	case "this week":
		return days(monday, 7), true
	case "last week":
		return days(monday.AddDate(0, 0, -7), 7), true
	case "this month":
		return period{month, month.AddDate(0, 1, 0)}, true
	case "last month":
		return period{month.AddDate(0, -1, 0), month}, true
	case "this year":
		return period{year, year.AddDate(1, 0, 0)}, true
	case "last year":
		return period{year.AddDate(-1, 0, 0), year}, true
	}
	for _, layout := range []string{time.DateOnly, "1/2/2006", "1-2-2006"} {
		if t, err := time.Parse(layout, text); err == nil {
			return days(t, 1), true
		}
	}
	for _, layout := range timeLayouts {
		if t, err := time.Parse(layout, text); err == nil {
			return period{t, t.Add(time.Second)}, true
		}
	}
	return period{}, false
}

// matchNumber compares numbers; !ok if the two are none.
func (t Term) matchNumber(value string) (fits, ok bool) {
	v, err := strconv.ParseFloat(value, 64)
	if err != nil {
		return false, false
	}
	from, err := strconv.ParseFloat(t.Value, 64)
	if err != nil {
		return false, false
	}
	switch t.Operator {
	case "<":
		return v < from, true
	case "<=":
		return v <= from, true
	case ">":
		return v > from, true
	case ">=":
		return v >= from, true
	case "..":
		to, err := strconv.ParseFloat(t.To, 64)
		return v >= from && v <= to, err == nil
	}
	return v == from, true
}

// matchWords finds words in text, side by side. The last one may be a prefix.
func matchWords(text, words string) bool {
	words, prefix := strings.CutSuffix(words, "*")
	want := splitWords(words)
	if len(want) == 0 {
		return prefix && text != ""
	}
	have := splitWords(text)
	for i := 0; i+len(want) <= len(have); i++ {
		if matchHere(have[i:], want, prefix) {
			return true
		}
	}
	return false
}

func matchHere(have, want []string, prefix bool) bool {
	for i, w := range want {
		fits := have[i] == w
		if prefix && i == len(want)-1 {
			fits = strings.HasPrefix(have[i], w)
		}
		if !fits {
			return false
		}
	}
	return true
}

// splitWords gives the runs of letters and digits, in lower case.
func splitWords(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '_' })
}

// MatchTokens tells whether a value holds all tokens of the term, in any order,
// by the rules of the directory: words end at spaces, symbols, digits and where
// lower case turns into upper case, and words joined by symbols are also one.
func (t Term) MatchTokens(value string) bool {
	have, want := tokens(value, true), tokens(t.Value, false)
	if len(want) == 0 {
		return value != "" && strings.Contains(strings.ToLower(value), strings.ToLower(t.Value))
	}
	for _, w := range want {
		if !slices.ContainsFunc(have, func(h string) bool { return strings.HasPrefix(h, w) }) {
			return false
		}
	}
	return true
}

// MatchPrefix tells whether a value begins with the term's.
func (t Term) MatchPrefix(value string) bool {
	return strings.HasPrefix(strings.ToLower(value), strings.ToLower(t.Value))
}

// tokens takes a text apart as the directory does; with joined it adds what
// words make that only symbols part.
func tokens(text string, joined bool) []string {
	var out []string
	for field := range strings.FieldsSeq(text) {
		var word, whole []rune
		words := 0
		end := func() {
			if len(word) > 0 {
				out = append(out, strings.ToLower(string(word)))
				word = nil
				words++
			}
		}
		var last rune
		symbols := false
		for _, r := range field {
			letter, digit := unicode.IsLetter(r) || unicode.IsMark(r), unicode.IsDigit(r)
			switch {
			case !letter && !digit:
				end()
				symbols = true
			case unicode.IsLower(last) && unicode.IsUpper(r), last != 0 && digit != unicode.IsDigit(last):
				end()
			}
			if letter || digit {
				word, whole = append(word, r), append(whole, r)
			}
			last = r
		}
		end()
		if joined && symbols && words > 1 {
			out = append(out, strings.ToLower(string(whole)))
		}
	}
	return out
}
