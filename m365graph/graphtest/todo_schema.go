package graphtest

import (
	"encoding/json"
	"maps"
	"time"
)

// taskListSchema is https://learn.microsoft.com/graph/api/resources/todotasklist.
var taskListSchema = &schema[*taskList]{
	name: "todoTaskList", keep: []string{"id"}, page: 10, maxPage: 1000,
	etag: func(l *taskList) string { return `W/"` + outlookID("task list change", l.ID, l.version)[:24] + `"` },
	props: []property[*taskList]{
		{name: "displayName", typ: "Edm.String", get: func(_ *call, l *taskList) any { return l.DisplayName }},
		{name: "isOwner", typ: "Edm.Boolean", get: func(*call, *taskList) any { return true }},
		{name: "isShared", typ: "Edm.Boolean", get: func(*call, *taskList) any { return false }},
		{name: "wellknownListName", typ: "wellknownListName", get: func(_ *call, l *taskList) any { return l.WellKnownName }},
		{name: "id", typ: "Edm.String", get: func(_ *call, l *taskList) any { return l.ID }},
		{name: "tasks", typ: "[]todoTask", show: expanded, get: func(c *call, l *taskList) any { return plainlyAll(c, taskSchema, l.tasks) }},
	},
}

// taskSchema is https://learn.microsoft.com/graph/api/resources/todotask.
var taskSchema = &schema[*taskState]{
	name: "todoTask", keep: []string{"id"}, page: 10, maxPage: 1000,
	etag: func(x *taskState) string { return `W/"` + outlookID("task change", x.ID, x.version)[:24] + `"` },
	props: []property[*taskState]{
		{name: "importance", typ: "importance", get: func(_ *call, x *taskState) any { return x.Importance }},
		{name: "isReminderOn", typ: "Edm.Boolean", get: func(_ *call, x *taskState) any { return x.IsReminderOn }},
		{name: "status", typ: "taskStatus", get: func(_ *call, x *taskState) any { return x.Status }},
		{name: "title", typ: "Edm.String", get: func(_ *call, x *taskState) any { return x.Title }},
		{name: "createdDateTime", typ: "Edm.DateTimeOffset", get: func(_ *call, x *taskState) any { return x.CreatedDateTime }},
		{name: "lastModifiedDateTime", typ: "Edm.DateTimeOffset", get: func(_ *call, x *taskState) any { return x.LastModifiedDateTime }},
		{name: "hasAttachments", typ: "Edm.Boolean", get: func(*call, *taskState) any { return false }},
		{name: "categories", typ: "[]Edm.String", get: func(_ *call, x *taskState) any { return nonNil(x.Categories) }},
		{name: "id", typ: "Edm.String", get: func(_ *call, x *taskState) any { return x.ID }},
		{name: "body", typ: "itemBody", get: func(_ *call, x *taskState) any {
			return object{{"content", x.Body.Content}, {"contentType", orElse(x.Body.ContentType, "text")}}
		}},
		taskTime("startDateTime", func(x *taskState) time.Time { return x.Start }),
		taskTime("dueDateTime", func(x *taskState) time.Time { return x.Due }),
		taskTime("reminderDateTime", func(x *taskState) time.Time { return x.Reminder }),
		taskTime("completedDateTime", func(x *taskState) time.Time { return x.Completed }),
		{name: "checklistItems", typ: "[]checklistItem", show: expanded, get: func(c *call, x *taskState) any { return plainlyAll(c, checklistSchema, checklist.all(x)) }},
		{name: "linkedResources", typ: "[]linkedResource", show: expanded, get: func(c *call, x *taskState) any { return plainlyAll(c, linkedSchema, linked.all(x)) }},
	},
}

// checklistSchema is https://learn.microsoft.com/graph/api/resources/checklistitem.
var checklistSchema = &schema[*ChecklistItem]{
	name: "checklistItem", keep: []string{"id"}, page: 100, maxPage: 1000,
	props: []property[*ChecklistItem]{
		{name: "displayName", typ: "Edm.String", get: func(_ *call, i *ChecklistItem) any { return i.DisplayName }},
		{name: "createdDateTime", typ: "Edm.DateTimeOffset", get: func(_ *call, i *ChecklistItem) any { return i.CreatedDateTime }},
		{name: "checkedDateTime", typ: "Edm.DateTimeOffset", show: unlessNil, get: func(_ *call, i *ChecklistItem) any { return orNoTime(i.CheckedDateTime) }},
		{name: "isChecked", typ: "Edm.Boolean", get: func(_ *call, i *ChecklistItem) any { return i.IsChecked }},
		{name: "id", typ: "Edm.String", get: func(_ *call, i *ChecklistItem) any { return i.ID }},
	},
}

// linkedSchema is https://learn.microsoft.com/graph/api/resources/linkedresource.
var linkedSchema = &schema[*LinkedResource]{
	name: "linkedResource", keep: []string{"id"}, page: 100, maxPage: 1000,
	props: []property[*LinkedResource]{
		{name: "webUrl", typ: "Edm.String", get: func(_ *call, l *LinkedResource) any { return orNull(l.WebURL) }},
		{name: "applicationName", typ: "Edm.String", get: func(_ *call, l *LinkedResource) any { return l.ApplicationName }},
		{name: "displayName", typ: "Edm.String", get: func(_ *call, l *LinkedResource) any { return l.DisplayName }},
		{name: "externalId", typ: "Edm.String", get: func(_ *call, l *LinkedResource) any { return orNull(l.ExternalID) }},
		{name: "id", typ: "Edm.String", get: func(_ *call, l *LinkedResource) any { return l.ID }},
	},
}

// taskTime is a time of a task, in the zone that the request prefers.
func taskTime(name string, of func(*taskState) time.Time) property[*taskState] {
	return property[*taskState]{name: name, typ: "dateTimeTimeZone", show: unlessNil, get: func(c *call, x *taskState) any {
		at := of(x)
		if at.IsZero() {
			return nil
		}
		zone := &answerZone{time.UTC, "UTC"}
		if name, asked := c.prefer["outlook.timezone"]; asked {
			if loc, err := loadZone(name); err == nil {
				zone = &answerZone{loc, name}
			}
		}
		return zone.show(at)
	}}
}

// taskListInputs are what a client may write of a list.
var taskListInputs = inputs[taskList]{"displayname": into(func(l *taskList) *string { return &l.DisplayName })}

// taskInputs are what a client may write of a task, as in
// https://learn.microsoft.com/graph/api/todotask-update.
var taskInputs = inputs[taskState]{
	"title":             into(func(x *taskState) *string { return &x.Title }),
	"body":              intoBody(func(x *taskState) *Body { return &x.Body }),
	"categories":        into(func(x *taskState) *[]string { return &x.Categories }),
	"isreminderon":      into(func(x *taskState) *bool { return &x.IsReminderOn }),
	"importance":        setWord(func(x *taskState) *string { return &x.Importance }, taskImportances...),
	"status":            setWord(func(x *taskState) *string { return &x.Status }, taskStatuses...),
	"startdatetime":     intoTaskTime(func(x *taskState) *time.Time { return &x.Start }),
	"duedatetime":       intoTaskTime(func(x *taskState) *time.Time { return &x.Due }),
	"reminderdatetime":  intoTaskTime(func(x *taskState) *time.Time { return &x.Reminder }),
	"completeddatetime": intoTaskTime(func(x *taskState) *time.Time { return &x.Completed }),
}

// newTaskInputs are what a client may write of a task that it makes, as in
// https://learn.microsoft.com/graph/api/todotasklist-post-tasks.
var newTaskInputs = func() inputs[taskState] {
	in := maps.Clone(taskInputs)
	in["checklistitems"], in["linkedresources"] = checklist.intoParts, linked.intoParts
	return in
}()

// intoTaskTime sets a time, which null takes away.
func intoTaskTime(field func(*taskState) *time.Time) func(*taskState, json.RawMessage) error {
	return func(x *taskState, value json.RawMessage) error {
		if string(value) == "null" {
			*field(x) = time.Time{}
			return nil
		}
		var given DateTimeTimeZone
		if err := setTime(func(t *DateTimeTimeZone) *DateTimeTimeZone { return t })(&given, value); err != nil {
			return err
		}
		at, err := parseMoment(given)
		if err != nil {
			return err
		}
		*field(x) = at.time()
		return nil
	}
}
