package m365graph_test

import (
	"testing"

	"github.com/m365go/sdk/m365graph"
	"github.com/m365go/sdk/m365graph/internal/testtenant"
)

// A thousand small reads, with the emulator's part in it.
func BenchmarkBatch(b *testing.B) {
	x := testtenant.InMemory(b, testtenant.Issuer(b), nil)
	items := make([]*m365graph.BatchItem, 1000)
	for i := range items {
		items[i] = &m365graph.BatchItem{Request: m365graph.Request{Path: m365graph.P("me")}}
	}
	b.ReportAllocs()
	for b.Loop() {
		results, err := x.Client.Batch(b.Context(), items, nil)
		if err != nil || len(results) != len(items) || results[999].Err != nil {
			b.Fatal(results[999].Err, err)
		}
	}
}
