package demo

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	ics "github.com/arran4/golang-ical"

	"github.com/m365go/sdk/m365graph/graphtest"
)

// stamp is a DATE or a DATE-TIME of RFC 5545.
type stamp struct {
	wall time.Time // as a clock shows it; its location means nothing
	date bool      // there is no time of day
	utc  bool
	zone string         // IANA
	loc  *time.Location // of zone
}

// parseStamp reads a value such as 20261112T091500Z, without a zone.
func parseStamp(v string) (stamp, error) {
	var s stamp
	var err error
	layout := "20060102T150405"
	if s.utc = strings.HasSuffix(v, "Z"); s.utc {
		layout += "Z"
	}
	if len(v) == len("20060102") {
		layout, s.date = "20060102", true
	}
	// A minute has a 60th second when a leap second is put in. Go's does not.
	if strings.HasPrefix(v[min(len(v), 13):], "60") {
		v = v[:13] + "59" + v[15:]
	}
	if s.wall, err = time.Parse(layout, v); err != nil {
		return stamp{}, fmt.Errorf("%q is not a date or a time", v)
	}
	if y := s.wall.Year(); y < 1601 || y > 4500 { // Outlook's bounds
		return stamp{}, fmt.Errorf("the year %d is out of range", y)
	}
	return s, nil
}

// instant is the moment on the time line; a date begins at midnight.
func (s stamp) instant() time.Time {
	y, m, d := s.wall.Date()
	return time.Date(y, m, d, s.wall.Hour(), s.wall.Minute(), s.wall.Second(), 0, s.loc)
}

func (s stamp) graph() graphtest.DateTimeTimeZone {
	return graphtest.DateTimeTimeZone{DateTime: s.wall.Format("2006-01-02T15:04:05"), TimeZone: s.zone}
}

// in puts a stamp that names no zone into one.
func (s stamp) in(zone string) (stamp, error) {
	loc, err := time.LoadLocation(zone)
	s.zone, s.loc = zone, loc
	return s, err
}

// clock reads the time properties of one event.
type clock struct {
	names *zoneNames
	local string // the mailbox's zone, for times that name none
}

// values reads all times of a property. A TZID that cannot be resolved is the
// mailbox's, and is returned for the Problem.
func (c *clock) values(p ics.IANAProperty) (list []stamp, unknown string, err error) {
	zone := c.local
	if tzid := parameter(p, "TZID"); tzid != "" {
		if iana, ok := c.names.resolve(tzid); ok {
			zone = iana
		} else {
			unknown = tzid
		}
	}
	for v := range strings.SplitSeq(p.Value, ",") {
		v, _, _ = strings.Cut(v, "/") // of a PERIOD, its start
		s, err := parseStamp(strings.ToUpper(strings.TrimSpace(v)))
		if err != nil {
			return nil, unknown, err
		}
		z := zone
		if s.utc {
			z = "UTC"
		}
		if s, err = s.in(z); err != nil {
			return nil, unknown, err
		}
		list = append(list, s)
	}
	return list, unknown, nil
}

// parseDuration reads a DURATION such as -P1DT2H30M: days on the wall, and the rest.
func parseDuration(v string) (days int, rest time.Duration, err error) {
	fail := fmt.Errorf("%q is not a duration", v)
	s, sign := strings.ToUpper(v), 1
	if strings.HasPrefix(s, "-") {
		sign = -1
	}
	s, ok := strings.CutPrefix(strings.TrimLeft(s, "+-"), "P")
	if !ok || s == "" {
		return 0, 0, fail
	}
	day, clock, _ := strings.Cut(s, "T")
	weeks, e1 := units(&day, 'W')
	d, e2 := units(&day, 'D')
	h, e3 := units(&clock, 'H')
	m, e4 := units(&clock, 'M')
	sec, e5 := units(&clock, 'S')
	if errors.Join(e1, e2, e3, e4, e5) != nil || day != "" || clock != "" {
		return 0, 0, fail
	}
	rest = time.Duration(h)*time.Hour + time.Duration(m)*time.Minute + time.Duration(sec)*time.Second
	return sign * (7*weeks + d), time.Duration(sign) * rest, nil
}

// units takes a number and its unit from the front of s, 0 if it is another unit.
func units(s *string, unit byte) (int, error) {
	before, after, ok := strings.Cut(*s, string(unit))
	if !ok {
		return 0, nil
	}
	*s = after
	n, err := strconv.ParseUint(before, 10, 31)
	if n > 10_000_000 {
		return 0, strconv.ErrRange
	}
	return int(n), err
}
