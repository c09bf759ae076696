package winzone

import (
	_ "embed"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// ErrUnknown is matched by the error of [Load] for a name that is neither a Windows zone nor an IANA zone.
var ErrUnknown = errors.New("unknown time zone")

//go:embed zones.txt
var zones string

// table is zones.txt, parsed. Keys are lower case: Exchange compares zone names without regard to case.
type table struct {
	iana    map[string][]string // by Windows name: the IANA ids, the preferred one first
	windows map[string]string   // by IANA id: the Windows name
	names   []string            // of Windows, in the order of the table
}

// load parses once, at the first use, so that a program that only links the package pays nothing.
var load = sync.OnceValue(func() table {
	t := table{iana: make(map[string][]string, 139), windows: make(map[string]string, 598)}
	for line := range strings.Lines(zones) {
		name, ids, ok := strings.Cut(strings.TrimSpace(line), "=")
		if !ok || strings.HasPrefix(name, "#") {
			continue
		}
		list := strings.Fields(ids)
		t.iana[strings.ToLower(name)] = list
		t.names = append(t.names, name)
		for _, id := range list {
			t.windows[strings.ToLower(id)] = name
		}
	}
	return t
})

// Names returns the names of all Windows zones, in the order of the table.
func Names() []string { return slices.Clone(load().names) }

// ToIANA returns the IANA zone that stands for a Windows zone in any country, such as "Europe/Berlin" for
// "W. Europe Standard Time". It reports false for a name that Windows does not have, and case does not matter.
func ToIANA(windows string) (iana string, ok bool) {
	ids := load().iana[strings.ToLower(windows)]
	if len(ids) == 0 {
		return "", false
	}
	return ids[0], true
}

// ToWindows returns the Windows zone that an IANA zone, or an old alias of one, belongs to, such as "India Standard Time" for
// "Asia/Kolkata" and "Asia/Calcutta". It reports false for the few zones without one, and case does not matter.
func ToWindows(iana string) (windows string, ok bool) {
	windows, ok = load().windows[strings.ToLower(iana)]
	return windows, ok
}

// Load returns the zone of a Windows or IANA name as Graph writes it in a dateTimeTimeZone, including "UTC" and
// "tzone://Microsoft/Utc". Windows names mean their current rules. It never returns the machine's own zone: an empty name,
// "Local" and Outlook's "Customized Time Zone", whose rules Graph does not tell, are errors that match [ErrUnknown].
// See https://learn.microsoft.com/graph/api/resources/datetimetimezone.
func Load(name string) (*time.Location, error) {
	lower := strings.ToLower(name)
	switch lower {
	case "utc", "etc/utc", "tzone://microsoft/utc":
		return time.UTC, nil
	case "", "local":
		return nil, fmt.Errorf("winzone: %w %q", ErrUnknown, name)
	}
	if loc, ok := loaded.Load(lower); ok {
		return loc.(*time.Location), nil
	}
	t := load()
	ids := t.iana[lower]
	if ids == nil {
		windows, known := t.windows[lower]
		if !known { // a zone younger than our table, in its own spelling
			return find(name, name)
		}
		ids = siblings(t.iana[strings.ToLower(windows)], lower)
	}
	loc, err := find(name, ids...)
	if err == nil {
		loaded.Store(lower, loc)
	}
	return loc, err
}

// loaded keeps the zones of the table that were asked for, by lower-case name: a calendar asks for the same one a thousand
// times. Names from outside the table are not kept, so it cannot grow without bound.
var loaded sync.Map

// siblings returns the one id that equals lower, in its proper case: another id of the same Windows zone could have
// another history.
func siblings(ids []string, lower string) []string {
	for i, id := range ids {
		if strings.ToLower(id) == lower {
			return ids[i : i+1]
		}
	}
	return nil
}

// find loads the first id that the machine has: a database without the old names, or an old database without the new
// ones, still knows one of them.
func find(name string, ids ...string) (*time.Location, error) {
	for _, id := range ids {
		if loc, err := time.LoadLocation(id); err == nil {
			return loc, nil
		}
	}
	if _, err := time.LoadLocation("Europe/London"); err != nil {
		return nil, fmt.Errorf("winzone: no rules for time zone %q: this machine has no time-zone database; import time/tzdata", name)
	}
	return nil, fmt.Errorf("winzone: %w %q", ErrUnknown, name)
}
