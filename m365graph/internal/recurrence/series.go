package recurrence

import (
	"iter"
	"time"
)

// Series is a rule laid over the clock of a zone.
type Series struct {
	Rule       *Rule
	Loc        *time.Location
	Begin, End time.Duration // of an occurrence, since the midnight its day begins with
}

// Occurrence is one meeting of a series.
type Occurrence struct {
	Day        Day // in the zone of the series: its name within it, even after the meeting was moved
	Start, End time.Time
}

// At returns the occurrence of a day, which must be one of the rule's.
func (s *Series) At(d Day) Occurrence {
	return Occurrence{d, Wall{d, s.Begin}.In(s.Loc), Wall{d, s.End}.In(s.Loc)}
}

// Has reports whether the rule makes an occurrence on a day.
func (s *Series) Has(d Day) bool {
	for range s.Rule.Days(d, d) {
		return true
	}
	return false
}

// Between yields the occurrences that overlap a window, in order. Its work grows with the window and with the length of an
// occurrence, which the caller has bounded, and not with the distance from the start of the series.
func (s *Series) Between(from, to time.Time) iter.Seq[Occurrence] {
	first := WallOf(from.In(s.Loc)).Day - Day(s.End/DayLength) - 1
	last := WallOf(to.In(s.Loc)).Day + 1 // clocks that go back over midnight show the day before again
	return func(yield func(Occurrence) bool) {
		for _, d := range s.Rule.Days(first, last) {
			if o := s.At(d); Overlaps(o.Start, o.End, from, to) && !yield(o) {
				return
			}
		}
	}
}

// Overlaps reports whether something happens within a window, as calendarView sees it: the window's end is outside of it,
// and so is what ends just as the window begins, unless it takes no time at all.
func Overlaps(start, end, from, to time.Time) bool {
	if !start.Before(to) {
		return false
	}
	return end.After(from) || start.Equal(end) && start.Equal(from)
}
