package m365graph_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/m365go/sdk/m365graph"
)

func ExampleDateTime() {
	paris, err := m365graph.LoadLocation("Romance Standard Time") // Outlook's name of Paris
	if err != nil {
		panic(err)
	}
	d := m365graph.DateTime(time.Date(2026, 7, 14, 9, 30, 0, 0, paris))
	t, err := d.Time()
	fmt.Println(d.DateTime, d.TimeZone, t.UTC(), err)
	// Output: 2026-07-14T09:30:00.0000000 Europe/Paris 2026-07-14 07:30:00 +0000 UTC <nil>
}

// Whatever location a time has, Graph reads the same instant.
func TestDateTimeKeepsTheInstant(t *testing.T) {
	t.Parallel()
	berlin, err := m365graph.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := time.Parse(time.RFC1123, "Wed, 01 Jul 2026 10:00:00 EET") // a made-up zone of offset 0
	if err != nil {
		t.Fatal(err)
	}
	autumn := time.Date(2026, 10, 25, 0, 30, 0, 0, time.UTC) // 02:30 in Berlin, for the first time
	for name, at := range map[string]time.Time{
		"utc": autumn, "berlin": time.Date(2026, 7, 1, 10, 0, 0, 123456789, berlin), "first 02:30": autumn.In(berlin),
		"second 02:30": autumn.Add(time.Hour).In(berlin), "local": autumn.Local(), "a zone's name": time.Date(2026, 7, 1, 10, 0, 0, 0, time.FixedZone("CET", 3600)),
		"a false UTC": time.Date(2026, 7, 1, 10, 0, 0, 0, time.FixedZone("UTC", 3600)), "parsed": parsed,
		"no name": time.Date(2026, 7, 1, 10, 0, 0, 0, time.FixedZone("", -5400)),
	} {
		d := m365graph.DateTime(at)
		if got, err := d.Time(); err != nil || !got.Equal(at.Truncate(100*time.Nanosecond)) {
			t.Errorf("%s: DateTime(%v) = %+v, read as %v, %v", name, at, d, got, err)
		}
	}
}

func TestDateTimeRefusesToGuess(t *testing.T) {
	t.Parallel()
	for _, d := range []m365graph.DateTimeTimeZone{
		{}, {DateTime: "2026-03-01T09:00:00", TimeZone: ""}, {DateTime: "2026-03-01T09:00:00", TimeZone: "Local"},
		{DateTime: "2026-03-01T09:00:00", TimeZone: "Mars/Olympus"}, {DateTime: "tomorrow", TimeZone: "UTC"}, {DateTime: "2026-03-01", TimeZone: "UTC"},
	} {
		if got, err := d.Time(); err == nil {
			t.Errorf("Time of %+v = %v, want an error", d, got)
		}
	}
}
