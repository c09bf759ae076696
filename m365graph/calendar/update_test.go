package calendar_test

import (
	"errors"
	"testing"
	"time"

	"github.com/m365go/sdk/m365graph"
	"github.com/m365go/sdk/m365graph/calendar"
)

// find returns the stored event of that subject.
func find(t *testing.T, c *calendar.Client, subject string) calendar.Event {
	t.Helper()
	for e, err := range c.List(t.Context(), nil) {
		if err != nil {
			t.Fatal(err)
		}
		if e.Subject == subject {
			return e
		}
	}
	t.Fatalf("no event %q", subject)
	return calendar.Event{}
}

func TestUpdateChangesWhatIsSet(t *testing.T) {
	t.Parallel()
	c, _ := setup(t)
	before := find(t, c, "review")
	start := time.Date(2026, 3, 28, 18, 0, 0, 0, time.UTC)
	got, err := c.Update(t.Context(), before.ID, &calendar.Update{
		Start: m365graph.Set(m365graph.DateTime(start)), End: m365graph.Set(m365graph.DateTime(start.Add(time.Hour))),
		Location: m365graph.Set(calendar.Location{DisplayName: "Room 1"}), Categories: m365graph.Set([]string{"Red category"}),
	}, before.ETag)
	if err != nil {
		t.Fatal(err)
	}
	moved, err := got.Start.Time()
	if err != nil || !moved.Equal(start) || got.Location.DisplayName != "Room 1" || got.Subject != "review" || len(got.Categories) != 1 {
		t.Errorf("Update = %+v, %v", got, err)
	}
	_, err = c.Update(t.Context(), before.ID, &calendar.Update{Subject: m365graph.Set("late")}, before.ETag)
	if !errors.Is(err, m365graph.ErrPrecondition) {
		t.Errorf("Update with an old eTag = %v, want ErrPrecondition", err)
	}
	if got = new(find(t, c, "review")); got.Location.DisplayName != "Room 1" {
		t.Errorf("after that: %+v", got)
	}
}

func TestANullRecurrenceEndsASeries(t *testing.T) {
	t.Parallel()
	c, _ := setup(t)
	series := find(t, c, "stand-up")
	if series.Recurrence == nil || series.Type != "seriesMaster" {
		t.Fatalf("the series = %+v", series)
	}
	got, err := c.Update(t.Context(), series.ID, &calendar.Update{Recurrence: m365graph.Null[calendar.Recurrence]()}, "")
	if err != nil || got.Recurrence != nil || got.Type != "singleInstance" {
		t.Errorf("Update = %+v, %v, want one event", got, err)
	}
}

func TestAnUpdateOfNothingIsRefused(t *testing.T) {
	t.Parallel()
	c, x := setup(t)
	for _, u := range []*calendar.Update{nil, {}} {
		if _, err := c.Update(t.Context(), "id", u, ""); err == nil {
			t.Errorf("Update(%v) = nil, want an error", u)
		}
	}
	if n := len(x.Graph.Requests()); n != 0 {
		t.Errorf("%d requests were sent, want 0", n)
	}
}
