package graphtest

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/m365go/sdk/m365graph/internal/recurrence"
	"github.com/m365go/sdk/m365graph/internal/winzone"
)

// maxWindow is the widest view that Outlook gives of a calendar. No event may be longer either: both bound the work of a
// view.
const (
	maxWindowDays = 1825
	maxWindow     = maxWindowDays * recurrence.DayLength
)

// Codes of Exchange about times and series.
const (
	codeZoneUnknown      code = "TimeZoneNotSupportedException"
	codeParameterInvalid code = "ErrorInvalidParameter"
	codePropertyInvalid  code = "ErrorPropertyValidationFailure"
	codeSpanTooBig       code = "ErrorOccurrenceTimeSpanTooBig"
	codeCrossing         code = "ErrorOccurrenceCrossingBoundary"
	codeEndBeforeStart   code = "ErrorCalendarEndDateIsEarlierThanStartDate"
	codeTransactionUsed  code = "ErrorDuplicateTransactionId"
	codeConflict         code = "ErrorIrresolvableConflict"
)

// refuse is failf with status 400, for codes that only calendars know.
func refuse(c code, format string, args ...any) error {
	return &graphError{code: c, message: fmt.Sprintf(format, args...), status: http.StatusBadRequest}
}

// dateTimeLayouts are the ways to write a time without an offset. Go reads any fraction of a second with each.
var dateTimeLayouts = []string{"2006-01-02T15:04:05", "2006-01-02T15:04", time.DateOnly}

// zoneLayouts are the ways to write one with an offset.
var zoneLayouts = []string{time.RFC3339, "2006-01-02T15:04Z07:00"}

// graphDateTime is how Graph writes a time of a dateTimeTimeZone: always seven digits of a second, never an offset.
const graphDateTime = "2006-01-02T15:04:05.0000000"

// parseDateTime reads a time as the clock in loc shows it, where it does not say its offset from UTC itself.
func parseDateTime(s string, loc *time.Location) (recurrence.Wall, bool) {
	for _, layout := range zoneLayouts {
		if t, err := time.Parse(layout, s); err == nil {
			return recurrence.WallOf(t.In(loc)), sane(t)
		}
	}
	for _, layout := range dateTimeLayouts {
		if t, err := time.Parse(layout, s); err == nil {
			return recurrence.WallOf(t), sane(t)
		}
	}
	return recurrence.Wall{}, false
}

// sane tells whether Outlook can have a time: its calendar runs from 1601 to 4500.
func sane(t time.Time) bool { return t.Year() >= 1601 && t.Year() <= 4500 }

// parseMoment reads a dateTimeTimeZone. A time with an offset is that instant, whatever the zone; the zone then says by
// whose clock it repeats.
func parseMoment(v DateTimeTimeZone) (moment, error) {
	name := v.TimeZone
	if name == "" {
		name = "UTC"
	}
	loc, err := loadZone(name)
	if err != nil {
		return moment{}, err
	}
	shown, ok := parseDateTime(v.DateTime, loc)
	if !ok {
		return moment{}, refuse(codePropertyInvalid, "At least one property failed validation. The value '%s' is not a date and time.", v.DateTime)
	}
	return moment{shown, loc, name}, nil
}

// loadZone finds a zone by a name of Windows or IANA.
func loadZone(name string) (*time.Location, error) {
	loc, err := winzone.Load(name)
	if err != nil {
		return nil, refuse(codeZoneUnknown, "A valid TimeZone value must be specified. The following TimeZone value is not supported: '%s'.", name)
	}
	return loc, nil
}

// answerZone is the zone in which a request wants to read start and end.
type answerZone struct {
	loc  *time.Location
	name string
}

// calendarZone reads Prefer: outlook.timezone. Without it Graph answers in UTC.
func calendarZone(c *call) (*answerZone, error) {
	name, asked := c.prefer["outlook.timezone"]
	if !asked {
		return &answerZone{time.UTC, "UTC"}, nil
	}
	loc, err := loadZone(name)
	if err != nil {
		return nil, err
	}
	c.apply(`outlook.timezone="` + name + `"`)
	return &answerZone{loc, name}, nil
}

// show writes an instant by the clock of the zone.
func (z *answerZone) show(t time.Time) object {
	return object{{"dateTime", t.In(z.loc).Format(graphDateTime)}, {"timeZone", z.name}}
}

// showDay writes a midnight. An all-day event is at midnight wherever it is read.
func (z *answerZone) showDay(d recurrence.Day) object {
	year, month, dom := d.Date()
	return object{{"dateTime", time.Date(year, month, dom, 0, 0, 0, 0, time.UTC).Format(graphDateTime)}, {"timeZone", z.name}}
}

// window reads startDateTime and endDateTime, which a view of a calendar cannot do without.
func window(c *call) (from, to time.Time, err error) {
	if from, err = windowEdge(c, "StartDateTime"); err != nil {
		return from, to, err
	}
	if to, err = windowEdge(c, "EndDateTime"); err != nil {
		return from, to, err
	}
	if to.Before(from) {
		return from, to, refuse(codeEndBeforeStart, "EndDate is earlier than StartDate")
	}
	if to.Sub(from) > maxWindow {
		return from, to, failf(codeInvalidRequest, "Your request can't be completed. The range between the start and end dates is greater than the allowed range. Maximum number of days: %d", maxWindowDays)
	}
	return from, to, nil
}

// windowEdge reads one end of a window. An offset in a value wins over Prefer: outlook.timezone, and a value without one is
// UTC.
func windowEdge(c *call, name string) (time.Time, error) {
	value := c.param(name)
	for k, v := range c.args {
		if strings.EqualFold(k, name) {
			value = v
		}
	}
	if value == "" {
		return time.Time{}, refuse(codeParameterInvalid, "This request requires a time window specified by the query string parameters StartDateTime and EndDateTime.")
	}
	t, ok := parseDateTime(strings.Trim(value, `'"`), time.UTC)
	if !ok {
		return time.Time{}, refuse(codeParameterInvalid, "The value '%s' of parameter '%s' is invalid.", value, name)
	}
	return t.In(time.UTC), nil
}
