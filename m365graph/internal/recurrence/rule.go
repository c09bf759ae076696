package recurrence

import (
	"errors"
	"fmt"
	"iter"
	"math/bits"
	"strings"
	"time"
)

// Rule is a pattern and a range made ready for counting. It sees time as a row of periods (days, weeks, months, years, each
// already stretched by the interval), so that any period can be reached without walking through the ones before it.
type Rule struct {
	kind     string // Pattern.Type, as Graph spells it
	interval int
	week     weekdays
	first    time.Weekday // of a week
	dom      int          // day of the month
	month    int          // of a year, from 0
	index    int          // 1 to 4; 5 is the last

	start, end Day
	limit      int // number of occurrences; 0 is no limit
	skip       int // occurrences of period 0 that lie before start
}

// maxInterval is far beyond what Outlook takes (99 or 999 by pattern), and small enough never to overflow a date.
const maxInterval = 9999

// New checks a recurrence. A range without a start date begins at the day given. What is wrong is told in terms of
// Graph's properties. See https://learn.microsoft.com/graph/api/resources/recurrencepattern.
func New(p Pattern, w Range, start Day) (*Rule, error) {
	r := &Rule{kind: oneOf(p.Type, patternKinds), interval: max(p.Interval, 1), start: start, end: LastDay}
	if r.kind == "" {
		return nil, fmt.Errorf("pattern.type: %q is not one of %s", p.Type, strings.Join(patternKinds, ", "))
	}
	if p.Interval < 0 || r.interval > maxInterval {
		return nil, fmt.Errorf("pattern.interval: %d is out of range", p.Interval)
	}
	if err := errors.Join(r.setPattern(&p), r.setRange(&w)); err != nil {
		return nil, err
	}
	for _, d := range r.period(0) {
		if d < r.start {
			r.skip++
		}
	}
	return r, nil
}

// Days yields the occurrences between two days, both included, with their numbers from 0. It costs what it yields: how
// far the days lie from the start does not matter.
func (r *Rule) Days(from, to Day) iter.Seq2[int, Day] {
	from, to = max(from, r.start), min(to, r.end)
	return func(yield func(int, Day) bool) {
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

// Number returns the occurrence of a number, counted on beyond the end of the range.
func (r *Rule) Number(n int) Day {
	n = max(n+r.skip, 0)
	each := len(r.period(0))
	return r.period(n / each)[n%each]
}

// periodAt returns the period that holds a Day, or the last one that begins before it.
func (r *Rule) periodAt(d Day) int {
	switch r.kind {
	case "daily":
		return int(d-r.start) / r.interval
	case "weekly":
		return int(d-r.weekStart()) / (7 * r.interval)
	default:
		months, step := r.months()
		year, month, _ := d.Date()
		return max(0, (year*12+int(month)-1-months)/step)
	}
}

// period returns the days of the pattern in a period, in order. Each period of a rule has the same number of them.
func (r *Rule) period(p int) []Day {
	switch r.kind {
	case "daily":
		return []Day{r.start + Day(p*r.interval)}
	case "weekly":
		begin := r.weekStart() + Day(7*r.interval*p)
		dates := make([]Day, 0, bits.OnesCount8(uint8(r.week)))
		for d := begin; d < begin+7; d++ {
			if r.week.has(d.Weekday()) {
				dates = append(dates, d)
			}
		}
		return dates
	default:
		months, step := r.months()
		months += p * step
		return []Day{r.inMonth(months/12, time.Month(months%12+1))}
	}
}

// weekStart is the first day of the week in which the series begins.
func (r *Rule) weekStart() Day {
	return r.start - Day((r.start.Weekday()-r.first+7)%7)
}

// months returns the month of period 0, counted from year 0, and how many months a period has.
func (r *Rule) months() (first, step int) {
	year, month, _ := r.start.Date()
	if strings.HasSuffix(r.kind, "Yearly") {
		return year*12 + r.month, 12 * r.interval
	}
	return year*12 + int(month) - 1, r.interval
}

// inMonth returns the one day of a month that the pattern means. A 31st is the last day of a shorter month, as in Outlook;
// with several days of the week it is the first, second ... or last day that is any of them.
func (r *Rule) inMonth(year int, month time.Month) Day {
	begin, end := DayOf(year, month, 1), DayOf(year, month+1, 1)-1
	if strings.HasPrefix(r.kind, "absolute") {
		return min(begin+Day(r.dom-1), end)
	}
	if r.index == len(weekIndexes) {
		for ; !r.week.has(end.Weekday()); end-- {
		}
		return end
	}
	for n := 0; ; begin++ {
		if r.week.has(begin.Weekday()) {
			if n++; n == r.index {
				return begin
			}
		}
	}
}

// Gap returns the fewest days between two occurrences. Outlook takes no occurrence that lasts longer.
func (r *Rule) Gap() int {
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
