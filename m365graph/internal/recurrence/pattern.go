package recurrence

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Pattern is the rhythm of a series, as in
// https://learn.microsoft.com/graph/api/resources/recurrencepattern.
type Pattern struct {
	Type           string // "daily", "weekly", "absoluteMonthly", "relativeMonthly", "absoluteYearly" or "relativeYearly"
	Interval       int    // 0 means 1
	Month          int    // 1 to 12
	DayOfMonth     int    // 1 to 31
	DaysOfWeek     []string
	FirstDayOfWeek string // "" means "sunday"
	Index          string // "first" (also ""), "second", "third", "fourth" or "last"
}

// Range is how long a series lasts, as in
// https://learn.microsoft.com/graph/api/resources/recurrencerange.
type Range struct {
	Type                string // "noEnd", "endDate" or "numbered"
	StartDate           string // such as "2026-03-02"
	EndDate             string
	NumberOfOccurrences int
	RecurrenceTimeZone  string // not read here
}

// weekdays is a set of days of the week.
type weekdays uint8

func (w weekdays) has(d time.Weekday) bool { return w>>d&1 == 1 }

var patternKinds = []string{"daily", "weekly", "absoluteMonthly", "relativeMonthly", "absoluteYearly", "relativeYearly"}

var weekIndexes = []string{"first", "second", "third", "fourth", "last"}

// setPattern reads what the kind of pattern asks for, and leaves the rest alone.
func (r *Rule) setPattern(p *Pattern) error {
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

func (r *Rule) setRange(p *Range) (err error) {
	if p.StartDate != "" {
		if r.start, err = ParseDay(p.StartDate); err != nil {
			return fmt.Errorf("range.startDate: %w", err)
		}
	}
	switch strings.ToLower(p.Type) {
	case "noend":
	case "enddate":
		if r.end, err = ParseDay(p.EndDate); err != nil {
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

// Pattern writes the pattern in Graph's spelling, with every default filled in.
func (r *Rule) Pattern() Pattern {
	p := Pattern{Type: r.kind, Interval: r.interval, Month: r.month + 1, DayOfMonth: r.dom}
	for d := range time.Weekday(7) {
		if r.week.has(d) {
			p.DaysOfWeek = append(p.DaysOfWeek, strings.ToLower(d.String()))
		}
	}
	p.FirstDayOfWeek, p.Index = strings.ToLower(r.first.String()), weekIndexes[max(r.index, 1)-1]
	return p
}

// Range writes the range in Graph's spelling, without a time zone.
func (r *Rule) Range() Range {
	w := Range{Type: "noEnd", StartDate: r.start.String(), EndDate: "0001-01-01", NumberOfOccurrences: r.limit}
	if r.limit > 0 {
		w.Type = "numbered"
	}
	if r.end < LastDay {
		w.Type, w.EndDate = "endDate", r.end.String()
	}
	return w
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
