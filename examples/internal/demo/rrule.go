package demo

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// rrule is a recurrence rule of RFC 5545, 3.3.10.
type rrule struct {
	freq       string
	interval   int
	count      int    // 0 for none
	until      string // a DATE or a DATE-TIME; empty for none
	byDay      []weekdayNum
	byMonthDay []int
	byMonth    []int
	bySetPos   []int
	weekStart  time.Weekday
	other      []string // parts that are valid, and that Graph has nothing for
}

// weekdayNum is a day of the week, and which one: 2 for the second, -1 for the last
// and 0 for each.
type weekdayNum struct {
	day time.Weekday
	n   int
}

var weekdayCodes = []string{"SU", "MO", "TU", "WE", "TH", "FR", "SA"}

func parseWeekday(s string) (time.Weekday, error) {
	i := slices.Index(weekdayCodes, strings.ToUpper(s))
	if i < 0 {
		return 0, fmt.Errorf("%q is not a day of the week", s)
	}
	return time.Weekday(i), nil
}

// parseRRule reads the value of an RRULE.
func parseRRule(value string) (*rrule, error) {
	r := &rrule{interval: 1, weekStart: time.Monday}
	seen := map[string]bool{}
	for part := range strings.SplitSeq(strings.TrimRight(strings.TrimSpace(value), ";"), ";") {
		name, v, ok := strings.Cut(part, "=")
		name, v = strings.ToUpper(strings.TrimSpace(name)), strings.TrimSpace(v)
		if !ok || v == "" || seen[name] {
			return nil, fmt.Errorf("%q is not a part, or stands twice", part)
		}
		seen[name] = true
		if err := r.set(name, v); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	switch {
	case r.freq == "":
		return nil, errors.New("FREQ is missing")
	case r.count > 0 && r.until != "":
		return nil, errors.New("COUNT and UNTIL exclude each other")
	}
	return r, nil
}

func (r *rrule) set(name, v string) (err error) {
	switch name {
	case "FREQ":
		r.freq = strings.ToUpper(v)
		if !slices.Contains([]string{"SECONDLY", "MINUTELY", "HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY"}, r.freq) {
			return fmt.Errorf("%q is none of SECONDLY to YEARLY", v)
		}
	case "INTERVAL":
		r.interval, err = number(v, 1, 9999)
	case "COUNT":
		r.count, err = number(v, 1, 1_000_000)
	case "UNTIL":
		r.until = strings.ToUpper(v)
		_, err = parseStamp(r.until)
	case "WKST":
		r.weekStart, err = parseWeekday(v)
	case "BYMONTH":
		r.byMonth, err = numbers(v, 12, false)
	case "BYMONTHDAY":
		r.byMonthDay, err = numbers(v, 31, true)
	case "BYSETPOS":
		r.bySetPos, err = numbers(v, 366, true)
	case "BYDAY":
		for item := range strings.SplitSeq(v, ",") {
			d, err := parseWeekdayNum(strings.TrimSpace(item))
			if err != nil {
				return err
			}
			r.byDay = append(r.byDay, d)
		}
	case "BYHOUR", "BYMINUTE", "BYSECOND", "BYYEARDAY", "BYWEEKNO", "RSCALE", "SKIP":
		r.other = append(r.other, name)
	default:
		return errors.New("not a part of a recurrence rule")
	}
	return err
}

func number(v string, least, most int) (int, error) {
	n, err := strconv.Atoi(v)
	if err != nil || n < least || n > most {
		return 0, fmt.Errorf("%q is not between %d and %d", v, least, most)
	}
	return n, nil
}

// numbers reads a list of numbers up to most, and down to -most where they count
// from the end.
func numbers(v string, most int, negative bool) ([]int, error) {
	least := 1
	if negative {
		least = -most
	}
	var list []int
	for item := range strings.SplitSeq(v, ",") {
		n, err := number(strings.TrimPrefix(strings.TrimSpace(item), "+"), least, most)
		if err != nil {
			return nil, err
		}
		if n == 0 {
			return nil, errors.New("0 is not in the list of days")
		}
		list = append(list, n)
	}
	return list, nil
}

func parseWeekdayNum(s string) (weekdayNum, error) {
	var w weekdayNum
	var err error
	if len(s) < 2 {
		return w, fmt.Errorf("%q is not a day of the week", s)
	}
	if w.day, err = parseWeekday(s[len(s)-2:]); err != nil {
		return w, err
	}
	if prefix := s[:len(s)-2]; prefix != "" {
		list, err := numbers(prefix, 53, true)
		if err != nil || len(list) != 1 {
			return w, fmt.Errorf("%q is not a day such as 2TU", s)
		}
		w.n = list[0]
	}
	return w, nil
}

// dayIn is the day of a year on which a yearly rule falls, at the hour of begin. It
// knows the rules by which clocks are changed.
func (r *rrule) dayIn(year int, begin time.Time) (time.Time, bool) {
	month := begin.Month()
	if len(r.byMonth) == 1 {
		month = time.Month(r.byMonth[0])
	}
	at := func(day int) time.Time {
		return time.Date(year, month, day, begin.Hour(), begin.Minute(), begin.Second(), 0, time.UTC)
	}
	switch {
	case r.freq != "YEARLY" || len(r.byDay) > 1:
		return time.Time{}, false
	case len(r.byDay) == 0:
		return at(begin.Day()), true
	}
	d := r.byDay[0]
	if d.n < 0 {
		last := at(32 - at(32).Day()) // the 32nd runs over into the next month
		back := (int(last.Weekday()) - int(d.day) + 7) % 7
		return last.AddDate(0, 0, -back+7*(d.n+1)), true
	}
	from := at(1)
	if len(r.byMonthDay) > 0 && slices.Min(r.byMonthDay) > 0 { // "the Sunday from the 8th to the 14th"
		from = at(slices.Min(r.byMonthDay))
	}
	ahead := (int(d.day) - int(from.Weekday()) + 7) % 7
	return from.AddDate(0, 0, ahead+7*max(d.n-1, 0)), true
}
