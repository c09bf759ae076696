package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// span is what stdouttrace prints of one.
type span struct {
	Name        string
	Parent      struct{ SpanID string }
	SpanContext struct{ TraceID, SpanID string }
	Attributes  attributes
	Events      []struct {
		Name       string
		Attributes attributes
	}
}

type attributes []struct {
	Key   string
	Value struct{ Value any }
}

func (as attributes) get(key string) (v any) {
	for _, a := range as {
		if a.Key == key {
			v = a.Value.Value
		}
	}
	return v
}

func TestEveryAttemptIsASpanThatTellsNothing(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	if err := run(t.Context(), &out); err != nil {
		t.Fatalf("run() error: %v\n%s", err, out.String())
	}
	var spans []span
	var lines []string
	for line := range strings.Lines(out.String()) {
		var s span
		if json.Unmarshal([]byte(line), &s) == nil {
			spans = append(spans, s)
			continue
		}
		lines = append(lines, strings.TrimSpace(line))
	}
	want := []string{"messages read: 20", "http.client.request.duration of 200: 2", "http.client.request.duration of 429: 1"}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
	if len(spans) != 4 || spans[3].Name != "read the inbox" {
		t.Fatalf("%d spans, want three attempts and their parent:\n%s", len(spans), out.String())
	}
	for i, status := range []float64{429, 200, 200} {
		s := &spans[i]
		if s.Name != "Graph GET" || s.Attributes.get("http.response.status_code") != status || s.Parent.SpanID != spans[3].SpanContext.SpanID {
			t.Errorf("span %d is %+v, want a GET answered %v within %s", i, s, status, spans[3].SpanContext.SpanID)
		}
		if u, _ := s.Attributes.get("url.full").(string); !strings.HasPrefix(u, "https://127.0.0.1:") || strings.Count(u, "/") != 3 {
			t.Errorf("span %d has the URL %q, want the host alone", i, u)
		}
	}
	var events []string
	for _, e := range spans[3].Events {
		events = append(events, fmt.Sprint(e.Name, " ", e.Attributes.get("graph.route"), " ", e.Attributes.get("graph.items")))
	}
	const route = " /me/mailFolders/{id}/messages "
	if diff := cmp.Diff([]string{"throttled" + route + "0", "retry" + route + "0", "page" + route + "10", "page" + route + "10"}, events); diff != "" {
		t.Errorf("events of the parent (-want +got):\n%s", diff)
	}
	for _, secret := range []string{"?", "$top", "Bearer", "eyJ", "inbox/", "sales@"} {
		if strings.Contains(out.String(), secret) {
			t.Errorf("%q was printed:\n%s", secret, out.String())
		}
	}
}
