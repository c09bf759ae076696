package main

import (
	"context"
	"fmt"
	"io"

	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
)

// tellMetrics prints how many requests there were, by their status.
func tellMetrics(ctx context.Context, out io.Writer, reader *metric.ManualReader) error {
	var all metricdata.ResourceMetrics
	if err := reader.Collect(ctx, &all); err != nil {
		return err
	}
	for _, scope := range all.ScopeMetrics {
		for _, m := range scope.Metrics {
			durations, ok := m.Data.(metricdata.Histogram[float64])
			if !ok {
				continue
			}
			for _, point := range durations.DataPoints {
				status, _ := point.Attributes.Value("http.response.status_code")
				fmt.Fprintf(out, "%s of %d: %d\n", m.Name, status.AsInt64(), point.Count)
			}
		}
	}
	return nil
}
