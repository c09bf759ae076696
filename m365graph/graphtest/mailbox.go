package graphtest

import "time"

type mailbox struct{}

func newMailbox(*userState, time.Time) (*mailbox, error) { return &mailbox{}, nil }

func mailboxRoutes() []route { return nil }
func folderRoutes() []route  { return nil }
func messageRoutes() []route { return nil }
func sendRoutes() []route    { return nil }
