package demo

import (
	"strings"
	"time"
	_ "time/tzdata" // the demo runs on machines without a database of their own

	ics "github.com/arran4/golang-ical"
)

// windowsZones are the zones that Outlook writes most, with the IANA zone that
// Unicode CLDR has for each. It is also the list that an unknown zone is compared
// with, so what is likelier stands first.
var windowsZones = []struct{ windows, iana string }{
	{"W. Europe Standard Time", "Europe/Berlin"},
	{"Romance Standard Time", "Europe/Paris"},
	{"Central Europe Standard Time", "Europe/Budapest"},
	{"Central European Standard Time", "Europe/Warsaw"},
	{"GMT Standard Time", "Europe/London"},
	{"Greenwich Standard Time", "Atlantic/Reykjavik"},
	{"FLE Standard Time", "Europe/Kyiv"},
	{"GTB Standard Time", "Europe/Bucharest"},
	{"E. Europe Standard Time", "Europe/Chisinau"},
	{"Turkey Standard Time", "Europe/Istanbul"},
	{"Russian Standard Time", "Europe/Moscow"},
	{"Eastern Standard Time", "America/New_York"},
	{"Central Standard Time", "America/Chicago"},
	{"Mountain Standard Time", "America/Denver"},
	{"US Mountain Standard Time", "America/Phoenix"},
	{"Pacific Standard Time", "America/Los_Angeles"},
	{"Alaskan Standard Time", "America/Anchorage"},
	{"Hawaiian Standard Time", "Pacific/Honolulu"},
	{"Atlantic Standard Time", "America/Halifax"},
	{"Newfoundland Standard Time", "America/St_Johns"},
	{"Central Standard Time (Mexico)", "America/Mexico_City"},
	{"SA Pacific Standard Time", "America/Bogota"},
	{"Pacific SA Standard Time", "America/Santiago"},
	{"Argentina Standard Time", "America/Argentina/Buenos_Aires"},
	{"E. South America Standard Time", "America/Sao_Paulo"},
	{"South Africa Standard Time", "Africa/Johannesburg"},
	{"Egypt Standard Time", "Africa/Cairo"},
	{"Morocco Standard Time", "Africa/Casablanca"},
	{"W. Central Africa Standard Time", "Africa/Lagos"},
	{"E. Africa Standard Time", "Africa/Nairobi"},
	{"Israel Standard Time", "Asia/Jerusalem"},
	{"Arab Standard Time", "Asia/Riyadh"},
	{"Arabian Standard Time", "Asia/Dubai"},
	{"Iran Standard Time", "Asia/Tehran"},
	{"Pakistan Standard Time", "Asia/Karachi"},
	{"India Standard Time", "Asia/Kolkata"},
	{"Nepal Standard Time", "Asia/Kathmandu"},
	{"Bangladesh Standard Time", "Asia/Dhaka"},
	{"SE Asia Standard Time", "Asia/Bangkok"},
	{"China Standard Time", "Asia/Shanghai"},
	{"Singapore Standard Time", "Asia/Singapore"},
	{"Taipei Standard Time", "Asia/Taipei"},
	{"W. Australia Standard Time", "Australia/Perth"},
	{"Tokyo Standard Time", "Asia/Tokyo"},
	{"Korea Standard Time", "Asia/Seoul"},
	{"AUS Eastern Standard Time", "Australia/Sydney"},
	{"E. Australia Standard Time", "Australia/Brisbane"},
	{"Cen. Australia Standard Time", "Australia/Adelaide"},
	{"AUS Central Standard Time", "Australia/Darwin"},
	{"New Zealand Standard Time", "Pacific/Auckland"},
	{"UTC", "UTC"},
}

// knownZone returns the IANA name for an IANA or a Windows name, also one with a
// path before it, such as /freeassociation.sourceforge.net/Europe/Berlin.
func knownZone(name string) (iana string, ok bool) {
	name = strings.Trim(strings.TrimSpace(name), "/")
	for _, z := range windowsZones {
		if strings.EqualFold(name, z.windows) {
			return z.iana, true
		}
	}
	for rest := name; rest != ""; {
		if rest != "Local" && !strings.Contains(rest, "..") {
			if _, err := time.LoadLocation(rest); err == nil {
				return rest, true
			}
		}
		_, rest, _ = strings.Cut(rest, "/")
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
	for _, z := range windowsZones {
		if loc, err := time.LoadLocation(z.iana); err == nil && v.agrees(loc) {
			return z.iana
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
