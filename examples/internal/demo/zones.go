package demo

import (
	"strings"
	"time"
	_ "time/tzdata" // the demo runs on machines without a database of their own

	ics "github.com/arran4/golang-ical"
	"github.com/m365go/sdk/m365graph"
)

// likelyZones are what a zone is compared with that only its offsets tell; what is
// likelier stands first.
var likelyZones = []string{
	"Europe/Berlin", "Europe/Paris", "Europe/Budapest", "Europe/Warsaw",
	"Europe/London", "Atlantic/Reykjavik", "Europe/Kyiv", "Europe/Bucharest",
	"Europe/Chisinau", "Europe/Istanbul", "Europe/Moscow", "America/New_York",
	"America/Chicago", "America/Denver", "America/Phoenix", "America/Los_Angeles",
	"America/Anchorage", "Pacific/Honolulu", "America/Halifax", "America/St_Johns",
	"America/Mexico_City", "America/Bogota", "America/Santiago", "America/Argentina/Buenos_Aires",
	"America/Sao_Paulo", "Africa/Johannesburg", "Africa/Cairo", "Africa/Casablanca",
	"Africa/Lagos", "Africa/Nairobi", "Asia/Jerusalem", "Asia/Riyadh",
	"Asia/Dubai", "Asia/Tehran", "Asia/Karachi", "Asia/Kolkata",
	"Asia/Kathmandu", "Asia/Dhaka", "Asia/Bangkok", "Asia/Shanghai",
	"Asia/Singapore", "Asia/Taipei", "Australia/Perth", "Asia/Tokyo",
	"Asia/Seoul", "Australia/Sydney", "Australia/Brisbane", "Australia/Adelaide",
	"Australia/Darwin", "Pacific/Auckland", "UTC",
}

// knownZone returns the IANA name for an IANA or a Windows name, also one with a
// path before it, such as /freeassociation.sourceforge.net/Europe/Berlin.
func knownZone(name string) (iana string, ok bool) {
	for rest := strings.Trim(strings.TrimSpace(name), "/"); rest != ""; _, rest, _ = strings.Cut(rest, "/") {
		if loc, err := m365graph.LoadLocation(rest); err == nil {
			return loc.String(), true
		}
	}
	return "", false
}

// zoneNames resolves the TZIDs of one file.
type zoneNames struct {
	defined map[string]*vtimezone // by TZID
	found   map[string]string     // IANA names, by TZID; empty where there is none
}

func newZoneNames(blocks []icsBlock) *zoneNames {
	z := &zoneNames{defined: map[string]*vtimezone{}, found: map[string]string{}}
	for _, b := range blocks {
		c, err := b.parse()
		if err != nil {
			continue // told when an event asks for it
		}
		if v := readVTimezone(c); v != nil {
			z.defined[text(c, "TZID")] = v
		}
	}
	return z
}

// resolve returns the IANA zone of a TZID, by its name or else by its offsets.
func (z *zoneNames) resolve(tzid string) (iana string, ok bool) {
	if iana, ok = z.found[tzid]; !ok {
		iana, ok = knownZone(tzid)
		if v := z.defined[tzid]; !ok && v != nil {
			iana = v.match()
		}
		z.found[tzid] = iana
	}
	return iana, iana != ""
}

// vtimezone is the definition of a zone in a file.
type vtimezone struct{ observances []observance }

// observance is standard time or daylight saving time, and when it begins.
type observance struct {
	begin    time.Time // the first onset, on the wall
	rule     *rrule    // of further ones; nil for none
	from, to int       // offsets, in seconds
}

func readVTimezone(c ics.Component) *vtimezone {
	v := &vtimezone{}
	for _, sub := range c.SubComponents() {
		begin, err := time.Parse("20060102T150405", text(sub, "DTSTART"))
		from, ok1 := parseOffset(text(sub, "TZOFFSETFROM"))
		to, ok2 := parseOffset(text(sub, "TZOFFSETTO"))
		if err != nil || !ok1 || !ok2 {
			return nil
		}
		o := observance{begin: begin, from: from, to: to}
		if rule, ok := property(sub, "RRULE"); ok {
			if o.rule, err = parseRRule(rule.Value); err != nil {
				return nil
			}
		}
		v.observances = append(v.observances, o)
	}
	if len(v.observances) == 0 {
		return nil
	}
	return v
}

// parseOffset reads +0530 or -003000 as seconds.
func parseOffset(s string) (seconds int, ok bool) {
	for _, layout := range []string{"-0700", "-070000"} {
		if t, err := time.Parse(layout, s); err == nil {
			_, seconds = t.Zone()
			return seconds, true
		}
	}
	return 0, false
}

// match returns the first known zone that kept the same time in the years from
// 2024 to 2026, "" if none did.
func (v *vtimezone) match() string {
	for _, name := range likelyZones {
		if loc, err := time.LoadLocation(name); err == nil && v.agrees(loc) {
			return name
		}
	}
	return ""
}

func (v *vtimezone) agrees(loc *time.Location) bool {
	end := time.Date(2027, time.January, 1, 0, 0, 0, 0, time.UTC)
	for t := time.Date(2024, time.January, 1, 12, 0, 0, 0, time.UTC); t.Before(end); t = t.AddDate(0, 0, 5) {
		if _, offset := t.In(loc).Zone(); offset != v.offset(t) {
			return false
		}
	}
	return true
}

// offset is the one of the observance that began last.
func (v *vtimezone) offset(t time.Time) int {
	var last time.Time
	offset := v.observances[0].from
	for _, o := range v.observances {
		if onset, ok := o.onset(t); ok && (last.IsZero() || onset.After(last)) {
			last, offset = onset, o.to
		}
	}
	return offset
}

// onset is when the observance began last before t. Zones change their clocks on a
// weekday or a day of a month, once a year.
func (o *observance) onset(t time.Time) (time.Time, bool) {
	shift := time.Duration(o.from) * time.Second
	first := o.begin.Add(-shift)
	if t.Before(first) {
		return time.Time{}, false
	}
	if o.rule == nil {
		return first, true
	}
	for year := t.Year(); year > o.begin.Year(); year-- {
		day, ok := o.rule.dayIn(year, o.begin)
		onset := day.Add(-shift)
		if ok && !onset.After(t) && (o.rule.until == "" || onset.Format("20060102") <= o.rule.until[:8]) {
			return onset, true
		}
		if t.Year()-year > 200 {
			break
		}
	}
	return first, true
}
