package m365graph_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
)

// fastBatch answers without looking at what is asked beyond the ids.
type fastBatch struct{}

func (fastBatch) RoundTrip(req *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	var wire struct {
		Requests []struct{ ID string }
	}
	if err := json.Unmarshal(body, &wire); err != nil {
		return nil, err
	}
	var b strings.Builder
	b.WriteString(`{"responses":[`)
	for i, it := range wire.Requests {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(`{"id":"` + it.ID + `","status":200,"headers":{"Content-Type":"application/json"},"body":{"id":"1","displayName":"Sales Desk"}}`)
	}
	b.WriteString(`]}`)
	return reply(200, b.String()), nil
}

// A thousand small reads, with the server's part in it.
func BenchmarkBatch(b *testing.B) {
	c := batchClient(b, fastBatch{})
	items := getItems(1000)
	b.ReportAllocs()
	for b.Loop() {
		results, err := c.Batch(b.Context(), items, nil)
		if err != nil || len(results) != len(items) || results[999].Err != nil {
			b.Fatal(results[999].Err, err)
		}
	}
}
