package main

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/m365go/sdk/m365graph/mail"
)

func TestMessagesAreLikeThoseOfGraph(t *testing.T) {
	t.Parallel()
	pages, total := newPages("https://graph.example/v1.0", 500), 0
	for n, raw := range pages {
		total += len(raw)
		var page struct {
			Value []json.RawMessage `json:"value"`
			Next  string            `json:"@odata.nextLink"`
		}
		if err := json.Unmarshal(raw, &page); err != nil {
			t.Fatal(err)
		}
		want := ""
		if n < len(pages)-1 {
			want = "https://graph.example/v1.0" + pagePath(n+1)
		}
		if len(page.Value) != pageSize || page.Next != want {
			t.Errorf("page %d has %d messages and the link %q, want %d and %q", n, len(page.Value), page.Next, pageSize, want)
		}
		var m mail.Message
		if err := json.Unmarshal(page.Value[n], &m); err != nil || len(m.ID) != 152 || len(m.BodyPreview) < 250 || m.Body == nil {
			t.Errorf("message %d of page %d has an id of %d characters, a preview of %d and the body %p, %v; want 152, 250 or more, and a body",
				n, n, len(m.ID), len(m.BodyPreview), m.Body, err)
		}
	}
	if mean := total / 500; mean < 2900 || mean > 3300 {
		t.Errorf("a message has %d bytes in the mean, want about 3 KB", mean)
	}
}

func TestMessagesAreTheSameInEachRun(t *testing.T) {
	t.Parallel()
	if diff := cmp.Diff(newMessage(7), newMessage(7)); diff != "" {
		t.Errorf("two makes of message 7 differ:\n%s", diff)
	}
	if newMessage(7).ID == newMessage(8).ID {
		t.Error("two messages have one id")
	}
}
