package graphtest

import (
	"iter"
	"time"
)

const dayLength = 24 * time.Hour // on the wall; the sun may differ

// wall is a time as a clock on the wall shows it, without a zone.
type wall struct {
	day   day
	clock time.Duration // since midnight; may reach over to days before and after
}

// wallOf reads the clock of t's own zone.
func wallOf(t time.Time) wall {
	h, m, s := t.Clock()
	clock := time.Duration(h)*time.Hour + time.Duration(m)*time.Minute + time.Duration(s)*time.Second
	return wall{dayOf(t.Date()), clock + time.Duration(t.Nanosecond())}
}

// in returns the instant at which clocks in loc show w. What they show twice, when summer time ends, means the first time;
// what they skip, when it begins, is read as if they had not been put forward yet. RFC 5545 (3.3.5) settles it like that,
// while time.Date leaves it open.
func (w wall) in(loc *time.Location) time.Time {
	utc := time.Unix(int64(w.day)*86400, 0).UTC().Add(w.clock)
	instant := func(hours int) time.Time { // by the offset in force so many hours away
		_, offset := utc.Add(time.Duration(hours) * time.Hour).In(loc).Zone()
		return utc.Add(-time.Duration(offset) * time.Second).In(loc)
	}
	early, late := instant(-24), instant(24)
	if wallOf(early) != wallOf(utc) && wallOf(late) == wallOf(utc) {
		return late
	}
	return early
}

// sub returns the time from u to w on the wall.
func (w wall) sub(u wall) time.Duration {
	return time.Duration(w.day-u.day)*dayLength + w.clock - u.clock
}

// series is a rule laid over the clock of a zone.
type series struct {
	rule       *rule
	loc        *time.Location
	begin, end time.Duration // of an occurrence, since the midnight its day begins with
}

// occurrence is one meeting of a series.
type occurrence struct {
	day        day // in the zone of the series: its name within it, even after the meeting was moved
	start, end time.Time
}

// at returns the occurrence of a day, which must be one of the rule's.
func (s *series) at(d day) occurrence {
	return occurrence{d, wall{d, s.begin}.in(s.loc), wall{d, s.end}.in(s.loc)}
}

// has reports whether the rule makes an occurrence on a day.
func (s *series) has(d day) bool {
	for range s.rule.days(d, d) {
		return true
	}
	return false
}

// between yields the occurrences that overlap a window, in order. Its work grows with the window and with the length of an
// occurrence, which the caller has bounded, and not with the distance from the start of the series.
func (s *series) between(from, to time.Time) iter.Seq[occurrence] {
	first := wallOf(from.In(s.loc)).day - day(s.end/dayLength) - 1
	last := wallOf(to.In(s.loc)).day + 1 // clocks that go back over midnight show the day before again
	return func(yield func(occurrence) bool) {
		for _, d := range s.rule.days(first, last) {
			if o := s.at(d); overlaps(o.start, o.end, from, to) && !yield(o) {
				return
			}
		}
	}
}

// overlaps reports whether something happens within a window, as calendarView sees it: the window's end is outside of it,
// and so is what ends just as the window begins, unless it takes no time at all.
func overlaps(start, end, from, to time.Time) bool {
	if !start.Before(to) {
		return false
	}
	return end.After(from) || start.Equal(end) && start.Equal(from)
}
