package graphtest

import (
	"errors"
	"fmt"
	"iter"
	"math/bits"
	"strings"
	"time"
)

// day is a date without a zone, counted from 1970-01-01. A series is laid out in days, and only then, in its own zone,
// in instants: that keeps a meeting at its hour when the clocks change.
type day int

// lastDay is the last one that a date of Graph can name.
var lastDay = dayOf(9999, time.December, 31)

// dayOf returns the day of a date. Months and days outside their usual range are carried on, as time.Date does.
func dayOf(year int, month time.Month, dom int) day {
	return day(time.Date(year, month, dom, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

// parseDay reads a date such as "2026-03-02".
func parseDay(s string) (day, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return 0, fmt.Errorf("%q is not a date such as 2026-03-02", s)
	}
	return dayOf(t.Date()), nil
}

func (d day) date() (year int, month time.Month, dom int) {
	return time.Unix(int64(d)*86400, 0).UTC().Date()
}

func (d day) weekday() time.Weekday { return time.Weekday((int(d)%7 + 7 + 4) % 7) } // 1970-01-01 was a Thursday

// weekdays is a set of days of the week.
type weekdays uint8

func (w weekdays) has(d time.Weekday) bool { return w>>d&1 == 1 }

// rule is a PatternedRecurrence made ready for counting. It sees time as a row of periods (days, weeks, months, years, each
// already stretched by the interval), so that any period can be reached without walking through the ones before it.
type rule struct {
	kind     string // RecurrencePattern.Type, as Graph spells it
	interval int
	week     weekdays
	first    time.Weekday // of a week
	dom      int          // day of the month
	month    int          // of a year, from 0
	index    int          // 1 to 4; 5 is the last

	start, end day
	limit      int // number of occurrences; 0 is no limit
	skip       int // occurrences of period 0 that lie before start
}

var patternKinds = []string{"daily", "weekly", "absoluteMonthly", "relativeMonthly", "absoluteYearly", "relativeYearly"}

var weekIndexes = []string{"first", "second", "third", "fourth", "last"}

// maxInterval is far beyond what Outlook takes (99 or 999 by pattern), and small enough never to overflow a date.
const maxInterval = 9999

// newRule checks a recurrence. A range without a start date begins at the day given. What is wrong is told in terms of
// Graph's properties. See https://learn.microsoft.com/graph/api/resources/recurrencepattern.
func newRule(p *PatternedRecurrence, start day) (*rule, error) {
	r := &rule{kind: oneOf(p.Pattern.Type, patternKinds), interval: max(p.Pattern.Interval, 1), start: start, end: lastDay}
	if r.kind == "" {
		return nil, fmt.Errorf("pattern.type: %q is not one of %s", p.Pattern.Type, strings.Join(patternKinds, ", "))
	}
	if p.Pattern.Interval < 0 || r.interval > maxInterval {
		return nil, fmt.Errorf("pattern.interval: %d is out of range", p.Pattern.Interval)
	}
	if err := errors.Join(r.setPattern(&p.Pattern), r.setRange(&p.Range)); err != nil {
		return nil, err
	}
	for _, d := range r.period(0) {
		if d < r.start {
			r.skip++
		}
	}
	return r, nil
}

// setPattern reads what the kind of pattern asks for, and leaves the rest alone.
func (r *rule) setPattern(p *RecurrencePattern) error {
	absolute := strings.HasPrefix(r.kind, "absolute")
	yearly := strings.HasSuffix(r.kind, "Yearly")
	if absolute && (p.DayOfMonth < 1 || p.DayOfMonth > 31) {
		return fmt.Errorf("pattern.dayOfMonth: %d is not between 1 and 31", p.DayOfMonth)
	}
	r.dom = p.DayOfMonth
	if yearly && (p.Month < 1 || p.Month > 12) {
		return fmt.Errorf("pattern.month: %d is not between 1 and 12", p.Month)
	}
	r.month = p.Month - 1
	if absolute || r.kind == "daily" {
		return nil
	}
	for _, name := range p.DaysOfWeek {
		d, ok := weekdayOf(name)
		if !ok {
			return fmt.Errorf("pattern.daysOfWeek: %q is not a day of the week", name)
		}
		r.week |= 1 << d
	}
	if r.week == 0 {
		return errors.New("pattern.daysOfWeek: required")
	}
	if p.FirstDayOfWeek != "" {
		d, ok := weekdayOf(p.FirstDayOfWeek)
		if !ok {
			return fmt.Errorf("pattern.firstDayOfWeek: %q is not a day of the week", p.FirstDayOfWeek)
		}
		r.first = d
	}
	r.index = 1
	if p.Index != "" && r.kind != "weekly" {
		for r.index = 1; r.index <= len(weekIndexes) && !strings.EqualFold(p.Index, weekIndexes[r.index-1]); r.index++ {
		}
		if r.index > len(weekIndexes) {
			return fmt.Errorf("pattern.index: %q is not one of %s", p.Index, strings.Join(weekIndexes, ", "))
		}
	}
	return nil
}

func (r *rule) setRange(p *RecurrenceRange) (err error) {
	if p.StartDate != "" {
		if r.start, err = parseDay(p.StartDate); err != nil {
			return fmt.Errorf("range.startDate: %w", err)
		}
	}
	switch strings.ToLower(p.Type) {
	case "noend":
	case "enddate":
		if r.end, err = parseDay(p.EndDate); err != nil {
			return fmt.Errorf("range.endDate: %w", err)
		}
		if r.end < r.start {
			return fmt.Errorf("range.endDate: %s lies before the start", p.EndDate)
		}
	case "numbered":
		if p.NumberOfOccurrences < 1 {
			return fmt.Errorf("range.numberOfOccurrences: %d is not positive", p.NumberOfOccurrences)
		}
		r.limit = p.NumberOfOccurrences
	default:
		return fmt.Errorf("range.type: %q is not one of noEnd, endDate, numbered", p.Type)
	}
	return nil
}

// days yields the occurrences between two days, both included, with their numbers from 0. It costs what it yields: how
// far the days lie from the start does not matter.
func (r *rule) days(from, to day) iter.Seq2[int, day] {
	from, to = max(from, r.start), min(to, r.end)
	return func(yield func(int, day) bool) {
		if from > to {
			return
		}
		for p := r.periodAt(from); ; p++ {
			dates := r.period(p)
			if dates[0] > to {
				return
			}
			for i, d := range dates {
				n := p*len(dates) + i - r.skip
				if d > to || r.limit > 0 && n >= r.limit {
					return
				}
				if d >= from && !yield(n, d) {
					return
				}
			}
		}
	}
}

// number returns the occurrence of a number, counted on beyond the end of the range.
func (r *rule) number(n int) day {
	n = max(n+r.skip, 0)
	each := len(r.period(0))
	return r.period(n / each)[n%each]
}

// periodAt returns the period that holds a day, or the last one that begins before it.
func (r *rule) periodAt(d day) int {
	switch r.kind {
	case "daily":
		return int(d-r.start) / r.interval
	case "weekly":
		return int(d-r.weekStart()) / (7 * r.interval)
	default:
		months, step := r.months()
		year, month, _ := d.date()
		return max(0, (year*12+int(month)-1-months)/step)
	}
}

// period returns the days of the pattern in a period, in order. Each period of a rule has the same number of them.
func (r *rule) period(p int) []day {
	switch r.kind {
	case "daily":
		return []day{r.start + day(p*r.interval)}
	case "weekly":
		begin := r.weekStart() + day(7*r.interval*p)
		dates := make([]day, 0, bits.OnesCount8(uint8(r.week)))
		for d := begin; d < begin+7; d++ {
			if r.week.has(d.weekday()) {
				dates = append(dates, d)
			}
		}
		return dates
	default:
		months, step := r.months()
		months += p * step
		return []day{r.inMonth(months/12, time.Month(months%12+1))}
	}
}

// weekStart is the first day of the week in which the series begins.
func (r *rule) weekStart() day {
	return r.start - day((r.start.weekday()-r.first+7)%7)
}

// months returns the month of period 0, counted from year 0, and how many months a period has.
func (r *rule) months() (first, step int) {
	year, month, _ := r.start.date()
	if strings.HasSuffix(r.kind, "Yearly") {
		return year*12 + r.month, 12 * r.interval
	}
	return year*12 + int(month) - 1, r.interval
}

// inMonth returns the one day of a month that the pattern means. A 31st is the last day of a shorter month, as in Outlook;
// with several days of the week it is the first, second ... or last day that is any of them.
func (r *rule) inMonth(year int, month time.Month) day {
	begin, end := dayOf(year, month, 1), dayOf(year, month+1, 1)-1
	if strings.HasPrefix(r.kind, "absolute") {
		return min(begin+day(r.dom-1), end)
	}
	if r.index == len(weekIndexes) {
		for ; !r.week.has(end.weekday()); end-- {
		}
		return end
	}
	for n := 0; ; begin++ {
		if r.week.has(begin.weekday()) {
			if n++; n == r.index {
				return begin
			}
		}
	}
}

// gap returns the fewest days between two occurrences. Outlook takes no occurrence that lasts longer.
func (r *rule) gap() int {
	switch r.kind {
	case "daily":
		return r.interval
	case "weekly":
		dates := append(r.period(0), r.period(1)[0])
		least := 7 * r.interval
		for i, d := range dates[1:] {
			least = min(least, int(d-dates[i]))
		}
		return least
	default: // at least 28 days a month, less what a weekday may wander within it
		_, step := r.months()
		if strings.HasPrefix(r.kind, "absolute") {
			return 28 * step
		}
		return 28*step - 6
	}
}

// oneOf returns the spelling of s in the list, or "".
func oneOf(s string, list []string) string {
	for _, known := range list {
		if strings.EqualFold(s, known) {
			return known
		}
	}
	return ""
}

// weekdayOf reads the name of a day such as "monday".
func weekdayOf(name string) (time.Weekday, bool) {
	for d := range time.Weekday(7) {
		if strings.EqualFold(name, d.String()) {
			return d, true
		}
	}
	return 0, false
}

// String writes a date as Graph does.
func (d day) String() string { return time.Unix(int64(d)*86400, 0).UTC().Format(time.DateOnly) }
