package graphtest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// more is what few messages have, to be read.
func (m *message) more() messageExtra {
	if m.extra == nil {
		return messageExtra{}
	}
	return *m.extra
}

// change replaces what few messages have.
func (m *message) change(set func(*messageExtra)) {
	x := m.more()
	set(&x)
	m.extra = &x
}

// classification is where the focused inbox puts a message.
func (m *message) classification() string {
	if m.more().other {
		return "other"
	}
	return "focused"
}

// flagObject is https://learn.microsoft.com/graph/api/resources/followupflag.
func (m *message) flagObject() object {
	o, x := object{{"flagStatus", or(m.FlagStatus, "notFlagged")}}, m.more()
	for _, t := range []struct {
		name string
		at   time.Time
	}{{"startDateTime", x.start}, {"dueDateTime", x.due}, {"completedDateTime", x.completed}} {
		if !t.at.IsZero() {
			o = append(o, member{t.name, momentObject(t.at)})
		}
	}
	return o
}

// flagJSON is a follow-up flag as clients write it.
type flagJSON struct {
	Status    string            `json:"flagStatus"`
	Start     *DateTimeTimeZone `json:"startDateTime"`
	Due       *DateTimeTimeZone `json:"dueDateTime"`
	Completed *DateTimeTimeZone `json:"completedDateTime"`
}

// setFlag reads a flag. Dates go with the status that they belong to.
func setFlag(m *message, raw json.RawMessage) error {
	var f flagJSON
	if err := json.Unmarshal(raw, &f); err != nil {
		return errWrongType
	}
	statuses := []string{"notFlagged", "flagged", "complete"}
	i := slices.IndexFunc(statuses, func(s string) bool { return strings.EqualFold(s, f.Status) })
	switch {
	case i < 0:
		return fmt.Errorf("requested value %q was not found", f.Status)
	case f.Due != nil && f.Start == nil:
		return fmt.Errorf("a due date needs a start date")
	}
	var times [3]time.Time
	for k, given := range []*DateTimeTimeZone{f.Start, f.Due, f.Completed} {
		if given == nil {
			continue
		}
		at, err := parseMoment(*given)
		if err != nil {
			return err
		}
		times[k] = at.time()
	}
	m.FlagStatus = statuses[i]
	m.change(func(x *messageExtra) {
		x.start, x.due, x.completed = time.Time{}, time.Time{}, time.Time{}
		if i > 0 {
			x.start, x.due = times[0], times[1]
		}
		if i == 2 {
			x.completed = times[2]
		}
	})
	return nil
}
