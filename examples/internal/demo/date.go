package demo

import (
	"net/mail"
	"strings"
	"time"
)

// obsoleteZones are the zones that RFC 5322, section 4.3, knows by letters.
var obsoleteZones = map[string]string{
	"UT": "+0000", "UTC": "+0000", "GMT": "+0000", "Z": "+0000",
	"EST": "-0500", "EDT": "-0400", "CST": "-0600", "CDT": "-0500",
	"MST": "-0700", "MDT": "-0600", "PST": "-0800", "PDT": "-0700",
}

// parseDate reads the date of a message. Letters that name no zone are UTC, as RFC
// 5322 asks, and returned.
func parseDate(value string) (t time.Time, unknown string, ok bool) {
	value, _, _ = strings.Cut(value, "(") // a comment, which may name the zone again
	value = strings.TrimSpace(value)
	if i := strings.LastIndexAny(value, " \t"); i >= 0 && isLetters(value[i+1:]) {
		zone := value[i+1:]
		offset, known := obsoleteZones[strings.ToUpper(zone)]
		if !known {
			offset, unknown = "-0000", zone
		}
		value = value[:i+1] + offset
	}
	t, err := mail.ParseDate(value)
	if err != nil || t.UTC().Year() < 1 || t.UTC().Year() > 9999 {
		return time.Time{}, "", false
	}
	return t.UTC(), unknown, true
}

func isLetters(s string) bool {
	return strings.Trim(strings.ToUpper(s), "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}
