package graphtest

import "time"

// calendarStore is what a person has in calendars.
type calendarStore struct{}

func newCalendarStore(*userState, time.Time) (*calendarStore, error) { return &calendarStore{}, nil }

func calendarRoutes() []route { return nil }
