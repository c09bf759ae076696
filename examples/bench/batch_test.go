package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRoundTrips(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ items, size, parallel, want int }{
		{1000, 20, 4, 13}, {1000, 20, 1, 50}, {1, 20, 4, 1}, {81, 20, 4, 2}, {80, 20, 4, 1},
	} {
		if got := roundTrips(tt.items, tt.size, tt.parallel); got != tt.want {
			t.Errorf("roundTrips(%d, %d, %d) = %d, want %d", tt.items, tt.size, tt.parallel, got, tt.want)
		}
	}
}

func TestABatchIsAnsweredBackwards(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	answerBatch(w, httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/v1.0/$batch",
		strings.NewReader(`{"requests":[{"id":"1","method":"GET","url":"/me/messages/a"},{"id":"2","method":"GET","url":"/me/messages/b"}]}`)))
	var got struct{ Responses []wireAnswer }
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || w.Code != http.StatusOK {
		t.Fatalf("answer %d: %v", w.Code, err)
	}
	ids := []string{}
	for _, r := range got.Responses {
		var body struct{ ID string }
		if err := json.Unmarshal(r.Body, &body); err != nil {
			t.Fatal(err)
		}
		ids = append(ids, r.ID+body.ID)
	}
	if diff := cmp.Diff([]string{"2b", "1a"}, ids); diff != "" {
		t.Errorf("ids of answers and bodies (-want +got):\n%s", diff)
	}
}
