package recurrence

import (
	"fmt"
	"time"
)

// Day is a date without a zone, counted from 1970-01-01. A series is laid out in days, and only then, in its own zone,
// in instants: that keeps a meeting at its hour when the clocks change.
type Day int

// LastDay is the last one that a date of Graph can name.
var LastDay = DayOf(9999, time.December, 31)

// DayOf returns the day of a date. Months and days outside their usual range are carried on, as time.Date does.
func DayOf(year int, month time.Month, dom int) Day {
	return Day(time.Date(year, month, dom, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

// ParseDay reads a date such as "2026-03-02".
func ParseDay(s string) (Day, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return 0, fmt.Errorf("%q is not a date such as 2026-03-02", s)
	}
	return DayOf(t.Date()), nil
}

// Date gives year, month and day of the month.
func (d Day) Date() (year int, month time.Month, dom int) {
	return time.Unix(int64(d)*86400, 0).UTC().Date()
}

// Weekday is the day of the week.
func (d Day) Weekday() time.Weekday { return time.Weekday((int(d)%7 + 7 + 4) % 7) } // 1970-01-01 was a Thursday

// String writes a date as Graph does.
func (d Day) String() string { return time.Unix(int64(d)*86400, 0).UTC().Format(time.DateOnly) }
