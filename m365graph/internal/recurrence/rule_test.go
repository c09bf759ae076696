package recurrence

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// recurrence is what Graph keeps in one object.
type recurrence struct {
	Pattern Pattern
	Range   Range
}

// dates lists a rule's occurrences between two dates, both included.
func dates(t *testing.T, p recurrence, from, to string) []string {
	t.Helper()
	r, err := New(p.Pattern, p.Range, 0)
	if err != nil {
		t.Fatalf("New(%+v) error = %v", p, err)
	}
	var got []string
	for _, d := range r.Days(mustDay(t, from), mustDay(t, to)) {
		got = append(got, time.Unix(int64(d)*86400, 0).UTC().Format("Mon 2006-01-02"))
	}
	return got
}

func mustDay(t *testing.T, s string) Day {
	t.Helper()
	d, err := ParseDay(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestRuleNamesTheDaysOutlookWould(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		pattern  Pattern
		rng      Range
		from, to string
		want     []string
	}{
		{
			"every third day", Pattern{Type: "daily", Interval: 3},
			Range{Type: "noEnd", StartDate: "2026-02-26"}, "2026-02-01", "2026-03-06",
			[]string{"Thu 2026-02-26", "Sun 2026-03-01", "Wed 2026-03-04"},
		},
		{
			"the sample of Microsoft's page: Mondays to the end of the year", Pattern{Type: "weekly", Interval: 1, DaysOfWeek: []string{"Monday"}},
			Range{Type: "endDate", StartDate: "2017-09-04", EndDate: "2017-12-31"}, "2017-12-10", "2018-02-01",
			[]string{"Mon 2017-12-11", "Mon 2017-12-18", "Mon 2017-12-25"},
		},
		{
			"every other week, weeks beginning on Sunday", Pattern{Type: "weekly", Interval: 2, DaysOfWeek: []string{"sunday", "tuesday"}},
			Range{Type: "numbered", StartDate: "2026-03-03", NumberOfOccurrences: 4}, "2026-01-01", "2026-12-31",
			[]string{"Tue 2026-03-03", "Sun 2026-03-15", "Tue 2026-03-17", "Sun 2026-03-29"},
		},
		{
			"the same, weeks beginning on Monday", Pattern{Type: "weekly", Interval: 2, DaysOfWeek: []string{"sunday", "tuesday"}, FirstDayOfWeek: "monday"},
			Range{Type: "numbered", StartDate: "2026-03-03", NumberOfOccurrences: 4}, "2026-01-01", "2026-12-31",
			[]string{"Tue 2026-03-03", "Sun 2026-03-08", "Tue 2026-03-17", "Sun 2026-03-22"},
		},
		{
			"the 31st is the last day of a shorter month", Pattern{Type: "absoluteMonthly", Interval: 1, DayOfMonth: 31},
			Range{Type: "noEnd", StartDate: "2027-12-31"}, "2028-01-01", "2028-04-30",
			[]string{"Mon 2028-01-31", "Tue 2028-02-29", "Fri 2028-03-31", "Sun 2028-04-30"},
		},
		{
			"a first month whose day is over does not count", Pattern{Type: "absoluteMonthly", Interval: 2, DayOfMonth: 10},
			Range{Type: "numbered", StartDate: "2026-01-15", NumberOfOccurrences: 2}, "2026-01-01", "2026-12-31",
			[]string{"Tue 2026-03-10", "Sun 2026-05-10"},
		},
		{
			"second of Thursdays and Fridays every third month", Pattern{Type: "relativeMonthly", Interval: 3, DaysOfWeek: []string{"thursday", "friday"}, Index: "second"},
			Range{Type: "noEnd", StartDate: "2026-01-01"}, "2026-01-01", "2026-07-31",
			[]string{"Fri 2026-01-02", "Fri 2026-04-03", "Fri 2026-07-03"},
		},
		{
			"last working day", Pattern{Type: "relativeMonthly", Interval: 1, Index: "last", DaysOfWeek: []string{"monday", "tuesday", "wednesday", "thursday", "friday"}},
			Range{Type: "noEnd", StartDate: "2026-01-01"}, "2026-01-01", "2026-03-31",
			[]string{"Fri 2026-01-30", "Fri 2026-02-27", "Tue 2026-03-31"},
		},
		{
			"first by default", Pattern{Type: "relativeMonthly", Interval: 1, DaysOfWeek: []string{"monday"}},
			Range{Type: "noEnd", StartDate: "2026-01-01"}, "2026-01-01", "2026-02-28",
			[]string{"Mon 2026-01-05", "Mon 2026-02-02"},
		},
		{
			"29 February", Pattern{Type: "absoluteYearly", Interval: 1, DayOfMonth: 29, Month: 2},
			Range{Type: "noEnd", StartDate: "2024-02-29"}, "2024-01-01", "2028-12-31",
			[]string{"Thu 2024-02-29", "Fri 2025-02-28", "Sat 2026-02-28", "Sun 2027-02-28", "Tue 2028-02-29"},
		},
		{
			"fourth Thursday of November every other year", Pattern{Type: "relativeYearly", Interval: 2, DaysOfWeek: []string{"thursday"}, Index: "fourth", Month: 11},
			Range{Type: "noEnd", StartDate: "2026-12-01"}, "2026-01-01", "2031-01-01",
			[]string{"Thu 2028-11-23", "Thu 2030-11-28"},
		},
		{
			"the end of time", Pattern{Type: "daily", Interval: 1},
			Range{Type: "noEnd", StartDate: "2026-01-01"}, "9999-12-30", "9999-12-31",
			[]string{"Thu 9999-12-30", "Fri 9999-12-31"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := dates(t, recurrence{test.pattern, test.rng}, test.from, test.to)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("days (-want +got):\n%s", diff)
			}
		})
	}
}

func TestRuleRefusesWhatGraphRefuses(t *testing.T) {
	t.Parallel()
	open := Range{Type: "noEnd", StartDate: "2026-01-01"}
	daily := Pattern{Type: "daily", Interval: 1}
	tests := []struct {
		pattern Pattern
		rng     Range
		want    string // in the error
	}{
		{Pattern{Type: "hourly"}, open, "pattern.type"},
		{Pattern{}, open, "pattern.type"},
		{Pattern{Type: "daily", Interval: -1}, open, "pattern.interval"},
		{Pattern{Type: "daily", Interval: 1 << 40}, open, "pattern.interval"},
		{Pattern{Type: "weekly"}, open, "pattern.daysOfWeek"},
		{Pattern{Type: "weekly", DaysOfWeek: []string{"moonday"}}, open, "moonday"},
		{Pattern{Type: "weekly", DaysOfWeek: []string{"monday"}, FirstDayOfWeek: "day"}, open, "pattern.firstDayOfWeek"},
		{Pattern{Type: "absoluteMonthly"}, open, "pattern.dayOfMonth"},
		{Pattern{Type: "absoluteMonthly", DayOfMonth: 32}, open, "pattern.dayOfMonth"},
		{Pattern{Type: "absoluteYearly", DayOfMonth: 3}, open, "pattern.month"},
		{Pattern{Type: "relativeYearly", DaysOfWeek: []string{"monday"}, Month: 13}, open, "pattern.month"},
		{Pattern{Type: "relativeMonthly"}, open, "pattern.daysOfWeek"},
		{Pattern{Type: "relativeMonthly", DaysOfWeek: []string{"monday"}, Index: "fifth"}, open, "pattern.index"},
		{daily, Range{StartDate: "2026-01-01"}, "range.type"},
		{daily, Range{Type: "noEnd", StartDate: "1/1/2026"}, "range.startDate"},
		{daily, Range{Type: "endDate", StartDate: "2026-01-01"}, "range.endDate"},
		{daily, Range{Type: "endDate", StartDate: "2026-01-02", EndDate: "2026-01-01"}, "range.endDate"},
		{daily, Range{Type: "numbered", StartDate: "2026-01-01"}, "range.numberOfOccurrences"},
	}
	for _, test := range tests {
		if _, err := New(test.pattern, test.rng, 0); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("New(%+v, %+v) error = %v, want one about %s", test.pattern, test.rng, err, test.want)
		}
	}
}

// oracle walks from the start of a series day by day and asks of each whether the pattern, read plainly, means it.
func oracle(p recurrence, from, to Day) (numbers []int, days []Day) {
	start, _ := ParseDay(p.Range.StartDate)
	end := to
	if p.Range.Type == "endDate" {
		last, _ := ParseDay(p.Range.EndDate)
		end = min(end, last)
	}
	n := 0
	for d := start; d <= end && (p.Range.Type != "numbered" || n < p.Range.NumberOfOccurrences); d++ {
		if !oracleMeans(p.Pattern, start, d) {
			continue
		}
		if d >= from {
			numbers, days = append(numbers, n), append(days, d)
		}
		n++
	}
	return numbers, days
}

func oracleMeans(p Pattern, start, d Day) bool {
	at := func(d Day) time.Time { return time.Unix(int64(d)*86400, 0).UTC() }
	listed := func(t time.Time) bool { return slices.Contains(p.DaysOfWeek, strings.ToLower(t.Weekday().String())) }
	s, t := at(start), at(d)
	months := (t.Year()-s.Year())*12 + int(t.Month()) - int(s.Month())
	switch p.Type {
	case "daily":
		return int(d-start)%p.Interval == 0
	case "weekly":
		monday := func(t time.Time) time.Time { // the first day of t's week
			for !strings.EqualFold(t.Weekday().String(), p.FirstDayOfWeek) {
				t = t.AddDate(0, 0, -1)
			}
			return t
		}
		weeks := int(monday(t).Sub(monday(s)).Hours()) / (7 * 24)
		return listed(t) && weeks%p.Interval == 0
	case "absoluteYearly", "relativeYearly":
		if int(t.Month()) != p.Month || (t.Year()-s.Year())%p.Interval != 0 {
			return false
		}
	default:
		if months%p.Interval != 0 {
			return false
		}
	}
	if strings.HasPrefix(p.Type, "absolute") {
		last := t.AddDate(0, 1, -t.Day()).Day()
		return t.Day() == p.DayOfMonth || p.DayOfMonth > last && t.Day() == last
	}
	var matching []int
	for u := t.AddDate(0, 0, 1-t.Day()); u.Month() == t.Month(); u = u.AddDate(0, 0, 1) {
		if listed(u) {
			matching = append(matching, u.Day())
		}
	}
	i := slices.Index([]string{"first", "second", "third", "fourth"}, p.Index)
	if i < 0 {
		i = len(matching) - 1
	}
	return matching[i] == t.Day()
}

// randomRecurrence makes any valid recurrence from 2020 on.
func randomRecurrence(r *rand.Rand) recurrence {
	names := []string{"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"}
	p := recurrence{
		Pattern{
			Type: patternKinds[r.IntN(6)], Interval: 1 + r.IntN(5), Month: 1 + r.IntN(12), DayOfMonth: 1 + r.IntN(31),
			FirstDayOfWeek: names[r.IntN(7)], Index: weekIndexes[r.IntN(5)],
		},
		Range{
			Type: []string{"noEnd", "endDate", "numbered"}[r.IntN(3)], NumberOfOccurrences: 1 + r.IntN(40),
		},
	}
	for _, i := range r.Perm(7)[:1+r.IntN(7)] {
		p.Pattern.DaysOfWeek = append(p.Pattern.DaysOfWeek, names[i])
	}
	start := time.Date(2020, 1, 1+r.IntN(1500), 0, 0, 0, 0, time.UTC)
	p.Range.StartDate = start.Format(time.DateOnly)
	p.Range.EndDate = start.AddDate(0, 0, r.IntN(2000)).Format(time.DateOnly)
	return p
}

func checkAgainstOracle(t *testing.T, seed uint64) {
	t.Helper()
	random := rand.New(rand.NewPCG(seed, 1))
	p := randomRecurrence(random)
	from := DayOf(2019, time.June, 1) + Day(random.IntN(3000))
	to := from + Day(random.IntN(800)) - 20
	r, err := New(p.Pattern, p.Range, 0)
	if err != nil {
		t.Fatalf("seed %d: New(%+v) error = %v", seed, p, err)
	}
	var numbers []int
	var days []Day
	for n, d := range r.Days(from, to) {
		numbers, days = append(numbers, n), append(days, d)
	}
	wantNumbers, wantDays := oracle(p, from, to)
	if !slices.Equal(days, wantDays) || !slices.Equal(numbers, wantNumbers) {
		t.Errorf("seed %d: %+v from %d to %d:\n got %v %v\nwant %v %v", seed, p, from, to, numbers, days, wantNumbers, wantDays)
	}
	for i, d := range days {
		if i > 0 && int(d-days[i-1]) < r.Gap() {
			t.Errorf("seed %d: %+v: %d and %d lie nearer than Gap() = %d", seed, p, days[i-1], d, r.Gap())
		}
	}
}

func TestRuleAgreesWithADayByDayReading(t *testing.T) {
	t.Parallel()
	for seed := range uint64(400) {
		checkAgainstOracle(t, seed)
	}
}

func FuzzRule(f *testing.F) {
	for seed := range uint64(8) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) { checkAgainstOracle(t, seed) })
}

// FuzzHostileRecurrence gives New whatever a client could send, and asks that a far, wide window ends.
func FuzzHostileRecurrence(f *testing.F) {
	f.Add("weekly", 1, 0, 0, "monday", "", "numbered", "2026-01-01", "", 1<<40)
	f.Add("absoluteYearly", 9999, 31, 2, "", "last", "endDate", "0001-01-01", "9999-12-31", 0)
	f.Add("relativeMonthly", 1, 0, 0, "sunday", "last", "noEnd", "9999-12-31", "", 0)
	f.Fuzz(func(t *testing.T, kind string, interval, dom, month int, weekday, index, rng, start, end string, count int) {
		p := recurrence{
			Pattern{Type: kind, Interval: interval, DayOfMonth: dom, Month: month, DaysOfWeek: []string{weekday}, Index: index},
			Range{Type: rng, StartDate: start, EndDate: end, NumberOfOccurrences: count},
		}
		r, err := New(p.Pattern, p.Range, 0)
		if err != nil {
			return
		}
		from := DayOf(9990, time.January, 1)
		previous, n := from-1, 0
		for _, d := range r.Days(from, LastDay) {
			if d <= previous || d > LastDay {
				t.Fatalf("%+v: %d follows %d", p, d, previous)
			}
			previous = d
			n++
		}
		if n > 3660 {
			t.Fatalf("%+v: %d occurrences in ten years", p, n)
		}
	})
}

func BenchmarkRuleFarFromItsStart(b *testing.B) {
	p := recurrence{
		Pattern{Type: "weekly", Interval: 1, DaysOfWeek: []string{"monday", "friday"}},
		Range{Type: "noEnd", StartDate: "1970-01-01"},
	}
	r, err := New(p.Pattern, p.Range, 0)
	if err != nil {
		b.Fatal(err)
	}
	from := DayOf(2970, time.January, 1)
	for b.Loop() {
		for range r.Days(from, from+7) {
		}
	}
}
