package m365graph_test

import (
	"errors"
	"testing"

	"github.com/m365go/sdk/m365graph"
)

// A write that was answered was done: whoever cannot read the answer must not
// take it for a failure and write again.
func TestAWriteWhoseAnswerCannotBeReadMayHaveHappened(t *testing.T) {
	t.Parallel()
	type thing struct {
		ID string `json:"id"`
	}
	for _, body := range []string{`<html>`, `{"id":`, `{"id":1}`, `null`} {
		c := setup(t, tap(t, lasting(replying(201, body))))
		_, postErr := m365graph.Post[thing](t.Context(), c, m365graph.P("me", "events"), thing{})
		_, patchErr := m365graph.Patch[thing](t.Context(), c, m365graph.P("me", "events", "1"), thing{}, "")
		_, getErr := m365graph.Get[thing](t.Context(), c, m365graph.P("me", "events", "1"), nil)
		for verb, err := range map[string]error{"Post": postErr, "Patch": patchErr} {
			if !errors.Is(err, m365graph.ErrAmbiguous) {
				t.Errorf("%s answered %s = %v, want ErrAmbiguous", verb, body, err)
			}
		}
		if getErr == nil || errors.Is(getErr, m365graph.ErrAmbiguous) {
			t.Errorf("Get answered %s = %v, want a plain error", body, getErr)
		}
	}
}
