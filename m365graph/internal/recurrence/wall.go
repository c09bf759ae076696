package recurrence

import "time"

// DayLength is a day on the wall; the sun may differ.
const DayLength = 24 * time.Hour

// Wall is a time as a clock on the wall shows it, without a zone.
type Wall struct {
	Day   Day
	Clock time.Duration // since midnight; may reach over to days before and after
}

// WallOf reads the clock of t's own zone.
func WallOf(t time.Time) Wall {
	h, m, s := t.Clock()
	clock := time.Duration(h)*time.Hour + time.Duration(m)*time.Minute + time.Duration(s)*time.Second
	return Wall{DayOf(t.Date()), clock + time.Duration(t.Nanosecond())}
}

// In returns the instant at which clocks in loc show w. What they show twice, when summer time ends, means the first time;
// what they skip, when it begins, is read as if they had not been put forward yet. RFC 5545 (3.3.5) settles it like that,
// while time.Date leaves it open.
func (w Wall) In(loc *time.Location) time.Time {
	utc := time.Unix(int64(w.Day)*86400, 0).UTC().Add(w.Clock)
	instant := func(hours int) time.Time { // by the offset in force so many hours away
		_, offset := utc.Add(time.Duration(hours) * time.Hour).In(loc).Zone()
		return utc.Add(-time.Duration(offset) * time.Second).In(loc)
	}
	early, late := instant(-24), instant(24)
	if WallOf(early) != WallOf(utc) && WallOf(late) == WallOf(utc) {
		return late
	}
	return early
}

// Sub returns the time from u to w on the wall.
func (w Wall) Sub(u Wall) time.Duration {
	return time.Duration(w.Day-u.Day)*DayLength + w.Clock - u.Clock
}
