package demo

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/m365go/sdk/m365graph/graphtest"
)

var weekIndexes = map[int]string{1: "first", 2: "second", 3: "third", 4: "fourth", -1: "last"}

var everyDay = []time.Weekday{0, 1, 2, 3, 4, 5, 6}

// recurrence says a rule in Graph's words, for a series that begins at start. Its
// error says why Graph has none. note is a difference that remains, if any.
// https://learn.microsoft.com/graph/api/resources/recurrencepattern
func (r *rrule) recurrence(start stamp) (rec *graphtest.PatternedRecurrence, note string, err error) {
	if len(r.other) > 0 {
		return nil, "", fmt.Errorf("%s has no match in Graph", strings.Join(r.other, ", "))
	}
	rec = &graphtest.PatternedRecurrence{}
	p := &rec.Pattern
	p.Interval = r.interval
	switch r.freq {
	case "DAILY":
		err = r.daily(p)
	case "WEEKLY":
		err = r.weekly(p, start)
	case "MONTHLY":
		err = r.monthly(p, start)
	case "YEARLY":
		err = r.yearly(p, start)
	default:
		err = fmt.Errorf("nothing in Graph repeats %s", strings.ToLower(r.freq))
	}
	if err == nil {
		rec.Range, err = r.span(start)
	}
	if err != nil {
		return nil, "", err
	}
	if p.DayOfMonth > 28 {
		note = fmt.Sprintf("in months without a day %d the last one is taken", p.DayOfMonth)
	}
	return rec, note, nil
}

func (r *rrule) daily(p *graphtest.RecurrencePattern) error {
	p.Type = "daily"
	if len(r.byMonth)+len(r.byMonthDay)+len(r.bySetPos) > 0 {
		return errors.New("a daily series in Graph cannot be limited to months or days of the month")
	}
	if len(r.byDay) == 0 {
		return nil
	}
	if r.interval > 1 {
		return errors.New("a series of every few days cannot be limited to weekdays in Graph")
	}
	return r.onWeekdays(p)
}

func (r *rrule) weekly(p *graphtest.RecurrencePattern, start stamp) error {
	if len(r.byMonth)+len(r.byMonthDay)+len(r.bySetPos) > 0 {
		return errors.New("a weekly series in Graph cannot be limited to months or days of the month")
	}
	if len(r.byDay) == 0 {
		p.Type, p.DaysOfWeek = "weekly", dayNames([]time.Weekday{start.wall.Weekday()})
		p.FirstDayOfWeek = dayName(r.weekStart)
		return nil
	}
	return r.onWeekdays(p)
}

// onWeekdays makes a weekly pattern of BYDAY.
func (r *rrule) onWeekdays(p *graphtest.RecurrencePattern) error {
	var days []time.Weekday
	for _, d := range r.byDay {
		if d.n != 0 {
			return errors.New("a numbered day belongs to a month")
		}
		days = append(days, d.day)
	}
	p.Type, p.DaysOfWeek, p.FirstDayOfWeek = "weekly", dayNames(days), dayName(r.weekStart)
	return nil
}

func (r *rrule) monthly(p *graphtest.RecurrencePattern, start stamp) error {
	if len(r.byMonth) > 0 {
		return errors.New("a monthly series in Graph cannot be limited to some months")
	}
	return r.inMonth(p, start, "Monthly")
}

func (r *rrule) yearly(p *graphtest.RecurrencePattern, start stamp) error {
	p.Month = int(start.wall.Month())
	switch {
	case len(r.byMonth) > 1:
		return errors.New("a yearly series in Graph has one month, not several")
	case len(r.byMonth) == 1:
		p.Month = r.byMonth[0]
	case len(r.byDay)+len(r.byMonthDay) > 0:
		return errors.New("a yearly rule by days needs BYMONTH for Graph")
	}
	return r.inMonth(p, start, "Yearly")
}

// inMonth makes a pattern of the one day of a month that the rule means.
func (r *rrule) inMonth(p *graphtest.RecurrencePattern, start stamp, period string) error {
	if len(r.byDay) > 0 {
		return r.byWeekday(p, period)
	}
	p.Type, p.DayOfMonth = "absolute"+period, start.wall.Day()
	switch {
	case len(r.bySetPos) > 0:
		return errors.New("days of a month cannot be counted by BYSETPOS in Graph")
	case len(r.byMonthDay) > 1:
		return errors.New("a series in Graph has one day of a month, not several")
	case len(r.byMonthDay) == 0:
	case r.byMonthDay[0] > 0:
		p.DayOfMonth = r.byMonthDay[0]
	case r.byMonthDay[0] == -1: // the last of all weekdays is the last day
		p.Type, p.DayOfMonth = "relative"+period, 0
		p.Index, p.DaysOfWeek = "last", dayNames(everyDay)
	default:
		return errors.New("days cannot be counted from the end of a month in Graph")
	}
	return nil
}

// byWeekday makes a pattern such as "the second Tuesday" or "the last working day".
func (r *rrule) byWeekday(p *graphtest.RecurrencePattern, period string) error {
	if len(r.byMonthDay) > 0 {
		return errors.New("BYDAY and BYMONTHDAY cannot be combined in Graph")
	}
	var days []time.Weekday
	n := 0
	switch {
	case len(r.byDay) == 1 && r.byDay[0].n != 0 && len(r.bySetPos) == 0:
		n, days = r.byDay[0].n, []time.Weekday{r.byDay[0].day}
	case len(r.bySetPos) == 1:
		n = r.bySetPos[0]
		for _, d := range r.byDay {
			if d.n != 0 {
				return errors.New("numbered days and BYSETPOS cannot be combined in Graph")
			}
			days = append(days, d.day)
		}
	default:
		return errors.New("a series in Graph has one weekday of a month, not several")
	}
	index, ok := weekIndexes[n]
	if !ok {
		return fmt.Errorf("weekdays of a month are first to fourth, or last, in Graph, not %d", n)
	}
	p.Type, p.Index, p.DaysOfWeek = "relative"+period, index, dayNames(days)
	p.FirstDayOfWeek = dayName(r.weekStart)
	return nil
}

// span says how long the series lasts. UNTIL is the last moment at which it may
// begin; Graph wants a date in the zone of the series.
func (r *rrule) span(start stamp) (graphtest.RecurrenceRange, error) {
	span := graphtest.RecurrenceRange{
		Type: "noEnd", StartDate: start.wall.Format(time.DateOnly), RecurrenceTimeZone: start.zone,
	}
	switch {
	case r.count > 0:
		span.Type, span.NumberOfOccurrences = "numbered", r.count
	case r.until != "":
		until, err := parseStamp(r.until)
		if err != nil {
			return span, err
		}
		last := until.wall
		if until.utc {
			last = until.wall.In(start.loc)
		}
		end := last.Format(time.DateOnly)
		if !until.date && !start.date && last.Format("150405") < start.wall.Format("150405") {
			end = last.AddDate(0, 0, -1).Format(time.DateOnly)
		}
		if end < span.StartDate {
			return span, errors.New("UNTIL lies before the start")
		}
		span.Type, span.EndDate = "endDate", end
	}
	return span, nil
}

func dayName(d time.Weekday) string { return strings.ToLower(d.String()) }

// dayNames lists each day once, from Sunday on.
func dayNames(days []time.Weekday) []string {
	days = slices.Clone(days)
	slices.Sort(days)
	var names []string
	for _, d := range slices.Compact(days) {
		names = append(names, dayName(d))
	}
	return names
}
