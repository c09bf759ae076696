package demo

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/m365go/sdk/m365graph/graphtest"
)

// The series of these tests begins on Tuesday 2026-03-10 at 09:30 in Berlin.
func TestRuleBecomesARecurrence(t *testing.T) {
	t.Parallel()
	type pattern = graphtest.RecurrencePattern
	noEnd := graphtest.RecurrenceRange{Type: "noEnd", StartDate: "2026-03-10", RecurrenceTimeZone: "Europe/Berlin"}
	until := func(date string) graphtest.RecurrenceRange {
		return graphtest.RecurrenceRange{Type: "endDate", StartDate: "2026-03-10", EndDate: date, RecurrenceTimeZone: "Europe/Berlin"}
	}
	workdays := []string{"monday", "tuesday", "wednesday", "thursday", "friday"}
	all := []string{"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"}
	daily := pattern{Type: "daily", Interval: 1}
	tests := map[string]struct {
		pattern pattern
		span    graphtest.RecurrenceRange
	}{
		"FREQ=DAILY":                       {daily, noEnd},
		"freq=daily;interval=3":            {pattern{Type: "daily", Interval: 3}, noEnd},
		"FREQ=DAILY;":                      {daily, noEnd},
		"FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR":  {pattern{Type: "weekly", Interval: 1, DaysOfWeek: workdays, FirstDayOfWeek: "monday"}, noEnd},
		"FREQ=WEEKLY":                      {pattern{Type: "weekly", Interval: 1, DaysOfWeek: []string{"tuesday"}, FirstDayOfWeek: "monday"}, noEnd},
		"FREQ=WEEKLY;BYDAY=FR,MO;WKST=SU":  {pattern{Type: "weekly", Interval: 1, DaysOfWeek: []string{"monday", "friday"}, FirstDayOfWeek: "sunday"}, noEnd},
		"FREQ=WEEKLY;INTERVAL=2;BYDAY=TU":  {pattern{Type: "weekly", Interval: 2, DaysOfWeek: []string{"tuesday"}, FirstDayOfWeek: "monday"}, noEnd},
		"FREQ=MONTHLY":                     {pattern{Type: "absoluteMonthly", Interval: 1, DayOfMonth: 10}, noEnd},
		"FREQ=MONTHLY;BYMONTHDAY=25":       {pattern{Type: "absoluteMonthly", Interval: 1, DayOfMonth: 25}, noEnd},
		"FREQ=MONTHLY;BYMONTHDAY=-1":       {pattern{Type: "relativeMonthly", Interval: 1, Index: "last", DaysOfWeek: all}, noEnd},
		"FREQ=MONTHLY;BYDAY=2TU":           {pattern{Type: "relativeMonthly", Interval: 1, Index: "second", DaysOfWeek: []string{"tuesday"}, FirstDayOfWeek: "monday"}, noEnd},
		"FREQ=MONTHLY;BYDAY=+2TU":          {pattern{Type: "relativeMonthly", Interval: 1, Index: "second", DaysOfWeek: []string{"tuesday"}, FirstDayOfWeek: "monday"}, noEnd},
		"FREQ=MONTHLY;BYDAY=-1FR":          {pattern{Type: "relativeMonthly", Interval: 1, Index: "last", DaysOfWeek: []string{"friday"}, FirstDayOfWeek: "monday"}, noEnd},
		"FREQ=MONTHLY;BYDAY=TH;BYSETPOS=3": {pattern{Type: "relativeMonthly", Interval: 1, Index: "third", DaysOfWeek: []string{"thursday"}, FirstDayOfWeek: "monday"}, noEnd},
		"FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1": {
			pattern{Type: "relativeMonthly", Interval: 1, Index: "last", DaysOfWeek: workdays, FirstDayOfWeek: "monday"}, noEnd},
		"FREQ=YEARLY":                              {pattern{Type: "absoluteYearly", Interval: 1, Month: 3, DayOfMonth: 10}, noEnd},
		"FREQ=YEARLY;BYMONTH=6;BYMONTHDAY=15":      {pattern{Type: "absoluteYearly", Interval: 1, Month: 6, DayOfMonth: 15}, noEnd},
		"FREQ=YEARLY;BYMONTH=1;BYDAY=-1FR":         {pattern{Type: "relativeYearly", Interval: 1, Month: 1, Index: "last", DaysOfWeek: []string{"friday"}, FirstDayOfWeek: "monday"}, noEnd},
		"FREQ=DAILY;COUNT=6":                       {daily, graphtest.RecurrenceRange{Type: "numbered", StartDate: "2026-03-10", NumberOfOccurrences: 6, RecurrenceTimeZone: "Europe/Berlin"}},
		"FREQ=DAILY;UNTIL=20260331":                {daily, until("2026-03-31")},
		"FREQ=DAILY;UNTIL=20260331T093000":         {daily, until("2026-03-31")},
		"FREQ=DAILY;UNTIL=20260331T092959":         {daily, until("2026-03-30")},
		"FREQ=DAILY;UNTIL=20260331T073000Z":        {daily, until("2026-03-31")}, // 09:30 in summer time
		"FREQ=DAILY;UNTIL=20260331T072959Z":        {daily, until("2026-03-30")},
		"FREQ=DAILY;UNTIL=20260331T220000Z":        {daily, until("2026-03-31")}, // midnight there
		"FREQ=DAILY;UNTIL=20260331T235959Z":        {daily, until("2026-03-31")},
		"FREQ=WEEKLY;UNTIL=20260310;BYDAY=TU":      {pattern{Type: "weekly", Interval: 1, DaysOfWeek: []string{"tuesday"}, FirstDayOfWeek: "monday"}, until("2026-03-10")},
		"RSCALE-less;FREQ=DAILY":                   {},
		"FREQ=HOURLY":                              {},
		"FREQ=DAILY;BYHOUR=9,10":                   {},
		"FREQ=DAILY;BYMONTH=1":                     {},
		"FREQ=DAILY;INTERVAL=2;BYDAY=MO":           {},
		"FREQ=WEEKLY;BYMONTH=1":                    {},
		"FREQ=WEEKLY;BYDAY=2MO":                    {},
		"FREQ=MONTHLY;BYMONTH=1":                   {},
		"FREQ=MONTHLY;BYMONTHDAY=1,15":             {},
		"FREQ=MONTHLY;BYMONTHDAY=-2":               {},
		"FREQ=MONTHLY;BYMONTHDAY=13;BYDAY=FR":      {},
		"FREQ=MONTHLY;BYMONTHDAY=1;BYSETPOS=1":     {},
		"FREQ=MONTHLY;BYDAY=5MO":                   {},
		"FREQ=MONTHLY;BYDAY=MO":                    {},
		"FREQ=MONTHLY;BYDAY=1MO,3MO":               {},
		"FREQ=MONTHLY;BYDAY=1MO;BYSETPOS=1":        {},
		"FREQ=MONTHLY;BYDAY=MO;BYSETPOS=1,2":       {},
		"FREQ=YEARLY;BYDAY=20MO":                   {},
		"FREQ=YEARLY;BYMONTH=1,7":                  {},
		"FREQ=YEARLY;BYWEEKNO=20":                  {},
		"FREQ=DAILY;UNTIL=20260309":                {},
		"":                                         {},
		"INTERVAL=2":                               {},
		"FREQ=DAILY;INTERVAL=0":                    {},
		"FREQ=DAILY;COUNT=0":                       {},
		"FREQ=DAILY;COUNT=2;UNTIL=20270101":        {},
		"FREQ=DAILY;FREQ=WEEKLY":                   {},
		"FREQ=DAILY;UNTIL=tomorrow":                {},
		"FREQ=WEEKLY;BYDAY=XX":                     {},
		"FREQ=WEEKLY;BYDAY=":                       {},
		"FREQ=WEEKLY;BYDAY=M":                      {},
		"FREQ=MONTHLY;BYMONTHDAY=0":                {},
		"FREQ=MONTHLY;BYMONTHDAY=32":               {},
		"FREQ=MONTHLY;BYDAY=0MO":                   {},
		"FREQ=YEARLY;BYMONTH=-1":                   {},
		"FREQ=DAILY;WKST=8":                        {},
		"FREQ=DAILY;COLOUR=BLUE":                   {},
		"FREQ=DAILY;INTERVAL=99999999999999999999": {},
	}
	for value, test := range tests {
		t.Run(value, func(t *testing.T) {
			t.Parallel()
			start, err := parseStamp("20260310T093000")
			if err != nil {
				t.Fatal(err)
			}
			if start, err = start.in("Europe/Berlin"); err != nil {
				t.Fatal(err)
			}
			got, _, err := recurrenceOf(value, start)
			if test.pattern.Type == "" {
				if err == nil {
					t.Fatalf("recurrence of %q = %+v, want an error", value, got)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			want := &graphtest.PatternedRecurrence{Pattern: test.pattern, Range: test.span}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("recurrence of %q (-want +got):\n%s", value, diff)
			}
		})
	}
}

func recurrenceOf(value string, start stamp) (*graphtest.PatternedRecurrence, string, error) {
	rule, err := parseRRule(value)
	if err != nil {
		return nil, "", err
	}
	return rule.recurrence(start)
}

func TestLastDayOfAnAllDaySeriesIsUntil(t *testing.T) {
	t.Parallel()
	start, err := parseStamp("20260310")
	if err != nil {
		t.Fatal(err)
	}
	start, err = start.in("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	got, _, err := recurrenceOf("FREQ=DAILY;UNTIL=20260331T000000", start)
	if err != nil || got.Range.EndDate != "2026-03-31" {
		t.Errorf("recurrence = %+v, %v, want the end 2026-03-31", got, err)
	}
}

func FuzzRRule(f *testing.F) {
	for _, seed := range []string{
		"FREQ=WEEKLY;BYDAY=MO,TU", "FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU", "FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=3", "FREQ=DAILY;UNTIL=20260331T072959Z",
		"FREQ=MONTHLY;BYDAY=+1MO;BYSETPOS=-1", "=;=", "FREQ=DAILY;BYDAY=", strings.Repeat("BYDAY=MO;", 50),
	} {
		f.Add(seed)
	}
	start, err := parseStamp("20260310T093000")
	if err != nil {
		f.Fatal(err)
	}
	if start, err = start.in("Europe/Berlin"); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, value string) {
		rec, _, err := recurrenceOf(value, start)
		if (rec == nil) == (err == nil) {
			t.Fatalf("recurrence of %q = %v, %v, want one of them", value, rec, err)
		}
		if rec == nil {
			return
		}
		e := graphtest.Event{Start: start.graph(), End: start.graph(), Recurrence: rec}
		if err := e.Validate(); err != nil {
			t.Errorf("%q became %+v, which Graph refuses: %v", value, *rec, err)
		}
	})
}
