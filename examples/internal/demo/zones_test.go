package demo

import (
	"strings"
	"testing"
	"time"
)

func TestKnownZoneTakesNamesOfManyPrograms(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"Europe/Berlin":                                     "Europe/Berlin",
		"W. Europe Standard Time":                           "Europe/Berlin",
		"w. europe standard time":                           "Europe/Berlin",
		"/freeassociation.sourceforge.net/America/New_York": "America/New_York",
		"/mozilla.org/20070129_1/Asia/Tokyo":                "Asia/Tokyo",
		"UTC":                                               "UTC",
		"US/Eastern":                                        "US/Eastern",
		"Mars/Olympus":                                      "",
		"":                                                  "",
		"Local":                                             "",
		"../../etc/passwd":                                  "",
		"Europe":                                            "",
	}
	for name, want := range tests {
		if got, ok := knownZone(name); got != want || ok != (want != "") {
			t.Errorf("knownZone(%q) = %q, %t, want %q", name, got, ok, want)
		}
	}
}

func TestLikelyZonesAreZonesOfGo(t *testing.T) {
	t.Parallel()
	for _, name := range likelyZones {
		if _, err := time.LoadLocation(name); err != nil {
			t.Error(err)
		}
	}
}

// The zones have names of their own, so only their offsets can tell what they are.
func TestZoneIsRecognizedByItsOffsets(t *testing.T) {
	t.Parallel()
	observance := func(kind, begin, from, to, rule string) string {
		lines := "BEGIN:" + kind + "\nDTSTART:" + begin + "\nTZOFFSETFROM:" + from + "\nTZOFFSETTO:" + to + "\n"
		if rule != "" {
			lines += "RRULE:" + rule + "\n"
		}
		return lines + "END:" + kind + "\n"
	}
	tests := map[string]struct{ definition, want string }{
		"Outlook's Berlin": {
			observance("STANDARD", "16011028T030000", "+0200", "+0100", "FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10") +
				observance("DAYLIGHT", "16010325T020000", "+0100", "+0200", "FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3"), "Europe/Berlin"},
		"New York with an earlier rule": {
			observance("DAYLIGHT", "19870405T020000", "-0500", "-0400", "FREQ=YEARLY;UNTIL=20060402T070000Z;BYMONTH=4;BYDAY=1SU") +
				observance("DAYLIGHT", "20070311T020000", "-0500", "-0400", "FREQ=YEARLY;BYMONTH=3;BYDAY=2SU") +
				observance("STANDARD", "20071104T020000", "-0400", "-0500", "FREQ=YEARLY;BYMONTH=11;BYDAY=1SU"), "America/New_York"},
		"Los Angeles by days of the month": {
			observance("DAYLIGHT", "20070311T020000", "-0800", "-0700", "FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=8,9,10,11,12,13,14;BYDAY=SU") +
				observance("STANDARD", "20071104T020000", "-0700", "-0800", "FREQ=YEARLY;BYMONTH=11;BYMONTHDAY=1,2,3,4,5,6,7;BYDAY=SU"), "America/Los_Angeles"},
		"Sydney, south": {
			observance("STANDARD", "20080406T030000", "+1100", "+1000", "FREQ=YEARLY;BYMONTH=4;BYDAY=1SU") +
				observance("DAYLIGHT", "20081005T020000", "+1000", "+1100", "FREQ=YEARLY;BYMONTH=10;BYDAY=1SU"), "Australia/Sydney"},
		"Kathmandu":             {observance("STANDARD", "19700101T000000", "+0530", "+0545", ""), "Asia/Kathmandu"},
		"seconds":               {observance("STANDARD", "19700101T000000", "+000000", "+000000", ""), "Atlantic/Reykjavik"},
		"nowhere":               {observance("STANDARD", "19700101T000000", "+0007", "+0007", ""), ""},
		"the other half a year": {observance("STANDARD", "19700101T000000", "+0200", "+0100", "FREQ=YEARLY;BYMONTH=1;BYDAY=1SU") + observance("DAYLIGHT", "19700101T000000", "+0100", "+0200", "FREQ=YEARLY;BYMONTH=2;BYDAY=1SU"), ""},
		"no offset":             {"BEGIN:STANDARD\nDTSTART:19700101T000000\nEND:STANDARD\n", ""},
		"bad rule":              {observance("STANDARD", "19700101T000000", "+0100", "+0100", "FREQ=NEVER"), ""},
		"nothing":               {"", ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file, err := splitICS([]byte("BEGIN:VCALENDAR\nBEGIN:VTIMEZONE\nTZID:Customized\n" + test.definition + "END:VTIMEZONE\nEND:VCALENDAR\n"))
			if err != nil {
				t.Fatal(err)
			}
			got, ok := newZoneNames(file.zones).resolve("Customized")
			if got != test.want || ok != (test.want != "") {
				t.Errorf("resolve(%q) = %q, %t, want %q", strings.TrimSpace(test.definition), got, ok, test.want)
			}
		})
	}
}

func TestParseDuration(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		days int
		rest time.Duration
		ok   bool
	}{
		"PT15M":                    {0, 15 * time.Minute, true},
		"-PT15M":                   {0, -15 * time.Minute, true},
		"P1DT2H30M":                {1, 150 * time.Minute, true},
		"+P2W":                     {14, 0, true},
		"PT1H0M5S":                 {0, time.Hour + 5*time.Second, true},
		"P1D":                      {1, 0, true},
		"P":                        {},
		"":                         {},
		"15M":                      {},
		"PT15":                     {},
		"P-1D":                     {},
		"PT1M1H":                   {},
		"PT99999999999999999999H":  {},
		"P99999999D":               {},
		"P1DT2H30M and some more.": {},
	}
	for v, want := range tests {
		days, rest, err := parseDuration(v)
		if days != want.days || rest != want.rest || (err == nil) != want.ok {
			t.Errorf("parseDuration(%q) = %d days, %s, %v, want %d, %s, ok %t", v, days, rest, err, want.days, want.rest, want.ok)
		}
	}
}
