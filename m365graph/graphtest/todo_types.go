package graphtest

import "time"

// TaskList is a list of tasks in Microsoft To Do, as in
// https://learn.microsoft.com/graph/api/resources/todotasklist.
type TaskList struct {
	ID            string
	DisplayName   string
	WellKnownName string // "defaultList" or "flaggedEmails", which everybody has; "" means one's own
	Tasks         []*Task
}

// Task is something to do, as in
// https://learn.microsoft.com/graph/api/resources/todotask.
type Task struct {
	ID           string
	Title        string
	Body         Body
	Status       string // "notStarted" (also ""), "inProgress", "completed", "waitingOnOthers" or "deferred"
	Importance   string // "low", "normal" (also "") or "high"
	Categories   []string
	IsReminderOn bool

	ChecklistItems  []ChecklistItem
	LinkedResources []LinkedResource

	Due, Start, Reminder, Completed time.Time // zero means none

	CreatedDateTime      time.Time // zero means when the server starts
	LastModifiedDateTime time.Time // zero means CreatedDateTime
}

// ChecklistItem is a step of a task, as in
// https://learn.microsoft.com/graph/api/resources/checklistitem.
type ChecklistItem struct {
	ID              string
	DisplayName     string
	IsChecked       bool
	CheckedDateTime time.Time // zero means when the server starts, if it is checked
	CreatedDateTime time.Time // zero means when the server starts
}

// LinkedResource is what a task came of in another application, as in
// https://learn.microsoft.com/graph/api/resources/linkedresource.
type LinkedResource struct {
	ID              string
	DisplayName     string
	ApplicationName string
	ExternalID      string // in that application
	WebURL          string
}
