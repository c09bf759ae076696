package winzone

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // the tests must not depend on the machine
)

func ExampleLoad() {
	for _, name := range []string{"W. Europe Standard Time", "Asia/Kolkata", "tzone://Microsoft/Utc"} {
		loc, err := Load(name)
		if err != nil {
			fmt.Println(err)
			continue
		}
		noon := time.Date(2026, time.July, 1, 12, 0, 0, 0, loc)
		fmt.Println(loc, noon.UTC().Format("15:04"))
	}
	// Output:
	// Europe/Berlin 10:00
	// Asia/Kolkata 06:30
	// UTC 12:00
}

func TestLoadAcceptsEachSpelling(t *testing.T) {
	t.Parallel()
	summer := time.Date(2026, time.July, 1, 0, 0, 0, 0, time.UTC)
	tests := []struct {
		name, want string
		offset     time.Duration // of the summer instant
	}{
		{"UTC", "UTC", 0},
		{"utc", "UTC", 0},
		{"Etc/UTC", "UTC", 0},
		{"tzone://Microsoft/Utc", "UTC", 0},
		{"Pacific Standard Time", "America/Los_Angeles", -7 * time.Hour},
		{"pacific standard TIME", "America/Los_Angeles", -7 * time.Hour},
		{"Romance Standard Time", "Europe/Paris", 2 * time.Hour},
		{"GMT Standard Time", "Europe/London", time.Hour},
		{"Greenwich Standard Time", "Atlantic/Reykjavik", 0},
		{"Nepal Standard Time", "Asia/Kathmandu", 5*time.Hour + 45*time.Minute},
		{"UTC-11", "Etc/GMT+11", -11 * time.Hour},
		{"Dateline Standard Time", "Etc/GMT+12", -12 * time.Hour},
		{"Europe/Vienna", "Europe/Vienna", 2 * time.Hour},
		{"europe/vienna", "Europe/Vienna", 2 * time.Hour},
		{"Asia/Calcutta", "Asia/Calcutta", 5*time.Hour + 30*time.Minute},
		{"America/Indiana/Indianapolis", "America/Indiana/Indianapolis", -4 * time.Hour},
		{"Antarctica/Troll", "Antarctica/Troll", 2 * time.Hour}, // no Windows zone at all
	}
	for _, test := range tests {
		loc, err := Load(test.name)
		if err != nil {
			t.Errorf("Load(%q) error = %v, want none", test.name, err)
			continue
		}
		if loc.String() != test.want {
			t.Errorf("Load(%q) = %v, want %v", test.name, loc, test.want)
		}
		if _, got := summer.In(loc).Zone(); time.Duration(got)*time.Second != test.offset {
			t.Errorf("Load(%q) summer offset = %v, want %v", test.name, time.Duration(got)*time.Second, test.offset)
		}
	}
}

func TestLoadRefusesWhatIsNoZone(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"", "Local", "local", "Customized Time Zone", "tzone://Microsoft/Custom", "Greenwich Mean Time", "GMT+6:30",
		"../UTC", "/etc/passwd", "Europe", "Europe/Kyiv (Kiev)", "Pacific Standard Time ", "UTC\x00",
	} {
		if loc, err := Load(name); !errors.Is(err, ErrUnknown) {
			t.Errorf("Load(%q) = %v, %v, want an error that matches ErrUnknown", name, loc, err)
		}
	}
}

func TestEachWindowsZoneLoadsAndComesBack(t *testing.T) {
	t.Parallel()
	if n := len(load().iana); n != 139 {
		t.Errorf("the table has %d Windows zones, want the 139 of CLDR 48", n)
	}
	for windows := range load().iana {
		iana, ok := ToIANA(windows)
		if !ok {
			t.Errorf("ToIANA(%q) = none", windows)
		}
		if back, ok := ToWindows(iana); !ok || !strings.EqualFold(back, windows) {
			t.Errorf("ToWindows(ToIANA(%q)) = %q, %v, want the same zone", windows, back, ok)
		}
		loc, err := Load(windows)
		if err != nil {
			t.Errorf("Load(%q) error = %v", windows, err)
		} else if loc.String() != iana && loc != time.UTC {
			t.Errorf("Load(%q) = %v, want %v", windows, loc, iana)
		}
	}
}

// TestEachIDBelongsToOneWindowsZone catches a slip in the table: a zone listed twice, or under a zone of another offset.
func TestEachIDBelongsToOneWindowsZone(t *testing.T) {
	t.Parallel()
	seen := map[string]string{}
	at := time.Date(2026, time.January, 15, 0, 0, 0, 0, time.UTC)
	// Clocks that were changed in 2023 and 2024 and that CLDR 48 has not moved: Windows itself still has them there.
	moved := []string{"Antarctica/Casey", "Antarctica/Vostok", "America/Scoresbysund"}
	for windows, ids := range load().iana {
		first, err := Load(windows)
		if err != nil {
			t.Fatalf("Load(%q) error = %v", windows, err)
		}
		_, want := at.In(first).Zone()
		for _, id := range ids {
			if other, ok := seen[id]; ok {
				t.Errorf("%s stands under %q and under %q", id, other, windows)
			}
			seen[id] = windows
			loc, err := time.LoadLocation(id)
			if err != nil { // CLDR keeps two aliases that the IANA database dropped
				if !slices.Contains([]string{"US/Pacific-New", "Canada/East-Saskatchewan"}, id) {
					t.Errorf("LoadLocation(%q) error = %v", id, err)
				}
				continue
			}
			if _, got := at.In(loc).Zone(); got != want && !slices.Contains(moved, id) {
				t.Errorf("%s is %d s from UTC in January 2026, want %d as %s", id, got, want, windows)
			}
		}
	}
}

func TestToWindows(t *testing.T) {
	t.Parallel()
	tests := []struct {
		iana, want string
		ok         bool
	}{
		{"Europe/Paris", "Romance Standard Time", true},
		{"europe/paris", "Romance Standard Time", true},
		{"Asia/Kolkata", "India Standard Time", true},
		{"Asia/Calcutta", "India Standard Time", true},
		{"US/Eastern", "Eastern Standard Time", true},
		{"UTC", "UTC", true},
		{"Etc/GMT", "UTC", true},
		{"Etc/GMT+12", "Dateline Standard Time", true},
		{"Antarctica/Troll", "", false},
		{"Pacific Standard Time", "", false},
		{"", "", false},
	}
	for _, test := range tests {
		if got, ok := ToWindows(test.iana); got != test.want || ok != test.ok {
			t.Errorf("ToWindows(%q) = %q, %v, want %q, %v", test.iana, got, ok, test.want, test.ok)
		}
	}
	if got, ok := ToIANA("Europe/Paris"); ok {
		t.Errorf("ToIANA(%q) = %q, want none: it is no Windows name", "Europe/Paris", got)
	}
}

func FuzzLoad(f *testing.F) {
	for _, seed := range []string{"UTC", "Pacific Standard Time", "Europe/Paris", "", "Local", "../../etc/passwd", "#", "=", "Europe/"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, name string) {
		loc, err := Load(name)
		if (loc == nil) == (err == nil) {
			t.Fatalf("Load(%q) = %v, %v, want exactly one of a zone and an error", name, loc, err)
		}
		if loc == time.Local {
			t.Fatalf("Load(%q) = the machine's own zone", name)
		}
	})
}

func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		if _, err := Load("W. Europe Standard Time"); err != nil {
			b.Fatal(err)
		}
	}
}

func TestNamesAreAllKnown(t *testing.T) {
	t.Parallel()
	names := Names()
	if len(names) < 100 || !slices.Contains(names, "W. Europe Standard Time") {
		t.Errorf("Names() = %d names, want over a hundred", len(names))
	}
	for _, name := range names {
		if _, ok := ToIANA(name); !ok {
			t.Errorf("ToIANA(%q) knows none", name)
		}
	}
}
