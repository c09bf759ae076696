package mail_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/m365go/sdk/m365graph"
	"github.com/m365go/sdk/m365graph/mail"
)

// only returns the mailbox's one message.
func only(t *testing.T, c *mail.Client) mail.Message {
	t.Helper()
	for m, err := range c.List(t.Context(), nil) {
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	t.Fatal("no message")
	return mail.Message{}
}

func TestUpdateChangesWhatIsSet(t *testing.T) {
	t.Parallel()
	c, _ := setup(t, 1)
	before := only(t, c)
	flagged := mail.Flag{FlagStatus: "flagged"}
	got, err := c.Update(t.Context(), before.ID, &mail.Update{
		IsRead: m365graph.Set(true), Flag: m365graph.Set(flagged), Categories: m365graph.Set([]string{"Red category"}), Importance: m365graph.Set("high"),
	}, before.ETag)
	if err != nil {
		t.Fatal(err)
	}
	if !got.IsRead || got.Flag == nil || *got.Flag != flagged || got.Importance != "high" || got.Subject != "m1" || got.Body == nil {
		t.Errorf("Update = %+v", got)
	}
	if diff := cmp.Diff([]string{"Red category"}, only(t, c).Categories); diff != "" {
		t.Errorf("Categories (-want +got):\n%s", diff)
	}
	got, err = c.Update(t.Context(), before.ID, &mail.Update{Categories: m365graph.Set([]string{})}, "")
	if err != nil || len(got.Categories) != 0 || !got.IsRead || got.Importance != "high" {
		t.Errorf("Update to no categories = %+v, %v, want all else as it was", got, err)
	}
}

func TestUpdateWithAnOldETagChangesNothing(t *testing.T) {
	t.Parallel()
	c, _ := setup(t, 1)
	before := only(t, c)
	if _, err := c.Update(t.Context(), before.ID, &mail.Update{IsRead: m365graph.Set(true)}, before.ETag); err != nil {
		t.Fatal(err)
	}
	_, err := c.Update(t.Context(), before.ID, &mail.Update{Importance: m365graph.Set("low")}, before.ETag)
	if !errors.Is(err, m365graph.ErrPrecondition) {
		t.Errorf("Update = %v, want ErrPrecondition", err)
	}
	if got := only(t, c); got.Importance == "low" {
		t.Error("the message was changed")
	}
}

func TestAnUpdateOfNothingIsRefused(t *testing.T) {
	t.Parallel()
	c, x := setup(t, 0)
	for _, u := range []*mail.Update{nil, {}} {
		if _, err := c.Update(t.Context(), "id", u, ""); err == nil {
			t.Errorf("Update(%v) = nil, want an error", u)
		}
	}
	if n := len(x.Graph.Requests()); n != 0 {
		t.Errorf("%d requests were sent, want 0", n)
	}
}
