package graphtest

import "time"

// driveStore is what a person has in OneDrive.
type driveStore struct{}

func newDriveStore(*userState, time.Time) (*driveStore, error) { return &driveStore{}, nil }

func driveRoutes() []route { return nil }
