package recurrence

import (
	"testing"
	"time"
	_ "time/tzdata" // the tests must not depend on the machine

	"github.com/google/go-cmp/cmp"
)

func mustZone(t *testing.T, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

func TestWallClockMeetsSummerTime(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, zone, wall, want string // want in UTC
	}{
		{"winter", "Europe/Berlin", "2026-03-28T02:30:00", "2026-03-28T01:30:00Z"},
		{"a skipped time", "Europe/Berlin", "2026-03-29T02:30:00", "2026-03-29T01:30:00Z"},
		{"just before the skip", "Europe/Berlin", "2026-03-29T01:59:59", "2026-03-29T00:59:59Z"},
		{"just after the skip", "Europe/Berlin", "2026-03-29T03:00:00", "2026-03-29T01:00:00Z"},
		{"a time shown twice", "Europe/Berlin", "2026-10-25T02:30:00", "2026-10-25T00:30:00Z"},
		{"just after it", "Europe/Berlin", "2026-10-25T03:00:00", "2026-10-25T02:00:00Z"},
		{"skipped in New York", "America/New_York", "2026-03-08T02:30:00", "2026-03-08T07:30:00Z"},
		{"twice in New York", "America/New_York", "2026-11-01T01:30:00", "2026-11-01T05:30:00Z"},
		{"midnight skipped", "America/Santiago", "2026-09-06T00:00:00", "2026-09-06T04:00:00Z"},
		{"half an hour skipped", "Australia/Lord_Howe", "2026-10-04T02:15:00", "2026-10-03T15:45:00Z"},
		{"far east", "Pacific/Kiritimati", "2026-01-01T00:00:00", "2025-12-31T10:00:00Z"},
	}
	for _, test := range tests {
		shown, err := time.Parse("2006-01-02T15:04:05", test.wall)
		if err != nil {
			t.Fatal(err)
		}
		if got := WallOf(shown).In(mustZone(t, test.zone)).UTC().Format(time.RFC3339); got != test.want {
			t.Errorf("%s: %s in %s = %s, want %s", test.name, test.wall, test.zone, got, test.want)
		}
	}
}

func TestWallClockComesBackWhereItIsNotSkipped(t *testing.T) {
	t.Parallel()
	for _, zone := range []string{"Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Kathmandu", "America/Santiago"} {
		loc := mustZone(t, zone)
		begin := time.Date(2026, 1, 1, 0, 0, 0, 0, loc)
		for i := range 365 * 48 {
			at := begin.Add(time.Duration(i) * 30 * time.Minute)
			back := WallOf(at).In(loc)
			if WallOf(back) != WallOf(at) {
				t.Fatalf("%s: %v was read as %v", zone, at, back)
			}
			if back.After(at) {
				t.Fatalf("%s: %v was read as the later %v", zone, at, back)
			}
		}
	}
}

func TestSeriesKeepsItsHourWhenClocksChange(t *testing.T) {
	t.Parallel()
	p := recurrence{
		Pattern{Type: "weekly", DaysOfWeek: []string{"sunday"}},
		Range{Type: "noEnd", StartDate: "2020-01-05"},
	}
	r, err := New(p.Pattern, p.Range, 0)
	if err != nil {
		t.Fatal(err)
	}
	s := Series{Rule: r, Loc: mustZone(t, "Europe/Paris"), Begin: 9 * time.Hour, End: 10*time.Hour + 30*time.Minute}
	var got []string
	for o := range s.Between(time.Date(2026, 3, 16, 0, 0, 0, 0, time.UTC), time.Date(2026, 4, 6, 0, 0, 0, 0, time.UTC)) {
		got = append(got, o.Start.UTC().Format(time.RFC3339)+" "+o.End.UTC().Format("15:04"))
	}
	want := []string{"2026-03-22T08:00:00Z 09:30", "2026-03-29T07:00:00Z 08:30", "2026-04-05T07:00:00Z 08:30"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("occurrences (-want +got):\n%s", diff)
	}
}

func TestWindowTakesWhatOverlapsIt(t *testing.T) {
	t.Parallel()
	at := func(hour int) time.Time { return time.Date(2026, 1, 1, hour, 0, 0, 0, time.UTC) }
	tests := []struct {
		name       string
		start, end int
		want       bool
	}{
		{"inside", 11, 12, true},
		{"around", 8, 20, true},
		{"over the begin", 9, 11, true},
		{"over the end", 13, 15, true},
		{"ends as the window begins", 9, 10, false},
		{"begins as the window ends", 14, 15, false},
		{"takes no time, at the begin", 10, 10, true},
		{"takes no time, inside", 12, 12, true},
		{"takes no time, at the end", 14, 14, false},
		{"the window itself", 10, 14, true},
	}
	for _, test := range tests {
		if got := Overlaps(at(test.start), at(test.end), at(10), at(14)); got != test.want {
			t.Errorf("%s: overlaps = %v, want %v", test.name, got, test.want)
		}
	}
}

// TestSeriesOverlapsLikeItsOccurrencesOneByOne holds the window's edges against a walk over all occurrences.
func TestSeriesOverlapsLikeItsOccurrencesOneByOne(t *testing.T) {
	t.Parallel()
	p := recurrence{
		Pattern{Type: "daily", Interval: 2},
		Range{Type: "numbered", StartDate: "2026-03-01", NumberOfOccurrences: 40},
	}
	r, err := New(p.Pattern, p.Range, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, zone := range []string{"Pacific/Kiritimati", "Pacific/Pago_Pago", "Europe/London"} {
		for _, length := range []time.Duration{0, time.Hour, 30 * time.Hour, 48 * time.Hour} {
			s := Series{Rule: r, Loc: mustZone(t, zone), Begin: 23 * time.Hour, End: 23*time.Hour + length}
			for hours := range 60 {
				from := time.Date(2026, 3, 25, hours, 0, 0, 0, time.UTC)
				to := from.Add(time.Duration(1+hours%50) * time.Hour)
				var got, want []Day
				for o := range s.Between(from, to) {
					got = append(got, o.Day)
				}
				for _, d := range r.Days(r.start, LastDay) {
					if o := s.At(d); Overlaps(o.Start, o.End, from, to) {
						want = append(want, d)
					}
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Fatalf("%s, %v long, window %v to %v (-want +got):\n%s", zone, length, from, to, diff)
				}
			}
		}
	}
}

// TestWindowEndsWhereClocksWentBackOverMidnight: in St. John's they did so at 00:01, so that the meeting at midnight had
// begun, and it was the evening before once more.
func TestWindowEndsWhereClocksWentBackOverMidnight(t *testing.T) {
	t.Parallel()
	p := recurrence{Pattern{Type: "daily"}, Range{Type: "noEnd", StartDate: "2010-11-01"}}
	r, err := New(p.Pattern, p.Range, 0)
	if err != nil {
		t.Fatal(err)
	}
	s := Series{Rule: r, Loc: mustZone(t, "America/St_Johns"), End: time.Hour}
	from := time.Date(2010, 11, 7, 2, 45, 0, 0, time.UTC)
	var got []string
	for o := range s.Between(from, from.Add(15*time.Minute)) {
		got = append(got, o.Day.String()+" "+o.Start.UTC().Format(time.RFC3339))
	}
	if diff := cmp.Diff([]string{"2010-11-07 2010-11-07T02:30:00Z"}, got); diff != "" {
		t.Errorf("occurrences (-want +got):\n%s", diff)
	}
}
