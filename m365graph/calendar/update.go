package calendar

import (
	"context"
	"errors"
	"reflect"

	"github.com/m365go/sdk/m365graph"
)

// Update is a change of an event. What is not set stays as it is.
type Update struct {
	Subject m365graph.Opt[string]             `json:"subject,omitzero"`
	Body    m365graph.Opt[m365graph.ItemBody] `json:"body,omitzero"`
	// Start and End are made with m365graph.DateTime. To move an event set
	// both. Those of an all-day event are midnights of one zone.
	Start    m365graph.Opt[m365graph.DateTimeTimeZone] `json:"start,omitzero"`
	End      m365graph.Opt[m365graph.DateTimeTimeZone] `json:"end,omitzero"`
	IsAllDay m365graph.Opt[bool]                       `json:"isAllDay,omitzero"`
	Location m365graph.Opt[Location]                   `json:"location,omitzero"`
	// Recurrence that is null ends a series: its master becomes one event.
	Recurrence m365graph.Opt[Recurrence] `json:"recurrence,omitzero"`
	// Attendees are all that there are to be, not only new ones. Those who
	// come and go are told at once.
	Attendees       m365graph.Opt[[]Attendee] `json:"attendees,omitzero"`
	IsOnlineMeeting m365graph.Opt[bool]       `json:"isOnlineMeeting,omitzero"`
	// ShowAs is "free", "tentative", "busy", "oof" or "workingElsewhere".
	ShowAs m365graph.Opt[string] `json:"showAs,omitzero"`
	// Sensitivity is "normal", "personal", "private" or "confidential".
	Sensitivity m365graph.Opt[string] `json:"sensitivity,omitzero"`
	// Importance is "low", "normal" or "high".
	Importance                 m365graph.Opt[string]   `json:"importance,omitzero"`
	Categories                 m365graph.Opt[[]string] `json:"categories,omitzero"`
	IsReminderOn               m365graph.Opt[bool]     `json:"isReminderOn,omitzero"`
	ReminderMinutesBeforeStart m365graph.Opt[int]      `json:"reminderMinutesBeforeStart,omitzero"`
}

// Update changes an event, an occurrence of a series or the series, and returns
// it as it is then, with times in UTC. Attendees are told. With a non-empty eTag,
// that of an Event, it does so only if nobody changed it since, and the error
// matches m365graph.ErrPrecondition otherwise.
// https://learn.microsoft.com/graph/api/event-update
func (c *Client) Update(ctx context.Context, id string, u *Update, eTag string) (*Event, error) {
	if u == nil || reflect.ValueOf(*u).IsZero() {
		return nil, errors.New("calendar: update: nothing is set")
	}
	return m365graph.Patch[Event](ctx, c.graph, c.mailbox.Join("events", id), u, eTag)
}
